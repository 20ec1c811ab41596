//! Annotations that say something about a pod's containers
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use std::collections::BTreeSet;

use super::options::PodOptions;
use super::scheduling::validate_tolerations;
use super::volumes::validate_local_descending;
use super::walk::{containers, each_container};
use crate::errors::Errors;
use crate::path::Path;
use crate::review::stored;
use crate::value::{Entry, Value};

/// Names the object that a pod of a node mirrors.
pub(super) const MIRROR: &str = "kubernetes.io/config.mirror";
/// What killing a pod costs beside its siblings.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
/// How the whole pod is confined.
pub(super) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// How the container named behind it is confined.
pub(super) const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
/// How the container named behind it is confined.
pub(super) const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The deletion cost of a pod, 0 where it names none.
pub(super) fn deletion_cost(object: &Value) -> Result<i32, &str> {
    let Some(text) = object.at("metadata").at("annotations").opt(DELETION_COST).map(Value::as_str) else {
        return Ok(0);
    };
    // Upstream takes neither a plus nor zeros in front, except behind a minus.
    let is_canonical = text == "0" || text.starts_with(|it| matches!(it, '-' | '1'..='9'));
    text.parse().ok().filter(|_| is_canonical).ok_or(text)
}

/// The annotations of a pod or template at `path`, with its spec.
pub(super) fn validate_annotations(
    object: &Value,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    let (annotations, spec) = (object.at("metadata").at("annotations"), object.at("spec"));
    if annotations.is_null() {
        return;
    }
    if let Some(mirror) = annotations.opt(MIRROR)
        && spec.str("nodeName").is_empty()
    {
        let detail = "must set spec.nodeName if mirror pod annotation is set";
        errors.invalid(&path.key(MIRROR), mirror.clone(), detail);
    }
    validate_written_tolerations(annotations.str(TOLERATIONS), path, options, errors);
    if let Err(text) = deletion_cost(object)
        && !options.lenient_deletion_cost
    {
        errors.invalid(&path.key(DELETION_COST), text, "must be a 32bit integer");
    }
    if let Some(profile) = annotations.opt(SECCOMP_POD) {
        validate_seccomp(profile.as_str(), &path.child(SECCOMP_POD), errors);
    }
    let entries = annotations.as_map().map_or(&[][..], |it| it.entries());
    for Entry { key, value, .. } in entries.iter().filter(|it| it.key.starts_with(SECCOMP_CONTAINER)) {
        validate_seccomp(value.as_str(), &path.child(key), errors);
    }
    let names: BTreeSet<_> = containers(spec).map(|it| it.str("name")).collect();
    for Entry { key, value, .. } in entries {
        let Some(name) = key.strip_prefix(APP_ARMOR) else { continue };
        let (profile, path) = (value.as_str(), path.key(key));
        if !names.contains(name) {
            errors.invalid(&path, name, "container not found");
        }
        let is_known =
            matches!(profile, "" | "runtime/default" | "unconfined") || profile.starts_with("localhost/");
        if !is_known {
            errors.invalid(&path, profile, format!("invalid AppArmor profile name: {profile:?}"));
        }
    }
}

fn validate_written_tolerations(text: &str, path: &Path<'_>, options: &PodOptions, errors: &mut Errors) {
    if text.is_empty() {
        return;
    }
    match stored(text) {
        Value::List(tolerations) => {
            validate_tolerations(&tolerations, &path.child(TOLERATIONS), options, errors);
        }
        _ if text.trim() == "null" => {}
        _ => errors.invalid(path, TOLERATIONS, "must be a list of tolerations in JSON"),
    }
}

fn validate_seccomp(profile: &str, path: &Path<'_>, errors: &mut Errors) {
    match profile {
        "runtime/default" | "docker/default" | "unconfined" => {}
        _ => match profile.strip_prefix("localhost/") {
            Some(local) => validate_local_descending(local, path, errors),
            None => errors.invalid(path, profile, "must be a valid seccomp profile"),
        },
    }
}

