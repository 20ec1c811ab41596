//! The pipeline as a library: discover, render, check, resolve, verdict.
//!
//! Every front end calls [`check`] and prints what it gives; nothing here
//! prints, and nothing here asks for the time or the environment.

mod absorb;
mod applicability;
mod baseline;
mod catalogue;
mod checklist;
pub mod config;
mod date;
mod judge;
mod nearest;
mod optional;
mod origins;
mod redact;
mod resolve;
mod root;
mod stages;
mod suppress;
mod trial;
mod unmatched;
pub mod upgrade;
mod verdict;

pub use baseline::{Baseline, BaselineEntry, BaselineError, Comparison};
pub use catalogue::catalogue;
pub use checklist::{Answer, ChecklistItem};
pub use config::Config;
pub use date::{Date, DateError};
pub use nearest::nearest;
pub use origins::{AtRevision, origins};
pub use root::{ConfigError, find_root, load_config};
pub use seatrial_model::{SkipCode, UnitKind, UnitRole};
pub use seatrial_render::Cluster;
pub use stages::{Stage, Stages, Volume};
pub use trial::{
    Coverage, Skipped, Summary, Trial, TrialRequest, UnitFilter, check, check_observed, check_upgrade, render,
};
pub use upgrade::Earlier;
pub use verdict::{UnitVerdict, Verdict, WorkloadVerdict};
