//! What is for production renders a value of another environment.
//!
//! ## Why
//! What the base says for staging and the production overlay does not replace reaches
//! production: a host of staging, its namespace, a label or a variable that calls it
//! staging. Both overlays build, so nothing fails before somebody asks whose data that was.
//!
//! Told of overlays called for production that lie beside one for the other environment: of
//! namespaces, labels and variables that name an environment, and of hosts and tags of
//! images that name it and that the other overlay has, too. An `ExternalSecret` of
//! production is told of if its key in the store names staging or development, where others
//! of the tree name production.
//!
//! Other directories, charts' values files, Applications and releases that are for
//! production alone, by their path (`k8s/prod`, `values-production.yaml`), are told of what
//! names staging or development: labels and variables that say it outright; hosts, tags and
//! the names of Secrets and `ConfigMap`s where something for that environment has the same,
//! or where production has the counterpart (`api.prod.example.com` beside
//! `api.staging.example.com`). An object that is itself called after the other environment
//! is left alone, in an overlay where that has the same for production, too.
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

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, ObjectId, Severity, Strictness, UnitId};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object, Repository, Unit, UnitKind, UnitRole};
use seatrial_yaml::FieldPath;

use super::unsubstituted_variable::hosts;
use crate::dns::is_dialled;
use crate::environments::{Environment, only};
use crate::flux;
use crate::gitops::{ARGO, Source, is_literal};
use crate::image::Image;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "value-of-other-environment",
        title: "What is for production renders a value of another environment",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.leak"],
        page: include_str!("value_of_other_environment.rs"),
    },
    run,
};

/// Of more values of a chart, only so many are read.
const SETTINGS_MAX: usize = 2000;

/// Of more addresses in one text, only the first are read.
const ADDRESSES_MAX: usize = 100;

/// The path of an overlay with its environment taken out.
type Family = Vec<String>;

/// What of a value is held against others: a host is not the same as a Secret of its name.
type Key = (Sort, String);

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let holders = Holders::of(repository);
    remote_secrets(repository, &holders, report);
    let units = repository.units.iter().filter(|it| it.kind == UnitKind::Kustomize);
    let mut families: BTreeMap<Family, Vec<(Environment, &Unit)>> = BTreeMap::new();
    for unit in units {
        if let Some((family, environment)) = family(unit) {
            families.entry(family).or_default().push((environment, holders.holder(unit)));
        }
    }
    let mut telling = Telling { report, told: FxHashSet::default() };
    for overlays in families.values().filter(|it| it.len() > 1) {
        let (production, others): (Vec<_>, Vec<_>) =
            overlays.iter().partition(|it| it.0 == Environment::PRODUCTION);
        if production.is_empty() {
            continue;
        }
        let others = addresses_of(context, &others);
        for (_, unit) in production {
            judge(context, unit, &others, &mut telling);
        }
    }
    all_of_production(context, &mut telling);
}

/// Which unit holds the objects of an overlay: itself, or the one that deploys it.
struct Holders<'a> {
    repository: &'a Repository,
    units: FxHashMap<&'a str, &'a Unit>,
}

impl<'a> Holders<'a> {
    fn of(repository: &'a Repository) -> Self {
        Self { repository, units: repository.units.iter().map(|it| (it.name.as_str(), it)).collect() }
    }

    fn holder(&self, unit: &'a Unit) -> &'a Unit {
        let name = self.repository.facts.judged_through.get(&unit.name);
        name.and_then(|it| self.units.get(it.as_str()).copied()).unwrap_or(unit)
    }
}

/// Tells of each field once.
struct Telling<'r> {
    report: &'r mut Report,
    told: FxHashSet<(UnitId, ObjectId, FieldPath, Option<Range<u32>>)>,
}

