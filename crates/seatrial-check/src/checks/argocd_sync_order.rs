//! An Argo CD sync needs something that it applies later.
//!
//! ## Why
//! Argo CD applies hooks before the sync, then wave by wave, and goes on when everything so
//! far is healthy. A pod that needs a `ConfigMap` of a later wave never becomes healthy, so
//! the later wave is never reached: the first sync of a new cluster hangs, although the
//! next one of an old cluster works. The same holds for a custom resource before its
//! definition.
//!
//! ## Bad
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop}
//! spec: {source: {path: shop}}
//! ```
//! ```yaml file:shop/all.yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata:
//!   name: migrate
//!   namespace: shop
//!   annotations: {argocd.argoproj.io/hook: PreSync}
//! spec:
//!   template:
//!     spec:
//!       restartPolicy: Never
//!       containers: [{name: migrate, image: "db:1", envFrom: [{configMapRef: {name: settings}}]}]
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: shop}
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
//! spec: {source: {path: shop}}
//! ```
//! ```yaml file:shop/all.yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata:
//!   name: migrate
//!   namespace: shop
//!   annotations: {argocd.argoproj.io/sync-wave: "1"}
//! spec:
//!   template:
//!     spec:
//!       restartPolicy: Never
//!       containers: [{name: migrate, image: "db:1", envFrom: [{configMapRef: {name: settings}}]}]
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: shop}
//! ```
//! ```text deliveries
//! Application shop shop
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::references::{Relation, Strength};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Bundle, Field, Link, Object};
use seatrial_yaml::Node;

use crate::gitops::deployed::{Deployed, Turn, deployed, turn_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-sync-order",
        title: "An Argo CD sync needs something that it applies later",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["argo.wave", "argo.crd-order"],
        page: include_str!("argocd_sync_order.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    for it in deployed(repository, |it| it.is("argoproj.io", "Application")) {
        let bundle = repository.bundle(it.unit.id);
        for object in bundle.objects() {
            let Some(turn) = Turn::of(object) else { continue };
            let later = |other: &&Object| Turn::of(other).is_some_and(|it| it > turn);
            if let Some(needed) = needed(context, object).into_iter().find(later) {
                report.add(notice(it, object, needed, "nothing of it gets ready before that"));
            } else if let Some(definition) = definition(bundle, object).filter(later) {
                report.add(notice(
                    it,
                    object,
                    definition,
                    "the API server does not know its kind before that",
                ));
            }
        }
    }
}

/// What an object cannot do without and its own unit alone brings.
fn needed<'a>(context: &Context<'a>, object: &Object) -> Vec<&'a Object> {
    let makes_pods = PodTemplate::of(object).is_some();
    let is_needed = |link: &&Link| match link.relation {
        Relation::EnvKey | Relation::EnvFrom | Relation::Volume | Relation::Account => {
            makes_pods && link.strength == Strength::Required
        }
        _ => false,
    };
    let links = context.links_of(object).iter().filter(is_needed);
    let only = links.filter_map(|link| match link.resolution.places() {
        [place] if place.unit == object.unit() => Some(context.world().repository.object(*place)),
        _ => None,
    });
    only.collect()
}

/// The definition of an object's kind, where its own unit brings it.
fn definition<'a>(bundle: &'a Bundle, object: &Object) -> Option<&'a Object> {
    let mut all = bundle.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
    all.find(|it| {
        let text = |keys: &[&str]| it.field(keys).and_then(Node::as_str);
        text(&["spec", "group"]) == Some(object.group())
            && text(&["spec", "names", "kind"]) == Some(object.kind())
    })
}

fn notice(deployed: Deployed<'_>, object: &Object, needed: &Object, outcome: &str) -> Notice {
    let place = |it: &Object| -> Location {
        turn_field(it).map_or_else(|| Field::root(it).at("metadata"), |field| field.location())
    };
    let words = |it| Turn::of(it).map(Turn::words).unwrap_or_default();
    let message = format!("{} needs {}, which is applied after it", object.title(), needed.title());
    Notice::new(&CHECK.info, place(object), message)
        .because(format!("{} applies the one {}", deployed.by.title(), words(object)))
        .because(format!("and the other {}; {outcome}", words(needed)))
        .related(place(needed), Role::Cause, "this comes later")
        .help(format!(
            "give {} an earlier `argocd.argoproj.io/sync-wave`, and the same hook where the other has one",
            needed.title()
        ))
}
