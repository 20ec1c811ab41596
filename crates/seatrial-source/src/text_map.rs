//! Text that a program made, and the spans its pieces came from.

use crate::Span;

/// Where one piece of made text came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOrigin {
    /// The source bytes.
    pub span: Span,
    /// Whether the piece equals those bytes one to one, so that an offset
    /// inside it has a place inside the span.
    pub verbatim: bool,
}

/// Maps offsets of a made text to origins. Pieces are added in order and do
/// not overlap; text between them has no origin.
#[derive(Clone, Debug, Default)]
pub struct TextMap {
    pieces: Vec<(u32, u32, TextOrigin)>,
}

impl TextMap {
    /// A map without pieces.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that `start..end` of the made text came from `origin`. Pieces
    /// arrive in the order of their offsets.
    pub fn push(&mut self, start: u32, end: u32, origin: TextOrigin) {
        debug_assert!(self.pieces.last().is_none_or(|&(_, last, _)| last <= start));
        if start < end {
            self.pieces.push((start, end, origin));
        }
    }

    /// The origins of every piece that touches `start..end`, in order.
    pub fn origins(&self, start: u32, end: u32) -> impl Iterator<Item = &TextOrigin> {
        let first = self.pieces.partition_point(|&(_, piece_end, _)| piece_end <= start);
        self.pieces[first..]
            .iter()
            .take_while(move |&&(piece_start, ..)| piece_start < end)
            .map(|(.., origin)| origin)
    }

    /// The source bytes of `start..end` when all of it lies in one verbatim piece.
    pub fn exact(&self, start: u32, end: u32) -> Option<Span> {
        let at = self.pieces.partition_point(|&(_, piece_end, _)| piece_end <= start);
        let (piece_start, piece_end, origin) = self.pieces.get(at)?;
        if !origin.verbatim || start < *piece_start || end > *piece_end {
            return None;
        }
        let shift = start - piece_start;
        let from = origin.span.start + shift;
        Some(Span::new(origin.span.file, from, from + (end - start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    #[test]
    fn a_range_inside_a_verbatim_piece_is_exact() {
        let template = FileId(0);
        let values = FileId(1);
        let mut map = TextMap::new();
        map.push(0, 7, TextOrigin { span: Span::new(template, 10, 17), verbatim: true });
        map.push(7, 10, TextOrigin { span: Span::new(values, 3, 4), verbatim: false });
        assert_eq!(map.exact(2, 5), Some(Span::new(template, 12, 15)));
        assert_eq!(map.exact(5, 8), None);
        assert_eq!(map.exact(8, 9), None);
        assert_eq!(map.origins(6, 8).count(), 2);
        assert_eq!(map.origins(10, 12).count(), 0);
    }
}
