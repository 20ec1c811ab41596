//! A Flux object follows versions in a range that Flux cannot read.
//!
//! ## Why
//! `ref.semver` of a source and `version` of a chart are ranges: `1.4.x`, `>=1.2.0 <2.0.0`,
//! `~2.1`, or one version. What is none ends each attempt (`improper constraint`): the source
//! or chart is not ready, and whatever is made of it stays as it is.
//!
//! ## Bad
//! ```text ranges
//! unreadable latest
//! ```
//! ```yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: OCIRepository
//! metadata: {name: shop, namespace: flux-system}
//! spec: {interval: 1m, url: "oci://ghcr.io/example/shop", ref: {semver: latest}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: OCIRepository
//! metadata: {name: shop, namespace: flux-system}
//! spec: {interval: 1m, url: "oci://ghcr.io/example/shop", ref: {semver: 1.4.x}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, IdleRange, Object};

use crate::flux::{HELM, SOURCE};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-invalid-version-range",
        title: "A Flux object follows versions in a range that Flux cannot read",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux"],
        page: include_str!("flux_invalid_version_range.rs"),
    },
    run,
};

/// Where ranges stand.
const RANGES: [(&str, &str, &[&str]); 4] = [
    (SOURCE, "GitRepository", &["spec", "ref", "semver"]),
    (SOURCE, "OCIRepository", &["spec", "ref", "semver"]),
    (SOURCE, "HelmChart", &["spec", "version"]),
    (HELM, "HelmRelease", &["spec", "chart", "spec", "version"]),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for (group, kind, keys) in RANGES {
        for object in context.of_kind(group, kind).filter(|it| is_heeded(it)) {
            report.add_some(Field::root(object).keys(keys).and_then(|it| notice(context, object, &it)));
        }
    }
}

/// Whether nothing else says which version is meant: a digest or a commit does.
fn is_heeded(object: &Object) -> bool {
    let written = Field::root(object).keys(&["spec", "ref"]);
    let has = |key| written.as_ref().and_then(|it| it.text(key)).is_some_and(|it| !it.is_empty());
    !["digest", "commit", "name"].into_iter().any(has)
}

fn notice(context: &Context<'_>, object: &Object, range: &Field<'_>) -> Option<Notice> {
    let text = range.as_str()?;
    let Some(IdleRange::Unreadable(why)) = context.world().repository.facts.idle_ranges.get(text) else {
        return None;
    };
    let message = format!("{} follows versions in `{text}`, which is no range", object.title());
    let notice = Notice::new(&CHECK.info, range.location(), message).because(why.clone());
    Some(notice.help("write a range such as `1.4.x` or `>=1.2.0 <2.0.0`, or one version"))
}
