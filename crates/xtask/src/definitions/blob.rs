//! The table as bytes; `seatrial-schema` `published/read.rs` reads them back.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::Kinds;
use super::schema::{Bounds, Kind, Node, Rule};
use crate::schemas::{hash_of, replace_data};

/// Each group packed for itself, so that only what is asked for is unpacked.
pub(super) fn store(top: &Path, groups: &BTreeMap<String, Kinds>, newest: &str) -> anyhow::Result<()> {
    let (mut head, mut body) = (Vec::new(), Vec::new());
    text(&mut head, newest);
    number(&mut head, groups.len());
    let mut sizes = Vec::new();
    for (group, kinds) in groups {
        let plain = Group::of(kinds);
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&plain)?;
        let packed = packed.finish()?;
        text(&mut head, group);
        number(&mut head, packed.len());
        number(&mut head, plain.len());
        sizes.push((packed.len(), plain.len(), kinds.len(), group));
        body.extend(packed);
    }
    sizes.sort();
    for (packed, plain, kinds, group) in &sizes {
        anstream::println!("{packed:>7} {plain:>8} {kinds:>4} {group}");
    }
    head.extend(body);
    let crate_dir = top.join("crates/seatrial-schema");
    let hash = hash_of(&head);
    let name = format!("definitions-{}.bin", &hash[..16]);
    replace_data(&crate_dir.join("data"), "definitions-", &name, &head)?;
    let source = format!(
        "//! The embedded definitions, written by `cargo xtask definitions`.\n\n\
         /// The packed bytes.\n\
         pub(super) static PACKED: &[u8] = include_bytes!(\"../../data/{name}\");\n\n\
         /// Their SHA-256.\n\
         #[cfg(test)]\n\
         pub(super) const SHA256: &str = \"{hash}\";\n"
    );
    fs::write(crate_dir.join("src/published/data.rs"), source)?;
    let kinds: usize = groups.values().map(BTreeMap::len).sum();
    anstream::println!("{name}: {} bytes, {} groups, {kinds} versions of kinds", head.len(), groups.len());
    Ok(())
}

fn number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len());
    bytes.extend(text.as_bytes());
}

/// Strings, nodes and kinds of a group, in this order. Each node stands once,
/// behind those that it names.
#[derive(Default)]
struct Group<'a> {
    words: BTreeMap<&'a str, usize>,
    ids: BTreeMap<&'a Node, usize>,
    nodes: Vec<u8>,
}

impl<'a> Group<'a> {
    fn of(kinds: &'a Kinds) -> Vec<u8> {
        let mut group = Self::default();
        for ((kind, version), node) in kinds {
            group.word(kind);
            group.word(version);
            group.collect(node);
        }
        group.words.values_mut().enumerate().for_each(|(at, id)| *id = at);
        let roots: Vec<usize> = kinds.values().map(|node| group.add(node)).collect();
        let mut bytes = Vec::new();
        number(&mut bytes, group.words.len());
        group.words.keys().for_each(|word| text(&mut bytes, word));
        number(&mut bytes, group.ids.len());
        bytes.append(&mut group.nodes);
        number(&mut bytes, kinds.len());
        for ((kind, version), root) in kinds.keys().zip(roots) {
            number(&mut bytes, group.words[kind.as_str()]);
            number(&mut bytes, group.words[version.as_str()]);
            number(&mut bytes, root);
        }
        bytes
    }

    fn word(&mut self, word: &'a str) {
        self.words.insert(word, 0);
    }

    fn collect(&mut self, node: &'a Node) {
        let names = node.refers.iter().chain(node.properties.keys()).chain(&node.required);
        let names = names.chain(&node.bounds.values).chain(&node.map_keys);
        names.for_each(|it| self.word(it));
        let bounds = &node.bounds;
        let others = [&bounds.pattern, &bounds.format, &node.default].into_iter();
        let rules = node.rules.iter().flat_map(Rule::words);
        others.chain(rules).filter(|it| !it.is_empty()).for_each(|it| self.word(it));
        let below = node.properties.values().chain(node.additional.as_deref()).chain(node.items.as_deref());
        below.chain(bounds.clauses.iter().flatten()).for_each(|it| self.collect(it));
    }

