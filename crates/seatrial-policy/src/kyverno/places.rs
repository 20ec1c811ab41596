//! Which fields of an object a rule is about.

use seatrial_schema::Value;
use seatrial_yaml::PathStep;

use super::keys;
use super::run::Element;
use crate::validating_policy::looked_at;

/// The field that conditions look at first.
pub(super) fn first_looked_at(conditions: &Value, element: Option<&Element>) -> Vec<PathStep> {
    let mut open = vec![conditions];
    let mut keys = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::List(items) => open.extend(items.iter().rev()),
            Value::Map(map) => {
                keys.extend(map.value("key").map(Value::as_str));
                open.extend(["all", "any"].iter().filter_map(|it| map.value(it)));
            }
            _ => {}
        }
    }
    if let Some(element) = element.filter(|it| !it.path.is_empty()) {
        let inner = keys
            .iter()
            .filter_map(|key| key.split_once("element."))
            .map(|(_, rest)| looked_at(&format!("object.{rest}")));
        let steps = inner.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        return element.path.iter().cloned().chain(steps.into_iter().map(PathStep::Key)).collect();
    }
    let outer = keys.iter().filter_map(|key| key.find("request.object.").map(|at| looked_at(&key[at..])));
    let steps = outer.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
    steps.into_iter().map(PathStep::Key).collect()
}

/// Where an item of a list stands in an object.
pub(super) fn place_of(object: &Value, item: &Value) -> Vec<PathStep> {
    let mut open = vec![(keys(&["spec"]), object.at("spec"))];
    for _ in 0..2_000 {
        let Some((path, value)) = open.pop() else { break };
        match value {
            Value::List(items) => {
                let from = open.len();
                for (at, it) in items.iter().enumerate() {
                    let path: Vec<_> = path.iter().cloned().chain([PathStep::Index(at as u32)]).collect();
                    if it == item {
                        return path;
                    }
                    open.push((path, it));
                }
                open[from..].reverse();
            }
            Value::Map(map) => {
                let from = open.len();
                for it in map.entries() {
                    open.push((
                        path.iter().cloned().chain([PathStep::Key(it.key.clone())]).collect(),
                        &it.value,
                    ));
                }
                open[from..].reverse();
            }
            _ => {}
        }
    }
    Vec::new()
}
