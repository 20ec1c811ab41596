//! What discovery and rendering noticed besides objects.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::UnitId;
use seatrial_source::{FileId, RemoteSource, Span, TreePath};

use crate::{ChartFacts, KustomizationFacts, UnevenPatch};

/// Why something that was found is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipCode {
    /// A chart, kustomization or Compose file: no renderer yet.
    NotRendered,
    /// A template of another program (Jinja, Helmfile, Jsonnet, CUE, envsubst).
    ForeignTemplate,
    /// A test fixture or sample that nothing deploys.
    Fixture,
    /// Judged through the unit that lists it.
    ServesOthers,
    /// It could not be read: gone, refused, too large, not text.
    Unreadable,
    /// It leads outside the tree.
    Outside,
    /// It does not parse.
    Unparsable,
    /// It stands on another host and is never fetched here.
    Remote,
    /// The configuration excludes it.
    Excluded,
    /// A package manager put it there: a copy of other people's sources, which
    /// brings nothing that the tree deploys. For programs it is excluded too.
    Vendored,
    /// A bound was reached.
    Limit,
    /// Configuration of a program, never sent to an API server.
    NotAnObject,
    /// A policy that hangs on what is not known here, or that cannot be read.
    NotEvaluated,
    /// Objects of a custom kind that nothing in the tree defines: their fields
    /// are not looked at.
    NotValidated,
    /// Objects of a custom kind that nothing in the tree defines: what was
    /// published of the kind is taken for its definition.
    AssumedDefinition,
}

impl SkipCode {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRendered => "not-rendered",
            Self::ForeignTemplate => "foreign-template",
            Self::Fixture => "fixture",
            Self::ServesOthers => "serves-others",
            Self::Unreadable => "unreadable",
            Self::Outside => "outside-tree",
            Self::Unparsable => "unparsable",
            Self::Remote => "remote",
            Self::Excluded | Self::Vendored => "excluded",
            Self::Limit => "limit",
            Self::NotAnObject => "not-an-object",
            Self::NotEvaluated => "not-evaluated",
            Self::NotValidated => "not-validated",
            Self::AssumedDefinition => "assumed-definition",
        }
    }
}

/// Something that was found and is not judged. A skip never looks like a pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// The file or directory.
    pub path: TreePath,
    /// Where in it, when only a part is skipped.
    pub span: Option<Span>,
    /// Why, for programs.
    pub code: SkipCode,
    /// Why, for people: a short phrase.
    pub reason: String,
}

/// Something of another host that the tree needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteUse {
    /// The file that names it.
    pub path: TreePath,
    /// Where it names it.
    pub span: Option<Span>,
    /// What it names.
    pub source: RemoteSource,
}

/// What a set says of a cluster that the tree does not define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenCluster {
    /// Its name; it may belong to another environment.
    Named,
    /// Nothing, and none is named: it stands for all.
    Any,
    /// Nothing, and others are named: there may be none.
    Rest,
}

/// An Application that a set makes for a cluster which the tree does not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenApplication {
    /// Its text.
    pub file: FileId,
    /// Its name, which it shares with those that the set makes elsewhere.
    pub name: String,
    /// What is known of its cluster.
    pub cluster: OpenCluster,
    /// Whether the directory that it deploys is there.
    pub is_there: bool,
}

/// An object of Argo CD or Flux, and the unit that holds what it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The unit.
    pub unit: UnitId,
    /// The whole of the object.
    pub by: Span,
    /// Whether the unit holds all that the object applies.
    pub is_whole: bool,
}

/// What was found, what was rendered, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Units.
    pub found: usize,
    /// Those of them that were rendered and judged.
    pub rendered: usize,
    /// The rest, sorted.
    pub skipped: Vec<Skip>,
}

/// A manifest beside a kustomization that does not list it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// The manifest.
    pub path: TreePath,
    /// The same, as spans name it.
    pub file: FileId,
    /// The kustomization.
    pub kustomization: TreePath,
    /// Another file that names it, or the kustomization where a comment does.
    pub named_in: Option<TreePath>,
    /// Whether the kustomization would list it if the entry were no comment.
    pub is_put_away: bool,
    /// The object of the same name that the kustomization lists instead.
    pub listed: Option<Span>,
}

