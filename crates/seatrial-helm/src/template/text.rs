//! Texts put together from others: the bytes, and while tracing is on the
//! pieces they came from.

use super::function::{Call, Fault};
use super::runes::decode;
use super::trace::{FrameId, Origin, OriginId, Piece};
use super::value::Value;

/// A text in the making.
#[derive(Debug)]
pub(crate) struct Text {
    bytes: Vec<u8>,
    pieces: Option<Vec<Piece>>,
}

impl Text {
    /// An empty text.
    pub(crate) fn new(call: &mut dyn Call) -> Self {
        Self { bytes: Vec::new(), pieces: call.trace().is_on().then(Vec::new) }
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds text that nobody wrote.
    pub(crate) fn push_str(&mut self, text: &str) {
        self.push_bytes(text.as_bytes(), OriginId::NONE);
    }

    /// Adds bytes that came from one place.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8], origin: OriginId) {
        self.push_piece(bytes, origin, FrameId::ROOT);
    }

    /// Adds a whole string with its pieces.
    pub(crate) fn push_value(&mut self, call: &mut dyn Call, value: &Value) {
        if self.pieces.is_none() {
            self.bytes.extend_from_slice(value.as_str_bytes().unwrap_or_default());
            return;
        }
        let mut reader = Reader::new(call, value);
        reader.copy(call, reader.bytes.len(), self);
    }

    fn push_piece(&mut self, bytes: &[u8], origin: OriginId, frame: FrameId) {
        self.bytes.extend_from_slice(bytes);
        let Some(pieces) = &mut self.pieces else { return };
        let length = bytes.len() as u32;
        match pieces.last_mut() {
            // What nobody wrote might have been written there.
            _ if length == 0 && frame == FrameId::ROOT => {}
            // A value that is there twice stays two pieces: each is all of it.
            Some(last) if origin.is_none() && last.origin.is_none() && last.frame == frame => {
                last.length += length;
            }
            _ => pieces.push(Piece { length, origin, frame }),
        }
    }

    /// The string, paid for by its length and its pieces.
    pub(crate) fn finish(self, call: &mut dyn Call) -> Result<Value, Fault> {
        let pieces = self.pieces.as_ref().map_or(0, Vec::len);
        call.spend(self.bytes.len() as u64 + pieces as u64 * 64)?;
        let origin = match self.pieces {
            Some(pieces) if pieces.iter().any(|it| !it.origin.is_none()) => call.trace().pieces(pieces),
            _ => OriginId::NONE,
        };
        Ok(Value::bytes_as_str(self.bytes).with_origin(origin))
    }
}

/// A string read from its start, with the origins of what is read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// The whole string.
    pub(crate) bytes: &'a [u8],
    at: usize,
    pieces: Vec<Piece>,
    /// The piece that is next, and how much of it was read.
    piece: usize,
    used: usize,
}

impl<'a> Reader<'a> {
    /// A reader of a string; of nothing when the value is no string.
    pub(crate) fn new(call: &mut dyn Call, value: &'a Value) -> Self {
        let bytes = value.as_str_bytes().unwrap_or_default();
        Self { bytes, at: 0, pieces: pieces_of(call, value, bytes.len()), piece: 0, used: 0 }
    }

    /// What is still to be read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// How much was read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Adds the next bytes to a text.
    pub(crate) fn copy(&mut self, call: &mut dyn Call, length: usize, text: &mut Text) {
        let mut left = length.min(self.bytes.len() - self.at);
        if text.pieces.is_none() {
            text.bytes.extend_from_slice(&self.bytes[self.at..self.at + left]);
            self.at += left;
            return;
        }
        while left > 0 {
            let stretch = self.stretch(left);
            let bytes = &self.bytes[self.at..self.at + stretch.length];
            text.push_piece(bytes, stretch.origin(call), stretch.frame);
            self.advance(stretch.length);
            left -= stretch.length;
        }
    }

