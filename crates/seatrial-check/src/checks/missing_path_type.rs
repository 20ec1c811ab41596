//! A path of an Ingress does not say how it is compared.
//!
//! ## Why
//! `networking.k8s.io/v1` has no default for `pathType`; the API server refuses an
//! Ingress that leaves it out. Manifests that were moved from `v1beta1` often do.
//! `Prefix` compares part by part, `Exact` the whole path, `ImplementationSpecific` is
//! what `v1beta1` did.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - http:
//!         paths:
//!           - path: /
//!             backend: {service: {name: web, port: {number: 80}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - http:
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend: {service: {name: web, port: {number: 80}}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-path-type",
        title: "A path of an Ingress does not say how it is compared",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.missing-field"],
        page: include_str!("missing_path_type.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for ingress in context.of_kind("networking.k8s.io", "Ingress") {
        if ingress.api_version() == "networking.k8s.io/v1" {
            of_ingress(ingress, report);
        }
    }
}

fn of_ingress(ingress: &Object, report: &mut Report) {
    let rules = Field::root(ingress).key("spec").into_iter().flat_map(|it| it.list("rules"));
    let paths = rules.filter_map(|it| it.key("http")).flat_map(|it| it.list("paths"));
    for path in paths.filter(|it| it.key("backend").is_some()) {
        let written = path.key("pathType").filter(|it| !it.node().is_null());
        if written.is_some_and(|it| it.as_str() != Some("")) {
            continue;
        }
        let text = path.text("path").unwrap_or("/");
        let at = path.at("pathType");
        let change = Change::Insert { at: at.clone(), content: Content::Text("Prefix".to_owned()) };
        let notice =
            Notice::new(&CHECK.info, at, format!("path {text} of {} has no `pathType`", ingress.title()));
        report.add(notice.help("write `pathType: Prefix`, or `Exact`").change(change));
    }
}
