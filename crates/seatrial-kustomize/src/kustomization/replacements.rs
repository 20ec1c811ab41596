//! Values that are copied from one object to another: `replacements`, and the
//! `vars` that came before them.

use std::sync::Arc;

use seatrial_source::{FileId, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, parse};
use smol_str::SmolStr;

use super::reader::{At, Reader, Text};
use crate::id::{Gvk, ResourceId};
use crate::problem::Problem;
use crate::select::Selector;

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

impl Reader<'_> {
    pub(super) fn variable(&mut self, node: Node<'_>) -> At<Variable> {
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

    pub(super) fn replacement_part(&mut self, replacement: &mut Replacement, name: &str, value: Node<'_>) {
        if value.is_null() {
            return;
        }
        match name {
            "source" => replacement.source = Some(self.source(value)),
            "sourceValue" => replacement.source_value = self.text(value),
            _ => replacement.targets = Some(self.list(value, Self::target)),
        }
    }

    pub(super) fn source(&mut self, node: Node<'_>) -> Source {
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

    pub(super) fn target(&mut self, node: Node<'_>) -> Target {
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

    pub(super) fn field_options(&mut self, node: Node<'_>) -> FieldOptions {
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
