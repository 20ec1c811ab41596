//! Changes of fields that kustomizations make, carried out in the file that
//! wrote them and proven by building again all that reads it.

use rayon::prelude::*;
use seatrial_diagnostics::{Edit, Refusal};
use seatrial_kustomize::Origin;
use seatrial_model::Object;
use seatrial_source::{FileId, SourceMap};
use seatrial_yaml::edit::{Operation, apply, edit};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, Stream, parse};

use super::make::{attempt, text as text_of};
use super::provenance::{Streams, nearest, standing_at};
use super::tree::Edited;
use super::{Built, Kustomizations};
use crate::charts::edits::{differing, field_of};
use crate::locate;

/// Kustomizations that are built again for one change at most.
const BUILDS_MAX: usize = 100;

impl Kustomizations {
    /// The edits that carry out an operation on an object that was built.
    pub(crate) fn edits(
        &self,
        object: &Object,
        operation: &Operation,
        sources: &SourceMap,
        streams: Streams<'_>,
    ) -> Result<Vec<Edit>, Refusal> {
        let built = self.by_text.get(&object.span().file).map(|&at| &self.all[at]);
        let built = built.ok_or_else(|| refusal("no kustomization made the text"))?;
        let edits = built.edits_of(object, operation, streams)?;
        let Some(first) = edits.first() else { return Ok(edits) };
        let file = first.span.file;
        let text = apply(sources.file(file).text(), &edits).ok_or_else(|| refusal("the edits do not fit"))?;
        self.prove(object, operation, (file, &text), sources)?;
        Ok(edits)
    }

    /// Builds all that reads the edited file again: only the field meant may differ.
    fn prove(
        &self,
        object: &Object,
        operation: &Operation,
        (file, text): (FileId, &str),
        sources: &SourceMap,
    ) -> Result<(), Refusal> {
        let readers: Vec<&Built> =
            self.all.iter().filter(|it| it.reads.binary_search(&file).is_ok()).collect();
        if readers.len() > BUILDS_MAX {
            return Err(refusal("too many kustomizations read the file"));
        }
        let files = Edited { tree: &self.tree, path: sources.file(file).path(), text };
        let meant = Meant { object, field: field_of(operation) };
        let changes = |built: &&Built| {
            let again = attempt(&built.ask, &files, &self.links, sources, None).build;
            if again.problems.len() > built.build.problems.len() {
                return Err(refusal("more than the field would change"));
            }
            let made = text_of(&built.ask, &again);
            let made = parse(FileId(0), made.into(), Dialect::GoYaml2, &Limits::default());
            let is_own = built.made.as_ref().is_some_and(|it| it.file() == object.span().file);
            let count = match &built.made {
                Some(before) => meant.differences(before, &made, is_own),
                None => meant.differences(&printed(built), &made, is_own),
            };
            let count = count.ok_or_else(|| refusal("more than the field would change"))?;
            Ok(is_own && count > 0)
        };
        let changed: Vec<bool> = readers.par_iter().map(changes).collect::<Result<_, Refusal>>()?;
        if changed.contains(&true) { Ok(()) } else { Err(refusal("the edit does not change the field")) }
    }
}

impl Built {
    /// The edits of the file in which the field, or what is around it, is
    /// written.
    fn edits_of(
        &self,
        object: &Object,
        operation: &Operation,
        streams: Streams<'_>,
    ) -> Result<Vec<Edit>, Refusal> {
        let unknown = || refusal("where the field comes from is not known");
        let path = path_of(operation);
        let made = object.at(path);
        let (value, path) = self.object(object.root(), path).ok_or_else(unknown)?;
        let found = nearest(value, path.steps());
        let Origin { span, .. } = self.build.origins.get(found.value.origin).ok_or_else(unknown)?;
        if self.build.inflations.iter().any(|it| it.made.file() == span.file) {
            return Err(refusal("a chart makes it, which others may inflate, too"));
        }
        let stream = streams(span.file).ok_or_else(|| refusal("the file is not read by itself"))?;
        let (root, node, _) =
            standing_at(stream, span).ok_or_else(|| refusal("the field stands inside another text"))?;
        let is_whole = found.matched == path.len();
        if is_whole && made.is_some_and(|it| it.scalar_text() != node.scalar_text()) {
            return Err(refusal("the value is changed on its way"));
        }
        let here = locate::path_to(root, node).ok_or_else(unknown)?;
        let rest: FieldPath = path.steps()[found.matched..].iter().cloned().collect();
        edit(root, &moved(operation, here.join(&rest)))
    }
}

/// What one makes that is only judged through others.
fn printed(built: &Built) -> Stream {
    let text = text_of(&built.ask, &built.build);
    parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default())
}

fn path_of(operation: &Operation) -> &FieldPath {
    match operation {
        Operation::Set { path, .. }
        | Operation::Insert { path, .. }
        | Operation::Remove { path }
        | Operation::Rename { path, .. } => path,
    }
}

/// The same operation at another path.
fn moved(operation: &Operation, path: FieldPath) -> Operation {
    match operation.clone() {
        Operation::Set { content, .. } => Operation::Set { path, content },
        Operation::Insert { content, .. } => Operation::Insert { path, content },
        Operation::Remove { .. } => Operation::Remove { path },
        Operation::Rename { name, .. } => Operation::Rename { path, name },
    }
}

/// The field that may differ.
struct Meant<'a> {
    object: &'a Object,
    field: &'a [seatrial_yaml::PathStep],
}

impl Meant<'_> {
    /// How often it differs, in one object of a build; none when anything else
    /// does.
    fn differences(&self, one: &Stream, other: &Stream, is_own: bool) -> Option<usize> {
        let (before, after): (Vec<Node<'_>>, Vec<Node<'_>>) =
            (one.roots().collect(), other.roots().collect());
        if before.len() != after.len() {
            return None;
        }
        let mut count = 0;
        for (one, other) in before.into_iter().zip(after) {
            let mut found = Vec::new();
            differing(one, other, &FieldPath::root(), &mut found);
            let is_meant = |path: &FieldPath| path.steps().starts_with(self.field);
            let is_meant = || self.is_object(one, is_own) && found.iter().all(is_meant);
            if !found.is_empty() && (count > 0 || !is_meant()) {
                return None;
            }
            count += found.len();
        }
        Some(count)
    }

    /// Whether it is the object; another overlay may call it otherwise.
    fn is_object(&self, root: Node<'_>, is_own: bool) -> bool {
        let name = || root.get("metadata").and_then(|it| it.get("name")?.as_str());
        let is_kind = root.get("kind").and_then(Node::as_str) == Some(self.object.kind());
        is_kind && (!is_own || name() == Some(self.object.name()))
    }
}

fn refusal(reason: &str) -> Refusal {
    Refusal { reason: reason.to_owned() }
}
