//! Helm's own functions: include, tpl, required, fail, lookup.

use super::{args, fixed};
use crate::template::Type::{Any, Str};
use crate::template::{Call, Fault, Function, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("fail", &[Str], |_, args| Err(warning(args::text(args, 0)))),
    fixed("include", &[Str, Any], include),
    fixed("lookup", &[Str, Str, Str, Str], lookup),
    fixed("required", &[Str, Any], required),
    fixed("tpl", &[Str, Any], |call, args| call.tpl(&args[0], args[1].clone())),
];

/// A chart's own message, between the marks by which Helm finds it again in the
/// text of the whole error.
fn warning(message: &[u8]) -> Fault {
    Fault::Error(format!("HELM_ERR_START{}HELM_ERR_END", String::from_utf8_lossy(message)))
}

fn include(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let name = String::from_utf8_lossy(args::text(args, 0));
    call.include(&name, args[1].clone())
}

fn required(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let value = &args[1];
    if value.is_nil() || value.as_str_bytes().is_some_and(<[u8]>::is_empty) {
        return Err(warning(args::text(args, 0)));
    }
    Ok(value.clone())
}

fn lookup(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let texts: Vec<_> = (0..4).map(|index| String::from_utf8_lossy(args::text(args, index))).collect();
    call.lookup(&texts[0], &texts[1], &texts[2], &texts[3])
}
