//! A probe or hook is written in a way that is refused.
//!
//! ## Why
//! The API server refuses a pod whose probe asks nothing (no `httpGet`, `tcpSocket`,
//! `grpc` or `exec`), asks a port that cannot exist or by a scheme other than `HTTP`
//! and `HTTPS`, runs an empty command, or wants several successes of a liveness or
//! startup probe. Init containers run to their end and have neither probes nor hooks;
//! only sidecars, init containers with `restartPolicy: Always`, do.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     livenessProbe: {initialDelaySeconds: 10, periodSeconds: 5}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     livenessProbe: {httpGet: {path: /live, port: 8080}, periodSeconds: 5}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Container, ContainerKind, Probe, ProbeKind};
use seatrial_schema::decode::{Problem, ProblemKind};
use seatrial_yaml::Node;

use crate::partial::is_partial;
use crate::placeholder::is_filled_in_later;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-probe",
        title: "A probe or hook is written in a way that is refused",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["probe.schema"],
        page: include_str!("invalid_probe.rs"),
    },
    run,
};

const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
const NUMBERS: [&str; 5] =
    ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"];

fn run(context: &Context<'_>, report: &mut Report) {
    // Knative fills in what is not written.
    let templates = context.pod_templates().filter(|it| it.object().group() != "serving.knative.dev");
    for template in templates.filter(|it| !is_partial(it)) {
        for container in template.containers() {
            if container.kind == ContainerKind::Init {
                of_init(&container, report);
                continue;
            }
            for probe in container.probes() {
                judge(context, &container, &probe, report);
            }
            let hooks = ["postStart", "preStop"].into_iter();
            let hooks = hooks.filter_map(|name| Some((name, container.field.keys(&["lifecycle", name])?)));
            for (name, hook) in hooks.filter(|(_, it)| it.node().is_mapping()) {
                handler(
                    context,
                    &format!("{name} of {}", container_title(&container)),
                    &hook,
                    "does",
                    report,
                );
            }
        }
    }
}

fn of_init(container: &Container<'_>, report: &mut Report) {
    let fields = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];
    let written = fields.iter().filter_map(|name| Some((name, container.field.key(name)?)));
    for (name, field) in written.filter(|(_, it)| it.node().is_mapping()) {
        let message =
            format!("{} has `{name}`, which init containers must not have", container_title(container));
        report.add(
            Notice::new(&CHECK.info, field.location(), message)
                .help("remove it, or write `restartPolicy: Always` beside it if the container keeps running")
                .change(Change::Remove { at: field.location() }),
        );
    }
}

fn judge(context: &Context<'_>, container: &Container<'_>, probe: &Probe<'_>, report: &mut Report) {
    let of = format!("{} of {}", probe.kind.field(), container_title(container));
    handler(context, &of, &probe.field, "asks", report);
    let threshold = probe.field.key("successThreshold");
    let is_too_high =
        |it: &Field<'_>| probe.kind != ProbeKind::Readiness && it.as_i64().is_some_and(|it| it > 1);
    if let Some(threshold) = threshold.filter(is_too_high) {
        let at = threshold.location();
        let notice =
            Notice::new(&CHECK.info, at.clone(), format!("{of} wants several successes; it must be 1"));
        report.add(notice.help("write 1").change(Change::Set { at, content: Content::Int(1) }));
    }
    for number in NUMBERS.iter().filter_map(|it| probe.field.key(it)) {
        if number.as_i64().is_some_and(|it| it < 0) {
            let message = format!("{of} has a number below zero");
            report
                .add(Notice::new(&CHECK.info, number.location(), message).help("write a number above zero"));
        }
    }
}

/// What a probe asks, or a hook does.
fn handler(context: &Context<'_>, of: &str, field: &Field<'_>, verb: &str, report: &mut Report) {
    let is_asked = HANDLERS.iter().any(|it| field.key(it).is_some_and(|it| !it.node().is_null()));
    if !is_asked && !is_misspelt(context, field) {
        let notice = Notice::new(&CHECK.info, field.location(), format!("{of} {verb} nothing"));
        let is_of_http = field.key("path").or_else(|| field.key("port")).is_some();
        let known = HANDLERS.map(|it| format!("`{it}`")).join(", ");
        report.add(notice.help(if is_of_http {
            "write `path` and `port` below `httpGet`, or `port` below `tcpSocket`".to_owned()
        } else {
            format!("say what it {verb}: {known}")
        }));
    }
    let written = |name: &str| field.key(name).filter(|it| it.node().is_mapping());
    report.add_some(written("exec").and_then(|it| command(of, &it)));
    report.add_some(written("httpGet").and_then(|it| scheme(of, &it)));
    for asked in ["httpGet", "tcpSocket", "grpc"].into_iter().filter_map(written) {
        report.add_some(port(of, &asked));
    }
}

/// Whether what it asks stands under a name that there is not, which is told there.
fn is_misspelt(context: &Context<'_>, field: &Field<'_>) -> bool {
    let path = field.path();
    let is_below = |it: &Problem| it.path.len() == path.len() + 1 && it.path.starts_with(&path);
    let problems = &context.review_of(field.object()).problems;
    let unknown = problems.iter().filter(|it| matches!(it.kind, ProblemKind::UnknownField { .. }));
    let mut written = unknown.filter(|it| is_below(it)).filter_map(|it| field.object().at(&it.path));
    written.any(Node::is_mapping)
}

fn command(of: &str, exec: &Field<'_>) -> Option<Notice> {
    let is_given = exec.key("command").is_some_and(|it| !it.node().is_sequence() || !it.node().is_empty());
    let notice = || Notice::new(&CHECK.info, exec.at("command"), format!("{of} runs no command"));
    (!is_given).then(|| notice().help("write the program and its arguments under `command`"))
}

fn port(of: &str, handler: &Field<'_>) -> Option<Notice> {
    let notice = |message: String| Notice::new(&CHECK.info, handler.at("port"), message);
    match handler.key("port").filter(|it| !it.node().is_null()) {
        None => Some(notice(format!("{of} names no port")).help("write the port that it asks")),
        Some(port) => {
            let number = port.as_i64().filter(|it| !(1..=65_535).contains(it))?;
            Some(notice(format!("{of} asks port {number}")).help("write a port between 1 and 65535"))
        }
    }
}

fn scheme(of: &str, get: &Field<'_>) -> Option<Notice> {
    let field = get.key("scheme")?;
    let scheme =
        field.as_str().filter(|it| !matches!(*it, "" | "HTTP" | "HTTPS") && !is_filled_in_later(it))?;
    let message = format!("{of} asks by `{scheme}`, which is neither `HTTP` nor `HTTPS`");
    let notice = Notice::new(&CHECK.info, field.location(), message).help("write `HTTP` or `HTTPS`");
    let upper = scheme.to_ascii_uppercase();
    Some(if matches!(upper.as_str(), "HTTP" | "HTTPS") {
        notice.change(Change::Set { at: field.location(), content: Content::Text(upper) })
    } else {
        notice
    })
}
