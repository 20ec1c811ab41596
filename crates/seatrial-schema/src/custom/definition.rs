//! Definitions, `v1` and `v1beta1`, to the kinds they bring.

use std::sync::{Mutex, OnceLock};

use super::CustomKind;
use crate::structural::Structural;
use crate::value::{Map, Value};

/// Schemas with more parts are not read. The largest published ones have about
/// 30,000.
const PARTS_MAX: usize = 400_000;

/// The kinds of a definition, one for each version.
pub(super) fn read(mut definition: Value) -> Vec<CustomKind> {
    let is_old = definition.str("apiVersion").ends_with("/v1beta1");
    let mut spec = definition.remove("spec").unwrap_or_default();
    let versions = match spec.remove("versions") {
        Some(Value::List(versions)) if !versions.is_empty() => versions,
        _ if is_old => vec![Value::Map(Map::default())],
        _ => Vec::new(),
    };
    versions.into_iter().map(|version| kind(&spec, version, is_old)).collect()
}

fn kind(spec: &Value, mut version: Value, is_old: bool) -> CustomKind {
    let mut shared = |field: &str, old: &str| match version.remove(field).unwrap_or_default() {
        Value::Null if is_old => spec.at(old).clone(),
        found => found,
    };
    let written = shared("schema", "validation").remove("openAPIV3Schema").unwrap_or_default();
    let subresources = shared("subresources", "subresources");
    let is_single = is_old && version.str("name").is_empty();
    let name = if is_single { spec.str("version") } else { version.str("name") };
    let names = spec.at("names");
    let keeps_unknown = is_old && spec.opt("preserveUnknownFields") != Some(&Value::Bool(false));
    let gvk = format!("{}/{name} {}", spec.str("group"), names.str("kind"));
    let deprecation = version.bool("deprecated").then(|| match version.str("deprecationWarning") {
        "" => format!("{gvk} is deprecated"),
        text => text.to_owned(),
    });
    CustomKind {
        group: spec.str("group").into(),
        version: name.into(),
        kind: names.str("kind").into(),
        plural: names.str("plural").into(),
        is_cluster_scoped: spec.str("scope") == "Cluster",
        is_served: is_single || version.bool("served"),
        is_storage: is_single || version.bool("storage"),
        deprecation,
        subresources,
        // Without a schema there is nothing to hold an object against.
        keeps_unknown: keeps_unknown || written.is_null(),
        written: Mutex::new(written),
        schema: OnceLock::new(),
    }
}

/// The schema, unless it is too large.
pub(super) fn structural(written: &Value) -> Option<Structural> {
    let mut left = PARTS_MAX;
    fits(written, &mut left).then(|| Structural::read(written))
}

fn fits(value: &Value, left: &mut usize) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match value {
        Value::List(items) => items.iter().all(|item| fits(item, left)),
        Value::Map(map) => map.entries().iter().all(|entry| fits(&entry.value, left)),
        _ => true,
    }
}
