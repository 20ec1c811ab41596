//! The conditions of preconditions and denials.

use seatrial_model::Quantity;
use seatrial_schema::Value;
use seatrial_schema::durations;

use super::scalars::{self, Operator};
use super::variables::Variables;
use super::wildcard;
use crate::jmespath::{Stop, equals, json, number, of_json, scalar};

/// Whether conditions hold, and what they say.
pub(super) fn hold(conditions: &Value, variables: &mut Variables<'_>) -> Result<(bool, String), Stop> {
    match conditions {
        Value::Null => Ok((true, String::new())),
        Value::List(items) if items.iter().any(|it| it.has("any") || it.has("all")) => {
            let mut said = Vec::new();
            for item in items {
                let (holds, message) = any_all(item, variables)?;
                if !holds {
                    return Ok((false, message));
                }
                said.push(message);
            }
            Ok((true, joined(said)))
        }
        // The old form: all of them.
        Value::List(items) => all(items, variables),
        other => any_all(other, variables),
    }
}

fn joined(said: Vec<String>) -> String {
    said.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

fn all(items: &[Value], variables: &mut Variables<'_>) -> Result<(bool, String), Stop> {
    let mut said = Vec::new();
    for item in items {
        if !holds(item, variables)? {
            return Ok((false, item.str("message").to_owned()));
        }
        said.push(item.str("message").to_owned());
    }
    Ok((true, joined(said)))
}

fn any_all(conditions: &Value, variables: &mut Variables<'_>) -> Result<(bool, String), Stop> {
    let (mut met, mut unmet) = (Vec::new(), Vec::new());
    let mut is_any = !conditions.has("any");
    for item in conditions.items("any") {
        let message = item.str("message").to_owned();
        if holds(item, variables)? {
            is_any = true;
            met.push(message);
            break;
        }
        unmet.push(message);
    }
    let (is_all, said) = all(conditions.items("all"), variables)?;
    if is_any && is_all {
        met.push(said);
        return Ok((true, joined(met)));
    }
    if !is_all {
        unmet.push(said);
    }
    Ok((false, joined(unmet)))
}

fn holds(condition: &Value, variables: &mut Variables<'_>) -> Result<bool, Stop> {
    let key = variables.substitute(condition.at("key"))?;
    let value = variables.substitute(condition.at("value"))?;
    let operator = condition.str("operator").to_lowercase();
    Ok(match operator.as_str() {
        "equal" | "equals" => is_equal(&key, &value),
        "notequal" | "notequals" => is_unequal(&key, &value),
        "in" | "allin" => is_in(&key, &value, Quantor::All, true),
        "anyin" => is_in(&key, &value, Quantor::Any, true),
        "notin" | "allnotin" => is_in(&key, &value, Quantor::All, false),
        "anynotin" => is_in(&key, &value, Quantor::Any, false),
        "greaterthan" | "greaterthanorequals" | "lessthan" | "lessthanorequals" => {
            order(&key, &value).is_some_and(|it| is_ordered(&operator, it))
        }
        "durationgreaterthan"
        | "durationgreaterthanorequals"
        | "durationlessthan"
        | "durationlessthanorequals" => {
            let pair = nanos(&key).zip(nanos(&value));
            pair.is_some_and(|(a, b)| is_ordered(&operator["duration".len()..], a.cmp(&b)))
        }
        other => return Err(Stop::Error(format!("the operator {other:?} is none"))),
    })
}

fn is_ordered(operator: &str, order: std::cmp::Ordering) -> bool {
    match operator {
        "greaterthan" => order.is_gt(),
        "greaterthanorequals" => order.is_ge(),
        "lessthan" => order.is_lt(),
        _ => order.is_le(),
    }
}

/// Nanoseconds of a text, or seconds of a number.
fn nanos(value: &Value) -> Option<i128> {
    match value {
        Value::Str(text) => durations::parse(text).map(i128::from),
        other => Some(number(other)? as i128 * 1_000_000_000),
    }
}

/// Both as durations, if one of them is written as one.
fn durations(key: &Value, value: &Value) -> Option<(i128, i128)> {
    let is_written = |it: &Value| it.as_str() != "0" && durations::parse(it.as_str()).is_some();
    if !is_written(key) && !is_written(value) {
        return None;
    }
    nanos(key).zip(nanos(value))
}

fn quantity(value: &Value) -> Option<Quantity> {
    value.as_str().parse().ok()
}

fn is_equal(key: &Value, value: &Value) -> bool {
    match (key, value) {
        (Value::Str(text), _) => {
            if let Some((a, b)) = durations(key, value) {
                return a == b;
            }
            match (quantity(key), value) {
                (Some(held), Value::Str(_)) => quantity(value) == Some(held),
                (_, Value::Str(pattern)) => wildcard::matches(pattern, text),
                _ => false,
            }
        }
        (Value::Int(_) | Value::Float(_), Value::Str(text)) => text.parse().ok() == number(key),
        (Value::Null, _) => false,
        _ => equals(key, value),
    }
}

/// The opposite where both are of kinds that can be compared; where they are of
/// different kinds they are unequal.
fn is_unequal(key: &Value, value: &Value) -> bool {
    !matches!(key, Value::Null) && !is_equal(key, value)
}

#[derive(Clone, Copy, PartialEq)]
enum Quantor {
    All,
    Any,
}

/// Whether any or all of the key's texts are, or are not, in the value's.
fn is_in(key: &Value, value: &Value, quantor: Quantor, wanted: bool) -> bool {
    let (keys, is_list) = match key {
        Value::List(items) => (items.iter().map(scalar).collect::<Vec<_>>(), true),
        Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => (vec![scalar(key)], false),
        _ => return false,
    };
    let Some(has) = membership(value, is_list, quantor) else { return false };
    let mut tests = keys.iter().map(|it| has(it) == wanted);
    match quantor {
        Quantor::All => tests.all(|it| it),
        Quantor::Any => tests.any(|it| it),
    }
}

/// Whether a text is in a value.
type Test<'v> = Box<dyn Fn(&str) -> bool + 'v>;

/// Tells whether a text is in a value; none if that is nothing to be in.
fn membership(value: &Value, is_list: bool, quantor: Quantor) -> Option<Test<'_>> {
    let is_like = |a: &str, b: &str| wildcard::matches(a, b) || wildcard::matches(b, a);
    match value {
        Value::List(items) => {
            let texts: Vec<_> = items.iter().map(scalar).collect();
            Some(Box::new(move |key| texts.iter().any(|it| is_like(it, key))))
        }
        Value::Str(text) => {
            if Operator::of(text) == Operator::InRange {
                return Some(Box::new(move |key| scalars::matches_text(&Value::from(key), text)));
            }
            let texts = match of_json(text) {
                Some(Value::List(items)) if items.iter().all(|it| matches!(it, Value::Str(_))) => {
                    items.iter().map(|it| it.as_str().to_owned()).collect()
                }
                Some(_) => Vec::new(),
                None => vec![text.to_string()],
            };
            let is_loose = is_list;
            Some(Box::new(move |key| {
                let is_whole = wildcard::matches(text, key) && !is_loose || text == key;
                is_whole || texts.iter().any(|it| if is_loose { is_like(it, key) } else { it == key })
            }))
        }
        Value::Int(_) | Value::Float(_) | Value::Bool(_) if is_list && quantor == Quantor::Any => {
            let text = json(value);
            Some(Box::new(move |key| is_like(&text, key)))
        }
        _ => None,
    }
}

fn order(key: &Value, value: &Value) -> Option<std::cmp::Ordering> {
    if let Some((a, b)) = durations(key, value) {
        return Some(a.cmp(&b));
    }
    if let Some((a, b)) = quantity(key).zip(quantity(value)) {
        return Some(a.cmp(&b));
    }
    let amount = |it: &Value| number(it).or_else(|| it.as_str().parse().ok());
    if let Some((a, b)) = amount(key).zip(amount(value)) {
        return a.partial_cmp(&b);
    }
    versions(key.as_str()).zip(versions(value.as_str())).map(|(a, b)| a.cmp(&b))
}

/// The numbers of a version without additions.
fn versions(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split('.').map(|it| it.parse().ok());
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}
