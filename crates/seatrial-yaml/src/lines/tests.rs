use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use seatrial_source::FileId;

use crate::compose::{compose, compose_by_tokens};
use crate::{Dialect, Limits, Stream};

/// Lines that are plain, and lines that are not quite.
const LINES: [&str; 56] = [
    "a: b",
    "b: c d # e",
    "c:",
    "d: ",
    "e: # f",
    "- a",
    "-",
    "- # x",
    "- a: b",
    "-  c:",
    "- - x",
    "- - - a:",
    "- |",
    "- \"a b\"",
    "- 'it''s': d",
    "- []",
    "- {}",
    "- [a, 'b c', -1]",
    "# comment",
    "",
    "   ",
    "---",
    "--- # x",
    "...",
    "text",
    "a : b",
    "a: b: c",
    "a: - b",
    "f: |",
    "g: >-",
    "h: |2 # x",
    "i: \"x\\ty\"",
    "\"j\": 'x' # y",
    "'k': \"x",
    "y\": z",
    "l: \"x\"#y",
    "m: {}",
    "n: [] # x",
    "o: [a, b, [c], {d: e}]",
    "p: {a: 1, \"b\":2, c: [x y,z]}",
    "q: [a, b,]",
    "r: {a, b: }",
    "s: [a",
    "<<: {t: u}",
    "u: &x y",
    "v: *x",
    "w: !!str 1",
    "x:\ty",
    "y: a\t# b",
    "? z",
    "yes: no",
    "1: 0x1F",
    "~: 2001-01-01",
    "a: \u{e9} -x ?y :z",
    "%b: c",
    "- -x",
];

fn check(text: &str, limits: &Limits) {
    let parts = |it: Stream| {
        let Stream { nodes, children, decoded, documents, comments, problems, .. } = it;
        format!("{nodes:#?}\n{children:?}\n{decoded:?}\n{documents:#?}\n{comments:?}\n{problems:#?}")
    };
    for dialect in [Dialect::GoYaml2, Dialect::GoYaml3] {
        let stream = || Stream::new(FileId(3), Arc::from(text), dialect);
        let [lines, tokens] = [compose(stream(), limits), compose_by_tokens(stream(), limits)].map(parts);
        assert!(lines == tokens, "of {text:?} in {dialect:?}\n{lines}\n is not\n{tokens}");
    }
}

#[test]
fn two_lines_are_read_as_by_tokens() {
    for first in LINES {
        for second in LINES {
            for indent in ["", "  "] {
                check(&format!("{first}\n{indent}{second}\n"), &Limits::default());
            }
        }
    }
}

fn yaml_below(directory: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).expect("it can be listed") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            yaml_below(&path, texts);
        } else if path.extension().is_some_and(|it| it == "yaml") {
            texts.extend(std::fs::read_to_string(&path));
        }
    }
}

#[test]
fn files_of_this_repository_are_read_as_by_tokens() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut texts = Vec::new();
    for directory in ["crates", "examples"] {
        yaml_below(&top.join(directory), &mut texts);
    }
    assert!(texts.len() > 100);
    for text in texts {
        check(&text, &Limits::default());
    }
}

/// Each line a little deeper or less deep than the one before.
fn texts() -> impl Strategy<Value = String> {
    let line = (prop::sample::select(LINES.to_vec()), 0_usize..7, 0_usize..24);
    prop::collection::vec(line, 0..16).prop_map(|lines| {
        let indented = |(line, indent, end): (&str, usize, usize)| {
            let end = ["\r\n", " \n"].get(end).unwrap_or(&"\n");
            format!("{:indent$}{line}{end}", "")
        };
        lines.into_iter().map(indented).collect()
    })
}

/// Blocks that are right but for a few lines.
fn blocks() -> impl Strategy<Value = String> {
    let scalar =
        prop::sample::select(vec!["x", "1", "\"a b\"", "'c'", "[d, e]", "{f: g}", "|\n          h\n", ""]);
    let leaf = scalar.prop_map(|it| vec![it.to_owned()]);
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        let children = prop::collection::vec(inner, 1..4);
        (children, 0_usize..4, 0_usize..3).prop_map(|(children, form, indent)| {
            let mut lines = Vec::new();
            for (at, child) in children.into_iter().enumerate() {
                let key = if form < 3 { format!("k{at}:") } else { "-".to_owned() };
                match &child[..] {
                    [scalar] => lines.push(format!("{key} {scalar}")),
                    block => {
                        let is_list = block[0].starts_with('-');
                        let indent = if form < 3 && is_list { indent } else { indent + 1 };
                        if form == 3 && indent == 1 {
                            lines.push(format!("- {}", block[0]));
                            lines.extend(block[1..].iter().map(|it| format!("  {it}")));
                        } else {
                            lines.push(key);
                            lines.extend(block.iter().map(|it| format!("{:indent$}{it}", "")));
                        }
                    }
                }
            }
            lines
        })
    });
    let slip =
        prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(LINES.to_vec())), 0..3);
    (tree, slip).prop_map(|(mut lines, slips)| {
        for (at, slip) in slips {
            let at = at.index(lines.len());
            let indent = lines[at].len() - lines[at].trim_start().len();
            lines.insert(at, format!("{:indent$}{slip}", ""));
        }
        lines.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn lines_are_read_as_by_tokens(text in texts()) {
        check(&text, &Limits::default());
    }

    #[test]
    fn blocks_are_read_as_by_tokens(text in blocks(), depth in 0_usize..12, nodes in 4_usize..64) {
        check(&text, &Limits::default());
        check(&text, &Limits { depth, nodes, ..Limits::default() });
    }
}
