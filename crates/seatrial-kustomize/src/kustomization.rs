//! A kustomization file as Kustomize reads it: YAML to JSON, unknown fields
//! refused, keys in any letter case (`api/types`, v0.21.2).

use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_source::{FileId, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, Stream, Value, parse};
use smol_str::SmolStr;

use crate::charts::Chart;
use crate::fields::FieldSpec;
use crate::id::{Gvk, ResourceId};
use crate::order::Order;
use crate::problem::{Problem, ProblemKind};
use crate::resource::Behavior;
use crate::select::Selector;

/// Something and the bytes that say it.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    /// What is said.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A text and where it stands.
pub(crate) type Text = At<SmolStr>;

/// A text that is read as a document of its own.
#[derive(Clone, Debug)]
pub(crate) struct Inline {
    /// The text.
    pub text: Text,
    /// For each of its lines, its first byte there and in the file.
    pub lines: crate::origin::Lines,
}

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

/// An entry of `labels`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Label {
    pub pairs: Vec<(SmolStr, Text)>,
    pub include_selectors: bool,
    pub include_templates: bool,
    pub include_volume_claim_templates: bool,
    pub fields: Vec<FieldSpec>,
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Clone, Debug, Default)]
pub(crate) struct PatchEntry {
    pub path: Option<Text>,
    pub patch: Option<Inline>,
    pub target: Option<Selector>,
    pub allow_name_change: bool,
    pub allow_kind_change: bool,
}

/// An entry of `images`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    pub name: SmolStr,
    pub new_name: Option<Text>,
    pub new_tag: Option<Text>,
    pub tag_suffix: Option<Text>,
    pub digest: Option<Text>,
}

/// An entry of `replicas`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replica {
    /// The name of the workload.
    pub name: SmolStr,
    /// Where it is named.
    pub named_at: Option<Span>,
    /// How many, and where that stands.
    pub count: i64,
}

/// An entry of `vars`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variable {
    /// Its name.
    pub name: SmolStr,
    /// The object it takes its value from.
    pub object: ResourceId,
    /// The field, `metadata.name` by default.
    pub field_path: SmolStr,
}

/// An entry of `replacements`, or a path to some.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplacementEntry {
    /// A file of replacements.
    pub path: Option<Text>,
    /// The replacement itself.
    pub replacement: Replacement,
}

/// A value that is copied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replacement {
    /// The field it is taken from.
    pub source: Option<Source>,
    /// The value itself.
    pub source_value: Option<Text>,
    /// Where it goes; none when the list is missing.
    pub targets: Option<Vec<Target>>,
}

/// Where a replacement takes its value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub id: ResourceId,
    pub field_path: SmolStr,
    pub options: FieldOptions,
}

/// Where a replacement puts its value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub select: Option<Selector>,
    pub reject: Vec<Selector>,
    pub field_paths: Vec<Text>,
    pub options: FieldOptions,
}

/// How a part of a text is taken or replaced.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldOptions {
    pub delimiter: SmolStr,
    pub index: i64,
    pub create: bool,
}

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Clone, Debug, Default)]
pub(crate) struct GeneratorArgs {
    pub name: SmolStr,
    pub namespace: SmolStr,
    pub behavior: Behavior,
    pub secret_type: SmolStr,
    pub literals: Vec<Text>,
    pub files: Vec<Text>,
    pub envs: Vec<Text>,
    pub options: GeneratorOptions,
}

/// `generatorOptions` and the options of one generator.
#[derive(Clone, Debug, Default)]
pub(crate) struct GeneratorOptions {
    pub labels: Vec<(SmolStr, Text)>,
    pub annotations: Vec<(SmolStr, Text)>,
    pub disable_name_suffix_hash: bool,
    pub immutable: bool,
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
const FIELDS: [&str; 34] = [
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

/// The fields of a generator's entry.
pub(crate) const GENERATOR_FIELDS: [&str; 9] =
    ["namespace", "name", "behavior", "literals", "files", "envs", "env", "options", "type"];

/// Reads what `encoding/json` would read into Go's types.
pub(crate) struct Reader<'p> {
    pub(crate) problems: Vec<Problem>,
    pub(crate) path: &'p TreePath,
    /// Where all of it is said, for a text that stands in no file.
    pub(crate) at: Option<Span>,
    /// The keys of the values that were read.
    keys: FxHashMap<Span, Span>,
}

impl<'p> Reader<'p> {
    /// Reads what stands in a file.
    pub(crate) fn new(path: &'p TreePath) -> Self {
        Self { problems: Vec::new(), path, at: None, keys: FxHashMap::default() }
    }

