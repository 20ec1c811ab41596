//! Lists and sets.

use std::cmp::Ordering;

use super::super::value::{Fault, List, Outcome, Value, equal};
use super::operators::{add, order};
use super::{list_fits, wrong};

pub(in super::super) fn is_sorted(args: &[Value]) -> Outcome {
    let [Value::List(list)] = args else {
        return wrong();
    };
    for pair in list.items().windows(2) {
        if order(pair[0].seen()?, pair[1].seen()?) == Ok(Ordering::Greater) {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

/// Nothing but an empty list is zero of a type, which the first item tells.
pub(in super::super) fn sum(args: &[Value]) -> Outcome {
    let [Value::List(list)] = args else {
        return wrong();
    };
    let mut items = list.items().iter();
    let Some(first) = items.next() else {
        return Ok(Value::Int(0));
    };
    let zero = match first.seen()? {
        Value::Int(_) => Value::Int(0),
        Value::Uint(_) => Value::Uint(0),
        Value::Double(_) => Value::Double(0.0),
        Value::Duration(_) => Value::Duration(0),
        _ => return wrong(),
    };
    list.items().iter().try_fold(zero, |so_far, item| add(&[so_far, item.seen()?.clone()]))
}

fn extreme(args: &[Value], name: &str, better: Ordering) -> Outcome {
    let [Value::List(list)] = args else {
        return wrong();
    };
    let mut best: Option<&Value> = None;
    for item in list.items() {
        let item = item.seen()?;
        best = match best {
            Some(best) if order(item, best) != Ok(better) => Some(best),
            _ => Some(item),
        };
    }
    best.cloned().ok_or_else(|| Fault::Error(format!("{name} called on empty list")))
}

pub(in super::super) fn max(args: &[Value]) -> Outcome {
    extreme(args, "max", Ordering::Greater)
}

pub(in super::super) fn min(args: &[Value]) -> Outcome {
    extreme(args, "min", Ordering::Less)
}

pub(in super::super) fn slice(args: &[Value]) -> Outcome {
    let [Value::List(list), Value::Int(start), Value::Int(end)] = args else {
        return wrong();
    };
    let length = list.items().len();
    let problem = if *start < 0 || *end < 0 {
        "negative indexes not supported".to_owned()
    } else if start > end {
        "start index must be less than or equal to end index".to_owned()
    } else if usize::try_from(*end).is_ok_and(|end| end <= length) {
        return Ok(Value::list(list.items()[*start as usize..*end as usize].to_vec()));
    } else {
        format!("list is length {length}")
    };
    Err(Fault::Error(format!("cannot slice({start}, {end}), {problem}")))
}

pub(in super::super) fn flatten(args: &[Value]) -> Outcome {
    let (list, depth) = match args {
        [Value::List(list)] => (list, 1),
        [Value::List(list), Value::Int(depth)] => (list, *depth),
        _ => return wrong(),
    };
    if depth < 0 {
        return Err(Fault::error("level must be non-negative"));
    }
    let mut items = Vec::new();
    flatten_into(&mut items, list, depth)?;
    Ok(Value::list(items))
}

fn flatten_into(items: &mut Vec<Value>, list: &List, depth: i64) -> Result<(), Fault> {
    for item in list.items() {
        match item {
            Value::List(inner) if depth > 0 => flatten_into(items, inner, depth - 1)?,
            item => {
                list_fits(items.len() + 1)?;
                items.push(item.seen()?.clone());
            }
        }
    }
    Ok(())
}

pub(in super::super) fn range(args: &[Value]) -> Outcome {
    let [Value::Int(end)] = args else {
        return wrong();
    };
    list_fits(usize::try_from(*end).unwrap_or(0))?;
    Ok(Value::list((0..*end).map(Value::Int).collect()))
}

pub(in super::super) fn reverse(args: &[Value]) -> Outcome {
    match args {
        [Value::List(list)] => Ok(Value::list(list.items().iter().rev().cloned().collect())),
        _ => wrong(),
    }
}

/// How many comparisons a function may make: where the evaluator's cost, which
/// is known afterwards only, would stop it.
const MOST_COMPARISONS: usize = 1_000_000;

pub(in super::super) fn distinct(args: &[Value]) -> Outcome {
    let [Value::List(list)] = args else {
        return wrong();
    };
    let length = list.items().len();
    if length.saturating_mul(length) > MOST_COMPARISONS {
        return Err(Fault::Stopped("operation cancelled: actual cost limit exceeded".to_owned()));
    }
    let mut items: Vec<Value> = Vec::new();
    for item in list.items() {
        let item = item.seen()?;
        if !items.iter().any(|other| matches!(equal(item, other), Ok(true))) {
            items.push(item.clone());
        }
    }
    Ok(Value::list(items))
}

pub(in super::super) fn sort(args: &[Value]) -> Outcome {
    match args {
        [Value::List(list)] => sorted(list, list),
        _ => wrong(),
    }
}

pub(in super::super) fn sort_by_keys(args: &[Value]) -> Outcome {
    match args {
        [Value::List(list), Value::List(keys)] => sorted(list, keys),
        _ => wrong(),
    }
}

/// The items in the order of their keys; Go does not keep the order of equal
/// ones in long lists, we do.
fn sorted(list: &List, keys: &List) -> Outcome {
    let Some(first) = keys.items().first() else {
        return Ok(Value::List(list.clone()));
    };
    let name = first.seen()?.type_name();
    for key in keys.items() {
        if key.seen()?.type_name() != name {
            return Err(Fault::error("list elements must have the same type"));
        }
    }
    if order(first, first).is_err() && !matches!(first, Value::Double(_)) {
        return Err(Fault::error("list elements must be comparable"));
    }
    let mut pairs: Vec<(&Value, &Value)> = keys.items().iter().zip(list.items()).collect();
    pairs.sort_by(|(a, _), (b, _)| order(a, b).unwrap_or(Ordering::Equal));
    Ok(Value::list(pairs.into_iter().map(|(_, item)| item.clone()).collect()))
}

fn contains_all(list: &List, others: &List) -> Result<bool, Fault> {
    for item in others.items() {
        if !list.contains(item.seen()?)? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(in super::super) fn set_contains(args: &[Value]) -> Outcome {
    match args {
        [Value::List(list), Value::List(others)] => contains_all(list, others).map(Value::Bool),
        _ => wrong(),
    }
}

pub(in super::super) fn set_equivalent(args: &[Value]) -> Outcome {
    match args {
        [Value::List(a), Value::List(b)] => Ok(Value::Bool(contains_all(a, b)? && contains_all(b, a)?)),
        _ => wrong(),
    }
}

pub(in super::super) fn set_intersects(args: &[Value]) -> Outcome {
    match args {
        [Value::List(a), Value::List(b)] => {
            let shared = a.items().iter().any(|item| matches!(b.contains(item), Ok(true)));
            Ok(Value::Bool(shared))
        }
        _ => wrong(),
    }
}
