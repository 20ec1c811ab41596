//! Comments that accept findings: `# seatrial: ignore[check-id, ...] reason`.

use seatrial_diagnostics::{CheckInfo, Location, Notice};
use seatrial_source::{FileId, SourceFile, Span};
use seatrial_yaml::{Dialect, Limits, Stream};

use super::UNUSED;
use crate::config::find_check;

/// The word that opens a comment.
const MARK: &str = "seatrial:";
/// How a comment is written.
const FORM: &str = "# seatrial: ignore[check-id] reason";

/// One check that a comment names.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    /// Empty where none is named.
    pub(super) check: String,
    /// An entry of the configuration needs a reason, and so does a comment.
    has_reason: bool,
    pub(super) span: Span,
    pub(super) used: bool,
}

impl Comment {
    /// Whether it accepts what a check finds.
    pub(super) fn accepts(&self, check: &CheckInfo) -> bool {
        self.has_reason && self.check == check.id
    }

    /// What is wrong with a comment that accepted nothing; nothing where its
    /// check did not run.
    pub(super) fn unused(
        &self,
        checks: &[&'static CheckInfo],
        ran: impl Fn(&CheckInfo) -> bool,
    ) -> Option<Notice> {
        let notice = |message: String| Notice::new(&UNUSED, Location::text(self.span), message);
        let check = &self.check;
        if check.is_empty() {
            let message = "the comment names no check and accepts nothing".to_owned();
            return Some(notice(message).help(format!("write it as `{FORM}`")));
        }
        if !self.has_reason {
            let message = format!("the comment for `{check}` gives no reason and accepts nothing");
            return Some(notice(message).help(format!("write it as `{FORM}`")));
        }
        match find_check(check, checks) {
            Err(unknown) => Some(notice(unknown.to_string()).help(unknown.hint())),
            Ok(check) if !ran(check) => None,
            Ok(_) => {
                let message = format!("the comment that ignores `{check}` accepts no finding");
                Some(notice(message).help("remove it"))
            }
        }
    }
}

/// The comments of a text, each with the line it speaks for: its own where
/// something stands before it, else the next line that is no comment.
pub(super) fn comments_of(file: FileId, source: &SourceFile) -> Vec<(u32, Comment)> {
    let text = source.text();
    if !text.contains(MARK) {
        return Vec::new();
    }
    // Few files have any, and the others need no index of their lines.
    let lines = source.lines();
    let stream = seatrial_yaml::parse(file, text.clone(), Dialect::GoYaml3, &Limits::default());
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    for number in 1.. {
        let Some(start) = lines.start(number) else { break };
        let end = lines.start(number + 1).map_or(text.len(), |end| end as usize);
        let Some(line) = text.get(start as usize..end) else { break };
        let comments = of_line(file, start as usize, line.trim_end_matches(['\n', '\r']));
        waiting.extend(comments.into_iter().filter(|comment| is_real(comment, &stream)));
        if !line.trim_start().starts_with('#') {
            found.extend(waiting.drain(..).map(|comment| (number, comment)));
        }
    }
    // Nothing follows that the last ones could speak for.
    found.extend(waiting.into_iter().map(|comment| (u32::MAX, comment)));
    found
}

/// Whether it stands in a comment: a `#` inside a text is none. Of what is no
/// YAML, a template for one, nobody knows.
fn is_real(comment: &Comment, stream: &Stream) -> bool {
    let comments = stream.comments();
    let behind = comments.partition_point(|it| it.span.start <= comment.span.start);
    let is_inside = behind.checked_sub(1).is_some_and(|at| comment.span.start < comments[at].span.end);
    is_inside || !stream.is_accepted()
}

/// The comments of one line. The mark counts only after a `#`.
fn of_line(file: FileId, start: usize, line: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    for (at, _) in line.match_indices(MARK) {
        if !line[..at].trim_end().ends_with('#') {
            continue;
        }
        let Some((ids, reason)) = ids_and_reason(&line[at + MARK.len()..]) else { continue };
        let has_reason = reason.contains(char::is_alphanumeric);
        let end = line.len() - reason.len();
        let comment = |check: &str, from: usize, to: usize| Comment {
            check: check.to_owned(),
            has_reason,
            span: Span::new(file, (start + from) as u32, (start + to) as u32),
            used: false,
        };
        let whole = |check: &str| comment(check, at, line[..end].trim_end().len());
        let named: Vec<&str> = ids.split(',').filter(|id| !id.trim().is_empty()).collect();
        if named.len() < 2 {
            comments.push(whole(named.first().map_or("", |id| id.trim())));
            continue;
        }
        // Of several each is pointed at by itself; a bracket stands behind the last.
        let mut from = end - ids.len() - 1;
        for id in ids.split(',') {
            let begin = from + (id.len() - id.trim_start().len());
            if !id.trim().is_empty() {
                comments.push(comment(id.trim(), begin, begin + id.trim().len()));
            }
            from += id.len() + 1;
        }
    }
    comments
}

/// What stands in the brackets after `ignore`, nothing without them, and what
/// follows. None when it says something else.
fn ids_and_reason(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start().strip_prefix("ignore")?;
    let Some(inside) = rest.trim_start().strip_prefix('[') else {
        let ends_here = !rest.starts_with(|next: char| next.is_alphanumeric() || next == '-');
        return ends_here.then_some(("", rest));
    };
    inside.split_once(']').or(Some(("", rest)))
}

#[cfg(test)]
mod tests {
    use seatrial_source::{SourceMap, TreePath};

