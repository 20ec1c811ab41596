//! toJson, fromJson and their kin.

use crate::json::{self, Form};
use crate::pieces::Parts;
use crate::template::{Call, Data, Fault, Function, Map, Type, Value};

use super::{go_text, text_of};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "toJson", parameters: &[Type::Any], is_variadic: false, body: to_json },
    Function { name: "mustToJson", parameters: &[Type::Any], is_variadic: false, body: must_to_json },
    Function { name: "toPrettyJson", parameters: &[Type::Any], is_variadic: false, body: to_pretty_json },
    Function {
        name: "mustToPrettyJson",
        parameters: &[Type::Any],
        is_variadic: false,
        body: must_to_pretty_json,
    },
    Function { name: "toRawJson", parameters: &[Type::Any], is_variadic: false, body: to_raw_json },
    Function { name: "mustToRawJson", parameters: &[Type::Any], is_variadic: false, body: must_to_raw_json },
    Function { name: "fromJson", parameters: &[Type::Str], is_variadic: false, body: from_json },
    Function { name: "fromJsonArray", parameters: &[Type::Str], is_variadic: false, body: from_json_array },
    Function { name: "mustFromJson", parameters: &[Type::Str], is_variadic: false, body: must_from_json },
];

fn to_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    silent(must_to_json(call, args))
}

fn must_to_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    written(call, args, Form::Compact)
}

fn to_pretty_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    silent(must_to_pretty_json(call, args))
}

fn must_to_pretty_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    written(call, args, Form::Pretty)
}

fn to_raw_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    // The only one of the silent kind that is not: it panics.
    must_to_raw_json(call, args)
}

fn must_to_raw_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    written(call, args, Form::Raw)
}

fn written(call: &mut dyn Call, args: &[Value], form: Form) -> Result<Value, Fault> {
    call.read_whole(&args[0]);
    let written = json::write(call, &args[0], form)?;
    call.spend(written.text.len() as u64)?;
    Ok(written.into())
}

/// Errors of the function's own become an empty text.
pub(super) fn silent(result: Result<Value, Fault>) -> Result<Value, Fault> {
    match result {
        Err(Fault::Error(_)) => Ok(Value::from("")),
        other => other,
    }
}

fn from_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let document = match read(call, &args[0])? {
        Ok(document) => document,
        Err(message) => return Ok(error_map(&message)),
    };
    match &document.value.data {
        // The number that no float holds is left as nil.
        Data::Nil if document.error.is_some() => {
            Ok(error_map(&mismatch(&Data::Float(0.0), "map[string]interface {}")))
        }
        Data::Nil => Ok(Value::nil_map()),
        Data::Map(map) => {
            if let Some(message) = document.error {
                map.set("Error", Value::from(message));
            }
            Ok(document.value)
        }
        other => Ok(error_map(&mismatch(other, "map[string]interface {}"))),
    }
}

fn from_json_array(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let message = match read(call, &args[0])? {
        // The number that no float holds is left as nil.
        Ok(json::Document { error: Some(_), value }) if value.is_nil() => {
            mismatch(&Data::Float(0.0), "[]interface {}")
        }
        Ok(json::Document { error: Some(message), .. }) | Err(message) => message,
        Ok(document) => match &document.value.data {
            Data::Nil => return Ok(Value::nil_list()),
            Data::List(_) => return Ok(document.value),
            other => mismatch(other, "[]interface {}"),
        },
    };
    Ok(Value::list(vec![Value::from(message)]))
}

fn must_from_json(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    match read(call, &args[0])? {
        Ok(json::Document { value, error: None }) => Ok(value),
        Ok(json::Document { error: Some(message), .. }) | Err(message) => Err(Fault::error(message)),
    }
}

fn read(call: &mut dyn Call, text: &Value) -> Result<Result<json::Document, String>, Fault> {
    let bytes = go_text(text);
    call.spend(bytes.len() as u64)?;
    let parts = Parts::of(call.trace(), text.origin);
    let trace = call.trace();
    Ok(json::read(&text_of(&bytes), &mut |range| parts.slice(trace, range)))
}

pub(super) fn error_map(message: &str) -> Value {
    let map = Map::new();
    map.set("Error", Value::from(message));
    Value::from(map)
}

/// What Go's decoder says of a value that has the wrong type.
pub(super) fn mismatch(data: &Data, wanted: &str) -> String {
    let kind = match data {
        Data::Bool(_) => "bool",
        Data::Float(_) | Data::Int(..) => "number",
        Data::List(_) => "array",
        Data::Map(_) => "object",
        _ => "string",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}
