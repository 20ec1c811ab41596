//! A certificate that is served is not defined.
//!
//! ## Why
//! Without its Secret an ingress controller serves a certificate of its own, which no
//! client trusts, and a Gateway's listener reports `InvalidCertificateRef`.
//!
//! A Certificate with this `secretName`, or an annotation `cert-manager.io/issuer` or
//! `cluster-issuer`, makes the Secret.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   tls: [{hosts: [shop.example.com], secretName: shop-tls}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: web
//!   annotations: {cert-manager.io/cluster-issuer: letsencrypt}
//! spec:
//!   tls: [{hosts: [shop.example.com], secretName: shop-tls}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::Link;
use seatrial_model::references::Relation;

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-tls-secret",
        title: "A certificate that is served is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.secret-missing"],
        page: include_str!("missing_tls_secret.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_served = |link: &Link| link.relation == Relation::Certificate && is_to(link, "", "Secret");
    for it in missing(context, |_, link| is_served(link)) {
        let outcome = "clients are served a certificate that they do not trust";
        report.add(it.notice(&CHECK.info, "serves the certificate in", outcome, Severity::Error));
    }
}
