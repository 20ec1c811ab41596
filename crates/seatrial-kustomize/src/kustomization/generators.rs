//! The entries that make `ConfigMap`s and Secrets.

use seatrial_yaml::Node;
use smol_str::SmolStr;

use super::reader::{At, Reader, Text};
use crate::resource::Behavior;

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

/// The fields of a generator's entry.
pub(crate) const GENERATOR_FIELDS: [&str; 9] =
    ["namespace", "name", "behavior", "literals", "files", "envs", "env", "options", "type"];

impl Reader<'_> {
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

    pub(super) fn options(&mut self, node: Node<'_>) -> GeneratorOptions {
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
}

fn behavior(text: &str) -> Behavior {
    match text {
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Create,
    }
}
