//! Helm does not take the name of a release.
//!
//! ## Why
//! A release is called as `releaseName` says: at most 53 characters, lower-case letters,
//! digits, `-` and `.`. Flux's API refuses a longer one, Helm another. Without `releaseName`
//! it is the `HelmRelease`'s name behind its `targetNamespace`; Flux cuts that to 53
//! characters, a hash at its end, and whatever is called after the release changes with it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web, namespace: shop}
//! spec: {releaseName: Web_Shop}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: web, namespace: shop}
//! spec: {releaseName: web-shop}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::flux::{HELM, RELEASE_NAME_MAX, release_name};
use crate::gitops::is_literal;
use crate::names::Grammar;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-release-name",
        title: "Helm does not take the name of a release",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["flux.releaseName"],
        page: include_str!("flux_release_name.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for release in context.of_kind(HELM, "HelmRelease") {
        let written = Field::root(release).keys(&["spec", "releaseName"]);
        report.add_some(match written.filter(|it| it.as_str().is_some_and(|it| !it.is_empty())) {
            Some(field) => of_written(release, &field),
            None => of_composed(release),
        });
    }
}

fn of_written(release: &Object, field: &Field<'_>) -> Option<Notice> {
    let name = field.as_str().filter(|it| is_literal(it))?;
    let title = release.title();
    if name.len() > RELEASE_NAME_MAX {
        let message = format!("{title} calls its release `{name}`, which is too long");
        let notice = Notice::new(&CHECK.info, field.location(), message);
        return Some(notice.help(format!("use at most {RELEASE_NAME_MAX} characters")));
    }
    Grammar::Subdomain.flaw(name)?;
    let message = format!("{title} calls its release `{name}`, which is no name for one");
    let notice = Notice::new(&CHECK.info, field.location(), message);
    Some(notice.help(format!("use {}", Grammar::Subdomain.words())))
}

fn of_composed(release: &Object) -> Option<Notice> {
    let name = release_name(release);
    if name.len() <= RELEASE_NAME_MAX || !is_literal(&name) {
        return None;
    }
    let name_field = Field::root(release).keys(&["metadata", "name"])?;
    let message = format!("{} makes a release `{name}`, which Flux cuts short", release.title());
    let notice = Notice::new(&CHECK.info, name_field.location(), message).severity(Severity::Info);
    Some(
        notice
            .because(format!("a release has at most {RELEASE_NAME_MAX} characters; a hash ends what is left"))
            .help("set `spec.releaseName`"),
    )
}
