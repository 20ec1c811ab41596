//! A kustomization file as Kustomize reads it: YAML to JSON, unknown fields
//! refused, keys in any letter case (`api/types`, v0.21.2).

mod changes;
mod configuration;
mod generators;
mod reader;
mod replacements;

pub(crate) use changes::{Image, Label, PatchEntry, Replica};
pub(crate) use configuration::read_configuration;
pub(crate) use generators::{GENERATOR_FIELDS, GeneratorArgs, GeneratorOptions};
pub(crate) use reader::{At, Inline, Reader, Text};
pub(crate) use replacements::{
    FieldOptions, Replacement, ReplacementEntry, Source, Target, Variable, read_replacements,
};

use seatrial_source::{Span, TreePath};
use seatrial_yaml::{Node, Stream};
use smol_str::SmolStr;

use crate::charts::Chart;
use crate::order::Order;
use crate::problem::{Problem, ProblemKind};

/// A kustomization or a component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kustomization {
    pub path: TreePath,
    /// The first byte of the file.
    pub start: Option<Span>,
    pub is_component: bool,
    pub name_prefix: Option<Text>,
    pub name_suffix: Option<Text>,
    pub namespace: Option<Text>,
    pub common_labels: Vec<(SmolStr, Text)>,
    pub labels: Vec<Label>,
    pub common_annotations: Vec<(SmolStr, Text)>,
    pub patches_strategic_merge: Vec<Inline>,
    pub patches_json6902: Vec<At<PatchEntry>>,
    pub patches: Vec<At<PatchEntry>>,
    pub images: Vec<At<Image>>,
    pub replacements: Vec<At<ReplacementEntry>>,
    pub replicas: Vec<At<Replica>>,
    pub vars: Vec<At<Variable>>,
    pub order: Option<Order>,
    pub resources: Vec<Text>,
    pub components: Vec<Text>,
    pub crds: Vec<Text>,
    pub config_maps: Vec<At<GeneratorArgs>>,
    pub secrets: Vec<At<GeneratorArgs>>,
    pub helm_charts: Vec<At<Chart>>,
    /// Where charts lie; `charts` if nothing is said.
    pub chart_home: SmolStr,
    pub generator_options: GeneratorOptions,
    pub configurations: Vec<Text>,
    pub generators: Vec<Text>,
    pub transformers: Vec<Text>,
    pub validators: Vec<Text>,
    pub build_metadata: Vec<Text>,
    pub open_api: Option<At<OpenApiField>>,
    /// Deprecated fields that are used, and what to use instead.
    pub deprecated: Vec<(Text, &'static str)>,
}

/// `openapi`: a file of definitions, or a version of the built-in ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenApiField {
    pub path: Option<Text>,
    pub version: Option<Text>,
}

impl Kustomization {
    /// Reads a file, and says what is wrong with it.
    pub(crate) fn read(path: &TreePath, stream: &Stream) -> (Self, Vec<Problem>) {
        let file = stream.file();
        let mut reader = Reader::new(path);
        for problem in stream.all_problems().filter(|it| it.is_fatal()) {
            reader.problem(
                ProblemKind::Kustomization,
                problem.span,
                format!("invalid Kustomization: {}", problem.message),
            );
        }
        let start = Some(Span::new(file, 0, 0));
        let mut found = Self { path: path.clone(), start, ..Self::default() };
        let Some(root) = stream.document_root(0).filter(|root| root.is_mapping()) else {
            let span = Span::new(file, 0, 0);
            reader.problem(ProblemKind::Kustomization, span, EMPTY);
            return (found, reader.problems);
        };
        found.read_fields(root, &mut reader);
        (found, reader.problems)
    }

