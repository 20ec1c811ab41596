//! A policy of Kyverno refuses an object.
//!
//! ## Why
//! A `ClusterPolicy` or a `Policy` says what objects must look like: by a pattern, by
//! conditions, by a level of Pod Security or in CEL; rules for pods count for what makes
//! pods, too. With `Enforce`, objects that are otherwise are refused; with `Audit` they are
//! written into a report. Where policies stand in the tree, they apply to what the tree
//! deploys, except in the namespaces that Kyverno leaves out (`kube-system` and the like).
//!
//! ## Bad
//! ```yaml
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata: {name: no-latest}
//! spec:
//!   rules:
//!     - name: tag
//!       match: {any: [{resources: {kinds: [Pod]}}]}
//!       validate:
//!         failureAction: Enforce
//!         message: images have a tag that stays
//!         pattern: {spec: {containers: [{image: "!*:latest"}]}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers: [{name: web, image: "registry.example.com/web:latest"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata: {name: no-latest}
//! spec:
//!   rules:
//!     - name: tag
//!       match: {any: [{resources: {kinds: [Pod]}}]}
//!       validate:
//!         failureAction: Enforce
//!         message: images have a tag that stays
//!         pattern: {spec: {containers: [{image: "!*:latest"}]}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers: [{name: web, image: "registry.example.com/web:1.4"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_policy::Family;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-kyverno",
        title: "A policy of Kyverno refuses an object",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.admission"],
        page: include_str!("refused_by_kyverno.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    for refusal in context.refusals(Family::Kyverno) {
        let notice = refusal.notice(&CHECK.info, repository);
        report.add(context.weigh(repository.object(refusal.object), notice));
    }
}
