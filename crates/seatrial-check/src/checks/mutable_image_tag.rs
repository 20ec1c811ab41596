//! An image is named by a tag that moves.
//!
//! ## Why
//! `latest`, or no tag at all, means something else after every push. Pods of one Deployment
//! may run different versions, a rollback brings back the same image, and nobody can say
//! what ran yesterday. A tag with a version does not move in practice, a digest cannot.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: api, image: "ghcr.io/acme/api:latest"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: api, image: "ghcr.io/acme/api:1.4.2"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};

use crate::image::Image;
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "mutable-image-tag",
        title: "An image is named by a tag that moves",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["image.mutable-tag"],
        page: include_str!("mutable_image_tag.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let Some(field) = container.field.key("image") else { continue };
            let text = field.as_str().filter(|it| !is_filled_in_later(it) && placeholder(it).is_none());
            let Some(image) = text.and_then(|it| Image::parse(it).ok()).filter(Image::is_mutable) else {
                continue;
            };
            let what = if image.tag.is_some() { "the tag `latest`" } else { "no tag" };
            let title = container_title(&container);
            let message = format!("the image of {title} has {what}");
            report
                .add(Notice::new(&CHECK.info, field.location(), message).help(
                    "name a version, or a digest; what a kustomization sets belongs into its `images`",
                ));
        }
    }
}
