//! What rendering noticed of a chart besides objects: values that nothing read.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_helm::chart::ChartFile;
use seatrial_helm::{Chart, RenderError};
use seatrial_model::{ChartDependency, ChartFacts, UnreadValue, ValuesFacts};
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::{Dialect, Entry, Limits, Node, Stream, parse};

use super::release::{InlineValues, Release};
use super::{ChartUnit, Charts, TreeChart};
use crate::classify::name::is_values;

/// Nesting of values that is looked into.
const DEPTH_MAX: usize = 16;
/// Of more values in a file only the first are compared with other files'.
const KEYS_MAX: usize = 2000;
/// For more keys that nothing reads no other key is looked for.
const HELPED_MAX: usize = 1000;
/// Keys that belong to Helm, not to templates.
const RESERVED: &[&str] = &["global", "tags", "exports"];

impl Charts {
    /// What was noticed of every chart.
    pub(crate) fn facts(
        &self,
        sources: &SourceMap,
        streams: &[Option<std::sync::Arc<Stream>>],
    ) -> Vec<ChartFacts> {
        let parts = self.parts_of_others();
        let facts = |(at, chart): (usize, &TreeChart)| {
            self.facts_of(at, chart, parts.contains(&at), sources, streams)
        };
        self.all.iter().enumerate().filter_map(facts).collect()
    }

    fn facts_of(
        &self,
        at: usize,
        tree_chart: &TreeChart,
        is_part: bool,
        sources: &SourceMap,
        streams: &[Option<std::sync::Arc<Stream>>],
    ) -> Option<ChartFacts> {
        let chart = tree_chart.chart.as_ref().filter(|_| tree_chart.away.named_in().is_none())?;
        let units = || self.units.iter().zip(&self.ids).filter(move |(unit, _)| unit.chart == at);
        let is_rendered = !chart.metadata.is_library()
            && units().next().is_some()
            && units().all(|(unit, _)| tree_chart.has_all_charts_for(unit) && unit.is_complete());
        // What a chart says itself, those that it is a part of may read.
        let is_complete = is_rendered && !is_part;
        let mut files: Vec<FileId> =
            units().flat_map(|(unit, _)| unit.files.iter().map(|it| it.file)).collect();
        let own = chart.values.as_ref().map(|it| it.file);
        files.extend(own);
        files.sort();
        files.dedup();
        let mut reads: Vec<Span> =
            units().flat_map(|(unit, _)| unit.rendered.reads.iter().copied()).collect();
        reads.sort_unstable();
        reads.dedup();
        let words = Words::of(chart);
        let own_root = own.and_then(|file| root_of(file, streams));
        let mut unread = Vec::new();
        let values = files.iter().filter_map(|file| {
            let keys = keys_of(root_of(*file, streams)?);
            let path = sources.file(*file).path().clone();
            Some(ValuesFacts { path, start: Span::new(*file, 0, 0), is_own: own == Some(*file), keys })
        });
        let values = values.collect();
        let inline = inline_streams(units().map(|(unit, _)| unit));
        let written = files.into_iter().filter_map(|file| Some((file, root_of(file, streams)?)));
        let inside = inline.iter().filter_map(|it| Some((it.file(), single_root(it)?)));
        // Without templates nothing reads what does not stand under the name of a chart
        // that is taken in, whether that is here or not.
        let lacks_charts = !is_rendered && tree_chart.lacks_charts_alone();
        let only_hands_on = lacks_charts && chart.templates.is_empty() && !is_part;
        let is_judged = |file: FileId| is_complete || only_hands_on || is_rendered && own != Some(file);
        for (file, root) in written.chain(inside).filter(|it| is_judged(it.0)) {
            let holds_it = |unit: &ChartUnit| {
                unit.files.iter().any(|it| it.file == file)
                    || unit.release.values.iter().any(|it| it.file == file)
            };
            let layered = units().filter(|(unit, _)| holds_it(unit));
            let mut reads_with_it: Vec<Span> =
                layered.flat_map(|(unit, _)| unit.rendered.reads.iter().copied()).collect();
            reads_with_it.sort_unstable();
            let mut search = Search {
                chart,
                words: &words,
                reads: &reads,
                reads_with_it: &reads_with_it,
                own: own_root.filter(|_| own != Some(file)),
                is_own: own == Some(file),
                file,
                sources,
                found: &mut unread,
            };
            search.entries(root, search.own, &[], if only_hands_on { 1 } else { DEPTH_MAX });
        }
        for (unit, _) in units().filter(|_| is_rendered) {
            let Release { set, set_string, set_file, .. } = &unit.release;
            let mut reads_with_it = Vec::new();
            for argument in set.iter().chain(set_string).chain(set_file) {
                if reads_with_it.is_empty() {
                    reads_with_it.clone_from(&unit.rendered.reads);
                    reads_with_it.sort_unstable();
                }
                let mut search = Search {
                    chart,
                    words: &words,
                    reads: &reads,
                    reads_with_it: &reads_with_it,
                    own: own_root,
                    is_own: false,
                    file: argument.file,
                    sources,
                    found: &mut unread,
                };
                search.argument(&argument.text);
            }
        }
        Some(ChartFacts {
            path: tree_chart.path.clone(),
            name: chart.metadata.name.text.clone(),
            units: units().map(|(_, id)| *id).collect(),
            is_complete,
            has_templates: !chart.templates.is_empty(),
            incomplete: units()
                .filter(|(unit, _)| {
                    !tree_chart.is_loaded_for(unit) || !unit.is_complete() || !unit.release.lacks.is_empty()
                })
                .map(|(_, id)| *id)
                .collect(),
            lost_kinds: units()
                .filter(|(unit, _)| tree_chart.is_loaded_for(unit))
                .filter_map(|(unit, id)| Some((*id, lost_kinds(chart, &unit.rendered.errors)?)))
                .collect(),
            is_locked: chart.files.iter().any(|it| matches!(&*it.name, "Chart.lock" | "requirements.lock")),
            dependencies: dependencies(chart, tree_chart.file),
            unread,
            values,
        })
    }
}

