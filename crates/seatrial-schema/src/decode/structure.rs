//! Structures: which fields there are, which are unknown, which come twice.

use seatrial_yaml::{Dialect, Entry as WrittenEntry, Node, PathStep};

use super::{Decoder, ProblemKind, is_dropped};
use crate::table::{Field, Type};
use crate::value::{By, Entry, Value};

impl<'t> Decoder<'t> {
    /// The entries in the order the server sees them: YAML becomes JSON with
    /// sorted keys before it is read.
    pub(super) fn entries<'a>(&mut self, node: Node<'a>) -> Vec<WrittenEntry<'a>> {
        let mut entries: Vec<_> = node.entries().collect();
        if self.dialect != Dialect::Json {
            entries.sort_by(|a, b| a.name().cmp(&b.name()));
        } else if self.custom == 0 {
            self.report_duplicates(node, &entries);
        }
        entries
    }

    fn report_duplicates(&mut self, node: Node<'_>, entries: &[WrittenEntry<'_>]) {
        if node.len() == entries.len() {
            return;
        }
        let mut seen = std::collections::BTreeSet::new();
        for entry in node.written_entries() {
            if !seen.insert(entry.name().into_owned()) {
                self.strict(ProblemKind::DuplicateField, &entry);
            }
        }
    }

    pub(super) fn structure(&mut self, node: Node<'_>, of: &'t Type) -> Value {
        let mut fields = Vec::with_capacity(node.len());
        for entry in self.entries(node) {
            let name = entry.name();
            let Some(field) = of.field(&name) else {
                self.unknown(&entry, of);
                continue;
            };
            if let Some(value) = self.field(&entry, of, field) {
                fields.push(Entry {
                    key: smol_str::SmolStr::new_static(field.name),
                    value,
                    by: By::Manifest,
                });
            }
        }
        Value::Map(fields.into_iter().collect())
    }

    fn field(&mut self, entry: &WrittenEntry<'_>, of: &'t Type, field: &'t Field) -> Option<Value> {
        self.path.push(PathStep::Key(field.name.into()));
        self.structs.push((of, field));
        let value = self.value(entry.value, &field.shape, field.go_type);
        self.structs.pop();
        self.path.pop();
        value.filter(|value| !is_dropped(field, value))
    }

    fn unknown(&mut self, entry: &WrittenEntry<'_>, of: &'t Type) {
        let meant = self.meant(&entry.name(), of);
        self.strict(ProblemKind::UnknownField { meant }, entry);
    }
}
