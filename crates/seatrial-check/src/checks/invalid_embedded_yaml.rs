//! A text within an object that is to be YAML is none.
//!
//! ## Why
//! The manifest around it is in order: to the API server it is any text. Only the
//! program that reads it says that a line is indented too little: most do not start, and
//! Argo CD deploys nothing of the chart.
//!
//! Looked at are the entries of a `ConfigMap` whose key ends with `.yaml` or `.yml`, and
//! the values that an Application or a `HelmChart` of k3s gives a chart as a text. What a
//! template is still to fill in is left alone.
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

use crate::gitops::{Source, own_repository};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-embedded-yaml",
        title: "A text within an object that is to be YAML is none",
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
    for object in context.objects() {
        for (name, value) in values(context, object).iter().take(TOLD_MAX) {
            report.add_some(judge(object, name, value));
        }
    }
}

/// The values that an object gives as a text to a chart which is not here: of one that is
/// here they are read where it is rendered.
fn values<'a>(context: &Context<'_>, object: &'a Object) -> Vec<(&'static str, Field<'a>)> {
    if matches!(object.kind(), "HelmChart" | "HelmChartConfig") && object.group() == "helm.cattle.io" {
        let text = Field::root(object).keys(&["spec", "valuesContent"]);
        return text.map(|it| ("spec.valuesContent", it)).into_iter().collect();
    }
    let is_here = |source: &Source<'_>| {
        let url = source.literal("repoURL").filter(|_| !source.is_chart());
        url.is_none_or(|it| own_repository(context.world(), it).is_some())
    };
    let sources = Source::of(context.world().repository, object).into_iter();
    let elsewhere = sources.filter(|it| it.is_chart() || !is_here(it));
    elsewhere.filter_map(|it| it.field.keys(&["helm", "values"])).map(|it| ("helm.values", it)).collect()
}

fn judge(object: &Object, name: &str, value: &Field<'_>) -> Option<Notice> {
    let text = value.as_str().filter(|it| it.len() <= TEXT_MAX)?;
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let problem = stream.all_problems().find(|it| it.is_fatal() && it.kind == ProblemKind::Syntax)?;
    let is_action = |line: &str| ACTIONS.iter().any(|it| line.trim_start().starts_with(it));
    // A chart printed values that it was given none of.
    let is_empty_map = |line: &str| line.trim() == "{}";
    if text.lines().any(|it| is_action(it) || is_empty_map(it))
        || lines_around(text, problem.span.start as usize).any(has_marks)
    {
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
