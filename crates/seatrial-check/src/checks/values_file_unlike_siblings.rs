//! One values file lacks what those of all other environments set.
//!
//! ## Why
//! Values files for environments lie beside each other and are written from one mould. Where
//! all but one set a value that the chart's own `values.yaml` has no default for, the one was
//! probably forgotten: its templates read nothing there, and an environment is installed
//! without a host, an address or a limit.
//!
//! Judged are three files and more whose names differ in the environment only, when the one
//! sets nothing that the others lack.
//!
//! ## Bad
//! ```yaml file:chart/Chart.yaml
//! apiVersion: v2
//! name: web
//! ```
//! ```yaml file:chart/values.yaml
//! image: {tag: latest}
//! ```
//! ```yaml file:chart/values-dev.yaml
//! host: dev.example.com
//! image: {tag: v3}
//! ```
//! ```yaml file:chart/values-staging.yaml
//! image: {tag: v2}
//! ```
//! ```yaml file:chart/values-prod.yaml
//! host: example.com
//! image: {tag: v1}
//! ```
//!
//! ## Good
//! ```yaml file:chart/Chart.yaml
//! apiVersion: v2
//! name: web
//! ```
//! ```yaml file:chart/values.yaml
//! image: {tag: latest}
//! ```
//! ```yaml file:chart/values-dev.yaml
//! host: dev.example.com
//! image: {tag: v3}
//! ```
//! ```yaml file:chart/values-staging.yaml
//! host: staging.example.com
//! image: {tag: v2}
//! ```
//! ```yaml file:chart/values-prod.yaml
//! host: example.com
//! image: {tag: v1}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{ChartFacts, ValuesFacts};
use seatrial_source::{Span, TreePath};

use crate::environments::Environment;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "values-file-unlike-siblings",
        title: "One values file lacks what those of all other environments set",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["render.helm.sibling"],
        page: include_str!("values_file_unlike_siblings.rs"),
    },
    run,
};

/// Fewer files are no pattern.
const SIBLINGS_MIN: usize = 3;
/// One that lacks more was made so on purpose.
const LACKING_MAX: usize = 1;

fn run(context: &Context<'_>, report: &mut Report) {
    for chart in &context.world().repository.facts.charts {
        for siblings in groups(chart).into_values().filter(|it| it.len() >= SIBLINGS_MIN) {
            report.add_some(judge(chart, &siblings));
        }
    }
}

/// The values files of environments, by directory and by what their names have
/// in common.
fn groups(chart: &ChartFacts) -> BTreeMap<(Option<TreePath>, String), Vec<&ValuesFacts>> {
    let mut groups: BTreeMap<_, Vec<&ValuesFacts>> = BTreeMap::new();
    for file in chart.values.iter().filter(|it| !it.is_own) {
        if let Some(mould) = mould(file.path.name()) {
            groups.entry((file.path.parent(), mould)).or_default().push(file);
        }
    }
    groups
}

/// A file's name without the environment in it; none where there is none, or
/// more than one.
fn mould(name: &str) -> Option<String> {
    let is_environment = |word: &&str| Environment::named(&word.to_ascii_lowercase()).is_some();
    let words: Vec<&str> = name.split(['-', '_', '.']).collect();
    let rest: Vec<&str> = words.iter().copied().filter(|it| !is_environment(it)).collect();
    (rest.len() + 1 == words.len()).then(|| rest.join("-"))
}

/// The only one of some files that lacks what all others have.
fn judge(chart: &ChartFacts, siblings: &[&ValuesFacts]) -> Option<Notice> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in siblings.iter().flat_map(|it| &it.keys) {
        *counts.entry(key).or_default() += 1;
    }
    let has_default = |key: &str| {
        let mut own = chart.values.iter().filter(|it| it.is_own).flat_map(|it| &it.keys);
        own.any(|(known, _)| {
            known == key || key.strip_prefix(known.as_str()).is_some_and(|it| it.starts_with('.'))
        })
    };
    let nearly_all: Vec<&str> =
        counts.iter().filter(|it| *it.1 + 1 == siblings.len()).map(|it| *it.0).collect();
    let lacks = |it: &ValuesFacts| nearly_all.iter().any(|key| place(it, key).is_none());
    let mut odd = siblings.iter().filter(|it| lacks(it));
    let (odd, None) = (odd.next()?, odd.next()) else { return None };
    let has_own = odd.keys.iter().any(|(key, _)| counts[key.as_str()] == 1);
    let is_alike = odd.keys.iter().any(|(key, _)| counts[key.as_str()] == siblings.len());
    if has_own || !is_alike || nearly_all.len() > LACKING_MAX {
        return None;
    }
    let key = nearly_all.first().filter(|it| !has_default(it))?;
    let (other, at) = siblings.iter().find_map(|it| Some((it, place(it, key)?)))?;
    let message = format!("values file `{}` lacks `{key}`, which all others beside it set", odd.path);
    Some(
        Notice::new(&CHECK.info, Location::text(odd.start), message)
            .because("the chart's own values have none either")
            .help("set it as the others do; ignore this where the difference is meant")
            .related(Location::text(at), Role::Values, format!("`{}` sets it here", other.path.name())),
    )
}

fn place(file: &ValuesFacts, key: &str) -> Option<Span> {
    let at = file.keys.binary_search_by(|it| it.0.as_str().cmp(key)).ok()?;
    Some(file.keys[at].1)
}
