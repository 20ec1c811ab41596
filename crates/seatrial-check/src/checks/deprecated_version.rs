//! The version of a kind will no longer be served.
//!
//! ## Why
//! The target cluster still takes the object, and a later minor of Kubernetes does not.
//! The upgrade of the cluster then breaks the next deployment.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Endpoints
//! metadata: {name: web}
//! subsets: [{addresses: [{ip: 192.0.2.7}], ports: [{port: 80}]}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: discovery.k8s.io/v1
//! kind: EndpointSlice
//! metadata: {name: web, labels: {kubernetes.io/service-name: web}}
//! addressType: IPv4
//! endpoints: [{addresses: [192.0.2.7]}]
//! ports: [{port: 80}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::removed::{self, Owner};
use seatrial_schema::table::{Kind, Table};
use seatrial_yaml::FieldPath;

use crate::review::{Served, location};
use crate::{Check, Context, Report, moved};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "deprecated-version",
        title: "The version of a kind will no longer be served",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["deprecated.apiVersion"],
        page: include_str!("deprecated_version.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let target = context.world().repository.target.kubernetes.minor;
    for object in context.objects() {
        let review = context.review_of(object);
        if matches!(review.served, Served::Custom) {
            report.add_some(of_definition(context, object).map(|notice| review.weighed(notice)));
        }
        report.add_some(of_project(object, review.served));
        let Served::Yes(kind) = review.served else { continue };
        let deprecated = u32::from(kind.deprecated);
        if deprecated == 0 || deprecated > target {
            continue;
        }
        let message = format!("{} is of {}, which is deprecated", object.title(), object.api_version());
        let at = location(object, &FieldPath::root().key("apiVersion"));
        let mut notice = Notice::new(&CHECK.info, at, message)
            .because(format!("it has been deprecated since Kubernetes 1.{deprecated}"));
        notice = match kind.removed {
            0 => notice.severity(Severity::Info).because("no minor that removes it is known"),
            removed => notice.because(format!("Kubernetes 1.{removed} no longer serves it")),
        };
        let notice = moved::lines(object).into_iter().fold(notice, Notice::because);
        report.add(match successor(kind, target) {
            None => notice,
            Some(other) if other.kind == kind.kind => {
                notice.help(format!("write it for `{}`", other.api_version()))
            }
            Some(other) => notice.help(format!("write it as `{}` of `{}`", other.kind, other.api_version())),
        });
    }
}

/// What the target serves instead: what upstream names, which may have come later, else
/// the best version of that kind there.
fn successor(given_up: &Kind, target: u32) -> Option<&'static Kind> {
    let table = Table::of(u8::try_from(target).ok()?)?;
    let mut named = given_up.replacement.splitn(3, '/');
    let (group, version, kind) = (named.next()?, named.next()?, named.next()?);
    let is_other = |it: &&Kind| it.is_served(table.minor()) && it.api_version() != given_up.api_version();
    let rank = |it: &&Kind| (!it.version.contains("alpha"), !it.version.contains("beta"), it.version);
    let same = table.kinds_of(group).filter(|it| it.kind == kind);
    let best = same.filter(is_other).max_by_key(rank);
    table.kind(group, version, kind).filter(is_other).or(best)
}

/// A version that a project will give up, of a kind that nothing here defines.
fn of_project(object: &Object, served: Served) -> Option<Notice> {
    if !matches!(served, Served::Foreign | Served::Published) {
        return None;
    }
    let fate = removed::fate(object.api_version(), object.kind())?;
    let Owner::Project { name, deprecated, removed: "" } = fate.owner else { return None };
    let message = format!("{} is of {}, which is deprecated", object.title(), object.api_version());
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let notice = Notice::new(&CHECK.info, at, message).severity(Severity::Info);
    let notice = if deprecated.is_empty() {
        notice.because(format!("{name} has a newer one"))
    } else {
        notice.because(format!("it has been deprecated since {name} {deprecated}"))
    };
    let notice = moved::lines(object).into_iter().fold(notice, Notice::because);
    Some(notice.help(format!("write it for `{}`", fate.replacement)))
}

/// A version that the definition of its kind gives up; it does not say when.
fn of_definition(context: &Context<'_>, object: &Object) -> Option<Notice> {
    let said = context.deprecation_of(object)?;
    let message = format!("{} is of {}, which is deprecated", object.title(), object.api_version());
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let notice = Notice::new(&CHECK.info, at, message)
        .severity(Severity::Info)
        .because(format!("the API server warns: {said}"));
    let versions = context.defined_versions(object);
    let others = versions.iter().filter(|it| *it != object.api_version());
    let others: Vec<_> = others.map(|it| format!("`{it}`")).collect();
    Some(if others.is_empty() {
        notice
    } else {
        notice.help(format!("the definition also serves {}", others.join(", ")))
    })
}
