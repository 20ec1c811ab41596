//! From files to a chart: which file is what, and the charts inside.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_source::TreePath;
use seatrial_yaml::{Dialect, Limits, Stream};

use super::archive;
use super::directory::{self, Raw, RawFile};
use super::remote::{self, Locked, RemoteDependency};
use super::{Chart, ChartFile, Content, Loaded, Loader, Metadata, Problem, ProblemKind};
use crate::semver::{self, Constraint, Version};
use crate::values::ValuesText;
use crate::values::read::first_refusal;

/// How deep charts may lie in charts.
const DEPTH_MAX: usize = 20;

impl Loader<'_> {
    /// The chart in a directory.
    pub fn directory(&mut self, directory: &TreePath) -> Loaded {
        let mut problems = Vec::new();
        let files = directory::read(self.files, directory, self.file_bytes_max(), self.alone, &mut problems);
        self.loaded(files, directory, false, problems)
    }

    /// The chart in an archive of the tree.
    pub fn archive(&mut self, path: &TreePath) -> Loaded {
        let mut loaded = Loaded::default();
        let bytes = match self.files.read(path, archive::CHART_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) => {
                loaded.problems.push(Problem::fatal(ProblemKind::Archive, path, error.to_string()));
                return loaded;
            }
        };
        if !bytes.starts_with(&[0x1f, 0x8b, 8]) {
            let message = match ending(path.name()) {
                Some("yml" | "yaml") => {
                    format!("file '{path}' seems to be a YAML file, but expected a gzipped archive")
                }
                _ => format!(
                    "file '{path}' does not appear to be a gzipped archive; got 'application/octet-stream'"
                ),
            };
            loaded.problems.push(Problem::fatal(ProblemKind::Archive, path, message));
            return loaded;
        }
        match self.unpack(&bytes, path) {
            Ok(files) => self.loaded(files, path, true, Vec::new()),
            Err(reason) => {
                let is_silent = self.helm.switches().detects_api_version;
                let message =
                    if is_silent { "unable to load chart archive".to_owned() } else { reason.clone() };
                let problem = Problem::fatal(ProblemKind::Archive, path, message);
                loaded.problems.push(Problem { detail: Some(reason), ..problem });
                loaded
            }
        }
    }

    pub(super) fn unpack(&self, bytes: &[u8], path: &TreePath) -> Result<Vec<RawFile>, String> {
        let files = archive::unpack(bytes, self.file_bytes_max())?;
        let raw = files.into_iter().map(|(name, bytes)| {
            let path = path.join(&name).unwrap_or_else(|| path.clone());
            RawFile { name, path, raw: Raw::new(&bytes) }
        });
        Ok(raw.collect())
    }

    fn file_bytes_max(&self) -> Option<u64> {
        self.helm.switches().file_bytes_max
    }

    fn loaded(
        &mut self,
        files: Vec<RawFile>,
        path: &TreePath,
        is_packed: bool,
        mut problems: Vec<Problem>,
    ) -> Loaded {
        if !files.iter().any(|file| file.name == "Chart.yaml") {
            let chart_file = path.join("Chart.yaml").unwrap_or_else(|| path.clone());
            let message = match (self.helm.switches().detects_api_version, is_packed) {
                (true, true) => "unable to detect chart version, no Chart.yaml found".to_owned(),
                (true, false) if self.files.kind(&chart_file).is_none() => format!(
                    "unable to detect chart at {chart_file}: open {chart_file}: no such file or directory"
                ),
                _ => "Chart.yaml file is missing".to_owned(),
            };
            problems.insert(0, Problem::fatal(ProblemKind::Metadata, &chart_file, message));
        }
        let locked = Locked::read(&files);
        let mut remotes = Vec::new();
        let mut intake = Intake { loader: self, problems, depth: 0, is_packed };
        let mut chart = intake.chart(files, path);
        let mut problems = intake.problems;
        if let Some(chart) = &mut chart {
            self.check_kind(chart, &mut problems);
            remotes = self.check_dependencies(chart, &locked, &mut problems);
        }
        Loaded { chart, problems, remotes }
    }

    fn check_kind(&self, chart: &Chart, problems: &mut Vec<Problem>) {
        let metadata = &chart.metadata;
        let path = chart.path.join("Chart.yaml").unwrap_or_else(|| chart.path.clone());
        let version = &*metadata.api_version;
        if self.helm.switches().detects_api_version && !matches!(version, "v1" | "v2" | "v3" | "") {
            let problem = Problem::fatal(ProblemKind::Metadata, &path, "unsupported chart version");
            problems.insert(0, problem.at(metadata.api_version.span));
        }
        if version == "v3" {
            // Behind a switch in Helm 4, and unknown before.
            let message = "invalid chart apiVersion";
            let problem = Problem::fatal(ProblemKind::Metadata, &path, message);
            problems.push(problem.at(metadata.api_version.span));
        }
        if !matches!(&*metadata.kind, "" | "application") {
            let message = format!("{} charts are not installable", metadata.kind);
            let problem = Problem::fatal(ProblemKind::NotInstallable, &path, message);
            problems.push(problem.at(metadata.kind.span));
        }
    }

    /// Helm looks only whether a chart of the name is there, and only at the
    /// top. A missing one that was fetched before, or lies in this tree, is taken
    /// from there.
    fn check_dependencies(
        &mut self,
        chart: &mut Chart,
        locked: &Locked,
        problems: &mut Vec<Problem>,
    ) -> Vec<RemoteDependency> {
        let mut remotes = Vec::new();
        let mut missing: Vec<_> = chart
            .metadata
            .declared()
            .filter(|wanted| !chart.dependencies.iter().any(|it| it.metadata.name.text == wanted.name.text))
            .cloned()
            .collect();
        missing.retain(|wanted| {
            let Some(source) = remote::source(wanted, locked) else { return true };
            let missing = self.take_fetched(chart, wanted, &source, problems);
            let is_missing = missing.is_some();
            remotes.push(RemoteDependency { span: wanted.span, source, missing });
            is_missing
        });
        let names: Vec<&str> = missing.iter().map(|it| &*it.name).collect();
        let words = self.helm.switches().missing_dependencies;
        let message =
            format!("{words}: found in Chart.yaml, but missing in charts/ directory: {}", names.join(", "));
        let path = chart.path.join("Chart.yaml").unwrap_or_else(|| chart.path.clone());
        for dependency in &missing {
            let problem = Problem::fatal(ProblemKind::MissingDependency, &path, message.clone());
            problems.push(problem.at(dependency.span));
            self.take_sibling(chart, dependency, problems);
        }
        remotes
    }

    fn take_sibling(
        &mut self,
        chart: &mut Chart,
        dependency: &super::Dependency,
        problems: &mut Vec<Problem>,
    ) {
        let Some(relative) = dependency.repository.strip_prefix("file://") else { return };
        let Some(directory) = chart.path.join(relative).filter(|_| !chart.is_packed) else { return };
        let is_new = !chart.dependencies.iter().any(|it| it.path == directory);
        if !is_new || chart.path.is_within(&directory) {
            return;
        }
        let mut found = Vec::new();
        let files = directory::read(self.files, &directory, self.file_bytes_max(), None, &mut found);
        let mut intake = Intake { loader: self, problems: found, depth: 1, is_packed: false };
        let sibling = intake.chart(files, &directory);
        // Helm never sees them: what is wrong there is no reason to refuse.
        problems.extend(intake.problems.into_iter().map(Problem::tolerated));
        let Some(sibling) = sibling.filter(|it| it.metadata.name.text == dependency.name.text) else {
            return;
        };
        problems.extend(unfit_version(chart, dependency, &sibling));
        chart.dependencies.push(sibling);
    }
}

