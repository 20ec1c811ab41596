//! A variable holds an address whose host is no Service of the tree.
//!
//! ## Why
//! A name such as `redis-master` or `db.shop.svc` is answered by the cluster's
//! DNS only if a Service has it. The container starts, and then every
//! connection fails with "no such host". Names that a mesh or an operator of the
//! tree may answer for are left alone, and so are namespaces of others and variables
//! for browsers (`CORS_ORIGIN`, `NEXT_PUBLIC_API`). It is advice where a chart of the
//! tree shares a word with the name. A name of a Service, or of a release, of another
//! namespace is told of where all is known that is deployed to the one it asks for. A namespace that looks like a misspelt one of the tree
//! is told of all the same.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: postgres-service}
//! spec: {selector: {app: postgres}, ports: [{port: 5432}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: api}
//! spec:
//!   containers:
//!     - name: api
//!       image: shop/api:1.4
//!       env: [{name: DATABASE_URL, value: "postgres://app@postgres:5432/shop"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: postgres-service}
//! spec: {selector: {app: postgres}, ports: [{port: 5432}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: api}
//! spec:
//!   containers:
//!     - name: api
//!       image: shop/api:1.4
//!       env: [{name: DATABASE_URL, value: "postgres://app@postgres-service:5432/shop"}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};

use seatrial_model::{Object, UnitKind};
use seatrial_yaml::FieldPath;

use crate::dns::{Address, Services, addresses};
use crate::missing::external;
use crate::slip::{akin, meant};
use crate::{Check, Context, Report};

/// Among more namespaces none is looked for that is nearly the one that is asked for.
const NAMESPACES_MAX: usize = 500;

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-service-in-environment",
        title: "A variable holds an address whose host is no Service of the tree",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.dns", "env.name", "env.renamed", "ref.service-missing"],
        page: include_str!("unknown_service_in_environment.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let services = context.hosts();
    for address in addresses(context) {
        let (object, host) = (address.field.object(), &address.host);
        if services.is_out_of_sight(host) {
            report.add_some(in_misspelt_namespace(&address, services));
            continue;
        }
        let is_answered = !services.answering(object, host).is_empty();
        // A tree without Services says nothing about other names.
        let is_of_workload = services.workload(object, host).is_some() || services.of_elastic(host).is_some();
        let is_told = !services.is_empty() || is_of_workload;
        if is_answered || !is_told {
            continue;
        }
        if !services.may_come_from_elsewhere(host) || services.astray(object, host).is_some() {
            report.add(notice(&address, services));
        } else if services.may_come_from_chart(host) && !is_of_chart(context, object) {
            let why = "a chart of the tree that shares a word with it may bring the Service";
            report.add(notice(&address, services).severity(Severity::Info).because(why));
        } else if services.is_surely_absent(host) {
            let is_astray = services.elsewhere(host).is_some();
            report.add_some(if is_astray {
                Some(notice(&address, services))
            } else {
                of_release(&address, services)
            });
        }
    }
}

fn is_of_chart(context: &Context<'_>, object: &Object) -> bool {
    !matches!(context.unit(object.unit()).kind, UnitKind::Manifests | UnitKind::Kustomize)
}

fn notice(address: &Address<'_>, services: &Services<'_>) -> Notice {
    let (object, host) = (address.field.object(), &address.host);
    let reach = format!("{} reaches for `{}` in `{}`", object.title(), host.text, address.variable);
    let notice = |message| Notice::new(&CHECK.info, address.location(), message);
    if let Some(service) = services.astray(object, host).or_else(|| services.elsewhere(host)) {
        let namespace = service.object().namespace().unwrap_or_default();
        return notice(format!("{reach}, and the Service of that name is in namespace `{namespace}`"))
            .help(format!("a Service in another namespace is `{}.{namespace}.svc`", host.service))
            .related(service.spec.location(), Role::Definition, "the Service of that name");
    }
    let notice = notice(format!("{reach}, and no Service has that name"));
    if let Some(made) = services.of_elastic(host) {
        return notice.help(format!("use `{made}`, which ECK makes, and `https` unless it is turned off"));
    }
    let known: Vec<&str> = services.names().collect();
    if let Some(near) = meant(host.service, known.iter().copied()) {
        return with_host(notice.help(format!("use `{near}` if that Service is meant")), address, near);
    }
    if let Some(near) = akin(host.service, known.iter().copied()) {
        return notice.help(format!("use `{near}` if that Service is meant"));
    }
    match services.workload(object, host) {
        Some(workload) => {
            let title = workload.title();
            notice
                .because(format!("{title} bears the name, but only a Service gives pods one"))
                .help(format!("add a Service `{}` that selects the pods of {title}", host.service))
                .related(workload.location(FieldPath::root()), Role::Definition, format!("{title} is here"))
        }
        None => notice.help(format!(
            "add the Service, or declare it in seatrial.toml if another tree brings it: {}",
            external("Service", None, host.service)
        )),
    }
}

/// A host that is called like a release which is deployed to another namespace.
fn of_release(address: &Address<'_>, services: &Services<'_>) -> Option<Notice> {
    let (object, host) = (address.field.object(), &address.host);
    let (release, namespace) = services.release(host)?;
    let asked = host.namespace?;
    let message = format!(
        "{} reaches for `{}` in `{}`, and {} is deployed to namespace `{namespace}`",
        object.title(),
        host.text,
        address.variable,
        release.title()
    );
    Some(
        Notice::new(&CHECK.info, address.location(), message)
            .because(format!("nothing that the tree deploys to `{asked}` has that name"))
            .help(format!("a Service in another namespace is `{}.{namespace}.svc`", host.service))
            .related(release.location(FieldPath::root()), Role::Definition, "the release"),
    )
}

/// A host in a namespace that is nearly one of the tree.
fn in_misspelt_namespace(address: &Address<'_>, services: &Services<'_>) -> Option<Notice> {
    let (object, host) = (address.field.object(), &address.host);
    let asked = host.namespace?;
    if services.namespaces().nth(NAMESPACES_MAX).is_some() || services.is_declared(host) {
        return None;
    }
    let near = meant(asked, services.namespaces())?;
    let message = format!(
        "{} reaches for `{}` in `{}`, and there is no namespace `{asked}`",
        object.title(),
        host.text,
        address.variable
    );
    Some(
        Notice::new(&CHECK.info, address.location(), message)
            .help(format!("use `{near}` if that namespace is meant")),
    )
}

/// Puts another Service into the address, where the name stands by itself.
fn with_host(notice: Notice, address: &Address<'_>, service: &str) -> Notice {
    let (own, head) = (address.host.text, address.head());
    let parts = address.rest().zip(head.strip_suffix(own)).filter(|_| own == address.host.service);
    let Some((rest, start)) = parts else { return notice };
    let content = Content::Text(format!("{start}{service}{rest}"));
    notice.change(Change::Set { at: address.field.location(), content })
}
