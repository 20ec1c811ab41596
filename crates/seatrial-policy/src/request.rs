//! What is asked of the server, as plugins see it.

use seatrial_schema::Value;

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is new.
    Create,
    /// It replaces the stored one.
    Update,
}

/// An object on its way in, decoded and with the server's defaults.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What is done.
    pub operation: Operation,
    /// The API group, `""` for the core.
    pub group: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The resource as messages name it: `pods`.
    pub resource: &'a str,
    /// The namespace, `""` for none.
    pub namespace: &'a str,
    /// The stored object of an update.
    pub old: Option<&'a Value>,
}

impl Request<'_> {
    /// Whether it is about an object of this kind.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// Whether a new pod is asked for.
    pub(crate) fn creates_pod(&self) -> bool {
        self.operation == Operation::Create && self.is("", "Pod")
    }
}
