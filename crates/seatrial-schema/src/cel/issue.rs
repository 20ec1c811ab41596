//! What is wrong with an expression, printed as cel-go prints it.

use std::fmt::Write;
use std::ops::Range;

/// One mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Where it is, in bytes of the expression.
    pub range: Range<u32>,
    /// What is wrong, in cel-go's words where it has the same check.
    pub message: String,
}

/// The issues as one text: for each its place, the line and a mark below it.
pub fn describe(source: &str, issues: &[Issue]) -> String {
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort_by_key(|issue| issue.range.start);
    let all: Vec<String> = sorted.into_iter().map(|issue| describe_one(source, issue)).collect();
    all.join("\n")
}

fn describe_one(source: &str, issue: &Issue) -> String {
    let at = source.floor_char_boundary((issue.range.start as usize).min(source.len()));
    let before = &source[..at];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = source[line_start..].split('\n').next().unwrap_or_default().replace('\t', " ");
    let number = before.matches('\n').count() + 1;
    let column = source[line_start..at].chars().count();
    let mut out = format!("ERROR: <input>:{number}:{}: {}", column + 1, issue.message);
    if line.len() > 16_384 {
        return out;
    }
    let wide = |it: char| it.len_utf8() > 1;
    let dots: String = line.chars().take(column).map(|it| if wide(it) { '\u{ff0e}' } else { '.' }).collect();
    let mark = if line.chars().nth(column).is_some_and(wide) { '\u{ff3e}' } else { '^' };
    write!(out, "\n | {line}\n | {dots}{mark}").expect("a string takes everything");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_printed_below_its_line() {
        let issue = Issue { range: 4..5, message: "undeclared reference to 'b'".to_owned() };
        let text = describe("a +\nb", &[issue]);
        assert_eq!(text, "ERROR: <input>:2:1: undeclared reference to 'b'\n | b\n | ^");
    }
}
