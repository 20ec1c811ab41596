//! Templates that no values of the tree render: nothing in them is judged.

use seatrial_diagnostics::{Location, Notice};
use seatrial_helm::Content;
use seatrial_source::{FileId, Span};

use super::{Charts, TreeChart};
use crate::checks::UNREACHED_TEMPLATE;

impl Charts {
    /// The templates that give nothing in any unit of their chart.
    pub(super) fn silence_notices(&self) -> Vec<Notice> {
        let of_chart = |(at, chart): (usize, &TreeChart)| self.silent(at, chart);
        self.all.iter().enumerate().flat_map(of_chart).collect()
    }

    fn silent(&self, at: usize, tree_chart: &TreeChart) -> Vec<Notice> {
        let units = || self.units.iter().filter(move |it| it.chart == at);
        let is_known = tree_chart.away.named_in().is_none()
            && tree_chart.is_loaded()
            && units().all(super::ChartUnit::is_complete);
        let Some(chart) = tree_chart.chart.as_ref().filter(|it| is_known && !it.metadata.is_library()) else {
            return Vec::new();
        };
        let says = |file: FileId| {
            let mut rendered = units().flat_map(|it| &it.rendered.files);
            rendered.any(|it| it.template == Some(file) && has_content(&it.text))
        };
        let mut found = Vec::new();
        for template in &chart.templates {
            let Content::Text { file, text } = &template.content else { continue };
            let name = template.name.rsplit('/').next().unwrap_or_default();
            let is_manifest = !name.starts_with('_')
                && name.rsplit_once('.').is_some_and(|(_, it)| matches!(it, "yaml" | "yml"));
            if is_manifest && !text.trim().is_empty() && !says(*file) {
                found.push(notice(&chart.metadata.name.text, &template.name, *file, text));
            }
        }
        found
    }
}

fn notice(chart: &str, template: &str, file: FileId, text: &str) -> Notice {
    let guard = guard(text);
    let span = guard.map_or(Span::new(file, 0, 0), |(start, end)| Span::new(file, start as u32, end as u32));
    let message = format!("{template} of chart {chart} gives nothing with any values file");
    let notice = Notice::new(&UNREACHED_TEMPLATE, Location::text(span), message);
    match guard {
        Some((start, end)) => {
            let words = text[start..end].trim_matches(|it: char| it.is_whitespace() || "{}-".contains(it));
            notice
                .because(format!("all of it stands behind `{words}`"))
                .help("add a values file that turns it on (`ci/full-values.yaml`), and it is judged, too")
        }
        None => notice.help("remove it, or add a values file with which it gives something"),
    }
}

/// Whether a rendered text holds anything but comments.
fn has_content(text: &str) -> bool {
    text.lines().map(str::trim).any(|it| !it.is_empty() && !it.starts_with('#') && it != "---")
}

/// The condition that a template begins with, on one line.
fn guard(text: &str) -> Option<(usize, usize)> {
    const WORDS: &[&str] = &["if ", "with ", "range "];
    let mut from = 0;
    // What is declared first is no condition.
    while let Some(open) = text[from..].find("{{").map(|at| from + at) {
        let end = open + text[open..].find("}}")? + 2;
        let inner = text[open + 2..end].trim_start_matches(['-', ' ']);
        if WORDS.iter().any(|it| inner.starts_with(it)) {
            return (!text[open..end].contains('\n')).then_some((open, end));
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_condition_guards() {
        let text = "{{/* a */}}{{- $x := 1 }}\n{{- if .Values.on }}\na: 1\n{{- end }}\n";
        let (start, end) = guard(text).expect("there is one");
        assert_eq!(&text[start..end], "{{- if .Values.on }}");
        assert_eq!(guard("a: {{ .Values.a }}\n"), None);
    }

    #[test]
    fn comments_are_no_content() {
        assert!(!has_content("\n# Source\n---\n"));
        assert!(has_content("# a\nb: 1\n"));
    }
}
