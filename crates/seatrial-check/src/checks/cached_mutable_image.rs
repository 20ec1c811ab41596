//! A tag that moves is not looked up again.
//!
//! ## Why
//! With `imagePullPolicy: IfNotPresent` a node that has an image of this name does not ask
//! the registry. When the tag is `latest` or absent, each node keeps the version it happened
//! to pull first, and a new push reaches some nodes and not others. Without the field the
//! default for such a tag is `Always`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: api, image: "ghcr.io/acme/api:latest", imagePullPolicy: IfNotPresent}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: api, image: "ghcr.io/acme/api:1.4.2", imagePullPolicy: IfNotPresent}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};

use crate::image::Image;
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "cached-mutable-image",
        title: "A tag that moves is not looked up again",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["image.pull-policy"],
        page: include_str!("cached_mutable_image.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let (Some(field), Some(policy)) =
                (container.field.key("image"), container.field.key("imagePullPolicy"))
            else {
                continue;
            };
            let text = field.as_str().filter(|it| !is_filled_in_later(it) && placeholder(it).is_none());
            let image = text.and_then(|it| Image::parse(it).ok()).filter(Image::is_mutable);
            // Without an owner it is most often one that was built on the node.
            let is_remote = image.is_some_and(|it| it.registry.is_some() || it.path.contains('/'));
            if !is_remote || policy.as_str() != Some("IfNotPresent") {
                continue;
            }
            let at = policy.location();
            let message = format!(
                "the image of {} can change, and nodes keep the one they have",
                container_title(&container)
            );
            report.add(
                Notice::new(&CHECK.info, at.clone(), message)
                    .help("name a version, or write `imagePullPolicy: Always`")
                    .related(field.location(), Role::Cause, "the tag that moves")
                    .change(Change::Set { at, content: Content::Text("Always".to_owned()) }),
            );
        }
    }
}
