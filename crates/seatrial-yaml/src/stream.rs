//! The result of a parse: the text, its documents, and one arena of nodes.

use std::sync::Arc;

use seatrial_source::{FileId, Span};

use crate::tree::{NodeData, NodeId, Shape};
use crate::{Dialect, Node, Problem, ProblemKind};

/// A parsed text. It owns everything, so nodes are views into it; nothing in
/// it can fail any more.
#[derive(Clone, Debug)]
pub struct Stream {
    pub(crate) file: FileId,
    pub(crate) text: Arc<str>,
    pub(crate) dialect: Dialect,
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) decoded: String,
    pub(crate) documents: Vec<Document>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) problems: Vec<Problem>,
    /// Whether no problem is fatal: asked so often that nobody should look again.
    pub(crate) is_accepted: bool,
}

/// One document of a stream.
#[derive(Clone, Debug)]
pub struct Document {
    /// From its first token or marker up to the next document.
    pub span: Span,
    /// Its root node; none if nothing of it could be read.
    pub root: Option<NodeId>,
    /// Whether a `<<` stands in it as a key.
    pub has_merges: bool,
    /// What is wrong with it, in the order of the text.
    pub problems: Vec<Problem>,
}

impl Document {
    /// Whether the Go program of the dialect would take the document.
    pub fn is_accepted(&self) -> bool {
        !self.problems.iter().any(Problem::is_fatal)
    }
}

/// A comment, from its `#` up to the end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
}

impl Stream {
    pub(crate) fn new(file: FileId, text: Arc<str>, dialect: Dialect) -> Self {
        Self {
            file,
            text,
            dialect,
            nodes: Vec::new(),
            children: Vec::new(),
            decoded: String::new(),
            documents: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
            is_accepted: true,
        }
    }

    /// A stream of which nothing is read, because there is too much of it.
    pub(crate) fn too_large(file: FileId, text: Arc<str>, dialect: Dialect, most: usize) -> Self {
        let message = format!("the text has {} bytes; at most {most} are read", text.len());
        let mut stream = Self::new(file, text, dialect);
        stream.problems.push(Problem::fatal(ProblemKind::Size, stream.span(0, 0), message));
        stream
    }

    /// The file that the spans belong to.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The dialect it was read in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its documents, split as the Go decoder splits them.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The root of one document.
    pub fn document_root(&self, index: usize) -> Option<Node<'_>> {
        self.documents.get(index)?.root.map(|root| self.node(root))
    }

    /// The roots of all documents that have one.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.documents.iter().filter_map(|document| document.root).map(|root| self.node(root))
    }

    /// A node by its id, which must come from this stream.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(self, id)
    }

    /// Every comment, in the order of the text.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The text of a comment, with its `#`.
    pub fn comment_text(&self, comment: Comment) -> &str {
        self.slice(comment.span)
    }

    /// Problems that belong to no document, such as a text that is too large.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// All problems, those of documents included.
    pub fn all_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().chain(self.documents.iter().flat_map(|document| &document.problems))
    }

    /// Whether the Go program of the dialect would take the whole text.
    pub fn is_accepted(&self) -> bool {
        self.is_accepted
    }

    /// The text of a span of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    /// The record that a node stands for, aliases followed.
    #[inline]
    pub(crate) fn resolve(&self, id: NodeId) -> NodeId {
        let data = self.data(id);
        if data.shape == Shape::Alias { data.target() } else { id }
    }

    #[inline]
    pub(crate) fn data(&self, id: NodeId) -> &NodeData {
        &self.nodes[id.0 as usize]
    }

    /// The records from one to another, both included.
    pub(crate) fn records(&self, first: NodeId, last: NodeId) -> &[NodeData] {
        &self.nodes[first.0 as usize..=last.0 as usize]
    }

    #[inline]
    pub(crate) fn string(&self, data: &NodeData) -> &str {
        match data.shape {
            Shape::Str | Shape::Time => &self.text[data.run()],
            Shape::DecodedStr | Shape::DecodedTime => &self.decoded[data.run()],
            _ => "",
        }
    }

    /// Whether a key has this name. Nearly all keys that are asked have
    /// another: lengths and last letters are compared first.
    #[inline]
    pub(crate) fn is_key_named(&self, key: NodeId, name: &str) -> bool {
        let data = self.data(key);
        if data.shape != Shape::Str {
            return self.node(key).key_name() == name;
        }
        if data.payload[1] as usize != name.len() {
            return false;
        }
        let text = &self.text.as_bytes()[data.run()];
        text.last() == name.as_bytes().last() && text == name.as_bytes()
    }

    #[inline]
    pub(crate) fn child_ids(&self, data: &NodeData) -> &[NodeId] {
        match data.shape {
            Shape::Sequence | Shape::Mapping => &self.children[data.run()],
            _ => &[],
        }
    }
}
