//! A wildcard certificate is asked of an issuer that cannot prove it.
//!
//! ## Why
//! Let's Encrypt and other ACME servers give a certificate for `*.example.com` only to
//! who answers a challenge in DNS. An issuer whose solvers are all `http01` has no
//! way to do so: the order stays `pending` or fails, `no configured challenge solvers
//! can be used for this challenge`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: ClusterIssuer
//! metadata: {name: letsencrypt}
//! spec:
//!   acme:
//!     server: https://acme-v02.api.letsencrypt.org/directory
//!     privateKeySecretRef: {name: letsencrypt}
//!     solvers: [{http01: {ingress: {ingressClassName: nginx}}}]
//! ---
//! apiVersion: cert-manager.io/v1
//! kind: Certificate
//! metadata: {name: web}
//! spec:
//!   secretName: web-tls
//!   dnsNames: ["*.example.com"]
//!   issuerRef: {kind: ClusterIssuer, name: letsencrypt}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: ClusterIssuer
//! metadata: {name: letsencrypt}
//! spec:
//!   acme:
//!     server: https://acme-v02.api.letsencrypt.org/directory
//!     privateKeySecretRef: {name: letsencrypt}
//!     solvers: [{dns01: {route53: {region: eu-central-1}}}]
//! ---
//! apiVersion: cert-manager.io/v1
//! kind: Certificate
//! metadata: {name: web}
//! spec:
//!   secretName: web-tls
//!   dnsNames: ["*.example.com"]
//!   issuerRef: {kind: ClusterIssuer, name: letsencrypt}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;

use crate::certificates::{Request, issuer, solvers};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wildcard-without-dns-solver",
        title: "A wildcard certificate is asked of an issuer that cannot prove it",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["tls.wildcard"],
        page: include_str!("wildcard_without_dns_solver.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for request in Request::of(object) {
            let wildcard = request.hosts.iter().find(|it| it.as_str().is_some_and(|it| it.starts_with("*.")));
            let (Some(wildcard), Some(issuer)) = (wildcard, issuer(context, object)) else { continue };
            let Some(solvers) = solvers(issuer).filter(|it| !it.is_empty()) else { continue };
            // One for another zone may be told by its selector; that is not looked at.
            if solvers.iter().any(|it| it.key("dns01").is_some()) {
                continue;
            }
            let name = wildcard.as_str().unwrap_or_default();
            let notice = Notice::new(&CHECK.info, wildcard.location(), message(object, name, issuer))
                .severity(severity(object, issuer))
                .help(format!("add a `dns01` solver to {}, or name the hosts one by one", issuer.title()))
                .related(solvers[0].location(), Role::Cause, "its solvers answer over HTTP only");
            report.add(notice);
        }
    }
}

fn message(object: &Object, name: &str, issuer: &Object) -> String {
    format!("{} wants `{name}` from {}, which has no `dns01` solver", object.title(), issuer.title())
}

/// An issuer of another unit may be one of several forms.
fn severity(object: &Object, issuer: &Object) -> Severity {
    if object.unit() == issuer.unit() { Severity::Error } else { Severity::Warning }
}
