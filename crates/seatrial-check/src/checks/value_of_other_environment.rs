//! The production overlay renders a value of another environment.
//!
//! ## Why
//! What the base says for staging and the production overlay does not replace reaches
//! production: a host of staging, its namespace, a label or a variable that calls it
//! staging. Both overlays build, so nothing fails before somebody asks whose data that was.
//!
//! Told of overlays called for production that lie beside one for the other environment: of
//! namespaces, labels and variables that name an environment, and of hosts and tags of
//! images that name it and that the other overlay has, too. An `ExternalSecret` of production is told of if its key in the store names
//! staging or development, where others of the tree name production.
//!
//! ## Bad
//! ```yaml listed file:overlays/production/web.yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec: {rules: [{host: web.staging.example.com}]}
//! ```
//! ```yaml listed file:overlays/staging/web.yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec: {rules: [{host: web.staging.example.com}]}
//! ```
//!
//! ## Good
//! ```yaml listed file:overlays/production/web.yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec: {rules: [{host: web.example.com}]}
//! ```
//! ```yaml listed file:overlays/staging/web.yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec: {rules: [{host: web.staging.example.com}]}
//! ```

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object, Unit, UnitKind};

use super::unsubstituted_variable::hosts;
use crate::environments::Environment;
use crate::image::Image;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "value-of-other-environment",
        title: "The production overlay renders a value of another environment",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.leak"],
        page: include_str!("value_of_other_environment.rs"),
    },
    run,
};

/// The path of an overlay with its environment taken out.
type Family = Vec<String>;

fn run(context: &Context<'_>, report: &mut Report) {
    remote_secrets(context, report);
    let units = context.world().repository.units.iter().filter(|it| it.kind == UnitKind::Kustomize);
    let mut families: BTreeMap<Family, Vec<(Environment, &Unit)>> = BTreeMap::new();
    for unit in units {
        if let Some((family, environment)) = family(unit) {
            families.entry(family).or_default().push((environment, unit));
        }
    }
    for overlays in families.values().filter(|it| it.len() > 1) {
        for (_, unit) in overlays.iter().filter(|it| it.0 == Environment::PRODUCTION) {
            judge(context, unit, overlays, report);
        }
    }
}

/// Secrets that production takes from where another environment keeps its own: only in trees
/// whose production says so of others.
fn remote_secrets(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let is_production = |it: &&Unit| {
        it.kind == UnitKind::Kustomize && Environment::within(it.path.as_str()) == [Environment::PRODUCTION]
    };
    let units = repository.units.iter().filter(is_production);
    let objects =
        units.flat_map(|it| repository.bundle(it.id).of_kind("external-secrets.io", "ExternalSecret"));
    let keys: Vec<(&Object, Field<'_>, &str, Vec<Environment>)> = objects
        .flat_map(|it| {
            remote_keys(it).into_iter().map(move |(field, key)| (it, field, key, Environment::within(key)))
        })
        .collect();
    if !keys.iter().any(|it| it.3.contains(&Environment::PRODUCTION)) {
        return;
    }
    for (object, field, key, named) in &keys {
        let is_other = named.iter().any(|it| Environment::BEFORE_PRODUCTION.contains(it));
        if is_other && !named.contains(&Environment::PRODUCTION) {
            let message = format!("{} takes `{key}` in production", object.title());
            report.add(
                Notice::new(&CHECK.info, field.location(), message)
                    .because("other secrets of production come from paths that name production")
                    .help("name the path of production; ignore this where it is meant"),
            );
        }
    }
}

/// What a Secret is made of, as the store knows it.
fn remote_keys(object: &Object) -> Vec<(Field<'_>, &str)> {
    let spec = Field::root(object).key("spec");
    let single = spec.iter().flat_map(|it| it.list("data")).filter_map(|it| it.key("remoteRef")?.key("key"));
    let whole = spec.iter().flat_map(|it| it.list("dataFrom")).filter_map(|it| it.key("extract")?.key("key"));
    single.chain(whole).filter_map(|it| Some((it.clone(), it.as_str()?))).collect()
}

fn family(unit: &Unit) -> Option<(Family, Environment)> {
    let named = |part: &str| Environment::named(&part.to_ascii_lowercase());
    let mut environments = unit.path.parts().filter_map(named);
    let (environment, None) = (environments.next()?, environments.next()) else { return None };
    let part = |it: &str| if named(it).is_some() { "*".to_owned() } else { it.to_owned() };
    Some((unit.path.parts().map(part).collect(), environment))
}

fn judge(context: &Context<'_>, unit: &Unit, overlays: &[(Environment, &Unit)], report: &mut Report) {
    let repository = context.world().repository;
    let others: BTreeMap<Environment, BTreeSet<String>> = overlays
        .iter()
        .filter(|it| it.0 != Environment::PRODUCTION)
        .map(|(environment, unit)| {
            let objects = repository.bundle(unit.id).objects().iter();
            (*environment, objects.flat_map(|it| addresses(it).into_iter().map(|it| it.1)).collect())
        })
        .collect();
    for object in repository.bundle(unit.id).objects() {
        for (field, value) in addresses(object) {
            let named = Environment::within(&value);
            let is_theirs = |it: &Environment| others.get(it).is_some_and(|it| it.contains(&value));
            if !named.contains(&Environment::PRODUCTION) && named.iter().any(is_theirs) {
                report.add(notice(object, &field, &value, "names"));
            }
        }
        for (field, value) in words(object) {
            let word = Environment::named(&value.to_ascii_lowercase());
            if word.is_some_and(|it| others.contains_key(&it)) {
                report.add(notice(object, &field, &value, "says"));
            }
        }
    }
}

/// Namespaces, hosts and tags of images, with the part of the text that is one: names
/// of images may speak of an environment that they are made for.
fn addresses(object: &Object) -> Vec<(Field<'_>, String)> {
    let root = Field::root(object);
    let mut found: Vec<(Field<'_>, String)> = Vec::new();
    let namespace = root.keys(&["metadata", "namespace"]);
    found.extend(namespace.and_then(|it| Some((it.clone(), it.as_str()?.to_owned()))));
    for host in hosts(&root) {
        let name = host.as_str().and_then(without_last_label);
        found.extend(name.map(|it| (host.clone(), it)));
    }
    for (name, value) in variables(object) {
        let host = value.as_str().and_then(|it| host_of_address(it).or_else(|| bare_host(&name, it)));
        found.extend(host.and_then(without_last_label).map(|it| (value.clone(), it)));
    }
    for container in PodTemplate::of(object).into_iter().flat_map(|it| it.containers().collect::<Vec<_>>()) {
        let image = container.field.key("image");
        let tag = image.as_ref().and_then(|it| Image::parse(it.as_str()?).ok()?.tag);
        found.extend(image.zip(tag).map(|(field, tag)| (field, tag.to_owned())));
    }
    found
}

/// `db.staging.internal:5432`, where the name of the variable says that it is a host.
fn bare_host<'t>(variable: &str, text: &'t str) -> Option<&'t str> {
    let last = variable.rsplit(['_', '-', '.']).next().unwrap_or_default().to_ascii_uppercase();
    let is_of_host =
        matches!(last.as_str(), "ADDR" | "ADDRESS" | "ENDPOINT" | "HOST" | "HOSTNAME" | "SERVER");
    let host = text.split(':').next().filter(|_| is_of_host)?;
    host.bytes().all(|it| it.is_ascii_alphanumeric() || b".-".contains(&it)).then_some(host)
}

