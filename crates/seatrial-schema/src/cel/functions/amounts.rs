//! Quantities and semantic versions.

use std::cmp::Ordering;
use std::sync::Arc;

use seatrial_model::{Quantity, QuantityFormat};

use super::super::semver::Version;
use super::super::value::{Fault, Library, Outcome, Value};
use super::wrong;

pub(in super::super) fn quantity(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => match text.parse() {
            Ok(quantity) => Ok(Value::Library(Library::Quantity(quantity, false))),
            Err(_) => Err(Fault::error(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            )),
        },
        _ => wrong(),
    }
}

pub(in super::super) fn is_quantity(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::Bool(text.parse::<Quantity>().is_ok())),
        _ => wrong(),
    }
}

/// The order of two quantities or of two versions.
fn order(args: &[Value]) -> Result<Ordering, Fault> {
    match args {
        [Value::Library(Library::Quantity(a, _)), Value::Library(Library::Quantity(b, _))] => Ok(a.cmp(b)),
        [Value::Library(Library::Semver(a)), Value::Library(Library::Semver(b))] => Ok(a.order(b)),
        _ => wrong(),
    }
}

pub(in super::super) fn is_greater_than(args: &[Value]) -> Outcome {
    order(args).map(|order| Value::Bool(order.is_gt()))
}

pub(in super::super) fn is_less_than(args: &[Value]) -> Outcome {
    order(args).map(|order| Value::Bool(order.is_lt()))
}

pub(in super::super) fn compare_to(args: &[Value]) -> Outcome {
    order(args).map(|order| Value::Int(order as i64))
}

fn of_quantity(args: &[Value], part: fn(Quantity) -> Outcome) -> Outcome {
    match args {
        [Value::Library(Library::Quantity(quantity, _))] => part(*quantity),
        _ => wrong(),
    }
}

pub(in super::super) fn sign(args: &[Value]) -> Outcome {
    of_quantity(args, |it| Ok(Value::Int(it.nanos().signum() as i64)))
}

pub(in super::super) fn as_float(args: &[Value]) -> Outcome {
    of_quantity(args, |it| Ok(Value::Double(it.as_f64())))
}

fn exact(quantity: Quantity) -> Option<i64> {
    let nanos = quantity.nanos();
    (nanos % 1_000_000_000 == 0).then(|| i64::try_from(nanos / 1_000_000_000).ok())?
}

pub(in super::super) fn is_integer(args: &[Value]) -> Outcome {
    of_quantity(args, |it| Ok(Value::Bool(exact(it).is_some())))
}

pub(in super::super) fn as_integer(args: &[Value]) -> Outcome {
    of_quantity(args, |it| {
        exact(it).map(Value::Int).ok_or_else(|| Fault::error("cannot convert value to integer"))
    })
}

fn both(args: &[Value], join: fn(Quantity, Quantity) -> Quantity) -> Outcome {
    let (a, b) = match args {
        [Value::Library(Library::Quantity(a, _)), Value::Library(Library::Quantity(b, _))] => (*a, *b),
        [Value::Library(Library::Quantity(a, _)), Value::Int(b)] => {
            (*a, Quantity::from_units(*b, QuantityFormat::DecimalExponent))
        }
        _ => return wrong(),
    };
    Ok(Value::Library(Library::Quantity(join(a, b), true)))
}

pub(in super::super) fn add(args: &[Value]) -> Outcome {
    both(args, Quantity::plus)
}

pub(in super::super) fn sub(args: &[Value]) -> Outcome {
    both(args, Quantity::minus)
}

fn parse_version(args: &[Value]) -> Result<Option<Version>, Fault> {
    match args {
        [Value::Text(text)] | [Value::Text(text), Value::Bool(false)] => Ok(Version::parse(text)),
        [Value::Text(text), Value::Bool(true)] => Ok(Version::parse_loosely(text)),
        _ => wrong(),
    }
}

pub(in super::super) fn semver(args: &[Value]) -> Outcome {
    let version = parse_version(args)?.ok_or_else(|| Fault::error("no semantic version"))?;
    Ok(Value::Library(Library::Semver(Arc::new(version))))
}

pub(in super::super) fn is_semver(args: &[Value]) -> Outcome {
    parse_version(args).map(|version| Value::Bool(version.is_some()))
}

fn of_version(args: &[Value], part: fn(&Version) -> u64) -> Outcome {
    match args {
        [Value::Library(Library::Semver(version))] => Ok(Value::Int(part(version) as i64)),
        _ => wrong(),
    }
}

pub(in super::super) fn major(args: &[Value]) -> Outcome {
    of_version(args, |it| it.major)
}

pub(in super::super) fn minor(args: &[Value]) -> Outcome {
    of_version(args, |it| it.minor)
}

pub(in super::super) fn patch(args: &[Value]) -> Outcome {
    of_version(args, |it| it.patch)
}
