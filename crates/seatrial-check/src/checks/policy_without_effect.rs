//! A policy takes nothing in.
//!
//! ## Why
//! A `ValidatingAdmissionPolicy` counts only through a binding that names it, a template of
//! Gatekeeper only through a constraint of its kind, a rule of Kyverno only for kinds that
//! there are. What is left without its other half is taken without a word, or waits, and
//! everybody believes in a guard that is not there.
//!
//! ## Bad
//! ```yaml
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata: {name: few-replicas}
//! spec:
//!   matchConstraints:
//!     resourceRules:
//!       - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
//!   validations: [{expression: object.spec.replicas <= 5}]
//! ---
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicyBinding
//! metadata: {name: few-replicas}
//! spec: {policyName: few-replica, validationActions: [Deny]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata: {name: few-replicas}
//! spec:
//!   matchConstraints:
//!     resourceRules:
//!       - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
//!   validations: [{expression: object.spec.replicas <= 5}]
//! ---
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicyBinding
//! metadata: {name: few-replicas}
//! spec: {policyName: few-replicas, validationActions: [Deny]}
//! ```

use std::collections::BTreeSet;

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_policy::gatekeeper::{CONSTRAINT_GROUP, TEMPLATE_GROUP};
use seatrial_policy::kyverno;
use seatrial_schema::published;
use seatrial_schema::table::{Kind, Table};
use seatrial_yaml::{FieldPath, Node};

use crate::placeholder::is_filled_in_later;
use crate::review::location;
use crate::slip::meant;
use crate::{Check, Context, Report};

const GROUP: &str = "admissionregistration.k8s.io";
const POLICY: &str = "ValidatingAdmissionPolicy";
const BINDING: &str = "ValidatingAdmissionPolicyBinding";

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "policy-without-effect",
        title: "A policy takes nothing in",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.without-effect"],
        page: include_str!("policy_without_effect.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let all = Halves::of(context);
    for object in context.objects() {
        match (object.group(), object.kind()) {
            (GROUP, BINDING) => report.add_some(all.binding(object)),
            (GROUP, POLICY) => report.add_some(all.policy(object)),
            (CONSTRAINT_GROUP, _) => report.add_some(all.constraint(object)),
            (TEMPLATE_GROUP, "ConstraintTemplate") => report.add_some(all.template(object)),
            (group, kind) if kyverno::is_policy(group, kind) => rules(context, object, report),
            _ => {}
        }
    }
}

/// The halves of policies that the whole tree has.
struct Halves<'a> {
    policies: BTreeSet<&'a str>,
    bound: BTreeSet<&'a str>,
    templates: BTreeSet<&'a str>,
    constraints: BTreeSet<&'a str>,
}

