//! A chart on its way to one render: dependencies chosen, renamed, switched
//! off, their values brought up (`ProcessDependencies`).

use super::{Chart, Dependency, Import, Metadata};
use crate::semver;
use crate::template::{Data, Map, Trace, Value};
use crate::values::coalesce::{Coalescing, copy_map, path_value, table};
use crate::versions::Switches;

/// A chart and the charts below it that take part.
#[derive(Clone, Debug)]
pub(crate) struct Branch<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) metadata: Metadata,
    pub(crate) values: Map,
    pub(crate) dependencies: Vec<Branch<'a>>,
    /// Its path by the charts' own names.
    own_path: String,
    /// The path of the chart that it is told to lie in, where that is not the
    /// one above: Helm 3 shares what lies inside a chart.
    told_path: Option<String>,
    /// Whether it was declared, and so stands for itself.
    is_copy: bool,
}

/// Whether a version lies in a range; anything that is none lies nowhere.
pub(crate) fn is_compatible(range: &str, version: &str) -> bool {
    let (Ok(version), Ok(range)) = (semver::Version::parse(version), semver::Constraint::parse(range)) else {
        return false;
    };
    range.matches(&version)
}

impl<'a> Branch<'a> {
    /// The chart and all charts in it, with their own values.
    pub(crate) fn new(chart: &'a Chart, trace: &mut Trace) -> Self {
        Self::below(chart, chart.metadata.name.text.clone(), trace)
    }

    fn below(chart: &'a Chart, own_path: String, trace: &mut Trace) -> Self {
        let child = |child: &'a Chart| {
            Self::below(child, format!("{own_path}/charts/{}", child.metadata.name.text), trace)
        };
        let dependencies = chart.dependencies.iter().map(child).collect();
        Self {
            chart,
            metadata: chart.metadata.clone(),
            values: chart.values.as_ref().map(|values| values.to_map(trace)).unwrap_or_default(),
            dependencies,
            own_path,
            told_path: None,
            is_copy: false,
        }
    }

    /// Its path, where the chart around it has this one.
    pub(crate) fn path_in(&self, around: &str) -> String {
        format!("{}/charts/{}", self.told_path.as_deref().unwrap_or(around), self.name())
    }

    pub(crate) fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Chooses the dependencies that are switched on, and imports their values.
    pub(crate) fn process(
        &mut self,
        values: &Map,
        switches: &Switches,
        warnings: &mut Vec<String>,
    ) -> Result<(), String> {
        let coalescing = Coalescing { rules: switches.null_rules, warnings };
        let mut process = Process { coalescing, switches, seen: Vec::new(), adopted: Vec::new() };
        let place = self.name().to_owned();
        process.choose(self, values, "", &place)?;
        process.settle(self);
        process.import(self)
    }

    /// One dependency under the name it has here; none when no chart fits.
    fn dependency(&self, wanted: &Dependency) -> Option<Self> {
        let mut found = self.dependencies.iter().find(|child| child.is_wanted(wanted))?.clone();
        if !wanted.alias.is_empty() {
            found.metadata.name = wanted.alias.clone();
        }
        found.is_copy = true;
        Some(found)
    }

    fn is_wanted(&self, wanted: &Dependency) -> bool {
        self.metadata.name.text == wanted.name.text && is_compatible(&wanted.version, &self.metadata.version)
    }
}

struct Process<'a> {
    coalescing: Coalescing<'a>,
    switches: &'a Switches,
    /// Charts whose dependencies were chosen before, for another alias.
    seen: Vec<*const Chart>,
    /// Charts that nobody declares, and the paths of those that took them in.
    adopted: Vec<(*const Chart, String)>,
}

