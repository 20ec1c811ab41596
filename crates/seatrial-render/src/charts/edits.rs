//! Changes of rendered fields, carried out in the values file or the template
//! that the field comes from, and proven by rendering again.

use std::sync::Arc;

use rayon::prelude::*;
use seatrial_diagnostics::{Edit, Refusal};
use seatrial_helm::{HelmVersion, Loader, Rendered};
use seatrial_model::{Object, Target};
use seatrial_source::{FileId, MemoryFiles, SourceMap, Span, TreePath};
use seatrial_yaml::edit::{Content, Operation, apply, edit};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, PathStep, Stream, parse};

use super::away::Away;
use super::leaves::{Leaf, Writer, touching};
use super::provenance::Context;
use super::{ChartUnit, Charts, TreeChart};
use crate::locate;

/// Fields that may differ before it is clear that too many do.
const DIFFERENCES_MAX: usize = 16;

impl Charts {
    /// The edits that carry out an operation on an object that a chart made.
    pub(crate) fn edits<'a>(
        &'a self,
        object: &Object,
        operation: &Operation,
        context: Context<'a>,
    ) -> Result<Vec<Edit>, Refusal> {
        let made = object.span().file;
        let leaves =
            self.leaves(made, context).ok_or_else(|| refusal("where the field comes from is not known"))?;
        let edits = match self.quoted(object, operation, context) {
            Some(edit) => vec![edit],
            None => match in_values(object, operation, leaves, context) {
                Some(edits) => edits?,
                None => in_template(object, operation, leaves)?,
            },
        };
        if edits.is_empty() {
            return Ok(edits);
        }
        let &(unit, _) = self.by_text.get(&made).ok_or_else(|| refusal("no chart made the text"))?;
        if !self.all[self.units[unit].chart].away.is_empty() {
            return Err(refusal("a part of the chart comes from another host"));
        }
        Proof {
            charts: self,
            unit,
            object,
            field: field_of(operation),
            sources: context.sources,
            target: context.target,
        }
        .prove(&edits)?;
        Ok(edits)
    }
}

impl Charts {
    /// Lets the template quote what is to be a text and already reads like one.
    fn quoted<'a>(&'a self, object: &Object, operation: &Operation, context: Context<'a>) -> Option<Edit> {
        let Operation::Set { path, content: Content::Text(text) } = operation else { return None };
        let node = object.at(path).filter(|it| it.as_str().is_none() && !it.is_null())?;
        if node.scalar_text()? != *text {
            return None;
        }
        let action = self.action_of(node.span(), context)?;
        let words = context.sources.text(action);
        let end = words.strip_suffix("}}")?.trim_end_matches('-').trim_end().len() as u32;
        let at = action.start + end;
        Some(Edit { span: Span::new(action.file, at, at), text: " | quote".to_owned() })
    }
}

/// Sets a value in the file that it stands in, where the field is that value
/// and nothing else.
fn in_values(
    object: &Object,
    operation: &Operation,
    leaves: &[Leaf],
    context: Context<'_>,
) -> Option<Result<Vec<Edit>, Refusal>> {
    let Operation::Set { path, content } = operation else { return None };
    let node = object.at(path).filter(|it| !it.is_mapping() && !it.is_sequence() && !it.span().is_empty())?;
    let value = only_value(node, leaves)?;
    let stream = (context.streams)(value.file)?;
    let (root, written) = stream.roots().find_map(|root| Some((root, locate::at_span(root, value)?)))?;
    if written.scalar_text() != node.scalar_text() {
        return Some(Err(refusal("the template changes the value on its way")));
    }
    let path = locate::path_to(root, written)?;
    Some(edit(root, &Operation::Set { path, content: typed(written, content) }))
}

/// A text that the template makes of a number stays a number in the values.
fn typed(written: Node<'_>, content: &Content) -> Content {
    match content {
        Content::Text(text) if written.as_i64().is_some() => {
            text.parse().map_or_else(|_| content.clone(), Content::Int)
        }
        _ => content.clone(),
    }
}

