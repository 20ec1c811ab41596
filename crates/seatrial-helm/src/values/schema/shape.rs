//! The form of schemas: which keywords hold what, and which hold schemas.

use std::rc::Rc;

use super::Draft;
use super::equal::type_of;
use super::violation::quote;
use crate::template::{Data, Value};

/// How deep schemas may hold schemas.
pub(super) const DEPTH: usize = 128;

const WITH_LIST: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const WITH_MAP: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// All schemas within a schema, each behind the one that holds it.
pub(super) struct Parts(Vec<Part>);

/// A schema within a schema.
struct Part {
    schema: Value,
    /// The schema that holds it, by its place.
    above: usize,
    key: Rc<str>,
    step: Step,
    depth: usize,
    /// How many slashes the pointer to it has.
    slashes: usize,
}

/// What follows the keyword in a pointer.
enum Step {
    Nothing,
    Place(usize),
    Name(Rc<str>),
}

impl Parts {
    pub(super) fn of(schema: &Value, draft: Draft) -> Self {
        let mut all: Vec<Part> = Vec::new();
        let mut open = vec![Part {
            schema: schema.clone(),
            above: 0,
            key: "".into(),
            step: Step::Nothing,
            depth: 0,
            slashes: 0,
        }];
        while let Some(part) = open.pop() {
            if part.depth < DEPTH {
                part.open(all.len(), draft, &mut open);
            }
            all.push(part);
        }
        Self(all)
    }

    /// Each schema and its place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.0.iter().map(|it| &it.schema).enumerate()
    }

    /// The pointer to the schema at a place.
    pub(super) fn pointer(&self, mut at: usize) -> String {
        let mut steps = Vec::new();
        while at > 0 {
            let part = &self.0[at];
            match &part.step {
                Step::Nothing => steps.push(format!("/{}", part.key)),
                Step::Place(place) => steps.push(format!("/{}/{place}", part.key)),
                Step::Name(name) => steps.push(format!("/{}/{name}", part.key)),
            }
            at = part.above;
        }
        steps.reverse();
        steps.concat()
    }
}

impl Part {
    /// Adds the schemas that it holds itself.
    fn open(&self, at: usize, draft: Draft, open: &mut Vec<Part>) {
        let Some(map) = self.schema.as_map() else { return };
        // What stands beside a reference was ignored once.
        let is_reference = draft < Draft::Of2019 && map.get("$ref").is_some();
        for (key, value) in map.entries().iter().rev() {
            if is_reference && !matches!(key.as_ref(), "definitions" | "$defs") {
                continue;
            }
            let mut add = |step, schema: &Value| {
                let slashes = self.slashes + 1 + slashes(&step);
                let (schema, depth, key) = (schema.clone(), self.depth + 1, Rc::clone(key));
                open.push(Self { schema, above: at, key, step, depth, slashes });
            };
            match &value.data {
                Data::List(list) if WITH_LIST.contains(&key.as_ref()) => {
                    list.items.iter().enumerate().for_each(|(at, it)| add(Step::Place(at), it));
                }
                Data::Map(map) if WITH_MAP.contains(&key.as_ref()) => {
                    let entries = map.entries();
                    let schemas = entries.iter().filter(|(_, it)| !matches!(it.data, Data::List(_)));
                    schemas.for_each(|(name, it)| add(Step::Name(Rc::clone(name)), it));
                }
                Data::Map(_) if is_schema(key) => add(Step::Nothing, value),
                _ => {}
            }
        }
    }
}

fn slashes(step: &Step) -> usize {
    match step {
        Step::Nothing => 0,
        Step::Place(_) => 1,
        Step::Name(name) => 1 + name.bytes().filter(|it| *it == b'/').count(),
    }
}

/// Whether a keyword may hold a schema.
fn is_schema(key: &str) -> bool {
    matches!(
        key,
        "additionalItems"
            | "additionalProperties"
            | "contains"
            | "contentSchema"
            | "else"
            | "if"
            | "items"
            | "not"
            | "propertyNames"
            | "then"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "dependencies"
    )
}

/// The first place where a schema breaks the rules of its draft.
pub(super) fn check(parts: &Parts, draft: Draft) -> Result<(), String> {
    if parts.0.iter().any(|it| it.slashes > 2 * DEPTH) {
        return Err("the schema is nested too deep".to_owned());
    }
    let fault = |(at, part)| fault_of(part, draft).map(|(inside, lines)| (parts.pointer(at), inside, lines));
    let Some((path, inside, lines)) = parts.iter().find_map(fault) else { return Ok(()) };
    let mut text = format!(
        "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation failed with '{}#'",
        draft.url()
    );
    let mut indent = 0;
    let mut line = |at: &str, message: &str, indent: usize| {
        crate::go::push(&mut text, format_args!("\n{}- at {}: {message}", "  ".repeat(indent), quote(at)));
    };
    // From 2019 on the rules stand in parts, at each level of schemas.
    if draft >= Draft::Of2019 && !(path.is_empty() && inside.is_empty()) {
        for level in levels(&path) {
            line(&level, "'allOf' failed", indent);
            indent += 1;
        }
    }
    for (at, message) in lines.iter().enumerate() {
        line(&format!("{path}{inside}"), message, indent + at.min(1));
    }
    Err(text)
}

