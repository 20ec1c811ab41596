//! The project of an Argo CD Application does not let it deploy.
//!
//! ## Why
//! An `AppProject` lists the repositories that its Applications may take sources
//! from and the clusters and namespaces that they may deploy to. Argo CD refuses
//! everything else, `application repo … is not permitted in project`, and the
//! Application is not synced at all.
//!
//! Only projects that stand in the tree are asked. In `sourceRepos` a `*` stands
//! for one part of an address, alone for any address; entries with `!` forbid.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: team, namespace: argocd}
//! spec:
//!   sourceRepos: ["https://github.com/example/*"]
//!   destinations: [{server: "*", namespace: "team-*"}]
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   project: team
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: team, namespace: argocd}
//! spec:
//!   sourceRepos: ["https://github.com/example/*"]
//!   destinations: [{server: "*", namespace: "team-*"}]
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   project: team
//!   destination: {server: "https://kubernetes.default.svc", namespace: team-shop}
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, path_glob};
use seatrial_source::{normalize_url, without_credentials};
use seatrial_yaml::FieldPath;

use crate::gitops::Source;
use crate::gitops::projects::{project_of, refuses_cluster, refuses_namespace};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-forbidden-by-project",
        title: "The project of an Argo CD Application does not let it deploy",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.project", "argo.destination", "argo.source"],
        page: include_str!("argocd_forbidden_by_project.rs"),
    },
    run,
};

const GROUP: &str = "argoproj.io";

fn run(context: &Context<'_>, report: &mut Report) {
    for app in context.of_kind(GROUP, "Application") {
        let Some(project) = project_of(context.world(), app) else { continue };
        for source in Source::written(app) {
            report.add_some(forbidden_source(app, project, &source));
        }
        report.add_some(forbidden_destination(app, project));
    }
}

/// Whether a list allows something: one entry does and none forbids.
fn is_allowed(patterns: &[&str], fits: &dyn Fn(&str) -> bool) -> bool {
    let is_forbidden = patterns.iter().filter_map(|it| it.strip_prefix('!')).any(fits);
    !is_forbidden && patterns.iter().any(|it| !it.starts_with('!') && fits(it))
}

fn forbidden_source(app: &Object, project: &Object, source: &Source<'_>) -> Option<Notice> {
    let url = source.literal("repoURL").filter(|it| !it.is_empty())?;
    let list = Field::root(project).keys(&["spec", "sourceRepos"]);
    let patterns: Vec<&str> = list.iter().flat_map(Field::items).filter_map(|it| it.as_str()).collect();
    let fits = |pattern: &str| pattern == "*" || fits_address(pattern, url);
    if is_allowed(&patterns, &fits) {
        return None;
    }
    let message = format!(
        "AppProject {} does not allow `{}`, which {} takes sources from",
        project.name(),
        without_credentials(url),
        app.title()
    );
    let notice = Notice::new(&CHECK.info, source.field.at("repoURL"), message);
    let place = project.location(list.map_or_else(FieldPath::root, |it| it.path()));
    Some(
        notice
            .related(place, Role::Definition, "what it allows")
            .help("add the address to `sourceRepos` of the project, or use another project"),
    )
}

fn fits_address(pattern: &str, url: &str) -> bool {
    let url = normalize_url(url);
    if normalize_url(pattern) == url {
        return true;
    }
    path_glob(&normalize_url(pattern)).is_ok_and(|it| it.compile_matcher().is_match(&url))
}

fn forbidden_destination(app: &Object, project: &Object) -> Option<Notice> {
    let field = Field::root(app).keys(&["spec", "destination", "namespace"])?;
    let namespace = field.as_str().filter(|it| !it.is_empty())?;
    if !refuses_namespace(app, project, namespace) {
        return None;
    }
    let destination = Field::root(app).keys(&["spec", "destination"])?;
    let cluster = || {
        let named = ["server", "name"].iter().filter_map(|key| destination.key(key));
        let mut written = named.filter_map(|it| Some((it.as_str().filter(|it| !it.is_empty())?, it)));
        written.next().filter(|_| refuses_cluster(app, project))
    };
    let (what, field) = match cluster() {
        Some((name, at)) => (format!("cluster `{name}`"), at),
        None => (format!("namespace `{namespace}`"), field),
    };
    let message =
        format!("AppProject {} does not allow {what}, which {} deploys to", project.name(), app.title());
    let list = Field::root(project).keys(&["spec", "destinations"]);
    let place = project.location(list.map_or_else(FieldPath::root, |it| it.path()));
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .related(place, Role::Definition, "what it allows")
            .help(
                "add the cluster and the namespace to `destinations` of the project, or use another project",
            ),
    )
}
