//! A Secret holds a stand-in for a value.
//!
//! ## Why
//! `changeme`, `<password>` or `${TOKEN}` is sent to the cluster as it stands: the API
//! server substitutes nothing. The application runs with a password that anybody
//! can guess, or fails to log in.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: database}
//! stringData: {password: changeme}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: database}
//! spec:
//!   secretStoreRef: {name: vault}
//!   data: [{secretKey: password, remoteRef: {key: database, property: password}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Object, Repository};
use seatrial_yaml::Node;

use crate::secrets::entries;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "placeholder-secret-value",
        title: "A Secret holds a stand-in for a value",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["secret.placeholder"],
        page: include_str!("placeholder_secret_value.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let mut substitutes = None;
    for secret in context.of_kind("", "Secret").filter(|it| !is_token(it)) {
        for entry in entries(secret).iter().filter(|it| it.is_placeholder()) {
            let is_variable = entry.field.as_str().is_some_and(|it| it.contains("${"));
            let repository = context.world().repository;
            if is_variable && *substitutes.get_or_insert_with(|| has_substitution(repository)) {
                continue;
            }
            let message = format!("key {} of {} holds a stand-in for a value", entry.key, secret.title());
            let notice = Notice::new(&CHECK.info, entry.field.location(), message);
            report.add(
                notice.help("put the value there when it is deployed: from a secret store, or encrypted"),
            );
        }
    }
}

/// Whether the control plane fills the Secret in.
fn is_token(secret: &Object) -> bool {
    secret.field(&["type"]).and_then(Node::as_str) == Some("kubernetes.io/service-account-token")
}

/// Whether Flux fills in variables before it applies something.
fn has_substitution(repository: &Repository) -> bool {
    repository.objects().any(|it| {
        it.is("kustomize.toolkit.fluxcd.io", "Kustomization") && it.field(&["spec", "postBuild"]).is_some()
    })
}
