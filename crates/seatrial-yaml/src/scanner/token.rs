//! What the scanner finds.

use crate::tree::Style;

/// A scalar's value or a name: a piece of the source or of the decoded text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) start: u32,
    pub(crate) len: u32,
    pub(crate) is_decoded: bool,
}

impl Text {
    pub(crate) fn source(start: usize, len: usize) -> Self {
        Self { start: start as u32, len: len as u32, is_decoded: false }
    }

    pub(crate) fn decoded(start: usize, len: usize) -> Self {
        Self { start: start as u32, len: len as u32, is_decoded: true }
    }

    pub(crate) fn of<'a>(self, source: &'a str, decoded: &'a str) -> &'a str {
        let range = self.start as usize..(self.start + self.len) as usize;
        if self.is_decoded { &decoded[range] } else { &source[range] }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    StreamEnd,
    /// `%YAML` or `%TAG`; `text.start` is an index into the scanner's directives.
    Directive,
    DocumentStart,
    DocumentEnd,
    /// `text.start` is the column.
    BlockSequenceStart,
    /// `text.start` is the column.
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    /// `text.start` is an index into the scanner's tags.
    Tag,
    Scalar,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) style: Style,
    /// Block scalars: columns of the block around them, see `NodeData::detail`.
    pub(crate) detail: u16,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: Text,
}

impl Token {
    pub(crate) fn new(kind: TokenKind, start: usize, end: usize) -> Self {
        Self {
            kind,
            style: Style::Plain,
            detail: 0,
            start: start as u32,
            end: end as u32,
            text: Text::default(),
        }
    }

    pub(crate) fn with_text(mut self, text: Text) -> Self {
        self.text = text;
        self
    }

    pub(crate) fn with_number(self, number: usize) -> Self {
        self.with_text(Text::source(number, 0))
    }

    pub(crate) fn scalar(style: Style, start: usize, end: usize, text: Text) -> Self {
        Self { style, ..Self::new(TokenKind::Scalar, start, end) }.with_text(text)
    }
}

/// A tag as written, handle and rest apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawTag {
    pub(crate) handle: String,
    pub(crate) suffix: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Directive {
    Version { major: u8, minor: u8 },
    Tag { handle: String, prefix: String },
}
