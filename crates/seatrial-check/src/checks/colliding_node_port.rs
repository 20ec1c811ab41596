//! A node port is taken twice.
//!
//! ## Why
//! A node port belongs to one Service of the whole cluster. The API server refuses
//! the second Service: `provided port is already allocated`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: a}
//! spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: b}
//! spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: a}
//! spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: b}
//! spec: {type: NodePort, ports: [{port: 80, nodePort: 30081}]}
//! ```

use std::cell::LazyCell;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Service, ServicePort};

use crate::neighbours::Neighbours;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "colliding-node-port",
        title: "A node port is taken twice",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.nodeport-collision"],
        page: include_str!("colliding_node_port.rs"),
    },
    run,
};

/// More Services than this on one port are copies of each other.
const TAKERS_MAX: usize = 20;

fn run(context: &Context<'_>, report: &mut Report) {
    let neighbours = LazyCell::new(|| Neighbours::new(context.world().repository));
    let mut taken: FxHashMap<i64, Vec<Field<'_>>> = FxHashMap::default();
    for service in context.of_kind("", "Service").filter_map(Service::of).filter(has_node_ports) {
        for port in service.ports() {
            let Some(field) = node_port(&port) else { continue };
            let number = field.as_i64().unwrap_or_default();
            let takers = taken.entry(number).or_default();
            report.add_some(takers.iter().find_map(|first| collision(&neighbours, first, &field, number)));
            if takers.len() < TAKERS_MAX {
                takers.push(field);
            }
        }
    }
}

/// Whether a Service of this type takes node ports.
pub(super) fn has_node_ports(service: &Service<'_>) -> bool {
    matches!(service.type_name(), "NodePort" | "LoadBalancer")
}

/// The node port that a manifest asks for; 0 asks for any.
pub(super) fn node_port<'a>(port: &ServicePort<'a>) -> Option<Field<'a>> {
    port.field.key("nodePort").filter(|it| it.as_i64().is_some_and(|number| number != 0))
}

fn collision(
    neighbours: &Neighbours<'_>,
    first: &Field<'_>,
    second: &Field<'_>,
    number: i64,
) -> Option<Notice> {
    let (one, other) = (first.object(), second.object());
    let same_service = one.name() == other.name() && one.namespace() == other.namespace();
    if same_service && (one.unit() != other.unit() || one.id() != other.id()) {
        return None;
    }
    let severity = neighbours.clash(one.unit(), other.unit())?;
    // One Service may have a number for TCP and for UDP.
    let protocol = |field: &Field<'_>| protocol_of(field).to_owned();
    if same_service && protocol(first) != protocol(second) {
        return None;
    }
    let message = format!("{} asks for node port {number}, which {} has", other.title(), one.title());
    Some(
        Notice::new(&CHECK.info, second.location(), message)
            .severity(severity)
            .help("choose another port, or leave `nodePort` out and let the server choose")
            .related(first.location(), Role::Definition, "taken here"),
    )
}

fn protocol_of<'a>(field: &Field<'a>) -> &'a str {
    let parent = field.path().parent();
    let port = parent.and_then(|path| field.object().at(&path));
    port.and_then(|it| it.get("protocol")?.as_str()).unwrap_or("TCP")
}
