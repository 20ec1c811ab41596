//! The annotations of `autoscaling/v1`: metrics as an earlier version wrote them,
//! and a behavior with the field names of Go (`kubernetes` 1.36,
//! `pkg/apis/autoscaling/v1/conversion.go`).

use std::fmt::Write;

use seatrial_model::Quantity;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node};

use crate::json;
use crate::rules::quantities;
use crate::value::{By, Entry, Map, Value};

/// What Go reads into a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Amount,
    /// An amount that is no pointer: 0 where it is absent.
    AmountOrZero,
    Structure,
    List,
}

/// The way of a field in `v2`, its name in the annotation, and what it holds.
type Field = (&'static [&'static str], &'static str, Kind);

const DESCRIBED: Field = (&["describedObject"], "target", Kind::Structure);
const METRIC_NAME: Field = (&["metric", "name"], "metricName", Kind::Text);
const SELECTOR: Field = (&["metric", "selector"], "selector", Kind::Structure);
const METRIC_SELECTOR: Field = (&["metric", "selector"], "metricSelector", Kind::Structure);
const RESOURCE_NAME: Field = (&["name"], "name", Kind::Text);
const CONTAINER: Field = (&["container"], "container", Kind::Text);
const UTILIZATION: Field = (&["target", "averageUtilization"], "targetAverageUtilization", Kind::Number);
const VALUE: Field = (&["target", "value"], "targetValue", Kind::Amount);
const VALUE_OR_ZERO: Field = (&["target", "value"], "targetValue", Kind::AmountOrZero);
const AVERAGE: Field = (&["target", "averageValue"], "targetAverageValue", Kind::Amount);
const AVERAGE_OR_ZERO: Field = (&["target", "averageValue"], "targetAverageValue", Kind::AmountOrZero);
const AVERAGE_OF_OBJECT: Field = (&["target", "averageValue"], "averageValue", Kind::Amount);

/// The sources of a metric with their fields, in the order of Go's structures.
const SOURCES: [(&str, &[Field]); 5] = [
    ("object", &[DESCRIBED, METRIC_NAME, VALUE_OR_ZERO, SELECTOR, AVERAGE_OF_OBJECT]),
    ("pods", &[METRIC_NAME, AVERAGE_OR_ZERO, SELECTOR]),
    ("resource", &[RESOURCE_NAME, UTILIZATION, AVERAGE]),
    ("containerResource", &[RESOURCE_NAME, UTILIZATION, AVERAGE, CONTAINER]),
    ("external", &[METRIC_NAME, METRIC_SELECTOR, VALUE, AVERAGE]),
];

/// Fields of a behavior, of one of its sides, and of a policy.
const SIDES: [Part; 2] =
    [("scaleUp", "ScaleUp", Kind::Structure), ("scaleDown", "ScaleDown", Kind::Structure)];
const SIDE: [Part; 4] = [
    ("stabilizationWindowSeconds", "StabilizationWindowSeconds", Kind::Number),
    ("selectPolicy", "SelectPolicy", Kind::Text),
    ("policies", "Policies", Kind::List),
    ("tolerance", "Tolerance", Kind::Amount),
];
const POLICY: [Part; 3] = [
    ("type", "Type", Kind::Text),
    ("value", "Value", Kind::Number),
    ("periodSeconds", "PeriodSeconds", Kind::Number),
];

/// A field of a behavior in `v2`, its name in Go, and what it holds.
type Part = (&'static str, &'static str, Kind);

/// The metrics of an annotation as `v2` has them; none if Go could not read it.
pub(super) fn metrics_of(text: &str) -> Option<Vec<Value>> {
    let Value::List(metrics) = read(text)? else { return None };
    metrics.iter().map(metric_of).collect()
}

/// A metric of an annotation, or of `v2beta1`, as `v2` has it.
pub(super) fn metric_of(written: &Value) -> Option<Value> {
    let mut metric = Value::from(Map::default());
    let kind = go_value(field_of(written, "type")?, Kind::Text)?;
    metric.set("type", kind.or_empty(), By::Server);
    for (source, fields) in SOURCES {
        let written = field_of(written, source)?;
        if written.is_null() {
            continue;
        }
        let out = metric.struct_mut(source);
        for (way, name, kind) in fields {
            let value = go_value(field_of(written, name)?, *kind)?;
            if !value.is_null() {
                put(out, way, value);
            }
        }
        put(out, &["target", "type"], target_type(source, out).into());
        drop_unused_value(source, out);
    }
    Some(metric)
}

