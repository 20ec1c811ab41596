//! An image without a registry and owner is pulled, and Docker Hub has none of that name.
//!
//! ## Why
//! `api:latest` is short for `docker.io/library/api:latest`, and in `library` there
//! are only Docker's official images. With the tag `latest`, without a tag, or with
//! `imagePullPolicy: Always` the kubelet asks the registry even if somebody built or
//! loaded an image of that name on the node: the pod stays in `ImagePullBackOff`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: api, image: "shop-api:latest"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: api, image: "ghcr.io/acme/shop-api:1.4.2"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate};
use seatrial_model::{Field, RenderFacts};

use crate::image::Image;
use crate::official_images::is_official;
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unqualified-image",
        title: "An image without a registry and owner is pulled, and Docker Hub has none of that name",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["image.registry", "image.name"],
        page: include_str!("unqualified_image.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let templates: Vec<PodTemplate<'_>> = context.pod_templates().collect();
    let judged = templates.iter().filter(|it| !is_resolved_elsewhere(it)).flat_map(PodTemplate::containers);
    let mut found = judged.filter_map(|container| judge(&container, &templates)).peekable();
    // Every file of the tree is looked at for that, so last.
    if found.peek().is_some() && !names_are_replaced(&context.world().repository.facts) {
        found.for_each(|notice| report.add(notice));
    }
}

fn judge(container: &Container<'_>, templates: &[PodTemplate<'_>]) -> Option<Notice> {
    let field = container.field.key("image")?;
    let text = field.as_str().filter(|it| !is_filled_in_later(it) && placeholder(it).is_none())?;
    let image = Image::parse(text).ok()?;
    let name = image.official_name().filter(|it| image.registry.is_none() && !is_official(it))?;
    if !is_always_pulled(container, &image) {
        return None;
    }
    let message = format!("the image `{name}` of {} is none that Docker Hub has", container_title(container));
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .because(format!("without a registry and an owner it is docker.io/library/{name}"))
        .help("name the registry and the owner; for one that is loaded onto the nodes, write `imagePullPolicy: IfNotPresent`");
    Some(match sibling(templates, name) {
        Some((other, path)) => notice.because(format!("another container has it from {path}")).related(
            other.location(),
            Role::Reference,
            "the same name, with its registry",
        ),
        None => notice,
    })
}

fn is_always_pulled(container: &Container<'_>, image: &Image<'_>) -> bool {
    match container.field.text("imagePullPolicy").filter(|it| !it.is_empty()) {
        Some(policy) => policy == "Always",
        None => image.is_mutable(),
    }
}

/// Another container whose image has the same last name and an owner.
fn sibling<'a>(templates: &[PodTemplate<'a>], name: &str) -> Option<(Field<'a>, String)> {
    let containers = templates.iter().flat_map(PodTemplate::containers);
    containers.into_iter().find_map(|container| {
        let field = container.field.key("image")?;
        let image = Image::parse(field.as_str()?).ok()?;
        let is_same = image.path.rsplit('/').next() == Some(name) && image.official_name().is_none();
        let registry = image.registry.map(|it| format!("{it}/")).unwrap_or_default();
        is_same.then(|| (field, format!("{registry}{}", image.path)))
    })
}

/// Whether a program that deploys the tree puts other names in their place.
fn names_are_replaced(facts: &RenderFacts) -> bool {
    let known = [
        "skaffold.yaml",
        "skaffold.yml",
        "Tiltfile",
        "devspace.yaml",
        "garden.yml",
        "garden.yaml",
        "werf.yaml",
    ];
    facts.files.iter().any(|it| known.contains(&it.name()))
}

/// `OpenShift` looks such names up in its own image streams.
fn is_resolved_elsewhere(template: &PodTemplate<'_>) -> bool {
    let known = ["image.openshift.io/triggers", "alpha.image.policy.openshift.io/resolve-names"];
    let annotations = template.object().field(&["metadata", "annotations"]);
    known
        .iter()
        .any(|it| template.annotation(it).is_some() || annotations.is_some_and(|all| all.get(it).is_some()))
}
