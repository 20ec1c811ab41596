//! Whether whoever applies an object deletes the earlier one first, so that no
//! field of it has to change in place.

use seatrial_model::{Object, Repository};
use seatrial_yaml::Node;

const ARGO_HOOK: &str = "argocd.argoproj.io/hook";
const ARGO_HOOK_DELETED: &str = "argocd.argoproj.io/hook-delete-policy";
const ARGO_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const HELM_HOOK: &str = "helm.sh/hook";
const HELM_HOOK_DELETED: &str = "helm.sh/hook-delete-policy";
const FLUX_FORCE: &str = "kustomize.toolkit.fluxcd.io/force";

/// Policies by which no earlier hook is left when the next one is made: it goes
/// before that, or as soon as it has succeeded.
const DELETED: [&str; 4] = ["BeforeHookCreation", "HookSucceeded", "before-hook-creation", "hook-succeeded"];

/// Why an object is deleted and made again rather than changed; `is_refused`
/// says that the server would not let it change.
pub(super) fn of(object: &Object, repository: &Repository, is_refused: bool) -> Option<&'static str> {
    // Nobody deletes a definition for the sake of a change: its objects would go along.
    if object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        return None;
    }
    if is_renewed_hook(object, HELM_HOOK, &[HELM_HOOK_DELETED]) {
        return Some("it is a hook of Helm");
    }
    if is_renewed_hook(object, ARGO_HOOK, &[ARGO_HOOK_DELETED, HELM_HOOK_DELETED]) {
        return Some("it is a hook of Argo CD");
    }
    let options = metadata(object, "annotations", ARGO_OPTIONS).unwrap_or_default();
    let has = |option: &str| options.split(',').any(|it| it.trim() == option);
    if has("Force=true") && (is_refused || has("Replace=true")) {
        return Some("its sync option is `Force=true`");
    }
    let force = ["annotations", "labels"].into_iter().filter_map(|it| metadata(object, it, FLUX_FORCE));
    let is_forced = force.into_iter().any(|it| it.eq_ignore_ascii_case("enabled"));
    (is_refused && (is_forced || is_forced_by_owner(object, repository)))
        .then_some("Flux is told to force it")
}

/// Whether the Flux Kustomization that applies an object forces all that it applies.
fn is_forced_by_owner(object: &Object, repository: &Repository) -> bool {
    let owners = repository.facts.deliveries.iter().filter(|it| it.unit == object.unit());
    let owners: Vec<_> = owners.map(|it| it.by).collect();
    let forces = |it: &Object| it.field(&["spec", "force"]).and_then(Node::as_bool).unwrap_or_default();
    let mut owners = owners.into_iter().filter_map(|by| repository.objects().find(|it| it.span() == by));
    owners.any(|it| it.is("kustomize.toolkit.fluxcd.io", "Kustomization") && forces(it))
}

/// Whether an object is a hook that is made anew each time; that is so, too,
/// where nothing says when it is deleted.
fn is_renewed_hook(object: &Object, hook: &str, deleted: &[&str]) -> bool {
    let Some(hooks) = metadata(object, "annotations", hook) else { return false };
    let mut policies = deleted
        .iter()
        .filter_map(|it| metadata(object, "annotations", it))
        .flat_map(|it| it.split(','))
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .peekable();
    !hooks.trim().is_empty() && (policies.peek().is_none() || policies.any(|it| DELETED.contains(&it)))
}

fn metadata<'o>(object: &'o Object, map: &str, key: &str) -> Option<&'o str> {
    object.field(&["metadata", map, key]).and_then(Node::as_str)
}