/// A name of several labels without its last one, which may be `dev`.
fn without_last_label(host: &str) -> Option<String> {
    host.rsplit_once('.').map(|(name, _)| name.to_owned())
}

/// The host in `https://host:port/path`.
fn host_of_address(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(host.split(':').next().unwrap_or(host))
}

/// Values that say what the environment is.
fn words(object: &Object) -> Vec<(Field<'_>, String)> {
    let mut found = Vec::new();
    let labels = Field::root(object).keys(&["metadata", "labels"]);
    for (key, value) in labels.into_iter().flat_map(|it| it.entries().collect::<Vec<_>>()) {
        let name = key.rsplit('/').next().unwrap_or_default();
        if matches!(name, "env" | "environment" | "stage" | "deployment-environment") {
            found.extend(value.as_str().map(|it| (value.clone(), it.to_owned())));
        }
    }
    for (name, value) in variables(object) {
        let name = name.to_ascii_uppercase();
        let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
        if matches!(last, "ENV" | "ENVIRONMENT" | "STAGE") {
            found.extend(value.as_str().map(|it| (value.clone(), it.to_owned())));
        }
    }
    found
}

/// Variables of containers and keys of maps, with their values.
fn variables(object: &Object) -> Vec<(String, Field<'_>)> {
    if object.is("", "ConfigMap") {
        let data = Field::root(object).key("data");
        let entries = data.into_iter().flat_map(|it| it.entries().collect::<Vec<_>>());
        return entries.map(|(key, value)| (key.to_string(), value)).collect();
    }
    let Some(template) = PodTemplate::of(object) else { return Vec::new() };
    let variables = template.containers().flat_map(|it| it.field.list("env").collect::<Vec<_>>());
    variables.filter_map(|it| Some((it.text("name")?.to_owned(), it.key("value")?))).collect()
}

fn notice(object: &Object, field: &Field<'_>, value: &str, verb: &str) -> Notice {
    let what = object.title();
    let message = format!("{what} {verb} `{value}` in production");
    Notice::new(&CHECK.info, field.location(), message)
        .because(format!(
            "`{}` is the same in the overlay of that environment or is called after it",
            field.path()
        ))
        .help("replace it in the production overlay; ignore this where it is meant")
}
