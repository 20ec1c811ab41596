//! Why a plugin refuses an object, and which lines make it so.

use seatrial_schema::Value;
use seatrial_yaml::FieldPath;

/// One place that a denial comes from: in the object itself, or in the object
/// that states the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Kind, namespace and name of another object; none for the one refused.
    pub of: Option<PolicyObject>,
    /// The field; one that is absent stands for its nearest written ancestor.
    pub path: FieldPath,
}

/// Names the object that states a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyObject {
    /// `LimitRange`
    pub kind: &'static str,
    /// Its namespace, `""` for none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl PolicyObject {
    /// The names in an object's metadata.
    pub fn of(kind: &'static str, object: &Value) -> Self {
        let metadata = object.at("metadata");
        Self { kind, namespace: metadata.str("namespace").to_owned(), name: metadata.str("name").to_owned() }
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
