//! The functions: those of `JMESPath`, and those that Kyverno adds. What hangs on
//! the time, on chance or on the network is not evaluated.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_schema::cel::re2;
use seatrial_schema::{By, Entry, Map, Value};
use smol_str::SmolStr;

use super::Stop;
use super::arithmetic::reckon;
use super::interpreter::{Interpreter, equals, number, of_number};
use super::json;
use super::parser::Node;
use super::printing::{TEXT_MAX, of_json, of_yaml};
use crate::kyverno::images;
use crate::kyverno::wildcard;

/// What a function gets.
pub(super) enum Argument<'n> {
    Value(Value),
    Expression(&'n Node),
}

type Answer = Result<Value, Stop>;

/// Functions that answer something else each time, or elsewhere.
const UNKNOWN: &[&str] = &[
    "is_external_url",
    "md5",
    "path_canonicalize",
    "random",
    "semver_compare",
    "sha1",
    "sha256",
    "time_add",
    "time_after",
    "time_before",
    "time_between",
    "time_diff",
    "time_now",
    "time_now_utc",
    "time_parse",
    "time_since",
    "time_to_cron",
    "time_truncate",
    "time_utc",
    "truncate",
    "x509_decode",
];

/// Calls a function.
pub(super) fn call(name: &str, arguments: Vec<Argument<'_>>, run: &mut Interpreter<'_, '_>) -> Answer {
    if UNKNOWN.contains(&name) {
        return Err(Stop::Unknown(format!("the function {name} is not evaluated")));
    }
    if let Some(answer) = by_expression(name, &arguments, run) {
        return answer;
    }
    let values = arguments.into_iter().map(|it| match it {
        Argument::Value(value) => Ok(value),
        Argument::Expression(_) => Err(Stop::Error(format!("{name} takes no expression"))),
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let count = arity(name).ok_or_else(|| Stop::Error(format!("unknown function: {name}")))?;
    if values.len() != count && (count > 0 || values.is_empty()) {
        return Err(Stop::Error(format!("{name}: incorrect number of args")));
    }
    let call = Call { name, values: &values };
    run.work.spend(values.iter().map(super::interpreter::size).sum())?;
    call.answer()
}

/// How many values a function takes, 0 for any number but none.
fn arity(name: &str) -> Option<usize> {
    Some(match name {
        "merge" | "not_null" => 0,
        "abs" | "avg" | "base64_decode" | "base64_encode" | "ceil" | "floor" | "image_normalize" | "keys"
        | "length" | "max" | "min" | "parse_json" | "parse_yaml" | "reverse" | "sort" | "sum"
        | "to_array" | "to_boolean" | "to_lower" | "to_number" | "to_string" | "to_upper" | "type"
        | "values" => 1,
        "add" | "compare" | "contains" | "divide" | "ends_with" | "equal_fold" | "join" | "label_match"
        | "lookup" | "modulo" | "multiply" | "object_from_lists" | "pattern_match" | "regex_match"
        | "round" | "split" | "starts_with" | "subtract" | "trim" | "trim_prefix" => 2,
        "items" | "regex_replace_all" | "regex_replace_all_literal" | "replace_all" => 3,
        "replace" => 4,
        _ => return None,
    })
}

/// The functions that get an expression.
fn by_expression(name: &str, arguments: &[Argument<'_>], run: &mut Interpreter<'_, '_>) -> Option<Answer> {
    let (node, list) = match (name, arguments) {
        ("map", [Argument::Expression(node), Argument::Value(list)])
        | ("sort_by" | "max_by" | "min_by", [Argument::Value(list), Argument::Expression(node)]) => {
            (*node, list)
        }
        _ => return None,
    };
    let Value::List(items) = list else {
        return Some(Err(Stop::Error(format!("{name} takes a list"))));
    };
    let keys = items.iter().map(|item| run.apply(node, item)).collect::<Result<Vec<_>, _>>();
    let keys = match keys {
        Ok(keys) => keys,
        Err(stop) => return Some(Err(stop)),
    };
    if name == "map" {
        return Some(Ok(Value::List(keys)));
    }
    let mut pairs: Vec<_> = keys.into_iter().zip(items).collect();
    if pairs.windows(2).any(|pair| order(&pair[0].0, &pair[1].0).is_none()) {
        return Some(Err(Stop::Error(format!("{name} compares numbers or texts"))));
    }
    pairs.sort_by(|a, b| order(&a.0, &b.0).unwrap_or(Ordering::Equal));
    Some(Ok(match name {
        "sort_by" => Value::List(pairs.into_iter().map(|(_, item)| item.clone()).collect()),
        "max_by" => pairs.last().map_or(Value::Null, |(_, item)| (*item).clone()),
        _ => pairs.first().map_or(Value::Null, |(_, item)| (*item).clone()),
    }))
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

/// One call with its values.
struct Call<'v> {
    name: &'v str,
    values: &'v [Value],
}

impl Call<'_> {
    fn wrong(&self) -> Stop {
        Stop::Error(format!("invalid type for: {}", self.name))
    }

    fn text(&self, at: usize) -> Result<&str, Stop> {
        match &self.values[at] {
            Value::Str(text) => Ok(text),
            _ => Err(self.wrong()),
        }
    }

    fn number(&self, at: usize) -> Result<f64, Stop> {
        number(&self.values[at]).ok_or_else(|| self.wrong())
    }

    fn list(&self, at: usize) -> Result<&[Value], Stop> {
        match &self.values[at] {
            Value::List(items) => Ok(items),
            _ => Err(self.wrong()),
        }
    }

    fn map(&self, at: usize) -> Result<&Map, Stop> {
        self.values[at].as_map().ok_or_else(|| self.wrong())
    }

    /// A text, or what Kyverno takes for one.
    fn as_text(&self, at: usize) -> Result<String, Stop> {
        match &self.values[at] {
            Value::Str(text) => Ok(text.to_string()),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Ok(json(&self.values[at])),
            _ => Err(self.wrong()),
        }
    }

    fn answer(&self) -> Answer {
        let name = self.name;
        match name {
            "abs" => Ok(of_number(self.number(0)?.abs())),
            "ceil" => Ok(of_number(self.number(0)?.ceil())),
            "floor" => Ok(of_number(self.number(0)?.floor())),
            "round" => self.round(),
            "add" | "subtract" | "multiply" | "divide" | "modulo" => {
                reckon(name, &self.values[0], &self.values[1])
            }
            "sum" => {
                let (first, rest) = self.list(0)?.split_first().ok_or_else(|| self.wrong())?;
                rest.iter().try_fold(first.clone(), |sum, item| reckon("add", &sum, item))
            }
            "avg" => {
                let all = self.numbers()?;
                Ok(of_number(all.iter().sum::<f64>() / all.len() as f64))
            }
            "max" | "min" => self.extreme(name == "max"),
            "to_number" => Ok(match &self.values[0] {
                Value::Str(text) => text.parse().map_or(Value::Null, of_number),
                other => number(other).map_or(Value::Null, of_number),
            }),
            "not_null" => Ok(self.values.iter().find(|it| !it.is_null()).cloned().unwrap_or_default()),
            "type" => Ok(Value::from(type_of(&self.values[0]))),
            "to_boolean" => match self.text(0)?.to_lowercase().as_str() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(self.wrong()),
            },
            "to_string" => Ok(match &self.values[0] {
                Value::Str(text) => Value::Str(text.clone()),
                other => Value::text(json(other)),
            }),
            _ => self.of_collections(),
        }
    }

    fn of_collections(&self) -> Answer {
        match self.name {
            "length" => match &self.values[0] {
                Value::Str(text) => Ok(count(text.chars().count())),
                Value::List(items) => Ok(count(items.len())),
                Value::Map(map) => Ok(count(map.len())),
                _ => Err(self.wrong()),
            },
            "keys" => {
                Ok(Value::List(self.map(0)?.entries().iter().map(|it| Value::from(it.key.clone())).collect()))
            }
            "values" => Ok(Value::List(self.map(0)?.entries().iter().map(|it| it.value.clone()).collect())),
            "merge" => {
                let mut all = Map::default();
                for at in 0..self.values.len() {
                    for entry in self.map(at)?.entries() {
                        all.insert(entry.key.clone(), entry.value.clone(), By::Server);
                    }
                }
                Ok(Value::Map(all))
            }
            "contains" => match &self.values[0] {
                Value::Str(text) => match &self.values[1] {
                    Value::Str(part) => Ok(Value::Bool(text.contains(part.as_str()))),
                    _ => Ok(Value::Bool(false)),
                },
                Value::List(items) => Ok(Value::Bool(items.iter().any(|it| equals(it, &self.values[1])))),
                _ => Err(self.wrong()),
            },
            "join" => {
                let items = self.list(1)?;
                if items.iter().any(|it| !matches!(it, Value::Str(_))) {
                    return Err(self.wrong());
                }
                let texts: Vec<_> = items.iter().map(Value::as_str).collect();
                bounded(texts.iter().map(|it| it.len()).sum::<usize>() + texts.len() * self.text(0)?.len())?;
                Ok(Value::text(texts.join(self.text(0)?)))
            }
            "reverse" => match &self.values[0] {
                Value::Str(text) => Ok(Value::text(text.chars().rev().collect::<String>())),
                _ => Ok(Value::List(self.list(0)?.iter().rev().cloned().collect())),
            },
            "sort" => {
                let mut items = self.list(0)?.to_vec();
                if items.windows(2).any(|pair| order(&pair[0], &pair[1]).is_none()) {
                    return Err(self.wrong());
                }
                items.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
                Ok(Value::List(items))
            }
            "to_array" => Ok(match &self.values[0] {
                Value::List(items) => Value::List(items.clone()),
                other => Value::List(vec![other.clone()]),
            }),
            "label_match" => {
                let (wanted, labels) = (self.map(0)?, self.map(1)?);
                let has = |it: &Entry| labels.value(&it.key).is_some_and(|value| equals(value, &it.value));
                Ok(Value::Bool(wanted.entries().iter().all(has)))
            }
            "lookup" => match (&self.values[0], &self.values[1]) {
                (Value::Map(map), Value::Str(key)) => Ok(map.value(key).cloned().unwrap_or_default()),
                (Value::List(items), Value::Int(at)) => {
                    Ok(usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned().unwrap_or_default())
                }
                _ => Err(self.wrong()),
            },
            "items" => self.items(),
            "object_from_lists" => {
                let values = self.list(1)?;
                let entry = |(at, key): (usize, &Value)| match key {
                    Value::Str(key) => {
                        let value = values.get(at).cloned().unwrap_or_default();
                        Ok(Entry { key: key.clone(), value, by: By::Server })
                    }
                    _ => Err(self.wrong()),
                };
                Ok(Value::Map(self.list(0)?.iter().enumerate().map(entry).collect::<Result<Map, _>>()?))
            }
            _ => self.of_texts(),
        }
    }

    fn of_texts(&self) -> Answer {
        let text = |text: String| bounded(text.len()).map(|()| Value::text(text));
        match self.name {
            "starts_with" => Ok(Value::Bool(self.text(0)?.starts_with(self.text(1)?))),
            "ends_with" => Ok(Value::Bool(self.text(0)?.ends_with(self.text(1)?))),
            "compare" => Ok(Value::Int(self.text(0)?.cmp(self.text(1)?) as i64)),
            "equal_fold" => Ok(Value::Bool(self.text(0)?.to_lowercase() == self.text(1)?.to_lowercase())),
            "to_upper" => Ok(Value::text(self.text(0)?.to_uppercase())),
            "to_lower" => Ok(Value::text(self.text(0)?.to_lowercase())),
            "trim" => {
                let set: Vec<char> = self.text(1)?.chars().collect();
                Ok(Value::text(self.text(0)?.trim_matches(&set[..])))
            }
            "trim_prefix" => {
                let (whole, prefix) = (self.text(0)?, self.text(1)?);
                Ok(Value::text(whole.strip_prefix(prefix).unwrap_or(whole)))
            }
            "split" => {
                let (whole, between) = (self.text(0)?, self.text(1)?);
                let parts: Vec<Value> = match between {
                    "" => whole.chars().map(|it| Value::text(SmolStr::from_iter([it]))).collect(),
                    between => whole.split(between).map(Value::text).collect(),
                };
                Ok(Value::List(parts))
            }
            "replace_all" | "replace" => {
                let (whole, old, new) = (self.text(0)?, self.text(1)?, self.text(2)?);
                let most = if self.name == "replace" { self.number(3)? } else { -1.0 };
                let count = usize::try_from(most as i64).unwrap_or(usize::MAX);
                let found = whole.matches(old).count().min(count);
                bounded(whole.len() + found.saturating_mul(new.len()))?;
                Ok(Value::text(whole.replacen(old, new, count)))
            }
            "regex_match" => {
                let regex = regex(self.text(0)?)?;
                Ok(Value::Bool(regex.is_match(&self.as_text(1)?)))
            }
            "regex_replace_all" | "regex_replace_all_literal" => {
                let regex = regex(self.text(0)?)?;
                let (whole, new) = (self.as_text(1)?, self.as_text(2)?);
                let is_literal = self.name.ends_with("literal");
                let groups = if is_literal { 0 } else { new.matches('$').count() * whole.len() };
                let found = regex.find_iter(&whole).count();
                bounded(whole.len() + found.saturating_mul(new.len() + groups))?;
                Ok(Value::text(if is_literal {
                    regex.replace_all(&whole, regex::NoExpand(&new)).into_owned()
                } else {
                    regex.replace_all(&whole, new.as_str()).into_owned()
                }))
            }
            "pattern_match" => Ok(Value::Bool(wildcard::matches(self.text(0)?, &self.as_text(1)?))),
            "base64_encode" => text(STANDARD.encode(self.text(0)?)),
            "base64_decode" => {
                let bytes = STANDARD.decode(self.text(0)?).map_err(|_| self.wrong())?;
                text(String::from_utf8_lossy(&bytes).into_owned())
            }
            "parse_json" => of_json(self.text(0)?).ok_or_else(|| self.wrong()),
            "parse_yaml" => of_yaml(self.text(0)?).ok_or_else(|| self.wrong()),
            "image_normalize" => {
                images::normalized(self.text(0)?).map(Value::text).ok_or_else(|| self.wrong())
            }
            _ => Err(Stop::Error(format!("unknown function: {}", self.name))),
        }
    }

    fn items(&self) -> Answer {
        let (key_name, value_name) = (self.text(1)?, self.text(2)?);
        let pair = |key: Value, value: &Value| {
            let entry = |name: &str, value: Value| Entry { key: name.into(), value, by: By::Server };
            Value::Map([entry(key_name, key), entry(value_name, value.clone())].into_iter().collect())
        };
        Ok(Value::List(match &self.values[0] {
            Value::Map(map) => {
                map.entries().iter().map(|it| pair(Value::from(it.key.clone()), &it.value)).collect()
            }
            Value::List(items) => items.iter().enumerate().map(|(at, it)| pair(count(at), it)).collect(),
            _ => return Err(self.wrong()),
        }))
    }

    fn numbers(&self) -> Result<Vec<f64>, Stop> {
        self.list(0)?.iter().map(|it| number(it).ok_or_else(|| self.wrong())).collect()
    }

    fn extreme(&self, is_max: bool) -> Answer {
        let items = self.list(0)?;
        if items.windows(2).any(|pair| order(&pair[0], &pair[1]).is_none()) {
            return Err(self.wrong());
        }
        let by = |a: &&Value, b: &&Value| order(a, b).unwrap_or(Ordering::Equal);
        let found = if is_max { items.iter().max_by(by) } else { items.iter().min_by(by) };
        Ok(found.cloned().unwrap_or_default())
    }

    fn round(&self) -> Answer {
        let (number, digits) = (self.number(0)?, self.number(1)?);
        if digits.fract() != 0.0 || !(0.0..=300.0).contains(&digits) {
            return Err(self.wrong());
        }
        let shift = 10_f64.powi(digits as i32);
        Ok(of_number((number * shift).round() / shift))
    }
}

fn count(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

fn bounded(size: usize) -> Result<(), Stop> {
    if size > TEXT_MAX { Err(Stop::Unknown("a text grows too large".to_owned())) } else { Ok(()) }
}

fn regex(pattern: &str) -> Result<regex::Regex, Stop> {
    re2::compile(pattern).map_err(Stop::Error)
}
