//! An Ingress has TLS for other hosts than those of its rules.
//!
//! ## Why
//! A controller gives a host the certificate of the `tls` entry that lists it, and
//! cert-manager asks for those hosts only. A host of a rule that no entry lists is
//! served without TLS, or with the controller's own certificate, which every
//! browser refuses.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   tls: [{hosts: [www.example.com], secretName: web-tls}]
//!   rules:
//!     - host: shop.example.com
//!       http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web}
//! spec:
//!   tls: [{hosts: [shop.example.com], secretName: web-tls}]
//!   rules:
//!     - host: shop.example.com
//!       http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::certificates::{covers, is_ingress, is_shimmed};
use crate::placeholder::is_filled_in_later;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "uncovered-tls-host",
        title: "An Ingress has TLS for other hosts than those of its rules",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["tls.host"],
        page: include_str!("uncovered_tls_host.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for ingress in context.objects().filter(|it| is_ingress(it)) {
        let Some(spec) = Field::root(ingress).key("spec") else { continue };
        let entries: Vec<Field<'_>> = spec.list("tls").collect();
        // An entry without hosts is for whatever its certificate is good for.
        let is_listed = entries.iter().all(|it| it.list("hosts").next().is_some());
        if !entries.is_empty() && is_listed {
            judge(ingress, &spec, &entries, report);
        }
    }
}

fn judge(ingress: &Object, spec: &Field<'_>, entries: &[Field<'_>], report: &mut Report) {
    let listed: Vec<Field<'_>> = entries.iter().flat_map(|it| it.list("hosts")).collect();
    let is_known = |it: &Field<'_>| it.as_str().is_some_and(|it| !it.is_empty() && !is_filled_in_later(it));
    if !listed.iter().all(is_known) {
        return;
    }
    let rules: Vec<Field<'_>> = spec.list("rules").filter_map(|it| it.key("host")).filter(is_known).collect();
    let covered = |host: &str| listed.iter().any(|it| it.as_str().is_some_and(|it| covers(it, host)));
    // A host that no rule has was probably meant for one that has no TLS.
    let idle = listed.iter().find(|it| {
        let pattern = it.as_str().unwrap_or_default();
        !rules
            .iter()
            .any(|rule| rule.as_str().is_some_and(|host| covers(pattern, host) || covers(host, pattern)))
    });
    let mut told: Vec<&str> = Vec::new();
    for rule in &rules {
        let host = rule.as_str().unwrap_or_default();
        if covered(host) || told.contains(&host) {
            continue;
        }
        told.push(host);
        report.add(notice(ingress, rule, host, idle));
    }
}

fn notice(ingress: &Object, rule: &Field<'_>, host: &str, idle: Option<&Field<'_>>) -> Notice {
    let title = ingress.title();
    let message = format!("{title} serves `{host}`, which none of its `tls` entries lists");
    let notice = Notice::new(&CHECK.info, rule.location(), message);
    let Some(idle) = idle else {
        let help = "list the host in a `tls` entry; without TLS on purpose, make it an Ingress of its own";
        let notice = notice.help(help);
        return if is_shimmed(ingress) {
            notice.because("cert-manager asks for the listed hosts only")
        } else {
            notice.severity(Severity::Info)
        };
    };
    let other = idle.as_str().unwrap_or_default();
    notice
        .help(format!("list `{host}`, or serve `{other}`"))
        .because(format!("`{other}` is listed, and no rule serves it"))
        .related(idle.location(), Role::Definition, "listed here, served nowhere")
}
