//! A port of a Service with several ports has no name.
//!
//! ## Why
//! A Service with more than one port must name each of them; otherwise the API
//! server refuses it: `spec.ports[1].name: Required value`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   ports: [{name: http, port: 80}, {port: 443}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   ports: [{name: http, port: 80}, {name: https, port: 443}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::Service;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unnamed-service-port",
        title: "A port of a Service with several ports has no name",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.missing-field"],
        page: include_str!("unnamed_service_port.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for service in context.of_kind("", "Service").filter_map(Service::of).filter(|it| it.ports().count() > 1)
    {
        for port in service.ports().filter(|it| it.name().is_none_or(str::is_empty)) {
            let is_text =
                port.field.key("name").is_none_or(|it| it.node().is_null() || it.as_str().is_some());
            let Some(number) = port.port().filter(|_| is_text) else { continue };
            let message = format!("port {number} of {} has no name", service.object().title());
            let notice = Notice::new(&CHECK.info, port.field.at("name"), message);
            report.add(notice.help("name every port, for a Service with several needs to tell them apart"));
        }
    }
}
