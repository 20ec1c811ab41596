//! Holds a value against a schema as the library of Helm 3.10 does
//! (gojsonschema): drafts 4 to 7, a flat list, and of alternatives only the one
//! that came nearest.
//!
//! That library tells what it finds in the order of Go's maps, another one each
//! time; here it is that of the names.

use super::Draft;
use super::budget::Budget;
use super::check::{count, entries, keys, missing, size, text, texts};
use super::equal::{equal, number, repeated, type_of};
use super::refs::Root;
use super::violation::Violation;
use super::{formats, numbers};
use crate::json;
use crate::template::float::float;
use crate::template::{Data, Map, Value};

/// How deep values and references may lead.
const DEPTH: usize = 400;
/// What that library calls the values as a whole.
const ROOT: &str = "(root)";

/// What is wrong with a value.
pub(super) fn violations(root: &Root, value: &Value) -> Vec<Violation> {
    let mut check =
        Check { root, path: Vec::new(), budget: Budget::default(), open: 0, followed: Vec::new() };
    let mut verdict = check.schema(&root.schema, value);
    if check.budget.is_spent() {
        verdict = Verdict::default();
        check.fault(&mut verdict, "", Budget::SPENT);
    }
    verdict.faults
}

/// The line of one violation.
pub(super) fn line(violation: &Violation) -> String {
    format!("- {}: {}\n", field(&violation.path), violation.message)
}

fn field(path: &[String]) -> String {
    if path.is_empty() { ROOT.to_owned() } else { path.join(".") }
}

/// What one schema says of one value.
#[derive(Default)]
struct Verdict {
    faults: Vec<Violation>,
    /// How near the value came, to choose among alternatives.
    score: i64,
}

impl Verdict {
    fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    fn take(&mut self, other: Self) {
        self.faults.extend(other.faults);
        self.score += other.score;
    }

    fn step(&mut self) {
        self.score += 1;
    }
}

struct Check<'a> {
    root: &'a Root,
    path: Vec<String>,
    budget: Budget,
    /// How many schemas hold the one that is looked at.
    open: usize,
    /// The references that are being followed at this place of the values.
    followed: Vec<(usize, String)>,
}

