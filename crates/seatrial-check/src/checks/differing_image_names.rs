//! A workload runs images of two names in two places of the tree.
//!
//! ## Why
//! An image was renamed in one place and not in the other, or the name was mistyped: the
//! same container of the same workload asks for `shop-backend` here and for
//! `shop-ai-backend` there. Builds push only one of them, and pods that ask for the other
//! stay in `ImagePullBackOff` or run an old program. Told where both come from the same
//! registry and owner, and the difference names no form of one image, as `-debug` does.
//!
//! ## Bad
//! ```yaml file:old/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec: {template: {spec: {containers: [{name: web, image: "ghcr.io/acme/shop-web:1"}]}}}
//! ```
//! ```yaml file:new/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec: {template: {spec: {containers: [{name: web, image: "ghcr.io/acme/shop-ui-web:1"}]}}}
//! ```
//!
//! ## Good
//! ```yaml file:old/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec: {template: {spec: {containers: [{name: web, image: "ghcr.io/acme/shop-ui-web:1"}]}}}
//! ```
//! ```yaml file:new/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec: {template: {spec: {containers: [{name: web, image: "ghcr.io/acme/shop-ui-web:1"}]}}}
//! ```

use std::cell::LazyCell;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness, UnitId};
use seatrial_model::{Object, Repository};
use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::image_names::{ImageUse, are_near, is_local, uses};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "differing-image-names",
        title: "A workload runs images of two names in two places of the tree",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["image.name", "image.registry"],
        page: include_str!("differing_image_names.rs"),
    },
    run,
};

/// Kind, namespace and name of a workload, and the name of a container.
type Key<'a> = (&'a str, Option<&'a str>, &'a str, &'a str);

fn run(context: &Context<'_>, report: &mut Report) {
    let uses = uses(context);
    let mut named: FxHashMap<String, usize> = FxHashMap::default();
    for it in &uses {
        *named.entry(it.image.name()).or_default() += 1;
    }
    // Of what comes from a local registry beside a public one that is told.
    let public: FxHashSet<Key<'_>> = uses.iter().filter(|it| !is_local(it)).filter_map(key).collect();
    let is_told = |it: &ImageUse<'_>| is_local(it) && key(it).is_some_and(|key| public.contains(&key));
    let mut first: FxHashMap<Key<'_>, &ImageUse<'_>> = FxHashMap::default();
    let mut told: FxHashSet<(String, String)> = FxHashSet::default();
    let services = LazyCell::new(|| Services::of(context.world().repository));
    for it in uses.iter().filter(|it| !is_told(it)) {
        let Some(known) = key(it).map(|key| *first.entry(key).or_insert(it)) else { continue };
        let pair = (known.image.name(), it.image.name());
        if !differ(known, it) || told.contains(&pair) {
            continue;
        }
        // The name that is used less is more likely the wrong one.
        let is_rarer = named[&pair.1] <= named[&pair.0];
        let (it, known) = if is_rarer { (it, known) } else { (known, it) };
        report.add(as_one_object(&services, notice(it, known), it, known));
        told.insert(pair);
    }
}

/// Says what comes of a workload that two places define for one namespace.
fn as_one_object(services: &Services<'_>, notice: Notice, it: &ImageUse<'_>, other: &ImageUse<'_>) -> Notice {
    let (object, others) = (it.object(), other.object());
    let Some(namespace) = object.namespace() else { return notice };
    let title = object.title();
    let notice = notice
        .because(format!("in namespace `{namespace}` both are one {title}: what is applied last counts"));
    match (services.leading_to(object), services.leading_to(others)) {
        (Some((here, of_here)), Some((there, of_there))) if of_here != of_there => {
            let both = format!("Service {here} is {of_here} and Service {there} is {of_there}");
            notice.because(format!("{both}: both lead to its pods"))
        }
        _ => notice,
    }
}

/// The Services of all units, by unit, namespace and the first label that they select.
struct Services<'a>(FxHashMap<ServiceKey<'a>, Vec<&'a Object>>);

type ServiceKey<'a> = (UnitId, Option<&'a str>, SmolStr, &'a str);

/// Of more Services that select by one label first, the rest is not looked at.
const SERVICES_MAX: usize = 200;

impl<'a> Services<'a> {
    fn of(repository: &'a Repository) -> Self {
        let mut found: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for service in repository.objects().filter(|it| it.is("", "Service")) {
            let Some((key, value)) = pairs(service.field(&["spec", "selector"])).next() else { continue };
            let Some(value) = value else { continue };
            let known: &mut Vec<&Object> =
                found.entry((service.unit(), service.namespace(), key, value)).or_default();
            if known.len() < SERVICES_MAX {
                known.push(service);
            }
        }
        Self(found)
    }

    /// The first that leads to a workload's pods in its own unit, and its type.
    fn leading_to(&self, workload: &Object) -> Option<(&'a str, &'a str)> {
        let labels: FxHashMap<SmolStr, &str> =
            pairs(workload.field(&["spec", "template", "metadata", "labels"]))
                .filter_map(|(key, value)| Some((key, value?)))
                .collect();
        let candidates = labels.iter().filter_map(|(key, value)| {
            self.0.get(&(workload.unit(), workload.namespace(), key.clone(), *value))
        });
        let selects = |it: &&&Object| {
            pairs(it.field(&["spec", "selector"]))
                .all(|(key, value)| value.is_some() && labels.get(&key).copied() == value)
        };
        let service = candidates.flatten().filter(selects).min_by_key(|it| it.id())?;
        let kind = service.field(&["spec", "type"]).and_then(Node::as_str).unwrap_or("ClusterIP");
        Some((service.name(), kind))
    }
}

/// The keys of a mapping with their texts.
fn pairs(node: Option<Node<'_>>) -> impl Iterator<Item = (SmolStr, Option<&str>)> {
    node.into_iter().flat_map(Node::entries).map(|it| (SmolStr::new(it.name()), it.value.as_str()))
}

fn key<'a>(it: &ImageUse<'a>) -> Option<Key<'a>> {
    let object = it.object();
    Some((object.kind(), object.namespace(), object.name(), it.container.name()?))
}

/// Whether both are of one owner and have nearly the same name.
fn differ(one: &ImageUse<'_>, other: &ImageUse<'_>) -> bool {
    let (image, others) = (&one.image, &other.image);
    one.object().unit() != other.object().unit()
        && image.registry == others.registry
        && image.owner().is_some()
        && image.owner() == others.owner()
        && are_near(image.last_name(), others.last_name())
}

fn notice(it: &ImageUse<'_>, other: &ImageUse<'_>) -> Notice {
    let (name, others) = (it.image.name(), other.image.name());
    let title = container_title(&it.container);
    let message = format!("{title} runs `{name}` here, and `{others}` where it is defined once more");
    Notice::new(&CHECK.info, it.container.field.at("image"), message)
        .because("both have the same owner, and one name has a word more than the other")
        .help("name the one that is built and pushed, in both places")
        .related(
            other.container.field.at("image"),
            Role::Definition,
            format!("the same container runs `{others}`"),
        )
}
