//! A label or an annotation is refused.
//!
//! ## Why
//! Labels and annotations are strings. `version: 1.0` and `scrape: true` are a number
//! and a boolean, and the API server cannot decode them. Keys have a grammar, and
//! labels' values as well: at most 63 letters, digits, `-`, `_` and `.`, with a letter
//! or digit at both ends.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web, labels: {team: shop floor}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web, labels: {team: shop-floor}, annotations: {example.com/team: shop floor}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Workload};
use seatrial_model::{Field, is_namespaced};

use crate::names::{Flaw, key_flaw, value_flaw};
use crate::placeholder::is_filled_in_later;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-label",
        title: "A label or an annotation is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.label", "schema.wrong-type"],
        page: include_str!("invalid_label.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let root = Field::root(object);
        if is_namespaced(object.group(), object.kind()).is_none() {
            continue;
        }
        of_metadata(&root, report);
        if let Some(template) = PodTemplate::of(object).filter(|it| !it.field.path().is_empty()) {
            of_metadata(&template.field, report);
        }
        let selector = Workload::of(object).and_then(|it| it.spec()?.keys(&["selector", "matchLabels"]));
        let service = root.keys(&["spec", "selector"]).filter(|_| object.is("", "Service"));
        for labels in selector.into_iter().chain(service) {
            of_list(&labels, "label", report);
        }
    }
}

fn of_metadata(field: &Field<'_>, report: &mut Report) {
    for (list, what) in [("labels", "label"), ("annotations", "annotation")] {
        if let Some(list) = field.keys(&["metadata", list]) {
            of_list(&list, what, report);
        }
    }
}

fn of_list(list: &Field<'_>, what: &str, report: &mut Report) {
    for (key, field) in list.entries().filter(|(key, _)| !is_filled_in_later(key)) {
        report.add_some(of_key(&key, &field, what).or_else(|| of_value(&key, &field, what)));
    }
}

fn of_key(key: &str, field: &Field<'_>, what: &str) -> Option<Notice> {
    let flaw = key_flaw(key, what == "annotation")?;
    let title = field.object().title();
    let (message, help) = match flaw {
        Flaw::TooLong(longest) => {
            (format!("{what} key {key} of {title} is longer than {longest} characters"), "shorten it")
        }
        Flaw::Letters => (
            format!("{what} key {key} of {title} is refused"),
            "use letters, digits, `-`, `_` and `.`, and at most one `/` after a DNS name",
        ),
    };
    Some(Notice::new(&CHECK.info, field.location(), message).help(help))
}

fn of_value(key: &str, field: &Field<'_>, what: &str) -> Option<Notice> {
    let title = field.object().title();
    let at = field.location();
    let node = field.node();
    let Some(value) = node.as_str() else {
        let text = node.scalar_text().filter(|_| !node.is_null());
        // Null is an empty string.
        if node.is_null() {
            return None;
        }
        let notice = Notice::new(&CHECK.info, at.clone(), format!("{what} {key} of {title} is not a string"));
        return Some(match text {
            Some(text) => notice
                .because(match node.as_bool() {
                    Some(value) => format!("YAML reads `{text}` as {value}"),
                    None => format!("YAML reads `{text}` as a number or a date"),
                })
                .help(format!("quote it: \"{text}\""))
                .change(Change::Set { at, content: Content::Text(text.into_owned()) }),
            None => notice.help("write a string"),
        });
    };
    if what == "annotation" || is_filled_in_later(value) {
        return None;
    }
    Some(match value_flaw(value)? {
        Flaw::TooLong(longest) => {
            let message = format!("the value of label {key} of {title} is longer than {longest} characters");
            Notice::new(&CHECK.info, at, message).help("shorten it, or make it an annotation")
        }
        Flaw::Letters => {
            let message = format!("label {key} of {title} has the value {value:?}, which is refused");
            let help = "use letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
            Notice::new(&CHECK.info, at, message).help(help)
        }
    })
}
