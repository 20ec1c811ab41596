//! A selector in the values of a release names the release where charts put their own name.
//!
//! ## Why
//! Charts label their pods with `app.kubernetes.io/name`, which is the name of the chart, and
//! `app.kubernetes.io/instance`, which is that of the release. A spread or an affinity that
//! asks for the release's name under the first key matches no pod of the release: its pods
//! are spread over nothing, and may all land on one node. Told of Flux's releases of charts
//! that lie elsewhere; charts whose names differ on purpose (`nameOverride`) are left alone.
//!
//! ## Bad
//! ```yaml
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: nginx-external, namespace: net}
//! spec:
//!   interval: 1h
//!   chart: {spec: {chart: ingress-nginx, sourceRef: {kind: HelmRepository, name: a}}}
//!   values:
//!     controller:
//!       topologySpreadConstraints:
//!         - maxSkew: 1
//!           topologyKey: kubernetes.io/hostname
//!           whenUnsatisfiable: DoNotSchedule
//!           labelSelector: {matchLabels: {app.kubernetes.io/name: nginx-external}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: nginx-external, namespace: net}
//! spec:
//!   interval: 1h
//!   chart: {spec: {chart: ingress-nginx, sourceRef: {kind: HelmRepository, name: a}}}
//!   values:
//!     controller:
//!       topologySpreadConstraints:
//!         - maxSkew: 1
//!           topologyKey: kubernetes.io/hostname
//!           whenUnsatisfiable: DoNotSchedule
//!           labelSelector: {matchLabels: {app.kubernetes.io/instance: nginx-external}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::flux::HELM;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "release-label-mismatch",
        title: "A selector in the values of a release names the release where charts put their own name",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["scheduling.label-mismatch"],
        page: include_str!("release_label_mismatch.rs"),
    },
    run,
};

const NAME: &str = "app.kubernetes.io/name";
/// Charts that label their pods with the name of the release.
const OWN_WAY: [&str; 3] = ["app-template", "common", "raw"];
/// Values lie no deeper than this.
const DEPTH_MAX: usize = 32;

fn run(context: &Context<'_>, report: &mut Report) {
    for release in context.of_kind(HELM, "HelmRelease") {
        let Some(spec) = Field::root(release).key("spec") else { continue };
        let (Some(values), Some(chart)) = (spec.key("values"), spec.keys(&["chart", "spec"])) else {
            continue;
        };
        let Some(chart) = chart.text("chart").and_then(|it| it.rsplit('/').next()) else { continue };
        let is_own =
            chart == release.name() || OWN_WAY.contains(&chart) || values.text("nameOverride").is_some();
        if !is_own {
            selectors(&values, DEPTH_MAX, &mut |it| report.add_some(judge(release, chart, it)));
        }
    }
}

/// Calls for the selector of every spread and affinity below a field.
fn selectors<'a>(field: &Field<'a>, depth: usize, found: &mut dyn FnMut(&Field<'a>)) {
    if depth == 0 {
        return;
    }
    for (name, value) in field.entries() {
        if name == "labelSelector" {
            found(&value);
        } else {
            selectors(&value, depth - 1, found);
        }
    }
    field.items().for_each(|it| selectors(&it, depth - 1, found));
}

fn judge(release: &Object, chart: &str, selector: &Field<'_>) -> Option<Notice> {
    let at = asked(selector).filter(|it| it.as_str() == Some(release.name()))?;
    let title = release.title();
    let message = format!("a selector in the values of {title} asks for `{NAME}: {}`", release.name());
    Some(
        Notice::new(&CHECK.info, at.location(), message)
            .because(format!("by the custom of charts that label is `{chart}`, the name of the chart"))
            .help(format!("ask for `app.kubernetes.io/instance: {}`", release.name())),
    )
}

/// The one name that a selector asks for.
fn asked<'a>(selector: &Field<'a>) -> Option<Field<'a>> {
    if let Some(written) = selector.key("matchLabels").and_then(|it| it.key(NAME)) {
        return Some(written);
    }
    let mut expressions = selector.list("matchExpressions");
    let it = expressions.find(|it| it.text("key") == Some(NAME) && it.text("operator") == Some("In"))?;
    let mut values = it.list("values");
    values.next().filter(|_| values.next().is_none())
}
