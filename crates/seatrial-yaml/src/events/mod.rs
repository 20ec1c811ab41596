//! The text as a stream of events: documents, collections, scalars. Tags,
//! anchors and aliases are reported, not resolved.
//!
//! ```
//! use seatrial_yaml::events::{EventKind, Parser};
//! use seatrial_yaml::{Dialect, Limits};
//!
//! let mut parser = Parser::new("a: [1, 2]", Dialect::GoYaml2, &Limits::default());
//! let mut scalars = Vec::new();
//! while let Some(event) = parser.next() {
//!     if event.kind == EventKind::Scalar {
//!         scalars.push(parser.value(event).to_owned());
//!     }
//! }
//! assert_eq!(scalars, ["a", "1", "2"]);
//! ```

mod grammar;
mod recovery;

use crate::fault::Fault;
use crate::scanner::Scanner;
use crate::scanner::source::{Cursor, Source};
use crate::scanner::token::{Text, Token};
use crate::tree::Style;
use crate::{Dialect, Limits, ProblemKind};

use grammar::State;
use recovery::Unwinding;

/// What an [`Event`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A document begins, with `---` or without.
    DocumentStart,
    /// A document ends, with `...` or without.
    DocumentEnd,
    /// A sequence begins.
    SequenceStart,
    /// A sequence ends.
    SequenceEnd,
    /// A mapping begins; keys and values follow in turn.
    MappingStart,
    /// A mapping ends.
    MappingEnd,
    /// A scalar, maybe one that is left out.
    Scalar,
    /// An alias.
    Alias,
    /// The text breaks a rule here; reading goes on where it can.
    Problem,
}

/// One step through a text.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What it is about.
    pub kind: EventKind,
    /// How a scalar or collection is written.
    pub style: Style,
    /// First byte, without tag and anchor.
    pub start: u32,
    /// One past the last byte. At the start of a collection, the end of its
    /// bracket; at the end of a block, where it was found out.
    pub end: u32,
    pub(crate) text: Text,
    /// Start and length of the anchor's name in the text.
    pub(crate) anchor: Option<(u32, u32)>,
    /// Index of the tag, among those of the parser.
    pub(crate) tag: Option<u32>,
    pub(crate) detail: u16,
}

impl Event {
    pub(crate) fn new(kind: EventKind, start: u32, end: u32) -> Self {
        Self {
            kind,
            style: Style::Plain,
            start,
            end,
            text: Text::default(),
            anchor: None,
            tag: None,
            detail: 0,
        }
    }

    fn scalar(token: Token) -> Self {
        let event = Self::styled(EventKind::Scalar, token.style, token.start, token.end);
        Self { text: token.text, detail: token.detail, ..event }
    }

    fn styled(kind: EventKind, style: Style, start: u32, end: u32) -> Self {
        Self { style, ..Self::new(kind, start, end) }
    }
}

/// Reads a text event by event. It never fails: where the text breaks a rule
/// it says so in a [`EventKind::Problem`], closes what is broken, and goes on
/// at the next entry or document that makes sense.
pub struct Parser<'t> {
    scanner: Scanner<'t>,
    state: State,
    states: Vec<State>,
    /// The collections that are open.
    open: Vec<Open>,
    /// End of the last token that was taken; scalars that are left out stand there.
    last_end: u32,
    /// Handle and prefix of each tag shorthand of the document.
    shorthands: Vec<(String, String)>,
    has_version: bool,
    tags: Vec<String>,
    in_document: bool,
    unwinding: Option<Unwinding>,
    faults: Vec<Fault>,
    /// A problem of a directive, to be reported inside its document.
    deferred: Option<u32>,
    faults_before: usize,
    most_faults: usize,
}

/// A collection that is open.
#[derive(Clone, Copy)]
struct Open {
    kind: Collection,
    /// Column of a block collection's entries.
    column: u32,
    start: u32,
    /// How many states lie below its own.
    states: u32,
    /// A mapping whose last key has no value yet.
    wants_value: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Collection {
    BlockSequence,
    /// A sequence whose dashes stand at the column of the mapping around it.
    IndentlessSequence,
    BlockMapping,
    FlowSequence,
    FlowMapping,
}

impl Collection {
    fn is_mapping(self) -> bool {
        matches!(self, Collection::BlockMapping | Collection::FlowMapping)
    }

    fn is_flow(self) -> bool {
        matches!(self, Collection::FlowSequence | Collection::FlowMapping)
    }