    fn list(&self, bytes: &mut Vec<u8>, words: impl ExactSizeIterator<Item = &'a String>) {
        number(bytes, words.len());
        words.for_each(|it| number(bytes, self.words[it.as_str()]));
    }

    /// A word, one up; 0 for none.
    fn some_word(&self, bytes: &mut Vec<u8>, word: &str) {
        number(bytes, if word.is_empty() { 0 } else { self.words[word] + 1 });
    }

    /// A bit for each part that is there, then these parts.
    fn bounds(&self, bytes: &mut Vec<u8>, id: usize, bounds: &Bounds, clauses: &[Vec<usize>]) {
        let mut there =
            vec![!bounds.values.is_empty(), !bounds.pattern.is_empty(), !bounds.format.is_empty()];
        there.extend([bounds.exclusive_minimum, bounds.exclusive_maximum]);
        there.extend(bounds.limits.iter().map(Option::is_some));
        there.extend(clauses.iter().map(|it| !it.is_empty()));
        number(bytes, there.iter().enumerate().fold(0, |bits, (at, flag)| bits | usize::from(*flag) << at));
        if !bounds.values.is_empty() {
            self.list(bytes, bounds.values.iter());
        }
        for word in [&bounds.pattern, &bounds.format].into_iter().filter(|it| !it.is_empty()) {
            number(bytes, self.words[word.as_str()]);
        }
        for limit in bounds.limits.iter().flatten() {
            // Zigzag.
            number(bytes, (limit << 1 ^ limit >> 63).cast_unsigned() as usize);
        }
        for clause in clauses.iter().filter(|it| !it.is_empty()) {
            number(bytes, clause.len());
            for below in clause {
                number(bytes, id - below);
            }
        }
    }

    /// The number of a node, which is written where it is new.
    fn add(&mut self, node: &'a Node) -> usize {
        if let Some(id) = self.ids.get(node) {
            return *id;
        }
        let additional = node.additional.as_deref().map(|it| self.add(it));
        let items = node.items.as_deref().map(|it| self.add(it));
        let fields: Vec<_> = node.properties.iter().map(|(name, it)| (name, self.add(it))).collect();
        let clauses: Vec<Vec<usize>> =
            node.bounds.clauses.iter().map(|all| all.iter().map(|it| self.add(it)).collect()).collect();
        let id = self.ids.len();
        let mut bytes = Vec::new();
        let has_bounds = node.bounds != Bounds::default();
        let has_more = !node.default.is_empty() || !node.rules.is_empty();
        let flags = [
            node.open,
            node.nullable,
            node.embedded,
            !fields.is_empty(),
            additional.is_some() || items.is_some(),
            has_bounds,
            !node.map_keys.is_empty() || node.is_set,
            has_more,
        ];
        let kind = match node.kind {
            _ if node.refers.is_some() => 8,
            Kind::Any => 0,
            Kind::One(kind) => kind.code(),
            Kind::IntOrString => 7,
        };
        bytes.push(kind);
        bytes.push(flags.iter().enumerate().fold(0, |bits, (at, flag)| bits | u8::from(*flag) << at));
        if let Some(of) = &node.refers {
            number(&mut bytes, self.words[of.as_str()]);
        }
        if !fields.is_empty() {
            number(&mut bytes, fields.len());
            let mut before = 0;
            for (name, below) in fields {
                let word = self.words[name.as_str()];
                let is_required = node.required.contains(name);
                number(&mut bytes, (word - before) << 1 | usize::from(is_required));
                number(&mut bytes, id - below);
                before = word;
            }
        }
        if additional.is_some() || items.is_some() {
            for below in [additional, items] {
                number(&mut bytes, below.map_or(0, |below| id - below));
            }
        }
        if has_bounds {
            self.bounds(&mut bytes, id, &node.bounds, &clauses);
        }
        if !node.map_keys.is_empty() || node.is_set {
            self.list(&mut bytes, node.map_keys.iter());
        }
        if has_more {
            self.some_word(&mut bytes, &node.default);
            number(&mut bytes, node.rules.len());
            for word in node.rules.iter().flat_map(Rule::words) {
                self.some_word(&mut bytes, word);
            }
        }
        number(&mut self.nodes, bytes.len());
        self.nodes.extend(bytes);
        self.ids.insert(node, id);
        id
    }
}
