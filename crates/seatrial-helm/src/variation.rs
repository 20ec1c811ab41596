//! What a chart would do were one of its switches turned over, or an empty list or
//! mapping filled: a branch that no values take is rendered by nobody until somebody
//! turns it on. What fails then, and the documents that only come then.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits};

use crate::chart::{Branch, Chart};
use crate::errors::{ErrorKind, RenderError};
use crate::output;
use crate::render::{Options, Prepared, Render, Rendered, RenderedFile};
use crate::template::engine::{Engine, on_deep_stack};
use crate::template::trace::Origin;
use crate::template::{Data, Map, OriginId, Reads, Trace, Value};
use crate::values::ValuesInput;
use crate::values::coalesce::{GLOBAL, copy_map};

/// Nesting of values in which switches are looked for.
const DEPTH_MAX: usize = 8;
/// Empty values that nothing reads, among which those behind a switch are looked for.
const HIDDEN_MAX: usize = 512;

/// What is looked at of one chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariationBounds {
    /// Switches that are turned, and as many empty values that are filled.
    pub switches: usize,
    /// Bytes of the texts that are kept since only a switch brings them out.
    pub parts_bytes: usize,
}

/// A value that breaks the chart when it becomes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    /// The keys that lead to it in the chart's values.
    pub keys: Vec<String>,
    /// What it becomes: `true`, `[a, b]`.
    pub becomes: &'static str,
    /// The keys of a switch without which nothing reads it, and which is off.
    pub switch: Option<Vec<String>>,
    /// Where it says so.
    pub span: Span,
    /// What fails then.
    pub error: RenderError,
}

/// What turning the switches of a chart over shows.
#[derive(Debug, Default)]
pub struct Variations {
    /// What fails, each at the first value that brings it about.
    pub failing: Vec<Variation>,
    /// The files with documents that only a switch brings out, traced. One template
    /// may be among them several times.
    pub parts: Rendered,
    /// The switches that are turned for each of those files, outer ones first.
    pub switches: Vec<Vec<Switch>>,
    /// Whether there were more of those files than are kept.
    pub is_cut: bool,
}

/// A switch of a chart's values that is turned over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The keys that lead to it.
    pub keys: Vec<String>,
    /// What it becomes: `true`.
    pub becomes: &'static str,
    /// Where it says otherwise.
    pub span: Span,
}

/// Turns over each `true` and `false` of the chart's values that its templates
/// read, one at a time, and tells what fails then: a look into
/// something nil, or text that is no YAML. A chart that fails as it is has none;
/// what `fail` and `required` refuse is meant. As many empty lists and mappings are
/// filled, of which nobody knows what they are to hold: only text is told that is no
/// YAML whatever they hold. What is read only behind a switch is turned on or filled with
/// that switch turned on.
pub fn variations(
    chart: &Chart,
    values: &ValuesInput,
    options: &Options,
    bounds: VariationBounds,
) -> Variations {
    on_deep_stack(|| Varying::run(chart, values, options, bounds))
}

/// A value that may become another one.
struct Toggle {
    keys: Vec<String>,
    kind: Kind,
    origin: OriginId,
    span: Span,
}

impl Toggle {
    fn switch(&self) -> Switch {
        Switch { keys: self.keys.clone(), becomes: self.kind.shown(), span: self.span }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What says `true` or `false` now.
    Switch(bool),
    /// An empty list.
    List,
    /// An empty mapping.
    Map,
}

impl Kind {
    /// What it may become, the plainest first.
    fn samples(self) -> Vec<Value> {
        let plain = || vec![Value::from("a"), Value::from("b")];
        let named = || -> Vec<Value> {
            let name = |it: Value| Value::from([(Rc::from("name"), it)].into_iter().collect::<Map>());
            plain().into_iter().map(name).collect()
        };
        let map = |values: Vec<Value>| {
            let keys = ["a", "b"].map(Rc::<str>::from);
            Value::from(keys.into_iter().zip(values).collect::<Map>())
        };
        match self {
            Self::Switch(on) => vec![(!on).into()],
            Self::List => vec![Value::list(plain()), Value::list(named())],
            // Many a list is `{}` while it is empty.
            Self::Map => vec![map(plain()), map(named()), Value::list(plain())],
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Switch(true) => "false",
            Self::Switch(false) => "true",
            Self::List => "[a, b]",
            Self::Map => "{a: a, b: b}",
        }
    }

    fn is_switch(self) -> bool {
        matches!(self, Self::Switch(_))
    }
}

struct Varying<'a> {
    render: Render<'a>,
    engine: Engine,
    found: Vec<Variation>,
    /// The places that are told.
    told: BTreeSet<Span>,
    /// How many documents of each kind each file has, as the values have it.
    kinds: BTreeMap<String, BTreeMap<String, usize>>,
    /// The same of what was rendered last.
    last_kinds: BTreeMap<String, BTreeMap<String, usize>>,
    /// The texts that only a switch brings out, with those that do.
    parts: Vec<(RenderedFile, Vec<Switch>)>,
    parts_bytes: usize,
    bounds: VariationBounds,
    /// Whether nothing is left to spend.
    is_spent: bool,
}