/// The kinds of the objects in templates that could not be rendered, where their
/// text names all of them.
fn lost_kinds(chart: &Chart, errors: &[RenderError]) -> Option<Vec<String>> {
    let mut kinds = Vec::new();
    for error in errors {
        let (_, name) = error.template.as_deref()?.split_once('/')?;
        let file = chart.templates.iter().find(|it| &*it.name == name)?;
        kinds.extend(kinds_in(&file.content.text())?);
    }
    kinds.sort_unstable();
    kinds.dedup();
    (!kinds.is_empty()).then_some(kinds)
}

/// The kinds in a template, each beside an `apiVersion`; none where an action
/// prints more, or the kind itself.
fn kinds_in(text: &str) -> Option<Vec<String>> {
    let starting =
        |key: &str| text.lines().filter_map(|it| it.strip_prefix(key)).map(str::trim).collect::<Vec<_>>();
    let (kinds, versions) = (starting("kind:"), starting("apiVersion:"));
    let is_word = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
    let is_whole = kinds.len() == versions.len() && kinds.iter().all(is_word);
    (is_whole && !kinds.is_empty()).then(|| kinds.into_iter().map(str::to_owned).collect())
}

/// The values that objects of Argo CD and Flux hand to a chart, each once.
fn inline_streams<'a>(units: impl Iterator<Item = &'a ChartUnit>) -> Vec<Stream> {
    let mut all: Vec<&InlineValues> = units.flat_map(|it| &it.release.values).collect();
    all.sort_unstable_by(|one, other| (one.file, &one.text).cmp(&(other.file, &other.text)));
    all.dedup_by(|one, other| one.file == other.file && one.text == other.text);
    let stream = |it: &InlineValues| parse(it.file, it.text.clone(), Dialect::GoYaml2, &Limits::default());
    all.into_iter().map(stream).collect()
}

fn root_of(file: FileId, streams: &[Option<std::sync::Arc<Stream>>]) -> Option<Node<'_>> {
    single_root(streams.get(file.0 as usize)?.as_ref()?)
}

