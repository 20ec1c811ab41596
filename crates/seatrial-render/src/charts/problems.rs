//! What is wrong with a chart, as people read it.

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Location, Notice, Role, Severity, UnitId};
use seatrial_helm::{Dependency, ErrorKind, Misfit, Problem, ProblemKind, RenderError};
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::Stream;

use super::made::is_split_by_helm_alone;
use super::{ChartUnit, TreeChart};
use crate::checks::{
    DUPLICATE_KEY, INVALID_CHART, INVALID_KEY, INVALID_RENDERED_YAML, INVALID_YAML, MISSING_REQUIRED_VALUE,
    REFUSED_VALUES, TEMPLATE_ERROR,
};
use crate::{merges, syntax, typing};

/// Templates around a place that are told.
const CALLERS_MAX: usize = 4;

/// The notices about a chart's own files. What is absent is coverage.
pub(crate) fn of_chart(chart: &TreeChart, sources: &SourceMap) -> Vec<Notice> {
    // Of a file that is too large the reader of all files tells.
    let told = chart.problems.iter().filter(|it| match it.kind {
        ProblemKind::MissingDependency | ProblemKind::NotInstallable | ProblemKind::TooLarge => false,
        ProblemKind::DependencyVersion => true,
        _ => it.is_fatal,
    });
    let notice = |it: &Problem| {
        let file = sources.find(&it.path).unwrap_or(chart.file);
        let at = it.span.unwrap_or(Span::new(file, 0, 0));
        Notice::new(&INVALID_CHART, Location::text(at), plain(&it.message))
    };
    told.map(notice).collect()
}

/// The notices about what Helm refuses when it renders a unit. Of texts that
/// are `told` to be no YAML nothing more is said.
pub(crate) fn of_unit(
    chart: &TreeChart,
    unit: &ChartUnit,
    id: UnitId,
    sources: &SourceMap,
    told: &FxHashSet<FileId>,
) -> Vec<Notice> {
    let is_told = |it: &RenderError| {
        let text = it.rendered.as_ref().and_then(|(file, _)| unit.made.get(*file));
        text.is_some_and(|it| told.contains(it))
    };
    if chart.problems.iter().any(|it| it.kind == ProblemKind::TooLarge) {
        // With a part of its values nothing is known of it.
        return Vec::new();
    }
    let is_gap = |it: &Problem| it.kind == ProblemKind::MissingDependency && !unit.does_without(it);
    let lacks_charts = chart.problems.iter().any(is_gap);
    let most = if lacks_charts { Severity::Warning } else { Severity::Error };
    let errors = unit.rendered.errors.iter().filter(|it| !is_told(it));
    let absent = if lacks_charts { absent_charts(chart, unit) } else { Vec::new() };
    let hangs_on_absent = |it: &RenderError| is_absent_template(it) || is_value_of(&absent, it);
    let errors = errors.filter(|it| !lacks_charts || !hangs_on_absent(it));
    let notices = errors.flat_map(|it| match it.kind {
        ErrorKind::Schema if !it.misfits.is_empty() => misfits(chart, unit, it, sources),
        _ => notice(chart, unit, it, sources).into_iter().collect(),
    });
    notices.map(|it| it.in_unit(id).at_most(most)).collect()
}

/// A notice about values that whoever installs the chart has to add to, as a
/// values file beside them does.
pub(super) fn left_to_values(notice: Notice, other: &ChartUnit) -> Notice {
    let files: Vec<&str> = other.files.iter().map(|it| it.name.as_str()).collect();
    notice
        .at_most(Severity::Warning)
        .because(format!("with {} over its own values the chart is rendered", files.join(", ")))
}

/// Whether a template is missing that a dependency which is not there may have.
fn is_absent_template(error: &RenderError) -> bool {
    let said = &error.reason;
    error.kind == ErrorKind::Exec && (said.contains("no template \"") || said.contains("\" not defined"))
}

