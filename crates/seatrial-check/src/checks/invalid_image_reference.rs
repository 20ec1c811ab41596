//! The name of an image cannot be read.
//!
//! ## Why
//! A reference is `registry/owner/name:tag` or `registry/owner/name@sha256:...`: no
//! scheme, no space, no capital letters in the repository, one tag. The API server looks
//! only for spaces at the ends, and in a Pod alone; whatever it accepts, the kubelet reports
//! `InvalidImageName` and never starts the container. A first part with a capital letter is read as the name of a registry.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: api, image: "registry.example.com/Acme/Api:1.0"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: api, image: "registry.example.com/acme/api:1.0"}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::Container;

use crate::image::{Fault, Image};
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-image-reference",
        title: "The name of an image cannot be read",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["image.reference"],
        page: include_str!("invalid_image_reference.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let Some(field) = container.field.key("image") else { continue };
            let Some(text) = field.as_str().filter(|it| !is_for_others(it)) else { continue };
            match Image::parse(text) {
                Err(fault) => report.add(unreadable(&container, &field, text, &fault)),
                Ok(image) => report.add_some(capital_owner(&container, &field, &image)),
            }
        }
    }
}

/// A text that another program replaces: `${IMAGE}`, `REPLACE_ME`.
fn is_for_others(text: &str) -> bool {
    let is_marker = |part: &str| {
        part.bytes().any(|it| it.is_ascii_uppercase())
            && part.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || b"_-".contains(&it))
    };
    // Knative, ko and OpenShift have schemes and images of their own.
    let is_own = text.trim().is_empty() || text.starts_with("ko://") || text == "auto";
    is_own
        || is_filled_in_later(text)
        || placeholder(text).is_some()
        || text.contains(['{', '}', '#', '*'])
        // Beside a scheme it is one of an address that was copied.
        || text.contains('%') && !text.contains("://")
        || text.split(['/', ':', '@']).any(is_marker)
}

fn unreadable(container: &Container<'_>, field: &Field<'_>, text: &str, fault: &Fault) -> Notice {
    let message =
        format!("the image `{text}` of {} cannot be read: {}", container_title(container), fault.reason);
    // The API server itself looks for spaces around it, and for nothing else.
    let notice = Notice::new(&CHECK.info, field.location(), message);
    match repaired(text) {
        Some(text) => notice
            .help(format!("is `{text}` meant?"))
            .change(Change::Set { at: field.location(), content: Content::Text(text) }),
        None => notice.help("write registry/owner/name:tag, in lower case up to the tag"),
    }
}

/// The reference without a scheme, spaces, capital letters or a colon at its end.
fn repaired(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches([':', '/']);
    let (name, tag) = match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, format!(":{}", tag.replace('+', "_"))),
        _ => (text, String::new()),
    };
    let candidate = format!("{}{tag}", name.to_lowercase());
    Image::parse(&candidate).is_ok().then_some(candidate)
}

/// An owner with a capital letter, which makes it a registry.
fn capital_owner(container: &Container<'_>, field: &Field<'_>, image: &Image<'_>) -> Option<Notice> {
    let owner = image.registry.filter(|it| !it.contains(['.', ':']) && *it != "localhost")?;
    let message =
        format!("the image of {} is looked for in a registry named `{owner}`", container_title(container));
    let text = field.as_str()?.replacen(owner, &owner.to_lowercase(), 1);
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .because("owners have no capital letters, so the first part is read as a host")
            .help(format!("write `{}`, in lower case", owner.to_lowercase()))
            .change(Change::Set { at: field.location(), content: Content::Text(text) }),
    )
}
