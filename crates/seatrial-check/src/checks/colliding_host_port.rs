//! Two workloads claim the same port of every node.
//!
//! ## Why
//! A port of a node serves one pod. When two `DaemonSets` claim the same host port
//! on every node, the scheduler finds no node with a free port for the second, and
//! its pods stay `Pending`. With `hostNetwork: true` every declared container port
//! is a port of the node.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: DaemonSet
//! metadata: {name: a}
//! spec:
//!   template:
//!     spec: {containers: [{name: a, ports: [{containerPort: 80, hostPort: 8080}]}]}
//! ---
//! apiVersion: apps/v1
//! kind: DaemonSet
//! metadata: {name: b}
//! spec:
//!   template:
//!     spec: {containers: [{name: b, ports: [{containerPort: 90, hostPort: 8080}]}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: DaemonSet
//! metadata: {name: a}
//! spec:
//!   template:
//!     spec: {containers: [{name: a, ports: [{containerPort: 80, hostPort: 8080}]}]}
//! ---
//! apiVersion: apps/v1
//! kind: DaemonSet
//! metadata: {name: b}
//! spec:
//!   template:
//!     spec: {containers: [{name: b, ports: [{containerPort: 90, hostPort: 8081}]}]}
//! ```

use std::cell::LazyCell;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::PodTemplate;

use crate::neighbours::Neighbours;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "colliding-host-port",
        title: "Two workloads claim the same port of every node",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["ref.hostport-collision"],
        page: include_str!("colliding_host_port.rs"),
    },
    run,
};

/// More claims than this on one port are copies of each other.
const CLAIMS_MAX: usize = 20;

struct Claim<'a> {
    field: Field<'a>,
    address: &'a str,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let neighbours = LazyCell::new(|| Neighbours::new(context.world().repository));
    let mut claims: FxHashMap<(i64, &str), Vec<Claim<'_>>> = FxHashMap::default();
    for template in context.pod_templates().filter(is_on_every_node) {
        for ((number, protocol), claim) in claims_of(&template) {
            let earlier = claims.entry((number, protocol)).or_default();
            report.add_some(earlier.iter().find_map(|first| collision(&neighbours, first, &claim, number)));
            if earlier.len() < CLAIMS_MAX {
                earlier.push(claim);
            }
        }
    }
}

/// Whether nothing keeps the pods off any node. Other workloads take one node
/// among many.
fn is_on_every_node(template: &PodTemplate<'_>) -> bool {
    let narrows = ["nodeSelector", "affinity", "nodeName"];
    template.object().kind() == "DaemonSet" && narrows.iter().all(|it| template.spec.key(it).is_none())
}

fn claims_of<'a>(template: &PodTemplate<'a>) -> Vec<((i64, &'a str), Claim<'a>)> {
    let is_host = template.spec.flag("hostNetwork");
    let mut found = Vec::new();
    for port in template.long_running().flat_map(|it| it.ports().collect::<Vec<_>>()) {
        let written = port.field.key("hostPort").filter(|it| it.as_i64().is_some_and(|it| it != 0));
        let field = written.or_else(|| port.field.key("containerPort").filter(|_| is_host));
        let number = field.as_ref().and_then(Field::as_i64);
        if let (Some(field), Some(number)) = (field, number) {
            let address = port.field.text("hostIP").unwrap_or_default();
            found.push(((number, port.protocol()), Claim { field, address }));
        }
    }
    found
}

fn collision(
    neighbours: &Neighbours<'_>,
    first: &Claim<'_>,
    second: &Claim<'_>,
    number: i64,
) -> Option<Notice> {
    let (one, other) = (first.field.object(), second.field.object());
    let is_any = |address: &str| address.is_empty() || address == "0.0.0.0";
    let same_address = is_any(first.address) || is_any(second.address) || first.address == second.address;
    let same_object = one.name() == other.name() && one.namespace() == other.namespace();
    if !same_address || same_object {
        return None;
    }
    let severity = neighbours.clash(one.unit(), other.unit())?;
    let message = format!("{} claims port {number} of every node, which {} has", other.title(), one.title());
    Some(
        Notice::new(&CHECK.info, second.field.location(), message)
            .severity(severity)
            .help("choose another host port, or keep the two on different nodes with a `nodeSelector`")
            .related(first.field.location(), Role::Definition, "claimed here"),
    )
}
