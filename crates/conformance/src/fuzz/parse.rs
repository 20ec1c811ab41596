//! Any text can be read in every dialect, and what comes out is consistent.

use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, PathStep, Stream};

const DIALECTS: [Dialect; 3] = [Dialect::GoYaml2, Dialect::GoYaml3, Dialect::Json];

/// Nodes of a document that are looked at; aliases show some many times.
const NODES_MAX: usize = 5_000;

/// Reads a text in every dialect.
pub fn parse(bytes: &[u8]) {
    // What is no UTF-8 is refused before it comes to the parser.
    let Ok(text) = str::from_utf8(bytes) else { return };
    for dialect in DIALECTS {
        let stream = seatrial_yaml::parse(FileId(7), Arc::from(text), dialect, &limits());
        check_places(&stream);
        for (index, document) in stream.documents().iter().enumerate() {
            let Some(root) = stream.document_root(index) else { continue };
            Visit { left: NODES_MAX, root, path: FieldPath::root() }.node(root, document.span);
        }
        check_json(&stream);
    }
}

/// Few visits through aliases, so that an input costs little.
pub(crate) fn limits() -> Limits {
    Limits { alias_visits: 20_000, ..Limits::default() }
}

/// Documents, comments and problems lie in the text; the first two in order.
fn check_places(stream: &Stream) {
    let whole = Span::new(stream.file(), 0, stream.text().len() as u32);
    let check = |span: Span| {
        assert!(whole.contains(span), "{span:?} outside {whole:?}");
        assert!(stream.text().get(span.range()).is_some(), "{span:?} cuts a character");
    };
    for problem in stream.all_problems() {
        check(problem.span);
        problem.related.into_iter().for_each(check);
        assert!(!problem.message.is_empty());
    }
    for document in stream.documents() {
        check(document.span);
    }
    for comment in stream.comments() {
        check(comment.span);
        assert!(stream.comment_text(*comment).starts_with('#'), "{comment:?}");
    }
    let documents = stream.documents().windows(2);
    documents.for_each(|two| assert!(two[0].span.end <= two[1].span.start, "{two:?}"));
    let comments = stream.comments().windows(2);
    comments.for_each(|two| assert!(two[0].span.end <= two[1].span.start, "{two:?}"));
}

/// What stands in the arena is valid JSON, and means itself when read again.
fn check_json(stream: &Stream) {
    for root in stream.roots() {
        let json = root.to_json();
        let again = seatrial_yaml::parse(FileId(0), Arc::from(json.as_str()), Dialect::Json, &limits());
        assert!(again.is_accepted(), "{json}");
        // A negative zero is a whole number when it is read again.
        let again = again.document_root(0).map(|root| root.to_json().replace("-0", "0"));
        assert_eq!(again, Some(json.replace("-0", "0")));
    }
}

/// A walk through a document that looks at all there is to see.
struct Visit<'a> {
    left: usize,
    root: Node<'a>,
    path: FieldPath,
}

impl<'a> Visit<'a> {
    fn node(&mut self, node: Node<'a>, around: Span) {
        // Deeper trees than this are walked by nobody's recursion but ours.
        if self.left == 0 || self.path.len() > 200 {
            return;
        }
        self.left -= 1;
        assert!(around.contains(node.written_span()), "{node:?} outside {around:?}");
        assert!(node.stream().text().get(node.span().range()).is_some(), "{node:?} cuts a character");
        node.scalar_text();
        check_parts(node);
        self.check_path(node);
        for (index, item) in node.items().enumerate() {
            self.below(PathStep::Index(index as u32), item, node.span());
        }
        for entry in node.written_entries() {
            assert!(node.span().contains(entry.span()), "{node:?} has {:?}", entry.span());
            assert!(node.span().contains(entry.key.written_span()), "{node:?} has {:?}", entry.key);
        }
        for entry in node.entries() {
            let found = node.entry(&entry.name()).expect("an entry is found by its name");
            assert_eq!(found.value.id(), entry.value.id(), "two values for `{}`", entry.name());
            // What `<<` brings in stands elsewhere.
            let around = if entry.merged { entry.value.written_span() } else { node.span() };
            self.below(PathStep::Key(entry.name().as_ref().into()), entry.value, around);
        }
    }

    fn below(&mut self, step: PathStep, node: Node<'a>, around: Span) {
        self.path.push(step);
        self.node(node, around);
        self.path.pop();
    }

    /// The way to a node leads to it.
    fn check_path(&self, node: Node<'a>) {
        let found = self.root.at(&self.path).unwrap_or_else(|| panic!("nothing at {}", self.path));
        assert_eq!(found.id(), node.id(), "{}", self.path);
        let _ = self.path.to_string().parse::<FieldPath>();
    }
}

/// Every part of a string stands inside the string.
fn check_parts(node: Node<'_>) {
    let Some(text) = node.as_str() else { return };
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).take(40).collect();
    let parts = ends.windows(2).map(|two| two[0]..two[1]).chain(std::iter::once(0..text.len()));
    for part in parts {
        let Some(span) = node.part_span(part) else { continue };
        assert!(node.stream().text().get(span.range()).is_some(), "{span:?} cuts a character");
        // The last line break of a block scalar stands behind it.
        assert!(node.span().start <= span.start, "{span:?} before {node:?}");
    }
    assert_eq!(node.part_span(0..text.len() + 1), None);
}
