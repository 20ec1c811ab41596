//! What an `ExternalSecret` fetches does not reach its Secret.
//!
//! ## Why
//! With a template that has `data`, the Secret holds what the template makes and nothing
//! else, unless `mergePolicy` is `Merge`. Where no text of it takes anything in, all that
//! is fetched is dropped without a word, and who reads the password finds no such key.
//!
//! ## Bad
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: grafana}
//! spec:
//!   secretStoreRef: {kind: ClusterSecretStore, name: vault}
//!   target:
//!     template:
//!       data: {admin-user: admin}
//!   data: [{secretKey: admin-password, remoteRef: {key: grafana}}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: grafana}
//! spec:
//!   secretStoreRef: {kind: ClusterSecretStore, name: vault}
//!   target:
//!     template:
//!       mergePolicy: Merge
//!       data: {admin-user: admin}
//!   data: [{secretKey: admin-password, remoteRef: {key: grafana}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unused-fetched-secret",
        title: "What an ExternalSecret fetches does not reach its Secret",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["ref.secret-key", "eso.template"],
        page: include_str!("unused_fetched_secret.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind("external-secrets.io", "ExternalSecret") {
        report.add_some(judge(object));
    }
}

fn judge(object: &Object) -> Option<Notice> {
    let spec = Field::root(object).key("spec")?;
    let template = spec.keys(&["target", "template"])?;
    let data = template.key("data").filter(|it| it.entries().next().is_some())?;
    let mut left = NODES_MAX;
    if template.text("mergePolicy") == Some("Merge")
        || template.list("templateFrom").next().is_some()
        || takes_in(&template, &mut left)
    {
        return None;
    }
    let fetched = ["data", "dataFrom"].into_iter().filter_map(|key| spec.key(key));
    let fetched = fetched.filter(|it| it.node().items().next().is_some()).collect::<Vec<_>>();
    let first = fetched.first()?;
    let message = format!("nothing that {} fetches is taken in by its template", object.title());
    let notice = Notice::new(&CHECK.info, data.location(), message);
    let notice = notice.related(first.location(), Role::Cause, "what is fetched");
    Some(notice.help("set `mergePolicy: Merge`, or take the values in: `{{ .password }}`"))
}

/// Of a larger template nothing is said.
const NODES_MAX: usize = 10_000;

/// Whether a text takes something in, or there is more than is looked at.
fn takes_in(field: &Field<'_>, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    *left == 0
        || field.as_str().is_some_and(|text| text.contains("{{"))
        || field.items().any(|it| takes_in(&it, left))
        || field.entries().any(|(key, it)| key.contains("{{") || takes_in(&it, left))
}
