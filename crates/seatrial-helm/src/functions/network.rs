//! getHostByName: nothing is ever asked of a network.

use crate::template::{Call, Fault, Function, Type, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] =
    &[Function { name: "getHostByName", parameters: &[Type::Str], is_variadic: false, body: host_by_name }];

/// Empty, as in Helm without `--enable-dns`.
fn host_by_name(_call: &mut dyn Call, _args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(""))
}
