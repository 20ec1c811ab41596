//! `Ingress`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{addresses, names};
use crate::value::Value;

pub(super) const INGRESS: Strategy = Strategy {
    prepare_create: |ingress| {
        super::drop_status(ingress);
        super::begin_generation(ingress);
    },
    prepare_update: |new, old| {
        super::keep_status(new, old);
        super::continue_generation(new, old);
    },
    validate: |ingress, errors| {
        validate(ingress, Kept::default(), errors);
        class_annotation(ingress, errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate(new, Kept::of(old), errors);
    },
    warnings,
    ..Strategy::plain(super::NETWORKING, "v1", "Ingress")
};

const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
const PATH_TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];

/// What an update may keep because the stored object has such.
#[derive(Clone, Copy, Default)]
struct Kept {
    secret_names: bool,
    wildcard_rules: bool,
}

impl Kept {
    fn of(old: &Value) -> Self {
        let spec = old.at("spec");
        let is_refused = |rule: &Value| {
            let mut wrong = Errors::new();
            rule_value(rule, &Path::ROOT, &mut wrong);
            !wrong.is_empty()
        };
        Self {
            secret_names: spec.items("tls").iter().any(|tls| !secret_name(tls).is_empty()),
            wildcard_rules: spec
                .items("rules")
                .iter()
                .any(|it| it.str("host").contains('*') && is_refused(it)),
        }
    }
}

fn validate(ingress: &Value, kept: Kept, errors: &mut Errors) {
    metadata::create(ingress, Scope::Namespaced, names::subdomain_name, errors);
    let (spec, at) = (ingress.at("spec"), Path::new("spec"));
    if spec.items("rules").is_empty() && !spec.has("defaultBackend") {
        errors.invalid(&at, Value::Null, "either `defaultBackend` or `rules` must be specified");
    }
    if let Some(default) = spec.opt("defaultBackend") {
        backend(default, &at.child("defaultBackend"), errors);
    }
    let rules = at.child("rules");
    for (index, it) in spec.items("rules").iter().enumerate() {
        rule(it, kept, &rules.index(index), errors);
    }
    let all = at.child("tls");
    for (index, it) in spec.items("tls").iter().enumerate() {
        tls(it, kept, &all.index(index), errors);
    }
    if let Some(class) = spec.opt("ingressClassName").map(Value::as_str) {
        errors.each_invalid(&at.child("ingressClassName"), class, names::subdomain_name(class, false));
    }
}

fn class_annotation(ingress: &Value, errors: &mut Errors) {
    let annotation = ingress.at("metadata").at("annotations").opt(CLASS_ANNOTATION).map(Value::as_str);
    let class = ingress.at("spec").opt("ingressClassName").map(Value::as_str);
    if let (Some(annotation), Some(class)) = (annotation, class)
        && annotation != class
    {
        let annotations = Path::new("annotations");
        let detail = "must match `ingressClassName` when both are specified";
        errors.invalid(&annotations.child(CLASS_ANNOTATION), annotation, detail);
        errors.lead(&["annotations"], &["metadata", "annotations"]);
    }
}

fn rule(rule: &Value, kept: Kept, at: &Path<'_>, errors: &mut Errors) {
    let (host, path) = (rule.str("host"), at.child("host"));
    if !host.is_empty() && addresses::sloppy_ip(host).is_some() {
        errors.invalid(&path, host, "must be a DNS name, not an IP address");
    }
    if !host.is_empty() {
        errors.each_invalid(&path, host, host_name(host));
    }
    if !(host.contains('*') && kept.wildcard_rules) {
        rule_value(rule, at, errors);
    }
}

fn host_name(host: &str) -> names::Messages {
    if host.contains('*') { names::wildcard_dns1123_subdomain(host) } else { names::dns1123_subdomain(host) }
}

fn rule_value(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(http) = rule.opt("http") else { return };
    let at = at.child("http");
    let at = at.child("paths");
    if http.items("paths").is_empty() {
        errors.required(&at, "");
    }
    for (index, it) in http.items("paths").iter().enumerate() {
        http_path(it, &at.index(index), errors);
    }
}

fn http_path(rule: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(kind) = rule.opt("pathType").map(Value::as_str) else {
        errors.required(&at.child("pathType"), "pathType must be specified");
        return;
    };
    let (value, path) = (rule.str("path"), at.child("path"));
    let is_strict = matches!(kind, "Exact" | "Prefix");
    if !PATH_TYPES.contains(&kind) {
        errors.not_supported(&at.child("pathType"), kind, &PATH_TYPES);
    } else if !value.starts_with('/') && (is_strict || !value.is_empty()) {
        errors.invalid(&path, value, "must be an absolute path");
    }
    if is_strict {
        for sequence in ["//", "/./", "/../", "%2f", "%2F"].into_iter().filter(|it| value.contains(it)) {
            errors.invalid(&path, value, format!("must not contain '{sequence}'"));
        }
        for suffix in ["/..", "/."].into_iter().filter(|it| value.ends_with(it)) {
            errors.invalid(&path, value, format!("cannot end with '{suffix}'"));
        }
    }
    backend(rule.at("backend"), &at.child("backend"), errors);
}

