//! A Service's name makes variables that a program takes for its configuration.
//!
//! ## Why
//! The kubelet gives every container variables for the Services of its namespace: for a
//! Service `kafka`, `KAFKA_PORT=tcp://10.0.0.1:9092`. A program that reads settings
//! from variables with that prefix takes it for one: Kafka, Neo4j or n8n then do not
//! start. `enableServiceLinks: false` turns the variables off.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: n8n}
//! spec: {selector: {app: n8n}, ports: [{port: 80, targetPort: 5678}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: n8n}
//! spec:
//!   template:
//!     metadata: {labels: {app: n8n}}
//!     spec:
//!       containers: [{name: n8n, image: "docker.n8n.io/n8nio/n8n:1.100"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: n8n}
//! spec: {selector: {app: n8n}, ports: [{port: 80, targetPort: 5678}]}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: n8n}
//! spec:
//!   template:
//!     metadata: {labels: {app: n8n}}
//!     spec:
//!       enableServiceLinks: false
//!       containers: [{name: n8n, image: "docker.n8n.io/n8nio/n8n:1.100"}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate, Service};
use seatrial_model::{Agreement, Object};
use seatrial_yaml::FieldPath;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "service-link-collision",
        title: "A Service's name makes variables that a program takes for its configuration",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["env.service-link-collision"],
        page: include_str!("service_link_collision.rs"),
    },
    run,
};

/// How an image's name ends, the prefix of the variables that its program
/// reads, and the one that is in the way; none where setting it does not help.
/// (The images of Apache and Bitnami pass over what they do not know.)
const PROGRAMS: &[(&str, &str, Option<&str>)] = &[
    ("cp-kafka", "KAFKA", None),
    ("cp-server", "KAFKA", None),
    ("cp-schema-registry", "SCHEMA_REGISTRY", None),
    ("cp-kafka-rest", "KAFKA_REST", None),
    ("cp-ksqldb-server", "KSQL", None),
    ("wurstmeister/kafka", "KAFKA", None),
    ("neo4j", "NEO4J", None),
    ("n8n", "N8N", Some("N8N_PORT")),
    ("mlflow", "MLFLOW", Some("MLFLOW_PORT")),
    ("superset", "SUPERSET", Some("SUPERSET_PORT")),
    ("uptime-kuma", "UPTIME_KUMA", Some("UPTIME_KUMA_PORT")),
    ("searxng", "SEARXNG", Some("SEARXNG_PORT")),
    ("flower", "FLOWER", Some("FLOWER_PORT")),
];

fn run(context: &Context<'_>, report: &mut Report) {
    let services: Vec<Service<'_>> =
        context.of_kind("", "Service").filter_map(Service::of).filter(has_variables).collect();
    for template in context.pod_templates().filter(has_links) {
        for container in template.containers() {
            let Some((_, prefix, variable)) = program(&container) else { continue };
            let is_set = |name: &str| container.env().any(|it| it.name() == Some(name));
            if variable.is_some_and(is_set) {
                continue;
            }
            let service =
                services.iter().find(|it| prefix_of(it.object()) == *prefix && is_near(it, &template));
            report.add_some(service.map(|it| notice(&template, &container, it, prefix)));
        }
    }
}

/// Whether pods learn of it: headless Services and other names have no address.
fn has_variables(service: &Service<'_>) -> bool {
    !service.is_headless() && !service.is_external_name()
}

fn has_links(template: &PodTemplate<'_>) -> bool {
    template.spec.key("enableServiceLinks").is_none_or(|it| it.as_bool() != Some(false))
}

fn is_near(service: &Service<'_>, template: &PodTemplate<'_>) -> bool {
    let (one, two) = (service.object(), template.object());
    Agreement::between(one.namespace(), two.namespace(), true) == Agreement::Exact
}

fn program(container: &Container<'_>) -> Option<&'static (&'static str, &'static str, Option<&'static str>)> {
    let image = container.image()?;
    let start = image.rfind('/').map_or(0, |at| at + 1);
    let end = image[start..].find([':', '@']).map_or(image.len(), |at| start + at);
    let is_of =
        |name: &str| image[..end].strip_suffix(name).is_some_and(|it| it.is_empty() || it.ends_with('/'));
    PROGRAMS.iter().find(|it| is_of(it.0))
}

/// How variables for a Service begin.
fn prefix_of(service: &Object) -> String {
    service.name().to_ascii_uppercase().replace('-', "_")
}

fn notice(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    service: &Service<'_>,
    prefix: &str,
) -> Notice {
    let (title, own, other) =
        (template.object().title(), container.name().unwrap_or_default(), service.object().title());
    let message = format!("container {own} of {title} takes the variables for {other} for its configuration");
    let at = template.spec.at("enableServiceLinks");
    let content = Content::Bool(false);
    let change = if template.spec.key("enableServiceLinks").is_some() {
        Change::Set { at, content }
    } else {
        Change::Insert { at, content }
    };
    Notice::new(&CHECK.info, container.field.at("image"), message)
        .because(format!(
            "the kubelet sets `{prefix}_PORT=tcp://...` and others, and the program reads `{prefix}_*`"
        ))
        .help("set `enableServiceLinks: false` in the pod's `spec`, or rename the Service")
        .related(
            service.object().location(FieldPath::root().key("metadata").key("name")),
            Role::Cause,
            "its name",
        )
        .change(change)
}
