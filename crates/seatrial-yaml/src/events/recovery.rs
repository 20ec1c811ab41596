//! Going on after a fault: the broken entry is given up, what is around it
//! stays open, and reading goes on at the next line that looks like an entry
//! of one of the open blocks. Failing that, at the next document.

use super::grammar::State;
use super::{Collection, Event, EventKind, Parser};
use crate::fault::Fault;
use crate::scanner::source::{Cursor, Source};

/// Collections still to be closed after a fault, and what comes then.
#[derive(Clone, Copy)]
pub(super) struct Unwinding {
    /// How many collections stay open.
    keep: usize,
    /// The line at which reading goes on.
    line: usize,
}

impl Parser<'_> {
    /// Notes a fault and decides where to go on.
    pub(super) fn recover(&mut self, fault: Fault) -> Option<Event> {
        let from = fault.from;
        let in_directive = fault.in_directive;
        let index = self.faults.len() as u32;
        self.faults.push(fault);
        let gives_up = self.faults.len() - self.faults_before >= self.most_faults;
        self.unwinding = Some(if gives_up { self.next_document(from) } else { self.next_entry(from) });
        if in_directive && !self.in_document {
            self.deferred = Some(index);
            return None;
        }
        Some(self.problem_event(index))
    }

    fn next_document(&self, from: usize) -> Unwinding {
        let source = self.scanner.source();
        let mut line = source.next_line(from);
        while !source.is_end(line) && !source.is_document_marker(Cursor { at: line, line }) {
            line = source.next_line(line);
        }
        Unwinding { keep: 0, line }
    }

    fn next_entry(&self, from: usize) -> Unwinding {
        if !self.in_document || self.open.is_empty() {
            return self.next_document(from);
        }
        let source = self.scanner.source();
        // Deeper blocks than the leftmost line so far are over.
        let mut leftmost = usize::MAX;
        let mut line = source.next_line(from);
        while !source.is_end(line) && !source.is_document_marker(Cursor { at: line, line }) {
            if let Some(entry) = LineStart::of(source, line) {
                leftmost = leftmost.min(entry.column);
                let place = self.open.iter().rposition(|open| entry.fits(open.kind, open.column));
                if let Some(at) = place.filter(|_| entry.column == leftmost) {
                    return Unwinding { keep: at + 1, line };
                }
            }
            line = source.next_line(line);
        }
        Unwinding { keep: 0, line }
    }

    /// Whether a place lies in a line after `start` that looks like an entry
    /// of an open block, or like the next document.
    pub(super) fn begins_entry(&self, start: usize, at: usize) -> bool {
        let source = self.scanner.source();
        let mut line = start;
        while source.next_line(line) <= at {
            line = source.next_line(line);
        }
        let is_open = |entry: LineStart| self.open.iter().any(|open| entry.fits(open.kind, open.column));
        line > start
            && (source.is_document_marker(Cursor { at: line, line })
                || LineStart::of(source, line).is_some_and(is_open))
    }

    /// The next event of closing what is broken; none once that is done.
    pub(super) fn unwind(&mut self, unwinding: Unwinding) -> Option<Event> {
        if let Some(open) = self.open.last() {
            if open.wants_value {
                return Some(self.empty_scalar());
            }
            if self.open.len() > unwinding.keep {
                self.states.truncate(open.states as usize);
                return Some(self.finish(self.last_end, self.last_end));
            }
        }
        match self.open.last().copied() {
            Some(open) => {
                self.states.truncate(open.states as usize);
                self.state = match open.kind {
                    Collection::BlockMapping => State::BlockMappingKey,
                    Collection::IndentlessSequence => State::IndentlessSequenceEntry,
                    _ => State::BlockSequenceEntry,
                };
                self.scanner.resume(unwinding.line, open.column as usize);
            }
            None if self.in_document => {
                return Some(Event::new(
                    EventKind::DocumentEnd,
                    unwinding.line as u32,
                    unwinding.line as u32,
                ));
            }
            None => {
                self.states.clear();
                self.state = State::DocumentStart;
                self.scanner.restart(unwinding.line);
            }
        }
        self.unwinding = None;
        None
    }
}

/// How a line begins.
struct LineStart {
    column: usize,
    is_item: bool,
    has_key: bool,
}

impl LineStart {
    /// None for empty lines and comments, and where tabs hide the column.
    fn of(source: &Source<'_>, line: usize) -> Option<Self> {
        let start = source.skip(line, b' ');
        let end = source.line_end(start);
        let text = source.text().get(start..end)?;
        if text.is_empty() || text.starts_with(['#', '\t']) {
            return None;
        }
        Some(Self {
            column: start - line,
            is_item: text.starts_with("- ") || text == "-",
            has_key: !text.starts_with(['{', '[', '%', '-'])
                && (text.contains(": ") || text.trim_end().ends_with(':')),
        })
    }

    /// Whether the line can be an entry of an open collection.
    fn fits(&self, kind: Collection, column: u32) -> bool {
        self.column == column as usize
            && match kind {
                Collection::BlockMapping => self.has_key,
                Collection::BlockSequence | Collection::IndentlessSequence => self.is_item,
                Collection::FlowSequence | Collection::FlowMapping => false,
            }
    }
}