fn single_root(stream: &Stream) -> Option<Node<'_>> {
    let mut roots = stream.roots();
    let root = roots.next().filter(|it| it.is_mapping())?;
    // Several documents are one map: what stands in which is not told here.
    (stream.is_accepted() && roots.next().is_none()).then_some(root)
}

/// The ways to what is no mapping, and an empty one is none.
fn keys_of(root: Node<'_>) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    collect_keys(root, "", DEPTH_MAX, &mut found);
    found.sort();
    found
}

fn collect_keys(node: Node<'_>, way: &str, depth: usize, found: &mut Vec<(String, Span)>) {
    for entry in node.entries().filter(|it| !it.merged) {
        if found.len() >= KEYS_MAX {
            return;
        }
        let way = if way.is_empty() { entry.name().into_owned() } else { format!("{way}.{}", entry.name()) };
        if entry.value.is_mapping() && !entry.value.is_empty() && !entry.value.is_alias() && depth > 0 {
            collect_keys(entry.value, &way, depth - 1, found);
        } else {
            found.push((way, entry.key.span()));
        }
    }
}

fn dependencies(chart: &Chart, file: FileId) -> Vec<ChartDependency> {
    let of = |it: &seatrial_helm::Dependency| {
        let name = it.name.text.clone();
        ChartDependency {
            is_vendored: chart.dependencies.iter().any(|inner| inner.metadata.name.text == name),
            alias: Some(it.alias.text.clone()).filter(|it| !it.is_empty()),
            version: it.version.text.clone(),
            repository: it.repository.text.clone(),
            repository_span: it.repository.span,
            span: it.version.span.or(it.name.span).or(it.span).unwrap_or(Span::new(file, 0, 0)),
            name,
        }
    };
    chart.metadata.declared().map(of).collect()
}

/// What templates name.
#[derive(Default)]
struct Words {
    /// Every word of every text that templates of the chart and the charts in it
    /// may read.
    all: FxHashSet<String>,
    /// The paths behind `.Values` in its own templates.
    paths: FxHashSet<Vec<String>>,
    /// What lies on the way to one of these.
    ways: FxHashSet<Vec<String>>,
}

impl Words {
    fn of(chart: &Chart) -> Self {
        let mut words = Self::default();
        words.add(chart, true);
        let ways =
            |it: &Vec<String>| (0..it.len().min(DEPTH_MAX)).map(|end| it[..end].to_vec()).collect::<Vec<_>>();
        words.ways = words.paths.iter().flat_map(ways).collect();
        words
    }

    fn add(&mut self, chart: &Chart, is_own: bool) {
        for file in chart.templates.iter().chain(read_by_templates(chart)) {
            let text = file.content.text();
            self.add_words(&text);
            if is_own {
                self.add_paths(&text);
            }
        }
        // Texts of values may be templates for `tpl`, and these read values.
        let others = chart.files.iter().filter(|it| is_values(&it.name)).map(|it| it.content.text());
        let own = chart.values.iter().map(|it| it.text().clone());
        for text in own.chain(others) {
            for action in text.split("{{").skip(1).filter_map(|it| it.split("}}").next()) {
                self.add_words(action);
                if is_own {
                    self.add_paths(action);
                }
            }
        }
        // Templates of libraries run with the values of the charts that take them in.
        let dependencies = chart.dependencies.iter();
        dependencies.for_each(|inner| self.add(inner, is_own && inner.metadata.is_library()));
    }

    fn add_words(&mut self, text: &str) {
        let is_word = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
        for word in text.split(|it: char| !is_word(it)).filter(|it| !it.is_empty()) {
            if !self.all.contains(word) {
                self.all.insert(word.to_owned());
            }
        }
    }

    fn add_paths(&mut self, text: &str) {
        for (at, mark) in text.match_indices(".Values") {
            let rest = &text[at + mark.len()..];
            let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.');
            let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
            if end == 0 || rest.starts_with('.') {
                let keys = rest[..end].split('.').filter(|it| !it.is_empty());
                self.paths.insert(keys.map(ToOwned::to_owned).collect());
            }
        }
    }

