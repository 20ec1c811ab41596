//! The charts of a tree: loaded once, rendered with each set of values, and
//! what they make turned into texts like any other.

mod app_version;
mod away;
mod branches;
pub(crate) mod edits;
mod explain;
mod facts;
pub(crate) mod guide;
pub(crate) mod layers;
pub(crate) mod leaves;
mod load;
mod made;
mod naming;
mod numbers;
pub(crate) mod optional;
mod problems;
pub(crate) mod provenance;
pub(crate) mod release;
mod secret_values;
mod shapes;
mod silent;
pub(crate) mod stated;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Location, Notice, UnitId};
use seatrial_helm::{
    Chart, Cluster, Misfit, Options, Output, OutputPart, Problem, ProblemKind, RemoteDependency, Rendered,
    Show,
};
use seatrial_model::{Skip, SkipCode, Target};
use seatrial_schema::table::Table;
use seatrial_source::{FileId, SourceMap, Span, TreePath};
use seatrial_yaml::Stream;

pub(crate) use away::Away;
pub(crate) use load::{Found, load, load_fetched};
pub(crate) use made::{Definitions, make, objects};
use provenance::{Context, Traced};

use layers::{LAYERS_MAX, Layer};
use problems::plain;
use release::Release;
use stated::Statement;

use crate::checks::INVALID_RENDERED_YAML;
use crate::template::{Refusal, Templated};
use crate::unit_text::UnitText;

/// A chart of the tree.
#[derive(Debug)]
pub(crate) struct TreeChart {
    /// Its directory.
    pub(crate) path: TreePath,
    /// Its `Chart.yaml`.
    pub(crate) file: FileId,
    /// What was loaded; none when there is nothing to render.
    pub(crate) chart: Option<Chart>,
    /// What is wrong with its files.
    pub(crate) problems: Vec<Problem>,
    /// Values files that may be layered over its own.
    pub(crate) layers: Vec<Layer>,
    /// Files that are called like values files, and have nothing of its values.
    pub(crate) strangers: Vec<TreePath>,
    /// Values files behind the most that are layered over its own.
    pub(crate) beyond: Vec<Layer>,
    /// Whether it has values of its own.
    pub(crate) has_values: bool,
    /// What it takes from other hosts.
    pub(crate) remotes: Vec<RemoteDependency>,
    /// What a cluster holds, for its templates.
    pub(crate) cluster: Option<Arc<Cluster>>,
    /// The files of it that were fetched, with what stands for them.
    pub(crate) away: Away,
}

/// A chart with one set of values.
#[derive(Debug)]
pub(crate) struct ChartUnit {
    /// Its place among the charts.
    pub(crate) chart: usize,
    /// The values files over the chart's own.
    pub(crate) files: Vec<Layer>,
    /// What is said of the release besides.
    pub(crate) release: Release,
    /// What came of it.
    pub(crate) rendered: Rendered,
    /// The texts that came of it, by their places there.
    pub(crate) made: Vec<FileId>,
    traced: OnceLock<Option<Traced>>,
    /// What is printed of it, once somebody asks.
    printed: OnceLock<Output>,
}

/// All charts and their units.
#[derive(Debug, Default)]
pub(crate) struct Charts {
    pub(crate) all: Vec<TreeChart>,
    pub(crate) units: Vec<ChartUnit>,
    /// The unit and the place among its texts, by text.
    pub(crate) by_text: FxHashMap<FileId, (usize, usize)>,
    /// Units that are only judged as others inflate them.
    pub(crate) served: FxHashSet<usize>,
    /// The places of a unit here.
    by_unit: FxHashMap<UnitId, Vec<usize>>,
    /// The ids of the units.
    ids: Vec<UnitId>,
}

impl TreeChart {
    /// Whether it only serves other charts.
    pub(crate) fn is_library(&self) -> bool {
        self.chart.as_ref().is_some_and(|it| it.metadata.is_library())
    }