/// The value that all of a scalar comes from, quotes left out.
fn only_value(node: Node<'_>, leaves: &[Leaf]) -> Option<Span> {
    let span = node.span();
    let text = node.source_text();
    let mut found = None;
    for leaf in touching(leaves, span.start, span.end) {
        let from = leaf.start.max(span.start) - span.start;
        let to = leaf.end.min(span.end) - span.start;
        let is_quote = || {
            text.get(from as usize..to as usize)
                .is_some_and(|it| it.chars().all(|it| matches!(it, '"' | '\'')))
        };
        match leaf.writer {
            Writer::Value(value) if found.is_none_or(|it| it == value) => found = Some(value),
            _ if is_quote() => {}
            _ => return None,
        }
    }
    found
}

/// The same edits in the template, where each lies in one literal piece of it.
fn in_template(object: &Object, operation: &Operation, leaves: &[Leaf]) -> Result<Vec<Edit>, Refusal> {
    let edits = edit(object.root(), operation)?;
    let moved = |it: Edit| {
        let around = leaves.iter().find_map(|leaf| match leaf.writer {
            Writer::Literal(span) if leaf.start <= it.span.start && it.span.end <= leaf.end => {
                let start = span.start + (it.span.start - leaf.start);
                Some(Span::new(span.file, start, start + it.span.len()))
            }
            _ => None,
        });
        let span = around.ok_or_else(|| refusal("the text is put together from several places"))?;
        if it.text.contains("{{") {
            return Err(refusal("the new text means something in a template"));
        }
        Ok(Edit { span, text: it.text })
    };
    edits.into_iter().map(moved).collect()
}

/// Renders all that reads the edited file again: only the field meant may differ.
struct Proof<'a> {
    charts: &'a Charts,
    unit: usize,
    object: &'a Object,
    /// The field that may differ.
    field: &'a [PathStep],
    sources: &'a SourceMap,
    target: &'a Target,
}

impl Proof<'_> {
    fn prove(&self, edits: &[Edit]) -> Result<(), Refusal> {
        let file = edits[0].span.file;
        if edits.iter().any(|it| it.span.file != file) {
            return Err(refusal("the change is in several files"));
        }
        let at = self.charts.units[self.unit].chart;
        let chart = &self.charts.all[at];
        let sources = self.sources;
        if !sources.file(file).path().is_within(&chart.path) {
            return Err(refusal("the file belongs to another chart"));
        }
        let text = apply(sources.file(file).text(), edits).ok_or_else(|| refusal("the edits do not fit"))?;
        let before = Copy::of(chart, sources, None)?;
        let after = Copy::of(chart, sources, Some(&(file, text.into())))?;
        let units: Vec<(usize, &ChartUnit)> =
            self.charts.units.iter().enumerate().filter(|(_, it)| it.chart == at).collect();
        let differs = |(place, unit): &(usize, &ChartUnit)| {
            // A copy that renders otherwise proves nothing.
            let known = before.render(unit, self.target);
            if !is_same(&known, &unit.rendered) {
                return Err(refusal("the chart cannot be rendered from its texts alone"));
            }
            let count = self.differences(&known, &after.render(unit, self.target))?;
            Ok(*place == self.unit && count > 0)
        };
        let changed: Vec<bool> = units.par_iter().map(differs).collect::<Result<_, Refusal>>()?;
        if changed.contains(&true) { Ok(()) } else { Err(refusal("the edit does not change the field")) }
    }

    /// How often the field meant differs; a refusal when anything else does.
    fn differences(&self, before: &Rendered, after: &Rendered) -> Result<usize, Refusal> {
        let more = || refusal("more than the field would change");
        if before.files.len() != after.files.len() || after.errors.len() > before.errors.len() {
            return Err(more());
        }
        let mut count = 0;
        for (one, other) in
            before.files.iter().zip(&after.files).filter(|(one, other)| one.text != other.text)
        {
            let [one, other] = [&one.text, &other.text]
                .map(|it| parse(FileId(0), Arc::clone(it), Dialect::GoYaml2, &Limits::default()));
            count += self.differing(&one, &other).ok_or_else(more)?;
        }
        Ok(count)
    }

    fn differing(&self, one: &Stream, other: &Stream) -> Option<usize> {
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
            if !found.is_empty() && (!self.is_object(one) || !found.iter().all(is_meant)) {
                return None;
            }
            count += found.len();
        }
        Some(count)
    }

    fn is_object(&self, root: Node<'_>) -> bool {
        let word = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
        let name = root.get("metadata").and_then(|it| it.get("name")?.as_str()).unwrap_or_default();
        word("kind") == self.object.kind() && name == self.object.name()
    }
}

