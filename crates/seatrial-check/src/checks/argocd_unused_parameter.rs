//! A generator tells apart what the template of its `ApplicationSet` takes for one.
//!
//! ## Why
//! What generators give is filled into the template, and what the template does not
//! name is dropped without a word. A directory that was made for one cluster or
//! environment, and is named by a parameter only, is then never deployed: every
//! Application gets the directory above it.
//!
//! Only parameters are judged whose value is a directory below one that the set
//! deploys, on the tree under trial.
//!
//! ## Bad
//! ```text files
//! k8s/prod/kustomization.yaml
//! ```
//! ```yaml file:argocd/set.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   generators:
//!     - list: {elements: [{cluster: one, directory: prod}]}
//!   template:
//!     metadata: {name: "shop-{{cluster}}"}
//!     spec: {source: {repoURL: "https://github.com/example/shop", path: k8s}}
//! ```
//! ```yaml file:made/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop-one, namespace: argocd}
//! spec: {source: {repoURL: "https://github.com/example/shop", path: k8s}}
//! ```
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text deliveries
//! ApplicationSet shop made
//! ```
//!
//! ## Good
//! ```text files
//! k8s/prod/kustomization.yaml
//! ```
//! ```yaml file:argocd/set.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   generators:
//!     - list: {elements: [{cluster: one, directory: prod}]}
//!   template:
//!     metadata: {name: "shop-{{cluster}}"}
//!     spec: {source: {repoURL: "https://github.com/example/shop", path: "k8s/{{directory}}"}}
//! ```
//! ```yaml file:made/app.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop-one, namespace: argocd}
//! spec: {source: {repoURL: "https://github.com/example/shop", path: k8s/prod}}
//! ```
//! ```text refs
//! url https://github.com/example/shop
//! main
//! ```
//! ```text deliveries
//! ApplicationSet shop made
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_source::TreePath;
use seatrial_yaml::Node;

use crate::gitops::{Source, Standing, shown, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unused-parameter",
        title: "A generator tells apart what the template of its ApplicationSet takes for one",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.path", "argo.generator"],
        page: include_str!("argocd_unused_parameter.rs"),
    },
    run,
};

/// Argo CD allows one combination inside another, no more.
const DEPTH_MAX: u32 = 4;
/// Of more parameters and directories, only the first are looked at.
const PARAMETERS_MAX: usize = 2000;
const DIRECTORIES_MAX: usize = 200;

/// A parameter as a generator gives it.
struct Parameter<'a> {
    /// As templates name it.
    name: String,
    field: Field<'a>,
}

fn run(context: &Context<'_>, report: &mut Report) {
    for set in context.of_kind("argoproj.io", "ApplicationSet") {
        let Some(spec) = Field::root(set).key("spec") else { continue };
        let deployed = deployed(context.world(), set);
        let mut parameters = Vec::new();
        for generator in spec.list("generators") {
            collect(&generator, DEPTH_MAX, &mut parameters);
        }
        let mut told: Vec<String> = Vec::new();
        for parameter in parameters.iter().take(PARAMETERS_MAX) {
            if told.contains(&parameter.name) || is_used(&spec, &parameter.name) {
                continue;
            }
            let Some(directory) = directory_of(context.world(), &deployed, parameter) else { continue };
            report.add(notice(context.world(), set, parameter, &directory));
            told.push(parameter.name.clone());
        }
    }
}

fn notice(world: &World<'_>, set: &Object, parameter: &Parameter<'_>, directory: &TreePath) -> Notice {
    let (title, name) = (set.title(), &parameter.name);
    let message = format!("the template of {title} does not use `{name}`, which its generators give");
    Notice::new(&CHECK.info, parameter.field.location(), message)
        .because(format!("`{}` is there, and what is above it is deployed", shown(world, directory)))
        .help(format!("add `{{{{{name}}}}}` to the path of the source, or remove the parameter"))
}

