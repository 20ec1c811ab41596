//! `RoleBinding` and `ClusterRoleBinding`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const ROLE_BINDING: Strategy = Strategy {
    default,
    validate: |binding, errors| validate(binding, Scope::Namespaced, errors),
    validate_update: |new, old, errors| validate_update(new, old, Scope::Namespaced, errors),
    ..Strategy::plain(super::GROUP, "v1", "RoleBinding")
};

pub(super) const CLUSTER_ROLE_BINDING: Strategy = Strategy {
    default,
    validate: |binding, errors| validate(binding, Scope::Cluster, errors),
    validate_update: |new, old, errors| validate_update(new, old, Scope::Cluster, errors),
    ..Strategy::plain(super::GROUP, "v1", "ClusterRoleBinding")
};

fn default(binding: &mut Value) {
    binding.struct_mut("roleRef").default_text("apiGroup", super::GROUP);
    for subject in binding.items_mut("subjects") {
        if matches!(subject.str("kind"), "User" | "Group") {
            subject.default_text("apiGroup", super::GROUP);
        }
    }
}

fn validate(binding: &Value, scope: Scope, errors: &mut Errors) {
    metadata::create(binding, scope, names::path_segment, errors);
    role_ref(binding.at("roleRef"), scope, errors);
    let subjects = Path::new("subjects");
    for (index, it) in binding.items("subjects").iter().enumerate() {
        subject(it, scope, &subjects.index(index), errors);
    }
}

fn validate_update(new: &Value, old: &Value, scope: Scope, errors: &mut Errors) {
    validate(new, scope, errors);
    metadata::update(new, old, errors);
    let (role, stored) = (new.at("roleRef"), old.at("roleRef"));
    if ["apiGroup", "kind", "name"].iter().any(|field| role.str(field) != stored.str(field)) {
        errors.invalid(&Path::new("roleRef"), role.clone(), "cannot change roleRef");
    }
}

fn role_ref(role: &Value, scope: Scope, errors: &mut Errors) {
    let at = Path::new("roleRef");
    let (group, kind, name) = (role.str("apiGroup"), role.str("kind"), role.str("name"));
    if group != super::GROUP {
        errors.not_supported(&at.child("apiGroup"), group, &[super::GROUP]);
    }
    let kinds: &[&str] = match scope {
        Scope::Namespaced => &["Role", "ClusterRole"],
        Scope::Cluster => &["ClusterRole"],
    };
    if !kinds.contains(&kind) {
        errors.not_supported(&at.child("kind"), kind, kinds);
    }
    if name.is_empty() {
        errors.required(&at.child("name"), "");
    } else {
        errors.each_invalid(&at.child("name"), name, names::path_segment(name, false));
    }
}

fn subject(subject: &Value, scope: Scope, at: &Path<'_>, errors: &mut Errors) {
    let (group, kind, name) = (subject.str("apiGroup"), subject.str("kind"), subject.str("name"));
    if name.is_empty() {
        errors.required(&at.child("name"), "");
    }
    match kind {
        "ServiceAccount" => {
            if !name.is_empty() {
                errors.each_invalid(&at.child("name"), name, names::subdomain_name(name, false));
            }
            if !group.is_empty() {
                errors.not_supported(&at.child("apiGroup"), group, &[""]);
            }
            if scope == Scope::Cluster && subject.str("namespace").is_empty() {
                errors.required(&at.child("namespace"), "");
            }
        }
        "User" | "Group" if group != super::GROUP => {
            errors.not_supported(&at.child("apiGroup"), group, &[super::GROUP]);
        }
        "User" | "Group" => {}
        _ => errors.not_supported(&at.child("kind"), kind, &["ServiceAccount", "User", "Group"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    const BINDING: &str = "{metadata: {name: a}, roleRef: {kind: ClusterRole, name: view},
        subjects: [{kind: Group, name: g}, {kind: ServiceAccount, name: s}]}";

    #[test]
    fn groups_of_users_and_roles_are_filled_in() {
        let mut binding = value(BINDING);
        (CLUSTER_ROLE_BINDING.default)(&mut binding);
        let group = |object: &Value| object.str("apiGroup").to_owned();
        let subjects: Vec<_> = binding.items("subjects").iter().map(group).collect();
        assert_eq!(
            (group(binding.at("roleRef")).as_str(), &subjects[..]),
            (super::super::GROUP, &[super::super::GROUP.to_owned(), String::new()][..])
        );
    }

    #[test]
    fn an_account_in_a_cluster_binding_has_a_namespace_and_the_role_stays() {
        let (mut old, mut new) = (value(BINDING), value(&BINDING.replace("view", "edit")));
        for binding in [&mut old, &mut new] {
            (CLUSTER_ROLE_BINDING.default)(binding);
            binding.struct_mut("metadata").set_default("resourceVersion", "1");
        }
        let mut errors = Errors::new();
        (CLUSTER_ROLE_BINDING.validate_update)(&new, &old, &mut errors);
        assert_eq!(
            fields(&errors),
            ["subjects[1].namespace FieldValueRequired", "roleRef FieldValueInvalid"]
        );
    }
}
