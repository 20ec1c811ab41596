//! `IngressClass`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::network::ingress::object_reference;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const INGRESS_CLASS: Strategy = Strategy {
    default: |class| {
        let parameters = class.at_mut("spec").and_then(|spec| spec.at_mut("parameters"));
        if let Some(parameters) = parameters {
            parameters.set_default("scope", "Cluster");
        }
    },
    prepare_create: super::begin_generation,
    prepare_update: super::continue_generation,
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        let controller = |class: &Value| Value::from(class.at("spec").str("controller"));
        let spec = Path::new("spec");
        metadata::immutable(&controller(new), &controller(old), &spec.child("controller"), errors);
        validate(new, errors);
    },
    ..Strategy::plain(super::NETWORKING, "v1", "IngressClass")
};

const CONTROLLER_LENGTH: usize = 250;

fn validate(class: &Value, errors: &mut Errors) {
    metadata::create(class, Scope::Cluster, names::subdomain_name, errors);
    let (spec, at) = (class.at("spec"), Path::new("spec"));
    controller(spec.str("controller"), &at.child("controller"), errors);
    if let Some(it) = spec.opt("parameters") {
        parameters(it, &at.child("parameters"), errors);
    }
}

/// A domain and a path: `example.com/ingress`.
fn controller(value: &str, at: &Path<'_>, errors: &mut Errors) {
    if value.len() > CONTROLLER_LENGTH {
        errors.too_long(at, CONTROLLER_LENGTH);
    }
    let (host, path) = match value.split_once('/') {
        _ if value.is_empty() => return errors.required(at, ""),
        Some((host, path)) if !host.is_empty() && !path.is_empty() => (host, path),
        _ => {
            let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
            return errors.invalid(at, value, detail);
        }
    };
    errors.each_invalid(at, host, names::dns1123_subdomain(host));
    let is_fine = |letter: u8| letter.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&letter);
    if !path.bytes().all(is_fine) {
        let pattern = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+";
        errors.invalid(at, path, names::regex_error("Invalid path", pattern, &[]));
    }
}

fn parameters(parameters: &Value, at: &Path<'_>, errors: &mut Errors) {
    object_reference(parameters, at, errors);
    let (namespace, path) = (parameters.opt("namespace").map(Value::as_str), at.child("namespace"));
    match (parameters.opt("scope").map(Value::as_str), namespace) {
        (None, _) => errors.required(&at.child("scope"), ""),
        (Some("Namespace"), None) => errors.required(&path, "`parameters.scope` is set to 'Namespace'"),
        (Some("Namespace"), Some(name)) => {
            errors.each_invalid(&path, name, names::label_name(name, false));
        }
        (Some("Cluster"), None) => {}
        (Some("Cluster"), Some(_)) => errors.forbidden(&path, "`parameters.scope` is set to 'Cluster'"),
        (Some(other), _) => errors.not_supported(&at.child("scope"), other, &["Cluster", "Namespace"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn parameters_lie_where_their_scope_says() {
        let rows = [
            ("{kind: K, name: x}", vec![]),
            ("{kind: K, name: x, namespace: a}", vec!["spec.parameters.namespace FieldValueForbidden"]),
            ("{kind: K, name: x, scope: Namespace}", vec!["spec.parameters.namespace FieldValueRequired"]),
            ("{kind: K, name: x, scope: Zone}", vec!["spec.parameters.scope FieldValueNotSupported"]),
        ];
        for (parameters, expected) in rows {
            let spec = format!("{{controller: a.b/c, parameters: {parameters}}}");
            let mut class = value(&format!("{{metadata: {{name: a}}, spec: {spec}}}"));
            (INGRESS_CLASS.default)(&mut class);
            let mut errors = Errors::new();
            validate(&class, &mut errors);
            assert_eq!(fields(&errors), expected, "{parameters}");
        }
    }

    #[test]
    fn a_controller_is_a_domain_and_a_path() {
        for (text, count) in [("a.b/c", 0), ("", 1), ("a.b", 1), ("A/c", 1), ("a/c d", 1), ("/c", 1)] {
            let mut errors = Errors::new();
            controller(text, &Path::new("controller"), &mut errors);
            assert_eq!(errors.len(), count, "{text}");
        }
    }
}
