//! A node port lies outside the server's range.
//!
//! ## Why
//! The API server gives node ports from one range, 30000 to 32767 unless it was started
//! with another (`--service-node-port-range`). It refuses a Service that asks for a port
//! outside: `provided port is not in the valid range`. A dry run does not notice, since
//! it takes no port.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec: {type: NodePort, ports: [{port: 80, nodePort: 8080}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Interval, views::Service};

use super::colliding_node_port::{has_node_ports, node_port};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "node-port-out-of-range",
        title: "A node port lies outside the server's range",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["ref.nodeport-collision"],
        page: include_str!("node_port_out_of_range.rs"),
    },
    run,
};

/// The range of a server that was started with none.
const USUAL: (u16, u16) = (30_000, 32_767);

fn run(context: &Context<'_>, report: &mut Report) {
    let stated = context.world().profile.node_ports;
    for service in context.of_kind("", "Service").filter_map(Service::of).filter(has_node_ports) {
        for field in service.ports().filter_map(|port| node_port(&port)) {
            report.add_some(outside(&field, stated));
        }
    }
}

fn outside(field: &Field<'_>, stated: Option<(u16, u16)>) -> Option<Notice> {
    let number = field.as_i64()?;
    let (first, last) = stated.unwrap_or(USUAL);
    if Interval::new(i64::from(first), i64::from(last)).contains(number) {
        return None;
    }
    let title = field.object().title();
    let message = format!("{title} asks for node port {number}, outside the range {first}-{last}");
    // No range holds what is no port.
    let is_certain = stated.is_some() || !Interval::new(1, 65_535).contains(number);
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .severity(if is_certain { Severity::Error } else { Severity::Warning })
        .help("take a port of the range, or leave `nodePort` out and let the server choose")
        .because(format!("the API server says: provided port is not in the valid range. The range of valid ports is {first}-{last}"));
    Some(match stated {
        Some(_) => notice,
        None => notice
            .because("a server that was started with another `--service-node-port-range` takes other ports"),
    })
}
