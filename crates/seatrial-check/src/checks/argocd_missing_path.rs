//! An Argo CD source names a directory that is not in this repository.
//!
//! ## Why
//! Argo CD looks for `path` in the revision it tracks. Where it is not there the
//! application cannot be compared or synced: `k8s/prod: app path does not exist`.
//! Where a file stands at the path it answers `app path is not a directory`.
//!
//! Only sources whose address is this repository are judged, against the tree
//! under trial. For a source that tracks another branch the path is looked up
//! there as well; where that cannot be done it gives a warning.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, targetRevision: main, path: k8s/prod}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! k8s/prod/deployment.yaml
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

use crate::gitops::{self, Revision, Source, Standing, path_help, shown, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-missing-path",
        title: "An Argo CD source names a directory that is not in this repository",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.path"],
        page: include_str!("argocd_missing_path.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for source in Source::of(context.world().repository, object).iter().filter(|it| !it.is_chart()) {
            report_source(context.world(), object, source, report);
        }
    }
}

fn report_source(world: &World<'_>, object: &Object, source: &Source<'_>, report: &mut Report) {
    let Some((origins, is_sure)) = source.own_repository(world) else { return };
    let Some((path, found)) = source.literal("path").and_then(|it| standing(world, it)) else { return };
    if found == Standing::Directory {
        return;
    }
    let revision = source.field.text("targetRevision").unwrap_or_default();
    let Some(gravest) = gitops::gravity(world, object) else { return };
    let elsewhere = gitops::standing_elsewhere(origins, revision, &path);
    let (title, name) = (object.title(), shown(world, &path));
    let message = match elsewhere.unwrap_or(found) {
        Standing::Directory => return,
        Standing::File => format!("{title} deploys `{name}`, which is a file and no directory"),
        Standing::Nothing => format!("{title} deploys `{name}`, which is not in this repository"),
    };
    let is_other = match Revision::of(origins, revision) {
        Revision::Tree => false,
        Revision::Other => true,
        // It may well be a branch that was not cloned.
        Revision::Absent => !gitops::is_complete(origins),
    };
    let is_looked_up = elsewhere.is_some() && gitops::is_complete(origins);
    let is_proven = is_sure && (!is_other || is_looked_up);
    let severity = if is_proven { Severity::Error } else { Severity::Warning };
    let severity = severity.min(gravest);
    let mut notice = Notice::new(&CHECK.info, source.field.at("path"), message).severity(severity);
    if gravest < Severity::Error {
        notice = notice.because("it hangs on a cluster or on values that the tree does not state");
    }
    if elsewhere.is_some() {
        notice =
            notice.because(format!("neither `{revision}`, which it tracks, nor the tree under trial has it"));
    } else if is_other {
        notice = notice.because(format!("it tracks `{revision}`; looked up in the tree under trial"));
    }
    if let Some(above) = path.parent().filter(|it| !it.as_str().is_empty())
        && let Some(at) = gitops::built_at(world, &above)
    {
        notice = notice.related(at, Role::Reference, "the directory above it has this");
    }
    report.add(notice.help(help(world, &path, found)));
}

fn help(world: &World<'_>, path: &TreePath, found: Standing) -> String {
    let beside = path.parent().filter(|_| found == Standing::File);
    if let Some(directory) = beside {
        return format!(
            "name its directory, `{}`, and pick the file with `directory.include`",
            shown(world, &directory)
        );
    }
    path_help(world, path)
}
