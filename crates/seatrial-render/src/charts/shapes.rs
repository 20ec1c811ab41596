//! Values that are a mapping where the chart has none, or the reverse.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Location, Notice, Role};
use seatrial_helm::Chart;
use seatrial_helm::values::ValuesText;
use seatrial_source::{FileId, Span};
use seatrial_yaml::{Node, Stream, Value};

use super::{Charts, TreeChart};
use crate::checks::MISMATCHED_VALUE_SHAPE;

/// Nesting of values that is looked into.
const DEPTH_MAX: usize = 24;
/// Charts within charts that are looked into.
const CHARTS_MAX: usize = 8;
/// Functions that tell a value's type.
const ASKING: &[&str] = &["kindIs", "kindOf", "typeIs", "typeOf"];

impl Charts {
    /// What values files say over the chart's own values, and a chart over those
    /// of the charts in it.
    pub(super) fn shape_notices(&self, streams: &[&Stream]) -> Vec<Notice> {
        let roots: BTreeMap<FileId, Node<'_>> =
            streams.iter().filter_map(|it| Some((it.file(), root(it)?))).collect();
        let mut found = BTreeMap::new();
        // What was fetched is not the tree's to mend.
        let own = |it: &(usize, &TreeChart)| it.1.away.named_in().is_none();
        for (at, tree_chart) in self.all.iter().enumerate().filter(own) {
            let Some(chart) = &tree_chart.chart else { continue };
            let units = self.units.iter().filter(|it| it.chart == at);
            let mut files: Vec<FileId> = units.flat_map(|it| &it.files).map(|it| it.file).collect();
            files.sort();
            files.dedup();
            let asked = Asked::of(chart);
            let mut search = Search { asked: &asked, base: 0, path: Vec::new(), found: &mut found };
            for over in files.iter().filter_map(|it| roots.get(it)) {
                search.chart(chart, *over, CHARTS_MAX);
            }
            let below = chart.values.as_ref().and_then(|it| roots.get(&it.file));
            if let Some(values) = below {
                search.inner_charts(chart, *values, CHARTS_MAX);
            }
        }
        found.into_values().collect()
    }
}

fn root(stream: &Stream) -> Option<Node<'_>> {
    let mut roots = stream.roots();
    let root = roots.next().filter(|it| it.is_mapping())?;
    (stream.is_accepted() && roots.next().is_none()).then_some(root)
}

/// The words of templates of a chart, and of the charts in it, that ask for types,
/// and those of lines that go through something.
#[derive(Default)]
struct Asked {
    types: FxHashSet<String>,
    ranges: FxHashSet<String>,
}

impl Asked {
    fn of(chart: &Chart) -> Self {
        let mut asked = Self::default();
        asked.add(chart, CHARTS_MAX);
        asked
    }

    fn add(&mut self, chart: &Chart, depth: usize) {
        for file in &chart.templates {
            let text = file.content.text();
            let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
            let words =
                |it: &'_ str| -> Vec<String> { it.split(|it| !is_part(it)).map(ToOwned::to_owned).collect() };
            if ASKING.iter().any(|it| text.contains(it)) {
                self.types.extend(words(&text));
            }
            let ranges = text.lines().filter(|line| line.contains("range"));
            self.ranges.extend(ranges.flat_map(words));
        }
        let inner = chart.dependencies.iter().filter(|_| depth > 0);
        inner.for_each(|it| self.add(it, depth - 1));
    }

    /// Whether templates may take a value in both shapes. Texts are what charts
    /// hand on to be templates, and templates for all values ask whether one is.
    fn takes_both(&self, key: &str, has_text: bool) -> bool {
        if has_text { !self.types.is_empty() } else { self.types.contains(key) || self.ranges.contains(key) }
    }
}

struct Search<'a> {
    asked: &'a Asked,
    /// Where the chart's own values begin in their file.
    base: u32,
    path: Vec<String>,
    found: &'a mut BTreeMap<Span, Notice>,
}

impl Search<'_> {
    /// Values over those of a chart, and of the charts in it.
    fn chart(&mut self, chart: &Chart, over: Node<'_>, depth: usize) {
        if let Some((own, base)) = chart.values.as_ref().and_then(ValuesText::root) {
            self.base = base;
            self.mapping(over, own, DEPTH_MAX);
        }
        self.inner_charts(chart, over, depth);
    }

    fn inner_charts(&mut self, chart: &Chart, over: Node<'_>, depth: usize) {
        for inner in chart.dependencies.iter().filter(|_| depth > 0) {
            let name = &inner.metadata.name.text;
            let declared =
                chart.metadata.declared().filter(|it| it.name.text == *name).map(|it| it.key().to_owned());
            let mut keys: Vec<String> = declared.collect();
            if keys.is_empty() {
                keys.push(name.clone());
            }
            for key in keys {
                let Some(values) = over.get(&key).filter(|it| it.is_mapping() && !it.is_alias()) else {
                    continue;
                };
                self.path.push(key);
                self.chart(inner, values, depth - 1);
                self.path.pop();
            }
        }
    }

    fn mapping(&mut self, over: Node<'_>, own: Node<'_>, depth: usize) {
        if depth == 0 || over.is_alias() || own.is_alias() {
            return;
        }
        let known: FxHashMap<_, _> = own.written_entries().map(|it| (it.name(), it.value)).collect();
        for entry in over.written_entries() {
            let name = entry.name();
            let Some(&value) = known.get(&name) else { continue };
            self.path.push(name.clone().into_owned());
            match (entry.value.is_mapping(), value.is_mapping()) {
                (true, true) => self.mapping(entry.value, value, depth - 1),
                (false, false) => {}
                _ => self.tell(&name, entry.key.written_span(), entry.value, value),
            }
            self.path.pop();
        }
    }

    fn tell(&mut self, key: &str, at: Span, over: Node<'_>, own: Node<'_>) {
        let has_text = over.as_str().is_some() || own.as_str().is_some();
        if is_nothing(over) || is_nothing(own) || self.asked.takes_both(key, has_text) {
            return;
        }
        let (given, lost) = (shape(over), shape(own));
        let Span { file, start, end } = own.span();
        let own_span = Span::new(file, start + self.base, end + self.base);
        let message = format!("`{}` is {given} here and {lost} in the chart's values", self.path.join("."));
        let notice = Notice::new(&MISMATCHED_VALUE_SHAPE, Location::text(at), message)
            .because(format!("Helm keeps {given} and drops {lost}, and only warns on stderr"))
            .help(format!("give {lost} as the chart does, or change the chart"))
            .related(Location::text(own_span), Role::Values, "the chart's own value");
        self.found.entry(at).or_insert(notice);
    }
}

/// What switches something off, or says nothing yet.
fn is_nothing(node: Node<'_>) -> bool {
    node.is_empty() && (node.is_mapping() || node.is_sequence())
        || match node.value() {
            Value::Null | Value::Bool(false) => true,
            Value::Str(text) => text.is_empty(),
            _ => node.source_text() == "0",
        }
}

fn shape(node: Node<'_>) -> &'static str {
    match node.value() {
        _ if node.is_mapping() => "a mapping",
        _ if node.is_sequence() => "a list",
        Value::Str(_) => "a text",
        Value::Bool(_) => "a truth value",
        _ => "a number",
    }
}
