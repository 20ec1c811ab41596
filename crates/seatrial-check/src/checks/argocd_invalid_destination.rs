//! An Argo CD Application names no cluster, or names it twice.
//!
//! ## Why
//! Argo CD finds the cluster of an Application by `server`, its address, or by `name`.
//! With neither it refuses the Application (`InvalidSpecError`), and with both as well:
//! nothing is deployed.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", name: in-cluster, namespace: shop}
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
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::gitops::{ARGO, gravity};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-invalid-destination",
        title: "An Argo CD Application names no cluster, or names it twice",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.destination"],
        page: include_str!("argocd_invalid_destination.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for app in context.of_kind(ARGO, "Application") {
        let Some(gravest) = gravity(context.world(), app) else { continue };
        report.add_some(of_application(app).map(|it| it.severity(gravest)));
    }
}

fn of_application(app: &Object) -> Option<Notice> {
    let title = app.title();
    let spec = Field::root(app).key("spec")?;
    let Some(destination) = spec.key("destination").filter(|it| it.node().is_mapping()) else {
        let message = format!("{title} has no destination");
        return Some(Notice::new(&CHECK.info, spec.at("destination"), message).help(HELP));
    };
    let word = |key: &str| destination.text(key).filter(|it| !it.is_empty());
    match (word("server"), word("name")) {
        (Some(_), Some(name)) => {
            let message = format!("{title} names its cluster by `server`, and by `name`, `{name}`");
            let notice = Notice::new(&CHECK.info, destination.at("name"), message);
            Some(notice.because("Argo CD refuses a destination with both").help("remove one of the two"))
        }
        (None, None) => {
            let message = format!("{title} names no cluster in its destination");
            Some(Notice::new(&CHECK.info, destination.location(), message).help(HELP))
        }
        _ => None,
    }
}

const HELP: &str = "add `server: https://kubernetes.default.svc` for the cluster that Argo CD runs in, or `server` or `name` of another";
