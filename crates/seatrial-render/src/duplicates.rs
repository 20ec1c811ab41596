//! Where the keys of a document stand that are there twice. There may be as
//! many as the text has lines, so the tree is walked once for all of them.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_source::Span;
use seatrial_yaml::{Entry, Node, NodeId, Problem, ProblemKind};

use crate::locate::path_to;

/// Characters of a path that a message shows at most.
const PATH_MAX: usize = 200;

/// An entry with the mapping that holds it.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a> {
    mapping: Node<'a>,
    pub(crate) entry: Entry<'a>,
}

/// The keys of a document that are there twice.
pub(crate) struct Duplicates<'a> {
    root: Node<'a>,
    /// The objects that the top of the document names.
    pub(crate) heads: Vec<String>,
    /// By the byte at which the key starts.
    held: FxHashMap<u32, Held<'a>>,
    /// How a message calls the place of a mapping.
    places: FxHashMap<NodeId, String>,
}

impl<'a> Duplicates<'a> {
    pub(crate) fn new(root: Node<'a>, problems: &[Problem]) -> Self {
        let problems = problems.iter().filter(|problem| problem.kind == ProblemKind::DuplicateKey);
        let spans = problems.flat_map(|problem| [Some(problem.span), problem.related]);
        let wanted: FxHashSet<u32> = spans.flatten().map(|span| span.start).collect();
        let held = if wanted.is_empty() { FxHashMap::default() } else { held(root, &wanted) };
        let heads = if wanted.is_empty() { Vec::new() } else { heads(root) };
        Self { root, heads, held, places: FxHashMap::default() }
    }

    /// Whether the document is a mapping, as an object or a patch is.
    pub(crate) fn is_of_mapping(&self) -> bool {
        self.root.is_mapping()
    }

    /// The entry whose key stands at a span.
    pub(crate) fn entry_at(&self, span: Span) -> Option<Held<'a>> {
        self.held.get(&span.start).copied()
    }

    /// Whether a key stands twice because two objects share one mapping.
    pub(crate) fn is_joined(&self, problem: &Problem) -> bool {
        let at_top = self.entry_at(problem.span).is_some_and(|it| it.mapping.id() == self.root.id());
        at_top && self.heads.len() > 1
    }

    /// What is wrong with a key.
    pub(crate) fn message(&mut self, held: Held<'a>) -> String {
        let root = self.root;
        let place = self.places.entry(held.mapping.id()).or_insert_with(|| place(root, held.mapping));
        format!("key `{}` stands twice {place}", held.entry.name())
    }

    /// The same where the two are written otherwise and only read alike.
    pub(crate) fn message_of_unlike(&mut self, held: Held<'a>, written: [&str; 2]) -> String {
        let root = self.root;
        let place = self.places.entry(held.mapping.id()).or_insert_with(|| place(root, held.mapping));
        let [first, second] = written;
        format!("keys `{first}` and `{second}` {place} are both read as `{}`", held.entry.name())
    }
}

/// The entries whose keys start at one of these bytes.
fn held<'a>(root: Node<'a>, wanted: &FxHashSet<u32>) -> FxHashMap<u32, Held<'a>> {
    let mut found = FxHashMap::default();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        // What an alias stands for is met where it is written.
        waiting.extend(node.items().filter(|item| !item.is_alias()));
        for entry in node.written_entries() {
            let start = entry.key.written_span().start;
            if wanted.contains(&start) {
                found.entry(start).or_insert(Held { mapping: node, entry });
            }
            waiting.extend([entry.key, entry.value].into_iter().filter(|child| !child.is_alias()));
        }
    }
    found
}

fn heads(root: Node<'_>) -> Vec<String> {
    let all = |key: &'static str| {
        root.written_entries().filter(move |entry| entry.key.as_str() == Some(key)).map(|entry| entry.value)
    };
    let names = all("metadata").map(|it| it.get("name").and_then(Node::as_str));
    let mut names = names.chain(std::iter::repeat(None));
    let kinds = all("kind").filter_map(Node::as_str);
    kinds
        .map(|kind| names.next().flatten().map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}")))
        .collect()
}

/// How a message calls the place of a mapping.
pub(crate) fn place(root: Node<'_>, mapping: Node<'_>) -> String {
    let path = path_to(root, mapping).map(|path| path.to_string()).unwrap_or_default();
    let place = if path.is_empty() { "at the top".to_owned() } else { format!("in {}", end_of(&path)) };
    title(root).map_or_else(|| place.clone(), |title| format!("{place} of {title}"))
}

/// The path, or its end where it is too long to be read.
fn end_of(path: &str) -> String {
    match path.char_indices().nth_back(PATH_MAX) {
        Some((at, _)) => format!("…{}", &path[at..]),
        None => path.to_owned(),
    }
}

fn title(root: Node<'_>) -> Option<String> {
    let kind = root.get("kind").and_then(Node::as_str)?;
    let name = root.get("metadata").and_then(|it| it.get("name")).and_then(Node::as_str);
    Some(name.map_or_else(|| format!("the {kind}"), |name| format!("{kind} {name}")))
}
