//! A node together with where it stands, so that a check can point at it.

use std::sync::Arc;

use seatrial_diagnostics::Location;
use seatrial_source::Span;
use seatrial_yaml::{FieldPath, Node, PathStep};
use smol_str::SmolStr;

use crate::Object;

/// A written field of an object: its node and its path.
///
/// Cheap to clone and to step into; the path is only put together when it is
/// asked for.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    object: &'a Object,
    node: Node<'a>,
    trail: Option<Arc<Link>>,
}

/// The way to a field, from its end; a list that shares its beginnings.
#[derive(Debug)]
struct Link {
    step: PathStep,
    before: Option<Arc<Link>>,
}

impl<'a> Field<'a> {
    /// The whole object.
    pub fn root(object: &'a Object) -> Self {
        Self { object, node: object.root(), trail: None }
    }

    /// The object it belongs to.
    pub fn object(&self) -> &'a Object {
        self.object
    }

    /// What stands there.
    pub fn node(&self) -> Node<'a> {
        self.node
    }

    /// The bytes of the value.
    pub fn span(&self) -> Span {
        self.node.span()
    }

    /// The entry of a mapping; none where it is not written.
    pub fn key(&self, name: &str) -> Option<Self> {
        let node = self.node.get(name)?;
        Some(self.below(node, PathStep::Key(SmolStr::new(name))))
    }

    /// The field some keys further down; none where it is not written.
    pub fn keys(&self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self.clone(), |field, name| field.key(name))
    }

    /// An item of a sequence.
    pub fn index(&self, place: u32) -> Option<Self> {
        let node = self.node.index(place as usize)?;
        Some(self.below(node, PathStep::Index(place)))
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let base = self.clone();
        (0..).zip(base.node.items()).map(move |(place, node)| base.below(node, PathStep::Index(place)))
    }

    /// The items of the sequence under a key.
    pub fn list(&self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        self.key(name).into_iter().flat_map(|field| field.items())
    }

    /// The entries of a mapping with their names; none for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (SmolStr, Self)> + use<'a> {
        let base = self.clone();
        base.node.entries().map(move |entry| {
            let name = SmolStr::new(entry.name());
            (name.clone(), base.below(entry.value, PathStep::Key(name)))
        })
    }

    /// The string that stands there.
    pub fn as_str(&self) -> Option<&'a str> {
        self.node.as_str()
    }

    /// The whole number that stands there.
    pub fn as_i64(&self) -> Option<i64> {
        self.node.as_i64()
    }

    /// The boolean that stands there.
    pub fn as_bool(&self) -> Option<bool> {
        self.node.as_bool()
    }

    /// The string under a key.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.node.get(name)?.as_str()
    }

    /// The whole number under a key.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.node.get(name)?.as_i64()
    }

    /// Whether `true` stands under a key.
    pub fn flag(&self, name: &str) -> bool {
        self.node.get(name).and_then(Node::as_bool).unwrap_or(false)
    }

    /// Where it stands in the object.
    pub fn path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut link = self.trail.as_deref();
        while let Some(it) = link {
            steps.push(it.step.clone());
            link = it.before.as_deref();
        }
        steps.reverse();
        FieldPath::from(steps)
    }

    /// Where a field below it stands, written or not.
    pub fn path_of(&self, name: &str) -> FieldPath {
        let mut path = self.path();
        path.push(PathStep::Key(SmolStr::new(name)));
        path
    }

    /// It, as a notice names it.
    pub fn location(&self) -> Location {
        self.object.location(self.path())
    }

    /// A field below it, written or not, as a notice names it.
    pub fn at(&self, name: &str) -> Location {
        self.object.location(self.path_of(name))
    }

    fn below(&self, node: Node<'a>, step: PathStep) -> Self {
        let link = Link { step, before: self.trail.clone() };
        Self { object: self.object, node, trail: Some(Arc::new(link)) }
    }
}
