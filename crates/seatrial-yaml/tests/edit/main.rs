//! Edits by example: each page holds texts before and after an operation.
//!
//! A case is a `##` heading, a fence with the text, a line with the operation
//! in backticks, and a fence with the text after it, or `refused: reason` or
//! `unchanged`. Words behind the fence's language change the text: `crlf`,
//! `bom`, `open` (no line break at the end); `json` and `v3` choose the
//! dialect; `closed` behind the second fence says that the last line got its
//! break. `@1` behind the verb means the second document.
//! `SEATRIAL_ACCEPT=1` writes the answers into the pages.

mod page;
mod properties;

use page::{Answer, Case};
use seatrial_source::FileId;
use seatrial_yaml::edit::{Content, Operation, apply, edit};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, Stream, Value, parse};

fn read(text: &str, dialect: Dialect) -> Stream {
    parse(FileId(0), text.into(), dialect, &Limits::default())
}

/// A value as the pages write it: JSON.
fn content(node: Node<'_>) -> Content {
    match node.value() {
        Value::Null => Content::Null,
        Value::Bool(value) => Content::Bool(value),
        Value::Int(value) => Content::Int(value),
        Value::Str(text) => Content::Text(text.to_owned()),
        Value::Sequence => Content::List(node.items().map(content).collect()),
        Value::Mapping => Content::Map(
            node.entries().map(|entry| (entry.name().into_owned(), content(entry.value))).collect(),
        ),
        Value::Uint(_) | Value::Float(_) => panic!("no such content"),
    }
}

fn operation(words: &str) -> (usize, Operation) {
    let (verb, rest) = words.split_once(' ').expect("a verb and a path");
    let (verb, document) = verb.split_once('@').unwrap_or((verb, "0"));
    let (path, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let path = if path == "." { "" } else { path }.parse().expect("a field path");
    let value = || {
        let stream = read(rest, Dialect::Json);
        assert!(stream.is_accepted(), "no JSON: {rest}");
        content(stream.document_root(0).expect("a value"))
    };
    let operation = match verb {
        "set" => Operation::Set { path, content: value() },
        "insert" => Operation::Insert { path, content: value() },
        "remove" => Operation::Remove { path },
        "rename" => Operation::Rename { path, name: rest.to_owned() },
        _ => panic!("no such verb: {verb}"),
    };
    (document.parse().expect("a number"), operation)
}

fn answer(case: &Case) -> Answer {
    let (document, operation) = operation(&case.operation);
    let stream = read(&case.text, case.dialect);
    let root = stream.document_root(document).expect("the document is there");
    match edit(root, &operation) {
        Err(refusal) => Answer::Refused(refusal.reason),
        Ok(edits) if edits.is_empty() => Answer::Unchanged,
        Ok(edits) => {
            let are_apart = edits.windows(2).all(|pair| pair[0].span.end < pair[1].span.start);
            assert!(are_apart, "{}: edits stand in order and apart: {edits:?}", case.name);
            Answer::Text(apply(&case.text, &edits).expect("edits of one text fit together"))
        }
    }
}

/// What was done once needs not be done again.
fn check_again(case: &Case, text: &str) {
    let (document, operation) = operation(&case.operation);
    let is_item = matches!(&operation, Operation::Insert { path, .. } | Operation::Remove { path }
        if matches!(path.last(), Some(seatrial_yaml::PathStep::Index(_))));
    let stream = read(text, case.dialect);
    let root = stream.document_root(document).expect("the document is still there");
    if !is_item {
        assert_eq!(edit(root, &operation), Ok(Vec::new()), "{}: a second time", case.name);
    }
}

fn check(page: &str) -> usize {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edit").join(page);
    let cases = page::cases(&std::fs::read_to_string(&path).expect("the page is there"));
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        let text = page::write(&path, &cases, answer);
        std::fs::write(&path, text).expect("the page can be written");
        return cases.len();
    }
    for case in &cases {
        let found = answer(case);
        assert_eq!(found, case.answer, "{page}: {}", case.name);
        if let Answer::Text(text) = &found {
            check_again(case, text);
        }
    }
    cases.len()
}

#[test]
fn blocks() {
    assert!(check("blocks.md") > 50);
}

#[test]
fn scalars() {
    assert!(check("scalars.md") > 20);
}

#[test]
fn brackets() {
    assert!(check("brackets.md") > 20);
}

#[test]
fn shared_values() {
    assert!(check("shared.md") > 10);
}

/// Editors see one line where the YAML of Go's libraries sees two.
#[test]
fn uncommon_line_breaks_are_left_alone() {
    for wide in ["\u{85}", "\u{2028}", "\u{2029}"] {
        let text = format!("a:{wide}  b: 1\nc: 2\n");
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
        let root = stream.document_root(0).expect("one document");
        let remove = Operation::Remove { path: FieldPath::root().key("c") };
        let refusal = edit(root, &remove).expect_err("lines cannot be told apart");
        assert_eq!(refusal.to_string(), "the file breaks lines with U+0085, U+2028 or U+2029");
    }
}
