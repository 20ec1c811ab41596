//! Generators and transformers that are configured in files of their own. Those
//! that are built in are run; programs and containers are not.

use std::sync::Arc;

use seatrial_diagnostics::Role;
use seatrial_source::{FileId, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, Stream, parse};
use smol_str::SmolStr;

use crate::build::{Accumulated, Run, add_hashes};
use crate::build_metadata::{self, Maker};
use crate::fields::{Config, FieldSpec};
use crate::generators::Made;
use crate::kustomization::{
    At, GENERATOR_FIELDS, GeneratorArgs, GeneratorOptions, Image, Inline, Kustomization, PatchEntry, Reader,
    ReplacementEntry, Replica, Text,
};
use crate::node::{Node as Tree, Scalar};
use crate::problem::ProblemKind;
use crate::transform::{self, Affix, ImageChange, NamespaceChange, Subjects};
use crate::{output, patches, resources, value_add};

/// A plugin's configuration, as text that stands in no file.
struct Plugin {
    kind: SmolStr,
    is_builtin: bool,
    stream: Stream,
    span: Span,
    /// What it says of what it makes or changes.
    maker: Option<Arc<Maker>>,
}

impl Run<'_, '_> {
    /// The configurations that some entries lead to: texts, files, directories.
    fn plugins(&mut self, own: &Kustomization, root: &TreePath, entries: &[Text]) -> Vec<Plugin> {
        let mut found = Vec::new();
        for entry in entries {
            let mut here = Accumulated::default();
            match self.inline_resources(entry) {
                Some(resources) => here.resources = resources,
                None => self.resource(own, root, entry, &mut here),
            }
            found.extend(here.resources.iter().map(|resource| {
                let text = output::yaml(&resource.node);
                let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
                let is_builtin = resource.node.text_at(&["apiVersion"]) == "builtin";
                let maker = self.maker_of(own, resource);
                Plugin { kind: resource.kind().into(), is_builtin, stream, span: entry.span, maker }
            }));
        }
        found
    }

    fn inline_resources(&mut self, entry: &Text) -> Option<Vec<crate::Resource>> {
        if !entry.value.contains('\n') {
            return None;
        }
        let inline = Inline { text: entry.clone(), lines: Arc::new([]) };
        let stream = patches::Source::inline(&inline).stream();
        let found = self.origins.in_text(&inline, |origins| resources::read(&stream, origins)).ok()?;
        Some(found).filter(|found| !found.is_empty())
    }

    fn unsupported(&mut self, own: &Kustomization, plugin: &Plugin) {
        let message = if plugin.is_builtin {
            format!("the built-in plugin {} is not known", plugin.kind)
        } else {
            format!("{} would have to be run as a program", plugin.kind)
        };
        self.problem(ProblemKind::Unsupported, &own.path, Some(plugin.span), message);
    }

    /// Runs `generators`.
    pub(crate) fn run_generators(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        for plugin in self.plugins(own, root, &own.generators) {
            let made = match plugin.kind.as_str() {
                "ConfigMapGenerator" if plugin.is_builtin => Made::ConfigMap,
                "SecretGenerator" if plugin.is_builtin => Made::Secret,
                "IAMPolicyGenerator" if plugin.is_builtin => {
                    self.run_policy_generator(own, &plugin, into);
                    continue;
                }
                "HelmChartInflationGenerator" if plugin.is_builtin => {
                    self.run_chart_generator(own, root, &plugin, into);
                    continue;
                }
                _ => {
                    self.unsupported(own, &plugin);
                    continue;
                }
            };
            let mut args = GeneratorArgs::default();
            self.read(own, &plugin, |reader, fields| args = generator_args(reader, fields));
            let args = At { value: args, span: plugin.span };
            let by = (made, plugin.maker.clone());
            self.make(own, root, by, &args, &GeneratorOptions::default(), into);
        }
    }

    fn run_chart_generator(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        plugin: &Plugin,
        into: &mut Accumulated,
    ) {
        let mut chart = None;
        self.read(own, plugin, |reader, fields| chart = Some(reader.chart_of(fields)));
        let entry = At { value: chart.unwrap_or_default(), span: plugin.span };
        for mut resource in self.inflated(own, root, &entry, false).unwrap_or_default() {
            resource.made_by.clone_from(&plugin.maker);
            self.absorb(resource, into, own, plugin.span);
        }
    }

