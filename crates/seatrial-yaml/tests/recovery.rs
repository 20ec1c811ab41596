//! What is left of a broken text, and where the problem is said to be.

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, ProblemKind, Stream, parse};

fn read(text: &str) -> Stream {
    parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default())
}

/// The documents as JSON, and the text at each problem with its line.
fn outcome(text: &str) -> (Vec<String>, Vec<(usize, String)>) {
    let stream = read(text);
    let documents = stream.documents().iter().map(|document| match document.root {
        Some(root) => stream.node(root).to_json(),
        None => "nothing".to_owned(),
    });
    let problems = stream.all_problems().map(|problem| {
        let line = text[..problem.span.start as usize].matches('\n').count() + 1;
        (line, stream.slice(problem.span).to_owned())
    });
    (documents.collect(), problems.collect())
}

#[track_caller]
fn check(text: &str, documents: &[&str], problems: &[(usize, &str)]) {
    let (found_documents, found_problems) = outcome(text);
    assert_eq!(found_documents, documents, "{text}");
    let found: Vec<_> = found_problems.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(found, problems, "{text}");
}

#[test]
fn a_bad_entry_costs_only_itself() {
    check("a: 1\nb: x: y\nc: 3\n", &[r#"{"a":1,"b":"x","c":3}"#], &[(2, ":")]);
    check("a: 1\nb\nc: 3\n", &[r#"{"a":1,"c":3}"#], &[(2, "b")]);
    check("a: @x\nb: 2\n", &[r#"{"a":null,"b":2}"#], &[(1, "@")]);
    check("a: \"\\d\"\nb: 2\n", &[r#"{"a":null,"b":2}"#], &[(1, "\\d")]);
    check("a:\n\t- b\nc: 3\n", &[r#"{"a":null,"c":3}"#], &[(2, "\t")]);
    check("a: 'it's'\nb: 3\n", &[r#"{"a":"it","b":3}"#], &[(1, "s'")]);
}

#[test]
fn wrong_indentation_costs_only_its_line() {
    check("a:\n  b: 1\n c: 2\nd: 3\n", &[r#"{"a":{"b":1},"d":3}"#], &[(3, "c: 2")]);
    check("- name: d\n image: e\n- name: f\n", &[r#"[{"name":"d"},{"name":"f"}]"#], &[(2, "image: e")]);
    check(
        "list:\n- name: d\n image: e\n- name: f\nend: 1\n",
        &[r#"{"end":1,"list":[{"name":"d"},{"name":"f"}]}"#],
        &[(3, "image: e")],
    );
}

#[test]
fn what_is_never_closed_is_shown_where_it_opens() {
    check("a: [1\nb: 3\n", &[r#"{"a":["1 b"],"b":3}"#], &[(1, "[")]);
    check("a: {x: 1,\nb: 3", &[r#"{"a":{"b":3,"x":1},"b":3}"#], &[(1, "{")]);
    check("a: \"open\nb: 3\n", &[r#"{"a":null,"b":3}"#], &[(1, "\"")]);
    check("a: 'open\n---\nb: 3\n", &[r#"{"a":null}"#, r#"{"b":3}"#], &[(1, "'")]);
}

#[test]
fn a_bad_document_does_not_hide_the_others() {
    check("a: 1\n---\nb: [\n---\nc: 2\n", &[r#"{"a":1}"#, r#"{"b":[]}"#, r#"{"c":2}"#], &[(3, "[")]);
    check("%YAML 1.2\n---\na: 1\n---\nb: 2\n", &[r#"{"a":1}"#, r#"{"b":2}"#], &[(1, "%YAML 1.2")]);
    check("]\n---\nb: 2\n", &["nothing", r#"{"b":2}"#], &[(1, "]")]);
    let stream = read("a: 1\n---\nb: [\n---\nc: 2\n");
    let accepted: Vec<_> = stream.documents().iter().map(seatrial_yaml::Document::is_accepted).collect();
    assert_eq!(accepted, [true, false, true]);
}

#[test]
fn one_mistake_is_one_problem() {
    check("a: {{ .Values.x }}\nb: 2\n", &[r#"{"a":{"{ .Values.x }":null},"b":2}"#], &[(1, "{ .Values.x }")]);
    check("a: {{ .x }}-y\nb: 2\n", &[r#"{"a":{"{ .x }":null},"b":2}"#], &[(1, "{ .x }")]);
    check("{{ .x }}: y\nz: 1\n", &[r#"{"z":1,"{{ .x }}":true}"#], &[(1, "{ .x }")]);
    check(
        "a: |\n  x\n y\n z\nb: 2\n",
        &[r#"{"a":"x\n","b":2}"#],
        &[(3, "y\n z")].map(|(line, _)| (line, "y")),
    );
}

#[test]
fn template_lines_are_stepped_over() {
    let text = "a: 1\n{{- if .x }}\nb: 2\n{{- end }}\nc: 3\n";
    check(text, &[r#"{"a":1,"b":2,"c":3}"#], &[(2, "{{- if .x }}"), (4, "{{- end }}")]);
}

#[test]
fn a_forbidden_character_is_a_problem_of_its_document() {
    check("a: b\u{7}c\n---\nd: 1\n", &[r#"{"a":"b\u0007c"}"#, r#"{"d":1}"#], &[(1, "\u{7}")]);
    check("a: b\0c\0d\n", &[r#"{"a":"b\u0000c\u0000d"}"#], &[(1, "\0")]);
}

#[test]
fn aliases_without_an_anchor_are_null() {
    check("a: *nope\nb: &x [*x]\n", &[r#"{"a":null,"b":[null]}"#], &[(1, "*nope"), (2, "*x")]);
}

#[test]
fn values_that_kubernetes_refuses() {
    use ProblemKind::{Key, Merge, Value};
    let stream = read("x: .inf\n~: 1\n[a]: 2\n<<: 3\nn: !!int abc\nb: !!binary x\n");
    let kinds: Vec<_> = stream.all_problems().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [Value, Key, Key, Merge, Value, Value]);
}

#[test]
fn a_duplicate_takes_the_problem_of_the_first_value_away() {
    let stream = read("a: .inf\na: 1\n");
    let problems: Vec<_> = stream.all_problems().map(|problem| (problem.kind, problem.is_fatal())).collect();
    assert_eq!(problems, [(ProblemKind::DuplicateKey, false)]);
    assert!(stream.is_accepted());
}

#[test]
fn a_document_full_of_problems_is_given_up() {
    let text = "a: @\n".repeat(100) + "---\nb: 1\n";
    let stream = read(&text);
    let problems = stream.documents()[0].problems.iter();
    let broken = problems.filter(|problem| problem.kind == ProblemKind::Syntax);
    assert_eq!(broken.count(), Limits::default().problems);
    assert_eq!(stream.document_root(1).map(Node::to_json).as_deref(), Some(r#"{"b":1}"#));
}

#[test]
fn keys_that_nobody_takes_are_found_by_their_name() {
    for text in ["{*b, *c: 1}\n", "? *b\n? *b\n: 1\n", "a: &a {*a, *b: 1}\n", "{[]: 1, []: 2}\n"] {
        let stream = read(text);
        let mut waiting: Vec<Node<'_>> = stream.roots().collect();
        while let Some(node) = waiting.pop() {
            for entry in node.entries() {
                let found = node.entry(&entry.name()).expect("an entry is found by its name");
                assert_eq!(found.value.id(), entry.value.id(), "{text}");
                waiting.push(entry.value);
            }
        }
    }
}

#[test]
fn a_stream_is_accepted_unless_a_problem_is_fatal() {
    let limits = Limits { bytes: 20, ..Limits::default() };
    let mut refused = 0;
    for dialect in [Dialect::GoYaml2, Dialect::GoYaml3, Dialect::Json] {
        for text in ["{}", "[", "{\"a\": 1}", "a: b: c", "a: \u{1}", "%", &"a".repeat(21), ""] {
            let stream = parse(FileId(0), Arc::from(text), dialect, &limits);
            let is_fatal = stream.all_problems().any(seatrial_yaml::Problem::is_fatal);
            assert_eq!(stream.is_accepted(), !is_fatal, "{text} {dialect:?}");
            refused += usize::from(is_fatal);
        }
    }
    assert!(refused > 9, "{refused}");
}

#[test]
fn a_document_says_whether_it_merges() {
    let merges = |text: &str| -> Vec<bool> {
        read(text).documents().iter().map(|document| document.has_merges).collect()
    };
    assert_eq!(merges("a: &a {b: c}\nd:\n- e: {<<: *a}\n---\nf: <<\n"), [true, false]);
    // Read by lines, by the scanner, and by the scanner after lines were given up.
    assert_eq!(merges("a: 1\n<<: {b: c}\n"), [true]);
    assert_eq!(merges("? <<\n: {b: c}\n"), [true]);
    assert_eq!(merges("<<: {b: c}\nd: [e,\n f]\n---\n\"<<\": {}\n"), [true, false]);
}
