//! A Flux Kustomization applies the directory that it stands in.
//!
//! ## Why
//! Without a `kustomization.yaml` in the directory, Flux makes one from every manifest
//! below it, the Kustomization itself among them. It then manages itself, its
//! `targetNamespace` makes a copy of it in another namespace, and removing it removes
//! what it was to keep. Mostly the directory below was meant.
//!
//! ## Bad
//! ```text files
//! apps/web/app/kustomization.yaml
//! ```
//! ```yaml file:apps/web/ks.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: web, namespace: flux-system}
//! spec: {path: ./apps/web, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//!
//! ## Good
//! ```text files
//! apps/web/app/kustomization.yaml
//! ```
//! ```yaml file:apps/web/ks.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: web, namespace: flux-system}
//! spec: {path: ./apps/web/app, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_source::TreePath;

use crate::gitops::{is_literal, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-path-holds-itself",
        title: "A Flux Kustomization applies the directory that it stands in",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["flux.path"],
        page: include_str!("flux_path_holds_itself.rs"),
    },
    run,
};

const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization") {
        report.add_some(judge(context.world(), object));
    }
}

fn judge(world: &World<'_>, object: &Object) -> Option<Notice> {
    let field = Field::root(object).keys(&["spec", "path"])?;
    let written = field.as_str().filter(|it| is_literal(it))?;
    let (directory, _) = standing(world, written)?;
    let file = world.repository.facts.path(object.span().file)?;
    // The top of a repository holds everything, and itself.
    if directory.as_str().is_empty() || file.parent()? != directory || is_kustomization(world, &directory) {
        return None;
    }
    let below = kustomizations_below(world, &directory);
    let first = below.first()?;
    let message = format!("{} applies `{directory}`, the directory that it stands in", object.title());
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .because("the directory has no kustomization.yaml, so that every manifest below it is applied")
        .help(format!("apply `{first}`"));
    Some(match below.as_slice() {
        [only] => {
            let content = Content::Text(format!("{}/{}", written.trim_end_matches('/'), only.name()));
            notice.change(Change::Set { at: field.location(), content })
        }
        _ => notice,
    })
}

fn is_kustomization(world: &World<'_>, directory: &TreePath) -> bool {
    let files = &world.repository.facts.files;
    NAMES.iter().any(|name| directory.join(name).is_some_and(|it| files.binary_search(&it).is_ok()))
}

/// The directories in a directory that have a kustomization.
fn kustomizations_below(world: &World<'_>, directory: &TreePath) -> Vec<TreePath> {
    let prefix = format!("{directory}/");
    let files = &world.repository.facts.files;
    let start = files.partition_point(|it| it.as_str() < prefix.as_str());
    let inner = files[start..].iter().take_while(|it| it.as_str().starts_with(&prefix));
    let found = inner.filter(|it| NAMES.contains(&it.name())).filter_map(TreePath::parent);
    found.filter(|it| it.parent().as_ref() == Some(directory)).collect()
}
