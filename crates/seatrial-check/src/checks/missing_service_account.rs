//! A pod runs as a service account that is not defined.
//!
//! ## Why
//! The API server refuses a pod whose service account does not exist: `error looking up
//! service account shop/api: serviceaccount "api" not found`. The Deployment is accepted,
//! its `ReplicaSet` never gets a pod.
//!
//! ## Bad
//! ```yaml pod-spec
//! serviceAccountName: api
//! containers: [{name: app, image: "app:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: api}
//! ```
//! ```yaml pod-spec
//! serviceAccountName: api
//! containers: [{name: app, image: "app:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::Object;

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-service-account",
        title: "A pod runs as a service account that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.serviceaccount"],
        page: include_str!("missing_service_account.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    // Subjects of bindings are a check of their own.
    let is_other = |object: &Object| object.group() != "rbac.authorization.k8s.io";
    for it in missing(context, |object, link| is_to(link, "", "ServiceAccount") && is_other(object)) {
        let outcome = "the API server refuses every pod: serviceaccount not found";
        report.add(it.notice(&CHECK.info, "runs as", outcome, Severity::Error));
    }
}
