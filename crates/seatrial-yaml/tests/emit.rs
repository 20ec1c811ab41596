//! What is printed is read back as the same value.

use std::fmt::Write;
use std::sync::Arc;

use proptest::prelude::*;
use seatrial_source::FileId;
use seatrial_yaml::emit::{EmitOptions, Emitter, emit, is_plain_in_flow, is_plain_string};
use seatrial_yaml::{Dialect, Limits, Node, Stream, Style, parse};

const V2: Dialect = Dialect::GoYaml2;
const V3: Dialect = Dialect::GoYaml3;

fn read(text: &str, dialect: Dialect) -> Stream {
    parse(FileId(0), Arc::from(text), dialect, &Limits::default())
}

/// Texts full of what makes quotes necessary.
fn tricky_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec![
            "a", "b", "word", " ", " ", "  ", "\n", "\n", "\t", ": ", ":", " #", "#", "- ", "-", "? ", "'", "\"", "\\", "{",
            "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "=", "<<", "~", "---", "...", "0", "12", "1:30", "0x1f", "1e3",
            ".5", "yes", "off", "null", "true", "2001-01-01", "\r", "\u{7}", "\0", "\u{85}", "\u{a0}", "\u{feff}",
            "\u{2028}", "\u{2029}", "é", "日本", "😀", "some words that are as long as", "a line without a space in it",
        ])
        .prop_map(str::to_owned),
        1 => ".{0,2}",
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Values as JSON text.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        5 => tricky_text().prop_map(|text| quoted(&text)),
        1 => prop::sample::select(vec!["null", "true", "false", "0", "-7", "18446744073709551615", "1.5", "1e300", "-2.5e-9"])
            .prop_map(str::to_owned),
        1 => any::<f64>().prop_filter("JSON has no others", |value| value.is_normal()).prop_map(|value| format!("{value:e}")),
        1 => any::<i64>().prop_map(|value| value.to_string()),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        let key = prop_oneof![3 => "[a-c]{1,2}[0-9]{0,2}", 2 => tricky_text(), 1 => "k{125,131}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map(key, inner, 0..5).prop_map(|entries| {
                let entries = entries.iter().map(|(key, value)| format!("{}:{value}", quoted(key)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            ' '..='~' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a string takes everything");
                }
            }
        }
    }
    out + "\""
}

fn check(json: &str, options: EmitOptions) -> Result<(), TestCaseError> {
    let stream = read(json, Dialect::Json);
    let root = stream.document_root(0).expect("it is JSON");
    let text = emit(root, &options.direct());
    let again = read(&text, options.dialect());
    prop_assert!(again.is_accepted(), "{:?} gives {text:?}: {:?}", json, again.all_problems().next());
    // YAML reads a zero with a sign as an integer, and those have one zero only.
    // A string may hold the same letters, so both sides lose the sign.
    let unsigned = |root: Node<'_>| root.to_json().replace("-0", "0");
    prop_assert_eq!(again.document_root(0).map(unsigned), Some(unsigned(root)), "{:?}", text);
    Ok(())
}

fn scalar(text: &str, style: Style, options: &EmitOptions) -> String {
    let mut emitter = Emitter::new(String::new(), options);
    emitter.begin_sequence().and_then(|()| emitter.scalar(text, style)).expect("a string takes everything");
    emitter.end().expect("a string takes everything");
    emitter.finish().expect("a string takes everything")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(768) })]

    #[test]
    fn v2_reads_what_it_prints(json in json()) {
        // The library prints this key plain, and then takes it for a merge.
        prop_assume!(!json.contains("\"<<\":"));
        check(&json, EmitOptions::new(V2))?;
        check(&json, EmitOptions::new(V2).width(None))?;
    }

    #[test]
    fn v3_reads_what_it_prints_with_an_indent_of_two(json in json()) {
        // The library begins block scalars with tabs, and then refuses them.
        prop_assume!(!["\"\\u0009", "\\u000a\\u0009", " \\u0009"].iter().any(|start| json.contains(start)));
        check(&json, EmitOptions::new(V3).indent(2))?;
        check(&json, EmitOptions::new(V3).indent(2).compact_sequences(true))?;
        check(&json, EmitOptions::new(V3).indent(2).width(Some(30)))?;
    }

    #[test]
    fn whatever_is_read_is_printed(text in tricky_text()) {
        for dialect in [V2, V3, Dialect::Json] {
            let stream = read(&text, dialect);
            for root in stream.roots() {
                emit(root, &EmitOptions::new(dialect));
                emit(root, &EmitOptions::new(dialect).indent(3).compact_sequences(true).width(Some(9)).direct());
            }
        }
    }

    #[test]
    fn quotes_and_block_scalars_keep_the_text(text in tricky_text()) {
        for options in [EmitOptions::new(V2), EmitOptions::new(V3).indent(2)] {
            for style in [Style::SingleQuoted, Style::DoubleQuoted, Style::Literal] {
                let starts_with_tab = text.trim_start_matches([' ', '\n', '\u{2028}', '\u{2029}']).starts_with('\t');
                if style == Style::Literal && starts_with_tab && options.dialect() == V3 {
                    continue;
                }
                let printed = scalar(&text, style, &options);
                let stream = read(&printed, options.dialect());
                let item = stream.document_root(0).and_then(|root| root.index(0));
                prop_assert!(stream.is_accepted(), "{:?}", printed);
                prop_assert_eq!(item.and_then(Node::as_str), Some(text.as_str()), "{:?}", printed);
            }
        }
    }

    #[test]
    fn plain_strings_mean_themselves(text in tricky_text()) {
        for dialect in [V2, V3] {
            if is_plain_string(&text, V3) {
                prop_assert!(is_plain_string(&text, V2));
                let stream = read(&format!("- {text}\n- {text}: {text}\n"), dialect);
                let json = format!("[{0},{{{0}:{0}}}]", quoted(&text));
                let root = stream.document_root(0).map(Node::to_json);
                prop_assert_eq!(root, read(&json, Dialect::Json).document_root(0).map(Node::to_json), "{}", text);
            }
            if is_plain_in_flow(&text, V3) {
                let stream = read(&format!("[{text}, {{{text}: {text}}}]"), dialect);
                let json = format!("[{0},{{{0}:{0}}}]", quoted(&text));
                let root = stream.document_root(0).map(Node::to_json);
                prop_assert_eq!(root, read(&json, Dialect::Json).document_root(0).map(Node::to_json), "{}", text);
            }
        }
    }
}

#[test]
fn deep_nesting_needs_no_stack() {
    let depth = 9_000;
    let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let stream = read(&text, Dialect::Json);
    let root = stream.document_root(0).expect("it is JSON");
    for dialect in [V2, V3] {
        let printed = emit(root, &EmitOptions::new(dialect));
        assert_eq!(printed.matches('-').count(), depth - 1);
    }
}
