//! What containers request and are limited to, and which resources the
//! scheduler treats in which way.

use seatrial_diagnostics::{CheckInfo, Content, Notice};
use seatrial_model::views::{ContainerKind, PodTemplate};
use seatrial_model::{Field, Quantity};
use seatrial_yaml::Value;

use crate::partial::is_partial;
use crate::titles::container_title;
use crate::{Context, Report};

/// The `resources` of a container, or of a pod as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Resources<'a> {
    /// Its mapping.
    pub(crate) field: Field<'a>,
    /// Whose it is: `container web of Deployment api`.
    pub(crate) of: String,
}

/// An amount of a resource that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Amount<'a> {
    pub(crate) field: Field<'a>,
    pub(crate) quantity: Quantity,
}

impl<'a> Resources<'a> {
    /// Those of every container, and of the pod if it has its own.
    pub(crate) fn of(template: &PodTemplate<'a>) -> Vec<Self> {
        let containers = template
            .containers()
            .filter_map(|it| Some(Self { field: it.field.key("resources")?, of: container_title(&it) }));
        let pod = template.spec.key("resources");
        let pod = pod.map(|field| Self { field, of: format!("the pod of {}", template.object().title()) });
        containers.chain(pod).collect()
    }

    /// An amount under `requests` or `limits`, if it can be read.
    pub(crate) fn amount(&self, list: &str, name: &str) -> Option<Amount<'a>> {
        let field = self.field.key(list)?.key(name)?;
        let quantity = field.as_quantity()?.ok()?;
        Some(Amount { field, quantity })
    }
}

/// A resource that a device plugin offers: `nvidia.com/gpu`.
pub(crate) fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.contains("kubernetes.io/") && !name.starts_with("requests.")
}

/// `hugepages-2Mi`
pub(crate) fn is_hugepages(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// A resource of which a node never hands out more than it has: what is
/// requested must be the limit.
pub(crate) fn is_exact(name: &str) -> bool {
    is_extended(name) || is_hugepages(name)
}

/// The amount as it is written, to be written elsewhere.
pub(crate) fn as_content(field: &Field<'_>) -> Option<Content> {
    match field.node().value() {
        Value::Str(text) => Some(Content::Text(text.to_owned())),
        Value::Int(number) => Some(Content::Int(number)),
        _ => None,
    }
}

/// What a check says of a resource that a container neither requests nor is
/// limited to; a request that is not written is the limit, and a `LimitRange`
/// may fill in either.
pub(crate) struct Wanted {
    pub(crate) check: &'static CheckInfo,
    /// `requests` or `limits`
    pub(crate) list: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) help: &'static str,
}

/// The containers of the templates that lack it.
pub(crate) fn report_missing(context: &Context<'_>, wanted: &Wanted, report: &mut Report) {
    let Wanted { check, list, resource, help } = wanted;
    for template in context.pod_templates().filter(|it| !is_partial(it)) {
        let has = |field: &Field<'_>| {
            let has = |list: &str| field.keys(&["resources", list, resource]).is_some();
            has(list) || (*list == "requests" && has("limits"))
        };
        let is_filled_in = context.limit_ranges().fill_in(list, resource, template.object());
        if has(&template.spec) || is_filled_in {
            continue;
        }
        for container in template.containers().filter(|it| it.kind != ContainerKind::Ephemeral) {
            if has(&container.field) || container.field.as_str().is_some() {
                continue;
            }
            let word = if *list == "requests" { "request" } else { "limit" };
            let path = container.field.path_of("resources").key(list).key(resource);
            let at = container.field.object().location(path);
            let message = format!("{} has no {resource} {word}", container_title(&container));
            report.add(Notice::new(check, at, message).help(*help));
        }
    }
}
