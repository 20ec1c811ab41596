//! What a template may not do to us, and what is recorded of one that behaves.

#![expect(clippy::unnecessary_wraps, reason = "as every function's body")]

use std::sync::Arc;

use seatrial_source::{FileId, Span};

use super::trace::{FrameKind, Origin};
use super::{
    Ahead, Call, Data, Engine, ExecError, Fault, Function, Go, Home, Limits, List, Map, Options, OriginId,
    ParseError, Set, Trace, Type, Unparsed, Value, on_deep_stack,
};

static FUNCTIONS: &[Function] = &[
    Function { name: "include", parameters: &[Type::Str, Type::Any], is_variadic: false, body: include },
    Function { name: "tpl", parameters: &[Type::Str, Type::Any], is_variadic: false, body: tpl },
    Function { name: "wrap", parameters: &[Type::Any], is_variadic: false, body: wrap },
    Function { name: "twice", parameters: &[Type::Any], is_variadic: false, body: twice },
    Function { name: "put", parameters: &[Type::Map, Type::Any], is_variadic: false, body: put },
    Function { name: "small", parameters: &[Type::Uint32], is_variadic: false, body: small },
];

fn small(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(args[0].clone())
}

fn include(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    call.include(args[0].as_str().unwrap_or_default(), args[1].clone())
}

fn tpl(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    call.tpl(&args[0], args[1].clone())
}

fn wrap(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::list(vec![args[0].clone()]))
}

fn twice(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::list(vec![args[0].clone(), args[0].clone()]))
}

fn put(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let map = args[0].as_map().expect("the engine checks the type");
    map.set("self", args[1].clone());
    Ok(Value::from(""))
}

fn engine(template: &str, trace: Trace, limits: Limits) -> Result<Engine, String> {
    let mut set = Set::new(FUNCTIONS);
    set.parse("t", template, Home::File(FileId(0), 0)).map_err(|it| it.message)?;
    Ok(Engine::new(Arc::new(set), trace, Options { limits, ..Options::default() }))
}

fn run(template: &str) -> Result<String, Box<ExecError>> {
    let limits = Limits { steps: 3_000_000, output_bytes: 1 << 20, ..Limits::default() };
    let mut engine = engine(template, Trace::off(), limits).expect("it parses");
    engine.execute("t", Value::from(Map::new())).map(|it| it.text.to_string())
}

fn reason(template: String) -> String {
    on_deep_stack(move || run(&template).expect_err("it is refused").innermost().reason.clone())
}

#[test]
fn nesting_is_bounded_when_parsed() {
    for (open, close) in [("(", ")"), ("{{if 1}}", "{{end}}"), ("{{if 0}}{{else if 1}}", "{{end}}")] {
        let (open, close) = (open.repeat(100_000), close.repeat(100_000));
        let text = if open.starts_with('(') { format!("{{{{{open}1{close}}}}}") } else { open + &close };
        let refused = on_deep_stack(|| engine(&text, Trace::off(), Limits::default()).err());
        assert_eq!(refused.as_deref(), Some("template: t:1: max expression depth exceeded"));
    }
    let chain = format!("{{{{if 0}}}}{}{{{{end}}}}", "{{else if 0}}".repeat(300));
    assert_eq!(run(&chain).as_deref(), Ok(""));
}

