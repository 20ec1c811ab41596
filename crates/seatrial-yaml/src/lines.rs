//! Documents that are written plainly, read line by line and without tokens:
//! blocks of scalars that end in their line, texts in quotes, block scalars,
//! and brackets that are closed where they are opened. What is not surely of
//! that form, and whatever might be wrong, is left to the scanner.

use crate::compose::Composer;
use crate::events::{Event, EventKind};
use crate::scanner::source::{BLANK_OR_END, COLON, Cursor, FLOW, Source};
use crate::tree::{Shape, Style};

/// Keys that are longer may be none.
const KEY_MAX: usize = 1000;
/// Brackets that are followed into each other.
const FLOW_DEPTH_MAX: usize = 8;

/// Reads documents from a line on that begins the text or has a `---`. Returns
/// where the first one begins that is not plain.
pub(crate) fn read(composer: &mut Composer<'_>, mut at: usize, depth: usize) -> usize {
    let source = composer.source();
    if !source.has_short_breaks() {
        return at;
    }
    let mut open = Vec::new();
    while !source.is_end(at) {
        let mark = composer.mark();
        let lines = Lines { composer, source: source.clone(), at, open: &mut open, unset: None, depth };
        let Some(end) = lines.document() else {
            composer.forget_since(mark);
            break;
        };
        at = end;
    }
    at
}

/// A block collection that is open.
#[derive(Clone, Copy)]
struct Block {
    shape: Shape,
    column: usize,
}

/// A scalar that was seen and is no node yet.
#[derive(Clone, Copy)]
enum Scalar {
    Plain { start: usize, end: usize },
    Quoted(Event),
}

impl Scalar {
    fn end(&self) -> usize {
        match *self {
            Scalar::Plain { end, .. } => end,
            Scalar::Quoted(event) => event.end as usize,
        }
    }
}

/// One document. A step returns nothing where it is not plain.
struct Lines<'l, 'c, 't> {
    composer: &'c mut Composer<'t>,
    source: Source<'t>,
    /// The start of the line.
    at: usize,
    open: &'l mut Vec<Block>,
    /// Where the last key or dash ends, as long as it has no value.
    unset: Option<usize>,
    depth: usize,
}

