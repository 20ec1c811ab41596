//! Environment variables, and the fields of a pod that they and volumes can
//! read (`pkg/apis/core/validation/validation.go`, `pkg/apis/core/pods`, 1.36).

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::volumes::validate_no_backsteps;
use super::walk::each_container;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::rules::quantities::of;
use crate::rules::resources::is_huge_pages;
use crate::value::Value;

/// `env` of a container.
pub(super) fn validate_env(variables: &[Value], path: &Path<'_>, errors: &mut Errors) {
    for (at, variable) in variables.iter().enumerate() {
        let path = path.index(at);
        let name = variable.str("name");
        if name.is_empty() {
            errors.required(&path.child("name"), "");
        } else {
            errors.each_invalid(&path.child("name"), name, names::relaxed_env_var_name(name));
        }
        if let Some(source) = variable.opt("valueFrom") {
            let has_value = !variable.str("value").is_empty();
            validate_source(source, has_value, &path.child("valueFrom"), errors);
        }
    }
}

fn validate_source(source: &Value, has_value: bool, path: &Path<'_>, errors: &mut Errors) {
    let mut count = 0;
    let mut each = |field: &str, rule: &mut dyn FnMut(&Value, &Path<'_>)| {
        if let Some(value) = source.opt(field) {
            count += 1;
            rule(value, &path.child(field));
        }
    };
    each("fieldRef", &mut |it, path| validate_field_ref(it, &ENV_FIELDS, path, errors));
    each("resourceFieldRef", &mut |it, path| validate_resource_ref(it, false, path, errors));
    each("configMapKeyRef", &mut |it, path| validate_key_ref(it, path, errors));
    each("secretKeyRef", &mut |it, path| validate_key_ref(it, path, errors));
    each("fileKeyRef", &mut |it, path| validate_file_ref(it, path, errors));
    let detail = match count {
        0 => {
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        }
        _ if has_value => "may not be specified when `value` is not empty",
        1 => return,
        _ => "may not have more than one field specified at a time",
    };
    errors.invalid(path, "", detail);
}

/// `envFrom` of a container.
pub(super) fn validate_env_from(sources: &[Value], path: &Path<'_>, errors: &mut Errors) {
    for (at, source) in sources.iter().enumerate() {
        let item = path.index(at);
        let prefix = source.str("prefix");
        if !prefix.is_empty() {
            errors.each_invalid(&item.child("prefix"), prefix, names::relaxed_env_var_name(prefix));
        }
        let mut count = 0;
        for field in ["configMapRef", "secretRef"] {
            let Some(reference) = source.opt(field) else { continue };
            count += 1;
            let path = item.child(field);
            let name = reference.str("name");
            if name.is_empty() {
                errors.required(&path.child("name"), "");
            } else {
                errors.each_invalid(&path.child("name"), name, names::subdomain_name(name, true));
            }
        }
        // Upstream names the list here, not the item.
        errors.blaming(path, &item, |errors| match count {
            0 => errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => errors.invalid(path, "", "may not have more than one field specified at a time"),
        });
    }
}

fn validate_key_ref(reference: &Value, path: &Path<'_>, errors: &mut Errors) {
    let (name, key) = (reference.str("name"), reference.str("key"));
    errors.each_invalid(&path.child("name"), name, names::subdomain_name(name, false));
    if key.is_empty() {
        errors.required(&path.child("key"), "");
    } else {
        errors.each_invalid(&path.child("key"), key, names::config_map_key(key));
    }
}

fn validate_file_ref(reference: &Value, path: &Path<'_>, errors: &mut Errors) {
    let field = |name| (reference.str(name), path.child(name));
    let mut required = |name, rule: &dyn Fn(&str, &Path<'_>, &mut Errors)| {
        let (text, path) = field(name);
        if text.is_empty() {
            errors.required(&path, "");
        } else {
            rule(text, &path, errors);
        }
    };
    required("key", &|text, path, errors| {
        errors.each_invalid(path, text, names::relaxed_env_var_name(text));
    });
    required("volumeName", &|text, path, errors| {
        errors.each_invalid(path, text, names::dns1123_label(text));
    });
    required("path", &|text, path, errors| validate_no_backsteps(text, path, errors));
}

/// Files that variables are read from lie in volumes made for the pod.
pub(super) fn validate_file_volumes(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    // Of volumes with one name the last counts.
    let volumes = LazyCell::new(|| -> BTreeMap<_, _> {
        spec.items("volumes").iter().map(|it| (it.str("name"), it)).collect()
    });
    each_container(spec, path, |container, path| {
        let path = path.child("env");
        for (at, variable) in container.items("env").iter().enumerate() {
            let Some(file) = variable.at("valueFrom").opt("fileKeyRef") else { continue };
            let path = path.index(at);
            let path = path.child("valueFrom");
            let path = path.child("fileKeyRef");
            let path = path.child("volumeName");
            let name = file.str("volumeName");
            match volumes.get(name) {
                None => errors.not_found(&path, name),
                Some(volume) if volume.has("emptyDir") => {}
                Some(_) => errors.invalid(&path, name, "referenced volume must be of type emptyDir"),
            }
        }
    });
}

