//! An expression of a policy does not fit the kinds that it is about.
//!
//! ## Why
//! The API server checks the expressions of a `ValidatingAdmissionPolicy` against the
//! kinds that its rules name, and only notes what is wrong in the policy's status. A field
//! that the kind does not have fails for each object: with `failurePolicy: Fail` all are
//! refused, with `Ignore` all are let in. Variables, match conditions and audit annotations
//! it does not even look at; they fail alike.
//!
//! ## Bad
//! ```yaml
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata: {name: few-replicas}
//! spec:
//!   matchConstraints:
//!     resourceRules:
//!       - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
//!   validations:
//!     - expression: object.spec.replcas <= 5
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata: {name: few-replicas}
//! spec:
//!   matchConstraints:
//!     resourceRules:
//!       - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
//!   validations:
//!     - expression: object.spec.replicas <= 5
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::validating_policy::{Mistyped, mistyped};
use seatrial_yaml::FieldPath;

use crate::review::location;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "mistyped-policy-expression",
        title: "An expression of a policy does not fit the kinds that it is about",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["policy.admission"],
        page: include_str!("mistyped_policy_expression.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let state = context.tree_state();
    let Some(table) = state.table() else { return };
    for object in context.of_kind("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") {
        let Some((value, _)) = state.decoded(object) else { continue };
        // One notice for each expression, with all the kinds that it does not fit.
        let mut by_path: BTreeMap<FieldPath, Vec<Mistyped>> = BTreeMap::new();
        for mistyped in mistyped(&value, table) {
            by_path.entry(mistyped.path.clone()).or_default().push(mistyped);
        }
        for all in by_path.values() {
            report.add(notice(object, all));
        }
    }
}

fn notice(object: &Object, all: &[Mistyped]) -> Notice {
    let first = &all[0];
    let message = format!("an expression of {} does not fit {}: {}", object.title(), first.kind, first.what);
    let notice = Notice::new(&CHECK.info, location(object, &first.path), message);
    let notice = all.iter().fold(notice, |notice, it| {
        if it.is_noted {
            notice.because(format!("the API server notes in the policy's status: {}", it.said))
        } else {
            notice.because(format!("the API server does not check it before it is evaluated: {}", it.said))
        }
    });
    if all.len() == first.kinds {
        return notice;
    }
    // An expression may look at the kind before it looks at the field.
    notice.at_most(Severity::Info).because("it fits others of the kinds that the policy names")
}
