//! A `LimitRange` refuses pods or claims.
//!
//! ## Why
//! A `LimitRange` bounds what one container, pod or claim of its namespace may ask for.
//! The API server first fills in what its defaults say, then refuses what is outside.
//! So it refuses as well a limit that is filled in below what the container requests.
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

use std::cmp::Ordering;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::{Cause, Denial, limit_range};
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_schema::rules::{quantities, resources};
use seatrial_schema::{Entry, Value};
use seatrial_yaml::{FieldPath, PathStep};

use crate::defaulted::{filled_in_by, who_set};
use crate::review::{bound_of, location};
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
        let ranges = state.limit_ranges_of(object);
        if ranges.is_empty() {
            continue;
        }
        let judge = Judge { context, state, object, ranges };
        if let Some(pods) = state.pods_of(object) {
            let pod = state.filled_in(object, pods.pod);
            judge.tell("the pods of ", (&pods.base, &pod), judge.ask(&new_pod(object), &pod), report);
            judge.contradictions(&pods.base, &pod, report);
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

    /// Limits that are filled in beside requests which they do not allow: the server
    /// holds the two against each other after that.
    fn contradictions(&self, base: &FieldPath, pod: &Value, report: &mut Report) {
        for list in ["containers", "initContainers"] {
            for (container, at) in pod.at("spec").items(list).iter().zip(0..) {
                let resources = container.at("resources");
                let at = FieldPath::root().key("spec").key(list).index(at).key("resources");
                for request in resources.entries("requests") {
                    let limit = resources.at("limits").as_map().and_then(|it| it.entry(&request.key));
                    let notice = limit.and_then(|limit| self.contradiction((base, pod), &at, request, limit));
                    report.add_some(notice.map(|it| self.context.weigh(self.object, it)));
                }
            }
        }
    }

    fn contradiction(
        &self,
        (base, pod): (&FieldPath, &Value),
        at: &FieldPath,
        request: &Entry,
        limit: &Entry,
    ) -> Option<Notice> {
        let resource = request.key.as_str();
        let (requested, limited) = (quantities::of(&request.value), quantities::of(&limit.value));
        let bound = match requested.cmp(&limited) {
            Ordering::Equal => return None,
            _ if !resources::is_overcommit_allowed(resource) => "equal to",
            Ordering::Greater => "less than or equal to",
            Ordering::Less => return None,
        };
        let limits = at.key("limits").key(resource);
        let by = who_set(self.state, self.object, base, pod, &limits)?;
        let (range, default) = filled_in_by(self.state, self.object, &limits)?;
        if self.is_refused(range, &default) {
            return None;
        }
        let whose = if self.object.is("", "Pod") { "" } else { "the pods of " };
        let (name, requests) = (range.name(), at.key("requests"));
        let message = format!(
            "the default of {resource} in LimitRange `{name}` refuses {whose}{}",
            self.object.title()
        );
        let said = format!(
            "{requests}: Invalid value: \"{requested}\": must be {bound} {resource} limit of {limited}"
        );
        Some(
            Notice::new(&CHECK.info, location(self.object, &base.join(&requests.key(resource))), message)
                .because(format!("the API server says: {said}"))
                .because(by)
                .help("state the limit beside the request")
                .related(location(range, &default), Role::Cause, "the default is here"),
        )
    }

    /// Whether the server refuses what a range says of the resource of this bound.
    fn is_refused(&self, range: &Object, bound: &FieldPath) -> bool {
        let errors = &self.context.review_of(range).errors;
        bound_of(bound).is_some_and(|bound| errors.iter().any(|it| bound_of(&it.path) == Some(bound)))
    }

    fn notice(&self, subject: &str, base: &FieldPath, pair: &[Cause], said: &str) -> Option<Notice> {
        let [own, bound] = pair else { return None };
        let named = &bound.of.as_ref()?.name;
        let range = self.ranges.iter().find(|it| it.object.name() == named)?.object;
        let last: Vec<&str> = bound.path.steps().iter().rev().take(2).filter_map(key).collect();
        let [resource, side] = last.as_slice() else { return None };
        if self.is_refused(range, &bound.path) {
            return None;
        }
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
