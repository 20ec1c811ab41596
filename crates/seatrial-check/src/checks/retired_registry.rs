//! An image comes from a place that is closed or no longer updated.
//!
//! ## Why
//! - `k8s.gcr.io` and the `gcr.io/google_containers` before it are frozen since April
//!   2023; what is left of them is redirected to `registry.k8s.io`, and new images are
//!   only there.
//! - `docker.io/bitnami` lost its versioned tags in September 2025. They were moved to
//!   `docker.io/bitnamilegacy`, which gets no updates.
//! - `gcr.io/kubebuilder` was closed with Container Registry in March 2025;
//!   `kube-rbac-proxy` is at `quay.io/brancz`.
//!
//! Where an image is gone, a node that has not yet pulled it reports `ImagePullBackOff`. A
//! redirect ends whenever its owner ends it.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: db, image: "docker.io/bitnami/postgresql:16.4.0"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: db, image: "docker.io/library/postgres:16.4"}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};

use crate::image::Image;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "retired-registry",
        title: "An image comes from a place that is closed or no longer updated",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["image.registry"],
        page: include_str!("retired_registry.rs"),
    },
    run,
};

const FROZEN: &str = "frozen since April 2023; images are only updated in registry.k8s.io";

/// Where an image has gone.
struct Move {
    new: String,
    why: &'static str,
}

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let Some(field) = container.field.key("image") else { continue };
            let Some(image) = field.as_str().and_then(|it| Image::parse(it).ok()) else { continue };
            let Some(Move { new, why }) = moved(&image) else { continue };
            let name =
                image.registry.map_or_else(|| image.path.to_owned(), |it| format!("{it}/{}", image.path));
            let message = format!(
                "the image `{name}` of {} is at a place that is retired",
                container_title(&container)
            );
            report.add(
                Notice::new(&CHECK.info, field.location(), message)
                    .because(why)
                    .help(format!("use `{new}`, or a copy of your own"))
                    .change(Change::Set { at: field.location(), content: Content::Text(new) }),
            );
        }
    }
}

fn moved(image: &Image<'_>) -> Option<Move> {
    let suffix = format!(
        "{}{}",
        image.tag.map(|it| format!(":{it}")).unwrap_or_default(),
        image.digest.map(|it| format!("@{it}")).unwrap_or_default()
    );
    let to = |name: String, why| Some(Move { new: name + &suffix, why });
    let of = |prefix: &str| image.path.strip_prefix(prefix).map(str::to_owned);
    match image.registry {
        Some("k8s.gcr.io") => to(format!("registry.k8s.io/{}", image.path), FROZEN),
        Some("gcr.io" | "us.gcr.io" | "eu.gcr.io" | "asia.gcr.io") => {
            let name =
                ["google_containers/", "google-containers/", "k8s-artifacts-prod/"].into_iter().find_map(of);
            if let Some(name) = name {
                return to(format!("registry.k8s.io/{name}"), FROZEN);
            }
            let why = "closed with Container Registry in March 2025";
            of("kubebuilder/kube-rbac-proxy")
                .and_then(|_| to("quay.io/brancz/kube-rbac-proxy".to_owned(), why))
        }
        _ if image.is_on_hub() && !image.is_mutable() => {
            let why = "Docker Hub's bitnami has no versioned tags since September 2025";
            let registry = image.registry.map(|it| format!("{it}/")).unwrap_or_default();
            of("bitnami/").and_then(|name| to(format!("{registry}bitnamilegacy/{name}"), why))
        }
        _ => None,
    }
}
