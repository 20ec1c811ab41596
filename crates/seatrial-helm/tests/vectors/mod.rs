//! Calls of functions as lines of JSON: `{"f": name, "args": [...], "out"}` or
//! `"error"`. Values that JSON does not have are maps of one key: `{"int": "5"}`.

use seatrial_helm::functions;
use seatrial_helm::json::{self, Form};
use seatrial_helm::template::value::Element;
use seatrial_helm::template::{Call, Data, Fault, IntKind, List, Map, OriginId, Trace, Value};
use seatrial_helm::values::schema::{Library, Schema};

/// Where ours differs from the line, both answers shown.
pub(crate) fn difference(line: &str) -> Option<String> {
    let row = read(line);
    let name = row.get("f").and_then(|it| it.as_str().map(str::to_owned)).expect("a row names a function");
    let args: Vec<Value> =
        row.get("args").expect("a row has arguments").as_list().map(decode_all).unwrap_or_default();
    let wanted = match (row.get("out"), row.get("error")) {
        (_, Some(message)) => format!("error: {}", message.as_str().unwrap_or_default()),
        (Some(value), None) => show(&value),
        (None, None) => "null".to_owned(),
    };
    let got = match answer(&name, &args) {
        Ok(value) => show(&encode(&value)),
        Err(fault) => format!("error: {fault}"),
    };
    (got != wanted).then(|| format!("{line}\n   wanted {wanted}\n      got {got}"))
}

fn answer(name: &str, args: &[Value]) -> Result<Value, Fault> {
    if name == "schemaCheck" {
        return schema_check(args);
    }
    let Some(function) = functions::find(name) else {
        return Err(Fault::error("there is no such function"));
    };
    (function.body)(&mut Alone(Trace::off()), args)
}

/// A schema's text and values: whether they fit.
fn schema_check(args: &[Value]) -> Result<Value, Fault> {
    let schema =
        Schema::parse(args[0].as_str().unwrap_or_default(), Library::default()).map_err(Fault::error)?;
    schema.validate(&args[1]).map_err(|it| Fault::error(it.text))?;
    Ok(Value::from("valid"))
}

fn read(line: &str) -> Map {
    let document = json::read(line, &mut |_| OriginId::NONE).expect("a row is JSON");
    document.value.as_map().expect("a row is an object").clone()
}

fn show(value: &Value) -> String {
    json::write(&mut Alone(Trace::off()), value, Form::Raw).expect("rows hold what JSON has").text
}

fn decode_all(values: &[Value]) -> Vec<Value> {
    values.iter().map(decode).collect()
}

/// The value that a row means.
pub(crate) fn decode(value: &Value) -> Value {
    if let Some(items) = value.as_list() {
        return Value::list(decode_all(items));
    }
    let Some(map) = value.as_map() else { return value.clone() };
    let entries = map.entries();
    let (kind, inner) = entries.iter().next().expect("a value that is a map has one key");
    let text = inner.as_str().unwrap_or_default();
    match kind.as_ref() {
        "map" => {
            let entries = inner.as_map().expect("it is written as a map");
            let entries = entries.entries();
            entries.iter().map(|(key, value)| (key.clone(), decode(value))).collect::<Map>().into()
        }
        "int" => Value::int(text.parse().expect("an int")),
        "int64" => Value::int64(text.parse().expect("an int64")),
        "float" => Value::from(text.parse::<f64>().expect("a float")),
        "raw" => Value::bytes_as_str(seatrial_yaml::decode_base64(text).expect("base64")),
        "strings" => {
            let texts = inner.as_list().expect("strings").iter();
            Value::strings(texts.map(|it| it.as_str().expect("a string").to_owned()))
        }
        "time" => {
            let layout = Value::from("2006-01-02T15:04:05Z07:00");
            answer("toDate", &[layout, inner.clone()]).expect("a time")
        }
        other => panic!("no value is written as {other}"),
    }
}

/// The value as a row has it.
fn encode(value: &Value) -> Value {
    match &value.data {
        Data::Int(number, IntKind::Uint64) => tagged("uint64", &number.cast_unsigned().to_string()),
        Data::Int(number, IntKind::Int64) => tagged("int64", &number.to_string()),
        Data::Int(number, _) => tagged("int", &number.to_string()),
        Data::Float(number) if number.is_nan() => tagged("float", "NaN"),
        Data::Float(number) if number.is_infinite() => {
            tagged("float", if *number > 0.0 { "+Inf" } else { "-Inf" })
        }
        Data::Float(number) => tagged("float", &seatrial_yaml::yaml_float(*number)),
        Data::Raw(bytes) => {
            let letters = answer("b64enc", &[Value::new(Data::Raw(bytes.clone()))]).expect("base64");
            tagged("raw", letters.as_str().expect("letters"))
        }
        Data::List(List { is_nil: true, element, .. }) => {
            tagged("nillist", if *element == Element::Str { "strings" } else { "any" })
        }
        Data::List(list) if list.element == Element::Str => {
            wrapped("strings", Value::list(list.items.to_vec()))
        }
        Data::List(list) => Value::list(list.items.iter().map(encode).collect()),
        Data::Map(map) if map.is_nil => tagged("nilmap", "any"),
        Data::Map(map) => {
            let entries = map.entries();
            let entries = entries.iter().map(|(key, value)| (key.clone(), encode(value)));
            wrapped("map", entries.collect::<Map>().into())
        }
        Data::Object(object) => {
            let kind = match object.type_name() {
                "time.Duration" => "duration",
                "time.Time" => return wrapped("time", object.to_json()),
                _ => "shown",
            };
            tagged(kind, &object.show())
        }
        _ => value.clone(),
    }
}

fn tagged(kind: &str, text: &str) -> Value {
    wrapped(kind, Value::from(text))
}

fn wrapped(kind: &str, value: Value) -> Value {
    Map::from_iter([(kind.into(), value)]).into()
}

/// An engine that renders nothing, knows no cluster, and lives in 1970.
struct Alone(Trace);

impl Call for Alone {
    fn include(&mut self, _: &str, _: Value) -> Result<Value, Fault> {
        Err(Fault::error("nothing to include"))
    }

    fn tpl(&mut self, _: &Value, _: Value) -> Result<Value, Fault> {
        Err(Fault::error("nothing renders"))
    }

    fn trace(&mut self) -> &mut Trace {
        &mut self.0
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

    fn spend(&mut self, _: u64) -> Result<(), Fault> {
        Ok(())
    }
}
