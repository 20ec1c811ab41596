//! One chart, one set of values, one render.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use seatrial_source::{FileId, Span};

use crate::api_versions::api_versions;
use crate::capabilities::{Capabilities, KubeVersion};
use crate::chart::{Alone, Branch, Chart, is_compatible};
use crate::cluster::Cluster;
use crate::errors::{ErrorKind, RenderError};
use crate::functions;
use crate::output::{self, Manifest};
use crate::release::{Renderable, Scope, release, template};
use crate::schemas;
use crate::template::engine::{self, Engine};
use crate::template::trace::{Origin, Piece};
use crate::template::{Ahead, Data, Home, Map, Set, Trace, Unparsed, Value};
use crate::values::ValuesInput;
use crate::values::coalesce::Coalescing;
use crate::versions::{HelmVersion, Switches};

/// How a chart is rendered.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "most are flags of Helm's")]
pub struct Options {
    /// The Helm that is imitated.
    pub helm: HelmVersion,
    /// The release's name; `release-name` when empty.
    pub name: String,
    /// The release's namespace; `default` when empty.
    pub namespace: String,
    /// `--is-upgrade`
    pub is_upgrade: bool,
    /// `--kube-version`
    pub kube_version: Option<String>,
    /// `--api-versions`
    pub api_versions: Vec<String>,
    /// `--skip-schema-validation`
    pub skip_schema_validation: bool,
    /// Whether every piece of text is traced to its origin.
    pub trace: bool,
    /// What random functions start from. Anybody can compute what follows from
    /// it, keys and passwords too.
    pub seed: u64,
    /// Where random bytes come from instead of the seed.
    pub entropy: Option<engine::Entropy>,
    /// Seconds and nanoseconds since 1970: what `now` says.
    pub now: (i64, u32),
    /// What a cluster holds, for `lookup`; nothing without it.
    pub cluster: Option<Arc<Cluster>>,
    /// Bounds on what a render may cost.
    pub limits: engine::Limits,
    /// Whether the process ends soon: memory is then not given back piece by
    /// piece, which takes a tenth of all time.
    pub is_last: bool,
}

/// What came of a render: everything that could be rendered, and all errors.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The Helm that was imitated.
    pub helm: HelmVersion,
    /// The rendered files by their paths, then the files of `crds/`. Notes and
    /// partials are not among them.
    pub files: Vec<RenderedFile>,
    /// The documents that are installed, in Helm's order.
    pub manifests: Vec<Manifest>,
    /// The hooks, in Helm's order.
    pub hooks: Vec<Manifest>,
    /// Documents that are dropped silently: their hook is none Helm knows.
    pub dropped: Vec<Manifest>,
    /// `NOTES.txt` of the chart itself.
    pub notes: Option<RenderedFile>,
    /// All errors. Helm stops at the first one.
    pub errors: Vec<RenderError>,
    /// What Helm says on standard error without stopping.
    pub warnings: Vec<String>,
    /// The entries of dependencies of the chart that its values switch off.
    pub switched_off: Vec<Span>,
    /// The places of the values that a template looked at, sorted.
    pub reads: Vec<Span>,
    /// Origins and frames, for the pieces of the files.
    pub trace: Trace,
}

/// The text of one template.
#[derive(Clone, Debug)]
pub struct RenderedFile {
    /// The path that Helm prints: `chart/templates/x.yaml`.
    pub path: String,
    /// The template, when it is text.
    pub template: Option<FileId>,
    /// The text.
    pub text: Arc<str>,
    /// Where its bytes came from, in order; empty while tracing is off.
    pub pieces: Vec<Piece>,
    /// Whether it is a file of `crds/`, which is no template.
    pub is_crd: bool,
}

/// Renders a chart. It runs on a thread of its own, with a large stack.
pub fn render(chart: &Chart, values: &ValuesInput, options: &Options) -> Rendered {
    engine::on_deep_stack(|| Render::new(options).run(chart, values, None))
}

