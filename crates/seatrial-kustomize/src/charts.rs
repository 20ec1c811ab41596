//! `helmCharts`: charts that lie in the tree, rendered by whoever knows how
//! (`HelmChartInflationGenerator`, api v0.21.2).

use std::sync::Arc;

use seatrial_diagnostics::Role;
use seatrial_source::{EntryKind, FileId, RemoteSource, Span, TreePath, without_credentials};
use seatrial_yaml::{Dialect, Limits, Stream, parse};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::build::{Accumulated, Run, Version};
use crate::kustomization::{At, Kustomization, Reader, Text};
use crate::loader::Refusal;
use crate::node::Node;
use crate::origin::{OriginId, Origins};
use crate::problem::ProblemKind;
use crate::resource::Resource;
use crate::shared::shift;
use crate::{output, resources, strategic_merge};

/// Renders charts for a build.
pub trait Charts {
    /// What `helm template` prints for a request, or what it says instead.
    fn inflate(&mut self, request: &ChartRequest) -> Result<Arc<str>, String>;
}

/// What `helm template` is asked for.
#[derive(Clone, Debug, Default)]
pub struct ChartRequest {
    /// The unpacked chart.
    pub chart: TreePath,
    /// The release; none where Helm makes up a name.
    pub release: Option<SmolStr>,
    /// `--name-template`
    pub name_template: Option<SmolStr>,
    /// `--namespace`
    pub namespace: Option<SmolStr>,
    /// The layers of `-f`, the first one below.
    pub values: Vec<ChartValues>,
    /// `--api-versions`
    pub api_versions: Vec<SmolStr>,
    /// `--kube-version`
    pub kube_version: Option<SmolStr>,
    /// `--include-crds`
    pub includes_crds: bool,
    /// `--no-hooks`
    pub skips_hooks: bool,
    /// `--skip-tests`
    pub skips_tests: bool,
}

/// Values that are laid over those of the chart.
#[derive(Clone, Debug)]
pub struct ChartValues {
    /// The file, where the text is one; none where it was merged.
    pub path: Option<TreePath>,
    /// The file's id; of a merged text, that of the kustomization.
    pub file: FileId,
    /// YAML.
    pub text: Arc<str>,
}

/// A chart as a build inflated it.
#[derive(Clone, Debug)]
pub struct Inflation {
    /// What was asked for.
    pub request: ChartRequest,
    /// The entry that asked, and the file that it stands in.
    pub entry: Span,
    /// The kustomization.
    pub path: TreePath,
    /// Whether the chart was fetched from another host.
    pub is_fetched: bool,
    /// What came of it: a text that is no file.
    pub made: Arc<Stream>,
    /// Values that were merged.
    pub merged: Option<Merged>,
}

/// Values of several places, merged into a text that is no file.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The text.
    pub made: Arc<Stream>,
    /// The values, with the origins that they have in the build.
    pub values: Node,
}

impl ChartRequest {
    /// Tells it from others by what it asks for.
    pub(crate) fn digest(&self) -> String {
        let Self { chart, release, name_template, namespace, values, api_versions, kube_version, .. } = self;
        let layers: Vec<_> = values.iter().map(|it| (&it.path, &it.text)).collect();
        let switches = [self.includes_crds, self.skips_hooks, self.skips_tests];
        let words = (chart, release, name_template, namespace, layers, api_versions, kube_version, switches);
        digest(&format!("{words:?}"))
    }
}

fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().take(12).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Values of a kustomization, with where they are written.
#[derive(Clone, Debug)]
struct Inline {
    values: Node,
    origins: Origins,
}

/// An entry of `helmCharts`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chart {
    name: SmolStr,
    version: SmolStr,
    repository: SmolStr,
    release: SmolStr,
    namespace: SmolStr,
    values_file: Option<Text>,
    additional_values: Vec<Text>,
    values: Option<Inline>,
    merge: SmolStr,
    includes_crds: bool,
    skips_hooks: bool,
    skips_tests: bool,
    api_versions: Vec<SmolStr>,
    kube_version: SmolStr,
    name_template: SmolStr,
    /// Said beside the chart by configuration in a file of its own.
    pub(crate) home: SmolStr,
}