    /// The sets of values it is rendered with: its own, and each file over them.
    /// What the tree states besides is added.
    fn sets(&self, stated: &[Statement], sources: &SourceMap) -> Vec<Vec<Layer>> {
        let own = std::iter::once(Vec::new());
        let mut sets: Vec<Vec<Layer>> = own.chain(self.layers.iter().map(|it| vec![it.clone()])).collect();
        for statement in stated.iter().filter(|it| it.chart == self.path) {
            let set = self.layers_of(statement, sources);
            if let Some(set) = set.filter(|it| !sets.contains(it) && sets.len() < LAYERS_MAX) {
                sets.push(set);
            }
        }
        sets
    }

    /// The values files that a statement names; none where one is not there.
    fn layers_of(&self, statement: &Statement, sources: &SourceMap) -> Option<Vec<Layer>> {
        let own = self.path.join("values.yaml");
        let layer = |name: &String| {
            let path = self.path.join(name)?;
            let file = sources.find(&path)?;
            Some((
                path.clone(),
                Layer { file, name: path.below(&self.path).unwrap_or(path.as_str()).to_owned() },
            ))
        };
        let named: Vec<(TreePath, Layer)> = statement.files.iter().map(layer).collect::<Option<_>>()?;
        Some(
            named
                .into_iter()
                .filter(|(path, _)| Some(path) != own.as_ref())
                .map(|(_, layer)| layer)
                .collect(),
        )
    }

    /// What follows the path in the name of a unit.
    pub(crate) fn suffix(&self, files: &[Layer]) -> String {
        let own = self.has_values.then_some("values.yaml");
        let names: Vec<&str> = own.into_iter().chain(files.iter().map(|it| it.name.as_str())).collect();
        if names.is_empty() { String::new() } else { format!("@{}", names.join(",")) }
    }

    /// The name of the release that is judged: the chart's own, as most people
    /// call it, where it may be one.
    fn release(&self) -> String {
        let name = self.chart.as_ref().map_or("", |it| it.metadata.name.text.as_str());
        let is_part = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        let is_name = name.len() <= 53
            && name.bytes().all(|it| is_part(it) || it == b'-')
            && name.bytes().next().is_some_and(is_part)
            && name.bytes().last().is_some_and(is_part);
        if is_name { name.to_owned() } else { "release-name".to_owned() }
    }

    /// How it is rendered to be judged.
    pub(crate) fn options(&self, target: &Target, is_traced: bool) -> Options {
        Options {
            name: self.release(),
            kube_version: Some(target.release.clone().unwrap_or_else(|| format!("v{}.0", target.kubernetes))),
            api_versions: served(target),
            trace: is_traced,
            cluster: self.cluster.clone(),
            ..Options::default()
        }
    }

    /// Renders it with some values files over its own, as a release says.
    pub(crate) fn render(
        &self,
        files: &[Layer],
        release: &Release,
        sources: &SourceMap,
        target: &Target,
        is_traced: bool,
    ) -> Rendered {
        let Some(chart) = &self.chart else { return Rendered::default() };
        let options = release.apply(self.options(target, is_traced));
        seatrial_helm::render(chart, &release.values(files, sources), &options)
    }
}

/// What a cluster of the target's version says that it serves, with kinds: Helm
/// alone knows less.
fn served(target: &Target) -> Vec<String> {
    let minor = u8::try_from(target.kubernetes.minor).unwrap_or(u8::MAX);
    let table = Table::of(minor).unwrap_or_else(Table::default_minor);
    // Others are switched off unless somebody asks for them.
    let stable = table.kinds().filter(|it| !it.version.contains("alpha") && !it.version.contains("beta"));
    let mut all: Vec<String> = Vec::new();
    for kind in stable {
        let slash = if kind.group.is_empty() { "" } else { "/" };
        let version = format!("{}{slash}{}", kind.group, kind.version);
        all.push(format!("{version}/{}", kind.kind));
        all.push(version);
    }
    all.sort();
    all.dedup();
    all
}

impl ChartUnit {
    pub(crate) fn new(chart: usize, files: Vec<Layer>, release: Release, rendered: Rendered) -> Self {
        Self {
            chart,
            files,
            release,
            rendered,
            made: Vec::new(),
            traced: OnceLock::new(),
            printed: OnceLock::new(),
        }
    }

