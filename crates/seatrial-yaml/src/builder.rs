//! Builds the arena of nodes, children before parents, and checks mappings
//! once they are complete.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_source::Span;

use crate::entries::{MERGE_KEY, has_text_keys, is_merge_key};
use crate::tree::{IRREGULAR, NodeData, NodeId, Shape, Style};
use crate::{Dialect, Document, Node, Problem, ProblemKind, Stream};

/// A stream under construction.
pub(crate) struct Builder {
    pub(crate) stream: Stream,
    /// Finished children of the collections that are open.
    pending: Vec<NodeId>,
    open: Vec<OpenNode>,
    /// What is wrong with the current document.
    problems: Vec<Problem>,
    /// The same, but only for values that are still there in the end: a later
    /// duplicate takes the value away and the problem with it.
    value_problems: Vec<Problem>,
    most_nodes: usize,
}

/// About as much text as a node of a manifest takes; the arena is made large
/// enough at once, and what is too much is given back in the end.
const BYTES_PER_NODE: usize = 8;

/// A collection that is open.
#[derive(Clone, Copy)]
struct OpenNode {
    shape: Shape,
    style: Style,
    start: u32,
    /// Where its children begin in `pending`.
    first: usize,
}

/// How much a stream has of everything, between two documents.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    nodes: usize,
    children: usize,
    decoded: usize,
    documents: usize,
}

impl Builder {
    pub(crate) fn new(mut stream: Stream, most_nodes: usize) -> Self {
        let nodes = (stream.text.len() / BYTES_PER_NODE).min(most_nodes);
        stream.nodes.reserve(nodes);
        stream.children.reserve(nodes);
        Self {
            stream,
            pending: Vec::new(),
            open: Vec::new(),
            problems: Vec::new(),
            value_problems: Vec::new(),
            most_nodes,
        }
    }

    /// Whether the text has more nodes than is allowed.
    pub(crate) fn is_full(&self) -> bool {
        self.stream.nodes.len() + self.stream.documents.len() + self.problems.len() >= self.most_nodes
    }

    pub(crate) fn problem(&mut self, problem: Problem) {
        push(&mut self.problems, problem);
    }

    pub(crate) fn value_problem(&mut self, problem: Problem) {
        push(&mut self.value_problems, problem);
    }

