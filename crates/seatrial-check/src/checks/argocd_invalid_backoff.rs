//! Argo CD cannot read how long it waits before it tries again.
//!
//! ## Why
//! `retry.backoff.duration` and `maxDuration` are durations of Go (`5s`, `2m`, `1h30m`) or
//! whole seconds. With anything else a sync that failed ends with an error, and is not
//! tried again.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//!   syncPolicy:
//!     retry: {limit: 5, backoff: {duration: 5 seconds, factor: 2, maxDuration: 3m}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//!   syncPolicy:
//!     retry: {limit: 5, backoff: {duration: 5s, factor: 2, maxDuration: 3m}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_schema::durations;

use crate::gitops::{application_spec, is_literal};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-invalid-backoff",
        title: "Argo CD cannot read how long it waits before it tries again",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.retry"],
        page: include_str!("argocd_invalid_backoff.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let Some(spec) = application_spec(context.world().repository, object) else { continue };
        let Some(backoff) = spec.keys(&["syncPolicy", "retry", "backoff"]) else { continue };
        for key in ["duration", "maxDuration"] {
            let Some(text) = backoff.text(key).filter(|it| !it.is_empty() && is_literal(it)) else {
                continue;
            };
            if text.parse::<i64>().is_ok() || durations::parse(text).is_some() {
                continue;
            }
            let message = format!("`{key}` of {}, `{text}`, is no duration", object.title());
            let notice = Notice::new(&CHECK.info, backoff.at(key), message);
            report.add(notice.help("write it as `5s`, `2m` or `1h30m`"));
        }
    }
}
