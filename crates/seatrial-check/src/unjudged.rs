//! Rules that are more than a person writes, and so more than is judged: the report
//! says so.

use seatrial_diagnostics::Location;
use seatrial_model::{Field, Object, Repository};

use crate::policy_kinds;
use crate::rbac::{self, GROUPS_MAX, distinct, is_aggregated, is_role};

const ADMISSION: &str = "admissionregistration.k8s.io";

/// The first rule of each object that is meant which names too many groups for its
/// resources to be judged, with its place and why.
pub fn unjudged_rules(
    repository: &Repository,
    is_meant: impl Fn(&Object) -> bool,
) -> impl Iterator<Item = (Location, String)> {
    let objects = repository.in_groups(|group| group == rbac::GROUP || group == ADMISSION);
    objects.filter(move |it| is_meant(it)).filter_map(|object| {
        let groups = lists_of_groups(object).into_iter().find(|list| is_too_long(list))?;
        let title = object.title();
        let reason =
            format!("a rule of {title} names more than {GROUPS_MAX} groups: its resources are not judged");
        Some((groups.location(), reason))
    })
}

/// The groups of each rule of a role, a webhook or a policy.
fn lists_of_groups(object: &Object) -> Vec<Field<'_>> {
    let rules: Vec<Field<'_>> = if is_role(object) && !is_aggregated(object) {
        rbac::rules(object).map(|it| it.field).collect()
    } else if object.group() == ADMISSION {
        policy_kinds::rules(object).into_iter().flatten().collect()
    } else {
        return Vec::new();
    };
    rules.iter().filter_map(|it| it.key("apiGroups")).collect()
}

/// Whether a list has more groups than are looked at; a star is one that stands for all.
fn is_too_long(groups: &Field<'_>) -> bool {
    let names = distinct(groups.items().filter_map(|it| it.as_str()));
    names.len() > GROUPS_MAX && !names.contains(&"*")
}
