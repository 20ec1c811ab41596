//! An image without a registry and owner is pulled, and Docker Hub has none of that name.
//!
//! ## Why
//! `api:latest` is short for `docker.io/library/api:latest`, and in `library` there
//! are only Docker's official images. With the tag `latest`, without a tag, or with
//! `imagePullPolicy: Always` the kubelet asks the registry even if somebody built or
//! loaded an image of that name on the node: the pod stays in `ImagePullBackOff`.
//! Where it would be looked for on the node first, this is told if another workload of the
//! tree has the same image from a registry: the registry was forgotten here.
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

use std::cell::LazyCell;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate};
use seatrial_model::{Field, Object, RenderFacts, Repository};
use seatrial_yaml::Node;

use crate::image::Image;
use crate::image_names::{OwnedImage, is_at_home};
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
    let streams = LazyCell::new(|| local_streams(context.world().repository));
    let facts = &context.world().repository.facts;
    let unknown = |it: &Container<'_>| {
        !it.image().is_some_and(|image| is_stream(image, &streams) || is_of_scaffold(image, facts))
    };
    let found = judged.filter_map(|it| judge(context, &it).filter(|_| unknown(&it)));
    let mut found = found.peekable();
    // Every file of the tree is looked at for that, so last.
    if found.peek().is_some() && !names_are_replaced(facts) {
        found.for_each(|notice| report.add(notice));
    }
}

fn judge<'a>(context: &Context<'a>, container: &Container<'a>) -> Option<Notice> {
    let field = container.field.key("image")?;
    let text = field.as_str().filter(|it| !is_filled_in_later(it) && placeholder(it).is_none())?;
    let image = Image::parse(text).ok()?;
    let name = image.official_name().filter(|it| image.registry.is_none() && !is_official(it))?;
    let pull = container.field.text("imagePullPolicy").filter(|it| !it.is_empty());
    match pull {
        Some("Always") => {}
        None if image.is_mutable() => {}
        Some("Never") => return None,
        _ => return forgotten_registry(context, container, name),
    }
    let message = format!("the image `{name}` of {} is none that Docker Hub has", container_title(container));
    let notice = Notice::new(&CHECK.info, place(&field, name), message)
        .because(format!("without a registry and an owner it is docker.io/library/{name}"))
        .help("name the registry and the owner; for one that is loaded onto the nodes, write `imagePullPolicy: IfNotPresent`");
    Some(match context.owned_images().first_in(field.object().unit(), name) {
        Some(OwnedImage { field, name }) => notice
            .because(format!("another container has it from {name}"))
            .related(field.location(), Role::Reference, "the same name, with its registry"),
        None => notice,
    })
}

/// The name alone: in a chart it may be a value of its own.
fn place(field: &Field<'_>, name: &str) -> Location {
    let start = field.as_str().and_then(|it| it.find(name)).unwrap_or_default();
    field.location().part(start as u32..(start + name.len()) as u32)
}

/// Of an image that may be on the node: another workload has it from a registry,
/// and this one has it from none in any part of the tree.
fn forgotten_registry<'a>(context: &Context<'a>, container: &Container<'a>, name: &str) -> Option<Notice> {
    let object = container.field.object();
    let owned = context.owned_images();
    if is_at_home(&context.unit(object.unit()).name) || owned.has_workload(name, object) {
        return None;
    }
    let OwnedImage { field: other, name: path } = owned.first(name)?;
    let title = container_title(container);
    let message = format!("the image `{name}` of {title} is looked for on the node, and then on Docker Hub");
    let notice = Notice::new(&CHECK.info, place(&container.field.key("image")?, name), message)
        .because(format!(
            "without a registry and an owner it is docker.io/library/{name}, which is not there"
        ))
        .help(format!("write `{path}`, as {} does", other.object().title()))
        .related(other.location(), Role::Reference, "the same name, with its registry");
    Some(notice)
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

/// Whether the image is the stand-in of a tree that Kubebuilder laid out: `make
/// deploy` puts the operator's own in its place.
fn is_of_scaffold(image: &str, facts: &RenderFacts) -> bool {
    let is_stand_in = Image::parse(image).is_ok_and(|it| it.path == "controller");
    is_stand_in && facts.files.iter().any(|it| it.name() == "PROJECT")
}

/// `OpenShift` looks such names up in its own image streams.
fn is_resolved_elsewhere(template: &PodTemplate<'_>) -> bool {
    let known = ["image.openshift.io/triggers", "alpha.image.policy.openshift.io/resolve-names"];
    let annotations = template.object().field(&["metadata", "annotations"]);
    known
        .iter()
        .any(|it| template.annotation(it).is_some() || annotations.is_some_and(|all| all.get(it).is_some()))
}

/// The image streams of the tree whose names stand for images in their namespace.
fn local_streams(repository: &Repository) -> FxHashSet<&str> {
    let bundles = repository.units.iter().map(|it| repository.bundle(it.id));
    let streams = bundles.flat_map(|it| it.of_kind("image.openshift.io", "ImageStream"));
    let is_local = |it: &&Object| {
        let policy = it.field(&["spec", "lookupPolicy", "local"]);
        policy.and_then(Node::as_bool) == Some(true)
    };
    streams.filter(is_local).map(Object::name).collect()
}

/// Whether `OpenShift` finds an image in such a stream.
fn is_stream(image: &str, streams: &FxHashSet<&str>) -> bool {
    Image::parse(image).is_ok_and(|it| streams.contains(it.path))
}
