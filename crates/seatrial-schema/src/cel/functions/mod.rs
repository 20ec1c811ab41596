//! What the functions of expressions do. Each takes its arguments, a receiver
//! first, and refuses those of other types.

pub(super) mod amounts;
pub(super) mod authorizer;
pub(super) mod conversions;
pub(super) mod lists;
pub(super) mod network;
pub(super) mod operators;
pub(super) mod optionals;
pub(super) mod text;
pub(super) mod times;

use super::value::{Fault, Value};

/// How many items a list may have. A limit of ours: joining lists costs next to
/// nothing upstream, where the sum only refers to its parts.
const LONGEST_LIST: usize = 1 << 20;
/// How many bytes a text may have: a limit of ours, beyond what the cost budget
/// lets an expression put together step by step.
const LONGEST_TEXT: usize = 16 << 20;

/// Refuses lists beyond the limit before they are made.
pub(super) fn list_fits(items: usize) -> Result<(), Fault> {
    if items > LONGEST_LIST {
        return Err(Fault::Stopped(format!("operation cancelled: a list of {items} items is too long")));
    }
    Ok(())
}

/// Refuses texts beyond the limit before they are made.
pub(super) fn text_fits(bytes: usize) -> Result<(), Fault> {
    if bytes > LONGEST_TEXT {
        return Err(Fault::Stopped(format!("operation cancelled: a text of {bytes} bytes is too long")));
    }
    Ok(())
}

/// The error for arguments no overload takes.
fn wrong<T>() -> Result<T, Fault> {
    Err(Fault::no_overload())
}

fn out_of_range<T>(index: i64) -> Result<T, Fault> {
    Err(Fault::Error(format!("index out of range: {index}")))
}

/// `Value::Int` of a length.
fn int(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
