//! What the variables of a rule are looked up in: the request, the images, and
//! what the rule declares.

use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::images::images;
use super::variables::Variables;
use crate::admit::template_of;
use crate::jmespath::Stop;
use crate::state::State;
use crate::validating_policy::Asked;

/// What is never known: paths of one step, or of two into `request`.
const UNKNOWN: &[(&str, &str)] = &[
    ("request.clusterRoles", "it hangs on who makes the request"),
    ("request.roles", "it hangs on who makes the request"),
    ("request.userInfo", "it hangs on who makes the request"),
    ("request.uid", "it hangs on the number of the request"),
    ("serviceAccountName", "it hangs on who makes the request"),
    ("serviceAccountNamespace", "it hangs on who makes the request"),
];

fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let mut value = Value::from(Map::default());
    for (field, held) in fields {
        value.set(field, held, By::Server);
    }
    value
}

/// The context of a request.
pub(super) fn root(asked: Asked<'_>) -> Value {
    let Asked { request, version, object, .. } = asked;
    let text = |text: &str| Value::text(SmolStr::new(text));
    let kind =
        map([("group", text(request.group)), ("version", text(version)), ("kind", text(request.kind))]);
    let resource = map([
        ("group", text(request.group)),
        ("version", text(version)),
        ("resource", text(request.resource)),
    ]);
    let spec: Vec<&str> = match template_of(request.group, request.kind) {
        Some(way) => way.iter().copied().chain(["spec"]).collect(),
        None => vec!["spec"],
    };
    let known = map([
        ("operation", text(request.operation.word())),
        ("object", object.clone()),
        ("oldObject", request.old.cloned().unwrap_or_default()),
        ("name", text(object.at("metadata").str("name"))),
        ("namespace", text(request.namespace)),
        ("kind", kind.clone()),
        ("requestKind", kind),
        ("resource", resource.clone()),
        ("requestResource", resource),
        ("dryRun", Value::Bool(false)),
    ]);
    map([("request", known), ("images", images(object, &spec))])
}

/// What is never known of a request.
pub(super) fn unknown() -> Vec<(SmolStr, Stop)> {
    UNKNOWN.iter().map(|(path, why)| (SmolStr::new_static(path), Stop::Unknown((*why).to_owned()))).collect()
}

/// Adds what a rule declares. What fails is told where it is used.
pub(super) fn declare(
    entries: &[Value],
    variables: &mut Variables<'_>,
    policy_namespace: &str,
    state: &dyn State,
) {
    for entry in entries {
        let name = SmolStr::new(entry.str("name"));
        variables.unknown.retain(|(known, _)| *known != name);
        match found(entry, variables, policy_namespace, state) {
            Ok(value) => variables.set(&name, value),
            Err(stop) => variables.unknown.push((name, stop)),
        }
    }
}

fn found(
    entry: &Value,
    variables: &mut Variables<'_>,
    policy_namespace: &str,
    state: &dyn State,
) -> Result<Value, Stop> {
    if let Some(declared) = entry.opt("variable") {
        return variable(declared, variables);
    }
    if let Some(declared) = entry.opt("configMap") {
        return config_map(declared, variables, policy_namespace, state);
    }
    let asks = [
        ("apiCall", "it asks the API server"),
        ("globalReference", "it asks for a global context"),
        ("imageRegistry", "it asks a registry of images"),
    ];
    let (_, why) =
        asks.iter().find(|(field, _)| entry.has(field)).unwrap_or(&("", "it declares nothing known"));
    Err(Stop::Unknown((*why).to_owned()))
}

fn variable(declared: &Value, variables: &mut Variables<'_>) -> Result<Value, Stop> {
    let path = match variables.substitute(declared.at("jmesPath"))? {
        Value::Str(path) => path,
        _ => SmolStr::default(),
    };
    let default = variables.substitute(declared.at("default"))?;
    let answer = match declared.opt("value") {
        Some(value) => {
            let value = variables.substitute(value)?;
            if path.is_empty() { Ok(value) } else { within(value, &path, variables) }
        }
        None if path.is_empty() => Ok(Value::Null),
        None => variables.search(&path),
    };
    match answer {
        Err(Stop::Unknown(why)) => Err(Stop::Unknown(why)),
        Err(stop) if default.is_null() => Err(stop),
        Ok(value) if !value.is_null() => Ok(value),
        _ if default.is_null() => Err(Stop::Error("a variable has no value".to_owned())),
        _ => Ok(default),
    }
}

/// What a path finds in a value alone.
fn within(value: Value, path: &str, variables: &mut Variables<'_>) -> Result<Value, Stop> {
    let mut alone = Variables { root: value, unknown: Vec::new(), work: variables.work };
    alone.search(path)
}

fn config_map(
    declared: &Value,
    variables: &mut Variables<'_>,
    policy_namespace: &str,
    state: &dyn State,
) -> Result<Value, Stop> {
    let name = variables.substitute(declared.at("name"))?;
    let namespace = variables.substitute(declared.at("namespace"))?;
    let namespace = match (namespace.as_str(), policy_namespace) {
        ("", "") => "default",
        ("", own) => own,
        (named, _) => named,
    };
    let all = state.objects("", "ConfigMap", namespace);
    let found = all.into_iter().find(|it| it.at("metadata").str("name") == name.as_str());
    found.cloned().ok_or_else(|| {
        Stop::Unknown(format!("the ConfigMap {namespace}/{} is not in the tree", name.as_str()))
    })
}
