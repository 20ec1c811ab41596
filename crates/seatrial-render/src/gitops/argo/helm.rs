//! A chart with the values that an Application hands over.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_helm::Argument;
use seatrial_model::{RemoteUse, SkipCode, UnitKind, path_glob};
use seatrial_source::{FileId, RemoteSource, Span, TreePath, without_credentials};
use seatrial_yaml::{Dialect, Node};

use super::super::away::Away;
use super::super::{Deliverer, inline};
use super::expand::Environment;
use super::source::Source;
use super::{Call, Placed, Yield, flag, is_literal, word};
use crate::charts::layers::Layer;
use crate::charts::release::{InlineValues, Release};
use crate::charts::{self, ChartUnit};
use crate::checks::DUPLICATE_KEY;
use crate::classify::foreign;
use crate::syntax;
use crate::units::Made;

/// Signs that make a path a pattern.
const WILDCARDS: &[char] = &['*', '?', '['];

/// What an Application says of a release, as far as it is known.
#[derive(Default)]
struct Said {
    files: Vec<Layer>,
    release: Release,
    gaps: Vec<(SkipCode, String)>,
}

/// A file that a source names.
struct Located {
    path: TreePath,
    /// The tree that it is in, where that was fetched from another host.
    tree: Option<TreePath>,
}

impl Located {
    /// A file of a fetched tree, named from a directory of it.
    fn within(tree: &TreePath, from: &TreePath, written: &str) -> Option<Self> {
        let path = from.join(written.trim_start_matches('/')).filter(|it| it.is_within(tree))?;
        Some(Self { path, tree: Some(tree.clone()) })
    }
}

