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

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_policy::Family;

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
    let repository = context.world().repository;
    for refusal in context.refusals(Family::Native) {
        let notice = refusal.notice(&CHECK.info, repository);
        report.add(context.weigh(repository.object(refusal.object), notice));
    }
}
