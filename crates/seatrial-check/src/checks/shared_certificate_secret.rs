//! Two requests for certificates write one Secret.
//!
//! ## Why
//! cert-manager makes one Certificate for a Secret. A second Certificate that names
//! the same Secret is not issued (`DuplicateSecretName`; before version 1.13.2 the two
//! took turns overwriting it). A second Ingress that is annotated for it is left
//! alone, `refusing to update non-owned certificate resource`, and its hosts get no
//! certificate.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
//! spec: {tls: [{hosts: [www.example.com], secretName: tls}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: api, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
//! spec: {tls: [{hosts: [api.example.com], secretName: tls}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: web, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
//! spec: {tls: [{hosts: [www.example.com], secretName: web-tls}]}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata: {name: api, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
//! spec: {tls: [{hosts: [api.example.com], secretName: api-tls}]}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};

use seatrial_model::Field;

use crate::certificates::{Request, are_neighbours};
use crate::neighbours::are_named_alike;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "shared-certificate-secret",
        title: "Two requests for certificates write one Secret",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["tls.secret"],
        page: include_str!("shared_certificate_secret.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let mut known: FxHashMap<&str, Vec<Request<'_>>> = FxHashMap::default();
    for request in context.objects().flat_map(Request::of) {
        let others = known.entry(request.secret_name()).or_default();
        let first = others.iter().find(|it| are_neighbours(it.object(), request.object()));
        report.add_some(first.and_then(|first| judge(context, first, &request)));
        others.push(request);
    }
}

fn judge(context: &Context<'_>, first: &Request<'_>, second: &Request<'_>) -> Option<Notice> {
    let (one, two) = (first.object(), second.object());
    // Of two forms of one object, only one is applied.
    let facts = &context.world().repository.facts;
    let files = [one.span().file, two.span().file];
    let are_forms = (one.kind(), one.name()) == (two.kind(), two.name())
        || (files[0] != files[1] && are_named_alike(facts, files, two.kind()));
    // Whoever comes second does without, if the first has all of its hosts.
    let is_covered = |by: &Request<'_>, of: &Request<'_>| {
        of.hosts.iter().all(|it| it.as_str().is_none_or(|it| by.covers(it)))
    };
    let are_same = is_covered(first, second) && (two.kind() == "Ingress" || is_covered(second, first));
    let is_served = one.kind() == "Ingress" && two.kind() == "Certificate" && is_covered(second, first);
    if are_forms || are_same || is_served {
        return None;
    }
    let name = second.secret_name();
    let message = format!("{} and {} write their certificates to Secret `{name}`", two.title(), one.title());
    let missing = second.hosts.iter().find(|it| it.as_str().is_some_and(|it| !first.covers(it)));
    let notice = Notice::new(&CHECK.info, second.secret.location(), message)
        .help("name another Secret, or list all hosts in one of the two and take the other's request out")
        .related(first.secret.location(), Role::Definition, "the other one");
    Some(match missing.and_then(Field::as_str) {
        Some(host) => notice.because(format!("the first one's certificate is not for `{host}`")),
        None => notice,
    })
}
