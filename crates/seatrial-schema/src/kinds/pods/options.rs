//! What an update may keep although a new pod could not have it.

use crate::value::Value;

/// Leniences towards values that the stored object already has
/// (`GetValidationOptionsFromPodTemplate`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PodOptions {
    /// The object is a pod, not a template inside something else.
    pub(crate) is_pod: bool,
}

impl PodOptions {
    /// For a template; `old` is the stored one of an update.
    pub(crate) fn of_template(_old: Option<&Value>) -> Self {
        Self::default()
    }
}
