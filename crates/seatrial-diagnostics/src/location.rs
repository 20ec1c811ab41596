//! Symbolic places, and how they become bytes of a file that a person edits.

use std::ops::Range;

use seatrial_source::{FileId, Span};
use seatrial_yaml::FieldPath;

use crate::{Change, Edit, Refusal};

/// Names a unit of the repository under trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

/// Names an object of one unit's bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// A part of a field that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldPart {
    /// The key it stands under, and not its value.
    Key,
    /// Bytes of the scalar's decoded value.
    Bytes(Range<u32>),
}

/// A place as a check knows it: symbolic, so that it serves a file, a rendered
/// chart and a simulated object alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// A field of a rendered object; an absent field stands for its nearest
    /// written ancestor.
    Field {
        /// The unit that holds the object.
        unit: UnitId,
        /// The object.
        object: ObjectId,
        /// The field.
        path: FieldPath,
        /// What of it, where not the whole is meant.
        part: Option<FieldPart>,
    },
    /// Bytes of a source file.
    Text {
        /// The place.
        span: Span,
    },
}

impl Location {
    /// A field of an object.
    pub fn field(unit: UnitId, object: ObjectId, path: FieldPath) -> Self {
        Self::Field { unit, object, path, part: None }
    }

    /// Only these bytes of the scalar's decoded value.
    pub fn part(self, bytes: Range<u32>) -> Self {
        self.with(FieldPart::Bytes(bytes))
    }

    /// Only the key that the field stands under.
    pub fn key(self) -> Self {
        self.with(FieldPart::Key)
    }

    fn with(mut self, meant: FieldPart) -> Self {
        if let Self::Field { part, .. } = &mut self {
            *part = Some(meant);
        }
        self
    }

    /// Bytes of a source file.
    pub fn text(span: Span) -> Self {
        Self::Text { span }
    }
}

/// The part that a place plays in a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A line of a template.
    Template,
    /// A value handed to a template.
    Values,
    /// A resource that an overlay builds on.
    Base,
    /// A patch.
    Patch,
    /// A generator's entry.
    Generator,
    /// A transformer's entry.
    Transformer,
    /// An Argo CD or Flux object.
    Application,
    /// Where the thing is defined.
    Definition,
    /// Where the thing is used.
    Reference,
    /// What brings it about.
    Cause,
}

impl Role {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Values => "values",
            Self::Base => "base",
            Self::Patch => "patch",
            Self::Generator => "generator",
            Self::Transformer => "transformer",
            Self::Application => "application",
            Self::Definition => "definition",
            Self::Reference => "reference",
            Self::Cause => "cause",
        }
    }
}

/// One step between the place to edit and the rendered field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginStep {
    /// What the step is.
    pub role: Role,
    /// Where it stands.
    pub span: Span,
}

/// Where a person edits to change a rendered field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The bytes to edit.
    pub edit: Span,
    /// The steps from there to the field.
    pub via: Vec<OriginStep>,
    /// Whether the field is made of several inputs, so that no one edit sets it.
    pub derived: bool,
}

impl Origin {
    /// A field that stands in the file as it is.
    pub fn written(edit: Span) -> Self {
        Self { edit, via: Vec::new(), derived: false }
    }
}

/// Answers, late and only for what notices name, where things come from.
pub trait Sources {
    /// Where to edit to change what stands at a location; none when the
    /// location names nothing.
    fn origin(&self, location: &Location) -> Option<Origin>;

    /// The line of what stands at a location in the text that `seatrial render`
    /// prints of its unit; none where that is the file itself.
    fn rendered_line(&self, location: &Location) -> Option<u32> {
        let _ = location;
        None
    }

    /// The byte edits that carry out a change, proven to change nothing else.
    fn edits(&self, change: &Change) -> Result<Vec<Edit>, Refusal>;

    /// The spans of a file that hold secret values, sorted, not overlapping.
    fn secrets(&self, file: FileId) -> Vec<Span>;
}
