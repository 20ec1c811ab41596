//! What a policy counts only together with: its binding, its constraint, the kinds
//! that its rules name. Read once for a repository.

use std::collections::BTreeSet;

use seatrial_model::{Object, Repository};
use seatrial_policy::gatekeeper::{CONSTRAINT_GROUP, TEMPLATE_GROUP};
use seatrial_schema::published;
use seatrial_schema::table::Table;
use seatrial_yaml::Node;

use crate::slip::meant;

pub(crate) const GROUP: &str = "admissionregistration.k8s.io";
pub(crate) const POLICY: &str = "ValidatingAdmissionPolicy";
pub(crate) const BINDING: &str = "ValidatingAdmissionPolicyBinding";

/// The halves of policies that the whole tree has.
#[derive(Debug)]
pub(crate) struct PolicyHalves<'a> {
    pub(crate) policies: BTreeSet<&'a str>,
    pub(crate) bound: BTreeSet<&'a str>,
    pub(crate) templates: BTreeSet<&'a str>,
    pub(crate) constraints: BTreeSet<&'a str>,
}

impl<'a> PolicyHalves<'a> {
    /// Those in every unit.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let of_kind = |group, kind| repository.of_kind(group, kind);
        let constraints = || repository.in_groups(|group| group == CONSTRAINT_GROUP);
        let has_any = of_kind(TEMPLATE_GROUP, "ConstraintTemplate").next().is_some();
        let policies: BTreeSet<&str> = of_kind(GROUP, POLICY).map(Object::name).collect();
        let mut bound: BTreeSet<&str> = of_kind(GROUP, BINDING).filter_map(policy_name).collect();
        // What a slip means is told where the slip is.
        let slips = bound.iter().filter(|it| !policies.contains(*it));
        let means: Vec<&str> = slips.filter_map(|it| meant(it, policies.iter().copied())).collect();
        bound.extend(means);
        Self {
            policies,
            bound,
            templates: of_kind(TEMPLATE_GROUP, "ConstraintTemplate").filter_map(kind_of).collect(),
            constraints: if has_any { constraints().map(Object::kind).collect() } else { BTreeSet::new() },
        }
    }
}

/// The policy that a binding names.
pub(crate) fn policy_name(binding: &Object) -> Option<&str> {
    binding.field(&["spec", "policyName"]).and_then(Node::as_str)
}

/// The kind of constraint that a template makes.
pub(crate) fn kind_of(template: &Object) -> Option<&str> {
    template.field(&["spec", "crd", "spec", "names", "kind"]).and_then(Node::as_str)
}

/// The kinds of Kubernetes, those that were published and those that the tree has.
pub(crate) fn known_kinds(repository: &Repository) -> BTreeSet<String> {
    let own = Table::minors().filter_map(Table::of).flat_map(Table::kinds).filter(|it| !it.is_list());
    let mut known: BTreeSet<&str> = own.map(|it| it.kind).collect();
    for kind in published::groups().flat_map(published::kinds) {
        known.insert(kind);
    }
    for object in repository.objects() {
        known.insert(object.kind());
        known.extend(object.field(&["spec", "names", "kind"]).and_then(Node::as_str));
        known.extend(kind_of(object));
    }
    known.into_iter().map(str::to_owned).collect()
}
