//! A value in place of another, in block style: what stands in the line of
//! the mark and the lines after it are two pieces, with comments between them.

use std::ops::Range;

use super::Edits;
use super::ground::{Ground, Mark, Slot};
use super::write_block::Written;
use crate::{Node, Style};

/// The pieces of a value that is replaced.
struct Regions {
    /// In the line of the mark; empty where nothing of the value is there.
    head: Range<usize>,
    /// The lines after it, from the break before them.
    tail: Range<usize>,
}

/// Puts a new value into a slot.
pub(super) fn replace(edits: &mut Edits, ground: Ground<'_>, slot: &Slot, old: Node<'_>, new: &Written) {
    let Regions { head, tail } = regions(ground, slot, old, new);
    let needs_blank = slot.mark != Mark::Document;
    if !head.is_empty() && new.head.is_empty() {
        edits.replace(slot.at..head.end, String::new());
    } else if !head.is_empty() {
        edits.replace(head, new.head.clone());
    } else if !new.head.is_empty() {
        let blank = if needs_blank { " " } else { "" };
        edits.insert(head.start, format!("{blank}{}", new.head));
    }
    if !tail.is_empty() || !new.tail.is_empty() {
        edits.replace(tail, new.tail.clone());
    }
}

fn regions(ground: Ground<'_>, slot: &Slot, old: Node<'_>, new: &Written) -> Regions {
    let Range { start, end } = old.written_span().range();
    let later_line = ground.line_start(start) > slot.at;
    let lines_before = || ground.previous_line_end(start).unwrap_or(start);
    let style = if old.is_alias() { Style::Plain } else { old.style() };
    match style {
        _ if start == end => {
            let line_end = ground.line_end(slot.at);
            Regions { head: slot.at..slot.at, tail: line_end..line_end }
        }
        Style::Block if later_line => {
            Regions { head: slot.at..slot.at, tail: lines_before()..ground.line_end(end) }
        }
        Style::Block => {
            let end = ground.line_end(end);
            Regions { head: start..end, tail: end..end }
        }
        Style::Literal | Style::Folded => {
            let line_end = ground.line_end(start);
            Regions { head: start..ground.block_header_end(start), tail: line_end..end.max(line_end) }
        }
        _ if later_line && !new.tail.is_empty() => {
            Regions { head: slot.at..slot.at, tail: lines_before()..end }
        }
        _ => {
            let line_end = ground.line_end(end);
            Regions { head: start..end, tail: line_end..line_end }
        }
    }
}
