//! A network policy selects namespaces by a label that the one meant does not have.
//!
//! ## Why
//! A namespace has one label by itself, `kubernetes.io/metadata.name` with its name.
//! A rule that asks for `name: monitoring` matches a namespace that somebody gave
//! this label, and no other: the connection it was written for stays closed.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {}
//!   ingress:
//!     - from: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
//! ---
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: monitoring}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web, namespace: shop}
//! spec:
//!   podSelector: {}
//!   ingress:
//!     - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
//! ---
//! apiVersion: v1
//! kind: Namespace
//! metadata: {name: monitoring}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Labels, Object};
use seatrial_yaml::FieldPath;

use crate::placeholder::is_filled_in_later;
use crate::policies::{Direction, NAME_LABEL, Policy, is_name_like};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "namespace-selector-selects-nothing",
        title: "A network policy selects namespaces by a label that the one meant does not have",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.namespace-selector"],
        page: include_str!("namespace_selector_selects_nothing.rs"),
    },
    run,
};

/// Namespaces that every cluster has, or that nobody makes by hand.
const BUILT_IN: &[&str] = &["default", "kube-system", "kube-public", "kube-node-lease"];

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let mut namespaces: FxHashMap<&str, Vec<&Object>> = FxHashMap::default();
    for bundle in &repository.bundles {
        for namespace in bundle.of_kind("", "Namespace") {
            namespaces.entry(namespace.name()).or_default().push(namespace);
        }
    }
    for policy in context.of_kind("networking.k8s.io", "NetworkPolicy").filter_map(Policy::of) {
        for (direction, list) in [(Direction::Ingress, "from"), (Direction::Egress, "to")] {
            let peers = policy.rules(direction).flat_map(|rule| rule.list(list));
            for selector in peers.filter_map(|it| it.keys(&["namespaceSelector", "matchLabels"])) {
                for (key, field) in selector.entries() {
                    report.add_some(judge(&policy, &key, &field, &namespaces));
                }
            }
        }
    }
}

fn judge(
    policy: &Policy<'_>,
    key: &str,
    field: &Field<'_>,
    namespaces: &FxHashMap<&str, Vec<&Object>>,
) -> Option<Notice> {
    let name = field.as_str().filter(|it| !is_filled_in_later(it))?;
    let has_label = |it: &Object| Labels::of(it.field(&["metadata", "labels"])).get(key) == Some(name);
    // One label every namespace has by itself.
    if key == NAME_LABEL || !is_name_like(key) || namespaces.values().flatten().any(|it| has_label(it)) {
        return None;
    }
    let title = policy.object().title();
    let message =
        format!("{title} selects namespaces with {key}={name}, which namespace `{name}` does not have");
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .help(format!("select `{NAME_LABEL}: {name}`, which every namespace has by itself"))
        .change(Change::Rename { at: field.location(), name: NAME_LABEL.to_owned() });
    match namespaces.get(name).and_then(|it| it.first()) {
        Some(namespace) => Some(notice.related(
            namespace.location(FieldPath::root().key("metadata")),
            Role::Definition,
            "the namespace is made here, without the label",
        )),
        None if BUILT_IN.contains(&name) => {
            Some(notice.because("a cluster makes it without such a label; somebody may have added it"))
        }
        // It is made elsewhere, with labels that nobody knows here.
        None => None,
    }
}
