//! Whether a value fulfils a schema, in the server's words (`kube-openapi`,
//! `pkg/validation/validate`; `apiextensions-apiserver` 0.36,
//! `pkg/apiserver/validation/validation.go`).

use super::formats;
use crate::errors::{Errors, Reason};
use crate::kinds::expressions;
use crate::path::Path;
use crate::value::{Entry, Value};

/// The rules of a schema for a value at `at`.
pub(super) fn validate(schema: &Value, value: &Value, at: &Path<'_>, errors: &mut Errors) {
    let printed = at.to_string();
    let base = Base { at, printed: &printed };
    let found = check(schema, value, at, base);
    for error in found.errors.as_slice() {
        errors.push(error.clone());
    }
}

/// Where the whole value stands. Some errors are reported there.
#[derive(Clone, Copy)]
struct Base<'a> {
    at: &'a Path<'a>,
    printed: &'a str,
}

impl Base<'_> {
    /// The path below the whole value, as messages name it.
    fn name(self, at: &Path<'_>) -> String {
        let printed = at.to_string();
        printed.strip_prefix(self.printed).unwrap_or(&printed).trim_start_matches('.').to_owned()
    }
}

/// What a schema says of a value, and how much of it was looked at: of several
/// schemas that all fail, the one with the most is reported.
#[derive(Default)]
struct Found {
    errors: Errors,
    looked_at: usize,
}

impl Found {
    fn take(&mut self, other: &Self) {
        for error in other.errors.as_slice() {
            self.errors.push(error.clone());
        }
        self.looked_at += other.looked_at;
    }

    fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

fn check(schema: &Value, value: &Value, at: &Path<'_>, base: Base<'_>) -> Found {
    let mut found = Found::default();
    let name = base.name(at);
    wrong_type(schema, value, &name, at, &mut found.errors);
    found.looked_at += 1;
    if value.is_null() {
        enumeration(schema, value, at, &mut found.errors);
        return found;
    }
    let clauses = clauses(schema, value, at, base);
    found.take(&clauses);
    match value {
        Value::Str(text) => {
            string(schema, text, &name, at, &mut found.errors);
            let format = schema.str("format");
            if formats::refuses(format, text) {
                let detail = format!("{name} in body must be of type {format}: {text:?}");
                found.errors.type_invalid(at, value.clone(), detail);
            }
            found.looked_at += 2;
        }
        Value::Int(_) | Value::Float(_) => {
            number(schema, value, &name, at, &mut found.errors);
            found.looked_at += 1;
        }
        Value::List(items) => {
            found.take(&list(schema, items, &name, at, base));
        }
        _ => {}
    }
    enumeration(schema, value, at, &mut found.errors);
    if value.as_map().is_some() {
        found.take(&object(schema, value, at, base));
    }
    found.looked_at += 2;
    found
}

/// The names of the types a schema takes.
fn types(schema: &Value) -> Vec<&str> {
    if schema.bool("x-kubernetes-int-or-string") {
        return vec!["integer", "string"];
    }
    Some(schema.str("type")).filter(|it| !it.is_empty()).into_iter().collect()
}

fn wrong_type(schema: &Value, value: &Value, name: &str, at: &Path<'_>, errors: &mut Errors) {
    let types = types(schema);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    };
    let is_whole = matches!(value, Value::Float(number) if number.fract() == 0.0);
    let fits = types.contains(&kind)
        || (kind == "integer" && types.contains(&"number"))
        || (is_whole && types.contains(&"integer"))
        || (kind == "null" && schema.bool("nullable"))
        // A text with a format is left to the rule for formats.
        || (kind == "string" && !schema.str("format").is_empty() && !types.iter().any(|it| matches!(*it, "number" | "integer")));
    if !fits && !types.is_empty() {
        let detail = format!("{name} in body must be of type {}: {kind:?}", types.join(","));
        errors.type_invalid(at, Value::from(kind), detail);
    }
}

