//! The Service that names a `StatefulSet`'s pods is not defined.
//!
//! ## Why
//! Each pod of a `StatefulSet` gets a DNS name below the Service in `serviceName`:
//! `db-0.db.shop.svc`. The controller does not make that Service. Without it the pods
//! run, but none of these names resolves, so the members of a cluster do not find
//! each other.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: StatefulSet
//! metadata: {name: db}
//! spec: {serviceName: db}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: db}
//! spec: {clusterIP: None, selector: {app: db}}
//! ---
//! apiVersion: apps/v1
//! kind: StatefulSet
//! metadata: {name: db}
//! spec: {serviceName: db}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::{Link, Object};

use crate::missing::missing;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-headless-service",
        title: "The Service that names a StatefulSet's pods is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.service-missing"],
        page: include_str!("missing_headless_service.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_set =
        |object: &Object, link: &Link| object.kind() == "StatefulSet" && link.relation == Relation::Governs;
    for it in missing(context, is_set) {
        let outcome = "the names of its pods do not resolve";
        report.add(it.notice(&CHECK.info, "names its pods by", outcome, Severity::Warning));
    }
}