impl Lines<'_, '_, '_> {
    /// Reads up to the next document; returns where that begins.
    fn document(mut self) -> Option<usize> {
        self.open.clear();
        let mut has_begun = false;
        while !self.source.is_end(self.at) {
            let start = self.source.skip(self.at, b' ');
            if matches!(self.source.byte(start), b'\n' | b'#' | 0) {
                self.at = self.line_end(start)?;
            } else if self.source.is_document_marker(Cursor { at: start, line: self.at }) {
                if self.source.byte(start) != b'-' {
                    return None;
                }
                if has_begun {
                    break;
                }
                has_begun = true;
                self.composer.begin_document(start as u32);
                self.unset = Some(start + 3);
                self.at = self.line_end(start + 3)?;
            } else {
                if !has_begun {
                    has_begun = true;
                    self.composer.begin_document(start as u32);
                }
                self.line(start)?;
            }
        }
        self.set_empty();
        while self.open.pop().is_some() {
            self.composer.end_collection(0);
        }
        (has_begun && self.composer.end_plain_document()).then_some(self.at)
    }

    fn line(&mut self, start: usize) -> Option<()> {
        let is_item = self.is_dash(start);
        self.find_block(start, is_item)?;
        if is_item { self.item(start) } else { self.entry(start) }
    }

    fn is_dash(&self, at: usize) -> bool {
        self.source.byte(at) == b'-' && self.source.is(at + 1, BLANK_OR_END)
    }

    /// Closes what ended and opens what begins, so that the innermost block is
    /// the line's.
    fn find_block(&mut self, start: usize, is_item: bool) -> Option<()> {
        let column = start - self.at;
        let shape = if is_item { Shape::Sequence } else { Shape::Mapping };
        let Some(top) = self.open.last() else { return self.begin(shape, start) };
        if self.unset.is_some() {
            // A list may stand at the column of the key that it is the value of.
            let is_beside = column == top.column && is_item && top.shape == Shape::Mapping;
            if column > top.column || is_beside {
                return self.begin(shape, start);
            }
            self.set_empty();
        }
        while self.open.last()?.column > column {
            self.close();
        }
        if self.open.last()?.shape == Shape::Sequence && !is_item {
            self.close();
        }
        let top = self.open.last()?;
        (top.column == column && top.shape == shape).then_some(())
    }

    fn begin(&mut self, shape: Shape, start: usize) -> Option<()> {
        if self.open.len() >= self.depth {
            return None;
        }
        self.unset = None;
        self.open.push(Block { shape, column: start - self.at });
        self.composer.begin_collection(shape, Style::Block, start);
        Some(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.composer.end_collection(0);
    }

    /// Gives the last key or dash the value of one that is left out.
    fn set_empty(&mut self) {
        if let Some(at) = self.unset.take() {
            self.composer.scalar(Event::new(EventKind::Scalar, at as u32, at as u32));
        }
    }

    /// What stands behind a dash: nothing, another dash, an entry or a value.
    fn item(&mut self, mut dash: usize) -> Option<()> {
        loop {
            self.unset = Some(dash + 1);
            let start = self.source.skip(dash + 1, b' ');
            match self.source.byte(start) {
                b'\n' | b'#' | 0 => {
                    self.at = self.line_end(start)?;
                    return Some(());
                }
                b'-' if self.is_dash(start) => {
                    self.begin(Shape::Sequence, start)?;
                    dash = start;
                }
                b'[' | b'{' | b'|' | b'>' => return self.value(start),
                _ => {
                    let scalar = self.scalar(start, false)?;
                    if !self.is_colon(scalar.end()) {
                        return self.set(scalar);
                    }
                    self.begin(Shape::Mapping, start)?;
                    return self.value_of(scalar);
                }
            }
        }
    }

    fn entry(&mut self, start: usize) -> Option<()> {
        let key = self.scalar(start, false)?;
        if self.is_colon(key.end()) { self.value_of(key) } else { None }
    }

    /// Whether a colon stands there that ends a key.
    fn is_colon(&self, at: usize) -> bool {
        self.source.byte(at) == b':' && self.source.is(at + 1, BLANK_OR_END)
    }

    fn value_of(&mut self, key: Scalar) -> Option<()> {
        self.add_key(key)?;
        let colon = key.end();
        let start = self.source.skip(colon + 1, b' ');
        if matches!(self.source.byte(start), b'\n' | b'#' | 0) {
            self.unset = Some(colon + 1);
            self.at = self.line_end(start)?;
            return Some(());
        }
        self.value(start)
    }

    fn add_key(&mut self, key: Scalar) -> Option<()> {
        let is_key = match key {
            Scalar::Plain { start, end } => end - start <= KEY_MAX,
            Scalar::Quoted(it) => {
                let end = it.end as usize;
                end - it.start as usize <= KEY_MAX && self.source.line_end(it.start as usize) >= end
            }
        };
        self.add(key);
        is_key.then_some(())
    }

    fn add(&mut self, scalar: Scalar) {
        match scalar {
            Scalar::Plain { start, end } => self.composer.plain_scalar(start, end),
            Scalar::Quoted(event) => self.composer.scalar(event),
        }
    }

    /// A value that begins here. Only a new line may follow.
    fn value(&mut self, start: usize) -> Option<()> {
        self.unset = None;
        match self.source.byte(start) {
            b'[' | b'{' => {
                let end = self.brackets(start, self.depth.min(FLOW_DEPTH_MAX))?;
                self.at = self.line_end(end)?;
                Some(())
            }
            b'|' | b'>' => {
                let around = self.open.last()?.column;
                let (scalar, end) =
                    self.composer.block_scalar(Cursor { at: start, line: self.at }, around)?;
                self.composer.scalar(scalar);
                self.at = if self.source.is_end(end.at) { end.at } else { end.line };
                Some(())
            }
            _ => {
                let scalar = self.scalar(start, false)?;
                self.set(scalar)
            }
        }
    }

    fn set(&mut self, scalar: Scalar) -> Option<()> {
        self.unset = None;
        self.add(scalar);
        self.at = self.line_end(scalar.end())?;
        Some(())
    }

    /// A scalar in quotes or one that ends in this line.
    fn scalar(&mut self, start: usize, in_flow: bool) -> Option<Scalar> {
        if matches!(self.source.byte(start), b'"' | b'\'') {
            let (scalar, end) = self.composer.quoted(Cursor { at: start, line: self.at })?;
            return (!in_flow || end.line == self.at).then_some(Scalar::Quoted(scalar));
        }
        self.plain_end(start, in_flow).map(|end| Scalar::Plain { start, end })
    }

    fn plain_end(&self, start: usize, in_flow: bool) -> Option<usize> {
        let stops = BLANK_OR_END | COLON | if in_flow { FLOW } else { 0 };
        let may_start = match self.source.byte(start) {
            b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' => false,
            b'-' => !self.source.is(start + 1, BLANK_OR_END),
            b'?' | b':' => !in_flow && !self.source.is(start + 1, BLANK_OR_END),
            _ => !self.source.is(start, BLANK_OR_END | FLOW),
        };
        if !may_start {
            return None;
        }
        let mut at = start;
        loop {
            let end = self.source.find(at, stops);
            if self.source.byte(end) == b':' {
                if self.source.is(end + 1, BLANK_OR_END) {
                    return (end > at).then_some(end);
                }
                at = end + 1;
                continue;
            }
            let next = self.source.skip(end, b' ');
            match self.source.byte(next) {
                b'\n' | 0 => return Some(end),
                b'#' if next > end => return Some(end),
                b'\r' | b'\t' => return None,
                _ if in_flow && self.source.is(next, FLOW) => return Some(end),
                _ => at = next,
            }
        }
    }

    /// A list or mapping in brackets that ends in this line; returns its end.
    fn brackets(&mut self, start: usize, depth: usize) -> Option<usize> {
        let depth = depth.checked_sub(1)?;
        let is_mapping = self.source.byte(start) == b'{';
        let (shape, closing) = if is_mapping { (Shape::Mapping, b'}') } else { (Shape::Sequence, b']') };
        self.composer.begin_collection(shape, Style::Flow, start);
        let mut at = self.source.skip(start + 1, b' ');
        while self.source.byte(at) != closing {
            if is_mapping {
                at = self.flow_key(at)?;
            }
            at = match self.source.byte(at) {
                b'[' | b'{' => self.brackets(at, depth)?,
                _ => {
                    let scalar = self.scalar(at, true)?;
                    self.add(scalar);
                    scalar.end()
                }
            };
            at = self.source.skip(at, b' ');
            match self.source.byte(at) {
                b',' => at = self.source.skip(at + 1, b' '),
                byte if byte == closing => break,
                _ => return None,
            }
        }
        self.composer.end_collection(at as u32 + 1);
        Some(at + 1)
    }

    /// A key in brackets with its colon; returns where the value begins.
    fn flow_key(&mut self, start: usize) -> Option<usize> {
        let key = self.scalar(start, true)?;
        self.add_key(key)?;
        let end = key.end();
        (self.source.byte(end) == b':').then(|| self.source.skip(end + 1, b' '))
    }

    /// The start of the next line, if nothing but a comment stands before it.
    fn line_end(&mut self, at: usize) -> Option<usize> {
        let mut end = self.source.skip(at, b' ');
        if self.source.byte(end) == b'#' && (end == self.at || self.source.byte(end - 1) == b' ') {
            let start = end;
            end = self.source.line_end(start);
            self.composer.comment(start, end);
        }
        match self.source.byte(end) {
            b'\n' => Some(end + 1),
            0 => Some(end),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
