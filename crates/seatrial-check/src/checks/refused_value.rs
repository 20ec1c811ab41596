//! The API server refuses a value.
//!
//! ## Why
//! Behind the types of the fields there are rules: names have a grammar, ports a range,
//! amounts an order, some fields exclude each other. A schema does not know them; the API
//! server refuses an object that breaks one, and nothing of it is created.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 70000}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec:
//!   selector: {app: web}
//!   ports: [{port: 7000}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::{FieldError, Reason};

use crate::review::location;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-value",
        title: "The API server refuses a value",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &[
            "schema.enum",
            "schema.duplicate",
            "schema.exclusive-fields",
            "schema.label",
            "schema.name-length",
            "schema.quantity",
            "schema.selector",
            "probe.schema",
        ],
        page: include_str!("refused_value.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let review = context.review_of(object);
        for error in review.errors.iter().filter(|it| it.reason != Reason::Required) {
            let by = context.default_of(object, &error.path);
            report.add(review.weighed(by.into_iter().fold(judge(object, error), Notice::because)));
        }
    }
}

fn judge(object: &Object, error: &FieldError) -> Notice {
    // What no single field is to blame for, the server says of the whole object.
    let place = error.path.to_string();
    let subject = match error.field.as_str() {
        "[]" | "<nil>" | "" if place.is_empty() => object.title(),
        "[]" | "<nil>" | "" => format!("`{place}` of {}", object.title()),
        field => format!("`{field}` of {}", object.title()),
    };
    let message = match error.reason {
        Reason::Forbidden => format!("{subject} is forbidden{}", behind(&error.detail)),
        Reason::Duplicate => format!("{subject} is there twice: {}", error.shown_value()),
        Reason::NotFound => format!("{subject} names nothing: {}", error.shown_value()),
        Reason::TooLong | Reason::TooMany => format!("{subject} is too long{}", behind(&error.detail)),
        Reason::TooShort | Reason::TooFew => format!("{subject} is too short{}", behind(&error.detail)),
        _ => format!("{subject} is refused{}", behind(&error.detail)),
    };
    Notice::new(&CHECK.info, location(object, &error.path), message)
        .because(format!("the API server says: {error}"))
}

fn behind(detail: &str) -> String {
    // What a pattern looks like helps nobody: the words before it do.
    let words =
        detail.split(" (e.g. ").next().unwrap_or(detail).split(" (regex used").next().unwrap_or(detail);
    if words.is_empty() { String::new() } else { format!(": {words}") }
}
