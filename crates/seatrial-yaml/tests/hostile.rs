//! Texts made to hurt.

use std::fmt::Write;
use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, ProblemKind, Stream, parse};

fn read(dialect: Dialect, text: String) -> Stream {
    parse(FileId(0), Arc::from(text), dialect, &Limits::default())
}

fn kinds(stream: &Stream) -> Vec<ProblemKind> {
    stream.all_problems().map(|problem| problem.kind).collect()
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    for dialect in [Dialect::GoYaml2, Dialect::GoYaml3, Dialect::Json] {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let stream = read(dialect, deep(10_000));
        assert!(stream.is_accepted());
        let root = stream.document_root(0).expect("a root");
        assert_eq!(root.to_json().len(), 20_000);
        assert_eq!(kinds(&read(dialect, deep(10_001))), [ProblemKind::Depth]);
    }
}

#[test]
fn deep_blocks_are_refused() {
    let mut text = String::new();
    for depth in 0..10_001 {
        writeln!(text, "{:depth$}a:", "").expect("a string takes everything");
    }
    assert_eq!(kinds(&read(Dialect::GoYaml2, text)), [ProblemKind::Depth]);
    let dashes = "- ".repeat(20_000);
    assert_eq!(kinds(&read(Dialect::GoYaml3, dashes)), [ProblemKind::Depth]);
}

#[test]
fn alias_bombs_are_refused_and_defused() {
    for merge in [false, true] {
        let mut text = String::from("a0: &a0 {x: 1}\n");
        for level in 1..60 {
            let below = level - 1;
            let value = if merge {
                format!("{{<<: [*a{below}, *a{below}]}}")
            } else {
                format!("[*a{below}, *a{below}]")
            };
            writeln!(text, "a{level}: &a{level} {value}").expect("a string takes everything");
        }
        let stream = read(Dialect::GoYaml2, text);
        assert_eq!(kinds(&stream), [ProblemKind::ExcessiveAliasing]);
        let root = stream.document_root(0).expect("a root");
        assert!(root.to_json().len() < 10_000);
    }
}

#[test]
fn a_long_chain_of_merges_is_followed() {
    let mut text = String::from("a0: &a0 {x: 1}\n");
    for level in 1..100 {
        writeln!(text, "a{level}: &a{level} {{<<: *a{}}}", level - 1).expect("a string takes everything");
    }
    for dialect in [Dialect::GoYaml2, Dialect::GoYaml3] {
        let stream = read(dialect, text.clone());
        let last = stream.document_root(0).and_then(|root| root.get("a99")).expect("an entry");
        assert_eq!(last.get("x").and_then(Node::as_i64), Some(1));
    }
}

#[test]
fn a_text_beyond_the_limit_is_not_read() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    let stream = parse(FileId(0), Arc::from("a: 1\nb: 22\n"), Dialect::GoYaml2, &limits);
    assert_eq!((stream.documents().len(), kinds(&stream)), (0, vec![ProblemKind::Size]));
}

#[test]
fn reading_stops_at_the_limit_of_nodes() {
    let limits = Limits { nodes: 100, ..Limits::default() };
    for (dialect, text) in [
        (Dialect::GoYaml2, "- a: [b]\n".repeat(1000)),
        (Dialect::GoYaml2, "---\n]\n".repeat(1000)),
        (Dialect::Json, "[1]".repeat(1000)),
        (Dialect::Json, format!("[{}1]", "1,".repeat(1000))),
    ] {
        let stream = parse(FileId(0), Arc::from(text), dialect, &limits);
        assert!(kinds(&stream).contains(&ProblemKind::Size));
        assert!(stream.documents().len() <= 101);
        stream.roots().for_each(|root| drop(root.to_json()));
    }
}

#[test]
fn many_unclosed_quotes_take_linear_time() {
    let text = "a: 'x\n---\n".repeat(50_000);
    assert_eq!(read(Dialect::GoYaml2, text).documents().len(), 50_001);
    let stream = read(Dialect::GoYaml2, "a: \"\\q\n".repeat(50_000));
    let broken = kinds(&stream).into_iter().filter(|kind| *kind == ProblemKind::Syntax);
    assert_eq!(broken.count(), Limits::default().problems);
}

#[test]
fn many_keys_in_one_mapping_take_linear_time() {
    let mut text = String::new();
    for number in 0..100_000 {
        writeln!(text, "key{number}: {number}").expect("a string takes everything");
    }
    let stream = read(Dialect::GoYaml3, text);
    assert!(stream.is_accepted());
    assert_eq!(stream.document_root(0).map(Node::len), Some(100_000));
}

#[test]
fn a_tag_that_the_end_cuts_off_is_marked_within_the_text() {
    for text in ["!%", "!%C3", "!%C4é", "!%F0%9F\u{85}"] {
        let stream = read(Dialect::GoYaml2, text.to_owned());
        let problem = stream.all_problems().next().expect("it is no tag");
        assert!(text.get(problem.span.range()).is_some(), "{text}: {:?}", problem.span);
    }
}
