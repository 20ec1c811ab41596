//! Questions about types: kindOf, typeIs, deepEqual, ...

use super::equality::equal;
use super::{args, fixed};
use crate::template::Type::{Any, Str};
use crate::template::{Call, Fault, Function, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("deepEqual", &[Any, Any], deep_equal),
    fixed("kindIs", &[Str, Any], |_, args| Ok(Value::from(args::text(args, 0) == args[1].kind().as_bytes()))),
    fixed("kindOf", &[Any], |_, args| Ok(Value::from(args[0].kind()))),
    fixed("typeIs", &[Str, Any], |_, args| Ok(Value::from(is_type(&args[1], args::text(args, 0))))),
    fixed("typeIsLike", &[Str, Any], type_is_like),
    fixed("typeOf", &[Any], |_, args| Ok(Value::from(args[0].type_name()))),
];

fn deep_equal(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    call.read_whole(&args[0]);
    call.read_whole(&args[1]);
    Ok(Value::from(equal(call, &args[0], &args[1])?))
}

fn is_type(value: &Value, name: &[u8]) -> bool {
    value.type_name().as_bytes() == name
}

/// The type or a pointer to it.
fn type_is_like(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let name = args::text(args, 0);
    let pointed_at = args[1].type_name().strip_prefix('*').map(str::as_bytes);
    Ok(Value::from(is_type(&args[1], name) || pointed_at == Some(name)))
}
