//! Numbers of the values that templates print as another text than is written.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Location, Notice};
use seatrial_helm::Chart;
use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits, Node, Stream, Style, parse};

use super::leaves::{Writer, touching};
use super::provenance::Context;
use super::{ChartUnit, Charts};
use crate::checks::NUMBER_PRINTED_UNLIKE_WRITTEN;

/// Nesting that is looked into.
const DEPTH_MAX: usize = 24;
/// How much of a path is told.
const PATH_BYTES_MAX: usize = 256;
/// How much of a text is told.
const TEXT_CHARACTERS_MAX: usize = 200;

/// A text of an object that reads like a number.
struct Printed<'a> {
    text: Cow<'a, str>,
    value: f64,
    node: Node<'a>,
    /// Whether each digit counts: tags of images, versions.
    is_exact: bool,
    what: String,
}

/// A number as a file writes it.
struct Written {
    text: String,
    value: f64,
    /// Its step among those of all numbers.
    at: usize,
}

/// Numbers of files, by where they stand.
#[derive(Default)]
struct Numbers {
    by_span: FxHashMap<Span, Written>,
    /// What leads to them, each with the step before: whole paths would repeat their keys.
    steps: Vec<(Option<usize>, String)>,
}

impl Charts {
    /// Numbers that become another text in an image, a version or a variable.
    pub(super) fn number_notices(&self, made: &[&Stream], context: Context<'_>) -> Vec<Notice> {
        let mut by_unit: FxHashMap<usize, Vec<&Stream>> = FxHashMap::default();
        for stream in made {
            if let Some(&(unit, _)) = self.by_text.get(&stream.file()) {
                by_unit.entry(unit).or_default().push(stream);
            }
        }
        let mut found = Vec::new();
        let mut told = BTreeSet::new();
        for (at, unit) in self.units.iter().enumerate() {
            // What was fetched is not the tree's to mend.
            let is_own = self.all[unit.chart].away.named_in().is_none();
            let Some(streams) = by_unit.get(&at).filter(|_| is_own) else { continue };
            let mut printed = Vec::new();
            streams.iter().flat_map(|it| it.roots()).for_each(|it| collect(it, DEPTH_MAX, &mut printed));
            if printed.is_empty() {
                continue;
            }
            let numbers = self.numbers(unit, context);
            for it in &printed {
                self.values_of(it.node, context, |span| {
                    let written = numbers.by_span.get(&span).filter(|written| it.is_unlike(written));
                    if let Some(written) = written
                        && told.insert(span)
                    {
                        let notice = it.notice(span, written, &numbers.path(written));
                        found.push(notice.in_unit(self.ids[at]));
                    }
                });
            }
        }
        found
    }

    /// The numbers that stand in the files which a unit takes its values from.
    fn numbers(&self, unit: &ChartUnit, context: Context<'_>) -> Numbers {
        let mut files: Vec<FileId> = unit.files.iter().map(|it| it.file).collect();
        self.all[unit.chart].chart.iter().for_each(|it| files_of(it, DEPTH_MAX, &mut files));
        let mut numbers = Numbers::default();
        for stream in files.into_iter().filter_map(context.streams) {
            stream.roots().for_each(|it| numbers.gather(it, DEPTH_MAX, None));
        }
        for inline in &unit.release.values {
            let stream = parse(inline.file, inline.text.clone(), Dialect::GoYaml2, &Limits::default());
            stream.roots().for_each(|it| numbers.gather(it, DEPTH_MAX, None));
        }
        numbers
    }

    /// The places that have a part in a text that a chart made.
    fn values_of(&self, node: Node<'_>, context: Context<'_>, mut tell: impl FnMut(Span)) {
        let span = node.span();
        let leaves = self.leaves(span.file, context).unwrap_or_default();
        for leaf in touching(leaves, span.start, span.end) {
            match &leaf.writer {
                Writer::Value(it) | Writer::Constant(it) => tell(*it),
                Writer::Derived(all) => all.iter().copied().for_each(&mut tell),
                Writer::Literal(_) | Writer::Unknown => {}
            }
        }
    }
}

/// The values of a chart and of those in it, and what they say of themselves.
fn files_of(chart: &Chart, depth: usize, files: &mut Vec<FileId>) {
    files.extend(chart.values.as_ref().map(|it| it.file));
    files.extend(chart.metadata_file);
    if depth > 0 {
        chart.dependencies.iter().for_each(|it| files_of(it, depth - 1, files));
    }
}

