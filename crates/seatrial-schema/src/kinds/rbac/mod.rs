//! Roles and bindings (`pkg/apis/rbac/validation/validation.go`,
//! `pkg/apis/rbac/v1/defaults.go`, `pkg/registry/rbac`, 1.36). Whether the author
//! may grant what a role grants is not asked here: an administrator may.

mod bindings;
mod roles;

use crate::kinds::Strategy;

const GROUP: &str = "rbac.authorization.k8s.io";

/// What the server does with roles and bindings.
pub(crate) const KINDS: &[Strategy] = &[
    roles::ROLE,
    roles::CLUSTER_ROLE,
    bindings::ROLE_BINDING,
    bindings::CLUSTER_ROLE_BINDING,
    beta(roles::ROLE),
    beta(roles::CLUSTER_ROLE),
    beta(bindings::ROLE_BINDING),
    beta(bindings::CLUSTER_ROLE_BINDING),
];

/// The same, as it was served until 1.21.
const fn beta(strategy: Strategy) -> Strategy {
    Strategy { version: "v1beta1", ..strategy }
}