    /// Leaves the next bytes out.
    pub(crate) fn skip(&mut self, length: usize) {
        let mut left = length.min(self.bytes.len() - self.at);
        while left > 0 {
            let length = self.stretch(left).length;
            self.advance(length);
            left -= length;
        }
    }

    /// Adds other bytes in the place of the next ones: they came from where the
    /// first of these came from.
    pub(crate) fn replace(&mut self, call: &mut dyn Call, length: usize, with: &[u8], text: &mut Text) {
        let stretch = self.stretch(length);
        if text.pieces.is_some() {
            text.push_piece(with, stretch.origin(call), stretch.frame);
        } else {
            text.bytes.extend_from_slice(with);
        }
        self.skip(length);
    }

    /// How much of the next bytes lies in one piece, and which.
    fn stretch(&self, wanted: usize) -> Stretch {
        let Some(piece) = self.pieces.get(self.piece) else {
            return Stretch {
                length: wanted,
                piece: OriginId::NONE,
                frame: FrameId::ROOT,
                start: 0,
                is_whole: true,
            };
        };
        let length = wanted.min(piece.length as usize - self.used);
        let is_whole = length == piece.length as usize;
        Stretch { length, piece: piece.origin, frame: piece.frame, start: self.used as u32, is_whole }
    }

    fn advance(&mut self, length: usize) {
        self.at += length;
        self.used += length;
        if self.pieces.get(self.piece).is_some_and(|it| self.used >= it.length as usize) {
            self.piece += 1;
            self.used = 0;
        }
    }
}

/// A run of bytes within one piece.
struct Stretch {
    length: usize,
    piece: OriginId,
    frame: FrameId,
    /// Its first byte in the piece.
    start: u32,
    is_whole: bool,
}

impl Stretch {
    fn origin(&self, call: &mut dyn Call) -> OriginId {
        if self.is_whole {
            return self.piece;
        }
        call.trace().slice(self.piece, self.start, self.start + self.length as u32)
    }
}

fn pieces_of(call: &mut dyn Call, value: &Value, length: usize) -> Vec<Piece> {
    let trace = call.trace();
    if !trace.is_on() || value.origin.is_none() {
        return Vec::new();
    }
    match trace.origin(value.origin) {
        Some(Origin::Pieces(pieces)) => pieces.clone(),
        _ if length == 0 => Vec::new(),
        _ => vec![Piece { length: length as u32, origin: value.origin, frame: FrameId::ROOT }],
    }
}

/// A part of a string, with its origins.
pub(crate) fn slice(call: &mut dyn Call, value: &Value, start: usize, end: usize) -> Result<Value, Fault> {
    let bytes = value.as_str_bytes().unwrap_or_default();
    if start == 0 && end == bytes.len() {
        return Ok(value.clone());
    }
    let part = bytes.get(start..end).unwrap_or_default();
    call.spend(part.len() as u64)?;
    let origin = call.trace().slice(value.origin, start as u32, end as u32);
    Ok(Value::bytes_as_str(part.to_vec()).with_origin(origin))
}

/// A text of runes made from each rune of a string; each piece keeps its origin.
pub(crate) fn map_runes(
    call: &mut dyn Call,
    value: &Value,
    mut map: impl FnMut(char) -> char,
) -> Result<Value, Fault> {
    let mut reader = Reader::new(call, value);
    let mut text = Text::new(call);
    let mut mapped = String::new();
    while !reader.rest().is_empty() {
        let stretch = reader.stretch(reader.rest().len());
        let mut length = 0;
        mapped.clear();
        while length < stretch.length {
            let (rune, size) = decode(&reader.rest()[length..]);
            mapped.push(map(rune));
            length += size;
        }
        text.push_piece(mapped.as_bytes(), stretch.origin(call), stretch.frame);
        if length == 0 {
            // A piece may be empty, as a value that is; nothing else takes the reader past it.
            reader.advance(0);
        }
        reader.skip(length);
    }
    text.finish(call)
}