/// The pointers of all schemas around a schema, and its own.
fn levels(path: &str) -> Vec<String> {
    let mut levels = vec![String::new()];
    let mut at = String::new();
    let mut steps = path.split('/').skip(1).peekable();
    while let Some(step) = steps.next() {
        at.push('/');
        at.push_str(step);
        if (WITH_MAP.contains(&step)
            || WITH_LIST.contains(&step) && steps.peek().is_some_and(|it| it.parse::<usize>().is_ok()))
            && let Some(name) = steps.next()
        {
            at.push('/');
            at.push_str(name);
        }
        levels.push(at.clone());
    }
    levels
}

/// What is wrong with one schema, its parts left aside: where, and the lines.
fn fault_of(part: &Value, draft: Draft) -> Option<(String, Vec<String>)> {
    let only = |inside: &str, message: String| Some((inside.to_owned(), vec![message]));
    let map = match &part.data {
        Data::Map(map) => map,
        Data::Bool(_) if draft > Draft::Four => return None,
        _ if draft == Draft::Four => return only("", format!("got {}, want object", type_of(part))),
        _ => return only("", format!("got {}, want boolean or object", type_of(part))),
    };
    if draft == Draft::Four {
        let has = |key: &str| map.get(key).is_some();
        for (flag, bound) in [("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")] {
            if has(flag) && !has(bound) {
                return only("", format!("properties '{bound}' required, if '{flag}' exists"));
            }
        }
    }
    let entries = map.entries();
    entries.iter().find_map(|(key, value)| {
        let (inside, lines) = fault_of_keyword(key, value, draft)?;
        Some((format!("/{key}{inside}"), lines))
    })
}

/// What is wrong with what a keyword holds: where below it, and the lines.
fn fault_of_keyword(key: &str, value: &Value, draft: Draft) -> Option<(String, Vec<String>)> {
    let only = |inside: String, message: String| Some((inside, vec![message]));
    let (got, wanted) = (type_of(value), wanted_type(key, draft));
    let fits = wanted.is_empty()
        || wanted == got
        || wanted == "boolean or object" && matches!(got, "boolean" | "object");
    if !fits {
        return only(String::new(), format!("got {got}, want {wanted}"));
    }
    let items = value.as_list();
    match key {
        "maxContains" | "maxItems" | "maxLength" | "maxProperties" | "minContains" | "minItems"
        | "minLength" | "minProperties" => {
            let count = super::equal::number(value).unwrap_or(0.0);
            if count.fract() != 0.0 {
                return only(String::new(), "got number, want integer".to_owned());
            }
            if count < 0.0 {
                let got = super::numbers::shown(count);
                return only(String::new(), format!("minimum: got {got}, want 0"));
            }
        }
        "allOf" | "anyOf" | "oneOf" if items.is_some_and(<[Value]>::is_empty) => {
            return only(String::new(), "minItems: got 0, want 1".to_owned());
        }
        "required" => {
            if draft == Draft::Four && items.is_some_and(<[Value]>::is_empty) {
                return only(String::new(), "minItems: got 0, want 1".to_owned());
            }
            let wrong = items.unwrap_or_default().iter().enumerate().find(|it| it.1.as_str().is_none());
            if let Some((at, item)) = wrong {
                return only(format!("/{at}"), format!("got {}, want string", type_of(item)));
            }
        }
        "type" => return fault_of_type(value).map(|lines| (String::new(), lines)),
        "pattern" => {
            let pattern = value.as_str().unwrap_or_default();
            if let Err(message) = seatrial_schema::cel::re2::compile(pattern) {
                return only(String::new(), format!("{} is not valid regex: {message}", quote(pattern)));
            }
        }
        _ => {}
    }
    None
}

/// The type that a keyword's value has, empty if that is free.
fn wanted_type(key: &str, draft: Draft) -> &'static str {
    match key {
        "exclusiveMaximum" | "exclusiveMinimum" if draft == Draft::Four => "boolean",
        "items" if draft < Draft::Of2020 => "",
        "uniqueItems" => "boolean",
        "allOf" | "anyOf" | "oneOf" | "prefixItems" | "required" | "enum" => "array",
        "$defs" | "definitions" | "dependencies" | "dependentSchemas" | "patternProperties"
        | "properties" => "object",
        "additionalProperties" | "additionalItems" => "boolean or object",
        _ if is_schema(key) && draft == Draft::Four => "object",
        _ if is_schema(key) => "boolean or object",
        "exclusiveMaximum" | "exclusiveMinimum" | "maximum" | "minimum" | "multipleOf" | "maxContains"
        | "maxItems" | "maxLength" | "maxProperties" | "minContains" | "minItems" | "minLength"
        | "minProperties" => "number",
        "$comment" | "$ref" | "description" | "format" | "pattern" | "title" => "string",
        _ => "",
    }
}

fn fault_of_type(value: &Value) -> Option<Vec<String>> {
    let is_type = |it: &Value| it.as_str().is_some_and(|it| TYPES.contains(&it));
    let fits = match value.as_list() {
        Some(items) => !items.is_empty() && items.iter().all(is_type),
        None => is_type(value),
    };
    if fits {
        return None;
    }
    let names = super::violation::quoted_list(TYPES);
    Some(vec![
        "'anyOf' failed".to_owned(),
        format!("value must be one of {names}"),
        format!("got {}, want array", type_of(value)),
    ])
}
