//! values.schema.json: a JSON Schema of draft 4 to 2020-12 held against values,
//! with the words of the library that Helm 4 uses (santhosh-tekuri v6), or that
//! 3.10 used (gojsonschema).
//!
//! Nothing is fetched: what a `$ref` names outside the text is an error. Bounds
//! keep schemas that refer to themselves from going on for ever.

mod budget;
mod check;
mod equal;
mod formats;
mod numbers;
mod old;
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
    library: Library,
}

/// Whose rules and words these are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Library {
    /// santhosh-tekuri/jsonschema v6.
    #[default]
    Jsonschema,
    /// xeipuuv/gojsonschema, which knows nothing younger than draft 7.
    Gojsonschema,
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
    pub fn parse(text: &str, library: Library) -> Result<Self, String> {
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
        let named = document.value.as_map().and_then(|it| it.get("$schema"));
        let url = named.as_ref().map(|it| it.as_str().unwrap_or_default());
        let draft = match (library, url.map(Draft::of_url)) {
            (Library::Gojsonschema, draft) => {
                draft.flatten().filter(|it| *it < Draft::Seven).unwrap_or(Draft::Seven)
            }
            (_, None) => Draft::Of2020,
            (_, Some(Some(draft))) => draft,
            (_, Some(None)) => {
                return Err(format!("{NOT_LOADED}{}", crate::go::quote(url.unwrap_or_default())));
            }
        };
        let parts = Parts::of(&document.value, draft);
        let form = shape::check(&parts, draft);
        // gojsonschema takes the forms of old drafts beside those of new ones.
        let is_mixed = library == Library::Gojsonschema && draft == Draft::Seven;
        if form.is_err() && !(is_mixed && shape::check(&parts, Draft::Four).is_ok()) {
            form?;
        }
        let root = Root::new(document.value, draft, &parts);
        root.check()?;
        Ok(Self { root, library })
    }

    /// Holds values against the schema.
    pub fn validate(&self, values: &Value) -> Result<(), SchemaFailure> {
        let violations = match self.library {
            Library::Jsonschema => check::violations(&self.root, values),
            Library::Gojsonschema => old::violations(&self.root, values),
        };
        if violations.is_empty() {
            return Ok(());
        }
        if self.library == Library::Gojsonschema {
            return Err(SchemaFailure { text: violations.iter().map(old::line).collect(), violations });
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
