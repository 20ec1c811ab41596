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

use std::cell::LazyCell;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, Unit, UnitKind, UnitRole, is_namespaced};
use seatrial_source::FileId;

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

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Identity<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let neighbours = LazyCell::new(|| Neighbours::new(context.world().repository));
    let mut known: FxHashMap<Identity<'_>, Vec<&Object>> = FxHashMap::default();
    for unit in context.judged_units() {
        let objects = context.world().repository.bundle(unit.id).objects();
        within_unit(unit, objects, report);
        let mut own = FxHashSet::default();
        for object in objects.iter().filter(|it| is_kept(it) && own.insert(identity(it))) {
            let earlier = known.entry(identity(object)).or_default();
            report.add_some(earlier.iter().find_map(|first| across_units(&neighbours, first, object)));
            if earlier.len() < NAMESAKES_MAX {
                earlier.push(object);
            }
        }
    }
}

/// Whether it stays under its name: hooks are deleted before the next is made.
fn is_kept(object: &Object) -> bool {
    let annotations = object.field(&["metadata", "annotations"]);
    let has = |name| annotations.is_some_and(|it| it.get(name).is_some());
    !object.name().is_empty() && !has("helm.sh/hook") && !has("argocd.argoproj.io/hook")
}

fn identity(object: &Object) -> Identity<'_> {
    let is_cluster_wide = is_namespaced(object.group(), object.kind()) == Some(false);
    let namespace = object.namespace().filter(|_| !is_cluster_wide);
    Identity { group: object.group(), kind: object.kind(), namespace, name: object.name() }
}

/// How the files of a unit relate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Files {
    /// Each says its own.
    Apart,
    /// Two of them are much the same.
    OnePair,
    /// Alternatives to choose from.
    Alternatives,
}

fn within_unit(unit: &Unit, objects: &[Object], report: &mut Report) {
    let mut first: FxHashMap<Identity<'_>, &Object> = FxHashMap::default();
    let mut twice: Vec<(&Object, &Object)> = Vec::new();
    for object in objects.iter().filter(|it| is_kept(it)) {
        match first.get(&identity(object)) {
            Some(first) => twice.push((first, object)),
            None => drop(first.insert(identity(object), object)),
        }
    }
    if twice.is_empty() {
        return;
    }
    let files = files_of(unit, objects);
    let mut is_told = false;
    for (first, second) in twice {
        let is_across = file_of(first) != file_of(second);
        if is_across && files == Files::Alternatives {
            // Once for the whole unit: it is how the directory is meant.
            if !std::mem::replace(&mut is_told, true) && unit.role == UnitRole::Deployed {
                report.add(alternative(first, second));
            }
            continue;
        }
        report.add_some(twice_in_unit(unit, first, second, is_across && files == Files::OnePair));
    }
}

fn file_of(object: &Object) -> FileId {
    object.source().stream.file()
}

/// Files are alternatives of each other when they define mostly the same
/// objects. What a program has rendered is one list.
fn files_of(unit: &Unit, objects: &[Object]) -> Files {
    if unit.kind != UnitKind::Manifests {
        return Files::Apart;
    }
    let mut defined: FxHashMap<Identity<'_>, Vec<FileId>> = FxHashMap::default();
    let mut sizes: FxHashMap<FileId, usize> = FxHashMap::default();
    for object in objects.iter().filter(|it| is_kept(it) && !it.is("", "Namespace")) {
        let files = defined.entry(identity(object)).or_default();
        if files.len() < NAMESAKES_MAX && !files.contains(&file_of(object)) {
            files.push(file_of(object));
            *sizes.entry(file_of(object)).or_default() += 1;
        }
    }
    let mut shared: FxHashMap<(FileId, FileId), usize> = FxHashMap::default();
    for object in objects {
        // Each identity once, at its first object.
        let files = defined.remove(&identity(object)).unwrap_or_default();
        for (place, &one) in files.iter().enumerate() {
            for &other in &files[place + 1..] {
                *shared.entry((one, other)).or_default() += 1;
            }
        }
    }
    let alike = shared.iter().filter(|&(&(one, other), &count)| count * 2 > sizes[&one].min(sizes[&other]));
    match alike.count() {
        0 => Files::Apart,
        1 => Files::OnePair,
        _ => Files::Alternatives,
    }
}

fn alternative(first: &Object, second: &Object) -> Notice {
    let message = format!("{} is defined in several files of one directory", second.title());
    Notice::new(&CHECK.info, name_of(second), message)
        .severity(Severity::Info)
        .help("apply one of the files only, or keep alternatives in directories of their own")
        .related(name_of(first), Role::Definition, "the first definition")
}

fn twice_in_unit(unit: &Unit, first: &Object, second: &Object, is_pair: bool) -> Option<Notice> {
    let is_same = first.root().to_json() == second.root().to_json();
    let is_namespace = second.is("", "Namespace");
    if is_same && (is_namespace || file_of(first) != file_of(second)) {
        return None;
    }
    // Directories that nothing deploys as a whole often hold alternatives.
    let is_unsure = is_namespace || is_pair || unit.role != UnitRole::Deployed;
    let severity = match (is_same, is_unsure) {
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