impl<'a> Halves<'a> {
    fn of(context: &Context<'a>) -> Self {
        let bundles = || context.world().repository.bundles.iter();
        let of_kind = |group, kind| bundles().flat_map(move |it| it.of_kind(group, kind));
        let constraints = || context.world().repository.objects().filter(|it| it.group() == CONSTRAINT_GROUP);
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

    /// A binding to a policy that the tree does not have, although it has others.
    fn binding(&self, object: &Object) -> Option<Notice> {
        let name = policy_name(object).filter(|it| !is_filled_in_later(it))?;
        if self.policies.is_empty() || self.policies.contains(name) {
            return None;
        }
        let path = FieldPath::root().key("spec").key("policyName");
        let message = format!("{} binds `{name}`, which is none of the policies here", object.title());
        let notice = Notice::new(&CHECK.info, location(object, &path), message);
        Some(renamed(notice, object, &path, meant(name, self.policies.iter().copied())))
    }

    /// A policy that nothing binds.
    fn policy(&self, object: &Object) -> Option<Notice> {
        let name = object.name();
        if self.bound.contains(name) || is_filled_in_later(name) {
            return None;
        }
        let message = format!("no binding here names {}: it is asked about nothing", object.title());
        let path = FieldPath::root().key("metadata").key("name");
        let notice = Notice::new(&CHECK.info, location(object, &path), message)
            .help(format!("add a {BINDING} with `policyName: {name}`"));
        // Where nothing is bound at all, bindings may be kept elsewhere.
        Some(if self.bound.is_empty() { notice.at_most(Severity::Info) } else { notice })
    }

    /// A constraint of a kind that no template here makes, although others are here.
    fn constraint(&self, object: &Object) -> Option<Notice> {
        let kind = object.kind();
        if self.templates.is_empty() || self.templates.contains(kind) {
            return None;
        }
        let message = format!("no ConstraintTemplate here makes the kind of {}", object.title());
        let path = FieldPath::root().key("kind");
        let notice = Notice::new(&CHECK.info, location(object, &path), message)
            .because("the API server refuses a constraint whose kind no template has made");
        Some(renamed(notice, object, &path, meant(kind, self.templates.iter().copied())))
    }

    /// A template that no constraint uses.
    fn template(&self, object: &Object) -> Option<Notice> {
        let kind = kind_of(object).filter(|it| !self.constraints.contains(it))?;
        let message = format!("no constraint here is of kind `{kind}`: {} does nothing", object.title());
        let path = FieldPath::root().key("spec").key("crd").key("spec").key("names").key("kind");
        let notice = Notice::new(&CHECK.info, location(object, &path), message);
        Some(
            notice
                .at_most(Severity::Info)
                .help(format!("add an object of `kind: {kind}`, or remove the template")),
        )
    }
}

fn policy_name(binding: &Object) -> Option<&str> {
    binding.field(&["spec", "policyName"]).and_then(Node::as_str)
}

/// The kind of constraint that a template makes.
fn kind_of(template: &Object) -> Option<&str> {
    template.field(&["spec", "crd", "spec", "names", "kind"]).and_then(Node::as_str)
}

/// A notice with the name that was surely meant.
fn renamed(notice: Notice, object: &Object, path: &FieldPath, meant: Option<&str>) -> Notice {
    let Some(meant) = meant else { return notice };
    let change = Change::Set { at: object.location(path.clone()), content: Content::Text(meant.to_owned()) };
    notice.help(format!("`{meant}` was meant")).change(change)
}

/// The kinds that rules of Kyverno name and that are slips of others.
fn rules(context: &Context<'_>, object: &Object, report: &mut Report) {
    let rules = Field::root(object).key("spec").into_iter().flat_map(|it| it.list("rules"));
    for rule in rules {
        for side in ["match", "exclude"].into_iter().filter_map(|it| rule.key(it)) {
            let groups: Vec<Field<'_>> = ["any", "all"].into_iter().flat_map(|it| side.list(it)).collect();
            for filter in groups.into_iter().chain([side]) {
                let kinds = filter.key("resources").into_iter().flat_map(|it| it.list("kinds"));
                for kind in kinds {
                    report.add_some(misspelt(context, object, &kind));
                }
            }
        }
    }
}

fn misspelt(context: &Context<'_>, object: &Object, field: &Field<'_>) -> Option<Notice> {
    let written = field.as_str().filter(|it| !it.contains(['*', '?', '{', '$']))?;
    let named = written.split(['/', '.']).find(|it| it.starts_with(|it: char| it.is_ascii_uppercase()))?;
    let known = known_kinds(context);
    if known.contains(named) {
        return None;
    }
    let meant = meant(named, known.iter().copied())?;
    let message = format!("a rule of {} names the kind `{named}`, which there is not", object.title());
    let right = written.replace(named, meant);
    let change = Change::Set { at: field.location(), content: Content::Text(right) };
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .because("Kyverno does not take a policy with a kind that the cluster does not have")
            .help(format!("`{meant}` was meant"))
            .change(change),
    )
}

/// The kinds of Kubernetes, those that were published and those that the tree has.
fn known_kinds<'a>(context: &Context<'a>) -> BTreeSet<&'a str> {
    let own = Table::minors().filter_map(Table::of).flat_map(Table::kinds).filter(|it| !it.is_list());
    let mut known: BTreeSet<&'a str> = own.map(|it: &Kind| it.kind).collect();
    for kind in published::groups().flat_map(published::kinds) {
        known.insert(kind);
    }
    for object in context.world().repository.objects() {
        known.insert(object.kind());
        known.extend(object.field(&["spec", "names", "kind"]).and_then(Node::as_str));
        known.extend(kind_of(object));
    }
    known
}
