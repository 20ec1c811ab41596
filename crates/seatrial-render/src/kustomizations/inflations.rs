//! What charts make inside kustomizations: from a line of it to the template or
//! the values that a person edits. Charts are rendered again for that, and only
//! when somebody asks.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{FieldPart, Origin};
use seatrial_helm::{Chart, HelmVersion, Loader, Output, Rendered};
use seatrial_kustomize::{Build, Inflation, Merged, Node as Value};
use seatrial_source::{FileId, Files, SourceMap, Span, TreePath};
use seatrial_yaml::{Node, PathStep, Stream};

use super::charts::{rendered, shown};
use super::provenance::{Guide, Streams, standing_at};
use crate::charts::Away;
use crate::charts::guide::{self, Asked};
use crate::charts::leaves::{Leaf, leaves};
use crate::{locate, origin};

/// What charts made for builds, by the texts.
#[derive(Debug, Default)]
pub(crate) struct Inflations {
    /// The Helm that was imitated.
    helm: HelmVersion,
    all: Vec<Inflated>,
    charts: Vec<Loaded>,
    by_text: FxHashMap<FileId, usize>,
    by_values: FxHashMap<FileId, usize>,
}

/// A chart with its texts among the sources.
#[derive(Debug)]
struct Loaded {
    chart: Chart,
    away: Away,
}

#[derive(Debug)]
struct Inflated {
    inflation: Inflation,
    /// The place of the build that it belongs to.
    build: usize,
    /// The place of its chart; none where it cannot be loaded.
    chart: Option<usize>,
    traced: OnceLock<Option<Traced>>,
}

/// A chart that was rendered with everything recorded.
#[derive(Debug)]
struct Traced {
    rendered: Rendered,
    output: Output,
    /// By file.
    leaves: Vec<Vec<Leaf>>,
}

impl Inflations {
    /// Takes in what builds inflated; the texts of its charts become sources.
    pub(crate) fn of<'b>(
        builds: impl Iterator<Item = &'b Build>,
        helm: HelmVersion,
        files: &dyn Files,
        sources: &mut SourceMap,
    ) -> Self {
        let mut own = Self { helm, ..Self::default() };
        let mut known: FxHashMap<(TreePath, Option<Span>), Option<usize>> = FxHashMap::default();
        for (build, found) in builds.enumerate() {
            for inflation in &found.inflations {
                let file = inflation.made.file();
                if own.by_text.contains_key(&file) {
                    continue;
                }
                let entry = inflation.is_fetched.then_some(inflation.entry);
                let key = (inflation.request.chart.clone(), entry);
                let chart = *known.entry(key).or_insert_with(|| own.load(inflation, files, sources));
                let at = own.all.len();
                own.by_text.insert(file, at);
                own.by_values.extend(inflation.merged.iter().map(|it| (it.made.file(), at)));
                let inflation = inflation.clone();
                own.all.push(Inflated { inflation, build, chart, traced: OnceLock::new() });
            }
        }
        own
    }

    /// Loads a chart as it was for the build.
    fn load(&mut self, inflation: &Inflation, files: &dyn Files, sources: &mut SourceMap) -> Option<usize> {
        let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
        let loaded = Loader { files, register: &mut register, helm: self.helm, alone: None }
            .directory(&inflation.request.chart);
        let chart = loaded.chart?;
        let away = if inflation.is_fetched {
            Away::whole(&chart, &inflation.path, inflation.entry)
        } else {
            Away::of(&chart, files, &loaded.remotes)
        };
        self.charts.push(Loaded { chart, away });
        Some(self.charts.len() - 1)
    }

    /// Whether a chart made a text, or its values were merged there.
    pub(crate) fn has_made(&self, file: FileId) -> bool {
        self.by_text.contains_key(&file) || self.by_values.contains_key(&file)
    }

    /// What was made and parsed.
    pub(crate) fn streams(&self) -> impl Iterator<Item = &Arc<Stream>> {
        self.all.iter().flat_map(|it| {
            let merged = it.inflation.merged.iter().map(|it| &it.made);
            std::iter::once(&it.inflation.made).chain(merged)
        })
    }

    /// The file of the kustomization that each text was made for.
    pub(crate) fn homes(&self) -> impl Iterator<Item = (FileId, TreePath)> {
        self.all.iter().flat_map(|it| {
            let merged = it.inflation.merged.iter().map(|it| it.made.file());
            let files = std::iter::once(it.inflation.made.file()).chain(merged);
            files.map(|file| (file, it.inflation.path.clone()))
        })
    }

    /// Where to edit to change a field of what stands at a place of a text.
    pub(super) fn of_field<'a>(
        &'a self,
        place: Span,
        rest: &[PathStep],
        part: Option<&FieldPart>,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let inflated = &self.all[*self.by_text.get(&place.file)?];
        let (root, node, _) = standing_at(&inflated.inflation.made, place)?;
        let path = locate::path_to(root, node)?.join(&rest.iter().cloned().collect());
        let span = origin::of_field(root, &path, part);
        let asked = origin::asked(root, &path, part);
        self.origin(span, asked.key, asked.container, sources, streams)
    }

    /// Where to edit to change a stretch of such a text; the entry that asked
    /// for the chart, where no more is known.
    pub(crate) fn of_text<'a>(
        &'a self,
        span: Span,
        builds: &dyn Fn(usize) -> Option<&'a Build>,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        if let Some(&at) = self.by_values.get(&span.file) {
            let inflated = &self.all[at];
            let merged = inflated.inflation.merged.as_ref()?;
            return builds(inflated.build).and_then(|it| of_merged(merged, span, it, sources, streams));
        }
        let asked = self.is_key(span);
        self.origin(span, asked, None, sources, streams)
    }

    fn is_key(&self, span: Span) -> Asked {
        let made = self.by_text.get(&span.file).map(|&at| &self.all[at].inflation.made);
        let is_value = made.is_some_and(|made| {
            let root = made.roots().find(|root| root.span().contains(span));
            root.is_some_and(|root| locate::at_span(root, span).is_some())
        });
        if is_value { Asked::Scalar } else { Asked::Key }
    }

    fn origin<'a>(
        &'a self,
        span: Span,
        asked: Asked,
        container: Option<Span>,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let inflated = &self.all[*self.by_text.get(&span.file)?];
        let entry = Origin::written(inflated.inflation.entry);
        let Some((traced, loaded)) = self.traced(inflated, sources) else { return Some(entry) };
        let place = |at: u32| {
            let at = at as usize;
            let part = traced.output.parts.iter().find(|it| it.range.contains(&at))?;
            Some((part.file, (at - part.range.start + part.start) as u32))
        };
        let Some((file, start)) = place(span.start) else { return Some(entry) };
        let range = |it: Span| {
            let (own, from) = place(it.start)?;
            (own == file).then(|| from..from + (it.end - it.start))
        };
        let made = &traced.rendered.files[file];
        let template = made.template.or(loaded.chart.metadata_file).unwrap_or(entry.edit.file);
        if made.is_crd {
            let end = start + (span.end - span.start);
            return Some(loaded.away.brought_home(Origin::written(Span::new(template, start, end))));
        }
        let guide = guide::Guide {
            sources,
            streams,
            trace: &traced.rendered.trace,
            leaves: &traced.leaves[file],
            text: &made.text,
            template,
        };
        let whole = container.and_then(range).and_then(|it| guide.container(it));
        let found = whole.unwrap_or_else(|| guide.origin(start..start + (span.end - span.start), asked));
        Some(loaded.away.brought_home(found))
    }

    fn traced<'a>(&'a self, inflated: &'a Inflated, sources: &SourceMap) -> Option<(&'a Traced, &'a Loaded)> {
        let loaded = &self.charts[inflated.chart?];
        let new = || Traced::new(&inflated.inflation, &loaded.chart, self.helm, sources);
        Some((inflated.traced.get_or_init(new).as_ref()?, loaded))
    }
}

