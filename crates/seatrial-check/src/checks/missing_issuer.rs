//! Whoever is to issue a certificate is not defined.
//!
//! ## Why
//! cert-manager waits for the issuer of a certificate: `Referenced "ClusterIssuer" not found`.
//! The Secret with the certificate never appears. An Issuer serves its own namespace only; a
//! `ClusterIssuer` must be named with `kind: ClusterIssuer`.
//!
//! A `ClusterIssuer` that 20 objects or more name and nothing defines is one finding, with the
//! first of the other places.
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

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
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
                let notice =
                    notice.severity(Severity::Error).help(format!("name {} by its kind", other.title()));
                let here = format!("{} is here", other.title());
                let notice = notice.related(other.location(FieldPath::root()), Role::Definition, here);
                with_kind(notice, it.object, &it.link.path, wanted)
            }
            None => notice,
        });
    }
}

/// Names the kind that there is: beside the name, or by the other annotation.
fn with_kind(notice: Notice, object: &Object, name: &FieldPath, kind: &str) -> Notice {
    let Some(parent) = name.parent() else { return notice };
    if object.is(GROUP, "Certificate") {
        let (path, content) = (parent.key("kind"), Content::Text(kind.to_owned()));
        let is_written = object.at(&path).is_some_and(|it| !it.is_null());
        let at = object.location(path);
        return notice.change(if is_written {
            Change::Set { at, content }
        } else {
            Change::Insert { at, content }
        });
    }
    // Beside an annotation that names the kind, another name for this one changes nothing.
    let names_kind =
        |it: &str| object.at(&parent.key(it)).is_some_and(|it| it.as_str().is_some_and(|it| !it.is_empty()));
    if names_kind("cert-manager.io/issuer-kind") || names_kind("cert-manager.io/issuer-group") {
        return notice;
    }
    let annotation =
        if kind == "Issuer" { "cert-manager.io/issuer" } else { "cert-manager.io/cluster-issuer" };
    if object.at(&parent.key(annotation)).is_some() {
        return notice;
    }
    notice.change(Change::Rename { at: object.location(name.clone()), name: annotation.to_owned() })
}

const GROUP: &str = "cert-manager.io";