impl<'a> Varying<'a> {
    fn run(chart: &Chart, input: &ValuesInput, options: &'a Options, bounds: VariationBounds) -> Variations {
        let mut render = Render::new(options);
        let mut trace = Trace::on();
        let prepared = render.prepare(chart, input, &mut trace);
        let templates = render.templates(&prepared, &copy_map(&prepared.values), &mut trace);
        let (set, names) = render.parse(&templates, None);
        let engine = Engine::new(Arc::new(set), trace, render.engine_options());
        let mut this = Self {
            render,
            engine,
            found: Vec::new(),
            told: BTreeSet::new(),
            kinds: BTreeMap::new(),
            last_kinds: BTreeMap::new(),
            parts: Vec::new(),
            parts_bytes: 0,
            bounds,
            is_spent: false,
        };
        let mut reads = Vec::new();
        for name in &names {
            this.engine.reads = Reads::default();
            this.render.execute_one(&mut this.engine, name, &templates[*name]);
            reads.push(std::mem::take(&mut this.engine.reads));
        }
        if !this.render.rendered.errors.is_empty() || this.broken_text().is_some() {
            return Variations::default();
        }
        this.kinds = std::mem::take(&mut this.last_kinds);
        this.vary_all(&prepared, &names, &reads);
        this.finish()
    }

    fn vary_all(&mut self, prepared: &Prepared<'_>, names: &[&String], reads: &[Reads]) {
        let most = self.bounds.switches;
        let toggles = toggles(&prepared.branch, &prepared.values, &self.engine.trace);
        let read_by = |it: &Toggle| -> Vec<&String> {
            names.iter().zip(reads).filter(|(_, read)| read.has(it.origin)).map(|(name, _)| *name).collect()
        };
        let toggles = toggles.into_iter().map(|it| (read_by(&it), it));
        let (read, hidden): (Vec<_>, Vec<_>) = toggles.partition(|(by, _)| !by.is_empty());
        let (switches, empty): (Vec<_>, Vec<_>) = read.into_iter().partition(|(_, it)| it.kind.is_switch());
        for (by, toggle) in switches.iter().take(most).chain(empty.iter().take(most)) {
            if !self.vary(prepared, None, toggle, by, names) {
                return;
            }
        }
        let hidden = hidden.into_iter().map(|it| it.1).filter(|it| it.kind != Kind::Switch(true));
        let hidden: Vec<Toggle> = hidden.take(HIDDEN_MAX).collect();
        let mut left = most;
        for (by, switch) in switches.iter().filter(|(_, it)| it.kind == Kind::Switch(false)).take(most) {
            for (by, toggle) in self.behind(prepared, switch, by, &hidden) {
                if left == 0 || !self.vary(prepared, Some(switch), toggle, &by, names) {
                    return;
                }
                left -= 1;
            }
        }
    }

    /// All that was found, with the texts of the parts put in order.
    fn finish(mut self) -> Variations {
        let (files, switches): (Vec<_>, Vec<_>) = std::mem::take(&mut self.parts).into_iter().unzip();
        self.render.rendered.files = files;
        self.render.finish(&mut self.engine);
        let is_cut = self.parts_bytes > self.bounds.parts_bytes;
        Variations { failing: self.found, parts: self.render.rendered, switches, is_cut }
    }

    /// Keeps the texts of what was rendered last that hold more documents of a kind than
    /// they do as it is.
    fn keep_parts(&mut self, turned: &[&Toggle]) {
        let is_more = |file: &RenderedFile| {
            let known = self.kinds.get(&file.path);
            let count = |kind: &String| known.and_then(|it| it.get(kind)).copied().unwrap_or_default();
            let mut now = self.last_kinds.get(&file.path).into_iter().flatten();
            now.any(|(kind, number)| *number > count(kind))
        };
        let switches: Vec<Switch> = turned.iter().map(|it| it.switch()).collect();
        let kept: Vec<RenderedFile> =
            self.render.rendered.files.iter().filter(|it| is_more(it)).cloned().collect();
        for file in kept {
            self.parts_bytes += file.text.len();
            if self.parts_bytes <= self.bounds.parts_bytes {
                self.parts.push((file, switches.clone()));
            }
        }
    }

    /// Tells what fails once a value becomes another one; whether there is anything
    /// left to spend on the next.
    fn vary(
        &mut self,
        prepared: &Prepared<'_>,
        switch: Option<&Toggle>,
        toggle: &Toggle,
        by: &[&String],
        all: &[&String],
    ) -> bool {
        let samples = toggle.kind.samples();
        let failed = self.fails(prepared, switch, toggle, &samples, by);
        if failed.is_empty() {
            if toggle.kind.is_switch() && !self.is_spent {
                let turned: Vec<&Toggle> = switch.into_iter().chain([toggle]).collect();
                self.keep_parts(&turned);
            }
            return true;
        }
        // Templates may change the values for those that come after them.
        let sure = self.fails(prepared, switch, toggle, &samples, all);
        if self.is_spent || !failed.iter().any(|it| sure.contains(it)) {
            return false;
        }
        self.tell(switch, toggle, sure);
        true
    }

