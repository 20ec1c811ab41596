//! Sums and the like of numbers, quantities and durations.

use seatrial_model::Quantity;
use seatrial_schema::Value;
use seatrial_schema::durations;

use super::Stop;
use super::interpreter::{number, of_number};

/// What can be reckoned with.
#[derive(Clone, Copy)]
enum Operand {
    Number(f64),
    Quantity(Quantity),
    /// In nanoseconds.
    Duration(i128),
}

fn operand(value: &Value) -> Result<Operand, Stop> {
    if let Some(number) = number(value) {
        return Ok(Operand::Number(number));
    }
    let text = value.as_str();
    if let Ok(quantity) = text.parse() {
        return Ok(Operand::Quantity(quantity));
    }
    durations::parse(text).map(|it| Operand::Duration(it.into())).ok_or_else(mismatch)
}

fn mismatch() -> Stop {
    Stop::Error("types mismatch".to_owned())
}

fn quantity(quantity: Quantity) -> Value {
    Value::text(quantity.to_string())
}

/// `add`, `subtract`, `multiply`, `divide`, `modulo` of two values.
pub(super) fn reckon(name: &str, left: &Value, right: &Value) -> Result<Value, Stop> {
    use Operand::{Duration, Number, Quantity as Amount};
    let not_known = || Stop::Unknown(format!("{name} of such amounts is not evaluated"));
    match (operand(left)?, operand(right)?) {
        (Number(a), Number(b)) => numbers(name, a, b).map(of_number),
        (Amount(a), Amount(b)) => match name {
            "add" => Ok(quantity(a.plus(b))),
            "subtract" => Ok(quantity(a.minus(b))),
            "divide" if b.is_zero() => Err(by_zero()),
            "divide" => Ok(of_number(a.nanos() as f64 / b.nanos() as f64)),
            "modulo" => Err(not_known()),
            _ => Err(mismatch()),
        },
        (Duration(a), Duration(b)) => match name {
            "add" => Ok(Value::text(durations::text(a + b))),
            "subtract" => Ok(Value::text(durations::text(a - b))),
            "divide" | "modulo" if b == 0 => Err(by_zero()),
            "divide" => Ok(of_number(a as f64 / b as f64)),
            "modulo" => Ok(Value::text(durations::text(a % b))),
            _ => Err(mismatch()),
        },
        (Amount(a), Number(times)) | (Number(times), Amount(a))
            if name == "multiply" && times.fract() == 0.0 && times.abs() < 1e15 =>
        {
            Ok(quantity(a.times(times as i64)))
        }
        (Amount(_) | Duration(_), Number(_)) | (Number(_), Amount(_) | Duration(_)) => Err(not_known()),
        _ => Err(mismatch()),
    }
}

fn by_zero() -> Stop {
    Stop::Error("zero divisor passed".to_owned())
}

fn numbers(name: &str, a: f64, b: f64) -> Result<f64, Stop> {
    match name {
        "add" => Ok(a + b),
        "subtract" => Ok(a - b),
        "multiply" => Ok(a * b),
        _ if b == 0.0 => Err(by_zero()),
        "divide" => Ok(a / b),
        _ if a.fract() != 0.0 || b.fract() != 0.0 => Err(Stop::Error("an integer is required".to_owned())),
        _ => Ok(a % b),
    }
}
