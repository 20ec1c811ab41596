//! Rules for amounts (`kubernetes` 1.36, `pkg/apis/core/validation`).

use seatrial_model::Quantity;

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// What is said of an amount below zero.
pub const NEGATIVE: &str = "must be greater than or equal to 0";
/// What is said of an amount that is not above zero.
pub const NOT_POSITIVE: &str = "must be greater than zero";

/// Beyond it Go compares whole numbers, not thousandths.
pub const MILLI_MOST: i64 = i64::MAX / 1000;

/// The amount in a decoded field; zero where there is none.
pub fn of(value: &Value) -> Quantity {
    match value {
        Value::Str(text) => text.parse().unwrap_or(Quantity::ZERO),
        Value::Int(number) => number.to_string().parse().unwrap_or(Quantity::ZERO),
        _ => Quantity::ZERO,
    }
}

/// An amount that may not be negative.
pub fn non_negative(value: &Value, at: &Path<'_>, errors: &mut Errors) {
    if of(value).is_negative() {
        errors.invalid(at, value.clone(), NEGATIVE);
    }
}

/// An amount that must be above zero.
pub fn positive(value: &Value, at: &Path<'_>, errors: &mut Errors) {
    if of(value) <= Quantity::ZERO {
        errors.invalid(at, value.clone(), NOT_POSITIVE);
    }
}

/// Whether an amount is a whole number.
pub fn is_whole(amount: Quantity) -> bool {
    amount.nanos() % 1_000_000_000 == 0
}
