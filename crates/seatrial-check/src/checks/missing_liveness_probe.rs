//! Nothing notices when a container hangs.
//!
//! ## Why
//! A process that has ended is started again. One that still runs and does nothing
//! more, after a deadlock or a lost connection, stays as it is until somebody looks. A
//! liveness probe restarts it. It should ask the process itself and nothing it depends
//! on, else one failing database restarts everything.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: api, image: "registry.example.com/api:1"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     livenessProbe: {httpGet: {path: /live, port: 8080}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::{ContainerKind, PodTemplate, ProbeKind};

use crate::partial::is_partial;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-liveness-probe",
        title: "Nothing notices when a container hangs",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["probe.missing"],
        page: include_str!("missing_liveness_probe.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| is_lasting(it) && !is_partial(it)) {
        let regular = template.containers().filter(|it| it.kind == ContainerKind::Regular);
        for container in regular.filter(|it| it.probe(ProbeKind::Liveness).is_none()) {
            let message = format!("{} has no livenessProbe", container_title(&container));
            report.add(
                Notice::new(&CHECK.info, container.field.at("livenessProbe"), message)
                    .help("add a livenessProbe that asks the process and nothing it depends on"),
            );
        }
    }
}

/// Whether the pods are to run for ever.
fn is_lasting(template: &PodTemplate<'_>) -> bool {
    matches!(
        (template.object().group(), template.object().kind()),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") | ("argoproj.io", "Rollout")
    )
}
