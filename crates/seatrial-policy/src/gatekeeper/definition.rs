//! The kind that Gatekeeper defines for the constraints of a template, as a
//! `CustomResourceDefinition`.

use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::CONSTRAINT_GROUP;

/// The versions that constraints are served in; the first is stored.
const VERSIONS: &[&str] = &["v1beta1", "v1alpha1"];

fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let mut value = Value::from(Map::default());
    for (field, held) in fields {
        value.set(field, held, By::Server);
    }
    value
}

/// The definition that comes of a template. What constraints share but their
/// parameters is not looked at.
pub fn constraint_definition(template: &Value) -> Value {
    let kind = template.at("spec").at("crd").at("spec").at("names").str("kind");
    let plural = SmolStr::new(kind.to_lowercase());
    let version = |(at, name): (usize, &&'static str)| {
        map([
            ("name", Value::text(*name)),
            ("served", Value::Bool(true)),
            ("storage", Value::Bool(at == 0)),
            ("schema", map([("openAPIV3Schema", schema(template))])),
        ])
    };
    let spec = map([
        ("group", Value::text(CONSTRAINT_GROUP)),
        ("scope", Value::text("Cluster")),
        ("names", map([("kind", Value::text(kind)), ("plural", Value::text(plural))])),
        ("versions", Value::List(VERSIONS.iter().enumerate().map(version).collect())),
    ]);
    map([
        ("apiVersion", Value::text("apiextensions.k8s.io/v1")),
        ("kind", Value::text("CustomResourceDefinition")),
        ("spec", spec),
    ])
}

fn schema(template: &Value) -> Value {
    let anything = || map([("x-kubernetes-preserve-unknown-fields", Value::Bool(true))]);
    let text = || map([("type", Value::text("string"))]);
    let stated = map([
        ("enforcementAction", text()),
        ("match", anything()),
        ("parameters", parameters(template).unwrap_or_else(anything)),
        ("scopedEnforcementActions", anything()),
    ]);
    let object = |properties: Value| map([("type", Value::text("object")), ("properties", properties)]);
    object(map([("spec", object(stated)), ("status", anything())]))
}

/// The schema of the parameters, where all of them have to be in it.
fn parameters(template: &Value) -> Option<Value> {
    let validation = template.at("spec").at("crd").at("spec").at("validation");
    let is_old = template.str("apiVersion") != "templates.gatekeeper.sh/v1";
    let is_loose = validation.opt("legacySchema").map_or(is_old, |it| *it == Value::Bool(true));
    validation.opt("openAPIV3Schema").filter(|_| !is_loose).cloned()
}