/// A chart made of the texts that are known of it.
struct Copy {
    chart: TreeChart,
    sources: SourceMap,
}

impl Copy {
    fn of(
        chart: &TreeChart,
        sources: &SourceMap,
        changed: Option<&(FileId, Arc<str>)>,
    ) -> Result<Self, Refusal> {
        let text = |file: FileId| match changed {
            Some((it, text)) if *it == file => Arc::clone(text),
            _ => Arc::clone(sources.file(file).text()),
        };
        let mut copies = SourceMap::new();
        let mut files = Vec::new();
        for file in sources.ids() {
            let path = sources.file(file).path();
            // Ids stay what they are: layers are named by them.
            copies.add(path.clone(), text(file));
            if path.is_within(&chart.path) {
                files.push((path.as_str().to_owned(), text(file).as_bytes().to_vec()));
            }
        }
        let files: MemoryFiles = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
        let mut register = |path: &TreePath, text: &Arc<str>| copies.add(path.clone(), Arc::clone(text));
        let loaded =
            Loader { files: &files, register: &mut register, helm: HelmVersion::default(), alone: None }
                .directory(&chart.path);
        if loaded.chart.is_none() {
            return Err(refusal("the chart could not be loaded with the change"));
        }
        let chart = TreeChart {
            path: chart.path.clone(),
            file: chart.file,
            has_values: chart.has_values,
            chart: loaded.chart,
            problems: loaded.problems,
            layers: Vec::new(),
            strangers: Vec::new(),
            beyond: Vec::new(),
            cluster: chart.cluster.clone(),
            remotes: Vec::new(),
            away: Away::default(),
        };
        Ok(Self { chart, sources: copies })
    }

    fn render(&self, unit: &ChartUnit, target: &Target) -> Rendered {
        self.chart.render(&unit.files, &unit.release, &self.sources, target, false)
    }
}

fn is_same(one: &Rendered, other: &Rendered) -> bool {
    let pairs = || one.files.iter().zip(&other.files);
    one.files.len() == other.files.len() && pairs().all(|(a, b)| a.path == b.path && a.text == b.text)
}

/// The paths at which two nodes differ.
pub(crate) fn differing(one: Node<'_>, other: Node<'_>, path: &FieldPath, found: &mut Vec<FieldPath>) {
    if found.len() >= DIFFERENCES_MAX || one.is_same(other) {
        return;
    }
    let step = |step: PathStep| {
        let mut path = path.clone();
        path.push(step);
        path
    };
    if one.is_mapping() && other.is_mapping() {
        for entry in one.written_entries() {
            let name = entry.name();
            let path = step(PathStep::Key(name.as_ref().into()));
            match other.get(&name) {
                Some(value) => differing(entry.value, value, &path, found),
                None => found.push(path),
            }
        }
        let added = other.written_entries().filter(|entry| one.get(&entry.name()).is_none());
        found.extend(added.map(|entry| step(PathStep::Key(entry.name().as_ref().into()))));
    } else if one.is_sequence() && other.is_sequence() && one.len() == other.len() {
        for (at, (a, b)) in one.items().zip(other.items()).enumerate() {
            differing(a, b, &step(PathStep::Index(at as u32)), found);
        }
    } else {
        found.push(path.clone());
    }
}

/// The field that an operation changes; of an entry that comes, goes or is
/// called otherwise, what is around it.
pub(crate) fn field_of(operation: &Operation) -> &[PathStep] {
    match operation {
        Operation::Set { path, .. } => path.steps(),
        Operation::Insert { path, .. } | Operation::Remove { path } | Operation::Rename { path, .. } => {
            path.steps().split_last().map_or(&[], |(_, around)| around)
        }
    }
}

fn refusal(reason: &str) -> Refusal {
    Refusal { reason: reason.to_owned() }
}