/// What `helm dependency` refuses: a chart of a directory is only taken in a version that is asked
/// for. It is rendered all the same, for what it lacks is a number.
fn unfit_version(chart: &Chart, dependency: &super::Dependency, sibling: &Chart) -> Option<Problem> {
    let (asked, version) = (&dependency.version, &sibling.metadata.version);
    let is_taken = Constraint::parse(asked).ok()?.matches(&Version::parse(version).ok()?);
    if is_taken || asked.is_empty() {
        return None;
    }
    let path = chart.path.join("Chart.yaml")?;
    let message = format!(
        "chart {} needs {} `{asked}`, and the one in `{}` is `{version}`",
        chart.metadata.name, dependency.name, dependency.repository
    );
    let problem = Problem::fatal(ProblemKind::DependencyVersion, &path, message);
    Some(problem.at(dependency.version.span.or(dependency.span)).tolerated())
}

pub(super) struct Intake<'a, 'b> {
    pub(super) loader: &'a mut Loader<'b>,
    pub(super) problems: Vec<Problem>,
    pub(super) depth: usize,
    pub(super) is_packed: bool,
}

impl Intake<'_, '_> {
    /// The chart that these files are; none without a `Chart.yaml`.
    pub(super) fn chart(&mut self, files: Vec<RawFile>, path: &TreePath) -> Option<Chart> {
        let mut chart = Chart {
            metadata: Metadata::default(),
            metadata_file: None,
            templates: Vec::new(),
            files: Vec::new(),
            values: None,
            schema: None,
            dependencies: Vec::new(),
            path: path.clone(),
            is_packed: self.is_packed,
        };
        self.read_metadata(&mut chart, &files);
        let has_metadata = chart.metadata_file.is_some();
        let mut inner: BTreeMap<String, Vec<RawFile>> = BTreeMap::new();
        for file in files {
            if let Some(name) = self.file(&mut chart, &file) {
                inner.entry(name).or_default().push(file);
            }
        }
        if !has_metadata {
            if self.depth > 0 {
                self.say(ProblemKind::Metadata, path, "Chart.yaml file is missing");
            }
            return None;
        }
        let refuses_dots = self.loader.helm.switches().refuses_dot_names;
        let is_version = |version: &str| semver::Version::parse(version).is_ok();
        let first = chart.metadata.validate(refuses_dots, is_version);
        let place = path.join("Chart.yaml").unwrap_or_else(|| path.clone());
        for (message, span) in first {
            self.problems.push(Problem::fatal(ProblemKind::Metadata, &place, message).at(span));
        }
        for (name, files) in inner {
            let subchart = self.subchart(&chart, &name, files);
            chart.dependencies.extend(subchart);
        }
        if self.depth > 0 {
            self.note_missing(&chart, &place);
        }
        Some(chart)
    }

