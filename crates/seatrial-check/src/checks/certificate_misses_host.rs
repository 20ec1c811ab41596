//! A certificate is not for the host that it is used for.
//!
//! ## Why
//! The Certificate is issued and its Secret is there, but the browser compares the
//! host with the names in it and refuses the connection. A wildcard stands for
//! one label: `*.example.com` is good for `a.example.com`, neither for
//! `example.com` nor for `a.b.example.com`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: Certificate
//! metadata: {name: web}
//! spec: {secretName: web-tls, dnsNames: ["*.example.com"], issuerRef: {name: letsencrypt}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   tls: [{hosts: [example.com], secretName: web-tls}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: cert-manager.io/v1
//! kind: Certificate
//! metadata: {name: web}
//! spec: {secretName: web-tls, dnsNames: [example.com, "*.example.com"], issuerRef: {name: letsencrypt}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   tls: [{hosts: [example.com], secretName: web-tls}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::certificates::{Request, are_neighbours, is_ingress};
use crate::placeholder::is_filled_in_later;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "certificate-misses-host",
        title: "A certificate is not for the host that it is used for",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["tls.host"],
        page: include_str!("certificate_misses_host.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let certificates: Vec<Request<'_>> =
        context.of_kind("cert-manager.io", "Certificate").flat_map(Request::of).collect();
    if certificates.is_empty() {
        return;
    }
    for ingress in context.objects().filter(|it| is_ingress(it)) {
        let entries = Field::root(ingress).key("spec").into_iter().flat_map(|it| it.list("tls"));
        for entry in entries {
            let Some(secret) = entry.text("secretName") else { continue };
            judge(&certificates, ingress, secret, entry.list("hosts"), report);
        }
    }
    for gateway in context.of_kind("gateway.networking.k8s.io", "Gateway") {
        let listeners = Field::root(gateway).key("spec").into_iter().flat_map(|it| it.list("listeners"));
        for listener in listeners {
            let references: Vec<Field<'_>> =
                listener.key("tls").into_iter().flat_map(|it| it.list("certificateRefs")).collect();
            // With several, the one that fits is taken.
            let [only] = references.as_slice() else { continue };
            let secret = only.text("name").filter(|_| only.key("namespace").is_none());
            let Some(secret) = secret else { continue };
            judge(&certificates, gateway, secret, listener.key("hostname"), report);
        }
    }
}

fn judge<'a>(
    certificates: &[Request<'a>],
    user: &'a Object,
    secret: &str,
    hosts: impl IntoIterator<Item = Field<'a>>,
    report: &mut Report,
) {
    let mut makers =
        certificates.iter().filter(|it| it.secret_name() == secret && are_neighbours(it.object(), user));
    let (Some(request), None) = (makers.next(), makers.next()) else { return };
    let is_known = |it: &Field<'_>| it.as_str().is_some_and(|it| !is_filled_in_later(it));
    if request.hosts.is_empty() || !request.hosts.iter().all(is_known) {
        return;
    }
    for field in hosts {
        let Some(host) = field.as_str().filter(|it| !it.is_empty() && !is_filled_in_later(it)) else {
            continue;
        };
        if !request.covers(host) {
            report.add(notice(request, user, &field, host));
        }
    }
}

fn notice(request: &Request<'_>, user: &Object, field: &Field<'_>, host: &str) -> Notice {
    let (title, certificate) = (user.title(), request.object().title());
    let message = format!("{title} uses {certificate} for `{host}`, which is not among its names");
    let spec = Field::root(request.object()).key("spec");
    let names = spec.map_or_else(|| request.secret.location(), |it| it.at("dnsNames"));
    Notice::new(&CHECK.info, field.location(), message)
        .help(format!("add `{host}` to the `dnsNames` of {certificate}"))
        .related(names, Role::Definition, "its names")
}