    /// A service account that stands for one of a cloud.
    fn run_policy_generator(&mut self, own: &Kustomization, plugin: &Plugin, into: &mut Accumulated) {
        let Some(root) = plugin.stream.document_root(0) else { return };
        let text = |path: &[&str]| {
            let field = path.iter().try_fold(root, |node, name| node.get(name));
            SmolStr::new(field.and_then(Node::as_str).unwrap_or_default())
        };
        let cloud = text(&["cloud"]);
        if cloud != "gke" {
            let message = format!("cloud provider {cloud} not supported yet");
            return self.problem(ProblemKind::Generator, &own.path, Some(plugin.span), message);
        }
        let origin = self.origins.set(plugin.span, Role::Generator, crate::OriginId::NONE);
        let scalar = |text: &str| Tree::scalar(Scalar::string(text), origin);
        let account = format!(
            "{}@{}.iam.gserviceaccount.com",
            text(&["serviceAccount", "name"]),
            text(&["serviceAccount", "projectId"])
        );
        let mut object = Tree::map(origin);
        object.set("apiVersion", scalar("v1"));
        object.set("kind", scalar("ServiceAccount"));
        let metadata = object.map_at("metadata", origin);
        metadata.map_at("annotations", origin).set("iam.gke.io/gcp-service-account", scalar(&account));
        metadata.set("name", scalar(&text(&["kubernetesService", "name"])));
        let namespace = text(&["kubernetesService", "namespace"]);
        if !namespace.is_empty() {
            metadata.set("namespace", scalar(&namespace));
        }
        let mut resource = crate::Resource::new(object);
        resource.made_by.clone_from(&plugin.maker);
        self.absorb(resource, into, own, plugin.span);
    }

    /// Runs `transformers`.
    pub(crate) fn run_transformers(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        for plugin in self.plugins(own, root, &own.transformers) {
            if !plugin.is_builtin {
                self.unsupported(own, &plugin);
                continue;
            }
            self.run_transformer(own, root, &plugin, into);
            if let Some(maker) = &plugin.maker {
                build_metadata::note(into, maker);
            }
        }
    }

    /// Runs `validators`: transformers that may change nothing.
    pub(crate) fn run_validators(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        for plugin in self.plugins(own, root, &own.validators) {
            if !plugin.is_builtin {
                self.unsupported(own, &plugin);
                continue;
            }
            let kept = into.resources.clone();
            self.run_transformer(own, root, &plugin, into);
            let is_same =
                |(one, other): (&crate::Resource, &crate::Resource)| one.node.is_untouched(&other.node);
            let (now, before) = (&into.resources, &kept);
            if now.len() != before.len() || !now.iter().zip(before).all(is_same) {
                into.resources = kept;
                let message = "validator shouldn't modify the resource map";
                self.problem(ProblemKind::Transformer, &own.path, Some(plugin.span), message);
            }
        }
    }

    fn run_transformer(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        plugin: &Plugin,
        into: &mut Accumulated,
    ) {
        let mut settings = Settings::default();
        self.read(own, plugin, |reader, fields| settings = Settings::read(reader, fields));
        match plugin.kind.as_str() {
            "PatchTransformer" | "PatchJson6902Transformer" => {
                let entry = At { value: settings.patch, span: plugin.span };
                self.patch(own, root, &entry, into, plugin.kind == "PatchJson6902Transformer");
            }
            "PatchStrategicMergeTransformer" => {
                for text in settings.paths {
                    let inline = Inline { text, lines: Arc::new([]) };
                    self.merge_patch(own, root, &inline, into);
                }
            }
            "ReplacementTransformer" => self.replace(own, root, &settings.replacements, into),
            "ValueAddTransformer" => self.add_value(own, root, plugin, settings, into),
            _ => match self.change_fields(plugin, settings, into) {
                Some(result) => self.transformed(result, own, Some(plugin.span)),
                None => self.unsupported(own, plugin),
            },
        }
    }

    fn add_value(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        plugin: &Plugin,
        settings: Settings,
        into: &mut Accumulated,
    ) {
        let mut targets = settings.targets;
        if let Some(path) = settings.target_file {
            match self.file(own, root, &path) {
                Err(refusal) => return self.refused(refusal, &path, &own.path),
                Ok(loaded) => {
                    let stream = parse(loaded.file, loaded.text, Dialect::GoYaml2, &Limits::default());
                    let mut reader = Reader::new(&loaded.path);
                    let list = stream.document_root(0).and_then(|root| root.get("targets"));
                    targets.extend(list.map_or(Vec::new(), |list| reader.list(list, Reader::value_target)));
                    self.say_all(reader.problems);
                }
            }
        }
        let value = value_add::value_or(settings.value, root, plugin.span);
        let result = value_add::apply(&mut into.resources, &value, &targets, &mut self.origins);
        self.transformed(result, own, Some(plugin.span));
    }