/// The fields of an entry.
const FIELDS: [&str; 18] = [
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "additionalValuesFiles",
    "valuesFile",
    "valuesInline",
    "valuesMerge",
    "includeCRDs",
    "skipHooks",
    "apiVersions",
    "kubeVersion",
    "nameTemplate",
    "skipTests",
    "debug",
    "devel",
    "chartHome",
];

/// The fields of an entry of `helmChartInflationGenerator`, by what they are
/// called today.
const LEGACY_FIELDS: [(&str, &str); 13] = [
    ("chartName", "name"),
    ("chartVersion", "version"),
    ("chartRepoUrl", "repo"),
    ("chartHome", "chartHome"),
    ("chartRepoName", ""),
    ("helmBin", ""),
    ("helmHome", ""),
    ("values", "valuesFile"),
    ("valuesLocal", "valuesInline"),
    ("valuesMerge", "valuesMerge"),
    ("releaseName", "releaseName"),
    ("releaseNamespace", ""),
    ("extraArgs", ""),
];

impl Reader<'_> {
    /// An entry of `helmCharts`.
    pub(crate) fn chart(&mut self, node: seatrial_yaml::Node<'_>) -> At<Chart> {
        let mut chart = Chart::default();
        for (name, value) in self.named(node, &FIELDS[..FIELDS.len() - 1]) {
            self.chart_field(name, value, &mut chart);
        }
        At { value: chart, span: self.span(node) }
    }

    /// An entry of the field that `helmCharts` replaced.
    pub(crate) fn legacy_chart(&mut self, node: seatrial_yaml::Node<'_>) -> At<Chart> {
        let mut chart = Chart::default();
        let names = LEGACY_FIELDS.map(|(name, _)| name);
        for (name, value) in self.named(node, &names) {
            let today = LEGACY_FIELDS.iter().find(|(it, _)| *it == name).map_or("", |(_, today)| today);
            self.chart_field(today, value, &mut chart);
        }
        At { value: chart, span: self.span(node) }
    }

    /// A chart's settings in a file of their own, beside which others may stand.
    pub(crate) fn chart_of(&mut self, fields: Vec<(SmolStr, seatrial_yaml::Node<'_>)>) -> Chart {
        let mut chart = Chart::default();
        for (name, value) in fields {
            if FIELDS.contains(&name.as_str()) {
                self.chart_field(&name, value, &mut chart);
            }
        }
        chart
    }

    fn chart_field(&mut self, name: &str, value: seatrial_yaml::Node<'_>, chart: &mut Chart) {
        if value.is_null() {
            return;
        }
        match name {
            "name" => chart.name = self.string(value),
            "version" => chart.version = self.string(value),
            "repo" => chart.repository = self.string(value),
            "releaseName" => chart.release = self.string(value),
            "namespace" => chart.namespace = self.string(value),
            "additionalValuesFiles" => chart.additional_values = self.texts(value),
            "valuesFile" => chart.values_file = self.text(value).filter(|it| !it.value.is_empty()),
            "valuesInline" => {
                let mut origins = Origins::default();
                origins.stand_in(self.entry());
                let values = Node::decoded(value, &mut origins).filter(|it| !it.entries().is_empty());
                chart.values = values.map(|values| Inline { values, origins });
            }
            "valuesMerge" => chart.merge = self.string(value),
            "includeCRDs" => chart.includes_crds = self.bool(value),
            "skipHooks" => chart.skips_hooks = self.bool(value),
            "skipTests" => chart.skips_tests = self.bool(value),
            "apiVersions" => {
                chart.api_versions = self.texts(value).into_iter().map(|it| it.value).collect();
            }
            "kubeVersion" => chart.kube_version = self.string(value),
            "nameTemplate" => chart.name_template = self.string(value),
            "chartHome" => chart.home = self.string(value),
            "debug" | "devel" => drop(self.bool(value)),
            _ => {}
        }
    }

    /// `helmGlobals`: where charts lie.
    pub(crate) fn chart_home(&mut self, node: seatrial_yaml::Node<'_>) -> SmolStr {
        let mut home = SmolStr::default();
        for (name, value) in self.named(node, &["chartHome", "configHome"]) {
            let text = self.string(value);
            if name == "chartHome" {
                home = text;
            }
        }
        home
    }
}

