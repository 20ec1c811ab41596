//! What an edit must leave as it is, seen as lines and comments.

use std::ops::Range;

use seatrial_yaml::Stream;
use seatrial_yaml::edit::{Edit, Operation};

/// What was not kept, if anything.
pub(super) fn check(
    before: &Stream,
    after: &Stream,
    edits: &[Edit],
    operation: &Operation,
) -> Result<(), String> {
    keeps_comments(before, after, edits, operation)?;
    keeps_breaks(before.text(), after.text())?;
    keeps_lines(before.text(), after.text(), edits, operation)
}

/// Comments vanish only with what is taken away, and none appear.
fn keeps_comments(
    before: &Stream,
    after: &Stream,
    edits: &[Edit],
    operation: &Operation,
) -> Result<(), String> {
    let takes = matches!(operation, Operation::Remove { .. } | Operation::Set { .. });
    let mut left = after.comments().iter().map(|comment| after.comment_text(*comment));
    for comment in before.comments() {
        if takes && edits.iter().any(|edit| edit.span.contains(comment.span)) {
            continue;
        }
        let text = before.comment_text(*comment);
        if left.next() != Some(text) {
            return Err(format!("the comment `{text}` is lost"));
        }
    }
    left.next().map_or(Ok(()), |comment| Err(format!("the comment `{comment}` appeared")))
}

/// A text with one kind of line breaks has no other afterwards, and a last
/// line without a break stays so unless the value itself ends in one.
fn keeps_breaks(before: &str, after: &str) -> Result<(), String> {
    let kinds = |text: &str| {
        let two = text.matches("\r\n").count();
        (two, text.matches('\n').count() - two, text.matches('\r').count() - two)
    };
    let ((two, one, old), (two_after, one_after, old_after)) = (kinds(before), kinds(after));
    if two > 0 && one == 0 && one_after > 0 || two + old == 0 && one > 0 && two_after + old_after > 0 {
        return Err("line breaks of another kind appeared".to_owned());
    }
    if before.ends_with('\n') && !after.is_empty() && !after.ends_with('\n') {
        return Err("the last line break is lost".to_owned());
    }
    Ok(())
}

/// Lines that no edit touches are there as they were, in their order, and no
/// more lines are touched than the operation needs.
fn keeps_lines(before: &str, after: &str, edits: &[Edit], operation: &Operation) -> Result<(), String> {
    let touched = touched_lines(before, edits);
    let mut left = after.split_inclusive('\n');
    for (line, at) in with_offsets(before) {
        if touched.iter().any(|range| range.contains(&at)) {
            continue;
        }
        let same = |other: &str| other.trim_end_matches(['\r', '\n']) == line.trim_end_matches(['\r', '\n']);
        if !left.any(same) {
            return Err(format!("the line `{}` is lost", line.trim_end()));
        }
    }
    let most = match operation {
        // A comma, the line above, and the line of the empty brackets.
        Operation::Insert { .. } => 2,
        Operation::Rename { .. } => 1,
        Operation::Set { .. } | Operation::Remove { .. } => usize::MAX,
    };
    let holds_more = |line: &&Range<usize>| {
        before[(*line).clone()].contains(|it: char| !it.is_whitespace() && !"[]{},".contains(it))
    };
    let count = touched.iter().filter(holds_more).count();
    if count > most {
        return Err(format!("{count} lines are touched"));
    }
    Ok(())
}

fn with_offsets(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((line, start))
    })
}

/// The lines of which an edit replaces a byte, or that it joins to others.
fn touched_lines(text: &str, edits: &[Edit]) -> Vec<Range<usize>> {
    let lines = with_offsets(text).map(|(line, start)| start..start + line.len());
    lines.filter(|line| edits.iter().any(|edit| touches(text, edit, line))).collect()
}

fn touches(text: &str, edit: &Edit, line: &Range<usize>) -> bool {
    let replaced = edit.span.range();
    let starts_line = |at: usize| at == 0 || text.as_bytes()[at - 1] == b'\n';
    if replaced.start > line.start && replaced.start < line.end
        || replaced.contains(&line.start) && !replaced.is_empty()
    {
        return true;
    }
    if replaced.end == line.start {
        return !starts_line(replaced.start) && !edit.text.ends_with('\n');
    }
    // Behind a last line without a break.
    replaced.start == line.end && !starts_line(line.end) && !edit.text.starts_with(['\r', '\n'])
}

/// The place of an edit in the result, for people.
pub(super) fn shown(text: &str, edits: &[Edit]) -> String {
    const AROUND: usize = 200;
    let Some(first) = edits.first() else { return String::new() };
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = floor((first.span.start as usize).saturating_sub(AROUND));
    let len: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let end = floor(first.span.start as usize + len + AROUND);
    format!("{edits:?} in {:?}", &text[start..end.max(start)])
}
