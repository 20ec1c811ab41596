//! Which operations are tried on a file: a few, spread over all of it, always
//! the same ones.

use seatrial_yaml::edit::{Content, Operation};
use seatrial_yaml::{FieldPath, Node, PathStep, Stream, Value};

/// One operation that is tried.
pub(super) struct Trial {
    pub(super) document: usize,
    pub(super) operation: Operation,
    /// Whether a second time must change nothing.
    pub(super) repeats: bool,
    /// Whether taking away what was added must give the bytes of before.
    pub(super) returns: bool,
}

/// Most operations on one file.
const TRIALS_MAX: usize = 24;

/// Most places of a file to choose from.
const PLACES_MAX: usize = 4_000;

/// Most bytes to be read for one file; a large one gets fewer operations.
const WORK_BYTES: usize = 6 << 20;

/// A field that an operation may name.
struct Place<'a> {
    document: usize,
    path: FieldPath,
    node: Node<'a>,
}

/// A name that no file has.
const NEW: &str = "seatrialTried";

/// The trials of one file; in more than one round, every place gets several.
pub(super) fn trials(stream: &Stream, seed: usize, rounds: usize) -> Vec<Trial> {
    let places = places(stream);
    let most = (WORK_BYTES / stream.text().len().max(1)).clamp(2, TRIALS_MAX);
    let stride = places.len().div_ceil(most * rounds).max(1);
    let mut turn = seed;
    let mut trials = Vec::new();
    for round in 0..rounds {
        for place in places.iter().skip((seed + round) % stride).step_by(stride) {
            turn += 1;
            trials.extend(trial(place, turn));
        }
        // Otherwise a place might get the same operation in every round.
        turn += 1;
    }
    trials
}

/// The fields of all documents as readers see them, in their order.
fn places(stream: &Stream) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for document in 0..stream.documents().len() {
        let mut open: Vec<(FieldPath, Node<'_>)> = Vec::new();
        open.extend(stream.document_root(document).map(|root| (FieldPath::root(), root)));
        while let Some((path, node)) = open.pop() {
            if places.len() >= PLACES_MAX {
                return places;
            }
            let first = open.len();
            open.extend(node.items().enumerate().map(|(index, item)| (path.index(index as u32), item)));
            open.extend(node.entries().map(|entry| (path.key(&entry.name()), entry.value)));
            open[first..].reverse();
            places.push(Place { document, path, node });
        }
    }
    places
}

fn trial(place: &Place<'_>, turn: usize) -> Option<Trial> {
    let path = place.path.clone();
    let is_key = matches!(path.last(), Some(PathStep::Key(_)));
    let is_root = path.is_empty();
    let remove = || Operation::Remove { path: path.clone() };
    let rename = || Operation::Rename { path: path.clone(), name: NEW.to_owned() };
    let operation = match place.node.value() {
        _ if !is_root && turn.is_multiple_of(7) => remove(),
        _ if is_key && turn.is_multiple_of(11) => rename(),
        _ if !is_root && turn.is_multiple_of(13) => {
            Operation::Set { path: path.clone(), content: content(turn) }
        }
        Value::Mapping => insert_entry(&path, turn),
        Value::Sequence => insert_item(&path, place.node.len(), turn),
        _ if is_root => return None,
        _ => Operation::Set { path: path.clone(), content: content(turn) },
    };
    let (repeats, returns) = match &operation {
        Operation::Insert { path: added, .. } => {
            let is_direct = added.parent().as_ref() == Some(&place.path);
            (matches!(added.last(), Some(PathStep::Key(_))), is_direct && !place.node.is_empty())
        }
        Operation::Remove { .. } => (is_key, false),
        Operation::Set { .. } | Operation::Rename { .. } => (true, false),
    };
    Some(Trial { document: place.document, operation, repeats, returns })
}

fn insert_entry(path: &FieldPath, turn: usize) -> Operation {
    let path = match turn % 4 {
        0 => path.key(NEW).key("a").key("b"),
        _ => path.key(NEW),
    };
    Operation::Insert { path, content: content(turn) }
}

fn insert_item(path: &FieldPath, len: usize, turn: usize) -> Operation {
    let index = [len, 0, len / 2, len][turn % 4];
    Operation::Insert { path: path.index(index as u32), content: content(turn / 2) }
}

/// Contents of every kind, in turn.
fn content(turn: usize) -> Content {
    let text = |text: &str| Content::Text(text.to_owned());
    let map = |entries: Vec<(&str, Content)>| {
        Content::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    match turn % 12 {
        0 => Content::Int(8080),
        1 => text("plain"),
        2 => text("it's: \"quoted\" # {or} [not], *a &b"),
        3 => text("one\n  two\n\nthree\n"),
        4 => Content::Bool(true),
        5 => map(vec![
            ("name", text("x")),
            ("list", Content::List(vec![text("a"), map(vec![("b", Content::Int(1))])])),
        ]),
        6 => text("yes"),
        7 => Content::List(vec![text("--flag=1"), Content::Null, Content::List(vec![Content::Int(2)])]),
        8 => Content::Null,
        9 => text("no end\nof line"),
        10 => map(Vec::new()),
        _ => text("  \tblanks\u{e9}\u{7} "),
    }
}
