//! Parts of an `ApplicationSet` that are filled in: data with the places it was
//! written at.

use std::fmt::Write as _;

use seatrial_source::{Span, TextMap, TextOrigin};
use seatrial_yaml::{Node, Value};

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) data: Data,
    pub(super) span: Option<Span>,
}

/// What it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Text(String),
    /// Null, a boolean or a number, as JSON writes it.
    Plain(String),
    List(Vec<Item>),
    /// In the order they were written in.
    Map(Vec<(String, Item)>),
}

impl Item {
    /// A text that nobody wrote.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { data: Data::Text(text.into()), span: None }
    }

    /// A mapping that nobody wrote.
    pub(super) fn map(entries: Vec<(String, Item)>) -> Self {
        Self { data: Data::Map(entries), span: None }
    }

    /// What a document says, as JSON would hold it.
    pub(super) fn of(node: Node<'_>) -> Self {
        let data = match node.value() {
            Value::Str(text) => Data::Text(text.to_owned()),
            Value::Sequence => Data::List(node.items().map(Self::of).collect()),
            Value::Mapping => {
                let entries = node.entries().map(|it| (it.name().into_owned(), Self::of(it.value)));
                Data::Map(entries.collect())
            }
            _ => Data::Plain(node.to_json()),
        };
        Self { data, span: Some(node.span()) }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|it| it.0 == key).map(|it| &it.1)
    }

    pub(super) fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |item, key| item.get(key))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    pub(super) fn word(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str().filter(|it| !it.is_empty())
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|it| it.data == Data::Plain("true".to_owned()))
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        if let Data::Map(entries) = &self.data { entries } else { &[] }
    }

    pub(super) fn items(&self) -> &[Self] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    pub(super) fn list(&self, key: &str) -> &[Self] {
        self.get(key).map_or(&[], Self::items)
    }

    fn is_null(&self) -> bool {
        self.data == Data::Plain("null".to_owned())
    }

    /// Sets an entry, in its old place where it has one.
    pub(super) fn set(&mut self, key: &str, value: Self) {
        let Data::Map(entries) = &mut self.data else { return };
        match entries.iter_mut().find(|it| it.0 == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key.to_owned(), value)),
        }
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, key: &str) {
        if let Data::Map(entries) = &mut self.data {
            entries.retain(|it| it.0 != key);
        }
    }

    /// Puts another over it: mappings are merged, all else is replaced, and null
    /// takes an entry away.
    pub(super) fn merge(&mut self, over: &Self, removes_null: bool) {
        if !matches!((&self.data, &over.data), (Data::Map(_), Data::Map(_))) {
            *self = over.clone();
            return;
        }
        for (key, value) in over.entries() {
            if removes_null && value.is_null() {
                self.remove(key);
                continue;
            }
            let Data::Map(entries) = &mut self.data else { return };
            match entries.iter_mut().find(|it| it.0 == *key) {
                Some(entry) => entry.1.merge(value, removes_null),
                None => entries.push((key.clone(), value.clone())),
            }
        }
    }

    /// Takes over from another what is empty in it, as Go sees it.
    pub(super) fn complete(&mut self, from: &Self) {
        if self.is_empty() {
            self.clone_from(from);
            return;
        }
        let Data::Map(entries) = &mut self.data else { return };
        for (key, value) in from.entries() {
            match entries.iter_mut().find(|it| it.0 == *key) {
                // To Argo CD these are bytes, which are there or not.
                Some(entry) if entry.0 == "valuesObject" && !entry.1.is_empty() => {}
                Some(entry) => entry.1.complete(value),
                None => entries.push((key.clone(), value.clone())),
            }
        }
    }

    fn is_empty(&self) -> bool {
        match &self.data {
            Data::Text(text) => text.is_empty(),
            Data::Plain(text) => matches!(text.as_str(), "null" | "false" | "0"),
            Data::List(items) => items.is_empty(),
            Data::Map(entries) => entries.is_empty(),
        }
    }

    /// The values below it by their way there (`a.b.0`), as texts.
    pub(super) fn flattened(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        self.flatten("", &mut found);
        found
    }

    fn flatten(&self, way: &str, found: &mut Vec<(String, String)>) {
        let below = |key: &str| if way.is_empty() { key.to_owned() } else { format!("{way}.{key}") };
        match &self.data {
            Data::Text(text) | Data::Plain(text) => found.push((way.to_owned(), text.clone())),
            Data::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    item.flatten(&below(&at.to_string()), found);
                }
            }
            Data::Map(entries) => {
                for (key, item) in entries {
                    item.flatten(&below(key), found);
                }
            }
        }
    }

    /// It as JSON, and which of its parts were written where.
    pub(super) fn json(&self) -> (String, TextMap) {
        let (mut text, mut map) = (String::new(), TextMap::new());
        self.write(&mut text, &mut map);
        (text, map)
    }

    fn write(&self, text: &mut String, map: &mut TextMap) {
        match &self.data {
            Data::Text(value) => self.write_marked(&quoted(value), text, map),
            Data::Plain(value) => self.write_marked(value, text, map),
            Data::List(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    item.write(text, map);
                }
                text.push(']');
            }
            Data::Map(entries) => {
                text.push('{');
                for (at, (key, item)) in entries.iter().enumerate() {
                    text.push_str(if at > 0 { ", " } else { "" });
                    item.write_marked(&quoted(key), text, map);
                    text.push_str(": ");
                    item.write(text, map);
                }
                text.push('}');
            }
        }
    }

    fn write_marked(&self, piece: &str, text: &mut String, map: &mut TextMap) {
        let start = text.len() as u32;
        text.push_str(piece);
        if let Some(span) = self.span {
            map.push(start, text.len() as u32, TextOrigin { span, verbatim: false });
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter
                if letter < ' '
                    || matches!(letter, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}') =>
            {
                write!(out, "\\u{:04x}", letter as u32).expect("a string takes everything");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
