//! Structural schemas: what a CRD says about its objects, read from the
//! definition. Upstream: `apiextensions-apiserver/pkg/apiserver/schema/{structural,convert}.go`
//! (v0.36.2).

use std::ops::Index;

use smol_str::SmolStr;

use crate::Value;
use crate::table::{Field, Shape, Table, Type};

/// How deep schemas are read. What is deeper may be anything.
const DEEPEST: usize = 128;

/// How deep types of Kubernetes' own are written out.
const TYPES_DEEPEST: usize = 24;

/// A schema of a value and of all below it.
#[expect(clippy::struct_excessive_bools, reason = "the definition has them")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Structural {
    /// What kind of value it is; none with `x-kubernetes-int-or-string` or
    /// `x-kubernetes-preserve-unknown-fields`, or by mistake.
    pub kind: Option<ValueKind>,
    /// Whether `null` may stand for it.
    pub nullable: bool,
    /// What an absent field becomes.
    pub default: Option<Value>,
    /// The schemas of named fields.
    pub properties: Properties,
    /// The schema of all other fields, or whether there may be any.
    pub additional: Option<Additional>,
    /// The schema of the items.
    pub items: Option<Box<Structural>>,
    /// Unknown fields are kept, and may be anything.
    pub preserve_unknown: bool,
    /// It is an object of Kubernetes with `apiVersion`, `kind` and `metadata`.
    pub embedded_resource: bool,
    /// It is a whole number or a text.
    pub int_or_string: bool,
    /// `x-kubernetes-list-type`
    pub list_type: Option<SmolStr>,
    /// `x-kubernetes-list-map-keys`
    pub list_map_keys: Vec<SmolStr>,
    /// `x-kubernetes-map-type`
    pub map_type: Option<SmolStr>,
    /// `x-kubernetes-validations`
    pub rules: Vec<Rule>,
    /// What values it allows, where it says anything of that: see
    /// [`Structural::bounds`].
    bounds: Option<Box<Bounds>>,
}

/// The schemas of named fields, by name. Most objects have few fields, and
/// published schemas have tens of thousands in all: each takes no more room than
/// it needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties(Vec<(SmolStr, Structural)>);

impl Properties {
    /// The schema of a field.
    pub fn get(&self, name: &str) -> Option<&Structural> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Whether the field is known.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them by name.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Structural)> {
        self.0.iter().map(|(name, schema)| (name, schema))
    }

    /// All schemas by name.
    pub fn values(&self) -> impl Iterator<Item = &Structural> {
        self.0.iter().map(|(_, schema)| schema)
    }

    fn insert(&mut self, name: SmolStr, schema: Structural) {
        match self.place(&name) {
            Ok(at) => self.0[at].1 = schema,
            Err(at) => self.0.insert(at, (name, schema)),
        }
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }
}

impl FromIterator<(SmolStr, Structural)> for Properties {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Structural)>>(properties: I) -> Self {
        let mut properties: Vec<_> = properties.into_iter().collect();
        properties.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self(properties)
    }
}

impl Index<&str> for Properties {
    type Output = Structural;

    fn index(&self, name: &str) -> &Structural {
        self.get(name).expect("the caller knows the field")
    }
}

/// The kinds of values a schema tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueKind {
    /// `object`
    Object,
    /// `array`
    Array,
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
}

/// `additionalProperties`
#[derive(Clone, Debug, PartialEq)]
pub enum Additional {
    /// Fields of any name, all of that schema.
    Schema(Box<Structural>),
    /// Whether there may be any.
    Allowed(bool),
}

/// One of `x-kubernetes-validations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The expression that has to be true.
    pub rule: SmolStr,
    /// What to say where it is not.
    pub message: SmolStr,
    /// An expression for the same.
    pub message_expression: SmolStr,
    /// The machine's word for it: `FieldValueInvalid`.
    pub reason: SmolStr,
    /// Which field below the value is to blame: `.spec.x`.
    pub field_path: SmolStr,
    /// Whether the old value is optional, so that the rule holds for new objects, too.
    pub optional_old_self: bool,
}

