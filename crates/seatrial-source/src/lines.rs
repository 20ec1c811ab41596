//! From byte offsets to lines and columns, and back.

/// A place in a text as people and editors count: both start at 1, columns
/// count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Where each line of a text starts. Lines end at LF, CR LF or a lone CR, as
/// YAML counts them.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, &byte) in bytes.iter().enumerate() {
            let ends = byte == b'\n' || (byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n'));
            if ends {
                starts.push(offset as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The line, from 1, that holds a byte.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// Line and column of a byte offset into the text that was indexed.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let before = text.as_bytes().get(start..offset as usize).unwrap_or_default();
        // Continuation bytes of UTF-8 do not start a character.
        let characters = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        Position { line, column: characters as u32 + 1 }
    }

    /// How many lines there are; a text that ends in a line break has an empty last one.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The first byte of a line (from 1), or none past the end.
    pub fn start(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_line_breaks_count() {
        let text = "a\nb\r\nc\rd";
        let index = LineIndex::new(text);
        assert_eq!(index.count(), 4);
        assert_eq!(index.position(text, 2), Position { line: 2, column: 1 });
        assert_eq!(index.position(text, 5), Position { line: 3, column: 1 });
        assert_eq!(index.position(text, 7), Position { line: 4, column: 1 });
    }

    #[test]
    fn an_offset_past_the_end_is_on_the_last_line() {
        let index = LineIndex::new("a\n");
        assert_eq!(index.line(99), 2);
        assert_eq!(index.start(3), None);
    }
}