#[test]
fn a_chart_that_includes_itself_ends_as_in_helm() {
    let refused = reason(r#"{{define "a"}}{{if 1}}{{include "a" .}}{{end}}{{end}}{{include "a" .}}"#.into());
    let words = "error calling include: rendering template has a nested reference name: a: unable to execute template";
    assert_eq!(refused, words);
}

#[test]
fn endless_templates_end() {
    let deep = "templates are nested too deep";
    assert_eq!(reason(r#"{{define "a"}}{{template "a" .}}{{end}}{{template "a"}}"#.into()), deep);
    let by_text = "{{$t := `{{tpl .self .}}`}}{{put . $t}}{{tpl .self .}}".to_owned();
    assert_eq!(reason(by_text), deep);
    let steps = "rendering takes too many steps";
    assert_eq!(reason("{{range 9000000000000000000}}{{end}}".into()), steps);
    assert_eq!(reason("{{range 9000000}}{{range 9000000}}{{end}}{{end}}".into()), steps);
    assert_eq!(reason(format!("{{{{range 3000}}}}{}{{{{end}}}}", "x".repeat(999))), "the text is too large");
}

#[test]
fn values_without_end_are_not_printed_without_end() {
    let words = "printed text is too large or too deep";
    assert_eq!(reason("{{put . .}}{{.}}".into()), words);
    let doubled = "{{$x := 1}}{{range 100}}{{$x = twice $x}}{{end}}{{$x}}";
    assert_eq!(reason(doubled.into()), words);
    assert_eq!(reason("{{$x := 1}}{{range 100000}}{{$x = wrap $x}}{{end}}{{$x}}".into()), words);
}

#[test]
fn deep_values_are_dropped() {
    assert_eq!(run("{{$x := 1}}{{range 200000}}{{$x = wrap $x}}{{end}}done").as_deref(), Ok("done"));
    let mut value = Value::NIL;
    for _ in 0..200_000 {
        value = Value::from(Map::from_iter([("key".into(), value)]));
    }
    drop(value);
}

#[test]
fn an_error_names_what_was_nil_in_the_innermost_template() {
    let template = "{{define \"a\"}}\n{{ .x.y.z }}{{end}}{{include \"a\" .}}";
    let error = run(template).expect_err("it fails");
    let inner = error.innermost();
    let message = "template: t:2:5: executing \"a\" at <.x.y.z>: nil pointer evaluating interface {}.y";
    assert_eq!(inner.reason, "nil pointer evaluating interface {}.y");
    assert_eq!(inner.nil.as_deref(), Some(".x"));
    let place = inner.place.expect("it has a place");
    assert_eq!(&template[place.start as usize..place.end as usize], ".x.y.z");
    assert_eq!(error.levels(), [error.message.as_str(), message]);
    assert_eq!(error.node, "include \"a\" .");
}

fn traced_value(trace: &mut Trace, text: &str, start: u32) -> Value {
    let origin = trace.value(Span::new(FileId(1), start, start + text.len() as u32));
    Value::from(text).with_origin(origin)
}

#[test]
fn each_piece_of_text_knows_where_it_came_from() {
    let mut trace = Trace::on();
    let name = traced_value(&mut trace, "web", 10);
    let context = Value::from(Map::from_iter([("name".into(), name)]));
    let template = "{{define \"full\"}}<{{.name}}>{{end}}a: {{include \"full\" .}}{{if .name}}!{{end}}";
    let mut engine = engine(template, trace, Limits::default()).expect("it parses");
    let output = engine.execute("t", context).expect("it renders");
    assert_eq!(&*output.text, "a: <web>!");
    let trace = &engine.trace;
    let lengths: Vec<u32> = output.pieces.iter().map(|it| it.length).collect();
    assert_eq!(lengths, [3, 5, 1]);
    let Some(Origin::Pieces(inner)) = trace.origin(output.pieces[1].origin) else { panic!("it has pieces") };
    assert_eq!(trace.origin(inner[1].origin), Some(&Origin::Value(Span::new(FileId(1), 10, 13))));
    let printed = trace.frame_of(inner[1].frame).expect("an action printed it");
    assert_eq!(printed.kind, FrameKind::Action);
    let frame = trace.frame_of(printed.parent).expect("it was included");
    assert_eq!(frame.kind, FrameKind::Include);
    let Some(Origin::Template(action)) = trace.origin(frame.action) else { panic!("it has a place") };
    assert_eq!(&template[action.range()], "include \"full\" .");
    let decided = trace.frame_of(output.pieces[2].frame).expect("it is conditional");
    assert_eq!(decided.kind, FrameKind::If);
    assert_eq!(trace.origin(decided.input), Some(&Origin::Value(Span::new(FileId(1), 10, 13))));
}

#[test]
fn text_given_to_tpl_is_traced_into_the_value() {
    let mut trace = Trace::on();
    let text = traced_value(&mut trace, "x-{{.name}}", 20);
    let name = traced_value(&mut trace, "web", 50);
    let context = Value::from(Map::from_iter([("text".into(), text), ("name".into(), name)]));
    let mut engine = engine("{{tpl .text .}}", trace, Limits::default()).expect("it parses");
    let output = engine.execute("t", context).expect("it renders");
    assert_eq!(&*output.text, "x-web");
    let trace = &engine.trace;
    let Some(Origin::Pieces(pieces)) = trace.origin(output.pieces[0].origin) else { panic!("it has pieces") };
    let Some(&Origin::Slice { of, start: 0, end: 2 }) = trace.origin(pieces[0].origin) else {
        panic!("the literal is a slice of the value")
    };
    assert_eq!(trace.origin(of), Some(&Origin::Value(Span::new(FileId(1), 20, 31))));
}

#[test]
fn reads_are_recorded_without_tracing() {
    let mut trace = Trace::off();
    let read = traced_value(&mut trace, "a", 0);
    let unread = traced_value(&mut trace, "b", 5);
    let inside = traced_value(&mut trace, "c", 9);
    let origins: [OriginId; 3] = [read.origin, unread.origin, inside.origin];
    let list = Value::new(Data::List(List::new(vec![inside], super::Element::Any)));
    let context = Map::from_iter([("read".into(), read), ("unread".into(), unread), ("list".into(), list)]);
    let mut engine = engine("{{if .read}}{{.list}}{{end}}", trace, Limits::default()).expect("it parses");
    engine.execute("t", Value::from(context)).expect("it renders");
    assert_eq!(origins.map(|it| engine.reads.has(it)), [true, false, true]);
}

#[test]
fn what_is_missing_is_left_out_of_the_finished_text() {
    let mut trace = Trace::on();
    let name = traced_value(&mut trace, "web", 0);
    let context = Value::from(Map::from_iter([("name".into(), name)]));
    let mut engine =
        engine("a{{.missing}}b{{.name}}<no value>", trace, Limits::default()).expect("it parses");
    let output = engine.execute("t", context).expect("it renders");
    assert_eq!(&*output.text, "abweb");
    assert_eq!(output.pieces.iter().map(|it| it.length).sum::<u32>(), 5);
}

#[test]
fn texts_parsed_ahead_are_those_parsed_in_their_turn() {
    let text = |at: usize| match at {
        3 => "{{ broken".to_owned(),
        _ => format!(
            "{{{{ define \"d{at}\" }}}}a{{{{ `raw \"{at}\"` }}}}{{{{/* \" */}}}}b{{{{ \"c\" }}}}{{{{ end }}}}\
             {{{{ template \"d{at}\" }}}}{{{{ include \"d{}\" . }}}}{{{{ \"{at}\" }}}}d",
            8 - at
        ),
    };
    let texts: Vec<Unparsed> = (0..9)
        .map(|at| Unparsed { name: format!("t{at}").into(), text: text(at).into(), home: Home::None })
        .collect();
    let (mut one, mut two) = (Set::new(FUNCTIONS), Set::new(FUNCTIONS));
    let said = |all: Vec<Result<(), ParseError>>| -> Vec<Option<String>> {
        all.into_iter().map(|it| it.err().map(|error| error.to_string())).collect()
    };
    let first = said(texts.iter().map(|it| one.parse(&it.name, Arc::clone(&it.text), it.home)).collect());
    let ahead = Ahead::new(Go::Newest, FUNCTIONS);
    let long: Arc<str> = "x".repeat(100_000).into();
    for text in [&long].into_iter().chain(texts[..8].iter().map(|it| &it.text)) {
        ahead.add(text);
    }
    assert_eq!(first, said(two.parse_all(&texts, Some(&ahead))));
    let printed = |set: Set| -> Vec<Option<String>> {
        let mut engine = Engine::new(Arc::new(set), Trace::off(), Options::default());
        let mut run = |name: &str| engine.execute(name, Value::NIL).ok().map(|it| it.text.to_string());
        texts.iter().map(|it| run(&it.name)).collect()
    };
    let first = printed(one);
    assert_eq!(first[1].as_deref(), Some("araw \"1\"bcaraw \"7\"bc1d"));
    assert_eq!(first, printed(two));
}

#[test]
fn constants_become_small_unsigned_numbers() {
    let printed = |template: &str| run(template).map_err(|it| it.reason.clone());
    for text in ["1", "1.0", "4294967297", "0x1"] {
        assert_eq!(printed(&format!("{{{{small {text}}}}}")).as_deref(), Ok("1"), "{text}");
    }
    let refused = |text: &str| printed(&format!("{{{{small {text}}}}}")).expect_err("it is refused");
    assert_eq!(refused("-1"), "expected unsigned integer; found -1");
    assert_eq!(refused("(len `a`)"), "wrong type for value; expected uint32; got int");
}
