//! From bytes of a rendered text to the line that a person edits.

use std::ops::Range;

use seatrial_diagnostics::{Origin, OriginStep, Role};
use seatrial_helm::template::Trace;
use seatrial_helm::template::trace::FrameKind;
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::{Node, Stream};

use crate::locate;

use super::leaves::{Leaf, Writer, spans_of, touching};

/// Templates inside templates that are told.
const STEPS_MAX: usize = 8;
/// Bytes of an action that are looked through for its end.
const ACTION_BYTES: usize = 4 << 10;

/// What is known of one rendered text.
pub(crate) struct Guide<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) streams: &'a dyn Fn(FileId) -> Option<&'a Stream>,
    pub(crate) trace: &'a Trace,
    pub(crate) leaves: &'a [Leaf],
    /// The rendered text.
    pub(crate) text: &'a str,
    /// The template that it was rendered from.
    pub(crate) template: FileId,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A scalar, or a part of it.
    Scalar,
    /// The key of an entry.
    Key,
}

impl Guide<'_> {
    /// Where to edit to change a stretch of the text.
    pub(crate) fn origin(&self, range: Range<u32>, asked: Asked) -> Origin {
        let leaves = self.telling(&range);
        let literal = |leaf: &&Leaf| matches!(leaf.writer, Writer::Literal(_) | Writer::Constant(_));
        let Some(first) = leaves.first().copied() else {
            return Origin::written(Span::new(self.template, 0, 0));
        };
        if leaves.iter().all(literal) {
            return Origin { edit: self.written(first, &range), via: self.steps(first), derived: false };
        }
        let values = values_of(&leaves);
        let is_value = |leaf: &&Leaf| matches!(leaf.writer, Writer::Value(_));
        if let [value] = values[..] {
            let of_value =
                leaves.iter().filter(|leaf| is_value(leaf)).map(|leaf| shared(leaf, &range)).sum::<u32>();
            let is_all = leaves.iter().all(is_value);
            if is_all || 2 * of_value > range.end - range.start {
                let edit = if asked == Asked::Key { self.key_of(value).unwrap_or(value) } else { value };
                let leaf = leaves
                    .iter()
                    .copied()
                    .find(|leaf| matches!(leaf.writer, Writer::Value(_)))
                    .unwrap_or(first);
                let via = self.steps(leaf);
                return Origin { edit, via, derived: !is_all };
            }
        }
        self.mixed(&leaves, values)
    }

    /// A container whose whole content comes from the values: the entry there
    /// that holds it.
    pub(crate) fn container(&self, range: Range<u32>) -> Option<Origin> {
        let leaves = self.telling(&range);
        let first = leaves.first().copied()?;
        let spans = leaves.iter().map(|leaf| match leaf.writer {
            Writer::Value(span) => Some(span),
            _ => None,
        });
        let spans: Vec<Span> = spans.collect::<Option<_>>()?;
        let around = Span::new(
            spans[0].file,
            spans.iter().map(|it| it.start).min()?,
            spans.iter().map(|it| it.end).max()?,
        );
        if spans.iter().any(|it| it.file != around.file) {
            return None;
        }
        let edit = self.key_of(around)?;
        Some(Origin { edit, via: self.steps(first), derived: false })
    }

    /// Several inputs make the text: the action that prints it, and all of them.
    fn mixed(&self, leaves: &[&Leaf], values: Vec<Span>) -> Origin {
        let is_made = |leaf: &&&Leaf| !matches!(leaf.writer, Writer::Literal(_) | Writer::Constant(_));
        let is_printed = |leaf: &&&Leaf| !matches!(leaf.writer, Writer::Literal(_));
        let made = leaves.iter().find(is_made).or_else(|| leaves.iter().find(is_printed));
        let leaf = made.copied().unwrap_or(leaves[0]);
        let mut steps = self.steps(leaf);
        let edit = if steps.is_empty() { Span::new(self.template, 0, 0) } else { steps.remove(0).span };
        let mut via: Vec<OriginStep> =
            values.into_iter().map(|span| OriginStep { role: Role::Values, span }).collect();
        via.extend(steps);
        via.truncate(STEPS_MAX);
        // What nobody's file holds (a release's name) is still printed by one action.
        let is_derived = leaves.len() > 1 || !matches!(leaf.writer, Writer::Unknown);
        Origin { edit, via, derived: is_derived }
    }

    /// The stretches of a range that say something: quotes and blanks do not,
    /// where anything else does.
    fn telling(&self, range: &Range<u32>) -> Vec<&Leaf> {
        let all = touching(self.leaves, range.start, range.end);
        let says = |leaf: &&Leaf| {
            let (start, end) = (leaf.start.max(range.start), leaf.end.min(range.end));
            let text = self.text.get(start as usize..end as usize).unwrap_or_default();
            !text.chars().all(|it| it.is_whitespace() || matches!(it, '"' | '\'' | ','))
        };
        let telling: Vec<&Leaf> = all.iter().filter(says).collect();
        if telling.is_empty() { all.iter().collect() } else { telling }
    }

    /// The bytes of a template that stand for a stretch.
    fn written(&self, leaf: &Leaf, range: &Range<u32>) -> Span {
        match leaf.writer {
            Writer::Literal(span) => {
                let start = span.start + range.start.saturating_sub(leaf.start);
                let end = span.end - leaf.end.saturating_sub(range.end);
                Span::new(span.file, start, end)
            }
            Writer::Constant(span) | Writer::Value(span) => span,
            Writer::Derived(_) | Writer::Unknown => Span::new(self.template, 0, 0),
        }
    }

    /// The actions on the way, the innermost first.
    fn steps(&self, leaf: &Leaf) -> Vec<OriginStep> {
        let is_literal = matches!(leaf.writer, Writer::Literal(_) | Writer::Constant(_));
        let own = if is_literal { None } else { self.action(leaf) };
        let mut spans: Vec<Span> = own.into_iter().collect();
        let mut frame = leaf.frame;
        while let Some(it) = self.trace.frame_of(frame) {
            if matches!(it.kind, FrameKind::Include | FrameKind::Template | FrameKind::Tpl) {
                spans.extend(spans_of(self.trace, it.action).into_iter().map(|it| it.0).next());
            }
            frame = it.parent;
        }
        spans.dedup();
        spans.truncate(STEPS_MAX);
        spans.into_iter().map(|span| OriginStep { role: Role::Template, span }).collect()
    }

    /// The action that printed last before a place.
    pub(crate) fn action_before(&self, place: u32) -> Option<Span> {
        let end = self.leaves.partition_point(|it| it.start < place);
        let mut printed = self.leaves[..end].iter().rev().filter(|it| it.start < it.end);
        printed.find_map(|it| self.action(it))
    }

    /// The one action that prints a whole stretch.
    pub(crate) fn action_of(&self, range: &Range<u32>) -> Option<Span> {
        let leaves = touching(self.leaves, range.start, range.end).iter().filter(|it| it.start < it.end);
        let mut actions: Vec<Option<Span>> = leaves.map(|it| self.action(it)).collect();
        actions.dedup();
        let [Some(only)] = actions[..] else { return None };
        Some(only)
    }

    /// The action that printed a stretch, as far as it stands on one line.
    fn action(&self, leaf: &Leaf) -> Option<Span> {
        let mut frame = leaf.frame;
        let printed = loop {
            let it = self.trace.frame_of(frame)?;
            if it.kind == FrameKind::Action {
                break it.action;
            }
            frame = it.parent;
        };
        let (span, is_value) = spans_of(self.trace, printed).into_iter().next()?;
        // What `tpl` is given stands in the values.
        if is_value { Some(span) } else { self.with_braces(span) }
    }

    fn with_braces(&self, span: Span) -> Option<Span> {
        let text = self.sources.file(span.file).text();
        let before = text.get(..span.start as usize)?.trim_end();
        let before = before.strip_suffix('-').unwrap_or(before);
        let start = before.strip_suffix("{{").map_or(span.start as usize, str::len);
        let rest = text.get(start..)?;
        let bounded = &rest[..floor(rest, ACTION_BYTES)];
        let from = (span.end as usize - start).min(bounded.len());
        let length = bounded.get(from..)?.find("}}").map_or(from, |it| from + it + 2);
        let line = rest[..length].find('\n').unwrap_or(length);
        Some(Span::new(span.file, start as u32, (start + line) as u32))
    }

    /// The key of the smallest entry of a values file that holds a span.
    fn key_of(&self, span: Span) -> Option<Span> {
        let stream = (self.streams)(span.file)?;
        stream.roots().find_map(|root| entry_around(root, span))
    }
}

/// The key of the smallest entry that holds a span.
fn entry_around(root: Node<'_>, span: Span) -> Option<Span> {
    let mut node = root;
    let mut key = None;
    loop {
        let child = locate::child_before(node, span);
        let child = child.filter(|(_, entry, _)| entry.is_none_or(|it| it.span().contains(span)));
        key = child.and_then(|(_, entry, _)| entry).map(|entry| entry.key.span()).or(key);
        match child.map(|(.., value)| value).filter(|value| !value.is_alias()) {
            // What holds all of it and no more than it.
            Some(next) if next.span().contains(span) => node = next,
            _ => return key,
        }
    }
}

/// The values that stretches come from, each once.
fn values_of(leaves: &[&Leaf]) -> Vec<Span> {
    let mut values = Vec::new();
    for leaf in leaves {
        let spans: &[Span] = match &leaf.writer {
            Writer::Value(span) => std::slice::from_ref(span),
            Writer::Derived(spans) => spans,
            _ => &[],
        };
        for span in spans {
            if !values.contains(span) {
                values.push(*span);
            }
        }
    }
    values
}

fn shared(leaf: &Leaf, range: &Range<u32>) -> u32 {
    leaf.end.min(range.end).saturating_sub(leaf.start.max(range.start))
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
