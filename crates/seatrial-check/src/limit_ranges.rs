//! What `LimitRange` objects of the tree fill in where a container says nothing.

use rustc_hash::FxHashSet;
use seatrial_diagnostics::UnitId;
use seatrial_model::{Field, Object, Repository};
use smol_str::SmolStr;

/// `requests` or `limits`, and a resource.
type Amount = (&'static str, SmolStr);

/// The fields that become a request or a limit: a maximum alone is the default
/// limit, and a limit or a minimum the default request.
const SOURCES: &[(&str, &[&str])] =
    &[("requests", &["defaultRequest", "default", "min", "max"]), ("limits", &["default", "max"])];

/// The amounts that are filled in, by where.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitRanges<'a> {
    namespaces: FxHashSet<(Amount, &'a str)>,
    /// Those without a namespace, of a unit.
    nameless: FxHashSet<(Amount, UnitId)>,
    /// All those of a unit.
    units: FxHashSet<(Amount, UnitId)>,
}

impl<'a> LimitRanges<'a> {
    /// Those of the whole repository.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut known = Self::default();
        for range in repository.of_kind("", "LimitRange") {
            known.add(range);
        }
        known
    }

    fn add(&mut self, range: &'a Object) {
        let limits = Field::root(range).key("spec").into_iter().flat_map(|it| it.list("limits"));
        for limit in limits.filter(|it| it.text("type") == Some("Container")) {
            for &(list, sources) in SOURCES {
                let amounts = sources.iter().filter_map(|it| limit.key(it)).flat_map(|it| it.entries());
                for (resource, _) in amounts {
                    self.insert(range, (list, resource));
                }
            }
        }
    }

    fn insert(&mut self, range: &'a Object, amount: Amount) {
        self.units.insert((amount.clone(), range.unit()));
        match range.namespace() {
            Some(namespace) => drop(self.namespaces.insert((amount, namespace))),
            None => drop(self.nameless.insert((amount, range.unit()))),
        }
    }

    /// Whether an amount is filled in for the pods of a workload: by a range of
    /// its namespace, or of its unit where one of the two names none.
    pub(crate) fn fill_in(&self, list: &'static str, resource: &str, workload: &Object) -> bool {
        let amount = (list, SmolStr::new(resource));
        match workload.namespace() {
            Some(namespace) => {
                self.namespaces.contains(&(amount.clone(), namespace))
                    || self.nameless.contains(&(amount, workload.unit()))
            }
            None => self.units.contains(&(amount, workload.unit())),
        }
    }
}
