//! A text that is to be JSON is none.
//!
//! ## Why
//! A dashboard, a list of users, the configuration of a program: the API server takes any text,
//! and only who reads it says that a comma is missing or that a quote stands within quotes.
//!
//! Entries of a `ConfigMap` whose key ends with `.json` are looked at, variables that begin
//! and end as JSON does, and the `config` of a `NetworkAttachmentDefinition`. What a template is
//! still to fill in is left alone, and so are comments.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: dashboards}
//! data:
//!   uptime.json: |
//!     {
//!       "title": "Uptime"
//!       "panels": []
//!     }
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: dashboards}
//! data:
//!   uptime.json: |
//!     {
//!       "title": "Uptime",
//!       "panels": []
//!     }
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};
use serde_json::{Deserializer, Value};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-json",
        title: "A text that is to be JSON is none",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["json.syntax"],
        page: include_str!("invalid_json.rs"),
    },
    run,
};

/// Before these a template or a person is still to write something, or they begin a comment.
const OPEN_ENDS: &[u8] = b"$%@<_#/{~(";
/// The marks of templates, whose own quotes stand within those of JSON.
const TEMPLATES: &[&str] = &["{{", "{%", "<%", "${", "$(", "[[", "((", "..."];
/// What the reader refuses and JSON allows.
const OF_READER: &[&str] = &["recursion limit exceeded", "number out of range"];
/// Of more broken entries of one object only the first are told.
const TOLD_MAX: usize = 50;

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        if object.is("", "ConfigMap") {
            let data = Field::root(object).key("data");
            let entries = data.iter().flat_map(Field::entries).filter(|(key, _)| key.ends_with(".json"));
            let found = entries.filter_map(|(key, value)| judge(object, &key, &value));
            found.take(TOLD_MAX).for_each(|it| report.add(it));
        }
        if object.is("k8s.cni.cncf.io", "NetworkAttachmentDefinition") {
            let config = Field::root(object).keys(&["spec", "config"]);
            report.add_some(config.and_then(|it| judge(object, "config", &it)));
        }
        let containers =
            PodTemplate::of(object).into_iter().flat_map(|it| it.containers().collect::<Vec<_>>());
        for variable in containers.flat_map(|it| it.env().collect::<Vec<_>>()) {
            let value = variable.field.key("value").filter(looks_like_json);
            let found = variable.name().zip(value).and_then(|(name, value)| judge(object, name, &value));
            report.add_some(found);
        }
    }
}

/// Whether a variable holds an object, or a list of objects or texts.
fn looks_like_json(value: &Field<'_>) -> bool {
    let text = value.as_str().unwrap_or_default().trim();
    let begins = |open: char| text.strip_prefix(open).map(str::trim_start);
    let is_object = begins('{').is_some_and(|it| it.starts_with('"')) && text.ends_with('}');
    let is_list = begins('[').is_some_and(|it| it.starts_with('{')) && text.ends_with(']');
    (is_object || is_list) && text.contains("\":")
}

fn judge(object: &Object, name: &str, value: &Field<'_>) -> Option<Notice> {
    // Some programs read YAML from a file that is called so.
    let text = value.as_str().filter(|it| it.trim_start().starts_with(['{', '[']))?;
    // Several values one behind the other are as good as one.
    let error = Deserializer::from_str(text).into_iter::<Value>().find_map(Result::err)?;
    let at = offset(text, error.line(), error.column())?;
    let line = text.split('\n').nth(error.line() - 1).unwrap_or_default();
    let is_open = text.as_bytes().get(at).is_some_and(|it| OPEN_ENDS.contains(it))
        || TEMPLATES.iter().any(|it| line.contains(it))
        || is_placeholder(&text[at..]);
    let words = error.to_string();
    let reason = words.split(" at line ").next().unwrap_or_default();
    if is_open || OF_READER.contains(&reason) || reason.ends_with("hex escape") {
        return None;
    }
    let message = format!("`{name}` of {} is no JSON: {reason}", object.title());
    let location = match text[at..].chars().next() {
        Some(mark) => value.location().part(at as u32..(at + mark.len_utf8()) as u32),
        None => value.location(),
    };
    Some(Notice::new(&CHECK.info, location, message))
}

/// Whether a word in capital letters stands where a value does: another program puts
/// one in. Values of Python are a person's slip.
fn is_placeholder(text: &str) -> bool {
    let word: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
    let is_value = matches!(&*word, "True" | "False" | "None" | "NaN" | "Infinity");
    word.starts_with(|it: char| it.is_ascii_uppercase()) && !is_value
}

/// The byte of a line and column, both counted from one.
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let at = start + column.saturating_sub(1);
    (at <= text.len() && text.is_char_boundary(at)).then_some(at)
}
