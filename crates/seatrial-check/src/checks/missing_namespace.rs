//! Nothing creates the namespace that an object is placed in.
//!
//! ## Why
//! The API server refuses an object whose namespace does not exist: `namespaces "shop" not
//! found`. `kubectl apply -f` of a folder then creates a part of it and fails with the rest.
//!
//! A Namespace anywhere in the tree counts, and so do `CreateNamespace=true` of an Argo CD
//! Application and `createNamespace` of a `HelmRelease`. A namespace may also be made by hand:
//! say so with `external` in seatrial.toml. There is one finding for each namespace; it
//! points at the first object of every further file. An Application or an object of Flux that
//! names it speaks for what it puts there.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: db, namespace: shop}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: shop}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web, namespace: shop}
//! ```

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Related, Role, Severity, Strictness};
use seatrial_model::references::{Relation, Strength};
use seatrial_model::{Link, Object, Repository, Resolution, UnitRole};
use seatrial_source::FileId;
use seatrial_yaml::{FieldPath, Node};

use crate::gitops::is_literal;
use crate::missing::{external, is_of_tool, unlisted};
use crate::slip::meant;
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-namespace",
        title: "Nothing creates the namespace that an object is placed in",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.namespace", "flux.targetNamespace"],
        page: include_str!("missing_namespace.rs"),
    },
    run,
};

/// More files than this that use one namespace are not all listed.
const PLACES_MAX: usize = 8;

fn run(context: &Context<'_>, report: &mut Report) {
    let renamed = of_bases(context.world().repository);
    let mut known: FxHashSet<(FileId, &str)> = FxHashSet::default();
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    let mut notices: Vec<Notice> = Vec::new();
    let mut unlisted_places: FxHashMap<usize, usize> = FxHashMap::default();
    for (object, link) in context.links() {
        let Some(name) = link.name() else { continue };
        let is_absent = link.relation == Relation::Namespace && link.resolution == Resolution::Missing;
        if !is_absent || link.strength != Strength::Placement || comes_with_others(object, link, name) {
            continue;
        }
        if renamed.contains(name) {
            continue;
        }
        if !known.insert((object.span().file, name)) || may_be_created(context.world()) {
            continue;
        }
        let Some(&place) = places.get(name) else {
            places.insert(name, notices.len());
            notices.push(notice(context, object, link, name));
            continue;
        };
        if notices[place].related.len() < PLACES_MAX {
            let other = Related { at: link.location(), label: "also here".to_owned(), role: Role::Reference };
            notices[place].related.push(other);
        } else {
            *unlisted_places.entry(place).or_default() += 1;
        }
    }
    for (at, notice) in notices.into_iter().enumerate() {
        report.add(match unlisted_places.get(&at) {
            Some(&count) => notice.because(unlisted(count)),
            None => notice,
        });
    }
}

/// The namespaces that bases have. Whoever builds on these calls them otherwise,
/// and a kustomization beside them that nothing builds on yet still names the first.
fn of_bases(repository: &Repository) -> FxHashSet<&str> {
    let bases = repository.units.iter().filter(|it| it.role == UnitRole::Base);
    let namespaces = bases.flat_map(|it| repository.bundle(it.id).of_kind("", "Namespace"));
    namespaces.map(Object::name).collect()
}

/// Whether the object needs something to run in the cluster whose installation
/// makes the namespace: a tool's own, or a kind that only such a tool knows.
fn comes_with_others(object: &Object, link: &Link, name: &str) -> bool {
    // What an object deploys to is said by the object, whatever its kind.
    let is_own = object.namespace() == Some(name) && link.path.len() == 2;
    let is_granted = object.group() == "rbac.authorization.k8s.io";
    let is_custom = object.group().contains('.') && !object.group().ends_with(".k8s.io");
    is_of_tool(name) || (is_own && (is_granted || is_custom || !is_literal(name)))
}

/// Whether an `ApplicationSet` creates namespaces whose names it fills in.
fn may_be_created(world: &World<'_>) -> bool {
    let bundles = world.repository.bundles.iter();
    let mut sets = bundles.flat_map(|it| it.of_kind("argoproj.io", "ApplicationSet"));
    sets.any(|set| {
        let field = |keys: &[&str]| set.field(&["spec", "template", "spec"]).and_then(|it| below(it, keys));
        let options = field(&["syncPolicy", "syncOptions"]);
        let creates =
            options.is_some_and(|it| it.items().any(|it| it.as_str() == Some("CreateNamespace=true")));
        let name = field(&["destination", "namespace"]).and_then(Node::as_str).unwrap_or_default();
        creates && !is_literal(name)
    })
}

fn below<'a>(node: Node<'a>, keys: &[&str]) -> Option<Node<'a>> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}

fn notice(context: &Context<'_>, object: &Object, link: &Link, name: &str) -> Notice {
    let world = context.world();
    let notice =
        Notice::new(&CHECK.info, link.location(), format!("nothing here creates namespace `{name}`"))
            .because(format!("{} and what stands beside it is placed in it", object.title()));
    let declare = external("Namespace", None, name);
    let near = world.graph.nearest(world.repository, &link.reference);
    let Some(near) = near.filter(|it| meant(name, [it.name.as_str()]).is_some()) else {
        return notice
            .help(format!("add a Namespace `{name}`; if it exists, say so in seatrial.toml: {declare}"));
    };
    let definition = world.repository.object(near.place);
    notice
        .severity(Severity::Error)
        .help(format!("use `{}`", near.name))
        .related(
            definition.location(FieldPath::root()),
            Role::Definition,
            format!("{} is here", definition.title()),
        )
        .change(Change::Set { at: link.location(), content: Content::Text(near.name.to_string()) })
}
