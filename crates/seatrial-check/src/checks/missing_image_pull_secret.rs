//! A pull secret is not defined, or is none.
//!
//! ## Why
//! The kubelet skips a pull secret that does not exist, and one whose type is neither
//! `kubernetes.io/dockerconfigjson` nor `kubernetes.io/dockercfg`, and asks the registry
//! without credentials. A private image then ends in `ImagePullBackOff`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: registry, namespace: default}
//! type: Opaque
//! stringData: {.dockerconfigjson: "{}"}
//! ```
//! ```yaml pod-spec
//! imagePullSecrets: [{name: registry}]
//! containers: [{name: app, image: "registry.example.com/app:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: registry, namespace: default}
//! type: kubernetes.io/dockerconfigjson
//! stringData: {.dockerconfigjson: "{}"}
//! ```
//! ```yaml pod-spec
//! imagePullSecrets: [{name: registry}]
//! containers: [{name: app, image: "registry.example.com/app:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Link, Object, Resolution};
use seatrial_yaml::FieldPath;

use crate::gitops::is_literal;
use crate::missing::{by_name, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-image-pull-secret",
        title: "A pull secret is not defined, or is none",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.secret-missing"],
        page: include_str!("missing_image_pull_secret.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_pull = |link: &Link| link.relation == Relation::ImagePull;
    for it in by_name(missing(context, |_, link| is_pull(link))) {
        let outcome = "the kubelet skips it: a private image ends in ImagePullBackOff";
        report.add(it.notice(&CHECK.info, "pulls images with", outcome, Severity::Warning));
    }
    for (object, link) in context.links().filter(|(_, link)| is_pull(link)) {
        report.add_if(wrong_type(context, object, link));
    }
}

/// A notice for a Secret that the kubelet takes for no pull secret.
fn wrong_type(context: &Context<'_>, object: &Object, link: &Link) -> Option<Notice> {
    let Resolution::Found { places, .. } = &link.resolution else { return None };
    let mut secrets = places.iter().map(|&place| context.world().repository.object(place));
    let secret = secrets.clone().next()?;
    if !secrets.all(|it| it.is("", "Secret") && type_of(it).is_some_and(|it| !is_registry(it))) {
        return None;
    }
    let (title, other) = (object.title(), secret.title());
    let written = type_of(secret).unwrap_or_default();
    let message = format!("{title} pulls images with {other}, whose type `{written}` is none for registries");
    let at = secret.location(FieldPath::root().key("type"));
    let notice = Notice::new(&CHECK.info, link.location(), message)
        .help(format!("make {other} of type `{JSON}`"))
        .related(at, Role::Definition, "its type")
        .because("the kubelet skips it: a private image ends in ImagePullBackOff");
    Some(notice)
}

const JSON: &str = "kubernetes.io/dockerconfigjson";

fn is_registry(name: &str) -> bool {
    matches!(name, JSON | "kubernetes.io/dockercfg") || !is_literal(name)
}

/// `Opaque` unless another is written; none where it cannot be read.
fn type_of(secret: &Object) -> Option<&str> {
    match secret.field(&["type"]) {
        Some(node) if !node.is_null() => node.as_str().filter(|it| !it.is_empty()),
        _ => Some("Opaque"),
    }
}
