//! Variables: what stands between `{{` and `}}`, and what it is looked up in.

use std::sync::LazyLock;

use regex::Regex;
use seatrial_schema::{By, Entry, Map, Value};
use smol_str::SmolStr;

use crate::jmespath::{self, Scope, Stop, Work, json};

/// A text is looked through for further variables so often.
const ROUNDS_MAX: usize = 64;
/// Texts grow no longer than this.
const TEXT_MAX: usize = 256 * 1024;
/// Values stand in each other no deeper than this.
const DEPTH_MAX: usize = 100;

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(^|[^\\])(\{\{(?:\{[^{}]*\}|[^{}])*\}\})").expect("it is an expression"));

/// What variables are looked up in.
pub(super) struct Variables<'w> {
    pub(super) root: Value,
    pub(super) unknown: Vec<(SmolStr, Stop)>,
    pub(super) work: &'w mut Work,
}

impl Variables<'_> {
    /// What an expression finds.
    pub(super) fn search(&mut self, expression: &str) -> Result<Value, Stop> {
        let scope = Scope { root: &self.root, unknown: &self.unknown };
        jmespath::search(expression.trim(), &scope, self.work)
    }

    /// Sets a name.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.root.map_mut().insert(SmolStr::new(name), value, By::Server);
    }

    /// A value with its variables replaced, in keys and texts.
    pub(super) fn substitute(&mut self, value: &Value) -> Result<Value, Stop> {
        self.substitute_at(value, 0)
    }

    fn substitute_at(&mut self, value: &Value, depth: usize) -> Result<Value, Stop> {
        if depth > DEPTH_MAX {
            return Err(Stop::Unknown("it is too deep".to_owned()));
        }
        self.work.spend(0)?;
        match value {
            Value::Str(text) => self.substitute_text(text),
            Value::List(items) => {
                let items = items.iter().map(|it| self.substitute_at(it, depth + 1));
                Ok(Value::List(items.collect::<Result<_, _>>()?))
            }
            Value::Map(map) => {
                let mut entries = Vec::new();
                for entry in map.entries() {
                    let key = match self.substitute_text(&entry.key)? {
                        Value::Str(key) => key,
                        other => json(&other).into(),
                    };
                    let value = self.substitute_at(&entry.value, depth + 1)?;
                    entries.push(Entry { key, value, by: entry.by });
                }
                Ok(Value::Map(entries.into_iter().collect::<Map>()))
            }
            other => Ok(other.clone()),
        }
    }

    /// A text that is one variable becomes what that is; others stay texts.
    pub(super) fn substitute_text(&mut self, text: &str) -> Result<Value, Stop> {
        if !text.contains("{{") && !text.contains("$(") {
            return Ok(Value::text(text));
        }
        if has_reference(text) {
            return Err(Stop::Unknown("it refers to a field of its own".to_owned()));
        }
        let mut text = text.to_owned();
        for _ in 0..ROUNDS_MAX {
            let found = VARIABLE.captures(&text).and_then(|it| it.get(2)).map(|it| it.range());
            let Some(range) = found else { return Ok(Value::text(text.replace("\\{{", "{{"))) };
            let inner = text[range.start + 2..range.end - 2].trim().to_owned();
            let (inner, is_shallow) = match inner.strip_prefix('-') {
                Some(rest) => (rest.trim().to_owned(), true),
                None => (inner, false),
            };
            let value = self.search(&inner)?;
            if range.len() == text.len() {
                return Ok(value);
            }
            let mut printed = match &value {
                Value::Str(text) => text.to_string(),
                other => json(other),
            };
            if is_shallow {
                printed = printed.replace("{{", "\\{{");
            }
            text.replace_range(range, &printed);
            self.work.spend(text.len() / 16)?;
            if text.len() > TEXT_MAX {
                return Err(Stop::Unknown("a text grows too large".to_owned()));
            }
        }
        Err(Stop::Unknown("a text has too many variables".to_owned()))
    }
}

/// Whether a text refers to another field of the policy: `$(./../image)`.
fn has_reference(text: &str) -> bool {
    text.match_indices("$(").any(|(at, _)| !text[..at].ends_with('\\') && text[at + 2..].contains(')'))
}