    /// The transformers that change fields of all objects; none for a kind that
    /// is not known.
    fn change_fields(
        &mut self,
        plugin: &Plugin,
        settings: Settings,
        into: &mut Accumulated,
    ) -> Option<Result<(), String>> {
        let Settings { fields, pairs, prefix, suffix, namespace, image, replica, .. } = settings;
        let (all, origins) = (&mut into.resources, &mut self.origins);
        let config = |section: &str| {
            let mut config = Config::default();
            *config.section(section).expect("it is one") = fields.clone().into();
            config
        };
        let mut affix = |affix, text: Option<Text>, section| match text {
            Some(text) => transform::affix(all, affix, &text, &config(section), origins),
            None => Ok(()),
        };
        Some(match plugin.kind.as_str() {
            "PrefixTransformer" => affix(Affix::Prefix, prefix, "namePrefix"),
            "SuffixTransformer" => affix(Affix::Suffix, suffix, "nameSuffix"),
            "PrefixSuffixTransformer" => affix(Affix::Prefix, prefix, "namePrefix")
                .and_then(|()| affix(Affix::Suffix, suffix, "nameSuffix")),
            "LabelTransformer" | "AnnotationsTransformer" => transform::pairs(all, &pairs, &fields, origins),
            "NamespaceTransformer" => {
                let Some(namespace) = namespace.filter(|it| !it.value.is_empty()) else {
                    return Some(Ok(()));
                };
                let subjects = Subjects::named(&settings.subjects);
                let (namespace, is_unset_only) = (&namespace, settings.is_unset_only);
                subjects.and_then(|subjects| {
                    NamespaceChange { namespace, subjects, is_unset_only }.apply(
                        all,
                        &config("namespace"),
                        origins,
                    )
                })
            }
            "ImageTagTransformer" => {
                image.map_or(Ok(()), |image| ImageChange::new(&image).apply(all, &config("images"), origins))
            }
            "ReplicaCountTransformer" => replica
                .map_or(Ok(()), |replica| transform::replicas(all, &replica, &config("replicas"), origins)),
            "HashTransformer" => {
                add_hashes(all);
                Ok(())
            }
            _ => return None,
        })
    }

    fn read(
        &mut self,
        own: &Kustomization,
        plugin: &Plugin,
        read: impl FnOnce(&mut Reader<'_>, Vec<(SmolStr, Node<'_>)>),
    ) {
        let mut reader = Reader::within(&own.path, plugin.span);
        if let Some(root) = plugin.stream.document_root(0) {
            let fields = reader.fields(root);
            read(&mut reader, fields);
        }
        self.say_all(reader.problems);
    }
}

/// What any of the built-in transformers is told.
#[derive(Default)]
struct Settings {
    fields: Vec<FieldSpec>,
    pairs: Vec<(SmolStr, Text)>,
    prefix: Option<Text>,
    suffix: Option<Text>,
    namespace: Option<Text>,
    subjects: SmolStr,
    is_unset_only: bool,
    image: Option<At<Image>>,
    replica: Option<At<Replica>>,
    patch: PatchEntry,
    replacements: Vec<At<ReplacementEntry>>,
    paths: Vec<Text>,
    value: Option<Text>,
    targets: Vec<value_add::Target>,
    target_file: Option<Text>,
}

impl Settings {
    fn read(reader: &mut Reader<'_>, fields: Vec<(SmolStr, Node<'_>)>) -> Self {
        let mut found = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "metadata" => {
                    let entries = reader.fields(value);
                    let namespace = entries.into_iter().find(|(name, _)| name == "namespace");
                    found.namespace = namespace.and_then(|(_, value)| reader.text(value));
                }
                "fieldSpecs" => found.fields = reader.list(value, Reader::field_spec),
                "labels" | "annotations" => found.pairs = reader.pairs(value),
                "prefix" => found.prefix = reader.text(value).filter(|it| !it.value.is_empty()),
                "suffix" => found.suffix = reader.text(value).filter(|it| !it.value.is_empty()),
                "setRoleBindingSubjects" => found.subjects = reader.string(value),
                "unsetOnly" => found.is_unset_only = reader.bool(value),
                "value" => found.value = reader.text(value),
                "targets" => found.targets = reader.list(value, Reader::value_target),
                "targetFilePath" => {
                    found.target_file = reader.text(value).filter(|it| !it.value.is_empty());
                }
                "imageTag" => found.image = Some(reader.image(value)),
                "replica" => found.replica = Some(reader.replica(value)),
                "path" => found.patch.path = reader.text(value),
                "patch" | "jsonOp" => found.patch.patch = reader.inline(value),
                "patches" => found.paths.extend(reader.text(value)),
                "target" => found.patch.target = Some(reader.selector(value)),
                "options" => reader.patch_options(value, &mut found.patch),
                "replacements" => found.replacements = reader.list(value, Reader::replacement_entry),
                "paths" => found.paths.extend(reader.texts(value)),
                _ => {}
            }
        }
        found
    }
}

/// A generator's arguments beside its own type; the name is the object's where
/// none is given.
fn generator_args(reader: &mut Reader<'_>, fields: Vec<(SmolStr, Node<'_>)>) -> GeneratorArgs {
    let mut args = GeneratorArgs::default();
    let mut own = GeneratorArgs::default();
    for (name, value) in fields {
        match name.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                for (name, value) in reader.fields(value) {
                    match name.as_str() {
                        "name" => own.name = reader.string(value),
                        "namespace" => own.namespace = reader.string(value),
                        _ => {}
                    }
                }
            }
            // What a plugin does not know it passes over.
            name if GENERATOR_FIELDS.contains(&name) => reader.generator_field(name, value, &mut args),
            _ => {}
        }
    }
    let or = |given: SmolStr, own: SmolStr| if given.is_empty() { own } else { given };
    GeneratorArgs {
        name: or(args.name.clone(), own.name),
        namespace: or(args.namespace.clone(), own.namespace),
        ..args
    }
}
