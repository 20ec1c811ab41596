//! Two objects have the same name.
//!
//! ## Why
//! Kind, namespace and name are an object's identity. Whatever is applied last
//! overwrites what came before it, so one of two definitions is lost: which one
//! hangs on the order of the files. Kustomize refuses to build such a list; Argo CD
//! warns of a shared resource and keeps correcting it. Files of one directory that
//! look like alternatives (much the same objects, names with a word in common) are
//! taken for such, and this is then a warning or advice.
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
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness, UnitId};
use seatrial_model::{Field, Object, RenderFacts, Unit, UnitKind, UnitRole, is_namespaced};
use seatrial_source::FileId;

use crate::neighbours::{Neighbours, are_named_alike};
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
/// Further objects of two files that are pointed at.
const RELATED_MAX: usize = 5;

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
    // What two Applications or Kustomizations share is said of these.
    let delivered: FxHashSet<UnitId> =
        context.world().repository.facts.deliveries.iter().map(|it| it.unit).collect();
    let is_delivered = |it: &Object| delivered.contains(&it.unit());
    for unit in context.judged_units() {
        let objects = context.world().repository.bundle(unit.id).objects();
        within_unit(&context.world().repository.facts, unit, objects, report);
        let mut own = FxHashSet::default();
        for object in objects.iter().filter(|it| is_kept(it) && own.insert(identity(it))) {
            let earlier = known.entry(identity(object)).or_default();
            let mut earlier_ones = earlier.iter().filter(|it| !(is_delivered(it) && is_delivered(object)));
            report.add_some(earlier_ones.find_map(|first| across_units(&neighbours, first, object)));
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

/// Two files of a unit, in the order of their first double.
type Pair = (FileId, FileId);

/// Objects of one identity.
type Double<'a> = (&'a Object, &'a Object);

fn within_unit(facts: &RenderFacts, unit: &Unit, objects: &[Object], report: &mut Report) {
    let mut pairs: Vec<(Pair, Vec<Double<'_>>)> = Vec::new();
    let mut places: FxHashMap<Pair, usize> = FxHashMap::default();
    let mut repeating: FxHashSet<FileId> = FxHashSet::default();
    for (first, second) in doubles(objects) {
        let pair = (file_of(first), file_of(second));
        // What is rendered is one list, whatever it was made from.
        if pair.0 == pair.1 || unit.kind != UnitKind::Manifests {
            // A file that was pasted into itself is one mistake.
            if !is_same(first, second) || repeating.insert(pair.1) {
                report.add_some(in_one_list(unit, first, second));
            }
        } else if !is_same(first, second) {
            let place = *places.entry(pair).or_insert(pairs.len());
            pairs.resize(pairs.len().max(place + 1), (pair, Vec::new()));
            pairs[place].1.push((first, second));
        }
    }
    if !pairs.is_empty() {
        across_files(facts, unit, objects, &pairs, report);
    }
}

fn doubles(objects: &[Object]) -> Vec<Double<'_>> {
    let mut first: FxHashMap<Identity<'_>, &Object> = FxHashMap::default();
    let mut doubles = Vec::new();
    for object in objects.iter().filter(|it| is_kept(it)) {
        match first.get(&identity(object)) {
            Some(first) => doubles.push((*first, object)),
            None => drop(first.insert(identity(object), object)),
        }
    }
    doubles
}

fn file_of(object: &Object) -> FileId {
    object.source().stream.file()
}

fn is_same(one: &Object, other: &Object) -> bool {
    one.root().is_same(other.root())
}

fn in_one_list(unit: &Unit, first: &Object, second: &Object) -> Option<Notice> {
    let is_namespace = second.is("", "Namespace");
    if is_same(first, second) {
        let message = format!("{} stands twice in the same words", second.title());
        let is_told = !is_namespace && file_of(first) == file_of(second);
        return is_told.then(|| notice(first, second, message).severity(Severity::Info));
    }
    let is_unsure = is_namespace || unit.role != UnitRole::Deployed;
    let severity = if is_unsure { Severity::Warning } else { Severity::Error };
    Some(notice(first, second, format!("{} is defined twice", second.title())).severity(severity))
}

/// Once for every two files that share objects; once for the whole unit where
/// that is how its directory is meant.
fn across_files(
    facts: &RenderFacts,
    unit: &Unit,
    objects: &[Object],
    pairs: &[(Pair, Vec<Double<'_>>)],
    report: &mut Report,
) {
    let alike = alike(objects);
    if alike.len() > 1 {
        let (first, second) = pairs[0].1[0];
        if unit.role == UnitRole::Deployed {
            report.add(alternative(first, second));
        }
        return;
    }
    for ((one, other), doubles) in pairs {
        let is_alike = alike.contains(&(*one, *other)) || alike.contains(&(*other, *one));
        let hints = [
            is_alike,
            are_named_alike(facts, [*one, *other], doubles[0].1.kind()),
            doubles.len() > 1,
            unit.role != UnitRole::Deployed,
        ];
        let (first, second) = doubles[0];
        let message = format!("{} is defined twice", second.title());
        let mut told = notice(first, second, message).severity(severity(hints, doubles));
        for (_, further) in doubles[1..].iter().take(RELATED_MAX) {
            told = told.related(
                name_of(further),
                Role::Definition,
                format!("{} is defined twice too", further.title()),
            );
        }
        report.add(told);
    }
}

fn alternative(first: &Object, second: &Object) -> Notice {
    let message = format!("{} is defined in several files of one directory", second.title());
    Notice::new(&CHECK.info, name_of(second), message)
        .severity(Severity::Info)
        .help("apply one of the files only, or keep alternatives in directories of their own")
        .related(name_of(first), Role::Definition, "the first definition")
}

/// How bad it is that two files share these. The more there is that lets them
/// look like alternatives, of which one is applied, the less it proves.
fn severity(hints: [bool; 4], doubles: &[Double<'_>]) -> Severity {
    if doubles.iter().all(|it| it.1.is("", "Namespace")) {
        return Severity::Warning;
    }
    match hints.into_iter().filter(|&it| it).count() {
        0 => Severity::Error,
        1 => Severity::Warning,
        _ => Severity::Info,
    }
}

/// Pairs of files that define mostly the same objects.
fn alike(objects: &[Object]) -> FxHashSet<Pair> {
    let mut defined: FxHashMap<Identity<'_>, Vec<FileId>> = FxHashMap::default();
    let mut sizes: FxHashMap<FileId, usize> = FxHashMap::default();
    for object in objects.iter().filter(|it| is_kept(it) && !it.is("", "Namespace")) {
        let files = defined.entry(identity(object)).or_default();
        if files.len() < NAMESAKES_MAX && !files.contains(&file_of(object)) {
            files.push(file_of(object));
            *sizes.entry(file_of(object)).or_default() += 1;
        }
    }
    let mut shared: FxHashMap<Pair, usize> = FxHashMap::default();
    for object in objects {
        // Each identity once, at its first object.
        let files = defined.remove(&identity(object)).unwrap_or_default();
        for (place, &one) in files.iter().enumerate() {
            for &other in &files[place + 1..] {
                *shared.entry((one.min(other), one.max(other))).or_default() += 1;
            }
        }
    }
    let mostly = |&((one, other), count): &(Pair, usize)| count * 2 > sizes[&one].min(sizes[&other]);
    shared.into_iter().filter(mostly).map(|it| it.0).collect()
}

/// The same object in two units that live in one cluster; where the namespace
/// is left to the command, they may be two.
fn across_units(neighbours: &Neighbours<'_>, first: &Object, second: &Object) -> Option<Notice> {
    let is_cluster_wide = is_namespaced(second.group(), second.kind()) == Some(false);
    let is_one = second.namespace().is_some() || is_cluster_wide;
    if !is_one || second.is("", "Namespace") || !neighbours.deployed_together(first.unit(), second.unit()) {
        return None;
    }
    let differs = !first.root().is_same(second.root());
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
