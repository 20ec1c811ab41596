//! Nodes, entries and places as readers see them.

use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, Stream, Value, parse};

fn read_as(dialect: Dialect, text: &str) -> Stream {
    let stream = parse(FileId(0), Arc::from(text), dialect, &Limits::default());
    assert!(stream.documents().len() == 1, "{text}");
    stream
}

fn read(text: &str) -> Stream {
    read_as(Dialect::GoYaml2, text)
}

fn json(dialect: Dialect, text: &str) -> String {
    read_as(dialect, text).document_root(0).expect("a root").to_json()
}

fn path(text: &str) -> FieldPath {
    text.parse().expect("a field path")
}

#[test]
fn numbers_stay_apart() {
    let stream = read("[1, -1, 18446744073709551615, 1.5, 012, ~, yes, 'yes', 1_000]");
    let values: Vec<_> = stream.document_root(0).expect("a root").items().map(Node::value).collect();
    let expected = [
        Value::Int(1),
        Value::Int(-1),
        Value::Uint(u64::MAX),
        Value::Float(1.5),
        Value::Int(10),
        Value::Null,
        Value::Bool(true),
        Value::Str("yes"),
        Value::Int(1000),
    ];
    assert_eq!(values, expected);
}

#[test]
fn keys_have_the_names_that_kubernetes_gives_them() {
    let stream = read("y: 1\n0x10: 2\n1.50: 3\n");
    let root = stream.document_root(0).expect("a root");
    let names: Vec<_> = root.entries().map(|entry| entry.name().into_owned()).collect();
    assert_eq!(names, ["true", "16", "1.5"]);
    assert_eq!(root.get("true").and_then(Node::as_i64), Some(1));
    assert!(root.get("y").is_none());
}

#[test]
fn the_last_duplicate_counts() {
    let stream = read("a: 1\nb: 2\na: 3\n");
    let root = stream.document_root(0).expect("a root");
    assert_eq!(root.get("a").and_then(Node::as_i64), Some(3));
    assert_eq!((root.entries().count(), root.written_entries().count()), (2, 3));
    let problem = &stream.documents()[0].problems[0];
    assert_eq!(problem.span.range(), 10..11);
    assert_eq!(problem.related.map(Span::range), Some(0..1));
}

#[test]
fn v3_compares_the_text_of_keys() {
    let many = (0..20).map(|number| format!("k{number}: 0\n")).collect::<Vec<_>>().concat();
    for (text, is_accepted) in
        [("+1: a\n\"+1\": b\n", false), ("1: a\n+1: b\n", true), ("a: 1\na: 2\n", false)]
    {
        for text in [text.to_owned(), many.clone() + text] {
            assert_eq!(read_as(Dialect::GoYaml3, &text).is_accepted(), is_accepted, "{text}");
            assert!(read(&text).is_accepted(), "{text}");
        }
    }
}

