//! What is judged of the parts of a chart that nobody has turned on.

use seatrial_diagnostics::{CheckInfo, Level, Severity};
use seatrial_model::Object;
use seatrial_yaml::{FieldPath, Node, PathStep};

use crate::placeholder::is_stand_in;

/// Checks of what a part may take from elsewhere once somebody turns it on.
const OF_ELSEWHERE: &[&str] = &[
    "exceeds-quota",
    "invalid-image-reference",
    "missing-configmap-key",
    "missing-secret-key",
    "unassignable-address",
    "unbindable-claim",
];
/// Checks of what a part needs of its own chart.
const OF_CHART: &[Need] = &[
    Need {
        check: "missing-autoscaler-target",
        kinds: &["Deployment", "ReplicaSet", "StatefulSet"],
        may_be_elsewhere: false,
    },
    Need { check: "missing-backend-service", kinds: &["Service"], may_be_elsewhere: true },
];

/// What a part needs of its own chart.
#[derive(Debug)]
pub struct Need {
    check: &'static str,
    /// The kinds that it may be of.
    pub kinds: &'static [&'static str],
    /// Whether another chart may bring it, where it does not have the name of the release.
    pub may_be_elsewhere: bool,
}

/// Whether a check holds for a part that somebody may turn on: one that tells what the
/// API server refuses, or what the part needs of its own chart.
pub fn judges_optional(info: &CheckInfo) -> bool {
    let is_of_others = ["argocd-", "flux-", "refused-by-"].iter().any(|it| info.id.starts_with(it));
    let refuses = info.severity == Severity::Error && info.level != Level::Repository;
    refuses && !is_of_others && !OF_ELSEWHERE.contains(&info.id) || need_of(info).is_some()
}

/// What an object of the same chart has to be where a check tells that it is missing.
pub fn need_of(info: &CheckInfo) -> Option<&'static Need> {
    OF_CHART.iter().find(|it| it.check == info.id)
}

/// Whether what is wrong with a field may be that nobody has given its value yet: it is
/// empty, says that it is to be replaced, or the template writes what is missed where it is
/// given.
pub fn awaits_value(
    info: &CheckInfo,
    object: &Object,
    path: &FieldPath,
    message: &str,
    template: &str,
) -> bool {
    let node = object.at(path);
    let is_empty = |it: Node<'_>| {
        it.is_null() || it.as_str() == Some("") || (it.is_mapping() || it.is_sequence()) && it.is_empty()
    };
    let is_stand_in = |it: Node<'_>| it.as_str().is_some_and(is_stand_in);
    if node.is_some_and(|it| is_empty(it) || is_stand_in(it)) {
        return true;
    }
    if !matches!(info.id, "missing-field" | "refused-value") {
        return false;
    }
    // A rule may be about what such an entry holds.
    if node.is_some_and(|it| it.entries().any(|it| it.value.is_null() || it.value.as_str() == Some(""))) {
        return true;
    }
    let writes = |key: &str| {
        let is_key = |at: usize| {
            let before = template[..at].chars().next_back();
            let is_start = before.is_none_or(|it| !it.is_alphanumeric() && !matches!(it, '.' | '_' | '-'));
            is_start && template[at + key.len()..].starts_with(':')
        };
        !key.is_empty() && template.match_indices(key).any(|(at, _)| is_key(at))
    };
    let absent = |key: &str| node.is_none_or(|it| it.get(key).is_none()) && writes(key);
    let last = path.steps().iter().rev().find_map(|it| match it {
        PathStep::Key(key) => Some(key.as_str()),
        PathStep::Index(_) => None,
    });
    let is_missed = node.is_none() && last.is_some_and(writes);
    is_missed || message.split('`').skip(1).step_by(2).filter_map(|it| it.rsplit('.').next()).any(absent)
}