impl Run<'_, '_> {
    /// Renders one chart and adds what it makes.
    pub(crate) fn inflate(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<Chart>,
        into: &mut Accumulated,
    ) {
        let maker = self.maker_of_chart(own);
        if let Some(found) = self.inflated(own, root, entry, true) {
            for mut resource in found {
                resource.made_by.clone_from(&maker);
                self.absorb(resource, into, own, entry.span);
            }
        }
    }

    /// What a chart makes; none where something is wrong, which is said.
    pub(crate) fn inflated(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<Chart>,
        is_field: bool,
    ) -> Option<Vec<Resource>> {
        let span = &entry.span;
        self.has_charts = true;
        if self.charts.is_none() {
            let message = "must specify --enable-helm";
            self.problem(ProblemKind::Unsupported, &own.path, Some(*span), message);
            return None;
        }
        let ChartOrder { request, merged, is_fetched } = match self.chart_request(own, root, entry, is_field)
        {
            Ok(order) => order,
            Err(Fault::Refused(refusal, value)) => {
                self.refused(refusal, &Text { value, span: *span }, &own.path);
                return None;
            }
            Err(Fault::Said(kind, message)) => {
                self.problem(kind, &own.path, Some(*span), message);
                return None;
            }
        };
        let made = self.made_of(&request);
        self.inflated.push(request.chart.clone());
        let found = made.and_then(|made| {
            let stream = self.registered(&made, own, *span, &request.digest(), Dialect::GoYaml3);
            let found = self.read_made(&stream, *span);
            if self.away.is_none() {
                let (path, entry) = (own.path.clone(), *span);
                self.inflations.push(Inflation { request, entry, path, is_fetched, made: stream, merged });
            }
            found
        });
        match found {
            Ok(mut found) => {
                for resource in &mut found {
                    resource.is_from_chart = self.version >= Version::V5_8;
                    resource.was_annotated = true;
                }
                Some(found)
            }
            Err(message) => {
                self.problem(ProblemKind::Chart, &own.path, Some(*span), message);
                None
            }
        }
    }

    /// What is printed for a request, which others may have asked for before.
    fn made_of(&mut self, request: &ChartRequest) -> Result<Arc<str>, String> {
        let key = self.loader.shared.map(|it| (it, request.digest()));
        if let Some(known) = key.as_ref().and_then(|(shared, key)| shared.inflated(key)) {
            return known;
        }
        let charts = self.charts.as_deref_mut().expect("somebody renders charts");
        let made = charts.inflate(request);
        if let Some((shared, key)) = key {
            shared.keep_inflated(key, made.clone());
        }
        made
    }

    /// Gives a text that is no file an id.
    fn registered(
        &mut self,
        text: &Arc<str>,
        own: &Kustomization,
        entry: Span,
        digest: &str,
        dialect: Dialect,
    ) -> Arc<Stream> {
        let name = format!("(inflated at {} {digest})", entry.start);
        let home = own.path.parent().unwrap_or_else(TreePath::top);
        let path = home.join(&name).expect("a name stays inside");
        let file = self.loader.made(&path, text);
        Arc::new(parse(file, Arc::clone(text), dialect, &Limits::default()))
    }

