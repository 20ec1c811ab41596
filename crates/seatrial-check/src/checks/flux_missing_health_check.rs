//! A Flux Kustomization waits for an object that nothing makes.
//!
//! ## Why
//! After it has applied everything, Flux waits until the objects under `healthChecks` are
//! ready. One that is not there never is: the Kustomization fails with `timeout waiting for`
//! after its `timeout`, again and again, and whatever depends on it is not applied.
//!
//! A `HelmRelease` is looked for in the tree; what runs in a cluster only where the
//! Kustomization itself applies everything and no operator or chart makes objects for it.
//! With `wait: true` Flux waits for all that it applies and passes the list over.
//!
//! ## Bad
//! ```yaml file:flux/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps
//!   healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web, namespace: shop}]
//! ```
//! ```yaml file:apps/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: website, namespace: shop}
//! ```
//! ```text deliveries
//! Kustomization apps apps
//! ```
//!
//! ## Good
//! ```yaml file:flux/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps
//!   healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: website, namespace: shop}]
//! ```
//! ```yaml file:apps/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: website, namespace: shop}
//! ```
//! ```text deliveries
//! Kustomization apps apps
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object, Repository, is_namespaced};

use crate::flux::{HELM, KUSTOMIZE};
use crate::gitops::deployed::{Deployed, deployed};
use crate::gitops::is_literal;
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-missing-health-check",
        title: "A Flux Kustomization waits for an object that nothing makes",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["flux.healthChecks"],
        page: include_str!("flux_missing_health_check.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    for it in
        deployed(repository, |it| it.is(KUSTOMIZE, "Kustomization")).into_iter().filter(|it| it.is_whole)
    {
        // Where Flux waits for all that it applies, it passes this list over.
        let spec = Field::root(it.by).key("spec").filter(|it| !it.flag("wait"));
        for entry in spec.iter().flat_map(|it| it.list("healthChecks")) {
            report.add_some(judge(repository, it, &entry));
        }
    }
}

fn judge(repository: &Repository, it: Deployed<'_>, entry: &Field<'_>) -> Option<Notice> {
    let [kind, name] = ["kind", "name"].map(|key| entry.text(key).filter(|it| is_literal(it)));
    let (kind, name) = (kind?, name?);
    let version = entry.text("apiVersion").unwrap_or_default();
    let group = version.split_once('/').map_or("", |it| it.0);
    let namespace = entry.text("namespace");
    let own = repository.bundle(it.unit.id).objects();
    let is_release = (group, kind) == (HELM, "HelmRelease");
    // Operators and charts make objects of their own.
    let makes_none = || own.iter().all(|it| is_namespaced(it.group(), it.kind()).is_some() && !is_maker(it));
    if !is_release && !makes_none() {
        return None;
    }
    let fits = |it: &&Object| {
        it.is(group, kind) && (it.namespace().is_none() || namespace.is_none() || it.namespace() == namespace)
    };
    let mut known = repository.objects().filter(fits).map(Object::name).peekable();
    known.peek()?;
    let known: Vec<&str> = known.collect();
    if known.iter().any(|it| *it == name || !is_literal(it)) {
        return None;
    }
    let message = format!("{} waits for {kind} {name}, which nothing in the tree makes", it.by.title());
    let help = match meant(name, known.iter().copied()) {
        Some(near) => format!("wait for `{near}`"),
        None => "correct the name, or remove the entry".to_owned(),
    };
    Some(Notice::new(&CHECK.info, entry.at("name"), message).help(help))
}

/// Whether objects come of an object that nobody sees here.
fn is_maker(object: &Object) -> bool {
    let group = object.group();
    group.contains('.') && !group.ends_with(".k8s.io")
}
