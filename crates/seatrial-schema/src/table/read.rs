//! Reads the embedded types; `xtask` `schemas/blob.rs` writes them.

use std::sync::OnceLock;

use super::data::TABLE;
use super::{Field, Kind, ListType, Patch, Shape, Type, TypeId};
use crate::packed::Cursor;
use crate::slots::Slots;

/// The table with its types not yet expanded.
pub(super) struct Blob {
    words: Vec<&'static str>,
    lists: Vec<&'static [&'static str]>,
    pub(super) types: Vec<Packed>,
    pub(super) kinds: Vec<Kind>,
    /// The kinds by name.
    pub(super) slots: Slots,
    oldest: u8,
}

/// A type whose fields are still bytes.
pub(super) struct Packed {
    name: &'static str,
    minors: u64,
    fields: &'static [u8],
}

/// The table, read when it is first asked for. It is not compressed: nearly every
/// run asks, and unpacking took a third of the time of a small one.
pub(super) fn blob() -> &'static Blob {
    static BLOB: OnceLock<Blob> = OnceLock::new();
    BLOB.get_or_init(|| Blob::read(TABLE))
}

impl Blob {
    fn read(plain: &'static [u8]) -> Self {
        let mut at = Cursor::at(plain);
        let oldest = at.byte();
        let _newest = at.byte();
        let words = at.texts();
        let lists = at.many(|at| {
            let list: Vec<&'static str> = at.many(|at| words[at.index()]);
            &*list.leak()
        });
        let types = at.many(|at| {
            let (name, minors, length) = (words[at.index()], at.number(), at.index());
            Packed { name, minors, fields: at.take(length) }
        });
        let kinds: Vec<Kind> = at.many(|at| Kind {
            group: words[at.index()],
            version: words[at.index()],
            kind: words[at.index()],
            type_id: TypeId(at.number() as u16),
            minors: at.number(),
            is_cluster_scoped: at.byte() == 1,
            introduced: at.byte(),
            deprecated: at.byte(),
            removed: at.byte(),
            replacement: words[at.index()],
            oldest,
        });
        let slots = Slots::of(kinds.iter().map(|it| it.kind));
        Self { words, lists, types, kinds, slots, oldest }
    }

    fn bit(&self, minor: u8) -> u64 {
        1 << (minor - self.oldest)
    }

    pub(super) fn type_named(&self, name: &str, minor: u8) -> Option<TypeId> {
        let at = self.types.binary_search_by(|it| it.name.cmp(name)).ok()?;
        (self.types[at].minors & self.bit(minor) != 0).then_some(TypeId(at as u16))
    }

    /// A type with the fields it has in a minor.
    pub(super) fn expand(&self, id: TypeId, minor: u8) -> Type {
        let packed = &self.types[usize::from(id.0)];
        let mut at = Cursor::at(packed.fields);
        let fields = at.many(|at| self.read_field(at, minor));
        Type::new(packed.name, fields.into_iter().flatten().collect())
    }

    fn read_field(&self, at: &mut Cursor, minor: u8) -> Option<Field> {
        let (name, minors) = (self.words[at.index()], at.number());
        let shape = Self::read_shape(at);
        let flags = at.number();
        let flag = |bit: u32| flags >> bit & 1 == 1;
        let go_type = self.words[at.index()];
        let within = self.words[at.index()];
        let map_keys = self.lists[at.index()];
        let merge_key = self.words[at.index()];
        let values = self.lists[at.index()];
        let field = Field {
            name,
            shape,
            go_type,
            within,
            required: flag(0),
            pointer: flag(1),
            omitempty: flag(2),
            omitzero: flag(3),
            list_type: match flags >> 4 & 3 {
                1 => ListType::Atomic,
                2 => ListType::Set,
                3 => ListType::Map,
                _ => ListType::Unknown,
            },
            map_keys,
            is_atomic: flag(6),
            patch: Patch { merge: flag(7), retain_keys: flag(8), replace: flag(9), merge_key },
            values,
        };
        (minors == 0 || minors & self.bit(minor) != 0).then_some(field)
    }

    fn read_shape(at: &mut Cursor) -> Shape {
        let id = |at: &mut Cursor| TypeId(at.number() as u16);
        match at.byte() {
            1 => Shape::Bool,
            2 => Shape::Int32,
            3 => Shape::Int64,
            4 => Shape::Float,
            5 => Shape::Text,
            6 => Shape::Bytes,
            8 => Shape::Quantity,
            9 => Shape::Time,
            10 => Shape::MicroTime,
            11 => Shape::Duration,
            12 => Shape::IntOrString,
            13 => Shape::RawObject,
            14 => Shape::FieldSet,
            15 => Shape::SchemaOrList(id(at)),
            16 => Shape::SchemaOrBool(id(at)),
            17 => Shape::SchemaOrTexts(id(at)),
            20 => Shape::Struct(id(at)),
            21 => Shape::List(Box::new(Self::read_shape(at))),
            22 => Shape::Map(Box::new(Self::read_shape(at))),
            _ => Shape::Any,
        }
    }
}
