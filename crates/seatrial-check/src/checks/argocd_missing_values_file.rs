//! An Argo CD source names a values file that is not in this repository.
//!
//! ## Why
//! `valueFiles` are handed to Helm from the chart's directory, from the top of the
//! repository (`/values.yaml`), or from another source (`$name/values.yaml`). Helm
//! stops at the first one it cannot open, `open values-prod.yaml: no such file or
//! directory`, and the application is not synced any more. A pattern that fits no
//! file, and a `$name` that no source has as its `ref`, end the same way.
//!
//! A chart of a chart repository has only its own files: those of this repository are
//! `$name/...`, from a source with `ref: name`.
//!
//! Only sources whose address is this repository are judged. With
//! `ignoreMissingValueFiles` nothing is said. For another branch the file is looked
//! up there as well; where that cannot be done it gives a warning.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! charts/shop/Chart.yaml
//! charts/shop/values-production.yaml
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source:
//!     repoURL: https://github.com/example/shop
//!     path: charts/shop
//!     helm: {valueFiles: [values-prodution.yaml]}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text files
//! charts/shop/Chart.yaml
//! charts/shop/values-production.yaml
//! ```
//! ```yaml file:argocd/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source:
//!     repoURL: https://github.com/example/shop
//!     path: charts/shop
//!     helm: {valueFiles: [values-production.yaml]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Object, Origins};
use seatrial_source::TreePath;

use crate::gitops::{self, Holder, NamedValues, Revision, Source, Standing, fitting, shown, standing};
use crate::slip::meant;
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-missing-values-file",
        title: "An Argo CD source names a values file that is not in this repository",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.valueFiles", "argo.source"],
        page: include_str!("argocd_missing_values_file.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let sources = Source::of(context.world().repository, object);
        for source in &sources {
            let is_optional = NamedValues::is_optional(source);
            for values in NamedValues::of(source) {
                match values.holder(source, &sources) {
                    Holder::Absent(name) => report.add(unnamed(object, &values, name, &sources)),
                    Holder::Source(holder) if !is_optional && holder.is_chart() => {
                        report.add_some(beside_chart(context.world(), object, &values, &sources));
                    }
                    Holder::Source(holder) if !is_optional => {
                        report.add_some(absent(context.world(), object, &values, holder));
                    }
                    Holder::Source(_) => {}
                }
            }
        }
    }
}

fn unnamed(object: &Object, values: &NamedValues<'_>, name: &str, sources: &[Source<'_>]) -> Notice {
    let message = format!(
        "{} takes values from `{}`, and none of its sources has `ref: {name}`",
        object.title(),
        values.written
    );
    let notice = Notice::new(&CHECK.info, values.field.location(), message);
    let mut names = sources.iter().filter_map(|it| it.field.text("ref"));
    let near = names.clone().find(|it| meant(name, [*it]).is_some()).or_else(|| names.next());
    match near {
        Some(near) => {
            let rest = values.written.split_once('/').map_or("", |(_, rest)| rest);
            let content = Content::Text(format!("${near}/{rest}"));
            notice
                .help(format!("a source with `ref: {near}` is there"))
                .change(Change::Set { at: values.field.location(), content })
        }
        None => notice.help(format!("add a source with `ref: {name}` to `sources`")),
    }
}

