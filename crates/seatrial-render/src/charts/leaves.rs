//! Where each byte of a rendered text came from, flattened to what stands in
//! files.

use rustc_hash::FxHashSet;
use seatrial_helm::template::trace::{FrameId, FrameKind, Origin, Piece};
use seatrial_helm::template::{OriginId, Trace};
use seatrial_source::{SourceMap, Span};

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
    origin: OriginId,
}

/// The stretches of a text, in order.
pub(crate) fn leaves(trace: &Trace, text: &str, pieces: &[Piece], sources: &SourceMap) -> Vec<Leaf> {
    let mut flat = Flat { trace, text, sources, found: Vec::new(), at: 0 };
    for piece in pieces {
        flat.piece(piece, DEPTH_MAX);
    }
    flat.found
}

struct Flat<'a> {
    trace: &'a Trace,
    text: &'a str,
    sources: &'a SourceMap,
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
        // What a branch did not write leaves a mark without a length.
        if start == end && piece.frame == FrameId::ROOT || self.found.len() >= LEAVES_MAX {
            return;
        }
        let writer = self.writer(piece.origin, start, end);
        self.found.push(Leaf { start, end, writer, frame: piece.frame, origin: piece.origin });
    }

    fn writer(&self, origin: OriginId, start: u32, end: u32) -> Writer {
        match self.trace.origin(origin) {
            None => Writer::Unknown,
            Some(Origin::Value(span)) => Writer::Value(*span),
            Some(Origin::Template(span)) if self.is_literal(*span, start, end) => Writer::Literal(*span),
            Some(Origin::Template(span)) => Writer::Constant(*span),
            Some(&Origin::Slice { of, start: from, end: to }) => {
                self.cut(of, from, to, start, end).unwrap_or_else(|| self.computed(origin))
            }
            Some(Origin::Pieces(_) | Origin::Derived(_) | Origin::Chosen { .. }) => self.computed(origin),
        }
    }

    fn computed(&self, origin: OriginId) -> Writer {
        let Inputs { found, is_cut, .. } = Inputs::of(self.trace, origin);
        match found[..] {
            [] => Writer::Unknown,
            [(span, true)] if is_cut => Writer::Value(span),
            [(span, false)] if is_cut => Writer::Constant(span),
            _ => Writer::Derived(found.into_iter().map(|(span, _)| span).collect()),
        }
    }

    /// Literal text of which only a part is there: `nindent` cuts it into lines.
    fn cut(&self, of: OriginId, from: u32, to: u32, start: u32, end: u32) -> Option<Writer> {
        let Some(Origin::Template(span)) = self.trace.origin(of) else { return None };
        let part = Span::new(span.file, span.start.checked_add(from)?, span.start.checked_add(to)?);
        (part.end <= span.end && self.is_literal(part, start, end)).then_some(Writer::Literal(part))
    }

    fn is_literal(&self, span: Span, start: u32, end: u32) -> bool {
        let made = self.text.as_bytes().get(start as usize..end as usize);
        let written = self.sources.file(span.file).text().as_bytes().get(span.range());
        made.is_some() && made == written
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
            Some(Origin::Slice { of, .. } | Origin::Chosen { of, .. }) => self.collect(*of, depth - 1),
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

/// Everything that has a part in a stretch: what it is made of, what decided
/// that it is there and is this, and the actions that it went through.
pub(crate) fn parts_of(trace: &Trace, leaf: &Leaf) -> Vec<Span> {
    let mut parts =
        Parts { trace, found: Vec::new(), origins: vec![leaf.origin], seen: FxHashSet::default() };
    parts.frame(leaf.frame);
    parts.run();
    parts.found
}

struct Parts<'a> {
    trace: &'a Trace,
    found: Vec<Span>,
    /// What is still to be looked at.
    origins: Vec<OriginId>,
    seen: FxHashSet<(bool, u64)>,
}

impl Parts<'_> {
    fn run(&mut self) {
        while let Some(origin) = self.origins.pop() {
            let is_new = self.seen.insert((false, origin.index() as u64));
            if !is_new || self.seen.len() > VISITS_MAX {
                continue;
            }
            match self.trace.origin(origin) {
                None => {}
                Some(Origin::Value(span) | Origin::Template(span)) => self.found.push(*span),
                Some(Origin::Slice { of, .. }) => self.origins.push(*of),
                Some(Origin::Chosen { of, by }) => self.origins.extend([*of, *by]),
                Some(Origin::Derived(from)) => self.origins.extend(from),
                Some(Origin::Pieces(pieces)) => {
                    for it in pieces {
                        self.origins.push(it.origin);
                        self.frame(it.frame);
                    }
                }
            }
        }
    }

    fn frame(&mut self, frame: FrameId) {
        let mut next = frame;
        while let Some(it) = self.trace.frame_of(next) {
            if !self.seen.insert((true, next.index() as u64)) {
                return;
            }
            // What a template is given is looked into by what it prints.
            let is_called = matches!(it.kind, FrameKind::Include | FrameKind::Template);
            self.origins.extend((!is_called).then_some(it.input));
            self.origins.push(it.action);
            next = it.parent;
        }
    }
}

/// Those that touch a range.
pub(crate) fn touching(leaves: &[Leaf], start: u32, end: u32) -> &[Leaf] {
    let first = leaves.partition_point(|it| it.end <= start);
    let count = leaves[first..].partition_point(|it| it.start < end);
    &leaves[first..first + count]
}
