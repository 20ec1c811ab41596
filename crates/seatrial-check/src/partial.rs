//! What is not all there: a patch that completes another object, a unit of which
//! something could not be rendered.

use seatrial_diagnostics::{CheckInfo, Level, UnitId};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Object, RenderFacts, Repository};
use seatrial_source::TreePath;

/// Whether a template lacks what every one has, an image for each container.
pub(crate) fn is_partial(template: &PodTemplate<'_>) -> bool {
    template.containers().any(|it| it.field.key("image").is_none())
}

/// Whether an object of a file that no kustomization lists only completes another
/// one: it lacks what every object of its kind has, or is called a patch.
pub(crate) fn is_unlisted_patch(facts: &RenderFacts, object: &Object) -> bool {
    if object.root().get("$patch").is_some() {
        return true;
    }
    // Without one, no file is left out of any.
    if facts.orphans.is_empty() && facts.kustomizations.is_empty() {
        return false;
    }
    let Some(path) = facts.path(object.span().file) else { return false };
    let is_orphan = facts.is_orphan(path);
    let is_among_patches = is_among_patches(path) && is_below_kustomization(facts, path);
    if !is_orphan && !is_among_patches {
        return false;
    }
    match lacks_its_own(object) {
        Some(lacks) => lacks && is_orphan,
        None => is_among_patches || is_called_patch(path),
    }
}

fn is_called_patch(path: &TreePath) -> bool {
    path.name().split(['.', '-', '_']).any(|it| it == "patch")
}

/// Whether a manifest stands among patches; what kustomizations make has the path of
/// a directory.
fn is_among_patches(path: &TreePath) -> bool {
    // Nearly all are told apart by this alone.
    if !path.as_str().contains("patches/") {
        return false;
    }
    let is_file = [".yaml", ".yml", ".json"].iter().any(|it| path.name().ends_with(it));
    is_file && path.as_str().rsplit('/').skip(1).any(|it| matches!(it, "patches" | "_patches"))
}

/// Whether a kustomization may take in a file: those of charts are templates.
fn is_below_kustomization(facts: &RenderFacts, path: &TreePath) -> bool {
    let mut homes = facts.kustomizations.iter().filter_map(|it| it.path.parent());
    let is_of_chart = facts.charts.iter().any(|it| path.is_within(&it.path));
    !is_of_chart && homes.any(|home| path.is_within(&home))
}

/// Whether an object has a content and lacks what every whole one of its kind has;
/// none for kinds of which that is not known.
fn lacks_its_own(object: &Object) -> Option<bool> {
    let root = object.root();
    let spec = root.get("spec").filter(|it| it.is_mapping());
    let lacks = |field: &str| spec.is_some_and(|it| it.get(field).is_none());
    let has_partial_pods = || {
        spec.is_some()
            && PodTemplate::of(object).is_none_or(|it| is_partial(&it) || it.containers().next().is_none())
    };
    Some(match (object.group(), object.kind()) {
        ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "CronJob" | "Job")
        | ("", "Pod") => has_partial_pods(),
        ("", "Service") => lacks("ports") && lacks("externalName") && lacks("clusterIP"),
        ("", "PersistentVolumeClaim") => lacks("accessModes") || lacks("resources"),
        ("autoscaling", "HorizontalPodAutoscaler") => lacks("scaleTargetRef"),
        ("networking.k8s.io", "Ingress") => lacks("rules") && lacks("defaultBackend"),
        _ => return None,
    })
}

/// Whether a check looks only at what is written, and so at patches, too.
pub(crate) fn judges_parts(info: &CheckInfo) -> bool {
    matches!(info.id, "wrong-type" | "unknown-field")
}

/// Whether something of a unit could not be rendered, so that nobody knows what
/// it lacks.
pub(crate) fn is_incomplete(repository: &Repository, unit: UnitId) -> bool {
    repository.facts.charts.iter().any(|chart| chart.incomplete.contains(&unit))
}

/// Whether from an object of one kind one of another may come, other than pods.
fn may_make(lost: &str, kind: &str) -> bool {
    // Configuration that controllers of the cloud read.
    const READ: &[&str] = &["BackendConfig", "FrontendConfig", "ManagedCertificate"];
    const PLAIN: &[&str] = &[
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "DaemonSet",
        "Deployment",
        "LimitRange",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "PriorityClass",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
        "StorageClass",
    ];
    match lost {
        // The certificate of its hosts.
        "Ingress" => kind == "Secret",
        "StatefulSet" => kind == "PersistentVolumeClaim",
        _ => ![MAKE_NONE, PLAIN, READ].iter().any(|it| it.contains(&lost)),
    }
}

/// Kinds of which nothing comes but pods that run once.
const MAKE_NONE: &[&str] = &[
    "CronJob",
    "HorizontalPodAutoscaler",
    "Job",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "PodMonitor",
    "Role",
    "RoleBinding",
    "ServiceMonitor",
];

/// Whether an object of a kind may stand in the part of a unit that could not be
/// rendered, or be made by something there.
pub(crate) fn may_hold(repository: &Repository, unit: UnitId, kind: &str) -> bool {
    has_lost(repository, unit, |it| it == kind || may_make(it, kind))
}

/// Whether pods may stand in the part of a unit that could not be rendered, other
/// than those that run once.
pub(crate) fn may_hold_pods(repository: &Repository, unit: UnitId) -> bool {
    has_lost(repository, unit, |it| !MAKE_NONE.contains(&it))
}

/// Whether a kind of the part of a unit that could not be rendered counts, or
/// nobody knows which kinds there are.
fn has_lost(repository: &Repository, unit: UnitId, counts: impl Fn(&str) -> bool) -> bool {
    let mut charts = repository.facts.charts.iter().filter(|chart| chart.incomplete.contains(&unit));
    charts.any(|chart| {
        let lost = chart.lost_kinds.iter().find(|it| it.0 == unit);
        lost.is_none_or(|(_, kinds)| kinds.iter().any(|it| counts(it)))
    })
}

/// Whether what a check tells of a unit may be otherwise because of the part of it
/// that could not be rendered.
pub(crate) fn is_in_doubt(repository: &Repository, unit: UnitId, info: &CheckInfo) -> bool {
    if info.id == "service-selects-nothing" {
        return may_hold_pods(repository, unit);
    }
    is_incomplete(repository, unit)
}

/// Whether a check looks itself at what could not be rendered.
pub(crate) fn weighs_what_is_lost(info: &CheckInfo) -> bool {
    const OTHERS: &[&str] = &[
        "missing-configmap",
        "missing-persistent-volume-claim",
        "missing-secret",
        "missing-service-account",
    ];
    OTHERS.contains(&info.id)
}

/// Whether a check tells that something is absent from a unit.
pub(crate) fn tells_absence(info: &CheckInfo) -> bool {
    const OTHERS: &[&str] = &[
        "blocked-connection",
        "blocked-ingress",
        "blocked-name-lookup",
        "policy-without-effect",
        "single-replica",
        "unbindable-claim",
        "uncovered-tls-host",
        "unknown-service-in-environment",
    ];
    let id = info.id;
    let is_named_so = id.starts_with("missing-") || id.starts_with("unresolved-");
    info.level != Level::Object && (is_named_so || id.ends_with("-selects-nothing") || OTHERS.contains(&id))
}
