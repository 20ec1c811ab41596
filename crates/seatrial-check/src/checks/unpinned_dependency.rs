//! A chart depends on whatever version there is.
//!
//! ## Why
//! A dependency with a range and without a lock is another chart tomorrow: `helm
//! dependency update` takes the newest that fits, and the next deployment brings
//! changes that nobody looked at. `Chart.lock` keeps what was chosen, and so does
//! a copy in `charts/`.
//!
//! ## Bad
//! ```yaml file:web/Chart.yaml
//! apiVersion: v2
//! name: web
//! version: 1.0.0
//! dependencies:
//!   - name: redis
//!     version: "*"
//!     repository: https://charts.example
//! ```
//!
//! ## Good
//! ```yaml file:web/Chart.yaml
//! apiVersion: v2
//! name: web
//! version: 1.0.0
//! dependencies:
//!   - name: redis
//!     version: 18.4.0
//!     repository: https://charts.example
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::{ChartDependency, ChartFacts};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unpinned-dependency",
        title: "A chart depends on whatever version there is",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["render.helm", "render.helm.dependency"],
        page: include_str!("unpinned_dependency.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for chart in context.world().repository.facts.charts.iter().filter(|it| !it.is_locked) {
        chart.dependencies.iter().for_each(|it| report.add_some(notice(chart, it)));
    }
}

fn notice(chart: &ChartFacts, dependency: &ChartDependency) -> Option<Notice> {
    let ChartDependency { name, version, repository, .. } = dependency;
    let is_elsewhere = !repository.is_empty() && !repository.starts_with("file://");
    if dependency.is_vendored || !is_elsewhere || is_exact(version) {
        return None;
    }
    let message = format!("chart {} takes any {name} of `{version}`, and nothing locks it", chart.name);
    let notice = Notice::new(&CHECK.info, Location::text(dependency.span), message)
        .help("commit Chart.lock, or name one version");
    // The next major version may change everything; a patch is meant not to.
    Some(if is_open(version) { notice } else { notice.severity(Severity::Info) })
}

/// One version and nothing else.
fn is_exact(version: &str) -> bool {
    let version = version.trim().trim_start_matches(['=', 'v', ' ']);
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() == 3 && parts.iter().all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

/// Whether there is no upper bound.
fn is_open(version: &str) -> bool {
    let version = version.trim();
    let is_any = matches!(version, "" | "*" | "x" | "X" | "latest");
    is_any || (version.starts_with('>') && !version.contains('<'))
}