    /// Helm passes over what a subchart declares and does not bring along.
    fn note_missing(&mut self, chart: &Chart, place: &TreePath) {
        let is_here = |name: &str| chart.dependencies.iter().any(|it| &*it.metadata.name == name);
        for wanted in chart.metadata.declared().filter(|wanted| !is_here(&wanted.name)) {
            let message = format!("found in Chart.yaml, but missing in charts/ directory: {}", wanted.name);
            let problem = Problem::fatal(ProblemKind::MissingDependency, place, message);
            self.problems.push(problem.at(wanted.span).tolerated());
        }
    }

    fn read_metadata(&mut self, chart: &mut Chart, files: &[RawFile]) {
        for file in files.iter().filter(|file| file.name == "Chart.yaml") {
            self.decode_metadata(chart, file, "Chart.yaml");
            if chart.metadata.api_version.is_empty() {
                chart.metadata.api_version = "v1".into();
            }
        }
    }

    fn decode_metadata(&mut self, chart: &mut Chart, file: &RawFile, name: &str) {
        let (id, stream) = self.parse(file);
        if name == "Chart.yaml" {
            chart.metadata_file = Some(id);
        }
        if let Some((message, span)) = first_refusal(&stream) {
            let message = format!("cannot load {name}: error converting YAML to JSON: {message}");
            self.problems.push(Problem::fatal(ProblemKind::Metadata, &file.path, message).at(Some(span)));
        }
        let Some(root) = stream.document_root(0) else { return };
        if let Err(misfit) = chart.metadata.read(root) {
            let message = format!("cannot load {name}: {}", misfit.message);
            self.problems
                .push(Problem::fatal(ProblemKind::Metadata, &file.path, message).at(Some(misfit.span)));
        }
    }

    fn parse(&mut self, file: &RawFile) -> (seatrial_source::FileId, Stream) {
        let text = file.raw.text();
        let id = (self.loader.register)(&file.path, &text);
        (id, seatrial_yaml::parse(id, text, Dialect::GoYaml2, &Limits::default()))
    }