/// A field of a structure, by its name in any case; nothing if this is none.
fn field_of<'a>(structure: &'a Value, name: &str) -> Option<&'a Value> {
    static ABSENT: Value = Value::Null;
    let entries = match structure {
        Value::Map(map) => map.entries(),
        Value::Null => &[],
        _ => return None,
    };
    let found = entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(name));
    Some(found.map_or(&ABSENT, |entry| &entry.value))
}

/// A value as Go reads it; nothing where it has another type.
fn go_value(value: &Value, kind: Kind) -> Option<Value> {
    match (kind, value) {
        (Kind::AmountOrZero, Value::Null) => Some("0".into()),
        (_, Value::Null)
        | (Kind::Text, Value::Str(_))
        | (Kind::Structure, Value::Map(_))
        | (Kind::List, Value::List(_)) => Some(value.clone()),
        (Kind::Number, Value::Int(number)) => i32::try_from(*number).is_ok().then(|| value.clone()),
        (Kind::Amount | Kind::AmountOrZero, Value::Str(text)) => amount(text),
        (Kind::Amount | Kind::AmountOrZero, Value::Int(number)) => amount(&number.to_string()),
        (Kind::Amount | Kind::AmountOrZero, Value::Float(number)) => amount(&number.to_string()),
        _ => None,
    }
}

fn amount(text: &str) -> Option<Value> {
    let amount: Quantity = text.parse().ok()?;
    Some(Value::text(amount.to_string()))
}

fn target_type(source: &str, metric: &Value) -> &'static str {
    let target = metric.at("target");
    match source {
        "object" if !target.has("averageValue") => "Value",
        "external" if target.has("value") => "Value",
        "resource" | "containerResource" if target.has("averageUtilization") => "Utilization",
        _ => "AverageValue",
    }
}

/// A target value of 0 beside an average is what an absent one was written as.
fn drop_unused_value(source: &str, metric: &mut Value) {
    let Some(target) = metric.at_mut("target").filter(|_| source == "object") else { return };
    if target.has("averageValue") && quantities::of(target.at("value")).is_zero() {
        target.remove("value");
    }
}

fn put(value: &mut Value, way: &[&'static str], field: Value) {
    match way {
        [] => {}
        [last] => value.set(last, field, By::Server),
        [first, rest @ ..] => put(value.struct_mut(first), rest, field),
    }
}

/// The annotation for metrics.
pub(super) fn metrics_text(metrics: &[&Value]) -> String {
    let mut out = String::from("[");
    for (index, metric) in metrics.iter().enumerate() {
        out.push_str(if index == 0 { "{\"type\":" } else { ",{\"type\":" });
        write_json(&mut out, metric.at("type"));
        for (source, fields) in SOURCES {
            let Some(metric) = metric.opt(source) else { continue };
            let _ = write!(out, ",\"{source}\":");
            let zero = Value::from("0");
            let field = |&(way, name, kind): &Field| match (kind, find(metric, way)) {
                (Kind::AmountOrZero, Value::Null) => (name, &zero),
                (_, value) => (name, value),
            };
            write_fields(&mut out, fields.iter().map(field));
        }
        out.push('}');
    }
    out + "]"
}

fn find<'a>(value: &'a Value, way: &[&str]) -> &'a Value {
    way.iter().fold(value, |value, field| value.at(field))
}

/// Writes the fields that are there.
fn write_fields<'a>(out: &mut String, fields: impl Iterator<Item = (&'a str, &'a Value)>) {
    out.push('{');
    for (index, (name, value)) in fields.filter(|(_, value)| !value.is_null()).enumerate() {
        let _ = write!(out, "{}\"{name}\":", if index == 0 { "" } else { "," });
        write_json(out, value);
    }
    out.push('}');
}

/// The behavior of an annotation; none if Go could not read it, or it says nothing.
pub(super) fn behavior_of(text: &str) -> Option<Value> {
    let mut behavior = parts_of(&read(text)?, &SIDES)?;
    for (side, ..) in SIDES {
        let Some(side) = behavior.at_mut(side) else { continue };
        *side = parts_of(side, &SIDE)?;
        for policy in side.items_mut("policies") {
            *policy = parts_of(policy, &POLICY)?;
        }
    }
    (!behavior.is_empty()).then_some(behavior)
}

fn parts_of(written: &Value, parts: &[Part]) -> Option<Value> {
    let mut out = Value::from(Map::default());
    for (name, written_as, kind) in parts {
        let value = go_value(field_of(written, written_as)?, *kind)?;
        if !value.is_null() {
            out.set(name, value, By::Server);
        }
    }
    Some(out)
}

