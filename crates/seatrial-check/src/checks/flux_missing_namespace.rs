//! A Flux Kustomization deploys into a namespace that nothing creates.
//!
//! ## Why
//! Flux does not create namespaces. With a `targetNamespace` that is not there, every
//! object of the path is refused, `namespaces "shop" not found`, and the Kustomization
//! never becomes ready.
//!
//! This is told of Kustomizations that another one lists, in repositories that
//! define the namespaces of most.
//!
//! ## Bad
//! ```yaml listed file:apps/ks.yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: media}
//! ---
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: network}
//! ---
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: runners-system}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: a, namespace: flux-system}
//! spec: {targetNamespace: media, path: ./apps/a}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: b, namespace: flux-system}
//! spec: {targetNamespace: network, path: ./apps/b}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: c, namespace: flux-system}
//! spec: {targetNamespace: runners-system, path: ./apps/c}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: d, namespace: flux-system}
//! spec: {targetNamespace: runners-controller, path: ./apps/d}
//! ```
//!
//! ## Good
//! ```yaml listed file:apps/ks.yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: media}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: a, namespace: flux-system}
//! spec: {targetNamespace: media, path: ./apps/a}
//! ```

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object, Repository, UnitRole};
use seatrial_yaml::Node;

use crate::gitops::is_literal;
use crate::missing::{external, is_of_tool};
use crate::slip::akin;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-missing-namespace",
        title: "A Flux Kustomization deploys into a namespace that nothing creates",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["flux.targetNamespace", "ref.namespace"],
        page: include_str!("flux_missing_namespace.rs"),
    },
    run,
};

/// As many namespaces must be defined for each that is not: a repository
/// whose namespaces come from elsewhere says nothing about one of them.
const DEFINED_MIN: usize = 3;
const BUILT_IN: &[&str] = &["default", "flux-system", "kube-system", "kube-public", "kube-node-lease"];

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let mut wanted: BTreeMap<&str, Vec<Field<'_>>> = BTreeMap::new();
    for bundle in &repository.bundles {
        for object in bundle.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization") {
            let Some(field) = Field::root(object).keys(&["spec", "targetNamespace"]) else { continue };
            let Some(name) = field.as_str().filter(|it| !it.is_empty() && is_literal(it)) else { continue };
            wanted.entry(name).or_default().push(field);
        }
    }
    let known = known(repository);
    let is_declared = |name: &str| repository.external.iter().any(|it| it.has("", "Namespace", None, name));
    let is_defined = |name: &str| known.contains(name) || is_declared(name);
    let is_known = |name: &str| is_defined(name) || BUILT_IN.contains(&name);
    let (defined, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(name, _)| is_known(name));
    let counted = defined.iter().filter(|(name, _)| is_defined(name)).count();
    if counted < DEFINED_MIN * missing.len() {
        return;
    }
    for (name, fields) in missing.into_iter().filter(|(name, _)| !is_of_tool(name)) {
        // Of those that are applied as they are, `missing-namespace` tells.
        let is_listed = |it: &Field<'_>| context.unit(it.object().unit()).role == UnitRole::Base;
        for field in fields.into_iter().filter(is_listed) {
            report.add(notice(&known, name, &field));
        }
    }
}

/// The namespaces that the tree defines, or that something in it creates.
fn known(repository: &Repository) -> BTreeSet<&str> {
    let mut known = BTreeSet::new();
    for object in repository.objects() {
        if object.is("", "Namespace") {
            known.insert(object.name());
        } else if object.is("helm.toolkit.fluxcd.io", "HelmRelease") {
            known.extend(created_by(object));
        }
    }
    known
}

/// The namespace that a release creates for itself.
fn created_by(release: &Object) -> Option<&str> {
    let creates = release.field(&["spec", "install", "createNamespace"]).and_then(Node::as_bool);
    let target = release.field(&["spec", "targetNamespace"]).and_then(Node::as_str);
    target.or(release.namespace()).filter(|_| creates == Some(true))
}

fn notice(known: &BTreeSet<&str>, name: &str, field: &Field<'_>) -> Notice {
    let message =
        format!("{} deploys into namespace `{name}`, which nothing here creates", field.object().title());
    let declare = external("Namespace", None, name);
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .because("the namespaces of the other Kustomizations are defined here");
    match like(known, name) {
        Some(near) => notice
            .help(format!("is `{near}` meant? if it exists elsewhere, say so in seatrial.toml: {declare}")),
        None => notice.help(format!(
            "add a Namespace `{name}`; if it exists elsewhere, say so in seatrial.toml: {declare}"
        )),
    }
}

/// A namespace whose name begins or ends alike.
fn like<'k>(known: &BTreeSet<&'k str>, name: &str) -> Option<&'k str> {
    let stem = name.rsplit_once('-').map_or(name, |(stem, _)| stem);
    akin(name, known.iter().copied()).or_else(|| known.iter().copied().find(|it| it.starts_with(stem)))
}
