//! Suite `cel`: what cel-go makes of expressions as the API server configures
//! it, against `seatrial_schema::cel`: values, types, what an evaluation costs
//! and what it is estimated to cost.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_schema::cel::{
    Activation, Budget, Declaration, Environment, Library, Type, Value, describe, value_of,
};
use seatrial_schema::structural::Structural;
use seatrial_schema::{By, Entry, Value as Data};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::{Disagreement, Family, Options, Report, Suite, json as recorded_json, yaml};

pub(crate) const SUITE: Suite =
    Suite { name: "cel", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/cel"), run };

/// One recorded answer: a value or an error. What is not recorded is not compared.
#[derive(Deserialize)]
struct Row {
    id: String,
    expression: String,
    #[serde(default)]
    context: String,
    #[serde(default, deserialize_with = "present")]
    value: Option<Json>,
    error: Option<String>,
    cost: Option<u64>,
    estimate: Option<u64>,
}

/// Also `null` is a value.
fn present<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(reader).map(Some)
}

/// The variables `self` and `oldSelf` and their schema.
#[derive(Deserialize)]
struct Object {
    schema: Json,
    #[serde(rename = "self")]
    new: Json,
    #[serde(rename = "oldSelf")]
    old: Json,
}

/// What expressions are compiled and evaluated with.
struct Setting {
    environment: Environment,
    activation: Activation,
    declaration: Option<Declaration>,
}

/// What we make of an expression.
#[derive(Default)]
struct Answer {
    value: Option<Json>,
    error: Option<String>,
    cost: Option<u64>,
    estimate: Option<u64>,
}

fn run(options: &Options) -> anyhow::Result<Report> {
    let settings = settings(&options.dir)?;
    let files = yaml::row_files(&options.dir)?;
    if files.is_empty() {
        bail!("no *.jsonl in {}", options.dir.display());
    }
    let mut families = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut family = Family::new(path.file_stem().unwrap_or_default().to_string_lossy());
        for (index, line) in text.lines().enumerate() {
            let row: Row =
                recorded_json::read(line).with_context(|| format!("{}:{}", path.display(), index + 1))?;
            let setting = settings.get(&row.context).context("no such context")?;
            family.count(compare(&row, setting));
        }
        families.push(family);
    }
    Ok(Report { suite: SUITE.name, families })
}

