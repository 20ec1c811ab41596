//! Reads the embedded bytes; `xtask` `definitions/blob.rs` writes them. They are
//! ours and checked by a test, so what is wrong in them is a bug, not input.

use std::io::Read;
use std::sync::OnceLock;

use flate2::read::ZlibDecoder;
use smol_str::SmolStr;

use super::Entry;
use super::data::PACKED;
use crate::structural::{Additional, Bounds, Structural, ValueKind};
use crate::table::Table;
use crate::value::Value;

/// The kind of node that stands for one of Kubernetes' own types.
const REFERENCE: u8 = 8;

/// What groups there are.
pub(super) struct Head {
    pub(super) date: &'static str,
    pub(super) groups: Vec<PackedGroup>,
}

/// A group and where its bytes lie.
pub(super) struct PackedGroup {
    pub(super) name: &'static str,
    packed: &'static [u8],
    plain_len: usize,
    unpacked: OnceLock<Group>,
}

/// The kinds of a group, and the nodes that their schemas are made of.
pub(super) struct Group {
    pub(super) kinds: Vec<Entry>,
    words: Vec<&'static str>,
    nodes: Vec<&'static [u8]>,
}

/// The list of groups, read when it is first asked for.
pub(super) fn head() -> &'static Head {
    static HEAD: OnceLock<Head> = OnceLock::new();
    HEAD.get_or_init(|| {
        let mut at = Cursor { rest: PACKED };
        let date = at.text();
        let sizes = at.many(|at| (at.text(), at.number(), at.number()));
        let groups = sizes.into_iter().map(|(name, length, plain_len)| PackedGroup {
            name,
            packed: at.take(length),
            plain_len,
            unpacked: OnceLock::new(),
        });
        Head { date, groups: groups.collect() }
    })
}

impl PackedGroup {
    pub(super) fn unpacked(&self) -> &Group {
        self.unpacked.get_or_init(|| {
            let mut plain = Vec::with_capacity(self.plain_len);
            ZlibDecoder::new(self.packed)
                .read_to_end(&mut plain)
                .expect("the embedded definitions are whole");
            // It stays until the program ends, as the group does.
            Group::read(self.name, plain.leak())
        })
    }
}

/// A place in the bytes.
struct Cursor {
    rest: &'static [u8],
}

impl Cursor {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.rest.split_first().expect("the embedded definitions are whole");
        self.rest = rest;
        *first
    }

    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn take(&mut self, length: usize) -> &'static [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn text(&mut self) -> &'static str {
        let length = self.number();
        std::str::from_utf8(self.take(length)).expect("the embedded definitions hold UTF-8")
    }

    fn many<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.number();
        (0..count).map(|_| read(self)).collect()
    }
}

impl Group {
    fn read(group: &'static str, plain: &'static [u8]) -> Self {
        let mut at = Cursor { rest: plain };
        let words = at.many(Cursor::text);
        let nodes = at.many(|at| {
            let length = at.number();
            at.take(length)
        });
        let kinds = at.many(|at| {
            let (kind, version, root) = (words[at.number()], words[at.number()], at.number());
            Entry { group, kind, version, root, read: OnceLock::new() }
        });
        Self { kinds, words, nodes }
    }

    /// The schema of a node and of all below it.
    pub(super) fn schema(&self, id: usize) -> Structural {
        let mut at = Cursor { rest: self.nodes[id] };
        let (kind, flags) = (at.byte(), at.byte());
        let has = |bit: u32| flags >> bit & 1 == 1;
        if kind == REFERENCE {
            let of = Table::default_minor().type_named(self.words[at.number()]);
            let of = of.expect("a type of the table");
            return Structural::of_type(Table::default_minor(), of);
        }
        let mut schema = Structural::default();
        schema.kind = value_kind(kind);
        schema.preserve_unknown = has(0);
        schema.nullable = has(1);
        schema.embedded_resource = has(2);
        schema.int_or_string = kind == 7;
        let mut bounds = Bounds::default();
        if has(3) {
            let mut word = 0;
            let properties = at.many(|at| {
                let step = at.number();
                word += step >> 1;
                let name = SmolStr::new_static(self.words[word]);
                if step & 1 == 1 {
                    bounds.required.push(name.clone());
                }
                (name, self.schema(id - at.number()))
            });
            schema.properties = properties.into_iter().collect();
        }
        if has(4) {
            let mut below = || Some(at.number()).filter(|step| *step != 0).map(|step| self.schema(id - step));
            schema.additional = below().map(|it| Additional::Schema(Box::new(it)));
            schema.items = below().map(Box::new);
        }
        if has(5) {
            bounds.values = at.many(|at| Value::Str(SmolStr::new_static(self.words[at.number()])));
            bounds.minimum = bound(at.number());
            bounds.maximum = bound(at.number());
            if let Some(word) = at.number().checked_sub(1) {
                bounds.pattern = SmolStr::new_static(self.words[word]);
            }
        }
        if has(6) {
            schema.list_map_keys = at.many(|at| SmolStr::new_static(self.words[at.number()]));
            let is_set = schema.list_map_keys.is_empty();
            schema.list_type = Some(SmolStr::new_static(if is_set { "set" } else { "map" }));
        }
        schema.with_bounds(bounds)
    }
}

/// Zigzag, one up: 0 is none.
fn bound(code: usize) -> Option<f64> {
    let code = code.checked_sub(1)?;
    let size = i64::try_from(code >> 1).expect("bounds are small");
    Some(if code & 1 == 1 { !size } else { size } as f64)
}

fn value_kind(code: u8) -> Option<ValueKind> {
    Some(match code {
        1 => ValueKind::Object,
        2 => ValueKind::Array,
        3 => ValueKind::String,
        4 => ValueKind::Integer,
        5 => ValueKind::Number,
        6 => ValueKind::Boolean,
        _ => return None,
    })
}
