//! What is wrong with a chart, as people read it.

use seatrial_diagnostics::{CheckInfo, Location, Notice, Role, Severity, UnitId};
use seatrial_helm::{ErrorKind, Problem, ProblemKind, RenderError};
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::Stream;

use super::{ChartUnit, TreeChart};
use crate::checks::{
    INVALID_CHART, INVALID_KEY, INVALID_RENDERED_YAML, INVALID_YAML, MISSING_REQUIRED_VALUE, REFUSED_VALUES,
    TEMPLATE_ERROR,
};
use crate::syntax;

/// Templates around a place that are told.
const CALLERS_MAX: usize = 4;

/// The notices about a chart's own files. What is absent is coverage.
pub(crate) fn of_chart(chart: &TreeChart, sources: &SourceMap) -> Vec<Notice> {
    let told = chart.problems.iter().filter(|it| {
        it.is_fatal && !matches!(it.kind, ProblemKind::MissingDependency | ProblemKind::NotInstallable)
    });
    let notice = |it: &Problem| {
        let file = sources.find(&it.path).unwrap_or(chart.file);
        let at = it.span.unwrap_or(Span::new(file, 0, 0));
        Notice::new(&INVALID_CHART, Location::text(at), plain(&it.message))
    };
    told.map(notice).collect()
}

/// The notices about what Helm refuses when it renders a unit.
pub(crate) fn of_unit(chart: &TreeChart, unit: &ChartUnit, id: UnitId, sources: &SourceMap) -> Vec<Notice> {
    let errors = unit.rendered.errors.iter();
    errors.filter_map(|it| Some(notice(chart, unit, it, sources)?.in_unit(id))).collect()
}

/// The notices about the form of a text that a chart made.
pub(super) fn of_text(stream: &Stream) -> Vec<Notice> {
    let mut found: Vec<Notice> = syntax::of_stream(stream).into_iter().collect();
    for document in stream.documents().iter().filter(|it| !it.problems.is_empty()) {
        found.extend(syntax::notices(stream, document, false));
    }
    for notice in &mut found {
        if notice.check.id == INVALID_YAML.id || notice.check.id == INVALID_KEY.id {
            notice.check = &INVALID_RENDERED_YAML;
        }
    }
    found
}

fn notice(chart: &TreeChart, unit: &ChartUnit, error: &RenderError, sources: &SourceMap) -> Option<Notice> {
    let at = Location::text(place(chart, unit, error, sources));
    let check = check_of(error.kind)?;
    let mut notice = Notice::new(check, at, message(error));
    if let Some(help) = help(error) {
        notice = notice.help(help);
    }
    for &span in error.places.iter().skip(1).take(CALLERS_MAX) {
        notice = notice.related(Location::text(span), Role::Template, "called from here");
    }
    if check.id == MISSING_REQUIRED_VALUE.id && is_meant_to_be_given(chart) {
        notice = notice.severity(Severity::Warning);
    }
    Some(notice.because(format!("Helm says: {}", first_line(&error.message))))
}

/// Whether the chart's values are completed by whoever installs it: nothing in
/// the tree says that it is installed as it stands.
fn is_meant_to_be_given(chart: &TreeChart) -> bool {
    let _ = chart;
    true
}

fn check_of(kind: ErrorKind) -> Option<&'static CheckInfo> {
    Some(match kind {
        ErrorKind::Refused => &MISSING_REQUIRED_VALUE,
        ErrorKind::Values | ErrorKind::Schema => &REFUSED_VALUES,
        ErrorKind::Yaml => &INVALID_RENDERED_YAML,
        ErrorKind::Dependencies | ErrorKind::IncompatibleKubernetes => &INVALID_CHART,
        ErrorKind::Parse | ErrorKind::Exec | ErrorKind::Bound => &TEMPLATE_ERROR,
        // Of how it is rendered here, not of the chart.
        ErrorKind::Name | ErrorKind::KubeVersion => return None,
    })
}

fn place(chart: &TreeChart, unit: &ChartUnit, error: &RenderError, sources: &SourceMap) -> Span {
    let values = || {
        let path = chart.path.join("values.yaml")?;
        sources.find(&path)
    };
    let fallback = || -> FileId {
        let over = unit.files.last().map(|it| it.file);
        match error.kind {
            ErrorKind::Schema => over.or_else(values).unwrap_or(chart.file),
            _ => chart.file,
        }
    };
    let in_text = || {
        let (file, range) = error.rendered.clone()?;
        let id = *unit.made.get(file)?;
        Some(Span::new(id, range.start as u32, range.end as u32))
    };
    error.places.first().copied().or_else(in_text).unwrap_or_else(|| Span::new(fallback(), 0, 0))
}

fn message(error: &RenderError) -> String {
    match (&error.nil, error.kind) {
        (Some(nil), _) => format!("`{nil}` is nil, and the template looks into it"),
        (None, ErrorKind::Refused) => format!("the chart refuses to be rendered: {}", error.reason),
        (None, ErrorKind::Yaml) => format!("the rendered text is no YAML: {}", plain(&error.reason)),
        _ => plain(&error.reason),
    }
}

fn help(error: &RenderError) -> Option<String> {
    let nil = error.nil.as_deref()?;
    if nil == ".Values" || nil.starts_with(".Values") {
        return Some(format!(
            "set `{}` in the values, or ask with `if` or `default` before",
            nil.trim_start_matches(".Values.")
        ));
    }
    None
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The words without what only Helm's own output needs.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim_end().trim_end_matches("\n\nUse --debug flag to render out invalid YAML");
    text.split('\n').map(str::trim).collect::<Vec<_>>().join("; ")
}
