//! Admission as functions: what the API server's plugins add to an object, and
//! why they refuse it, in upstream's order and words (Kubernetes 1.36).
//!
//! Nothing here keeps state: what a plugin looks up comes from [`State`], so
//! that checks, the embedded cluster and recorded answers share the code.

mod admit;
pub mod amounts;
mod asked;
pub mod classes;
mod denial;
pub mod gatekeeper;
mod jmespath;
pub mod kyverno;
pub mod limit_range;
mod mutation;
mod objection;
pub mod pod_security;
pub mod policies;
pub mod priority;
pub mod quota;
pub mod runtime_class;
mod state;
pub mod tolerations;
pub mod validating_policy;

pub use admit::{Chain, mutate, template_of, validate};
pub use denial::{Cause, Denial, PolicyObject};
pub use mutation::{GATEKEEPER_GROUP as MUTATION_GROUP, Mutation, Touched};
pub use objection::{Action, Objection};
pub use policies::{Compiled, Family, Policies};
pub use state::State;
