//! An image comes from a registry that only a local network knows.
//!
//! ## Why
//! Names that end in `.local`, `.test`, `.invalid` or `.localhost` are never found in public
//! DNS. An image that somebody built for a try on the own machine was left in a patch: the
//! pod stays in `ImagePullBackOff` on every other cluster. Told where the same container
//! of the same workload has another registry elsewhere in the tree.
//!
//! ## Bad
//! ```yaml file:base/web.yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec: {containers: [{name: web, image: "ghcr.io/acme/web:1"}]}
//! ```
//! ```yaml file:native/web.yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec: {containers: [{name: web, image: "domain.local/web:try"}]}
//! ```
//!
//! ## Good
//! ```yaml file:base/web.yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec: {containers: [{name: web, image: "ghcr.io/acme/web:1"}]}
//! ```
//! ```yaml file:native/web.yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec: {containers: [{name: web, image: "ghcr.io/acme/web:2"}]}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};

use crate::image_names::{ImageUse, is_at_home, is_local, uses};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "local-registry",
        title: "An image comes from a registry that only a local network knows",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["image.name", "image.registry"],
        page: include_str!("local_registry.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let uses = uses(context);
    let mut public: FxHashMap<_, &ImageUse<'_>> = FxHashMap::default();
    for it in uses.iter().filter(|it| !is_local(it)) {
        public.entry(key(it)).or_insert(it);
    }
    for it in uses.iter().filter(|it| is_local(it)) {
        let is_meant = is_at_home(&context.unit(it.object().unit()).name);
        report.add_some(public.get(&key(it)).filter(|_| !is_meant).map(|other| notice(it, other)));
    }
}

fn key<'a>(it: &ImageUse<'a>) -> (&'a str, &'a str, Option<&'a str>) {
    (it.object().kind(), it.object().name(), it.container.name())
}

fn notice(it: &ImageUse<'_>, other: &ImageUse<'_>) -> Notice {
    let title = container_title(&it.container);
    let message = format!("{title} runs `{}`, whose registry only a local network knows", it.image.name());
    Notice::new(&CHECK.info, it.container.field.at("image"), message)
        .because(format!("elsewhere in the tree it runs `{}`", other.image.name()))
        .help("name an image that every node of the cluster can pull")
        .related(
            other.container.field.at("image"),
            Role::Definition,
            "the same container, from another registry",
        )
}