fn settings(dir: &Path) -> anyhow::Result<BTreeMap<String, Setting>> {
    let path = dir.join("contexts.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let objects: BTreeMap<String, Object> = recorded_json::read(&text)?;
    let mut settings = BTreeMap::new();
    for (name, object) in objects {
        settings.insert(name, Setting::of(&object)?);
    }
    let plain =
        Setting { environment: Environment::default(), activation: Activation::new(), declaration: None };
    settings.insert(String::new(), plain);
    Ok(settings)
}

impl Setting {
    fn of(object: &Object) -> anyhow::Result<Self> {
        let schema = Structural::read(&data(&object.schema));
        let declaration =
            Declaration::of(&schema, schema.embedded_resource).context("a schema without a type")?;
        let kind: &Type = declaration.kind();
        let environment = Environment::default().with("self", kind.clone()).with("oldSelf", kind.clone());
        let activation = Activation::new()
            .with("self", value_of(&data(&object.new), &schema))
            .with("oldSelf", value_of(&data(&object.old), &schema));
        Ok(Self { environment, activation, declaration: Some(declaration) })
    }

    fn answer(&self, expression: &str) -> Answer {
        let program = match self.environment.compile(expression) {
            Ok(program) => program,
            Err(issues) => return Answer { error: Some(describe(expression, &issues)), ..Answer::default() },
        };
        let estimate = Some(program.estimate(self.declaration.as_ref()));
        let mut budget = Budget::default();
        match program.evaluate(&self.activation, &mut budget) {
            Ok(value) => {
                let (value, cost) = (Some(shown(&value)), Some(budget.spent()));
                Answer { value, cost, estimate, error: None }
            }
            Err(error) => Answer { error: Some(error.to_string()), estimate, ..Answer::default() },
        }
    }
}

fn compare(row: &Row, setting: &Setting) -> Option<Disagreement> {
    let ours = setting.answer(&row.expression);
    let same_value = match (&ours.value, &row.value) {
        (Some(ours), Some(recorded)) => same(ours, recorded),
        (ours, recorded) => ours.is_none() == recorded.is_none(),
    };
    let same_number = |ours: Option<u64>, recorded: Option<u64>| recorded.is_none() || ours == recorded;
    // An expression that fails when it is planned has an estimate upstream, not here.
    let comparable = ours.estimate.is_some() || ours.error.is_none();
    let same_estimate = !comparable || same_number(ours.estimate, row.estimate);
    if same_value && same_number(ours.cost, row.cost) && same_estimate {
        return None;
    }
    Some(Disagreement {
        id: row.id.clone(),
        input: row.expression.clone(),
        recorded: line(row.value.as_ref(), row.error.as_deref(), row.cost, row.estimate),
        ours: line(ours.value.as_ref(), ours.error.as_deref(), ours.cost, ours.estimate),
    })
}

fn line(value: Option<&Json>, error: Option<&str>, cost: Option<u64>, estimate: Option<u64>) -> String {
    let answer = value.map_or_else(|| error.unwrap_or_default().replace('\n', "\\n"), Json::to_string);
    let number = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    format!("{answer} (cost {}, estimated {})", number(cost), number(estimate))
}

/// Equal, floating-point numbers by value.
fn same(ours: &Json, recorded: &Json) -> bool {
    match (ours, recorded) {
        (Json::Array(ours), Json::Array(recorded)) => {
            ours.len() == recorded.len() && ours.iter().zip(recorded).all(|(a, b)| same(a, b))
        }
        (Json::Object(ours), Json::Object(recorded)) => {
            ours.len() == recorded.len()
                && ours.iter().zip(recorded).all(|((name, a), (other, b))| {
                    name == other && if name == "double" { number(a) == number(b) } else { same(a, b) }
                })
        }
        _ => ours == recorded,
    }
}

/// A recorded floating-point number by its bits; all that are none are one.
fn number(text: &Json) -> Option<u64> {
    let number: f64 = text.as_str()?.parse().ok()?;
    Some(if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() })
}

/// A value as JSON that tells its type, as the recorder writes it.
fn shown(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!({ "int": number.to_string() }),
        Value::Uint(number) => json!({ "uint": number.to_string() }),
        Value::Double(number) => json!({ "double": number.to_string() }),
        Value::Text(text) => json!(text.as_str()),
        Value::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
        Value::List(list) => list.items().iter().map(shown).collect(),
        Value::Map(map) => {
            let mut entries: Vec<(Json, Json)> =
                map.entries().map(|(key, value)| (shown(&key), shown(value))).collect();
            entries.sort_by_key(|(key, _)| key.to_string());
            json!({ "map": entries })
        }
        Value::Timestamp(time) => json!({ "timestamp": time.text() }),
        Value::Duration(nanos) => json!({ "duration": nanos.to_string() }),
        Value::Type(name) => json!({ "type": name }),
        Value::Optional(value) => {
            let values: Vec<Json> = value.iter().map(|value| shown(value)).collect();
            json!({ "optional": values })
        }
        Value::Library(Library::Authorizer(name)) => json!({ *name: "" }),
        Value::Library(library) => json!({ value.type_name(): library.shown() }),
        Value::Invalid(why) => json!({ "invalid": &**why }),
        Value::Unknown => json!({ "unknown": "" }),
    }
}

/// JSON as the server holds it.
fn data(json: &Json) -> Data {
    match json {
        Json::Null => Data::Null,
        Json::Bool(truth) => Data::Bool(*truth),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Data::Float(number.as_f64().unwrap_or(f64::NAN)), Data::Int)
        }
        Json::String(text) => Data::text(text.as_str()),
        Json::Array(items) => Data::List(items.iter().map(data).collect()),
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| Entry {
                key: key.as_str().into(),
                value: data(value),
                by: By::Manifest,
            };
            Data::Map(entries.iter().map(entry).collect())
        }
    }
}