    /// The addresses of parts of schemas that are not read.
    fn unread_schemas(&self) -> impl Iterator<Item = &str> {
        self.rendered.errors.iter().flat_map(|it| &it.misfits).filter_map(Misfit::unread)
    }

    /// Whether what is missing is a dependency that its values switch off: Helm
    /// wants it there all the same, and it adds nothing.
    fn does_without(&self, problem: &Problem) -> bool {
        let is_off = |span: Span| self.rendered.switched_off.contains(&span);
        problem.kind == ProblemKind::MissingDependency && problem.span.is_some_and(is_off)
    }

    /// Whether all of it was rendered.
    pub(crate) fn is_complete(&self) -> bool {
        self.rendered.errors.is_empty()
    }

    /// The template that one of its texts was made from.
    pub(crate) fn template(&self, text: usize, chart: &TreeChart) -> FileId {
        self.rendered.files[text].template.unwrap_or(chart.file)
    }
}

impl Charts {
    /// Renders each chart with every set of values.
    pub(crate) fn render(&mut self, sources: &SourceMap, target: &Target, stated: &[Statement]) {
        let charts = &self.all;
        let sets = charts
            .iter()
            .enumerate()
            .flat_map(|(at, chart)| chart.sets(stated, sources).into_iter().map(move |files| (at, files)));
        let sets: Vec<(usize, Vec<Layer>)> = sets.collect();
        let units = sets.into_par_iter().map(|(at, files)| {
            let release = Release::default();
            let rendered = charts[at].render(&files, &release, sources, target, false);
            ChartUnit::new(at, files, release, rendered)
        });
        self.units = units.collect();
    }

    /// Learns the ids of the units.
    pub(crate) fn name(&mut self, ids: &[(UnitId, usize)]) {
        self.ids = vec![UnitId(0); self.units.len()];
        for &(id, at) in ids {
            self.by_unit.entry(id).or_default().push(at);
            self.ids[at] = id;
        }
    }

    /// The unit of a chart with its own values alone, where it is judged by itself.
    fn plain_unit(&self, chart: usize) -> Option<UnitId> {
        let is_plain = |it: &ChartUnit| it.chart == chart && it.files.is_empty() && it.release.is_plain();
        let at = self.units.iter().position(is_plain)?;
        let is_own = self.all[chart].away.is_empty() && !self.served.contains(&at);
        is_own.then(|| self.ids[at])
    }

    /// Whether a text was made by a chart.
    pub(crate) fn has_made(&self, file: FileId) -> bool {
        self.by_text.contains_key(&file)
    }

    /// Whether all that a unit has of charts is rendered in full.
    pub(crate) fn is_complete(&self, unit: UnitId) -> bool {
        self.by_unit.get(&unit).is_none_or(|all| {
            all.iter().all(|&at| {
                let unit = &self.units[at];
                self.served.contains(&at)
                    || self.all[unit.chart].is_library()
                    || (self.all[unit.chart].is_loaded_for(unit) && unit.is_complete())
            })
        })
    }

    /// What `helm template` prints of a unit.
    pub(crate) fn text_of(
        &self,
        unit: UnitId,
        sources: &SourceMap,
        options: &Options,
        show: &Show,
    ) -> UnitText {
        let Some(&[at]) = self.by_unit.get(&unit).map(Vec::as_slice) else { return UnitText::default() };
        let unit = &self.units[at];
        let tree_chart = &self.all[unit.chart];
        let mut refusals = tree_chart.refusals();
        let Some(chart) = &tree_chart.chart else { return UnitText { refusals, ..UnitText::default() } };
        let rendered = seatrial_helm::render(chart, &unit.release.values(&unit.files, sources), options);
        refusals.extend(refused(&rendered));
        let made = Templated::new(rendered, show, refusals);
        let output = made.output().unwrap_or_default();
        let origins = made.origins(&output, sources);
        UnitText { text: output.text, origins, refusals: made.refusals }
    }

