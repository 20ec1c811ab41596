//! A path of the type `Prefix` or `Exact` is written as a pattern.
//!
//! ## Why
//! Only paths of the type `ImplementationSpecific` may be patterns for ingress-nginx. Its
//! webhook refuses others ("cannot be used with pathType Prefix"), unless
//! `strict-validate-path-type` is turned off, as it was in older releases.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
//! spec:
//!   ingressClassName: nginx
//!   rules:
//!     - http:
//!         paths:
//!           - path: /api(/|$)(.*)
//!             pathType: Prefix
//!             backend: {service: {name: api, port: {number: 80}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
//! spec:
//!   ingressClassName: nginx
//!   rules:
//!     - http:
//!         paths:
//!           - path: /api(/|$)(.*)
//!             pathType: ImplementationSpecific
//!             backend: {service: {name: api, port: {number: 80}}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::ingress_nginx::{is_for, paths};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "pattern-in-plain-path",
        title: "A path of the type `Prefix` or `Exact` is written as a pattern",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["ingress.path"],
        page: include_str!("pattern_in_plain_path.rs"),
    },
    run,
};

/// The type of paths that may be patterns.
const OF_PATTERNS: &str = "ImplementationSpecific";

fn run(context: &Context<'_>, report: &mut Report) {
    for ingress in context.of_kind("networking.k8s.io", "Ingress").filter(|it| is_for(it)) {
        for (field, path, kind) in paths(ingress) {
            if matches!(kind, "Prefix" | "Exact") && is_pattern(path) {
                report.add(notice(ingress, &field, path, kind));
            }
        }
    }
}

/// Whether a path has a sign that means something in a pattern and nothing in a path.
fn is_pattern(path: &str) -> bool {
    path.contains(['(', '[', '*', '|', '^', '$', '\\'])
}

fn notice(ingress: &Object, field: &Field<'_>, path: &str, kind: &str) -> Notice {
    let title = ingress.title();
    let at = field.at("pathType");
    Notice::new(&CHECK.info, at.clone(), format!("{title} has a pattern, `{path}`, as a path of type {kind}"))
        .because("the webhook of ingress-nginx refuses it where `strict-validate-path-type` is on, the default of newer releases")
        .help(format!("make it `{OF_PATTERNS}`"))
        .change(Change::Set { at, content: Content::Text(OF_PATTERNS.to_owned()) })
}
