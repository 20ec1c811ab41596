//! Names of resources and what may be said of them (`kubernetes` 1.36,
//! `pkg/apis/core/helper/helpers.go`, `pkg/apis/core/validation/validation.go`).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::{names, quantities};
use crate::value::{Entry, Value};

/// What a quota may count that is no request and no limit.
const COUNTED: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
const CONTAINER: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
const HUGE_PAGES: &str = "hugepages-";
const REQUESTS: &str = "requests.";

/// Whether it is memory in pages of one size.
pub fn is_huge_pages(name: &str) -> bool {
    name.starts_with(HUGE_PAGES)
}

/// Whether containers may ask for it, extended resources aside.
pub fn is_standard_for_containers(name: &str) -> bool {
    CONTAINER.contains(&name) || is_huge_pages(name)
}

/// Whether a quota may bound it, names with a domain aside.
pub fn is_standard_for_quota(name: &str) -> bool {
    let amount = name.strip_prefix(REQUESTS).or_else(|| name.strip_prefix("limits.")).unwrap_or(name);
    COUNTED.contains(&name)
        || CONTAINER.contains(&amount)
        || name == "requests.storage"
        || is_huge_pages(name.strip_prefix(REQUESTS).unwrap_or(name))
}

/// Whether it is one of Kubernetes' own.
pub fn is_standard(name: &str) -> bool {
    name == "storage" || is_standard_for_quota(name)
}

/// Whether it has no domain, or one of Kubernetes'.
pub fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether it is something that a device plugin offers.
pub fn is_extended(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with(REQUESTS)
        && names::label_key(&format!("{REQUESTS}{name}")).is_empty()
}

/// Whether more of it may be promised than there is.
pub fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !is_huge_pages(name)
}

/// Whether only whole numbers of it make sense.
pub fn is_whole(name: &str) -> bool {
    COUNTED.contains(&name) || is_extended(name)
}

/// The name of any resource.
pub fn name(value: &str, at: &Path<'_>, errors: &mut Errors) {
    let wrong = names::label_key(value);
    if wrong.is_empty() && !value.contains('/') && !is_standard(value) {
        errors.invalid(at, value, "must be a standard resource type or fully qualified");
    }
    errors.each_invalid(at, value, wrong);
}

/// The name of what a container asks for.
pub fn container_name(value: &str, at: &Path<'_>, errors: &mut Errors) {
    name(value, at, errors);
    if !value.contains('/') {
        if !is_standard_for_containers(value) {
            errors.invalid(at, value, "must be a standard resource for containers");
        }
    } else if !is_native(value) && !is_extended(value) {
        errors.invalid(at, value, "doesn't follow extended resource name standard");
    }
}

/// The name of what a quota bounds.
pub fn quota_name(value: &str, at: &Path<'_>, errors: &mut Errors) {
    name(value, at, errors);
    if !value.contains('/') && !is_standard_for_quota(value) {
        errors.invalid(at, value, "must be a standard resource for quota");
    }
}

/// The amount of a resource: never negative, whole where only that makes sense.
pub fn amount(entry: &Entry, at: &Path<'_>, errors: &mut Errors) {
    quantities::non_negative(&entry.value, at, errors);
    // Upstream looks at thousandths, rounded up.
    if is_whole(&entry.key) && quantities::of(&entry.value).milli_value() % 1000 != 0 {
        errors.invalid(at, entry.value.clone(), "must be an integer");
    }
}

/// Names and amounts under a quota.
pub fn quota_amounts(amounts: &Value, at: &Path<'_>, errors: &mut Errors) {
    for entry in amounts.as_map().map_or(&[][..], |map| map.entries()) {
        let at = at.key(&entry.key);
        quota_name(&entry.key, &at, errors);
        amount(entry, &at, errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_as_the_server_sorts_them() {
        type Is = fn(&str) -> bool;
        const ALL: [Is; 5] =
            [is_standard, is_standard_for_quota, is_standard_for_containers, is_whole, is_overcommit_allowed];
        let rows: [(&str, [Is; 5], [bool; 5]); 7] = [
            ("cpu", ALL, [true, true, true, false, true]),
            ("storage", ALL, [true, false, false, false, true]),
            ("requests.storage", ALL, [true, true, false, false, true]),
            ("limits.storage", ALL, [false, false, false, false, true]),
            ("requests.hugepages-2Mi", ALL, [true, true, false, false, true]),
            ("limits.hugepages-2Mi", ALL, [false, false, false, false, true]),
            ("example.com/gpu", ALL, [false, false, false, true, false]),
        ];
        for (name, checks, expected) in rows {
            assert_eq!(checks.map(|is| is(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_container_cannot_ask_for_what_only_quotas_count() {
        let check = |value: &str| {
            let mut errors = Errors::new();
            container_name(value, &Path::new("f"), &mut errors);
            errors.len()
        };
        assert_eq!(["cpu", "pods", "gpu", "a.b/c", "kubernetes.io/x"].map(check), [0, 1, 2, 0, 0]);
    }
}