    /// Puts a file where it belongs; gives the name of the directory or archive
    /// in `charts/` when it belongs to a chart there.
    fn file(&mut self, chart: &mut Chart, file: &RawFile) -> Option<String> {
        let is_first = chart.metadata.api_version.text == "v1";
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => self.check_lock(file),
            "values.yaml" => self.values(chart, file),
            "values.schema.json" => chart.schema = Some(self.content(file)),
            "requirements.yaml" => {
                self.decode_metadata(chart, file, "requirements.yaml");
                if is_first {
                    chart.files.push(self.content(file));
                }
            }
            "requirements.lock" => {
                self.check_lock(file);
                if is_first {
                    chart.files.push(self.content(file));
                }
            }
            name if name.starts_with("templates/") => chart.templates.push(self.content(file)),
            name => {
                let below = name.strip_prefix("charts/").filter(|_| ending(name) != Some("prov"));
                let Some(below) = below else {
                    chart.files.push(self.content(file));
                    return None;
                };
                return Some(below.split('/').next().unwrap_or(below).to_owned());
            }
        }
        None
    }

    fn values(&mut self, chart: &mut Chart, file: &RawFile) {
        let text = file.raw.text();
        let id = (self.loader.register)(&file.path, &text);
        let is_multi = self.loader.helm.switches().multi_document_values;
        let values = ValuesText::parse(id, &text, is_multi);
        if values.is_too_large() {
            self.say(ProblemKind::TooLarge, &file.path, &format!("`{}` is too large to be read", file.path));
        } else if let Err(fault) = values.check() {
            let message = format!("cannot load values.yaml: {}", fault.message);
            self.problems.push(Problem::fatal(ProblemKind::Values, &file.path, message).at(fault.span));
        }
        chart.values = Some(values);
    }

    fn check_lock(&mut self, file: &RawFile) {
        let (_, stream) = self.parse(file);
        if let Some((message, span)) = first_refusal(&stream) {
            let message = format!("cannot load {}: error converting YAML to JSON: {message}", file.name);
            self.problems.push(Problem::fatal(ProblemKind::Metadata, &file.path, message).at(Some(span)));
        }
    }

    fn content(&mut self, file: &RawFile) -> ChartFile {
        let content = match &file.raw {
            Raw::Text(text) => {
                let id = (self.loader.register)(&file.path, text);
                Content::Text { file: id, text: Arc::clone(text) }
            }
            Raw::Bytes(bytes) => Content::Bytes(bytes.as_slice().into()),
            Raw::Unread(asked) => Content::Unread(asked.clone()),
        };
        ChartFile { name: file.name.as_str().into(), path: file.path.clone(), content }
    }

    /// A chart in `charts/`; none for what is not meant to be one.
    fn subchart(&mut self, parent: &Chart, name: &str, files: Vec<RawFile>) -> Option<Chart> {
        if name.starts_with(['_', '.']) {
            return None;
        }
        let before = self.problems.len();
        let found = self.read_subchart(parent, name, files);
        for problem in &mut self.problems[before..] {
            let parent = &parent.metadata.name;
            problem.message = format!("error unpacking subchart {name} in {parent}: {}", problem.message);
        }
        found
    }

    fn read_subchart(&mut self, parent: &Chart, name: &str, files: Vec<RawFile>) -> Option<Chart> {
        let path = parent.path.join("charts").and_then(|charts| charts.join(name))?;
        if self.depth >= DEPTH_MAX {
            self.say(ProblemKind::Subchart, &path, "charts are nested too deep");
            return None;
        }
        let was_packed = self.is_packed;
        self.depth += 1;
        let is_archive = ending(name) == Some("tgz");
        let found = if is_archive {
            self.is_packed = true;
            let unpacked = files.first().map(|file| self.loader.unpack(file.raw.bytes(), &file.path));
            match unpacked {
                Some(Ok(files)) => self.chart(files, &path),
                Some(Err(message)) => {
                    self.say(ProblemKind::Archive, &path, &message);
                    None
                }
                None => None,
            }
        } else {
            let inner = files.into_iter().filter_map(|file| {
                let name = file.name.strip_prefix("charts/")?.split_once('/')?.1.to_owned();
                Some(RawFile { name, ..file })
            });
            self.chart(inner.collect(), &path)
        };
        self.depth -= 1;
        self.is_packed = was_packed;
        found
    }

    fn say(&mut self, kind: ProblemKind, path: &TreePath, message: &str) {
        self.problems.push(Problem::fatal(kind, path, message));
    }
}

/// What stands behind the last dot, in its own case.
fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}
