//! One value held against one value of a pattern: wildcards, operators, ranges,
//! alternatives.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;
use seatrial_model::Quantity;
use seatrial_schema::Value;
use seatrial_schema::durations;

use super::wildcard;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    More,
    MoreEqual,
    Less,
    LessEqual,
    InRange,
    NotInRange,
}

const RANGE: &str = r"^([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)-([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)$";

static IN_RANGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(RANGE).expect("it is an expression"));
static NOT_IN_RANGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&RANGE.replace(")-(", ")!-(")).expect("it is an expression"));

impl Operator {
    /// What a pattern begins with, or is.
    pub(super) fn of(pattern: &str) -> Self {
        if pattern.len() < 2 {
            return Self::Equal;
        }
        let starts = [
            (">=", Self::MoreEqual),
            ("<=", Self::LessEqual),
            (">", Self::More),
            ("<", Self::Less),
            ("!", Self::NotEqual),
        ];
        if let Some((_, operator)) = starts.iter().find(|(sign, _)| pattern.starts_with(sign)) {
            return *operator;
        }
        if NOT_IN_RANGE.is_match(pattern) {
            return Self::NotInRange;
        }
        if IN_RANGE.is_match(pattern) { Self::InRange } else { Self::Equal }
    }

    fn length(self) -> usize {
        match self {
            Self::MoreEqual | Self::LessEqual => 2,
            Self::More | Self::Less | Self::NotEqual => 1,
            Self::Equal | Self::InRange | Self::NotInRange => 0,
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::NotEqual => order.is_ne(),
            Self::More => order.is_gt(),
            Self::MoreEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            _ => order.is_eq(),
        }
    }
}

/// Whether a value is as a pattern says.
pub(super) fn matches(value: &Value, pattern: &Value) -> bool {
    match pattern {
        Value::Bool(wanted) => matches!(value, Value::Bool(truth) if truth == wanted),
        Value::Int(wanted) => match value {
            Value::Int(number) => number == wanted,
            Value::Float(number) => (number - *wanted as f64).abs() == 0.0,
            Value::Str(text) => text.parse() == Ok(*wanted),
            _ => false,
        },
        Value::Float(wanted) => match value {
            Value::Int(number) => (*number as f64 - wanted).abs() == 0.0,
            Value::Float(number) => (number - wanted).abs() == 0.0,
            Value::Str(text) => text.parse::<f64>().is_ok_and(|it| (it - wanted).abs() == 0.0),
            _ => false,
        },
        Value::Null => match value {
            Value::Null => true,
            Value::Bool(truth) => !truth,
            Value::Int(number) => *number == 0,
            Value::Float(number) => number.abs() == 0.0,
            Value::Str(text) => text.is_empty(),
            _ => false,
        },
        Value::Map(_) => value.as_map().is_some(),
        Value::List(_) => false,
        Value::Str(pattern) => matches_text(value, pattern),
    }
}

/// Alternatives of conditions that all hold.
pub(super) fn matches_text(value: &Value, pattern: &str) -> bool {
    if matches!(value, Value::Str(text) if text == pattern) {
        return true;
    }
    let holds = |all: &str| all.trim_matches(' ').split('&').all(|one| holds(value, one.trim_matches(' ')));
    pattern.split('|').any(holds)
}

fn holds(value: &Value, pattern: &str) -> bool {
    let operator = Operator::of(pattern);
    let ends = |regex: &Regex| {
        let found = regex.captures(pattern)?;
        Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()))
    };
    match operator {
        Operator::InRange => ends(&IN_RANGE).is_some_and(|(from, to)| {
            compare(value, &from, Operator::MoreEqual) && compare(value, &to, Operator::LessEqual)
        }),
        Operator::NotInRange => ends(&NOT_IN_RANGE).is_some_and(|(from, to)| {
            compare(value, &from, Operator::Less) || compare(value, &to, Operator::More)
        }),
        _ => compare(value, pattern[operator.length()..].trim(), operator),
    }
}

/// Durations first, then quantities, then texts.
fn compare(value: &Value, pattern: &str, operator: Operator) -> bool {
    let amount = amount(value);
    if let Some((wanted, held)) = durations::parse(pattern).zip(amount.as_deref().and_then(durations::parse))
    {
        return operator.holds(held.cmp(&wanted));
    }
    let quantity = |text: &str| text.parse::<Quantity>().ok();
    if let Some((wanted, held)) = quantity(pattern).zip(amount.as_deref().and_then(quantity)) {
        return operator.holds(held.cmp(&wanted));
    }
    let text = match value {
        Value::Str(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return false,
    };
    match operator {
        Operator::Equal => wildcard::matches(pattern, &text),
        Operator::NotEqual => !wildcard::matches(pattern, &text),
        _ => false,
    }
}

/// What may be an amount; nothing is none.
fn amount(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("0".to_owned()),
        Value::Str(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(format!("{number:.6}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_against_patterns() {
        let text = |text: &str| Value::from(text);
        let cases = [
            (text("nginx:latest"), "!*:latest", false),
            (text("nginx:1"), "*:*", true),
            (text("nginx"), "!*:latest & *:*", false),
            (text("512Mi"), "<1Gi", true),
            (text("512Mi"), ">=0.5Gi", true),
            (Value::Int(5), "1-10", true),
            (Value::Int(11), "1-10", false),
            (Value::Int(11), "1!-10", true),
            (text("20m"), "10m-1h", true),
            (text("a"), "a | b", true),
            (text("c"), "a | b", false),
            (Value::Null, "?*", false),
            (Value::Null, ">0", false),
            (Value::Bool(true), "true", true),
            (text("test-value"), "test-value", true),
        ];
        for (value, pattern, expected) in cases {
            assert_eq!(matches_text(&value, pattern), expected, "{value:?} {pattern}");
        }
    }
}
