//! An object on its way through the build, with what Kustomize remembers of it
//! in annotations of its own.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::build_metadata::Maker;
use crate::id::{Gvk, ResourceId};
use crate::node::{Content, Node, Scalar, Tag};
use crate::origin::OriginId;

/// What a generator does with an object that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// Makes a new one.
    #[default]
    Create,
    /// Takes its place.
    Replace,
    /// Adds its keys.
    Merge,
}

/// An object and its history.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The object.
    pub node: Node,
    /// The identities it had, the first one first.
    pub(crate) previous: Vec<ResourceId>,
    pub(crate) prefixes: Vec<SmolStr>,
    pub(crate) suffixes: Vec<SmolStr>,
    pub(crate) behavior: Behavior,
    pub(crate) needs_hash: bool,
    /// Variables that take their value from it.
    pub(crate) variables: Vec<SmolStr>,
    /// Whether upstream had written annotations of its own into it, after which
    /// an empty map of annotations is gone.
    pub(crate) was_annotated: bool,
    /// Whether a chart made it, whose namespace stays.
    pub(crate) is_from_chart: bool,
    /// Where it came from, where that is asked for.
    pub(crate) made_by: Option<Arc<Maker>>,
    /// What changed it, where that is asked for.
    pub(crate) changed_by: Vec<Arc<Maker>>,
}

impl Resource {
    /// An object as it was read.
    pub(crate) fn new(node: Node) -> Self {
        Self {
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Create,
            needs_hash: false,
            variables: Vec::new(),
            was_annotated: false,
            is_from_chart: false,
            made_by: None,
            changed_by: Vec::new(),
        }
    }

    /// What it is called now.
    pub fn id(&self) -> ResourceId {
        ResourceId::of(&self.node)
    }

    /// What it was called in its file.
    pub fn original_id(&self) -> ResourceId {
        self.ids().next().unwrap_or_default()
    }

    /// All it was ever called, and is now. Group and version are not
    /// remembered: they are those it has now.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ResourceId> + use<> {
        let now = self.id();
        let previous = self.previous.clone().into_iter().map({
            let gvk = now.gvk.clone();
            move |id| ResourceId { gvk: Gvk { kind: id.gvk.kind.clone(), ..gvk.clone() }, ..id }
        });
        previous.chain(std::iter::once(now))
    }

    /// Whether it is or was ever called so, whatever its kind.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.name() == name || self.previous.iter().any(|id| id.name == name)
    }

    pub(crate) fn remember(&mut self) {
        let id = self.id().remembered();
        self.previous.push(id);
        self.was_annotated = true;
    }

    /// The kind as it stands.
    pub fn kind(&self) -> &str {
        self.node.text_at(&["kind"])
    }

    /// The name as it stands.
    pub fn name(&self) -> &str {
        self.node.text_at(&["metadata", "name"])
    }

    /// The name before a hash of the content was put behind it; none where
    /// there is no hash.
    pub fn name_without_hash(&self) -> Option<&str> {
        self.name().rsplit_once('-').filter(|_| self.needs_hash).map(|(name, _)| name)
    }

    /// The namespace as it stands.
    pub fn namespace(&self) -> &str {
        self.node.text_at(&["metadata", "namespace"])
    }

    pub(crate) fn set_name(&mut self, name: &str, origin: OriginId) {
        set_text(self.node.map_at("metadata", origin), "name", name, origin);
    }

    /// The value of a label or annotation.
    pub(crate) fn metadata(&self, section: &str) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.node.at(&["metadata", section]).map_or(&[][..], Node::entries);
        entries.iter().map(|(key, value)| (key.as_str(), value.text()))
    }

    /// Whether the prefixes and suffixes of both end alike; with
    /// `allows_none`, having none fits anything.
    pub(crate) fn has_affixes_of(&self, other: &Self, allows_none: bool) -> bool {
        let alike = |ours: &[SmolStr], theirs: &[SmolStr]| {
            (allows_none && (ours.is_empty() || theirs.is_empty())) || ends_alike(ours, theirs)
        };
        alike(&self.prefixes, &other.prefixes) && alike(&self.suffixes, &other.suffixes)
    }

    /// Leaves annotations as upstream does when it takes out its own: all of
    /// them strings, and none rather than an empty map.
    pub(crate) fn settle(&mut self) {
        let Some(metadata) = self.node.get_mut("metadata") else { return };
        let Some(annotations) = metadata.get_mut("annotations") else { return };
        if annotations.is_empty() {
            metadata.remove("annotations");
            return;
        }
        plain_strings(annotations);
    }
}

/// Makes strings of annotations, as upstream does whenever it writes one: their
/// style is lost.
pub(crate) fn plain_strings(annotations: &mut Node) {
    let Content::Map(entries) = &mut annotations.content else { return };
    for (_, value) in entries {
        if let Content::Scalar(scalar) = &mut value.content {
            scalar.tag = Tag::Str;
            scalar.is_folded = false;
        }
    }
}

/// `utils.SameEndingSubSlice`
fn ends_alike(left: &[SmolStr], right: &[SmolStr]) -> bool {
    let shorter = left.len().min(right.len());
    if shorter == 0 {
        return left.len() == right.len();
    }
    left[left.len() - shorter..] == right[right.len() - shorter..]
}

/// Puts a text at a key; a scalar that is there keeps its quotes.
pub(crate) fn set_text(map: &mut Node, name: &str, text: &str, origin: OriginId) {
    let (is_quoted, is_folded) = match map.get(name).map(|node| &node.content) {
        Some(Content::Scalar(scalar)) => (scalar.is_quoted, scalar.is_folded),
        _ => (false, false),
    };
    map.set(name, Node::scalar(Scalar { is_quoted, is_folded, ..Scalar::implicit(text) }, origin));
}
