//! Templates with one function each, recorded from Helm: the same text or the
//! same error.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_helm::template::engine::on_deep_stack;
use seatrial_helm::template::{Data, Engine, Home, Map, Options, Set, Trace, Value};
use seatrial_helm::{HelmVersion, functions};

const ROWS: &str = include_str!("../goldens/functions.jsonl");
const OLD_ROWS: &str = include_str!("../goldens/functions-3.10.jsonl");

#[test]
fn functions_give_what_helm_records() {
    let report = on_deep_stack(|| compare(ROWS, HelmVersion::V4_3));
    assert!(report.is_empty(), "{report}");
}

#[test]
fn functions_of_old_give_what_sprig_recorded_then() {
    let report = on_deep_stack(|| compare(OLD_ROWS, HelmVersion::V3_10));
    assert!(report.is_empty(), "{report}");
}

#[test]
fn versions_know_the_functions_they_had() {
    let knows = |version, name: &str| functions::of(version).any(|it| it.name == name);
    let rows = [
        ("sha512sum", [false, true, true, true]),
        ("fromToml", [false, true, true, true]),
        ("toYamlPretty", [false, true, true, true]),
        ("mustToYaml", [false, false, true, true]),
        ("mustToToml", [false, false, false, true]),
        ("durationRoundTo", [false, false, false, true]),
        ("durationRound", [true, true, true, true]),
        ("fromJsonArray", [true, true, true, true]),
    ];
    for (name, expected) in rows {
        assert_eq!(HelmVersion::ALL.map(|it| knows(it, name)), expected, "{name}");
    }
    assert!(
        HelmVersion::ALL
            .iter()
            .all(|it| { it.switches().missing_functions.iter().all(|name| functions::find(name).is_some()) })
    );
}

#[test]
fn every_function_of_these_files_has_rows() {
    let rows: BTreeMap<String, usize> = ROWS.lines().skip(1).fold(BTreeMap::new(), |mut rows, line| {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        *rows.entry(row["function"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        rows
    });
    assert!(rows.values().all(|it| *it >= 5), "{rows:?}");
    assert!(rows.keys().all(|it| functions::find(it).is_some()), "{rows:?}");
}

/// What differs, per function and then row by row.
fn compare(recorded: &str, version: HelmVersion) -> String {
    let mut lines = recorded.lines();
    let header: serde_json::Value = serde_json::from_str(lines.next().expect("a header")).expect("JSON");
    let (mut wrong, mut rows, mut report) = (BTreeMap::new(), 0_usize, Vec::new());
    for line in lines {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let text = |key: &str| row[key].as_str().map(str::to_owned);
        let template = text("template").expect("a template");
        let expected = text("output").ok_or_else(|| text("error").expect("an error"));
        let given = render(version, &template, &header["context"]);
        rows += 1;
        if given != expected {
            *wrong.entry(text("function").expect("a function")).or_insert(0_usize) += 1;
            report.push(format!("{template}\n  recorded {expected:?}\n  given    {given:?}"));
        }
    }
    if report.is_empty() {
        return String::new();
    }
    let equal = rows - report.len();
    format!("{equal} of {rows} rows are equal; different: {wrong:?}\n{}", report.join("\n"))
}

fn render(version: HelmVersion, template: &str, context: &serde_json::Value) -> Result<String, String> {
    let mut set = Set::new(functions::of(version));
    set.parse("t", template, Home::None).map_err(|error| error.message)?;
    let mut engine = Engine::new(Arc::new(set), Trace::off(), Options::default());
    let output = engine.execute("t", value(context)).map_err(|error| error.message)?;
    Ok(output.text.to_string())
}

/// JSON as Go reads it: all numbers are floats. The chart's values have a type
/// of their own.
fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::NIL,
        serde_json::Value::Bool(flag) => Value::from(*flag),
        serde_json::Value::Number(number) => Value::from(number.as_f64().expect("a float")),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(value).collect()),
        serde_json::Value::Object(entries) => {
            let map: Map = entries.iter().map(|(key, item)| (key.as_str().into(), value(item))).collect();
            if let Some(Value { data: Data::Map(mut values), .. }) = map.get("Values") {
                values.named = Some("common.Values");
                map.set("Values", Value::from(values));
            }
            Value::from(map)
        }
    }
}
