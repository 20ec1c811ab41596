//! What policies could not say, told in one line for each reason.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::{Object, Place, Repository};
use smol_str::SmolStr;

use super::{Asking, place};

/// A policy, a rule of it or `""`, and why it says nothing.
type Reason = (Place, SmolStr, String);

/// Objects with their titles.
type Subjects = BTreeSet<(Place, String)>;

/// The objects that policies said nothing of, by policy and reason.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    all: BTreeMap<Reason, Subjects>,
}

impl Unanswered {
    /// Keeps what a rule of a policy could not say of an object.
    pub(super) fn add(&mut self, policy: &Object, rule: &str, asking: &Asking<'_, '_>, why: String) {
        let objects = self.all.entry((place(policy), rule.into(), why)).or_default();
        objects.insert((place(asking.object), asking.subject.title.clone()));
    }

    pub(super) fn extend(&mut self, other: &Self) {
        for (reason, objects) in &other.all {
            self.all.entry(reason.clone()).or_default().extend(objects.iter().cloned());
        }
    }

    /// A line for each reason, with the policy.
    pub(super) fn lines(self, repository: &Repository) -> Vec<(&Object, String)> {
        let line = |((policy, rule, why), objects): (Reason, Subjects)| {
            let policy = repository.object(policy);
            let (_, first) = objects.first()?;
            let others = match objects.len() - 1 {
                0 => String::new(),
                1 => " and one other object".to_owned(),
                more => format!(" and {more} other objects"),
            };
            let title = match rule.as_str() {
                "" => policy.title(),
                rule => format!("rule {rule} of {}", policy.title()),
            };
            Some((policy, format!("{title} is not evaluated for {first}{others}: {why}")))
        };
        self.all.into_iter().filter_map(line).collect()
    }
}
