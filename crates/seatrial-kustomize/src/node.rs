//! Trees that patches and transformers change: Kustomize's `RNode`, without
//! comments, with the origin of every value.

use seatrial_yaml::{Dialect, Plain, Style, Value as Parsed, json_float};
use smol_str::SmolStr;

use crate::origin::{OriginId, Origins};

/// A value and what set it last.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// What set it last.
    pub origin: OriginId,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text with its type.
    Scalar(Scalar),
    /// Keys in the order in which they were written or added.
    Map(Vec<(SmolStr, Node)>),
    /// Items.
    List(Vec<Node>),
}

/// A scalar as YAML nodes hold it: the text, and what it is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text, quotes and escapes resolved.
    pub text: SmolStr,
    /// The tag. A text that was put into a node keeps the node's tag.
    pub tag: Tag,
    /// Whether quotes make it a string when nothing else says so.
    pub is_quoted: bool,
    /// Whether it was written in a folded block, in which upstream writes it
    /// once more before it reads it for good.
    pub is_folded: bool,
}

/// A scalar's type, as far as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// The text speaks for itself.
    Implicit,
    /// A string.
    Str,
    /// Not a string: the text, read as a plain scalar, says what it is.
    Plain,
    /// Nothing.
    Null,
}

/// What a scalar is when the tree is printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A string.
    Str(&'a str),
    /// Anything else.
    Other(Plain),
}

impl Scalar {
    /// A text that speaks for itself.
    pub fn implicit(text: impl Into<SmolStr>) -> Self {
        Self { text: text.into(), tag: Tag::Implicit, is_quoted: false, is_folded: false }
    }

    /// Nothing.
    pub fn null() -> Self {
        Self { text: SmolStr::new_static("null"), tag: Tag::Null, is_quoted: false, is_folded: false }
    }

    /// A string.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self { text: text.into(), tag: Tag::Str, is_quoted: false, is_folded: false }
    }

    /// A number or a boolean, by its text.
    pub fn plain(text: impl Into<SmolStr>) -> Self {
        Self { text: text.into(), tag: Tag::Plain, is_quoted: false, is_folded: false }
    }

    /// Whether it is nothing.
    pub fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// What it is when printed.
    pub fn value(&self) -> Value<'_> {
        match self.tag {
            Tag::Null => Value::Other(Plain::Null),
            // Quotes stay when a patch puts a number into a quoted text.
            Tag::Str | Tag::Implicit | Tag::Plain if self.tag == Tag::Str || self.is_quoted => {
                Value::Str(&self.text)
            }
            Tag::Str | Tag::Implicit | Tag::Plain => match Plain::of(&self.text, Dialect::GoYaml3) {
                Plain::Str => Value::Str(&self.text),
                other => Value::Other(other),
            },
        }
    }
}

impl Node {
    /// A node.
    pub fn new(content: Content, origin: OriginId) -> Self {
        Self { content, origin }
    }

    /// A scalar.
    pub fn scalar(scalar: Scalar, origin: OriginId) -> Self {
        Self::new(Content::Scalar(scalar), origin)
    }

    /// A map without keys.
    pub fn map(origin: OriginId) -> Self {
        Self::new(Content::Map(Vec::new()), origin)
    }

    /// Takes over a parsed tree: aliases and merges written out. None when it
    /// nests too deep.
    pub fn read(node: seatrial_yaml::Node<'_>, origins: &mut Origins) -> Option<Self> {
        Self::taken(node, origins, &read_scalar, 0)
    }

    /// Takes over a tree as `sigs.k8s.io/yaml` decodes it: `yes` is a boolean,
    /// a number is its value. None when it nests too deep.
    pub(crate) fn decoded(node: seatrial_yaml::Node<'_>, origins: &mut Origins) -> Option<Self> {
        Self::taken(node, origins, &|_, value| decoded_scalar(value), 0)
    }

    fn taken(
        node: seatrial_yaml::Node<'_>,
        origins: &mut Origins,
        scalar: &dyn Fn(seatrial_yaml::Node<'_>, &Parsed<'_>) -> Scalar,
        depth: usize,
    ) -> Option<Self> {
        if depth > crate::DEPTH_MAX {
            return None;
        }
        let origin = origins.written(node.written_span());
        let content = match node.value() {
            Parsed::Mapping => {
                let mut entries = Vec::with_capacity(node.len());
                for entry in node.entries() {
                    let value = Self::taken(entry.value, origins, scalar, depth + 1)?;
                    entries.push((SmolStr::new(entry.name()), value));
                }
                Content::Map(entries)
            }
            Parsed::Sequence => {
                let items = node.items().map(|item| Self::taken(item, origins, scalar, depth + 1));
                Content::List(items.collect::<Option<_>>()?)
            }
            value => Content::Scalar(scalar(node, &value)),
        };
        Some(Self { content, origin })
    }

    /// Whether it is the same value, and nothing set any part of it again, not
    /// even to what it was.
    pub(crate) fn is_untouched(&self, other: &Self) -> bool {
        self.origin == other.origin
            && match (&self.content, &other.content) {
                (Content::Scalar(one), Content::Scalar(other)) => one == other,
                (Content::List(one), Content::List(other)) => {
                    one.len() == other.len()
                        && one.iter().zip(other).all(|(one, other)| one.is_untouched(other))
                }
                (Content::Map(one), Content::Map(other)) => {
                    one.len() == other.len()
                        && one
                            .iter()
                            .zip(other)
                            .all(|(one, other)| one.0 == other.0 && one.1.is_untouched(&other.1))
                }
                _ => false,
            }
    }

