//! New values in block style.

use super::content::Content;
use super::ground::Mark;
use super::scalar::{self, Surroundings};
use super::style::BlockLayout;
use crate::Style;

/// A value behind its mark: what stands in the line of the mark, and the lines
/// after it, each with its line break before.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) head: String,
    pub(super) tail: String,
}

/// Writes values in one layout.
#[derive(Clone, Copy)]
pub(super) struct BlockWriter<'a> {
    pub(super) layout: BlockLayout,
    pub(super) newline: &'a str,
    /// How strings and block scalars are written where they may.
    pub(super) wanted: Style,
    /// Whether texts of several lines become block scalars.
    pub(super) lines: bool,
}

impl BlockWriter<'_> {
    /// A value behind a mark; `column` is that of the collection around it.
    pub(super) fn value(self, content: &Content, mark: Mark, column: usize) -> Written {
        let mut out = String::new();
        self.push_value(&mut out, content, mark, column);
        let split = out.find(self.newline).unwrap_or(out.len());
        let tail = out.split_off(split);
        Written { head: out.trim_start_matches(' ').to_owned(), tail }
    }

    /// An entry of a mapping, from its key on.
    pub(super) fn entry(self, name: &str, content: &Content, column: usize) -> String {
        let mut out = String::new();
        self.push_entry(&mut out, name, content, column);
        out
    }

    /// An item of a list, from its dash on.
    pub(super) fn item(self, content: &Content, column: usize) -> String {
        let mut out = String::from("-");
        self.push_value(&mut out, content, Mark::Dash, column);
        out
    }

    fn push_value(self, out: &mut String, content: &Content, mark: Mark, column: usize) {
        match content {
            Content::Map(entries) if !entries.is_empty() => {
                let column = self.below(out, mark, column, self.layout.step);
                self.push_entries(out, entries, column);
            }
            Content::List(items) if !items.is_empty() => {
                let column = self.below(out, mark, column, self.layout.dash_step);
                self.push_items(out, items, column);
            }
            Content::Text(text) if self.lines && scalar::wants_lines(text) => {
                let usual = if mark == Mark::Colon { self.layout.step } else { 2 };
                let increment = self.layout.text_step.unwrap_or(usual);
                let (header, lines) =
                    scalar::block(text, self.wanted, increment, column + increment, self.newline);
                out.push(' ');
                out.push_str(&header);
                out.push_str(&lines);
            }
            _ => {
                out.push(' ');
                out.push_str(&inline(content, self.wanted));
            }
        }
    }

    /// Goes to where a collection below a mark begins; returns its column.
    fn below(self, out: &mut String, mark: Mark, column: usize, step: usize) -> usize {
        let (column, same_line) = match mark {
            Mark::Colon => (column + step, false),
            Mark::Dash => (column + self.layout.item_step, true),
            Mark::Document => (column, true),
            Mark::Marker | Mark::Comma => (0, false),
        };
        if same_line {
            out.extend(std::iter::repeat_n(
                ' ',
                if mark == Mark::Dash { self.layout.item_step - 1 } else { 0 },
            ));
        } else {
            self.push_line(out, column);
        }
        column
    }

    fn push_entries(self, out: &mut String, entries: &[(String, Content)], column: usize) {
        for (at, (name, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.push_line(out, column);
            }
            self.push_entry(out, name, value, column);
        }
    }

    fn push_entry(self, out: &mut String, name: &str, value: &Content, column: usize) {
        out.push_str(&scalar::string(name, Style::Plain, Surroundings::Block));
        out.push(':');
        Self { wanted: below(self.wanted), ..self }.push_value(out, value, Mark::Colon, column);
    }

    fn push_items(self, out: &mut String, items: &[Content], column: usize) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.push_line(out, column);
            }
            out.push('-');
            self.push_value(out, item, Mark::Dash, column);
        }
    }

    fn push_line(self, out: &mut String, column: usize) {
        out.push_str(self.newline);
        out.extend(std::iter::repeat_n(' ', column));
    }
}

/// Collections keep their own style from what is inside them.
fn below(wanted: Style) -> Style {
    match wanted {
        Style::Block | Style::Flow => Style::Plain,
        style => style,
    }
}

/// A scalar or an empty collection.
fn inline(content: &Content, wanted: Style) -> String {
    match content {
        Content::List(_) => "[]".to_owned(),
        Content::Map(_) => "{}".to_owned(),
        _ => scalar::inline(content, wanted, Surroundings::Block),
    }
}
