//! What stands between an object's defaults and its being stored, for those who
//! know the other objects of a cluster.

use crate::value::Value;

/// What plugins are told of a request.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
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

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is new.
    Create,
    /// It replaces the stored one.
    Update,
}

impl Operation {
    /// Its name as policies write it: `CREATE`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
        }
    }
}

impl Attributes<'_> {
    /// Whether it is about an object of this kind.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// Whether a new pod is asked for.
    pub fn creates_pod(&self) -> bool {
        self.operation == Operation::Create && self.is("", "Pod")
    }
}

/// Why an object is not admitted, as the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The Status reason: `Forbidden`, `NotFound`.
    pub reason: &'static str,
    /// The whole message: `pods "web" is forbidden: ...`.
    pub message: String,
}

/// What is said of an object that is admitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admitted {
    /// What the server warns of.
    pub warnings: Vec<String>,
    /// What could not be asked, so that the object is not known to be admitted.
    pub unanswered: Vec<String>,
}

/// The chain of plugins.
pub trait Admission {
    /// Changes an object before its rules are checked.
    fn mutate(&self, request: &Attributes<'_>, object: &mut Value) -> Result<(), Refusal>;

    /// Refuses an object that follows its rules, or says what to warn of.
    fn validate(&self, request: &Attributes<'_>, object: &Value) -> Result<Admitted, Refusal>;
}

/// No plugin at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAdmission;

impl Admission for NoAdmission {
    fn mutate(&self, _: &Attributes<'_>, _: &mut Value) -> Result<(), Refusal> {
        Ok(())
    }

    fn validate(&self, _: &Attributes<'_>, _: &Value) -> Result<Admitted, Refusal> {
        Ok(Admitted::default())
    }
}
