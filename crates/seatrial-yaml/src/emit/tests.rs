//! What the golden answers do not reach: other options, flow style, several
//! documents.

use seatrial_source::FileId;

use super::{EmitOptions, Emitter, emit};
use crate::{Dialect, Limits, Style, parse};

const V2: Dialect = Dialect::GoYaml2;
const V3: Dialect = Dialect::GoYaml3;

fn printed(text: &str, options: EmitOptions) -> String {
    let stream = parse(FileId(0), text.into(), options.dialect(), &Limits::default());
    let documents = stream.roots().map(|root| emit(root, &options));
    documents.collect::<Vec<_>>().join("---\n")
}

#[test]
fn sequences_stand_where_the_dialect_and_the_options_put_them() {
    let text = "a: {b: [[1, {c: [2]}]]}";
    for (options, expected) in [
        (EmitOptions::new(V2), "a:\n  b:\n  - - 1\n    - c:\n      - 2\n"),
        (EmitOptions::new(V3), "a:\n    b:\n        - - 1\n          - c:\n                - 2\n"),
        (EmitOptions::new(V3).indent(2), "a:\n  b:\n    - - 1\n      - c:\n          - 2\n"),
        (EmitOptions::new(V3).indent(2).compact_sequences(true), "a:\n  b:\n  - - 1\n    - c:\n      - 2\n"),
    ] {
        assert_eq!(printed(text, options), expected);
    }
}

#[test]
fn only_v2_folds_long_lines() {
    let words = "word ".repeat(20);
    let text = format!("a: {}", words.trim_end());
    let lines = printed(&text, EmitOptions::new(V2)).lines().count();
    assert_eq!(lines, 2);
    assert_eq!(printed(&text, EmitOptions::new(V2).width(None)).lines().count(), 1);
    assert_eq!(printed(&text, EmitOptions::new(V3)).lines().count(), 1);
    let narrow = printed(&text, EmitOptions::new(V3).width(Some(20)));
    assert_eq!(narrow.lines().map(str::len).collect::<Vec<_>>(), [22, 23, 23, 23, 23]);
}

#[test]
fn json_in_between_makes_whole_floats_integers() {
    let text = "[1e6, 1e20, 2.5, 1e-7, 2001-01-01]";
    let by_way_of_json = printed(text, EmitOptions::new(V3));
    assert_eq!(by_way_of_json, "- 1000000\n- 1e+20\n- 2.5\n- 1e-07\n- \"2001-01-01T00:00:00Z\"\n");
    let direct = printed(text, EmitOptions::new(V3).direct());
    assert_eq!(direct, "- 1e+06\n- 1e+20\n- 2.5\n- 1e-07\n- 2001-01-01T00:00:00Z\n");
}

#[test]
fn flow_style_and_documents() -> std::fmt::Result {
    for (dialect, expected) in
        [(V2, "{a: [1, '#', {}]}\n--- 'x y: z'\n"), (V3, "{a: [1, '#', {}]}\n---\n'x y: z'\n")]
    {
        let mut emitter = Emitter::new(String::new(), &EmitOptions::new(dialect));
        emitter.begin_flow_mapping()?;
        emitter.str("a")?;
        emitter.begin_flow_sequence()?;
        emitter.int(1)?;
        emitter.str("#")?;
        emitter.begin_mapping()?;
        emitter.end()?;
        emitter.end()?;
        emitter.end()?;
        emitter.scalar("x y: z", Style::Plain)?;
        assert_eq!(emitter.finish()?, expected);
    }
    Ok(())
}
