//! Reads the embedded definitions; `xtask` `definitions/blob.rs` writes them.

use std::io::Read;
use std::sync::OnceLock;

use flate2::read::ZlibDecoder;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};
use smol_str::SmolStr;

use super::Entry;
use super::data::PACKED;
use crate::decode::untyped;
use crate::packed::Cursor;
use crate::structural::{Additional, Bounds, Rule, Structural, ValueKind};
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
        let mut at = Cursor::at(PACKED);
        let date = at.text();
        let sizes = at.many(|at| (at.text(), at.index(), at.index()));
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

impl Group {
    fn read(group: &'static str, plain: &'static [u8]) -> Self {
        let mut at = Cursor::at(plain);
        let words = at.many(Cursor::text);
        let nodes = at.many(|at| {
            let length = at.index();
            at.take(length)
        });
        let kinds = at.many(|at| {
            let (kind, version, root) = (words[at.index()], words[at.index()], at.index());
            Entry { group, kind, version, root, read: OnceLock::new() }
        });
        Self { kinds, words, nodes }
    }

    /// The schema of a node and of all below it.
    pub(super) fn schema(&self, id: usize) -> Structural {
        let mut at = Cursor::at(self.nodes[id]);
        let (kind, flags) = (at.byte(), at.byte());
        let has = |bit: u32| flags >> bit & 1 == 1;
        if kind == REFERENCE {
            let of = Table::default_minor().type_named(self.words[at.index()]);
            let of = of.expect("a type of the table");
            return Structural::of_type(Table::default_minor(), of);
        }
        let mut schema = Structural::default();
        schema.kind = ValueKind::of_code(kind);
        schema.preserve_unknown = has(0);
        schema.nullable = has(1);
        schema.embedded_resource = has(2);
        schema.int_or_string = kind == 7;
        let mut required = Vec::new();
        if has(3) {
            let mut word = 0;
            let properties = at.many(|at| {
                let step = at.index();
                word += step >> 1;
                let name = SmolStr::new_static(self.words[word]);
                if step & 1 == 1 {
                    required.push(name.clone());
                }
                (name, self.schema(id - at.index()))
            });
            schema.properties = properties.into_iter().collect();
        }
        if has(4) {
            let mut below = || Some(at.index()).filter(|step| *step != 0).map(|step| self.schema(id - step));
            schema.additional = below().map(|it| Additional::Schema(Box::new(it)));
            schema.items = below().map(Box::new);
        }
        if schema.kind == Some(ValueKind::Array) && schema.items.is_none() {
            // The API server wants to know the items: what was published lost them.
            let mut anything = Structural::default();
            anything.preserve_unknown = true;
            schema.items = Some(Box::new(anything));
        }
        let bounds = if has(5) { self.bounds(&mut at, id) } else { Bounds::default() };
        if has(6) {
            schema.list_map_keys = at.many(|at| self.word(at));
            let is_set = schema.list_map_keys.is_empty();
            schema.list_type = Some(SmolStr::new_static(if is_set { "set" } else { "map" }));
        }
        if has(7) {
            schema.default = self.some_word(&mut at).map(|it| default(&it));
            schema.rules = at.many(|at| {
                let mut word = || self.some_word(at).unwrap_or_default();
                let (rule, reason, field_path) = (word(), word(), word());
                Rule { rule, reason, field_path, ..Rule::default() }
            });
        }
        schema.with_bounds(Bounds { required, ..bounds })
    }

    fn word(&self, at: &mut Cursor) -> SmolStr {
        SmolStr::new_static(self.words[at.index()])
    }

    fn some_word(&self, at: &mut Cursor) -> Option<SmolStr> {
        at.index().checked_sub(1).map(|word| SmolStr::new_static(self.words[word]))
    }

    fn bounds(&self, at: &mut Cursor, id: usize) -> Bounds {
        let there = at.number();
        let has = |bit: u32| there >> bit & 1 == 1;
        let words = |at: &mut Cursor| at.many(|at| Value::Str(self.word(at)));
        let values = if has(0) { words(at) } else { Vec::new() };
        let mut word = |bit| if has(bit) { self.word(at) } else { SmolStr::default() };
        let (pattern, format) = (word(1), word(2));
        let (exclusive_minimum, exclusive_maximum) = (has(3), has(4));
        let mut limit = |bit| has(bit).then(|| unzigzag(at.number()));
        let (minimum, maximum) = (limit(5).map(|it| it as f64), limit(6).map(|it| it as f64));
        let (min_length, max_length, min_items) = (limit(7), limit(8), limit(9));
        let (max_items, min_properties, max_properties) = (limit(10), limit(11), limit(12));
        let mut clauses =
            |bit| if has(bit) { at.many(|at| self.schema(id - at.index())) } else { Vec::new() };
        let (all_of, any_of, one_of) = (clauses(13), clauses(14), clauses(15));
        let not = clauses(16).pop().map(Box::new);
        Bounds {
            format,
            maximum,
            exclusive_maximum,
            minimum,
            exclusive_minimum,
            max_length,
            min_length,
            pattern,
            max_items,
            min_items,
            values,
            max_properties,
            min_properties,
            all_of,
            any_of,
            one_of,
            not,
            ..Bounds::default()
        }
    }
}

/// A default, as its JSON says.
fn default(json: &str) -> Value {
    let limits = Limits::default();
    let stream = parse(FileId(0), json.into(), Dialect::Json, &limits);
    stream.document_root(0).map_or(Value::Null, untyped)
}

fn unzigzag(code: u64) -> i64 {
    let size = i64::try_from(code >> 1).expect("bounds are small");
    if code & 1 == 1 { !size } else { size }
}
