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
        Self {
            chart,
            metadata: chart.metadata.clone(),
            values: chart.values.as_ref().map(|values| values.to_map(trace)).unwrap_or_default(),
            dependencies: chart.dependencies.iter().map(|child| Self::new(child, trace)).collect(),
        }
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
        let mut process =
            Process { coalescing: Coalescing { rules: switches.null_rules, warnings }, switches };
        process.choose(self, values, "")?;
        process.import(self)
    }

    /// One dependency under the name it has here; none when no chart fits.
    fn dependency(&self, wanted: &Dependency) -> Option<Self> {
        let mut found = self.dependencies.iter().find(|child| child.is_wanted(wanted))?.clone();
        if !wanted.alias.is_empty() {
            found.metadata.name = wanted.alias.clone();
        }
        Some(found)
    }

    fn is_wanted(&self, wanted: &Dependency) -> bool {
        self.metadata.name.text == wanted.name.text && is_compatible(&wanted.version, &self.metadata.version)
    }
}

struct Process<'a> {
    coalescing: Coalescing<'a>,
    switches: &'a Switches,
}

impl Process<'_> {
    fn choose(&mut self, branch: &mut Branch<'_>, values: &Map, path: &str) -> Result<(), String> {
        if branch.metadata.dependencies.is_none() {
            return Ok(());
        }
        let mut declared: Vec<Dependency> = branch.metadata.declared().cloned().collect();
        let mut chosen: Vec<Branch<'_>> = branch
            .dependencies
            .iter()
            .filter(|child| !declared.iter().any(|wanted| child.is_wanted(wanted)))
            .cloned()
            .collect();
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
            self.choose(child, &values, &path)?;
        }
        branch.metadata.dependencies =
            (!declared.is_empty()).then(|| declared.into_iter().map(Some).collect());
        Ok(())
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
        if keeps {
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
