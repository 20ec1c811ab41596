//! A kustomization puts a label that names a version into selectors.
//!
//! ## Why
//! `commonLabels`, and `labels` with `includeSelectors: true`, add labels to the selectors
//! of workloads, too. The API server refuses to change the selector of a Deployment, a
//! `StatefulSet` or a `DaemonSet`: `spec.selector: Invalid value: field is immutable`. With
//! the next version the label has another value, and the workload can be applied no more
//! until somebody deletes it.
//!
//! ## Bad
//! ```yaml file:prod/kustomization.yaml
//! resources: [web.yaml]
//! commonLabels:
//!   app.kubernetes.io/version: 1.4.2
//! ```
//! ```yaml file:web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web, app.kubernetes.io/version: 1.4.2}}
//!   template:
//!     metadata: {labels: {app: web, app.kubernetes.io/version: 1.4.2}}
//!     spec: {containers: [{name: web, image: "registry.example.com/web:1.4.2"}]}
//! ```
//!
//! ## Good
//! ```yaml file:prod/kustomization.yaml
//! resources: [web.yaml]
//! labels:
//!   - pairs: {app.kubernetes.io/version: 1.4.2}
//!     includeTemplates: true
//! ```
//! ```yaml file:web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web, app.kubernetes.io/version: 1.4.2}}
//!     spec: {containers: [{name: web, image: "registry.example.com/web:1.4.2"}]}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Object, SelectorLabel};
use seatrial_yaml::{FieldPath, Node};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "versioned-selector-label",
        title: "A kustomization puts a label that names a version into selectors",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["kustomize.labels"],
        page: include_str!("versioned_selector_label.rs"),
    },
    run,
};

/// Labels whose values name a version.
const KEYS: [&str; 7] =
    ["version", "app.kubernetes.io/version", "helm.sh/chart", "chart", "commit", "revision", "tag"];
/// Fewest and most digits of a commit.
const COMMIT: std::ops::RangeInclusive<usize> = 7..=40;
/// Workloads whose selector never changes.
const IMMUTABLE: [&str; 3] = ["DaemonSet", "Deployment", "StatefulSet"];

fn run(context: &Context<'_>, report: &mut Report) {
    let kustomizations = &context.world().repository.facts.kustomizations;
    let labels = kustomizations.iter().flat_map(|it| &it.selector_labels);
    let labels: Vec<&SelectorLabel> = labels.filter(|it| names_version(&it.key, &it.value)).collect();
    if labels.is_empty() {
        return;
    }
    let selecting = selecting(context);
    for label in labels {
        // Without such a workload it reaches no selector that stays.
        let Some(object) = selecting.get(&(label.key.clone(), label.value.clone())) else { continue };
        let message = format!("the label `{}: {}` is put into selectors", label.key, label.value);
        let notice = Notice::new(&CHECK.info, Location::text(label.span), message)
            .because(format!("{} cannot be applied once the value is another: its selector is immutable", object.title()))
            .help("move it to `labels` with `includeTemplates: true`, and delete the workload once where it runs already")
            .related(
                object.location(FieldPath::root().key("spec").key("selector")),
                Role::Reference,
                format!("the selector of {}", object.title()),
            );
        report.add(notice);
    }
}

/// The first workload for each label of a selector that stays.
fn selecting<'a>(context: &Context<'a>) -> BTreeMap<(String, String), &'a Object> {
    let mut found = BTreeMap::new();
    let objects = context.world().repository.objects();
    for object in objects.filter(|it| it.group() == "apps" && IMMUTABLE.contains(&it.kind())) {
        let labels = object.field(&["spec", "selector", "matchLabels"]);
        for label in labels.into_iter().flat_map(Node::entries) {
            if let Some(value) = label.value.scalar_text() {
                found.entry((label.name().into_owned(), value.into_owned())).or_insert(object);
            }
        }
    }
    found
}

/// Whether the value is another with the next version.
fn names_version(key: &str, value: &str) -> bool {
    let is_named = KEYS.contains(&key) && value.contains(|it: char| it.is_ascii_digit());
    // `v1` and `v1beta1` are names of variants, which stay.
    (is_named && value.contains(['.', '-']) && has_numbers(value)) || is_commit(value) || is_release(value)
}

/// Whether two numbers stand in it, with a point or a dash between them.
fn has_numbers(value: &str) -> bool {
    let mut parts = value.split(['.', '-', '_']).map(|it| it.trim_start_matches('v'));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let first = parts.position(is_number);
    first.is_some() && parts.any(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

fn is_commit(value: &str) -> bool {
    let is_hex = |it: u8| it.is_ascii_digit() || matches!(it, b'a'..=b'f');
    COMMIT.contains(&value.len())
        && value.bytes().all(is_hex)
        && value.bytes().any(|it| it.is_ascii_digit())
        && value.bytes().any(|it| it.is_ascii_lowercase())
}

/// `v1.4.2`
fn is_release(value: &str) -> bool {
    let parts: Vec<&str> = value.strip_prefix('v').unwrap_or(value).splitn(3, '.').collect();
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    parts.len() == 3
        && parts[..2].iter().all(is_number)
        && parts[2].starts_with(|it: char| it.is_ascii_digit())
        && !parts[2].contains('.')
}
