//! What an update may keep although a new pod could not have it
//! (`pkg/api/pod/util.go`, `GetValidationOptionsFromPodSpecAndMeta`). Gates
//! are at their defaults of 1.36.

use super::resources::is_divisible;
use super::scheduling::{affinity_terms, label_keys};
use super::security::conflicts_with_host;
use super::volumes::is_local_path;
use super::walk::{containers, is_sidecar};
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::resources::is_huge_pages;
use crate::rules::{nodes, selectors};
use crate::value::Value;

/// Leniences towards values that the stored object already has.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a lenience of its own")]
pub(crate) struct PodOptions {
    /// The object is a pod, not a template inside something else.
    pub(crate) is_pod: bool,
    /// Amounts of huge pages that are no whole pages.
    pub(super) indivisible_huge_pages: bool,
    /// Values that no label has, in selectors of pod affinity.
    pub(super) lenient_affinity: bool,
    /// Values that no label has, in a required node affinity.
    pub(super) lenient_node_affinity: bool,
    /// Selectors of topology spread that are malformed.
    pub(super) lenient_spread: bool,
    /// Keys in `matchLabelKeys` that the selector has too.
    pub(super) lenient_spread_keys: bool,
    /// Paths of projected tokens that lead out of the volume.
    pub(super) lenient_token_path: bool,
    /// Sysctls of a namespace that is the host's.
    pub(super) host_sysctls: bool,
    /// Any `seLinuxChangePolicy`, not only `Recursive`.
    pub(super) any_selinux_change_policy: bool,
    /// `Lt` and `Gt` in tolerations.
    pub(super) compared_tolerations: bool,
    /// User namespaces in a pod on the host's network.
    pub(super) users_on_host_network: bool,
    /// User namespaces in a pod with block devices.
    pub(super) users_with_devices: bool,
    /// `RestartContainer` for init containers that end.
    pub(super) restarting_init_containers: bool,
    /// A pod deletion cost that is no number.
    pub(super) lenient_deletion_cost: bool,
}

impl PodOptions {
    /// For a template, or a pod; `old` is the stored one of an update.
    pub(crate) fn of_template(old: Option<&Value>) -> Self {
        let Some(old) = old else { return Self::default() };
        let spec = old.at("spec");
        let own_users = spec.at("hostUsers") == &Value::Bool(false);
        Self {
            is_pod: false,
            indivisible_huge_pages: has_indivisible_huge_pages(spec),
            lenient_affinity: has_invalid_affinity(spec),
            lenient_node_affinity: has_invalid_node_affinity(spec),
            lenient_spread: has_invalid_spread(spec),
            lenient_spread_keys: has_invalid_spread_keys(spec),
            lenient_token_path: has_token_outside(spec),
            host_sysctls: has_host_sysctl(spec),
            any_selinux_change_policy: spec.at("securityContext").has("seLinuxChangePolicy"),
            compared_tolerations: spec
                .items("tolerations")
                .iter()
                .any(|it| matches!(it.str("operator"), "Lt" | "Gt")),
            users_on_host_network: own_users && spec.bool("hostNetwork"),
            users_with_devices: own_users && containers(spec).any(|it| !it.items("volumeDevices").is_empty()),
            restarting_init_containers: has_restarting_init_container(spec),
            lenient_deletion_cost: super::annotations::deletion_cost(old).is_err(),
        }
    }

    /// For a pod of its own.
    pub(super) fn of_pod(old: Option<&Value>) -> Self {
        Self { is_pod: true, ..Self::of_template(old) }
    }
}

fn has_indivisible_huge_pages(spec: &Value) -> bool {
    let lists = containers(spec).map(|it| it.at("resources"));
    let amounts = lists.flat_map(|it| it.entries("limits").iter().chain(it.entries("requests")));
    amounts
        .chain(spec.entries("overhead"))
        .any(|it| is_huge_pages(&it.key) && !is_divisible(&it.key, &it.value))
}

/// Whether a rule refuses something.
fn refuses(rule: impl FnOnce(&mut Errors)) -> bool {
    let mut errors = Errors::new();
    rule(&mut errors);
    !errors.is_empty()
}

fn has_invalid_affinity(spec: &Value) -> bool {
    let bad = |selector: &Value| refuses(|it| selectors::label_selector(selector, false, &Path::ROOT, it));
    affinity_terms(spec).any(|term| bad(term.at("labelSelector")) || bad(term.at("namespaceSelector")))
}

fn has_invalid_node_affinity(spec: &Value) -> bool {
    let affinity = spec.at("affinity").at("nodeAffinity");
    let terms = affinity.at("requiredDuringSchedulingIgnoredDuringExecution").items("nodeSelectorTerms");
    terms.iter().any(nodes::has_invalid_value)
}

fn has_invalid_spread(spec: &Value) -> bool {
    let bad = |it: &Value| {
        refuses(|errors| selectors::label_selector(it.at("labelSelector"), false, &Path::ROOT, errors))
    };
    spec.items("topologySpreadConstraints").iter().any(bad)
}

fn has_invalid_spread_keys(spec: &Value) -> bool {
    let bad = |it: &Value| refuses(|errors| label_keys(it, &Path::ROOT, errors));
    spec.items("topologySpreadConstraints").iter().any(bad)
}

fn has_token_outside(spec: &Value) -> bool {
    let sources = spec.items("volumes").iter().flat_map(|it| it.at("projected").items("sources"));
    let mut tokens = sources.filter_map(|it| it.opt("serviceAccountToken"));
    tokens.any(|it| !is_local_path(it.str("path")))
}

fn has_host_sysctl(spec: &Value) -> bool {
    let sysctls = spec.at("securityContext").items("sysctls");
    sysctls.iter().any(|it| conflicts_with_host(spec, it.str("name")).is_some())
}

fn has_restarting_init_container(spec: &Value) -> bool {
    let mut rest = spec.items("initContainers").iter().filter(|it| !is_sidecar(it));
    rest.any(|it| it.items("resizePolicy").iter().any(|it| it.str("restartPolicy") == "RestartContainer"))
}
