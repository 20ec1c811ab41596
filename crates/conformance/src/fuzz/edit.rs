//! An edit that is given changes what it should and nothing else.

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::edit::{Content, Operation, apply, edit};
use seatrial_yaml::{Dialect, FieldPath, Node, PathStep, Stream};
use serde_json::Value;

use super::parse::limits;

/// Nodes of a text that an operation may be about.
const NODES_MAX: usize = 400;
/// Nesting of a text that is compared as a whole.
const DEPTH_MAX: usize = 100;

/// The first four bytes say what to do where, the rest is the text.
pub fn edit_parse(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first_chunk::<4>() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let dialect = [Dialect::GoYaml2, Dialect::GoYaml3, Dialect::Json][usize::from(choice[0] % 3)];
    let before = read(text, dialect);
    let places = places(&before);
    let Some((document, path)) = places.get(usize::from(choice[1]) * 7 % places.len().max(1)) else { return };
    let root = before.document_root(*document).expect("the place was found there");
    let operation = operation(root, path, choice[0] / 3, choice[2], choice[3]);
    let Ok(edits) = edit(root, &operation) else { return };
    let text = apply(text, &edits).expect("edits are in order and apart");
    let after = read(&text, dialect);
    assert!(after.is_accepted(), "{operation:?}\n{text}");
    check_values(&before, &after, *document, &operation);
    check_comments(&before, &after, &operation);
    check_again(&after, *document, &operation);
}

fn read(text: &str, dialect: Dialect) -> Stream {
    seatrial_yaml::parse(FileId(0), Arc::from(text), dialect, &limits())
}

/// Documents and paths of everything that is written.
fn places(stream: &Stream) -> Vec<(usize, FieldPath)> {
    let mut found = Vec::new();
    for index in 0..stream.documents().len() {
        let Some(root) = stream.document_root(index) else { continue };
        let mut waiting = vec![(root, FieldPath::root())];
        while let Some((node, path)) = waiting.pop() {
            if found.len() == NODES_MAX {
                return found;
            }
            if path.len() < DEPTH_MAX {
                let items = node.items().take(NODES_MAX).enumerate();
                waiting.extend(items.map(|(at, item)| (item, path.index(at as u32))));
                let entries = node.entries().take(NODES_MAX);
                waiting.extend(entries.map(|entry| (entry.value, path.key(&entry.name()))));
            }
            found.push((index, path));
        }
    }
    found
}

fn operation(root: Node<'_>, path: &FieldPath, kind: u8, name: u8, content: u8) -> Operation {
    let path = path.clone();
    let name = NAMES[usize::from(name) % NAMES.len()];
    match kind % 4 {
        0 => Operation::Set { path, content: self::content(content) },
        1 => Operation::Remove { path },
        2 => Operation::Rename { path, name: name.to_owned() },
        _ => {
            let node = root.at(&path).expect("the place was found");
            let index = u32::from(content) % (node.len() as u32 + 1);
            let path = if node.is_sequence() { path.index(index) } else { path.key(name) };
            Operation::Insert { path, content: self::content(content) }
        }
    }
}

const NAMES: [&str; 8] = ["fresh", "a", "yes", "a b", "12", "", "x: y", "#"];

/// Values that differ in how they must be written.
fn content(choice: u8) -> Content {
    let text = |text: &str| Content::Text(text.to_owned());
    match choice % 16 {
        0 => Content::Null,
        1 => Content::Bool(true),
        2 => Content::Int(-7),
        3 => Content::Int(i64::MIN),
        4 => text("plain"),
        5 => text("yes"),
        6 => text(""),
        7 => text("a: b # c"),
        8 => text("line\nline\n"),
        9 => text(" 'x' \"y\" \\ \u{7} é \u{2028}"),
        10 => text("\n\n  deep\n\n"),
        11 => Content::List(Vec::new()),
        12 => {
            Content::List(vec![text("one"), Content::Int(2), Content::Map(vec![("k".to_owned(), text("v"))])])
        }
        13 => Content::Map(Vec::new()),
        14 => Content::Map(vec![
            ("b".to_owned(), Content::List(vec![text("- x")])),
            ("a".to_owned(), text("~")),
        ]),
        _ => text(&"long words ".repeat(20)),
    }
}