impl Process<'_> {
    /// `path` leads to the chart's values, `place` is its path as a chart.
    fn choose(
        &mut self,
        branch: &mut Branch<'_>,
        values: &Map,
        path: &str,
        place: &str,
    ) -> Result<(), String> {
        if branch.metadata.dependencies.is_none() {
            self.leave(branch);
            return Ok(());
        }
        let mut declared: Vec<Dependency> = branch.metadata.declared().cloned().collect();
        if self.is_again(branch.chart) {
            // Helm 3 wrote the aliases over the names, and finds nothing by them.
            declared.iter_mut().filter(|it| !it.alias.is_empty()).for_each(|it| it.name = it.alias.clone());
        }
        let mut chosen: Vec<Branch<'_>> = branch
            .dependencies
            .iter()
            .filter(|child| !declared.iter().any(|wanted| child.is_wanted(wanted)))
            .cloned()
            .collect();
        self.adopted.extend(chosen.iter().map(|it| (std::ptr::from_ref(it.chart), place.to_owned())));
        for wanted in &mut declared {
            chosen.extend(branch.dependency(wanted));
            if !wanted.alias.is_empty() {
                wanted.name = wanted.alias.clone();
            }
            wanted.enabled = true;
        }
        branch.dependencies = chosen;
        let values = self.coalescing.coalesce_values(branch, values)?;
        self.tags(&mut declared, &values);
        self.conditions(&mut declared, &values, path);
        let is_off = |name: &str| declared.iter().any(|it| !it.enabled && &*it.name == name);
        branch.dependencies.retain(|child| !is_off(child.name()));
        let off: Vec<String> =
            declared.iter().filter(|it| !it.enabled).map(|it| it.name.text.clone()).collect();
        declared.retain(|it| !off.contains(&it.name.text));
        for child in &mut branch.dependencies {
            let path = format!("{path}{}.", child.name());
            let place = child.path_in(place);
            self.choose(child, &values, &path, &place)?;
        }
        branch.metadata.dependencies =
            (!declared.is_empty()).then(|| declared.into_iter().map(Some).collect());
        Ok(())
    }

    /// Whether a chart's dependencies were chosen before, and it matters.
    fn is_again(&mut self, chart: &Chart) -> bool {
        let chart = std::ptr::from_ref(chart);
        let is_again = self.seen.contains(&chart);
        self.seen.push(chart);
        is_again && self.switches.shares_inner_charts
    }

    /// What lies in a chart that declares nothing stays in the one that was
    /// read, whatever the copy is called.
    fn leave(&self, branch: &mut Branch<'_>) {
        if self.switches.shares_inner_charts && branch.is_copy {
            let own_path = branch.own_path.clone();
            branch.dependencies.iter_mut().for_each(|it| it.told_path = Some(own_path.clone()));
        }
    }

    /// What nobody declares lies in the chart that took it in last.
    fn settle(&self, branch: &mut Branch<'_>) {
        if !self.switches.shares_inner_charts {
            return;
        }
        for child in &mut branch.dependencies {
            let is_it = |(chart, _): &&(*const Chart, String)| std::ptr::eq(*chart, child.chart);
            if let Some((_, place)) = self.adopted.iter().rev().find(is_it).filter(|_| !child.is_copy) {
                child.told_path = Some(place.clone());
            }
            self.settle(child);
        }
    }

    fn tags(&mut self, declared: &mut [Dependency], values: &Map) {
        let Ok(tags) = table(values, "tags") else { return };
        for wanted in declared {
            let (mut has_true, mut has_false) = (false, false);
            for tag in wanted.tags.iter().flatten() {
                match tags.get(tag).map(|value| value.data) {
                    Some(Data::Bool(true)) => has_true = true,
                    Some(Data::Bool(false)) => has_false = true,
                    Some(_) => self.coalescing.warnings.push(format!(
                        "Warning: Tag '{tag}' for chart {} returned non-bool value",
                        wanted.name
                    )),
                    None => {}
                }
            }
            wanted.enabled = has_true || !has_false;
        }
    }

    fn conditions(&mut self, declared: &mut [Dependency], values: &Map, path: &str) {
        for wanted in declared {
            for condition in wanted.condition.trim().split(',').filter(|it| !it.is_empty()) {
                let Some(value) = path_value(values, &format!("{path}{condition}")) else { continue };
                if let Data::Bool(is_on) = value.data {
                    wanted.enabled = is_on;
                    break;
                }
                self.coalescing.warnings.push(format!(
                    "Warning: Condition path '{condition}' for chart {} returned non-bool value",
                    wanted.name
                ));
            }
        }
    }

    fn import(&mut self, branch: &mut Branch<'_>) -> Result<(), String> {
        for child in &mut branch.dependencies {
            self.import(child)?;
        }
        let Some(declared) = branch.metadata.dependencies.clone() else { return Ok(()) };
        let keeps = self.switches.imports_keep_nulls;
        let values = if keeps {
            self.coalescing.merge_values(branch, &Map::new())?
        } else {
            self.coalescing.coalesce_values(branch, &Map::new())?
        };
        let mut imported = Map::new();
        for wanted in declared.iter().flatten() {
            for import in wanted.import_values.iter().flatten() {
                self.import_one(wanted, import, &values, &mut imported);
            }
        }
        if keeps && imported.is_empty() {
            branch.values = values;
        } else if keeps {
            let values = copy_map(&values);
            self.coalescing.tables(&values, &imported, "", true);
            branch.values = values;
        } else {
            self.coalescing.tables(&values, &imported, "", false);
            branch.values = values;
        }
        Ok(())
    }

    fn import_one(&mut self, wanted: &Dependency, import: &Import, values: &Map, imported: &mut Map) {
        let keeps = self.switches.imports_keep_nulls;
        let (child, parent) = match import {
            Import::Export(name) => (format!("exports.{name}"), "."),
            Import::Table { child, parent } => (child.clone(), parent.as_str()),
            Import::Other => return,
        };
        match table(values, &format!("{}.{child}", wanted.name)) {
            Ok(found) => {
                // The oldest rules put what a table brings straight into the values.
                if !keeps && matches!(import, Import::Table { .. }) {
                    *imported = values.clone();
                }
                self.coalescing.tables(imported, &nested(parent, found), "", keeps);
            }
            Err(reason) => self
                .coalescing
                .warnings
                .push(format!("Warning: ImportValues missing table from chart {}: {reason}", wanted.name)),
        }
    }
}

/// The map at the end of a path of new maps.
fn nested(path: &str, map: Map) -> Map {
    if path == "." {
        return map;
    }
    path.split('.')
        .rev()
        .fold(map, |inner, step| std::iter::once((std::rc::Rc::from(step), Value::from(inner))).collect())
}
