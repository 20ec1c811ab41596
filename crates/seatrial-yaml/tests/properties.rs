//! What holds for every text, whatever is in it.

use std::sync::Arc;

use proptest::prelude::*;
use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits, Node, Stream, Style, Value, parse};

const DIALECTS: [Dialect; 3] = [Dialect::GoYaml2, Dialect::GoYaml3, Dialect::Json];

fn read(text: &str, dialect: Dialect) -> Stream {
    parse(FileId(7), Arc::from(text), dialect, &Limits::default())
}

/// Texts that come close to YAML: its indicators, and words between them.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "\n", "\n  ", "\n    ", " ", ": ", ":", "- ", "-", "? ", "#", " # c", "[", "]", "{", "}", ", ", "&a ",
            "*a", "!!str ", "! ", "!<x> ", "|", ">", "|-\n  ", ">+\n  ", "|2\n", "'", "\"", "\\", "\\n", "\\u00e9",
            "<<: *a", "\n---\n", "\n...\n", "%YAML 1.1\n", "%TAG ! x\n", "\t", "\r\n", "\r", "é", "\u{2028}",
            "\u{85}", "\u{feff}", "\u{7}", "\0", "~", "yes", "0x1F", "1e3", "2001-01-01", "!!binary aGk=", "@", "`",
            "{{ .x }}", "\"a\": 1", "true", "null", "😀",
        ])
        .prop_map(str::to_owned),
        2 => "[a-c]{1,3}",
        1 => "[a-c]{1,2}: [0-9a-c]{1,2}\n",
        1 => ".{0,3}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Looks at everything that a reader can look at.
fn visit(node: Node<'_>, seen: &mut Vec<(Span, Span)>, around: Span, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    seen.push((around, node.written_span()));
    node.scalar_text();
    if let Some(text) = node.as_str() {
        node.part_span(0..text.len());
    }
    for item in node.items() {
        visit(item, seen, node.span(), left);
    }
    for entry in node.written_entries() {
        visit(entry.key, seen, node.span(), left);
        visit(entry.value, seen, node.span(), left);
        seen.push((node.span(), entry.span()));
    }
    for entry in node.entries() {
        let found = node.entry(&entry.name()).expect("an entry is found by its name");
        assert_eq!(found.name(), entry.name());
    }
}

fn check_spans(stream: &Stream) -> Result<(), TestCaseError> {
    let whole = Span::new(stream.file(), 0, stream.text().len() as u32);
    let in_text = |span: Span| whole.contains(span) && stream.text().get(span.range()).is_some();
    for problem in stream.all_problems() {
        prop_assert!(in_text(problem.span), "{problem:?}");
        prop_assert!(problem.related.is_none_or(in_text), "{problem:?}");
    }
    for comment in stream.comments() {
        prop_assert!(stream.comment_text(*comment).starts_with('#'));
    }
    for document in stream.documents() {
        prop_assert!(in_text(document.span), "{document:?}");
        let Some(root) = document.root else { continue };
        let mut spans = Vec::new();
        visit(stream.node(root), &mut spans, document.span, &mut 10_000);
        for (around, span) in spans {
            prop_assert!(in_text(span), "{span:?}");
            prop_assert!(around.contains(span), "{span:?} in {around:?}");
        }
    }
    Ok(())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    for dialect in DIALECTS {
        let stream = read(text, dialect);
        check_spans(&stream)?;
        for root in stream.roots() {
            let json = root.to_json();
            let again = read(&json, Dialect::Json);
            prop_assert!(again.is_accepted(), "{json}");
            prop_assert_eq!(again.document_root(0).map(Node::to_json), Some(json));
        }
    }
    Ok(())
}

/// A scalar alone in its text means what it means in its document.
fn check_scalars(stream: &Stream, node: Node<'_>) -> Result<(), TestCaseError> {
    let children = node.items().chain(node.written_entries().flat_map(|entry| [entry.key, entry.value]));
    for child in children.collect::<Vec<_>>() {
        check_scalars(stream, child)?;
    }
    // The indentation of these is relative to what is around them; plain text
    // in brackets ends at a comma, and a dash or colon counts by what follows.
    let depends = matches!(node.style(), Style::Literal | Style::Folded | Style::Block | Style::Flow);
    // At the start of a text, a byte order mark is no part of the scalar.
    let source = node.source_text();
    let depends = depends || source.starts_with('\u{FEFF}');
    let is_tagged = stream.text()[..node.span().start as usize].trim_end().ends_with(|letter| letter != ':');
    if depends
        || source.ends_with([':', '-'])
        || source.contains(['\n', '\r', '?', '\u{85}', '\u{2028}'])
        || is_tagged
    {
        return Ok(());
    }
    let alone = read(source, stream.dialect());
    if let (true, Some(root)) = (alone.is_accepted(), alone.document_root(0)) {
        prop_assert_eq!(root.to_json(), node.to_json(), "{}", source);
    }
    Ok(())
}

fn check_parts(node: Node<'_>) -> Result<(), TestCaseError> {
    for child in node.items().chain(node.written_entries().flat_map(|entry| [entry.key, entry.value])) {
        check_parts(child)?;
    }
    let Value::Str(text) = node.value() else { return Ok(()) };
    for (at, letter) in text.char_indices().filter(|(_, letter)| letter.is_ascii_alphanumeric()) {
        let Some(span) = node.part_span(at..at + 1) else { continue };
        let written = node.stream().slice(span);
        let is_escape = written.starts_with('\\');
        prop_assert!(is_escape || written == letter.to_string(), "{written:?} for {letter:?} of {text:?}");
        prop_assert!(node.span().contains(span), "{span:?} of {text:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_is_read_without_panic(text in ".{0,80}") {
        check(&text)?;
    }

    #[test]
    fn spans_lie_in_the_text_and_nest(text in yaml_like()) {
        check(&text)?;
    }

    #[test]
    fn scalars_mean_the_same_alone(text in yaml_like()) {
        for dialect in [Dialect::GoYaml2, Dialect::GoYaml3] {
            let stream = read(&text, dialect);
            for root in stream.roots().filter(|_| stream.is_accepted()) {
                check_scalars(&stream, root)?;
            }
        }
    }

    #[test]
    fn parts_of_strings_are_found_in_the_source(text in yaml_like()) {
        for dialect in DIALECTS {
            let stream = read(&text, dialect);
            for root in stream.roots() {
                check_parts(root)?;
            }
        }
    }
}
