//! How messages name a part of a workload.

use seatrial_model::views::{Container, ContainerKind};

/// `container web of Deployment api`
pub(crate) fn container_title(container: &Container<'_>) -> String {
    let kind = match container.kind {
        ContainerKind::Init | ContainerKind::Sidecar => "init container",
        ContainerKind::Regular => "container",
        ContainerKind::Ephemeral => "ephemeral container",
    };
    let name = container.name().filter(|it| !it.is_empty()).unwrap_or("without a name");
    format!("{kind} {name} of {}", container.field.object().title())
}
