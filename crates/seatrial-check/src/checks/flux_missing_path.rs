//! A Flux object names a directory that is not in this repository.
//!
//! ## Why
//! Flux builds `path` of the source it names. Where it is not there the Kustomization is not
//! ready (`kustomization path not found`): nothing below it is applied, and whatever depends
//! on it waits. The same goes for a `HelmRelease` whose chart lies in a git repository.
//!
//! Only a `GitRepository` whose address is this repository is judged. The one that
//! `flux bootstrap` makes, `flux-system`, need not be in the tree: then a path is told of that
//! leads somewhere from a directory above the file, and nowhere from the top.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```yaml file:clusters/apps.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: GitRepository
//! metadata: {name: flux-system, namespace: flux-system}
//! spec: {url: "ssh://git@github.com/example/fleet", ref: {branch: main}}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps/prod, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! apps/prod/kustomization.yaml
//! ```
//! ```yaml file:clusters/apps.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: GitRepository
//! metadata: {name: flux-system, namespace: flux-system}
//! spec: {url: "ssh://git@github.com/example/fleet", ref: {branch: main}}
//! ---
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps/prod, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Field, Link, Object};
use seatrial_source::TreePath;

use crate::flux::{Followed, HELM, KUSTOMIZE, own_source};
use crate::gitops::{
    Revision, Standing, is_complete, is_literal, path_help, shown, standing, standing_elsewhere, stands,
};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-missing-path",
        title: "A Flux object names a directory that is not in this repository",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux.path"],
        page: include_str!("flux_missing_path.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind(KUSTOMIZE, "Kustomization") {
        report.add_some(of_kustomization(context, object));
    }
    for object in context.of_kind(HELM, "HelmRelease") {
        report.add_some(of_release(context, object));
    }
}

fn of_kustomization(context: &Context<'_>, object: &Object) -> Option<Notice> {
    let source = ["spec", "sourceRef"];
    let path = Field::root(object).keys(&["spec", "path"])?;
    let Some(followed) = own_source(context, object, &source) else {
        return from_below(context, object, &source, &path, "applies");
    };
    notice(context, object, &path, "applies", followed)
}

/// A chart in a git repository is named by its directory.
fn of_release(context: &Context<'_>, object: &Object) -> Option<Notice> {
    let source = ["spec", "chart", "spec", "sourceRef"];
    let path = Field::root(object).keys(&["spec", "chart", "spec", "chart"])?;
    let Some(followed) = own_source(context, object, &source) else {
        return from_below(context, object, &source, &path, "installs the chart in");
    };
    let found = notice(context, object, &path, "installs the chart in", followed);
    found.or_else(|| without_chart(context, object, &path, followed))
}

fn notice(
    context: &Context<'_>,
    object: &Object,
    path: &Field<'_>,
    verb: &str,
    followed: Followed<'_>,
) -> Option<Notice> {
    let world = context.world();
    let (directory, found) = standing(world, path.as_str().filter(|it| is_literal(it))?)?;
    let (title, name) = (object.title(), shown(world, &directory));
    let elsewhere = elsewhere(followed, &directory).filter(|_| found != Standing::Directory);
    let message = match elsewhere.unwrap_or(found) {
        Standing::Directory => return None,
        Standing::File if directory.extension() == "tgz" => return None,
        Standing::File => format!("{title} {verb} `{name}`, which is a file and no directory"),
        Standing::Nothing => format!("{title} {verb} `{name}`, which is not in this repository"),
    };
    let is_proven = elsewhere.is_some() && is_complete(followed.origins);
    let severity = if is_proven { Severity::Error } else { severity(followed) };
    let mut notice = Notice::new(&CHECK.info, path.location(), message).severity(severity);
    if elsewhere.is_some() {
        let written = followed.asked.text;
        notice =
            notice.because(format!("neither `{written}`, which it follows, nor the tree under trial has it"));
    }
    Some(notice.help(path_help(world, &directory)))
}

/// A path in the source that `flux bootstrap` makes, and that the tree does not have: one that
/// was meant from a directory above the file, not from the top of the repository.
fn from_below(
    context: &Context<'_>,
    object: &Object,
    source: &[&str],
    path: &Field<'_>,
    verb: &str,
) -> Option<Notice> {
    let world = context.world();
    let named = Field::root(object).keys(source)?;
    let is_bootstrapped =
        named.text("kind") == Some("GitRepository") && named.text("name") == Some("flux-system");
    let is_found = |it: &Link| it.relation == Relation::Source && !it.resolution.places().is_empty();
    if !is_bootstrapped || context.links_of(object).iter().any(is_found) {
        return None;
    }
    let (directory, found) = standing(world, path.as_str().filter(|it| is_literal(it))?)?;
    let written = shown(world, &directory);
    if found != Standing::Nothing {
        return None;
    }
    let above = std::iter::successors(Some(context.unit(object.unit()).path.clone()), TreePath::parent);
    let meant =
        above.filter_map(|it| it.join(written)).find(|it| stands(world, it) == Standing::Directory)?;
    let meant = shown(world, &meant);
    let message = format!("{} {verb} `{written}`, which is not in this repository", object.title());
    Some(
        Notice::new(&CHECK.info, path.location(), message)
            .severity(Severity::Warning)
            .because("Flux reads a path from the top of the repository")
            .help(format!("write `./{meant}` if this repository is the source")),
    )
}

/// What stands at a path of another revision that is followed.
fn elsewhere(followed: Followed<'_>, path: &TreePath) -> Option<Standing> {
    let is_other = followed.revision == Revision::Other;
    standing_elsewhere(followed.origins, followed.asked.text, path).filter(|_| is_other)
}

fn severity(followed: Followed<'_>) -> Severity {
    if followed.revision == Revision::Other { Severity::Warning } else { Severity::Error }
}

fn without_chart(
    context: &Context<'_>,
    object: &Object,
    path: &Field<'_>,
    followed: Followed<'_>,
) -> Option<Notice> {
    let world = context.world();
    let (directory, found) = standing(world, path.as_str().filter(|it| is_literal(it))?)?;
    let chart = directory.join("Chart.yaml").filter(|_| found == Standing::Directory)?;
    if world.repository.facts.files.binary_search(&chart).is_ok() {
        return None;
    }
    let name = shown(world, &directory);
    let message = format!("{} installs the chart in `{name}`, which has no `Chart.yaml`", object.title());
    let notice = Notice::new(&CHECK.info, path.location(), message).severity(severity(followed));
    Some(notice.help("name the directory of a chart"))
}
