//! The text as it grows: column, indentation, and what the last letters were.
//! Rules of `emitterc.go` in go.yaml.in/yaml v2.4.5 and v3.0.6.

use std::fmt;

use super::options::EmitOptions;

/// What an indicator leaves behind it.
#[derive(Clone, Copy)]
pub(super) enum Indicator {
    /// A token like any other.
    Token,
    /// `[` or `{`: what follows needs no space.
    Opening,
    /// `-`, `?` or `:` of a block: the line counts as indentation still.
    Block,
}

pub(super) struct Output<W> {
    sink: W,
    /// In characters, from 0.
    pub(super) column: usize,
    /// None outside of every collection.
    pub(super) indent: Option<usize>,
    /// Nothing need separate what comes next from what stands here.
    pub(super) after_space: bool,
    /// Only indentation and block indicators stand on this line.
    pub(super) in_indention: bool,
    pub(super) fold_column: usize,
    is_v3: bool,
}

impl<W: fmt::Write> Output<W> {
    pub(super) fn new(sink: W, options: &EmitOptions) -> Self {
        Self {
            sink,
            column: 0,
            indent: None,
            after_space: true,
            in_indention: true,
            fold_column: options.fold_column(),
            is_v3: options.is_v3(),
        }
    }

    pub(super) fn into_sink(self) -> W {
        self.sink
    }

    pub(super) fn sink_mut(&mut self) -> &mut W {
        &mut self.sink
    }

    /// Text without a line break.
    pub(super) fn run(&mut self, text: &str) -> fmt::Result {
        self.column += text.chars().count();
        self.sink.write_str(text)
    }

    pub(super) fn letter(&mut self, letter: char) -> fmt::Result {
        self.column += 1;
        self.sink.write_char(letter)
    }

    /// A line break that is part of a value, or the end of a line.
    pub(super) fn line_break(&mut self, letter: char) -> fmt::Result {
        self.sink.write_char(letter)?;
        self.column = 0;
        self.in_indention = true;
        Ok(())
    }

    /// Goes to the indentation, on a new line unless this one has room.
    pub(super) fn indentation(&mut self) -> fmt::Result {
        const SPACES: &str = "                                ";
        let indent = self.indent.unwrap_or(0);
        if !self.in_indention || self.column > indent || (self.column == indent && !self.after_space) {
            self.line_break('\n')?;
        }
        while self.column < indent {
            let columns = SPACES.len().min(indent - self.column);
            self.sink.write_str(&SPACES[..columns])?;
            self.column += columns;
        }
        self.after_space = true;
        self.in_indention |= !self.is_v3;
        Ok(())
    }

    /// A space, unless one is not needed.
    pub(super) fn separate(&mut self) -> fmt::Result {
        if self.after_space { Ok(()) } else { self.letter(' ') }
    }

    /// An indicator; the caller separates it where that is needed.
    pub(super) fn indicator(&mut self, text: &str, kind: Indicator) -> fmt::Result {
        self.run(text)?;
        self.after_space = matches!(kind, Indicator::Opening);
        self.in_indention &= matches!(kind, Indicator::Block);
        Ok(())
    }

    /// Marks the end of a token.
    pub(super) fn end_token(&mut self) {
        self.after_space = false;
        self.in_indention = false;
    }
}