/// The same for a chart that was loaded with [`crate::Loader::alone`], on the
/// thread that loaded it, since each thread takes memory of its own. It is one of
/// [`engine::on_deep_stack`].
pub fn render_alone(chart: &Chart, values: &ValuesInput, options: &Options, alone: &Alone) -> Rendered {
    Render::new(options).run(chart, values, Some(&alone.ahead))
}

/// A render under way.
pub(crate) struct Render<'a> {
    options: &'a Options,
    pub(crate) switches: Switches,
    pub(crate) rendered: Rendered,
}

/// What is worked out before the first template is executed.
pub(crate) struct Prepared<'a> {
    pub(crate) branch: Branch<'a>,
    pub(crate) values: Map,
    capabilities: Value,
}

impl<'a> Render<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        let rendered = Rendered { helm: options.helm, ..Rendered::default() };
        Self { options, switches: options.helm.switches(), rendered }
    }

    fn say(&mut self, kind: ErrorKind, message: impl Into<String>) {
        self.rendered.errors.push(RenderError::new(kind, message));
    }

    fn run(mut self, chart: &Chart, input: &ValuesInput, ahead: Option<&Ahead>) -> Rendered {
        let mut trace = if self.options.trace { Trace::on() } else { Trace::off() };
        let prepared = self.prepare(chart, input, &mut trace);
        let templates = self.templates(&prepared, &prepared.values, &mut trace);
        let mut engine = self.execute(&templates, trace, ahead);
        self.collect_crds(&prepared.branch, prepared.branch.name());
        self.finish(&mut engine);
        if self.options.is_last {
            std::mem::forget((engine, templates, prepared));
        }
        self.rendered
    }

    /// Everything up to the first template.
    pub(crate) fn prepare<'c>(
        &mut self,
        chart: &'c Chart,
        input: &ValuesInput,
        trace: &mut Trace,
    ) -> Prepared<'c> {
        let (given, mut faults) = input.merge(&self.switches, trace);
        let own = input.merge_own(&self.switches, trace, &mut faults);
        for fault in faults {
            let error = RenderError::new(ErrorKind::Values, fault.message);
            let places = fault.span.into_iter().collect();
            self.rendered.errors.push(RenderError { places, ..error });
        }
        self.check_name();
        let kube_version = self.kube_version();
        let mut branch = Branch::new(chart, trace);
        if let Some(own) = own {
            branch.values = own;
        }
        if let Err(reason) = branch.process(&given, &self.switches, &mut self.rendered.warnings) {
            let prefix =
                if self.switches.traced_errors { "chart dependencies processing failed: " } else { "" };
            self.say(ErrorKind::Dependencies, format!("{prefix}{reason}"));
        }
        let is_on = |span: &Span| branch.metadata.declared().any(|it| it.span == Some(*span));
        let declared = chart.metadata.declared().filter_map(|it| it.span);
        self.rendered.switched_off = declared.filter(|it| !is_on(it)).collect();
        let values = self.coalesce(&branch, &given);
        if !self.options.skip_schema_validation {
            self.rendered.errors.extend(schemas::check(
                &branch,
                &values,
                self.options.helm.switches().schema_library,
                trace,
            ));
        }
        self.check_kubernetes(&branch, &kube_version);
        let capabilities = self.capabilities(kube_version);
        Prepared { branch, values, capabilities }
    }

    /// The templates with what they see, where the chart has these values.
    pub(crate) fn templates<'c>(
        &self,
        prepared: &Prepared<'c>,
        values: &Map,
        trace: &mut Trace,
    ) -> BTreeMap<String, Renderable<'c>> {
        let scope = Scope {
            release: release(self.name(), self.namespace(), self.options.is_upgrade).into(),
            capabilities: prepared.capabilities.clone(),
            switches: &self.switches,
        };
        scope.templates(&prepared.branch, values, trace)
    }

    fn name(&self) -> &str {
        if self.options.name.is_empty() { "release-name" } else { &self.options.name }
    }

    fn namespace(&self) -> &str {
        if self.options.namespace.is_empty() { "default" } else { &self.options.namespace }
    }

    fn check_name(&mut self) {
        if is_release_name(self.name()) {
            return;
        }
        let prefix = if self.switches.traced_errors { "release name check failed: " } else { "" };
        let message = format!(
            "{prefix}release name {}: invalid release name, must match regex \
             ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be \
             longer than 53",
            crate::go::quote(self.name())
        );
        self.say(ErrorKind::Name, message);
    }

    fn kube_version(&mut self) -> KubeVersion {
        let helm = self.options.helm;
        let Some(text) = &self.options.kube_version else { return KubeVersion::default_of(helm) };
        KubeVersion::parse(text, helm).unwrap_or_else(|reason| {
            self.say(ErrorKind::KubeVersion, reason);
            KubeVersion::default_of(helm)
        })
    }

    fn capabilities(&self, kube_version: KubeVersion) -> Value {
        let known = api_versions(self.options.helm).map(str::to_owned);
        let versions = known.chain(self.options.api_versions.iter().cloned()).collect();
        let capabilities =
            Capabilities { kube_version, api_versions: Rc::new(versions), helm: self.options.helm };
        Value::new(Data::Object(Rc::new(capabilities)))
    }

    fn coalesce(&mut self, branch: &Branch<'_>, given: &Map) -> Map {
        let rules = self.switches.null_rules;
        let mut coalescing = Coalescing { rules, warnings: &mut self.rendered.warnings };
        match coalescing.coalesce_values(branch, given) {
            Ok(values) => values,
            Err(reason) => {
                self.say(ErrorKind::Dependencies, reason);
                given.clone()
            }
        }
    }

    fn check_kubernetes(&mut self, branch: &Branch<'_>, version: &KubeVersion) {
        let wanted = &branch.metadata.kube_version;
        if wanted.is_empty() || is_compatible(wanted, &version.normalized) {
            return;
        }
        let message = format!(
            "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}",
            version.version
        );
        let error = RenderError::new(ErrorKind::IncompatibleKubernetes, message);
        let places = wanted.span.into_iter().collect();
        self.rendered.errors.push(RenderError { places, ..error });
    }

    /// Parses all templates, then renders those that are no partials.
    fn execute(
        &mut self,
        templates: &BTreeMap<String, Renderable<'_>>,
        trace: Trace,
        ahead: Option<&Ahead>,
    ) -> Engine {
        let (set, names) = self.parse(templates, ahead);
        let mut engine = Engine::new(Arc::new(set), trace, self.engine_options());
        for name in names {
            let kept = self.rendered.files.len();
            self.execute_one(&mut engine, name, &templates[name]);
            self.rendered.files[kept..].iter().for_each(|it| engine.keep(it.text.len()));
            if engine.is_spent() {
                // Said once, where it happened.
                break;
            }
        }
        engine
    }

    /// Parses all templates. Those that are rendered, in Helm's order: the
    /// deepest paths first, each group backwards by name.
    pub(crate) fn parse<'t>(
        &mut self,
        templates: &'t BTreeMap<String, Renderable<'_>>,
        ahead: Option<&Ahead>,
    ) -> (Set, Vec<&'t String>) {
        let mut names: Vec<&String> = templates.keys().collect();
        // They come by name already.
        names.sort_by_cached_key(|name| memchr::memchr_iter(b'/', name.as_bytes()).count());
        names.reverse();
        let mut set = Set::of_go(self.switches.go, functions::of(self.options.helm));
        let text = |name: &&String| {
            let content = &templates[*name].file.content;
            let home = content.file().map_or(Home::None, |file| Home::File(file, 0));
            Unparsed { name: name.as_str().into(), text: content.text(), home }
        };
        let texts: Vec<Unparsed> = names.iter().map(text).collect();
        let mut parsed = set.parse_all(&texts, ahead).into_iter();
        names.retain(|name| {
            let parsed = parsed.next().unwrap_or(Ok(()));
            if let Err(error) = &parsed {
                self.rendered.errors.push(RenderError::parse(name, error));
            }
            let base = name.rsplit_once('/').map_or(name.as_str(), |(_, base)| base);
            parsed.is_ok() && !base.starts_with('_')
        });
        (set, names)
    }

    pub(crate) fn engine_options(&self) -> engine::Options {
        engine::Options {
            seed: self.options.seed,
            entropy: self.options.entropy,
            now: self.options.now,
            lookup: self.options.cluster.clone().map(|it| it as Arc<dyn engine::Lookup>),
            limits: self.options.limits,
            ..engine::Options::default()
        }
    }

    pub(crate) fn execute_one(&mut self, engine: &mut Engine, name: &str, renderable: &Renderable<'_>) {
        let context = &renderable.context;
        context.set("Template", template(name, &renderable.base_path, &self.switches));
        match engine.execute(name, Value::from(context.clone())) {
            Ok(output) => self.keep(name, renderable, output),
            Err(error) => {
                let error = RenderError::exec(name, &error, self.switches.traced_errors);
                self.rendered.errors.push(error);
            }
        }
    }

    fn keep(&mut self, name: &str, renderable: &Renderable<'_>, output: engine::Output) {
        let file = RenderedFile {
            path: name.to_owned(),
            template: renderable.file.content.file(),
            text: output.text,
            pieces: output.pieces,
            is_crd: false,
        };
        if !name.ends_with("NOTES.txt") {
            self.rendered.files.push(file);
        } else if name.matches('/').count() == 2 && name.ends_with("/templates/NOTES.txt") {
            self.rendered.notes = Some(file);
        }
    }

    fn collect_crds(&mut self, branch: &Branch<'_>, path: &str) {
        if path == branch.name() {
            self.rendered.files.sort_by(|left, right| left.path.cmp(&right.path));
        }
        for file in &branch.chart.files {
            let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
            let is_manifest = ["yaml", "yml", "json"].iter().any(|it| it.eq_ignore_ascii_case(ending));
            if !file.name.starts_with("crds/") || !is_manifest || file.content.is_unread() {
                continue;
            }
            self.rendered.files.push(RenderedFile {
                path: if self.switches.crds_below_chart {
                    format!("{path}/{}", file.name)
                } else {
                    file.name.to_string()
                },
                template: file.content.file(),
                text: file.content.text(),
                pieces: Vec::new(),
                is_crd: true,
            });
        }
        for child in &branch.dependencies {
            self.collect_crds(child, &child.path_in(path));
        }
    }

    pub(crate) fn finish(&mut self, engine: &mut Engine) {
        let sorted = output::sort(&self.rendered.files, &self.switches, self.options.is_last);
        for (file, range, message) in sorted.errors {
            let error = RenderError::new(ErrorKind::Yaml, message);
            let template = Some(self.rendered.files[file].path.clone());
            self.rendered.errors.push(RenderError { template, rendered: Some((file, range)), ..error });
        }
        self.rendered.manifests = sorted.manifests;
        self.rendered.hooks = sorted.hooks;
        self.rendered.dropped = sorted.dropped;
        self.rendered.reads = reads(engine);
        self.rendered.trace = std::mem::take(&mut engine.trace);
    }
}

/// The name that `--name-template` makes.
pub fn release_name(text: &str) -> Result<String, String> {
    let mut set = Set::new(functions::all());
    set.parse("name-template", text, Home::None).map_err(|error| error.message)?;
    engine::on_deep_stack(|| {
        let mut engine = Engine::new(Arc::new(set), Trace::off(), engine::Options::default());
        let name = engine.execute("name-template", Value::NIL);
        name.map(|output| output.text.to_string()).map_err(|error| error.message)
    })
}

/// The places of all values that were looked at.
fn reads(engine: &Engine) -> Vec<Span> {
    let mut spans: Vec<Span> = engine
        .trace
        .origins()
        .filter(|(id, _)| engine.reads.has(*id))
        .filter_map(|(_, origin)| match origin {
            Origin::Value(span) => Some(*span),
            _ => None,
        })
        .collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

fn is_release_name(name: &str) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_end)
            && bytes.last().is_some_and(is_end)
            && bytes.iter().all(|byte| is_end(byte) || *byte == b'-')
    };
    name.len() <= 53 && name.split('.').all(is_part)
}