    /// The objects that a chart makes; behind each place of theirs stands the
    /// entry.
    fn read_made(&mut self, stream: &Stream, entry: Span) -> Result<Vec<Resource>, String> {
        let entry = self.at_home(entry);
        // Of what another host names only an entry of the tree can be edited.
        let stood = self.away.is_some().then(|| self.origins.stand_in(Some(entry)));
        let basis = self.origins.set(entry, Role::Generator, OriginId::NONE);
        let found = self.origins.based_on(basis, |origins| resources::read(stream, origins));
        if let Some(stood) = stood {
            self.origins.stand_in(stood);
        }
        found.map_err(|fault| format!("could not parse bytes into resource map: {}", fault.message))
    }

    fn chart_request(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<Chart>,
        is_field: bool,
    ) -> Result<ChartOrder, Fault> {
        let chart = &entry.value;
        let said = |message: String| Fault::Said(ProblemKind::Chart, message);
        if chart.name.is_empty() {
            return Err(said("chart name cannot be empty".to_owned()));
        }
        for (what, name) in [("releaseName", &chart.release), ("chart name", &chart.name)] {
            if name.starts_with('-') {
                return Err(said(format!("{what} must not start with '-', got {name:?}")));
            }
        }
        if !matches!(chart.merge.as_str(), "" | "merge" | "override" | "replace") {
            return Err(said("valuesMerge must be one of [merge override replace]".to_owned()));
        }
        let place = self.chart_directory(own, root, entry)?;
        let mut namespaces = vec![chart.namespace.clone()];
        // Until 5.7 a chart had the namespace that it was given itself.
        if is_field && self.version >= Version::V5_8 {
            namespaces.extend([own.namespace_text(), self.chart_namespace.clone()]);
        }
        let namespace = namespaces.into_iter().find(|it| !it.is_empty());
        let some = |text: &SmolStr| Some(text.clone()).filter(|it| !it.is_empty());
        let (first, merged) = self.chart_values(own, root, entry, &place)?;
        let mut values = vec![first];
        for file in &chart.additional_values {
            let loaded =
                self.file(own, root, file).map_err(|refusal| Fault::Refused(refusal, file.value.clone()))?;
            values.push(ChartValues { path: Some(loaded.path), file: loaded.file, text: loaded.text });
        }
        let request = ChartRequest {
            chart: place.directory,
            release: some(&chart.release),
            name_template: some(&chart.name_template),
            namespace,
            values,
            api_versions: chart.api_versions.clone(),
            kube_version: some(&chart.kube_version),
            includes_crds: chart.includes_crds,
            skips_hooks: chart.skips_hooks,
            skips_tests: chart.skips_tests,
        };
        Ok(ChartOrder { request, merged, is_fetched: place.is_fetched })
    }

    /// Where the chart lies, or was put when it was fetched.
    fn chart_directory(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<Chart>,
    ) -> Result<Place, Fault> {
        let chart = &entry.value;
        let home = [&chart.home, &own.chart_home].into_iter().find(|it| !it.is_empty());
        let mut name = home.map_or("charts", SmolStr::as_str).to_owned();
        if !chart.version.is_empty() && !chart.repository.is_empty() {
            name = format!("{name}/{}-{}", chart.name, chart.version);
        }
        name = format!("{name}/{}", chart.name);
        let outside = || {
            Fault::Refused(
                Refusal::Outside(format!("'{name}' leads out of the repository")),
                name.as_str().into(),
            )
        };
        if name.starts_with('/') {
            return Err(outside());
        }
        let directory = root.join(&name).ok_or_else(outside)?;
        if self.loader.files.kind(&directory) == Some(EntryKind::Directory) {
            return Ok(Place { directory, is_fetched: false });
        }
        if chart.repository.is_empty() {
            let message = format!("no repo specified for pull, no chart found at '{}'", directory.as_str());
            return Err(Fault::Said(ProblemKind::Chart, message));
        }
        let source = RemoteSource::chart(&chart.repository, &chart.name, &chart.version);
        let fetched = self.loader.files.fetched(&source);
        self.note_remote(entry.span, &own.path, source);
        let why = match fetched.map(|archive| unpacked(&archive, &chart.name)) {
            Ok(Some(directory)) => return Ok(Place { directory, is_fetched: true }),
            Ok(None) => String::new(),
            Err(why) => format!(": {why}"),
        };
        let version = if chart.version.is_empty() { "its newest version" } else { &chart.version };
        let message = format!(
            "chart '{}' ({version}) would be pulled from '{}' to '{}'{why}",
            chart.name,
            without_credentials(&chart.repository),
            directory.as_str()
        );
        Err(Fault::Said(ProblemKind::Remote, message))
    }

