//! `validate.podSecurity`: the levels of Pod Security, with controls left out.

use seatrial_schema::Value;
use seatrial_yaml::{FieldPath, PathStep};

use super::wildcard;
use crate::admit::template_of;
use crate::pod_security::{Labels, Violation, in_words, violations_by_control};
use crate::validating_policy::Asked;

const CONTROLS: &[(&str, &[&str])] = &[
    ("/proc Mount Type", &["procMount", "procMount_restricted"]),
    ("AppArmor", &["appArmorProfile"]),
    ("Capabilities", &["capabilities_baseline", "capabilities_restricted"]),
    ("Host Namespaces", &["hostNamespaces"]),
    ("Host Ports", &["hostPorts"]),
    ("HostPath Volumes", &["hostPathVolumes"]),
    ("HostProcess", &["windowsHostProcess"]),
    ("Privilege Escalation", &["allowPrivilegeEscalation"]),
    ("Privileged Containers", &["privileged"]),
    ("Running as Non-root", &["runAsNonRoot"]),
    ("Running as Non-root user", &["runAsUser"]),
    ("SELinux", &["seLinuxOptions"]),
    ("Seccomp", &["seccompProfile_baseline", "seccompProfile_restricted"]),
    ("Sysctls", &["sysctls"]),
    ("Volume Types", &["restrictedVolumes"]),
];

/// What of the level an object's pods do not meet, in words, and a field.
pub(super) fn judge(wanted: &Value, asked: Asked<'_>) -> Option<(String, Vec<PathStep>)> {
    let way = template_of(asked.request.group, asked.request.kind).unwrap_or_default();
    let pod = way.iter().fold(asked.object, |value, field| value.at(field));
    let base = way.iter().fold(FieldPath::root(), |path, field| path.key(field));
    let level = Labels::level(wanted.str("level"), wanted.str("version"))?;
    let found = violations_by_control(pod, &base, level);
    let excludes = wanted.items("exclude");
    let left = found
        .into_iter()
        .filter_map(|(control, violation)| remaining(control, violation, excludes, pod, &base));
    let left: Vec<_> = left.collect();
    let place = left.iter().flat_map(|it| &it.places).next().cloned().unwrap_or(base);
    let level = format!(
        "{}:{}",
        wanted.str("level"),
        match wanted.str("version") {
            "" => "latest",
            it => it,
        }
    );
    (!left.is_empty()).then(|| {
        (format!("It violates PodSecurity \"{level}\": {}", in_words(&left)), place.steps().to_vec())
    })
}

/// What is left of a violation without the places that are left out.
fn remaining(
    control: &str,
    violation: Violation,
    excludes: &[Value],
    pod: &Value,
    base: &FieldPath,
) -> Option<Violation> {
    let is_meant = |it: &&Value| {
        CONTROLS.iter().any(|(name, ids)| *name == it.str("controlName") && ids.contains(&control))
    };
    let mut left = violation;
    for exclude in excludes.iter().filter(is_meant) {
        if left.places.is_empty() {
            return None;
        }
        let length = base.steps().len();
        left.places.retain(|place| !is_left_out(&place.steps()[length..], exclude, pod));
    }
    let is_whole = excludes.iter().any(|it| is_meant(&it));
    (!is_whole || !left.places.is_empty()).then_some(left)
}

/// Whether an exclusion is about a place in a pod.
fn is_left_out(place: &[PathStep], exclude: &Value, pod: &Value) -> bool {
    let container = match place {
        [_, PathStep::Key(list), PathStep::Index(at), ..] => {
            pod.at("spec").items(list).get(*at as usize).filter(|it| it.has("image") || it.has("name"))
        }
        _ => None,
    };
    let images = exclude.items("images");
    let has_image = |it: &Value| {
        let image = it.str("image");
        images.iter().any(|pattern| wildcard::matches(pattern.as_str(), image))
    };
    let is_image = match container.filter(|_| place_is_in_container(place)) {
        Some(container) => has_image(container),
        None => images.is_empty(),
    };
    let field = exclude.str("restrictedField");
    let wanted = exclude.items("values");
    let is_field = field.is_empty() || is_field(place, field);
    let held = || value_at(place, pod);
    let has_value = |text: &str| wanted.iter().any(|it| wildcard::matches(it.as_str(), text));
    let is_value = wanted.is_empty()
        || match held() {
            Value::List(items) => items.iter().all(|it| has_value(&crate::jmespath::scalar(it))),
            other => has_value(&crate::jmespath::scalar(&other)),
        };
    is_image && is_field && is_value
}

fn place_is_in_container(place: &[PathStep]) -> bool {
    matches!(place.get(1), Some(PathStep::Key(list)) if list.to_lowercase().ends_with("containers"))
}

/// Whether a place is that of `spec.containers[*].securityContext.privileged`, or
/// one above it.
fn is_field(place: &[PathStep], field: &str) -> bool {
    let wanted: Vec<&str> = field.split(['.', '[', ']']).filter(|it| !it.is_empty()).collect();
    let is_same = |(step, wanted): (&PathStep, &&str)| match step {
        PathStep::Key(key) => key == *wanted,
        PathStep::Index(_) => *wanted == "*",
    };
    place.iter().zip(&wanted).all(is_same)
}

fn value_at(place: &[PathStep], pod: &Value) -> Value {
    let step = |value: &Value, step: &PathStep| match step {
        PathStep::Key(key) => value.at(key).clone(),
        PathStep::Index(at) => value.as_list().get(*at as usize).cloned().unwrap_or_default(),
    };
    place.iter().fold(pod.clone(), |value, it| step(&value, it))
}
