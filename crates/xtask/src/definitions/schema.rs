//! What is kept of a JSON schema.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_schema::structural::ValueKind;
use serde_json::Value;

/// Longer patterns are not kept.
const PATTERN_MAX: usize = 300;
/// Longer defaults are not kept.
const DEFAULT_MAX: usize = 400;
/// Longer rules are not kept.
const RULE_MAX: usize = 1500;
/// Formats that say no more than the type.
const FORMATS_LEFT_OUT: [&str; 6] = ["int32", "int64", "float", "double", "string", "password"];

/// A schema of a value and of all below it.
#[expect(clippy::struct_excessive_bools, reason = "schemas have them")]
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// There may be fields that are not named.
    pub(super) open: bool,
    pub(super) nullable: bool,
    pub(super) embedded: bool,
    pub(super) properties: BTreeMap<String, Node>,
    pub(super) required: BTreeSet<String>,
    pub(super) additional: Option<Box<Node>>,
    pub(super) items: Option<Box<Node>>,
    pub(super) bounds: Bounds,
    /// The fields that tell the items of a list apart.
    pub(super) map_keys: Vec<String>,
    pub(super) is_set: bool,
    /// What is filled in, as JSON; empty for nothing.
    pub(super) default: String,
    /// Something else may be filled in, and what it is is not kept.
    pub(super) is_default_lost: bool,
    /// What has to hold of a new value.
    pub(super) rules: Vec<Rule>,
    /// Kubernetes' own type that says it all.
    pub(super) refers: Option<String>,
}

/// What values there may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bounds {
    pub(super) values: BTreeSet<String>,
    /// In the order of [`LIMITS`].
    pub(super) limits: [Option<i64>; LIMITS.len()],
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) pattern: String,
    pub(super) format: String,
    /// In the order of [`CLAUSES`].
    pub(super) clauses: [Vec<Node>; CLAUSES.len()],
}

/// The limits that are kept, those of numbers first.
pub(super) const LIMITS: [&str; 8] = [
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];
/// The combinations of schemas that are kept.
pub(super) const CLAUSES: [&str; 4] = ["allOf", "anyOf", "oneOf", "not"];

/// One of `x-kubernetes-validations`, without its words.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    pub(super) expression: String,
    pub(super) reason: String,
    pub(super) field_path: String,
}

impl Rule {
    /// Whether a field of that name may be read.
    fn reads(&self, name: &str) -> bool {
        let is_part = |it: char| it.is_alphanumeric() || it == '_';
        self.expression.split(|it| !is_part(it)).any(|word| word == name)
    }

    /// What is kept of it, in the order of the table.
    pub(super) fn words(&self) -> [&String; 3] {
        [&self.expression, &self.reason, &self.field_path]
    }
}

/// What kind of value it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    #[default]
    Any,
    One(ValueKind),
    IntOrString,
}

impl Node {
    /// Whether it says nothing but that there is something.
    pub(super) fn is_opaque(&self) -> bool {
        let is_plain = matches!(self.kind, Kind::Any | Kind::One(ValueKind::Object));
        is_plain && self.open && self.properties.is_empty() && self.additional.is_none()
    }

    /// Whether something is filled in, here or below.
    pub(super) fn has_default(&self) -> bool {
        let parts = self.properties.values().chain(self.items.as_deref()).chain(self.additional.as_deref());
        self.is_default_lost || !self.default.is_empty() || parts.into_iter().any(Self::has_default)
    }

    /// Drops the rules that read a field of which the default is not kept: they would
    /// not see what a cluster fills in. Answers with the names of such fields.
    pub(super) fn drop_blind_rules(&mut self) -> BTreeSet<String> {
        let mut lost = BTreeSet::new();
        for (name, field) in &mut self.properties {
            lost.extend(field.drop_blind_rules());
            if std::mem::take(&mut field.is_default_lost) {
                lost.insert(name.clone());
            }
        }
        for below in self.items.as_deref_mut().into_iter().chain(self.additional.as_deref_mut()) {
            lost.extend(below.drop_blind_rules());
            below.is_default_lost = false;
        }
        self.rules.retain(|rule| !lost.iter().any(|name| rule.reads(name)));
        lost
    }

