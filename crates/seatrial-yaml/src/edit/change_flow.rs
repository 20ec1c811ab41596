//! Children of collections in brackets: added and taken away with their commas.

use super::Edits;
use super::children::Children;
use super::ground::is_blank;
use super::write_flow::FlowLayout;

/// A child to be written.
pub(super) type Write<'w> = &'w dyn Fn(&FlowLayout, &str) -> String;

/// Adds a child before the one at `index`, or at the end.
pub(super) fn insert(
    edits: &mut Edits,
    children: Children<'_>,
    layout: &FlowLayout,
    index: usize,
    write: Write<'_>,
) {
    let ground = children.ground;
    if children.len() == 0 {
        return insert_only(edits, children, layout, write);
    }
    if index < children.len() {
        let next = children.start(index);
        let (text, at) = if ground.starts_line(next) {
            let indentation = ground.indentation(next);
            let newline = ground.newline(next);
            (format!("{},{newline}{indentation}", write(layout, indentation)), next)
        } else {
            let text = write(&layout.on_one_line(), ground.indentation(next));
            (format!("{text},{}", layout.comma_gap()), next)
        };
        return edits.insert(at, text);
    }
    append(edits, children, layout, write);
}

fn insert_only(edits: &mut Edits, children: Children<'_>, layout: &FlowLayout, write: Write<'_>) {
    let ground = children.ground;
    let range = children.range();
    let inner = range.start + 1..range.end - 1;
    let indentation = ground.indentation(range.start);
    let text = layout.only_child(indentation, write);
    let blanks = &ground.text[inner.clone()];
    if layout.is_in_lines() && blanks.bytes().all(|byte| byte.is_ascii_whitespace()) {
        edits.replace(inner, text);
    } else if is_blank(blanks) && !blanks.is_empty() {
        edits.insert(inner.start, format!("{blanks}{text}"));
    } else {
        edits.insert(inner.start, text);
    }
}

fn append(edits: &mut Edits, children: Children<'_>, layout: &FlowLayout, write: Write<'_>) {
    let ground = children.ground;
    let last = children.len() - 1;
    let (start, end) = (children.start(last), children.end(last));
    if !ground.starts_line(start) {
        let text = write(&layout.on_one_line(), ground.indentation(start));
        return edits.insert(end, format!(",{}{text}", layout.comma_gap()));
    }
    let (indentation, newline) = (ground.indentation(start), ground.newline(start));
    let text = write(layout, indentation);
    let comma = children.comma(last);
    let behind = comma.map_or(end, |comma| comma + 1);
    if comma.is_none() {
        edits.insert(end, ",".to_owned());
    }
    let line_end = ground.line_end(behind);
    let ends_line = ground.is_comment(behind) || ground.skip_blanks(behind) == line_end;
    let rest = if ends_line { line_end } else { behind };
    let trailing = if comma.is_some() { "," } else { "" };
    edits.insert(rest, format!("{newline}{indentation}{text}{trailing}"));
}

/// Takes a child away, with the comma that it needed.
pub(super) fn remove(edits: &mut Edits, children: Children<'_>, index: usize) {
    let ground = children.ground;
    let (start, end) = (children.start(index), children.end(index));
    let behind = children.comma(index).map_or(end, |comma| comma + 1);
    if children.len() == 1 {
        return remove_only(edits, children, start, behind);
    }
    if index > 0 && ground.line_start(children.end(index - 1)) == ground.line_start(start) {
        return cut_behind(edits, children, index);
    }
    let is_last = index + 1 == children.len();
    let next = ground.skip_blanks(behind);
    let ends_line = next == ground.line_end(behind) || ground.is_comment(behind);
    if ground.starts_line(start) && ends_line {
        if is_last
            && children.comma(index).is_none()
            && let Some(comma) = children.comma(index - 1)
        {
            edits.replace(comma..comma + 1, String::new());
        }
        let lines = ground.line_start(start)..ground.next_line(behind);
        return edits.replace(lines, String::new());
    }
    if !is_last {
        let following = children.start(index + 1);
        let is_apart = ground.text[behind..following].contains('#');
        return edits.replace(start..if is_apart { behind } else { following }, String::new());
    }
    cut_behind(edits, children, index);
}

/// Takes a child away with all that lies between it and the one before.
fn cut_behind(edits: &mut Edits, children: Children<'_>, index: usize) {
    let before = children.end(index - 1);
    // A key whose value is left out wants a blank after its colon.
    let blank = if children.ground.byte(before - 1) == b':' { " " } else { "" };
    edits.replace(before..children.end(index), blank.to_owned());
}

fn remove_only(edits: &mut Edits, children: Children<'_>, start: usize, behind: usize) {
    let ground = children.ground;
    let inner = children.range().start + 1..children.range().end - 1;
    let around = [&ground.text[inner.start..start], &ground.text[behind..inner.end]];
    let holds_comment = around.iter().any(|text| text.contains('#'));
    if !holds_comment {
        return edits.replace(inner, String::new());
    }
    let starts_line = ground.starts_line(start);
    let line_end = ground.line_end(behind);
    let is_last_line = line_end > inner.end;
    if starts_line && !is_last_line {
        edits.replace(ground.line_start(start)..ground.next_line(behind), String::new());
    } else {
        edits.replace(start..behind, String::new());
    }
}
