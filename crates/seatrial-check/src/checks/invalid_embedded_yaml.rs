//! A file of a `ConfigMap` that is to be YAML is none.
//!
//! ## Why
//! The manifest around it is in order: to the API server the file is any text. Only the
//! program that reads it says that a line is indented too little, and most do not start.
//!
//! Entries are looked at whose key ends with `.yaml` or `.yml`. What a template is still
//! to fill in is left alone.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: probes}
//! data:
//!   config.yaml: |
//!     endpoints:
//!       - name: shop
//!     url: https://shop.example.com
//!         interval: 10s
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: probes}
//! data:
//!   config.yaml: |
//!     endpoints:
//!       - name: shop
//!         url: https://shop.example.com
//!         interval: 10s
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, ProblemKind, parse};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-embedded-yaml",
        title: "A file of a ConfigMap that is to be YAML is none",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["yaml", "yaml.embedded"],
        page: include_str!("invalid_embedded_yaml.rs"),
    },
    run,
};

/// Longer files are not read.
const TEXT_MAX: usize = 1 << 20;
/// Of more broken files of one object only the first are told.
const TOLD_MAX: usize = 50;
/// What a line of a template begins with.
const ACTIONS: &[&str] = &["{{", "{%", "<%", "%{", "#@"];
/// The marks of templates within a line.
const MARKS: &[&str] = &["{{", "{%", "<%", "${", "$(", "[[", "((", "<<"];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind("", "ConfigMap") {
        let data = Field::root(object).key("data");
        let entries = data.iter().flat_map(Field::entries);
        let files = entries.filter(|(key, _)| key.ends_with(".yaml") || key.ends_with(".yml"));
        files
            .filter_map(|(key, value)| judge(object, &key, &value))
            .take(TOLD_MAX)
            .for_each(|it| report.add(it));
    }
}

fn judge(object: &Object, name: &str, value: &Field<'_>) -> Option<Notice> {
    let text = value.as_str().filter(|it| it.len() <= TEXT_MAX)?;
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let problem = stream.all_problems().find(|it| it.is_fatal() && it.kind == ProblemKind::Syntax)?;
    let is_action = |line: &str| ACTIONS.iter().any(|it| line.trim_start().starts_with(it));
    if text.lines().any(is_action) || lines_around(text, problem.span.start as usize).any(has_marks) {
        return None;
    }
    let message = format!("`{name}` of {} is no YAML: {}", object.title(), problem.message);
    let (start, end) = (problem.span.start, problem.span.end.max(problem.span.start));
    let at = if end > start { value.location().part(start..end) } else { value.location() };
    // Of a file that a generator takes in, the field is one text.
    let line = text.get(..start as usize)?.matches('\n').count() + 1;
    Some(Notice::new(&CHECK.info, at, message).because(format!("it is line {line} of that text")))
}

/// The line of a place and its neighbours.
fn lines_around(text: &str, at: usize) -> impl Iterator<Item = &str> {
    let line = text.get(..at).unwrap_or(text).matches('\n').count();
    text.lines().skip(line.saturating_sub(1)).take(3)
}

/// Whether a program has yet to fill in a line: `{{ .Name }}`, `@NAME@`, `%NAME%`.
fn has_marks(line: &str) -> bool {
    let is_around = |mark: char| line.matches(mark).count() > 1;
    MARKS.iter().any(|it| line.contains(it)) || is_around('@') || is_around('%')
}
