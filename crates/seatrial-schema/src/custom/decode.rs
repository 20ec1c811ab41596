//! A written object as its schema takes it in: unknown fields are dropped and
//! named (`pkg/apiserver/schema/pruning`), so are nulls where none may be
//! (`defaulting/prunenulls.go`), metadata is read as that of every object
//! (`objectmeta`).

use seatrial_yaml::{Dialect, Entry as Written, FieldPath, Node, PathStep};

use crate::decode::{Decoded, LOOKS_MAX, Problem, ProblemKind, decode_metadata, dotted, meant, untyped};
use crate::structural::{Additional, Structural};
use crate::value::{By, Entry, Value};

const META: [&str; 3] = ["apiVersion", "kind", "metadata"];
/// Deeper than this no object is read; the server itself goes to 10,000.
const DEPTH_MAX: usize = 250;
/// More than a person reads.
const PROBLEMS_MAX: usize = 1000;

/// Reads an object by the schema of its kind.
pub(super) fn decode(node: Node<'_>, schema: &Structural, keeps_unknown: bool) -> Decoded {
    let mut reader = Reader {
        path: FieldPath::root(),
        above: Vec::new(),
        looks: LOOKS_MAX,
        problems: Vec::new(),
        keeps_all: keeps_unknown,
    };
    let value = reader.mapping(node, Some(schema), Mode::Prune, true);
    let mut problems = reader.problems;
    // Metadata comes first, as the server reads it first.
    problems
        .sort_by_key(|it| !matches!(it.path.steps().first(), Some(PathStep::Key(key)) if key == "metadata"));
    Decoded { value, problems }
}

/// What happens to fields that a schema does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They go.
    Prune,
    /// They stay; what is specified below is pruned all the same.
    Keep,
}

struct Reader<'s> {
    path: FieldPath,
    /// The schemas above, one for each field of the path; none for a key of a map.
    above: Vec<Option<&'s Structural>>,
    /// How many fields may still be looked at for those that were meant.
    looks: usize,
    problems: Vec<Problem>,
    keeps_all: bool,
}

impl<'s> Reader<'s> {
    /// A value under a schema; without one, nothing may be below.
    fn value(&mut self, node: Node<'_>, schema: Option<&'s Structural>, mode: Mode) -> Value {
        let mode = self.mode(schema, mode);
        if self.path.len() > DEPTH_MAX {
            let kind = ProblemKind::Malformed { stops: true };
            self.report(kind, self.path.clone(), node.written_span(), "exceeded max depth".to_owned());
            return Value::Null;
        }
        if node.is_mapping() {
            return self.mapping(node, schema, mode, false);
        }
        if !node.is_sequence() {
            return untyped(node);
        }
        let items = schema.and_then(|it| it.items.as_deref());
        let item = |(index, item)| {
            self.path.push(PathStep::Index(u32::try_from(index).unwrap_or(u32::MAX)));
            let value = match mode {
                Mode::Keep if items.is_none() => untyped(item),
                _ => self.value(item, items, mode),
            };
            self.path.pop();
            value
        };
        Value::List(node.items().enumerate().map(item).collect())
    }

    fn mode(&self, schema: Option<&Structural>, mode: Mode) -> Mode {
        if self.keeps_all || schema.is_some_and(|it| it.preserve_unknown) { Mode::Keep } else { mode }
    }

    fn mapping(
        &mut self,
        node: Node<'_>,
        schema: Option<&'s Structural>,
        mode: Mode,
        is_root: bool,
    ) -> Value {
        let mode = self.mode(schema, mode);
        let is_object = is_root || schema.is_some_and(|it| it.embedded_resource);
        let mut fields = Vec::with_capacity(node.len());
        for entry in self.entries(node) {
            let name = entry.name();
            let known = schema.and_then(|it| it.properties.get(&name));
            let others = schema.and_then(|it| it.additional.as_ref());
            let is_meta = is_object && META.contains(&&*name);
            if known.is_none() && others.is_none() && !is_meta && mode == Mode::Prune {
                self.unknown(&entry, schema);
                continue;
            }
            let below = known.or(match others {
                Some(Additional::Schema(schema)) => Some(&**schema),
                _ => None,
            });
            let is_said = below.is_some_and(|it| !it.nullable && it.default.is_none());
            if entry.value.is_null() && is_said && !self.keeps_all {
                continue;
            }
            self.path.push(PathStep::Key(name.as_ref().into()));
            self.above.push(schema.filter(|_| known.is_some()));
            let value = if is_meta && name == "metadata" {
                decode_metadata(entry.value, &self.path, &mut self.problems)
            } else if is_meta || (known.is_none() && others.is_none()) {
                untyped(entry.value)
            } else {
                self.value(entry.value, below, Mode::Prune)
            };
            self.path.pop();
            self.above.pop();
            fields.push(Entry { key: name.into(), value, by: By::Manifest });
        }
        Value::Map(fields.into_iter().collect())
    }

    /// The entries in the order the server sees them.
    fn entries<'a>(&mut self, node: Node<'a>) -> Vec<Written<'a>> {
        let mut entries: Vec<_> = node.entries().collect();
        if node.stream().dialect() == Dialect::Json && node.len() != entries.len() {
            let mut seen = std::collections::BTreeSet::new();
            for entry in node.written_entries() {
                if !seen.insert(entry.name().into_owned()) {
                    let path = self.path.key(&entry.name());
                    let message = format!("duplicate field {:?}", dotted(&path));
                    self.report(ProblemKind::DuplicateField, path, entry.key.written_span(), message);
                }
            }
        }
        entries.sort_by(|a, b| a.name().cmp(&b.name()));
        entries
    }

    fn unknown(&mut self, entry: &Written<'_>, schema: Option<&'s Structural>) {
        let path = self.path.key(&entry.name());
        let message = format!("unknown field {:?}", dotted(&path));
        let kind = ProblemKind::UnknownField {
            meant: schema
                .and_then(|it| meant((&entry.name(), entry.value), it, &self.above, &mut self.looks)),
        };
        self.report(kind, path, entry.key.written_span(), message);
    }

    fn report(&mut self, kind: ProblemKind, path: FieldPath, span: seatrial_source::Span, message: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { kind, path, span, message, unseen: false });
        }
    }
}
