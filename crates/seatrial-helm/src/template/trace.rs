//! Where text and values came from: an arena of origins and of the frames
//! (includes, conditions, loops) in which text was written.
//!
//! Values of files carry their origin always, so that reads can be counted.
//! Everything else is recorded only while tracing is on; off, each call costs
//! one comparison.

use seatrial_source::Span;

/// Names an origin of one [`Trace`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(u32);

impl OriginId {
    /// Nobody wrote it, or nobody asked.
    pub const NONE: Self = Self(0);

    /// Its number; zero for [`OriginId::NONE`].
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether nothing is known.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

/// Names a frame of one [`Trace`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(u32);

impl FrameId {
    /// The file itself, outside every include and condition.
    pub const ROOT: Self = Self(0);

    /// Its number; zero for [`FrameId::ROOT`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a value or a piece of text came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A value as it stands in a values file or an argument.
    Value(Span),
    /// Text or a constant that stands in a template.
    Template(Span),
    /// A text put together from others, in order.
    Pieces(Vec<Piece>),
    /// The bytes `start..end` of a text whose own origin is `of`.
    Slice {
        /// The origin of the whole text.
        of: OriginId,
        /// First byte in it.
        start: u32,
        /// One past the last byte.
        end: u32,
    },
    /// Computed from all of these: a hash, a sum, a comparison.
    Derived(Vec<OriginId>),
    /// The same as `of`, chosen because of something else: a default, one of two.
    Chosen {
        /// What was chosen.
        of: OriginId,
        /// What decided.
        by: OriginId,
    },
}

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its length in bytes.
    pub length: u32,
    /// Where its bytes came from.
    pub origin: OriginId,
    /// In what it was written.
    pub frame: FrameId,
}

/// What encloses a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What encloses this frame.
    pub parent: FrameId,
    /// What it is.
    pub kind: FrameKind,
    /// The action that opened it: [`Origin::Template`], or [`Origin::Slice`]
    /// when it stands in a text given to `tpl`.
    pub action: OriginId,
    /// What decided: the condition's value, the list that is ranged over, the
    /// text given to `tpl`.
    pub input: OriginId,
}

/// The kinds of frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the actions' names")]
pub enum FrameKind {
    Include,
    Template,
    Tpl,
    If,
    With,
    Range,
    /// An action that prints.
    Action,
}

/// The origins and frames of one render.
#[derive(Debug, Default)]
pub struct Trace {
    is_on: bool,
    origins: Vec<Origin>,
    frames: Vec<Frame>,
}

impl Trace {
    /// Records the places of values only.
    pub fn off() -> Self {
        Self::default()
    }

    /// Records everything.
    pub fn on() -> Self {
        Self { is_on: true, ..Self::default() }
    }

    /// Whether computed origins are recorded.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// The origin of a value as written. Recorded whether tracing is on or not.
    pub fn value(&mut self, span: Span) -> OriginId {
        self.add(Origin::Value(span))
    }

    /// The origin of text that stands in a template.
    pub fn template(&mut self, span: Span) -> OriginId {
        if self.is_on { self.add(Origin::Template(span)) } else { OriginId::NONE }
    }

    /// The origin of a text made of pieces.
    pub fn pieces(&mut self, pieces: Vec<Piece>) -> OriginId {
        match pieces.as_slice() {
            _ if !self.is_on => OriginId::NONE,
            [] => OriginId::NONE,
            [only] if only.frame == FrameId::ROOT => only.origin,
            _ => self.add(Origin::Pieces(pieces)),
        }
    }

    /// The origin of a part of a text that has an origin: of `upper`d, cut or
    /// searched text, and of what stands in a text given to `tpl`.
    pub fn slice(&mut self, of: OriginId, start: u32, end: u32) -> OriginId {
        if !self.is_on || of.is_none() {
            return OriginId::NONE;
        }
        match self.origin(of) {
            Some(Origin::Pieces(pieces)) => {
                let pieces = cut(pieces, start, end);
                let pieces = pieces.into_iter().map(|(piece, from)| self.slice_piece(piece, from)).collect();
                self.pieces(pieces)
            }
            Some(&Origin::Slice { of, start: base, .. }) => {
                self.add(Origin::Slice { of, start: base + start, end: base + end })
            }
            Some(Origin::Derived(_)) => of,
            Some(&Origin::Chosen { of, by }) => {
                let part = self.slice(of, start, end);
                self.chosen(part, by)
            }
            _ => self.add(Origin::Slice { of, start, end }),
        }
    }