/// The directories that the Applications of a set deploy.
fn deployed(world: &World<'_>, set: &Object) -> Vec<TreePath> {
    let repository = world.repository;
    let Some(delivery) = repository.facts.delivery_of(set.span()) else { return Vec::new() };
    let sources = repository.bundle(delivery.unit).objects().iter().flat_map(Source::written);
    let own = sources.filter(|it| it.own_repository(world).is_some_and(|it| it.1));
    let standing = own.filter_map(|it| standing(world, it.literal("path")?));
    let mut found: Vec<TreePath> = standing.filter(|it| it.1 == Standing::Directory).map(|it| it.0).collect();
    found.sort();
    found.dedup();
    found.truncate(DIRECTORIES_MAX);
    found
}

/// The directory below a deployed one that a parameter names.
fn directory_of(world: &World<'_>, deployed: &[TreePath], parameter: &Parameter<'_>) -> Option<TreePath> {
    let value = parameter.field.as_str().filter(|it| !it.is_empty() && !it.contains("{{") && *it != ".")?;
    let origins = world.repository.origins.as_ref()?;
    deployed.iter().find_map(|path| {
        let below = path.join(value)?;
        let below_top = below.below(&origins.top).unwrap_or(below.as_str());
        let (found, what) = standing(world, below_top)?;
        (what == Standing::Directory && found != *path && found.is_within(path)).then_some(found)
    })
}

fn collect<'a>(generator: &Field<'a>, depth: u32, all: &mut Vec<Parameter<'a>>) {
    let mut add = |name: String, field: Field<'a>| all.push(Parameter { name, field });
    for element in generator.key("list").iter().flat_map(|it| it.list("elements")) {
        for (key, value) in element.entries() {
            if key == "values" && value.node().is_mapping() {
                value.entries().for_each(|(inner, it)| add(format!("values.{inner}"), it));
            } else {
                add(key.to_string(), value);
            }
        }
    }
    for values in ["clusters", "git"].iter().filter_map(|it| generator.keys(&[it, "values"])) {
        values.entries().for_each(|(key, it)| add(format!("values.{key}"), it));
    }
    for part in ["matrix", "merge"].iter().filter(|_| depth > 0).filter_map(|it| generator.key(it)) {
        for inner in part.list("generators") {
            collect(&inner, depth - 1, all);
        }
    }
}

/// Whether anything in a set names a parameter: a template, another generator,
/// a selector, a list of keys. What looks like it is taken for it.
fn is_used(spec: &Field<'_>, name: &str) -> bool {
    let word = name.rsplit('.').next().unwrap_or(name);
    let is_go = spec.flag("goTemplate");
    let names = |text: &str| {
        let inner = text.split("{{").skip(1).filter_map(|it| it.split_once("}}")).map(|it| it.0);
        inner.into_iter().any(|tag| if is_go { may_name(tag, word) } else { tag.trim() == name })
    };
    let is_listed = |text: &str| text == name;
    any_text(spec.node(), &mut |text| names(text)) || any_key_text(spec.node(), &is_listed)
}

/// Whether an expression of Go names a word, or takes everything at once.
fn may_name(tag: &str, word: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | '$');
    let mut words = tag.split(|it| !is_part(it)).filter(|it| !it.is_empty());
    words
        .any(|it| it == "." || it == "$" || it.ends_with(".values") || it.split('.').any(|part| part == word))
}

fn any_text(node: Node<'_>, is_it: &mut dyn FnMut(&str) -> bool) -> bool {
    if let Some(text) = node.as_str() {
        return is_it(text);
    }
    node.items().any(|it| any_text(it, is_it))
        || node.entries().any(|it| is_it(&it.name()) || any_text(it.value, is_it))
}

/// Whether a selector or a list of keys to merge by names a parameter.
fn any_key_text(node: Node<'_>, is_listed: &dyn Fn(&str) -> bool) -> bool {
    node.items().any(|it| any_key_text(it, is_listed))
        || node.entries().any(|entry| match entry.name().as_ref() {
            "mergeKeys" => entry.value.items().any(|it| it.as_str().is_some_and(is_listed)),
            "selector" => any_text(entry.value, &mut |text| is_listed(text)),
            _ => any_key_text(entry.value, is_listed),
        })
}
