//! A policy takes nothing in.
//!
//! ## Why
//! A `ValidatingAdmissionPolicy` counts only through a binding that names it, a template of
//! Gatekeeper only through a constraint of its kind, a rule of any of them, or of a webhook,
//! only for kinds that there are: `deployment` and `deployments` of the core group are
//! nothing. What is left without its other half is taken without a word, or waits, and
//! everybody believes in a guard that is not there. Resources of a
//! rule for more than 50 groups are not judged.
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

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_policy::gatekeeper::{CONSTRAINT_GROUP, TEMPLATE_GROUP};
use seatrial_policy::kyverno;
use seatrial_yaml::FieldPath;

use crate::placeholder::is_filled_in_later;
use crate::policy_halves::{BINDING, GROUP, POLICY, PolicyHalves, kind_of, policy_name};
use crate::policy_kinds::{Kinds, NoKind, rules};
use crate::review::location;
use crate::slip::meant;
use crate::{Check, Context, Report};

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
    let all = context.policy_halves();
    let mut kinds: Option<Kinds<'_>> = None;
    for object in context.objects() {
        match (object.group(), object.kind()) {
            (GROUP, BINDING) => report.add_some(all.binding(object)),
            (GROUP, POLICY) => report.add_some(all.policy(object)),
            (CONSTRAINT_GROUP, _) => report.add_some(all.constraint(object)),
            (TEMPLATE_GROUP, "ConstraintTemplate") => report.add_some(all.template(object)),
            _ => {}
        }
        let names_kinds = matches!(object.group(), GROUP | CONSTRAINT_GROUP)
            || kyverno::is_policy(object.group(), object.kind());
        if names_kinds {
            let kinds = kinds.get_or_insert_with(|| Kinds::of(context));
            for notice in named(kinds, object) {
                report.add(notice);
            }
        }
    }
}

impl PolicyHalves<'_> {
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

/// A notice with the name that was surely meant.
fn renamed(notice: Notice, object: &Object, path: &FieldPath, meant: Option<&str>) -> Notice {
    let Some(meant) = meant else { return notice };
    let change = Change::Set { at: object.location(path.clone()), content: Content::Text(meant.to_owned()) };
    notice.help(format!("`{meant}` was meant")).change(change)
}

/// The kinds that rules of Kyverno name.
fn kinds_of_rules(object: &Object) -> Vec<Field<'_>> {
    let mut all = Vec::new();
    for rule in Field::root(object).key("spec").into_iter().flat_map(|it| it.list("rules")) {
        for side in ["match", "exclude"].into_iter().filter_map(|it| rule.key(it)) {
            let groups: Vec<Field<'_>> = ["any", "all"].into_iter().flat_map(|it| side.list(it)).collect();
            for filter in groups.into_iter().chain([side]) {
                all.extend(filter.key("resources").into_iter().flat_map(|it| it.list("kinds")));
            }
        }
    }
    all
}

fn entries_of_constraint(object: &Object) -> Vec<Field<'_>> {
    let entries = Field::root(object).keys(&["spec", "match", "kinds"]);
    entries.into_iter().flat_map(|it| it.items()).collect()
}

/// What rules name and there is not.
fn named<'a>(kinds: &mut Kinds<'a>, object: &'a Object) -> Vec<Notice> {
    let (told, because) = match object.group() {
        GROUP => (
            rules(object).iter().flat_map(|it| kinds.of_rules(it)).collect::<Vec<_>>(),
            "the API server takes a rule for whatever words stand in it, and asks about nothing",
        ),
        CONSTRAINT_GROUP => (
            kinds.of_gatekeeper(&entries_of_constraint(object)),
            "Gatekeeper takes a constraint for whatever kinds it names, and asks about nothing",
        ),
        _ => (
            kinds_of_rules(object).into_iter().filter_map(|it| kinds.of_kyverno(it)).collect(),
            "Kyverno does not take a policy with a kind that the cluster does not have",
        ),
    };
    told.into_iter().map(|it| notice(object, it, because)).collect()
}

fn notice(object: &Object, it: NoKind<'_>, because: &'static str) -> Notice {
    let message = format!("a rule of {} {}", object.title(), it.what);
    let notice =
        Notice::new(&CHECK.info, it.at.location(), message).because(because.to_owned()).help(it.help);
    match it.right {
        Some(right) => notice.change(Change::Set { at: it.at.location(), content: Content::Text(right) }),
        None => notice,
    }
}
