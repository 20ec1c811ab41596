//! A network policy closes a connection that the application needs.
//!
//! ## Why
//! Once a policy selects a pod, only what some policy allows reaches it. A pod that
//! is told by its own variables to call a Service, and that no policy lets
//! through to the pods behind it, waits until its timeout, and every time again:
//! dropped packets get no answer.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   ingress:
//!     - from: [{podSelector: {matchLabels: {app: api}}}]
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: db}
//! spec: {selector: {app: db}, ports: [{port: 5432}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, labels: {app: db}}
//! spec: {containers: [{name: db, image: postgres:17}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec: {containers: [{name: web, image: web:1, env: [{name: DB_URL, value: "postgres://db:5432/web"}]}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   ingress:
//!     - from: [{podSelector: {matchLabels: {app: web}}}]
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: db}
//! spec: {selector: {app: db}, ports: [{port: 5432}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, labels: {app: db}}
//! spec: {containers: [{name: db, image: postgres:17}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec: {containers: [{name: web, image: web:1, env: [{name: DB_URL, value: "postgres://db:5432/web"}]}]}
//! ```

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{ContainerPort, PodTemplate, Service};
use seatrial_model::{IntOrString, Place};

use crate::dns::{Address, addresses};
use crate::policies::{Direction, Policies, Policy, Port};
use crate::ports::declared_ports;
use crate::scaling::place;
use crate::selection::Labelled;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "blocked-connection",
        title: "A network policy closes a connection that the application needs",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["network.blocked"],
        page: include_str!("blocked_connection.rs"),
    },
    run,
};

/// Of one pod, no more addresses are named.
const ADDRESSES_MAX: usize = 8;

fn run(context: &Context<'_>, report: &mut Report) {
    let policies = Policies::of(context.world().repository);
    if policies.is_unclear() {
        return;
    }
    let mut told: FxHashSet<(Place, Place)> = FxHashSet::default();
    let mut shut: BTreeMap<Place, Closed<'_, '_>> = BTreeMap::new();
    for address in addresses(context) {
        let object = address.field.object();
        let Some(template) = PodTemplate::of(object) else { continue };
        let caller = Labelled { object, labels: template.labels() };
        match context.hosts().answering(object, &address.host)[..] {
            [service] if told.insert((place(object), place(service.object()))) => {
                report.add_some(judge(context, &policies, &address, &caller, service));
            }
            [] => {
                let Some(policy) = is_shut(&policies, &address, &caller) else { continue };
                let closed = || Closed { policy, caller, addresses: Vec::new() };
                let known = shut.entry(place(object)).or_insert_with(closed);
                let is_new =
                    |it: &Address<'_>| (it.host.text, it.host.port) != (address.host.text, address.host.port);
                if known.addresses.len() < ADDRESSES_MAX && known.addresses.iter().all(is_new) {
                    known.addresses.push(address);
                }
            }
            // With several of the name, it is not sure which one is meant.
            _ => {}
        }
    }
    for closed in shut.values() {
        report.add(of_ports(closed));
    }
}

/// A policy of a pod, and the addresses whose port no rule lets out.
struct Closed<'p, 'a> {
    policy: &'p Policy<'a>,
    caller: Labelled<'a>,
    addresses: Vec<Address<'a>>,
}

/// Whether no rule lets out the port of a Service that is not seen: it mostly
/// is the pods' own port, too.
fn is_shut<'p, 'a>(
    policies: &'p Policies<'a>,
    address: &Address<'a>,
    caller: &Labelled<'a>,
) -> Option<&'p Policy<'a>> {
    let port = Port { number: Some(address.host.port?), names: Vec::new(), protocol: "TCP" };
    let policy = *policies.closing(caller, Direction::Egress).first()?;
    // Without any rule, nothing is to get out.
    let has_rules = policy.rules(Direction::Egress).next().is_some();
    (has_rules && !policies.may_reach(caller, &port)).then_some(policy)
}