impl Telling<'_> {
    fn tell(&mut self, object: &Object, value: &Value, verb: &str, why: String) {
        if !self.told.insert((object.unit(), object.id(), value.path.clone(), value.part.clone())) {
            return;
        }
        let message = format!("{} {verb} `{}` in production", object.title(), value.written);
        self.report.add(
            Notice::new(&CHECK.info, value.location(object), message)
                .because(why)
                .help("replace it for production; ignore this where it is meant"),
        );
    }
}

/// A text of an object that may name an environment.
struct Value {
    path: FieldPath,
    /// Where it stands in the field, if that holds more.
    part: Option<Range<u32>>,
    written: String,
    /// What of it is held against other values: of a host all but the last label, which
    /// may be `dev`.
    text: String,
    sort: Sort,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Sort {
    Namespace,
    Host,
    Tag,
    /// Of a Secret or a `ConfigMap`.
    Name,
}

impl Value {
    fn new(field: &Field<'_>, text: &str, sort: Sort) -> Self {
        Self { path: field.path(), part: None, written: text.to_owned(), text: text.to_owned(), sort }
    }

    /// A part of a field's text.
    fn within(field: &Field<'_>, start: usize, text: &str, sort: Sort) -> Self {
        Self { part: Some(start as u32..(start + text.len()) as u32), ..Self::new(field, text, sort) }
    }

    /// The same as a host, if it has several labels.
    fn host(self) -> Option<Self> {
        let text = self.written.rsplit_once('.')?.0.to_owned();
        Some(Self { text, sort: Sort::Host, ..self })
    }

    fn key(&self) -> Key {
        (self.sort, self.text.clone())
    }

    fn location(&self, object: &Object) -> Location {
        let whole = object.location(self.path.clone());
        self.part.clone().map_or(whole.clone(), |part| whole.part(part))
    }
}

/// Secrets that production takes from where another environment keeps its own: only in trees
/// whose production says so of others.
fn remote_secrets(repository: &Repository, holders: &Holders<'_>, report: &mut Report) {
    let is_production = |it: &&Unit| {
        it.kind == UnitKind::Kustomize && Environment::within(it.path.as_str()) == [Environment::PRODUCTION]
    };
    let units = repository.units.iter().filter(is_production);
    let bundles = units.map(|it| repository.bundle(holders.holder(it).id));
    let objects = bundles.flat_map(|it| it.of_kind("external-secrets.io", "ExternalSecret"));
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

/// What overlays have, by their environment.
type Addresses = FxHashMap<Environment, FxHashSet<Key>>;

fn addresses_of(context: &Context<'_>, overlays: &[&(Environment, &Unit)]) -> Addresses {
    let mut found = Addresses::default();
    for (environment, unit) in overlays {
        let objects = context.world().repository.bundle(unit.id).objects().iter();
        let keys = objects.flat_map(addresses).map(|it| it.key());
        found.entry(*environment).or_default().extend(keys);
    }
    found
}

fn judge(context: &Context<'_>, unit: &Unit, others: &Addresses, telling: &mut Telling<'_>) {
    let repository = context.world().repository;
    let twins = Twins::of(repository.bundle(unit.id).objects());
    for object in repository.bundle(unit.id).objects().iter().filter(|it| !twins.has_one_of(it)) {
        for value in addresses(object) {
            let named = Environment::within(&value.text);
            let is_theirs = |it: &Environment| others.get(it).is_some_and(|it| it.contains(&value.key()));
            if !named.contains(&Environment::PRODUCTION) && named.iter().any(is_theirs) {
                let why = format!("`{}` is the same in the overlay of that environment", value.path);
                telling.tell(object, &value, "names", why);
            }
        }
        for (value, environment, what) in words(object) {
            if others.contains_key(&environment) {
                telling.tell(object, &value, "says", format!("{what} says which environment this is"));
            }
        }
    }
}

/// The names of a unit's objects, by kind.
struct Twins<'a>(FxHashMap<&'a str, FxHashSet<String>>);

impl<'a> Twins<'a> {
    fn of(objects: &'a [Object]) -> Self {
        let mut names: FxHashMap<&str, FxHashSet<String>> = FxHashMap::default();
        for object in objects {
            names.entry(object.kind()).or_default().insert(object.name().to_ascii_lowercase());
        }
        Self(names)
    }

