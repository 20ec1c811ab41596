//! The address of a registry already ends with the name of the chart.
//!
//! ## Why
//! In a registry the name of a chart is put behind the address of its repository. Where
//! that is the address of the chart itself, `oci://ghcr.io/acme/charts/shop/shop` is asked
//! for, and the registry knows no such thing. It is told where what stands before the
//! name says that charts lie there: `charts`, `helm-charts`, `helm`, `library`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: HelmRepository
//! metadata: {name: shop, namespace: shop}
//! spec: {type: oci, url: "oci://ghcr.io/acme/charts/shop"}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: shop, namespace: shop}
//! spec: {chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: shop}}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: HelmRepository
//! metadata: {name: shop, namespace: shop}
//! spec: {type: oci, url: "oci://ghcr.io/acme/charts"}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: shop, namespace: shop}
//! spec: {chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: shop}}}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{ChartDependency, ChartFacts, Field, Link, Object, RemoteUse, Repository};
use seatrial_source::{RemoteKind, without_credentials};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "chart-named-twice",
        title: "The address of a registry already ends with the name of the chart",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["flux.source", "render.helm.dependency"],
        page: include_str!("chart_named_twice.rs"),
    },
    run,
};

/// What directories of charts are called.
const DIRECTORIES: &[&str] = &["chart", "charts", "helm", "helm-chart", "helm-charts", "library"];

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    for (release, link) in context.links().filter(|it| it.1.relation == Relation::Source) {
        report.add_some(of_release(repository, release, link));
    }
    for chart in &repository.facts.charts {
        chart.dependencies.iter().for_each(|it| report.add_some(of_dependency(chart, it)));
    }
    repository.facts.remotes.iter().for_each(|it| report.add_some(of_kustomization(it)));
}

/// A chart among the `helmCharts` of a kustomization.
fn of_kustomization(used: &RemoteUse) -> Option<Notice> {
    const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];
    let file = Some(used.path.name()).filter(|it| NAMES.contains(it))?;
    let source = Some(&used.source).filter(|it| it.kind == RemoteKind::OciChart)?;
    let parent = parent(&source.address, &source.name)?;
    let notice = notice(&format!("`{file}`"), &source.address, &source.name, Location::text(used.span?));
    Some(notice.help(format!("write `repo: {}`", without_credentials(parent))))
}

fn of_release(repository: &Repository, release: &Object, link: &Link) -> Option<Notice> {
    let chart = Field::root(release).keys(&["spec", "chart", "spec"])?.key("chart")?;
    let [place] = link.resolution.places() else { return None };
    let source = Some(repository.object(*place)).filter(|it| it.kind() == "HelmRepository")?;
    let url = Field::root(source).keys(&["spec", "url"])?;
    let parent = parent(url.as_str()?, chart.as_str()?)?;
    let notice = notice(&release.title(), url.as_str()?, chart.as_str()?, url.location());
    let notice = notice.related(chart.location(), Role::Reference, "the name that is put behind it");
    Some(notice.help(format!("write `url: {}`", without_credentials(parent))))
}

fn of_dependency(chart: &ChartFacts, dependency: &ChartDependency) -> Option<Notice> {
    let parent = parent(&dependency.repository, &dependency.name)?;
    let at = Location::text(dependency.repository_span.unwrap_or(dependency.span));
    let notice = notice(&format!("chart {}", chart.name), &dependency.repository, &dependency.name, at);
    Some(notice.help(format!("write `repository: {}`", without_credentials(parent))))
}

/// The address above that of a chart in a directory of charts.
fn parent<'a>(url: &'a str, chart: &str) -> Option<&'a str> {
    let path = url.strip_prefix("oci://").map(|_| url.trim_end_matches('/'))?;
    let parent = path.strip_suffix(chart)?.strip_suffix('/')?;
    let (_, directory) = parent.rsplit_once('/')?;
    DIRECTORIES.contains(&directory).then_some(parent)
}

fn notice(title: &str, url: &str, chart: &str, at: Location) -> Notice {
    let url = without_credentials(url.trim_end_matches('/'));
    let message = format!("{title} asks for `{url}/{chart}`: the address has the name of the chart already");
    Notice::new(&CHECK.info, at, message)
}
