//! Texts that were made of parts of an object: an Application that a set fills
//! in, an argument of Helm. Nobody sees them; each part knows where it was
//! written.

use rustc_hash::FxHashMap;
use seatrial_source::{FileId, Span, TextMap, TextOrigin};

/// The texts, with where their parts were written.
#[derive(Debug, Default)]
pub(crate) struct Generated {
    texts: FxHashMap<FileId, (TextMap, Span)>,
}

impl Generated {
    /// Takes in a text; what has no place of its own in the map stands for
    /// `whole`.
    pub(crate) fn add(&mut self, file: FileId, map: TextMap, whole: Span) {
        self.texts.insert(file, (map, whole));
    }

    /// Takes in a text of which all stands for one place.
    pub(crate) fn add_whole(&mut self, file: FileId, whole: Span) {
        self.add(file, TextMap::new(), whole);
    }

    /// Whether a text was made here.
    pub(crate) fn has_made(&self, file: FileId) -> bool {
        self.texts.contains_key(&file)
    }

    /// Where a part of such a text was written.
    pub(crate) fn written(&self, span: Span) -> Option<Span> {
        let (map, whole) = self.texts.get(&span.file)?;
        let end = span.end.max(span.start + 1);
        let mut origins = map.origins(span.start, end).map(|it: &TextOrigin| it.span);
        Some(map.exact(span.start, span.end).or_else(|| origins.next()).unwrap_or(*whole))
    }
}
