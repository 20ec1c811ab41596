//! A written object as the server takes it in: unknown fields gone, every value
//! of the type its field has, zero values as Go's JSON drops them. What is wrong
//! is a problem with its place and with the server's words (`sigs.k8s.io/json`,
//! as of Kubernetes 1.36).

#[cfg(test)]
mod levels;
mod meant;
mod number;
mod problem;
mod required;
mod scalar;
mod structure;
#[cfg(test)]
mod tests;
mod time;

use seatrial_yaml::{Dialect, Entry as WrittenEntry, Extent, FieldPath, Node, PathStep, Value as Written};
use smol_str::SmolStr;

use crate::table::{Field, Shape, Table, Type, TypeId};
use crate::value::{By, Entry, Map, Value};

pub use meant::Meant;
pub(crate) use meant::{LOOKS_MAX, meant};
pub(crate) use problem::dotted;
pub use problem::{Problem, ProblemKind};
pub use required::missing;

/// Deeper than this no object is read; the server itself goes to 10,000.
const DEPTH_MAX: usize = 250;

/// An object and what was wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The object, without the parts that could not be taken in.
    pub value: Value,
    /// In the order the server comes across them.
    pub problems: Vec<Problem>,
}

/// What the API server reads of a request (`apiserver` 0.36, `server/config.go`).
pub const REQUEST_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Whether an object as JSON, aliases written out, is more than the server reads.
pub fn is_too_large(root: Node<'_>) -> bool {
    // Nearly none is anywhere near it: no byte makes more than some nodes and some
    // bytes of text, unless there are aliases.
    let source = root.source_text().as_bytes();
    if source.len() <= REQUEST_BYTES_MAX / 16 && !source.contains(&b'*') {
        return false;
    }
    let is_small = |extent: Extent| extent.text + 4 * extent.nodes <= REQUEST_BYTES_MAX;
    if root.extent().is_some_and(is_small) {
        return false;
    }
    let (mut bytes, mut open) = (0, vec![root]);
    while let Some(node) = open.pop() {
        // Quotes or brackets and the comma behind, at least two digits.
        bytes += 3 + node.as_str().map_or(0, str::len);
        if bytes > REQUEST_BYTES_MAX {
            return true;
        }
        for entry in node.entries() {
            bytes += entry.name().len() + 3;
            open.push(entry.value);
        }
        open.extend(node.items());
    }
    false
}

/// Reads a node as a type of a table; one that is too large for a server to
/// read is null.
pub fn decode(node: Node<'_>, table: &Table, id: TypeId) -> Decoded {
    if is_too_large(node) {
        return Decoded::default();
    }
    read(node, table, table.ty(id), FieldPath::root())
}

/// What order the keys of a mapping stand in matters to the order of the problems
/// only, and nearly no object has any.
fn read(node: Node<'_>, table: &Table, of: &Type, at: FieldPath) -> Decoded {
    let mut decoder = Decoder::new(table, node.stream().dialect(), at);
    let value = decoder.root(node, of);
    if decoder.problems.is_empty() || decoder.is_in_order {
        return Decoded { value, problems: decoder.problems };
    }
    let mut decoder = Decoder { is_in_order: true, ..Decoder::new(table, decoder.dialect, decoder.base) };
    let value = decoder.root(node, of);
    Decoded { value, problems: decoder.problems }
}

/// Reads a node as it stands, whatever its kind would say to it: keys sorted,
/// null gone from mappings; one that is too large for a server to read is null.
pub fn untyped(node: Node<'_>) -> Value {
    if is_too_large(node) { Value::Null } else { plain(node, 0) }
}

/// Reads the metadata of an object whose kind no table has; `at` is its place.
pub(crate) fn decode_metadata(node: Node<'_>, at: &FieldPath, problems: &mut Vec<Problem>) -> Value {
    let table = Table::default_minor();
    let Some(of) = table.type_named("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta") else {
        return untyped(node);
    };
    let decoded = read(node, table, of, at.clone());
    problems.extend(decoded.problems);
    decoded.value
}

