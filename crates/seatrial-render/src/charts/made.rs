//! From what a chart renders to parsed texts with objects.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use seatrial_helm::{Hook, Manifest, Rendered};
use seatrial_source::{FileId, SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream};

use super::{ChartUnit, TreeChart};
use crate::documents::{DocumentKind, classify};
use crate::units::DraftObject;

/// A text that a chart made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) stream: Arc<Stream>,
    pub(crate) documents: Arc<Vec<DocumentKind>>,
    /// The template it was made from; the text itself where it is none.
    pub(crate) template: FileId,
}

/// Definitions of custom kinds, which are no templates: each is parsed once.
pub(crate) type Definitions = FxHashMap<FileId, Made>;

/// Gives every text that a unit made an id and parses it.
pub(crate) fn make(
    unit: &mut ChartUnit,
    chart: &TreeChart,
    sources: &mut SourceMap,
    definitions: &mut Definitions,
    limits: &Limits,
) -> Vec<Made> {
    let directory = format!("{}/{}", chart.path.as_str(), place_of(chart, unit));
    let mut wanted = Vec::new();
    for (at, file) in unit.rendered.files.iter().enumerate() {
        let template = unit.template(at, chart);
        let id = if file.is_crd {
            template
        } else {
            let name = file.path.split_once('/').map_or(file.path.as_str(), |(_, rest)| rest);
            sources.add(TreePath::new(&format!("{directory}/{name}")), separated(&file.text))
        };
        wanted.push((id, template));
    }
    unit.made = wanted.iter().map(|it| it.0).collect();
    let parse = |&(id, template): &(FileId, FileId)| {
        if let Some(known) = definitions.get(&id) {
            return known.clone();
        }
        let text = Arc::clone(sources.file(id).text());
        let stream = Arc::new(seatrial_yaml::parse(id, text, Dialect::GoYaml2, limits));
        Made { documents: Arc::new(classify(&stream, true, false)), stream, template }
    };
    let made: Vec<Made> = wanted.par_iter().map(parse).collect();
    for it in made.iter().filter(|it| it.stream.file() == it.template) {
        definitions.entry(it.template).or_insert_with(|| it.clone());
    }
    made
}

/// A text with separators that YAML knows, every byte in its place: Helm also
/// splits where something follows `---` at once, as behind a trimmed action.
pub(super) fn separated(text: &Arc<str>) -> Arc<str> {
    let lines = || text.match_indices("---").filter(|&(at, _)| at == 0 || text.as_bytes()[at - 1] == b'\n');
    let is_close = |at: usize| text[at + 3..].chars().next().is_some_and(|next| !next.is_whitespace());
    if !lines().any(|(at, _)| is_close(at)) {
        return Arc::clone(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for (at, _) in lines().filter(|&(at, _)| is_close(at)) {
        if text[..at].trim().is_empty() {
            bytes[at..at + 3].fill(b'\n');
        } else if text.as_bytes()[at + 3] == b'#' {
            let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
            bytes[at + 3..end].fill(b' ');
        } else if text[..at - 1].ends_with('\n') {
            bytes[at - 1..at + 3].copy_from_slice(b"---\n");
        }
    }
    String::from_utf8(bytes).map_or_else(|_| Arc::clone(text), Arc::from)
}

/// Whether Helm splits a text where no place is left for a separator that YAML knows.
pub(super) fn is_split_by_helm_alone(text: &str) -> bool {
    let lines = text.match_indices("\n---");
    lines.into_iter().any(|(at, mark)| {
        text[at + mark.len()..].starts_with(|next: char| !next.is_whitespace() && next != '-')
    })
}

/// The directory that a unit's texts are said to lie in.
fn place_of(chart: &TreeChart, unit: &ChartUnit) -> String {
    let suffix =
        if unit.release.is_plain() { chart.suffix(&unit.files) } else { format!("@{}", unit.release.label) };
    format!("rendered{suffix}").replace('/', ":")
}

/// The objects that a release consists of, in the order they are applied in:
/// those that nobody has tests for and that Helm knows.
pub(crate) fn objects(rendered: &Rendered, made: &[Made]) -> Vec<DraftObject> {
    let ranks = Ranks::of(rendered);
    let mut found = Vec::new();
    for (at, made) in made.iter().enumerate() {
        for (document, kind) in made.stream.documents().iter().zip(made.documents.iter()) {
            let Some(rank) = ranks.at(at, document.span.start as usize) else { continue };
            let objects = DraftObject::of_document(&made.stream, kind, document.is_accepted());
            found.extend(objects.map(|it| (rank, it)));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, object)| object).collect()
}

/// When documents are applied.
struct Ranks<'a> {
    rendered: &'a Rendered,
    /// By file and where they end: the documents of Helm, which lie apart, each with its
    /// rank; none for what is only run by `helm test` or never.
    documents: Vec<(usize, Range<usize>, Option<usize>)>,
}

impl<'a> Ranks<'a> {
    fn of(rendered: &'a Rendered) -> Self {
        let ranked = |(at, it): (usize, &Manifest)| {
            let is_test = it.hook.as_ref().is_some_and(Hook::is_test);
            (it.file, it.range.clone(), (!is_test).then_some(at + 1))
        };
        let applied = rendered.manifests.iter().chain(&rendered.hooks).enumerate().map(ranked);
        let dropped = rendered.dropped.iter().map(|it| (it.file, it.range.clone(), None));
        let mut documents: Vec<_> = applied.chain(dropped).collect();
        documents.sort_unstable_by_key(|(file, range, _)| (*file, range.end));
        Self { rendered, documents }
    }

    /// When a document is applied that starts at a place of a file. What Helm did not get
    /// to see in order comes last.
    fn at(&self, file: usize, start: usize) -> Option<usize> {
        let next = self.documents.partition_point(|(of, range, _)| (*of, range.end) <= (file, start));
        let holds = |it: &&(usize, Range<usize>, Option<usize>)| it.0 == file && it.1.contains(&start);
        match self.documents.get(next).filter(holds) {
            Some((.., rank)) => *rank,
            // Definitions are not among them, and come first.
            None if self.rendered.files[file].is_crd => Some(0),
            None => Some(usize::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helm_splits_is_split_and_nothing_moves() {
        let same = |text: &str| assert_eq!(&*separated(&text.into()), text);
        let becomes = |text: &str, other: &str| {
            assert_eq!(&*separated(&text.into()), other);
            assert_eq!(text.len(), other.len());
        };
        same("a: 1\n---\nb: 2\n");
        same("a: 1\n--- # note\nb: |\n  ---x\n");
        becomes("---a: 1\n", "\n\n\na: 1\n");
        becomes("a: 1\n---# ö\nb: 2\n", "a: 1\n---    \nb: 2\n");
        becomes("a: 1\n\n---b: 2\n", "a: 1\n---\nb: 2\n");
    }
}
