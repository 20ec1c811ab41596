//! Checks for a terminal: the page of one, and the list of all.

use std::fmt::Write as _;

use super::Style;
use crate::{CheckInfo, Severity, Strictness};

/// Columns where the width is unknown: pages are prose.
const WIDTH: usize = 100;
/// Columns that examples are set in.
const INDENT: usize = 4;

/// What a check's page says, without the signs of its markup.
pub fn page(check: &CheckInfo, style: &Style) -> String {
    let strictness = match check.strictness {
        Strictness::Default => "on by default",
        Strictness::Strict => "only when selected",
    };
    let (id, severity) = (style.bold(check.id), style.severity(check.severity, check.severity.as_str()));
    let mut out = format!("{id} ({severity}, looks at one {}, {strictness})\n\n", check.level.as_str());
    let mut writer = Writer { out: &mut out, style: prose(style), paragraph: String::new() };
    writer.page(&check.page_text());
    out
}

/// Prose is wrapped also where nothing says how wide the terminal is.
fn prose(style: &Style) -> Style {
    Style { width: style.width.or(Some(WIDTH)), ..style.clone() }
}

/// All checks: those that run by default by how bad their findings are, and
/// those that give advice.
pub fn list(checks: &[&CheckInfo], style: &Style) -> String {
    let style = prose(style);
    let column = checks.iter().map(|check| check.id.len()).max().unwrap_or(0) + 4;
    let mut out = String::new();
    for group in GROUPS {
        let members: Vec<&&CheckInfo> = checks.iter().filter(|check| group.has(check)).collect();
        if members.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", style.wrap(&format!("{}: {}", style.bold(group.name), group.meaning), 2));
        for check in members {
            let line = format!("  {:width$}{}", check.id, check.title, width = column - 2);
            let _ = writeln!(out, "{}", hung(&style, &line, column));
        }
        out.push('\n');
    }
    out + "`seatrial explain ID` shows the page of a check\n"
}

/// Wraps a line behind its first column, whose blanks stay as they are.
fn hung(style: &Style, line: &str, column: usize) -> String {
    let (head, tail) = line.split_at(column.min(line.len()));
    let width = style.width.map(|width| width.saturating_sub(column));
    let wrapped = Style { width, ..style.clone() }.wrap(tail, 0);
    head.to_owned() + &wrapped.replace('\n', &format!("\n{}", " ".repeat(column)))
}

/// Checks that stand together in the list.
struct Group {
    name: &'static str,
    meaning: &'static str,
    strictness: Strictness,
    /// None for all.
    severity: Option<Severity>,
}

impl Group {
    fn has(&self, check: &CheckInfo) -> bool {
        check.strictness == self.strictness && self.severity.is_none_or(|it| it == check.severity)
    }
}

const GROUPS: &[Group] = &[
    Group {
        name: "error",
        meaning: "refused, or it will not work; a warning where that hangs on something outside the tree",
        strictness: Strictness::Default,
        severity: Some(Severity::Error),
    },
    Group {
        name: "warning",
        meaning: "likely to go wrong",
        strictness: Strictness::Default,
        severity: Some(Severity::Warning),
    },
    Group {
        name: "info",
        meaning: "worth knowing",
        strictness: Strictness::Default,
        severity: Some(Severity::Info),
    },
    Group {
        name: "strict",
        meaning: "advice, with `--select strict` or by name",
        strictness: Strictness::Strict,
        severity: None,
    },
];

/// Writes the little Markdown that pages are made of.
struct Writer<'a> {
    out: &'a mut String,
    style: Style,
    /// The lines of a paragraph or an item that has not ended yet.
    paragraph: String,
}

impl Writer<'_> {
    fn page(&mut self, text: &str) {
        let mut is_code = false;
        for line in text.trim().lines() {
            if let Some(info) = line.strip_prefix("```") {
                self.end_paragraph();
                if !is_code {
                    self.caption(info);
                }
                is_code = !is_code;
            } else if is_code {
                self.code(line);
            } else if let Some(heading) = line.strip_prefix('#') {
                self.end_paragraph();
                let heading = self.style.bold(heading.trim_start_matches('#').trim());
                let _ = writeln!(self.out, "{heading}");
            } else if line.trim().is_empty() {
                self.end_paragraph();
                self.blank();
            } else {
                self.prose(line.trim());
            }
        }
        self.end_paragraph();
    }

    /// Items start lines of their own; all else runs on.
    fn prose(&mut self, line: &str) {
        if line.starts_with("- ") {
            self.end_paragraph();
        }
        if !self.paragraph.is_empty() {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(line);
    }

    fn end_paragraph(&mut self) {
        let indent = if self.paragraph.starts_with("- ") { 2 } else { 0 };
        if !self.paragraph.is_empty() {
            let _ = writeln!(self.out, "{}", self.style.wrap(&self.paragraph, indent));
            self.paragraph.clear();
        }
    }

    /// One empty line at most.
    fn blank(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn code(&mut self, line: &str) {
        if line.is_empty() {
            self.out.push('\n');
        } else {
            let _ = writeln!(self.out, "{:INDENT$}{line}", "");
        }
    }

    /// What a fence says of the text in it: the file it stands in, or what is
    /// listed. Two examples in a row are told apart by an empty line.
    fn caption(&mut self, info: &str) {
        if self.out.ends_with('\n') && !self.out.ends_with("\n\n") && self.is_after_code() {
            self.out.push('\n');
        }
        let mut words = info.split_whitespace();
        let file = info.split_whitespace().find_map(|word| word.strip_prefix("file:"));
        let caption = file.or_else(|| (words.next() == Some("text")).then(|| words.next()).flatten());
        if let Some(caption) = caption {
            let line = self.style.dim(&format!("{caption}:"));
            let _ = writeln!(self.out, "{line}");
        }
    }

    fn is_after_code(&self) -> bool {
        self.out.trim_end().lines().last().is_some_and(|line| line.starts_with("    "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    static CHECK: CheckInfo = CheckInfo {
        id: "missing-thing",
        title: "A thing is missing that something else in the tree refers to by its name",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &[],
        page: "//! A thing is\n//! missing.\n//!\n//! ## Why\n//! - one\n//!   and more\n//! - two\n//!\n//! ## Bad\n\
               //! ```yaml file:a/b.yaml\n//! a:\n//!   b: 1\n//! ```\n//! ```text refs\n//! main\n//! ```\n",
    };
    static ADVICE: CheckInfo = CheckInfo {
        id: "advice",
        title: "Something could be better",
        strictness: Strictness::Strict,
        ..CHECK
    };

    #[test]
    fn a_page_is_read_without_its_markup() {
        insta::assert_snapshot!(page(&CHECK, &Style::PLAIN), @"
        missing-thing (warning, looks at one bundle, on by default)

        A thing is missing.

        Why
        - one and more
        - two

        Bad
        a/b.yaml:
            a:
              b: 1

        refs:
            main
        ");
    }

    #[test]
    fn checks_are_listed_by_weight_and_titles_hang() {
        let narrow = Style { width: Some(60), ..Style::PLAIN };
        insta::assert_snapshot!(list(&[&ADVICE, &CHECK], &narrow), @"
        warning: likely to go wrong
          missing-thing  A thing is missing that something else in
                         the tree refers to by its name

        strict: advice, with `--select strict` or by name
          advice         Something could be better

        `seatrial explain ID` shows the page of a check
        ");
    }
}
