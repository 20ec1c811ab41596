//! An issuer's name and its server are for different environments.
//!
//! ## Why
//! The staging server of Let's Encrypt is for trying things out: no browser trusts its
//! certificates. An issuer that is called `letsencrypt-prod` and asks the staging server
//! gives every host a certificate that is refused. The other way round, trials use
//! up the weekly limit of the real server.
//!
//! ## Bad
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: ClusterIssuer
//! metadata: {name: letsencrypt-prod}
//! spec:
//!   acme:
//!     server: https://acme-staging-v02.api.letsencrypt.org/directory
//!     privateKeySecretRef: {name: letsencrypt-prod}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: ClusterIssuer
//! metadata: {name: letsencrypt-prod}
//! spec:
//!   acme:
//!     server: https://acme-v02.api.letsencrypt.org/directory
//!     privateKeySecretRef: {name: letsencrypt-prod}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Object;

use crate::certificates::{is_issuer, server};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "mismatched-acme-server",
        title: "An issuer's name and its server are for different environments",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["tls.issuer"],
        page: include_str!("mismatched_acme_server.rs"),
    },
    run,
};

const REAL: &str = "https://acme-v02.api.letsencrypt.org/directory";
const STAGING: &str = "https://acme-staging-v02.api.letsencrypt.org/directory";

fn run(context: &Context<'_>, report: &mut Report) {
    for issuer in context.objects().filter(|it| is_issuer(it)) {
        report.add_some(judge(issuer));
    }
}

fn judge(issuer: &Object) -> Option<Notice> {
    let server = server(issuer)?;
    let has = |words: &[&str]| issuer.name().split(['-', '.', '_']).any(|it| words.contains(&it));
    let (is_real, is_trial) = (has(&["prod", "production", "live"]), has(&["staging", "stage", "stg"]));
    let title = issuer.title();
    let (message, right, severity) = match server.as_str()? {
        STAGING if is_real && !is_trial => (
            format!("{title} asks the staging server, whose certificates nobody trusts"),
            REAL,
            Severity::Warning,
        ),
        REAL if is_trial && !is_real => {
            (format!("{title} asks the real server, which counts every certificate"), STAGING, Severity::Info)
        }
        _ => return None,
    };
    let change = Change::Set { at: server.location(), content: Content::Text(right.to_owned()) };
    Some(
        Notice::new(&CHECK.info, server.location(), message)
            .severity(severity)
            .help(format!("use `{right}`, or rename the issuer"))
            .change(change),
    )
}
