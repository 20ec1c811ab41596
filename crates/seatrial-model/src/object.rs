//! One Kubernetes object: a view of a parsed document.

use std::sync::Arc;

use seatrial_diagnostics::{Location, ObjectId, ObjectName, UnitId};
use seatrial_source::Span;
use seatrial_yaml::{FieldPath, Node, NodeId, Stream};
use smol_str::SmolStr;

use crate::views::pod_template_path;

/// Where an object's document stands.
#[derive(Clone, Debug)]
pub struct ObjectSource {
    /// The parsed file.
    pub stream: Arc<Stream>,
    /// The object's mapping; inside a `List`, the item.
    pub root: NodeId,
}

/// What an object is called and where its pods stand: read once, while its
/// document is at hand.
#[derive(Clone, Debug)]
pub struct Identity {
    api_version: SmolStr,
    /// Where the group ends in `api_version`.
    group_end: usize,
    kind: SmolStr,
    namespace: Option<SmolStr>,
    name: SmolStr,
    /// Where it keeps the pods it makes, see [`pod_template_path`].
    template: Option<&'static [&'static str]>,
    /// The template and its `spec`, where they are written in the object
    /// itself: nearly every check asks for them.
    pods: Option<[NodeId; 2]>,
}

impl Identity {
    /// Of a mapping that has `apiVersion` and `kind`; none when it has not.
    pub fn written(root: Node<'_>) -> Option<Self> {
        let word = |key: &str| root.get(key).and_then(Node::as_str).map(SmolStr::new);
        let api_version = word("apiVersion")?;
        let kind = word("kind")?;
        Some(Self::typed(root, api_version, kind))
    }

    /// Of an item of a list whose type says what its items are.
    pub fn typed(root: Node<'_>, api_version: SmolStr, kind: SmolStr) -> Self {
        let metadata = root.get("metadata");
        let word = |key: &str| metadata?.get(key)?.as_str().map(SmolStr::new);
        let namespace = word("namespace").filter(|it| !it.is_empty());
        let name = word("name").unwrap_or_default();
        let group_end = api_version.find('/').unwrap_or(0);
        let template = pod_template_path(&api_version[..group_end], &kind);
        let pods = template.and_then(|path| pods(root, path));
        Self { api_version, group_end, kind, namespace, name, template, pods }
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &str {
        &self.api_version[..self.group_end]
    }

    /// `Deployment`
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// `apps/v1` and `Deployment`
    pub fn type_meta(&self) -> (&str, &str) {
        (&self.api_version, &self.kind)
    }
}

/// An object of a bundle: its identity is known, everything else is looked up.
#[derive(Clone, Debug)]
pub struct Object {
    unit: UnitId,
    id: ObjectId,
    source: ObjectSource,
    identity: Arc<Identity>,
}

impl Object {
    /// A view of a mapping that is called so.
    pub fn new(unit: UnitId, id: ObjectId, source: ObjectSource, identity: Arc<Identity>) -> Self {
        Self { unit, id, source, identity }
    }

    /// The same object in another unit, at the same place of its bundle.
    #[must_use]
    pub fn in_unit(&self, unit: UnitId) -> Self {
        Self { unit, ..self.clone() }
    }

    /// The same object, put into a namespace by who deploys it where it names
    /// none and its kind has one.
    pub fn placed_in(mut self, namespace: SmolStr) -> Self {
        let is_namespaced = crate::is_namespaced(self.group(), self.kind()) == Some(true);
        if is_namespaced && self.namespace().is_none() {
            Arc::make_mut(&mut self.identity).namespace = Some(namespace);
        }
        self
    }

    /// The unit whose bundle holds it.
    pub fn unit(&self) -> UnitId {
        self.unit
    }

    /// Its id in that bundle.
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// Where its document stands.
    pub fn source(&self) -> &ObjectSource {
        &self.source
    }

    /// The whole object.
    pub fn root(&self) -> Node<'_> {
        self.source.stream.node(self.source.root)
    }

    /// The bytes of its document.
    pub fn span(&self) -> Span {
        self.root().span()
    }

    /// `apps/v1`
    pub fn api_version(&self) -> &str {
        &self.identity.api_version
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &str {
        self.identity.group()
    }

    /// `Deployment`
    pub fn kind(&self) -> &str {
        &self.identity.kind
    }

    /// Where the template of the pods it makes stands; empty for a Pod itself,
    /// none for kinds without one.
    pub(crate) fn template_path(&self) -> Option<&'static [&'static str]> {
        self.identity.template
    }

    /// The template of the pods it makes and its `spec`; none where there is
    /// none, or where an alias or a merge key is on the way.
    pub(crate) fn pods(&self) -> Option<[NodeId; 2]> {
        self.identity.pods
    }

    /// The namespace, where one is written.
    pub fn namespace(&self) -> Option<&str> {
        self.identity.namespace.as_deref()
    }

    /// The name; empty where none is written (as with `generateName`).
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// Whether it is of this group and kind, whatever the version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }

    /// The node at a path of keys, or none.
    pub fn field(&self, keys: &[&str]) -> Option<Node<'_>> {
        keys.iter().try_fold(self.root(), |node, key| node.get(key))
    }

    /// The node at a field path, or none.
    pub fn at(&self, path: &FieldPath) -> Option<Node<'_>> {
        self.root().at(path)
    }

    /// A field of this object as a notice names it.
    pub fn location(&self, path: FieldPath) -> Location {
        Location::field(self.unit, self.id, path)
    }

    /// The words that name it.
    pub fn words(&self) -> ObjectName {
        ObjectName {
            api_version: self.api_version().to_owned(),
            kind: self.kind().to_owned(),
            namespace: self.namespace().map(ToOwned::to_owned),
            name: self.name().to_owned(),
        }
    }

    /// `Deployment api`: how messages name it.
    pub fn title(&self) -> String {
        format!("{} {}", self.kind(), if self.name().is_empty() { "without a name" } else { self.name() })
    }
}

fn pods(root: Node<'_>, path: &[&str]) -> Option<[NodeId; 2]> {
    let template = path.iter().try_fold(root, |node, key| written_below(node, key))?;
    let spec = written_below(template, "spec").filter(|it| it.is_mapping())?;
    (!root.is_alias()).then(|| [template.id(), spec.id()])
}

/// The value under a key, where it is written at this place.
fn written_below<'a>(node: Node<'a>, key: &str) -> Option<Node<'a>> {
    let entry = node.entry(key)?;
    (!entry.merged && !entry.value.is_alias()).then_some(entry.value)
}
