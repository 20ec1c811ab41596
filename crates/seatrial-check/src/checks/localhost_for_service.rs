//! A variable says localhost where a Service of the tree is meant.
//!
//! ## Why
//! In a pod `localhost` is the pod itself. What ran side by side on one machine, or in one Compose
//! network with its ports open, lies in other pods in the cluster: the connection is refused.
//!
//! A Service is meant if the variable bears its name (`USERS_URL`, Service `users-service`), or if
//! scheme and port of the address are those of a database or broker with a Service. Pods with
//! several containers, with ones that something adds, and variables for browsers are left alone.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: redis}
//! spec: {selector: {app: redis}, ports: [{port: 6379}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: api}
//! spec:
//!   containers:
//!     - name: api
//!       image: shop/api:1.4
//!       env: [{name: REDIS_URL, value: "redis://localhost:6379/0"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: redis}
//! spec: {selector: {app: redis}, ports: [{port: 6379}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: api}
//! spec:
//!   containers:
//!     - name: api
//!       image: shop/api:1.4
//!       env: [{name: REDIS_URL, value: "redis://redis:6379/0"}]
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness, name_words};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate, Service};
use seatrial_yaml::FieldPath;

use crate::dns::is_dialled;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "localhost-for-service",
        title: "A variable says localhost where a Service of the tree is meant",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["env.dns", "env.localhost"],
        page: include_str!("localhost_for_service.rs"),
    },
    run,
};

/// What databases and brokers are called, by the scheme of their addresses.
const SCHEMES: &[(&str, &str)] = &[
    ("amqp", "rabbit"),
    ("mongodb", "mongo"),
    ("mysql", "mysql"),
    ("nats", "nats"),
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("redis", "redis"),
];
/// Words of a variable's name that say nothing of whom it reaches.
const ENDINGS: &[&str] =
    &["url", "uri", "host", "hostname", "addr", "address", "endpoint", "server", "service", "svc", "base"];
/// What people open in a browser: such an address is for them.
const PAGES: &[&str] = &["app", "client", "dashboard", "frontend", "portal", "site", "ui", "web", "website"];

/// More Services with one port, or one name in many namespaces, are not looked at.
const NAMESAKES_MAX: usize = 20;

fn run(context: &Context<'_>, report: &mut Report) {
    let services = Known::of(context);
    if services.by_words.is_empty() {
        return;
    }
    for template in context.objects().filter_map(PodTemplate::of) {
        let Some(container) = only_container(&template) else { continue };
        for variable in container.env() {
            let found = variable.name().zip(variable.field.key("value"));
            report.add_some(
                found.and_then(|(name, value)| judge(&template, &container, name, &value, &services)),
            );
        }
    }
}

/// The container of a pod that is alone in it, and stays so.
fn only_container<'a>(template: &PodTemplate<'a>) -> Option<Container<'a>> {
    let mut containers = template.long_running();
    let only = containers.next().filter(|_| containers.next().is_none())?;
    let annotations = template.field.keys(&["metadata", "annotations"]);
    let adds = |key: &str| ["inject", "sidecar", "dapr.io/"].iter().any(|it| key.contains(it));
    let is_added_to = annotations.iter().flat_map(Field::entries).any(|(key, _)| adds(&key));
    (!is_added_to && !template.spec.flag("hostNetwork")).then_some(only)
}

/// An address on the own machine.
struct Local<'a> {
    scheme: Option<&'a str>,
    port: i64,
}

impl<'a> Local<'a> {
    fn of(value: &'a str) -> Option<Self> {
        let (scheme, rest) = match value.split_once("://") {
            // `jdbc:postgresql`, `postgresql+asyncpg`
            Some((scheme, rest)) => (scheme.rsplit(':').next().and_then(|it| it.split('+').next()), rest),
            None => (None, value),
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (name, port) = host.split_once(':')?;
        matches!(name, "localhost" | "127.0.0.1").then_some(())?;
        Some(Self { scheme, port: port.parse().ok()? })
    }
}

fn judge(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    name: &str,
    value: &Field<'_>,
    services: &Known<'_>,
) -> Option<Notice> {
    let local = Local::of(value.as_str().filter(|it| it.len() <= 1024)?)?;
    let is_declared = container.ports().any(|it| it.number() == Some(local.port));
    if !is_dialled(name) || is_declared || listens(container, name, &local) {
        return None;
    }
    let service = services.meant(name, &local).find(|it| !is_own(it, template))?;
    let (title, host) = (template.object().title(), service.object().name());
    let message = format!(
        "{title} reaches for port {} of its own pod in `{name}`, which no container declares",
        local.port
    );
    Some(
        Notice::new(&CHECK.info, value.location(), message)
            .help(format!("use `{host}` if {} is meant", service.object().title()))
            .because("in a pod `localhost` is the pod itself")
            .related(service.object().location(FieldPath::root()), Role::Definition, "the Service"),
    )
}

/// Whether the address may be one that the container listens on: its command names
/// the port, or the variable is called like where something is bound to.
fn listens(container: &Container<'_>, name: &str, local: &Local<'_>) -> bool {
    let port = local.port.to_string();
    let mut words = ["command", "args"].iter().flat_map(|key| container.field.list(key).collect::<Vec<_>>());
    let is_bound = name_words(&name.to_ascii_lowercase()).any(|it| matches!(it, "addr" | "listen" | "bind"));
    local.scheme.is_none() && is_bound || words.any(|it| it.as_str().is_some_and(|it| it.contains(&port)))
}

/// The Services of a unit, by what a variable or an address may say of them.
#[derive(Default)]
struct Known<'a> {
    /// The words of its name.
    by_words: BTreeMap<String, Vec<Service<'a>>>,
    by_port: BTreeMap<i64, Vec<Service<'a>>>,
}

impl<'a> Known<'a> {
    fn of(context: &Context<'a>) -> Self {
        let mut known = Self::default();
        for service in context.objects().filter_map(Service::of) {
            for port in service.ports().filter_map(|it| it.port()) {
                known.by_port.entry(port).or_default().push(service.clone());
            }
            known.by_words.entry(words(service.object().name())).or_default().push(service);
        }
        known
    }

    /// Those that a variable bears the name of, and those of the address's scheme and port.
    fn meant(&self, variable: &str, local: &Local<'_>) -> impl Iterator<Item = &Service<'a>> {
        let asked = words(variable);
        let is_page = asked.is_empty() || asked.split('-').any(|it| PAGES.contains(&it));
        let named = self.by_words.get(&asked).filter(|_| !is_page);
        let store = SCHEMES.iter().find(|it| Some(it.0) == local.scheme).map(|it| it.1);
        let of_port = self.by_port.get(&local.port).into_iter().flatten().take(NAMESAKES_MAX);
        let stores = of_port.filter(move |it| store.is_some_and(|store| it.object().name().contains(store)));
        named.into_iter().flatten().take(NAMESAKES_MAX).chain(stores)
    }
}

/// The words of a name that say who is meant.
fn words(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let told: Vec<&str> = name_words(&name).filter(|it| !ENDINGS.contains(it)).collect();
    told.join("-")
}

/// Whether a Service leads to the pods themselves.
fn is_own(service: &Service<'_>, template: &PodTemplate<'_>) -> bool {
    let selector = service.selector().filter(|it| !it.is_everything());
    let namespaces = service.object().namespace().zip(template.object().namespace());
    namespaces.is_some_and(|(one, other)| one != other)
        || selector.is_none_or(|it| it.matches(template.labels()))
}
