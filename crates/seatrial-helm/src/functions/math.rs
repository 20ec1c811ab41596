//! Arithmetic, and lists of numbers: add, mulf, round, until, ...

use super::decimal::Decimal;
use super::numbers::{to_float, to_int};
use super::{args, fixed, pay_for_items, variadic};
use crate::template::Type::{Any, Float64, Int};
use crate::template::{Call, Data, Element, Fault, Function, List, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    variadic("add", &[Any], |_, args| Ok(folded(0, args, i64::wrapping_add))),
    fixed("add1", &[Any], |_, args| Ok(Value::int64(to_int(&args[0]).wrapping_add(1)))),
    fixed("add1f", &[Any], |_, args| decimals(&args[0], &[Value::int(1)], Decimal::plus)),
    variadic("addf", &[Any], |_, args| decimals(&Value::from(0.0), args, Decimal::plus)),
    variadic("biggest", &[Any, Any], |_, args| Ok(of_all(args, i64::max))),
    fixed("ceil", &[Any], |_, args| Ok(Value::from(to_float(&args[0]).ceil()))),
    fixed("div", &[Any, Any], |_, args| quotient(args, i64::wrapping_div)),
    variadic("divf", &[Any, Any], |_, args| decimals(&args[0], &args[1..], Decimal::divided_by)),
    fixed("floor", &[Any], |_, args| Ok(Value::from(to_float(&args[0]).floor()))),
    variadic("max", &[Any, Any], |_, args| Ok(of_all(args, i64::max))),
    variadic("maxf", &[Any, Any], |_, args| Ok(of_all_floats(args, larger))),
    variadic("min", &[Any, Any], |_, args| Ok(of_all(args, i64::min))),
    variadic("minf", &[Any, Any], |_, args| Ok(of_all_floats(args, |a, b| -larger(-a, -b)))),
    fixed("mod", &[Any, Any], |_, args| quotient(args, i64::wrapping_rem)),
    variadic("mul", &[Any, Any], |_, args| Ok(of_all(args, i64::wrapping_mul))),
    variadic("mulf", &[Any, Any], |_, args| decimals(&args[0], &args[1..], Decimal::times)),
    variadic("round", &[Any, Int, Float64], round),
    variadic("seq", &[Int], seq),
    fixed("sub", &[Any, Any], |_, args| Ok(of_all(args, i64::wrapping_sub))),
    variadic("subf", &[Any, Any], |_, args| decimals(&args[0], &args[1..], Decimal::minus)),
    fixed("until", &[Int], until),
    fixed("untilStep", &[Int, Int, Int], until_step),
];

fn folded(start: i64, args: &[Value], operation: fn(i64, i64) -> i64) -> Value {
    Value::int64(args.iter().map(to_int).fold(start, operation))
}

fn of_all(args: &[Value], operation: fn(i64, i64) -> i64) -> Value {
    match args.split_first() {
        Some((first, others)) => folded(to_int(first), others, operation),
        None => Value::int64(0),
    }
}

fn of_all_floats(args: &[Value], operation: fn(f64, f64) -> f64) -> Value {
    Value::from(args.iter().map(to_float).reduce(operation).unwrap_or_default())
}

/// `math.Max`: infinity before NaN, NaN before numbers, zero before minus zero.
fn larger(a: f64, b: f64) -> f64 {
    match (a, b) {
        _ if a == f64::INFINITY || b == f64::INFINITY => f64::INFINITY,
        _ if a.is_nan() || b.is_nan() => f64::NAN,
        _ if a == 0.0 && b == 0.0 => a + b,
        _ if a > b => a,
        _ => b,
    }
}

fn quotient(args: &[Value], operation: fn(i64, i64) -> i64) -> Result<Value, Fault> {
    match to_int(&args[1]) {
        0 => Err(Fault::error("runtime error: integer divide by zero")),
        divisor => Ok(Value::int64(operation(to_int(&args[0]), divisor))),
    }
}

fn decimals(
    first: &Value,
    others: &[Value],
    operation: fn(&Decimal, &Decimal) -> Result<Decimal, Fault>,
) -> Result<Value, Fault> {
    let mut result = Decimal::new(to_float(first))?;
    for other in others {
        result = operation(&result, &Decimal::new(to_float(other))?)?;
    }
    Ok(Value::from(result.to_float()))
}

fn round(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let round_from = args::float(args, 2).unwrap_or(0.5);
    let power = power_of_ten(args::int(args, 1));
    let shifted = power * to_float(&args[0]);
    // `trunc` keeps infinity, whose fraction is NaN in Go as well.
    let fraction = shifted - shifted.trunc();
    let rounded = if fraction >= round_from { shifted.ceil() } else { shifted.floor() };
    Ok(Value::from(rounded / power))
}

/// `math.Pow(10, exponent)` with Go's roundings: squares of the mantissa, the
/// exponents added up aside.
fn power_of_ten(exponent: i64) -> f64 {
    if exponent.unsigned_abs() > 400 {
        return if exponent > 0 { f64::INFINITY } else { 0.0 };
    }
    let (mut mantissa, mut binary) = (1.0_f64, 0_i32);
    let (mut square, mut square_binary) = (0.625_f64, 4_i32);
    let mut bits = exponent.unsigned_abs();
    while bits != 0 {
        if bits & 1 == 1 {
            mantissa *= square;
            binary += square_binary;
        }
        square *= square;
        square_binary <<= 1;
        if square < 0.5 {
            square += square;
            square_binary -= 1;
        }
        bits >>= 1;
    }
    if exponent < 0 {
        mantissa = 1.0 / mantissa;
        binary = -binary;
    }
    // In two steps, each of which stays within what floats can hold.
    mantissa * 2_f64.powi(binary / 2) * 2_f64.powi(binary - binary / 2)
}

/// The numbers from `start` up or down to `stop`, without it.
fn numbers(call: &mut dyn Call, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Fault> {
    if start == stop || (stop < start) != (step < 0) || step == 0 {
        return Ok(Vec::new());
    }
    let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
    pay_for_items(call, usize::try_from(count).unwrap_or(usize::MAX))?;
    Ok((0..count).map(|index| start.wrapping_add(index.cast_signed().wrapping_mul(step))).collect())
}

fn until(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let stop = args::int(args, 0);
    Ok(ints(&numbers(call, 0, stop, if stop < 0 { -1 } else { 1 })?))
}

fn until_step(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(ints(&numbers(call, args::int(args, 0), args::int(args, 1), args::int(args, 2))?))
}

fn ints(numbers: &[i64]) -> Value {
    Value::new(Data::List(List::new(numbers.iter().map(|it| Value::int(*it)).collect(), Element::Int)))
}

fn seq(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let given: Vec<i64> = (0..args.len()).map(|index| args::int(args, index)).collect();
    let (start, step, end) = match given[..] {
        [end] => (1, if end < 1 { -1 } else { 1 }, end),
        [start, end] => (start, if end < start { -1 } else { 1 }, end),
        [start, step, end] if end >= start || step <= 0 => (start, step, end),
        _ => return Ok(Value::from("")),
    };
    let beyond = end.wrapping_add(if end < start { -1 } else { 1 });
    let numbers = numbers(call, start, beyond, step)?;
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(Value::from(texts.join(" ")))
}
