//! An admission policy of the tree refuses an object.
//!
//! ## Why
//! A `ValidatingAdmissionPolicy` says in expressions what objects must look like, and its
//! binding what happens to those that do not: they are refused, or the server warns.
//! Where policies stand in the tree, they apply to what the tree deploys. A workload
//! whose pods are refused is accepted, and then waits for pods that are never created.
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
//! spec: {policyName: few-replicas, validationActions: [Deny]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   replicas: 6
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers: [{name: web, image: "registry.example.com/web:1"}]
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
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   replicas: 5
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::validating_policy::{Action, Refused, looked_at};
use seatrial_yaml::FieldPath;

use crate::admission_policies::{Bound, is_exempt};
use crate::review::location;
use crate::subjects::Subject;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-admission-policy",
        title: "An admission policy of the tree refuses an object",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.admission"],
        page: include_str!("refused_by_admission_policy.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    if !context.tree_state().has("ValidatingAdmissionPolicyBinding") {
        return;
    }
    let Some(unit) = context.objects().next().map(Object::unit) else { return };
    let bound = context.bound_policies(unit);
    if !bound.is_empty() {
        for object in context.objects().filter(|it| !is_exempt(it)) {
            judge(context, object, &bound, report);
        }
    }
}

fn judge(context: &Context<'_>, object: &Object, bound: &[Bound<'_>], report: &mut Report) {
    let subjects = [context.subject_of(object), context.pods_made_by(object)];
    let others = context.other_versions(object);
    let most = context.most_of_admission(object);
    for subject in subjects.iter().flatten() {
        let request = subject.request();
        let others = if subject.base.is_empty() { &others[..] } else { &[] };
        for it in bound {
            let judged = it.judge(subject.asked(&request), others);
            for refused in &judged.refused {
                report.add(notice(object, subject, it, refused).at_most(most));
            }
            if let Some(why) = &judged.open {
                context.leave_open(it.policy, object, &subject.title, why);
            }
        }
    }
}

fn notice(object: &Object, subject: &Subject<'_>, bound: &Bound<'_>, refused: &Refused) -> Notice {
    let Subject { title, base, .. } = subject;
    let policy = bound.policy.name();
    let (severity, verb) = match bound.action {
        Action::Deny => (Severity::Error, "refuses"),
        Action::Warn => (Severity::Warning, "warns of"),
        Action::Audit => (Severity::Info, "notes down"),
    };
    let said = &refused.message;
    let at = looked_at(&refused.expression).iter().fold(base.clone(), |path, step| path.key(step));
    let validations = FieldPath::root().key("spec").key("validations");
    let stated = match refused.validation {
        Some(index) => validations.index(index).key("expression"),
        None => FieldPath::root().key("spec").key("matchConditions"),
    };
    let binding = bound.binding.object;
    Notice::new(&CHECK.info, location(object, &at), format!("policy `{policy}` {verb} {title}: {said}"))
        .severity(severity)
        .because(format!(
            "the API server says: ValidatingAdmissionPolicy '{policy}' with binding '{}' denied request: {said}",
            binding.name()
        ))
        .related(location(bound.policy, &stated), Role::Cause, "the expression is here")
        .related(location(binding, &FieldPath::root()), Role::Reference, "the binding is here")
}
