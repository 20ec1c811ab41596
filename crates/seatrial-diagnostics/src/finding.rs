//! What a person reads: resolved, merged, redacted.

use seatrial_source::{Position, Span, TreePath};

use crate::{CheckInfo, Edit, Role, Severity};

/// The words that name an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// The namespace, where one is written.
    pub namespace: Option<String>,
    /// The name; empty where none is written.
    pub name: String,
}

/// Bytes of a file with their lines and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bytes.
    pub span: Span,
    /// The file, relative to the top.
    pub path: TreePath,
    /// Where the bytes start.
    pub start: Position,
    /// Where they end.
    pub end: Position,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPlace {
    /// Where.
    pub place: Place,
    /// What is there.
    pub label: String,
    /// The part it plays.
    pub role: Role,
}

/// Where the field stands in the text that rendering made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The unit's name.
    pub unit: String,
    /// The line of that unit's output, from 1.
    pub line: u32,
}

/// Whether a fix can be applied without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It changes what it names and nothing else.
    Safe,
    /// It needs a person's judgement.
    Unsafe,
}

impl Applicability {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A repair as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a short phrase.
    pub title: String,
    /// Whether it needs a look.
    pub applicability: Applicability,
    /// The bytes to replace, in order.
    pub edits: Vec<Edit>,
}

/// One defect, once, however many units show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A hash of check, path, field and message: the same in every run.
    pub id: String,
    /// The check.
    pub check: &'static CheckInfo,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The object it is about.
    pub object: Option<ObjectName>,
    /// The field, empty where the finding is about a text.
    pub field: String,
    /// The names of the units that show it, sorted.
    pub units: Vec<String>,
    /// The line to edit.
    pub primary: Place,
    /// Where it stands in the rendered text, when that is another text.
    pub rendered: Option<Rendered>,
    /// Other places.
    pub related: Vec<RelatedPlace>,
    /// How the conclusion was reached.
    pub derivation: Vec<String>,
    /// A repair.
    pub fix: Option<Fix>,
    /// Whether it shows only with other values than those that are deployed.
    pub latent: bool,
}
