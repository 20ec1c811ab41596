//! The annotations of `autoscaling/v1`: metrics as an earlier version wrote them,
//! and a behavior with the field names of Go (`kubernetes` 1.36,
//! `pkg/apis/autoscaling/v1/conversion.go`).

use std::fmt::Write;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node};

use crate::rules::quantities;
use crate::value::{By, Entry, Map, Value};

/// The way of a field in `v2`, and its name in the annotation.
type Field = (&'static [&'static str], &'static str);

const DESCRIBED: Field = (&["describedObject"], "target");
const METRIC_NAME: Field = (&["metric", "name"], "metricName");
const RESOURCE_NAME: Field = (&["name"], "name");
const CONTAINER: Field = (&["container"], "container");
const UTILIZATION: Field = (&["target", "averageUtilization"], "targetAverageUtilization");
const VALUE: Field = (&["target", "value"], "targetValue");
const AVERAGE: Field = (&["target", "averageValue"], "targetAverageValue");

/// The sources of a metric with their fields, in the order of Go's structures.
const SOURCES: [(&str, &[Field]); 5] = [
    (
        "object",
        &[
            DESCRIBED,
            METRIC_NAME,
            VALUE,
            (&["metric", "selector"], "selector"),
            (&["target", "averageValue"], "averageValue"),
        ],
    ),
    ("pods", &[METRIC_NAME, AVERAGE, (&["metric", "selector"], "selector")]),
    ("resource", &[RESOURCE_NAME, UTILIZATION, AVERAGE]),
    ("containerResource", &[RESOURCE_NAME, UTILIZATION, AVERAGE, CONTAINER]),
    ("external", &[METRIC_NAME, (&["metric", "selector"], "metricSelector"), VALUE, AVERAGE]),
];

/// Fields of a behavior, of one of its sides, and of a policy.
const SIDES: [(&str, &str); 2] = [("scaleUp", "ScaleUp"), ("scaleDown", "ScaleDown")];
const SIDE: [(&str, &str); 4] = [
    ("stabilizationWindowSeconds", "StabilizationWindowSeconds"),
    ("selectPolicy", "SelectPolicy"),
    ("policies", "Policies"),
    ("tolerance", "Tolerance"),
];
const POLICY: [(&str, &str); 3] = [("type", "Type"), ("value", "Value"), ("periodSeconds", "PeriodSeconds")];

/// The metrics of an annotation as `v2` has them; none if it cannot be read.
pub(super) fn metrics_of(text: &str) -> Option<Vec<Value>> {
    let Value::List(metrics) = read(text)? else { return None };
    Some(metrics.iter().map(metric_of).collect())
}

fn metric_of(written: &Value) -> Value {
    let mut metric = Value::from(Map::default());
    metric.set("type", Value::text(written.str("type")), By::Server);
    for (source, fields) in SOURCES {
        let Some(written) = written.opt(source) else { continue };
        let out = metric.struct_mut(source);
        for (way, name) in fields {
            if let Some(value) = written.opt(name) {
                put(out, way, value.clone());
            }
        }
        put(out, &["target", "type"], target_type(source, out).into());
        drop_unused_value(source, out);
    }
    metric
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
            write_fields(&mut out, fields.iter().map(|(way, name)| (*name, find(metric, way))));
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

/// The behavior of an annotation; none if it cannot be read or says nothing.
pub(super) fn behavior_of(text: &str) -> Option<Value> {
    let written = read(text)?;
    let mut behavior = rename(&written, &SIDES);
    for (side, _) in SIDES {
        let Some(side) = behavior.at_mut(side) else { continue };
        *side = rename(side, &SIDE);
        for policy in side.items_mut("policies") {
            *policy = rename(policy, &POLICY);
        }
    }
    (!behavior.is_empty()).then_some(behavior)
}

/// Go takes names in any case.
fn rename(written: &Value, names: &[(&'static str, &str)]) -> Value {
    let mut out = Value::from(Map::default());
    for entry in written.as_map().map_or(&[][..], Map::entries) {
        let known = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(&entry.key));
        if let Some((name, _)) = known {
            out.set(name, entry.value.clone(), By::Server);
        }
    }
    out
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
fn write_all(
    out: &mut String,
    value: &Value,
    names: &[(&'static str, &str)],
    write: impl Fn(&mut String, &str, &Value),
) {
    if value.is_null() {
        return out.push_str("null");
    }
    for (index, (field, name)) in names.iter().enumerate() {
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
        Value::Str(text) => write_text(out, text),
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
        write_text(out, &entry.key);
        out.push(':');
        write_json(out, &entry.value);
    }
    out.push('}');
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// Reads a text of JSON; nothing if it is none.
fn read(text: &str) -> Option<Value> {
    let stream = seatrial_yaml::parse(FileId(0), text.into(), Dialect::Json, &Limits::default());
    let is_sound = stream.all_problems().next().is_none();
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
        for text in ["{}", "", "[", "[{]"] {
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
        let target = aim(r#"[{"type":"Resource","resource":{"name":"cpu"}}]"#);
        assert_eq!(target.str("type"), "AverageValue");
    }
}
