//! An object lacks a field that it has to have.
//!
//! ## Why
//! Some fields have no default: without them the API server refuses the object.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec: {containers: [{image: web:1}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec: {containers: [{name: web, image: web:1}]}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::{FieldError, Reason};

use crate::review::location;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-field",
        title: "An object lacks a field that it has to have",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.missing-field"],
        page: include_str!("missing_field.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for review in context.review_of(object).all() {
            for error in review.errors.iter().filter(|it| it.reason == Reason::Required) {
                let notice = review.weighed(judge(object, error));
                let notice = if review.may_be_filled_in(object) {
                    notice.at_most(Severity::Info).because("a webhook of the project may fill it in")
                } else {
                    notice
                };
                report.add(if error.detail.is_empty() { notice } else { notice.help(error.detail.clone()) });
            }
        }
    }
}

fn judge(object: &Object, error: &FieldError) -> Notice {
    let message = format!("`{}` of {} is missing", error.field, object.title());
    Notice::new(&CHECK.info, location(object, &error.path), message)
        .because(format!("the API server says: {error}"))
}