struct Decoder<'t, 'a> {
    table: &'t Table,
    dialect: Dialect,
    /// Where the object stands that is read.
    base: FieldPath,
    /// The way from there to what is read now.
    steps: Vec<Step<'t, 'a>>,
    /// Where the fields that were read stand in the types above.
    places: Vec<usize>,
    /// Whether entries are read in the server's order, not as they are written.
    is_in_order: bool,
    /// How many fields may still be looked at for those that were meant.
    looks: usize,
    problems: Vec<Problem>,
    /// How many types above read their own JSON; below them the server looks
    /// for neither unknown nor duplicate fields.
    custom: usize,
}

/// A step into the object, as light as can be: nearly no path is ever told.
#[derive(Clone, Copy)]
enum Step<'t, 'a> {
    /// Into a field of a Go struct.
    Field(&'t Type, &'t Field),
    /// Into an entry of a map.
    Key(WrittenEntry<'a>),
    /// Into an item of a list.
    Index(u32),
}

impl<'t, 'a> Decoder<'t, 'a> {
    fn new(table: &'t Table, dialect: Dialect, base: FieldPath) -> Self {
        Self {
            table,
            dialect,
            base,
            steps: Vec::new(),
            places: Vec::new(),
            // JSON is read as it is written.
            is_in_order: dialect == Dialect::Json,
            looks: LOOKS_MAX,
            problems: Vec::new(),
            custom: 0,
        }
    }

    /// Where what is read now stands.
    fn path(&self) -> FieldPath {
        let steps = self.steps.iter().map(|step| match step {
            Step::Field(_, field) => PathStep::Key(SmolStr::new_static(field.name)),
            Step::Key(entry) => PathStep::Key(SmolStr::new(entry.name())),
            Step::Index(index) => PathStep::Index(*index),
        });
        self.base.steps().iter().cloned().chain(steps).collect()
    }

    fn depth(&self) -> usize {
        self.base.len() + self.steps.len()
    }

    fn root(&mut self, node: Node<'a>, of: &'t Type) -> Value {
        if node.is_mapping() {
            return self.structure(node, of);
        }
        if !node.is_null() {
            self.wrong_type(node, &format!("v1.{}", of.go_name()));
        }
        Value::Map(Map::default())
    }

    /// A value of a shape; none for null and for what could not be read.
    fn value(&mut self, node: Node<'a>, shape: &Shape, go: &str) -> Option<Value> {
        if self.depth() > DEPTH_MAX {
            self.malformed(node, true, "exceeded max depth".to_owned());
            return None;
        }
        match (shape, node.value()) {
            (_, Written::Null) => return None,
            // Most of what is written.
            (Shape::Text, Written::Str(text)) => return Some(Value::text(text)),
            _ => {}
        }
        match shape {
            Shape::List(items) => self.list(node, items, go),
            Shape::Map(values) => self.map(node, values, go),
            Shape::Struct(id) => {
                if !node.is_mapping() {
                    self.wrong_type(node, go);
                    return None;
                }
                Some(self.structure(node, self.table.ty(*id)))
            }
            Shape::SchemaOrList(id) | Shape::SchemaOrBool(id) | Shape::SchemaOrTexts(id) => {
                self.custom += 1;
                let value = self.schema_or(node, shape, *id);
                self.custom -= 1;
                value
            }
            Shape::Any | Shape::RawObject | Shape::FieldSet => Some(plain(node, self.depth())),
            _ => self.scalar(node, shape, go),
        }
    }