    /// Any value.
    pub(super) fn anything() -> Self {
        Self { open: true, nullable: true, ..Self::default() }
    }
}

/// The schema of a whole object. What every object has, and what only
/// controllers write, is left out.
pub(super) fn of_object(schema: &Value) -> Node {
    let mut node = read(schema);
    for field in ["apiVersion", "kind", "metadata", "status"] {
        node.properties.remove(field);
        node.required.remove(field);
    }
    if !node.is_opaque() {
        node.properties.insert("status".to_owned(), Node::anything());
    }
    node
}

fn read(schema: &Value) -> Node {
    let flag = |key: &str| schema[key].as_bool() == Some(true);
    let kind = kind(schema);
    let has_fields = schema["properties"].as_object().is_some_and(|it| !it.is_empty());
    let additional = &schema["additionalProperties"];
    let is_map = additional.is_object();
    let preserves = flag("x-kubernetes-preserve-unknown-fields");
    let is_loose = matches!(kind, Kind::Any | Kind::One(ValueKind::Object)) && !has_fields && !is_map;
    let open = preserves || additional == &Value::Bool(true) || is_loose;
    let mut properties: BTreeMap<String, Node> = BTreeMap::new();
    let mut has_default = BTreeSet::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        properties.insert(name.clone(), read(field));
        if field.get("default").is_some() {
            has_default.insert(name.as_str());
        }
    }
    let required = texts(&schema["required"]).filter(|it| !has_default.contains(it.as_str())).collect();
    let list_type = schema["x-kubernetes-list-type"].as_str().unwrap_or_default();
    let keys = || texts(&schema["x-kubernetes-list-map-keys"]).collect();
    Node {
        kind,
        open,
        nullable: flag("nullable") || words(&schema["type"]).any(|it| it == "null"),
        embedded: flag("x-kubernetes-embedded-resource"),
        properties,
        required,
        additional: is_map.then(|| Box::new(read(additional))),
        items: schema["items"].is_object().then(|| Box::new(read(&schema["items"]))),
        bounds: bounds(schema, kind),
        is_default_lost: schema.get("default").is_some() && default(schema).is_empty(),
        default: default(schema),
        rules: rules(schema),
        map_keys: if list_type == "map" { keys() } else { Vec::new() },
        is_set: list_type == "set",
        refers: None,
    }
}

