//! What a chart would do were one of its switches turned over: a branch that no
//! values take is rendered by nobody until somebody turns it on.

use std::collections::BTreeSet;
use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits};

use crate::chart::{Branch, Chart};
use crate::errors::{ErrorKind, RenderError};
use crate::output;
use crate::render::{Options, Prepared, Render, RenderedFile};
use crate::template::engine::{Engine, on_deep_stack};
use crate::template::trace::Origin;
use crate::template::{Data, Map, OriginId, Reads, Trace};
use crate::values::ValuesInput;
use crate::values::coalesce::{GLOBAL, copy_map};

/// Nesting of values in which switches are looked for.
const DEPTH_MAX: usize = 8;

/// A switch that breaks the chart when it is turned over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    /// The keys that lead to it in the chart's values.
    pub keys: Vec<String>,
    /// What it says now.
    pub value: bool,
    /// Where it says so.
    pub span: Span,
    /// What fails once it says the opposite.
    pub error: RenderError,
}

/// Turns over each `true` and `false` of the chart's values that its templates
/// read, one at a time, `most` of them, and tells what fails then: a look into
/// something nil, or text that is no YAML. A chart that fails as it is has none;
/// what `fail` and `required` refuse is meant.
pub fn variations(chart: &Chart, values: &ValuesInput, options: &Options, most: usize) -> Vec<Variation> {
    on_deep_stack(|| Varying::run(chart, values, options, most))
}

/// A `true` or `false` in the values.
struct Toggle {
    keys: Vec<String>,
    value: bool,
    origin: OriginId,
    span: Span,
}

struct Varying<'a> {
    render: Render<'a>,
    engine: Engine,
    found: Vec<Variation>,
    /// The places that are told.
    told: BTreeSet<Span>,
    /// Whether nothing is left to spend.
    is_spent: bool,
}

impl<'a> Varying<'a> {
    fn run(chart: &Chart, input: &ValuesInput, options: &'a Options, most: usize) -> Vec<Variation> {
        let mut render = Render::new(options);
        let mut trace = Trace::on();
        let prepared = render.prepare(chart, input, &mut trace);
        let templates = render.templates(&prepared, &copy_map(&prepared.values), &mut trace);
        let (set, names) = render.parse(&templates, None);
        let engine = Engine::new(Arc::new(set), trace, render.engine_options());
        let mut this = Self { render, engine, found: Vec::new(), told: BTreeSet::new(), is_spent: false };
        let mut reads = Vec::new();
        for name in &names {
            this.engine.reads = Reads::default();
            this.render.execute_one(&mut this.engine, name, &templates[*name]);
            reads.push(std::mem::take(&mut this.engine.reads));
        }
        if !this.render.rendered.errors.is_empty() || this.broken_text().is_some() {
            return Vec::new();
        }
        let toggles = toggles(&prepared.branch, &prepared.values, &this.engine.trace);
        let read_by = |it: &Toggle| -> Vec<&String> {
            names.iter().zip(&reads).filter(|(_, read)| read.has(it.origin)).map(|(name, _)| *name).collect()
        };
        let read = toggles.into_iter().map(|it| (read_by(&it), it)).filter(|(by, _)| !by.is_empty());
        for (by, toggle) in read.take(most) {
            let failed = this.turned(&prepared, &toggle, &by);
            if failed.is_empty() {
                continue;
            }
            // Templates may change the values for those that come after them.
            let sure = this.turned(&prepared, &toggle, &names);
            if this.is_spent || !failed.iter().any(|it| sure.contains(it)) {
                break;
            }
            this.tell(&toggle, sure);
        }
        this.found
    }

