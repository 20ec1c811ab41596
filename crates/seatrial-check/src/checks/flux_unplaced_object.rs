//! Flux applies an object that has no namespace.
//!
//! ## Why
//! `kubectl` puts an object without `metadata.namespace` into the namespace of its
//! context. Flux has none: it refuses such an object, `namespace not specified`, and
//! with it everything that the Kustomization applies, unless the Kustomization has a
//! `targetNamespace`.
//!
//! ## Bad
//! ```yaml file:apps/web.yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! spec: {ports: [{port: 80}]}
//! ---
//! apiVersion: traefik.io/v1alpha1
//! kind: IngressRoute
//! metadata: {name: web}
//! spec: {routes: [{match: Host(`a.example`), services: [{name: web, port: 80}]}]}
//! ```
//! ```yaml file:cluster/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//!
//! ## Good
//! ```yaml file:apps/web.yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec: {ports: [{port: 80}]}
//! ```
//! ```yaml file:cluster/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps, targetNamespace: shop, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, Repository, Unit, UnitKind, is_namespaced};
use seatrial_source::TreePath;

use crate::flux::KUSTOMIZE;
use crate::gitops::is_literal;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-unplaced-object",
        title: "Flux applies an object that has no namespace",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.namespace", "flux.targetNamespace"],
        page: include_str!("flux_unplaced_object.rs"),
    },
    run,
};

/// A Kustomization that leaves the namespace to the objects.
struct Applier<'a> {
    object: &'a Object,
    directory: TreePath,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let all: Vec<&Object> = repository.of_kind(KUSTOMIZE, "Kustomization").collect();
    // What one of them writes into the others is known only where it is followed.
    if all.iter().any(|it| Field::root(it).keys(&["spec", "patches"]).is_some_and(|it| sets_namespaces(&it)))
    {
        return;
    }
    let (placing, leaving): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| places(it));
    let placing: Vec<TreePath> = placing.into_iter().filter_map(directory).collect();
    let appliers = leaving.into_iter().filter_map(|object| {
        let directory = directory(object)?;
        (!placing.contains(&directory)).then_some(Applier { object, directory })
    });
    let appliers: Vec<Applier<'_>> = appliers.collect();
    for unit in context.judged_units() {
        if let Some(applier) = appliers.iter().find(|it| it.applies(unit)) {
            of_unit(repository, unit, applier, report);
        }
    }
}

/// Whether patches for further Kustomizations give them a namespace.
fn sets_namespaces(patches: &Field<'_>) -> bool {
    let mut items = patches.items();
    items.any(|it| it.text("patch").is_some_and(|it| it.to_ascii_lowercase().contains("namespace")))
}

fn places(object: &Object) -> bool {
    let spec = Field::root(object).key("spec");
    let has = |key: &str| spec.as_ref().is_some_and(|it| it.key(key).is_some());
    // Components may hold a transformer that gives namespaces.
    has("targetNamespace") || has("kubeConfig") || has("components")
}

fn directory(object: &Object) -> Option<TreePath> {
    let path = Field::root(object).keys(&["spec", "path"])?.as_str().filter(|it| is_literal(it))?;
    TreePath::new("").join(path.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/'))
}

impl Applier<'_> {
    /// Whether the unit is what the Kustomization applies.
    fn applies(&self, unit: &Unit) -> bool {
        let named = || {
            let (name, namespace) = (self.object.name(), self.object.namespace());
            let own = namespace.map_or_else(|| name.to_owned(), |it| format!("{it}/{name}"));
            unit.name.rsplit_once('#').is_some_and(|it| it.1 == own)
        };
        match unit.kind {
            UnitKind::Flux => named(),
            UnitKind::Kustomize | UnitKind::Manifests => unit.path == self.directory,
            _ => false,
        }
    }
}

fn of_unit(repository: &Repository, unit: &Unit, applier: &Applier<'_>, report: &mut Report) {
    let objects = repository.bundle(unit.id).objects().iter();
    let placed = objects.filter(|it| is_namespaced(it.group(), it.kind()) == Some(true));
    let (stated, left_out): (Vec<&Object>, Vec<&Object>) = placed.partition(|it| it.namespace().is_some());
    // Where most objects state none, something else gives it to them.
    if stated.len() < left_out.len() {
        return;
    }
    for object in left_out {
        report.add(notice(object, applier.object, &stated));
    }
}

fn notice(object: &Object, applier: &Object, stated: &[&Object]) -> Notice {
    let message = format!("{} has no namespace, and Flux gives it none", object.title());
    let root = Field::root(object);
    let at = root.key("metadata").map_or_else(|| root.at("metadata"), |it| it.at("namespace"));
    let notice = Notice::new(&CHECK.info, at.clone(), message)
        .because(format!("{} has no `targetNamespace`", applier.title()))
        .because("Flux refuses the object, `namespace not specified`, and applies nothing of the path")
        .related(Field::root(applier).at("spec"), Role::Application, "what applies it");
    // Beside it, everything is in one namespace.
    let file = object.span().file;
    let mut beside = stated.iter().filter(|it| it.span().file == file || it.name() == object.name());
    let first = beside.next().and_then(|it| it.namespace());
    match first.filter(|first| beside.all(|it| it.namespace() == Some(first))) {
        Some(namespace) => notice
            .help(format!("write `namespace: {namespace}`"))
            .change(Change::Insert { at, content: Content::Text(namespace.to_owned()) }),
        None => notice.help("write the namespace into the object, or `namespace:` into its kustomization"),
    }
}
