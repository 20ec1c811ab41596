//! Typed fields out of YAML, as `sigs.k8s.io/yaml` decodes them into Go's
//! structs: a number where text is wanted becomes text, names match in any
//! case, and the first thing that does not fit is told in Go's words.

use std::collections::BTreeMap;

use seatrial_source::Span;
use seatrial_yaml::{Node, Value};

/// A text and where it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Where it stands; none for what is left out.
    pub span: Option<Span>,
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), span: None }
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text)
    }
}

/// What did not fit, in Go's words, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) message: String,
    pub(super) span: Span,
}

/// A mapping that is decoded into a struct.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    node: Node<'a>,
    /// The Go struct's name.
    name: &'static str,
    /// The fields on the way to it, with a dot behind each.
    path: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields of a mapping; none for a null.
    pub(super) fn of(
        node: Node<'a>,
        name: &'static str,
        path: &'static str,
        wanted: &str,
    ) -> Result<Option<Self>, Misfit> {
        match node.value() {
            Value::Mapping => Ok(Some(Self { node, name, path })),
            Value::Null => Ok(None),
            _ => {
                let field = path.strip_suffix('.').map(|field| ("Metadata", field));
                Err(misfit(node, field, wanted))
            }
        }
    }

    fn find(self, name: &str) -> Option<Node<'a>> {
        // The last of several spellings wins: decoding goes by sorted keys.
        let mut found: Option<(String, Node<'a>)> = None;
        for entry in self.node.entries() {
            let key = entry.name();
            if key.eq_ignore_ascii_case(name) && found.as_ref().is_none_or(|(last, _)| last.as_str() < &*key)
            {
                found = Some((key.into_owned(), entry.value));
            }
        }
        found.map(|(_, node)| node)
    }

    fn misfit(self, node: Node<'_>, field: &str, wanted: &str) -> Misfit {
        let field = format!("{}{field}", self.path);
        misfit(node, Some((self.name, &field)), wanted)
    }

    pub(super) fn text(self, field: &str) -> Result<Text, Misfit> {
        match self.find(field) {
            Some(node) => text_of(node).ok_or_else(|| self.misfit(node, field, "string")),
            None => Ok(Text::default()),
        }
    }

    pub(super) fn flag(self, field: &str) -> Result<bool, Misfit> {
        match self.find(field).map(|node| (node, node.value())) {
            None | Some((_, Value::Null)) => Ok(false),
            Some((_, Value::Bool(value))) => Ok(value),
            Some((node, _)) => Err(self.misfit(node, field, "bool")),
        }
    }

    pub(super) fn items(
        self,
        field: &str,
        wanted: &str,
    ) -> Result<Option<impl Iterator<Item = Node<'a>> + use<'a>>, Misfit> {
        match self.find(field).map(|node| (node, node.value())) {
            None | Some((_, Value::Null)) => Ok(None),
            Some((node, Value::Sequence)) => Ok(Some(node.items())),
            Some((node, _)) => Err(self.misfit(node, field, wanted)),
        }
    }

    pub(super) fn texts(self, field: &str) -> Result<Option<Vec<Text>>, Misfit> {
        let Some(items) = self.items(field, "[]string")? else { return Ok(None) };
        let mut texts = Vec::new();
        for item in items {
            let text = text_of(item).ok_or_else(|| self.misfit(item, field, "string"))?;
            texts.push(text);
        }
        Ok(Some(texts))
    }

    pub(super) fn map(self, field: &str) -> Result<Option<BTreeMap<String, Text>>, Misfit> {
        let Some(node) = self.find(field).filter(|node| !node.is_null()) else { return Ok(None) };
        if !node.is_mapping() {
            return Err(self.misfit(node, field, "map[string]string"));
        }
        let mut map = BTreeMap::new();
        for entry in node.entries() {
            let text = text_of(entry.value).ok_or_else(|| self.misfit(entry.value, field, "string"))?;
            map.insert(entry.name().into_owned(), text);
        }
        Ok(Some(map))
    }
}

/// The text of a scalar, empty for null; none for collections.
fn text_of(node: Node<'_>) -> Option<Text> {
    let text = match node.value() {
        Value::Str(text) => text.to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Float(_) => node.key_name().into_owned(),
        Value::Null => return Some(Text::default()),
        Value::Sequence | Value::Mapping => return None,
    };
    Some(Text { text, span: Some(node.span()) })
}

fn misfit(node: Node<'_>, field: Option<(&str, &str)>, wanted: &str) -> Misfit {
    let is = match node.value() {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::Sequence => "array",
        Value::Mapping => "object",
    };
    let into = match field {
        Some((name, field)) => format!("Go struct field {name}.{field} of type {wanted}"),
        None => format!("Go value of type {wanted}"),
    };
    let message =
        format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {is} into {into}");
    Misfit { message, span: node.span() }
}