impl Traced {
    fn new(inflation: &Inflation, chart: &Chart, helm: HelmVersion, sources: &SourceMap) -> Option<Self> {
        let rendered = rendered(chart, &inflation.request, helm, true).ok()?;
        let output = rendered.output(&shown(&inflation.request)).ok()?;
        // What is not the same text says nothing of it.
        if output.text != **inflation.made.text() {
            return None;
        }
        let files = rendered.files.iter();
        let leaves = files.map(|it| leaves(&rendered.trace, &it.text, &it.pieces, sources)).collect();
        Some(Self { rendered, output, leaves })
    }
}

/// Where to edit to change what stands at a place of merged values.
fn of_merged<'a>(
    merged: &Merged,
    span: Span,
    build: &Build,
    sources: &'a SourceMap,
    streams: Streams<'a>,
) -> Option<Origin> {
    let (value, is_key) = value_at(merged.made.document_root(0)?, &merged.values, span);
    let written = build.origins.get(value.origin)?.span;
    let guide = Guide { sources, streams };
    let is_scalar = value.entries().is_empty() && value.items().is_empty();
    let edit = if is_scalar && !is_key { guide.scalar(written) } else { guide.head(written) };
    Some(Origin::written(edit))
}

/// The value of what stands at a place, and whether its key does. The text has
/// the values in their order, or in that of their keys.
fn value_at<'v>(root: Node<'_>, values: &'v Value, span: Span) -> (&'v Value, bool) {
    let (mut node, mut value) = (root, Some(values));
    let mut nearest = values;
    loop {
        let Some((at, entry, child)) = locate::child_before(node, span) else { return (nearest, false) };
        let is_key = entry.is_some_and(|it| it.key.span().contains(span));
        if !is_key && !child.span().contains(span) {
            return (nearest, false);
        }
        value = value.and_then(|it| match entry {
            Some(entry) => it.get_near(at, &entry.name()),
            None => it.items().get(at),
        });
        nearest = value.unwrap_or(nearest);
        if is_key {
            return (nearest, true);
        }
        node = child;
    }
}
