//! The embedded types, taken apart while the program is compiled, so that no run
//! begins with it; `xtask` `schemas/blob.rs` writes them.

use super::data::TABLE;
use super::{Field, Kind, ListType, Patch, Shape, Type, TypeId};
use crate::packed::Cursor;
use crate::slots::{Slots, slots_for};

/// A type whose fields are still bytes.
#[derive(Clone, Copy)]
struct Packed {
    name: &'static str,
    minors: u64,
    fields: &'static [u8],
}

/// Where the sections of the table begin, and how many items each has.
struct Layout {
    oldest: u8,
    words: (Cursor, usize),
    lists: (Cursor, usize),
    /// How many words all lists have.
    in_lists: usize,
    types: (Cursor, usize),
    kinds: (Cursor, usize),
}

const LAYOUT: Layout = {
    let mut at = Cursor::at(TABLE);
    let oldest = at.byte();
    let _newest = at.byte();
    let words = section(&mut at);
    let mut left = words.1;
    while left > 0 {
        at.text();
        left -= 1;
    }
    let lists = section(&mut at);
    let mut in_lists = 0;
    left = lists.1;
    while left > 0 {
        let mut items = at.index();
        in_lists += items;
        while items > 0 {
            at.index();
            items -= 1;
        }
        left -= 1;
    }
    let types = section(&mut at);
    left = types.1;
    while left > 0 {
        let (_name, _minors, length) = (at.index(), at.number(), at.index());
        at.take(length);
        left -= 1;
    }
    let kinds = section(&mut at);
    Layout { oldest, words, lists, in_lists, types, kinds }
};

const fn section(at: &mut Cursor) -> (Cursor, usize) {
    let count = at.index();
    (*at, count)
}

static WORDS: [&str; LAYOUT.words.1] = {
    let (mut words, mut at, mut item) = ([""; LAYOUT.words.1], LAYOUT.words.0, 0);
    while item < words.len() {
        words[item] = at.text();
        item += 1;
    }
    words
};

/// The words of all lists, one list after the other.
static IN_LISTS: [&str; LAYOUT.in_lists] = {
    let (mut words, mut at, mut item) = ([""; LAYOUT.in_lists], LAYOUT.lists.0, 0);
    while item < words.len() {
        let mut left = at.index();
        while left > 0 {
            words[item] = word(&mut at);
            item += 1;
            left -= 1;
        }
    }
    words
};

static LISTS: [&[&str]; LAYOUT.lists.1] = {
    let (mut lists, mut at, mut item): ([&[&str]; LAYOUT.lists.1], _, _) = ([&[]; _], LAYOUT.lists.0, 0);
    let mut rest: &[&str] = &IN_LISTS;
    while item < lists.len() {
        let length = at.index();
        (lists[item], rest) = rest.split_at(length);
        let mut left = length;
        while left > 0 {
            at.index();
            left -= 1;
        }
        item += 1;
    }
    lists
};

static TYPES: [Packed; LAYOUT.types.1] = {
    const NONE: Packed = Packed { name: "", minors: 0, fields: &[] };
    let (mut types, mut at, mut item) = ([NONE; LAYOUT.types.1], LAYOUT.types.0, 0);
    while item < types.len() {
        let (name, minors, length) = (word(&mut at), at.number(), at.index());
        types[item] = Packed { name, minors, fields: at.take(length) };
        item += 1;
    }
    types
};

/// The kinds by group, version and name.
pub(super) static KINDS: [Kind; LAYOUT.kinds.1] = {
    let (mut kinds, mut at, mut item) = ([const { Kind::NONE }; LAYOUT.kinds.1], LAYOUT.kinds.0, 0);
    while item < kinds.len() {
        kinds[item] = read_kind(&mut at);
        item += 1;
    }
    kinds
};

/// The kinds by name.
pub(super) static KIND_SLOTS: Slots<[u16; slots_for(LAYOUT.kinds.1)]> = {
    let (mut slots, mut item) = (Slots::EMPTY, 0);
    while item < KINDS.len() {
        slots.add(KINDS[item].kind, item);
        item += 1;
    }
    slots
};

const fn word(at: &mut Cursor) -> &'static str {
    WORDS[at.index()]
}

const fn read_kind(at: &mut Cursor) -> Kind {
    Kind {
        group: word(at),
        version: word(at),
        kind: word(at),
        type_id: TypeId(at.number() as u16),
        minors: at.number(),
        is_cluster_scoped: at.byte() == 1,
        introduced: at.byte(),
        deprecated: at.byte(),
        removed: at.byte(),
        replacement: word(at),
        oldest: LAYOUT.oldest,
    }
}

fn bit(minor: u8) -> u64 {
    1 << (minor - LAYOUT.oldest)
}

/// How many types there are in all minors.
pub(super) const TYPE_COUNT: usize = LAYOUT.types.1;

pub(super) fn type_named(name: &str, minor: u8) -> Option<TypeId> {
    let at = TYPES.binary_search_by(|it| it.name.cmp(name)).ok()?;
    (TYPES[at].minors & bit(minor) != 0).then_some(TypeId(at as u16))
}

/// A type with the fields it has in a minor.
pub(super) fn expand(id: TypeId, minor: u8) -> Type {
    let packed = &TYPES[usize::from(id.0)];
    let mut at = Cursor::at(packed.fields);
    let fields = at.many(|at| read_field(at, minor));
    Type::new(packed.name, fields.into_iter().flatten().collect())
}

fn read_field(at: &mut Cursor, minor: u8) -> Option<Field> {
    let (name, minors) = (word(at), at.number());
    let shape = read_shape(at);
    let flags = at.number();
    let flag = |bit: u32| flags >> bit & 1 == 1;
    let go_type = word(at);
    let within = word(at);
    let map_keys = LISTS[at.index()];
    let merge_key = word(at);
    let values = LISTS[at.index()];
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
    (minors == 0 || minors & bit(minor) != 0).then_some(field)
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
        21 => Shape::List(Box::new(read_shape(at))),
        22 => Shape::Map(Box::new(read_shape(at))),
        _ => Shape::Any,
    }
}
