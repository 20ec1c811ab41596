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
const OF_KUSTOMIZE: &str = "write the address without them: git takes them from its credential helper";
/// Of what Helm fetches.
const OF_HELM: &str =
    "write the address without them, and give them to `helm repo add` or `helm registry login`";

fn run(context: &Context<'_>, report: &mut Report) {
    let facts = &context.world().repository.facts;
    for it in &facts.kustomizations {
        for (address, span) in it.addresses.iter().filter(|(text, _)| is_address_with_password(text)) {
            let help = if address.starts_with("oci://") { OF_HELM } else { OF_KUSTOMIZE };
            report.add(notice(*span, "the kustomization takes something", help));
        }
    }
    for chart in &facts.charts {
        for it in chart.dependencies.iter().filter(|it| is_address_with_password(&it.repository)) {
            let what = format!("dependency {} of chart {} is taken", it.name, chart.name);
            report.add(notice(it.repository_span.unwrap_or(it.span), &what, OF_HELM));
        }
    }
}

fn notice(span: Span, what: &str, help: &str) -> Notice {
    // In words that are nobody's secret: those would be masked in it.
    let message = format!("{what} from an address with its credentials");
    Notice::new(&CHECK.info, Location::text(span), message).help(help)
}
