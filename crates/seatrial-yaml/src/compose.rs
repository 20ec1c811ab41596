//! From YAML's events to nodes: aliases, and what scalars mean.

use std::sync::Arc;

use crate::base64::decode_base64;
use rustc_hash::FxHashMap;

use crate::aliases::AliasCount;
use crate::builder::{self, Builder};
use crate::entries::MERGE_KEY;
use crate::events::{Event, EventKind, Parser};
use crate::lines;
use crate::resolve::{self, Meaning, Tag};
use crate::scanner::source::{Cursor, Source, forbidden_characters};
use crate::scanner::token::Text;
use crate::tree::{NodeData, NodeId, Shape, Style};
use crate::{Comment, Dialect, Limits, Problem, ProblemKind, Stream};

/// Reads a text in one of the YAML dialects.
pub(crate) fn compose(stream: Stream, limits: &Limits) -> Stream {
    let text = Arc::clone(&stream.text);
    Composer::new(stream, &text, limits).run(Some(limits.depth))
}

/// The same, but every document goes through the scanner.
#[cfg(test)]
pub(crate) fn compose_by_tokens(stream: Stream, limits: &Limits) -> Stream {
    let text = Arc::clone(&stream.text);
    Composer::new(stream, &text, limits).run(None)
}

pub(crate) struct Composer<'t> {
    parser: Parser<'t>,
    builder: Builder,
    dialect: Dialect,
    anchors: FxHashMap<&'t str, Anchored>,
    /// Anchors of collections that are open, and at which depth.
    open_anchors: Vec<(usize, &'t str)>,
    /// The aliases of the current document.
    aliases: Vec<NodeId>,
    alias_count: AliasCount,
}

/// How much there is of everything.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    built: builder::Mark,
    comments: usize,
}

/// What an anchor stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anchored {
    Node(NodeId),
    /// A collection that is still open, at this depth.
    Open(usize),
}

impl<'t> Composer<'t> {
    fn new(stream: Stream, text: &'t str, limits: &Limits) -> Self {
        let dialect = stream.dialect;
        Self {
            parser: Parser::new(text, dialect, limits),
            builder: Builder::new(stream, limits.nodes),
            dialect,
            anchors: FxHashMap::default(),
            open_anchors: Vec::new(),
            aliases: Vec::new(),
            alias_count: AliasCount::new(limits.alias_visits),
        }
    }

    /// With a depth, documents that are written plainly are read line by line.
    fn run(mut self, depth: Option<usize>) -> Stream {
        let mut in_document = false;
        if let Some(depth) = depth {
            self.read_lines(0, depth);
        }
        while let Some(event) = self.parser.next() {
            match event.kind {
                EventKind::DocumentStart => {
                    in_document = true;
                    self.begin_document(event.start);
                }
                EventKind::DocumentEnd => {
                    in_document = false;
                    self.end_document();
                    if let (Some(depth), Some(next)) = (depth, self.parser.document_ahead()) {
                        self.read_lines(next, depth);
                    }
                }
                EventKind::SequenceStart => self.begin(event, Shape::Sequence),
                EventKind::MappingStart => self.begin(event, Shape::Mapping),
                EventKind::SequenceEnd | EventKind::MappingEnd => self.end(event),
                EventKind::Scalar => self.scalar(event),
                EventKind::Alias => self.alias(event),
                EventKind::Problem if in_document => {
                    let problem = self.problem_of(event);
                    self.builder.problem(problem);
                }
                EventKind::Problem => self.problem_between_documents(event),
            }
            if self.builder.is_full() {
                self.give_up(event);
                break;
            }
        }
        self.finish()
    }

    /// Reads plain documents from a place on and lets the parser go on behind them.
    fn read_lines(&mut self, from: usize, depth: usize) {
        if from > 0 {
            // What was read ahead is not needed.
            self.parser.skip_to(from);
        }
        let end = lines::read(self, from, depth);
        if end > from {
            self.parser.skip_to(end);
        }
    }

    pub(crate) fn begin_document(&mut self, start: u32) {
        self.builder.begin_document(start);
        // v3 keeps anchors from one document to the next.
        if self.dialect != Dialect::GoYaml3 {
            self.anchors.clear();
        }
    }

