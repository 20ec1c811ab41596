//! What is known of the type of a value: which fields tell the items of a list apart.

use smol_str::SmolStr;

use crate::structural::Structural;
use crate::table::{Field, ListType, Shape, Table};

/// The type of a value, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub enum Layout<'a> {
    /// Nothing is known.
    Unknown,
    /// A type of Kubernetes' own, and the field that holds it.
    Own(&'a Table, &'a Shape, Option<&'a Field>),
    /// What a definition says.
    Defined(&'a Structural),
}

/// The keys of the items of a list.
pub(super) enum Keys<'a> {
    /// A map's.
    Own(&'a [&'static str]),
    /// That of a strategic merge.
    Merged(&'static str),
    /// A map's in a definition.
    Defined(&'a [SmolStr]),
}

impl<'a> Layout<'a> {
    /// That of an object or structure of Kubernetes' own.
    pub fn of_type(table: &'a Table, shape: &'a Shape) -> Self {
        Self::Own(table, shape, None)
    }

    pub(super) fn field(self, name: &str) -> Self {
        match self {
            Self::Own(table, Shape::Struct(id), _) => match table.ty(*id).field(name) {
                Some(field) => Self::Own(table, &field.shape, Some(field)),
                None => Self::Unknown,
            },
            Self::Own(table, Shape::Map(of), _) => Self::Own(table, of, None),
            Self::Defined(schema) => {
                let below = schema.properties.get(name).or_else(|| schema.additional_schema());
                below.map_or(Self::Unknown, Self::Defined)
            }
            _ => Self::Unknown,
        }
    }

    pub(super) fn item(self) -> Self {
        match self {
            Self::Own(table, Shape::List(of), _) => Self::Own(table, of, None),
            Self::Defined(schema) => schema.items.as_deref().map_or(Self::Unknown, Self::Defined),
            _ => Self::Unknown,
        }
    }

    /// What the server tells the items of this list apart by.
    pub(super) fn keys(self) -> Option<Keys<'a>> {
        match self {
            Self::Own(_, _, Some(field)) if field.list_type == ListType::Map => {
                Some(Keys::Own(field.map_keys))
            }
            Self::Own(_, _, Some(field)) if field.patch.merge && !field.patch.merge_key.is_empty() => {
                Some(Keys::Merged(field.patch.merge_key))
            }
            Self::Defined(schema) if schema.list_type.as_deref() == Some("map") => {
                Some(Keys::Defined(&schema.list_map_keys))
            }
            _ => None,
        }
    }
}
