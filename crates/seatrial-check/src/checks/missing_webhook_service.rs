//! The API server calls a Service that is not defined.
//!
//! ## Why
//! A webhook whose Service does not exist fails every request it is asked about
//! (`failurePolicy: Fail` is the default), also those of people who repair it. An `APIService`
//! without its Service is not available and slows discovery down for everybody.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: policy-webhook, namespace: policy}
//! ---
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingWebhookConfiguration
//! metadata: {name: policy}
//! webhooks:
//!   - name: policy.example.com
//!     clientConfig: {service: {name: policy-webhok, namespace: policy}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: policy-webhook, namespace: policy}
//! ---
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingWebhookConfiguration
//! metadata: {name: policy}
//! webhooks:
//!   - name: policy.example.com
//!     clientConfig: {service: {name: policy-webhook, namespace: policy}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::references::Relation;

use crate::missing::missing;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-webhook-service",
        title: "The API server calls a Service that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.service-missing"],
        page: include_str!("missing_webhook_service.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing(context, |_, link| link.relation == Relation::Webhook) {
        let outcome = "every request that the API server sends there fails";
        report.add(it.notice(&CHECK.info, "is served by", outcome, Severity::Error));
    }
}