/// What is wrong with a range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdleRange {
    /// It is none; what speaks against it.
    Unreadable(String),
    /// No tag of this repository lies in it.
    WithoutTag,
}

/// What rendering noticed that no object shows. Renderers of charts and
/// overlays add their own facts here.
#[derive(Clone, Debug, Default)]
pub struct RenderFacts {
    /// The ranges of versions that objects of Flux follow and that come to nothing.
    pub idle_ranges: BTreeMap<String, IdleRange>,
    /// What the configuration leaves out, sorted; not what lies below.
    pub excluded: Vec<TreePath>,
    /// Every file of the tree that git does not ignore, sorted.
    pub files: Vec<TreePath>,
    /// The texts that were parsed, by id, sorted.
    pub paths: Vec<(FileId, TreePath)>,
    /// Whether a file was handed over by itself, outside version control or
    /// from stdin: what it belongs to is elsewhere.
    pub is_lone_file: bool,
    /// Directories that a kustomization or chart owns, sorted.
    pub owned: Vec<TreePath>,
    /// Manifests that no kustomization lists although one stands in their
    /// directory, sorted.
    pub orphans: Vec<Orphan>,
    /// Texts without which a kustomization does not build: itself, and the
    /// manifests, patches and settings that it names. Sorted.
    pub built_from: Vec<FileId>,
    /// Whether a program outside the tree's manifests creates objects
    /// (Terraform, Pulumi, Helmfile, Ansible, CDK ...), with a file that says so.
    pub provisioners: Vec<TreePath>,
    /// The charts that were rendered, by path.
    pub charts: Vec<ChartFacts>,
    /// The kustomization files, by path.
    pub kustomizations: Vec<KustomizationFacts>,
    /// Units of which a part could not be read: an absent object may stand there.
    pub incomplete: BTreeSet<UnitId>,
    /// Units whose objects only complete others: the parts of a component that
    /// nothing takes in.
    pub partial: BTreeSet<UnitId>,
    /// Names that end with a hash of the object's content, and the same without
    /// it, which stays when the content changes.
    pub hashed_names: BTreeMap<String, String>,
    /// Patches that leave out some objects of a kind, in the order of their kustomizations.
    pub uneven_patches: Vec<UnevenPatch>,
    /// What the tree needs of other hosts, whether it was fetched or not.
    pub remotes: Vec<RemoteUse>,
    /// The `ApplicationSet` objects whose Applications stand in units of their
    /// own.
    pub filled_sets: Vec<Span>,
    /// Which unit holds what an object of Argo CD or Flux applies, by unit.
    pub deliveries: Vec<Delivery>,
    /// Units that hold nothing since others deploy all of it: their names, and those of
    /// the units they are judged through.
    pub judged_through: BTreeMap<String, String>,
    /// Applications for clusters that the tree does not name.
    pub open_applications: Vec<OpenApplication>,
}

impl RenderFacts {
    /// A text with hashed names as they are without their hashes.
    pub fn without_hashes(&self, text: &str) -> String {
        let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.');
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part).filter(|_| !self.hashed_names.is_empty()) {
            clean.push_str(&rest[..start]);
            let end = rest[start..].find(|it| !is_part(it)).map_or(rest.len(), |it| start + it);
            let word = &rest[start..end];
            let name = word.trim_end_matches('.');
            clean.push_str(self.hashed_names.get(name).map_or(name, String::as_str));
            clean.push_str(&word[name.len()..]);
            rest = &rest[end..];
        }
        clean + rest
    }

    /// The unit that holds what the object at a place applies.
    pub fn delivery_of(&self, object: Span) -> Option<&Delivery> {
        self.deliveries.iter().find(|it| it.by == object)
    }

    /// Whether a manifest is among [`orphans`](Self::orphans).
    pub fn is_orphan(&self, path: &TreePath) -> bool {
        self.orphans.binary_search_by(|it| it.path.cmp(path)).is_ok()
    }

    /// The path of a parsed text.
    pub fn path(&self, file: FileId) -> Option<&TreePath> {
        // Nearly always every file has one, and every object of a large tree is asked.
        if let Some((_, path)) = self.paths.get(file.0 as usize).filter(|it| it.0 == file) {
            return Some(path);
        }
        let at = self.paths.binary_search_by_key(&file, |it| it.0).ok()?;
        Some(&self.paths[at].1)
    }
}
