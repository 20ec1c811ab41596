//! Values as TOML.

use crate::functions::text_of;
use crate::json;
use crate::pieces::Recorder;
use crate::template::{Call, Data, Fault, Map, OriginId, Value};

/// Deeper values are refused: Go would end with them.
const DEPTH: usize = 400;

/// Writes a value.
pub(crate) fn write(call: &mut dyn Call, value: &Value) -> Result<(String, OriginId), Fault> {
    let mut writer = Writer { out: Recorder::new(call.trace()), call, path: Vec::new(), depth: 0 };
    writer.value(&plain(value))?;
    let Writer { out, call, .. } = writer;
    Ok(out.finish(call.trace()))
}

struct Writer<'a> {
    out: Recorder,
    call: &'a mut dyn Call,
    path: Vec<String>,
    depth: usize,
}

/// How the library sorts values into those with a line and those with a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nil,
    Table,
    Tables,
    Line,
}

/// An object by its JSON, which is what it is made of.
fn plain(value: &Value) -> Value {
    match &value.data {
        Data::Object(object) if object.type_name() == "time.Duration" => Value::from(object.show()),
        Data::Object(object) => object.to_json().with_origin(value.origin),
        _ => value.clone(),
    }
}

fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::Nil => true,
        Data::List(list) => list.is_nil,
        Data::Map(map) => map.is_nil,
        _ => false,
    }
}

/// Whether a list, or a list in it, has a nil item.
fn has_nil(call: &mut dyn Call, items: &[Value]) -> Result<bool, Fault> {
    let mut open = vec![items];
    while let Some(items) = open.pop() {
        call.spend(items.len() as u64)?;
        if items.iter().any(is_nil) {
            return Ok(true);
        }
        open.extend(items.iter().filter_map(Value::as_list));
    }
    Ok(false)
}