/// The annotation for a behavior.
pub(super) fn behavior_text(behavior: &Value) -> String {
    let mut out = String::new();
    write_all(&mut out, behavior, &SIDES, |out, _, side| {
        write_all(out, side, &SIDE, |out, field, value| match (field, value) {
            ("policies", Value::List(policies)) => {
                for (index, policy) in policies.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    write_all(out, policy, &POLICY, |out, _, value| write_json(out, value));
                }
                out.push_str(if policies.is_empty() { "[]" } else { "]" });
            }
            _ => write_json(out, value),
        });
    });
    out
}

/// Writes all fields, also those that are not there.
fn write_all(out: &mut String, value: &Value, parts: &[Part], write: impl Fn(&mut String, &str, &Value)) {
    if value.is_null() {
        return out.push_str("null");
    }
    for (index, (field, name, _)) in parts.iter().enumerate() {
        let _ = write!(out, "{}\"{name}\":", if index == 0 { '{' } else { ',' });
        write(out, field, value.at(field));
    }
    out.push('}');
}

/// Writes a value as Go does.
fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(number) => drop(write!(out, "{number}")),
        Value::Float(number) => drop(write!(out, "{number}")),
        Value::Str(text) => json::quote(text, out),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                write_json(out, item);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Map(map) => write_map(out, map),
    }
}

/// References and selectors are the only structures inside; their fields have
/// an order, the keys of maps theirs.
fn write_map(out: &mut String, map: &Map) {
    const ORDER: [&str; 6] = ["kind", "name", "apiVersion", "matchLabels", "matchExpressions", "key"];
    let rank = |key: &str| ORDER.iter().position(|it| *it == key).unwrap_or(ORDER.len());
    let mut entries: Vec<_> = map.entries().iter().collect();
    entries.sort_by_key(|entry| rank(&entry.key));
    out.push('{');
    for (index, entry) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        json::quote(&entry.key, out);
        out.push(':');
        write_json(out, &entry.value);
    }
    out.push('}');
}

/// Reads a text of JSON; nothing if it is none.
fn read(text: &str) -> Option<Value> {
    let stream = seatrial_yaml::parse(FileId(0), text.into(), Dialect::Json, &Limits::default());
    let is_sound = stream.is_accepted();
    stream.document_root(0).filter(|_| is_sound).map(value_of)
}

fn value_of(node: Node<'_>) -> Value {
    use seatrial_yaml::Value as Written;
    match node.value() {
        Written::Null => Value::Null,
        Written::Bool(truth) => Value::Bool(truth),
        Written::Int(number) => Value::Int(number),
        Written::Uint(number) => Value::Float(number as f64),
        Written::Float(number) => Value::Float(number),
        Written::Str(text) => Value::text(text),
        Written::Sequence => Value::List(node.items().map(value_of).collect()),
        Written::Mapping => {
            let entries = node.entries().map(|it| (it.name().into(), value_of(it.value)));
            let present = entries.filter(|(_, value): &(_, Value)| !value.is_null());
            Value::Map(present.map(|(key, value)| Entry { key, value, by: By::Server }).collect::<Map>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_written_as_they_were_read() {
        for text in [
            r#"[{"type":"Object","object":{"target":{"kind":"Ingress","name":"a","apiVersion":"networking.k8s.io/v1"},"metricName":"rps","targetValue":"10"}}]"#,
            r#"[{"type":"Pods","pods":{"metricName":"q","targetAverageValue":"1k","selector":{"matchLabels":{"a":"b"}}}}]"#,
            r#"[{"type":"External","external":{"metricName":"\u003cq\u003e","targetAverageValue":"5"}}]"#,
            r#"[{"type":"ContainerResource","containerResource":{"name":"cpu","targetAverageUtilization":5,"container":"c"}}]"#,
        ] {
            let metrics = metrics_of(text).expect(text);
            assert_eq!(metrics_text(&metrics.iter().collect::<Vec<_>>()), text);
        }
        for text in ["{}", "", "[", "[{]", "[1]", r#"[{"type":1}]"#] {
            assert!(metrics_of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_a_metric_aims_at_follows_from_its_fields() {
        let aim = |text: &str| {
            let metric = metrics_of(text).expect(text).remove(0);
            metric.at(&metric.str("type").to_lowercase()).at("target").clone()
        };
        let target = aim(r#"[{"type":"Object","object":{"targetValue":"0","averageValue":"5"}}]"#);
        assert_eq!((target.str("type"), target.has("value")), ("AverageValue", false));
        let target = aim(r#"[{"type":"Pods","PODS":{}}]"#);
        assert_eq!((target.str("type"), target.str("averageValue")), ("AverageValue", "0"));
        let target = aim(r#"[{"type":"Resource","resource":{"name":"cpu"}}]"#);
        assert_eq!(target.str("type"), "AverageValue");
    }
}
