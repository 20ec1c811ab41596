//! A workload reads a neighbour's Secret while its own lies unread.
//!
//! ## Why
//! A block of variables is copied from one application to the next, and one name stays
//! behind: the application signs in as its neighbour, into the neighbour's database, and
//! nothing fails until data is mixed up. The Secret that bears its own name is there,
//! and nothing reads it.
//!
//! A server hands out what its clients sign in with: the Secret of a database or broker, and
//! a key that bears the reader's own name, are there to be read.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: publisher-postgres}
//! ---
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: checker-postgres}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: publisher}
//! spec: {template: {spec: {containers: [{name: app, envFrom: [{secretRef: {name: publisher-postgres}}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: checker}
//! spec: {template: {spec: {containers: [{name: app, envFrom: [{secretRef: {name: publisher-postgres}}]}]}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: publisher-postgres}
//! ---
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: checker-postgres}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: publisher}
//! spec: {template: {spec: {containers: [{name: app, envFrom: [{secretRef: {name: publisher-postgres}}]}]}}}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: checker}
//! spec: {template: {spec: {containers: [{name: app, envFrom: [{secretRef: {name: checker-postgres}}]}]}}}
//! ```

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::references::Part;
use seatrial_model::views::PodTemplate;
use seatrial_model::{Link, Object};
use seatrial_yaml::{FieldPath, Node};

use crate::databases::holds_state;
use crate::image::Image;
use crate::missing::is_to;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "reads-secret-of-sibling",
        title: "A workload reads a neighbour's Secret while its own lies unread",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.secret-missing", "copy-paste"],
        page: include_str!("reads_secret_of_sibling.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let holders: BTreeMap<&str, &Object> =
        repository.objects().filter_map(|it| Some((secret_made_by(it)?, it))).collect();
    let mut read: BTreeSet<&str> = BTreeSet::new();
    let mut read_by: BTreeSet<(&str, &str)> = BTreeSet::new();
    for link in context.graph().links().iter().filter(|it| is_to(it, "", "Secret")) {
        let Some(name) = link.name() else { continue };
        read.insert(name);
        read_by.insert((repository.object(link.from).name(), name));
    }
    let servers: BTreeSet<&str> = repository.objects().filter(|it| is_server(it)).map(Object::name).collect();
    let unread = |name: &str| holders.get(name).filter(|_| !read.contains(name)).copied();
    if holders.keys().all(|it| read.contains(it)) {
        return;
    }
    for (object, link) in context.links() {
        let Some(name) = link.name().filter(|_| is_to(link, "", "Secret")) else { continue };
        if PodTemplate::of(object).is_none() || !holders.contains_key(name) || is_of_reader(object, link) {
            continue;
        }
        let own = owners(name).find_map(|(owner, rest)| {
            let is_told = !is_form_of(object.name(), owner) && !servers.contains(owner);
            let is_sibling = is_told && read_by.contains(&(owner, name));
            unread(&format!("{}{rest}", object.name())).filter(|_| is_sibling).map(|it| (owner, it))
        });
        if let Some((owner, holder)) = own {
            report.add(notice(object, link, owner, holder));
        }
    }
}

/// The Secret that an object is, or that a controller makes of it.
fn secret_made_by(object: &Object) -> Option<&str> {
    if object.is("", "Secret") || object.is("bitnami.com", "SealedSecret") {
        return Some(object.name());
    }
    let target = || object.field(&["spec", "target", "name"]).and_then(Node::as_str);
    object.is("external-secrets.io", "ExternalSecret").then(|| target().unwrap_or(object.name()))
}

/// Who a Secret's name says that it belongs to, with the rest of the name.
fn owners(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.match_indices('-').map(|(at, _)| name.split_at(at))
}

/// Whether a workload runs a database or a broker.
fn is_server(object: &Object) -> bool {
    let containers = PodTemplate::of(object).into_iter().flat_map(|it| it.containers().collect::<Vec<_>>());
    let mut images = containers.filter_map(|it| Image::parse(it.image()?).ok());
    object.kind() == "RabbitmqCluster" || images.any(|it| holds_state(it.last_name()))
}

/// Whether the key that is read bears the reader's own name: `WEB_DATABASE_PASSWORD`.
fn is_of_reader(object: &Object, link: &Link) -> bool {
    let plain = |text: &str| text.replace(['-', '_', '.'], "").to_ascii_lowercase();
    let key = link.reference.part.as_ref().and_then(|(part, _)| match part {
        Part::Key(key) => Some(plain(key)),
        _ => None,
    });
    key.is_some_and(|it| it.contains(&plain(object.name())))
}

/// `web-worker` reads what is of `web`.
fn is_form_of(workload: &str, owner: &str) -> bool {
    workload.starts_with(owner) || owner.starts_with(workload)
}

fn notice(object: &Object, link: &Link, owner: &str, holder: &Object) -> Notice {
    let (name, own) = (link.name().unwrap_or_default(), secret_made_by(holder).unwrap_or_default());
    let message = format!("{} reads Secret `{name}` of {owner}, and nothing reads `{own}`", object.title());
    let notice = Notice::new(&CHECK.info, link.location(), message)
        .help(format!("read `{own}`, unless the two are to share one"))
        .related(holder.location(FieldPath::root()), Role::Definition, format!("{} is here", holder.title()));
    // Only where the scalar is the name and nothing else.
    let is_plain = object.at(&link.path).and_then(Node::as_str) == Some(name);
    if is_plain {
        return notice.change(Change::Set { at: link.location(), content: Content::Text(own.to_owned()) });
    }
    notice
}
