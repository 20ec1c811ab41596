//! `openapi`: a schema of one's own, which says how lists merge
//! (`kyaml/openapi`, v0.21.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, Stream, parse};
use smol_str::SmolStr;

use crate::id::Gvk;

/// Most references in a row.
const REFERENCES_MAX: usize = 32;

/// The schema that Kustomize has built in.
pub(crate) const BUILTIN_VERSION: &str = "v1.21.2";

/// A file of definitions.
#[derive(Debug)]
pub(crate) struct OpenApi {
    stream: Stream,
    kinds: BTreeMap<(SmolStr, SmolStr, SmolStr), SmolStr>,
    /// Whether the built-in schema is known besides.
    pub(crate) has_builtin: bool,
}

impl OpenApi {
    /// Reads a file.
    pub(crate) fn read(file: FileId, text: &Arc<str>, has_builtin: bool) -> Result<Self, String> {
        let stream = parse(file, text.clone(), Dialect::GoYaml2, &Limits::default());
        if let Some(problem) = stream.all_problems().find(|it| it.is_fatal()) {
            return Err(format!("invalid schema file: {}", problem.message));
        }
        let mut kinds = BTreeMap::new();
        for definition in
            stream.document_root(0).iter().filter_map(|it| it.get("definitions")).flat_map(Node::entries)
        {
            let types = definition.value.get("x-kubernetes-group-version-kind");
            for gvk in types.iter().flat_map(|it| Node::items(*it)) {
                let part = |name| gvk.get(name).and_then(Node::as_str).unwrap_or_default().into();
                kinds.insert((part("group"), part("version"), part("kind")), SmolStr::new(definition.name()));
            }
        }
        Ok(Self { stream, kinds, has_builtin })
    }

    fn definition(&self, name: &str) -> Option<Node<'_>> {
        self.stream.document_root(0)?.get("definitions")?.get(name)
    }

    /// The schema of a kind.
    pub(crate) fn kind(&self, gvk: &Gvk) -> Option<Node<'_>> {
        let key = (gvk.group.clone(), gvk.version.clone(), gvk.kind.clone());
        self.definition(self.kinds.get(&key)?)
    }

    /// What a schema refers to, itself if to nothing.
    fn resolved<'n>(&'n self, mut schema: Node<'n>) -> Option<Found<'n>> {
        for _ in 0..REFERENCES_MAX {
            let Some(reference) = schema.get("$ref").and_then(Node::as_str) else {
                return Some(Found::Own(schema));
            };
            let name = reference.strip_prefix("#/definitions/")?;
            match self.definition(name) {
                Some(definition) => schema = definition,
                None => return self.has_builtin.then_some(Found::Builtin(name)),
            }
        }
        None
    }

    /// The schema of a field.
    pub(crate) fn field<'n>(&'n self, schema: Node<'n>, name: &str) -> Option<Found<'n>> {
        let own = schema.get("properties").and_then(|it| it.get(name));
        let field = own.or_else(|| schema.get("additionalProperties").filter(|it| it.is_mapping()))?;
        self.resolved(field)
    }

    /// The schema of a list's items.
    pub(crate) fn items<'n>(&'n self, schema: Node<'n>) -> Option<Found<'n>> {
        (schema.get("type")?.as_str()? == "array").then_some(())?;
        self.resolved(schema.get("items")?)
    }

    /// By which keys a list merges; none when it is replaced.
    pub(crate) fn merge_keys(schema: Node<'_>) -> Option<Vec<&str>> {
        let strategy = schema.get("x-kubernetes-patch-strategy")?.as_str()?;
        if !strategy.split(',').any(|it| it == "merge") {
            return None;
        }
        if let Some(keys) = schema.get("x-kubernetes-list-map-keys") {
            return Some(keys.items().filter_map(Node::as_str).collect());
        }
        Some(schema.get("x-kubernetes-patch-merge-key").and_then(Node::as_str).into_iter().collect())
    }
}

/// Where a reference leads.
#[derive(Clone, Copy)]
pub(crate) enum Found<'n> {
    Own(Node<'n>),
    /// To a definition by this name that only the built-in schema may have.
    Builtin(&'n str),
}