    fn style(self) -> Style {
        if self.is_flow() { Style::Flow } else { Style::Block }
    }
}

impl<'t> Parser<'t> {
    /// Starts at the beginning of a text. [`Dialect::Json`] is read as YAML.
    pub fn new(text: &'t str, dialect: Dialect, limits: &Limits) -> Self {
        Self {
            scanner: Scanner::new(text, dialect, limits.depth),
            state: State::ImplicitDocumentStart,
            states: Vec::new(),
            open: Vec::new(),
            last_end: 0,
            shorthands: Vec::new(),
            has_version: false,
            tags: Vec::new(),
            in_document: false,
            unwinding: None,
            faults: Vec::new(),
            deferred: None,
            faults_before: 0,
            most_faults: limits.problems,
        }
    }

    /// The next event; none at the end of the text.
    #[expect(clippy::should_implement_trait, reason = "events are looked up in the parser between calls")]
    pub fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(index) = self.deferred.filter(|_| self.in_document) {
                self.deferred = None;
                return Some(self.problem_event(index));
            }
            if let Some(unwinding) = self.unwinding {
                if let Some(event) = self.unwind(unwinding) {
                    return Some(self.track(event));
                }
                continue;
            }
            match self.step() {
                Ok(Some(event)) => return Some(self.track(event)),
                Ok(None) => return self.deferred.take().map(|index| self.problem_event(index)),
                Err(fault) => {
                    if let Some(event) = self.recover(fault) {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// Keeps count of keys and values.
    #[inline]
    fn track(&mut self, event: Event) -> Event {
        match event.kind {
            EventKind::Scalar | EventKind::Alias | EventKind::SequenceEnd | EventKind::MappingEnd => {
                if let Some(open) = self.open.last_mut() {
                    open.wants_value = open.kind.is_mapping() && !open.wants_value;
                }
            }
            EventKind::DocumentStart => self.in_document = true,
            EventKind::DocumentEnd => self.in_document = false,
            EventKind::SequenceStart | EventKind::MappingStart | EventKind::Problem => {}
        }
        event
    }

    /// A scalar's value, decoded; an alias's name.
    pub fn value(&self, event: Event) -> &str {
        self.scanner.text_of(event.text)
    }

    /// The name of the anchor of a scalar or collection.
    pub fn anchor(&self, event: Event) -> Option<&'t str> {
        let (start, len) = event.anchor?;
        self.scanner.source().text().get(start as usize..(start + len) as usize)
    }

    /// The tag of a scalar or collection, shorthands resolved.
    pub fn tag(&self, event: Event) -> Option<&str> {
        event.tag.map(|index| self.tags[index as usize].as_str())
    }

    /// What is wrong where a [`EventKind::Problem`] stands.
    pub fn problem(&self, event: Event) -> (ProblemKind, &str) {
        let fault = self.fault(event);
        (fault.kind, &fault.message)
    }

    /// Where the comments stand that were met so far.
    pub fn comments(&self) -> &[(u32, u32)] {
        self.scanner.comments()
    }

    pub(crate) fn source(&self) -> &Source<'t> {
        self.scanner.source()
    }

    /// Where the next document begins, right after one that ended, if it begins
    /// with `---`.
    pub(crate) fn document_ahead(&self) -> Option<usize> {
        let is_between = self.state == State::DocumentStart && self.unwinding.is_none();
        self.scanner.document_ahead().filter(|_| is_between)
    }

    /// Goes on at the start of a line, between two documents.
    pub(crate) fn skip_to(&mut self, line: usize) {
        self.state = State::DocumentStart;
        self.scanner.restart(line);
    }

    pub(crate) fn add_comment(&mut self, comment: (u32, u32)) {
        self.scanner.comments.push(comment);
    }

    pub(crate) fn truncate_comments(&mut self, most: usize) {
        self.scanner.comments.truncate(most);
    }

    /// A scalar in quotes that begins at a place, and where it ends; none if
    /// something is wrong with it. Like the next one, it stands for itself: no
    /// token may wait.
    pub(crate) fn quoted(&mut self, cursor: Cursor) -> Option<(Event, Cursor)> {
        self.scanner.decoded.clear();
        let (token, end) = self.scanner.quoted(cursor).ok()?;
        Some((Event::scalar(token), end))
    }

    /// The same of a block scalar in a block at column `around`.
    pub(crate) fn block_scalar(&mut self, cursor: Cursor, around: usize) -> Option<(Event, Cursor)> {
        self.scanner.decoded.clear();
        let (token, end) = self.scanner.block_scalar(cursor, around.cast_signed()).ok()?;
        Some((Event::scalar(token), end))
    }

    pub(crate) fn fault(&self, event: Event) -> &Fault {
        &self.faults[event.text.start as usize]
    }

    fn problem_event(&self, index: u32) -> Event {
        let fault = &self.faults[index as usize];
        let event = Event::new(EventKind::Problem, fault.at.0 as u32, fault.at.1 as u32);
        Event { text: Text::source(index as usize, 0), ..event }
    }
}