    fn end_document(&mut self) {
        self.check_aliases();
        self.builder.end_document();
    }

    fn problem_of(&self, event: Event) -> Problem {
        let fault = self.parser.fault(event);
        let span = |(start, end): (usize, usize)| self.builder.stream.span(start as u32, end as u32);
        Problem::fatal(fault.kind, span(fault.at), fault.message.clone()).related(fault.related.map(span))
    }

    /// Text that no document owns is taken for a broken end of the last one.
    fn problem_between_documents(&mut self, event: Event) {
        let problem = self.problem_of(event);
        let stream = &mut self.builder.stream;
        match stream.documents.last_mut() {
            Some(document) => document.problems.push(problem),
            None => stream.problems.push(problem),
        }
    }

    /// Closes everything where the text has too many nodes.
    fn give_up(&mut self, event: Event) {
        while self.builder.depth() > 0 {
            self.builder.end(event.end);
        }
        if self.builder.stream.documents.is_empty() {
            self.builder.begin_document(event.start);
        }
        let span = self.builder.stream.span(event.start, event.end);
        let message = "the text has too many nodes; what follows was not read";
        self.builder.problem(Problem::fatal(ProblemKind::Size, span, message));
        self.end_document();
    }

    fn begin(&mut self, event: Event, shape: Shape) {
        if let Some(name) = self.parser.anchor(event) {
            let depth = self.builder.depth();
            self.anchors.insert(name, Anchored::Open(depth));
            self.open_anchors.push((depth, name));
        }
        self.builder.begin(shape, event.style, event.start);
    }

    fn end(&mut self, event: Event) {
        let Some(id) = self.builder.end(event.end) else { return };
        let depth = self.builder.depth();
        if let Some(&(_, name)) = self.open_anchors.last().filter(|(open, _)| *open == depth) {
            self.open_anchors.pop();
            // Unless an anchor of the same name came in between.
            if self.anchors.get(name) == Some(&Anchored::Open(depth)) {
                self.anchors.insert(name, Anchored::Node(id));
            }
        }
    }

    fn alias(&mut self, event: Event) {
        let name = self.parser.value(event);
        let data = NodeData::new(Shape::Alias, Style::Plain, event.start, event.end);
        let span = self.builder.stream.span(event.start, event.end);
        let problem = match self.anchors.get(name) {
            Some(&Anchored::Node(target)) => {
                let id = self.builder.add(data.with_run(target.0, 0));
                self.aliases.push(id);
                return;
            }
            Some(Anchored::Open(_)) => {
                let message = format!("the alias `*{name}` stands inside the value that it names");
                Problem::fatal(ProblemKind::RecursiveAlias, span, message)
            }
            None => {
                let message = format!("no anchor `&{name}` stands before this alias");
                Problem::fatal(ProblemKind::UndefinedAlias, span, message)
            }
        };
        self.builder.problem(problem);
        self.builder.add(NodeData { shape: Shape::Null, ..data });
    }

    fn check_aliases(&mut self) {
        let Some(&first) = self.aliases.first() else { return };
        if self.alias_count.is_excessive(&self.builder.stream, self.builder.root()) {
            let stream = &mut self.builder.stream;
            let data = *stream.data(first);
            // Without them, every walk over the document is as short as its text.
            for alias in &self.aliases {
                stream.nodes[alias.0 as usize].shape = Shape::Null;
            }
            let span = stream.span(data.start, data.end);
            let message = "aliases multiply this document beyond all measure";
            self.builder.problem(Problem::fatal(ProblemKind::ExcessiveAliasing, span, message));
        }
        self.aliases.clear();
    }

    pub(crate) fn scalar(&mut self, event: Event) {
        let data = self.scalar_data(event);
        let id = self.builder.add(data);
        if let Some(name) = self.parser.anchor(event) {
            self.anchors.insert(name, Anchored::Node(id));
        }
    }