    /// The texts of a unit that others may change behind the templates: with
    /// objects in them, and no definitions, which are no templates.
    pub(crate) fn changeable(&self, at: usize) -> Vec<FileId> {
        let unit = &self.units[at];
        let files = unit.rendered.files.iter().zip(&unit.made);
        let is_taken = |it: &seatrial_helm::RenderedFile| !it.is_crd && !it.text.trim().is_empty();
        files.filter(|(it, _)| is_taken(it)).map(|(_, id)| *id).collect()
    }

    /// What Helm would refuse of the charts that a unit has.
    pub(crate) fn refusals_of(&self, unit: UnitId) -> Vec<Refusal> {
        let units = self.by_unit.get(&unit).into_iter().flatten().map(|&at| &self.units[at]);
        let of = |it: &ChartUnit| {
            let mut all = self.all[it.chart].refusals();
            all.extend(refused(&it.rendered));
            all
        };
        units.flat_map(of).collect()
    }

    /// The charts that others of the tree take in, by their places.
    pub(crate) fn parts_of_others(&self) -> FxHashSet<usize> {
        let mut takers: FxHashMap<TreePath, Vec<usize>> = FxHashMap::default();
        for (at, chart) in self.all.iter().enumerate() {
            for path in chart.takes_in() {
                takers.entry(path).or_default().push(at);
            }
        }
        let is_part =
            |at: usize| takers.get(&self.all[at].path).is_some_and(|it| it.iter().any(|it| *it != at));
        (0..self.all.len()).filter(|&at| is_part(at)).collect()
    }

    /// What is wrong with charts and with what they make.
    pub(crate) fn notices(&self, sources: &SourceMap, target: &Target, made: &[Arc<Stream>]) -> Vec<Notice> {
        let mut found: Vec<Notice> =
            self.all.iter().flat_map(|chart| chart.at_home(problems::of_chart(chart, sources))).collect();
        let mut told = FxHashSet::default();
        for stream in made {
            let Some(&(unit, _)) = self.by_text.get(&stream.file()) else { continue };
            if self.served.contains(&unit) {
                continue;
            }
            let mut of_text = problems::of_text(stream);
            if of_text.iter().any(|it| it.check.id == INVALID_RENDERED_YAML.id) {
                told.insert(stream.file());
                self.explain(&mut of_text, sources, target);
            }
            found.extend(of_text.into_iter().map(|it| it.in_unit(self.ids[unit])));
        }
        let judged = self.units.iter().zip(&self.ids).enumerate();
        for (_, (unit, &id)) in judged.filter(|(at, _)| !self.served.contains(at)) {
            let chart = &self.all[unit.chart];
            let notices = problems::of_unit(chart, unit, id, sources, &told);
            let notices = match self.completed(unit) {
                // A chart without values is not meant to be installed as it is.
                Some(_) if !chart.has_values && unit.release.is_plain() => continue,
                Some(other) => notices.into_iter().map(|it| problems::left_to_values(it, other)).collect(),
                None => notices,
            };
            found.extend(chart.at_home(notices));
        }
        found
    }

    /// A unit of the same chart that is rendered to its end, with a values file
    /// over the chart's own, which alone are not enough.
    fn completed(&self, unit: &ChartUnit) -> Option<&ChartUnit> {
        let is_alone = unit.files.is_empty() && !unit.rendered.errors.is_empty();
        let others = || self.units.iter().filter(|it| it.chart == unit.chart && !it.files.is_empty());
        if is_alone { others().find(|it| it.rendered.errors.is_empty()) } else { None }
    }

    /// Says what in a template made a text that is no YAML.
    fn explain(&self, notices: &mut [Notice], sources: &SourceMap, target: &Target) {
        let context = Context { sources, target, streams: &|_| None };
        for notice in notices.iter_mut().filter(|it| it.check.id == INVALID_RENDERED_YAML.id) {
            let Location::Text { span } = notice.at else { continue };
            if let Some(help) = explain::torn_action(line_of(sources.file(span.file).text(), span)) {
                notice.help = Some(help);
                continue;
            }
            let Some(action) = self.action_before(span, context) else { continue };
            let text = sources.file(action.file).text();
            if let Some(help) = explain::explanation(text, action) {
                notice.help = Some(help);
            }
        }
    }

