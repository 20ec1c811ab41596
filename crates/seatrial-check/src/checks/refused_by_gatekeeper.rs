//! A constraint of Gatekeeper refuses an object.
//!
//! ## Why
//! A `ConstraintTemplate` holds a program, in Rego or in CEL, and a constraint says which
//! objects it looks at and what happens to those in violation: they are refused, or the
//! server warns. Where constraints stand in the tree, they apply to what the tree deploys.
//! A workload whose pods are refused is accepted, and then waits for pods that are never
//! created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: templates.gatekeeper.sh/v1
//! kind: ConstraintTemplate
//! metadata: {name: k8sknownregistry}
//! spec:
//!   crd: {spec: {names: {kind: K8sKnownRegistry}}}
//!   targets:
//!     - target: admission.k8s.gatekeeper.sh
//!       rego: |
//!         package k8sknownregistry
//!         violation[{"msg": msg}] {
//!           container := input.review.object.spec.template.spec.containers[_]
//!           not startswith(container.image, input.parameters.registry)
//!           msg := sprintf("%v is not from %v", [container.image, input.parameters.registry])
//!         }
//! ---
//! apiVersion: constraints.gatekeeper.sh/v1beta1
//! kind: K8sKnownRegistry
//! metadata: {name: our-registry}
//! spec:
//!   match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}
//!   parameters: {registry: registry.example.com/}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers: [{name: web, image: "docker.io/web:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: templates.gatekeeper.sh/v1
//! kind: ConstraintTemplate
//! metadata: {name: k8sknownregistry}
//! spec:
//!   crd: {spec: {names: {kind: K8sKnownRegistry}}}
//!   targets:
//!     - target: admission.k8s.gatekeeper.sh
//!       rego: |
//!         package k8sknownregistry
//!         violation[{"msg": msg}] {
//!           container := input.review.object.spec.template.spec.containers[_]
//!           not startswith(container.image, input.parameters.registry)
//!           msg := sprintf("%v is not from %v", [container.image, input.parameters.registry])
//!         }
//! ---
//! apiVersion: constraints.gatekeeper.sh/v1beta1
//! kind: K8sKnownRegistry
//! metadata: {name: our-registry}
//! spec:
//!   match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}
//!   parameters: {registry: registry.example.com/}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_policy::Family;
use seatrial_yaml::FieldPath;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-gatekeeper",
        title: "A constraint of Gatekeeper refuses an object",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.admission"],
        page: include_str!("refused_by_gatekeeper.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let parameters = FieldPath::root().key("spec").key("parameters");
    for refusal in context.refusals(Family::Gatekeeper) {
        let constraint = refusal.policy().map(|it| repository.object(it));
        if constraint.is_some_and(|it| context.review_of(it).refuses(&parameters)) {
            continue;
        }
        let notice = refusal.notice(&CHECK.info, repository);
        report.add(context.weigh(repository.object(refusal.object), notice));
    }
}
