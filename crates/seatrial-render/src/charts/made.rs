//! From what a chart renders to parsed texts with objects.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use seatrial_helm::{Hook, Manifest, Rendered};
use seatrial_model::ObjectSource;
use seatrial_source::{FileId, SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream};

use super::{ChartUnit, TreeChart};
use crate::documents::{DocumentKind, Typing, classify};
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
            sources.add(TreePath::new(&format!("{directory}/{name}")), Arc::clone(&file.text))
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
        Made { documents: Arc::new(classify(&stream, true)), stream, template }
    };
    let made: Vec<Made> = wanted.par_iter().map(parse).collect();
    for it in made.iter().filter(|it| it.stream.file() == it.template) {
        definitions.entry(it.template).or_insert_with(|| it.clone());
    }
    made
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
    let mut found = Vec::new();
    for (at, made) in made.iter().enumerate() {
        for (document, kind) in made.stream.documents().iter().zip(made.documents.iter()) {
            let DocumentKind::Objects(held) = kind else { continue };
            let Some(rank) = rank(rendered, at, document.span.start) else { continue };
            let typed = held.iter().filter(|it| !matches!(it.typing, Typing::Absent(_) | Typing::WrongCase));
            found.extend(typed.map(|it| {
                let source = ObjectSource { stream: Arc::clone(&made.stream), root: it.node };
                (rank, DraftObject::new(source, it.typing.clone(), document.is_accepted()))
            }));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, object)| object).collect()
}

/// When a document is applied; none for what is only run by `helm test` or
/// never. What Helm did not get to see in order comes last.
fn rank(rendered: &Rendered, file: usize, start: u32) -> Option<usize> {
    let holds = |it: &Manifest| it.file == file && it.range.contains(&(start as usize));
    if rendered.dropped.iter().any(holds) {
        return None;
    }
    let all = rendered.manifests.iter().chain(&rendered.hooks);
    match all.enumerate().find(|(_, it)| holds(it)) {
        Some((_, it)) if it.hook.as_ref().is_some_and(Hook::is_test) => None,
        Some((at, _)) => Some(at + 1),
        // Definitions are not among them, and come first.
        None if rendered.files[file].is_crd => Some(0),
        None => Some(usize::MAX),
    }
}
