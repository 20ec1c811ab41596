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
use seatrial_yaml::{Node, Value};

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
                let says_more = !error.detail.is_empty() && !notice.message.ends_with(&error.detail);
                report.add(if says_more { notice.help(error.detail.clone()) } else { notice });
            }
        }
    }
}

/// Whether something is written; a zero is neither that nor nothing.
fn is_set(node: Node<'_>) -> Option<bool> {
    match node.value() {
        Value::Int(0) | Value::Uint(0) => None,
        Value::Null => Some(false),
        Value::Str(text) => Some(!text.is_empty()),
        Value::Sequence | Value::Mapping => Some(!node.is_empty()),
        _ => Some(true),
    }
}

fn judge(object: &Object, error: &FieldError) -> Notice {
    let (field, path, title) = (&error.field, error.path.to_string(), object.title());
    let message = match object.root().at(&error.path).map(is_set) {
        None => format!("`{path}` of {title} is missing"),
        // What stands in another place than the server names may be whole.
        Some(_) if *field != path => format!("`{field}` of {title} is missing"),
        Some(Some(true)) if error.detail.is_empty() => format!("`{field}` of {title} is missing"),
        Some(Some(true)) => format!("`{field}` of {title} is refused: {}", error.detail),
        Some(Some(false)) => format!("`{field}` of {title} is empty"),
        Some(None) => format!("`{field}` of {title} is 0, which the server takes for not set"),
    };
    Notice::new(&CHECK.info, location(object, &error.path), message)
        .because(format!("the API server says: {error}"))
}
