//! An Argo CD source cannot be fetched as it is written.
//!
//! ## Why
//! A source is either a directory of a git repository (`path`) or a chart of a
//! chart repository (`chart`). For a chart Argo CD reads `index.yaml` at the
//! address, which a git repository does not serve, and takes `targetRevision` for
//! a version: it must be written, and `HEAD` or a branch is none (`improper
//! constraint: HEAD`). A chart's name has no `/`: `bitnami/redis` is what `helm repo add`
//! calls it on one computer. A source with neither `path`, `chart` nor `ref` is refused.
//!
//! An address with `oci://` is that of the image or chart itself, with `path: .`; Argo CD
//! does not read `chart` there. Written without the scheme, it is a registry in which
//! `chart` names one.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: redis, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/bitnami/charts.git, chart: redis, targetRevision: 20.1.0}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: redis, namespace: argocd}
//! spec:
//!   source: {repoURL: https://charts.bitnami.com/bitnami, chart: redis, targetRevision: 20.1.0}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object, Repository, UnitKind};
use seatrial_yaml::FieldPath;

use crate::gitops::Source;
use crate::{Check, Context, Report, World};

/// What the address of an artifact in a registry begins with.
const OCI: &str = "oci://";

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-chart-source",
        title: "An Argo CD source cannot be fetched as it is written",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.targetRevision", "argo.source"],
        page: include_str!("argocd_chart_source.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for source in Source::of(context.world().repository, object) {
            if source.is_chart() {
                report_chart(context.world(), object, &source, report);
            } else {
                report_directory(context.world().repository, object, &source, report);
            }
        }
    }
}

fn report_chart(world: &World<'_>, object: &Object, source: &Source<'_>, report: &mut Report) {
    let title = object.title();
    // A chart that is filled in may be none.
    let Some(chart) = source.literal("chart") else { return };
    let add = |report: &mut Report, key: &str, message: String, help: &str| {
        report.add(Notice::new(&CHECK.info, source.field.at(key), message).help(help));
    };
    if let Some(url) = source.literal("repoURL").filter(|it| is_git(it)) {
        let url = seatrial_source::without_credentials(url);
        let message = format!("{title} looks for chart `{chart}` in the git repository `{url}`");
        let help = "give the address of the chart repository, or replace `chart` by the `path` of the chart";
        add(report, "repoURL", message, help);
    } else if let Some((_, name)) = chart.rsplit_once('/').filter(|_| is_web(source)) {
        report.add(with_owner(title.as_str(), source, chart, name));
    }
    let url = source.literal("repoURL").map(seatrial_source::without_credentials);
    if let Some(address) = url.as_deref().and_then(|it| it.strip_prefix(OCI)) {
        report.add_if(beside_its_address(&title, source, address, chart));
    }
    let revision = source.field.key("targetRevision").filter(|it| !it.node().is_null());
    match revision.as_ref().map(|it| it.node().scalar_text().unwrap_or_default()) {
        None => {
            let message = format!("{title} names no version of chart `{chart}`");
            add(report, "targetRevision", message, "set `targetRevision` to a version of the chart");
        }
        // Of an artifact it is a tag, which may be called anything.
        Some(text) if !text.is_empty() && is_artifact(source) => {}
        Some(text) if matches!(&*text, "HEAD" | "" | "main" | "master") => {
            let message =
                format!("{title} asks for version `{text}` of chart `{chart}`, which is no version");
            let is_hole = text.is_empty() && world.repository.unit(object.unit()).kind != UnitKind::Manifests;
            if is_hole {
                // A value that is filled in elsewhere.
                return;
            }
            add(
                report,
                "targetRevision",
                message,
                "set `targetRevision` to a version of the chart, or a range",
            );
        }
        Some(_) => {}
    }
}

/// A chart beside an address that is another artifact's.
fn beside_its_address(title: &str, source: &Source<'_>, address: &str, chart: &str) -> Option<Notice> {
    let address = address.trim_end_matches('/');
    let name = chart.rsplit('/').next().unwrap_or(chart);
    if address.rsplit('/').next() == Some(name) {
        return None;
    }
    let message = format!("{title} looks for chart `{chart}`, and Argo CD pulls `{address}` itself");
    let notice = Notice::new(&CHECK.info, source.field.at("repoURL"), message);
    let notice = notice
        .severity(Severity::Warning)
        .because("Argo CD 3.1 and later do not read `chart` beside an address with `oci://`")
        .help(format!("write `repoURL: {address}`, or `repoURL: {OCI}{address}/{chart}` with `path: .`"));
    Some(notice)
}

/// A chart with the name that `helm repo add` gave its repository in front.
fn with_owner(title: &str, source: &Source<'_>, chart: &str, name: &str) -> Notice {
    let at = source.field.at("chart");
    let message = format!("{title} looks for chart `{chart}`, and the name of a chart has no `/`");
    Notice::new(&CHECK.info, at.clone(), message)
        .because("what stands before it is a name of the repository that only one computer knows")
        .help(format!("write `chart: {name}`"))
        .change(Change::Set { at, content: Content::Text(name.to_owned()) })
}

/// Whether the charts are listed in an `index.yaml`.
fn is_web(source: &Source<'_>) -> bool {
    source.literal("repoURL").is_some_and(|it| it.starts_with("https://") || it.starts_with("http://"))
}

fn report_directory(repository: &Repository, object: &Object, source: &Source<'_>, report: &mut Report) {
    // An empty `source` of an Application counts as not written, which is told of the whole.
    let single = FieldPath::root().key("spec").key("source");
    if source.field.node().is_empty() && source.field.path() == single {
        return;
    }
    // In a chart the value may come from whoever installs it.
    let is_of_chart = repository.unit(object.unit()).kind == UnitKind::Helm;
    let is_written = |it: Field<'_>| is_of_chart || !it.node().is_null();
    let absent = |key: &str| !source.field.key(key).is_some_and(is_written);
    let is_templated = || source.field.entries().any(|(name, _)| name.contains("{{"));
    if absent("path") && absent("chart") && absent("ref") && !is_templated() {
        let message = format!("{} has a source with neither a path nor a chart", object.title());
        let notice = Notice::new(&CHECK.info, source.field.at("path"), message);
        report.add(notice.help(if is_artifact(source) {
            "add `path: .`: the address is that of the image or chart itself"
        } else {
            "add `path`, `.` for the top of the repository, or `chart`"
        }));
    }
}

/// Whether the address is that of one image or chart.
fn is_artifact(source: &Source<'_>) -> bool {
    source.literal("repoURL").is_some_and(|it| it.starts_with(OCI))
}

/// Whether an address is surely one of a git repository.
fn is_git(url: &str) -> bool {
    if url.starts_with(OCI) {
        return false;
    }
    let repository = seatrial_source::normalize_url(url);
    let forge =
        ["github.com/", "gitlab.com/", "bitbucket.org/"].iter().find_map(|it| repository.strip_prefix(it));
    let is_top_of_forge = forge.is_some_and(|rest| rest.split('/').count() == 2);
    let has_scheme = url.contains("://");
    let has_ending = url.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("git"));
    has_ending || url.starts_with("git@") || (has_scheme && is_top_of_forge)
}
