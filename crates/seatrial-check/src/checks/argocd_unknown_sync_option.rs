//! Argo CD does not know a sync option.
//!
//! ## Why
//! Sync options are texts, compared letter by letter. One that is misspelt, or has
//! `True` for `true`, changes nothing, and nobody says so: the namespace is not created,
//! the object is pruned after all.
//!
//! Only options are told that are surely meant to be another one: new releases bring new
//! ones.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: "https://github.com/example/shop", path: k8s}
//!   destination: {server: "https://kubernetes.default.svc", namespace: shop}
//!   syncPolicy: {syncOptions: [CreateNamespaces=true]}
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
//!   syncPolicy: {syncOptions: [CreateNamespace=true]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::gitops::deployed::SYNC_OPTIONS;
use crate::gitops::{application_spec, is_literal};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unknown-sync-option",
        title: "Argo CD does not know a sync option",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.syncOptions"],
        page: include_str!("argocd_unknown_sync_option.rs"),
    },
    run,
};

const YES_OR_NO: &[&str] = &["true", "false"];
const CONFIRMED: &[&str] = &["true", "false", "confirm"];
/// The options with the values that mean something.
const KNOWN: [(&str, &[&str]); 14] = [
    ("ApplyOutOfSyncOnly", YES_OR_NO),
    ("ClientSideApplyMigration", YES_OR_NO),
    ("CreateNamespace", YES_OR_NO),
    ("Delete", CONFIRMED),
    ("FailOnSharedResource", YES_OR_NO),
    ("Force", YES_OR_NO),
    ("Prune", CONFIRMED),
    ("PruneLast", YES_OR_NO),
    ("PrunePropagationPolicy", &["foreground", "background", "orphan"]),
    ("Replace", YES_OR_NO),
    ("RespectIgnoreDifferences", YES_OR_NO),
    ("ServerSideApply", YES_OR_NO),
    ("SkipDryRunOnMissingResource", YES_OR_NO),
    ("Validate", YES_OR_NO),
];

/// What an object may say of how it is compared.
const COMPARED: [&str; 4] =
    ["IgnoreExtraneous", "IncludeMutationWebhook=true", "ServerSideDiff=true", "ServerSideDiff=false"];
const COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        compare_options(object, report);
        let spec = application_spec(context.world().repository, object);
        let policy = spec.and_then(|it| it.key("syncPolicy"));
        for option in policy.iter().flat_map(|it| it.list("syncOptions")) {
            let Some(text) = option.as_str().filter(|it| is_literal(it)) else { continue };
            if let Some(other) = corrected(text) {
                let change = Change::Set { at: option.location(), content: Content::Text(other.clone()) };
                report.add(notice(object, &option, text, &other).change(change));
            }
        }
        let annotations = Field::root(object).keys(&["metadata", "annotations"]);
        let Some(field) = annotations.and_then(|it| it.key(SYNC_OPTIONS)) else { continue };
        let all = field.as_str().unwrap_or_default().split(',').map(str::trim);
        for text in all.filter(|it| is_literal(it)) {
            if let Some(other) = corrected(text) {
                report.add(notice(object, &field, text, &other));
            }
        }
    }
}

fn compare_options(object: &Object, report: &mut Report) {
    let annotations = Field::root(object).keys(&["metadata", "annotations"]);
    let Some(field) = annotations.and_then(|it| it.key(COMPARE_OPTIONS)) else { return };
    let all = field.as_str().unwrap_or_default().split(',').map(str::trim);
    for text in all.filter(|it| is_literal(it) && !COMPARED.contains(it)) {
        let in_any_case = COMPARED.into_iter().find(|it| it.eq_ignore_ascii_case(text));
        // It is held against the whole word, which takes no value.
        let without_value =
            || text.strip_suffix("=true").and_then(|it| COMPARED.into_iter().find(|one| *one == it));
        let Some(other) = in_any_case.or_else(without_value).or_else(|| meant(text, COMPARED)) else {
            continue;
        };
        let message = format!("`{text}` of {} is no compare option that Argo CD knows", object.title());
        let notice = Notice::new(&CHECK.info, field.location(), message);
        report.add(notice.because("Argo CD passes over it").help(format!("write `{other}`")));
    }
}

/// What an option should be, if it is not what it is.
fn corrected(text: &str) -> Option<String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let (trimmed, wanted) = (key.trim(), value.trim());
    let known = |key: &str| KNOWN.iter().find(|it| it.0 == key);
    let in_any_case = || KNOWN.iter().find(|it| it.0.eq_ignore_ascii_case(trimmed));
    let near = || meant(trimmed, KNOWN.iter().map(|it| it.0)).and_then(known);
    let (name, values) = known(trimmed).or_else(in_any_case).or_else(near)?;
    let value_meant = values.iter().find(|it| it.eq_ignore_ascii_case(wanted)).or_else(|| {
        let is_said = |words: &[&str]| words.iter().any(|it| it.eq_ignore_ascii_case(wanted));
        match () {
            () if is_said(&["", "yes", "on", "1"]) => values.iter().find(|it| **it == "true"),
            () if is_said(&["no", "off", "0"]) => values.iter().find(|it| **it == "false"),
            () => meant(wanted, values.iter().copied()).and_then(|it| values.iter().find(|one| **one == it)),
        }
    });
    let other = format!("{name}={}", value_meant?);
    (other != text).then_some(other)
}

fn notice(object: &Object, field: &Field<'_>, text: &str, other: &str) -> Notice {
    let message = format!("`{text}` of {} is no sync option that Argo CD knows", object.title());
    Notice::new(&CHECK.info, field.location(), message)
        .because("Argo CD passes over it")
        .help(format!("write `{other}`"))
}
