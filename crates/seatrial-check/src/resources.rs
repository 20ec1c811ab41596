//! What containers request and are limited to, and which resources the
//! scheduler treats in which way.

use seatrial_diagnostics::Content;
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Quantity};
use seatrial_yaml::Value;

use crate::titles::container_title;

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
