//! Where the text that functions make came from: each row is a template and its
//! output cut into pieces. `a` and `b` stand for the values of these names, with
//! the bytes that were taken from them; `=` is the template's own text, `-` text
//! that nobody wrote, `~` what was computed.

use std::sync::Arc;

use seatrial_helm::functions;
use seatrial_helm::template::engine::on_deep_stack;
use seatrial_helm::template::trace::Origin;
use seatrial_helm::template::{Engine, Home, Map, Options, OriginId, Set, Trace, Value};
use seatrial_source::{FileId, Span};

/// The template's file; the values are in files 1 and 2.
const TEMPLATE: FileId = FileId(0);

fn pieces(template: &str) -> String {
    on_deep_stack(|| {
        let mut set = Set::new(functions::all());
        set.parse("t", template, Home::File(TEMPLATE, 0)).expect("a template");
        let mut trace = Trace::on();
        let mut value = |text: &str, file| {
            let span = Span::new(FileId(file), 0, text.len() as u32);
            Value::from(text).with_origin(trace.value(span))
        };
        let entries = [("a".into(), value("one\ntwo", 1)), ("b".into(), value("x,y", 2))];
        let context = Value::from(entries.into_iter().collect::<Map>());
        let mut engine = Engine::new(Arc::new(set), trace, Options::default());
        let output = engine.execute("t", context).expect("a text");
        let mut at = 0;
        let shown = output.pieces.iter().map(|piece| {
            let text = &output.text[at..at + piece.length as usize];
            at += piece.length as usize;
            format!("{}{text:?}", name(&engine.trace, piece.origin))
        });
        shown.collect::<Vec<_>>().join(" ")
    })
}

fn name(trace: &Trace, origin: OriginId) -> String {
    let value = |file: FileId| if file == FileId(1) { "a" } else { "b" };
    match trace.origin(origin) {
        None => "-".to_owned(),
        Some(Origin::Value(span)) => value(span.file).to_owned(),
        Some(Origin::Template(_)) => "=".to_owned(),
        Some(Origin::Slice { of, start, end }) => match name(trace, *of).as_str() {
            "=" => "=".to_owned(),
            name => format!("{name}{start}..{end}"),
        },
        Some(Origin::Pieces(pieces)) => {
            format!("[{}]", pieces.iter().map(|it| name(trace, it.origin)).collect::<Vec<_>>().join(" "))
        }
        Some(Origin::Chosen { of, by }) => format!("{}?{}", name(trace, *of), name(trace, *by)),
        Some(Origin::Derived(inputs)) => {
            format!("~{}", inputs.iter().map(|it| name(trace, *it)).collect::<String>())
        }
    }
}

#[test]
fn text_keeps_the_places_it_came_from() {
    let rows = [
        ("{{ .a | quote }}", r#"[- a0..3 a3..4 a4..7 -]"\"one\\ntwo\"""#),
        ("{{ .b | squote }}", r#"[- b -]"'x,y'""#),
        ("{{ cat .b .b }}", r#"[b - b]"x,y x,y""#),
        ("{{ .a | nindent 2 }}", r#"[- a0..4 - a4..7]"\n  one\n  two""#),
        ("{{ .a | indent 1 | indent 1 }}", r#"[- a0..4 - a4..7]"  one\n  two""#),
        ("{{ .a | trunc 2 }}", r#"a0..2"on""#),
        ("{{ .a | trunc -2 }}", r#"a5..7"wo""#),
        ("{{ .a | substr 1 4 }}", r#"a1..4"ne\n""#),
        (r#"{{ .b | upper | trimSuffix "Y" }}"#, r#"b0..2"X,""#),
        (r#"{{ .b | replace "," .a }}"#, r#"[b0..1 a b2..3]"xone\ntwoy""#),
        (r#"{{ .b | splitList "," | join "; " }}"#, r#"[b0..1 = b2..3]"x; y""#),
        (r#"{{ (split "," .b)._1 }}"#, r#"b2..3"y""#),
        ("{{ .b | repeat 2 }}", r#"[b b]"x,yx,y""#),
        (r#"{{ printf "%s-%s" .b .a | trimPrefix "x" }}"#, r#"[b1..3 = a]",y-one\ntwo""#),
        (r#"{{ default "d" .b }}{{ default "d" .c }}"#, r#"b"x,y" ="d""#),
        ("{{ ternary .a .b false }}", r#"b?~="x,y""#),
        (r#"{{ (dict "k" .b).k }}"#, r#"b"x,y""#),
        (r#"{{ get (merge (dict) (dict "k" .b)) "k" }}"#, r#"b"x,y""#),
        ("{{ index (deepCopy (list .a .b)) 1 }}", r#"b"x,y""#),
        (r#"{{ join "-" (list .b 1 "t") }}"#, r#"[b = = = =]"x,y-1-t""#),
        ("{{ .b | camelcase }}", r#"~b"X,y""#),
        (r#"{{ .b | wrapWith 2 "|" }}"#, r#"[b0..2 = b2..3]"x,|y""#),
        ("{{ abbrev 5 .a }}", r#"[a0..2 -]"on...""#),
        ("{{ add (len .a) 1 }}", r#"~~a="8""#),
        (r#"{{ base (printf "p/%s" .b) }}"#, r#"b"x,y""#),
        (r#"{{ dig "k" "l" 1 (dict "k" (dict "l" .b)) }}"#, r#"b"x,y""#),
        (r#"{{ keys (dict "k" .b) | first }}"#, r#"="k""#),
        (r#"{{ required "r" .b | toString }}"#, r#"b"x,y""#),
        ("{{ tpl .b . }}", r#"b"x,y""#),
        (r#"{{ initials "ab cd" }}{{ nospace .a }}"#, r#"[= =]"ac" [a0..3 a4..7]"onetwo""#),
    ];
    let mut different = Vec::new();
    for (template, expected) in rows {
        let given = pieces(template);
        if given != expected {
            different.push(format!("{template}\n  {given}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
