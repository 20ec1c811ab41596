//! Argo CD syncs a custom resource together with the operator that defines it.
//!
//! ## Why
//! Before it applies anything, Argo CD asks the API server for a dry run of every object.
//! A definition that is part of the sync is allowed for. One that an operator creates, which
//! this very sync installs, is not: the sync of a new cluster fails with `the server could
//! not find the requested resource`, and the operator is never installed.
//!
//! Only kinds are judged that nothing in the tree defines and that no Application uses
//! without the `Subscription` of the same operator beside them.
//!
//! ## Bad
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: sso}
//! spec: {source: {path: sso}}
//! ```
//! ```yaml file:sso/all.yaml
//! apiVersion: operators.coreos.com/v1alpha1
//! kind: Subscription
//! metadata: {name: sso-operator, namespace: sso}
//! ---
//! apiVersion: sso.example.com/v1
//! kind: Realm
//! metadata: {name: shop, namespace: sso}
//! ```
//! ```text deliveries
//! Application sso sso
//! ```
//!
//! ## Good
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: sso}
//! spec: {source: {path: sso}}
//! ```
//! ```yaml file:sso/all.yaml
//! apiVersion: operators.coreos.com/v1alpha1
//! kind: Subscription
//! metadata: {name: sso-operator, namespace: sso}
//! ---
//! apiVersion: sso.example.com/v1
//! kind: Realm
//! metadata:
//!   name: shop
//!   namespace: sso
//!   annotations: {argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true}
//! ```
//! ```text deliveries
//! Application sso sso
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Bundle, Field, Object, Repository};

use crate::custom_kinds::undefined_kinds;
use crate::gitops::deployed::{Deployed, annotation, deployed_anywhere, has_option};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unknown-kind-at-sync",
        title: "Argo CD syncs a custom resource together with the operator that defines it",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["argo.crd-order"],
        page: include_str!("argocd_unknown_kind_at_sync.rs"),
    },
    run,
};

const OPTION: &str = "SkipDryRunOnMissingResource=true";
const OPTIONS: &str = "argocd.argoproj.io/sync-options";
const OPERATORS: &str = "operators.coreos.com";
/// Further objects that are pointed at.
const RELATED_MAX: usize = 5;

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let all = deployed_anywhere(repository, |it| it.is("argoproj.io", "Application"));
    if all.is_empty() {
        return;
    }
    let undefined: FxHashSet<(&str, &str)> = undefined_kinds(repository, context.objects())
        .iter()
        .map(|it| (it.first.group(), it.first.kind()))
        .collect();
    let usual = usual_groups(repository, &all);
    let mut told: FxHashSet<_> = FxHashSet::default();
    for it in all {
        let is_meant = |object: &&Object| {
            undefined.contains(&(object.group(), object.kind()))
                && !comes_with_cluster(object.group())
                && !usual.contains(object.group())
                && !skips_dry_run(object)
        };
        if has_option(it.by, OPTION) {
            continue;
        }
        let Some(operator) = operators(repository, it).next() else { continue };
        let found: Vec<&Object> = repository.bundle(it.unit.id).objects().iter().filter(is_meant).collect();
        let Some(first) = found.first().filter(|it| told.insert(it.span())) else { continue };
        report.add(notice(it, operator, first, &found));
    }
}

fn operators<'a>(repository: &'a Repository, it: Deployed<'a>) -> impl Iterator<Item = &'a Object> {
    repository.bundle(it.unit.id).of_kind(OPERATORS, "Subscription")
}

/// The groups that Applications use which install no operator: something else
/// defines them.
fn usual_groups<'a>(repository: &'a Repository, all: &[Deployed<'a>]) -> FxHashSet<&'a str> {
    let without = all.iter().filter(|it| operators(repository, **it).next().is_none());
    let bundles = without.map(|it| repository.bundle(it.unit.id));
    bundles.flat_map(Bundle::objects).map(Object::group).collect()
}

/// Whether a group is there with a platform or its installer of operators.
fn comes_with_cluster(group: &str) -> bool {
    group == OPERATORS
        || group.ends_with("openshift.io")
        || group.ends_with(".k8s.io")
        || !group.contains('.')
}

fn skips_dry_run(object: &Object) -> bool {
    annotation(object, OPTIONS).is_some_and(|it| it.split(',').any(|it| it.trim() == OPTION))
}

fn notice(it: Deployed<'_>, operator: &Object, first: &Object, found: &[&Object]) -> Notice {
    let message = format!(
        "{} is synced together with {}, which installs what defines its kind",
        first.title(),
        operator.title()
    );
    let notice = Notice::new(&CHECK.info, Field::root(first).at("metadata"), message)
        .because(format!("{} asks for a dry run of all objects before it applies one", it.by.title()))
        .because(format!("nothing in the tree defines {} of `{}`", first.kind(), first.group()))
        .related(Field::root(operator).at("metadata"), Role::Cause, "the operator");
    let others = found[1..].iter().take(RELATED_MAX);
    let notice = others.fold(notice, |notice, it| {
        notice.related(Field::root(it).at("metadata"), Role::Reference, "this one, too")
    });
    notice.help(format!(
        "annotate it with `{OPTIONS}: {OPTION}`, or install the operator with an Application of its own"
    ))
}
