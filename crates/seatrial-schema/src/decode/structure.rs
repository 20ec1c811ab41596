//! Structures: which fields there are, which are unknown, which come twice.

use std::borrow::Cow;

use seatrial_yaml::{Dialect, Entry as WrittenEntry, Node, PathStep};
use smol_str::SmolStr;

use super::meant::{OfTable, meant};
use super::{Decoder, Entered, Meant, ProblemKind, is_dropped};
use crate::table::{Field, Table, Type};
use crate::value::{By, Entry, Value};

impl<'t> Decoder<'t> {
    /// The entries in the order the server sees them: YAML becomes JSON with
    /// sorted keys before it is read.
    pub(super) fn entries<'a>(&mut self, node: Node<'a>) -> Vec<(Cow<'a, str>, WrittenEntry<'a>)> {
        let mut entries = Vec::with_capacity(node.len());
        entries.extend(node.entries().map(|entry| (entry.name(), entry)));
        if self.dialect != Dialect::Json {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        } else if self.custom == 0 && node.len() != entries.len() {
            self.report_duplicates(node);
        }
        entries
    }

    fn report_duplicates(&mut self, node: Node<'_>) {
        let mut seen = std::collections::BTreeSet::new();
        for entry in node.written_entries() {
            if !seen.insert(entry.name().into_owned()) {
                self.strict(ProblemKind::DuplicateField, &entry);
            }
        }
    }

    pub(super) fn structure(&mut self, node: Node<'_>, of: &'t Type) -> Value {
        let mut fields = Vec::with_capacity(node.len());
        for (name, entry) in self.entries(node) {
            let Some(field) = of.field(&name) else {
                self.unknown(&entry, of);
                continue;
            };
            if let Some(value) = self.field(&entry, of, field) {
                fields.push(Entry { key: SmolStr::new_static(field.name), value, by: By::Manifest });
            }
        }
        Value::Map(fields.into_iter().collect())
    }

    fn field(&mut self, entry: &WrittenEntry<'_>, of: &'t Type, field: &'t Field) -> Option<Value> {
        self.path.push(PathStep::Key(SmolStr::new_static(field.name)));
        self.structs.push(Entered { of, field, at: self.path.len() });
        let value = self.value(entry.value, &field.shape, field.go_type);
        self.structs.pop();
        self.path.pop();
        value.filter(|value| !is_dropped(field, value))
    }

    fn unknown(&mut self, entry: &WrittenEntry<'_>, of: &'t Type) {
        let meant = self.of_other_minor(&entry.name(), of).or_else(|| {
            let above = self.above();
            meant((&entry.name(), entry.value), OfTable(self.table, of), &above, &mut self.looks)
        });
        self.strict(ProblemKind::UnknownField { meant }, entry);
    }

    /// The structures above, one for each key of the path; none for a key of a map.
    fn above(&self) -> Vec<Option<OfTable<'t>>> {
        let keys = (1..).zip(self.path.steps()).filter(|(_, step)| matches!(step, PathStep::Key(_)));
        let entered = |at| self.structs.iter().find(|it| it.at == at);
        keys.map(|(at, _)| entered(at).map(|it| OfTable(self.table, it.of))).collect()
    }

    /// Whether the type has this field in another minor: when it came or went.
    fn of_other_minor(&self, name: &str, of: &Type) -> Option<Meant> {
        let has = |minor: &u8| {
            let of = Table::of(*minor).and_then(|table| table.type_named(of.name));
            of.is_some_and(|it| it.field(name).is_some())
        };
        let (minors, own) = (Table::minors(), self.table.minor());
        let came = (own + 1..=*minors.end()).find(has).map(Meant::Later);
        came.or_else(|| (*minors.start()..own).rev().find(has).map(|last| Meant::Earlier(last + 1)))
    }
}
