//! A kustomization or a chart takes something from an address with a password.
//!
//! ## Why
//! Whoever may read the repository reads the password, and it stays in its history.
//! Kustomize, Helm and git print the address into their output when they fail.
//!
//! ## Bad
//! ```yaml file:prod/kustomization.yaml
//! resources:
//!   - https://robot:hunter22@git.example.com/shop/base.git//deploy?ref=v1.4.2
//! ```
//!
//! ## Good
//! ```yaml file:prod/kustomization.yaml
//! resources:
//!   - https://git.example.com/shop/base.git//deploy?ref=v1.4.2
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::RemoteClient;
use seatrial_source::Span;

use super::password_in_url::is_address_with_password;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "password-in-remote-address",
        title: "A kustomization or a chart takes something from an address with a password",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["secret.plain"],
        page: include_str!("password_in_remote_address.rs"),
    },
    run,
};

/// Of what git fetches.
const OF_GIT: &str = "write the address without them: git takes them from its credential helper";
/// Of a file that Kustomize fetches, which knows no other way to say who asks.
const OF_FILE: &str = "keep the file in this repository, or take it from where anybody may";
/// Of a chart that Kustomize has Helm fetch: it names the repository's address to it, not the
/// name that `helm repo add` keeps credentials for.
const OF_INFLATED: &str =
    "write the address without them, and pull the chart into the chart home (`charts`) before the build";
/// Of what Helm fetches.
const OF_CHART: &str = "write the address without them, and give them to `helm repo add`";
/// Of a registry.
const OF_REGISTRY: &str = "write the address without them, and give them to `helm registry login`";

fn run(context: &Context<'_>, report: &mut Report) {
    let facts = &context.world().repository.facts;
    for it in &facts.kustomizations {
        for address in it.addresses.iter().filter(|it| is_address_with_password(&it.text)) {
            let help = match address.client {
                RemoteClient::Git if is_manifest(&address.text) => OF_FILE,
                RemoteClient::Git => OF_GIT,
                RemoteClient::Kustomize => OF_FILE,
                RemoteClient::Helm if address.text.starts_with("oci://") => OF_REGISTRY,
                RemoteClient::Helm => OF_INFLATED,
            };
            report.add(notice(address.span, "the kustomization takes something", help));
        }
    }
    for chart in &facts.charts {
        for it in chart.dependencies.iter().filter(|it| is_address_with_password(&it.repository)) {
            let what = format!("dependency {} of chart {} is taken", it.name, chart.name);
            let help = if it.repository.starts_with("oci://") { OF_REGISTRY } else { OF_CHART };
            report.add(notice(it.repository_span.unwrap_or(it.span), &what, help));
        }
    }
}

/// Whether an address is that of a manifest, and not of a repository with one in it.
fn is_manifest(text: &str) -> bool {
    let path = text.split_once("://").map_or(text, |(_, rest)| rest);
    let is_whole = !path.contains('?') && !path.contains("//") && !path.contains(".git/");
    is_whole && [".yaml", ".yml", ".json"].iter().any(|it| path.ends_with(it))
}

fn notice(span: Span, what: &str, help: &str) -> Notice {
    // In words that are nobody's secret: those would be masked in it.
    let message = format!("{what} from an address with its credentials");
    Notice::new(&CHECK.info, Location::text(span), message).help(help)
}
