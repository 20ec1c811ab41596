//! Which values count as read when functions look at a map: only then may a key
//! that no template reads be reported.

use std::sync::Arc;

use seatrial_helm::functions;
use seatrial_helm::template::{Engine, Home, Map, Options, OriginId, Set, Trace, Value};
use seatrial_source::{FileId, Span};

/// The keys of `.m` that the template reads.
fn read(template: &str) -> String {
    let mut set = Set::new(functions::all());
    set.parse("t", template, Home::None).expect("a template");
    let mut trace = Trace::off();
    let origins: Vec<(&str, OriginId)> = ["a", "b"]
        .into_iter()
        .zip(0..)
        .map(|(key, at)| (key, trace.value(Span::new(FileId(0), at, at))))
        .collect();
    let map: Map =
        origins.iter().map(|(key, origin)| ((*key).into(), Value::from("x").with_origin(*origin))).collect();
    let context: Map = [("m".into(), Value::from(map))].into_iter().collect();
    let mut engine = Engine::new(Arc::new(set), trace, Options::default());
    engine.execute("t", Value::from(context)).expect("a text");
    origins.iter().filter(|(_, origin)| engine.reads.has(*origin)).map(|(key, _)| *key).collect()
}

#[test]
fn what_is_passed_on_is_not_read_yet() {
    let rows = [
        ("{{ keys .m | len }}", ""),
        ("{{ merge (dict) .m | len }}", ""),
        ("{{ omit .m `a` | len }}", ""),
        ("{{ range keys .m }}{{ end }}", "ab"),
        ("{{ keys .m | join `,` }}", "ab"),
        ("{{ hasKey .m `a` }}", "a"),
        ("{{ (deepCopy .m).a }}", "a"),
        ("{{ pick .m `a` | toJson }}", "a"),
        ("{{ values .m | last }}", "b"),
        ("{{ get .m `b` }}", "b"),
        ("{{ dig `a` 1 .m }}", "a"),
        ("{{ toString .m }}", "ab"),
        ("{{ deepEqual .m dict }}", "ab"),
    ];
    for (template, expected) in rows {
        assert_eq!(read(template), expected, "{template}");
    }
}
