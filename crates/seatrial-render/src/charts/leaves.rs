//! Where each byte of a rendered text came from, flattened to what stands in
//! files.

use seatrial_helm::template::trace::{FrameId, Origin, Piece};
use seatrial_helm::template::{OriginId, Trace};
use seatrial_source::Span;

/// Origins that one stretch is followed to at most.
const INPUTS_MAX: usize = 64;
/// Origins that are looked at for one stretch at most.
const VISITS_MAX: usize = 4_096;
/// Texts inside texts that are opened.
const DEPTH_MAX: usize = 64;
/// Stretches that one text is cut into at most.
const LEAVES_MAX: usize = 2_000_000;

/// Who wrote a stretch of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// It stands in a template, the same bytes.
    Literal(Span),
    /// A constant of a template's action, or a text cut from one.
    Constant(Span),
    /// A value of a values file or an argument.
    Value(Span),
    /// Computed from these.
    Derived(Vec<Span>),
    /// Nobody's file: the release's name, an index, a default of the engine.
    Unknown,
}

/// A stretch of a rendered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) writer: Writer,
    pub(crate) frame: FrameId,
}

/// The stretches of a text, in order.
pub(crate) fn leaves(
    trace: &Trace,
    text: &str,
    pieces: &[Piece],
    source: &dyn Fn(Span) -> Option<String>,
) -> Vec<Leaf> {
    let mut flat = Flat { trace, text, source, found: Vec::new(), at: 0 };
    for piece in pieces {
        flat.piece(piece, DEPTH_MAX);
    }
    flat.found
}

struct Flat<'a> {
    trace: &'a Trace,
    text: &'a str,
    source: &'a dyn Fn(Span) -> Option<String>,
    found: Vec<Leaf>,
    at: u32,
}

impl Flat<'_> {
    fn piece(&mut self, piece: &Piece, depth: usize) {
        if let Some(Origin::Pieces(inner)) = self.trace.origin(piece.origin)
            && depth > 0
            && inner.iter().map(|it| u64::from(it.length)).sum::<u64>() == u64::from(piece.length)
        {
            for it in inner {
                // A text that was made in no frame of its own is in that of its printing.
                let frame = if it.frame == FrameId::ROOT { piece.frame } else { it.frame };
                self.piece(&Piece { frame, ..*it }, depth - 1);
            }
            return;
        }
        let (start, end) = (self.at, self.at + piece.length);
        self.at = end;
        if start == end || self.found.len() >= LEAVES_MAX {
            return;
        }
        let writer = self.writer(piece.origin, start, end);
        self.found.push(Leaf { start, end, writer, frame: piece.frame });
    }

    fn writer(&self, origin: OriginId, start: u32, end: u32) -> Writer {
        match self.trace.origin(origin) {
            None => Writer::Unknown,
            Some(Origin::Value(span)) => Writer::Value(*span),
            Some(Origin::Template(span)) if self.is_literal(*span, start, end) => Writer::Literal(*span),
            Some(Origin::Template(span)) => Writer::Constant(*span),
            Some(Origin::Slice { .. } | Origin::Pieces(_) | Origin::Derived(_)) => {
                let Inputs { found, is_cut, .. } = Inputs::of(self.trace, origin);
                match found[..] {
                    [] => Writer::Unknown,
                    [(span, true)] if is_cut => Writer::Value(span),
                    [(span, false)] if is_cut => Writer::Constant(span),
                    _ => Writer::Derived(found.into_iter().map(|(span, _)| span).collect()),
                }
            }
        }
    }

    fn is_literal(&self, span: Span, start: u32, end: u32) -> bool {
        let made = self.text.as_bytes().get(start as usize..end as usize);
        span.len() == end - start && (self.source)(span).is_some_and(|it| Some(it.as_bytes()) == made)
    }
}

/// What a text or value was made from.
struct Inputs<'a> {
    trace: &'a Trace,
    /// Where each stands, and whether it is a value.
    found: Vec<(Span, bool)>,
    /// Whether it was only cut and put together, and not computed.
    is_cut: bool,
    left: usize,
}

impl<'a> Inputs<'a> {
    fn of(trace: &'a Trace, origin: OriginId) -> Self {
        let mut inputs = Self { trace, found: Vec::new(), is_cut: true, left: VISITS_MAX };
        inputs.collect(origin, DEPTH_MAX);
        inputs
    }

    fn add(&mut self, span: Span, is_value: bool) {
        if !self.found.contains(&(span, is_value)) {
            self.found.push((span, is_value));
        }
    }

    fn collect(&mut self, origin: OriginId, depth: usize) {
        self.left = self.left.saturating_sub(1);
        if depth == 0 || self.left == 0 || self.found.len() >= INPUTS_MAX {
            self.is_cut = false;
            return;
        }
        let trace = self.trace;
        match trace.origin(origin) {
            None => {}
            Some(Origin::Value(span)) => self.add(*span, true),
            Some(Origin::Template(span)) => self.add(*span, false),
            Some(Origin::Slice { of, .. }) => self.collect(*of, depth - 1),
            Some(Origin::Pieces(pieces)) => {
                for it in pieces {
                    self.collect(it.origin, depth - 1);
                }
            }
            Some(Origin::Derived(from)) => {
                self.is_cut = false;
                for &it in from {
                    self.collect(it, depth - 1);
                }
            }
        }
    }
}

/// Where what made a text or value stands, and whether each is a value.
pub(crate) fn spans_of(trace: &Trace, origin: OriginId) -> Vec<(Span, bool)> {
    Inputs::of(trace, origin).found
}

/// Those that touch a range.
pub(crate) fn touching(leaves: &[Leaf], start: u32, end: u32) -> &[Leaf] {
    let first = leaves.partition_point(|it| it.end <= start);
    let count = leaves[first..].partition_point(|it| it.start < end);
    &leaves[first..first + count]
}
