//! Workloads of one unit run different versions of an image.
//!
//! ## Why
//! When several workloads run the same image, as a server, its workers and its migrations
//! do, they are meant to be of one version. An update that forgot one of them leaves code and
//! database schema that do not fit. Docker's official images are left alone.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: api}
//! spec: {containers: [{name: api, image: "ghcr.io/acme/shop:1.4.2"}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: worker}
//! spec: {containers: [{name: worker, image: "ghcr.io/acme/shop:1.4.1"}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: api}
//! spec: {containers: [{name: api, image: "ghcr.io/acme/shop:1.4.2"}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: worker}
//! spec: {containers: [{name: worker, image: "ghcr.io/acme/shop:1.4.2"}]}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;

use crate::image::Image;
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "differing-image-tags",
        title: "Workloads of one unit run different versions of an image",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["image.tag"],
        page: include_str!("differing_image_tags.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    // By registry and path: the first tag, and where it stands.
    let mut first: FxHashMap<(Option<&str>, &str), (&str, Field<'_>)> = FxHashMap::default();
    for template in context.pod_templates() {
        for container in template.containers() {
            let Some(field) = container.field.key("image") else { continue };
            let text = field.as_str().filter(|it| !is_filled_in_later(it) && placeholder(it).is_none());
            let Some(image) = text.and_then(|it| Image::parse(it).ok()) else { continue };
            let Some(tag) = image.tag.filter(|_| image.official_name().is_none()) else { continue };
            let (known, other) = first.entry((image.registry, image.path)).or_insert((tag, field.clone()));
            if *known == tag {
                continue;
            }
            let message = format!(
                "{} runs `{}` in another version than its neighbours",
                container_title(&container),
                image.path
            );
            report.add(
                Notice::new(&CHECK.info, field.location(), message)
                    .because(format!("it has the tag `{tag}`, another container `{known}`"))
                    .help("name one version, if they belong together")
                    .related(other.location(), Role::Reference, "another version"),
            );
        }
    }
}