impl Numbers {
    fn gather(&mut self, node: Node<'_>, depth: usize, before: Option<usize>) {
        if depth == 0 || node.is_alias() {
            return;
        }
        for entry in node.written_entries() {
            self.below(entry.value, depth, before, entry.name().into_owned());
        }
        for (at, item) in node.items().enumerate() {
            self.below(item, depth, before, at.to_string());
        }
        let number = node.as_f64().filter(|_| node.style() == Style::Plain);
        if let (Some(value), Some(at)) = (number, before) {
            let written = Written { text: node.source_text().to_owned(), value, at };
            self.by_span.insert(node.span(), written);
        }
    }

    fn below(&mut self, node: Node<'_>, depth: usize, before: Option<usize>, step: String) {
        self.steps.push((before, step));
        self.gather(node, depth - 1, Some(self.steps.len() - 1));
    }

    /// The path of a number; of a long one, the end.
    fn path(&self, written: &Written) -> String {
        let mut path = String::new();
        let mut next = Some(written.at);
        while let Some((before, step)) = next.map(|at| &self.steps[at]) {
            if path.len() + step.len() > PATH_BYTES_MAX {
                return if path.is_empty() { "…".to_owned() } else { format!("….{path}") };
            }
            path = if path.is_empty() { step.clone() } else { format!("{step}.{path}") };
            next = *before;
        }
        path
    }
}

impl<'a> Printed<'a> {
    fn of(node: Node<'a>, text: Cow<'a, str>, is_exact: bool, what: impl FnOnce() -> String) -> Option<Self> {
        let is_number = text.bytes().any(|it| it.is_ascii_digit())
            && text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+' | b'e'));
        let value = text.parse().ok().filter(|_| is_number)?;
        Some(Self { what: what(), text, value, node, is_exact })
    }

    /// Whether what is printed says something else than what is written.
    fn is_unlike(&self, written: &Written) -> bool {
        let Written { text: written, value, .. } = written;
        let digits = written.trim_start_matches(['-', '+']);
        let is_octal = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        let gains_exponent = self.text.contains('e') && !written.contains(['e', 'E']);
        let is_same_number = self.value.to_bits() == value.to_bits();
        is_same_number && *self.text != **written && (self.is_exact || is_octal || gains_exponent)
    }

    fn notice(&self, span: Span, written: &Written, path: &str) -> Notice {
        let Self { what, .. } = self;
        let (text, number) = (shortened(&self.text), shortened(&written.text));
        let message = format!("`{path}` is written `{number}` and becomes `{text}` in {what}");
        Notice::new(&NUMBER_PRINTED_UNLIKE_WRITTEN, Location::text(span), message)
            .because(format!("YAML reads `{number}` as a number, and templates print the number"))
            .help(format!("quote it: `\"{number}\"`"))
    }
}

/// A text of which many notices may speak: values by the thousand can be in one.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(TEXT_CHARACTERS_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The texts below a node that are an image's tag, a version or a variable.
fn collect<'a>(node: Node<'a>, depth: usize, found: &mut Vec<Printed<'a>>) {
    if depth == 0 || node.is_alias() {
        return;
    }
    node.items().for_each(|it| collect(it, depth - 1, found));
    for entry in node.written_entries() {
        let name = entry.name();
        match name.as_ref() {
            "containers" | "initContainers" => entry.value.items().for_each(|it| images(it, found)),
            "env" => entry.value.items().for_each(|it| variable(it, found)),
            "labels" => notes(entry.value, "label", found),
            "annotations" => notes(entry.value, "annotation", found),
            _ => {}
        }
        collect(entry.value, depth - 1, found);
    }
}

fn images<'a>(container: Node<'a>, found: &mut Vec<Printed<'a>>) {
    let Some(node) = container.get("image") else { return };
    let Some(Cow::Borrowed(image)) = node.scalar_text() else { return };
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    let tag = last.split_once(':').map(|(_, tag)| Cow::Borrowed(tag));
    found.extend(
        tag.and_then(|it| Printed::of(node, it, true, || format!("the image `{}`", shortened(image)))),
    );
}

fn variable<'a>(item: Node<'a>, found: &mut Vec<Printed<'a>>) {
    let (Some(name), Some(node)) = (item.get("name").and_then(Node::as_str), item.get("value")) else {
        return;
    };
    let text = node.as_str().map(Cow::Borrowed);
    let is_exact = ["VERSION", "TAG"].iter().any(|it| name.ends_with(it));
    found.extend(
        text.and_then(|it| Printed::of(node, it, is_exact, || format!("the variable `{}`", shortened(name)))),
    );
}

fn notes<'a>(notes: Node<'a>, kind: &str, found: &mut Vec<Printed<'a>>) {
    for entry in notes.written_entries() {
        let name = entry.name();
        let last = name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is_exact = last.ends_with("version") || last == "tag";
        let text = entry.value.as_str().map(Cow::Borrowed);
        found.extend(text.and_then(|it| {
            Printed::of(entry.value, it, is_exact, || format!("the {kind} `{}`", shortened(&name)))
        }));
    }
}
