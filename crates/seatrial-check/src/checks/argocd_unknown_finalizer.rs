//! Argo CD does not know the finalizer of an Application.
//!
//! ## Why
//! With `resources-finalizer.argocd.argoproj.io` Argo CD deletes what an Application has
//! deployed before the Application goes. Under a name that Argo CD does not know nothing
//! is deleted, and nobody takes the finalizer away: the Application stays, marked as
//! deleted, for ever.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd, finalizers: [resource-finalizer.argocd.argoproj.io]}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::gitops::{ARGO, is_literal};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unknown-finalizer",
        title: "Argo CD does not know the finalizer of an Application",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.finalizer"],
        page: include_str!("argocd_unknown_finalizer.rs"),
    },
    run,
};

const RESOURCES: &str = "resources-finalizer.argocd.argoproj.io";
const KNOWN: [&str; 7] = [
    RESOURCES,
    "resources-finalizer.argocd.argoproj.io/background",
    "resources-finalizer.argocd.argoproj.io/foreground",
    "post-delete-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io/cleanup",
    "pre-delete-finalizer.argocd.argoproj.io",
    "pre-delete-finalizer.argocd.argoproj.io/cleanup",
];
/// What finalizers of Argo CD hold, however they are misspelt.
const MARK: &str = "argoproj.io";

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects().filter(|it| it.group() == ARGO) {
        let root = Field::root(object);
        let metadata = match object.kind() {
            "Application" | "AppProject" => root.key("metadata"),
            "ApplicationSet" => root.keys(&["spec", "template", "metadata"]),
            _ => None,
        };
        for field in metadata.iter().flat_map(|it| it.list("finalizers")) {
            let Some(text) = field.as_str().filter(|it| is_literal(it) && !KNOWN.contains(it)) else {
                continue;
            };
            let near = meant(text, KNOWN);
            if near.is_none() && !text.contains(MARK) {
                continue;
            }
            let message = format!("Argo CD does not know the finalizer `{text}` of {}", object.title());
            let notice = Notice::new(&CHECK.info, field.location(), message);
            let notice = notice.because("nobody takes it away when the object is deleted");
            let other = near.unwrap_or(RESOURCES);
            let change = Change::Set { at: field.location(), content: Content::Text(other.to_owned()) };
            report.add(notice.help(format!("write `{other}`")).change(change));
        }
    }
}
