//! The emitter: one call for each scalar and each end of a collection.
//! Rules of `emitterc.go` in go.yaml.in/yaml v2.4.5 and v3.0.6.

use std::fmt;

use crate::scanner::source::forbidden_characters;
use crate::{Style, numbers};

use super::analysis::{Analysis, Place};
use super::options::EmitOptions;
use super::output::{Indicator, Output};
use super::{strings, tree};

/// A longer key stands behind a `?`.
const SIMPLE_KEY_BYTES_MAX: usize = 128;

/// Prints documents piece by piece. In a mapping, keys and values take turns.
///
/// ```
/// use seatrial_yaml::Dialect;
/// use seatrial_yaml::emit::{EmitOptions, Emitter};
///
/// let mut emitter = Emitter::new(String::new(), &EmitOptions::new(Dialect::GoYaml3).indent(2));
/// emitter.begin_mapping()?;
/// emitter.str("ports")?;
/// emitter.begin_sequence()?;
/// emitter.int(80)?;
/// emitter.end()?;
/// emitter.end()?;
/// assert_eq!(emitter.finish()?, "ports:\n  - 80\n");
/// # Ok::<(), std::fmt::Error>(())
/// ```
pub struct Emitter<W> {
    out: Output<W>,
    options: EmitOptions,
    open: Vec<Collection>,
    /// A collection that began; how it is written depends on what comes next.
    begun: Option<Shape>,
    documents: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    BlockSequence,
    BlockMapping,
    FlowSequence,
    FlowMapping,
}

/// A collection whose end was not written.
struct Collection {
    shape: Shape,
    next: Next,
    /// Nothing is in it yet.
    is_first: bool,
    indent_around: Option<usize>,
}

/// What a collection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Item,
    Key,
    /// Of a key on the same line.
    Value,
    /// Of a key behind a `?`.
    ValueOfLongKey,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Around {
    in_mapping: bool,
    is_simple_key: bool,
}

impl<W: fmt::Write> Emitter<W> {
    /// An emitter that has written nothing.
    pub fn new(out: W, options: &EmitOptions) -> Self {
        Self {
            out: Output::new(out, options),
            options: *options,
            open: Vec::new(),
            begun: None,
            documents: 0,
        }
    }

    /// Begins a mapping; an empty one becomes `{}`.
    pub fn begin_mapping(&mut self) -> fmt::Result {
        self.begin(Shape::BlockMapping)
    }

    /// Begins a sequence; an empty one becomes `[]`.
    pub fn begin_sequence(&mut self) -> fmt::Result {
        self.begin(Shape::BlockSequence)
    }

    /// Begins a mapping in braces.
    pub fn begin_flow_mapping(&mut self) -> fmt::Result {
        self.begin(Shape::FlowMapping)
    }

    /// Begins a sequence in brackets.
    pub fn begin_flow_sequence(&mut self) -> fmt::Result {
        self.begin(Shape::FlowSequence)
    }

    /// Ends the innermost collection, and with the outermost the document.
    ///
    /// # Panics
    /// If none is open, or if a key still waits for its value.
    pub fn end(&mut self) -> fmt::Result {
        if let Some(shape) = self.begun.take() {
            self.empty(shape)?;
        } else {
            let collection = self.open.pop().expect("every end belongs to a begin");
            assert!(matches!(collection.next, Next::Item | Next::Key), "every key has a value");
            self.out.indent = collection.indent_around;
            match collection.shape {
                Shape::FlowSequence => self.out.indicator("]", Indicator::Token)?,
                Shape::FlowMapping => self.out.indicator("}", Indicator::Token)?,
                Shape::BlockSequence | Shape::BlockMapping => {}
            }
        }
        self.end_node()
    }

    /// `null`
    pub fn null(&mut self) -> fmt::Result {
        self.scalar("null", Style::Plain)
    }

    /// `true` or `false`
    pub fn bool(&mut self, value: bool) -> fmt::Result {
        self.scalar(if value { "true" } else { "false" }, Style::Plain)
    }

    /// A whole number.
    pub fn int(&mut self, value: i64) -> fmt::Result {
        self.scalar(&value.to_string(), Style::Plain)
    }

    /// A whole number above `i64::MAX`.
    pub fn uint(&mut self, value: u64) -> fmt::Result {
        self.scalar(&value.to_string(), Style::Plain)
    }

    /// A number; from a million on with an exponent, and without a point where
    /// it is whole.
    pub fn float(&mut self, value: f64) -> fmt::Result {
        self.scalar(&numbers::yaml_float(value), Style::Plain)
    }

