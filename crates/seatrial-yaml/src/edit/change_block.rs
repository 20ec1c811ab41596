//! Entries and items of block collections: added and taken away by lines.

use super::Edits;
use super::children::Children;
use crate::Style;

/// Adds a child before the one at `index`, or at the end; `written` is the
/// child from its key or dash on.
pub(super) fn insert(edits: &mut Edits, children: Children<'_>, outer: isize, index: usize, written: &str) {
    let (ground, start) = (children.ground, children.range().start);
    let newline = ground.newline(start);
    let indentation = " ".repeat(ground.column(start));
    if index == 0 {
        let starts_line = ground.starts_line(start);
        // The first child may stand behind the dash of another list.
        let at = if starts_line { ground.line_start(start) } else { start };
        let text = if starts_line {
            format!("{indentation}{written}{newline}")
        } else {
            format!("{written}{newline}{indentation}")
        };
        edits.insert(at, text);
        return;
    }
    let last_line = last_line(children, outer, index - 1);
    let line_break = ground.break_at(last_line);
    if line_break.is_empty() {
        strip_last_text(edits, children, index - 1);
        edits.insert(last_line, format!("{newline}{indentation}{written}"));
    } else {
        edits.insert(last_line + line_break.len(), format!("{indentation}{written}{line_break}"));
    }
}

/// A block scalar that the end of the text cuts off has no last line break. It
/// must not get one from a line that follows.
fn strip_last_text(edits: &mut Edits, children: Children<'_>, index: usize) {
    let ground = children.ground;
    let mut last = children.value(index);
    while let Some(node) = last.filter(|node| !node.is_alias() && !node.is_empty()) {
        last = Children::new(ground, node).value(node.len() - 1);
    }
    let Some(text) = last.filter(|it| !it.is_alias() && matches!(it.style(), Style::Literal | Style::Folded))
    else {
        return;
    };
    let range = text.span().range();
    let header = range.start..ground.block_header_end(range.start);
    let chomping = ground.text[header.clone()].find(['+', '-']).map(|at| header.start + at);
    match chomping {
        _ if range.end < ground.text.len() => {}
        Some(at) => edits.replace(at..at + 1, "-".to_owned()),
        None => edits.insert(header.end, "-".to_owned()),
    }
}

/// Where the last line of a child ends, the comments included that follow it
/// at once and are indented so much that they belong to the collection.
fn last_line(children: Children<'_>, outer: isize, index: usize) -> usize {
    let ground = children.ground;
    let column = ground.column(children.range().start);
    let is_last = index + 1 == children.len();
    let mut end = ground.line_end(children.end(index));
    loop {
        let next = end + ground.break_at(end).len();
        let comment = ground.skip_blanks(next);
        let width = comment - next;
        let belongs = width >= column + usize::from(!is_last) && width.cast_signed() > outer;
        if next == end || !belongs || ground.byte(comment) != b'#' {
            return end;
        }
        end = ground.line_end(comment);
    }
}

/// Takes a child away with its lines. Comments on lines of their own stay.
pub(super) fn remove(edits: &mut Edits, children: Children<'_>, index: usize) {
    let ground = children.ground;
    let (start, end) = (children.start(index), ground.line_end(children.end(index)));
    if !ground.starts_line(start) {
        let next = children.start(index + 1);
        let between = &ground.text[end..next];
        if between.bytes().all(|byte| byte.is_ascii_whitespace()) {
            edits.replace(start..next, String::new());
        } else {
            edits.replace(ground.trim_blanks(ground.line_start(start), start)..end, String::new());
        }
        return;
    }
    let next = ground.next_line(end);
    if next == end
        && let Some(before) = ground.previous_line_end(start)
    {
        edits.replace(before..end, String::new());
        return;
    }
    edits.replace(ground.line_start(start)..next, String::new());
}
