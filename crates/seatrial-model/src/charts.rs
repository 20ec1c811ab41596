//! What rendering noticed of charts: which values were read, what they need.

use seatrial_diagnostics::UnitId;
use seatrial_source::{FileId, Span, TreePath};

/// A chart of the tree, as its units were rendered.
#[derive(Clone, Debug)]
pub struct ChartFacts {
    /// Its directory.
    pub path: TreePath,
    /// Its name.
    pub name: String,
    /// Its units: with its own values, and with files over them.
    pub units: Vec<UnitId>,
    /// Whether every unit was rendered to its end: only then does it mean
    /// something that a value was not read.
    pub is_complete: bool,
    /// Whether it has templates of its own.
    pub has_templates: bool,
    /// The units of which something could not be rendered: what they lack is
    /// not known.
    pub incomplete: Vec<UnitId>,
    /// Of those, the ones of which only templates with objects of these kinds
    /// could not be rendered.
    pub lost_kinds: Vec<(UnitId, Vec<String>)>,
    /// Whether versions of what it depends on are locked.
    pub is_locked: bool,
    /// The charts it depends on, as it declares them.
    pub dependencies: Vec<ChartDependency>,
    /// Entries of its values files that nothing read and no template names,
    /// without what they hold.
    pub unread: Vec<UnreadValue>,
    /// Its values files, its own among them, as they are used by its units.
    pub values: Vec<ValuesFacts>,
}

/// The keys of a values file.
#[derive(Clone, Debug)]
pub struct ValuesFacts {
    /// The file.
    pub path: TreePath,
    /// Where it starts.
    pub start: Span,
    /// Whether it is the chart's own.
    pub is_own: bool,
    /// The ways to its values (`image.tag`), and where each key stands, sorted.
    pub keys: Vec<(String, Span)>,
}

/// A chart that another one declares to need.
#[derive(Clone, Debug)]
pub struct ChartDependency {
    /// Its name.
    pub name: String,
    /// The name it has here, where that differs.
    pub alias: Option<String>,
    /// The version that is asked for, a range perhaps; empty where none is.
    pub version: String,
    /// Where it comes from; empty for the chart's own folder.
    pub repository: String,
    /// Where that is written.
    pub repository_span: Option<Span>,
    /// Where it is declared.
    pub span: Span,
    /// Whether it is there.
    pub is_vendored: bool,
}

/// An entry of a values file that nothing reads.
#[derive(Clone, Debug)]
pub struct UnreadValue {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: TreePath,
    /// The keys that lead to it.
    pub keys: Vec<String>,
    /// Its key.
    pub key: Span,
    /// Whether the file is the chart's own.
    pub is_own: bool,
    /// Whether the chart's own values have it too.
    pub is_known: bool,
    /// What templates read at this place and the values do not have.
    pub wanted: Vec<String>,
    /// What the chart's own values have at this place, templates read, and this
    /// file does not have.
    pub beside: Vec<String>,
}
