//! Expressions made to break things: nothing panics, hangs or eats the memory.

use proptest::prelude::*;
use seatrial_schema::cel::{Activation, Budget, Environment, EvalError, Type, Value, describe, re2};

fn environment() -> Environment {
    let item = Type::map(Type::String, Type::Dyn);
    Environment::default().with("self", item).with("any", Type::Dyn).with("list", Type::list(Type::Int))
}

fn activation() -> Activation {
    Activation::new()
        .with("any", Value::list(vec![Value::Int(1), Value::text("a"), Value::Null]))
        .with("list", Value::list((0..50).map(Value::Int).collect()))
}

/// What an expression comes to, in a word or two.
fn outcome(text: &str) -> String {
    match environment().compile(text) {
        Err(issues) => describe(text, &issues).lines().next().unwrap_or_default().to_owned(),
        Ok(program) => {
            program.estimate(None);
            match program.evaluate(&activation(), &mut Budget::default()) {
                Ok(value) => value.type_name().to_owned(),
                Err(EvalError::Stopped(_)) => "stopped".to_owned(),
                Err(error) => error.to_string(),
            }
        }
    }
}

fn wrapped(times: usize, inner: &str, wrap: impl Fn(usize, &str) -> String) -> String {
    (0..times).fold(inner.to_owned(), |inner, at| wrap(at, &inner))
}

#[test]
fn nesting_is_bounded() {
    let pairs = [
        ("(", ")"),
        ("[", "]"),
        ("{1: ", "}"),
        ("size(", ")"),
        ("[1].map(x, ", ")"),
        ("-(", ")"),
        ("!(", ")"),
    ];
    for (open, close) in pairs {
        let nested = |times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
        assert!(outcome(&nested(8_000)).contains("recursion"), "{open}");
        outcome(&nested(99));
    }
    for chain in ["1 + ", "1 < ", "1 * ", "true ? 1 : "] {
        assert!(outcome(&format!("{}1", chain.repeat(9_000))).contains("recursion"), "{chain}");
    }
    assert!(outcome(&format!("any{}", ".a".repeat(20_000))).contains("recursion"));
    assert!(outcome(&format!("any{}", "[0]".repeat(20_000))).contains("recursion"));
    assert_eq!(outcome(&format!("{}true", "true && ".repeat(9_000))), "bool");
    assert_eq!(outcome(&format!("{}true", "!".repeat(90_000))), "bool");
    assert!(outcome(&" ".repeat(200_000)).contains("exceeds limit"));
}

#[test]
fn the_deepest_tree_that_is_allowed_fits_the_stack() {
    let terms = vec!["true"; 20].join(" && ");
    let deepest = |times, inner, wrap: fn(&str) -> String| outcome(&wrapped(times, inner, |_, it| wrap(it)));
    assert_eq!(outcome(&wrapped(49, "true", |_, inner| format!("({terms} && [!!!{inner}][0])"))), "bool");
    assert_eq!(deepest(98, "1", |inner| format!("[{inner}].map(v, v + 1)[0]")), "int");
    assert_eq!(deepest(98, "true", |inner| format!("[1].all(v, {inner})")), "bool");
    assert_eq!(deepest(24, "1", |inner| format!("[{{'a': -size([{inner}])}}].size()")), "int");
    assert_eq!(deepest(80, "1", |inner| format!("-(1 - {inner} * 2 % 3)")), "int");
    assert_eq!(deepest(249, "1", |inner| format!("1 + {inner}")), "int");
}

#[test]
fn bombs_are_stopped() {
    let doubled =
        |start: &str| wrapped(40, start, |at, inner| format!("[{inner}].map(v{at}, v{at} + v{at})[0]"));
    assert_eq!(outcome(&doubled("'aaaaaaaaaa'")), "stopped");
    assert_eq!(outcome(&doubled("[1, 2]")), "stopped");
    assert_eq!(outcome(&wrapped(6, "true", |at, inner| format!("list.all(v{at}, {inner})"))), "stopped");
    assert_eq!(outcome("lists.range(1000000000000).size()"), "stopped");
    assert_eq!(outcome("lists.range(900000).map(x, lists.range(900000))"), "stopped");
    assert_eq!(outcome("lists.range(5000).distinct()"), "stopped");
    assert_eq!(outcome("'%.999999999f'.format([1.0])"), "string");
    let longer = ".map(t, t.replace('', t))".repeat(5);
    assert_eq!(outcome(&format!("['x'.replace('', 'yyyyyyyyyyyyyyyyyyyy')]{longer}")), "stopped");
    assert!(outcome(&format!("optional.of(1){}", ".optMap(x, x)".repeat(60))).contains("too large"));
    let types = wrapped(30, "[{'a': 1}]", |at, inner| format!("{inner}.map(v{at}, {{v{at}: v{at}}})"));
    assert!(outcome(&types).contains("too large"));
}

#[test]
fn patterns_are_bounded() {
    for pattern in
        ["(a{1000}){1000}", "((((a{99}){99}){99}){99})", "(?:a?){1000}a{1000}", "\\pL{900}\\pL{900}"]
    {
        outcome(&format!("'{}'.matches(r'{pattern}')", "a".repeat(1000)));
    }
    assert!(re2::compile(&"(".repeat(100_000)).is_err());
    assert_eq!(outcome(&format!("'{}b'.matches('^(a+)+$')", "a".repeat(5_000))), "bool");
}

const WORDS: [&str; 64] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ",",
    "?",
    ":",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    "==",
    "!=",
    "<",
    "<=",
    "&&",
    "||",
    " in ",
    ".?",
    "[?",
    "1",
    "0x7f",
    "2u",
    "1.5",
    "1e9",
    "'a'",
    "b'a'",
    "r'\\d'",
    "true",
    "null",
    "self",
    "any",
    "list",
    "x",
    ".a",
    "has",
    ".all(x, ",
    ".map(x, ",
    ".exists(x, ",
    ".filter(x, ",
    ".transformMap(i, x, ",
    ".optMap(x, ",
    "size(",
    "int(",
    "string(",
    "dyn(",
    "type(",
    "duration('1s')",
    "timestamp(0)",
    "quantity('1')",
    "ip('::1')",
    ".format([",
    ".matches(",
    ".replace('', ",
    ".sortBy(x, ",
    "optional.of(",
    ".orValue(",
    ".sort()",
    " ",
];

proptest! {
    #[test]
    fn any_text_has_an_outcome(text in "\\PC{0,60}") {
        outcome(&text);
    }

    #[test]
    fn any_words_have_an_outcome(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..24)) {
        let text: String = words.concat();
        outcome(&text);
    }

    #[test]
    fn any_pattern_compiles_or_is_refused(pattern in "[a-c\\\\dDwWsSbBQEpPx{}()\\[\\]*+?|^$.0-9,:-]{0,24}") {
        if let Ok(regex) = re2::compile(&pattern) {
            regex.is_match("abc 012 \u{e9}");
        }
    }
}
