//! An Argo CD Application applies what its project forbids.
//!
//! ## Why
//! An `AppProject` lists the kinds that its Applications may apply, and the namespaces that
//! they may put objects into, whatever their destination says. Argo CD refuses the rest:
//! `resource rbac.authorization.k8s.io:ClusterRole is not permitted in project`, and the
//! whole sync fails. Of kinds without a namespace only those are allowed that
//! `clusterResourceWhitelist` names.
//!
//! Only projects that stand in the tree are asked.
//!
//! ## Bad
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: team}
//! spec:
//!   sourceRepos: ["*"]
//!   destinations: [{server: "*", namespace: "*"}]
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop}
//! spec: {project: team, destination: {name: in-cluster, namespace: shop}, source: {path: shop}}
//! ```
//! ```yaml file:shop/role.yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: shop}
//! ```
//! ```text deliveries
//! Application shop shop
//! ```
//!
//! ## Good
//! ```yaml file:argocd/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: AppProject
//! metadata: {name: team}
//! spec:
//!   sourceRepos: ["*"]
//!   destinations: [{server: "*", namespace: "*"}]
//!   clusterResourceWhitelist: [{group: rbac.authorization.k8s.io, kind: "Cluster*"}]
//! ---
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop}
//! spec: {project: team, destination: {name: in-cluster, namespace: shop}, source: {path: shop}}
//! ```
//! ```yaml file:shop/role.yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: shop}
//! ```
//! ```text deliveries
//! Application shop shop
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_yaml::Node;

use crate::gitops::deployed::deployed;
use crate::gitops::projects::{list_that_forbids, project_of, refuses_namespace};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-object-forbidden-by-project",
        title: "An Argo CD Application applies what its project forbids",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["argo.project"],
        page: include_str!("argocd_object_forbidden_by_project.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    for it in deployed(repository, |it| it.is("argoproj.io", "Application")) {
        let Some(project) = project_of(context.world(), it.by) else { continue };
        // Once for each kind and each namespace.
        let mut kinds = FxHashSet::default();
        let mut namespaces = FxHashSet::default();
        for object in repository.bundle(it.unit.id).objects() {
            if let Some(list) = list_that_forbids(project, object)
                && kinds.insert((object.group(), object.kind()))
            {
                report.add(forbidden_kind(it.by, project, object, list));
            }
            // Where it names none, it is put into the destination's.
            let written = object.field(&["metadata", "namespace"]).and_then(Node::as_str);
            let destination = it.by.field(&["spec", "destination", "namespace"]).and_then(Node::as_str);
            if let Some(namespace) = written.filter(|it| Some(*it) != destination && namespaces.insert(*it))
                && refuses_namespace(it.by, project, namespace)
            {
                report.add(forbidden_namespace(it.by, project, object, namespace));
            }
        }
    }
}

fn forbidden_kind(app: &Object, project: &Object, object: &Object, list: &str) -> Notice {
    let (name, kind) = (project.name(), object.kind());
    let message = format!("AppProject {name} does not allow {kind}, which {} applies", app.title());
    let verb = if list.ends_with("Blacklist") { "remove it from" } else { "add it to" };
    Notice::new(&CHECK.info, project_field(app), message)
        .because(format!("`{list}` decides about {kind} of group `{}`", object.group()))
        .related(list_of(project, list), Role::Definition, "what it allows")
        .related(Field::root(object).at("kind"), Role::Reference, "one of these objects")
        .help(format!("{verb} `{list}` of the project, or use another project"))
}

fn forbidden_namespace(app: &Object, project: &Object, object: &Object, namespace: &str) -> Notice {
    let message = format!(
        "AppProject {} does not allow namespace `{namespace}`, which {} puts objects into",
        project.name(),
        app.title()
    );
    let place = Field::root(object).keys(&["metadata", "namespace"]);
    let notice = Notice::new(&CHECK.info, project_field(app), message)
        .related(list_of(project, "destinations"), Role::Definition, "what it allows")
        .help("add the cluster and the namespace to `destinations` of the project, or use another project");
    match place {
        Some(field) => notice.related(field.location(), Role::Reference, "one of these objects"),
        None => notice,
    }
}

fn project_field(app: &Object) -> Location {
    let field = Field::root(app).keys(&["spec", "project"]);
    field.map_or_else(|| Field::root(app).location(), |it| it.location())
}

/// The list of a project, or where it would stand.
fn list_of(project: &Object, list: &str) -> Location {
    let spec = Field::root(project).key("spec");
    let spec = spec.unwrap_or_else(|| Field::root(project));
    spec.key(list).map_or_else(|| spec.location(), |it| it.location())
}