/// The rules for values that do not change what the schema's shape is.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    /// `format`
    pub format: SmolStr,
    /// `maximum`
    pub maximum: Option<f64>,
    /// `exclusiveMaximum`
    pub exclusive_maximum: bool,
    /// `minimum`
    pub minimum: Option<f64>,
    /// `exclusiveMinimum`
    pub exclusive_minimum: bool,
    /// `maxLength`
    pub max_length: Option<i64>,
    /// `minLength`
    pub min_length: Option<i64>,
    /// `pattern`
    pub pattern: SmolStr,
    /// `maxItems`
    pub max_items: Option<i64>,
    /// `minItems`
    pub min_items: Option<i64>,
    /// `uniqueItems`
    pub unique_items: bool,
    /// `multipleOf`
    pub multiple_of: Option<f64>,
    /// `enum`
    pub values: Vec<Value>,
    /// `maxProperties`
    pub max_properties: Option<i64>,
    /// `minProperties`
    pub min_properties: Option<i64>,
    /// `required`
    pub required: Vec<SmolStr>,
    /// `allOf`
    pub all_of: Vec<Structural>,
    /// `anyOf`
    pub any_of: Vec<Structural>,
    /// `oneOf`
    pub one_of: Vec<Structural>,
    /// `not`
    pub not: Option<Box<Structural>>,
}

impl Bounds {
    /// Any value.
    const NONE: Self = Self {
        format: SmolStr::new_static(""),
        maximum: None,
        exclusive_maximum: false,
        minimum: None,
        exclusive_minimum: false,
        max_length: None,
        min_length: None,
        pattern: SmolStr::new_static(""),
        max_items: None,
        min_items: None,
        unique_items: false,
        multiple_of: None,
        values: Vec::new(),
        max_properties: None,
        min_properties: None,
        required: Vec::new(),
        all_of: Vec::new(),
        any_of: Vec::new(),
        one_of: Vec::new(),
        not: None,
    };
}

impl Default for Bounds {
    fn default() -> Self {
        Self::NONE
    }
}

impl Structural {
    /// The same with other bounds.
    pub(crate) fn with_bounds(self, bounds: Bounds) -> Self {
        Self { bounds: Some(bounds).filter(|it| *it != Bounds::NONE).map(Box::new), ..self }
    }

    /// What a type of Kubernetes' own is inside a custom kind: its fields and their
    /// types. Definitions of custom kinds rarely say more of it, and let what
    /// the controller may fill in be absent.
    pub(crate) fn of_type(table: &Table, of: &Type) -> Self {
        of_type(table, of, 0)
    }

    /// Reads an `openAPIV3Schema`. What is not understood is left out: whether a
    /// definition is well-formed is for the validation of CRDs to say.
    pub fn read(schema: &Value) -> Self {
        read(schema, 0)
    }

    /// What values it allows.
    pub fn bounds(&self) -> &Bounds {
        static NONE: Bounds = Bounds::NONE;
        self.bounds.as_deref().unwrap_or(&NONE)
    }

    /// The schema of a field by its name.
    pub fn property(&self, name: &str) -> Option<&Self> {
        self.properties.get(name).or(match &self.additional {
            Some(Additional::Schema(schema)) => Some(schema),
            _ => None,
        })
    }

    /// The schema all additional fields have.
    pub fn additional_schema(&self) -> Option<&Self> {
        match &self.additional {
            Some(Additional::Schema(schema)) => Some(schema),
            _ => None,
        }
    }