    /// What fails of some templates once a switch is turned over. What a bound
    /// ends is not known.
    fn turned(&mut self, prepared: &Prepared<'_>, toggle: &Toggle, names: &[&String]) -> Vec<RenderError> {
        let values = copy_map(&prepared.values);
        turn(&values, toggle);
        let templates = self.render.templates(prepared, &values, &mut self.engine.trace);
        self.render.rendered.files.clear();
        for name in names {
            self.render.execute_one(&mut self.engine, name, &templates[*name]);
        }
        let errors = std::mem::take(&mut self.render.rendered.errors);
        self.is_spent |= errors.iter().any(|it| it.kind == ErrorKind::Bound);
        // A function that is given nothing wants a value beside the switch.
        let is_told = |it: &RenderError| it.kind == ErrorKind::Exec && it.nil.is_some();
        let failed = errors.into_iter().filter(is_told);
        failed.chain(self.broken_text()).filter(|_| !self.is_spent).collect()
    }

    fn tell(&mut self, toggle: &Toggle, errors: Vec<RenderError>) {
        for error in errors {
            let Some(&place) = error.places.first() else { continue };
            if self.told.insert(place) {
                let Toggle { keys, value, span, .. } = toggle;
                self.found.push(Variation { keys: keys.clone(), value: *value, span: *span, error });
            }
        }
    }

    /// The first text that is no YAML, with the place in its template.
    fn broken_text(&self) -> Option<RenderError> {
        let files = &self.render.rendered.files;
        let (file, range, message) =
            output::sort(files, &self.render.switches, false).errors.into_iter().next()?;
        let at = range.start + first_fault(&files[file].text[range.clone()]);
        let error = RenderError::new(ErrorKind::Yaml, message);
        let places = self.place(&files[file], at).into_iter().collect();
        Some(RenderError { template: Some(files[file].path.clone()), places, ..error })
    }

    /// The place in a template that wrote a byte, or what stands before it.
    fn place(&self, file: &RenderedFile, at: usize) -> Option<Span> {
        let mut start = 0;
        let mut last = None;
        for piece in &file.pieces {
            if let Some(Origin::Template(span)) = self.engine.trace.origin(piece.origin) {
                let into = u32::try_from(at.saturating_sub(start)).ok()?.min(span.end - span.start);
                last = Some(Span::new(span.file, span.start + into, span.start + into));
            }
            start += piece.length as usize;
            if start > at {
                break;
            }
        }
        last
    }
}

/// Where a text stops being YAML.
fn first_fault(text: &str) -> usize {
    let stream = seatrial_yaml::parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
    let faults = stream.documents().iter().flat_map(|it| &it.problems).filter(|it| it.is_fatal());
    faults.map(|it| it.span.start as usize).next().unwrap_or_default()
}

/// The switches in a chart's own values. What turns whole charts on and off, and
/// what those charts are given, are left alone.
fn toggles(branch: &Branch<'_>, values: &Map, trace: &Trace) -> Vec<Toggle> {
    let declared = branch.chart.metadata.declared().flat_map(|it| [it.name.text.as_str(), it.key()]);
    let lying = branch.chart.dependencies.iter().map(|it| it.metadata.name.text.as_str());
    let of_charts: BTreeSet<&str> = declared.chain(lying).chain([GLOBAL, "tags"]).collect();
    let mut found = Vec::new();
    let mut open: Vec<(Vec<String>, Map)> = vec![(Vec::new(), values.clone())];
    while let Some((path, map)) = open.pop() {
        for (key, value) in &*map.entries() {
            if path.is_empty() && of_charts.contains(&**key) {
                continue;
            }
            let mut keys = path.clone();
            keys.push((**key).to_owned());
            match (&value.data, trace.origin(value.origin)) {
                (Data::Map(inner), _) if keys.len() < DEPTH_MAX => open.push((keys, inner.clone())),
                (Data::Bool(on), Some(Origin::Value(span))) => {
                    found.push(Toggle { keys, value: *on, origin: value.origin, span: *span });
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(|it| it.span);
    found
}

fn turn(values: &Map, toggle: &Toggle) {
    let Some((last, way)) = toggle.keys.split_last() else { return };
    let step = |map: Map, key: &String| map.get(key).and_then(|it| it.as_map().cloned());
    if let Some(map) = way.iter().try_fold(values.clone(), step) {
        map.set(last.as_str(), (!toggle.value).into());
    }
}
