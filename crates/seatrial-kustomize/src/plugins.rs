//! Generators and transformers that are configured in files of their own. Those
//! that are built in are run; programs and containers are not.

use seatrial_source::{FileId, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, Stream, parse};
use smol_str::SmolStr;

use crate::build::{Accumulated, Run};
use crate::fields::{Config, FieldSpec};
use crate::generators::Made;
use crate::kustomization::{
    At, GENERATOR_FIELDS, GeneratorArgs, GeneratorOptions, Image, Inline, Kustomization, PatchEntry, Reader,
    Replica, Text,
};
use crate::problem::ProblemKind;
use crate::transform::{self, Affix, ImageChange};
use crate::{output, patches, resources};

/// A plugin's configuration, as text that stands in no file.
struct Plugin {
    kind: SmolStr,
    is_builtin: bool,
    stream: Stream,
    span: Span,
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
                Plugin { kind: resource.kind().into(), is_builtin, stream, span: entry.span }
            }));
        }
        found
    }

    fn inline_resources(&mut self, entry: &Text) -> Option<Vec<crate::Resource>> {
        if !entry.value.contains('\n') {
            return None;
        }
        let inline = Inline { text: entry.clone(), lines: std::sync::Arc::new([]) };
        let stream = patches::inline(&inline);
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
                _ => {
                    self.unsupported(own, &plugin);
                    continue;
                }
            };
            let mut args = GeneratorArgs::default();
            self.read(own, &plugin, |reader, fields| args = generator_args(reader, fields));
            let args = At { value: args, span: plugin.span };
            self.make(own, root, made, &args, &GeneratorOptions::default(), into);
        }
    }

    /// Runs `transformers`, and `validators`, of which none is built in.
    pub(crate) fn run_transformers(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        for plugin in self.plugins(own, root, &own.transformers) {
            if plugin.is_builtin {
                self.run_transformer(own, root, &plugin, into);
            } else {
                self.unsupported(own, &plugin);
            }
        }
        for plugin in self.plugins(own, root, &own.validators) {
            self.unsupported(own, &plugin);
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
        let Settings { fields, pairs, text, namespace, image, replica, patch, replacements, paths } =
            settings;
        let (all, origins) = (&mut into.resources, &mut self.origins);
        let config = |section: &str| {
            let mut config = Config::default();
            config.section(section).expect("it is one").clone_from(&fields);
            config
        };
        let result = match (plugin.kind.as_str(), text, namespace, image, replica) {
            ("LabelTransformer" | "AnnotationsTransformer", ..) => {
                transform::pairs(all, &pairs, &fields, origins)
            }
            ("PrefixTransformer", Some(text), ..) => {
                transform::affix(all, Affix::Prefix, &text, &config("namePrefix"), origins)
            }
            ("SuffixTransformer", Some(text), ..) => {
                transform::affix(all, Affix::Suffix, &text, &config("nameSuffix"), origins)
            }
            ("NamespaceTransformer", _, Some(namespace), ..) => {
                transform::namespace(all, &namespace, &config("namespace"), origins)
            }
            ("ImageTagTransformer", _, _, Some(image), _) => {
                ImageChange::new(&image).apply(all, &config("images"), origins)
            }
            ("ReplicaCountTransformer", _, _, _, Some(replica)) => {
                transform::replicas(all, &replica, &config("replicas"), origins)
            }
            ("PatchTransformer" | "PatchJson6902Transformer", ..) => {
                let entry = At { value: patch, span: plugin.span };
                return self.patch(own, root, &entry, into, plugin.kind == "PatchJson6902Transformer");
            }
            ("PatchStrategicMergeTransformer", ..) => {
                for text in paths {
                    let inline = Inline { text, lines: std::sync::Arc::new([]) };
                    self.merge_patch(own, root, &inline, into);
                }
                return;
            }
            ("ReplacementTransformer", ..) => return self.replace(own, root, &replacements, into),
            _ => return self.unsupported(own, plugin),
        };
        self.transformed(result, own, Some(plugin.span));
    }

    fn read(
        &mut self,
        own: &Kustomization,
        plugin: &Plugin,
        read: impl FnOnce(&mut Reader<'_>, Vec<(SmolStr, Node<'_>)>),
    ) {
        let mut reader = Reader { problems: Vec::new(), path: &own.path, at: Some(plugin.span) };
        if let Some(root) = plugin.stream.document_root(0) {
            let fields = reader.fields(root);
            read(&mut reader, fields);
        }
        self.problems.extend(reader.problems);
    }
}

/// What any of the built-in transformers is told.
#[derive(Default)]
struct Settings {
    fields: Vec<FieldSpec>,
    pairs: Vec<(SmolStr, Text)>,
    text: Option<Text>,
    namespace: Option<Text>,
    image: Option<At<Image>>,
    replica: Option<At<Replica>>,
    patch: PatchEntry,
    replacements: Vec<At<crate::kustomization::ReplacementEntry>>,
    paths: Vec<Text>,
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
                "prefix" | "suffix" => found.text = reader.text(value),
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