impl Check<'_> {
    fn fault(&mut self, verdict: &mut Verdict, keyword: &'static str, message: impl Into<String>) {
        let (path, message) = (self.path.clone(), message.into());
        self.budget.tell(&path, &message, true);
        verdict.faults.push(Violation { path, keyword, message, causes: Vec::new() });
        verdict.score -= 2;
    }

    fn matches(&mut self, pattern: &str, letters: &str) -> bool {
        self.budget.search(letters.len());
        self.root.matches(pattern, letters)
    }

    fn schema(&mut self, schema: &Value, value: &Value) -> Verdict {
        let mut verdict = Verdict::default();
        self.budget.work(size(value));
        if self.budget.is_spent() {
            return verdict;
        }
        if self.path.len() + self.open > DEPTH {
            self.fault(&mut verdict, "", Budget::SPENT);
            return verdict;
        }
        self.open += 1;
        self.hold(schema, value, &mut verdict);
        self.open -= 1;
        verdict
    }

    fn hold(&mut self, schema: &Value, value: &Value, verdict: &mut Verdict) {
        let Some(map) = schema.as_map() else {
            if matches!(schema.data, Data::Bool(false)) {
                self.fault(verdict, "", "False always fails validation");
            }
            return;
        };
        if let Some(reference) = text(map, "$ref") {
            self.reference(reference, value, verdict);
            return;
        }
        if let Some(message) = misfit(map, value) {
            self.fault(verdict, "type", message);
            return;
        }
        self.conditions(map, value, verdict);
        if let Some(number) = number(value) {
            self.number(map, number, verdict);
        } else if let Some(items) = value.as_list() {
            self.array(map, items, verdict);
        } else if let Some(object) = value.as_map() {
            self.object(map, object, verdict);
        }
        self.constants(map, value, verdict);
        if let Some(letters) = value.as_str() {
            self.string(map, letters, verdict);
        }
        if let Some(object) = value.as_map() {
            self.properties(map, object, verdict);
        }
        verdict.step();
    }

    fn reference(&mut self, reference: String, value: &Value, verdict: &mut Verdict) {
        let Some(target) = self.root.find(&reference) else { return };
        let here = (self.path.len(), reference);
        if self.followed.contains(&here) {
            let message = format!("{} refers to itself, causing reference cycle", here.1);
            return self.fault(verdict, "", message);
        }
        self.followed.push(here);
        verdict.take(self.schema(&target, value));
        self.followed.pop();
    }

    fn below(&mut self, schema: &Value, value: &Value, step: &str) -> Verdict {
        self.path.push(step.to_owned());
        let verdict = self.schema(schema, value);
        self.path.pop();
        verdict
    }

    fn conditions(&mut self, map: &Map, value: &Value, verdict: &mut Verdict) {
        let list = |key: &str| map.get(key).as_ref().and_then(Value::as_list).map(<[Value]>::to_vec);
        if let Some(schemas) = list("anyOf").filter(|it| !it.is_empty()) {
            let (valid, nearest) = self.alternatives(&schemas, value, true);
            if valid == 0 {
                self.fault(verdict, "anyOf", "Must validate at least one schema (anyOf)");
                verdict.take(nearest);
            }
        }
        if let Some(schemas) = list("oneOf").filter(|it| !it.is_empty()) {
            let (valid, nearest) = self.alternatives(&schemas, value, false);
            if valid != 1 {
                self.fault(verdict, "oneOf", "Must validate one and only one schema (oneOf)");
            }
            if valid == 0 {
                verdict.take(nearest);
            }
        }
        if let Some(schemas) = list("allOf") {
            let mut is_valid = true;
            for schema in &schemas {
                let one = self.schema(schema, value);
                is_valid &= one.is_valid();
                verdict.take(one);
            }
            if !is_valid {
                self.fault(verdict, "allOf", "Must validate all the schemas (allOf)");
            }
        }
        if map.get("not").is_some_and(|it| self.schema(&it, value).is_valid()) {
            self.fault(verdict, "not", "Must not validate the schema (not)");
        }
        self.dependencies(map, value, verdict);
        if let Some(condition) = map.get("if").filter(|_| self.root.draft >= Draft::Seven) {
            let (branch, message) = if self.schema(&condition, value).is_valid() {
                ("then", "Must validate \"then\" as \"if\" was valid")
            } else {
                ("else", "Must validate \"else\" as \"if\" was not valid")
            };
            let held = map.get(branch).map(|it| self.schema(&it, value));
            if let Some(held) = held.filter(|it| !it.is_valid()) {
                self.fault(verdict, "if", message);
                verdict.take(held);
            }
        }
        verdict.step();
    }

    /// How many schemas take the value, and what the nearest of those before the
    /// first that does has to say.
    fn alternatives(&mut self, schemas: &[Value], value: &Value, one_is_enough: bool) -> (usize, Verdict) {
        let before = self.budget;
        let (mut valid, mut nearest) = (0, None::<Verdict>);
        for schema in schemas {
            let one = self.schema(schema, value);
            if one.is_valid() {
                self.budget.drop_since(before);
                valid += 1;
                if one_is_enough {
                    break;
                }
            } else if valid == 0 && nearest.as_ref().is_none_or(|it| one.score > it.score) {
                nearest = Some(one);
            }
        }
        (valid, nearest.unwrap_or_default())
    }

    fn dependencies(&mut self, map: &Map, value: &Value, verdict: &mut Verdict) {
        let Some(object) = value.as_map() else { return };
        let dependencies = map.get("dependencies");
        for (name, dependency) in
            dependencies.as_ref().and_then(Value::as_map).map(entries).unwrap_or_default()
        {
            if object.get(&name).is_none() {
                continue;
            }
            if dependency.as_list().is_none() {
                verdict.take(self.schema(&dependency, value));
                continue;
            }
            for name in missing(object, &texts(Some(&dependency))) {
                self.fault(verdict, "dependencies", format!("Has a dependency on {name}"));
            }
        }
    }

    fn constants(&mut self, map: &Map, value: &Value, verdict: &mut Verdict) {
        if let Some(wanted) = map.get("const").filter(|_| self.root.draft >= Draft::Six)
            && !equal(value, &wanted, 0)
        {
            let wanted = json::plain(&wanted);
            self.fault(verdict, "const", format!("{} does not match: {wanted}", field(&self.path)));
        }
        let wanted = map.get("enum");
        let wanted = wanted.as_ref().and_then(Value::as_list).unwrap_or_default();
        self.budget.work(wanted.len());
        if !wanted.is_empty() && !wanted.iter().any(|it| equal(value, it, 0)) {
            let wanted = wanted.iter().map(json::plain).collect::<Vec<_>>().join(", ");
            let message = format!("{} must be one of the following: {wanted}", field(&self.path));
            self.fault(verdict, "enum", message);
        }
        verdict.step();
    }

    fn array(&mut self, map: &Map, items: &[Value], verdict: &mut Verdict) {
        self.items(map, items, verdict);
        if let Some(least) = count(map, "minItems").filter(|it| items.len() < *it) {
            self.fault(verdict, "minItems", format!("Array must have at least {least} items"));
        }
        if let Some(most) = count(map, "maxItems").filter(|it| items.len() > *it) {
            self.fault(verdict, "maxItems", format!("Array must have at most {most} items"));
        }
        if map.get("uniqueItems").is_some_and(|it| it.is_true()) {
            for (earlier, at) in repeated(items) {
                let message = format!("array items[{earlier},{at}] must be unique");
                self.fault(verdict, "uniqueItems", message);
            }
        }
        if let Some(schema) = map.get("contains").filter(|_| self.root.draft >= Draft::Six) {
            let mut nearest = None::<Verdict>;
            for (at, item) in items.iter().enumerate() {
                let one = self.below(&schema, item, &at.to_string());
                if one.is_valid() {
                    verdict.step();
                    return;
                }
                if nearest.as_ref().is_none_or(|it| one.score > it.score) {
                    nearest = Some(one);
                }
            }
            self.fault(verdict, "contains", "At least one of the items must match");
            verdict.take(nearest.unwrap_or_default());
        }
        verdict.step();
    }

    /// The items at fixed places, and the others.
    fn items(&mut self, map: &Map, items: &[Value], verdict: &mut Verdict) {
        let Some(schemas) = map.get("items") else { return };
        let Some(places) = schemas.as_list() else {
            for (at, item) in items.iter().enumerate() {
                verdict.take(self.below(&schemas, item, &at.to_string()));
            }
            return;
        };
        for (at, (schema, item)) in places.iter().zip(items).enumerate() {
            verdict.take(self.below(schema, item, &at.to_string()));
        }
        if places.is_empty() || places.len() >= items.len() {
            return;
        }
        match map.get("additionalItems") {
            Some(others) if matches!(others.data, Data::Bool(false)) => {
                self.fault(verdict, "additionalItems", "No additional items allowed on array");
            }
            Some(others) if others.as_map().is_some() => {
                for (at, item) in items.iter().enumerate().skip(places.len()) {
                    verdict.take(self.below(&others, item, &at.to_string()));
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, map: &Map, object: &Map, verdict: &mut Verdict) {
        if let Some(least) = count(map, "minProperties").filter(|it| object.len() < *it) {
            self.fault(verdict, "minProperties", format!("Must have at least {least} properties"));
        }
        if let Some(most) = count(map, "maxProperties").filter(|it| object.len() > *it) {
            self.fault(verdict, "maxProperties", format!("Must have at most {most} properties"));
        }
        let required = texts(map.get("required").as_ref());
        self.budget.work(required.len());
        for name in required {
            if object.get(&name).is_some() {
                verdict.step();
            } else {
                self.fault(verdict, "required", format!("{name} is required"));
            }
        }
        let properties = map.get("properties");
        let properties = properties.as_ref().and_then(Value::as_map);
        let patterns = map.get("patternProperties");
        let patterns = patterns.as_ref().and_then(Value::as_map).map(entries).unwrap_or_default();
        let additional = map.get("additionalProperties");
        for (name, value) in entries(object) {
            let mut is_matched = false;
            for (pattern, schema) in &patterns {
                if self.matches(pattern, &name) {
                    is_matched = true;
                    verdict.take(self.below(schema, &value, &name));
                }
            }
            if is_matched {
                verdict.step();
            }
            if is_matched || properties.is_some_and(|it| it.get(&name).is_some()) {
                continue;
            }
            match &additional {
                Some(schema) if matches!(schema.data, Data::Bool(false)) => {
                    let message = format!("Additional property {name} is not allowed");
                    self.fault(verdict, "additionalProperties", message);
                }
                Some(schema) if schema.as_map().is_some() => {
                    verdict.take(self.below(schema, &value, &name));
                }
                _ => {}
            }
        }
        if let Some(schema) = map.get("propertyNames").filter(|_| self.root.draft >= Draft::Six) {
            for name in keys(object) {
                let one = self.schema(&schema, &Value::from(name.as_str()));
                if !one.is_valid() {
                    let message = format!("Property name of \"{name}\" does not match");
                    self.fault(verdict, "propertyNames", message);
                    verdict.take(one);
                }
            }
        }
        verdict.step();
    }

    fn properties(&mut self, map: &Map, object: &Map, verdict: &mut Verdict) {
        let properties = map.get("properties");
        for (name, schema) in properties.as_ref().and_then(Value::as_map).map(entries).unwrap_or_default() {
            if let Some(value) = object.get(&name) {
                verdict.take(self.below(&schema, &value, &name));
            }
        }
    }

    fn string(&mut self, map: &Map, letters: &str, verdict: &mut Verdict) {
        let length = letters.chars().count();
        if let Some(least) = count(map, "minLength").filter(|it| length < *it) {
            let message = format!("String length must be greater than or equal to {least}");
            self.fault(verdict, "minLength", message);
        }
        if let Some(most) = count(map, "maxLength").filter(|it| length > *it) {
            let message = format!("String length must be less than or equal to {most}");
            self.fault(verdict, "maxLength", message);
        }
        if let Some(pattern) = text(map, "pattern").filter(|it| !self.matches(it, letters)) {
            self.fault(verdict, "pattern", format!("Does not match pattern '{pattern}'"));
        }
        if let Some(format) = text(map, "format").filter(|it| formats::fault(it, letters).is_some()) {
            self.fault(verdict, "format", format!("Does not match format '{format}'"));
        }
        verdict.step();
    }

    fn number(&mut self, map: &Map, value: f64, verdict: &mut Verdict) {
        let bound = |key: &str| map.get(key).as_ref().and_then(number);
        let shown = |bound: f64| float(bound, 'g', None);
        if let Some(wanted) = bound("multipleOf").filter(|it| !numbers::is_multiple(value, *it)) {
            self.fault(verdict, "multipleOf", format!("Must be a multiple of {}", shown(wanted)));
        }
        let (most, below) = bounds(map, "maximum", "exclusiveMaximum");
        if let Some(most) = most.filter(|it| value > *it) {
            self.fault(verdict, "maximum", format!("Must be less than or equal to {}", shown(most)));
        }
        if let Some(below) = below.filter(|it| value >= *it) {
            self.fault(verdict, "exclusiveMaximum", format!("Must be less than {}", shown(below)));
        }
        let (least, above) = bounds(map, "minimum", "exclusiveMinimum");
        if let Some(least) = least.filter(|it| value < *it) {
            self.fault(verdict, "minimum", format!("Must be greater than or equal to {}", shown(least)));
        }
        if let Some(above) = above.filter(|it| value <= *it) {
            self.fault(verdict, "exclusiveMinimum", format!("Must be greater than {}", shown(above)));
        }
        verdict.step();
    }
}

/// The bound that may be met, and the one that may not.
fn bounds(map: &Map, keyword: &str, exclusive: &str) -> (Option<f64>, Option<f64>) {
    let bound = map.get(keyword).as_ref().and_then(number);
    match map.get(exclusive) {
        Some(flag) if matches!(flag.data, Data::Bool(true)) => (None, bound),
        other => (bound, other.as_ref().and_then(number)),
    }
}

/// What is wrong with the type of a value.
fn misfit(map: &Map, value: &Value) -> Option<String> {
    let wanted = map.get("type")?;
    let types = wanted.as_str().map_or_else(|| texts(Some(&wanted)), |it| vec![it.to_owned()]);
    let is_whole = number(value).is_some_and(|it| it.fract() == 0.0);
    let given = if is_whole { "integer" } else { type_of(value) };
    let fits = types.iter().any(|it| it == given || is_whole && it == "number");
    let expected = match types.as_slice() {
        [only] => only.clone(),
        _ => format!("[{}]", types.join(",")),
    };
    (!fits && !types.is_empty()).then(|| format!("Invalid type. Expected: {expected}, given: {given}"))
}
