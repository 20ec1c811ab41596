//! What is kept of a JSON schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Longer patterns are not kept.
const PATTERN_MAX: usize = 300;

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
    /// Kubernetes' own type that says it all.
    pub(super) refers: Option<String>,
}

/// What values there may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bounds {
    pub(super) values: BTreeSet<String>,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    pub(super) pattern: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    #[default]
    Any,
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    IntOrString,
}

impl Node {
    /// Whether it says nothing but that there is something.
    pub(super) fn is_opaque(&self) -> bool {
        let is_plain = matches!(self.kind, Kind::Any | Kind::Object);
        is_plain && self.open && self.properties.is_empty() && self.additional.is_none()
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
    let is_loose = matches!(kind, Kind::Any | Kind::Object) && !has_fields && !is_map;
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
        (Some("object"), _) => Kind::Object,
        (Some("array"), _) => Kind::Array,
        (Some("string"), _) => Kind::String,
        (Some("integer"), _) => Kind::Integer,
        (Some("number"), _) => Kind::Number,
        (Some("boolean"), _) => Kind::Boolean,
        _ if schema["properties"].is_object() => Kind::Object,
        _ => Kind::Any,
    }
}

fn bounds(schema: &Value, kind: Kind) -> Bounds {
    let items = schema["enum"].as_array().map_or(&[][..], Vec::as_slice);
    let all_texts = kind == Kind::String && items.iter().all(Value::is_string);
    let values = if all_texts { texts(&schema["enum"]).collect() } else { BTreeSet::new() };
    let is_whole = kind == Kind::Integer;
    let bound = |key: &str| schema[key].as_i64().filter(|it| is_whole && it.abs() < 1 << 40);
    let pattern = schema["pattern"].as_str().filter(|it| kind == Kind::String && it.len() <= PATTERN_MAX);
    Bounds {
        values,
        minimum: bound("minimum"),
        maximum: bound("maximum"),
        pattern: pattern.unwrap_or_default().to_owned(),
    }
}

fn words(types: &Value) -> impl Iterator<Item = &str> {
    types.as_str().into_iter().chain(types.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn texts(list: &Value) -> impl Iterator<Item = String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}
