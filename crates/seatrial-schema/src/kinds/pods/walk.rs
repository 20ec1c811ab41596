//! Visiting the containers of a pod spec.

use crate::path::Path;
use crate::value::Value;

/// The lists of containers, in the order in which the server visits them.
pub(super) const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Calls `visit` with every container of the spec at `path`.
pub(super) fn each_container(spec: &Value, path: &Path<'_>, mut visit: impl FnMut(&Value, &Path<'_>)) {
    for field in CONTAINER_LISTS {
        let list = path.child(field);
        for (at, container) in spec.items(field).iter().enumerate() {
            visit(container, &list.index(at));
        }
    }
}

/// Every container of a spec.
pub(super) fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    CONTAINER_LISTS.into_iter().flat_map(|field| spec.items(field))
}

/// Whether an init container runs beside the others until they end.
pub(super) fn is_sidecar(container: &Value) -> bool {
    container.str("restartPolicy") == "Always"
}