    /// Whether templates name keys behind a path, and nowhere what holds them,
    /// which could be handed on whole.
    fn parts_only(&self, path: &[String]) -> bool {
        let is_whole = (0..=path.len()).any(|end| self.paths.contains(&path[..end]));
        !is_whole && self.ways.contains(path)
    }

    /// The keys that templates read behind a path.
    fn below(&self, path: &[String]) -> FxHashSet<&str> {
        let paths = self.paths.iter().filter(|it| it.len() > path.len() && it.starts_with(path));
        paths.map(|it| it[path.len()].as_str()).collect()
    }
}

/// The files of a chart that its templates may read: none where no template asks
/// for `.Files`; values files, tests and what is written for people only where
/// such a template names them or their directory.
fn read_by_templates(chart: &Chart) -> impl Iterator<Item = &ChartFile> {
    let texts = chart.templates.iter().map(|it| it.content.text());
    let asking: Vec<_> = texts.filter(|it| it.contains("Files")).collect();
    let named: FxHashSet<String> = asking.iter().flat_map(|it| names_in(it)).map(ToOwned::to_owned).collect();
    chart.files.iter().filter(move |file| {
        let (directory, name) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
        let is_prose = name.rsplit('.').next().is_some_and(|it| it.eq_ignore_ascii_case("md"));
        let is_aside = is_values(&file.name) || is_prose || directory.starts_with("tests");
        let mut ways = directory.split('/').map(|it| format!("{it}/"));
        !asking.is_empty() && (!is_aside || named.contains(name) || ways.any(|it| named.contains(&it)))
    })
}

/// What may be names of files in a text, and those of directories with their slash.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/');
    text.split(move |it: char| !is_part(it)).flat_map(|it| it.split_inclusive('/'))
}

/// Whether one of the reads, which are in order, lies in a node.
fn holds(reads: &[Span], node: Node<'_>) -> bool {
    let span = node.span();
    let first = reads.partition_point(|it| (it.file, it.start) < (span.file, span.start));
    reads[first..]
        .iter()
        .take_while(|it| it.file == span.file && it.start <= span.end)
        .any(|it| span.contains(*it))
}

/// Looks through what one file, object or argument gives.
struct Search<'a> {
    chart: &'a Chart,
    words: &'a Words,
    reads: &'a [Span],
    /// What was read where this file lies over the chart's own.
    reads_with_it: &'a [Span],
    /// The chart's own values, where this is another file.
    own: Option<Node<'a>>,
    is_own: bool,
    file: FileId,
    sources: &'a SourceMap,
    found: &'a mut Vec<UnreadValue>,
}

