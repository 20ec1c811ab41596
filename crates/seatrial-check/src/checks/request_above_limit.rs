//! A container requests more of a resource than its limit.
//!
//! ## Why
//! A request is what the scheduler keeps free for the container, a limit is what it
//! may use at most. The API server refuses a pod that requests more than it may use,
//! and so it does a Deployment whose template says so (`must be less than or equal to
//! memory limit`).
//! Amounts are compared as numbers: `1G` is less than `1Gi`, `500m` less than `1`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources:
//!       requests: {memory: 1Gi}
//!       limits: {memory: 512Mi}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources:
//!       requests: {memory: 256Mi}
//!       limits: {memory: 512Mi}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};

use crate::resources::{Resources, as_content, is_exact};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "request-above-limit",
        title: "A container requests more of a resource than its limit",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["limits.request-above-limit"],
        page: include_str!("request_above_limit.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for resources in Resources::of(&template) {
            let requests = resources.field.key("requests").into_iter().flat_map(|it| it.entries());
            // Those that must be equal have a check of their own.
            for (name, _) in requests.filter(|(name, _)| !is_exact(name)) {
                report.add_some(notice(&resources, &name));
            }
        }
    }
}

fn notice(resources: &Resources<'_>, name: &str) -> Option<Notice> {
    let (request, limit) = (resources.amount("requests", name)?, resources.amount("limits", name)?);
    if request.quantity <= limit.quantity {
        return None;
    }
    let message = format!("{} requests more {name} than its limit", resources.of);
    let notice = Notice::new(&CHECK.info, request.field.location(), message)
        .because(format!("{} are requested, the limit is {}", request.quantity, limit.quantity))
        .help("raise the limit or lower the request")
        .related(limit.field.location(), Role::Cause, "the limit");
    let content = as_content(&request.field);
    Some(match content {
        Some(content) => notice.change(Change::Set { at: limit.field.location(), content }),
        None => notice,
    })
}