/// Only what the operation names has another value.
fn check_values(before: &Stream, after: &Stream, document: usize, operation: &Operation) {
    assert_eq!(before.documents().len(), after.documents().len());
    // A field that others stand for changes in several places.
    let has_aliases = before.text().contains(['*', '&']);
    for index in 0..before.documents().len() {
        let (Some(old), Some(new)) = (json(before, index), json(after, index)) else { continue };
        if index != document {
            assert_eq!(old, new, "document {index} after {operation:?}");
        } else if !has_aliases {
            let mut expected = old;
            let is_possible = apply_to_value(&mut expected, operation);
            assert!(is_possible && expected == new, "{operation:?}\n{expected}\n{new}\n{}", after.text());
        }
    }
}

/// The value of a document, where it is not nested too deeply for recursion.
fn json(stream: &Stream, index: usize) -> Option<Value> {
    let text = stream.document_root(index)?.to_json();
    let depth = text.bytes().scan(0usize, |open, byte| {
        match byte {
            b'[' | b'{' => *open += 1,
            b']' | b'}' => *open = open.saturating_sub(1),
            _ => {}
        }
        Some(*open)
    });
    let is_flat = depth.max().unwrap_or(0) <= DEPTH_MAX;
    is_flat.then(|| serde_json::from_str(&text).expect("values are JSON"))
}

/// The same operation on a plain value; false where it makes no sense.
fn apply_to_value(root: &mut Value, operation: &Operation) -> bool {
    match operation {
        Operation::Set { path, content } => {
            step_into(root, path.steps()).map(|it| *it = value(content)).is_some()
        }
        Operation::Insert { path, content } => on_parent(root, path, |parent, step| match (parent, step) {
            (Value::Array(items), PathStep::Index(index)) => {
                items.insert(*index as usize, value(content));
                true
            }
            (Value::Object(entries), PathStep::Key(name)) => {
                entries.insert(name.to_string(), value(content));
                true
            }
            (parent @ Value::Null, PathStep::Key(name)) => {
                *parent = Value::Object([(name.to_string(), value(content))].into_iter().collect());
                true
            }
            _ => false,
        }),
        Operation::Remove { path } => on_parent(root, path, |parent, step| match (parent, step) {
            (Value::Array(items), PathStep::Index(index)) => {
                items.remove(*index as usize);
                true
            }
            (Value::Object(entries), PathStep::Key(name)) => entries.remove(name.as_str()).is_some(),
            _ => false,
        }),
        Operation::Rename { path, name } => on_parent(root, path, |parent, step| match (parent, step) {
            (Value::Object(entries), PathStep::Key(old)) => {
                let held = entries.remove(old.as_str());
                held.is_some_and(|held| entries.insert(name.clone(), held).is_none())
            }
            _ => false,
        }),
    }
}

fn on_parent(root: &mut Value, path: &FieldPath, change: impl FnOnce(&mut Value, &PathStep) -> bool) -> bool {
    let Some((last, above)) = path.steps().split_last() else { return false };
    step_into(root, above).is_some_and(|parent| change(parent, last))
}

fn step_into<'v>(root: &'v mut Value, steps: &[PathStep]) -> Option<&'v mut Value> {
    steps.iter().try_fold(root, |value, step| match step {
        PathStep::Key(name) => value.get_mut(name.as_str()),
        PathStep::Index(index) => value.get_mut(*index as usize),
    })
}

fn value(content: &Content) -> Value {
    match content {
        Content::Null => Value::Null,
        Content::Bool(it) => (*it).into(),
        Content::Int(it) => (*it).into(),
        Content::Text(it) => it.as_str().into(),
        Content::List(items) => items.iter().map(value).collect(),
        Content::Map(entries) => entries.iter().map(|(name, it)| (name.clone(), value(it))).collect(),
    }
}

/// What adds or renames leaves every comment as it was.
fn check_comments(before: &Stream, after: &Stream, operation: &Operation) {
    if matches!(operation, Operation::Insert { .. } | Operation::Rename { .. }) {
        let texts = |stream: &Stream| -> Vec<String> {
            stream.comments().iter().map(|it| stream.comment_text(*it).to_owned()).collect()
        };
        assert_eq!(texts(before), texts(after), "{operation:?}");
    }
}

/// What says so already needs no edit.
fn check_again(after: &Stream, document: usize, operation: &Operation) {
    let is_item = |path: &FieldPath| matches!(path.steps().last(), Some(PathStep::Index(_)));
    let is_repeatable = match operation {
        Operation::Set { .. } => true,
        Operation::Insert { path, content } => *content != Content::Null && !is_item(path),
        _ => false,
    };
    if is_repeatable {
        let root = after.document_root(document).expect("what is set is there");
        assert_eq!(edit(root, operation), Ok(Vec::new()), "{}", after.text());
    }
}
