//! One Argo CD Application stands in another namespace than all others.
//!
//! ## Why
//! Argo CD reads Applications of its own namespace, and of others only when it was
//! started with them and a project lists them in `sourceNamespaces`. Elsewhere an
//! Application is an object that nobody looks at: it is created, and nothing happens.
//!
//! Judged are Applications of one unit, where at least three others agree.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: a, namespace: argocd}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: b, namespace: argocd}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: c, namespace: argocd}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: d, namespace: apps}
//! spec: {destination: {namespace: argocd}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: a, namespace: argocd}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: b, namespace: argocd}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: c, namespace: argocd}
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: d, namespace: argocd}
//! spec: {destination: {namespace: apps}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, NameGlob, Object};

use crate::gitops::is_literal;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-application-elsewhere",
        title: "One Argo CD Application stands in another namespace than all others",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.destination"],
        page: include_str!("argocd_application_elsewhere.rs"),
    },
    run,
};

const GROUP: &str = "argoproj.io";
/// Fewer than this that agree say nothing about one that differs.
const OTHERS_MIN: usize = 3;

fn run(context: &Context<'_>, report: &mut Report) {
    for kind in ["Application", "ApplicationSet"] {
        let placed: Vec<(&Object, &str)> = context
            .of_kind(GROUP, kind)
            .filter_map(|it| Some((it, it.namespace().filter(|it| is_literal(it))?)))
            .collect();
        let Some((odd, common)) = odd_one(&placed) else { continue };
        let own = odd.namespace().unwrap_or_default();
        if !is_source_namespace(context, own) {
            report.add(notice(odd, own, common));
        }
    }
}

/// The one that stands elsewhere, and the namespace of all others.
fn odd_one<'a>(placed: &[(&'a Object, &'a str)]) -> Option<(&'a Object, &'a Object)> {
    let is_alone = |at: &str| placed.iter().filter(|it| it.1 == at).count() == 1;
    let odd = placed.iter().find(|it| is_alone(it.1))?;
    let mut others = placed.iter().filter(|it| it.0.id() != odd.0.id());
    let first = others.next()?;
    let agree = 1 + others.filter(|it| it.1 == first.1).count();
    (agree >= OTHERS_MIN && agree + 1 == placed.len()).then_some((odd.0, first.0))
}

/// Whether a project of the tree lets Applications stand in a namespace.
fn is_source_namespace(context: &Context<'_>, namespace: &str) -> bool {
    let projects = context.world().repository.of_kind(GROUP, "AppProject");
    let fits = |it: Field<'_>| {
        let pattern = it.as_str().unwrap_or_default();
        NameGlob::new(pattern).is_ok_and(|glob| glob.is_match(namespace))
    };
    let mut listed = projects.filter_map(|it| Field::root(it).key("spec"));
    listed.any(|spec| spec.list("sourceNamespaces").any(fits))
}

fn notice(odd: &Object, own: &str, other: &Object) -> Notice {
    let common = other.namespace().unwrap_or_default();
    let message = format!("{} stands in namespace `{own}`, all others in `{common}`", odd.title());
    let place = |it| {
        Field::root(it).key("metadata").map_or_else(|| Field::root(it).location(), |it| it.at("namespace"))
    };
    let destination = Field::root(odd).keys(&["spec", "destination", "namespace"]);
    let notice = Notice::new(&CHECK.info, place(odd), message)
        .because("no project of the tree lists it in `sourceNamespaces`")
        .related(place(other), Role::Reference, "one of the others")
        .help(format!("put it into `{common}`"));
    match destination.filter(|it| it.as_str() == Some(common)) {
        Some(field) => notice.related(
            field.location(),
            Role::Cause,
            "its destination is the namespace of the others: perhaps the two were swapped",
        ),
        None => notice,
    }
}
