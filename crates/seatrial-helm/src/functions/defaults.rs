//! Functions that choose among their arguments: default, coalesce, ternary, ...

use super::{args, fixed, variadic};
use crate::template::Type::{Any, Bool};
use crate::template::{Call, Fault, Function, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    variadic("all", &[Any], |_, args| Ok(Value::from(args.iter().all(Value::is_true)))),
    variadic("any", &[Any], |_, args| Ok(Value::from(args.iter().any(Value::is_true)))),
    variadic("coalesce", &[Any], coalesce),
    variadic("default", &[Any, Any], default),
    fixed("empty", &[Any], |_, args| Ok(Value::from(!args[0].is_true()))),
    fixed("ternary", &[Any, Any, Bool], ternary),
];

fn coalesce(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let found = args.iter().position(Value::is_true);
    let asked = found.map_or(args, |it| &args[..it]);
    Ok(chosen(call, found.map(|it| args[it].clone()).unwrap_or_default(), asked))
}

fn default(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    match args.get(1).filter(|it| it.is_true()) {
        Some(given) => Ok(given.clone()),
        None => Ok(chosen(call, args::any(args, 0), args.get(1..).unwrap_or_default())),
    }
}

fn ternary(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let one = args::any(args, usize::from(!args::flag(args, 2)));
    Ok(chosen(call, one, args.get(2..).unwrap_or_default()))
}

/// A value that was taken because of what others are.
fn chosen(call: &mut dyn Call, mut value: Value, by: &[Value]) -> Value {
    let trace = call.trace();
    if trace.is_on() {
        let by = trace.derived(by.iter().map(|it| it.origin));
        value.origin = trace.chosen(value.origin, by);
    }
    value
}
