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

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::gatekeeper::{Action, Inventory, Review, Violation, Work};
use seatrial_schema::decode::untyped;
use seatrial_yaml::FieldPath;

use crate::gatekeeper::Bound;
use crate::review::location;
use crate::subjects::Subject;
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
    let constraints = context.constraints();
    let Some(unit) = context.objects().next().map(Object::unit).filter(|_| !constraints.is_empty()) else {
        return;
    };
    let bound = constraints.bound(context.world().repository, unit);
    if bound.is_empty() {
        return;
    }
    let asks_for_others = bound.iter().any(|it| it.asks_for_others);
    let others: Vec<_> = context.objects().filter(|_| asks_for_others).map(|it| untyped(it.root())).collect();
    let known = Inventory::of(others.iter());
    let subjects = subjects(context);
    let mut work = Work::default();
    for it in &bound {
        for (at, violation) in constraints.judge(it, &subjects, &known, &mut work) {
            let (object, subject, _) = &subjects[at];
            let most = context.most_of_admission(object);
            report.add(notice(object, subject, it, &violation).at_most(most));
        }
    }
}

/// What Gatekeeper is asked about.
fn subjects<'a>(context: &Context<'a>) -> Vec<(&'a Object, Subject<'a>, Review)> {
    let objects = context.objects().filter(|it| !it.group().ends_with("gatekeeper.sh"));
    let both = objects.flat_map(|object| {
        let both = [context.subject_of(object), context.pods_made_by(object)];
        both.into_iter().flatten().map(move |subject| (object, subject))
    });
    let asked = both.filter(|(_, subject)| !context.constraints().exempts(subject.request().namespace));
    let reviewed = |(object, subject): (&'a Object, Subject<'a>)| {
        let review = Review::of(subject.asked(&subject.request()));
        (object, subject, review)
    };
    asked.map(reviewed).collect()
}

fn notice(object: &Object, subject: &Subject<'_>, bound: &Bound<'_>, violation: &Violation) -> Notice {
    let (severity, verb) = match bound.action {
        Action::Deny if bound.asks_for_others => (Severity::Warning, "refuses"),
        Action::Deny => (Severity::Error, "refuses"),
        Action::Warn => (Severity::Warning, "warns of"),
        Action::DryRun => (Severity::Info, "notes down"),
    };
    let (name, said, title) = (bound.constraint.name(), &violation.message, &subject.title);
    let at = subject.place(object, said, &violation.looked_at);
    let notice = Notice::new(
        &CHECK.info,
        location(object, &at),
        format!("constraint `{name}` {verb} {title}: {said}"),
    )
    .severity(severity)
    .because(format!("Gatekeeper says: [{name}] {said}"))
    .related(location(bound.constraint, &FieldPath::root()), Role::Cause, "the constraint is here")
    .related(location(bound.template, &FieldPath::root()), Role::Reference, "its template is here");
    if !bound.asks_for_others {
        return notice;
    }
    notice.because("it hangs on other objects of the cluster; only those of this unit are known".to_owned())
}
