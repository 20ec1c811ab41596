//! Suite `definitions`: the validation rules of published definitions of kinds.
//! The API server has taken them, so each has to compile, to fit its schema and to
//! stay within what its evaluation may cost. The folder holds definitions as YAML
//! or JSON, or schemas of a catalogue, one kind a file; nothing of it is run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use seatrial_schema::decode::untyped;
use seatrial_schema::{By, Entry, Errors, FieldError, Map, Strategy, Value};
use seatrial_source::{SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits};

use crate::{Disagreement, Family, Options, Report, Suite};

pub(crate) const SUITE: Suite =
    Suite { name: "definitions", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/definitions"), run };

const RULES: &str = "x-kubernetes-validations";
/// Larger files are no definitions.
const BYTES_MAX: u64 = 16 << 20;
/// Folders deeper than this are not looked into.
const FOLDERS_DEEP: usize = 16;

fn run(options: &Options) -> anyhow::Result<Report> {
    let strategy = Strategy::of("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
        .context("definitions have rules of their own")?;
    let mut files = Vec::new();
    collect(&options.dir, 0, &mut files)?;
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let (mut with_rules, mut all) = (0, 0);
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let below = path.strip_prefix(&options.dir).unwrap_or(&path);
        for definition in definitions(&text) {
            all += 1;
            let count = count_rules(&definition, 0);
            if count == 0 {
                continue;
            }
            with_rules += 1;
            let name = below
                .components()
                .next()
                .map_or_else(String::new, |it| it.as_os_str().to_string_lossy().into_owned());
            let family = families.entry(name.clone()).or_insert_with(|| Family::new(name));
            compare(&below.display().to_string(), definition, count, strategy, family);
        }
    }
    if all == 0 {
        bail!("no definition in {}", options.dir.display());
    }
    let mut families: Vec<Family> = families.into_values().collect();
    if let Some(last) = families.last_mut() {
        last.notes.push(format!("  {with_rules} of {all} definitions have rules"));
    }
    Ok(Report { suite: SUITE.name, families })
}

/// The YAML and JSON files below a folder, in order.
fn collect(dir: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut paths = entries.map(|it| Ok(it?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let kind = fs::symlink_metadata(&path)?;
        let is_text = path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json");
        if kind.is_dir() && depth < FOLDERS_DEEP {
            collect(&path, depth + 1, found)?;
        } else if kind.is_file() && is_text && kind.len() <= BYTES_MAX {
            found.push(path);
        }
    }
    Ok(())
}

/// The definitions that a text holds: as they are, or made of the schema of one kind.
fn definitions(text: &str) -> Vec<Value> {
    let file = SourceMap::new().add(TreePath::new("definition.yaml"), text.into());
    let stream = seatrial_yaml::parse(file, Arc::from(text), Dialect::GoYaml2, &Limits::default());
    stream.roots().filter_map(|root| read(untyped(root))).collect()
}

fn read(value: Value) -> Option<Value> {
    if value.str("kind") == "CustomResourceDefinition" {
        return Some(value);
    }
    let is_schema = value.str("type") == "object" && value.has("properties") && !value.has("kind");
    is_schema.then(|| of_schema(value))
}

/// A definition with one version of that schema.
fn of_schema(mut schema: Value) -> Value {
    open(&mut schema, 0);
    let names = map([("plural", text("things")), ("kind", text("Thing"))]);
    let schema = map([("openAPIV3Schema", schema)]);
    let version = [
        ("name", text("v1")),
        ("served", Value::Bool(true)),
        ("storage", Value::Bool(true)),
        ("schema", schema),
    ];
    let spec = [
        ("group", text("example.com")),
        ("scope", text("Namespaced")),
        ("names", names),
        ("versions", Value::List(vec![map(version)])),
    ];
    map([("metadata", map([("name", text("things.example.com"))])), ("spec", map(spec))])
}

fn text(text: &str) -> Value {
    Value::text(text.to_owned())
}

fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    let entries = entries.into_iter().map(|(key, value)| Entry { key: key.into(), value, by: By::Manifest });
    entries.collect::<Map>().into()
}

/// Takes out what catalogues add for validators: closed structures. Properties may
/// be called like a keyword.
fn open(schema: &mut Value, depth: usize) {
    if depth > 64 {
        return;
    }
    if schema.has("properties") && schema.opt("additionalProperties") == Some(&Value::Bool(false)) {
        schema.remove("additionalProperties");
    }
    for field in ["items", "additionalProperties", "not"] {
        if let Some(below) = schema.at_mut(field) {
            open(below, depth + 1);
        }
    }
    for field in ["allOf", "anyOf", "oneOf"] {
        schema.items_mut(field).iter_mut().for_each(|it| open(it, depth + 1));
    }
    if let Some(Value::Map(properties)) = schema.at_mut("properties") {
        properties.values_mut().for_each(|(_, it)| open(it, depth + 1));
    }
}

fn count_rules(value: &Value, depth: usize) -> usize {
    match value {
        _ if depth > 200 => 0,
        Value::Map(map) => {
            let own = |it: &Entry| if it.key == RULES { it.value.as_list().len() } else { 0 };
            map.entries().iter().map(|it| own(it) + count_rules(&it.value, depth + 1)).sum()
        }
        Value::List(items) => items.iter().map(|it| count_rules(it, depth + 1)).sum(),
        _ => 0,
    }
}

/// Counts the rules of a definition; one that the server's code would not have
/// taken is a disagreement.
fn compare(file: &str, mut definition: Value, count: usize, strategy: &Strategy, family: &mut Family) {
    (strategy.default)(&mut definition);
    (strategy.prepare_create)(&mut definition);
    let mut errors = Errors::new();
    (strategy.validate)(&definition, &mut errors);
    let about_rules =
        |it: &&FieldError| it.field.contains(RULES) || it.detail.contains("estimated rule cost");
    let mut told = BTreeSet::new();
    for error in errors.as_slice().iter().filter(about_rules) {
        // A rule is one case, whatever is wrong with it.
        let rule = error.field.rsplit_once("].").map_or(error.field.as_str(), |(rule, _)| rule);
        if told.insert(rule.to_owned()) {
            family.disagreements.push(Disagreement {
                id: format!("{file}: {rule}"),
                input: error.shown_value(),
                recorded: "the server took it".to_owned(),
                ours: error.detail.clone(),
            });
        }
    }
    family.compared += count;
    family.agree += count.saturating_sub(told.len());
}