    /// Reads what stands in no file, and is said somewhere.
    pub(crate) fn within(path: &'p TreePath, at: Span) -> Self {
        Self { at: Some(at), ..Self::new(path) }
    }
}

impl Reader<'_> {
    fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        let span = self.at.unwrap_or(span);
        self.problems.push(Problem::new(kind, self.path, Some(span), message));
    }

    pub(crate) fn span(&self, node: Node<'_>) -> Span {
        self.at.unwrap_or_else(|| node.span())
    }

    /// What stands in no file is read by other rules, which pass over it.
    fn unknown(&mut self, name: &str, value: Node<'_>) {
        if self.at.is_some() {
            return;
        }
        let message = format!("invalid Kustomization: json: unknown field {name:?}");
        self.problem(ProblemKind::UnknownField, self.key_of(value), message);
    }

    /// The key of a field that was just read.
    fn key_of(&self, value: Node<'_>) -> Span {
        self.keys.get(&value.span()).copied().unwrap_or(value.span())
    }

    fn wrong_type(&mut self, node: Node<'_>, wanted: &str) {
        let is = match node.value() {
            Value::Mapping => "object",
            Value::Sequence => "array",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
            Value::Str(_) => "string",
            Value::Null => return,
        };
        let message =
            format!("invalid Kustomization: json: cannot unmarshal {is} into Go value of type {wanted}");
        self.problem(ProblemKind::Kustomization, node.span(), message);
    }

    pub(crate) fn fields<'n>(&mut self, node: Node<'n>) -> Vec<(SmolStr, Node<'n>)> {
        if !node.is_mapping() {
            self.wrong_type(node, "a struct");
            return Vec::new();
        }
        self.keys.extend(node.entries().map(|entry| (entry.value.span(), entry.key.span())));
        node.entries().map(|entry| (SmolStr::new(entry.name()), entry.value)).collect()
    }

    /// The fields of an entry, by the names it may have.
    pub(crate) fn named<'n>(
        &mut self,
        node: Node<'n>,
        names: &[&'static str],
    ) -> Vec<(&'static str, Node<'n>)> {
        let mut found = Vec::new();
        for (name, value) in self.fields(node) {
            match names.iter().find(|known| known.eq_ignore_ascii_case(&name)) {
                Some(known) => found.push((*known, value)),
                None => self.unknown(&name, value),
            }
        }
        found
    }

    pub(crate) fn text(&mut self, node: Node<'_>) -> Option<Text> {
        if let Value::Str(text) = node.value() {
            return Some(At { value: text.into(), span: self.span(node) });
        }
        self.wrong_type(node, "string");
        None
    }

    fn inlines(&mut self, node: Node<'_>) -> Vec<Inline> {
        self.list(node, Self::inline).into_iter().flatten().collect()
    }

    pub(crate) fn inline(&mut self, node: Node<'_>) -> Option<Inline> {
        let text = self.text(node)?;
        let starts = std::iter::once(0).chain(text.value.match_indices('\n').map(|(at, _)| at + 1));
        let lines = starts.filter(|&at| at < text.value.len()).filter_map(|at| {
            let first = text.value[at..].chars().next()?.len_utf8();
            Some((at as u32, node.part_span(at..at + first)?.start))
        });
        Some(Inline { lines: lines.collect(), text })
    }

    pub(crate) fn string(&mut self, node: Node<'_>) -> SmolStr {
        self.text(node).map(|it| it.value).unwrap_or_default()
    }

    pub(crate) fn bool(&mut self, node: Node<'_>) -> bool {
        node.as_bool().unwrap_or_else(|| {
            self.wrong_type(node, "bool");
            false
        })
    }

    pub(crate) fn number(&mut self, node: Node<'_>) -> i64 {
        node.as_i64().unwrap_or_else(|| {
            self.wrong_type(node, "int64");
            0
        })
    }

    pub(crate) fn list<T>(
        &mut self,
        node: Node<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>) -> T,
    ) -> Vec<T> {
        if !node.is_sequence() {
            self.wrong_type(node, "a slice");
            return Vec::new();
        }
        node.items().map(|item| read(self, item)).collect()
    }

    /// A list of objects. What is none is told, and nothing is built with it.
    pub(crate) fn objects<T>(
        &mut self,
        node: Node<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>) -> T,
    ) -> Vec<T> {
        let all = self.list(node, |this, item| (item.is_mapping() || item.is_null(), read(this, item)));
        all.into_iter().filter_map(|(is_object, item)| is_object.then_some(item)).collect()
    }

    pub(crate) fn texts(&mut self, node: Node<'_>) -> Vec<Text> {
        self.list(node, Self::text).into_iter().flatten().collect()
    }

    /// Keys and texts, sorted by key as Go's maps are used.
    pub(crate) fn pairs(&mut self, node: Node<'_>) -> Vec<(SmolStr, Text)> {
        let fields = self.fields(node);
        let mut pairs: Vec<_> =
            fields.into_iter().filter_map(|(name, value)| Some((name, self.text(value)?))).collect();
        pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
        pairs
    }

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

    pub(crate) fn label(&mut self, node: Node<'_>) -> Label {
        let mut label = Label::default();
        let names =
            ["pairs", "includeSelectors", "includeTemplates", "includeVolumeClaimTemplates", "fields"];
        for (name, value) in self.named(node, &names) {
            match name {
                "pairs" => label.pairs = self.pairs(value),
                "includeSelectors" => label.include_selectors = self.bool(value),
                "includeTemplates" => label.include_templates = self.bool(value),
                "includeVolumeClaimTemplates" => label.include_volume_claim_templates = self.bool(value),
                _ => label.fields = self.list(value, Self::field_spec),
            }
        }
        label
    }

    pub(crate) fn field_spec(&mut self, node: Node<'_>) -> FieldSpec {
        let mut field = FieldSpec { gvk: Gvk::default(), path: SmolStr::default(), is_created: false };
        for (name, value) in self.named(node, &["group", "version", "kind", "path", "create"]) {
            match name {
                "group" => field.gvk.group = self.string(value),
                "version" => field.gvk.version = self.string(value),
                "kind" => field.gvk.kind = self.string(value),
                "path" => field.path = self.string(value),
                _ => field.is_created = self.bool(value),
            }
        }
        field
    }

    pub(crate) fn patch(&mut self, node: Node<'_>) -> At<PatchEntry> {
        let mut patch = PatchEntry::default();
        for (name, value) in self.named(node, &["path", "patch", "target", "options"]) {
            match name {
                "path" => patch.path = self.text(value).filter(|it| !it.value.is_empty()),
                "patch" => patch.patch = self.inline(value).filter(|it| !it.text.value.trim().is_empty()),
                "target" if value.is_null() => {}
                "target" => patch.target = Some(self.selector(value)),
                _ => self.patch_options(value, &mut patch),
            }
        }
        At { value: patch, span: self.span(node) }
    }

    pub(crate) fn patch_options(&mut self, node: Node<'_>, patch: &mut PatchEntry) {
        for (name, value) in self.named(node, &["allowNameChange", "allowKindChange"]) {
            if name == "allowNameChange" {
                patch.allow_name_change = self.bool(value);
            } else {
                patch.allow_kind_change = self.bool(value);
            }
        }
    }

    pub(crate) fn selector(&mut self, node: Node<'_>) -> Selector {
        let mut selector = Selector::default();
        let names = ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];
        for (name, value) in self.named(node, &names) {
            match name {
                "labelSelector" => selector.labels = self.string(value),
                "annotationSelector" => selector.annotations = self.string(value),
                _ => self.id_part(&mut selector.id, name, value),
            }
        }
        selector
    }

    fn id_part(&mut self, id: &mut ResourceId, name: &str, value: Node<'_>) {
        let text = self.string(value);
        match name {
            "group" => id.gvk.group = text,
            "version" => id.gvk.version = text,
            "kind" => id.gvk.kind = text,
            "name" => id.name = text,
            _ => id.namespace = text,
        }
    }

    pub(crate) fn image(&mut self, node: Node<'_>) -> At<Image> {
        let mut image = Image::default();
        for (name, value) in self.named(node, &["name", "newName", "newTag", "tagSuffix", "digest"]) {
            let text = self.text(value).filter(|it| !it.value.is_empty());
            match name {
                "name" => image.name = text.map(|it| it.value).unwrap_or_default(),
                "newName" => image.new_name = text,
                "newTag" => image.new_tag = text,
                "tagSuffix" => image.tag_suffix = text,
                _ => image.digest = text,
            }
        }
        At { value: image, span: self.span(node) }
    }

    pub(crate) fn replica(&mut self, node: Node<'_>) -> At<Replica> {
        let mut replica = Replica::default();
        let mut span = self.span(node);
        for (name, value) in self.named(node, &["name", "count"]) {
            if name == "name" {
                replica.name = self.string(value);
                replica.named_at = Some(self.span(value));
            } else {
                span = self.span(value);
                replica.count = self.number(value);
            }
        }
        At { value: replica, span }
    }

    fn variable(&mut self, node: Node<'_>) -> At<Variable> {
        let mut variable = Variable { field_path: "metadata.name".into(), ..Variable::default() };
        for (name, value) in self.named(node, &["name", "objref", "fieldref"]) {
            match name {
                "name" => variable.name = self.string(value),
                "objref" => {
                    let names = ["apiVersion", "group", "version", "kind", "name", "namespace"];
                    for (name, value) in self.named(value, &names) {
                        if name == "apiVersion" {
                            let gvk = Gvk::new(&self.string(value), "");
                            variable.object.gvk = Gvk { kind: variable.object.gvk.kind.clone(), ..gvk };
                        } else {
                            self.id_part(&mut variable.object, name, value);
                        }
                    }
                }
                _ => {
                    for (_, value) in self.named(value, &["fieldpath"]) {
                        variable.field_path = self.string(value);
                    }
                }
            }
        }
        variable.object.is_cluster_scoped = variable.object.gvk.is_cluster_scoped();
        At { value: variable, span: self.span(node) }
    }

    pub(crate) fn replacement_entry(&mut self, node: Node<'_>) -> At<ReplacementEntry> {
        let mut entry = ReplacementEntry::default();
        for (name, value) in self.named(node, &["path", "source", "sourceValue", "targets"]) {
            match name {
                "path" => entry.path = self.text(value).filter(|it| !it.value.is_empty()),
                _ => self.replacement_part(&mut entry.replacement, name, value),
            }
        }
        At { value: entry, span: self.span(node) }
    }

    fn replacement_part(&mut self, replacement: &mut Replacement, name: &str, value: Node<'_>) {
        if value.is_null() {
            return;
        }
        match name {
            "source" => replacement.source = Some(self.source(value)),
            "sourceValue" => replacement.source_value = self.text(value),
            _ => replacement.targets = Some(self.list(value, Self::target)),
        }
    }

    fn source(&mut self, node: Node<'_>) -> Source {
        let mut source = Source::default();
        let names = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
        for (name, value) in self.named(node, &names) {
            match name {
                "fieldPath" => source.field_path = self.string(value),
                "options" => source.options = self.field_options(value),
                _ => self.id_part(&mut source.id, name, value),
            }
        }
        source
    }

    fn target(&mut self, node: Node<'_>) -> Target {
        let mut target = Target::default();
        for (name, value) in self.named(node, &["select", "reject", "fieldPaths", "options"]) {
            match name {
                "select" if value.is_null() => {}
                "select" => target.select = Some(self.selector(value)),
                "reject" => target.reject = self.list(value, Self::selector),
                "fieldPaths" => target.field_paths = self.texts(value),
                _ => target.options = self.field_options(value),
            }
        }
        target
    }

    fn field_options(&mut self, node: Node<'_>) -> FieldOptions {
        let mut options = FieldOptions::default();
        if node.is_null() {
            return options;
        }
        for (name, value) in self.named(node, &["delimiter", "index", "encoding", "create"]) {
            match name {
                "delimiter" => options.delimiter = self.string(value),
                "index" => options.index = self.number(value),
                "create" => options.create = self.bool(value),
                _ => drop(self.string(value)),
            }
        }
        options
    }

    pub(crate) fn generator(&mut self, node: Node<'_>) -> At<GeneratorArgs> {
        let mut args = GeneratorArgs::default();
        for (name, value) in self.named(node, &GENERATOR_FIELDS) {
            self.generator_field(name, value, &mut args);
        }
        At { value: args, span: self.span(node) }
    }

    pub(crate) fn generator_field(&mut self, name: &str, value: Node<'_>, args: &mut GeneratorArgs) {
        if value.is_null() {
            return;
        }
        match name {
            "namespace" => args.namespace = self.string(value),
            "name" => args.name = self.string(value),
            "behavior" => args.behavior = behavior(&self.string(value)),
            "literals" => args.literals = self.texts(value),
            "files" => args.files = self.texts(value),
            "envs" => args.envs.splice(0..0, self.texts(value)).for_each(drop),
            "env" => args.envs.extend(self.text(value).filter(|it| !it.value.is_empty())),
            "options" => args.options = self.options(value),
            "type" => args.secret_type = self.string(value),
            _ => self.unknown(name, value),
        }
    }

    fn options(&mut self, node: Node<'_>) -> GeneratorOptions {
        let mut options = GeneratorOptions::default();
        if node.is_null() {
            return options;
        }
        for (name, value) in
            self.named(node, &["labels", "annotations", "disableNameSuffixHash", "immutable"])
        {
            match name {
                "labels" => options.labels = self.pairs(value),
                "annotations" => options.annotations = self.pairs(value),
                "disableNameSuffixHash" => options.disable_name_suffix_hash = self.bool(value),
                _ => options.immutable = self.bool(value),
            }
        }
        options
    }

    fn order(&mut self, node: Node<'_>) -> Option<Order> {
        if node.is_null() {
            return None;
        }
        let (mut order, mut lists) = (SmolStr::default(), None);
        for (name, value) in self.named(node, &["order", "legacySortOptions"]) {
            match name {
                "order" => order = self.string(value),
                _ if value.is_null() => {}
                _ => lists = Some(self.order_lists(value)),
            }
        }
        match (order.as_str(), lists) {
            ("legacy", None) => Some(Order::Legacy),
            ("legacy", Some((first, last))) => Some(Order::Listed { first, last }),
            ("fifo", None) => Some(Order::Fifo),
            ("fifo", Some(_)) => {
                let message = "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'";
                self.problem(ProblemKind::Kustomization, node.span(), message);
                None
            }
            _ => {
                let message = "the field 'sortOptions.order' must be one of [fifo, legacy]";
                self.problem(ProblemKind::Kustomization, node.span(), message);
                None
            }
        }
    }

    fn order_lists(&mut self, node: Node<'_>) -> (Vec<String>, Vec<String>) {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for (name, value) in self.named(node, &["orderFirst", "orderLast"]) {
            let texts = self.texts(value).into_iter().map(|it| it.value.to_string()).collect();
            *(if name == "orderFirst" { &mut first } else { &mut last }) = texts;
        }
        (first, last)
    }
}

