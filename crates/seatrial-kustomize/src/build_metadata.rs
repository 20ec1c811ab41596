//! `buildMetadata`: annotations that say where an object came from and what
//! changed it (`api/resource/origin.go`, v0.21.2).

use std::sync::Arc;

use seatrial_yaml::Dialect;
use seatrial_yaml::emit::{EmitOptions, Emitter};
use smol_str::SmolStr;

use crate::build::{Accumulated, Run};
use crate::generators::Made;
use crate::kustomization::Kustomization;
use crate::node::{Node, Scalar};
use crate::resource::Resource;

/// Where an object came from, or what made or changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Maker {
    /// The file it was read from.
    path: String,
    /// The file that configures what made or changed it.
    configured_in: String,
    /// Version, kind, name and namespace of that configuration.
    configured_by: [SmolStr; 4],
}

/// The annotations' names, and their words in `buildMetadata`.
const ORIGIN: (&str, &str) = ("originAnnotations", "config.kubernetes.io/origin");
const TRANSFORMATIONS: (&str, &str) =
    ("transformerAnnotations", "alpha.config.kubernetes.io/transformations");

impl Run<'_, '_> {
    /// A path from the directory that is being built, as upstream joins it.
    fn here(&self, name: &str) -> Option<String> {
        let mut clean: Vec<&str> = Vec::new();
        for part in self.trail.as_ref()?.iter().flat_map(|it| it.split('/')).chain(name.split('/')) {
            match part {
                "" | "." => {}
                ".." if clean.last().is_some_and(|it| *it != "..") => drop(clean.pop()),
                part => clean.push(part),
            }
        }
        Some(clean.join("/"))
    }

    fn builtin(&self, own: &Kustomization, kind: &str) -> Option<Arc<Maker>> {
        let configured_by = ["builtin".into(), kind.into(), SmolStr::default(), SmolStr::default()];
        let configured_in = self.here(own.path.name())?;
        Some(Arc::new(Maker { configured_in, configured_by, ..Maker::default() }))
    }

    /// The field that holds an entry of a generator.
    pub(crate) fn maker_of_field(&self, own: &Kustomization, made: Made) -> Option<Arc<Maker>> {
        let kind = if made == Made::Secret { "SecretGenerator" } else { "ConfigMapGenerator" };
        self.builtin(own, kind)
    }

    /// What the configuration in a file of its own says of itself.
    pub(crate) fn maker_of(&self, own: &Kustomization, configuration: &Resource) -> Option<Arc<Maker>> {
        let read_from = configuration.made_by.as_ref().map(|it| it.path.clone());
        let configured_in = read_from.or_else(|| self.here(own.path.name()))?;
        let text = |path: &[&str]| SmolStr::new(configuration.node.text_at(path));
        let configured_by = [
            text(&["apiVersion"]),
            configuration.kind().into(),
            configuration.name().into(),
            configuration.namespace().into(),
        ];
        self.trail.as_ref()?;
        Some(Arc::new(Maker { configured_in, configured_by, ..Maker::default() }))
    }

    /// Notes the file that objects were read from.
    pub(crate) fn was_read(&self, resources: &mut [Resource], name: &str) {
        let Some(path) = self.here(name) else { return };
        let maker = Arc::new(Maker { path, ..Maker::default() });
        for resource in resources {
            resource.made_by = Some(maker.clone());
        }
    }

    /// The field that holds charts.
    pub(crate) fn maker_of_chart(&self, own: &Kustomization) -> Option<Arc<Maker>> {
        self.builtin(own, "HelmChartInflationGenerator")
    }

    /// Notes what was done to all objects: what none had made before, it made.
    pub(crate) fn was_transformed(&self, into: &mut Accumulated, own: &Kustomization, kind: &str) {
        if self.trail.is_some()
            && let Some(maker) = self.builtin(own, kind)
        {
            note(into, &maker);
        }
    }

    /// Writes the annotations that are asked for.
    pub(crate) fn write_makers(&mut self, resources: &mut [Resource], own: &Kustomization) {
        let asked = |(word, _): (&str, &str)| own.build_metadata.iter().find(|it| it.value == word);
        for (annotation, entry) in [(ORIGIN, asked(ORIGIN)), (TRANSFORMATIONS, asked(TRANSFORMATIONS))] {
            let Some(entry) = entry else { continue };
            let origin =
                self.origins.set(entry.span, seatrial_diagnostics::Role::Transformer, crate::OriginId::NONE);
            for resource in resources.iter_mut() {
                let text = if annotation == ORIGIN {
                    resource.made_by.as_ref().map(|it| it.text())
                } else {
                    Some(&resource.changed_by).filter(|it| !it.is_empty()).map(|it| list(it))
                };
                let Some(text) = text else { continue };
                let metadata = resource.node.map_at("metadata", origin);
                let value = Node::scalar(Scalar::string(text), origin);
                metadata.map_at("annotations", origin).set(annotation.1, value);
            }
        }
    }
}

/// Notes what was done to all objects.
pub(crate) fn note(into: &mut Accumulated, maker: &Arc<Maker>) {
    for resource in &mut into.resources {
        match &resource.made_by {
            None => resource.made_by = Some(maker.clone()),
            Some(_) => resource.changed_by.push(maker.clone()),
        }
    }
}

impl Maker {
    fn text(&self) -> String {
        print(|emitter| self.write(emitter))
    }

    fn write(&self, emitter: &mut Emitter<&mut String>) -> std::fmt::Result {
        emitter.begin_mapping()?;
        for (name, text) in [("path", &self.path), ("configuredIn", &self.configured_in)] {
            if !text.is_empty() {
                emitter.str(name)?;
                emitter.str(text)?;
            }
        }
        if self.configured_by.iter().any(|it| !it.is_empty()) {
            emitter.str("configuredBy")?;
            emitter.begin_mapping()?;
            for (name, text) in ["apiVersion", "kind", "name", "namespace"].iter().zip(&self.configured_by) {
                if !text.is_empty() {
                    emitter.str(name)?;
                    emitter.str(text)?;
                }
            }
            emitter.end()?;
        }
        emitter.end()
    }
}

fn list(makers: &[Arc<Maker>]) -> String {
    print(|emitter| {
        emitter.begin_sequence()?;
        makers.iter().try_for_each(|maker| maker.write(emitter))?;
        emitter.end()
    })
}

fn print(write: impl FnOnce(&mut Emitter<&mut String>) -> std::fmt::Result) -> String {
    let mut text = String::new();
    let mut emitter =
        Emitter::new(&mut text, &EmitOptions::new(Dialect::GoYaml3).indent(2).compact_sequences(true));
    write(&mut emitter).and_then(|()| emitter.finish().map(drop)).expect("a string takes everything");
    text
}
