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

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::kyverno::{Action, Failure, Outcome, Work};
use seatrial_yaml::{FieldPath, PathStep};

use crate::kyverno::{Bound, is_own};
use crate::review::location;
use crate::subjects::Subject;
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
    let policies = context.kyverno();
    let Some(unit) = context.objects().next().map(Object::unit).filter(|_| !policies.is_empty()) else {
        return;
    };
    let repository = context.world().repository;
    let bound = policies.bound(repository, unit);
    if bound.is_empty() {
        return;
    }
    let around = policies.around(repository, unit);
    let mut work = Work::default();
    for object in context.objects().filter(|it| !is_own(it)) {
        let (own, pods) = (context.subject_of(object), context.pods_made_by(object));
        let most = context.most_of_admission(object);
        for it in &bound {
            // Rules for pods that were made ones for what makes pods are told there.
            let subjects = [own.as_ref(), pods.as_ref().filter(|_| !it.rule.is_model())];
            for subject in subjects.into_iter().flatten() {
                let outcome = policies.judge(it, object, subject, &around, &mut work);
                let found = notice(object, subject, it, outcome);
                report.add_some(found.map(|it| it.at_most(most)));
            }
        }
    }
}

fn notice(object: &Object, subject: &Subject<'_>, bound: &Bound<'_>, outcome: Outcome) -> Option<Notice> {
    let failure = match outcome {
        Outcome::Fail(failure) => failure,
        Outcome::Error(why) if bound.policy.refuses_failures() => {
            Failure { message: why, hangs_on_user: true, ..Failure::default() }
        }
        _ => return None,
    };
    let request = subject.request();
    let (severity, verb) = match bound.policy.action(bound.rule, subject.asked(&request)) {
        Action::Enforce if failure.hangs_on_user => (Severity::Warning, "refuses"),
        Action::Enforce => (Severity::Error, "refuses"),
        Action::Warn => (Severity::Warning, "warns of"),
        Action::Audit => (Severity::Info, "notes down"),
    };
    let (policy, rule, title) = (bound.stated.name(), bound.rule.name(), &subject.title);
    let said = match failure.message.as_str() {
        "" => format!("rule {rule} failed"),
        said => said.to_owned(),
    };
    let at = match failure.path.as_slice() {
        [] => subject.place(object, &said, &[]),
        path => path.iter().fold(subject.base.clone(), |at, step| match step {
            PathStep::Key(key) => at.key(key),
            PathStep::Index(index) => at.index(*index),
        }),
    };
    let rules = FieldPath::root().key("spec");
    let stated = bound.rule.at().map_or(rules.clone(), |at| rules.key("rules").index(at));
    Some(
        Notice::new(&CHECK.info, location(object, &at), format!("policy `{policy}` {verb} {title}: {said}"))
            .severity(severity)
            .because(format!("Kyverno says: policy {policy}: {rule}: {said}"))
            .related(location(bound.stated, &stated), Role::Cause, "the rule is here"),
    )
}
