//! What a patch sets in nearly all objects of a kind, and not in the rest.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::Role;
use seatrial_kustomize::{Content, Node};
use seatrial_model::{UnevenPatch, Unpatched};
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::{FieldPath, PathStep};

use super::Built;
use crate::kustomization::{Kustomization, Part};
use crate::walk::Links;

/// Fewer objects are no pattern.
const PATCHED_MIN: usize = 4;
/// Longest path to a value that is followed.
const DEPTH_MAX: usize = 100;

/// A value of a patch: the kind it is set in, where, and where it is written.
type Setting = (String, FieldPath, Span);

/// The patches of a kustomization that leave out objects.
pub(crate) fn of_built(
    built: &Built,
    own: &Kustomization,
    sources: &SourceMap,
    links: &Links,
) -> Vec<UnevenPatch> {
    let mut found = Vec::new();
    for (patch, entry) in repeated(own, sources, links) {
        let mut settings: BTreeMap<Setting, BTreeMap<usize, String>> = BTreeMap::new();
        let finder = Finder { built, patch, sources };
        for (at, resource) in built.build.resources.iter().enumerate() {
            finder.collect(at, resource.kind(), &resource.node, &mut FieldPath::root(), &mut settings);
        }
        let name = sources.file(patch).path();
        let name = name.below(&own.directory).unwrap_or(name.as_str());
        for ((kind, field, _), objects) in settings.into_iter().filter(|it| it.1.len() >= PATCHED_MIN) {
            let Some((value, before, unpatched)) = finder.compare(&kind, &field, &objects) else { continue };
            let (kustomization, patch) = (own.path.clone(), name.to_owned());
            let patched = objects.len();
            found.push(UnevenPatch {
                kustomization,
                patch,
                entry,
                kind,
                field,
                value,
                before,
                patched,
                unpatched,
            });
        }
    }
    found
}

/// The files that are named as patches again and again, each with its last entry.
fn repeated(own: &Kustomization, sources: &SourceMap, links: &Links) -> BTreeMap<FileId, Span> {
    let mut entries: BTreeMap<FileId, (usize, Span)> = BTreeMap::new();
    for named in own.named.iter().filter(|it| it.part == Part::Patch) {
        let Some(file) = sources.find(&links.resolve(&named.path)) else { continue };
        let entry = entries.entry(file).or_insert((0, named.at));
        *entry = (entry.0 + 1, named.at);
    }
    let repeated = entries.into_iter().filter(|(_, (count, _))| *count >= PATCHED_MIN);
    repeated.map(|(file, (_, span))| (file, span)).collect()
}

struct Finder<'b> {
    built: &'b Built,
    patch: FileId,
    sources: &'b SourceMap,
}

impl Finder<'_> {
    /// Notes each value of an object that the patch put in another's place.
    fn collect(
        &self,
        at: usize,
        kind: &str,
        node: &Node,
        path: &mut FieldPath,
        into: &mut BTreeMap<Setting, BTreeMap<usize, String>>,
    ) {
        if path.len() > DEPTH_MAX {
            return;
        }
        match &node.content {
            Content::Scalar(_) => {
                if let Some((span, before)) = self.replaced(node) {
                    into.entry((kind.to_owned(), path.clone(), span)).or_default().insert(at, before);
                }
            }
            Content::Map(entries) => {
                for (name, value) in entries {
                    path.push(PathStep::Key(name.as_str().into()));
                    self.collect(at, kind, value, path, into);
                    path.pop();
                }
            }
            Content::List(items) => {
                for (place, item) in (0..).zip(items) {
                    path.push(PathStep::Index(place));
                    self.collect(at, kind, item, path, into);
                    path.pop();
                }
            }
        }
    }

    /// Where the patch sets a value, and what had stood there.
    fn replaced(&self, node: &Node) -> Option<(Span, String)> {
        let mut way = self.built.build.origins.way(node.origin);
        let set = way.next().filter(|it| it.role == Role::Patch && it.span.file == self.patch)?;
        Some((set.span, self.text(way.next()?.span)))
    }

    fn text(&self, span: Span) -> String {
        self.sources.text(span).trim_matches(['"', '\'']).to_owned()
    }

    /// The value that some objects have now, what they had before, and the
    /// others of the kind that have it still.
    fn compare(
        &self,
        kind: &str,
        field: &FieldPath,
        objects: &BTreeMap<usize, String>,
    ) -> Option<(String, String, Vec<Unpatched>)> {
        let resources = &self.built.build.resources;
        let (first, before) = objects.first_key_value()?;
        let value = at(&resources[*first].node, field.steps())?.text();
        if objects.values().any(|it| it != before) || value == before || before.is_empty() {
            return None;
        }
        let others =
            resources.iter().enumerate().filter(|(at, it)| !objects.contains_key(at) && it.kind() == kind);
        let unpatched = others.filter_map(|(_, it)| {
            let own = at(&it.node, field.steps()).filter(|own| own.text() == before)?;
            let at = self.built.build.origins.get(own.origin)?.span;
            let (is_read, directory) = reading(&it.node, field, value);
            Some(Unpatched { name: it.name().to_owned(), at, is_read, directory })
        });
        let unpatched: Vec<Unpatched> = unpatched.collect();
        (!unpatched.is_empty()).then(|| (value.to_owned(), before.clone(), unpatched))
    }
}

