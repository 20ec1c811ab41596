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
use seatrial_model::{Field, NameGlob, Object, UnitRole, path_glob};
use seatrial_source::{normalize_url, without_credentials};
use seatrial_yaml::FieldPath;

use crate::gitops::{Source, is_literal};
use crate::{Check, Context, Report, World};

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
const IN_CLUSTER: [&str; 2] = ["in-cluster", "https://kubernetes.default.svc"];

fn run(context: &Context<'_>, report: &mut Report) {
    for app in context.of_kind(GROUP, "Application") {
        let Some(name) = Field::root(app).keys(&["spec", "project"]).and_then(|it| it.as_str()) else {
            continue;
        };
        let Some(project) = project(context.world(), app, name) else { continue };
        for source in Source::written(app) {
            report.add_some(forbidden_source(app, project, &source));
        }
        report.add_some(forbidden_destination(app, project));
    }
}

/// The project of a name, where the tree has one and only one.
fn project<'w>(world: &World<'w>, app: &Object, name: &str) -> Option<&'w Object> {
    let repository = world.repository;
    let units = repository.units.iter().filter(|it| it.role != UnitRole::Base);
    let all = units.flat_map(|it| repository.bundle(it.id).of_kind(GROUP, "AppProject"));
    let is_same_place = |it: &&Object| match (it.namespace(), app.namespace()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let mut named = all.filter(|it| it.name() == name).filter(is_same_place);
    let first = named.next()?;
    named.all(|it| it.root().is_same(first.root())).then_some(first)
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
    let destination = Field::root(app).keys(&["spec", "destination"])?;
    let text = |key: &str| destination.text(key).filter(|it| !it.is_empty());
    let [server, name, namespace] = ["server", "name", "namespace"].map(text);
    let is_known = [server, name, namespace].into_iter().flatten().all(is_literal);
    let namespace = namespace.filter(|_| is_known)?;
    let list = Field::root(project).keys(&["spec", "destinations"]);
    let entries: Vec<Field<'_>> = list.iter().flat_map(Field::items).collect();
    let clusters: Vec<&str> = [server, name].into_iter().flatten().collect();
    let is_here = clusters.iter().any(|it| IN_CLUSTER.contains(&it.trim_end_matches('/')));
    // By its name alone nobody knows a cluster's address.
    let may_be = |entry: &Field<'_>| {
        let written = ["server", "name"].map(|key| entry.text(key)).into_iter().flatten();
        let mut written = written.filter(|it| !it.is_empty());
        written.any(|pattern| {
            let pattern = pattern.trim_start_matches('!');
            let fits = |it: &str| NameGlob::new(pattern).is_ok_and(|glob| glob.is_match(it));
            let is_same = clusters.iter().any(|it| fits(it)) || (is_here && IN_CLUSTER.into_iter().any(fits));
            is_same || (!is_here && clusters.len() < 2)
        })
    };
    let fits = |entry: &Field<'_>| {
        let pattern = entry.text("namespace").unwrap_or_default().trim_start_matches('!');
        may_be(entry) && NameGlob::new(pattern).is_ok_and(|it| it.is_match(namespace))
    };
    let denies = |entry: &Field<'_>| {
        ["server", "name", "namespace"]
            .iter()
            .any(|key| entry.text(key).is_some_and(|it| it.starts_with('!')))
    };
    // What an entry with a `!` means hangs on the others: nothing is said of it.
    if entries.iter().any(|it| denies(it) || fits(it)) {
        return None;
    }
    let message = format!(
        "AppProject {} does not allow namespace `{namespace}`, which {} deploys to",
        project.name(),
        app.title()
    );
    let place = project.location(list.map_or_else(FieldPath::root, |it| it.path()));
    Some(
        Notice::new(&CHECK.info, destination.at("namespace"), message)
            .related(place, Role::Definition, "what it allows")
            .help(
                "add the cluster and the namespace to `destinations` of the project, or use another project",
            ),
    )
}