    fn scalar_data(&mut self, event: Event) -> NodeData {
        let data = NodeData::new(Shape::Null, event.style, event.start, event.end);
        let data = NodeData { detail: event.detail, ..data };
        let is_plain = event.style == Style::Plain;
        let tag = self.parser.tag(event).map(|uri| Tag::from_uri(uri, self.dialect));
        let tag = match tag {
            Some(Tag::Implicit) | None if is_plain => Tag::Implicit,
            Some(Tag::Implicit) | None => Tag::Str,
            Some(tag) => tag,
        };
        if event.text.len == 2 && self.is_merge_key(event, tag) {
            return self.text_node(NodeData { detail: MERGE_KEY, ..data }, Shape::Str, event);
        }
        let value = self.parser.value(event);
        match resolve::resolve(tag, value, self.dialect) {
            Some(Meaning::Null) => data,
            Some(Meaning::Bool(value)) => NodeData { shape: Shape::Bool, ..data }.with_bits(u64::from(value)),
            Some(Meaning::Int(value)) => {
                NodeData { shape: Shape::Int, ..data }.with_bits(value.cast_unsigned())
            }
            Some(Meaning::Uint(value)) => NodeData { shape: Shape::Uint, ..data }.with_bits(value),
            Some(Meaning::Float(value)) => {
                self.check_float(event, value);
                NodeData { shape: Shape::Float, ..data }.with_bits(value.to_bits())
            }
            Some(Meaning::Str) => self.text_node(data, Shape::Str, event),
            Some(Meaning::Time(_)) if self.dialect != Dialect::GoYaml3 => {
                self.text_node(data, Shape::Str, event)
            }
            Some(Meaning::Time(time)) => {
                if !time.has_json() {
                    self.value_problem(event, "a time this far from Greenwich has no form in JSON");
                }
                self.text_node(data, Shape::Time, event)
            }
            Some(Meaning::Binary) => self.binary(event, data),
            None => {
                let message = format!("this cannot be read as {}", tag.name());
                let span = self.builder.stream.span(event.start, event.end);
                self.builder.problem(Problem::fatal(ProblemKind::Value, span, message));
                self.text_node(data, Shape::Str, event)
            }
        }
    }

    /// Whether a scalar of two bytes is a merge key where it stands as a key.
    fn is_merge_key(&self, event: Event, tag: Tag) -> bool {
        let has_block_style = matches!(event.style, Style::Literal | Style::Folded);
        let says_so = match tag {
            Tag::Merge => true,
            Tag::Implicit => event.style == Style::Plain,
            // To v2, `!` makes a scalar a string and a merge key all the same.
            Tag::Other => self.dialect == Dialect::GoYaml2 && self.parser.tag(event) == Some("!"),
            _ => false,
        };
        says_so && !has_block_style && self.parser.value(event) == "<<"
    }

    fn check_float(&mut self, event: Event, value: f64) {
        if !value.is_finite() && !self.builder.expects_key() {
            self.value_problem(event, "infinity and not-a-number have no form in JSON");
        }
    }

    fn value_problem(&mut self, event: Event, message: &'static str) {
        let span = self.builder.stream.span(event.start, event.end);
        self.builder.value_problem(Problem::fatal(ProblemKind::Value, span, message));
    }

    fn binary(&mut self, event: Event, data: NodeData) -> NodeData {
        let decoded = &mut self.builder.stream.decoded;
        let start = decoded.len();
        if decode_binary(self.parser.value(event), decoded) {
            let len = decoded.len() - start;
            return NodeData { shape: Shape::DecodedStr, ..data }.with_run(start as u32, len as u32);
        }
        let span = self.builder.stream.span(event.start, event.end);
        self.builder.problem(Problem::fatal(ProblemKind::Value, span, "this is not base64"));
        self.text_node(data, Shape::Str, event)
    }

    fn text_node(&mut self, data: NodeData, shape: Shape, event: Event) -> NodeData {
        if !event.text.is_decoded {
            return NodeData { shape, ..data }.with_run(event.text.start, event.text.len);
        }
        let decoded = &mut self.builder.stream.decoded;
        let start = decoded.len() as u32;
        decoded.push_str(self.parser.value(event));
        let shape = if shape == Shape::Time { Shape::DecodedTime } else { Shape::DecodedStr };
        NodeData { shape, ..data }.with_run(start, event.text.len)
    }

