//! A role for users leaves out a custom resource of its group.
//!
//! ## Why
//! Roles that are aggregated to `view`, `edit` or `admin` tell what users of a namespace may
//! do with the resources of an operator. One that was not added when its definition was,
//! users cannot even see: `forbidden`, while everything else of the group is there.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apiextensions.k8s.io/v1
//! kind: CustomResourceDefinition
//! metadata: {name: apps.example.com}
//! spec: {group: example.com, scope: Namespaced, names: {plural: apps, kind: App}}
//! ---
//! apiVersion: apiextensions.k8s.io/v1
//! kind: CustomResourceDefinition
//! metadata: {name: scheduledapps.example.com}
//! spec: {group: example.com, scope: Namespaced, names: {plural: scheduledapps, kind: ScheduledApp}}
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: apps-edit, labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}}
//! rules: [{apiGroups: [example.com], resources: [apps], verbs: [get, list, watch, create, delete]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apiextensions.k8s.io/v1
//! kind: CustomResourceDefinition
//! metadata: {name: apps.example.com}
//! spec: {group: example.com, scope: Namespaced, names: {plural: apps, kind: App}}
//! ---
//! apiVersion: apiextensions.k8s.io/v1
//! kind: CustomResourceDefinition
//! metadata: {name: scheduledapps.example.com}
//! spec: {group: example.com, scope: Namespaced, names: {plural: scheduledapps, kind: ScheduledApp}}
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: apps-edit, labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}}
//! rules: [{apiGroups: [example.com], resources: [apps, scheduledapps], verbs: [get, list, watch, create, delete]}]
//! ```

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role as Part, Severity, Strictness, is_slip};
use seatrial_model::{Object, Repository};
use seatrial_yaml::{FieldPath, Node};
use smol_str::SmolStr;

use crate::rbac::{GROUP, Rule, base, is_aggregated, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "role-omits-custom-resource",
        title: "A role for users leaves out a custom resource of its group",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["rbac.missing-rule"],
        page: include_str!("role_omits_custom_resource.rs"),
    },
    run,
};

/// The definitions of each group, by the plural of their resources.
type Definitions<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Object>>;

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let definitions = definitions(repository);
    // What the roles for one purpose name, of each group.
    let mut named: BTreeMap<(SmolStr, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut places: BTreeMap<(SmolStr, &str), (&Object, Rule<'_>)> = BTreeMap::new();
    for bundle in &repository.bundles {
        for role in bundle.of_kind(GROUP, "ClusterRole").filter(|it| !is_aggregated(it)) {
            for purpose in purposes(role) {
                for rule in rules(role) {
                    for group in rule.groups().filter(|it| definitions.contains_key(it)) {
                        let key = (purpose.clone(), group);
                        let names = rule.resources().filter_map(|it| it.node().as_str().map(base));
                        named.entry(key.clone()).or_default().extend(names);
                        places.entry(key).or_insert((role, rule.clone()));
                    }
                }
            }
        }
    }
    for (key, names) in &named {
        let (role, rule) = &places[key];
        report.add_some(judge(&definitions[key.1], names, role, rule));
    }
}

/// The definitions of resources that live in namespaces.
fn definitions(repository: &Repository) -> Definitions<'_> {
    let mut found: Definitions<'_> = BTreeMap::new();
    for bundle in &repository.bundles {
        for definition in bundle.of_kind("apiextensions.k8s.io", "CustomResourceDefinition") {
            let text = |path: &[&str]| definition.field(path).and_then(Node::as_str);
            let named = text(&["spec", "group"]).zip(text(&["spec", "names", "plural"]));
            if let (Some((group, plural)), true) = (named, text(&["spec", "scope"]) != Some("Cluster")) {
                found.entry(group).or_default().insert(plural, definition);
            }
        }
    }
    found
}

/// What a role is aggregated to, for people: `edit`, `view`.
fn purposes(role: &Object) -> Vec<SmolStr> {
    let labels = role.field(&["metadata", "labels"]);
    let marks = labels.into_iter().flat_map(Node::entries).filter(|it| it.value.as_str() == Some("true"));
    let names = marks.map(|it| SmolStr::new(it.name()));
    names
        .filter(|it| it.contains("/aggregate-to-") && (it.ends_with("edit") || it.ends_with("view")))
        .collect()
}

/// Whether one resource is left out and most are not, and one that is named is
/// its like: `apps` of `scheduledapps`.
fn judge(
    definitions: &BTreeMap<&str, &Object>,
    names: &BTreeSet<&str>,
    role: &Object,
    rule: &Rule<'_>,
) -> Option<Notice> {
    let mut missing = definitions.iter().filter(|(plural, _)| !names.contains(*plural));
    let ((plural, definition), None) = (missing.next()?, missing.next()) else { return None };
    // A slip of its name is told by `unknown-rbac-resource`.
    let is_like = |it: &&&str| (plural.contains(**it) || it.contains(*plural)) && !is_slip(it, plural);
    let like = names.iter().find(is_like).filter(|_| !names.contains("*"))?;
    let field = rule.field.key("resources")?;
    let message = format!("{} names `{like}` and leaves out `{plural}`", role.title());
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .because("every other resource of the group is named by the roles of this purpose")
            .help(format!("add `{plural}`, unless users are not to see it"))
            .related(definition.location(FieldPath::root()), Part::Definition, "its definition"),
    )
}
