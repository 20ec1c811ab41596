//! A value of a chart is read by no template.
//!
//! ## Why
//! Helm takes any key in a values file and says nothing of one that no template
//! looks at. A key that is misspelt, stands a level too deep or belongs to
//! another version of the chart changes nothing, and what it was to change keeps
//! its default. In a file over the chart's own values, or in an Application or a
//! `HelmRelease`, that is nearly always a mistake; in the chart's own values it is a
//! left-over, unless the chart has no templates and only takes in others, whose values
//! stand under their names. Only charts that render with all their values are looked at,
//! and only keys whose name stands in no template at all.
//!
//! A template that reads what nothing sets is the other half, and is not told by
//! itself: values without a default are how charts make things optional. Of 37,946
//! paths that the templates of 161 public charts read, 1,156 in 131 charts have
//! none. Where the nearest key is set and read by nobody, it is told at that key.
//!
//! ## Bad
//! ```yaml file:web/Chart.yaml
//! apiVersion: v2
//! name: web
//! version: 1.0.0
//! ```
//! ```yaml file:web/values-prod.yaml
//! replicaCont: 3
//! ```
//! ```text unread
//! web/values-prod.yaml replicaCont wants replicaCount
//! ```
//!
//! ## Good
//! ```yaml file:web/Chart.yaml
//! apiVersion: v2
//! name: web
//! version: 1.0.0
//! ```
//! ```yaml file:web/values-prod.yaml
//! replicaCount: 3
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity, Strictness, is_slip, slips};
use seatrial_model::{ChartFacts, UnreadValue};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unread-value",
        title: "A value of a chart is read by no template",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["render.helm", "render.helm.values-key"],
        page: include_str!("unread_value.rs"),
    },
    run,
};

/// Of more charts that are taken in only the first are named.
const NAMED_MAX: usize = 5;

fn run(context: &Context<'_>, report: &mut Report) {
    for chart in &context.world().repository.facts.charts {
        let told = chart.unread.iter().filter(|it| it.is_own || !it.is_known);
        told.for_each(|it| report.add(notice(chart, it)));
    }
}

fn notice(chart: &ChartFacts, value: &UnreadValue) -> Notice {
    let keys = value.keys.join(".");
    let message = format!("no template of chart {} reads `{keys}`", chart.name);
    let at = Location::text(value.key);
    let notice = Notice::new(&CHECK.info, at, message);
    match meant(chart, value) {
        Some(Meant::Key(name)) => {
            let mut path = value.keys.clone();
            path.pop();
            path.push(name.to_owned());
            notice.help(format!("call it `{}`, which templates read", path.join(".")))
        }
        Some(Meant::Dependency(key)) => notice.help(format!("values of that chart stand under `{key}`")),
        None if !chart.has_templates && !chart.dependencies.is_empty() => {
            let keys = chart.dependencies.iter().map(|it| it.alias.as_deref().unwrap_or(&it.name));
            let keys = keys.take(NAMED_MAX).map(|it| format!("`{it}`")).collect::<Vec<_>>();
            notice.help(format!("values of the charts that it takes in stand under {}", keys.join(", ")))
        }
        // A left-over hurts nobody.
        None if value.is_own => notice.severity(Severity::Info).help("remove it, or let a template read it"),
        None => notice.help("remove it, or look up what the chart calls it"),
    }
}

/// What a key was to be.
enum Meant<'a> {
    Key(&'a str),
    Dependency(&'a str),
}

/// A key that templates ask for and nobody gives, else one that is given; for
/// keys of the top level a chart that is depended on.
fn meant<'a>(chart: &'a ChartFacts, value: &'a UnreadValue) -> Option<Meant<'a>> {
    let key = value.keys.last()?;
    let is_near = |it: &&String| is_slip(key, it) || slips(key, it, 1).is_some_and(|_| key.len() > 4);
    let wanted = value.wanted.iter().find(is_near);
    // What stands beside it is written already: a slip of it makes two of one.
    let beside = || value.beside.iter().find(|it| !value.is_own && is_near(it));
    if let Some(name) = wanted.or_else(beside) {
        return Some(Meant::Key(name));
    }
    let near = |it: &&str| it.starts_with(key.as_str()) || key.starts_with(*it) || is_slip(key, it);
    let keys = chart.dependencies.iter().map(|it| it.alias.as_deref().unwrap_or(&it.name));
    let is_long = key.len() > 3 && value.keys.len() == 1;
    keys.into_iter().find(|it| is_long && near(it)).map(Meant::Dependency)
}
