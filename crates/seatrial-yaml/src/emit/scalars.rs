//! Scalars as text, one function a style. Rules of `emitterc.go` in
//! go.yaml.in/yaml v2.4.5 and v3.0.6, quirks included.

use std::fmt;

use super::analysis::{is_break, is_printable};
use super::output::{Indicator, Output};

/// Which spaces may become the end of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Never,
    LoneSpaces,
    /// The last of several spaces too.
    LastSpaces,
}

impl<W: fmt::Write> Output<W> {
    pub(super) fn plain(&mut self, text: &str, may_fold: bool) -> fmt::Result {
        self.separate()?;
        self.foldable(text, if may_fold { Fold::LoneSpaces } else { Fold::Never })?;
        self.end_token();
        Ok(())
    }

    /// Text without breaks. A space that stands behind the width, other letters
    /// around it, ends the line.
    fn foldable(&mut self, text: &str, fold: Fold) -> fmt::Result {
        if fold == Fold::Never || self.column.saturating_add(text.len()) <= self.fold_column {
            return self.run(text);
        }
        let bytes = text.as_bytes();
        let mut from = 0;
        for at in memchr::memchr_iter(b' ', bytes) {
            let is_inner = at > 0 && at + 1 < bytes.len();
            if !is_inner || bytes[at + 1] == b' ' || (fold == Fold::LoneSpaces && bytes[at - 1] == b' ') {
                continue;
            }
            self.run(&text[from..at])?;
            from = at;
            if self.column > self.fold_column {
                self.indentation()?;
                from = at + 1;
            }
        }
        self.run(&text[from..])
    }

    pub(super) fn single_quoted(&mut self, text: &str, may_fold: bool) -> fmt::Result {
        self.separate()?;
        self.indicator("'", Indicator::Token)?;
        let mut after_break = false;
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if is_break(letter) {
                if !after_break && letter == '\n' {
                    self.line_break('\n')?;
                }
                self.line_break(letter)?;
                after_break = true;
                rest = &rest[letter.len_utf8()..];
                continue;
            }
            if std::mem::take(&mut after_break) {
                self.indentation()?;
            }
            let (line, behind) = rest.split_at(rest.find(is_break).unwrap_or(rest.len()));
            self.single_quoted_line(line, may_fold)?;
            rest = behind;
        }
        self.indicator("'", Indicator::Token)
    }

    fn single_quoted_line(&mut self, line: &str, may_fold: bool) -> fmt::Result {
        self.in_indention = false;
        let fold = if may_fold { Fold::LoneSpaces } else { Fold::Never };
        if line.contains('\'') {
            return self.foldable(&line.replace('\'', "''"), fold);
        }
        self.foldable(line, fold)
    }

    pub(super) fn double_quoted(&mut self, text: &str, may_fold: bool) -> fmt::Result {
        self.separate()?;
        self.indicator("\"", Indicator::Token)?;
        // The libraries look for the mark at the start of the text, not here.
        let escape_all = text.starts_with('\u{FEFF}');
        let mut after_space = false;
        for (at, letter) in text.char_indices() {
            let is_space = letter == ' ' && !escape_all;
            let is_inner = at > 0 && at + 1 < text.len();
            if is_space && may_fold && !after_space && is_inner && self.column > self.fold_column {
                self.indentation()?;
                if text[at + 1..].starts_with(' ') {
                    self.letter('\\')?;
                }
            } else if escape_all || must_escape(letter) {
                self.escape(letter)?;
            } else {
                self.letter(letter)?;
            }
            after_space = is_space;
        }
        self.indicator("\"", Indicator::Token)
    }

    fn escape(&mut self, letter: char) -> fmt::Result {
        let short = match letter {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{B}' => 'v',
            '\u{C}' => 'f',
            '\r' => 'r',
            '\u{1B}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => return self.numeric_escape(u32::from(letter)),
        };
        self.letter('\\')?;
        self.letter(short)
    }

    fn numeric_escape(&mut self, code: u32) -> fmt::Result {
        let text = match code {
            0..=0xFF => format!("\\x{code:02X}"),
            0x100..=0xFFFF => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        self.run(&text)
    }

    pub(super) fn literal(&mut self, text: &str, level_columns: usize) -> fmt::Result {
        self.block_header("|", text, level_columns)?;
        let mut rest = text;
        while !rest.is_empty() {
            let (line, behind) = rest.split_at(rest.find(is_break).unwrap_or(rest.len()));
            if !line.is_empty() {
                self.indentation()?;
                self.run(line)?;
                self.in_indention = false;
            }
            rest = self.first_break(behind)?;
        }
        Ok(())
    }

    pub(super) fn folded(&mut self, text: &str, level_columns: usize) -> fmt::Result {
        self.block_header(">", text, level_columns)?;
        // To the libraries, what follows the breaks at the start of the whole
        // text decides whether a break further down is doubled.
        let first = text.trim_start_matches(is_break).chars().next();
        let may_double = !first.is_none_or(|letter| matches!(letter, ' ' | '\t' | '\0'));
        let mut after_text = false;
        let mut rest = text;
        while !rest.is_empty() {
            let (line, behind) = rest.split_at(rest.find(is_break).unwrap_or(rest.len()));
            if !line.is_empty() {
                self.indentation()?;
                self.foldable(line, Fold::LastSpaces)?;
                self.in_indention = false;
                after_text = !line.starts_with([' ', '\t']);
            }
            if after_text && may_double && behind.starts_with('\n') {
                self.line_break('\n')?;
            }
            after_text = false;
            rest = self.first_break(behind)?;
        }
        Ok(())
    }

    /// Writes the break that a text starts with, if any; gives what is behind.
    fn first_break<'a>(&mut self, text: &'a str) -> Result<&'a str, fmt::Error> {
        let Some(letter) = text.chars().next() else { return Ok(text) };
        self.line_break(letter)?;
        Ok(&text[letter.len_utf8()..])
    }

    /// `|2-` and its like, and the end of the line.
    fn block_header(&mut self, indicator: &str, text: &str, level_columns: usize) -> fmt::Result {
        self.separate()?;
        self.indicator(indicator, Indicator::Token)?;
        if text.starts_with(|letter| letter == ' ' || is_break(letter)) {
            self.run(&level_columns.to_string())?;
        }
        let mut from_end = text.chars().rev();
        match (from_end.next().is_some_and(is_break), from_end.next()) {
            (false, _) => self.run("-")?,
            (true, None) => self.run("+")?,
            (true, Some(letter)) if is_break(letter) => self.run("+")?,
            (true, Some(_)) => {}
        }
        self.line_break('\n')?;
        self.after_space = true;
        Ok(())
    }
}

fn must_escape(letter: char) -> bool {
    !is_printable(letter) || is_break(letter) || matches!(letter, '"' | '\\')
}
