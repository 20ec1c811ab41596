//! A whole run: what the tree names, what that names in turn, until nothing new
//! comes up; then the lock file.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::RemoteUse;
use seatrial_render::fetched::Lock;
use seatrial_source::RemoteSource;

use crate::{Cache, FetchError, Fetcher, Limits};

/// What is to be fetched, and how.
pub struct Job<'a> {
    /// What the tree needs of other hosts, when it is read with what a lock
    /// names.
    pub needs: &'a dyn Fn(&Lock) -> Vec<RemoteUse>,
    /// Downloads.
    pub fetcher: &'a Fetcher,
    /// Where downloads go.
    pub cache: &'a Cache,
    /// What was fetched before.
    pub before: &'a Lock,
    /// Whether what was fetched before is asked for anew.
    pub is_update: bool,
    /// Bounds on the run.
    pub limits: &'a Limits,
    /// Told of every source before it is asked for.
    pub on_source: &'a dyn Fn(&RemoteSource),
}

/// A source that could not be fetched.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Where the tree names it.
    pub need: RemoteUse,
    /// Why.
    pub error: FetchError,
}

/// What became of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What the lock file is to say. What failed stays as it was before.
    pub lock: Lock,
    /// What failed, in the order of places.
    pub failed: Vec<Failed>,
    /// Whether bounds ended the run before everything was asked for.
    pub is_cut: bool,
}

/// Fetches everything that a tree needs.
pub fn run(job: &Job<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut failed: BTreeMap<RemoteSource, Failed> = BTreeMap::new();
    let mut needed: BTreeSet<RemoteSource> = BTreeSet::new();
    for round in 0.. {
        let needs = (job.needs)(&outcome.lock);
        let mut new: Vec<RemoteUse> =
            needs.into_iter().filter(|it| needed.insert(it.source.clone())).collect();
        if new.is_empty() {
            break;
        }
        let room = job.limits.sources.saturating_sub(outcome.lock.pins.len() + failed.len());
        if round >= job.limits.rounds || new.len() > room {
            outcome.is_cut = true;
            new.truncate(if round >= job.limits.rounds { 0 } else { room });
        }
        for need in new {
            (job.on_source)(&need.source);
            let pin = job.before.pins.get(&need.source);
            let asked = pin.filter(|_| !job.is_update);
            match job.fetcher.into_cache(job.cache, &need.source, asked) {
                Ok(pin) => drop(outcome.lock.pins.insert(need.source, pin)),
                Err(error) => {
                    outcome.lock.pins.extend(pin.map(|pin| (need.source.clone(), pin.clone())));
                    failed.insert(need.source.clone(), Failed { need, error });
                }
            }
        }
        if outcome.is_cut {
            break;
        }
    }
    outcome.failed = failed.into_values().collect();
    outcome.failed.sort_by(|a, b| a.need.cmp(&b.need));
    outcome
}
