use super::{Scope, Stop, Work, json, of_json, search};

const ROOT: &str = r#"{"a": {"b": [{"n": "x", "v": 1}, {"n": "y", "v": 2.5}, {"v": 3}]}, "t": "text",
    "request": {"name": "web"}, "empty": [], "nested": [[1, 2], [3]]}"#;

fn found(expression: &str) -> Result<String, Stop> {
    let root = of_json(ROOT).expect("it is JSON");
    let unknown = [("request.userInfo".into(), Stop::Unknown("who asks is not known".to_owned()))];
    let scope = Scope { root: &root, unknown: &unknown };
    search(expression, &scope, &mut Work::of(100_000)).map(|it| json(&it))
}

#[test]
fn expressions_have_values() {
    let cases = [
        ("a.b[0].n", r#""x""#),
        ("a.b[-1].v", "3"),
        ("a.b[5]", "null"),
        ("a.b[].n", r#"["x","y"]"#),
        ("a.b[*].v | [0]", "1"),
        ("a.b[?v > `1`].v", "[2.5,3]"),
        ("a.b[?n == 'x' || v == `3`].v", "[1,3]"),
        ("a.b[1:].v", "[2.5,3]"),
        ("a.b[::-1].v", "[3,2.5,1]"),
        ("a.c || 'none'", r#""none""#),
        ("a.b[0].{name: n, twice: [v, v]}", r#"{"name":"x","twice":[1,1]}"#),
        ("nested[]", "[1,2,3]"),
        ("length(a.b)", "3"),
        ("!empty", "true"),
        ("a.*[] | length(@)", "3"),
        ("sort_by(a.b, &v)[2].v", "3"),
        ("map(&v, a.b)", "[1,2.5,3]"),
        ("keys(request)", r#"["name"]"#),
        ("to_number('4') == `4`", "true"),
        ("join('-', ['a', 'b'])", r#""a-b""#),
        ("split('a.b.c', '.')[1]", r#""b""#),
        ("regex_match('^t', t)", "true"),
        ("add('1Gi', '512Mi')", r#""1536Mi""#),
        ("divide('10Mi', '5Mi')", "2"),
        ("items(request, 'key', 'value')", r#"[{"key":"name","value":"web"}]"#),
        ("\"t\"", r#""text""#),
        ("parse_json('{\"x\": 1}').x", "1"),
        ("image_normalize('nginx')", r#""docker.io/nginx:latest""#),
        ("merge(request, {x: `1`})", r#"{"name":"web","x":1}"#),
        ("`\"[1\"`", r#""[1""#),
    ];
    for (expression, value) in cases {
        assert_eq!(found(expression), Ok(value.to_owned()), "{expression}");
    }
}

#[test]
fn a_key_that_is_not_there_is_told() {
    assert_eq!(found("a.c.d"), Err(Stop::NotFound("c".to_owned())));
    assert_eq!(found("length(a.c)"), Err(Stop::Error("invalid type for: length".to_owned())));
    assert_eq!(found("a.c == `null`"), Ok("true".to_owned()));
}

#[test]
fn what_is_not_known_is_told() {
    assert_eq!(found("request.userInfo.name || 'x'"), Err(Stop::Unknown("who asks is not known".to_owned())));
    assert!(matches!(found("time_now_utc()"), Err(Stop::Unknown(_))));
}

#[test]
fn broken_and_endless_expressions_stop() {
    for text in ["a.", "a[", "[?", "{a", "f(", "'x", "`{`", "a b", "\"a\"(", "&a", "@@", "!", "a[1:2:3:4]"] {
        assert!(found(text).is_err(), "{text}");
    }
    assert!(found(&"(".repeat(10_000)).is_err());
    assert!(found(&"!".repeat(10_000)).is_err());
    assert!(found(&"a.".repeat(10_000)).is_err());
    let wide = format!("[{}a.b]", "map(&[@, @], a.b[]), ".repeat(20));
    assert!(found(&wide).is_ok());
    let mut doubling = "@".to_owned();
    for _ in 0..40 {
        doubling = format!("{doubling} | [@, @]");
    }
    assert_eq!(found(&doubling), Err(Stop::Unknown("it takes too many steps".to_owned())));
}
