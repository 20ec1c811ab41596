//! Charts: what lies in their files, read once and rendered many times.

mod archive;
mod directory;
mod fields;
mod globs;
mod ignore;
mod intake;
mod metadata;
mod remote;
mod tree;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use seatrial_source::{FileId, Files, Span, TreePath};

use crate::functions;
use crate::template::Ahead;
use crate::values::ValuesText;
use crate::versions::HelmVersion;

pub use archive::{Unpacked, unpack};
pub use fields::Text;
pub(crate) use globs::{Glob, path_match};
pub use metadata::{Dependency, Import, Maintainer, Metadata};
pub use remote::RemoteDependency;
pub(crate) use tree::{Branch, is_compatible};

/// A chart as its files say it is, with the charts inside it. Nothing of it
/// depends on values; it is shared between threads.
#[derive(Debug)]
pub struct Chart {
    /// `Chart.yaml` and `requirements.yaml`.
    pub metadata: Metadata,
    /// The file that holds the metadata, when it is there.
    pub metadata_file: Option<FileId>,
    /// Everything below `templates/`.
    pub templates: Vec<ChartFile>,
    /// Everything that has no other place, `crds/` with it.
    pub files: Vec<ChartFile>,
    /// `values.yaml`.
    pub values: Option<ValuesText>,
    /// `values.schema.json`.
    pub schema: Option<ChartFile>,
    /// The charts below `charts/`, by the names of their directories and
    /// archives.
    pub dependencies: Vec<Chart>,
    /// Where it lies: a directory, or an archive and a path in it.
    pub path: TreePath,
    /// Whether it comes out of an archive.
    pub is_packed: bool,
}

/// One file of a chart.
#[derive(Clone, Debug)]
pub struct ChartFile {
    /// Its path from the chart's directory.
    pub name: Arc<str>,
    /// Its path from the top of the tree; inside archives, behind theirs.
    pub path: TreePath,
    /// What it holds.
    pub content: Content,
}

/// What a file of a chart holds, a byte order mark dropped.
#[derive(Clone, Debug)]
pub enum Content {
    /// Text, with its place among the sources.
    Text {
        /// Its id.
        file: FileId,
        /// The text.
        text: Arc<str>,
    },
    /// Bytes that are no UTF-8.
    Bytes(Arc<[u8]>),
    /// Nothing yet: what is rarely asked for was left unread.
    Unread(Asked),
}

/// Whether somebody asked for a file that was left unread.
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<AtomicBool>);

impl Asked {
    /// Whether anybody did: then what was made of it is not what it should be.
    pub fn is_any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Content {
    /// The bytes, whichever they are.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text { text, .. } => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Unread(asked) => {
                asked.note();
                &[]
            }
        }
    }

    /// Whether it was left unread.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(self, Self::Unread(_))
    }

    /// The id of a text.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Self::Text { file, .. } => Some(*file),
            Self::Bytes(_) | Self::Unread(_) => None,
        }
    }

    /// The text; of bytes, what comes closest.
    pub fn text(&self) -> Arc<str> {
        match self {
            Self::Text { text, .. } => text.clone(),
            _ => String::from_utf8_lossy(self.bytes()).into(),
        }
    }
}

/// Reads charts out of a tree of files.
pub struct Loader<'a> {
    /// The tree.
    pub files: &'a dyn Files,
    /// Where texts are kept: gives each its id.
    pub register: &'a mut dyn FnMut(&TreePath, &Arc<str>) -> FileId,
    /// The version of Helm whose rules count.
    pub helm: HelmVersion,
    /// Set where nothing else is rendered beside this chart.
    pub alone: Option<&'a Alone>,
}

/// What is done for a process that renders one chart and ends.
#[derive(Debug)]
pub struct Alone {
    /// Leaves files of a directory unread that only templates may ask for, and
    /// hardly ever do: definitions of kinds, and what is written for people.
    pub leaves_unread: Option<Asked>,
    /// Parses templates on another thread from the moment they are read.
    pub ahead: Ahead,
}

impl Alone {
    /// With the functions of a Helm.
    pub fn new(helm: HelmVersion, leaves_unread: Option<Asked>) -> Self {
        Self { leaves_unread, ahead: Ahead::new(helm.switches().go, functions::of(helm)) }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The chart; none when there is nothing to render.
    pub chart: Option<Chart>,
    /// All that is wrong. Of the fatal ones, the first is what Helm prints.
    pub problems: Vec<Problem>,
    /// What it takes from other hosts, whether that was fetched before or not.
    pub remotes: Vec<RemoteDependency>,
}

/// Something wrong with the files of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Helm's words, those behind `Error: `.
    pub message: String,
    /// The file or directory.
    pub path: TreePath,
    /// The place to edit, when it is known.
    pub span: Option<Span>,
    /// What Helm does not tell.
    pub detail: Option<String>,
    /// Whether Helm refuses to go on.
    pub is_fatal: bool,
}

/// The families of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// `Chart.yaml` is missing, broken or refused.
    Metadata,
    /// `values.yaml` is broken.
    Values,
    /// A file holds more than is read here; Helm may take it.
    TooLarge,
    /// `.helmignore` is broken.
    Ignore,
    /// A file cannot be read or is refused.
    File,
    /// An archive is broken or refused.
    Archive,
    /// A chart in `charts/` is broken.
    Subchart,
    /// A declared dependency is not vendored.
    MissingDependency,
    /// A dependency in a directory has another version than the one that is asked for.
    DependencyVersion,
    /// A library, which cannot be installed.
    NotInstallable,
}

impl Problem {
    pub(crate) fn fatal(kind: ProblemKind, path: &TreePath, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: path.clone(), span: None, detail: None, is_fatal: true }
    }

    pub(crate) fn at(mut self, span: Option<Span>) -> Self {
        self.span = span;
        self
    }

    pub(crate) fn tolerated(mut self) -> Self {
        self.is_fatal = false;
        self
    }
}