    /// The same with `apiVersion`, `kind` and the names in `metadata`, which
    /// every object of Kubernetes has.
    pub fn with_object_fields(&self) -> Self {
        let text = || Self { kind: Some(ValueKind::String), ..Self::default() };
        let is_text = |of: &Self, name: &str| {
            of.properties.get(name).is_some_and(|it| it.kind == Some(ValueKind::String))
        };
        let metadata = self.properties.get("metadata");
        let has_names = metadata.is_some_and(|it| {
            it.kind == Some(ValueKind::Object) && is_text(it, "name") && is_text(it, "generateName")
        });
        if has_names && is_text(self, "kind") && is_text(self, "apiVersion") {
            return self.clone();
        }
        let names = ["name", "generateName"].map(|name| (SmolStr::new_static(name), text()));
        let metadata = Self {
            kind: Some(ValueKind::Object),
            properties: names.into_iter().collect(),
            ..Self::default()
        };
        let mut result = Self { items: None, ..self.clone() };
        result.properties.insert(SmolStr::new_static("kind"), text());
        result.properties.insert(SmolStr::new_static("apiVersion"), text());
        result.properties.insert(SmolStr::new_static("metadata"), metadata);
        result
    }
}

fn read(schema: &Value, depth: usize) -> Structural {
    if depth > DEEPEST {
        return Structural { preserve_unknown: true, ..Structural::default() };
    }
    let below = |value: &Value| read(value, depth + 1);
    let boxed = |name: &str| schema.opt(name).map(|value| Box::new(below(value)));
    let additional = schema.opt("additionalProperties").map(|value| match value {
        Value::Bool(allowed) => Additional::Allowed(*allowed),
        other => Additional::Schema(Box::new(below(other))),
    });
    let text = |name: &str| Some(SmolStr::new(schema.str(name))).filter(|text| !text.is_empty());
    Structural {
        kind: ValueKind::named(schema.str("type")),
        nullable: schema.bool("nullable"),
        default: schema.opt("default").cloned(),
        properties: schema
            .entries("properties")
            .iter()
            .map(|entry| (entry.key.clone(), below(&entry.value)))
            .collect(),
        additional,
        items: boxed("items"),
        preserve_unknown: schema.bool("x-kubernetes-preserve-unknown-fields"),
        embedded_resource: schema.bool("x-kubernetes-embedded-resource"),
        int_or_string: schema.bool("x-kubernetes-int-or-string"),
        list_type: text("x-kubernetes-list-type"),
        list_map_keys: texts(schema.items("x-kubernetes-list-map-keys")),
        map_type: text("x-kubernetes-map-type"),
        rules: schema.items("x-kubernetes-validations").iter().map(Rule::read).collect(),
        bounds: Some(Bounds::read(schema, depth)).filter(|it| *it != Bounds::NONE).map(Box::new),
    }
}

fn of_type(table: &Table, of: &Type, depth: usize) -> Structural {
    let fields = of.fields().iter();
    let properties = fields.clone().map(|it| (it.name.into(), of_shape(table, &it.shape, it.values, depth)));
    let may_be_filled_in = |it: &Field| it.name == "containers" || it.name == "selector";
    // A container that stands alone needs no name, and so on.
    let is_asked = |it: &&Field| depth > 0 && it.required && !may_be_filled_in(it);
    let required = fields.filter(is_asked).map(|it| it.name.into());
    let bounds = Bounds { required: required.collect(), ..Bounds::NONE };
    let kind = Some(ValueKind::Object);
    Structural { kind, properties: properties.collect(), ..Structural::default() }.with_bounds(bounds)
}