const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Fields that a file of a volume can hold.
pub(super) const VOLUME_FIELDS: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Fields that the server can look up at all.
const KNOWN_FIELDS: [&str; 15] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
    "spec.host",
];

/// A field of the pod, or one label or annotation of it.
pub(super) fn validate_field_ref(reference: &Value, fields: &[&str], path: &Path<'_>, errors: &mut Errors) {
    let (version, field) = (reference.str("apiVersion"), reference.str("fieldPath"));
    for (name, text) in [("apiVersion", version), ("fieldPath", field)] {
        if text.is_empty() {
            errors.required(&path.child(name), "");
            return;
        }
    }
    let entry = subscript(field);
    let problem = match entry {
        _ if version != "v1" => Some(format!("unsupported pod version: {version}")),
        Some(("metadata.annotations" | "metadata.labels", _)) => None,
        Some(_) => Some(format!("field label does not support subscript: {field}")),
        None if KNOWN_FIELDS.contains(&field) => None,
        None => Some(format!("field label not supported: {field}")),
    };
    if let Some(problem) = problem {
        let detail = format!("error converting fieldPath: {problem}");
        errors.invalid(&path.child("fieldPath"), field, detail);
        return;
    }
    match entry {
        Some(("metadata.annotations", key)) => {
            let key = key.to_lowercase();
            errors.each_invalid(path, &key, names::label_key(&key));
        }
        Some((_, key)) => errors.each_invalid(path, key, names::label_key(key)),
        None => {
            let field = if field == "spec.host" { "spec.nodeName" } else { field };
            if !fields.contains(&field) {
                errors.not_supported(&path.child("fieldPath"), field, fields);
            }
        }
    }
}

/// `metadata.labels['a']` is the entry `a` of a map.
fn subscript(field: &str) -> Option<(&str, &str)> {
    let (map, key) = field.strip_suffix("']")?.split_once("['")?;
    (!map.is_empty()).then_some((map, key))
}

const RESOURCE_FIELDS: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// Divisors of bytes.
const SIZES: &str = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";

/// A limit or request of a container; a volume has to say of which.
pub(super) fn validate_resource_ref(
    reference: &Value,
    in_volume: bool,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let resource = reference.str("resource");
    let name = resource.strip_prefix("limits.").or_else(|| resource.strip_prefix("requests."));
    let huge = name.is_some_and(is_huge_pages);
    if in_volume && reference.str("containerName").is_empty() {
        errors.required(&path.child("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&path.child("resource"), "");
    } else if !RESOURCE_FIELDS.contains(&resource) && !huge {
        errors.not_supported(&path.child("resource"), resource, &RESOURCE_FIELDS);
    }
    let divisor = of(reference.at("divisor"));
    if divisor.is_zero() {
        return;
    }
    let (fine, what) = match name {
        Some("cpu") => ("1m and 1", "cpu"),
        Some("memory") => (SIZES, "memory"),
        Some("ephemeral-storage") => (SIZES, "local ephemeral storage"),
        Some(_) if huge => (SIZES, "hugepages"),
        _ => return,
    };
    let text = divisor.to_string();
    if !fine.split(", ").flat_map(|it| it.split(" and ")).any(|it| it == text) {
        let detail = format!("only divisor's values {fine} are supported with the {what} resource");
        errors.invalid(&path.child("divisor"), resource, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(env: &str) -> Vec<String> {
        let mut errors = Errors::new();
        validate_env(value(env).as_list(), &Path::new("env"), &mut errors);
        fields(&errors)
    }

    #[test]
    fn a_variable_has_one_source() {
        assert_eq!(
            refused(
                "[{name: a, value: b, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}}]"
            ),
            ["env[0].valueFrom FieldValueInvalid"]
        );
        assert_eq!(refused("[{name: a=b}, {valueFrom: {}}]").len(), 3);
    }

    #[test]
    fn fields_and_divisors_are_those_the_server_knows() {
        let field = |path: &str| {
            refused(&format!(
                "[{{name: a, valueFrom: {{fieldRef: {{apiVersion: v1, fieldPath: \"{path}\"}}}}}}]"
            ))
        };
        assert_eq!(field("metadata.labels['a/b']"), [""; 0]);
        assert_eq!(field("metadata.labels"), ["env[0].valueFrom.fieldRef.fieldPath FieldValueNotSupported"]);
        assert_eq!(field("metadata.name['a']"), ["env[0].valueFrom.fieldRef.fieldPath FieldValueInvalid"]);
        assert_eq!(
            refused("[{name: a, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 2}}}]"),
            ["env[0].valueFrom.resourceFieldRef.divisor FieldValueInvalid"]
        );
    }
}
