//! Whoever is to issue a certificate is not defined.
//!
//! ## Why
//! cert-manager waits for the issuer of a certificate: `Referenced "ClusterIssuer" not found`.
//! The Secret with the certificate never appears. An Issuer serves its own namespace only; a
//! `ClusterIssuer` must be named with `kind: ClusterIssuer`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: Certificate
//! metadata: {name: shop, namespace: shop}
//! spec:
//!   secretName: shop-tls
//!   issuerRef: {name: letsencrypt, kind: ClusterIssuer}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: ClusterIssuer
//! metadata: {name: letsencrypt}
//! spec: {acme: {}}
//! ---
//! apiVersion: cert-manager.io/v1
//! kind: Certificate
//! metadata: {name: shop, namespace: shop}
//! spec:
//!   secretName: shop-tls
//!   issuerRef: {name: letsencrypt, kind: ClusterIssuer}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_yaml::FieldPath;

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-issuer",
        title: "Whoever is to issue a certificate is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.issuer"],
        page: include_str!("missing_issuer.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing(context, |_, link| link.relation == Relation::Issuer) {
        let outcome = "the certificate is never issued and its Secret never made";
        let notice = it.notice(&CHECK.info, "gets its certificate from", outcome, Severity::Error);
        let wanted = if is_to(it.link, GROUP, "ClusterIssuer") { "Issuer" } else { "ClusterIssuer" };
        report.add(match it.namesake(GROUP, wanted) {
            Some(other) => {
                notice.severity(Severity::Error).help(format!("name {} by its kind", other.title())).related(
                    other.location(FieldPath::root()),
                    Role::Definition,
                    format!("{} is here", other.title()),
                )
            }
            None => notice,
        });
    }
}

const GROUP: &str = "cert-manager.io";