/// A file of this repository, named where only those of the chart are.
fn beside_chart(
    world: &World<'_>,
    object: &Object,
    values: &NamedValues<'_>,
    sources: &[Source<'_>],
) -> Option<Notice> {
    let (path, standing) = standing(world, values.written).filter(|_| values.written.contains('/'))?;
    if standing != Standing::File || is_elsewhere(values) {
        return None;
    }
    let message = format!(
        "{} takes values from `{}` of its chart, which is a file of this repository",
        object.title(),
        shown(world, &path)
    );
    let notice = Notice::new(&CHECK.info, values.field.location(), message);
    let own = sources.iter().filter(|it| it.own_repository(world).is_some());
    let Some(name) = own.filter_map(|it| it.field.text("ref")).find(|it| !it.is_empty()) else {
        return Some(
            notice.help("add a source of this repository with `ref: values`, and write `$values/` in front"),
        );
    };
    let content = Content::Text(format!("${name}/{}", values.written));
    Some(
        notice
            .help(format!("write `${name}/` in front"))
            .change(Change::Set { at: values.field.location(), content }),
    )
}

fn absent(
    world: &World<'_>,
    object: &Object,
    values: &NamedValues<'_>,
    holder: &Source<'_>,
) -> Option<Notice> {
    let (origins, is_sure) = holder.own_repository(world)?;
    let path = values.path(origins, holder)?;
    if !path.is_within(&origins.covered) || (!is_there_at_all(world, holder) && !is_elsewhere(values)) {
        return None;
    }
    let is_pattern = values.is_pattern();
    if is_pattern && !fitting(world, &path).is_empty() {
        return None;
    }
    if !is_pattern && standing(world, shown(world, &path))?.1 == Standing::File {
        return None;
    }
    let revision = holder.field.text("targetRevision").unwrap_or_default();
    let (is_proven, because) = match proof(origins, revision, &path, is_pattern) {
        Proof::Here => (true, None),
        Proof::There => return None,
        Proof::NotThere => {
            (true, Some(format!("neither `{revision}`, which is tracked, nor the tree under trial has it")))
        }
        Proof::Open => (false, Some(format!("`{revision}` is tracked; looked up in the tree under trial"))),
    };
    let gravest = gitops::gravity(world, object)?;
    let what = if is_pattern { "which fits no file of" } else { "which is not in" };
    let message =
        format!("{} takes values from `{}`, {what} this repository", object.title(), shown(world, &path));
    let severity = if is_proven && is_sure { Severity::Error } else { Severity::Warning };
    let notice = Notice::new(&CHECK.info, values.field.location(), message).severity(severity.min(gravest));
    let notice = because.into_iter().fold(notice, Notice::because);
    Some(with_help(world, notice, values, &path))
}

/// Whether the directory of the source is there: of what lies in a directory
/// that is absent nothing more is said.
fn is_there_at_all(world: &World<'_>, source: &Source<'_>) -> bool {
    let found = source.literal("path").and_then(|it| standing(world, it));
    found.is_some_and(|it| it.1 == Standing::Directory)
}

/// Whether the file is not looked up from the directory of its source.
fn is_elsewhere(values: &NamedValues<'_>) -> bool {
    values.written.starts_with(['/', '$'])
}

/// What is known of the revision that is tracked.
enum Proof {
    /// The tree under trial stands for it.
    Here,
    /// It has the file.
    There,
    /// It was looked into, and has it not.
    NotThere,
    /// It was not looked into.
    Open,
}

fn proof(origins: &Origins, revision: &str, path: &TreePath, is_pattern: bool) -> Proof {
    let looked_up = gitops::standing_elsewhere(origins, revision, path).filter(|_| !is_pattern);
    match (Revision::of(origins, revision), looked_up) {
        (Revision::Tree, _) => Proof::Here,
        (_, Some(Standing::File)) => Proof::There,
        (_, Some(_)) if gitops::is_complete(origins) => Proof::NotThere,
        (Revision::Absent, _) if gitops::is_complete(origins) => Proof::Here,
        _ => Proof::Open,
    }
}

fn with_help(world: &World<'_>, notice: Notice, values: &NamedValues<'_>, path: &TreePath) -> Notice {
    let beside = path.parent().map(|it| shown(world, &it).to_owned()).unwrap_or_default();
    let files = world.repository.facts.files.iter().filter(|it| it.parent() == path.parent());
    let names: Vec<&str> = files.map(TreePath::name).collect();
    let Some(near) = meant(path.name(), names.iter().copied()) else {
        return notice.help(format!("add the file to `{beside}`, or take it out of `valueFiles`"));
    };
    let start = values.written.len() - path.name().len().min(values.written.len());
    let content = Content::Text(format!("{}{near}", values.written.get(..start).unwrap_or_default()));
    let notice = notice.help(format!("`{beside}` has a file `{near}`"));
    if values.written.ends_with(path.name()) {
        notice.change(Change::Set { at: values.field.location(), content })
    } else {
        notice
    }
}
