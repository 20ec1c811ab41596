//! A manifest lies beside a kustomization that does not list it.
//!
//! ## Why
//! `kustomize build` reads only what `resources`, `components` and the like
//! name. A manifest in the same folder that none of them names is left out,
//! although it looks as if it were part of it: an autoscaler that scales
//! nothing, a policy that protects nothing. Where a comment of the kustomization
//! or another file names it, or it is another form of an object that is listed,
//! somebody knows of it, and this is only advice. So it is where a kustomization
//! lists fewer of the manifests beside it than it leaves out: the folder is a
//! collection, of samples perhaps. Roles that Kubebuilder makes for people
//! (`widget_editor_role.yaml`) are advice, too, and nothing is said of the
//! Application or Kustomization that has the folder itself applied.
//!
//! What else is wrong with a file that its kustomization has commented out
//! (`#- web.yaml`) is advice as long as it is so.
//!
//! ## Bad
//! ```yaml file:base/deployment-config.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! ```
//! ```text orphans
//! base/deployment-config.yaml
//! ```
//!
//! ## Good
//! ```yaml file:base/deployment-config.yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, Orphan, RenderFacts, Repository};
use seatrial_source::TreePath;
use seatrial_yaml::FieldPath;

use crate::partial::is_unlisted_patch;
use crate::{Check, Context, Report};

const FLUX: &str = "kustomize.toolkit.fluxcd.io";

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "orphan-manifest",
        title: "A manifest lies beside a kustomization that does not list it",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["orphan-file", "argo.overlay-missing-patch"],
        page: include_str!("orphan_manifest.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let facts = &repository.facts;
    for orphan in &facts.orphans {
        // The first object stands for the file.
        let object = context.objects().find(|object| object.span().file == orphan.file);
        if object.is_some_and(|it| applies(repository, it, &orphan.kustomization))
            || is_in_listed_directory(facts, orphan)
        {
            continue;
        }
        let notice = object.map(|object| notice(object, orphan, is_unlisted_patch(facts, object)));
        report.add_if(
            notice.map(|it| if is_collection(facts, &orphan.kustomization) { aside(it) } else { it }),
        );
    }
}

/// Whether a kustomization lists fewer of the manifests beside it than it leaves
/// out.
fn is_collection(facts: &RenderFacts, kustomization: &TreePath) -> bool {
    let Some(own) = facts.kustomizations.iter().find(|it| it.path == *kustomization) else { return false };
    let listed = own.bases.iter().filter(|it| it.starts_with("./")).count();
    let left_out = facts.orphans.iter().filter(|it| it.kustomization == *kustomization).count();
    left_out > 1 && listed < left_out
}

/// Whether it has the name of a kustomization, and its directory is listed: that it is
/// none is told of the build.
fn is_in_listed_directory(facts: &RenderFacts, orphan: &Orphan) -> bool {
    let is_so_called =
        ["kustomization.yaml", "kustomization.yml", "Kustomization"].contains(&orphan.path.name());
    let by = facts.kustomizations.iter().find(|it| it.path == orphan.kustomization).filter(|_| is_so_called);
    let Some((by, directory)) = by.zip(orphan.path.parent()) else { return false };
    let own = directory.below(&by.directory).map(|it| format!("./{it}"));
    own.is_some_and(|it| by.bases.contains(&it))
}

fn aside(notice: Notice) -> Notice {
    notice.at_most(Severity::Info).because("it leaves out more of the manifests beside it than it lists")
}

fn notice(object: &Object, orphan: &Orphan, is_patch: bool) -> Notice {
    let kustomization = &orphan.kustomization;
    let name = kustomization.parent().and_then(|it| orphan.path.below(&it)).unwrap_or(orphan.path.name());
    let lost = if is_patch { "this patch of " } else { "" };
    let message =
        format!("`{kustomization}` does not list `{name}`, so kustomize leaves out {lost}{}", object.title());
    let notice = Notice::new(&CHECK.info, object.location(FieldPath::root()), message);
    if is_scaffolded_role(object, name) {
        return notice
            .severity(Severity::Info)
            .because("Kubebuilder makes such roles for people who grant them, and lists none")
            .help("apply it where somebody is to have the role, or remove the file");
    }
    let help = if is_patch {
        format!("add `- path: {name}` under `patches` of `{kustomization}`")
    } else {
        format!("add `- {name}` under `resources` of `{kustomization}`")
    };
    if let Some(other) = orphan.listed.filter(|_| !is_patch) {
        return notice
            .severity(Severity::Info)
            .because(format!("it lists another {}: this looks like an alternative", object.title()))
            .help("keep alternatives in directories of their own, each with a kustomization")
            .related(Location::text(other), Role::Definition, "this one is listed");
    }
    match &orphan.named_in {
        None => notice.help(format!("{help}, or remove the file")),
        Some(other) => notice
            .severity(Severity::Info)
            .because(if other == kustomization {
                "its text names it, in no list that Kustomize reads".to_owned()
            } else {
                format!("`{other}` names it")
            })
            .help(format!("{help} if it belongs there")),
    }
}

/// `widget_editor_role.yaml`: what people may do with a custom kind.
fn is_scaffolded_role(object: &Object, file: &str) -> bool {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let is_so_called = ["_admin_role", "_editor_role", "_viewer_role"].iter().any(|it| stem.ends_with(it));
    is_so_called && object.is("rbac.authorization.k8s.io", "ClusterRole")
}

/// Whether an object has the directory of the kustomization applied: it is there
/// before everything that is in it.
fn applies(repository: &Repository, object: &Object, kustomization: &TreePath) -> bool {
    let directory = kustomization.parent().unwrap_or_else(TreePath::top);
    let spec = Field::root(object).key("spec");
    let is_it = |field: &Field<'_>| {
        let path = field.text("path").and_then(|it| TreePath::top().join(it));
        path.is_some_and(|it| it == directory)
    };
    match (object.group(), object.kind()) {
        ("argoproj.io", "Application") => spec.is_some_and(|it| {
            it.key("source").is_some_and(|source| is_it(&source)) || it.list("sources").any(|it| is_it(&it))
        }),
        // Among others it is one of those that somebody has to apply.
        (FLUX, "Kustomization") => {
            let is_below = |it: &Object| {
                repository.facts.path(it.span().file).is_some_and(|path| path.is_within(&directory))
            };
            spec.is_some_and(|it| is_it(&it)) && repository.of_kind(FLUX, "Kustomization").all(is_below)
        }
        _ => false,
    }
}