    /// The file of values, or what it gives with those of the kustomization.
    fn chart_values(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<Chart>,
        place: &Place,
    ) -> Result<(ChartValues, Option<Merged>), Fault> {
        let chart = &entry.value;
        if let (Some(inline), "replace") = (&chart.values, chart.merge.as_str()) {
            let values = self.placed(inline);
            return Ok(self.merged(own, entry.span, values));
        }
        let loaded = if let Some(file) = &chart.values_file {
            self.file(own, root, file)
        } else {
            // What was fetched lies beside every root, and belongs to this one.
            let root = if place.is_fetched { &place.directory } else { root };
            let path = place.directory.join("values.yaml");
            path.ok_or(Refusal::Missing(String::new())).and_then(|path| self.loader.file_of(root, &path))
        };
        let loaded = loaded.map_err(|refusal| {
            let name = chart.values_file.as_ref().map_or("values.yaml", |it| it.value.as_str());
            Fault::Refused(refusal, name.into())
        })?;
        let Some(inline) = &chart.values else {
            let values = ChartValues { path: Some(loaded.path), file: loaded.file, text: loaded.text };
            return Ok((values, None));
        };
        let said = |message: String| Fault::Said(ProblemKind::Chart, message);
        let stream = self.loader.stream(&loaded);
        if let Some(problem) = stream.all_problems().find(|it| it.is_fatal()) {
            return Err(said(format!("could not parse values file into rnode: yaml: {}", problem.message)));
        }
        let written = stream
            .document_root(0)
            .and_then(|root| Node::read(root, &mut self.origins))
            .ok_or_else(|| said("could not parse values file into rnode: EOF".to_owned()))?;
        let inline = self.placed(inline);
        let (below, above) = if chart.merge == "merge" { (inline, written) } else { (written, inline) };
        let values = strategic_merge::merge(below, &above, None, &mut self.origins)
            .map_err(|error| said(format!("could not merge values: {error}")))?;
        let values = values.unwrap_or_else(|| Node::map(OriginId::NONE));
        Ok(self.merged(own, entry.span, values))
    }

    /// Values of a kustomization with origins of the build.
    fn placed(&mut self, inline: &Inline) -> Node {
        let part = inline.origins.since(&Origins::default().mark()).expect("it hangs on nothing");
        let before = self.origins.append(&part);
        let mut values = inline.values.clone();
        shift(&mut values, &|id| Some(id.behind(before))).expect("all of them move");
        values
    }

    /// Values as a text that is no file.
    fn merged(&mut self, own: &Kustomization, entry: Span, values: Node) -> (ChartValues, Option<Merged>) {
        let text: Arc<str> = output::yaml(&values).into();
        let made = self.registered(&text, own, entry, &digest(&text), Dialect::GoYaml2);
        (ChartValues { path: None, file: made.file(), text }, Some(Merged { made, values }))
    }
}

/// A request, and what is known beside.
struct ChartOrder {
    request: ChartRequest,
    merged: Option<Merged>,
    is_fetched: bool,
}

/// Where a chart lies.
struct Place {
    directory: TreePath,
    is_fetched: bool,
}

/// The directory of a chart that was fetched, which is packed under another name.
fn unpacked(archive: &TreePath, name: &str) -> Option<TreePath> {
    let directory = TreePath::new(archive.as_str().strip_suffix(".tgz")?);
    directory.join(name.rsplit('/').next().unwrap_or(name))
}

/// Why a chart cannot be rendered.
enum Fault {
    /// A file or directory cannot be used.
    Refused(Refusal, SmolStr),
    Said(ProblemKind, String),
}
