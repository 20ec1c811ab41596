//! toYaml, fromYaml and their kin.

use std::rc::Rc;

use seatrial_yaml::emit::{self, EmitOptions, Emitter};
use seatrial_yaml::{Dialect, Style};

use crate::pieces::{Parts, Recorder};
use crate::template::{Call, Data, Fault, Function, IntKind, OriginId, Type, Value};
use crate::values::read as reader;
use crate::walk::{self, Visitor};

use super::json::{error_map, mismatch, silent};
use super::{base64, go_text, text_of};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "toYaml", parameters: &[Type::Any], is_variadic: false, body: to_yaml },
    Function { name: "mustToYaml", parameters: &[Type::Any], is_variadic: false, body: must_to_yaml },
    Function { name: "toYamlPretty", parameters: &[Type::Any], is_variadic: false, body: to_yaml_pretty },
    Function { name: "fromYaml", parameters: &[Type::Str], is_variadic: false, body: from_yaml },
    Function { name: "fromYamlArray", parameters: &[Type::Str], is_variadic: false, body: from_yaml_array },
];

fn to_yaml(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    silent(must_to_yaml(call, args))
}

fn must_to_yaml(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    written(call, &args[0], &EmitOptions::new(Dialect::GoYaml2))
}

fn to_yaml_pretty(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    silent(written(call, &args[0], &EmitOptions::new(Dialect::GoYaml3).indent(2).direct()))
}

fn written(call: &mut dyn Call, value: &Value, options: &EmitOptions) -> Result<Value, Fault> {
    call.read_whole(value);
    let emitter = Emitter::new(Recorder::new(call.trace()), options);
    let mut writer = Writer { emitter, is_direct: options.dialect() == Dialect::GoYaml3, depth: 0 };
    walk::walk(call, value, &mut writer).map_err(|fault| match fault {
        Fault::Error(message) if message.starts_with("json:") => {
            Fault::Error(format!("error marshaling into JSON: {message}"))
        }
        other => other,
    })?;
    let mut recorder = writer.emitter.finish().map_err(|_| forbidden())?;
    if recorder.text.ends_with('\n') {
        recorder.text.pop();
    }
    let (text, origin) = recorder.finish(call.trace());
    call.spend(text.len() as u64)?;
    Ok(Value::from(text).with_origin(origin))
}

fn forbidden() -> Fault {
    Fault::error("yaml: control characters are not allowed")
}

/// How deep goyaml reads the JSON that is on its way to become YAML.
const DEPTH: usize = 10_000;
/// A longer key is none to goyaml where it stands in JSON, its quotes included;
/// nor is one on two lines.
const KEY_BYTES: usize = 1024;

struct Writer {
    emitter: Emitter<Recorder>,
    /// Not by way of JSON.
    is_direct: bool,
    depth: usize,
}

impl Writer {
    fn string(&mut self, text: &str) -> Result<(), Fault> {
        let result = match text {
            // Later releases of the library quote it, Helm's does not.
            "<<" if self.is_direct => self.emitter.scalar(text, Style::Plain),
            _ if self.is_direct => self.emitter.str(text),
            _ => self.emitter.json_str(text),
        };
        result.map_err(|_| forbidden())
    }

    fn raw_string(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if !self.is_direct {
            return self.string(&crate::json::lossy(bytes));
        }
        // Tagged as `!!binary`, which the emitter has no event for.
        let text = format!("!!binary {}", base64(bytes));
        self.emitter.scalar(&text, Style::Plain).map_err(|_| forbidden())
    }

    fn float(&mut self, value: f64) -> Result<(), Fault> {
        if self.is_direct {
            return self.emitter.float(value).map_err(|_| forbidden());
        }
        if value.is_nan() {
            return Err(Fault::error("json: unsupported value: NaN"));
        }
        if value.is_infinite() {
            let sign = if value > 0.0 { '+' } else { '-' };
            return Err(Fault::error(format!("json: unsupported value: {sign}Inf")));
        }
        self.emitter.json_float(value).map_err(|_| forbidden())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if !self.is_direct {
            return self.string(&base64(bytes));
        }
        let mut write = || {
            self.emitter.begin_sequence()?;
            bytes.iter().try_for_each(|byte| self.emitter.int(i64::from(*byte)))?;
            self.emitter.end()
        };
        write().map_err(|_| forbidden())
    }

