//! What only completes another object: a patch that nothing in the tree names.

use seatrial_model::views::PodTemplate;

/// Whether a template lacks what every one has, an image for each container.
pub(crate) fn is_partial(template: &PodTemplate<'_>) -> bool {
    template.containers().any(|it| it.field.key("image").is_none())
}
