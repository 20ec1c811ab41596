//! An Ingress of version 1 has backends as the beta had them.
//!
//! ## Why
//! With `networking.k8s.io/v1` a backend is `service.name` and `service.port`. The names of
//! the beta, `serviceName` and `servicePort`, are unknown fields: `kubectl` refuses them,
//! and where they are dropped the backend is empty, which the API server refuses:
//! `resource or service backend is required`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - http: {paths: [{path: /, pathType: Prefix, backend: {serviceName: web, servicePort: 80}}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   rules:
//!     - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, IntOrString, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "outdated-ingress-backend",
        title: "An Ingress of version 1 has backends as the beta had them",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.apiVersion", "schema.unknown-field"],
        page: include_str!("outdated_ingress_backend.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let ingresses = context.of_kind("networking.k8s.io", "Ingress");
    for ingress in ingresses.filter(|it| it.api_version() == "networking.k8s.io/v1") {
        let Some(spec) = Field::root(ingress).key("spec") else { continue };
        if let Some(backend) = spec.key("backend").filter(|it| it.node().is_mapping()) {
            report.add(of_default(ingress, &spec, &backend));
        }
        let paths = spec.list("rules").filter_map(|it| it.key("http")).flat_map(|it| it.list("paths"));
        let backends = paths.filter_map(|it| it.key("backend")).chain(spec.key("defaultBackend"));
        for backend in backends {
            report.add_some(of_backend(ingress, &backend));
        }
    }
}

fn of_default(ingress: &Object, spec: &Field<'_>, backend: &Field<'_>) -> Notice {
    let message = format!("{} has a `backend`, which version 1 calls `defaultBackend`", ingress.title());
    let notice = Notice::new(&CHECK.info, backend.location(), message).help("rename it to `defaultBackend`");
    if spec.key("defaultBackend").is_some() {
        return notice;
    }
    notice.change(Change::Rename { at: backend.location(), name: "defaultBackend".to_owned() })
}

fn of_backend(ingress: &Object, backend: &Field<'_>) -> Option<Notice> {
    let name = backend.key("serviceName").or_else(|| backend.key("servicePort"))?;
    // With the new form beside it, the old one is dropped and does no harm.
    if backend.key("service").or_else(|| backend.key("resource")).is_some() {
        return None;
    }
    let message = format!(
        "a backend of {} has `serviceName` and `servicePort`, which version 1 does not know",
        ingress.title()
    );
    let notice = Notice::new(&CHECK.info, name.location(), message);
    let written = backend.text("serviceName").zip(backend.int_or_string("servicePort"));
    let Some((service, port)) = written else {
        return Some(notice.help("write `service: {name: ..., port: {number: ...}}`"));
    };
    let (key, value) = match port {
        IntOrString::Int(number) => ("number", Content::Int(number)),
        IntOrString::String(name) => ("name", Content::Text(name.to_owned())),
    };
    let help = format!("write `service: {{name: {service}, port: {{{key}: {port}}}}}`");
    let port = Content::Map(vec![(key.to_owned(), value)]);
    let whole = vec![("name".to_owned(), Content::Text(service.to_owned())), ("port".to_owned(), port)];
    let content = Content::Map(vec![("service".to_owned(), Content::Map(whole))]);
    Some(notice.help(help).change(Change::Set { at: backend.location(), content }))
}