    /// What shows once everything is rendered and read: secrets in the values,
    /// values of another shape, templates that give nothing, versions that are not those of images,
    /// numbers that are printed otherwise.
    pub(crate) fn hints(
        &self,
        sources: &SourceMap,
        target: &Target,
        streams: &[Option<Arc<Stream>>],
    ) -> Vec<Notice> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let all = streams.iter().flatten().map(AsRef::as_ref);
        let (made, written): (Vec<&Stream>, Vec<&Stream>) = all.partition(|it| self.has_made(it.file()));
        let mut found = self.secret_notices(&made, &written);
        found.extend(self.shape_notices(&written));
        found.extend(self.silence_notices());
        found.extend(self.naming_notices());
        found.extend(self.version_notices(&made));
        let stream = |file: FileId| streams.get(file.0 as usize)?.as_deref();
        found.extend(self.number_notices(&made, Context { sources, target, streams: &stream }));
        found
    }

    /// The line of a place of a made text in what is printed of its unit.
    pub(crate) fn printed_line(&self, span: Span) -> Option<u32> {
        let &(at, text) = self.by_text.get(&span.file)?;
        let unit = &self.units[at];
        let printed = unit.printed.get_or_init(|| unit.rendered.output(&Show::default()).unwrap_or_default());
        let place = span.start as usize;
        let holds =
            |it: &&OutputPart| it.file == text && (it.start..it.start + it.range.len()).contains(&place);
        let part = printed.parts.iter().find(holds)?;
        let before = &printed.text.as_bytes()[..part.range.start + place - part.start];
        Some(memchr::memchr_iter(b'\n', before).count() as u32 + 1)
    }

    /// What of the charts is not judged.
    pub(crate) fn skips(&self) -> Vec<Skip> {
        let mut skips = Vec::new();
        for chart in self.all.iter().filter(|it| !it.is_library()) {
            let gaps = chart.problems.iter().filter(|it| it.kind == ProblemKind::MissingDependency);
            // What another host holds is told entry by entry.
            let gaps = gaps.filter(|it| chart.remotes.iter().all(|remote| remote.span != it.span));
            skips.extend(gaps.map(|it| chart.skip(plain(&it.message))));
            skips.extend(chart.remotes.iter().filter_map(|it| chart.remote_skip(it)));
            let cut = chart.problems.iter().filter(|it| it.kind == ProblemKind::TooLarge);
            skips.extend(cut.map(|it| chart.skip(it.message.clone())));
            if chart.chart.is_none() {
                skips.push(chart.skip("the chart cannot be loaded".to_owned()));
            }
            skips.extend(chart.beyond.first().map(|first| {
                let (count, name) = (chart.beyond.len(), &first.name);
                let reason = match count {
                    1 => format!("it is not rendered with {name}: {LAYERS_MAX} values files come before it"),
                    _ => format!(
                        "it is not rendered with {count} values files, {name} and those after it: {LAYERS_MAX} \
                         come before them"
                    ),
                };
                Skip { code: SkipCode::Limit, ..chart.skip(reason) }
            }));
            skips.extend(chart.strangers.iter().map(|path| {
                Skip {
                    path: path.clone(),
                    span: None,
                    code: SkipCode::NotRendered,
                    reason:
                        "it is called like a values file of the chart around it, and has no key of its values"
                            .to_owned(),
                }
            }));
        }
        let judged = self.units.iter().enumerate().filter(|(at, _)| !self.served.contains(at));
        for (_, unit) in judged.filter(|(_, it)| it.release.is_plain()) {
            let chart = &self.all[unit.chart];
            let unread: BTreeSet<&str> = unit.unread_schemas().collect();
            skips.extend(
                unread
                    .into_iter()
                    .map(|it| chart.skip(format!("its schema refers to {it}, which is not read"))),
            );
            if unit.rendered.errors.iter().any(|it| it.misfits.iter().all(|it| it.unread().is_none())) {
                let with = chart.suffix(&unit.files);
                let with = with.strip_prefix('@').map_or(String::new(), |it| format!(" with {it}"));
                skips.push(chart.skip(format!("the chart cannot be rendered{with}")));
            }
        }
        skips
    }
}