    fn list(&mut self, node: Node<'a>, shape: &Shape, go: &str) -> Option<Value> {
        if !node.is_sequence() {
            self.wrong_type(node, go);
            return None;
        }
        let of = go.strip_prefix("[]").unwrap_or(go);
        let items = node.items().enumerate().map(|(at, item)| {
            self.steps.push(Step::Index(at as u32));
            let value = self.value(item, shape, of).unwrap_or_else(|| zero(shape));
            self.steps.pop();
            value
        });
        Some(Value::List(items.collect()))
    }

    fn map(&mut self, node: Node<'a>, shape: &Shape, go: &str) -> Option<Value> {
        if !node.is_mapping() {
            self.wrong_type(node, go);
            return None;
        }
        let of = go.split_once(']').map_or("", |(_, of)| of);
        let mut entries = Vec::with_capacity(node.len());
        self.entries(node, |decoder, name, entry| {
            let key = SmolStr::new(&name);
            decoder.steps.push(Step::Key(entry));
            let value = decoder.value(entry.value, shape, of).unwrap_or_else(|| zero(shape));
            decoder.steps.pop();
            entries.push(Entry { key, value, by: By::Manifest });
        });
        Some(Value::Map(entries.into_iter().collect()))
    }

    fn schema_or(&mut self, node: Node<'a>, shape: &Shape, id: TypeId) -> Option<Value> {
        let go = "v1.JSONSchemaProps";
        match (node.value(), shape) {
            (Written::Mapping, _) => self.value(node, &Shape::Struct(id), go),
            (Written::Sequence, Shape::SchemaOrList(_)) => {
                self.list(node, &Shape::Struct(id), "[]v1.JSONSchemaProps")
            }
            (Written::Sequence, Shape::SchemaOrTexts(_)) => self.list(node, &Shape::Text, "[]string"),
            (Written::Bool(truth), Shape::SchemaOrBool(_)) => Some(Value::Bool(truth)),
            (_, Shape::SchemaOrBool(_)) => {
                self.malformed(node, true, "boolean or JSON schema expected".to_owned());
                None
            }
            _ => None,
        }
    }
}

/// What Go holds where JSON says null inside a list or a map.
fn zero(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => Value::Bool(false),
        Shape::Int32 | Shape::Int64 | Shape::Float | Shape::IntOrString => Value::Int(0),
        Shape::Text => Value::from(""),
        Shape::Quantity => Value::from("0"),
        Shape::Struct(_) => Value::Map(Map::default()),
        _ => Value::Null,
    }
}

/// Whether a field that was given this value prints as if it had not been.
fn is_dropped(field: &Field, value: &Value) -> bool {
    if field.pointer {
        return false;
    }
    match (&field.shape, value) {
        (Shape::SchemaOrBool(_) | Shape::Any | Shape::RawObject | Shape::IntOrString, _) => value.is_null(),
        (_, Value::Null | Value::Bool(false) | Value::Int(0)) => true,
        (_, Value::Float(number)) => *number == 0.0,
        (Shape::Quantity, Value::Str(text)) => field.omitempty && text == "0",
        (_, Value::Str(text)) => text.is_empty(),
        (Shape::Struct(_), Value::Map(map)) => map.is_empty(),
        (_, Value::Map(map)) => map.is_empty() && field.omitempty,
        // Also lists without items: some defaults ask whether one is there at all.
        _ => false,
    }
}

fn plain(node: Node<'_>, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    match number::value(node) {
        Written::Null => Value::Null,
        Written::Bool(truth) => Value::Bool(truth),
        Written::Int(number) => Value::Int(number),
        Written::Uint(number) => Value::Float(number as f64),
        Written::Float(number) => Value::Float(number),
        Written::Str(text) => Value::text(text),
        Written::Sequence => Value::List(node.items().map(|item| plain(item, depth + 1)).collect()),
        Written::Mapping => {
            let entry = |entry: seatrial_yaml::Entry<'_>| {
                let value = plain(entry.value, depth + 1);
                Entry { key: entry.name().into(), value, by: By::Manifest }
            };
            Value::Map(node.entries().map(entry).collect())
        }
    }
}
