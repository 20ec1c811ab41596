//! Why a plugin refuses an object, and which lines make it so.

use seatrial_schema::Value;
use seatrial_yaml::{FieldPath, PathStep};
use smol_str::SmolStr;

/// The plugin that asks programs outside the server.
pub(crate) const WEBHOOKS: &str = "ValidatingAdmissionWebhook";

/// One place that a denial comes from: in the object itself, or in the object
/// that states the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Kind, namespace and name of another object; none for the one refused.
    pub of: Option<PolicyObject>,
    /// The field; one that is absent stands for its nearest written ancestor.
    pub path: FieldPath,
}

impl Cause {
    /// A field of the object that is refused.
    pub fn own(steps: &[PathStep]) -> Self {
        let path = steps.iter().fold(FieldPath::root(), |path, step| match step {
            PathStep::Key(key) => path.key(key),
            PathStep::Index(at) => path.index(*at),
        });
        Self { of: None, path }
    }

    /// A field of an object that states a policy.
    pub fn stated(kind: &str, object: &Value, path: FieldPath) -> Self {
        Self { of: Some(PolicyObject::of(kind, object)), path }
    }
}

/// Names the object that states a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyObject {
    /// `LimitRange`
    pub kind: SmolStr,
    /// Its namespace, `""` for none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl PolicyObject {
    /// The names in an object's metadata.
    pub fn of(kind: &str, object: &Value) -> Self {
        let metadata = object.at("metadata");
        Self {
            kind: kind.into(),
            namespace: metadata.str("namespace").to_owned(),
            name: metadata.str("name").to_owned(),
        }
    }
}

/// An object is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Denial {
    /// The admission plugin: `PodSecurity`.
    pub plugin: &'static str,
    /// The Status reason: `Forbidden`.
    pub reason: &'static str,
    /// What the server says behind `pods "x" is forbidden: `.
    pub message: String,
    /// What makes it so.
    pub causes: Vec<Cause>,
}

impl Denial {
    /// The field of the object that is refused, as far as one is told.
    pub fn place(&self) -> FieldPath {
        let own = self.causes.iter().find(|cause| cause.of.is_none());
        own.map_or_else(FieldPath::root, |cause| cause.path.clone())
    }
}
