//! Quantities and semantic versions.

use std::cmp::Ordering;
use std::sync::Arc;

use seatrial_model::{Quantity, QuantityFormat};

use super::super::quantity_form::QuantityForm;
use super::super::semver::Version;
use super::super::value::{Fault, Library, Outcome, Value};
use super::wrong;

pub(in super::super) fn quantity(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => match text.parse() {
            Ok(quantity) => Ok(Value::Library(Library::Quantity(quantity, QuantityForm::of_text(text)))),
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

fn of_quantity(args: &[Value], part: fn(Quantity, QuantityForm) -> Outcome) -> Outcome {
    match args {
        [Value::Library(Library::Quantity(quantity, form))] => part(*quantity, *form),
        _ => wrong(),
    }
}

pub(in super::super) fn sign(args: &[Value]) -> Outcome {
    of_quantity(args, |it, _| Ok(Value::Int(it.nanos().signum() as i64)))
}

pub(in super::super) fn as_float(args: &[Value]) -> Outcome {
    of_quantity(args, |it, _| Ok(Value::Double(it.as_f64())))
}

pub(in super::super) fn is_integer(args: &[Value]) -> Outcome {
    of_quantity(args, |_, form| Ok(Value::Bool(form.whole().is_some())))
}

pub(in super::super) fn as_integer(args: &[Value]) -> Outcome {
    of_quantity(args, |_, form| {
        form.whole().map(Value::Int).ok_or_else(|| Fault::error("cannot convert value to integer"))
    })
}

/// Two amounts; the second one may be a plain number.
fn both(args: &[Value]) -> Result<[(Quantity, QuantityForm); 2], Fault> {
    match args {
        [Value::Library(Library::Quantity(a, of_a)), Value::Library(Library::Quantity(b, of_b))] => {
            Ok([(*a, *of_a), (*b, *of_b)])
        }
        [Value::Library(Library::Quantity(a, of_a)), Value::Int(b)] => {
            let quantity = Quantity::from_units(*b, QuantityFormat::DecimalExponent);
            Ok([(*a, *of_a), (quantity, QuantityForm::of_int(*b))])
        }
        _ => wrong(),
    }
}

pub(in super::super) fn add(args: &[Value]) -> Outcome {
    let [(a, of_a), (b, of_b)] = both(args)?;
    Ok(Value::Library(Library::Quantity(a.plus(b), of_a.plus(of_b))))
}

pub(in super::super) fn sub(args: &[Value]) -> Outcome {
    let [(a, of_a), (b, of_b)] = both(args)?;
    Ok(Value::Library(Library::Quantity(a.minus(b), of_a.minus(of_b))))
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
