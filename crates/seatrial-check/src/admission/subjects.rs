//! What admission webhooks are asked about: the objects of the tree, and the pods
//! that they make.

use seatrial_model::{Object, is_namespaced};
use seatrial_policy::validating_policy::Asked;
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_schema::decode::untyped;
use seatrial_schema::table::{Table, plural};
use seatrial_schema::{By, Value};
use seatrial_yaml::{FieldPath, PathStep};
use smol_str::SmolStr;

use super::spoken_of::part_of;
use crate::tree_state::TreeState;

/// An object, or the pods that it makes, as it is sent to a webhook.
pub(crate) struct Subject<'a> {
    /// In words: `Pod web`, `the pods of Deployment web`.
    pub(crate) title: String,
    /// Where it stands in the object.
    pub(crate) base: FieldPath,
    pub(crate) value: Value,
    pub(crate) version: SmolStr,
    group: &'a str,
    kind: &'a str,
    resource: String,
    namespace: &'a str,
    namespace_value: Option<&'a Value>,
}

/// An object as the server holds it, and where.
pub(crate) struct Held {
    pub(crate) value: Value,
    pub(crate) resource: String,
    pub(crate) is_cluster_scoped: bool,
}

impl<'a> Subject<'a> {
    /// The object itself; as it is written if its kind is none of Kubernetes' own,
    /// else as the server holds it. None if a part of it is no value of its type.
    pub(crate) fn of(state: &'a TreeState<'_>, object: &'a Object) -> Option<Self> {
        let decoded = state.decoded(object);
        let is_own = Table::default_minor().kinds_of(object.group()).any(|it| it.kind == object.kind());
        let (mut value, resource, is_cluster_scoped) = match decoded {
            Some((value, kind)) => (value, kind.plural(), kind.is_cluster_scoped),
            None if is_own => return None,
            None => {
                let is_namespaced = is_namespaced(object.group(), object.kind());
                let is_cluster_scoped = !is_namespaced.unwrap_or(object.namespace().is_some());
                (untyped(object.root()), plural(object.kind()), is_cluster_scoped)
            }
        };
        if object.is("", "Pod") {
            value = with_account(state.filled_in(object, state.pods_of(object)?.pod));
        }
        Some(Self::held(state, object, Held { value, resource, is_cluster_scoped }))
    }

    /// The object as the server holds it.
    pub(crate) fn held(state: &'a TreeState<'_>, object: &'a Object, held: Held) -> Self {
        let (_, version) = object.api_version().rsplit_once('/').unwrap_or(("", object.api_version()));
        let namespace = match object.namespace() {
            _ if held.is_cluster_scoped => "",
            namespace => namespace.unwrap_or("default"),
        };
        Self {
            title: object.title(),
            base: FieldPath::root(),
            value: whole(held.value, object, namespace),
            version: version.into(),
            group: object.group(),
            kind: object.kind(),
            resource: held.resource,
            namespace,
            namespace_value: state.namespace_of(object).map(|it| &it.value),
        }
    }

    /// The pods that an object makes, if it is not one itself.
    pub(crate) fn pods_of(state: &'a TreeState<'_>, object: &'a Object) -> Option<Self> {
        let made = state.pods_of(object).filter(|_| !object.is("", "Pod"))?;
        let mut value = with_account(state.filled_in(object, made.pod));
        let namespace = object.namespace().unwrap_or("default");
        for (field, text) in [("apiVersion", "v1"), ("kind", "Pod")] {
            value.set(field, SmolStr::new_static(text), By::Server);
        }
        // A name is made of the owner's.
        value.struct_mut("metadata").set_default("name", SmolStr::new(object.name()));
        value.struct_mut("metadata").set_default("namespace", SmolStr::new(namespace));
        Some(Self {
            title: format!("the pods of {}", object.title()),
            base: made.base,
            value,
            version: "v1".into(),
            group: "",
            kind: "Pod",
            resource: "pods".to_owned(),
            namespace,
            namespace_value: state.namespace_of(object).map(|it| &it.value),
        })
    }

    /// The request that makes it.
    pub(crate) fn request(&self) -> Attributes<'_> {
        Attributes {
            operation: Operation::Create,
            group: self.group,
            kind: self.kind,
            resource: &self.resource,
            namespace: self.namespace,
            old: None,
        }
    }

    /// What is asked, with the request.
    pub(crate) fn asked<'s>(&'s self, request: &'s Attributes<'s>) -> Asked<'s> {
        Asked { request, version: &self.version, object: &self.value, namespace: self.namespace_value }
    }

    /// The field that a message is about: the part that it speaks of, else the one that
    /// was looked at.
    pub(crate) fn place(&self, object: &Object, message: &str, looked_at: &[SmolStr]) -> FieldPath {
        let named = object.at(&self.base).and_then(|root| part_of(root, object.name(), message));
        if let Some(steps) = named {
            return steps.iter().fold(self.base.clone(), |path, step| match step {
                PathStep::Key(key) => path.key(key),
                PathStep::Index(at) => path.index(*at),
            });
        }
        looked_at.iter().fold(self.base.clone(), |path, step| path.key(step))
    }
}

/// A value with what every object has when it is sent.
fn whole(mut value: Value, object: &Object, namespace: &str) -> Value {
    value.set("apiVersion", SmolStr::new(object.api_version()), By::Manifest);
    value.set("kind", SmolStr::new(object.kind()), By::Manifest);
    if !namespace.is_empty() {
        value.struct_mut("metadata").set("namespace", SmolStr::new(namespace), By::Server);
    }
    value
}

/// A pod as the server holds it once its service account is filled in.
fn with_account(mut pod: Value) -> Value {
    let spec = pod.struct_mut("spec");
    if spec.str("serviceAccountName").is_empty() {
        spec.set("serviceAccountName", SmolStr::new_static("default"), By::Server);
    }
    pod
}
