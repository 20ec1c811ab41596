//! The files of one run: ids, texts, and spans into them.

use std::collections::hash_map::Entry;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::{LineIndex, Position, TreePath};

/// Names a file of a [`SourceMap`]; cheap to copy, ordered as files were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the offsets belong to.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// How many bytes the span covers.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it covers no byte at all: a place between two characters.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside this span, ends included.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The span as a range of indices into the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One file's path and text, with its line index made on first use.
#[derive(Debug)]
pub struct SourceFile {
    path: TreePath,
    text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Where the file is, relative to the top of the tree.
    pub fn path(&self) -> &TreePath {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Offsets to lines and columns.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// Every text of one run, by id and by path.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    by_path: FxHashMap<TreePath, FileId>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many texts.
    pub fn reserve(&mut self, files: usize) {
        self.files.reserve(files);
        self.by_path.reserve(files);
    }

    /// Adds a text; a path added before keeps its id and its first text.
    pub fn add(&mut self, path: TreePath, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        match self.by_path.entry(path.clone()) {
            Entry::Occupied(known) => return *known.get(),
            Entry::Vacant(place) => place.insert(id),
        };
        self.files.push(SourceFile { path, text, lines: OnceLock::new() });
        id
    }

    /// The file with this id. Ids come from this map, so the file exists.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file at a path, when it was read.
    pub fn find(&self, path: &TreePath) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The id the next added file will have.
    pub fn next_id(&self) -> FileId {
        FileId(self.files.len() as u32)
    }

    /// All ids in the order of their numbers.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        let text: &str = &self.file(span.file).text;
        text.get(span.range()).unwrap_or("")
    }

    /// Line and column of a span's two ends.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let file = self.file(span.file);
        let lines = file.lines();
        (lines.position(&file.text, span.start), lines.position(&file.text, span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_added_twice_keeps_its_id() {
        let mut sources = SourceMap::new();
        let first = sources.add(TreePath::new("a.yaml"), "one".into());
        let again = sources.add(TreePath::new("a.yaml"), "two".into());
        assert_eq!(first, again);
        assert_eq!(&**sources.file(first).text(), "one");
    }

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = SourceMap::new();
        let file = sources.add(TreePath::new("a.yaml"), "a: ä\nb: ö!\n".into());
        let (start, end) = sources.positions(Span::new(file, 9, 11));
        assert_eq!((start.line, start.column), (2, 4));
        assert_eq!((end.line, end.column), (2, 5));
        assert_eq!(sources.text(Span::new(file, 9, 11)), "ö");
    }
}
