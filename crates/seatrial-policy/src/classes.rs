//! Classes that the cluster picks when an object names none, and what keeps
//! storage in use from vanishing (`kubernetes` 1.36,
//! `plugin/pkg/admission/storage` and `network/defaultingressclass`).

use std::cmp::Reverse;

use seatrial_schema::rules::quantities;
use seatrial_schema::{By, Value};
use seatrial_yaml::FieldPath;

use crate::denial::{Cause, Denial};
use crate::state::State;
use seatrial_schema::admission::{Attributes, Operation};

/// Names the default storage class in a claim that names none.
pub fn default_storage_class(request: &Attributes<'_>, claim: &mut Value, state: &dyn State) {
    if request.operation != Operation::Create || !request.is("", "PersistentVolumeClaim") {
        return;
    }
    let is_annotated = claim.at("metadata").at("annotations").has("volume.beta.kubernetes.io/storage-class");
    if is_annotated || claim.at("spec").has("storageClassName") {
        return;
    }
    let marks =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    if let Some(name) = default_of(state, ("storage.k8s.io", "StorageClass"), &marks).first() {
        claim.struct_mut("spec").set("storageClassName", name.as_str(), By::Admission("DefaultStorageClass"));
    }
}

/// Names the default class in an Ingress that names none.
pub fn default_ingress_class(
    request: &Attributes<'_>,
    ingress: &mut Value,
    state: &dyn State,
) -> Result<(), Denial> {
    const PLUGIN: &str = "DefaultIngressClass";
    if request.operation != Operation::Create || !request.is("networking.k8s.io", "Ingress") {
        return Ok(());
    }
    let is_annotated = ingress.at("metadata").at("annotations").has("kubernetes.io/ingress.class");
    if is_annotated || ingress.at("spec").has("ingressClassName") {
        return Ok(());
    }
    let classes = default_of(
        state,
        ("networking.k8s.io", "IngressClass"),
        &["ingressclass.kubernetes.io/is-default-class"],
    );
    if let Some(name) = classes.first() {
        ingress.struct_mut("spec").set("ingressClassName", name.as_str(), By::Admission(PLUGIN));
    }
    Ok(())
}

/// The names of the classes that are marked as default: the newest first, of
/// those as old the first by name.
fn default_of(state: &dyn State, (group, kind): (&str, &str), marks: &[&str]) -> Vec<String> {
    let classes = state.objects(group, kind, "").into_iter();
    let is_default =
        |class: &&Value| marks.iter().any(|mark| class.at("metadata").at("annotations").str(mark) == "true");
    let mut found: Vec<_> = classes.filter(is_default).map(|class| class.at("metadata")).collect();
    found.sort_by_key(|metadata| (Reverse(metadata.str("creationTimestamp")), metadata.str("name")));
    found.into_iter().map(|metadata| metadata.str("name").to_owned()).collect()
}

/// Adds the finalizer that keeps a claim, a volume or a class of attributes while it is
/// in use.
pub fn protect_storage(request: &Attributes<'_>, object: &mut Value) {
    if request.operation != Operation::Create {
        return;
    }
    let finalizer = match (request.group, request.kind) {
        ("", "PersistentVolumeClaim") => "kubernetes.io/pvc-protection",
        ("", "PersistentVolume") => "kubernetes.io/pv-protection",
        ("storage.k8s.io", "VolumeAttributesClass") => "kubernetes.io/vac-protection",
        _ => return,
    };
    let mut all = object.at("metadata").items("finalizers").to_vec();
    if all.iter().all(|it| it.as_str() != finalizer) {
        all.push(finalizer.into());
        object.struct_mut("metadata").set("finalizers", all, By::Admission("StorageObjectInUseProtection"));
    }
}

/// Refuses to grow a claim that cannot grow.
pub fn resize(request: &Attributes<'_>, claim: &Value, state: &dyn State) -> Result<(), Denial> {
    let Some(old) = request.old.filter(|_| request.is("", "PersistentVolumeClaim")) else { return Ok(()) };
    let size = |claim: &Value| quantities::of(claim.at("spec").at("resources").at("requests").at("storage"));
    if size(claim) <= size(old) {
        return Ok(());
    }
    if old.at("status").str("phase") != "Bound" {
        return Err(refuse_resize("Only bound persistent volume claims can be expanded"));
    }
    let class = |claim: &Value| claim.at("spec").str("storageClassName").to_owned();
    let allows = |name: &str| {
        let class = state.cluster_object("storage.k8s.io", "StorageClass", name);
        class.is_some_and(|it| it.bool("allowVolumeExpansion"))
    };
    if class(claim).is_empty() || class(claim) != class(old) || !allows(&class(claim)) {
        return Err(refuse_resize(
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
        ));
    }
    Ok(())
}

fn refuse_resize(message: &str) -> Denial {
    let path = ["spec", "resources", "requests", "storage"]
        .iter()
        .fold(FieldPath::root(), |path, field| path.key(field));
    let causes = vec![Cause { of: None, path }];
    Denial { plugin: "PersistentVolumeClaimResize", reason: "Forbidden", message: message.to_owned(), causes }
}
