//! Texts of `toYaml` and values of `fromYaml` know where they came from, and
//! hostile values end.

use seatrial_helm::functions;
use seatrial_helm::template::trace::Origin;
use seatrial_helm::template::{Call, Fault, Map, OriginId, Trace, Value};
use seatrial_helm::values::read;
use seatrial_source::Span;

/// An engine with a budget and nothing else.
struct Alone {
    trace: Trace,
    budget: u64,
}

impl Alone {
    fn traced() -> Self {
        Self { trace: Trace::on(), budget: 50_000_000 }
    }

    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, Fault> {
        (functions::find(name).expect(name).body)(self, args)
    }

    /// The spans of values behind an origin, in order.
    fn spans(&self, origin: OriginId) -> Vec<(u32, u32)> {
        match self.trace.origin(origin) {
            Some(Origin::Value(span)) => vec![(span.start, span.end)],
            Some(Origin::Pieces(pieces)) => pieces.iter().flat_map(|it| self.spans(it.origin)).collect(),
            Some(Origin::Slice { of, .. }) => self.spans(*of),
            _ => Vec::new(),
        }
    }
}

impl Call for Alone {
    fn include(&mut self, _: &str, _: Value) -> Result<Value, Fault> {
        Err(Fault::error("nothing to include"))
    }

    fn tpl(&mut self, _: &Value, _: Value) -> Result<Value, Fault> {
        Err(Fault::error("nothing renders"))
    }

    fn trace(&mut self) -> &mut Trace {
        &mut self.trace
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn is_seeded(&self) -> bool {
        true
    }

    fn now(&self) -> (i64, u32) {
        (0, 0)
    }

    fn lookup(&mut self, _: &str, _: &str, _: &str, _: &str) -> Result<Value, Fault> {
        Ok(Map::new().into())
    }

    fn read_whole(&mut self, _: &Value) {}

    fn spend(&mut self, amount: u64) -> Result<(), Fault> {
        let bound = || Fault::Bound("spent".to_owned());
        self.budget = self.budget.checked_sub(amount).ok_or_else(bound)?;
        Ok(())
    }
}

const VALUES: &str = "name: web\nports:\n- 80\n- 443\nlabels: {a: 'x y', b: \"2\"}\n";

fn read_values(engine: &mut Alone) -> Value {
    read::first_document(VALUES, &mut |span: Span, _| engine.trace.value(span)).expect("they are YAML")
}

fn leaf(value: &Value, path: &[&str]) -> Value {
    path.iter().fold(value.clone(), |value, step| match value.as_list() {
        Some(items) => items[step.parse::<usize>().expect("an index")].clone(),
        None => value.as_map().and_then(|it| it.get(step)).expect("it is there"),
    })
}

#[test]
fn leaves_keep_their_origin_through_text_and_back() {
    for (write, read) in [("toYaml", "fromYaml"), ("toJson", "fromJson"), ("toPrettyJson", "fromJson")] {
        let mut engine = Alone::traced();
        let values = read_values(&mut engine);
        let text = engine.call(write, std::slice::from_ref(&values)).expect("it is written");
        let again = engine.call(read, &[text]).expect("it is read");
        for path in [&["name"][..], &["ports", "1"], &["labels", "a"], &["labels", "b"]] {
            let before = engine.spans(leaf(&values, path).origin);
            let after = engine.spans(leaf(&again, path).origin);
            assert!(!before.is_empty() && after == before, "{write} {path:?}: {before:?} {after:?}");
        }
    }
}

#[test]
fn maps_that_hold_themselves_are_refused() {
    let map = Map::new();
    map.set("self", Value::from(map.clone()));
    let value = Value::from(map);
    let mut engine = Alone::traced();
    for (name, message) in [
        ("mustToJson", "json: unsupported value: encountered a cycle via map[string]interface {}"),
        (
            "mustToYaml",
            "error marshaling into JSON: json: unsupported value: encountered a cycle via map[string]interface {}",
        ),
    ] {
        let error = engine.call(name, std::slice::from_ref(&value)).expect_err(name);
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(engine.call("toYaml", std::slice::from_ref(&value)).expect("it is silent").as_str(), Some(""));
    assert!(engine.call("toToml", &[value]).is_err());
}

#[test]
fn deep_values_are_written_without_recursion() {
    let mut engine = Alone::traced();
    let deep = (0..100_000).fold(Value::from("x"), |inner, _| Value::list(vec![inner]));
    let text = engine.call("toJson", std::slice::from_ref(&deep)).expect("JSON has no bound");
    assert_eq!(text.as_str().map(str::len), Some(200_003));
    assert_eq!(engine.call("toYaml", &[deep]).expect("YAML has one").as_str(), Some(""));
}

#[test]
fn values_that_multiply_spend_the_budget() {
    let mut engine = Alone { budget: 100_000, ..Alone::traced() };
    let wide = (0..30).fold(Value::from("x"), |inner, _| Value::list(vec![inner.clone(), inner]));
    for name in ["toJson", "toYaml", "toToml"] {
        assert!(matches!(engine.call(name, std::slice::from_ref(&wide)), Err(Fault::Bound(_))), "{name}");
    }
}

#[test]
fn texts_of_any_kind_are_read() {
    let mut engine = Alone::traced();
    for text in
        ["[".repeat(50_000), "{\"a\":".repeat(50_000), "a: &a [*a, *a]\n".repeat(500), "- ".repeat(20_000)]
    {
        for name in ["fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "fromToml"] {
            assert!(engine.call(name, &[Value::from(text.as_str())]).is_ok(), "{name}");
        }
    }
}
