//! A Flux release takes values from a file that is not in this repository.
//!
//! ## Why
//! Flux packs the chart anew with the files of `valuesFiles`, which are named from the top of
//! the source. Where one is not there (`no values file found at path`), or the chart has no
//! `values.yaml` to be replaced (`failed to locate values file`), there is no chart, and the
//! release stays as it is.
//!
//! Only a chart in a `GitRepository` whose address is this repository is judged.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! charts/web/Chart.yaml
//! charts/web/values.yaml
//! ```
//! ```yaml file:clusters/web.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: GitRepository
//! metadata: {name: fleet, namespace: flux-system}
//! spec: {url: "https://github.com/example/fleet", ref: {branch: main}}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web, namespace: flux-system}
//! spec:
//!   chart:
//!     spec:
//!       chart: charts/web
//!       valuesFiles: [charts/web/values-prod.yaml]
//!       sourceRef: {kind: GitRepository, name: fleet}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! charts/web/Chart.yaml
//! charts/web/values.yaml
//! charts/web/values-prod.yaml
//! ```
//! ```yaml file:clusters/web.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: GitRepository
//! metadata: {name: fleet, namespace: flux-system}
//! spec: {url: "https://github.com/example/fleet", ref: {branch: main}}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web, namespace: flux-system}
//! spec:
//!   chart:
//!     spec:
//!       chart: charts/web
//!       valuesFiles: [charts/web/values-prod.yaml]
//!       sourceRef: {kind: GitRepository, name: fleet}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::flux::{HELM, own_source};
use crate::gitops::{Revision, Standing, gravity, is_literal, path_help, shown, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-missing-values-file",
        title: "A Flux release takes values from a file that is not in this repository",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux.path"],
        page: include_str!("flux_missing_values_file.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind(HELM, "HelmRelease") {
        for notice in of_release(context, object).into_iter().flatten() {
            report.add(notice);
        }
    }
}

fn of_release(context: &Context<'_>, object: &Object) -> Option<Vec<Notice>> {
    let world = context.world();
    let spec = Field::root(object).keys(&["spec", "chart", "spec"])?;
    let named: Vec<Field<'_>> = spec.list("valuesFiles").collect();
    let followed = own_source(context, object, &["spec", "chart", "spec", "sourceRef"])?;
    let severity = if followed.revision == Revision::Other { Severity::Warning } else { Severity::Error };
    let severity = severity.min(gravity(world, object)?);
    // Of a chart that is not there more is not said.
    let (chart, _) = standing(world, spec.text("chart").filter(|it| is_literal(it))?)?;
    let has =
        |name| chart.join(name).is_some_and(|it| world.repository.facts.files.binary_search(&it).is_ok());
    if !has("Chart.yaml") || is_own_alone(&named) || named.is_empty() {
        return None;
    }
    let is_lenient = spec.key("ignoreMissingValuesFiles").is_some_and(|it| it.as_bool() == Some(true));
    let files = named.iter().filter(|_| !is_lenient);
    let mut found: Vec<Notice> = files.filter_map(|it| absent(world, object, it)).collect();
    if !has("values.yaml") {
        let message = format!(
            "{} takes values files for the chart in `{}`, which has no `values.yaml` that they would replace",
            object.title(),
            shown(world, &chart)
        );
        let notice = Notice::new(&CHECK.info, spec.at("valuesFiles"), message);
        found.push(notice.help("add a `values.yaml` to the chart, it may be empty"));
    }
    Some(found.into_iter().map(|it| it.severity(severity)).collect())
}

/// Whether the chart's own file is all that is named: Flux then packs nothing.
fn is_own_alone(named: &[Field<'_>]) -> bool {
    let [only] = named else { return false };
    only.as_str().is_some_and(|it| it.trim_start_matches("./") == "values.yaml")
}

fn absent(world: &World<'_>, object: &Object, file: &Field<'_>) -> Option<Notice> {
    let written = file.as_str().filter(|it| is_literal(it) && !it.is_empty())?;
    let (path, found) = standing(world, written)?;
    let name = shown(world, &path);
    let what = match found {
        Standing::File => return None,
        Standing::Directory => "which is a directory",
        Standing::Nothing => "which is not in this repository",
    };
    let message = format!("{} takes values from `{name}`, {what}", object.title());
    let notice = Notice::new(&CHECK.info, file.location(), message);
    let beside = chart_file(world, object, written);
    Some(notice.help(match beside {
        Some(path) => format!("write `{path}`: the path is read from the top of the source"),
        None => path_help(world, &path),
    }))
}

/// The file that is there if the path is read from the chart's directory.
fn chart_file(world: &World<'_>, object: &Object, written: &str) -> Option<String> {
    let chart = Field::root(object).keys(&["spec", "chart", "spec", "chart"])?;
    let (directory, _) = standing(world, chart.as_str()?)?;
    let path = directory.join(written)?;
    let is_there = world.repository.facts.files.binary_search(&path).is_ok();
    is_there.then(|| shown(world, &path).to_owned())
}
