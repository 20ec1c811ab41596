//! A `LimitRange` refuses pods or claims.
//!
//! ## Why
//! A `LimitRange` bounds what one container, pod or claim of its namespace may ask for.
//! The API server first fills in what its defaults say, then refuses what is outside.
//! A Deployment is still accepted, and then waits for pods that are never created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: LimitRange
//! metadata: {name: bounds, namespace: shop}
//! spec:
//!   limits: [{type: Container, max: {memory: 1Gi}}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop}
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1
//!       resources: {limits: {memory: 2Gi}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: LimitRange
//! metadata: {name: bounds, namespace: shop}
//! spec:
//!   limits: [{type: Container, max: {memory: 1Gi}}]
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop}
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1
//!       resources: {limits: {memory: 1Gi}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::{Cause, Denial, limit_range};
use seatrial_schema::Value;
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_yaml::{FieldPath, PathStep};

use crate::defaulted::who_set;
use crate::review::location;
use crate::tree_state::{Stated, TreeState, new_pod};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-limit-range",
        title: "A LimitRange refuses pods or claims",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.limit-range"],
        page: include_str!("refused_by_limit_range.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let state = context.tree_state();
    if !state.has("LimitRange") {
        return;
    }
    for object in context.objects() {
        let ranges = state.in_namespace_of(object, "LimitRange");
        if ranges.is_empty() {
            continue;
        }
        let judge = Judge { context, state, object, ranges };
        if let Some(pods) = state.pods_of(object) {
            let pod = state.filled_in(object, pods.pod);
            judge.tell("the pods of ", (&pods.base, &pod), judge.ask(&new_pod(object), &pod), report);
        }
        judge.claims(report);
    }
}

struct Judge<'c, 'a> {
    context: &'c Context<'a>,
    state: &'a TreeState<'a>,
    object: &'a Object,
    ranges: Vec<&'a Stated<'a>>,
}

impl Judge<'_, '_> {
    fn ask(&self, request: &Attributes<'_>, object: &Value) -> Option<Denial> {
        limit_range::enforce(request, object, &self.state.around(self.object, &[])).err()
    }

    /// A claim, or those that the pods of a `StatefulSet` bring along.
    fn claims(&self, report: &mut Report) {
        let is_claim = self.object.is("", "PersistentVolumeClaim");
        if !is_claim && !self.object.is("apps", "StatefulSet") {
            return;
        }
        let Some((value, _)) = self.state.decoded(self.object) else { return };
        let request = Attributes {
            operation: Operation::Create,
            kind: "PersistentVolumeClaim",
            resource: "persistentvolumeclaims",
            ..new_pod(self.object)
        };
        if is_claim {
            self.tell("", (&FieldPath::root(), &value), self.ask(&request, &value), report);
            return;
        }
        let list = FieldPath::root().key("spec").key("volumeClaimTemplates");
        for (claim, at) in value.at("spec").items("volumeClaimTemplates").iter().zip(0..) {
            self.tell("the claims of ", (&list.index(at), claim), self.ask(&request, claim), report);
        }
    }

    /// One notice for each bound that is not kept.
    fn tell(
        &self,
        whose: &str,
        (base, value): (&FieldPath, &Value),
        denial: Option<Denial>,
        report: &mut Report,
    ) {
        let Some(denial) = denial else { return };
        let whose = if self.object.is("", "Pod") { "" } else { whose };
        let subject = format!("{whose}{}", self.object.title());
        for pair in denial.causes.chunks_exact(2) {
            let by = who_set(self.state, self.object, base, value, &pair[0].path);
            let notice = self.notice(&subject, base, pair, &denial.message);
            let notice = notice.map(|it| match by {
                Some(by) => it.because(by),
                None => it,
            });
            report.add_some(notice.map(|it| self.context.weigh(self.object, it)));
        }
    }

    fn notice(&self, subject: &str, base: &FieldPath, pair: &[Cause], said: &str) -> Option<Notice> {
        let [own, bound] = pair else { return None };
        let named = &bound.of.as_ref()?.name;
        let range = self.ranges.iter().find(|it| it.object.name() == named)?.object;
        let last: Vec<&str> = bound.path.steps().iter().rev().take(2).filter_map(key).collect();
        let [resource, side] = last.as_slice() else { return None };
        let message = format!("the {side} of {resource} in LimitRange `{named}` refuses {subject}");
        Some(
            Notice::new(&CHECK.info, location(self.object, &base.join(&own.path)), message)
                .because(format!("the API server says: {said}"))
                .related(location(range, &bound.path), Role::Cause, "the bound is here"),
        )
    }
}

fn key(step: &PathStep) -> Option<&str> {
    match step {
        PathStep::Key(key) => Some(key.as_str()),
        PathStep::Index(_) => None,
    }
}
