//! An expression of a Flux object is no CEL.
//!
//! ## Why
//! `healthCheckExprs` and the `readyExpr` of `dependsOn` are read before anything is
//! applied. Where one of them cannot be parsed, Flux gives the object up (`Stalled`,
//! `InvalidCELExpression`) until it is changed: no later commit is applied either.
//!
//! Only the syntax is looked at. What the status of a custom kind holds is not known here.
//!
//! ## Bad
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps
//!   wait: true
//!   healthCheckExprs:
//!     - {apiVersion: example.com/v1, kind: Berth, current: "status.phase = 'ready'"}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps
//!   wait: true
//!   healthCheckExprs:
//!     - {apiVersion: example.com/v1, kind: Berth, current: "status.phase == 'ready'"}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_schema::cel::Environment;

use crate::flux::deploys;
use crate::gitops::{gravity, is_literal};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-invalid-expression",
        title: "An expression of a Flux object is no CEL",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["flux"],
        page: include_str!("flux_invalid_expression.rs"),
    },
    run,
};

/// Lists in `spec`, and the keys of their items that hold expressions.
const EXPRESSIONS: [(&str, &[&str]); 2] =
    [("healthCheckExprs", &["current", "inProgress", "failed"]), ("dependsOn", &["readyExpr"])];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects().filter(|it| deploys(it)) {
        let Some(spec) = Field::root(object).key("spec") else { continue };
        let Some(gravest) = gravity(context.world(), object) else { continue };
        for (list, keys) in EXPRESSIONS {
            let fields = spec.list(list).flat_map(|item| keys.iter().filter_map(move |key| item.key(key)));
            for notice in fields.filter_map(|it| notice(object, &it)) {
                report.add(notice.at_most(gravest));
            }
        }
    }
}

fn notice(object: &Object, field: &Field<'_>) -> Option<Notice> {
    let text = field.as_str().filter(|it| is_literal(it) && !it.contains("${") && !it.is_empty())?;
    let issues = Environment::default().compile(text).err()?;
    // Which variables there are, and of which type, only Flux knows.
    let issue = issues.iter().find(|it| it.message.starts_with("Syntax error"))?;
    let message = format!("an expression of {} is no CEL: {}", object.title(), issue.message);
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .because("Flux gives the object up and applies nothing of it until the expression is changed"),
    )
}
