//! A node together with where it stands, so that a check can point at it.

use std::sync::Arc;

use seatrial_diagnostics::Location;
use seatrial_source::Span;
use seatrial_yaml::{FieldPath, Node, NodeId, PathStep};
use smol_str::SmolStr;

use crate::Object;

/// A written field of an object: its node and its path.
///
/// Cheap to copy and to step into; the path is only put together when it is
/// asked for.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    object: &'a Object,
    node: Node<'a>,
    trail: Trail,
}

/// A step on the way to a field: a key's node, or a place in a sequence.
#[derive(Clone, Copy, Debug)]
enum Step {
    Key(NodeId),
    Index(u32),
}

/// How many steps are kept in place; a container's probe is ten steps deep.
const NEAR: usize = 14;

/// The way to a field. Checks take millions of steps and ask for few paths, so
/// that a step costs no allocation unless the way is uncommonly long.
#[derive(Clone, Debug)]
struct Trail {
    near: [Step; NEAR],
    len: u8,
    /// What comes after the steps that are kept in place.
    far: Option<Arc<[Step]>>,
}

impl Trail {
    const EMPTY: Self = Self { near: [Step::Index(0); NEAR], len: 0, far: None };

    fn push(&mut self, step: Step) {
        if let Some(place) = self.near.get_mut(usize::from(self.len)) {
            *place = step;
            self.len += 1;
        } else {
            let far = self.far.iter().flat_map(|steps| steps.iter().copied());
            self.far = Some(far.chain([step]).collect());
        }
    }

    fn steps(&self) -> impl Iterator<Item = Step> {
        let far = self.far.iter().flat_map(|steps| steps.iter().copied());
        self.near[..usize::from(self.len)].iter().copied().chain(far)
    }
}

impl<'a> Field<'a> {
    /// The whole object.
    pub fn root(object: &'a Object) -> Self {
        Self { object, node: object.root(), trail: Trail::EMPTY }
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
        let entry = self.node.entry(name)?;
        Some(self.below(entry.value, Step::Key(entry.key.id())))
    }

    /// The field some keys further down; none where it is not written.
    pub fn keys(&self, names: &[&str]) -> Option<Self> {
        let mut field = self.clone();
        for name in names {
            let entry = field.node.entry(name)?;
            field.node = entry.value;
            field.trail.push(Step::Key(entry.key.id()));
        }
        Some(field)
    }

    /// An item of a sequence.
    pub fn index(&self, place: u32) -> Option<Self> {
        let node = self.node.index(place as usize)?;
        Some(self.below(node, Step::Index(place)))
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let base = self.clone();
        (0..).zip(base.node.items()).map(move |(place, node)| base.below(node, Step::Index(place)))
    }

    /// The items of the sequence under a key.
    pub fn list(&self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        self.key(name).into_iter().flat_map(|field| field.items())
    }

    /// The entries of a mapping with their names; none for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (SmolStr, Self)> + use<'a> {
        let base = self.clone();
        base.node.entries().map(move |entry| {
            (SmolStr::new(entry.name()), base.below(entry.value, Step::Key(entry.key.id())))
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
        let stream = &self.object.source().stream;
        let steps = self.trail.steps().map(|step| match step {
            Step::Key(key) => PathStep::Key(SmolStr::new(stream.node(key).key_name())),
            Step::Index(place) => PathStep::Index(place),
        });
        steps.collect()
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

    fn below(&self, node: Node<'a>, step: Step) -> Self {
        let mut field = Self { node, ..self.clone() };
        field.trail.push(step);
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::objects;
    use seatrial_diagnostics::UnitId;

    #[test]
    fn a_long_way_keeps_all_its_steps() {
        let depth = NEAR + 6;
        let mut text = "apiVersion: v1\nkind: Deep\nmetadata: {name: deep}\nspec: ".to_owned();
        text += &"{a: [".repeat(depth / 2);
        text += "end";
        text += &"]}".repeat(depth / 2);
        let objects = objects(UnitId(0), &text);
        let mut field = Field::root(&objects[0]).key("spec").expect("it is written");
        for _ in 0..depth / 2 {
            field = field.key("a").and_then(|it| it.index(0)).expect("it is written");
        }
        assert_eq!(field.as_str(), Some("end"));
        assert_eq!(field.path().to_string(), format!("spec{}", ".a[0]".repeat(depth / 2)));
    }

    #[test]
    fn keys_are_named_as_readers_see_them() {
        let objects = objects(UnitId(0), "apiVersion: v1\nkind: Odd\nmetadata: {name: odd}\nspec: {y: 1}");
        let field = Field::root(&objects[0]).keys(&["spec", "true"]).expect("`y` is read as true");
        assert_eq!(field.path().to_string(), "spec.true");
    }
}