    fn read_fields(&mut self, root: Node<'_>, reader: &mut Reader<'_>) {
        let mut kind = None;
        let mut api_version = None;
        let mut image_tags = Vec::new();
        let mut bases = Vec::new();
        let mut legacy_charts = Vec::new();
        let mut has_globals = false;
        let mut is_empty = true;
        for (name, value) in reader.fields(root) {
            let known =
                FIELDS.iter().find(|known| known.eq_ignore_ascii_case(&name)).copied().unwrap_or(&name);
            is_empty &= matches!(known, "apiVersion" | "kind") || value.is_null();
            self.note_deprecated(known, value, reader);
            if value.is_null() && is_list(known) {
                let message = format!("'{known}' has no value");
                reader.problem(ProblemKind::Empty, reader.key_of(value), message);
            }
            match known {
                "apiVersion" => api_version = reader.text(value),
                "kind" => kind = reader.text(value),
                "metadata" => {}
                "helmGlobals" => has_globals |= !value.is_null() && self.read_globals(value, reader),
                "namePrefix" => self.name_prefix = reader.text(value).filter(|it| !it.value.is_empty()),
                "nameSuffix" => self.name_suffix = reader.text(value).filter(|it| !it.value.is_empty()),
                "namespace" => self.namespace = reader.text(value).filter(|it| !it.value.is_empty()),
                "commonLabels" => self.common_labels = reader.pairs(value),
                "labels" => self.labels = reader.list(value, Reader::label),
                "commonAnnotations" => self.common_annotations = reader.pairs(value),
                "patchesStrategicMerge" => self.patches_strategic_merge = reader.inlines(value),
                "patchesJson6902" => self.patches_json6902 = reader.objects(value, Reader::patch),
                "patches" => self.patches = reader.objects(value, Reader::patch),
                "images" => self.images = reader.list(value, Reader::image),
                "imageTags" => image_tags = reader.list(value, Reader::image),
                "replacements" => self.replacements = reader.list(value, Reader::replacement_entry),
                "replicas" => self.replicas = reader.list(value, Reader::replica),
                "vars" => self.vars = reader.list(value, Reader::variable),
                "sortOptions" => self.order = reader.order(value),
                "resources" => self.resources = reader.texts(value),
                "bases" => bases = reader.texts(value),
                "components" => self.components = reader.texts(value),
                "crds" => self.crds = reader.texts(value),
                "configMapGenerator" => self.config_maps = reader.list(value, Reader::generator),
                "secretGenerator" => self.secrets = reader.list(value, Reader::generator),
                "helmCharts" => self.helm_charts = reader.list(value, Reader::chart),
                "helmChartInflationGenerator" => legacy_charts = reader.list(value, Reader::legacy_chart),
                "generatorOptions" => self.generator_options = reader.options(value),
                "configurations" => self.configurations = reader.texts(value),
                "generators" => self.generators = reader.texts(value),
                "transformers" => self.transformers = reader.texts(value),
                "validators" => self.validators = reader.texts(value),
                "buildMetadata" => self.build_metadata = reader.texts(value),
                "openapi" => self.open_api = Some(reader.open_api(value)),
                _ => reader.unknown(&name, value),
            }
        }
        self.resources.append(&mut bases);
        self.images.append(&mut image_tags);
        for chart in &legacy_charts {
            if !has_globals && !chart.value.home.is_empty() {
                self.chart_home.clone_from(&chart.value.home);
            }
        }
        // There, the home was said of all charts.
        for chart in &mut legacy_charts {
            chart.value.home = SmolStr::default();
        }
        self.helm_charts.append(&mut legacy_charts);
        self.settle_type(kind.as_ref(), api_version.as_ref(), reader);
        if is_empty {
            reader.problem(ProblemKind::Kustomization, root.span(), EMPTY);
        }
    }

    fn read_globals(&mut self, value: Node<'_>, reader: &mut Reader<'_>) -> bool {
        self.chart_home = reader.chart_home(value);
        true
    }

    /// The namespace, `""` for none.
    pub(crate) fn namespace_text(&self) -> SmolStr {
        self.namespace.as_ref().map(|it| it.value.clone()).unwrap_or_default()
    }

    fn settle_type(&mut self, kind: Option<&Text>, api_version: Option<&Text>, reader: &mut Reader<'_>) {
        if let Some(kind) = kind.filter(|kind| !kind.value.is_empty()) {
            self.is_component = kind.value == "Component";
            if !self.is_component && kind.value != "Kustomization" {
                reader.problem(
                    ProblemKind::Kustomization,
                    kind.span,
                    "kind should be Kustomization or Component",
                );
            }
        }
        let (kind, wanted) = if self.is_component {
            ("Component", "kustomize.config.k8s.io/v1alpha1")
        } else {
            ("Kustomization", "kustomize.config.k8s.io/v1beta1")
        };
        if let Some(version) = api_version.filter(|it| !it.value.is_empty() && it.value != wanted) {
            let message = format!("apiVersion for {kind} should be {wanted}");
            reader.problem(ProblemKind::Kustomization, version.span, message);
        }
    }

    fn note_deprecated(&mut self, name: &str, value: Node<'_>, reader: &Reader<'_>) {
        let instead = match name {
            "configMapGenerator" | "secretGenerator" => return self.note_deprecated_env(value),
            "bases" => "resources",
            "imageTags" => "images",
            "patchesJson6902" | "patchesStrategicMerge" => "patches",
            "vars" => "replacements",
            "commonLabels" => "labels",
            "helmChartInflationGenerator" => "helmCharts",
            _ => return,
        };
        self.deprecated.push((At { value: name.into(), span: reader.key_of(value) }, instead));
    }

    fn note_deprecated_env(&mut self, generators: Node<'_>) {
        for field in generators.items().flat_map(Node::entries) {
            if field.name().eq_ignore_ascii_case("env") && !field.value.is_null() {
                self.deprecated.push((At { value: "env".into(), span: field.key.span() }, "envs"));
            }
        }
    }
}

/// Whether a field is a list of what a kustomization is made of. The deprecated
/// ones are left empty by what scaffolds projects.
fn is_list(field: &str) -> bool {
    const LISTS: [&str; 10] = [
        "resources",
        "components",
        "patches",
        "images",
        "replicas",
        "replacements",
        "labels",
        "configMapGenerator",
        "secretGenerator",
        "helmCharts",
    ];
    LISTS.contains(&field)
}

/// Said of a file without content.
pub(crate) const EMPTY: &str = "kustomization.yaml is empty";

/// All fields of a kustomization file.
pub const FIELDS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

impl Reader<'_> {
    fn open_api(&mut self, node: Node<'_>) -> At<OpenApiField> {
        let mut field = OpenApiField::default();
        for (name, value) in self.fields(node) {
            match name.as_str() {
                "path" => field.path = self.text(value),
                "version" => field.version = self.text(value).filter(|it| !it.value.is_empty()),
                _ => {}
            }
        }
        At { value: field, span: self.span(node) }
    }
}
