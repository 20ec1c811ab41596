//! One table of a peer, and what upstream's own tables say where both differ.

use std::collections::{BTreeMap, BTreeSet};

use super::row::Row;
use crate::{Disagreement, Family};

/// Rows and other cases of one program.
#[derive(Default)]
pub(super) struct Table {
    name: String,
    pub(super) rows: Vec<Row>,
    /// Cases that are no rows, as they were compared.
    pub(super) cases: Vec<Option<Disagreement>>,
    pub(super) notes: Vec<String>,
    is_upstream: bool,
    /// Whether later tables of this kind say it anew.
    is_revised: bool,
}

impl Table {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same with these rows.
    pub(super) fn rows(self, rows: Vec<Row>) -> Self {
        Self { rows, ..self }
    }

    /// The same as a table of Kubernetes itself.
    pub(super) fn upstream(self) -> Self {
        Self { is_upstream: true, ..self }
    }

    /// The same as one of several that tell the plans of their time.
    pub(super) fn revised(self) -> Self {
        Self { is_revised: true, ..self }
    }

    /// Compares every row with ours.
    pub(super) fn compare(self, upstream: &Upstream) -> Family {
        let mut family = Family::new(self.name);
        let mut decided = 0;
        for row in &self.rows {
            let disagreement = row.compare();
            let said = upstream.words(row).filter(|_| disagreement.is_some() && !self.is_upstream);
            decided += usize::from(said.is_some());
            family.count(disagreement.map(|it| match said {
                Some(said) => {
                    Disagreement { recorded: format!("{}; upstream says: {said}", it.recorded), ..it }
                }
                None => it,
            }));
        }
        self.cases.into_iter().for_each(|case| family.count(case));
        family.notes = self.notes;
        if decided > 0 {
            family.notes.push(format!("  {decided} of the others upstream's own tables decide, as ours do"));
        }
        family
    }
}

/// Leaves of rows that stand in several revisions of a table the last one: plans
/// change.
pub(super) fn drop_old_plans(tables: &mut [Table]) {
    let mut seen = BTreeSet::new();
    for table in tables.iter_mut().rev().filter(|it| it.is_revised) {
        // What later releases do not have went when it went, whatever was planned.
        let is_newest = seen.is_empty();
        table.rows.iter_mut().for_each(|row| row.is_plan = !is_newest);
        let count = table.rows.len();
        table.rows.retain(|row| seen.insert((row.api_version.clone(), row.kind.clone())));
        let old = count - table.rows.len();
        if old > 0 {
            table.notes.push(format!("  {old} not compared: a later release says them anew"));
        }
    }
}

/// What upstream's tables say, by version and kind; the newest counts.
pub(super) struct Upstream(BTreeMap<(String, String), Row>);

impl Upstream {
    pub(super) fn of(tables: &[Table]) -> Self {
        let of = |is_revised| tables.iter().filter(move |it| it.is_upstream && it.is_revised == is_revised);
        // Those that tell more come last.
        let rows = of(false).chain(of(true)).flat_map(|it| &it.rows);
        let by_kind = |row: &Row| ((row.api_version.clone(), row.kind.clone()), row.clone());
        Self(rows.map(by_kind).collect())
    }

    /// What upstream says of a row's kind, where ours says the same.
    fn words(&self, row: &Row) -> Option<String> {
        let row = self.0.get(&(row.api_version.clone(), row.kind.clone()))?;
        row.compare().is_none().then(|| row.words())
    }
}