    fn enter(&mut self, origin: OriginId) -> Result<(), Fault> {
        self.emitter.sink_mut().from(origin);
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Fault::error(format!("yaml: exceeded max depth of {DEPTH}")));
        }
        Ok(())
    }
}

impl Visitor for Writer {
    fn scalar(&mut self, value: &Value) -> Result<(), Fault> {
        self.emitter.sink_mut().from(value.origin);
        let emitter = &mut self.emitter;
        let done = match &value.data {
            Data::Bool(value) => emitter.bool(*value),
            Data::Int(value, IntKind::Uint64) => emitter.uint(value.cast_unsigned()),
            Data::Int(value, _) => emitter.int(*value),
            Data::Float(value) => return self.float(*value),
            Data::Str(text) => return self.string(text),
            Data::Raw(bytes) => return self.raw_string(bytes),
            Data::Bytes(bytes) => return self.bytes(bytes),
            // Directly, goyaml prints nil slices and maps as empty ones.
            Data::List(_) if self.is_direct => emitter.begin_sequence().and_then(|()| emitter.end()),
            Data::Map(_) if self.is_direct => emitter.begin_mapping().and_then(|()| emitter.end()),
            Data::Nil | Data::List(_) | Data::Map(_) | Data::Object(_) => emitter.null(),
        };
        done.map_err(|_| forbidden())
    }

    fn begin_list(&mut self, origin: OriginId, _len: usize) -> Result<(), Fault> {
        self.enter(origin)?;
        self.emitter.begin_sequence().map_err(|_| forbidden())
    }

    fn begin_map(&mut self, origin: OriginId, _len: usize) -> Result<(), Fault> {
        self.enter(origin)?;
        self.emitter.begin_mapping().map_err(|_| forbidden())
    }

    fn key(&mut self, key: &str, origin: OriginId) -> Result<(), Fault> {
        self.emitter.sink_mut().from(origin);
        let is_broken = key.len() + 2 > KEY_BYTES || key.contains('\u{85}');
        if !self.is_direct && is_broken {
            return Err(Fault::error("yaml: line 1: did not find expected ',' or '}'"));
        }
        self.string(key)
    }

    fn end(&mut self, _is_map: bool) -> Result<(), Fault> {
        self.depth -= 1;
        self.emitter.end().map_err(|_| forbidden())
    }

    fn sort(&self, entries: Vec<(Rc<str>, Value)>) -> Vec<(Rc<str>, Value)> {
        let dialect = if self.is_direct { Dialect::GoYaml3 } else { Dialect::GoYaml2 };
        emit::sort_by_key(entries, |(key, _)| key.as_ref(), dialect)
    }
}

fn from_yaml(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let value = match read(call, &args[0])? {
        Ok(value) => value,
        Err(message) => return Ok(error_map(&message)),
    };
    match &value.data {
        Data::Nil => Ok(super::no_map()),
        Data::Map(_) => Ok(value),
        other => Ok(error_map(&not_decoded(other, "map[string]interface {}"))),
    }
}

fn from_yaml_array(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let message = match read(call, &args[0])? {
        Err(message) => message,
        Ok(value) => match &value.data {
            Data::Nil => return Ok(Value::list(Vec::new())),
            Data::List(_) => return Ok(value),
            other => not_decoded(other, "[]interface {}"),
        },
    };
    Ok(Value::list(vec![Value::from(message)]))
}

fn not_decoded(data: &Data, wanted: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {}", mismatch(data, wanted))
}

fn read(call: &mut dyn Call, text: &Value) -> Result<Result<Value, String>, Fault> {
    let bytes = go_text(text);
    call.spend(bytes.len() as u64)?;
    let parts = Parts::of(call.trace(), text.origin);
    let trace = call.trace();
    let read = reader::first_document(&text_of(&bytes), &mut |span, _| parts.slice(trace, span.range()));
    Ok(read.map_err(|error| format!("error converting YAML to JSON: {error}")))
}
