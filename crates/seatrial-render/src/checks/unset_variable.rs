//! A variable that Flux is to fill in has no value.
//!
//! ## Why
//! Behind the build Flux fills in `${NAME}` from `postBuild`. Newer versions refuse a
//! variable that nothing gives a value (`variable not set`), so that nothing of the
//! Kustomization is applied; older ones leave the place empty: a host without a domain, an
//! image without a tag.
//!
//! Told where all that `postBuild` names is in the tree.
//!
//! ## Bad
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps # with host: "shop.${DOMAIN}"
//!   postBuild: {substitute: {REGION: eu}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps # with host: "shop.${DOMAIN}"
//!   postBuild: {substitute: {DOMAIN: example.com}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const UNSET_VARIABLE: CheckInfo = CheckInfo {
    id: "unset-variable",
    title: "A variable that Flux is to fill in has no value",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["flux.substitute"],
    page: include_str!("unset_variable.rs"),
};