fn string(schema: &Value, text: &str, name: &str, at: &Path<'_>, errors: &mut Errors) {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let bound = |field: &str| schema.opt(field).and_then(Value::as_int);
    if let Some(most) = bound("maxLength").filter(|most| length > *most) {
        return errors.too_long(at, usize::try_from(most).unwrap_or_default());
    }
    if let Some(least) = bound("minLength").filter(|least| length < *least) {
        let detail = format!("{name} in body should be at least {least} chars long");
        return errors.invalid(at, text, detail);
    }
    let pattern = schema.str("pattern");
    if !pattern.is_empty() && expressions::pattern_matches(pattern, text) == Some(false) {
        errors.invalid(at, text, format!("{name} in body should match '{pattern}'"));
    }
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn number(schema: &Value, value: &Value, name: &str, at: &Path<'_>, errors: &mut Errors) {
    let Some(number) = as_float(value) else { return };
    let bound = |field: &str| as_float(schema.at(field));
    if schema.str("type") == "integer"
        && schema.str("format") == "int32"
        && number.abs() > f64::from(i32::MAX)
    {
        let detail = format!("Checked value must be of type integer with format int32 in {name}");
        errors.invalid(at, "", detail);
    }
    if let Some(factor) = bound("multipleOf") {
        let share = if factor < 1.0 { 1.0 / factor * number } else { number / factor };
        if factor <= 0.0 {
            let detail = format!("factor MultipleOf declared for {name} must be positive: {factor}");
            errors.invalid(at, value.clone(), detail);
        } else if (share - share.round()).abs() > 1e-9 * share.abs().max(1.0) {
            errors.invalid(at, value.clone(), format!("{name} in body should be a multiple of {factor}"));
        }
    }
    for (field, exclusive, words, breaks) in [
        ("minimum", "exclusiveMinimum", "greater", (|a, b| a < b) as fn(f64, f64) -> bool),
        ("maximum", "exclusiveMaximum", "less", |a, b| a > b),
    ] {
        let Some(bound) = bound(field) else { continue };
        let excludes = schema.bool(exclusive);
        let is_equal = (number - bound).abs() < f64::EPSILON;
        if breaks(number, bound) || (excludes && is_equal) {
            let or_equal = if excludes { "" } else { " or equal to" };
            let or_equal = if excludes { " than".to_owned() } else { format!(" than{or_equal}") };
            errors.invalid(at, value.clone(), format!("{name} in body should be {words}{or_equal} {bound}"));
        }
    }
}

fn list(schema: &Value, items: &[Value], name: &str, at: &Path<'_>, base: Base<'_>) -> Found {
    let mut found = Found::default();
    if let Some(rule) = schema.opt("items").filter(|it| it.as_map().is_some()) {
        for (index, item) in items.iter().enumerate() {
            // Below the value itself the server puts a dot before the index.
            let text = format!("[{index}]");
            let at = if name.is_empty() { at.child(&text) } else { at.index(index) };
            found.take(&check(rule, item, &at, base));
        }
    }
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let bound = |field: &str| schema.opt(field).and_then(Value::as_int);
    if let Some(least) = bound("minItems").filter(|least| count < *least) {
        let detail = format!("{name} in body should have at least {least} items");
        found.errors.invalid(at, count, detail);
    }
    if let Some(most) = bound("maxItems").filter(|most| count > *most) {
        found.errors.too_many(at, items.len(), usize::try_from(most).unwrap_or_default());
    }
    found.looked_at += 1;
    found
}

fn enumeration(schema: &Value, value: &Value, at: &Path<'_>, errors: &mut Errors) {
    let words = schema.items("enum");
    let is_same =
        |word: &Value| word == value || (as_float(word).is_some() && as_float(word) == as_float(value));
    if words.is_empty() || words.iter().any(is_same) {
        return;
    }
    let printed: Vec<_> = words
        .iter()
        .map(|word| match word {
            Value::Str(text) => text.to_string(),
            other => json(other),
        })
        .collect();
    errors.not_supported(at, value.clone(), &printed);
}

fn json(value: &Value) -> String {
    let mut errors = Errors::new();
    errors.invalid(&Path::ROOT, value.clone(), "");
    errors.as_slice()[0].body().trim_start_matches("Invalid value: ").to_owned()
}

fn object(schema: &Value, value: &Value, at: &Path<'_>, base: Base<'_>) -> Found {
    let mut found = Found::default();
    let name = base.name(at);
    let fields = value.as_map().map_or(&[][..], |map| map.entries());
    let count = i64::try_from(fields.len()).unwrap_or(i64::MAX);
    let bound = |field: &str| schema.opt(field).and_then(Value::as_int);
    if let Some(least) = bound("minProperties").filter(|least| count < *least) {
        let detail = format!("{name} in body should have at least {least} properties");
        found.errors.invalid(at, count, detail);
    }
    if let Some(most) = bound("maxProperties").filter(|most| count > *most) {
        found.errors.too_many(at, fields.len(), usize::try_from(most).unwrap_or_default());
    }
    let others = schema.at("additionalProperties");
    for Entry { key, value, .. } in fields {
        let known = schema.at("properties").opt(key);
        if known.is_none() && *others == Value::Bool(false) {
            let detail = format!("{name}.{key} in body is a forbidden property");
            found.errors.invalid(at, key.as_str(), detail);
        }
        if let Some(schema) = known.or_else(|| Some(others).filter(|it| it.as_map().is_some())) {
            found.take(&check(schema, value, &at.child(key), base));
        }
    }
    for field in schema.items("required") {
        if value.as_map().is_some_and(|map| map.value(field.as_str()).is_none()) {
            found.errors.add(Reason::Required, &at.child(field.as_str()), None, "");
        }
    }
    found
}

fn clauses(schema: &Value, value: &Value, at: &Path<'_>, base: Base<'_>) -> Found {
    let mut found = Found::default();
    let name = base.name(at);
    let run = |field: &str| -> Vec<Found> {
        schema.items(field).iter().map(|clause| check(clause, value, at, base)).collect()
    };
    let say =
        |found: &mut Found, detail: &str| found.errors.invalid(base.at, "", format!("{name:?} {detail}"));
    let any = run("anyOf");
    if !any.is_empty() {
        let has_valid = any.iter().any(Found::is_valid);
        if !has_valid {
            say(&mut found, "must validate at least one schema (anyOf)");
        }
        pick(&mut found, any, has_valid);
    }
    let one = run("oneOf");
    if !one.is_empty() {
        let valid = one.iter().filter(|it| it.is_valid()).count();
        match valid {
            1 => {}
            0 => say(&mut found, "must validate one and only one schema (oneOf). Found none valid"),
            _ => say(
                &mut found,
                &format!("must validate one and only one schema (oneOf). Found {valid} valid alternatives"),
            ),
        }
        if valid < 2 {
            pick(&mut found, one, valid == 1);
        }
    }
    let all = run("allOf");
    if !all.is_empty() {
        let valid = all.iter().filter(|it| it.is_valid()).count();
        let count = all.len();
        for clause in &all {
            found.take(clause);
        }
        if valid == 0 {
            say(&mut found, "must validate all the schemas (allOf). None validated");
        } else if valid < count {
            say(&mut found, "must validate all the schemas (allOf)");
        }
    }
    if let Some(not) = schema.opt("not")
        && check(not, value, at, base).is_valid()
    {
        say(&mut found, "must not validate the schema (not)");
    }
    found.looked_at += 1;
    found
}

/// The first that is valid, else the first of those that were looked at most.
fn pick(found: &mut Found, all: Vec<Found>, has_valid: bool) {
    let chosen = if has_valid {
        all.into_iter().find(Found::is_valid)
    } else {
        all.into_iter().reduce(|best, other| if other.looked_at > best.looked_at { other } else { best })
    };
    if let Some(chosen) = chosen {
        found.take(&chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn values_are_held_against_schemas() {
        let rows = [
            ("{type: integer, minimum: 2}", "1", &["d FieldValueInvalid"][..]),
            ("{type: integer}", "a", &["d FieldValueTypeInvalid"]),
            (
                "{type: object, required: [a], properties: {b: {type: string}}}",
                "{b: 1}",
                &["d.b FieldValueTypeInvalid", "d.a FieldValueRequired"],
            ),
            ("{type: string, enum: [x, y]}", "z", &["d FieldValueNotSupported"]),
            ("{type: array, items: {type: string, maxLength: 1}}", "[ab]", &["d.[0] FieldValueTooLong"]),
            ("{type: integer, anyOf: [{minimum: 5}]}", "1", &["d FieldValueInvalid", "d FieldValueInvalid"]),
            ("{x-kubernetes-int-or-string: true}", "a", &[]),
            ("{type: string, pattern: '^a+$'}", "b", &["d FieldValueInvalid"]),
            (
                "{type: object, additionalProperties: {type: integer}}",
                "{a: x}",
                &["d.a FieldValueTypeInvalid"],
            ),
            ("{type: string, format: ipv4}", "1.2.3", &["d FieldValueTypeInvalid"]),
        ];
        for (schema, instance, wanted) in rows {
            let mut errors = Errors::new();
            validate(&value(schema), &value(instance), &Path::new("d"), &mut errors);
            assert_eq!(fields(&errors), wanted, "{schema} {instance}");
        }
    }
}
