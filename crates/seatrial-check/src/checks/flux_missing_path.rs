//! A Flux Kustomization names a directory that is not in this repository.
//!
//! ## Why
//! Flux builds `path` of the source it names. Where it is not there the Kustomization is not
//! ready (`kustomization path not found`): nothing below it is applied, and whatever depends
//! on it waits.
//!
//! Only a `GitRepository` whose address is this repository is judged.
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
use seatrial_yaml::FieldPath;

use crate::gitops::{
    Revision, Standing, is_complete, is_literal, own_repository, path_help, shown, standing,
};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-missing-path",
        title: "A Flux Kustomization names a directory that is not in this repository",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux.path"],
        page: include_str!("flux_missing_path.rs"),
    },
    run,
};

const GROUP: &str = "kustomize.toolkit.fluxcd.io";

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind(GROUP, "Kustomization") {
        report.add_if(notice(context, object));
    }
}

fn notice(context: &Context<'_>, object: &Object) -> Option<Notice> {
    let world = context.world();
    let revision = own_revision(context, object)?;
    let path = Field::root(object).keys(&["spec", "path"])?;
    let (directory, found) = standing(world, path.as_str().filter(|it| is_literal(it))?)?;
    let (title, name) = (object.title(), shown(world, &directory));
    let message = match found {
        Standing::Directory => return None,
        Standing::File => format!("{title} applies `{name}`, which is a file and no directory"),
        Standing::Nothing => format!("{title} applies `{name}`, which is not in this repository"),
    };
    let severity = if revision == Revision::Other { Severity::Warning } else { Severity::Error };
    let notice = Notice::new(&CHECK.info, path.location(), message).severity(severity);
    Some(notice.help(path_help(world, &directory)))
}

/// The revision of this repository that is applied; none where the source is
/// another, or is not in the tree.
fn own_revision(context: &Context<'_>, object: &Object) -> Option<Revision> {
    let world = context.world();
    let is_source = |link: &&Link| {
        link.relation == Relation::Source && link.wants("source.toolkit.fluxcd.io", "GitRepository")
    };
    let mut sources = context.links_of(object).iter().filter(is_source);
    let place = *sources.find(|it| it.path.starts_with(&source_ref()))?.resolution.places().first()?;
    let source = Field::root(world.repository.object(place)).key("spec")?;
    let origins = own_repository(world, source.text("url").filter(|it| is_literal(it))?)?;
    let written = source.key("ref");
    let named = |key: &str| written.as_ref().and_then(|it| it.text(key));
    Some(match named("commit").or(named("semver")).or(named("name")) {
        Some(_) => Revision::Other,
        None => match Revision::of(origins, named("tag").or(named("branch")).unwrap_or("master")) {
            // It may well be a branch that was not cloned.
            Revision::Absent if !is_complete(origins) => Revision::Other,
            revision => revision,
        },
    })
}

fn source_ref() -> FieldPath {
    FieldPath::root().key("spec").key("sourceRef")
}