fn of_shape(table: &Table, shape: &Shape, values: &[&'static str], depth: usize) -> Structural {
    let of_kind = |kind| Structural { kind: Some(kind), nullable: true, ..Structural::default() };
    match shape {
        Shape::Bool => of_kind(ValueKind::Boolean),
        Shape::Int32 | Shape::Int64 => of_kind(ValueKind::Integer),
        Shape::Float => of_kind(ValueKind::Number),
        Shape::Text => {
            let values = values.iter().map(|it| Value::Str(SmolStr::new_static(it))).collect();
            of_kind(ValueKind::String).with_bounds(Bounds { values, ..Bounds::NONE })
        }
        Shape::Bytes | Shape::Time | Shape::MicroTime | Shape::Duration => of_kind(ValueKind::String),
        Shape::Quantity | Shape::IntOrString => {
            Structural { int_or_string: true, nullable: true, ..Structural::default() }
        }
        Shape::List(items) => {
            let items = Some(Box::new(of_shape(table, items, values, depth + 1)));
            Structural { items, ..of_kind(ValueKind::Array) }
        }
        Shape::Map(of) => {
            let of = Box::new(of_shape(table, of, values, depth + 1));
            Structural { additional: Some(Additional::Schema(of)), ..of_kind(ValueKind::Object) }
        }
        Shape::Struct(id) if depth < TYPES_DEEPEST => {
            Structural { nullable: true, ..of_type(table, table.ty(*id), depth + 1) }
        }
        _ => Structural { preserve_unknown: true, nullable: true, ..Structural::default() },
    }
}

fn texts(items: &[Value]) -> Vec<SmolStr> {
    items.iter().map(|item| SmolStr::new(item.as_str())).collect()
}

impl ValueKind {
    /// All of them, by their code from 1 on.
    const ALL: [Self; 6] =
        [Self::Object, Self::Array, Self::String, Self::Integer, Self::Number, Self::Boolean];

    /// The kind that a schema names.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// As a schema names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }

    /// What stands for it in the embedded definitions.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

impl Rule {
    fn read(rule: &Value) -> Self {
        Self {
            rule: rule.str("rule").into(),
            message: rule.str("message").into(),
            message_expression: rule.str("messageExpression").into(),
            reason: rule.str("reason").into(),
            field_path: rule.str("fieldPath").into(),
            optional_old_self: rule.bool("optionalOldSelf"),
        }
    }
}

impl Bounds {
    fn read(schema: &Value, depth: usize) -> Self {
        let number = |name: &str| match schema.at(name) {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        };
        let count = |name: &str| schema.at(name).as_int();
        let all = |name: &str| schema.items(name).iter().map(|it| read(it, depth + 1)).collect();
        Self {
            format: schema.str("format").into(),
            maximum: number("maximum"),
            exclusive_maximum: schema.bool("exclusiveMaximum"),
            minimum: number("minimum"),
            exclusive_minimum: schema.bool("exclusiveMinimum"),
            max_length: count("maxLength"),
            min_length: count("minLength"),
            pattern: schema.str("pattern").into(),
            max_items: count("maxItems"),
            min_items: count("minItems"),
            unique_items: schema.bool("uniqueItems"),
            multiple_of: number("multipleOf"),
            values: schema.items("enum").to_vec(),
            max_properties: count("maxProperties"),
            min_properties: count("minProperties"),
            required: texts(schema.items("required")),
            all_of: all("allOf"),
            any_of: all("anyOf"),
            one_of: all("oneOf"),
            not: schema.opt("not").map(|not| Box::new(read(not, depth + 1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{By, Entry, Map};

    fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let entry = |(key, value): (&'static str, Value)| Entry { key: key.into(), value, by: By::Manifest };
        Value::Map(entries.into_iter().map(entry).collect::<Map>())
    }

    #[test]
    fn schemas_are_read() {
        let field = map([("type", "string".into()), ("maxLength", 5.into())]);
        let schema = map([
            ("type", "object".into()),
            ("properties", map([("a", field)])),
            ("required", vec![Value::from("a")].into()),
            ("x-kubernetes-validations", vec![map([("rule", "self.a != ''".into())])].into()),
        ]);
        let read = Structural::read(&schema);
        assert_eq!(read.kind, Some(ValueKind::Object));
        assert_eq!(read.property("a").unwrap().bounds().max_length, Some(5));
        assert_eq!((read.bounds().required.len(), read.rules[0].rule.as_str()), (1, "self.a != ''"));
        assert!(read.with_object_fields().properties["metadata"].properties.contains_key("name"));
    }
}