fn backend(backend: &Value, at: &Path<'_>, errors: &mut Errors) {
    match (backend.opt("resource"), backend.opt("service")) {
        (Some(_), Some(_)) => errors.invalid(at, "", "cannot set both resource and service backends"),
        (Some(resource), None) => object_reference(resource, &at.child("resource"), errors),
        (None, Some(service)) => service_backend(service, at, errors),
        (None, None) => errors.invalid(at, "", "resource or service backend is required"),
    }
}

fn service_backend(service: &Value, backend: &Path<'_>, errors: &mut Errors) {
    let at = backend.child("service");
    let name = service.str("name");
    if name.is_empty() {
        errors.required(&at.child("name"), "");
    } else {
        errors.each_invalid(&at.child("name"), name, names::label_name(name, false));
    }
    let (port, at) = (service.at("port"), at.child("port"));
    match (port.str("name"), port.int("number")) {
        ("", 0) => errors.required(backend, "port name or number is required"),
        ("", number) => super::port_number(number, &at.child("number"), errors),
        (name, 0) => errors.each_invalid(&at.child("name"), name, names::port_name(name)),
        _ => errors.invalid(backend, "", "cannot set both port name & port number"),
    }
}

/// A reference to an object of any kind in the same namespace.
pub(super) fn object_reference(reference: &Value, at: &Path<'_>, errors: &mut Errors) {
    if let Some(group) = reference.opt("apiGroup").map(Value::as_str) {
        errors.each_invalid(&at.child("apiGroup"), group, names::dns1123_subdomain(group));
    }
    for field in ["kind", "name"] {
        super::required_segment(reference, field, at, errors);
    }
}

fn tls(tls: &Value, kept: Kept, at: &Path<'_>, errors: &mut Errors) {
    let hosts = at.child("hosts");
    for (index, host) in tls.items("hosts").iter().map(Value::as_str).enumerate() {
        errors.each_invalid(&hosts.index(index), host, host_name(host));
    }
    if !kept.secret_names {
        errors.each_invalid(&at.child("secretName"), tls.str("secretName"), secret_name(tls));
    }
}

fn secret_name(tls: &Value) -> names::Messages {
    match tls.str("secretName") {
        "" => names::Messages::new(),
        name => names::subdomain_name(name, false),
    }
}

fn warnings(ingress: &Value) -> Vec<String> {
    let is_annotated = ingress.at("metadata").at("annotations").has(CLASS_ANNOTATION);
    if !is_annotated || ingress.at("spec").has("ingressClassName") {
        return Vec::new();
    }
    vec![format!("annotation {CLASS_ANNOTATION:?} is deprecated, please use 'spec.ingressClassName' instead")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn ingress(spec: &str) -> Value {
        value(&format!("{{metadata: {{name: a, namespace: b, resourceVersion: '1'}}, spec: {spec}}}"))
    }

    fn refused(spec: &str) -> Vec<String> {
        let mut errors = Errors::new();
        (INGRESS.validate)(&ingress(spec), &mut errors);
        fields(&errors)
    }

    #[test]
    fn paths_fit_their_type() {
        let rows = [
            ("Prefix", "/a", 0),
            ("Prefix", "", 1),
            ("Exact", "/a//b", 1),
            ("Exact", "/a/..", 1),
            ("ImplementationSpecific", "", 0),
            ("ImplementationSpecific", "a", 1),
            ("Regex", "/", 1),
        ];
        for (kind, path, count) in rows {
            let backend = "{service: {name: s, port: {number: 80}}}";
            let path = format!("{{path: '{path}', pathType: {kind}, backend: {backend}}}");
            assert_eq!(
                refused(&format!("{{rules: [{{http: {{paths: [{path}]}}}}]}}")).len(),
                count,
                "{path}"
            );
        }
    }

    #[test]
    fn a_backend_is_a_service_with_a_port_or_a_resource() {
        let at = "spec.defaultBackend";
        let rows = [
            ("{}", vec![format!("{at} FieldValueInvalid")]),
            ("{service: {name: s}}", vec![format!("{at} FieldValueRequired")]),
            ("{service: {name: s, port: {name: a, number: 1}}}", vec![format!("{at} FieldValueInvalid")]),
            ("{resource: {kind: K}}", vec![format!("{at}.resource.name FieldValueRequired")]),
        ];
        for (backend, expected) in rows {
            assert_eq!(refused(&format!("{{defaultBackend: {backend}}}")), expected);
        }
    }

    #[test]
    fn an_update_keeps_the_faults_of_old_releases() {
        let spec = "{rules: [{host: '*.a.b', http: {paths: []}}], tls: [{secretName: Bad_Name}]}";
        assert_eq!(refused(spec).len(), 2);
        let mut errors = Errors::new();
        (INGRESS.validate_update)(&ingress(spec), &ingress(spec), &mut errors);
        assert!(errors.is_empty());
    }
}
