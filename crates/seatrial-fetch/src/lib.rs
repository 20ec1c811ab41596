//! Downloads what a tree names on other hosts into a cache, and says in a lock
//! file what it was. Only the command that is asked to do so calls it.
//!
//! Servers are as little trusted as repositories: every answer is bounded in
//! bytes and time, a redirect never leads from https to http or carries a
//! credential to another host, private addresses are refused unless they are
//! allowed, and nothing is unpacked to disk.

mod cache;
mod chart;
mod error;
mod fetcher;
mod git;
mod helm;
mod http;
mod limits;
mod oci;
mod resolver;
mod run;

pub use cache::{Cache, write_lock};
pub use error::FetchError;
pub use fetcher::{Fetched, Fetcher};
pub use limits::Limits;
pub use run::{Failed, Job, Outcome, run};
