//! New values in brackets: flow style and JSON.

use super::children::Children;
use super::content::Content;
use super::ground::{Ground, is_blank};
use super::scalar::{self, Surroundings};
use crate::{Dialect, Node, Style};

/// How collections in brackets are laid out near an edit.
#[derive(Clone, Debug)]
pub(super) struct FlowLayout {
    pub(super) surroundings: Surroundings,
    /// What stands between `:` and a value.
    colon_gap: &'static str,
    /// What stands between `,` and the next child.
    comma_gap: &'static str,
    /// Where each child has its own line: by how much it is indented.
    step: Option<String>,
    newline: String,
}

impl FlowLayout {
    /// The layout near the last node of a chain of ancestors.
    pub(super) fn near(ground: Ground<'_>, chain: &[Node<'_>], at: usize) -> Self {
        let flows = || {
            let flows = chain.iter().rev().filter(|node| node.style() == Style::Flow);
            flows.map(|node| Children::new(ground, *node)).filter(|it| it.len() > 0 && it.has_brackets())
        };
        let is_json = is_json(chain);
        let colon_gap = flows().find_map(colon_gap).unwrap_or(" ");
        let comma_gap = flows().find_map(comma_gap).unwrap_or(colon_gap);
        Self {
            surroundings: if is_json { Surroundings::Json } else { Surroundings::Flow },
            colon_gap: if is_json { colon_gap } else { " " },
            comma_gap,
            step: flows().find_map(step).filter(|_| is_json),
            newline: ground.newline(at).to_owned(),
        }
    }

    /// The same on one line.
    pub(super) fn on_one_line(&self) -> Self {
        Self { step: None, ..self.clone() }
    }

    /// Whether every child has its own line.
    pub(super) fn is_in_lines(&self) -> bool {
        self.step.is_some()
    }

    /// The inside of a collection's brackets that has one child.
    pub(super) fn only_child(&self, indentation: &str, write: &dyn Fn(&Self, &str) -> String) -> String {
        let Some(step) = &self.step else { return write(self, indentation) };
        let (inner, newline) = (format!("{indentation}{step}"), &self.newline);
        format!("{newline}{inner}{}{newline}{indentation}", write(self, &inner))
    }

    pub(super) fn comma_gap(&self) -> &'static str {
        self.comma_gap
    }

    /// A value; `indentation` is that of the line it begins in.
    pub(super) fn value(&self, content: &Content, wanted: Style, indentation: &str) -> String {
        let mut out = String::new();
        self.push(&mut out, content, wanted, indentation);
        out
    }

    /// An entry of a mapping, from its key on.
    pub(super) fn entry(&self, name: &str, content: &Content, wanted: Style, indentation: &str) -> String {
        let mut out = String::new();
        self.push_entry(&mut out, name, content, wanted, indentation);
        out
    }

    fn push(&self, out: &mut String, content: &Content, wanted: Style, indentation: &str) {
        match content {
            Content::List(items) => self.push_all(out, ['[', ']'], items, indentation, |out, item, inner| {
                self.push(out, item, wanted, inner);
            }),
            Content::Map(entries) => {
                self.push_all(out, ['{', '}'], entries, indentation, |out, entry, inner| {
                    self.push_entry(out, &entry.0, &entry.1, wanted, inner);
                });
            }
            _ => out.push_str(&scalar::inline(content, wanted, self.surroundings)),
        }
    }

    fn push_entry(&self, out: &mut String, name: &str, content: &Content, wanted: Style, indentation: &str) {
        out.push_str(&scalar::string(name, Style::Plain, self.surroundings));
        out.push(':');
        out.push_str(self.colon_gap);
        self.push(out, content, wanted, indentation);
    }

    fn push_all<T>(
        &self,
        out: &mut String,
        [open, close]: [char; 2],
        children: &[T],
        indentation: &str,
        push: impl Fn(&mut String, &T, &str),
    ) {
        let inner = format!("{indentation}{}", self.step.as_deref().unwrap_or_default());
        let line_break = |out: &mut String, indentation: &str| {
            if self.step.is_some() && !children.is_empty() {
                out.push_str(&self.newline);
                out.push_str(indentation);
            }
        };
        out.push(open);
        for (at, child) in children.iter().enumerate() {
            if at > 0 {
                out.push(',');
                out.push_str(if self.step.is_some() { "" } else { self.comma_gap });
            }
            line_break(out, &inner);
            push(out, child, &inner);
        }
        line_break(out, indentation);
        out.push(close);
    }
}

/// Whether brackets hold JSON here: by the dialect, else by the quoted keys
/// of the nearest mapping.
fn is_json(chain: &[Node<'_>]) -> bool {
    if chain.iter().any(|node| node.stream().dialect() == Dialect::Json) {
        return true;
    }
    let mappings = chain.iter().rev().filter(|node| node.is_mapping() && !node.is_empty());
    mappings.take(1).all(|node| {
        node.style() == Style::Flow
            && node.written_entries().all(|entry| entry.key.style() == Style::DoubleQuoted)
    }) && chain.iter().any(|node| node.is_mapping() && !node.is_empty())
}

fn colon_gap(children: Children<'_>) -> Option<&'static str> {
    let slot = children.slot(0).filter(|_| children.node.is_mapping())?;
    let value = children.value(0)?.written_span();
    let is_apart = !value.is_empty() && value.range().start > slot.at;
    Some(if is_apart { " " } else { "" })
}

fn comma_gap(children: Children<'_>) -> Option<&'static str> {
    if children.len() < 2 {
        return None;
    }
    let (comma, next) = (children.comma(0)?, children.start(1));
    let gap = &children.ground.text[comma + 1..next];
    is_blank(gap).then_some(if gap.is_empty() { "" } else { " " })
}

/// By how much the first child is indented that has its own line.
fn step(children: Children<'_>) -> Option<String> {
    let (ground, first) = (children.ground, children.start(0));
    if !ground.starts_line(first) {
        return None;
    }
    let outer = ground.indentation(children.range().start);
    ground.indentation(first).strip_prefix(outer).filter(|step| !step.is_empty()).map(str::to_owned)
}