fn kind(schema: &Value) -> Kind {
    let branches =
        ["oneOf", "anyOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
    let types: BTreeSet<&str> = branches.flat_map(|it| words(&it["type"])).collect();
    let is_either = types.contains("string") && (types.contains("integer") || types.contains("number"));
    if schema["x-kubernetes-int-or-string"] == Value::Bool(true) || is_either {
        return Kind::IntOrString;
    }
    let mut words = words(&schema["type"]).filter(|it| *it != "null");
    let (first, second) = (words.next(), words.next());
    match (first, second) {
        (Some("integer"), Some("string")) | (Some("string"), Some("integer")) => Kind::IntOrString,
        (_, Some(_)) => Kind::Any,
        (Some(word), _) => ValueKind::named(word).map_or(Kind::Any, Kind::One),
        _ if schema["properties"].is_object() => Kind::One(ValueKind::Object),
        _ => Kind::Any,
    }
}

fn bounds(schema: &Value, kind: Kind) -> Bounds {
    let items = schema["enum"].as_array().map_or(&[][..], Vec::as_slice);
    // A clause says nothing of the type.
    let may_be = |kinds: &[Kind]| kind == Kind::Any || kinds.contains(&kind);
    let [text, whole, fraction] = [ValueKind::String, ValueKind::Integer, ValueKind::Number].map(Kind::One);
    let is_text = may_be(&[text, Kind::IntOrString]);
    let all_texts = may_be(&[text]) && items.iter().all(Value::is_string);
    let is_number = may_be(&[whole, fraction]);
    let limit = |key: &str| {
        let is_apt =
            if matches!(key, "minimum" | "maximum") { is_number } else { !is_number || kind == Kind::Any };
        schema[key].as_i64().filter(|it| is_apt && it.abs() < 1 << 40)
    };
    let pattern = schema["pattern"].as_str().filter(|it| is_text && it.len() <= PATTERN_MAX);
    let format = schema["format"].as_str().filter(|it| is_text && !FORMATS_LEFT_OUT.contains(it));
    Bounds {
        values: if all_texts { texts(&schema["enum"]).collect() } else { BTreeSet::new() },
        limits: LIMITS.map(limit),
        exclusive_minimum: is_number && schema["exclusiveMinimum"] == Value::Bool(true),
        exclusive_maximum: is_number && schema["exclusiveMaximum"] == Value::Bool(true),
        pattern: pattern.unwrap_or_default().to_owned(),
        format: format.unwrap_or_default().to_owned(),
        clauses: CLAUSES.map(|key| clauses(&schema[key])),
    }
}

/// Schemas beside the one that says what there is. Those that name types stand
/// for `x-kubernetes-int-or-string`.
fn clauses(written: &Value) -> Vec<Node> {
    let all = if written.is_object() { std::slice::from_ref(written) } else { &[] };
    let all = written.as_array().map_or(all, Vec::as_slice);
    let nodes: Vec<Node> = all.iter().map(clause).collect();
    let is_typed = all.iter().any(|it| it.get("type").is_some());
    // Of a part of a clause nothing follows.
    if is_typed || !all.iter().zip(&nodes).all(|(it, node)| is_whole(it, node)) { Vec::new() } else { nodes }
}

/// A clause names what is required without saying what it is.
fn clause(written: &Value) -> Node {
    let mut node = read(written);
    for name in &node.required {
        node.properties.entry(name.clone()).or_insert_with(Node::anything);
    }
    node
}

/// Whether a node holds all that a clause says.
fn is_whole(written: &Value, node: &Node) -> bool {
    let count = |key: &str| match &written[key] {
        Value::Array(items) => items.len(),
        Value::Object(_) => 1,
        _ => 0,
    };
    let bounds = &node.bounds;
    let limits =
        LIMITS.iter().zip(&bounds.limits).all(|(key, limit)| written[*key].is_null() || limit.is_some());
    let clauses = CLAUSES.iter().zip(&bounds.clauses).all(|(key, all)| count(key) == all.len());
    let properties = written["properties"].as_object().into_iter().flatten();
    let inner = |(key, below): (&str, &Option<Box<Node>>)| {
        written[key].is_null() || below.as_deref().is_some_and(|it| is_whole(&written[key], it))
    };
    let unread = ["multipleOf", "uniqueItems", "format", "patternProperties", "x-kubernetes-validations"];
    count("enum") == bounds.values.len()
        && written["pattern"].is_string() != bounds.pattern.is_empty()
        && count("required") == node.required.len()
        && node.required.iter().all(|name| node.properties.contains_key(name))
        && unread.iter().all(|key| written[*key].is_null())
        && [("items", &node.items), ("additionalProperties", &node.additional)].into_iter().all(inner)
        && limits
        && clauses
        && properties
            .into_iter()
            .all(|(name, it)| node.properties.get(name).is_some_and(|node| is_whole(it, node)))
}

fn default(schema: &Value) -> String {
    let text = schema.get("default").map(ToString::to_string).unwrap_or_default();
    if text.len() <= DEFAULT_MAX { text } else { String::new() }
}

/// The rules that a new object has to fulfil.
fn rules(schema: &Value) -> Vec<Rule> {
    let all = schema["x-kubernetes-validations"].as_array();
    let word = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().trim().to_owned();
    let rules = all.into_iter().flatten().map(|it| Rule {
        expression: word(it, "rule"),
        reason: word(it, "reason"),
        field_path: word(it, "fieldPath"),
    });
    rules.filter(|it| it.expression.len() <= RULE_MAX && !it.expression.contains("oldSelf")).collect()
}

fn words(types: &Value) -> impl Iterator<Item = &str> {
    types.as_str().into_iter().chain(types.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn texts(list: &Value) -> impl Iterator<Item = String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}