impl Search<'_> {
    /// The one value that an argument sets, if its name is a plain way.
    fn argument(&mut self, text: &str) {
        let name = text.split('=').next().unwrap_or_default();
        let first = self.reads.partition_point(|it| it.file < self.file);
        let is_read = self.reads.get(first).is_some_and(|it| it.file == self.file);
        if is_read || name.contains(['\\', '[', '{', ',']) {
            return;
        }
        let (mut own, mut path) = (self.own, Vec::new());
        for key in name.split('.').take(DEPTH_MAX) {
            let is_top = path.is_empty();
            if is_top && (RESERVED.contains(&key) || self.is_of_chart(key)) {
                return;
            }
            let is_asked = is_top || self.words.parts_only(&path) || own.is_some_and(|it| self.has_read(it));
            path.push(key.to_owned());
            if is_asked && !self.words.all.contains(key) {
                return self.tell(None, path, Span::new(self.file, 0, name.len() as u32));
            }
            own = own.and_then(|it| it.get(key));
        }
    }

    /// Whether something in the chart's own mapping was read where this lies over it.
    fn has_read(&self, own: Node<'_>) -> bool {
        own.written_entries().any(|it| holds(self.reads_with_it, it.value))
    }

    /// The entries of a mapping whose keys templates ask for one by one.
    fn entries(&mut self, node: Node<'_>, own: Option<Node<'_>>, path: &[String], depth: usize) {
        if depth == 0 || node.is_alias() {
            return;
        }
        let asked_by_name = self.is_asked_by_name(node, own, path);
        let below = own.into_iter().flat_map(Node::written_entries).filter(|it| it.value.is_mapping());
        let below: FxHashMap<_, _> = below.map(|it| (it.name(), it.value)).collect();
        for entry in node.written_entries() {
            let key = entry.name().into_owned();
            let mut inner = path.to_vec();
            inner.push(key.clone());
            if self.is_left_out(&key, path, &entry) {
                continue;
            }
            if asked_by_name && !self.is_read(entry.value) && !self.words.all.contains(&key) {
                self.tell(Some(node), inner, entry.key.written_span());
            } else if entry.value.is_mapping() {
                self.entries(entry.value, below.get(&*key).copied(), &inner, depth - 1);
            }
        }
    }

    /// Whether templates ask for single keys of this mapping: one beside them was
    /// read, here or in the chart's own values below this file, or templates name
    /// some and never the whole.
    fn is_asked_by_name(&self, node: Node<'_>, own: Option<Node<'_>>, path: &[String]) -> bool {
        path.is_empty()
            || node.written_entries().any(|it| self.is_read(it.value))
            || own.is_some_and(|it| self.has_read(it))
            || self.words.parts_only(path)
    }

    /// What belongs to Helm, to other charts, or to the file itself.
    fn is_left_out(&self, key: &str, path: &[String], entry: &Entry<'_>) -> bool {
        let is_top = path.is_empty() && (RESERVED.contains(&key) || self.is_of_chart(key));
        let is_of_file = key.starts_with(['.', '_']) || key.starts_with("x-") || key == "<<";
        let holds_anchor = || entry.value.stream().slice(entry.span()).contains('&');
        is_top || is_of_file || entry.value.is_null() || holds_anchor()
    }

    /// Whether the chart takes in another one by this name.
    fn is_of_chart(&self, key: &str) -> bool {
        let declared = self.chart.metadata.declared().flat_map(|it| [it.name.text.as_str(), it.key()]);
        let lying = self.chart.dependencies.iter().map(|it| it.metadata.name.text.as_str());
        let asked = self.chart.metadata.declared().flat_map(|it| it.condition.text.split(','));
        let asked = asked.filter_map(|it| it.trim().split('.').next());
        declared.chain(lying).chain(asked).any(|it| it == key)
    }

    /// Whether a template looked at it or at anything in it.
    fn is_read(&self, node: Node<'_>) -> bool {
        holds(self.reads, node)
    }

    fn tell(&mut self, parent: Option<Node<'_>>, keys: Vec<String>, key: Span) {
        let around = &keys[..keys.len() - 1];
        let is_helped = self.found.len() < HELPED_MAX;
        let asked = if is_helped { self.words.below(around) } else { FxHashSet::default() };
        let has = |name: &str| parent.is_some_and(|it| it.get(name).is_some());
        let own = self.own.and_then(|root| around.iter().try_fold(root, |node, key| node.get(key)));
        let known_here = |name: &str| has(name) || own.is_some_and(|it| it.get(name).is_some());
        let mut wanted: Vec<String> =
            asked.iter().filter(|it| !known_here(it)).map(|it| (*it).to_owned()).collect();
        wanted.sort();
        // What is written here already cannot be written again.
        let of_own = own
            .filter(|_| is_helped)
            .into_iter()
            .flat_map(Node::written_entries)
            .map(|it| it.name().into_owned());
        let last = keys.last().cloned().unwrap_or_default();
        let mut beside: Vec<String> = of_own.filter(|it| !has(it) && self.words.all.contains(it)).collect();
        beside.sort();
        beside.dedup();
        self.found.push(UnreadValue {
            file: self.file,
            path: self.sources.file(self.file).path().clone(),
            is_known: own.is_some_and(|it| it.get(&last).is_some()),
            is_own: self.is_own,
            keys,
            key,
            wanted,
            beside,
        });
    }
}
