//! An Argo CD source names a directory with nothing in it to deploy.
//!
//! ## Why
//! A directory without `kustomization.yaml` and `Chart.yaml` is read as a directory
//! of manifests, and what lies in the directories below it is not looked at. Where
//! no manifest stands in it, the Application has no object: it is shown as synced
//! and healthy, and nothing runs. Mostly one of the directories below is meant.
//!
//! Only sources whose address is this repository are judged, on the tree under trial.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! k8s/base/kustomization.yaml
//! k8s/prod/kustomization.yaml
//! k8s/README.md
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, targetRevision: main, path: k8s}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! k8s/base/kustomization.yaml
//! k8s/prod/kustomization.yaml
//! k8s/README.md
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, targetRevision: main, path: k8s/prod}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_source::TreePath;

use crate::gitops::{self, Revision, Source, Standing, built_at, built_below, files_below, shown, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-path-without-manifests",
        title: "An Argo CD source names a directory with nothing in it to deploy",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.path"],
        page: include_str!("argocd_path_without_manifests.rs"),
    },
    run,
};

/// Directories that are offered instead.
const OFFERED_MAX: usize = 3;

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for source in Source::of(context.world().repository, object).iter().filter(|it| !it.is_chart()) {
            report.add_some(judge(context.world(), object, source));
        }
    }
}

fn judge(world: &World<'_>, object: &Object, source: &Source<'_>) -> Option<Notice> {
    let (origins, is_sure) = source.own_repository(world)?;
    let (path, found) = standing(world, source.literal("path")?)?;
    let is_read_so = ["plugin", "helm", "kustomize"].iter().all(|key| source.field.key(key).is_none())
        && source.field.key("directory").is_none_or(|it| !it.flag("recurse"));
    let inner = files_below(world, &path);
    if found != Standing::Directory
        || !is_read_so
        || path.as_str().is_empty()
        || holds_something(&path, inner)
    {
        return None;
    }
    let mut built = built_below(world, &path);
    // A base serves the others.
    let is_base = |it: &TreePath| it.name() == "base" && it.parent().as_ref() == Some(&path);
    if built.iter().any(|it| !is_base(it)) {
        built.retain(|it| !is_base(it));
    }
    let gravest = gitops::gravity(world, object)?;
    let revision = source.field.text("targetRevision").unwrap_or_default();
    let is_tree = Revision::of(origins, revision) == Revision::Tree;
    let severity = if is_sure && is_tree && !is_made_by_set(world, object) {
        Severity::Error
    } else {
        Severity::Warning
    };
    let (title, name) = (object.title(), shown(world, &path));
    let message = format!("{title} deploys `{name}`, in which there is nothing that Argo CD would apply");
    let offered: Vec<String> =
        built.iter().take(OFFERED_MAX).map(|it| format!("`{}`", shown(world, it))).collect();
    let help = match offered.as_slice() {
        [] => "set `directory.recurse` to deploy what lies in the directories below".to_owned(),
        offered => format!("deploy one of the directories below: {}", offered.join(", ")),
    };
    let notice = Notice::new(&CHECK.info, source.field.at("path"), message).severity(severity.min(gravest));
    let notice = notice.because("directories below it are not looked at");
    let places = built.iter().take(OFFERED_MAX).filter_map(|it| built_at(world, it));
    let notice =
        places.fold(notice, |notice, at| notice.related(at, Role::Reference, "this is not looked at"));
    Some(if is_tree { notice } else { notice.because(format!("it tracks `{revision}`")) }.help(help))
}

/// Whether an Application is one of a set: what it deploys hangs on its generators.
fn is_made_by_set(world: &World<'_>, object: &Object) -> bool {
    let repository = world.repository;
    let mut holders = repository.facts.deliveries.iter().filter(|it| it.unit == object.unit());
    holders.any(|it| repository.facts.filled_sets.contains(&it.by))
}

/// Whether a directory itself has a file that may be read: anything but
/// notes about it.
fn holds_something(directory: &TreePath, files: &[TreePath]) -> bool {
    let own = files.iter().filter_map(|it| it.below(directory)).filter(|it| !it.contains('/'));
    own.into_iter().any(|name| !is_note(name))
}

/// Whether a file is there for people and for git.
fn is_note(name: &str) -> bool {
    const NOTES: &[&str] = &["OWNERS", "CODEOWNERS", "LICENSE", "README"];
    let extension = name.rsplit_once('.').map(|it| it.1);
    name.starts_with('.') || matches!(extension, Some("md" | "adoc")) || NOTES.contains(&name)
}
