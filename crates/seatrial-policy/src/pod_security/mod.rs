//! Pod Security: the levels that labels of a namespace ask for
//! (`k8s.io/pod-security-admission` 0.36, `admission/admission.go`).

mod controls;
mod level;

use seatrial_schema::Value;
use seatrial_yaml::FieldPath;

pub use level::{Labels, Level, LevelVersion, Version};

use crate::denial::{Cause, Denial};

/// The plugin's name.
const PLUGIN: &str = "PodSecurity";

/// One control that a pod does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// In a few words: `host namespaces`.
    pub reason: &'static str,
    /// What breaks it: `hostNetwork=true`.
    pub detail: String,
    /// The fields, from the object's root.
    pub places: Vec<FieldPath>,
}

/// The controls of a level that a pod does not meet, in upstream's order.
/// `base` leads to the pod's or the template's `metadata` and `spec`.
pub fn violations(pod: &Value, base: &FieldPath, level: LevelVersion) -> Vec<Violation> {
    violations_by_control(pod, base, level).into_iter().map(|(_, violation)| violation).collect()
}

/// The same, each with upstream's id of its control.
pub(crate) fn violations_by_control(
    pod: &Value,
    base: &FieldPath,
    level: LevelVersion,
) -> Vec<(&'static str, Violation)> {
    controls::run(pod, base, level)
}

/// Refuses a pod that does not meet the level its namespace enforces.
pub fn enforce(pod: &Value, namespace: &Value) -> Result<(), Denial> {
    let level = Labels::of(namespace).enforce;
    let violations = violations(pod, &FieldPath::root(), level);
    if violations.is_empty() {
        return Ok(());
    }
    Err(Denial {
        plugin: PLUGIN,
        reason: "Forbidden",
        message: format!("violates PodSecurity \"{level}\": {}", in_words(&violations)),
        causes: causes(&violations),
    })
}

/// What the server warns of when a pod, or an object with a template of pods,
/// is admitted; none if the namespace asks for no warning.
pub fn warning(pod: &Value, base: &FieldPath, namespace: &Value) -> Option<String> {
    let level = Labels::of(namespace).warn;
    let violations = violations(pod, base, level);
    (!violations.is_empty())
        .then(|| format!("would violate PodSecurity \"{level}\": {}", in_words(&violations)))
}

/// Whether an update of a pod is judged again: an image changed, or a container
/// was added to debug it.
pub fn matters(new: &Value, old: &Value) -> bool {
    let images = |pod: &Value, list: &str| -> Vec<String> {
        pod.at("spec").items(list).iter().map(|it| it.str("image").to_owned()).collect()
    };
    let is_new = |container: &Value| {
        let olds = old.at("spec").items("ephemeralContainers");
        !olds
            .iter()
            .any(|it| it.str("name") == container.str("name") && it.str("image") == container.str("image"))
    };
    ["containers", "initContainers"].into_iter().any(|list| images(new, list) != images(old, list))
        || new.at("spec").items("ephemeralContainers").iter().any(is_new)
}

/// Violations in one line, as the server lists them.
pub fn in_words(violations: &[Violation]) -> String {
    let each = violations.iter().map(|it| match it.detail.as_str() {
        "" => it.reason.to_owned(),
        detail => format!("{} ({detail})", it.reason),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn causes(violations: &[Violation]) -> Vec<Cause> {
    let places = violations.iter().flat_map(|it| &it.places);
    places.map(|path| Cause { of: None, path: path.clone() }).collect()
}