fn behavior(text: &str) -> Behavior {
    match text {
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Create,
    }
}

/// Reads a file of replacements: one, or a list.
pub(crate) fn read_replacements(
    path: &TreePath,
    file: FileId,
    text: &Arc<str>,
) -> (Vec<Replacement>, Vec<Problem>) {
    let stream = parse(file, text.clone(), Dialect::GoYaml2, &Limits::default());
    let mut reader = Reader::new(path);
    let Some(root) = stream.document_root(0) else { return (Vec::new(), Vec::new()) };
    let items: Vec<Node<'_>> = if root.is_sequence() { root.items().collect() } else { vec![root] };
    let found = items.into_iter().map(|item| reader.replacement_entry(item).value.replacement).collect();
    (found, reader.problems)
}

/// Reads a file of `configurations`.
pub(crate) fn read_configuration(
    path: &TreePath,
    file: FileId,
    text: &Arc<str>,
) -> (crate::fields::Config, Vec<Problem>) {
    let stream = parse(file, text.clone(), Dialect::GoYaml2, &Limits::default());
    let mut reader = Reader::new(path);
    let mut config = crate::fields::Config::default();
    let Some(root) = stream.document_root(0) else { return (config, Vec::new()) };
    for (name, value) in reader.fields(root) {
        if name == "nameReference" {
            config.name_references = reader.list(value, Reader::name_references);
            continue;
        }
        let fields = reader.list(value, Reader::field_spec);
        match config.section(&name) {
            Some(section) => *section = fields,
            None => reader.unknown(&name, value),
        }
    }
    (config, reader.problems)
}

impl Reader<'_> {
    fn name_references(&mut self, node: Node<'_>) -> crate::fields::NameReferences {
        let mut found = crate::fields::NameReferences { target: Gvk::default(), referrers: Vec::new() };
        for (name, value) in self.named(node, &["group", "version", "kind", "fieldSpecs"]) {
            match name {
                "group" => found.target.group = self.string(value),
                "version" => found.target.version = self.string(value),
                "kind" => found.target.kind = self.string(value),
                _ => found.referrers = self.list(value, Self::field_spec),
            }
        }
        found
    }
}
