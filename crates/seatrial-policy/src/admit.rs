//! The chain of plugins, in upstream's order (`kubernetes` 1.36,
//! `pkg/kubeapiserver/options/plugins.go`), those on by default.

use seatrial_schema::Value;
use seatrial_yaml::FieldPath;

use crate::denial::{Cause, Denial};
use crate::request::{Operation, Request};
use crate::state::State;
use crate::{classes, limit_range, pod_security, priority, quota, runtime_class, tolerations};

/// What plugins add to an object, before its rules are checked.
pub fn mutate(request: &Request<'_>, object: &mut Value, state: &dyn State) -> Result<(), Denial> {
    namespace_exists(request, state)?;
    limit_range::default(request, object, state);
    priority::admit(request, object, state)?;
    tolerations::admit(request, object);
    classes::default_storage_class(request, object, state);
    classes::protect_storage(request, object);
    runtime_class::admit(request, object, state)?;
    classes::default_ingress_class(request, object, state)
}

/// What plugins refuse, after the object's own rules; what they warn of.
pub fn validate(request: &Request<'_>, object: &Value, state: &dyn State) -> Result<Vec<String>, Denial> {
    namespace_exists(request, state)?;
    limit_range::enforce(request, object, state)?;
    let warnings = pod_security(request, object, state)?;
    priority::validate_class(request, object, state)?;
    classes::resize(request, object, state)?;
    runtime_class::enforce(request, object, state)?;
    quota::enforce(request, object, state)?;
    Ok(warnings)
}

/// Refuses what goes into a namespace that is not there.
fn namespace_exists(request: &Request<'_>, state: &dyn State) -> Result<(), Denial> {
    let name = request.namespace;
    if name.is_empty() || request.is("", "Namespace") || state.cluster_object("", "Namespace", name).is_some()
    {
        return Ok(());
    }
    Err(Denial {
        plugin: "NamespaceLifecycle",
        reason: "NotFound",
        message: format!("namespaces {name:?} not found"),
        causes: vec![Cause { of: None, path: FieldPath::root().key("metadata").key("namespace") }],
    })
}

fn pod_security(request: &Request<'_>, object: &Value, state: &dyn State) -> Result<Vec<String>, Denial> {
    let Some(namespace) = state.cluster_object("", "Namespace", request.namespace) else {
        return Ok(Vec::new());
    };
    let root = FieldPath::root();
    if request.is("", "Pod") {
        if request.operation == Operation::Update
            && !request.old.is_some_and(|old| pod_security::matters(object, old))
        {
            return Ok(Vec::new());
        }
        pod_security::enforce(object, namespace)?;
        return Ok(pod_security::warning(object, &root, namespace).into_iter().collect());
    }
    let Some(fields) = template_of(request.group, request.kind) else { return Ok(Vec::new()) };
    let template = fields.iter().fold(object, |value, field| value.at(field));
    let base = fields.iter().fold(root, |path, field| path.key(field));
    let warning = (!template.is_null()).then(|| pod_security::warning(template, &base, namespace)).flatten();
    Ok(warning.into_iter().collect())
}

/// The way to the template of pods in objects of a kind.
pub fn template_of(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (group, kind) {
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => Some(&["spec", "template"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        ("", "PodTemplate") => Some(&["template"]),
        _ => None,
    }
}
