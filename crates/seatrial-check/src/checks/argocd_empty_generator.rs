//! A generator of an `ApplicationSet` finds nothing.
//!
//! ## Why
//! The generator makes an Application for each element, directory or file that it
//! finds. Where there is none it makes no Application at all and the set looks
//! healthy: what was meant to be deployed is not, and Applications that it made
//! before are deleted.
//!
//! A list without elements finds nothing, nor does one whose `selector` none of them
//! meets. Of git generators those are judged whose address is this repository, on the
//! tree under trial. A pattern fits whole paths from the top of the repository: `*` stands for
//! one part of a path, so `apps/*` does not find `apps/web/prod`, nor does `apps/**`:
//! two stars are one. In patterns of files `*` stands for slashes, too, and
//! `**/config.json` finds none at the top.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! apps/web/prod/deployment.yaml
//! ```
//! ```yaml file:argocd/set.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   generators:
//!     - git: {repoURL: "https://github.com/example/shop", directories: [{path: aps/*}]}
//!   template: {}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! apps/web/prod/deployment.yaml
//! ```
//! ```yaml file:argocd/set.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   generators:
//!     - git: {repoURL: "https://github.com/example/shop", directories: [{path: apps/*}]}
//!   template: {}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, GitPattern, LabelSelector, Labels, Object};
use seatrial_source::TreePath;

use crate::gitops::{Revision, is_literal, own_repository, path_help, shown};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-empty-generator",
        title: "A generator of an ApplicationSet finds nothing",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.generator", "argo.path"],
        page: include_str!("argocd_empty_generator.rs"),
    },
    run,
};

/// Argo CD allows one combination inside another, no more.
const DEPTH_MAX: u32 = 4;

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind("argoproj.io", "ApplicationSet") {
        let generators = Field::root(object).key("spec").into_iter().flat_map(|it| it.list("generators"));
        for generator in generators {
            judge(context.world(), object, &generator, DEPTH_MAX, report);
        }
    }
}

fn judge(world: &World<'_>, object: &Object, generator: &Field<'_>, depth: u32, report: &mut Report) {
    if let Some(git) = generator.key("git") {
        report.add_some(empty(world, object, &git));
    }
    if let Some(list) = generator.key("list") {
        report.add_some(empty_list(object, generator, &list));
    }
    if depth == 0 {
        return;
    }
    for part in ["matrix", "merge"].into_iter().filter_map(|it| generator.key(it)) {
        for inner in part.list("generators") {
            judge(world, object, &inner, depth - 1, report);
        }
    }
}

/// The patterns of a generator, and whether they are for files.
fn patterns<'a>(git: &Field<'a>) -> (Vec<Field<'a>>, bool) {
    let of = |key: &str| git.list(key).filter(|it| !it.flag("exclude")).filter_map(|it| it.key("path"));
    let directories: Vec<Field<'a>> = of("directories").collect();
    if directories.is_empty() { (of("files").collect(), true) } else { (directories, false) }
}

fn empty(world: &World<'_>, object: &Object, git: &Field<'_>) -> Option<Notice> {
    let origins = own_repository(world, git.text("repoURL")?)?;
    let revision = git.text("revision").unwrap_or_default();
    if origins.covered != origins.top || Revision::of(origins, revision) != Revision::Tree {
        return None;
    }
    let (fields, is_files) = patterns(git);
    let written: Vec<&str> = fields.iter().filter_map(Field::as_str).filter(|it| is_literal(it)).collect();
    if written.is_empty()
        || written.len() < fields.len()
        || written.iter().any(|it| fits(world, it, is_files))
    {
        return None;
    }
    let what = if is_files { "files" } else { "directories" };
    let message = format!("{} makes nothing of `{}`: no {what} fit", object.title(), written.join("`, `"));
    let help = match origins.path(written[0].split(['*', '?', '[', '{']).next().unwrap_or_default()) {
        Some(path) if !path.as_str().is_empty() && !is_directory(world, &path) => path_help(world, &path),
        _ => format!("correct the pattern, or add {what} that fit it"),
    };
    Some(Notice::new(&CHECK.info, fields[0].location(), message).help(help))
}

/// A list that has no element, or none that the generator's selector leaves.
fn empty_list(object: &Object, generator: &Field<'_>, list: &Field<'_>) -> Option<Notice> {
    let elements = list.key("elements").filter(|it| it.node().is_sequence())?;
    if list.key("elementsYaml").is_some() {
        return None;
    }
    let title = object.title();
    if elements.items().next().is_none() {
        let message = format!("{title} makes nothing of a list without elements");
        return Some(Notice::new(&CHECK.info, elements.location(), message).help("write its elements"));
    }
    let written = generator.key("selector")?;
    let selector = LabelSelector::of(written.node())?;
    let is_flat = |it: &Field<'_>| it.entries().all(|(_, value)| value.as_str().is_some_and(is_literal));
    let is_left = |it: &Field<'_>| selector.matches(Labels::of(Some(it.node())));
    if !elements.items().all(|it| is_flat(&it)) || elements.items().any(|it| is_left(&it)) {
        return None;
    }
    let message = format!("{title} makes nothing of a list: its selector leaves no element");
    Some(
        Notice::new(&CHECK.info, written.location(), message)
            .help("select by keys and values that an element has")
            .related(elements.location(), Role::Definition, "the elements"),
    )
}

fn is_directory(world: &World<'_>, path: &TreePath) -> bool {
    world.repository.facts.files.iter().any(|it| it.is_within(path))
}

/// Whether something in the tree fits a pattern.
fn fits(world: &World<'_>, pattern: &str, is_files: bool) -> bool {
    let Ok(glob) = GitPattern::new(pattern, is_files) else { return true };
    let files = world.repository.facts.files.iter();
    if is_files {
        return files.map(|it| shown(world, it)).any(|it| glob.is_match(it));
    }
    files.filter_map(TreePath::parent).any(|directory| {
        let mut path = shown(world, &directory);
        loop {
            if glob.is_match(path) {
                return true;
            }
            let Some((parent, _)) = path.rsplit_once('/') else { return false };
            path = parent;
        }
    })
}
