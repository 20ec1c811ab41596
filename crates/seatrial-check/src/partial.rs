//! What is not all there: a patch that completes another object, a unit of which
//! something could not be rendered.

use seatrial_diagnostics::{CheckInfo, Level, UnitId};
use seatrial_model::Repository;
use seatrial_model::views::PodTemplate;

/// Whether a template lacks what every one has, an image for each container.
pub(crate) fn is_partial(template: &PodTemplate<'_>) -> bool {
    template.containers().any(|it| it.field.key("image").is_none())
}

/// Whether something of a unit could not be rendered, so that nobody knows what
/// it lacks.
pub(crate) fn is_incomplete(repository: &Repository, unit: UnitId) -> bool {
    repository.facts.charts.iter().any(|chart| chart.incomplete.contains(&unit))
}

/// Whether a check tells that something is absent from a unit.
pub(crate) fn tells_absence(info: &CheckInfo) -> bool {
    const OTHERS: &[&str] = &[
        "blocked-connection",
        "blocked-ingress",
        "blocked-name-lookup",
        "single-replica",
        "unbindable-claim",
        "uncovered-tls-host",
        "unknown-service-in-environment",
    ];
    let id = info.id;
    let is_named_so = id.starts_with("missing-") || id.starts_with("unresolved-");
    info.level != Level::Object && (is_named_so || id.ends_with("-selects-nothing") || OTHERS.contains(&id))
}
