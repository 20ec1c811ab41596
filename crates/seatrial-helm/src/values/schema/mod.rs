//! values.schema.json: a JSON Schema of draft 4 to 2020-12 held against values,
//! with the words of the library that Helm 4 uses (santhosh-tekuri v6).
//!
//! Nothing is fetched: what a `$ref` names outside the text is an error. Bounds
//! keep schemas that refer to themselves from going on for ever.

mod check;
mod equal;
mod formats;
mod numbers;
mod refs;
mod shape;
mod violation;

use std::ops::Range;

use crate::errors::NOT_LOADED;
use crate::json;
use crate::template::{OriginId, Value};

pub use violation::Violation;

use refs::Root;
use shape::Parts;

/// A schema that can be used.
#[derive(Debug)]
pub struct Schema {
    root: Root,
}

/// What is wrong with values, or with the schema itself.
#[derive(Clone, Debug, Default)]
pub struct SchemaFailure {
    /// What Helm prints below the chart's name.
    pub text: String,
    /// What is wrong with the values, outermost first; empty if the schema
    /// itself is at fault.
    pub violations: Vec<Violation>,
}

/// The drafts, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    Of2019,
    Of2020,
}

impl Draft {
    /// The draft that `$schema` names.
    fn of_url(url: &str) -> Option<Self> {
        let url = url.strip_suffix('#').unwrap_or(url);
        let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
        match url {
            "json-schema.org/draft-04/schema" => Some(Self::Four),
            "json-schema.org/draft-06/schema" => Some(Self::Six),
            "json-schema.org/draft-07/schema" => Some(Self::Seven),
            "json-schema.org/draft/2019-09/schema" => Some(Self::Of2019),
            "json-schema.org/draft/2020-12/schema" | "json-schema.org/schema" => Some(Self::Of2020),
            _ => None,
        }
    }

    fn url(self) -> &'static str {
        match self {
            Self::Four => "http://json-schema.org/draft-04/schema",
            Self::Six => "http://json-schema.org/draft-06/schema",
            Self::Seven => "http://json-schema.org/draft-07/schema",
            Self::Of2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::Of2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }
}

impl Schema {
    /// Reads a schema; the error is the library's text. Where the schema breaks
    /// the rules of its draft, only the first place is told.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut nowhere = |_: Range<usize>| OriginId::NONE;
        let document = json::read(text, &mut nowhere).map_err(|message| {
            if message.ends_with("after top-level value") {
                return "invalid character after top-level value".to_owned();
            }
            if message == "unexpected end of JSON input" && !text.trim().is_empty() {
                return "unexpected EOF".to_owned();
            }
            if message == "unexpected end of JSON input" { "EOF".to_owned() } else { message }
        })?;
        let draft = match document.value.as_map().and_then(|it| it.get("$schema")) {
            None => Draft::Of2020,
            Some(url) => {
                let url = url.as_str().unwrap_or_default();
                Draft::of_url(url).ok_or_else(|| format!("{NOT_LOADED}{}", crate::go::quote(url)))?
            }
        };
        let parts = Parts::of(&document.value, draft);
        shape::check(&parts, draft)?;
        let root = Root::new(document.value, draft, &parts);
        root.check()?;
        Ok(Self { root })
    }

    /// Holds values against the schema.
    pub fn validate(&self, values: &Value) -> Result<(), SchemaFailure> {
        let violations = check::violations(&self.root, values);
        if violations.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for violation in &violations {
            violation.write(&mut text, 0);
        }
        Err(SchemaFailure { text: format!("{}\n", text.trim_start_matches('\n')), violations })
    }
}

#[cfg(test)]
mod tests;