    /// Whether production has the same for itself beside one that is called after another
    /// environment: then it is there on purpose.
    fn has_one_of(&self, object: &Object) -> bool {
        let name = object.name();
        let Some(environment) = before_production(name) else { return false };
        let of_kind = self.0.get(object.kind());
        of_kind.is_some_and(|of_kind| {
            counterparts(name, Sort::Name, environment).iter().any(|it| of_kind.contains(it))
        })
    }
}

/// Whatever is for production alone, held against all that is for staging or development.
fn all_of_production(context: &Context<'_>, telling: &mut Telling<'_>) {
    let repository = context.world().repository;
    let mut production: Vec<&Object> = Vec::new();
    let mut theirs: FxHashMap<(Environment, Key), &Object> = FxHashMap::default();
    for unit in repository.units.iter().filter(|it| it.role != UnitRole::Base) {
        let of_unit = Environment::of(unit);
        for object in repository.bundle(unit.id).objects() {
            match of_unit.or_else(|| delivered_for(context, object)) {
                Some(Environment::PRODUCTION) => production.push(object),
                Some(other) if Environment::BEFORE_PRODUCTION.contains(&other) => {
                    let keys = values(context, object).into_iter().map(|it| it.key());
                    for key in keys.filter(|it| Environment::within(&it.1).contains(&other)) {
                        theirs.entry((other, key)).or_insert(object);
                    }
                }
                _ => {}
            }
        }
    }
    let own = Own::of(production.iter().flat_map(|it| values(context, it)));
    for object in production.into_iter().filter(|it| !is_of_other(context, it)) {
        for value in values(context, object) {
            let Some(environment) = before_production(&value.text) else { continue };
            let same = theirs.get(&(environment, value.key()));
            let why = match (same, own.counterpart(&value, environment)) {
                (Some(other), _) => {
                    format!("{} of {} has the same", other.title(), repository.unit(other.unit()).name)
                }
                (None, Some(right)) => format!("production has `{right}`, too"),
                (None, None) => continue,
            };
            telling.tell(object, &value, "names", why);
        }
        for (value, environment, what) in words(object) {
            if Environment::BEFORE_PRODUCTION.contains(&environment) {
                telling.tell(object, &value, "says", format!("{what} says which environment this is"));
            }
        }
    }
}

/// What production has, as it is written, by what is held against others.
struct Own(FxHashMap<Key, String>);

impl Own {
    fn of(values: impl Iterator<Item = Value>) -> Self {
        let mut found = FxHashMap::default();
        for value in values {
            found.entry((value.sort, value.text.to_ascii_lowercase())).or_insert(value.written);
        }
        Self(found)
    }