    /// The root of the current document, once it is complete.
    pub(crate) fn root(&self) -> Option<NodeId> {
        self.pending.last().copied()
    }

    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether the next node is a mapping's key.
    pub(crate) fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.shape == Shape::Mapping && (self.pending.len() - open.first).is_multiple_of(2)
        })
    }

    pub(crate) fn begin_document(&mut self, start: u32) {
        let span = self.stream.span(start, start);
        self.stream.documents.push(Document { span, root: None, has_merges: false, problems: Vec::new() });
    }

    /// Ends a document. Its span goes on up to the next one.
    pub(crate) fn end_document(&mut self) {
        self.problems.append(&mut self.value_problems);
        self.problems.sort_by_key(|problem| problem.span.start);
        self.drop_consequences();
        let root = self.root();
        self.pending.clear();
        if let Some(document) = self.stream.documents.last_mut() {
            document.root = root;
            document.problems.append(&mut self.problems);
        }
    }

    /// Where `{{` was taken for two mappings, what follows in the line makes
    /// no sense either; it is the same mistake.
    fn drop_consequences(&mut self) {
        let text = Arc::clone(&self.stream.text);
        self.problems.dedup_by(|next, before| {
            let between = || text.get(before.span.start as usize..next.span.start as usize);
            before.kind == ProblemKind::Key
                && next.kind == ProblemKind::Syntax
                && between().is_some_and(|between| !between.contains('\n'))
        });
    }

    pub(crate) fn mark(&self) -> Mark {
        let Stream { nodes, children, decoded, documents, .. } = &self.stream;
        Mark {
            nodes: nodes.len(),
            children: children.len(),
            decoded: decoded.len(),
            documents: documents.len(),
        }
    }

    /// Takes back what a document brought that began at the mark.
    pub(crate) fn forget_since(&mut self, mark: Mark) {
        self.stream.nodes.truncate(mark.nodes);
        self.stream.children.truncate(mark.children);
        self.stream.decoded.truncate(mark.decoded);
        self.stream.documents.truncate(mark.documents);
        self.pending.clear();
        self.open.clear();
        self.problems.clear();
        self.value_problems.clear();
    }

    pub(crate) fn add(&mut self, data: NodeData) -> NodeId {
        let id = NodeId(self.stream.nodes.len() as u32);
        self.stream.nodes.push(data);
        self.pending.push(id);
        id
    }

    pub(crate) fn begin(&mut self, shape: Shape, style: Style, start: u32) {
        let first = self.pending.len();
        self.open.push(OpenNode { shape, style, start, first });
    }

    /// Ends the innermost collection. A block ends with its last child, so
    /// only brackets have an end of their own.
    pub(crate) fn end(&mut self, end: u32) -> Option<NodeId> {
        let OpenNode { shape, style, start, first } = self.open.pop()?;
        let missing_value = shape == Shape::Mapping && !(self.pending.len() - first).is_multiple_of(2);
        if missing_value {
            let at = self.children_end(first, start);
            self.add(NodeData::new(Shape::Null, Style::Plain, at, at));
        }
        let end = if style == Style::Flow { end } else { self.children_end(first, start) };
        let run = (self.stream.children.len() as u32, (self.pending.len() - first) as u32);
        self.stream.children.extend_from_slice(&self.pending[first..]);
        self.pending.truncate(first);
        let data = NodeData::new(shape, style, start, end.max(start)).with_run(run.0, run.1);
        let id = self.add(data);
        if shape == Shape::Mapping {
            self.check_mapping(id);
        }
        Some(id)
    }

    /// Where the last child ends; after broken syntax, one before it may end
    /// later, because its text was read a second time.
    fn children_end(&self, first: usize, start: u32) -> u32 {
        let children = &self.pending[first..];
        let looked_at = if self.problems.is_empty() { children.len().min(1) } else { children.len() };
        let ends = children.iter().rev().take(looked_at).map(|&id| self.stream.data(id).end);
        ends.max().unwrap_or(start).max(start)
    }

    fn check_mapping(&mut self, id: NodeId) {
        let MappingCheck { is_irregular, has_merges, found, .. } = MappingCheck::of(self.stream.node(id));
        if is_irregular {
            self.stream.nodes[id.0 as usize].detail |= IRREGULAR;
        }
        if let Some(document) = self.stream.documents.last_mut().filter(|_| has_merges) {
            document.has_merges = true;
        }
        for finding in found {
            match finding {
                Finding::Problem(problem) if self.is_explained(&problem) => {}
                Finding::Problem(problem) => push(&mut self.problems, problem),
                Finding::ValueProblem(problem) => push(&mut self.value_problems, problem),
                Finding::Harmless(key) => self.value_problems.retain(|problem| problem.span != key),
                Finding::Overwritten(span) => {
                    self.value_problems.retain(|problem| !span.contains(problem.span));
                }
            }
        }
    }

    /// Whether a collection cannot be a key, and the one inside it neither:
    /// `{{ .x }}` is one mistake.
    fn is_explained(&self, problem: &Problem) -> bool {
        problem.kind == ProblemKind::Key
            && self
                .problems
                .last()
                .is_some_and(|last| last.kind == problem.kind && problem.span.contains(last.span))
    }
}

/// Nobody reads more; the one for which a document is refused is kept always.
fn push(problems: &mut Vec<Problem>, problem: Problem) {
    const MOST: usize = 1000;
    if problems.len() < MOST || problem.is_fatal() && !problems.iter().any(Problem::is_fatal) {
        problems.push(problem);
    }
}

enum Finding {
    Problem(Problem),
    ValueProblem(Problem),
    /// A problem with this key does not matter.
    Harmless(Span),
    /// This value is not there any more.
    Overwritten(Span),
}

/// Looks at the keys of one mapping.
struct MappingCheck<'a> {
    stream: &'a Stream,
    node: Node<'a>,
    is_irregular: bool,
    has_merges: bool,
    found: Vec<Finding>,
}

/// Up to this many keys are compared with each other; more are hashed.
const FEW: usize = 12;

impl<'a> MappingCheck<'a> {
    fn of(node: Node<'a>) -> Self {
        let mut check =
            Self { stream: node.stream(), node, is_irregular: false, has_merges: false, found: Vec::new() };
        check.run();
        check
    }

    fn run(&mut self) {
        let ids = self.stream.child_ids(self.node.data());
        for (at, pair) in ids.chunks_exact(2).enumerate() {
            let data = self.stream.data(pair[0]);
            match data.shape {
                Shape::Str | Shape::DecodedStr
                    if data.detail == MERGE_KEY && is_merge_key(self.stream.node(pair[0])) =>
                {
                    self.merge(pair[1]);
                }
                Shape::Str | Shape::DecodedStr => {}
                _ => self.unusual_key(self.stream.node(pair[0])),
            }
            if ids.len() <= 2 * FEW {
                self.find_equal(&ids[..2 * at], pair);
            }
        }
        if ids.len() > 2 * FEW {
            self.find_equal_by_hash(ids);
        }
    }