    /// A string, with quotes or as a block scalar where it needs them.
    pub fn str(&mut self, text: &str) -> fmt::Result {
        self.scalar(text, strings::style(text, self.options.dialect()))
    }

    /// A scalar in this style, or the nearest one that the library allows for
    /// the text where it stands. Whether a plain text means what it should is
    /// left to the caller. The libraries do not read every block scalar back
    /// that they write: not one of v3 whose text starts with a tab, nor, with
    /// an indent other than 2, one in a sequence that starts with a space or a
    /// break; [`Style::Folded`] may lose breaks. Quotes keep every text.
    pub fn scalar(&mut self, text: &str, style: Style) -> fmt::Result {
        self.open_begun()?;
        let analysis = Analysis::of(text, self.options.is_v3());
        let fits = !analysis.is_multiline && text.len() <= SIMPLE_KEY_BYTES_MAX;
        let around = self.before_node(fits)?;
        let place = Place { in_flow: self.in_flow(), is_simple_key: around.is_simple_key };
        let indent = self.out.indent;
        self.out.indent = Some(self.deeper(true, false, false));
        let level_columns = self.options.level_columns();
        let may_fold = !around.is_simple_key;
        match analysis.style(style, text.is_empty(), place) {
            Style::SingleQuoted => self.out.single_quoted(text, may_fold)?,
            Style::DoubleQuoted => self.out.double_quoted(text, may_fold)?,
            Style::Literal => self.out.literal(text, level_columns)?,
            Style::Folded => self.out.folded(text, level_columns)?,
            Style::Plain | Style::Block | Style::Flow => self.out.plain(text, may_fold)?,
        }
        self.out.indent = indent;
        self.end_node()
    }

