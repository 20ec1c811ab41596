//! Any text as a Go template: it is refused or rendered, within its bounds, and
//! the pieces of what it renders make up the text.

use std::sync::{Arc, LazyLock};

use seatrial_helm::functions;
use seatrial_helm::template::{
    Engine, ExecError, Function, Home, Limits, Map, Options, Output, ParseError, Place, Set, Trace, Value,
    on_deep_stack,
};
use seatrial_source::{FileId, Span};

/// What takes long by design, or differs from one second to the next.
const SLOW: &[&str] = &[
    "bcrypt",
    "buildCustomCert",
    "derivePassword",
    "genCA",
    "genCAWithKey",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
    "htpasswd",
];

static FUNCTIONS: LazyLock<Vec<&Function>> =
    LazyLock::new(|| functions::all().iter().filter(|it| !SLOW.contains(&it.name)).collect());

/// Parses and executes the text as a template, plain and traced.
pub fn template(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let set = match parse(&text) {
        Ok(set) => Arc::new(set),
        Err(error) => {
            assert!(error.message.starts_with("template: t:"), "{}", error.message);
            return check_place(&error.place, &text);
        }
    };
    let plain = on_deep_stack(|| execute(&set, Trace::off(), &text));
    let traced = on_deep_stack(|| execute(&set, Trace::on(), &text));
    let (Ok(plain), Ok(traced)) = (plain, traced) else { return };
    assert_eq!(plain.text, traced.text, "tracing changes the text");
    assert!(plain.pieces.is_empty());
    let length: u64 = traced.pieces.iter().map(|it| u64::from(it.length)).sum();
    assert_eq!(length, traced.text.len() as u64, "the pieces do not make up the text");
}

fn parse(text: &str) -> Result<Set, ParseError> {
    let mut set = Set::new(FUNCTIONS.iter().copied());
    set.parse("lib", r#"{{ define "lib" }}<{{ . }}>{{ end }}"#, Home::None)?;
    set.parse("t", text, Home::File(FileId(0), 0))?;
    Ok(set)
}

fn execute(set: &Arc<Set>, mut trace: Trace, text: &str) -> Result<Output, ()> {
    let context = context(&mut trace, text);
    let limits = Limits { steps: 300_000, output_bytes: 1 << 20, depth: 2_000 };
    let mut engine = Engine::new(Arc::clone(set), trace, Options { limits, ..Options::default() });
    let executed = engine.execute("t", context);
    executed.map_err(|error| check_error(&error, text))
}

/// Values of every kind that a values file can have.
fn context(trace: &mut Trace, text: &str) -> Value {
    let mut at = 0;
    let mut value = |value: Value| {
        at += 1;
        value.with_origin(trace.value(Span::new(FileId(1), at, at + 1)))
    };
    let inner = Map::from_iter([
        ("a".into(), value(Value::from("x"))),
        ("n".into(), value(Value::from(1.5))),
        ("nil".into(), value(Value::NIL)),
    ]);
    let list = vec![value(Value::from("one")), value(Value::from(2.0)), value(Value::from(inner.clone()))];
    Value::from(Map::from_iter([
        ("s".into(), value(Value::from("some text"))),
        ("t".into(), value(Value::from(text))),
        ("n".into(), value(Value::from(1_000_000.0))),
        ("i".into(), value(Value::int64(-7))),
        ("b".into(), value(Value::from(true))),
        ("l".into(), value(Value::list(list))),
        ("m".into(), value(Value::from(inner))),
    ]))
}

fn check_error(error: &ExecError, text: &str) {
    assert!(error.levels().iter().all(|it| !it.is_empty()), "{error:?}");
    let innermost = error.innermost();
    assert!(!innermost.reason.is_empty(), "{error:?}");
    if let Some(place) = &error.place {
        check_place(place, text);
    }
}

/// The place lies in its text and cuts no character.
fn check_place(place: &Place, text: &str) {
    if place.home == Home::File(FileId(0), 0) {
        assert!(text.get(place.start as usize..place.end as usize).is_some(), "{place:?} in {text:?}");
    }
}