/// What Helm would refuse of what was rendered.
fn refused(rendered: &Rendered) -> impl Iterator<Item = Refusal> {
    let errors = rendered.errors.iter();
    errors.map(|it| Refusal { message: it.printed(), at: it.places.first().copied() })
}

impl TreeChart {
    /// What Helm would refuse before it renders anything.
    fn refusals(&self) -> Vec<Refusal> {
        let problems = self.problems.iter().filter(|it| it.is_fatal);
        problems.map(|it| Refusal { message: it.message.clone(), at: it.span }).collect()
    }

    /// Notices that are told in files of the tree.
    fn at_home(&self, notices: Vec<Notice>) -> Vec<Notice> {
        notices.into_iter().map(|it| self.away.told_at_home(it)).collect()
    }

    fn is_loaded(&self) -> bool {
        self.chart.is_some() && self.problems.iter().all(|it| !it.is_fatal)
    }

    /// Whether nothing is amiss but charts that it depends on.
    fn lacks_charts_alone(&self) -> bool {
        let is_amiss = |it: &Problem| it.is_fatal && it.kind != ProblemKind::MissingDependency;
        self.chart.is_some() && !self.problems.iter().any(is_amiss)
    }

    /// Whether everything is there that a unit of it needs.
    fn is_loaded_for(&self, unit: &ChartUnit) -> bool {
        self.chart.is_some() && self.problems.iter().all(|it| !it.is_fatal || unit.does_without(it))
    }

    /// The same where charts that Helm wants vendored, and that were taken from
    /// their directories in this tree, count as there.
    fn has_all_charts_for(&self, unit: &ChartUnit) -> bool {
        let Some(chart) = &self.chart else { return false };
        let is_taken = |wanted: &seatrial_helm::Dependency| {
            chart.dependencies.iter().any(|it| it.metadata.name.text == wanted.name.text)
        };
        let is_here = |problem: &Problem| {
            problem.kind == ProblemKind::MissingDependency
                && chart.metadata.declared().any(|it| it.span == problem.span && is_taken(it))
        };
        self.problems.iter().all(|it| !it.is_fatal || unit.does_without(it) || is_here(it))
    }

    /// Its `Chart.yaml`.
    pub(crate) fn metadata_path(&self) -> TreePath {
        self.path.join("Chart.yaml").unwrap_or_else(|| self.path.clone())
    }

    fn remote_skip(&self, remote: &RemoteDependency) -> Option<Skip> {
        let reason = format!("{} is not read: {}", remote.source, remote.missing.as_ref()?);
        Some(Skip { path: self.metadata_path(), span: remote.span, code: SkipCode::Remote, reason })
    }

    fn skip(&self, reason: String) -> Skip {
        if let Some((path, span)) = self.away.named_in() {
            let (path, span) = (path.clone(), Some(*span));
            return Skip { path, span, code: SkipCode::NotRendered, reason };
        }
        Skip { path: self.path.clone(), span: None, code: SkipCode::NotRendered, reason }
    }

    /// The directories of charts that it declares to need.
    fn takes_in(&self) -> impl Iterator<Item = TreePath> {
        let declared = self.chart.iter().flat_map(|it| it.metadata.declared());
        declared.filter_map(|it| self.path.join(it.repository.text.strip_prefix("file://")?))
    }
}

/// The line of a text that a place begins in; of a long one what is near.
fn line_of(text: &str, span: Span) -> &str {
    const NEAR_BYTES: usize = 256;
    let at = text.floor_char_boundary(span.start as usize);
    let first = text.floor_char_boundary(at.saturating_sub(NEAR_BYTES));
    let last = text.floor_char_boundary(at + NEAR_BYTES);
    let start = text[first..at].rfind('\n').map_or(first, |it| first + it + 1);
    text[start..last].lines().next().unwrap_or_default()
}
