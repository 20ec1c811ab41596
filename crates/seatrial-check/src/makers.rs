//! Workloads that may create Secrets themselves: their service account is
//! allowed to, by roles that stand beside them.

use rustc_hash::FxHashSet;
use seatrial_diagnostics::UnitId;
use seatrial_model::references::Relation;
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};
use seatrial_yaml::Node;

use crate::World;

const RBAC: &str = "rbac.authorization.k8s.io";

/// The workloads of a unit that may create Secrets.
pub(crate) fn makers<'a>(world: &World<'a>, unit: UnitId) -> Vec<&'a Object> {
    let bundle = world.repository.bundle(unit);
    let all = |kinds: [&'static str; 2]| kinds.into_iter().flat_map(move |kind| bundle.of_kind(RBAC, kind));
    let roles: FxHashSet<(&str, &str)> = all(["Role", "ClusterRole"])
        .filter(|it| creates_secrets(it))
        .map(|it| (it.kind(), it.name()))
        .collect();
    if roles.is_empty() {
        return Vec::new();
    }
    let bindings = all(["RoleBinding", "ClusterRoleBinding"]).map(Field::root).filter(|it| {
        let role = it.key("roleRef");
        role.is_some_and(|it| {
            roles.contains(&(it.text("kind").unwrap_or_default(), it.text("name").unwrap_or_default()))
        })
    });
    let subjects = bindings.flat_map(|it| it.list("subjects"));
    let accounts: FxHashSet<&str> = subjects
        .filter(|it| it.text("kind") == Some("ServiceAccount"))
        .filter_map(|it| it.node().get("name")?.as_str())
        .collect();
    bundle.workloads().filter(|it| account(it).is_some_and(|it| accounts.contains(it))).collect()
}

fn account(workload: &Object) -> Option<&str> {
    let spec = PodTemplate::of(workload)?.spec;
    let name = spec.node().get("serviceAccountName").or_else(|| spec.node().get("serviceAccount"));
    name.map_or(Some("default"), Node::as_str)
}

fn creates_secrets(role: &Object) -> bool {
    let has = |rule: &Field<'_>, key: &str, word: &str| {
        rule.list(key).any(|it| it.as_str().is_some_and(|it| it == word || it == "*"))
    };
    Field::root(role).list("rules").any(|rule| {
        has(&rule, "apiGroups", "") && has(&rule, "resources", "secrets") && has(&rule, "verbs", "create")
    })
}

/// Whether a workload that creates Secrets runs before another needs one: a
/// pod creates what its own containers read only in an init container.
pub(crate) fn is_in_time(maker: &Object, reader: &Object, relation: Relation) -> bool {
    let is_read_late = matches!(relation, Relation::EnvKey | Relation::EnvFrom);
    let has_init =
        || PodTemplate::of(maker).is_some_and(|it| it.spec.list("initContainers").next().is_some());
    maker.id() != reader.id() || (is_read_late && has_init())
}