/// The keys under which values of the charts stand that are not there.
fn absent_charts<'a>(chart: &'a TreeChart, unit: &ChartUnit) -> Vec<&'a str> {
    let Some(chart) = &chart.chart else { return Vec::new() };
    let is_there = |name: &str| chart.dependencies.iter().any(|it| it.metadata.name.text == name);
    let is_off = |it: &Dependency| it.span.is_some_and(|it| unit.rendered.switched_off.contains(&it));
    let absent = chart.metadata.declared().filter(|it| !is_there(&it.name.text) && !is_off(it));
    absent.map(|it| if it.alias.text.is_empty() { &*it.name.text } else { &*it.alias.text }).collect()
}

/// Whether a nil value may be one that an absent chart has in its own values.
fn is_value_of(absent: &[&str], error: &RenderError) -> bool {
    let path = error.nil.as_deref().map(|it| it.trim_start_matches('$'));
    let key = path.and_then(|it| it.strip_prefix(".Values.")).and_then(|it| it.split('.').next());
    key.is_some_and(|key| absent.contains(&key))
}

/// Whether what is nil is `global` as a whole, which a chart shares with others.
fn is_global(error: &RenderError) -> bool {
    matches!(error.nil.as_deref(), Some(".Values.global" | "$.Values.global"))
}

/// One notice for each value that does not fit.
fn misfits(chart: &TreeChart, unit: &ChartUnit, error: &RenderError, sources: &SourceMap) -> Vec<Notice> {
    let misfit = |it: &Misfit| {
        let span = it.span.unwrap_or_else(|| place(chart, unit, error, sources));
        let path =
            if it.path.is_empty() { "the values".to_owned() } else { format!("`{}`", it.path.join(".")) };
        let message = format!("{path} of chart {} does not fit its schema: {}", it.chart, it.message);
        Notice::new(&REFUSED_VALUES, Location::text(span), message)
    };
    error.misfits.iter().filter(|it| it.unread().is_none()).map(misfit).collect()
}

/// The notices about the form of a text that a chart made.
pub(super) fn of_text(stream: &Stream) -> Vec<Notice> {
    let mut found: Vec<Notice> = syntax::of_stream(stream).into_iter().collect();
    for document in stream.documents().iter().filter(|it| !it.problems.is_empty()) {
        found.extend(syntax::notices(stream, document, false));
    }
    found.extend(stream.documents().iter().flat_map(|it| merges::notices(stream, it, true)));
    found.extend(typing::of_made(stream));
    // Two documents are read as one there, which Helm tells apart.
    if is_split_by_helm_alone(stream.text()) {
        found.retain(|it| it.check.id != DUPLICATE_KEY.id);
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
    if unit.files.is_empty() && unit.release.is_plain() && is_global(error) {
        notice = notice
            .at_most(Severity::Warning)
            .because("`global` is what a chart around it gives, or whoever installs it");
    }
    Some(notice.because(match error.kind {
        ErrorKind::Bound => "seatrial stops here; Helm may go on for long".to_owned(),
        _ => format!("Helm says: {}", plain(&error.message)),
    }))
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

pub(super) fn message(error: &RenderError) -> String {
    match (&error.nil, error.kind) {
        (Some(nil), _) => format!("`{nil}` is nil, and the template looks into it"),
        (None, ErrorKind::Refused) => format!("the chart refuses to be rendered: {}", error.reason),
        (None, ErrorKind::Yaml) => "the rendered text is no YAML that Helm takes".to_owned(),
        _ => plain(&error.reason),
    }
}

pub(super) fn help(error: &RenderError) -> Option<String> {
    if error.reason.contains("evaluate field Values") || error.nil.as_deref() == Some(".Values") {
        return Some("inside `range` and `with` the dot is the item: write `$.Values`".to_owned());
    }
    let nil = error.nil.as_deref()?;
    if nil.starts_with(".Values.") || nil.starts_with("$.Values.") {
        return Some(format!(
            "set `{}` in the values, or ask with `if` or `default` before",
            nil.trim_start_matches('$').trim_start_matches(".Values.")
        ));
    }
    None
}

/// The words without what only Helm's own output needs.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim_end().trim_end_matches("\n\nUse --debug flag to render out invalid YAML");
    text.split('\n').map(str::trim).collect::<Vec<_>>().join("; ")
}
