//! Findings as workflow commands of GitHub Actions, which become annotations.
//!
//! Texts of a repository are hostile: every command stays on its line, and
//! nothing in it can end a property or begin another command.

use std::cmp::Reverse;
use std::fmt::Write as _;

use seatrial_source::SourceMap;

use crate::address::ends;
use crate::terminal::plain;
use crate::{Finding, Severity};

/// Annotations of one kind that are shown for a step.
pub const SHOWN_MAX: usize = 10;

/// A command a line, the worst findings first, as only the first few of each
/// kind are shown. The closing words stand before the notices, where they are
/// seen.
pub fn annotations(findings: &[Finding], sources: &SourceMap, closing: &str) -> String {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|it| Reverse(it.severity));
    let notices = sorted.partition_point(|it| it.severity > Severity::Info);
    let mut out = String::new();
    for finding in &sorted[..notices] {
        out.push_str(&annotation(finding, sources));
    }
    let _ = writeln!(out, "::notice title=Seatrial::{}", data(&plain(closing)));
    for finding in &sorted[notices..] {
        out.push_str(&annotation(finding, sources));
    }
    out
}

fn annotation(finding: &Finding, sources: &SourceMap) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = ends(&finding.primary, sources);
    let file = property(&plain(finding.primary.path.as_str()));
    let mut out = format!("::{command} file={file},line={},endLine={},", start.line, end.line);
    // Columns are refused for what spans several lines.
    if start.line == end.line {
        let _ = write!(out, "col={},endColumn={},", start.column, end.column.max(start.column + 1));
    }
    let _ = writeln!(out, "title={}::{}", property(finding.check.id), data(&text(finding)));
    out
}

fn text(finding: &Finding) -> String {
    let mut text = plain(&finding.message).into_owned();
    for step in &finding.derivation {
        let _ = write!(text, "\nbecause: {}", plain(step));
    }
    if let Some(help) = &finding.help {
        let _ = write!(text, "\nhelp: {}", plain(help));
    }
    text
}

/// The words of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use seatrial_source::{Span, TreePath};

    use super::*;
    use crate::{CheckInfo, Level, Place, Strictness};

    static CHECK: CheckInfo = CheckInfo {
        id: "some-check",
        title: "Something",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &[],
        page: "",
    };

    fn sample(severity: Severity, message: &str, sources: &SourceMap, span: (u32, u32)) -> Finding {
        let file = sources.ids().next().expect("there is a file");
        let span = Span::new(file, span.0, span.1);
        let (start, end) = sources.positions(span);
        Finding {
            id: String::new(),
            check: &CHECK,
            severity,
            message: message.to_owned(),
            help: Some("do it".to_owned()),
            object: None,
            field: String::new(),
            units: Vec::new(),
            primary: Place { span, path: sources.file(file).path().clone(), start, end },
            rendered: None,
            related: Vec::new(),
            derivation: Vec::new(),
            latent: false,
            fix: None,
        }
    }

    #[test]
    fn every_finding_is_one_command_and_the_worst_come_first() {
        let mut sources = SourceMap::new();
        sources.add(TreePath::new("a,b:c\n::error::.yaml"), "a: b\nc: d\n".into());
        let findings = [
            sample(Severity::Info, "a note", &sources, (0, 8)),
            sample(Severity::Error, "100%\n::stop-commands::x\r::warning::y", &sources, (3, 4)),
        ];
        insta::assert_snapshot!(annotations(&findings, &sources, "1 error"), @"
        ::error file=a%2Cb%3Ac %3A%3Aerror%3A%3A.yaml,line=1,endLine=1,col=4,endColumn=5,title=some-check::100%25 ::stop-commands::x ::warning::y%0Ahelp: do it
        ::notice title=Seatrial::1 error
        ::notice file=a%2Cb%3Ac %3A%3Aerror%3A%3A.yaml,line=1,endLine=2,title=some-check::a note%0Ahelp: do it
        ");
    }
}
