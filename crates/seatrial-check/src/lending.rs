//! Whom objects count for that state something for others: their own unit, and
//! other units where all that state one of a name state it alike.
//!
//! Several units mostly state the same thing for several clusters, so which of
//! two different ones another unit meets is not known.

use std::collections::BTreeMap;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository, Unit, UnitRole};
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;

/// Objects by their places in a list, and whom they count for.
#[derive(Debug, Default)]
pub(crate) struct Lending<'a> {
    units: &'a [Unit],
    groups: Vec<Group>,
}

/// All objects of one name.
#[derive(Debug)]
struct Group {
    /// Sorted.
    all: Vec<(UnitId, usize)>,
    /// Whether the units that lend them agree.
    is_clear: bool,
}

impl Group {
    /// Those of one unit.
    fn of(&self, unit: UnitId) -> &[(UnitId, usize)] {
        let start = self.all.partition_point(|it| it.0 < unit);
        let rest = &self.all[start..];
        &rest[..rest.partition_point(|it| it.0 == unit)]
    }
}

impl<'a> Lending<'a> {
    /// Those of a list.
    pub(crate) fn of(repository: &'a Repository, objects: &[&Object]) -> Self {
        Self::by(repository, objects, content)
    }

    /// Those of a list that agree if their contents do.
    pub(crate) fn by(
        repository: &'a Repository,
        objects: &[&Object],
        content: impl Fn(&Object) -> Value,
    ) -> Self {
        let mut named: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, it) in objects.iter().enumerate() {
            named.entry((it.group(), it.kind(), it.namespace(), it.name())).or_default().push(at);
        }
        let units = &repository.units[..];
        let group = |all: Vec<usize>| {
            let lends = |at: &&usize| units[objects[**at].unit().0 as usize].role != UnitRole::Base;
            let lending: Vec<_> = all.iter().filter(lends).map(|at| objects[*at]).collect();
            let is_clear = agree(&lending, &content);
            let mut all: Vec<_> = all.into_iter().map(|at| (objects[at].unit(), at)).collect();
            all.sort_unstable();
            Group { all, is_clear }
        };
        Self { units, groups: named.into_values().map(group).collect() }
    }

    /// The places of those that count for a unit: its own, and of each name that
    /// it does not state itself what another lends.
    pub(crate) fn counting(&self, unit: UnitId) -> Vec<usize> {
        let counting = self.groups.iter().flat_map(|it| self.of_group(it, unit)).map(|(_, at)| *at);
        let mut counting: Vec<usize> = counting.collect();
        counting.sort_unstable();
        counting
    }

    fn of_group<'g>(&self, group: &'g Group, unit: UnitId) -> &'g [(UnitId, usize)] {
        let own = group.of(unit);
        if !own.is_empty() || !group.is_clear {
            return own;
        }
        let lender = group.all.iter().map(|(lender, _)| *lender).find(|it| self.lends_to(*it, unit));
        lender.map_or(&[], |lender| group.of(lender))
    }

    /// What serves others is no part of a cluster, and of one chart with several
    /// values only one is.
    fn lends_to(&self, lender: UnitId, unit: UnitId) -> bool {
        let lender = &self.units[lender.0 as usize];
        lender.role != UnitRole::Base && !lender.is_variant_of(&self.units[unit.0 as usize])
    }

    /// Those that several units state differently, and that could count for a unit
    /// that is `meant`.
    pub(crate) fn unclear(&self, meant: impl Fn(usize, &Unit) -> bool) -> Vec<usize> {
        let is_asked = |group: &Group, at: usize| {
            let others = self.units.iter().filter(|it| it.role != UnitRole::Base);
            let states = |unit: &Unit| group.all.iter().any(|(own, _)| *own == unit.id);
            let lends = |unit: &Unit| group.all.iter().any(|(own, _)| self.lends_to(*own, unit.id));
            others.into_iter().any(|it| !states(it) && lends(it) && meant(at, it))
        };
        let unclear = self.groups.iter().filter(|it| !it.is_clear);
        let open = unclear.flat_map(|group| group.all.iter().map(move |(_, at)| (group, *at)));
        let mut open: Vec<_> = open.filter(|(group, at)| is_asked(group, *at)).map(|(_, at)| at).collect();
        open.sort_unstable();
        open
    }
}

/// Whether all are of one unit, or all say the same.
fn agree(lending: &[&Object], content: impl Fn(&Object) -> Value) -> bool {
    let Some((first, others)) = lending.split_first() else { return true };
    if others.iter().all(|it| it.unit() == first.unit()) {
        return true;
    }
    let said = content(first);
    others.iter().all(|it| it.root().is_written_alike(first.root()) || content(it) == said)
}

/// What an object says, but for its metadata.
pub(crate) fn content(object: &Object) -> Value {
    let mut value = untyped(object.root());
    for field in ["apiVersion", "metadata", "status"] {
        value.remove(field);
    }
    value
}
