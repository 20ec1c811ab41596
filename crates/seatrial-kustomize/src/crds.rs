//! `crds`: files of `OpenAPI` definitions whose extensions say which fields of
//! custom resources hold names, labels and annotations
//! (`api/internal/accumulator/loadconfigfromcrds.go`, v0.21.2).

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, parse};
use smol_str::SmolStr;

use crate::fields::{Config, FieldSpec, NameReferences, merge_fields};
use crate::id::Gvk;

/// Deepest nesting of definitions that refer to each other.
const DEPTH_MAX: usize = 32;
/// Most properties that are looked at.
const PROPERTIES_MAX: usize = 100_000;

/// Reads a file of definitions.
pub(crate) fn read(file: FileId, text: &Arc<str>) -> Result<Config, String> {
    let stream = parse(file, text.clone(), Dialect::GoYaml2, &Limits::default());
    let fault = stream.all_problems().find(|it| it.is_fatal()).map(|it| it.message.clone());
    let root = stream.document_root(0).filter(|root| root.is_mapping());
    let (None, Some(root)) = (fault.as_ref(), root) else {
        return Err(fault.unwrap_or_else(|| "json: cannot unmarshal into Go value of type map".to_owned()));
    };
    let mut crds = Crds { root, config: Config::default(), budget: PROPERTIES_MAX };
    for entry in root.entries() {
        let name = entry.name();
        let is_object = |properties: Node<'_>| {
            ["kind", "apiVersion", "metadata"].iter().all(|name| properties.get(name).is_some())
        };
        if properties(entry.value).is_some_and(is_object) {
            // The group and version cannot be told from the name.
            let kind = name.rsplit('.').next().unwrap_or_default();
            let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
            crds.definition(&gvk, &name, &mut Vec::new())?;
        }
    }
    Ok(crds.config)
}

fn properties(definition: Node<'_>) -> Option<Node<'_>> {
    let mut fields = definition.entries();
    let schema = fields.find(|it| it.name().eq_ignore_ascii_case("schema"))?.value;
    schema.get("properties").filter(|it| it.is_mapping())
}

struct Crds<'n> {
    root: Node<'n>,
    config: Config,
    budget: usize,
}

impl Crds<'_> {
    fn definition(&mut self, gvk: &Gvk, name: &str, path: &mut Vec<SmolStr>) -> Result<(), String> {
        let Some(properties) = self.root.get(name).and_then(properties) else { return Ok(()) };
        if path.len() > DEPTH_MAX {
            return Err(format!("the definition '{name}' refers to itself"));
        }
        for entry in properties.entries() {
            self.budget = self.budget.checked_sub(1).ok_or("the definitions have too many properties")?;
            path.push(SmolStr::new(entry.name()));
            self.property(gvk, entry.value, path)?;
            if let Some(reference) = entry.value.get("$ref").and_then(Node::as_str) {
                self.definition(gvk, reference, path)?;
            }
            path.pop();
        }
        Ok(())
    }

    fn property(&mut self, gvk: &Gvk, property: Node<'_>, path: &[SmolStr]) -> Result<(), String> {
        let said = |name: &str| {
            let mut entries = property.entries();
            entries.find(|it| it.name().eq_ignore_ascii_case(name))?.value.as_str().map(SmolStr::new)
        };
        let field = |more: Option<&str>| FieldSpec {
            gvk: gvk.clone(),
            path: path.iter().map(SmolStr::as_str).chain(more).collect::<Vec<_>>().join("/").into(),
            is_created: false,
        };
        if said("x-kubernetes-annotation").is_some() {
            merge_fields(&mut self.config.common_annotations, vec![field(None)].into())?;
        }
        if said("x-kubernetes-label-selector").is_some() {
            merge_fields(&mut self.config.common_labels, vec![field(None)].into())?;
        }
        if said("x-kubernetes-identity").is_some() {
            merge_fields(&mut self.config.name_prefix, vec![field(None)].into())?;
        }
        let (version, kind) =
            (said("x-kubernetes-object-ref-api-version"), said("x-kubernetes-object-ref-kind"));
        if let (Some(version), Some(kind)) = (version, kind) {
            let key = said("x-kubernetes-object-ref-name-key");
            let referrers = vec![field(Some(key.as_deref().unwrap_or("name")))].into();
            let target = Gvk { group: SmolStr::default(), version, kind };
            self.config.merge(Config {
                name_references: vec![NameReferences { target, referrers }].into(),
                ..Config::default()
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_through_references() {
        let text = "
a.b.Bee:
  Schema:
    properties:
      kind: {type: string}
      apiVersion: {type: string}
      metadata: {}
      spec: {$ref: a.b.Spec}
a.b.Spec:
  schema:
    properties:
      secretRef:
        x-kubernetes-object-ref-api-version: v1
        x-kubernetes-object-ref-kind: Secret
";
        let config = read(FileId(0), &text.into()).expect("it is well formed");
        assert_eq!(config.name_references[0].target.kind, "Secret");
        assert_eq!(config.name_references[0].referrers[0].path, "spec/secretRef/name");
    }

    #[test]
    fn a_definition_of_itself_is_refused() {
        let text = "a.A: {Schema: {properties: {kind: {}, apiVersion: {}, metadata: {}, a: {$ref: a.A}}}}";
        assert!(read(FileId(0), &text.into()).is_err());
    }
}
