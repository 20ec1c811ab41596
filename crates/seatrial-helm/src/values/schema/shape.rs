//! The form of schemas: which keywords hold what, and which hold schemas.

use super::Draft;
use super::equal::type_of;
use super::violation::quote;
use crate::template::{Data, Value};

/// How deep schemas may hold schemas.
pub(super) const DEPTH: usize = 128;

const WITH_SCHEMA: [&str; 13] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "dependencies",
];
const WITH_LIST: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const WITH_MAP: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];
const NUMBERS: [&str; 3] = ["maximum", "minimum", "multipleOf"];
const COUNTS: [&str; 8] = [
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
];
const TEXTS: [&str; 6] = ["$comment", "$ref", "description", "format", "pattern", "title"];
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// Calls for every schema within a schema, with the pointer to it.
pub(super) fn each_part(schema: &Value, draft: Draft, visit: &mut dyn FnMut(&str, &Value)) {
    let mut open = vec![(String::new(), schema.clone(), 0)];
    while let Some((path, part, depth)) = open.pop() {
        visit(&path, &part);
        let Some(map) = part.as_map() else { continue };
        if depth >= DEPTH {
            continue;
        }
        // What stands beside a reference was ignored once.
        let is_reference = draft < Draft::Of2019 && map.get("$ref").is_some();
        for (key, value) in map.entries().iter().rev() {
            if is_reference && !matches!(key.as_ref(), "definitions" | "$defs") {
                continue;
            }
            for (step, inner) in parts_of(key, value) {
                open.push((format!("{path}/{key}{step}"), inner, depth + 1));
            }
        }
    }
}

/// The schemas that a keyword holds.
fn parts_of(key: &str, value: &Value) -> Vec<(String, Value)> {
    match &value.data {
        Data::List(list) if WITH_LIST.contains(&key) => {
            list.items.iter().enumerate().map(|(at, it)| (format!("/{at}"), it.clone())).collect()
        }
        Data::Map(map) if WITH_MAP.contains(&key) => {
            let entries = map.entries();
            let schemas = entries.iter().filter(|(_, it)| !matches!(it.data, Data::List(_)));
            schemas.map(|(name, it)| (format!("/{name}"), it.clone())).collect()
        }
        Data::Map(_) if WITH_SCHEMA.contains(&key) => vec![(String::new(), value.clone())],
        _ => Vec::new(),
    }
}

/// The first place where a schema breaks the rules of its draft.
pub(super) fn check(schema: &Value, draft: Draft) -> Result<(), String> {
    let mut found: Option<(String, String, Vec<String>)> = None;
    let mut too_deep = false;
    each_part(schema, draft, &mut |path, part| {
        too_deep |= path.matches('/').count() > 2 * DEPTH;
        if found.is_none() {
            found = fault_of(part, draft).map(|(inside, lines)| (path.to_owned(), inside, lines));
        }
    });
    if too_deep {
        return Err("the schema is nested too deep".to_owned());
    }
    let Some((path, inside, lines)) = found else { return Ok(()) };
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
    let has = |key: &str| map.get(key).is_some();
    for (flag, bound) in [("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")] {
        if draft == Draft::Four && has(flag) && !has(bound) {
            return only("", format!("properties '{bound}' required, if '{flag}' exists"));
        }
    }
    for (key, value) in map.entries().iter() {
        let inside = format!("/{key}");
        let got = type_of(value);
        let wanted = wanted_type(key, draft);
        let fits = wanted.is_empty() || wanted.split(" or ").any(|it| it == got);
        if !fits {
            return only(&inside, format!("got {got}, want {wanted}"));
        }
        if COUNTS.contains(&key.as_ref()) {
            let count = super::equal::number(value).unwrap_or(0.0);
            if count.fract() != 0.0 {
                return only(&inside, "got number, want integer".to_owned());
            }
            if count < 0.0 {
                return only(&inside, format!("minimum: got {}, want 0", super::numbers::shown(count)));
            }
        }
        let must_have_one = matches!(key.as_ref(), "allOf" | "anyOf" | "oneOf")
            || key.as_ref() == "required" && draft == Draft::Four;
        if must_have_one && value.as_list().is_some_and(<[Value]>::is_empty) {
            return only(&inside, "minItems: got 0, want 1".to_owned());
        }
        if key.as_ref() == "required" {
            let wrong =
                value.as_list().unwrap_or_default().iter().enumerate().find(|it| it.1.as_str().is_none());
            if let Some((at, item)) = wrong {
                return only(&format!("{inside}/{at}"), format!("got {}, want string", type_of(item)));
            }
        }
        if key.as_ref() == "type"
            && let Some(lines) = fault_of_type(value)
        {
            return Some((inside, lines));
        }
        if key.as_ref() == "pattern"
            && let Err(message) = seatrial_schema::cel::re2::compile(value.as_str().unwrap_or_default())
        {
            let pattern = quote(value.as_str().unwrap_or_default());
            return only(&inside, format!("{pattern} is not valid regex: {message}"));
        }
    }
    None
}

/// The type that a keyword's value has, empty if that is free.
fn wanted_type(key: &str, draft: Draft) -> &'static str {
    let schema = if draft == Draft::Four { "object" } else { "boolean or object" };
    match key {
        "additionalProperties" | "additionalItems" => "boolean or object",
        "exclusiveMaximum" | "exclusiveMinimum" if draft == Draft::Four => "boolean",
        "exclusiveMaximum" | "exclusiveMinimum" => "number",
        "uniqueItems" => "boolean",
        "items" if draft >= Draft::Of2020 => schema,
        "items" => "",
        "required" if draft >= Draft::Four => "array",
        "enum" => "array",
        "dependencies" => "object",
        _ if WITH_MAP.contains(&key) => "object",
        _ if WITH_LIST.contains(&key) => "array",
        _ if WITH_SCHEMA.contains(&key) => schema,
        _ if NUMBERS.contains(&key) || COUNTS.contains(&key) => "number",
        _ if TEXTS.contains(&key) => "string",
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