impl Deliverer<'_> {
    pub(super) fn helm(&mut self, placed: &Placed<'_>) -> Yield {
        let Placed { call, directory, .. } = *placed;
        let Some(chart) = self.charts.all.iter().position(|it| it.path == *directory) else {
            let shown = self.here.shown(directory);
            return Yield::gap(SkipCode::NotRendered, format!("`{shown}` is no chart that could be loaded"));
        };
        let said = self.said(placed);
        if !said.gaps.is_empty() {
            return Yield { gaps: said.gaps, ..Yield::default() };
        }
        let Said { files, release, .. } = said;
        self.consume_chart(directory, chart, &files, &release, call.unit);
        let (place, objects) = self.release(chart, files, release);
        Yield { objects, made: vec![Made::Chart(place)], ..Yield::default() }
    }

    /// A chart of another host that was fetched before.
    pub(super) fn fetched_chart(
        &mut self,
        call: &Call<'_>,
        source: &Source<'_>,
        at: usize,
        archive: &TreePath,
        chart: &str,
    ) -> Yield {
        let directory = archive.as_str().strip_suffix(".tgz").map(TreePath::new);
        let directory = directory.and_then(|it| it.join(chart.rsplit('/').next().unwrap_or(chart)));
        match directory {
            Some(directory) => self.chart_away(call, source, at, (&directory, Some(&directory)), chart),
            None => unreadable(call, chart, "it is not packed"),
        }
    }

    /// A chart in a directory of another host.
    pub(super) fn chart_away(
        &mut self,
        call: &Call<'_>,
        source: &Source<'_>,
        at: usize,
        (directory, tree): (&TreePath, Option<&TreePath>),
        chart: &str,
    ) -> Yield {
        let environment = Environment::new(call.app, source);
        let said = self.said(&Placed { call, source, at, directory, tree, environment: &environment });
        if !said.gaps.is_empty() {
            return Yield { gaps: said.gaps, ..Yield::default() };
        }
        let entry = self.entry_in(call.file, source.node.span());
        let home = (call.file, entry);
        let loaded = match charts::load_fetched(directory, home, self.request, self.sources) {
            Ok(loaded) => loaded,
            Err(reason) => return unreadable(call, chart, &reason),
        };
        self.charts.all.push(loaded);
        let Said { files, release, .. } = said;
        let (place, objects) = self.release(self.charts.all.len() - 1, files, release);
        Yield { objects, made: vec![Made::Chart(place)], ..Yield::default() }
    }

    /// Renders a chart as a release of its own.
    pub(crate) fn release(
        &mut self,
        chart: usize,
        files: Vec<Layer>,
        release: Release,
    ) -> (usize, Vec<crate::units::DraftObject>) {
        let tree_chart = &self.charts.all[chart];
        let rendered = tree_chart.render(&files, &release, self.sources, &self.request.target, false);
        let skips_crds = release.skips_crds;
        let mut unit = ChartUnit::new(chart, files, release, rendered);
        let mut definitions = charts::Definitions::default();
        let limits = &self.request.limits.yaml;
        let made = charts::make(&mut unit, tree_chart, self.sources, &mut definitions, limits);
        let mut objects = charts::objects(&unit.rendered, &made);
        if skips_crds {
            let kept = made.iter().enumerate().filter(|(at, _)| !unit.rendered.files[*at].is_crd);
            let kept: Vec<FileId> = kept.map(|(_, it)| it.stream.file()).collect();
            objects.retain(|it| kept.contains(&it.source.stream.file()));
        }
        let place = self.charts.units.len();
        for (text, it) in made.into_iter().enumerate() {
            if it.stream.file() != it.template {
                self.charts.by_text.insert(it.stream.file(), (place, text));
                let path = self.sources.file(it.template).path().clone();
                self.facts.paths.push((it.stream.file(), path));
                self.streams.push(it.stream);
            }
        }
        self.charts.units.push(unit);
        (place, objects)
    }

    /// The unit of the chart with the same values is judged through this one,
    /// and so is the chart alone: something in the tree says how it is deployed.
    fn consume_chart(
        &mut self,
        path: &TreePath,
        chart: usize,
        files: &[Layer],
        release: &Release,
        consumer: &str,
    ) {
        let is_plain = release.values.is_empty()
            && release.set.is_empty()
            && release.set_string.is_empty()
            && release.set_file.is_empty();
        let own = path.join("values.yaml");
        let named = |it: &&Layer| Some(self.sources.file(it.file).path()) != own.as_ref();
        let files: Vec<FileId> = files.iter().filter(named).map(|it| it.file).collect();
        let is_same = |at: usize| {
            let unit = &self.charts.units[at];
            let same = unit.files.iter().map(|it| it.file).eq(files.iter().copied());
            unit.chart == chart && unit.release.is_plain() && (unit.files.is_empty() || (same && is_plain))
        };
        let units: Vec<usize> = (0..self.charts.units.len()).filter(|at| is_same(*at)).collect();
        for draft in self.drafts.iter_mut().filter(|it| it.kind == UnitKind::Helm) {
            if draft.made.iter().any(|it| matches!(it, Made::Chart(at) if units.contains(at))) {
                draft.consumer.get_or_insert_with(|| consumer.to_owned());
            }
        }
    }

    fn said(&mut self, placed: &Placed<'_>) -> Said {
        let Placed { call, source, at, environment, .. } = *placed;
        let app = call.app;
        let mut said = Said {
            release: Release {
                label: format!("{}:{at}", call.unit),
                name: Some(app.name.to_owned()),
                namespace: app.namespace.unwrap_or_default().to_owned(),
                // Argo CD renders as `helm template` does.
                is_apart: true,
                ..Release::default()
            },
            ..Said::default()
        };
        let Some(helm) = source.helm else { return said };
        let release = &mut said.release;
        if let Some(name) = word(helm, "releaseName") {
            release.name = Some(name.to_owned());
        }
        if let Some(namespace) = word(helm, "namespace") {
            namespace.clone_into(&mut release.namespace);
        }
        release.kube_version = word(helm, "kubeVersion").map(ToOwned::to_owned);
        release.api_versions = texts(helm, "apiVersions").map(|(text, _)| text.to_owned()).collect();
        release.skips_schema = flag(helm, "skipSchemaValidation");
        release.skips_crds = flag(helm, "skipCrds");
        self.values_files(placed, &mut said);
        self.inline_values(call, helm, &mut said.release);
        self.parameters(call, helm, environment, &mut said);
        self.file_parameters(placed, &mut said);
        said
    }

    /// The files in the order in which Helm gets them: one that is written
    /// keeps its place although a pattern fits it, too.
    fn values_files(&mut self, placed: &Placed<'_>, said: &mut Said) {
        let Placed { call, source, directory, .. } = *placed;
        let Some(helm) = source.helm else { return };
        let mut wanted: Vec<(Located, &str, Span)> = Vec::new();
        for (written, node) in texts(helm, "valueFiles") {
            match self.locate(placed, written) {
                Ok(it) => wanted.push((it, written, node.span())),
                Err(gap) => said.gaps.push(gap),
            }
        }
        let is_pattern = |path: &TreePath| path.as_str().contains(WILDCARDS);
        let explicit: Vec<TreePath> =
            wanted.iter().map(|it| it.0.path.clone()).filter(|it| !is_pattern(it)).collect();
        for (Located { path, tree }, written, entry) in wanted {
            let found = if is_pattern(&path) {
                self.fitting(&path, tree.as_ref(), &explicit)
            } else {
                vec![path.clone()]
            };
            let mut count = 0;
            for path in found {
                let Some(file) = self.text(&path) else { continue };
                count += 1;
                self.parse_values(file);
                // Nobody edits what was fetched.
                if tree.is_some() {
                    self.generated.add_whole(file, entry);
                }
                let name = path.below(directory).unwrap_or(path.as_str()).to_owned();
                if !said.files.iter().any(|it| it.file == file) {
                    said.files.push(Layer { file, name });
                }
            }
            if count == 0 && !source.ignores_missing_files() {
                let reason = format!("values file `{written}` of Application {} is not here", call.app.name);
                said.gaps.push((SkipCode::NotRendered, reason));
            }
        }
    }

    /// Tells which values files of this tree are no YAML that a chart is given which
    /// is not here: nothing else reads them.
    pub(super) fn judge_values(&mut self, call: &Call<'_>, source: &Source<'_>, at: usize) {
        let Some(helm) = source.helm else { return };
        let (directory, environment) = (&TreePath::top(), &Environment::new(call.app, source));
        let placed = Placed { call, source, at, directory, tree: None, environment };
        // Other paths lie in the chart.
        for (written, _) in texts(helm, "valueFiles").filter(|(written, _)| written.starts_with('$')) {
            let Ok(Located { path, tree: None }) = self.locate(&placed, written) else { continue };
            let Some(file) = self.text(&path) else { continue };
            if !self.judged_values.insert(file) {
                continue;
            }
            let text = Arc::clone(self.sources.file(file).text());
            let stream = seatrial_yaml::parse(file, text, Dialect::GoYaml2, &self.request.limits.yaml);
            if stream.is_accepted() || foreign::template(&stream).is_some() {
                continue;
            }
            let told = stream.documents().iter().flat_map(|it| syntax::notices(&stream, it, false));
            let told = told.filter(|it| it.check.id != DUPLICATE_KEY.id);
            self.notices
                .extend(told.map(|it| it.because("the chart is given this file, and Helm reads it whole")));
            self.streams.push(Arc::new(stream));
        }
    }

    /// The files that a pattern fits, in the order of their paths.
    fn fitting(&self, pattern: &TreePath, tree: Option<&TreePath>, explicit: &[TreePath]) -> Vec<TreePath> {
        let Ok(glob) = path_glob(pattern.as_str()) else { return Vec::new() };
        let away = tree.and_then(|tree| {
            let below = pattern.below(tree)?.split('/');
            let fixed: Vec<&str> = below.take_while(|it| !it.contains(WILDCARDS)).collect();
            Away::open(self.request.files, tree.clone(), &fixed.join("/")).ok()
        });
        let files = match (&away, tree) {
            (Some(away), _) => away.files.as_slice(),
            (None, Some(_)) => return Vec::new(),
            (None, None) => self.here.files(),
        };
        let glob = glob.compile_matcher();
        let fits = files.iter().filter(|it| glob.is_match(it.as_str()) && !explicit.contains(it));
        fits.cloned().collect()
    }

    /// Where a file is that a source names.
    fn locate(&mut self, placed: &Placed<'_>, written: &str) -> Result<Located, (SkipCode, String)> {
        let Placed { call, directory, tree, environment, .. } = *placed;
        let name = call.app.name;
        if written.contains("://") {
            return Err((SkipCode::Remote, format!("Application {name} takes values from {written}")));
        }
        let unknown =
            || (SkipCode::NotRendered, format!("values file `{written}` of Application {name} is not here"));
        let reference = written.strip_prefix('$').and_then(|it| it.split_once('/'));
        if let Some((reference, rest)) = reference
            && let Some(holder) = call.app.sources.iter().find(|it| it.reference == Some(reference))
        {
            let rest = environment.expand(rest).ok_or_else(unknown)?;
            if !holder.url.is_some_and(|it| self.here.is_here(it)) {
                let tree = self.values_tree(call, holder)?;
                return Located::within(&tree, &tree, &rest).ok_or_else(unknown);
            }
            let path = self.here.path(&rest).ok_or_else(unknown)?;
            return Ok(Located { path, tree: None });
        }
        let text = environment.expand(written).ok_or_else(unknown)?;
        if let Some(tree) = tree {
            let from = if text.starts_with('/') { tree } else { directory };
            return Located::within(tree, from, &text).ok_or_else(unknown);
        }
        let path = if text.starts_with('/') { self.here.path(&text) } else { directory.join(&text) };
        Ok(Located { path: path.ok_or_else(unknown)?, tree: None })
    }

    /// The fetched tree of a source that only lends its files.
    fn values_tree(&mut self, call: &Call<'_>, holder: &Source<'_>) -> Result<TreePath, (SkipCode, String)> {
        let (url, version) = (holder.url.unwrap_or_default(), holder.revision.unwrap_or_default());
        let remote = RemoteSource::git(url, version);
        let mut hint = String::new();
        if is_literal(url) && is_literal(version) {
            let span = holder.node.span();
            let span = self.in_file(call.file, span);
            let (path, source) = (call.file.clone(), remote.clone());
            self.facts.remotes.push(RemoteUse { path, span, source });
            match self.request.files.fetched(&remote) {
                Ok(tree) => return Ok(tree),
                Err(why) => hint = format!(": {why}"),
            }
        }
        let url = without_credentials(url);
        Err((SkipCode::Remote, format!("Application {} takes values from {url}{hint}", call.app.name)))
    }

    /// Values in the Application: the object where there is one, else the text.
    fn inline_values(&mut self, call: &Call<'_>, helm: Node<'_>, release: &mut Release) {
        let object = helm.get("valuesObject").filter(|it| it.is_mapping());
        let text = helm.get("values").filter(|it| it.as_str().is_some_and(|it| !it.trim().is_empty()));
        let Some(node) = object.or(text) else { return };
        let values = inline::values(node).unwrap_or_else(|| {
            let text: Arc<str> = inline::as_text(node).into();
            let file = self.made_text(call, "values", text.clone());
            self.generated.add_whole(file, node.span());
            InlineValues { file, text }
        });
        release.values.push(values);
    }

    fn parameters(&mut self, call: &Call<'_>, helm: Node<'_>, environment: &Environment, said: &mut Said) {
        // A later one of a name replaces the earlier.
        let mut all: BTreeMap<(bool, &str), (String, Node<'_>)> = BTreeMap::new();
        for node in helm.get("parameters").into_iter().flat_map(Node::items) {
            let Some(name) = word(node, "name") else { continue };
            let value = node.get("value").and_then(Node::scalar_text).unwrap_or_default();
            match environment.expand(&value) {
                Some(value) => {
                    all.insert(
                        (flag(node, "forceString"), name),
                        (clean(&value), node.get("value").unwrap_or(node)),
                    );
                }
                None => said.gaps.push((
                    SkipCode::NotRendered,
                    format!(
                        "parameter `{name}` of Application {} is known only when Argo CD runs",
                        call.app.name
                    ),
                )),
            }
        }
        for ((is_text, name), (value, node)) in all {
            let text: Arc<str> = format!("{name}={value}").into();
            let kind = if is_text { "set-string" } else { "set" };
            let file = self.made_text(call, &format!("{kind} {name}"), text.clone());
            self.generated.add_whole(file, node.span());
            let argument = Argument { file, text };
            if is_text { said.release.set_string.push(argument) } else { said.release.set.push(argument) }
        }
    }

    fn file_parameters(&mut self, placed: &Placed<'_>, said: &mut Said) {
        let Placed { call, source, .. } = *placed;
        for node in source.helm.and_then(|it| it.get("fileParameters")).into_iter().flat_map(Node::items) {
            let (Some(name), Some(written)) = (word(node, "name"), word(node, "path")) else { continue };
            let path = match self.locate(placed, written) {
                Ok(it) => it.path,
                Err(gap) => {
                    said.gaps.push(gap);
                    continue;
                }
            };
            let Some(content) = self.text(&path) else {
                let reason = format!("file `{written}` of Application {} is not here", call.app.name);
                said.gaps.push((SkipCode::NotRendered, reason));
                continue;
            };
            let text: Arc<str> = format!("{name}={}", clean(path.as_str())).into();
            let file = self.made_text(call, &format!("set-file {name}"), text.clone());
            self.generated.add_whole(file, node.span());
            said.release.set_file.push(Argument { file, text });
            let content = Argument { file: content, text: Arc::clone(self.sources.file(content).text()) };
            said.release.set_file_contents.insert(path.to_string(), Ok(content));
        }
    }

    /// A text that nobody sees; its name tells it from others.
    fn made_text(&mut self, call: &Call<'_>, what: &str, text: Arc<str>) -> FileId {
        let path =
            TreePath::new(&format!("(made for {}) {}", call.unit.replace('/', ":"), what.replace('/', ":")));
        let file = self.sources.add(path.clone(), text);
        self.facts.paths.push((file, path));
        file
    }

    /// Values files that were not read before are parsed, so that they can be edited.
    fn parse_values(&mut self, file: FileId) {
        if self.streams.iter().any(|it| it.file() == file) {
            return;
        }
        let text = Arc::clone(self.sources.file(file).text());
        let stream = seatrial_yaml::parse(file, text, Dialect::GoYaml2, &self.request.limits.yaml);
        self.streams.push(Arc::new(stream));
    }
}

fn unreadable(call: &Call<'_>, chart: &str, why: &str) -> Yield {
    let name = call.app.name;
    let reason = format!("chart {chart}, which Application {name} deploys, cannot be loaded: {why}");
    Yield::gap(SkipCode::NotRendered, reason)
}

/// The texts of a list, with their nodes.
fn texts<'a>(node: Node<'a>, key: &str) -> impl Iterator<Item = (&'a str, Node<'a>)> {
    node.get(key).into_iter().flat_map(Node::items).filter_map(|it| Some((it.as_str()?, it)))
}

/// A value as Argo CD hands it to `--set`: commas do not part it, unless it is
/// a list in braces.
fn clean(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut before = None;
    for letter in value.chars() {
        if letter == ',' && before != Some('\\') {
            out.push('\\');
        }
        out.push(letter);
        before = Some(letter);
    }
    out
}
