//! An Argo CD Application creates a namespace and puts nothing into it.
//!
//! ## Why
//! The namespace of a destination is for objects that name none. Where every object names
//! another one, `CreateNamespace=true` makes an empty namespace, and the one in which
//! everything is put is not created by it. Who looks for the application looks in the
//! wrong place, and one of the two names is mostly a slip.
//!
//! Judged are Applications whose objects all name one other namespace.
//!
//! ## Bad
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop}
//! spec:
//!   destination: {name: in-cluster, namespace: shop}
//!   source: {path: shop}
//!   syncPolicy: {syncOptions: [CreateNamespace=true]}
//! ```
//! ```yaml file:shop/all.yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop-system}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop-system}
//! spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
//! ```
//! ```text deliveries
//! Application shop shop
//! ```
//!
//! ## Good
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop}
//! spec:
//!   destination: {name: in-cluster, namespace: shop-system}
//!   source: {path: shop}
//!   syncPolicy: {syncOptions: [CreateNamespace=true]}
//! ```
//! ```yaml file:shop/all.yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop-system}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop-system}
//! spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
//! ```
//! ```text deliveries
//! Application shop shop
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object, Repository, is_namespaced};
use seatrial_yaml::Node;

use crate::gitops::deployed::{Deployed, deployed_anywhere, has_option};
use crate::gitops::is_literal;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unused-destination",
        title: "An Argo CD Application creates a namespace and puts nothing into it",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["argo.destination"],
        page: include_str!("argocd_unused_destination.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let used: FxHashSet<&str> = context.objects().filter_map(Object::namespace).collect();
    let mut told = FxHashSet::default();
    for it in deployed_anywhere(repository, |it| it.is("argoproj.io", "Application")) {
        let Some(field) = Field::root(it.by).keys(&["spec", "destination", "namespace"]) else { continue };
        let Some(own) = field.as_str().filter(|it| is_literal(it) && !used.contains(it)) else { continue };
        if !it.is_whole || !has_option(it.by, "CreateNamespace=true") {
            continue;
        }
        let Some(Other { first, is_everything }) = only_other(repository, it) else { continue };
        let other = first.namespace().unwrap_or_default();
        let what = if is_everything { "everything" } else { "its pods" };
        let message = format!("{} creates namespace `{own}` and puts {what} into `{other}`", it.by.title());
        if !told.insert((field.span(), other)) {
            continue;
        }
        let place = Field::root(first).key("metadata").map(|it| it.at("namespace"));
        let notice = Notice::new(&CHECK.info, field.location(), message)
            .help(format!("name `{other}` as the destination, or `{own}` in the objects"));
        report.add(match place {
            Some(place) => notice.related(place, Role::Reference, "the objects name this"),
            None => notice,
        });
    }
}

/// Where the pods of an Application run.
struct Other<'a> {
    /// An object that makes some.
    first: &'a Object,
    /// Whether all of its objects are there.
    is_everything: bool,
}

/// The namespace that all objects of an Application with pods name, which is
/// not its destination's, where none is left to the destination.
fn only_other<'a>(repository: &'a Repository, it: Deployed<'a>) -> Option<Other<'a>> {
    let objects = repository.bundle(it.unit.id).objects();
    let in_namespace = || objects.iter().filter(|it| is_namespaced(it.group(), it.kind()) == Some(true));
    let has_pods = |it: &&Object| PodTemplate::of(it).is_some();
    let first = in_namespace().find(has_pods)?;
    let written = |it: &'a Object| it.field(&["metadata", "namespace"]).and_then(Node::as_str);
    let other = written(first).filter(|it| is_literal(it))?;
    let is_other = |it: &'a Object| written(it) == Some(other);
    let agree = in_namespace().filter(has_pods).all(is_other)
        && in_namespace().all(|it| written(it).is_some_and(is_literal))
        && in_namespace().filter(|it| is_other(it)).count() > 1;
    agree.then(|| Other { first, is_everything: in_namespace().all(is_other) })
}