    /// What stands in production for a value of another environment.
    fn counterpart(&self, value: &Value, environment: Environment) -> Option<&str> {
        let mut all = counterparts(&value.text, value.sort, environment).into_iter();
        all.find_map(|it| self.0.get(&(value.sort, it))).map(String::as_str)
    }
}

/// The environment that the file and the name of an object of Argo CD or Flux speak of.
fn delivered_for(context: &Context<'_>, object: &Object) -> Option<Environment> {
    if !is_delivery(object) {
        return None;
    }
    let file = context.world().repository.facts.path(object.span().file)?;
    only(Environment::along(file.as_str()).into_iter().chain(Environment::within(object.name())))
}

fn is_delivery(object: &Object) -> bool {
    object.is(ARGO, "Application") || object.is(ARGO, "ApplicationSet") || flux::deploys(object)
}

fn values(context: &Context<'_>, object: &Object) -> Vec<Value> {
    let mut found = addresses(object);
    // Of what is delivered another check reads the names.
    if !is_delivery(object) {
        found.extend(names(context, object));
    }
    found
}

/// Whether an object is there for staging or development, though production applies it.
fn is_of_other(context: &Context<'_>, object: &Object) -> bool {
    let file = context.world().repository.facts.path(object.span().file);
    let of_file = file.map(|it| Environment::along(it.as_str())).unwrap_or_default();
    let namespace = object.namespace().unwrap_or_default();
    let mut named = [object.name(), namespace].into_iter().flat_map(Environment::within).chain(of_file);
    named.any(|it| Environment::BEFORE_PRODUCTION.contains(&it))
}

/// Staging or development, where a text names that and nothing of production.
fn before_production(text: &str) -> Option<Environment> {
    let named = Environment::within(text);
    let found = named.iter().find(|it| Environment::BEFORE_PRODUCTION.contains(it));
    found.copied().filter(|_| !named.contains(&Environment::PRODUCTION))
}

/// What a value would be in production, in lower case: with a word for that in the place of
/// the other environment's, or without.
fn counterparts(text: &str, sort: Sort, environment: Environment) -> Vec<String> {
    let text = text.to_ascii_lowercase();
    let Some((before, behind)) = around(&text, environment) else { return Vec::new() };
    let named = Environment::PRODUCTION.names().iter().map(|it| format!("{before}{it}{behind}"));
    let bare = joined(before, behind).filter(|it| match sort {
        Sort::Namespace | Sort::Tag => false,
        // `dev.example.com` need not be a part of what answers at `example.com`.
        Sort::Host => it.contains('.'),
        Sort::Name => it.len() > 1,
    });
    named.chain(bare).collect()
}

/// What stands on either side of the name of an environment.
fn around(text: &str, environment: Environment) -> Option<(&str, &str)> {
    let is_end = |it: Option<char>| it.is_none_or(|it| !it.is_ascii_alphanumeric());
    let mut sides = environment.names().iter().flat_map(|name| {
        text.match_indices(name).map(move |(at, _)| (&text[..at], &text[at + name.len()..]))
    });
    sides.find(|(before, behind)| is_end(before.chars().next_back()) && is_end(behind.chars().next()))
}

/// The two sides of a name with one sign less between them.
fn joined(before: &str, behind: &str) -> Option<String> {
    const SIGNS: [char; 3] = ['.', '-', '_'];
    let first = before.strip_suffix(SIGNS).map(|it| format!("{it}{behind}"));
    first.or_else(|| Some(format!("{before}{}", behind.strip_prefix(SIGNS)?)))
}

/// Namespaces, hosts and tags of images, with the part of the text that is one: names
/// of images may speak of an environment that they are made for.
fn addresses(object: &Object) -> Vec<Value> {
    let root = Field::root(object);
    let mut found: Vec<Value> = Vec::new();
    let namespace = root.keys(&["metadata", "namespace"]);
    found.extend(namespace.and_then(|it| Some(Value::new(&it, it.as_str()?, Sort::Namespace))));
    for host in hosts(&root) {
        found.extend(host.as_str().and_then(|it| Value::new(&host, it, Sort::Host).host()));
    }
    for (name, field) in variables(object) {
        if before_production(&name).is_none() && is_dialled(&name) {
            found.extend(hosts_of_variable(&name, &field));
        }
    }
    for container in PodTemplate::of(object).into_iter().flat_map(|it| it.containers().collect::<Vec<_>>()) {
        let Some(field) = container.field.key("image") else { continue };
        let Some(text) = field.as_str() else { continue };
        let Some(tag) = Image::parse(text).ok().and_then(|it| it.tag) else { continue };
        let end = text.find('@').unwrap_or(text.len());
        found.push(Value::within(&field, end - tag.len(), tag, Sort::Tag));
    }
    found
}

/// The hosts that a variable or a whole file names, unless it names those of production
/// beside them, be it without a word for that: then it knows them all.
fn hosts_of_variable(name: &str, field: &Field<'_>) -> Vec<Value> {
    let text = field.as_str().unwrap_or_default();
    let mut found: Vec<Value> = Vec::new();
    for (start, host) in hosts_in(text) {
        found.extend(Value::within(field, start, host, Sort::Host).host());
    }
    if found.is_empty() {
        found.extend(bare_host(name, text).and_then(|it| Value::within(field, 0, it, Sort::Host).host()));
    }
    let is_of_production = |it: &Value| Environment::within(&it.text).contains(&Environment::PRODUCTION);
    if found.iter().any(is_of_production) {
        found.retain(is_of_production);
    }
    let texts: FxHashSet<String> = found.iter().map(|it| it.text.to_ascii_lowercase()).collect();
    found.retain(|it| !without_environment(&it.text).is_some_and(|it| texts.contains(&it)));
    found
}

/// `api.example` of `api.staging.example`, in lower case.
fn without_environment(text: &str) -> Option<String> {
    let environment = before_production(text)?;
    let text = text.to_ascii_lowercase();
    let (before, behind) = around(&text, environment)?;
    joined(before, behind)
}

/// The hosts of the addresses in a text, and where they start; not those in comments.
fn hosts_in(text: &str) -> Vec<(usize, &str)> {
    let is_comment_at = |line: usize| text[line..].trim_start().starts_with(['#', ';']);
    let (mut is_comment, mut seen) = (is_comment_at(0), 0);
    let mut found = Vec::new();
    for (colon, sign) in text.match_indices("://").take(ADDRESSES_MAX) {
        if let Some(end) = text[seen..colon].rfind('\n') {
            is_comment = is_comment_at(seen + end + 1);
        }
        seen = colon;
        if is_comment {
            continue;
        }
        let start = colon + sign.len();
        let is_end = |it: char| it.is_whitespace() || "/?#\"'`,;<>()[]{}|\\".contains(it);
        let authority = text[start..].split(is_end).next().unwrap_or_default();
        let user = authority.rfind('@').map_or(0, |it| it + 1);
        let host = authority[user..].split(':').next().unwrap_or_default();
        found.push((start + user, host));
    }
    found
}

/// The names of the Secrets and `ConfigMap`s that an object takes something from.
fn names(context: &Context<'_>, object: &Object) -> Vec<Value> {
    let links = context.links_of(object).iter();
    let links = links.filter(|it| it.kinds.include("", "Secret") || it.kinds.include("", "ConfigMap"));
    let found = links.filter_map(|link| {
        let text = link.name()?.to_owned();
        Some(Value { path: link.path.clone(), part: None, written: text.clone(), text, sort: Sort::Name })
    });
    found.collect()
}

/// `db.staging.internal:5432`, where the name of the variable says that it is a host.
fn bare_host<'t>(variable: &str, text: &'t str) -> Option<&'t str> {
    let last = variable.rsplit(['_', '-', '.']).next().unwrap_or_default().to_ascii_uppercase();
    let is_of_host =
        matches!(last.as_str(), "ADDR" | "ADDRESS" | "ENDPOINT" | "HOST" | "HOSTNAME" | "SERVER");
    let host = text.split(':').next().filter(|_| is_of_host)?;
    host.bytes().all(|it| it.is_ascii_alphanumeric() || b".-".contains(&it)).then_some(host)
}