/// Where a profile is named by an annotation and by a field, both say the same.
pub(super) fn validate_profiles_match(object: &Value, path: &Path<'_>, errors: &mut Errors) {
    let (annotations, spec) = (object.at("metadata").at("annotations"), object.at("spec"));
    if annotations.is_null() {
        return;
    }
    let context_path = path.child("securityContext");
    let seccomp = |annotation: &str, context: &Value, path: &Path<'_>, errors: &mut Errors| {
        let (Some(text), Some(profile)) = (annotations.opt(annotation), context.opt("seccompProfile")) else {
            return;
        };
        validate_match(text.as_str(), profile, SECCOMP, &path.child("seccompProfile"), errors);
    };
    seccomp(SECCOMP_POD, spec.at("securityContext"), &context_path, errors);
    each_container(spec, path, |container, path| {
        let annotation = format!("{SECCOMP_CONTAINER}{}", container.str("name"));
        seccomp(&annotation, container.at("securityContext"), &path.child("securityContext"), errors);
    });
    if spec.at("os").str("name") == "windows" {
        return;
    }
    each_container(spec, path, |container, path| {
        let own = container.at("securityContext").opt("appArmorProfile");
        let Some(profile) = own.or(spec.at("securityContext").opt("appArmorProfile")) else { return };
        let annotation = format!("{APP_ARMOR}{}", container.str("name"));
        if let Some(text) = annotations.opt(&annotation) {
            let path = path.child("securityContext");
            validate_match(text.as_str(), profile, "apparmor", &path.child("appArmorProfile"), errors);
        }
    });
}

const SECCOMP: &str = "seccomp";

fn validate_match(text: &str, profile: &Value, what: &str, path: &Path<'_>, errors: &mut Errors) {
    let is_same_type = match profile.str("type") {
        "Unconfined" => text == "unconfined",
        "RuntimeDefault" => text == "runtime/default" || (what == SECCOMP && text == "docker/default"),
        "Localhost" => text.starts_with("localhost/"),
        _ => return,
    };
    if !is_same_type {
        errors.forbidden(&path.child("type"), format!("{what} type in annotation and field must match"));
    } else if profile.str("type") == "Localhost"
        && profile.opt("localhostProfile").map(Value::as_str) != text.strip_prefix("localhost/")
    {
        let detail = format!("{what} profile in annotation and field must match");
        errors.forbidden(&path.child("localhostProfile"), detail);
    }
}

/// The field that an annotation for `AppArmor` stands for; nothing where it says
/// nothing known.
pub(super) fn app_armor_field(annotation: &str) -> Option<(&'static str, Option<&str>)> {
    match annotation {
        "unconfined" => Some(("Unconfined", None)),
        "runtime/default" => Some(("RuntimeDefault", None)),
        _ => {
            let local = annotation.strip_prefix("localhost/").filter(|it| !it.is_empty())?;
            Some(("Localhost", Some(local)))
        }
    }
}

/// Annotations that an update of a pod may not touch.
pub(super) fn validate_change(new: &Value, old: &Value, path: &Path<'_>, errors: &mut Errors) {
    let annotations = |object: &'_ Value| object.at("metadata").at("annotations").clone();
    let (new, old) = (annotations(new), annotations(old));
    let entries = |map: &Value| map.as_map().map(|it| it.entries().to_vec()).unwrap_or_default();
    let mut refuse = |key: &str, did: &str| {
        if key.starts_with(APP_ARMOR) {
            errors.forbidden(&path.key(key), format!("may not {did} AppArmor annotations"));
        }
        if key == MIRROR {
            errors.forbidden(&path.key(key), format!("may not {did} mirror pod annotation"));
        }
    };
    for Entry { key, value, .. } in entries(&old) {
        if new.opt(&key) != Some(&value) {
            refuse(&key, "remove or update");
        }
    }
    for Entry { key, .. } in entries(&new) {
        if !old.has(&key) {
            refuse(&key, "add");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(annotations: &str) -> Vec<String> {
        let object = value(&format!(
            "{{metadata: {{annotations: {{{annotations}}}}}, spec: {{containers: [{{name: web}}]}}}}"
        ));
        let mut errors = Errors::new();
        validate_annotations(&object, &Path::new("a"), &PodOptions::default(), &mut errors);
        fields(&errors)
    }

    #[test]
    fn profiles_name_containers_that_exist() {
        assert_eq!(refused(&format!("\"{APP_ARMOR}web\": runtime/default")), [""; 0]);
        assert_eq!(refused(&format!("\"{APP_ARMOR}db\": x")).len(), 2);
    }

    #[test]
    fn a_deletion_cost_is_a_number() {
        assert_eq!(refused(&format!("\"{DELETION_COST}\": \"-5\"")), [""; 0]);
        for cost in ["+5", "05", "", "x", "3000000000"] {
            assert_eq!(refused(&format!("\"{DELETION_COST}\": \"{cost}\"")).len(), 1, "{cost}");
        }
    }
}
