//! Values as JSON text.

use std::fmt::Write;

use crate::pieces::Recorder;
use crate::template::{Call, Data, Fault, IntKind, OriginId, Value};
use crate::walk::{self, Visitor};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// On one line, with `<`, `>` and `&` escaped.
    Compact,
    /// With two spaces a level, and the same escapes.
    Pretty,
    /// On one line, with these letters as they are.
    Raw,
}

/// A text and where it came from.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Where it came from, if that is traced.
    pub origin: OriginId,
}

impl From<Written> for Value {
    fn from(written: Written) -> Self {
        Value::from(written.text).with_origin(written.origin)
    }
}

/// Writes a value; the text has the origins of what is in it. The error is that
/// of `json.Marshal`.
pub fn write(call: &mut dyn Call, value: &Value, form: Form) -> Result<Written, Fault> {
    let mut writer =
        Writer { out: Recorder::new(call.trace()), form, depth: 0, is_first: true, after_key: false };
    walk::walk(call, value, &mut writer)?;
    let (text, origin) = writer.out.finish(call.trace());
    Ok(Written { text, origin })
}

struct Writer {
    out: Recorder,
    form: Form,
    depth: usize,
    /// Nothing stands in the innermost list or map yet.
    is_first: bool,
    after_key: bool,
}

impl Writer {
    /// What stands before a value or a key.
    fn separate(&mut self) {
        if std::mem::take(&mut self.after_key) || self.depth == 0 {
            return;
        }
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.push(",");
        }
        self.line();
    }

    fn line(&mut self) {
        if self.form == Form::Pretty {
            self.out.push("\n");
            for _ in 0..self.depth {
                self.out.push("  ");
            }
        }
    }

    fn begin(&mut self, origin: OriginId, bracket: &str) {
        self.out.from(origin);
        self.separate();
        self.out.push(bracket);
        self.depth += 1;
        self.is_first = true;
    }

    fn string(&mut self, text: &str) {
        self.out.push("\"");
        escape(&mut self.out.text, text, self.form != Form::Raw);
        self.out.push("\"");
    }

    /// What belongs to no letter is written as an escape, unlike U+FFFD itself.
    fn bytes(&mut self, bytes: &[u8]) {
        self.out.push("\"");
        for chunk in bytes.utf8_chunks() {
            escape(&mut self.out.text, chunk.valid(), self.form != Form::Raw);
            chunk.invalid().iter().for_each(|_| self.out.push("\\ufffd"));
        }
        self.out.push("\"");
    }
}

impl Visitor for Writer {
    fn keeps_fields(&self) -> bool {
        true
    }

    fn scalar(&mut self, value: &Value) -> Result<(), Fault> {
        self.out.from(value.origin);
        self.separate();
        match &value.data {
            Data::Bool(value) => self.out.push(if *value { "true" } else { "false" }),
            Data::Int(value, kind) => self.out.push(&integer(*value, *kind)),
            Data::Float(value) => self.out.push(&float(*value)?),
            Data::Str(text) => self.string(text),
            Data::Raw(bytes) => self.bytes(bytes),
            Data::Bytes(bytes) => self.string(&crate::functions::base64(bytes)),
            Data::Nil | Data::List(_) | Data::Map(_) | Data::Object(_) => self.out.push("null"),
        }
        Ok(())
    }

    fn begin_list(&mut self, origin: OriginId, _len: usize) -> Result<(), Fault> {
        self.begin(origin, "[");
        Ok(())
    }

    fn begin_map(&mut self, origin: OriginId, _len: usize) -> Result<(), Fault> {
        self.begin(origin, "{");
        Ok(())
    }

    fn key(&mut self, key: &str, origin: OriginId) -> Result<(), Fault> {
        self.out.from(origin);
        self.separate();
        self.string(key);
        self.out.push(if self.form == Form::Pretty { ": " } else { ":" });
        self.after_key = true;
        Ok(())
    }

    fn end(&mut self, is_map: bool) -> Result<(), Fault> {
        self.depth -= 1;
        if !std::mem::replace(&mut self.is_first, false) {
            self.line();
        }
        self.out.push(if is_map { "}" } else { "]" });
        Ok(())
    }
}

/// An integer of a Go type in decimal digits.
fn integer(value: i64, kind: IntKind) -> String {
    if kind == IntKind::Uint64 { value.cast_unsigned().to_string() } else { value.to_string() }
}

/// A number; an error for those that JSON does not have.
fn float(value: f64) -> Result<String, Fault> {
    let name = match value {
        f64::INFINITY => "+Inf",
        f64::NEG_INFINITY => "-Inf",
        _ if value.is_nan() => "NaN",
        _ => return Ok(seatrial_yaml::json_float(value)),
    };
    Err(Fault::error(format!("json: unsupported value: {name}")))
}

/// Text of bytes; each that belongs to no letter becomes a replacement character.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn escape(out: &mut String, text: &str, escapes_html: bool) {
    let mut rest = 0;
    for (at, letter) in text.char_indices() {
        let short = match letter {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{C}' => "\\f",
            '\0'..' ' | '\u{2028}' | '\u{2029}' => "",
            '<' | '>' | '&' if escapes_html => "",
            _ => continue,
        };
        out.push_str(&text[rest..at]);
        rest = at + letter.len_utf8();
        out.push_str(short);
        if short.is_empty() {
            write!(out, "\\u{:04x}", u32::from(letter)).expect("a string takes everything");
        }
    }
    out.push_str(&text[rest..]);
}

/// A value without its origins, for words; what lies very deep is left out.
pub(crate) fn plain(value: &Value) -> String {
    const DEPTH: usize = 200;
    let mut out = String::new();
    push_plain(&mut out, value, DEPTH);
    out
}

fn push_plain(out: &mut String, value: &Value, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return out.push_str("null") };
    if let Some(text) = value.as_str() {
        quote(out, text);
    } else if let Some(items) = value.as_list() {
        out.push('[');
        for (at, item) in items.iter().enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            push_plain(out, item, depth);
        }
        out.push(']');
    } else if let Some(map) = value.as_map() {
        out.push('{');
        for (at, (key, value)) in map.entries().iter().enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            quote(out, key);
            out.push(':');
            push_plain(out, value, depth);
        }
        out.push('}');
    } else {
        out.push_str(&scalar(value));
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    escape(out, text, true);
    out.push('"');
}

/// A value that is no list, map or text.
pub(crate) fn scalar(value: &Value) -> String {
    match &value.data {
        Data::Bool(value) => value.to_string(),
        Data::Int(value, kind) => integer(*value, *kind),
        Data::Float(value) => seatrial_yaml::json_float(*value),
        _ => "null".to_owned(),
    }
}
