//! The rendered objects of one unit, indexed.

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{ObjectId, UnitId};
use smol_str::SmolStr;

use crate::Object;

/// One unit's objects, by id, by kind and by group.
#[derive(Debug, Default)]
pub struct Bundle {
    objects: Vec<Object>,
    by_kind: FxHashMap<SmolStr, Vec<ObjectId>>,
    by_group: FxHashMap<SmolStr, Vec<ObjectId>>,
    workloads: Vec<ObjectId>,
}

fn add(ids: &mut FxHashMap<SmolStr, Vec<ObjectId>>, name: &str, id: ObjectId) {
    match ids.get_mut(name) {
        Some(known) => known.push(id),
        None => drop(ids.insert(SmolStr::new(name), vec![id])),
    }
}

impl Bundle {
    /// Indexes the objects of a unit; their ids are their places in the list.
    pub fn new(objects: Vec<Object>) -> Self {
        let mut by_kind: FxHashMap<SmolStr, Vec<ObjectId>> = FxHashMap::default();
        let mut by_group: FxHashMap<SmolStr, Vec<ObjectId>> = FxHashMap::default();
        for (place, object) in objects.iter().enumerate() {
            debug_assert_eq!(object.id().0 as usize, place);
            add(&mut by_kind, object.kind(), object.id());
            add(&mut by_group, object.group(), object.id());
        }
        let makes_pods = |it: &&Object| it.template_path().is_some();
        let workloads = objects.iter().filter(makes_pods).map(Object::id).collect();
        Self { objects, by_kind, by_group, workloads }
    }

    /// The objects in the order they are applied in.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The object with this id.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// The objects of kinds that make pods, in order.
    pub fn workloads(&self) -> impl Iterator<Item = &Object> {
        self.workloads.iter().map(|&id| self.object(id))
    }

    /// The objects of a group and kind, in order.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        let ids = self.by_kind.get(kind).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|&id| self.object(id)).filter(move |object| object.group() == group)
    }

    /// The objects of the groups that are meant, in order; who asks for few of
    /// them looks at few objects.
    pub fn in_groups(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = &Object> {
        let meant = self.by_group.iter().filter(|(group, _)| is_meant(group));
        let mut ids: Vec<ObjectId> = meant.flat_map(|(_, ids)| ids).copied().collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| self.object(id))
    }

    /// The unit the objects belong to; none for an empty bundle.
    pub fn unit(&self) -> Option<UnitId> {
        self.objects.first().map(Object::unit)
    }
}
