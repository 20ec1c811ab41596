//! Two objects have the same name.
//!
//! ## Why
//! Kind, namespace and name are an object's identity. Whatever is applied last
//! overwrites what came before it, so one of two definitions is lost: which one
//! hangs on the order of the files. Kustomize refuses to build such a list; Argo CD
//! warns of a shared resource and keeps correcting it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {mode: fast}
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {mode: slow}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings-fast}
//! data: {mode: fast}
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings-slow}
//! data: {mode: slow}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, UnitRole, is_namespaced};

use crate::neighbours::Neighbours;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-object",
        title: "Two objects have the same name",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["duplicate-identity"],
        page: include_str!("duplicate_object.rs"),
    },
    run,
};

/// More objects than this of one identity are copies of each other.
const NAMESAKES_MAX: usize = 20;

#[derive(PartialEq, Eq, Hash)]
struct Identity<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let neighbours = Neighbours::new(context.world().repository);
    let mut known: FxHashMap<Identity<'_>, Vec<&Object>> = FxHashMap::default();
    for object in context.objects().filter(|it| !it.name().is_empty() && !is_hook(it)) {
        let earlier = known.entry(identity(object)).or_default();
        // The first of the same unit says it, else any unit it is deployed with.
        let own = earlier.iter().find(|it| it.unit() == object.unit());
        if let Some(first) = own {
            report.add_some(within_unit(context, first, object));
        } else {
            report.add_some(earlier.iter().find_map(|first| across_units(&neighbours, first, object)));
        }
        if own.is_none() && earlier.len() < NAMESAKES_MAX {
            earlier.push(object);
        }
    }
}

fn identity(object: &Object) -> Identity<'_> {
    let is_cluster_wide = is_namespaced(object.group(), object.kind()) == Some(false);
    let namespace = object.namespace().filter(|_| !is_cluster_wide);
    Identity { group: object.group(), kind: object.kind(), namespace, name: object.name() }
}

/// Hooks of one name are deleted before the next of them is made.
fn is_hook(object: &Object) -> bool {
    let annotations = object.field(&["metadata", "annotations"]);
    let has = |name| annotations.is_some_and(|it| it.get(name).is_some());
    has("helm.sh/hook") || has("argocd.argoproj.io/hook")
}

fn within_unit(context: &Context<'_>, first: &Object, second: &Object) -> Option<Notice> {
    let is_same = first.root().to_json() == second.root().to_json();
    let is_namespace = second.is("", "Namespace");
    if is_same && is_namespace {
        return None;
    }
    // Directories that nothing deploys as a whole often hold alternatives.
    let is_deployed = context.unit(second.unit()).role == UnitRole::Deployed;
    let severity = match (is_same, is_namespace || !is_deployed) {
        (true, _) => Severity::Info,
        (false, true) => Severity::Warning,
        (false, false) => Severity::Error,
    };
    let what = if is_same { "stands twice in the same words" } else { "is defined twice" };
    Some(notice(first, second, format!("{} {what}", second.title())).severity(severity))
}

/// The same object in two units that live in one cluster; where the namespace
/// is left to the command, they may be two.
fn across_units(neighbours: &Neighbours<'_>, first: &Object, second: &Object) -> Option<Notice> {
    let is_cluster_wide = is_namespaced(second.group(), second.kind()) == Some(false);
    let is_one = second.namespace().is_some() || is_cluster_wide;
    if !is_one || second.is("", "Namespace") || !neighbours.deployed_together(first.unit(), second.unit()) {
        return None;
    }
    let differs = first.root().to_json() != second.root().to_json();
    let message = format!("{} is defined in another unit as well", second.title());
    differs.then(|| notice(first, second, message).severity(Severity::Warning))
}

fn notice(first: &Object, second: &Object, message: String) -> Notice {
    Notice::new(&CHECK.info, name_of(second), message)
        .help("rename one of the two, or remove it: the one that is applied last overwrites the other")
        .related(name_of(first), Role::Definition, "the first definition")
}

fn name_of(object: &Object) -> Location {
    let root = Field::root(object);
    root.key("metadata").map_or_else(|| root.at("metadata"), |it| it.at("name"))
}
