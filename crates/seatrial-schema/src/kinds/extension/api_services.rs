//! `APIService` (`kube-aggregator` 0.36, `pkg/apis/apiregistration/validation/validation.go`,
//! `pkg/registry/apiservice/strategy.go`).

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Map, Value};

pub(super) const STRATEGY: Strategy = Strategy {
    default: |service| {
        if let Some(reference) = service.at_mut("spec").and_then(|spec| spec.at_mut("service")) {
            reference.set_default("port", 443);
        }
    },
    prepare_create,
    prepare_update: |new, old| new.set("status", old.at("status").clone(), By::Server),
    validate,
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        validate(new, errors);
    },
    ..Strategy::plain("apiregistration.k8s.io", "v1", "APIService")
};

fn prepare_create(service: &mut Value) {
    service.remove("status");
    if service.at("spec").has("service") {
        return;
    }
    let mut condition = Value::from(Map::default());
    for (field, text) in [
        // The server's clock is not known here.
        ("lastTransitionTime", "1970-01-01T00:00:00Z"),
        ("message", "Local APIServices are always available"),
        ("reason", "Local"),
        ("status", "True"),
        ("type", "Available"),
    ] {
        condition.set(field, text, By::Server);
    }
    service.struct_mut("status").set("conditions", vec![condition], By::Server);
}

fn validate(service: &Value, errors: &mut Errors) {
    let spec = service.at("spec");
    let (group, version) = (spec.str("group"), spec.str("version"));
    metadata::generic_create(service, Scope::Cluster, names::path_segment, errors);
    let required = format!("{version}.{group}");
    let meta = service.at("metadata");
    let at_meta = Path::new("metadata");
    for (field, is_prefix) in [("generateName", true), ("name", false)] {
        let name = meta.str(field);
        let is_known =
            name.is_empty() || name == required || !names::path_segment(name, is_prefix).is_empty();
        if !is_known {
            let detail = format!("must be `spec.version+\".\"+spec.group`: {required:?}");
            errors.invalid(&at_meta.child(field), name, detail);
        }
    }
    let at = Path::new("spec");
    if group.is_empty() && version != "v1" {
        let detail = "only v1 may have an empty group and it better be legacy kube";
        errors.required(&at.child("group"), detail);
    }
    if !group.is_empty() {
        errors.each_invalid(&at.child("group"), group, names::dns1123_subdomain(group));
    }
    errors.each_invalid(&at.child("version"), version, names::dns1035_label(version));
    for (field, most) in [("groupPriorityMinimum", 20000), ("versionPriority", 1000)] {
        let priority = spec.int(field);
        if !(1..=most).contains(&priority) {
            errors.invalid(&at.child(field), priority, format!("must be positive and less than {most}"));
        }
    }
    transport(spec, &at, errors);
}

fn transport(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let bundle = spec.str("caBundle").len();
    let skips = spec.bool("insecureSkipTLSVerify");
    let at_skips = at.child("insecureSkipTLSVerify");
    let Some(service) = spec.opt("service") else {
        if bundle > 0 {
            let bytes = format!("{} bytes", bundle / 4 * 3);
            errors.invalid(
                &at.child("caBundle"),
                bytes.as_str(),
                "local APIServices may not have a caBundle",
            );
        }
        if skips {
            errors.invalid(&at_skips, true, "local APIServices may not have insecureSkipTLSVerify");
        }
        return;
    };
    let at = at.child("service");
    for field in ["namespace", "name"] {
        if service.str(field).is_empty() {
            errors.required(&at.child(field), "");
        }
    }
    let port = service.int("port");
    let wrong = names::port_number(port);
    if !wrong.is_empty() {
        errors.invalid(&at.child("port"), port, format!("port is not valid: {}", wrong.join(", ")));
    }
    if skips && bundle > 0 {
        errors.invalid(&at_skips, true, "may not be true if caBundle is present");
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{created, refused};

    #[test]
    fn services_are_named_after_what_they_serve() {
        let kind = "apiregistration.k8s.io/v1/APIService";
        let text = "{metadata: {name: v1.a.example.com}, spec: {group: a.example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 1}}";
        assert_eq!(refused(kind, text), [""; 0]);
        let (_, service) = created(kind, text);
        assert_eq!(service.at("status").items("conditions").len(), 1);
        assert_eq!(
            refused(kind, "spec: {version: v2, insecureSkipTLSVerify: true}"),
            [
                "spec.group FieldValueRequired",
                "spec.groupPriorityMinimum FieldValueInvalid",
                "spec.versionPriority FieldValueInvalid",
                "spec.insecureSkipTLSVerify FieldValueInvalid",
            ]
        );
    }
}
