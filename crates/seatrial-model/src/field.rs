//! A node together with where it stands, so that a check can point at it.

use std::sync::Arc;

use seatrial_diagnostics::Location;
use seatrial_source::Span;
use seatrial_yaml::{Entry, FieldPath, Node, NodeId, PathStep};
use smol_str::SmolStr;

use crate::Object;

/// A written field of an object: its node and its path.
///
/// Cheap to copy and to step into, which checks do millions of times: where a
/// node stands says how one gets there, and the path is only put together when
/// it is asked for.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    object: &'a Object,
    node: Node<'a>,
    /// How the text was left that the node stands in, if it was.
    detour: Option<Arc<Detour>>,
}

/// A jump from one place of a text to another: along an alias, or to an entry
/// that `<<` brings in.
#[derive(Debug)]
struct Detour {
    before: Option<Arc<Detour>>,
    /// The node the jump starts from, as written.
    from: NodeId,
    /// The key, where an entry is brought in.
    key: Option<NodeId>,
    /// Where one goes on.
    to: NodeId,
}

impl<'a> Field<'a> {
    /// The whole object.
    pub fn root(object: &'a Object) -> Self {
        Self { object, node: object.root(), detour: None }
    }

    /// A node that is written in an object, with no alias on the way to it.
    pub(crate) fn written(object: &'a Object, node: NodeId) -> Self {
        Self { object, node: object.source().stream.node(node), detour: None }
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
        Some(self.entered(self.node.entry(name)?, self.way()))
    }

    /// The field some keys further down; none where it is not written.
    pub fn keys(&self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self.clone(), |field, name| field.key(name))
    }

    /// An item of a sequence.
    pub fn index(&self, place: u32) -> Option<Self> {
        let node = self.node.index(place as usize)?;
        Some(Self { object: self.object, node, detour: self.way() })
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let (object, detour) = (self.object, self.way());
        self.node.items().map(move |node| Self { object, node, detour: detour.clone() })
    }

    /// The items of the sequence under a key.
    pub fn list(&self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        self.key(name).into_iter().flat_map(|field| field.items())
    }

    /// The entries of a mapping with their names; none for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (SmolStr, Self)> + use<'a> {
        let (base, way) = (self.clone(), self.way());
        base.node.entries().map(move |entry| (SmolStr::new(entry.name()), base.entered(entry, way.clone())))
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
        let detours = std::iter::successors(self.detour.as_deref(), |it| it.before.as_deref());
        let mut detours: Vec<&Detour> = detours.collect();
        let (mut at, mut steps) = (self.object.source().root, Vec::new());
        while let Some(detour) = detours.pop() {
            stream.steps_between(at, detour.from, &mut steps);
            steps.extend(detour.key.map(|key| PathStep::Key(SmolStr::new(stream.node(key).key_name()))));
            at = detour.to;
        }
        stream.steps_between(at, self.node.written_id(), &mut steps);
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

    /// The way into the node: what an alias stands for is written elsewhere.
    fn way(&self) -> Option<Arc<Detour>> {
        if !self.node.is_alias() {
            return self.detour.clone();
        }
        let (from, to) = (self.node.written_id(), self.node.id());
        Some(Arc::new(Detour { before: self.detour.clone(), from, key: None, to }))
    }

    /// The value of one of its entries, given the way into it.
    fn entered(&self, entry: Entry<'a>, way: Option<Arc<Detour>>) -> Self {
        let detour = if entry.merged {
            let (key, to) = (Some(entry.key.id()), entry.value.written_id());
            Some(Arc::new(Detour { before: way, from: self.node.id(), key, to }))
        } else {
            way
        };
        Self { object: self.object, node: entry.value, detour }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::objects;
    use seatrial_diagnostics::UnitId;

    #[test]
    fn a_long_way_keeps_all_its_steps() {
        let depth = 20;
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

    #[test]
    fn aliases_and_merged_entries_are_on_the_way() {
        let text = "apiVersion: v1\nkind: Odd\nmetadata: {name: odd}\nspec:\n  a: &a {x: [{deep: 1}]}\n  \
                    b: &b {<<: *a, own: {z: 1}}\n  c: [*b]\n  d: {<<: [*b], k: 1}\n  e: {<<: {k: *b}}";
        let objects = objects(UnitId(0), text);
        let root = Field::root(&objects[0]);
        let spec = root.key("spec").expect("it is written");
        for keys in
            [&["a", "x"][..], &["b", "x"], &["b", "own", "z"], &["d", "own", "z"], &["e", "k", "own", "z"]]
        {
            let path = spec.keys(keys).expect("it is there").path().to_string();
            assert_eq!(path, format!("spec.{}", keys.join(".")));
        }
        let item = spec.key("c").and_then(|it| it.index(0)).expect("it is written");
        assert_eq!(item.path().to_string(), "spec.c[0]");
        let deep = item.key("x").and_then(|it| it.items().next()?.key("deep")).expect("it is there");
        assert_eq!(deep.path().to_string(), "spec.c[0].x[0].deep");
        let deep = spec.keys(&["e", "k", "x"]).and_then(|it| it.index(0)?.key("deep")).expect("it is there");
        assert_eq!(deep.path().to_string(), "spec.e.k.x[0].deep");
        for (name, field) in item.entries() {
            assert_eq!(field.path().to_string(), format!("spec.c[0].{name}"));
        }
    }
}
