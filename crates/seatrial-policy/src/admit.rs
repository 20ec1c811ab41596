//! The chain of plugins, in upstream's order (`kubernetes` 1.36,
//! `pkg/kubeapiserver/options/plugins.go`), those on by default.

use seatrial_schema::Value;
use seatrial_schema::admission::{Admission, Admitted, Attributes, Operation, Refusal};
use seatrial_yaml::FieldPath;

use crate::denial::{Cause, Denial, WEBHOOKS};
use crate::state::State;
use crate::{asked, classes, limit_range, pod_security, priority, quota, runtime_class, tolerations};

/// The plugins over what exists in a cluster.
#[derive(Clone, Copy)]
pub struct Chain<'a>(pub &'a dyn State);

impl Admission for Chain<'_> {
    fn mutate(&self, request: &Attributes<'_>, object: &mut Value) -> Result<(), Refusal> {
        mutate(request, object, self.0).map_err(|denial| in_words(request, object, denial))
    }

    fn validate(&self, request: &Attributes<'_>, object: &Value) -> Result<Admitted, Refusal> {
        validate(request, object, self.0).map_err(|denial| in_words(request, object, denial))
    }
}

/// A denial as the server answers it.
fn in_words(request: &Attributes<'_>, object: &Value, denial: Denial) -> Refusal {
    let Denial { plugin, reason, message, .. } = denial;
    // Policies state the reason, and programs outside the server the whole message.
    let is_framed = match plugin {
        "ValidatingAdmissionPolicy" => true,
        WEBHOOKS => false,
        _ => reason == "Forbidden",
    };
    if !is_framed {
        return Refusal { reason, message };
    }
    let resource = match request.group {
        "" => request.resource.to_owned(),
        group => format!("{}.{group}", request.resource),
    };
    let name = object.at("metadata").str("name");
    Refusal { reason, message: format!("{resource} {name:?} is forbidden: {message}") }
}

/// What plugins add to an object, before its rules are checked.
pub fn mutate(request: &Attributes<'_>, object: &mut Value, state: &dyn State) -> Result<(), Denial> {
    namespace_exists(request, state)?;
    limit_range::default(request, object, state);
    priority::admit(request, object, state)?;
    tolerations::admit(request, object);
    classes::default_storage_class(request, object, state);
    classes::protect_storage(request, object);
    runtime_class::admit(request, object, state)?;
    classes::default_ingress_class(request, object, state)
}

/// What plugins refuse, after the object's own rules; what they warn of, and which
/// policies have no answer. What policies change is not worked out in [`mutate`],
/// so it is told here.
pub fn validate(request: &Attributes<'_>, object: &Value, state: &dyn State) -> Result<Admitted, Denial> {
    namespace_exists(request, state)?;
    limit_range::enforce(request, object, state)?;
    let warnings = pod_security(request, object, state)?;
    priority::validate_class(request, object, state)?;
    classes::resize(request, object, state)?;
    runtime_class::enforce(request, object, state)?;
    let mut admitted = asked::ask(request, object, state)?;
    quota::enforce(request, object, state)?;
    admitted.warnings.splice(0..0, warnings);
    Ok(admitted)
}

/// Refuses what goes into a namespace that is not there.
fn namespace_exists(request: &Attributes<'_>, state: &dyn State) -> Result<(), Denial> {
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

fn pod_security(request: &Attributes<'_>, object: &Value, state: &dyn State) -> Result<Vec<String>, Denial> {
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
