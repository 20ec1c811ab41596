//! A set of Applications asks for a parameter that its generators do not give.
//!
//! ## Why
//! With `goTemplateOptions: [missingkey=error]` one such parameter ends the whole set
//! (`map has no entry for key`): Argo CD makes, changes and removes none of its Applications.
//!
//! Told where the tree says all that the generators give.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shops, namespace: argocd}
//! spec:
//!   goTemplate: true
//!   goTemplateOptions: [missingkey=error]
//!   generators: [{list: {elements: [{name: north}]}}]
//!   template:
//!     metadata: {name: "shop-{{ .region }}"} # the elements have only `name`
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shops, namespace: argocd}
//! spec:
//!   goTemplate: true
//!   goTemplateOptions: [missingkey=error]
//!   generators: [{list: {elements: [{name: north}]}}]
//!   template:
//!     metadata: {name: "shop-{{ .name }}"}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const ARGOCD_MISSING_PARAMETER: CheckInfo = CheckInfo {
    id: "argocd-missing-parameter",
    title: "A set of Applications asks for a parameter that its generators do not give",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["argo.generator"],
    page: include_str!("argocd_missing_parameter.rs"),
};