/// Values that say what the environment is, which, and what holds them.
fn words(object: &Object) -> Vec<(Value, Environment, String)> {
    let labels = Field::root(object).keys(&["metadata", "labels"]);
    let labels = labels.into_iter().flat_map(|it| it.entries().collect::<Vec<_>>());
    let labels = labels.filter(|(key, _)| {
        let name = key.rsplit('/').next().unwrap_or_default();
        matches!(name, "env" | "environment" | "stage" | "deployment-environment")
    });
    let variables = variables(object).into_iter().filter(|(name, _)| {
        let name = name.to_ascii_uppercase();
        let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
        matches!(last, "ENV" | "ENVIRONMENT" | "STAGE")
    });
    let labels = labels.map(|(name, field)| (format!("label `{name}`"), field));
    let fields = labels.chain(variables.map(|(name, field)| (format!("`{name}`"), field)));
    let found = fields.filter_map(|(what, field)| {
        let word = field.as_str()?;
        let environment = Environment::named(&word.to_ascii_lowercase())?;
        Some((Value::new(&field, word, Sort::Name), environment, what))
    });
    found.collect()
}

/// Variables of containers, keys of maps and of the values of a chart, with their values.
fn variables<'a>(object: &'a Object) -> Vec<(String, Field<'a>)> {
    let root = Field::root(object);
    let entries = |field: Option<Field<'a>>| {
        let entries = field.into_iter().flat_map(|it| it.entries().collect::<Vec<_>>());
        entries.map(|(key, value)| (key.to_string(), value)).collect::<Vec<_>>()
    };
    match (object.group(), object.kind()) {
        ("", "ConfigMap") => entries(root.key("data")),
        (flux::KUSTOMIZE, "Kustomization") => entries(root.keys(&["spec", "postBuild", "substitute"])),
        (flux::HELM, "HelmRelease") => leaves(root.keys(&["spec", "values"])),
        (ARGO, "Application" | "ApplicationSet") => {
            let of_chart = |source: Source<'a>| {
                let helm = source.field.key("helm");
                let parameters = helm.iter().flat_map(|it| it.list("parameters")).collect::<Vec<_>>();
                let parameters = parameters.into_iter().filter_map(|it| {
                    let value = it.key("value")?;
                    Some((it.text("name")?.to_owned(), value))
                });
                let values = leaves(helm.and_then(|it| it.key("valuesObject")));
                parameters
                    .chain(values)
                    .filter(|it| it.1.as_str().is_some_and(is_literal))
                    .collect::<Vec<_>>()
            };
            Source::written(object).into_iter().flat_map(of_chart).collect()
        }
        _ => {
            let Some(template) = PodTemplate::of(object) else { return Vec::new() };
            let variables = template.containers().flat_map(|it| it.field.list("env").collect::<Vec<_>>());
            variables.filter_map(|it| Some((it.text("name")?.to_owned(), it.key("value")?))).collect()
        }
    }
}