    /// A number as `sigs.k8s.io/yaml` prints it, which knows it by its JSON:
    /// whole numbers without exponent up to 1e21.
    pub fn json_float(&mut self, value: f64) -> fmt::Result {
        if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
            return self.int(value as i64);
        }
        let options = self.options;
        tree::float(value, &options, self)
    }

    /// A string as `sigs.k8s.io/yaml` prints it, which knows it by its JSON. An
    /// error where that JSON has characters that YAML forbids.
    pub fn json_str(&mut self, text: &str) -> fmt::Result {
        if !text.is_ascii() || memchr::memchr(0x7F, text.as_bytes()).is_some() {
            let is_refused = |&at: &usize| text.as_bytes()[at] >= 0x7F;
            if forbidden_characters(text, usize::MAX).iter().any(is_refused) {
                return Err(fmt::Error);
            }
            return self.str(&tree::by_way_of_json(text, &self.options));
        }
        self.str(text)
    }

    /// What is written to.
    pub fn sink_mut(&mut self) -> &mut W {
        self.out.sink_mut()
    }

    /// What was written to, once the last document has ended.
    ///
    /// # Panics
    /// If a collection is open.
    pub fn finish(self) -> Result<W, fmt::Error> {
        assert!(self.open.is_empty() && self.begun.is_none(), "every begin has an end");
        Ok(self.out.into_sink())
    }

    fn begin(&mut self, shape: Shape) -> fmt::Result {
        self.open_begun()?;
        self.begun = Some(shape);
        Ok(())
    }

    /// Opens the collection that began, as something comes into it.
    fn open_begun(&mut self) -> fmt::Result {
        let Some(asked) = self.begun.take() else { return Ok(()) };
        let around = self.before_node(false)?;
        let shape = if self.in_flow() { asked.in_flow() } else { asked };
        let indent_around = self.out.indent;
        let inner = match shape {
            Shape::FlowSequence | Shape::FlowMapping => {
                self.out.separate()?;
                self.out.indicator(shape.brackets().0, Indicator::Opening)?;
                self.deeper(true, false, false)
            }
            Shape::BlockSequence => self.sequence_indent(around),
            Shape::BlockMapping => self.deeper(false, false, false),
        };
        self.out.indent = Some(inner);
        let next = if shape.is_mapping() { Next::Key } else { Next::Item };
        self.open.push(Collection { shape, next, is_first: true, indent_around });
        Ok(())
    }

    fn empty(&mut self, shape: Shape) -> fmt::Result {
        self.before_node(true)?;
        let (opening, closing) = shape.brackets();
        self.out.separate()?;
        self.out.indicator(opening, Indicator::Opening)?;
        self.out.indicator(closing, Indicator::Token)
    }

    /// v2 leaves a sequence where its key stands, v3 has an option for it.
    fn sequence_indent(&self, around: Around) -> usize {
        let below_key = around.in_mapping && !self.out.in_indention;
        if !self.options.is_v3() {
            return self.deeper(false, below_key, false);
        }
        let at_start = around.in_mapping && self.out.column == 0;
        self.deeper(false, false, (below_key || at_start) && self.options.has_compact_sequences())
    }

    /// The indentation one level down from here.
    fn deeper(&self, is_flow: bool, indentless: bool, is_compact: bool) -> usize {
        let columns = self.options.level_columns();
        let Some(indent) = self.out.indent else { return if is_flow { columns } else { 0 } };
        if indentless {
            return indent;
        }
        if !self.options.is_v3() {
            return indent + columns;
        }
        // v3 passes over the dash, and else keeps to multiples.
        if self.open.last().is_some_and(|around| around.shape == Shape::BlockSequence) {
            return indent + 2;
        }
        let multiple = columns * ((indent + columns) / columns);
        if is_compact { multiple - 2 } else { multiple }
    }

    fn in_flow(&self) -> bool {
        self.open.last().is_some_and(|around| around.shape.is_flow())
    }

    /// Writes what stands before a node, and moves its collection on.
    fn before_node(&mut self, fits_simple_key: bool) -> Result<Around, fmt::Error> {
        let Some(collection) = self.open.last_mut() else {
            self.begin_document()?;
            return Ok(Around { in_mapping: false, is_simple_key: false });
        };
        let (shape, now) = (collection.shape, collection.next);
        let is_first = std::mem::take(&mut collection.is_first);
        let is_simple_key = now == Next::Key && fits_simple_key;
        collection.next = match now {
            Next::Item => Next::Item,
            Next::Key if is_simple_key => Next::Value,
            Next::Key => Next::ValueOfLongKey,
            Next::Value | Next::ValueOfLongKey => Next::Key,
        };
        if shape.is_flow() {
            self.before_in_flow(now, is_first, is_simple_key)?;
        } else {
            self.before_in_block(now, is_simple_key)?;
        }
        Ok(Around { in_mapping: shape.is_mapping(), is_simple_key })
    }

    fn before_in_block(&mut self, now: Next, is_simple_key: bool) -> fmt::Result {
        let indicator = match now {
            Next::Value => return self.out.indicator(":", Indicator::Token),
            Next::Item => "-",
            Next::Key if is_simple_key => return self.out.indentation(),
            Next::Key => "?",
            Next::ValueOfLongKey => ":",
        };
        self.out.indentation()?;
        self.out.separate()?;
        self.out.indicator(indicator, Indicator::Block)
    }

    fn before_in_flow(&mut self, now: Next, is_first: bool, is_simple_key: bool) -> fmt::Result {
        if now == Next::Value {
            return self.out.indicator(":", Indicator::Token);
        }
        if matches!(now, Next::Item | Next::Key) && !is_first {
            self.out.indicator(",", Indicator::Token)?;
        }
        // v3 looks at this before it looks at the width.
        let at_start = self.options.is_v3() && self.out.column == 0 && now != Next::ValueOfLongKey;
        if at_start || self.out.column > self.out.fold_column {
            self.out.indentation()?;
        }
        let indicator = match now {
            Next::Key if !is_simple_key => "?",
            Next::ValueOfLongKey => ":",
            _ => return Ok(()),
        };
        self.out.separate()?;
        self.out.indicator(indicator, Indicator::Token)
    }

    fn begin_document(&mut self) -> fmt::Result {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        self.out.indentation()?;
        self.out.separate()?;
        self.out.indicator("---", Indicator::Token)?;
        if self.options.is_v3() { self.out.indentation() } else { Ok(()) }
    }

    fn end_node(&mut self) -> fmt::Result {
        if self.open.is_empty() { self.out.indentation() } else { Ok(()) }
    }
}

impl Shape {
    fn is_flow(self) -> bool {
        matches!(self, Shape::FlowSequence | Shape::FlowMapping)
    }

    fn is_mapping(self) -> bool {
        matches!(self, Shape::BlockMapping | Shape::FlowMapping)
    }

    fn in_flow(self) -> Self {
        if self.is_mapping() { Shape::FlowMapping } else { Shape::FlowSequence }
    }

    fn brackets(self) -> (&'static str, &'static str) {
        if self.is_mapping() { ("{", "}") } else { ("[", "]") }
    }
}
