//! An Ingress names its class twice, and differently.
//!
//! ## Why
//! The annotation `kubernetes.io/ingress.class` is what the field `ingressClassName` has
//! taken the place of. Where both are written they must be equal, else the API server
//! refuses the Ingress when it is created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, annotations: {kubernetes.io/ingress.class: nginx}}
//! spec:
//!   ingressClassName: traefik
//!   defaultBackend: {service: {name: web, port: {number: 80}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   ingressClassName: traefik
//!   defaultBackend: {service: {name: web, port: {number: 80}}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::placeholder::is_filled_in_later;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "conflicting-ingress-class",
        title: "An Ingress names its class twice, and differently",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ingress.class"],
        page: include_str!("conflicting_ingress_class.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for ingress in context.of_kind("networking.k8s.io", "Ingress") {
        report.add_some(judge(ingress));
    }
}

fn judge(ingress: &Object) -> Option<Notice> {
    let root = Field::root(ingress);
    let old = root.keys(&["metadata", "annotations", "kubernetes.io/ingress.class"])?;
    let new = root.keys(&["spec", "ingressClassName"])?;
    let (annotated, written) = (old.as_str()?, new.as_str()?);
    if annotated == written || is_filled_in_later(annotated) || is_filled_in_later(written) {
        return None;
    }
    let message = format!("{} is annotated with class `{annotated}` and names `{written}`", ingress.title());
    Some(
        Notice::new(&CHECK.info, old.location(), message)
            .because("the API server refuses it: must match `ingressClassName` when both are specified")
            .help("remove the annotation")
            .related(new.location(), Role::Definition, "the class")
            .change(Change::Remove { at: old.location() }),
    )
}
