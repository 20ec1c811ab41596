//! The types of Kubernetes' own kinds as expressions of policies see them.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::declare::escape;
use super::types::{ObjectType, Type};
use crate::table::{Kind, Shape, Table, TypeId};

/// Deeper structures are not looked into.
const DEEPEST: usize = 16;

/// The type of a kind's objects. What is written in a form of its own, as amounts
/// and times are, may be anything.
pub fn type_of_kind(table: &Table, kind: &Kind) -> Type {
    let mut building = Building { table, above: Vec::new() };
    building.structure(kind.type_id, kind.kind)
}

struct Building<'t> {
    table: &'t Table,
    /// The structures that the one at hand is part of.
    above: Vec<TypeId>,
}

impl Building<'_> {
    /// A structure; one that holds itself may be anything inside.
    fn structure(&mut self, id: TypeId, name: &str) -> Type {
        if self.above.contains(&id) || self.above.len() >= DEEPEST {
            return Type::Dyn;
        }
        self.above.push(id);
        let fields = self.table.ty(id).fields().iter().filter_map(|field| {
            let below = format_smolstr!("{name}.{}", field.name);
            Some((escape(field.name)?, self.shape(&field.shape, &below)))
        });
        let fields = fields.collect();
        self.above.pop();
        Type::Object(Arc::new(ObjectType { name: SmolStr::new(name), fields }))
    }

    fn shape(&mut self, shape: &Shape, name: &str) -> Type {
        match shape {
            Shape::Bool => Type::Bool,
            Shape::Int32 | Shape::Int64 => Type::Int,
            Shape::Float => Type::Double,
            Shape::Text => Type::String,
            Shape::List(items) => Type::list(self.shape(items, &format_smolstr!("{name}.@idx"))),
            Shape::Map(values) => {
                Type::map(Type::String, self.shape(values, &format_smolstr!("{name}.@elem")))
            }
            Shape::Struct(id) => self.structure(*id, name),
            _ => Type::Dyn,
        }
    }
}
