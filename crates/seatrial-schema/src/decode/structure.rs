//! Structures: which fields there are, which are unknown, which come twice.

use std::borrow::Cow;

use seatrial_yaml::{Dialect, Entry as WrittenEntry, Node, PathStep};
use smol_str::SmolStr;

use super::meant::{OfTable, meant};
use super::{Decoder, Meant, ProblemKind, Step, is_dropped};
use crate::table::{Field, Table, Type};
use crate::value::{By, Entry, Map, Value};

/// Room for what the server fills in.
const DEFAULTS: usize = 4;

impl<'t, 'a> Decoder<'t, 'a> {
    /// Goes through the entries, where it matters in the order the server sees them:
    /// YAML becomes JSON with sorted keys before it is read.
    pub(super) fn entries(
        &mut self,
        node: Node<'a>,
        mut read: impl FnMut(&mut Self, Cow<'a, str>, WrittenEntry<'a>),
    ) {
        if !self.is_in_order {
            return node.entries().for_each(|entry| read(self, entry.name(), entry));
        }
        let mut entries: Vec<_> = node.entries().map(|entry| (entry.name(), entry)).collect();
        if self.dialect != Dialect::Json {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        } else if self.custom == 0 && node.len() != entries.len() {
            self.report_duplicates(node);
        }
        for (name, entry) in entries {
            read(self, name, entry);
        }
    }

    fn report_duplicates(&mut self, node: Node<'_>) {
        let mut seen = std::collections::BTreeSet::new();
        for entry in node.written_entries() {
            if !seen.insert(entry.name().into_owned()) {
                self.strict(ProblemKind::DuplicateField, &entry);
            }
        }
    }

    pub(super) fn structure(&mut self, node: Node<'a>, of: &'t Type) -> Value {
        let mut fields = Vec::with_capacity(node.len() + DEFAULTS);
        // Where each stands among the fields of its type, by which both are sorted.
        let start = self.places.len();
        self.entries(node, |decoder, name, entry| {
            let Some(place) = of.position(&name) else { return decoder.unknown(&entry, of) };
            let field = &of.fields()[place];
            let Some(value) = decoder.field(&entry, of, field) else { return };
            let entry = Entry { key: SmolStr::new_static(field.name), value, by: By::Manifest };
            let own = &decoder.places[start..];
            if own.last().is_none_or(|last| *last < place) {
                decoder.places.push(place);
                fields.push(entry);
                return;
            }
            let later = own.iter().rev().take_while(|it| **it >= place).count();
            let at = own.len() - later;
            if own[at] == place {
                fields[at] = entry;
            } else {
                decoder.places.insert(start + at, place);
                fields.insert(at, entry);
            }
        });
        self.places.truncate(start);
        Value::Map(Map::of_sorted(fields))
    }

    fn field(&mut self, entry: &WrittenEntry<'a>, of: &'t Type, field: &'t Field) -> Option<Value> {
        self.steps.push(Step::Field(of, field));
        let value = self.value(entry.value, &field.shape, field.go_type);
        self.steps.pop();
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
        let base = self.base.steps().iter().filter(|step| matches!(step, PathStep::Key(_)));
        let own = self.steps.iter().filter_map(|step| match step {
            Step::Field(of, _) => Some(Some(OfTable(self.table, of))),
            Step::Key(_) => Some(None),
            Step::Index(_) => None,
        });
        base.map(|_| None).chain(own).collect()
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
