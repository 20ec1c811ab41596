//! Objects that a loop makes under one name for all of its items.

use seatrial_source::Span;

use crate::template::{Loop, LoopLine, Set};

/// An object that is made for each item of a loop, each time under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopName {
    /// Its kind.
    pub kind: String,
    /// The line of its name.
    pub span: Span,
    /// The keys in the values that the loop goes over.
    pub over: Vec<String>,
}

/// The objects whose name says nothing of the item that they are made for.
pub(super) fn find(set: &Set) -> Vec<LoopName> {
    set.loops().iter().flat_map(names).collect()
}

fn names(found: &Loop) -> Vec<LoopName> {
    let Some(over) = found.over.strip_prefix("Values.") else { return Vec::new() };
    let documents = found.lines.split(|it| it.text.trim_end() == "---");
    let name = |lines: &[LoopLine]| {
        let document = Document::read(lines)?;
        let (file, base) = document.name.place.home.file()?;
        let place = document.name.place;
        Some(LoopName {
            kind: document.kind,
            span: Span::new(file, base + place.start, base + place.end),
            over: over.split('.').map(ToOwned::to_owned).collect(),
        })
    };
    documents.filter_map(name).collect()
}

/// A document that stands in a loop from its type to its name.
struct Document<'a> {
    kind: String,
    name: &'a LoopLine,
}

impl<'a> Document<'a> {
    fn read(lines: &'a [LoopLine]) -> Option<Self> {
        let kind = lines.iter().find_map(|it| it.text.strip_prefix("kind:"))?.trim();
        let head = lines.iter().position(|it| it.text.trim_end() == "metadata:")?;
        let inside = lines[head + 1..].iter();
        let metadata: Vec<&LoopLine> =
            inside.take_while(|it| it.text.is_empty() || it.text.starts_with(' ')).collect();
        let depth = |line: &LoopLine| line.text.len() - line.text.trim_start().len();
        let first = metadata.iter().find(|it| !it.text.trim().is_empty()).map(|it| depth(it))?;
        let field = |key: &str| {
            let is_field =
                |it: &&&LoopLine| depth(it) == first && it.text.trim_start().split(':').next() == Some(key);
            metadata.iter().find(is_field).copied()
        };
        let name = field("name")?;
        let moves = name.depends_on_item || field("namespace").is_some_and(|it| it.depends_on_item);
        let is_written = name.has_action || name.text.trim_end() != "name:";
        (!moves && is_written && !kind.is_empty()).then(|| Self { kind: kind.to_owned(), name })
    }
}