    pub(crate) fn source(&self) -> Source<'t> {
        self.parser.source().clone()
    }

    /// How much there is, before a document that may have to be read again.
    pub(crate) fn mark(&self) -> Mark {
        Mark { built: self.builder.mark(), comments: self.parser.comments().len() }
    }

    pub(crate) fn forget_since(&mut self, mark: Mark) {
        self.builder.forget_since(mark.built);
        self.parser.truncate_comments(mark.comments);
    }

    /// A scalar without quotes, tag and anchor, in one piece.
    #[inline]
    pub(crate) fn plain_scalar(&mut self, start: usize, end: usize) {
        let [start, end] = [start as u32, end as u32];
        let text = Text::source(start as usize, (end - start) as usize);
        if resolve::is_surely_text(&self.parser.source().bytes()[start as usize..end as usize]) {
            let data = NodeData::new(Shape::Str, Style::Plain, start, end);
            self.builder.add(data.with_run(text.start, text.len));
        } else {
            self.scalar(Event { text, ..Event::new(EventKind::Scalar, start, end) });
        }
    }

    pub(crate) fn begin_collection(&mut self, shape: Shape, style: Style, start: usize) {
        self.builder.begin(shape, style, start as u32);
    }

    pub(crate) fn end_collection(&mut self, end: u32) {
        self.builder.end(end);
    }

    pub(crate) fn comment(&mut self, start: usize, end: usize) {
        self.parser.add_comment((start as u32, end as u32));
    }

    /// A text in quotes, and what follows it; none if something is wrong.
    pub(crate) fn quoted(&mut self, cursor: Cursor) -> Option<(Event, Cursor)> {
        self.parser.quoted(cursor)
    }

    /// A block scalar, and what follows it; none if something is wrong.
    pub(crate) fn block_scalar(&mut self, cursor: Cursor, around: usize) -> Option<(Event, Cursor)> {
        self.parser.block_scalar(cursor, around)
    }

    /// Ends a document without anchors; false if the text has too many nodes.
    pub(crate) fn end_plain_document(&mut self) -> bool {
        let is_full = self.builder.is_full();
        self.builder.end_document();
        !is_full
    }

    fn finish(self) -> Stream {
        let text = self.parser.source().text();
        let mut stream = self.builder.stream;
        let comments = self.parser.comments().iter();
        stream.comments = comments.map(|&(start, end)| Comment { span: stream.span(start, end) }).collect();
        close_documents(&mut stream);
        report_forbidden(&mut stream, text);
        stream.decoded.shrink_to_fit();
        stream.nodes.shrink_to_fit();
        stream.children.shrink_to_fit();
        stream
    }
}

/// Lets every document end where the next one begins.
fn close_documents(stream: &mut Stream) {
    let mut end = stream.text.len() as u32;
    for document in stream.documents.iter_mut().rev() {
        document.span.end = end.max(document.span.start);
        end = document.span.start;
    }
}

/// Characters that YAML forbids make their document unreadable; one problem
/// for each says so.
fn report_forbidden(stream: &mut Stream, text: &str) {
    const MOST: usize = 10_000;
    let mut reported = None;
    for at in forbidden_characters(text, MOST) {
        let next = stream.documents.partition_point(|document| document.span.start as usize <= at);
        if reported == Some(next) {
            continue;
        }
        reported = Some(next);
        let letter = text[at..].chars().next().unwrap_or_default();
        let span = stream.span(at as u32, (at + letter.len_utf8()) as u32);
        let message = format!("the character U+{:04X} may not stand in YAML", u32::from(letter));
        let problem = Problem::fatal(ProblemKind::Encoding, span, message);
        let problems = match next.checked_sub(1) {
            Some(document) => &mut stream.documents[document].problems,
            None => &mut stream.problems,
        };
        let place = problems.partition_point(|other| other.span.start <= span.start);
        problems.insert(place, problem);
    }
}

/// The text of a `!!binary`. Bytes that are no UTF-8 become the replacement
/// character, as they do on their way into JSON.
fn decode_binary(text: &str, decoded: &mut String) -> bool {
    let Some(bytes) = decode_base64(text) else { return false };
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    true
}