    /// The pieces of a part of a text.
    pub(super) fn cut(&mut self, pieces: &[Piece], start: u32, end: u32) -> Vec<Piece> {
        cut(pieces, start, end).into_iter().map(|(piece, from)| self.slice_piece(piece, from)).collect()
    }

    fn slice_piece(&mut self, piece: Piece, from: Option<u32>) -> Piece {
        match from {
            Some(start) => Piece { origin: self.slice(piece.origin, start, start + piece.length), ..piece },
            None => piece,
        }
    }

    /// The origin of what was computed from others; those without origin drop out.
    pub fn derived(&mut self, inputs: impl IntoIterator<Item = OriginId>) -> OriginId {
        if !self.is_on {
            return OriginId::NONE;
        }
        let mut inputs: Vec<OriginId> = inputs.into_iter().filter(|it| !it.is_none()).collect();
        inputs.sort_unstable();
        inputs.dedup();
        match inputs.as_slice() {
            [] => OriginId::NONE,
            [only] if matches!(self.origin(*only), Some(Origin::Derived(_))) => *only,
            _ => self.add(Origin::Derived(inputs)),
        }
    }

    /// The origin of what was chosen because of something else.
    pub fn chosen(&mut self, of: OriginId, by: OriginId) -> OriginId {
        if !self.is_on || by.is_none() || of == by {
            return of;
        }
        match self.origin(of) {
            None => self.derived([by]),
            // Who looks for pieces finds them.
            Some(Origin::Pieces(pieces)) => {
                let mut pieces = pieces.clone();
                for piece in &mut pieces {
                    piece.origin = self.add(Origin::Chosen { of: piece.origin, by });
                }
                self.add(Origin::Pieces(pieces))
            }
            Some(_) => self.add(Origin::Chosen { of, by }),
        }
    }

    /// What decides whether something happens in a frame: the conditions and
    /// lists around it, up to the template that it stands in.
    pub fn deciders(&mut self, frame: FrameId) -> OriginId {
        let mut inputs = Vec::new();
        let mut frame = frame;
        while let Some(it) = self.frame_of(frame) {
            match it.kind {
                FrameKind::If | FrameKind::With | FrameKind::Range => inputs.push(it.input),
                FrameKind::Action => {}
                FrameKind::Include | FrameKind::Template | FrameKind::Tpl => break,
            }
            frame = it.parent;
        }
        if inputs.is_empty() { OriginId::NONE } else { self.derived(inputs) }
    }

    /// Opens a frame.
    pub fn frame(&mut self, frame: Frame) -> FrameId {
        if !self.is_on {
            return FrameId::ROOT;
        }
        self.frames.push(frame);
        FrameId(self.frames.len() as u32)
    }

    /// What is known of an origin.
    pub fn origin(&self, id: OriginId) -> Option<&Origin> {
        self.origins.get((id.0 as usize).checked_sub(1)?)
    }

    /// All origins with their names, in the order in which they were recorded.
    pub fn origins(&self) -> impl Iterator<Item = (OriginId, &Origin)> {
        (1..).map(OriginId).zip(&self.origins)
    }

    /// What is known of a frame; none for [`FrameId::ROOT`].
    pub fn frame_of(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get((id.0 as usize).checked_sub(1)?)
    }

    /// How many origins there are; ids are smaller or equal.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    fn add(&mut self, origin: Origin) -> OriginId {
        self.origins.push(origin);
        OriginId(self.origins.len() as u32)
    }
}

/// The pieces of a part of a text; with each that was cut, its first byte in the
/// whole piece.
fn cut(pieces: &[Piece], start: u32, end: u32) -> Vec<(Piece, Option<u32>)> {
    let mut at = 0;
    let mut found = Vec::new();
    for piece in pieces {
        let (first, last) = (at.max(start), (at + piece.length).min(end));
        if first < last {
            let is_whole = last - first == piece.length;
            found.push((Piece { length: last - first, ..*piece }, (!is_whole).then_some(first - at)));
        }
        at += piece.length;
        if at >= end {
            break;
        }
    }
    found
}