    /// How many values it holds, itself included, and how deep they nest.
    pub(crate) fn extent(&self) -> (usize, usize) {
        let below = |nodes: &mut dyn Iterator<Item = &Node>| {
            nodes
                .map(Node::extent)
                .fold((1, 1), |(count, height), (more, deep)| (count + more, height.max(deep + 1)))
        };
        match &self.content {
            Content::Scalar(_) => (1, 1),
            Content::Map(entries) => below(&mut entries.iter().map(|(_, value)| value)),
            Content::List(items) => below(&mut items.iter()),
        }
    }

    /// The text of a scalar, `""` for anything else.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Scalar(scalar) => &scalar.text,
            Content::Map(_) | Content::List(_) => "",
        }
    }

    /// Whether it is nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.is_null())
    }

    /// Whether there is nothing in it: null, `{}`, `[]` or an empty text.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Scalar(scalar) => scalar.is_null() || scalar.text.is_empty(),
            Content::Map(entries) => entries.is_empty(),
            Content::List(items) => items.is_empty(),
        }
    }

    /// Kustomize's word for its kind.
    pub fn kind_name(&self) -> &'static str {
        match &self.content {
            Content::Scalar(_) => "ScalarNode",
            Content::Map(_) => "MappingNode",
            Content::List(_) => "SequenceNode",
        }
    }

    /// The entries of a map.
    pub fn entries(&self) -> &[(SmolStr, Node)] {
        match &self.content {
            Content::Map(entries) => entries,
            Content::Scalar(_) | Content::List(_) => &[],
        }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            Content::Scalar(_) | Content::Map(_) => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value of a key that is looked for at its place first.
    pub fn get_near(&self, place: usize, name: &str) -> Option<&Node> {
        let there = self.entries().get(place).filter(|(key, _)| key == name);
        there.map(|(_, value)| value).or_else(|| self.get(name))
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        match &mut self.content {
            Content::Map(entries) => entry_mut(entries, name),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    /// The value below several keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The text below several keys, `""` where there is none.
    pub fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).map_or("", Node::text)
    }

    /// Puts a value at a key: in place, or at the end. Does nothing to what is
    /// no map.
    pub fn set(&mut self, name: &str, value: Node) {
        let Content::Map(entries) = &mut self.content else { return };
        match entries.iter_mut().find(|(key, _)| key == name) {
            Some((_, slot)) => *slot = value,
            None => entries.push((SmolStr::new(name), value)),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, name: &str) -> Option<Node> {
        let Content::Map(entries) = &mut self.content else { return None };
        let at = entries.iter().position(|(key, _)| key == name)?;
        Some(entries.remove(at).1)
    }

    /// The map at a key, made where there is none.
    pub fn map_at(&mut self, name: &str, origin: OriginId) -> &mut Node {
        if self.get(name).is_none_or(Node::is_null) {
            self.set(name, Self::map(origin));
        }
        self.get_mut(name).expect("it was set")
    }
}

/// The value of a key among entries.
pub(crate) fn entry_mut<'n>(entries: &'n mut [(SmolStr, Node)], name: &str) -> Option<&'n mut Node> {
    entries.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A scalar as its value is printed again.
fn decoded_scalar(value: &Parsed<'_>) -> Scalar {
    match value {
        Parsed::Str(text) => Scalar::string(*text),
        Parsed::Bool(value) => Scalar::plain(value.to_string()),
        Parsed::Int(value) => Scalar::plain(value.to_string()),
        Parsed::Uint(value) => Scalar::plain(value.to_string()),
        Parsed::Float(value) => Scalar::plain(json_float(*value)),
        Parsed::Null | Parsed::Mapping | Parsed::Sequence => Scalar::null(),
    }
}

fn read_scalar(node: seatrial_yaml::Node<'_>, value: &Parsed<'_>) -> Scalar {
    let is_folded = node.style() == Style::Folded;
    let text = || node.scalar_text().map_or_else(SmolStr::default, SmolStr::new);
    match value {
        Parsed::Null => Scalar { text: text(), tag: Tag::Null, is_quoted: false, is_folded: false },
        Parsed::Str(text) if Plain::of(text, Dialect::GoYaml3) == Plain::Str => Scalar {
            text: SmolStr::new(text),
            tag: Tag::Str,
            is_quoted: node.style() != Style::Plain,
            is_folded,
        },
        // A string by its quotes or its tag, or a point in time.
        Parsed::Str(text) if node.style() == Style::Plain && node.source_text() == *text => {
            Scalar { text: SmolStr::new(text), tag: Tag::Plain, is_quoted: false, is_folded: false }
        }
        Parsed::Str(text) => Scalar { text: SmolStr::new(text), tag: Tag::Str, is_quoted: true, is_folded },
        _ => Scalar { text: text(), tag: Tag::Plain, is_quoted: false, is_folded: false },
    }
}