    use super::*;

    /// Each comment as the line it speaks for, its check, and its text.
    fn found(text: &str) -> Vec<String> {
        let mut files = SourceMap::default();
        let id = files.add(TreePath::new("a.yaml"), text.into());
        let comments = comments_of(id, files.file(id));
        let words = |(line, it): (u32, Comment)| {
            let marked = &text[it.span.start as usize..it.span.end as usize];
            format!("{line} {} {} `{marked}`", it.check, it.has_reason)
        };
        comments.into_iter().map(words).collect()
    }

    #[test]
    fn a_comment_behind_a_value_speaks_for_its_line() {
        assert_eq!(found("a: 1 # seatrial: ignore[x] known\nb: 2\n"), ["1 x true `seatrial: ignore[x]`"]);
    }

    #[test]
    fn a_comment_by_itself_speaks_for_the_next_line_that_is_none() {
        let text = "# seatrial: ignore[x] known\r\n  # more\r\n#seatrial:ignore[y] so\r\na: 1\r\n# seatrial: ignore[z] z";
        assert_eq!(
            found(text),
            [
                "4 x true `seatrial: ignore[x]`",
                "4 y true `seatrial:ignore[y]`",
                "4294967295 z true `seatrial: ignore[z]`"
            ]
        );
        assert_eq!(found("# seatrial: ignore[x] known\n\na: 1\n"), ["2 x true `seatrial: ignore[x]`"]);
    }

    #[test]
    fn what_stands_in_a_text_is_no_comment() {
        let script = "a: |\n  x # seatrial: ignore[x] known\nb: 'y # seatrial: ignore[y] known'\n";
        assert_eq!(found(script), [""; 0]);
        let mixed = format!("{script}c: 1 # seatrial: ignore[z] known\n");
        assert_eq!(found(&mixed), ["4 z true `seatrial: ignore[z]`"]);
        let template = "{{ if .Values.on }}\na: 1 # seatrial: ignore[x] known\n{{ end }}\n";
        assert_eq!(found(template), ["2 x true `seatrial: ignore[x]`"]);
    }

    #[test]
    fn of_several_checks_each_has_its_place() {
        assert_eq!(found("a: 1 # seatrial: ignore[x, y-z ,] known\n"), ["1 x true `x`", "1 y-z true `y-z`"]);
    }

    #[test]
    fn what_is_incomplete_is_kept_to_be_told() {
        assert_eq!(found("a: 1 # seatrial: ignore[x]\n"), ["1 x false `seatrial: ignore[x]`"]);
        assert_eq!(found("a: 1 # seatrial: ignore known\n"), ["1  true `seatrial: ignore`"]);
        assert_eq!(found("a: 1 # seatrial: ignore[x known\n"), ["1  true `seatrial: ignore`"]);
        assert_eq!(found("a: 1 # seatrial: ignored\nb: seatrial: ignore[x] no\n"), [""; 0]);
    }
}
