//! `Ingress` of `v1beta1`, served until 1.21 by two groups: held against the rules
//! of `v1` with its backends written as there.

use seatrial_yaml::{FieldPath, PathStep};

use super::ingress::INGRESS;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::value::{By, Map, Value};

/// Of the group it moved to.
pub(super) const BETA: Strategy = Strategy {
    version: "v1beta1",
    default,
    validate: |ingress, errors| {
        (INGRESS.validate)(&as_v1(ingress), errors);
        lead_back(errors);
    },
    validate_update: |new, old, errors| {
        (INGRESS.validate_update)(&as_v1(new), &as_v1(old), errors);
        lead_back(errors);
    },
    ..INGRESS
};

/// Of the group it came from.
pub(super) const EXTENSIONS: Strategy = Strategy { group: "extensions", ..BETA };

fn default(ingress: &mut Value) {
    for rule in ingress.struct_mut("spec").items_mut("rules") {
        let Some(http) = rule.at_mut("http") else { continue };
        for path in http.items_mut("paths") {
            path.set_default("pathType", "ImplementationSpecific");
        }
    }
}

fn as_v1(ingress: &Value) -> Value {
    let mut converted = ingress.clone();
    let spec = converted.struct_mut("spec");
    if let Some(backend) = spec.remove("backend") {
        spec.set("defaultBackend", backend_as_v1(backend), By::Manifest);
    }
    for rule in spec.items_mut("rules") {
        let Some(http) = rule.at_mut("http") else { continue };
        for path in http.items_mut("paths") {
            if let Some(backend) = path.remove("backend") {
                path.set("backend", backend_as_v1(backend), By::Manifest);
            }
        }
    }
    converted
}

fn backend_as_v1(mut backend: Value) -> Value {
    let (name, port) = (backend.remove("serviceName"), backend.remove("servicePort"));
    if name.is_none() && port.is_none() {
        return backend;
    }
    let mut service = Value::from(Map::default());
    service.set("name", name.unwrap_or_default(), By::Manifest);
    let field = if matches!(port, Some(Value::Str(_))) { "name" } else { "number" };
    service.struct_mut("port").set(field, port.unwrap_or_default(), By::Manifest);
    backend.set("service", service, By::Manifest);
    backend
}

/// Where the manifest has what `v1` calls otherwise; the server of those days
/// printed the old names, too.
fn lead_back(errors: &mut Errors) {
    for error in errors.as_mut_slice() {
        let path = in_beta(&error.path);
        if path != error.path {
            error.field = path.to_string();
            error.path = path;
        }
    }
}

fn in_beta(path: &FieldPath) -> FieldPath {
    let mut steps: Vec<PathStep> = Vec::new();
    let key = |step: Option<&PathStep>| match step {
        Some(PathStep::Key(key)) => key.clone(),
        _ => smol_str::SmolStr::default(),
    };
    for (at, step) in path.steps().iter().enumerate() {
        let before = key(steps.last());
        match (before.as_str(), key(Some(step)).as_str()) {
            ("spec", "defaultBackend") => steps.push(PathStep::Key("backend".into())),
            ("backend", "service") => {
                let is_port = key(path.steps().get(at + 1)) == "port";
                steps.push(PathStep::Key(if is_port { "servicePort" } else { "serviceName" }.into()));
                break;
            }
            _ => steps.push(step.clone()),
        }
    }
    steps.into()
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn backends_are_told_by_their_old_names() {
        let spec = "spec: {backend: {serviceName: A, servicePort: 0}, rules: [{http: {paths: [{path: a, \
                    backend: {serviceName: a, servicePort: web}}]}}]}";
        for kind in ["networking.k8s.io/v1beta1/Ingress", "extensions/v1beta1/Ingress"] {
            assert_eq!(
                refused(kind, spec),
                [
                    "spec.backend.serviceName FieldValueInvalid",
                    "spec.backend FieldValueRequired",
                    "spec.rules[0].http.paths[0].path FieldValueInvalid"
                ]
            );
        }
    }
}
