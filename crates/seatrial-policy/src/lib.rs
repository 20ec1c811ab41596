//! Admission as functions: what the API server's plugins add to an object, and
//! why they refuse it, in upstream's order and words (Kubernetes 1.36).
//!
//! Nothing here keeps state: what a plugin looks up comes from [`State`], so
//! that checks, the embedded cluster and recorded answers share the code.

mod denial;
pub mod pod_security;
mod state;

pub use denial::{Cause, Denial};
pub use state::State;