#[test]
fn merge_keys_differ_between_the_dialects() {
    let text = "base: &b {x: 1, y: 2}\nthis:\n  x: 0\n  <<: *b\n";
    assert!(json(Dialect::GoYaml2, text).ends_with(r#""this":{"true":2,"x":1}}"#));
    assert!(json(Dialect::GoYaml3, text).ends_with(r#""this":{"x":0,"y":2}}"#));
    let text = "- &a {x: 1}\n- &b {x: 2, z: 3}\n- <<: [*a, *b]\n  w: 4\n";
    for dialect in [Dialect::GoYaml2, Dialect::GoYaml3] {
        assert!(json(dialect, text).ends_with(r#"{"w":4,"x":1,"z":3}]"#));
    }
}

#[test]
fn merged_entries_say_so() {
    let stream = read("base: &b {x: 1}\nthis:\n  <<: *b\n  w: 2\n");
    let this = stream.document_root(0).and_then(|root| root.get("this")).expect("an entry");
    let entries: Vec<_> = this.entries().map(|entry| (entry.name().into_owned(), entry.merged)).collect();
    assert_eq!(entries, [("x".to_owned(), true), ("w".to_owned(), false)]);
}

#[test]
fn an_alias_shows_its_anchor_and_keeps_its_place() {
    let stream = read("a: &x {n: 1}\nb: *x\n");
    let alias = stream.document_root(0).and_then(|root| root.get("b")).expect("an entry");
    assert!(alias.is_alias());
    assert_eq!(alias.source_text(), "{n: 1}");
    assert_eq!(stream.slice(alias.written_span()), "*x");
}

#[test]
fn the_nearest_written_part_of_a_path() {
    let stream = read("spec:\n  containers:\n  - name: a\n");
    let root = stream.document_root(0).expect("a root");
    assert_eq!(root.at(&path("spec.containers[0].name")).and_then(Node::as_str), Some("a"));
    let found = root.nearest(&path("spec.containers[0].resources.limits"));
    assert_eq!((found.matched, found.node.source_text()), (3, "name: a"));
    let found = root.nearest(&path("spec.replicas"));
    assert_eq!(
        found.entry.map(|entry| stream.slice(entry.span())),
        Some("spec:\n  containers:\n  - name: a")
    );
    assert!(root.at(&path("spec.replicas")).is_none());
}

#[test]
fn parts_of_strings_in_the_source() {
    for (text, part, expected) in [
        ("a: http://x:80/\n", "80", "80"),
        ("a: \"x\\ty \\u00e9 end\"\n", "end", "end"),
        ("a: \"x\\ty \\u00e9 end\"\n", "\u{e9}", "\\u00e9"),
        ("a: 'it''s on'\n", "on", "on"),
        ("a: |\n  #!/bin/sh\n  curl x\n", "curl", "curl"),
        ("a:\n  - b: |2-\n       curl x\n      exec y", "exec y", "exec y"),
        ("a: >\n  one\n  two\n\n  three\n", "one two", "one\n  two"),
        ("a: one\n  two\n", "e t", "e\n  t"),
    ] {
        let stream = read(text);
        let mut node = stream.document_root(0).and_then(|root| root.get("a")).expect("an entry");
        if let Some(item) = node.index(0) {
            node = item.get("b").expect("an entry");
        }
        let value = node.as_str().expect("a string");
        let at = value.find(part).unwrap_or_else(|| panic!("{part:?} in {value:?}"));
        let span = node.part_span(at..at + part.len()).expect("a place");
        assert_eq!(stream.slice(span), expected, "{text}");
    }
}

#[test]
fn a_part_of_an_empty_string_lies_inside_it() {
    for (text, at) in [("\na: \"\"\n", 5), ("\na: ''\n", 5), ("\na: !!str\n", 9), ("\na: |\nb:\n", 4)] {
        let stream = read(text);
        let node = stream.document_root(0).and_then(|root| root.get("a")).expect("an entry");
        assert_eq!(node.part_span(0..0).map(Span::range), Some(at..at), "{text:?}");
    }
}

#[test]
fn parts_of_json_strings_in_the_source() {
    let stream = read_as(Dialect::Json, r#"{"a": "x\u00e9y\ud83d\ude00z"}"#);
    let node = stream.document_root(0).and_then(|root| root.get("a")).expect("an entry");
    assert_eq!(node.as_str(), Some("x\u{e9}y\u{1f600}z"));
    assert_eq!(node.part_span(3..4).map(|span| stream.slice(span)), Some("y"));
    assert_eq!(node.part_span(4..8).map(|span| stream.slice(span)), Some(r"\ud83d\ude00"));
}

#[test]
fn comments_are_kept() {
    let text = "# head\na: 1 # one\nb: | # two\n  # text\n# foot";
    let stream = read(text);
    let comments: Vec<_> = stream.comments().iter().map(|comment| stream.comment_text(*comment)).collect();
    assert_eq!(comments, ["# head", "# one", "# two", "# foot"]);
}

#[test]
fn spans_leave_out_tag_anchor_and_line_break() {
    let stream = read("a: !!str &x 12 # c\nb: |\n  text\n\nc: [1,\n  2]\nd:\n");
    let root = stream.document_root(0).expect("a root");
    let texts: Vec<_> = root.entries().map(|entry| entry.value.source_text()).collect();
    assert_eq!(texts, ["12", "|\n  text", "[1,\n  2]", ""]);
    assert_eq!(root.source_text(), stream.text().trim_end());
}

#[test]
fn the_text_of_scalars_for_messages() {
    let stream = read("[0x10, \"a b\", !!int '12', ~, [1]]");
    let root = stream.document_root(0).expect("a root");
    let texts: Vec<_> =
        root.items().map(|item| item.scalar_text().map(std::borrow::Cow::into_owned)).collect();
    let expected = ["0x10", "a b", "12", "~"].map(|text| Some(text.to_owned()));
    assert_eq!(texts, expected.into_iter().chain([None]).collect::<Vec<_>>());
}
