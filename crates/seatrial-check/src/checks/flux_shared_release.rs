//! Two `HelmReleases` install one release.
//!
//! ## Why
//! Helm keeps a release under its name in a namespace. Two `HelmReleases` that come to the same
//! name there upgrade it in turns, each to its own chart and values, for ever.
//!
//! ## Bad
//! ```yaml
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web, namespace: shop}
//! spec: {chartRef: {kind: OCIRepository, name: web}}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web-canary, namespace: shop}
//! spec: {releaseName: web, chartRef: {kind: OCIRepository, name: web}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web, namespace: shop}
//! spec: {chartRef: {kind: OCIRepository, name: web}}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web-canary, namespace: shop}
//! spec: {releaseName: web-canary, chartRef: {kind: OCIRepository, name: web}}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::flux::{HELM, release_name};
use crate::gitops::is_literal;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-shared-release",
        title: "Two HelmReleases install one release",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux.releaseName"],
        page: include_str!("flux_shared_release.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let mut known: BTreeMap<(Option<&str>, String), &Object> = BTreeMap::new();
    for release in context.of_kind(HELM, "HelmRelease") {
        let Some(place) = place(release) else { continue };
        match known.get(&place) {
            // The same object twice is told elsewhere.
            Some(other) if other.name() == release.name() && other.namespace() == release.namespace() => {}
            Some(other) => report.add(notice(release, other, &place.1)),
            None => drop(known.insert(place, release)),
        }
    }
}

/// The namespace that Helm keeps the release in, and its name; none where that
/// may be in another cluster, or is not known yet.
fn place(release: &Object) -> Option<(Option<&str>, String)> {
    let spec = Field::root(release).key("spec")?;
    let word = |key| spec.text(key).filter(|it| !it.is_empty());
    let name = release_name(release);
    let namespace = word("storageNamespace").or(release.namespace());
    let is_known = is_literal(&name) && namespace.is_none_or(is_literal);
    (is_known && spec.key("kubeConfig").is_none()).then_some((namespace, name))
}

fn notice(release: &Object, other: &Object, name: &str) -> Notice {
    let at = |object| {
        Field::root(object)
            .keys(&["spec", "releaseName"])
            .or_else(|| Field::root(object).keys(&["metadata", "name"]))
    };
    let location = at(release).map_or_else(|| Field::root(release).location(), |it| it.location());
    let message = format!("{} and {} both install the release `{name}`", release.title(), other.title());
    let notice = Notice::new(&CHECK.info, location, message)
        .because("both keep it in the same namespace")
        .help("set another `spec.releaseName`");
    match at(other) {
        Some(field) => notice.related(field.location(), Role::Definition, "the other one"),
        None => notice,
    }
}
