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
    /// How many characters stand before every block of bytes: a line may be as
    /// long as the text, and have a finding at each of its words.
    before_blocks: Vec<u32>,
}

/// Bytes of a block.
const BLOCK: usize = 1024;

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for offset in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let ends = bytes[offset] == b'\n' || bytes.get(offset + 1) != Some(&b'\n');
            if ends {
                starts.push(offset as u32 + 1);
            }
        }
        let blocks = bytes.chunks(BLOCK).scan(0, |before, block| {
            let here = *before;
            *before += characters(block);
            Some(here)
        });
        Self { starts, before_blocks: blocks.collect() }
    }

    /// The line, from 1, that holds a byte.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// Line and column of a byte offset into the text that was indexed.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let bytes = text.as_bytes();
        let end = (offset as usize).min(bytes.len()).max(start);
        let before = if end - start <= BLOCK {
            characters(&bytes[start..end])
        } else {
            self.characters_before(bytes, end) - self.characters_before(bytes, start)
        };
        Position { line, column: before + 1 }
    }

    fn characters_before(&self, bytes: &[u8], offset: usize) -> u32 {
        let block = (offset / BLOCK).min(self.before_blocks.len().saturating_sub(1));
        let Some(before) = self.before_blocks.get(block) else { return 0 };
        before + characters(&bytes[block * BLOCK..offset])
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

/// Characters that start in these bytes; continuation bytes of UTF-8 do not
/// start one.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
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
    fn columns_of_a_long_line_count_characters() {
        let text = format!("{}\n{}", "é".repeat(700), "aé".repeat(3_000));
        let index = LineIndex::new(&text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let start = if offset > 1_400 { 1_401 } else { 0 };
            let column = text[start..offset].chars().count() as u32 + 1;
            assert_eq!(index.position(&text, offset as u32).column, column, "{offset}");
        }
    }

    #[test]
    fn an_offset_past_the_end_is_on_the_last_line() {
        let index = LineIndex::new("a\n");
        assert_eq!(index.line(99), 2);
        assert_eq!(index.position("a\n", 99), Position { line: 2, column: 1 });
        assert_eq!(LineIndex::new("").position("", 0), Position { line: 1, column: 1 });
        assert_eq!(index.start(3), None);
    }
}
