//! Walks an object along the tables of its kind.

use rustc_hash::FxHashSet;
use seatrial_yaml::{FieldPath, Node, PathStep};
use smol_str::SmolStr;

use crate::references::pattern::{Tree, tree};
use crate::references::site::{Site, Step};
use crate::references::tables::UNKNOWN;
use crate::references::{Kinds, Reference, Relation, Scope, Strength, Target};
use crate::views::PodTemplate;
use crate::{Object, Place, is_namespaced};

/// Most references one object is read for, and most nodes visited for them:
/// lists of aliases can be made to multiply.
const REFERENCES_MAX: usize = 20_000;
const VISITS_MAX: u32 = 400_000;

/// The references that are written in an object, in the order of the tables'
/// walk; the namespace it names comes first.
pub fn references(object: &Object) -> Vec<Reference> {
    let mut found = Vec::new();
    read(object, &mut found);
    found
}

/// The same into a buffer, which is emptied first.
pub(super) fn read(object: &Object, found: &mut Vec<Reference>) {
    found.clear();
    found.extend(namespace(object));
    if let Some(tree) = tree(object.group(), object.kind()) {
        let mut walk = Walk { object, steps: Vec::new(), visits: 0, found };
        walk.visit(object.root(), tree);
    } else if is_namespaced(object.group(), object.kind()).is_none() {
        UNKNOWN.read(&Site { object, node: object.root(), steps: &[] }, found);
    }
    if object.is("apps", "StatefulSet") {
        drop_replaced_volumes(object, found);
    }
}

/// A claim template takes the place of the pod's volume of the same name,
/// whatever that volume refers to.
fn drop_replaced_volumes(object: &Object, found: &mut Vec<Reference>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let claims: FxHashSet<SmolStr> = template.claim_templates().collect();
    if claims.is_empty() {
        return;
    }
    let is_replaced = |name: Option<&str>| name.is_some_and(|name| claims.contains(name));
    let replaced: Vec<bool> = template.volumes().map(|volume| is_replaced(volume.name())).collect();
    if !replaced.contains(&true) {
        return;
    }
    let volumes = template.spec.path().key("volumes");
    found.retain(|reference| match reference.path.strip_prefix(&volumes).as_ref().map(FieldPath::steps) {
        Some([PathStep::Index(at), ..]) => !replaced.get(*at as usize).copied().unwrap_or(false),
        _ => true,
    });
}

fn namespace(object: &Object) -> Option<Reference> {
    let name = object.namespace()?;
    if is_namespaced(object.group(), object.kind()) == Some(false) {
        return None;
    }
    Some(Reference {
        from: Place { unit: object.unit(), object: object.id() },
        relation: Relation::Namespace,
        strength: Strength::Placement,
        kinds: Kinds::Known(&[("", "Namespace")]),
        scope: Scope::Cluster,
        target: Target::Name(SmolStr::new(name)),
        path: [PathStep::Key("metadata".into()), PathStep::Key("namespace".into())].into_iter().collect(),
        part: None,
    })
}

struct Walk<'a, 'f> {
    object: &'a Object,
    steps: Vec<Step<'a>>,
    visits: u32,
    found: &'f mut Vec<Reference>,
}

impl<'a> Walk<'a, '_> {
    /// Recursion goes as deep as the tables do, whatever the object.
    fn visit(&mut self, node: Node<'a>, tree: &'a Tree) {
        self.visits += 1;
        for rule in &tree.rules {
            let site = Site { object: self.object, node, steps: &self.steps };
            rule.read(&site, self.found);
        }
        if let Some(items) = &tree.items {
            for (place, item) in (0..).zip(node.items()) {
                self.descend(Step::Index(place), item, items);
            }
        }
        if tree.keys.is_empty() && tree.entries.is_none() {
            return;
        }
        for entry in node.entries() {
            let name = entry.name();
            if let Some((key, below)) = tree.keys.iter().find(|it| it.0 == name) {
                self.descend(Step::Key(key), entry.value, below);
            }
            if let Some(below) = &tree.entries {
                self.descend(Step::Name(name), entry.value, below);
            }
        }
    }

    fn descend(&mut self, step: Step<'a>, node: Node<'a>, tree: &'a Tree) {
        if self.visits >= VISITS_MAX || self.found.len() >= REFERENCES_MAX {
            return;
        }
        self.steps.push(step);
        self.visit(node, tree);
        self.steps.pop();
    }
}