fn kind_of(call: &mut dyn Call, value: &Value) -> Result<Kind, Fault> {
    if is_nil(value) {
        return Ok(Kind::Nil);
    }
    let items = match &value.data {
        Data::Map(_) => return Ok(Kind::Table),
        Data::List(list) if !list.items.is_empty() => &list.items,
        _ => return Ok(Kind::Line),
    };
    if has_nil(call, items)? {
        return Err(Fault::error("toml: cannot encode array with nil element"));
    }
    let are_tables = items.iter().all(|it| matches!(it.data, Data::Map(_)));
    Ok(if are_tables { Kind::Tables } else { Kind::Line })
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        self.call.spend(1)?;
        self.out.from(value.origin);
        match kind_of(self.call, value)? {
            Kind::Nil if matches!(value.data, Data::Nil) && self.path.is_empty() => {
                Err(Fault::error("reflect: call of reflect.Value.Type on zero Value"))
            }
            Kind::Nil => Ok(()),
            Kind::Table => self.table(value),
            Kind::Tables if self.path.is_empty() => {
                Err(Fault::error("toml: top-level values must be Go maps or structs"))
            }
            Kind::Tables => self.tables(value.as_list().unwrap_or_default()),
            Kind::Line => self.line(value, false),
        }
    }

    fn newline(&mut self) {
        if !self.out.text.is_empty() {
            self.out.push("\n");
        }
    }

    fn indent(&mut self) {
        for _ in 1..self.path.len() {
            self.out.push("  ");
        }
    }

    /// A header in brackets.
    fn header(&mut self, opening: &str, closing: &str) {
        self.indent();
        let path: Vec<String> = self.path.iter().map(|it| key(it)).collect();
        self.out.push(opening);
        self.out.push(&path.join("."));
        self.out.push(closing);
        self.newline();
    }

    fn table(&mut self, value: &Value) -> Result<(), Fault> {
        if self.path.len() == 1 {
            self.newline();
        }
        if !self.path.is_empty() {
            self.header("[", "]");
        }
        self.entries(value.as_map(), false)
    }

    fn tables(&mut self, items: &[Value]) -> Result<(), Fault> {
        for item in items.iter().map(plain) {
            self.newline();
            self.header("[[", "]]");
            self.entries(item.as_map(), false)?;
        }
        Ok(())
    }

    /// Those with a line of their own come first.
    fn entries(&mut self, map: Option<&Map>, is_inline: bool) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Fault::Bound("the value is nested too deep for TOML".to_owned()));
        }
        let all: Vec<(String, Value)> = match map {
            Some(map) => map.entries().iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
            None => Vec::new(),
        };
        let mut lines = Vec::new();
        let mut tables = Vec::new();
        for entry in all {
            let has_table = matches!(kind_of(self.call, &entry.1)?, Kind::Table | Kind::Tables);
            if has_table { tables.push(entry) } else { lines.push(entry) }
        }
        let more_follow = !tables.is_empty();
        self.group(lines, is_inline, more_follow)?;
        self.group(tables, is_inline, false)?;
        self.depth -= 1;
        Ok(())
    }

    fn group(
        &mut self,
        entries: Vec<(String, Value)>,
        is_inline: bool,
        more_follow: bool,
    ) -> Result<(), Fault> {
        let last = entries.len();
        for (at, (key, value)) in entries.into_iter().enumerate() {
            if is_nil(&value) {
                continue;
            }
            if is_inline {
                let around = std::mem::replace(&mut self.path, vec![key]);
                self.line(&value, true)?;
                self.path = around;
                if more_follow || at + 1 != last {
                    self.out.push(", ");
                }
            } else {
                self.path.push(key);
                self.value(&value)?;
                self.path.pop();
            }
        }
        Ok(())
    }

    /// A key and its value, or the value alone.
    fn line(&mut self, value: &Value, is_inline: bool) -> Result<(), Fault> {
        self.out.from(value.origin);
        let Some(last) = self.path.last() else { return self.element(value) };
        let name = key(last);
        self.indent();
        self.out.push(&name);
        self.out.push(" = ");
        self.element(value)?;
        if !is_inline {
            self.newline();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), Fault> {
        self.call.spend(1)?;
        self.out.from(value.origin);
        match &value.data {
            Data::Str(text) => self.out.push(&quoted(text)),
            Data::Raw(bytes) => self.out.push(&quoted(&text_of(bytes))),
            Data::Float(number) => self.out.push(&float(*number)),
            Data::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.out.push(&format!("[{}]", numbers.join(", ")));
            }
            Data::List(list) => return self.array(&list.items),
            Data::Map(map) => {
                self.out.push("{");
                self.entries(Some(map), true)?;
                self.out.push("}");
            }
            Data::Nil => {
                return Err(Fault::error("reflect: call of reflect.Value.Interface on zero Value"));
            }
            Data::Object(_) => return self.element(&plain(value)),
            Data::Bool(_) | Data::Int(..) => self.out.push(&json::scalar(value)),
        }
        Ok(())
    }

    fn array(&mut self, items: &[Value]) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Fault::Bound("the value is nested too deep for TOML".to_owned()));
        }
        self.out.push("[");
        for (at, item) in items.iter().enumerate() {
            self.element(item)?;
            if at + 1 != items.len() {
                self.out.push(", ");
            }
        }
        self.out.push("]");
        self.depth -= 1;
        Ok(())
    }
}

fn key(name: &str) -> String {
    let is_bare = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{C}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..' ' | '\u{7F}' => crate::go::push(&mut out, format_args!("\\u{:04x}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

fn float(number: f64) -> String {
    match number {
        f64::INFINITY => "inf".to_owned(),
        f64::NEG_INFINITY => "-inf".to_owned(),
        _ if number.is_nan() => "nan".to_owned(),
        _ => {
            let text = seatrial_yaml::yaml_float(number);
            if text.contains(['e', '.']) { text } else { text + ".0" }
        }
    }
}
