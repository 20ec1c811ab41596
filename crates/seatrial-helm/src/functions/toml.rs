//! toToml, mustToToml and fromToml.

use crate::pieces::Parts;
use crate::template::{Call, Fault, Function, Type, Value};
use crate::toml;

use super::json::error_map;
use super::{go_text, text_of};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "toToml", parameters: &[Type::Any], is_variadic: false, body: to_toml },
    Function { name: "mustToToml", parameters: &[Type::Any], is_variadic: false, body: must_to_toml },
    Function { name: "fromToml", parameters: &[Type::Str], is_variadic: false, body: from_toml },
];

/// What is wrong becomes the text, unless Go panics.
fn to_toml(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    match must_to_toml(call, args) {
        Err(Fault::Error(message)) if !message.starts_with("reflect:") => Ok(Value::from(message)),
        other => other,
    }
}

fn must_to_toml(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    call.read_whole(&args[0]);
    let (text, origin) = toml::write(call, &args[0])?;
    call.spend(text.len() as u64)?;
    Ok(Value::from(text).with_origin(origin))
}

fn from_toml(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let text = go_text(&args[0]);
    call.spend(text.len() as u64)?;
    let parts = Parts::of(call.trace(), args[0].origin);
    let trace = call.trace();
    let read = toml::read(&text_of(&text), &mut |range| parts.slice(trace, range));
    Ok(read.unwrap_or_else(|message| error_map(&message)))
}