    fn merge(&mut self, value: NodeId) {
        self.is_irregular = true;
        self.has_merges = true;
        let node = self.stream.node(value);
        let is_list = node.is_sequence() && !node.is_alias();
        if !(node.is_mapping() || is_list && node.items().all(Node::is_mapping)) {
            let message = "`<<` merges mappings only: give it one, an alias to one, or a list of them";
            self.found.push(Finding::Problem(Problem::fatal(
                ProblemKind::Merge,
                node.written_span(),
                message,
            )));
        }
        // What such a mapping merges counts as text, null is left out.
        if self.stream.dialect == Dialect::GoYaml3 && has_text_keys(self.node) && !node.is_alias() {
            let keys = node.written_entries().map(|entry| Finding::Harmless(entry.key.written_span()));
            self.found.extend(keys);
        }
    }

    fn unusual_key(&mut self, key: Node<'a>) {
        let span = key.written_span();
        // Several keys that nobody takes may have one name.
        self.is_irregular |= key.is_null() || key.is_mapping() || key.is_sequence();
        let message = match key.data().shape {
            Shape::Mapping
                if key.source_text().starts_with('{') && self.node.source_text().starts_with("{{") =>
            {
                "`{{` opens two mappings; quote the text"
            }
            Shape::Mapping => "a mapping cannot be a key",
            Shape::Sequence => "a list cannot be a key",
            Shape::Null => "null cannot be a key; quote it or give it a name",
            Shape::Uint => "a number this large cannot be a key; quote it",
            Shape::Time | Shape::DecodedTime => "a time cannot be a key; quote it",
            _ => return,
        };
        let problem = Problem::fatal(ProblemKind::Key, span, message);
        self.found.push(match key.data().shape {
            Shape::Mapping | Shape::Sequence => Finding::Problem(problem),
            _ => Finding::ValueProblem(problem),
        });
    }

    fn find_equal(&mut self, before: &[NodeId], pair: &[NodeId]) {
        let data = self.stream.data(pair[0]);
        // Most keys are strings of the source: compare lengths, then bytes.
        let earlier = before.chunks_exact(2).rev().find(|earlier| {
            let other = self.stream.data(earlier[0]);
            if data.shape == Shape::Str && other.shape == Shape::Str {
                let (run, other) = (data.run(), other.run());
                return run.len() == other.len() && self.stream.text[run] == self.stream.text[other];
            }
            let [first, second] = [earlier[0], pair[0]].map(|id| self.stream.node(id));
            first.key_name() == second.key_name() || self.is_same_to_v3(first, second)
        });
        if let Some(earlier) = earlier {
            self.equal(earlier, pair);
        }
    }

    fn find_equal_by_hash(&mut self, ids: &[NodeId]) {
        let mut by_name: FxHashMap<Cow<'a, str>, usize> = FxHashMap::default();
        by_name.reserve(ids.len() / 2);
        for (at, pair) in ids.chunks_exact(2).enumerate() {
            let key = self.stream.node(pair[0]);
            let mut earlier = by_name.insert(key.key_name(), at);
            if self.stream.dialect == Dialect::GoYaml3 && !key.data().shape.is_string() {
                let as_text = key.scalar_text().and_then(|text| by_name.insert(text, at));
                earlier = earlier.or(as_text.filter(|&earlier| earlier < at));
            }
            if let Some(earlier) = earlier {
                self.equal(&ids[2 * earlier..2 * earlier + 2], pair);
            }
        }
    }

    /// v3 compares the text of keys, not their meaning: `+1` and `"+1"` are
    /// the same to it.
    fn is_same_to_v3(&self, first: Node<'a>, second: Node<'a>) -> bool {
        self.stream.dialect == Dialect::GoYaml3
            && first.is_alias() == second.is_alias()
            && first.scalar_text().is_some_and(|text| second.scalar_text() == Some(text))
    }

    fn equal(&mut self, earlier: &[NodeId], later: &[NodeId]) {
        let [first, second] = [earlier[0], later[0]].map(|id| self.stream.node(id));
        let both_merge = is_merge_key(first) && is_merge_key(second);
        let is_fatal = self.is_same_to_v3(first, second);
        if is_merge_key(first) != is_merge_key(second) || both_merge && !is_fatal {
            return;
        }
        self.is_irregular = true;
        let message = format!("the key `{}` stands here a second time", second.key_name());
        let make = if is_fatal { Problem::fatal } else { Problem::silent };
        let problem = make(ProblemKind::DuplicateKey, second.written_span(), message);
        self.found.push(Finding::Problem(problem.related(Some(first.written_span()))));
        if !is_fatal {
            let value = self.stream.node(earlier[1]).written_span();
            let key = first.written_span();
            self.found.push(Finding::Overwritten(Span::new(key.file, key.start, value.end.max(key.end))));
        }
    }
}