    /// What some templates read only once a switch is turned on, with those that do;
    /// nothing where that alone makes them fail.
    fn behind<'t, 'n>(
        &mut self,
        prepared: &Prepared<'_>,
        switch: &Toggle,
        by: &[&'n String],
        hidden: &'t [Toggle],
    ) -> Vec<(Vec<&'n String>, &'t Toggle)> {
        let on = switch.kind.samples();
        let mut found: BTreeMap<usize, Vec<&String>> = BTreeMap::new();
        for name in by {
            self.engine.reads = Reads::default();
            let failed = self.turned(prepared, &[(switch, &on[0])], &[*name]);
            let reads = std::mem::take(&mut self.engine.reads);
            if !failed.is_empty() || self.is_spent {
                return Vec::new();
            }
            for (at, _) in hidden.iter().enumerate().filter(|(_, it)| reads.has(it.origin)) {
                found.entry(at).or_default().push(*name);
            }
        }
        found.into_iter().map(|(at, names)| (names, &hidden[at])).collect()
    }

    /// What fails of some templates whatever a value becomes: as with the first
    /// sample, where each of the others breaks the same text.
    fn fails(
        &mut self,
        prepared: &Prepared<'_>,
        switch: Option<&Toggle>,
        toggle: &Toggle,
        samples: &[Value],
        names: &[&String],
    ) -> Vec<RenderError> {
        let Some((first, others)) = samples.split_first() else { return Vec::new() };
        let on = Value::from(true);
        let with =
            |sample| -> Vec<_> { switch.map(|it| (it, &on)).into_iter().chain([(toggle, sample)]).collect() };
        let mut failed = self.turned(prepared, &with(first), names);
        failed.retain(|it| toggle.kind.is_switch() || it.kind == ErrorKind::Yaml);
        for other in others {
            if failed.is_empty() {
                break;
            }
            let too = self.turned(prepared, &with(other), names);
            failed.retain(|it| too.iter().any(|too| too.kind == it.kind && too.template == it.template));
        }
        failed
    }

    /// What fails of some templates once values are other ones. What a bound
    /// ends is not known.
    fn turned(
        &mut self,
        prepared: &Prepared<'_>,
        turns: &[(&Toggle, &Value)],
        names: &[&String],
    ) -> Vec<RenderError> {
        let values = copy_map(&prepared.values);
        for (toggle, sample) in turns {
            turn(&values, toggle, sample);
        }
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

    fn tell(&mut self, switch: Option<&Toggle>, toggle: &Toggle, errors: Vec<RenderError>) {
        for error in errors {
            let Some(&place) = error.places.first() else { continue };
            if self.told.insert(place) {
                let Toggle { keys, kind, span, .. } = toggle;
                self.found.push(Variation {
                    keys: keys.clone(),
                    becomes: kind.shown(),
                    switch: switch.map(|it| it.keys.clone()),
                    span: *span,
                    error,
                });
            }
        }
    }

    /// The first text that is no YAML, with the place in its template. Learns the kinds of
    /// the others.
    fn broken_text(&mut self) -> Option<RenderError> {
        let files = &self.render.rendered.files;
        let sorted = output::sort(files, &self.render.switches, false);
        self.last_kinds.clear();
        for it in sorted.manifests.into_iter().chain(sorted.hooks) {
            let of_file = self.last_kinds.entry(files[it.file].path.clone()).or_default();
            *of_file.entry(it.kind).or_default() += 1;
        }
        let (file, range, message) = sorted.errors.into_iter().next()?;
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

/// The switches, empty lists and empty mappings in a chart's own values. What turns whole charts on and off, and
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
                (Data::Map(inner), _) if !inner.is_empty() => {
                    open.extend((keys.len() < DEPTH_MAX).then(|| (keys, inner.clone())));
                }
                (data, Some(Origin::Value(span))) => {
                    if let Some(kind) = kind_of(key, data) {
                        found.push(Toggle { keys, kind, origin: value.origin, span: *span });
                    }
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(|it| it.span);
    found
}

/// Names of what is a mapping, whatever stands there while it is empty.
const MAPPINGS: &[&str] = &["annotations", "labels", "resources", "selector", "context"];

fn kind_of(key: &str, data: &Data) -> Option<Kind> {
    let is_mapping = || MAPPINGS.iter().any(|it| key.to_ascii_lowercase().ends_with(it));
    match data {
        Data::Bool(on) => Some(Kind::Switch(*on)),
        Data::List(list) if list.items.is_empty() && !is_mapping() => Some(Kind::List),
        Data::Map(map) if map.is_empty() => Some(Kind::Map),
        _ => None,
    }
}

fn turn(values: &Map, toggle: &Toggle, sample: &Value) {
    let Some((last, way)) = toggle.keys.split_last() else { return };
    let step = |map: Map, key: &String| map.get(key).and_then(|it| it.as_map().cloned());
    if let Some(map) = way.iter().try_fold(values.clone(), step) {
        map.set(last.as_str(), sample.clone());
    }
}