fn at<'n>(node: &'n Node, steps: &[PathStep]) -> Option<&'n Node> {
    steps.iter().try_fold(node, |node, step| match step {
        PathStep::Key(name) => node.get(name),
        PathStep::Index(place) => node.items().get(*place as usize),
    })
}

/// Whether a value is read, and which directory would be named with another.
/// Only the values of a generator of `ApplicationSet` are known to be read by
/// their names.
fn reading(object: &Node, field: &FieldPath, value: &str) -> (bool, Option<String>) {
    let steps = field.steps();
    let [.., PathStep::Key(group), PathStep::Key(key)] = steps else { return (true, None) };
    if group.as_str() != "values" || !steps.contains(&PathStep::Key("generators".into())) {
        return (true, None);
    }
    let values = at(object, &steps[..steps.len() - 1]).map_or(&[][..], Node::entries);
    let mut read: BTreeSet<String> = BTreeSet::new();
    let template = object.at(&["spec", "template"]);
    if let Some(template) = template {
        names_read(template, 0, &mut read);
    }
    let path = object.text_at(&["spec", "template", "spec", "source", "path"]);
    let path = filled_in(path, |name| {
        let own = values.iter().find(|(it, _)| it == name).map(|(_, it)| it.text());
        if name == key.as_str() { Some(value) } else { own }
    });
    (read.contains(key.as_str()), path)
}

/// The names behind `{{values.` in the texts of a node.
fn names_read(node: &Node, depth: usize, into: &mut BTreeSet<String>) {
    if depth > DEPTH_MAX {
        return;
    }
    match &node.content {
        Content::Scalar(scalar) => into.extend(expressions(&scalar.text).map(|it| it.2.to_owned())),
        Content::Map(entries) => entries.iter().for_each(|(_, it)| names_read(it, depth + 1, into)),
        Content::List(items) => items.iter().for_each(|it| names_read(it, depth + 1, into)),
    }
}

/// The expressions that name a value: where each begins and ends, and the name.
fn expressions(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    text.match_indices("{{").filter_map(|(start, _)| {
        let end = start + text[start..].find("}}")?;
        let inner = text[start + 2..end].trim();
        let name = inner.strip_prefix('.').unwrap_or(inner).strip_prefix("values.")?;
        Some((start, end + 2, name))
    })
}

/// A path with its values filled in, up to the last directory that is known.
fn filled_in<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let (mut path, mut rest) = (String::new(), 0);
    for (start, end, name) in expressions(text) {
        let Some(value) = value(name) else { break };
        path.push_str(text.get(rest..start)?);
        path.push_str(value);
        rest = end;
    }
    path.push_str(text.get(rest..)?);
    let known = match path.find("{{") {
        Some(open) => &path[..path[..open].rfind('/')?],
        None => &path,
    };
    let known = known.trim_matches('/');
    (!known.is_empty()).then(|| known.to_owned())
}
