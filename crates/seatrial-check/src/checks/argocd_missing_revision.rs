//! An Argo CD source tracks a revision that this repository does not have.
//!
//! ## Why
//! `targetRevision` is a branch, a tag or a commit. A branch that was merged and
//! deleted, or a name with a slip in it, ends every comparison with
//! `Unable to resolve 'feature/x' to a commit SHA`: the application stays as it
//! is and no later commit reaches the cluster.
//!
//! Only sources whose address is this repository are judged; one of the same owner
//! whose directories are here is taken for it, with a warning. In a shallow clone,
//! or one of a single branch, an absent name proves nothing and is a warning.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/shop
//! develop
//! main
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop.git, targetRevision: feature/cart, path: argocd}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/shop
//! develop
//! main
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop.git, targetRevision: main, path: argocd}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Object, Origins};

use crate::gitops::{self, Revision, Source};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-missing-revision",
        title: "An Argo CD source tracks a revision that this repository does not have",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.targetRevision"],
        page: include_str!("argocd_missing_revision.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for source in Source::of(context.world().repository, object).iter().filter(|it| !it.is_chart()) {
            let Some((origins, is_sure)) = source.own_repository(context.world()) else { continue };
            let Some(revision) = source.literal("targetRevision") else { continue };
            if Revision::of(origins, revision) == Revision::Absent {
                report.add(notice(object, source, revision, (origins, is_sure)));
            }
        }
    }
}

fn notice(
    object: &Object,
    source: &Source<'_>,
    revision: &str,
    (origins, is_sure): (&Origins, bool),
) -> Notice {
    let at = source.field.at("targetRevision");
    let complete = gitops::is_complete(origins);
    let (severity, what) = match (complete, is_sure) {
        (true, true) => (Severity::Error, "is no branch or tag of this repository"),
        (true, false) => (Severity::Warning, "is no branch or tag of this repository"),
        (false, _) => (Severity::Info, "this clone does not have"),
    };
    let message = format!("{} tracks `{revision}`, which {what}", object.title());
    let mut notice = Notice::new(&CHECK.info, at.clone(), message).severity(severity);
    if !complete {
        notice =
            notice.because("this clone is shallow or has one branch only, so it may not know every name");
    }
    if !is_sure {
        notice =
            notice.because("the address is taken for this repository: directories it is asked for are here");
    }
    let mut names: Vec<&str> = gitops::names(origins).filter(|it| *it != "HEAD").collect();
    names.sort_unstable();
    names.dedup();
    let near = meant(revision, names.iter().copied());
    notice = notice.because(format!("branches and tags: {}", listed(&names)));
    match near {
        Some(near) => notice
            .help(format!("track `{near}`"))
            .change(Change::Set { at, content: Content::Text(near.to_owned()) }),
        None => {
            notice.help("set `targetRevision` to a branch or tag that exists, or push the one that is named")
        }
    }
}

/// The first few names: a large repository has thousands.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}
