//! A number of pods is neither a whole number nor a percentage.
//!
//! ## Why
//! `maxSurge`, `maxUnavailable` and `minAvailable` are a whole number, or a text of
//! digits and `%`. A number in quotes is a text without `%`: the API server refuses
//! it, as it refuses parts of a percent and anything below zero.
//!
//! ## Bad
//! ```yaml
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: api}
//! spec:
//!   minAvailable: "1"
//!   selector: {matchLabels: {app: api}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: api}
//! spec:
//!   minAvailable: 1
//!   selector: {matchLabels: {app: api}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::placeholder::{is_filled_in_later, placeholder};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-count",
        title: "A number of pods is neither a whole number nor a percentage",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.percentage"],
        page: include_str!("invalid_count.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for (name, field) in counts(object) {
            report.add_some(judge(name, &field));
        }
    }
}

/// The fields of an object that hold a number or a share of pods.
fn counts(object: &Object) -> Vec<(&'static str, Field<'_>)> {
    let (path, names): (&[&str], &[&str]) = match (object.group(), object.kind()) {
        ("policy", "PodDisruptionBudget") => (&["spec"], &["minAvailable", "maxUnavailable"]),
        ("apps", "Deployment") => (&["spec", "strategy", "rollingUpdate"], &["maxSurge", "maxUnavailable"]),
        ("apps", "DaemonSet") => {
            (&["spec", "updateStrategy", "rollingUpdate"], &["maxSurge", "maxUnavailable"])
        }
        ("apps", "StatefulSet") => (&["spec", "updateStrategy", "rollingUpdate"], &["maxUnavailable"]),
        _ => return Vec::new(),
    };
    let parent = Field::root(object).keys(path);
    let fields = names.iter().filter_map(|name| Some((*name, parent.as_ref()?.key(name)?)));
    fields.collect()
}

fn judge(name: &str, field: &Field<'_>) -> Option<Notice> {
    let title = field.object().title();
    let notice = |message: String| Notice::new(&CHECK.info, field.location(), message);
    if let Some(number) = field.as_i64() {
        let message = format!("{name} of {title} is below zero");
        return (number < 0).then(|| notice(message).help("write a whole number from 0, or a percentage"));
    }
    let text = field.as_str().filter(|it| !is_percentage(it) && !is_filled_in_later(it))?;
    if placeholder(text).is_some() {
        return None;
    }
    let notice = notice(format!("{name} of {title} is \"{text}\", neither a whole number nor a percentage"));
    let at = field.location();
    Some(match (text.trim().parse::<i64>(), text.trim()) {
        (Ok(number), _) if number >= 0 => notice
            .help(format!("write {number} without quotes"))
            .change(Change::Set { at, content: Content::Int(number) }),
        (_, trimmed) if is_percentage(trimmed) => notice
            .help(format!("write {trimmed}"))
            .change(Change::Set { at, content: Content::Text(trimmed.to_owned()) }),
        _ => notice.help("write a whole number, or digits and `%`"),
    })
}

fn is_percentage(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
}