fn of_ports(closed: &Closed<'_, '_>) -> Notice {
    let (own, from) = (closed.policy.object().title(), closed.caller.object.title());
    let shown = closed
        .addresses
        .iter()
        .map(|it| format!("port {} of `{}`", it.host.port.unwrap_or_default(), it.host.text));
    let shown: Vec<String> = shown.collect();
    let message = format!("{own} keeps {from} from reaching {}", shown.join(" and "));
    let mut notice = Notice::new(&CHECK.info, closed.policy.field(Direction::Egress).location(), message)
        .help("allow it: add a rule for the port, or for the port of the pods behind it")
        .because("no egress rule of the policies for these pods has the port");
    for address in &closed.addresses {
        notice =
            notice.related(address.location(), Role::Reference, format!("called by `{}`", address.variable));
    }
    notice
}

fn judge<'a>(
    context: &Context<'a>,
    policies: &Policies<'a>,
    address: &Address<'a>,
    caller: &Labelled<'a>,
    service: &Service<'a>,
) -> Option<Notice> {
    let selector = service.selector()?;
    let called = context.pods().selected(service.object(), &selector).found;
    // A Service with pods of several kinds may be answered by another one.
    let [called] = called.as_slice() else { return None };
    // What a pod says to itself may well stay inside it.
    let is_itself = place(called.object) == place(caller.object);
    if called.object.unit() != caller.object.unit() || is_itself {
        return None;
    }
    let port = port(service, called, address.host.port);
    let ways = [(Direction::Ingress, called, caller), (Direction::Egress, caller, called)];
    ways.into_iter().find_map(|(direction, closed, other)| {
        let closing = policies.closing(closed, direction);
        let policy = closing.first()?;
        let is_blocked = !policies.may_pass(closed, direction, other, &port);
        // Where another port is open, it is the port that matters.
        let port =
            port.number.filter(|_| is_blocked && policies.may_pass_somewhere(closed, direction, other));
        is_blocked.then(|| notice(address, policy, direction, port, [caller, called]))
    })
}

/// The port of the pod that is called; without a number where it is not sure.
fn port<'a>(service: &Service<'a>, called: &Labelled<'a>, written: Option<i64>) -> Port<'a> {
    let mut ports = service.ports().filter(|it| written.is_none_or(|written| it.port() == Some(written)));
    let (Some(only), None) = (ports.next(), ports.next()) else { return Port::default() };
    let declared = declared_ports(called);
    let number = match only.target_port() {
        Some(IntOrString::Int(number)) => Some(number),
        Some(IntOrString::String(name)) => {
            declared.iter().find(|it| it.name() == Some(name)).and_then(ContainerPort::number)
        }
        None => None,
    };
    let number = if service.is_headless() { written.or(number) } else { number };
    let names = declared.iter().filter(|it| it.number() == number).filter_map(ContainerPort::name).collect();
    Port { number, names, protocol: only.protocol() }
}

fn notice(
    address: &Address<'_>,
    policy: &Policy<'_>,
    direction: Direction,
    port: Option<i64>,
    [caller, called]: [&Labelled<'_>; 2],
) -> Notice {
    let (from, to, own) = (caller.object.title(), called.object.title(), policy.object().title());
    let shown = port.map(|it| format!("port {it} of ")).unwrap_or_default();
    let message = format!("{own} keeps {from} from reaching {shown}{to}");
    let help = match direction {
        _ if port.is_some() => "allow it: add the port to the rule that has the other ports".to_owned(),
        Direction::Ingress => format!("allow it: add {from} to the `from` of a rule, by labels of its pods"),
        Direction::Egress => format!("allow it: add {to} to the `to` of a rule, by labels of its pods"),
    };
    Notice::new(&CHECK.info, policy.field(direction).location(), message)
        .help(help)
        .because(format!("`{}` of {from} holds `{}`", address.variable, address.host.text))
        .because("no rule of the policies for these pods allows it")
        .related(address.location(), Role::Reference, "called here")
}