/// The first single values below a field, with the key that each stands at.
fn leaves(field: Option<Field<'_>>) -> Vec<(String, Field<'_>)> {
    let mut found = Vec::new();
    let mut open: Vec<(String, Field<'_>)> = field.map(|it| (String::new(), it)).into_iter().collect();
    for room in (0..SETTINGS_MAX).rev() {
        let Some((key, field)) = open.pop() else { break };
        if field.as_str().is_some() {
            found.push((key, field));
        } else {
            let entries = field.entries().map(|(name, it)| (name.to_string(), it));
            let items = field.items().map(|it| (key.clone(), it));
            let below: Vec<(String, Field<'_>)> = entries.chain(items).take(room).collect();
            // The first is taken first; the last are beyond what is read.
            open.extend(below.into_iter().rev());
            open.drain(..open.len().saturating_sub(room));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, sort: Sort) -> Value {
        let (path, text) = (FieldPath::default(), text.to_owned());
        let value = Value { path, part: None, written: text.clone(), text, sort };
        if sort == Sort::Host { value.host().expect("a host of several labels") } else { value }
    }

    #[test]
    fn counterparts_are_told_as_written() {
        let hosts = ["API.prod.example.com", "docs.example.com", "example.com", "platform.com"];
        let own = Own::of(hosts.into_iter().map(|it| value(it, Sort::Host)));
        let of = |text: &str, sort: Sort| {
            let value = value(text, sort);
            own.counterpart(&value, before_production(&value.text)?).map(str::to_owned)
        };
        assert_eq!(of("api.staging.example.com", Sort::Host).as_deref(), Some("API.prod.example.com"));
        assert_eq!(of("dev.docs.example.com", Sort::Host).as_deref(), Some("docs.example.com"));
        assert_eq!(of("stage.example.com", Sort::Host), None);
        assert_eq!(of("platform-dev", Sort::Name), None);
    }
}
