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

fn coalesce(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(args.iter().find(|it| it.is_true()).cloned().unwrap_or_default())
}

fn default(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let given = args.get(1).filter(|it| it.is_true());
    Ok(given.cloned().unwrap_or_else(|| args::any(args, 0)))
}

fn ternary(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(args::any(args, usize::from(!args::flag(args, 2))))
}
