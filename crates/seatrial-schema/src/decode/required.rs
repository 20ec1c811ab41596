//! Fields that the definitions ask for and an object does not have.

use seatrial_yaml::{FieldPath, PathStep};

use crate::table::{Shape, Table, TypeId};
use crate::value::Value;

/// More than a person reads.
const MOST: usize = 1000;

/// The required fields that a decoded object lacks, in the order of its type. An
/// empty text counts as absent, as it does to the server.
pub fn missing(object: &Value, table: &Table, id: TypeId) -> Vec<FieldPath> {
    let mut search = Search { table, path: FieldPath::root(), found: Vec::new() };
    search.structure(object, id);
    search.found
}

struct Search<'t> {
    table: &'t Table,
    path: FieldPath,
    found: Vec<FieldPath>,
}

impl Search<'_> {
    fn structure(&mut self, value: &Value, id: TypeId) {
        for field in self.table.ty(id).fields() {
            self.path.push(PathStep::Key(field.name.into()));
            match value.opt(field.name) {
                Some(held) => self.value(held, &field.shape),
                // Numbers and booleans that are zero were dropped by decoding.
                None if field.required && !is_number(&field.shape) && self.found.len() < MOST => {
                    self.found.push(self.path.clone());
                }
                None => {}
            }
            self.path.pop();
        }
    }

    fn value(&mut self, value: &Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Struct(id), Value::Map(_)) => self.structure(value, *id),
            (Shape::List(of), Value::List(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.step(PathStep::Index(at as u32), item, of);
                }
            }
            (Shape::Map(of), Value::Map(map)) => {
                for entry in map.entries() {
                    self.step(PathStep::Key(entry.key.as_str().into()), &entry.value, of);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, step: PathStep, value: &Value, shape: &Shape) {
        self.path.push(step);
        self.value(value, shape);
        self.path.pop();
    }
}

fn is_number(shape: &Shape) -> bool {
    matches!(shape, Shape::Bool | Shape::Int32 | Shape::Int64 | Shape::Float)
}
