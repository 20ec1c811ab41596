//! Two Argo CD Applications have one name and deploy different things.
//!
//! ## Why
//! A file that was copied keeps the name of what it was copied from. Applied together, the
//! last one wins: it takes over the name, and what the other deployed is removed or never
//! comes up.
//!
//! Of two files it is said where one deploys a directory of that name and the other does
//! not: the same application for several clusters deploys it in both.
//!
//! ## Bad
//! ```yaml file:argocd/cache/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: cache}
//! spec: {source: {repoURL: "https://github.com/example/shop", path: k8s/cache}}
//! ```
//! ```yaml file:argocd/queue/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: cache}
//! spec: {source: {repoURL: "https://github.com/example/shop", path: k8s/queue}}
//! ```
//!
//! ## Good
//! ```yaml file:argocd/cache/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: cache}
//! spec: {source: {repoURL: "https://github.com/example/shop", path: k8s/cache}}
//! ```
//! ```yaml file:argocd/queue/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: queue}
//! spec: {source: {repoURL: "https://github.com/example/shop", path: k8s/queue}}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, Repository};

use crate::gitops::{Source, is_literal};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-repeated-name",
        title: "Two Argo CD Applications have one name and deploy different things",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["duplicate-identity"],
        page: include_str!("argocd_repeated_name.rs"),
    },
    run,
};

/// More of one name are copies for many clusters.
const NAMESAKES_MAX: usize = 20;

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let mut named: FxHashMap<(&str, &str), Vec<&Object>> = FxHashMap::default();
    let mut order = Vec::new();
    for object in context.objects().filter(|it| is_meant(it)) {
        let all = named.entry((object.kind(), object.name())).or_default();
        if all.is_empty() {
            order.push((object.kind(), object.name()));
        }
        all.push(object);
    }
    for all in order.iter().filter_map(|it| named.get(it)).filter(|it| it.len() <= NAMESAKES_MAX) {
        report.add_some(judge(repository, all));
    }
}

fn is_meant(object: &Object) -> bool {
    let is_kind = ["Application", "ApplicationSet"].iter().any(|it| object.is("argoproj.io", it));
    is_kind && !object.name().is_empty() && is_literal(object.name())
}

fn judge(repository: &Repository, all: &[&Object]) -> Option<Notice> {
    let paths: Vec<Vec<&str>> = all.iter().map(|it| paths(repository, it)).collect();
    let name = all.first()?.name();
    let is_called_so = |paths: &[&str]| paths.iter().any(|it| has_part(it, name));
    let is_like = |path: &str| has_part(path, name) || has_word_of(path, name);
    let is_called_other = |paths: &[&str]| !paths.is_empty() && !paths.iter().any(|it| is_like(it));
    let right = paths.iter().position(|it| is_called_so(it))?;
    let is_beside = |it: &Object| match (it.namespace(), all[right].namespace()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let wrong = (0..all.len()).find(|&at| is_called_other(&paths[at]) && is_beside(all[at]))?;
    Some(notice(all[wrong], all[right], paths[wrong][0]))
}

/// The directories that an Application or set deploys, as they are written;
/// of a set also what its generators give.
fn paths<'a>(repository: &'a Repository, object: &'a Object) -> Vec<&'a str> {
    let written = Source::written(object);
    let mut paths: Vec<&str> = written.iter().filter_map(|it| it.literal("path")).collect();
    if let Some(delivery) =
        repository.facts.delivery_of(object.span()).filter(|_| object.kind() != "Application")
    {
        let made = repository.bundle(delivery.unit).objects().iter().flat_map(Source::written);
        paths.extend(made.filter_map(|it| it.literal("path")));
    }
    paths.retain(|it| !it.is_empty() && *it != ".");
    paths
}

fn has_part(path: &str, name: &str) -> bool {
    path.split('/').any(|it| it == name)
}

/// Whether a path and a name have anything in common.
fn has_word_of(path: &str, name: &str) -> bool {
    let words = |it: &'_ str| it.split(['-', '_', '/', '.']).map(str::to_owned).collect::<Vec<_>>();
    let known = words(path);
    words(name).iter().any(|it| it.len() > 2 && known.contains(it))
}

fn notice(wrong: &Object, right: &Object, path: &str) -> Notice {
    let place = |it: &Object| -> Location {
        Field::root(it).key("metadata").map_or_else(|| Field::root(it).location(), |it| it.at("name"))
    };
    let message = format!("{} deploys `{path}` under the name of another one", wrong.title());
    Notice::new(&CHECK.info, place(wrong), message)
        .because("whichever of the two is applied last takes the name over")
        .related(place(right), Role::Definition, "the other one, which deploys a directory of that name")
        .help("give it the name of what it deploys")
}
