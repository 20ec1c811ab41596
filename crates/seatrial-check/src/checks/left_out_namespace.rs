//! An object leaves out the namespace in which its pods run.
//!
//! ## Why
//! An object without `metadata.namespace` lands where the command that applies it says,
//! which is `default` more often than not. Where everything else of the unit states its
//! namespace, nobody says any: the object comes to stand beside none of the pods it
//! selects, and a selector stays in its own namespace.
//!
//! ## Bad
//! ```yaml
//! apiVersion: security.istio.io/v1
//! kind: AuthorizationPolicy
//! metadata: {name: gateway}
//! spec: {selector: {matchLabels: {app: gateway}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: gateway, namespace: mesh}
//! spec: {template: {metadata: {labels: {app: gateway}}, spec: {containers: [{name: proxy}]}}}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: gateway, namespace: mesh}
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: gateway, namespace: mesh}
//! ---
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: gateway, namespace: mesh}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: security.istio.io/v1
//! kind: AuthorizationPolicy
//! metadata: {name: gateway, namespace: mesh}
//! spec: {selector: {matchLabels: {app: gateway}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: gateway, namespace: mesh}
//! spec: {template: {metadata: {labels: {app: gateway}}, spec: {containers: [{name: proxy}]}}}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: gateway, namespace: mesh}
//! ---
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: gateway, namespace: mesh}
//! ---
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: gateway, namespace: mesh}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, LabelSelector, Object, UnitKind, is_namespaced};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "left-out-namespace",
        title: "An object leaves out the namespace in which its pods run",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.namespace"],
        page: include_str!("left_out_namespace.rs"),
    },
    run,
};

/// How many objects must state a namespace for each that leaves it out.
const STATED_PER_LEFT_OUT: usize = 4;

/// Where selectors of pods stand.
const SELECTORS: [&[&str]; 4] = [
    &["spec", "selector"],
    &["spec", "podSelector"],
    &["spec", "workloadSelector"],
    &["spec", "target", "selector"],
];

fn run(context: &Context<'_>, report: &mut Report) {
    let is_namespaced = |it: &&Object| is_namespaced(it.group(), it.kind()) == Some(true);
    let (stated, left_out): (Vec<&Object>, Vec<&Object>) =
        context.objects().filter(is_namespaced).partition(|it| it.namespace().is_some());
    if left_out.is_empty() || stated.len() < left_out.len() * STATED_PER_LEFT_OUT {
        return;
    }
    // Whatever deploys these says where to.
    let is_placed = |it: &Object| {
        matches!(context.unit(it.unit()).kind, UnitKind::Helm | UnitKind::ArgoCd | UnitKind::Flux)
    };
    for object in left_out.into_iter().filter(|it| !is_placed(it)) {
        if let Some(pods) = elsewhere(context, object) {
            report.add(notice(object, pods));
        }
    }
}

/// A workload whose pods an object selects, where all of them state one namespace.
fn elsewhere<'a>(context: &Context<'a>, object: &'a Object) -> Option<&'a Object> {
    let field = SELECTORS.iter().find_map(|path| Field::root(object).keys(path))?;
    let node = field.node();
    let is_plain = ["matchLabels", "matchExpressions"].iter().all(|key| node.get(key).is_none());
    let labels = node.get("labels").filter(|it| it.is_mapping());
    let selector = match labels {
        Some(labels) => LabelSelector::of_map(labels),
        None if is_plain => LabelSelector::of_map(node),
        None => LabelSelector::of(node),
    };
    let selector = selector.filter(|it| !it.is_everything())?;
    let selected = context.pods().selected(object, &selector);
    let first = selected.found.first()?.object;
    let namespace = first.namespace()?;
    let is_there = selected.found.iter().all(|it| it.object.namespace() == Some(namespace));
    (selected.same_unit && is_there).then_some(first)
}

fn notice(object: &Object, pods: &Object) -> Notice {
    let namespace = pods.namespace().unwrap_or_default();
    let root = Field::root(object);
    let message =
        format!("{} states no namespace, and the pods it selects run in {namespace}", object.title());
    let at = root.key("metadata").map_or_else(|| root.at("metadata"), |it| it.at("namespace"));
    let content = Content::Text(namespace.to_owned());
    Notice::new(&CHECK.info, at.clone(), message)
        .help(format!("write `namespace: {namespace}`"))
        .because("everything else of the unit states its namespace, so that no command gives one".to_owned())
        .related(Field::root(pods).at("metadata"), Role::Definition, "its pods are selected")
        .change(Change::Insert { at, content })
}
