//! Applications and releases whose objects are known, as units of their own.

use rustc_hash::FxHashMap;
use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository, UnitKind};

use crate::partial::may_hold_pods;

/// The units of Argo CD and Flux that hold objects, by the name of what makes them.
pub(crate) struct Releases<'a> {
    repository: &'a Repository,
    units: FxHashMap<&'a str, Vec<UnitId>>,
}

impl<'a> Releases<'a> {
    /// Those of a repository.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut units: FxHashMap<&str, Vec<UnitId>> = FxHashMap::default();
        for unit in &repository.units {
            let is_made = matches!(unit.kind, UnitKind::ArgoCd | UnitKind::Flux);
            let name = unit.name.rsplit(['/', '#']).next().filter(|_| is_made);
            if let Some(name) = name.filter(|_| !repository.bundle(unit.id).objects().is_empty()) {
                units.entry(name).or_default().push(unit.id);
            }
        }
        Self { repository, units }
    }

    /// Whether a unit holds what an object makes.
    pub(crate) fn shows(&self, object: &Object) -> bool {
        self.made_by(object).next().is_some()
    }

    /// Whether units hold all the pods that an object makes.
    pub(crate) fn shows_all_pods(&self, object: &Object) -> bool {
        let is_open =
            |it: UnitId| may_hold_pods(self.repository, it) || self.repository.facts.incomplete.contains(&it);
        self.shows(object) && !self.made_by(object).any(is_open)
    }

    /// What applies the object itself may well have its name too.
    fn made_by(&self, object: &Object) -> impl Iterator<Item = UnitId> {
        let named = self.units.get(object.name()).map_or(&[][..], Vec::as_slice).iter().copied();
        named.filter(|it| {
            let (group, kind) = (object.group(), object.kind());
            !self.repository.bundle(*it).of_kind(group, kind).any(|it| it.name() == object.name())
        })
    }
}
