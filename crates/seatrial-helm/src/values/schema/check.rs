//! Holds a value against a schema, keyword by keyword.

use std::collections::BTreeSet;

use super::Draft;
use super::budget::Budget;
use super::equal::{duplicates, equal, number, type_of};
use super::formats;
use super::numbers::{self, shown};
use super::refs::Root;
use super::violation::{Violation, counts, quote, quoted_list};
use crate::json;
use crate::template::{Map, Value};

/// How deep values and references may lead.
const DEPTH: usize = 400;

/// What is wrong with a value.
pub(super) fn violations(root: &Root, value: &Value) -> Vec<Violation> {
    let mut check = Check { root, path: Vec::new(), budget: Budget::default(), quiet: 0, open: Vec::new() };
    let faults = check.schema(&root.schema, value, &mut fresh(&root.schema, value, false));
    if check.budget.is_spent() { vec![check.fault("", Budget::SPENT)] } else { faults }
}

struct Check<'a> {
    root: &'a Root,
    path: Vec<String>,
    budget: Budget,
    /// Above zero, nobody asks what is wrong, only whether.
    quiet: usize,
    /// The references that are being followed at this place of the values.
    open: Vec<(usize, String)>,
}

/// What no keyword has looked at yet, if somebody wants to know.
#[derive(Clone, Debug, Default)]
struct Unevaluated {
    properties: Option<BTreeSet<String>>,
    items: Option<BTreeSet<usize>>,
}

impl Unevaluated {
    fn is_empty(&self) -> bool {
        self.properties.as_ref().is_none_or(BTreeSet::is_empty)
            && self.items.as_ref().is_none_or(BTreeSet::is_empty)
    }

    /// Drops what the other has looked at.
    fn keep(&mut self, other: &Self) {
        if let Some(properties) = &mut self.properties {
            properties.retain(|it| other.properties.as_ref().is_some_and(|other| other.contains(it)));
        }
        if let Some(items) = &mut self.items {
            items.retain(|it| other.items.as_ref().is_some_and(|other| other.contains(it)));
        }
    }
}

type Faults = Vec<Violation>;
/// A keyword, its bound if there is one, and when a number keeps it.
type Rule = (&'static str, Option<f64>, fn(f64, f64) -> bool);

impl Check<'_> {
    fn fault(&mut self, keyword: &'static str, message: impl Into<String>) -> Violation {
        let message = message.into();
        self.budget.tell(&self.path, &message, self.quiet == 0);
        Violation { path: self.path.clone(), keyword, message, causes: Vec::new() }
    }

    fn matches(&mut self, pattern: &str, letters: &str) -> bool {
        self.budget.search(letters.len());
        self.root.matches(pattern, letters)
    }

    /// Holds the value against a schema; what nobody looked at is left in `unevaluated`.
    fn schema(&mut self, schema: &Value, value: &Value, unevaluated: &mut Unevaluated) -> Faults {
        self.budget.work(size(value));
        if self.budget.is_spent() {
            return Vec::new();
        }
        if self.path.len() + self.open.len() > DEPTH {
            return vec![self.fault("", Budget::SPENT)];
        }
        let Some(map) = schema.as_map() else {
            let is_false = !schema.is_true() && !schema.is_nil();
            return if is_false { vec![self.fault("", "false schema")] } else { Vec::new() };
        };
        if let Some(early) = self.value_itself(map, value) {
            return vec![early];
        }
        if !map.entries().keys().any(|it| asks_more(it)) {
            return Vec::new();
        }
        let mut faults = Vec::new();
        if let Some(reference) = text(map, "$ref") {
            faults.extend(self.reference("$ref", &reference, value, unevaluated));
            if self.root.draft < Draft::Of2019 {
                return faults;
            }
        }
        if let Some(object) = value.as_map() {
            self.object(map, object, unevaluated, &mut faults);
        } else if let Some(items) = value.as_list() {
            self.array(map, items, unevaluated, &mut faults);
        } else if let Some(letters) = value.as_str() {
            self.string(map, letters, &mut faults);
        } else if let Some(number) = number(value) {
            self.number(map, number, &mut faults);
        }
        if faults.is_empty() || self.quiet == 0 {
            let is_new = self.root.draft >= Draft::Of2019;
            for keyword in ["$recursiveRef", "$dynamicRef"].into_iter().filter(|_| is_new) {
                if let Some(reference) = text(map, keyword) {
                    faults.extend(self.reference(keyword, &reference, value, unevaluated));
                }
            }
            self.conditions(map, value, unevaluated, &mut faults);
            if is_new {
                self.unevaluated(map, value, unevaluated, &mut faults);
            }
        }
        faults
    }

    /// What ends the check of a value: its type, its constant, its form.
    fn value_itself(&mut self, map: &Map, value: &Value) -> Option<Violation> {
        if self.root.draft < Draft::Of2019 && text(map, "$ref").is_some() {
            return None;
        }
        let got = type_of(value);
        if let Some(wanted) = map.get("type").filter(|it| it.as_str() != Some(got)) {
            let types = types(&wanted);
            let is_whole = || number(value).is_some_and(|it| it.fract() == 0.0);
            let fits = types.iter().any(|it| *it == got || *it == "integer" && is_whole());
            if !fits && !types.is_empty() {
                return Some(self.fault("type", format!("got {got}, want {}", types.join(" or "))));
            }
        }
        if let Some(wanted) = map.get("const").filter(|_| self.root.draft >= Draft::Six)
            && !equal(value, &wanted, 0)
        {
            let message = if is_collection(&wanted) {
                "'const' failed".to_owned()
            } else {
                format!("value must be {}", display(&wanted))
            };
            return Some(self.fault("const", message));
        }
        if let Some(wanted) = map.get("enum").as_ref().and_then(Value::as_list) {
            self.budget.work(wanted.len());
            if !wanted.iter().any(|it| equal(value, it, 0)) {
                return Some(self.fault("enum", enumeration(wanted)));
            }
        }
        let format = text(map, "format").filter(|_| self.root.draft < Draft::Of2019)?;
        let letters = value.as_str()?;
        let fault = formats::fault(&format, letters)?;
        Some(self.fault("format", format!("{} is not valid {format}: {fault}", quote(letters))))
    }

    fn reference(
        &mut self,
        keyword: &'static str,
        reference: &str,
        value: &Value,
        unevaluated: &mut Unevaluated,
    ) -> Option<Violation> {
        let reference = if keyword == "$recursiveRef" { "#" } else { reference };
        // A resource that nobody resolves lets everything pass.
        let target = self.root.find(reference)?;
        let here = (self.path.len(), reference.to_owned());
        if self.open.contains(&here) {
            let message = format!("{reference} refers to itself, causing reference cycle");
            return Some(self.fault("", message));
        }
        self.open.push(here);
        let causes = self.inside(&target, value, unevaluated);
        self.open.pop();
        if causes.is_empty() {
            return None;
        }
        Some(Violation { causes, ..self.fault(keyword, "validation failed") })
    }

    /// Another schema for the same value.
    fn inside(&mut self, schema: &Value, value: &Value, unevaluated: &mut Unevaluated) -> Faults {
        let mut own = fresh(schema, value, !unevaluated.is_empty());
        let faults = self.schema(schema, value, &mut own);
        if faults.is_empty() {
            unevaluated.keep(&own);
        }
        faults
    }

    /// The same as one violation.
    fn grouped(&mut self, schema: &Value, value: &Value, unevaluated: &mut Unevaluated) -> Option<Violation> {
        let faults = self.inside(schema, value, unevaluated);
        self.group(faults)
    }

    fn group(&mut self, mut faults: Faults) -> Option<Violation> {
        match faults.len() {
            0 => None,
            1 => faults.pop(),
            _ => Some(Violation { causes: faults, ..self.fault("", "validation failed") }),
        }
    }

    /// Whether a schema takes a value.
    fn takes(&mut self, schema: &Value, value: &Value, unevaluated: &mut Unevaluated) -> bool {
        self.quiet += 1;
        let is_fine = self.inside(schema, value, unevaluated).is_empty();
        self.quiet -= 1;
        is_fine
    }

    /// A schema for a value further in.
    fn below(&mut self, schema: &Value, value: &Value, step: &str) -> Option<Violation> {
        self.path.push(step.to_owned());
        let mut own = fresh(schema, value, false);
        let faults = self.schema(schema, value, &mut own);
        let fault = self.group(faults);
        self.path.pop();
        fault
    }

    fn object(&mut self, map: &Map, object: &Map, unevaluated: &mut Unevaluated, faults: &mut Faults) {
        let size = object.len();
        if let Some(least) = count(map, "minProperties").filter(|it| size < *it) {
            faults.push(self.fault("minProperties", counts("minProperties", size, least)));
        }
        if let Some(most) = count(map, "maxProperties").filter(|it| size > *it) {
            faults.push(self.fault("maxProperties", counts("maxProperties", size, most)));
        }
        let required = texts(map.get("required").as_ref());
        self.budget.work(required.len());
        let missing = missing(object, &required);
        match missing.as_slice() {
            [] => {}
            [name] => faults.push(self.fault("required", format!("missing property {}", quote(name)))),
            names => {
                let names = quoted_list(names.iter().map(String::as_str));
                faults.push(self.fault("required", format!("missing properties {names}")));
            }
        }
        if self.quiet > 0 && !faults.is_empty() {
            return;
        }
        self.dependencies(map, object, unevaluated, faults, "dependencies");
        self.properties(map, object, unevaluated, faults);
        if self.root.draft == Draft::Four {
            return;
        }
        if let Some(names) = map.get("propertyNames") {
            for name in keys(object) {
                let path = std::mem::take(&mut self.path);
                let causes = self.inside(&names, &Value::from(name.as_str()), &mut Unevaluated::default());
                self.path = path;
                if !causes.is_empty() {
                    let message = format!("invalid propertyName {}", quote(&name));
                    faults.push(Violation { causes, ..self.fault("propertyNames", message) });
                }
            }
        }
        if self.root.draft >= Draft::Of2019 {
            self.dependencies(map, object, unevaluated, faults, "dependentSchemas");
            self.dependencies(map, object, unevaluated, faults, "dependentRequired");
        }
    }

    fn dependencies(
        &mut self,
        map: &Map,
        object: &Map,
        unevaluated: &mut Unevaluated,
        faults: &mut Faults,
        keyword: &'static str,
    ) {
        let Some(dependencies) = map.get(keyword) else { return };
        let Some(dependencies) = dependencies.as_map() else { return };
        for name in keys(dependencies).into_iter().filter(|it| object.get(it).is_some()) {
            let Some(dependency) = dependencies.get(&name) else { continue };
            if dependency.as_list().is_none() {
                let whole = Value::from(object.clone());
                faults.extend(self.grouped(&dependency, &whole, unevaluated));
                continue;
            }
            let names = texts(Some(&dependency));
            self.budget.work(names.len());
            let missing = missing(object, &names);
            if !missing.is_empty() {
                let names = quoted_list(missing.iter().map(String::as_str));
                let message = format!("properties {names} required, if {} exists", quote(&name));
                faults.push(self.fault(keyword, message));
            }
        }
    }

    fn properties(&mut self, map: &Map, object: &Map, unevaluated: &mut Unevaluated, faults: &mut Faults) {
        let properties = map.get("properties");
        let properties = properties.as_ref().and_then(Value::as_map);
        let patterns = map.get("patternProperties");
        let patterns = patterns.as_ref().and_then(Value::as_map).map(entries).unwrap_or_default();
        let additional = map.get("additionalProperties");
        let mut unexpected = Vec::new();
        for name in keys(object) {
            if self.quiet > 0 && !faults.is_empty() {
                return;
            }
            let Some(value) = object.get(&name) else { continue };
            let mut is_evaluated = false;
            if let Some(schema) = properties.and_then(|it| it.get(&name)) {
                is_evaluated = true;
                faults.extend(self.below(&schema, &value, &name));
            }
            for (pattern, schema) in &patterns {
                if self.matches(pattern, &name) {
                    is_evaluated = true;
                    faults.extend(self.below(schema, &value, &name));
                }
            }
            if let Some(additional) = additional.as_ref().filter(|_| !is_evaluated) {
                is_evaluated = true;
                match additional.data {
                    crate::template::Data::Bool(true) => {}
                    crate::template::Data::Bool(false) => unexpected.push(name.clone()),
                    _ => faults.extend(self.below(additional, &value, &name)),
                }
            }
            if is_evaluated && let Some(left) = &mut unevaluated.properties {
                left.remove(&name);
            }
        }
        if !unexpected.is_empty() {
            let names = quoted_list(unexpected.iter().map(String::as_str));
            let message = format!("additional properties {names} not allowed");
            faults.push(self.fault("additionalProperties", message));
        }
    }

    fn array(&mut self, map: &Map, items: &[Value], unevaluated: &mut Unevaluated, faults: &mut Faults) {
        if let Some(least) = count(map, "minItems").filter(|it| items.len() < *it) {
            faults.push(self.fault("minItems", counts("minItems", items.len(), least)));
        }
        if let Some(most) = count(map, "maxItems").filter(|it| items.len() > *it) {
            faults.push(self.fault("maxItems", counts("maxItems", items.len(), most)));
        }
        if map.get("uniqueItems").is_some_and(|it| it.is_true())
            && let Some((first, second)) = duplicates(items)
        {
            let (first, second) = (numbers::counted(first), numbers::counted(second));
            let message = format!("items at {first} and {second} are equal");
            faults.push(self.fault("uniqueItems", message));
        }
        self.items(map, items, faults);
        if let Some(contains) = map.get("contains").filter(|_| self.root.draft >= Draft::Six) {
            self.contains(map, &contains, items, unevaluated, faults);
        }
    }

    /// The items at fixed places, and the others.
    fn items(&mut self, map: &Map, items: &[Value], faults: &mut Faults) {
        let is_new = self.root.draft >= Draft::Of2020;
        let fixed = map.get(if is_new { "prefixItems" } else { "items" });
        let places = fixed.as_ref().and_then(Value::as_list).unwrap_or_default();
        for (at, (schema, item)) in places.iter().zip(items).enumerate() {
            faults.extend(self.below(schema, item, &at.to_string()));
        }
        let others = match &fixed {
            Some(places) if !is_new && places.as_list().is_some() => map.get("additionalItems"),
            _ => map.get("items"),
        };
        let rest = items.len().saturating_sub(places.len());
        let Some(others) = others.filter(|_| rest > 0) else { return };
        let is_additional = !is_new && !places.is_empty();
        if is_additional && matches!(others.data, crate::template::Data::Bool(false)) {
            let message = format!("last {} additionalItem(s) not allowed", numbers::counted(rest));
            faults.push(self.fault("additionalItems", message));
            return;
        }
        for (at, item) in items.iter().enumerate().skip(places.len()) {
            faults.extend(self.below(&others, item, &at.to_string()));
        }
    }

    fn contains(
        &mut self,
        map: &Map,
        schema: &Value,
        items: &[Value],
        unevaluated: &mut Unevaluated,
        faults: &mut Faults,
    ) {
        let mut causes = Vec::new();
        let mut matched = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if let Some(fault) = self.below(schema, item, &at.to_string()) {
                causes.push(fault);
            } else {
                matched.push(at.to_string());
                if let Some(left) = unevaluated.items.as_mut().filter(|_| self.root.draft >= Draft::Of2020) {
                    left.remove(&at);
                }
            }
        }
        let (least, most) = if self.root.draft >= Draft::Of2019 {
            (count(map, "minContains"), count(map, "maxContains"))
        } else {
            (None, None)
        };
        let places = matched.join(" ");
        match least {
            Some(least) if matched.len() < least => {
                let found = match matched.len() {
                    0 => "none matched".to_owned(),
                    found => format!("matched {} items at {places}", numbers::counted(found)),
                };
                let least = numbers::counted(least);
                let message = format!("min {least} items required to match contains schema, but {found}");
                faults.push(Violation { causes, ..self.fault("minContains", message) });
            }
            None if matched.is_empty() => {
                faults.push(Violation { causes, ..self.fault("contains", "no items match contains schema") });
            }
            _ => {}
        }
        if let Some(most) = most.filter(|it| matched.len() > *it) {
            let (most, found) = (numbers::counted(most), numbers::counted(matched.len()));
            let message = format!(
                "max {most} items required to match contains schema, but matched {found} items at {places}"
            );
            faults.push(self.fault("maxContains", message));
        }
    }

    fn string(&mut self, map: &Map, letters: &str, faults: &mut Faults) {
        let length = letters.chars().count();
        if let Some(least) = count(map, "minLength").filter(|it| length < *it) {
            faults.push(self.fault("minLength", counts("minLength", length, least)));
        }
        if let Some(most) = count(map, "maxLength").filter(|it| length > *it) {
            faults.push(self.fault("maxLength", counts("maxLength", length, most)));
        }
        if let Some(pattern) = text(map, "pattern").filter(|it| !self.matches(it, letters)) {
            let message = format!("{} does not match pattern {}", quote(letters), quote(&pattern));
            faults.push(self.fault("pattern", message));
        }
    }

    fn number(&mut self, map: &Map, value: f64, faults: &mut Faults) {
        let bound = |key: &str| map.get(key).as_ref().and_then(number);
        let flag =
            |key: &str| map.get(key).is_some_and(|it| matches!(it.data, crate::template::Data::Bool(true)));
        let (is_above, is_below) = (flag("exclusiveMinimum"), flag("exclusiveMaximum"));
        let rules: [Rule; 5] = [
            ("minimum", bound("minimum").filter(|_| !is_above), |value, bound| value >= bound),
            ("maximum", bound("maximum").filter(|_| !is_below), |value, bound| value <= bound),
            (
                "exclusiveMinimum",
                if is_above { bound("minimum") } else { bound("exclusiveMinimum") },
                |value, bound| value > bound,
            ),
            (
                "exclusiveMaximum",
                if is_below { bound("maximum") } else { bound("exclusiveMaximum") },
                |value, bound| value < bound,
            ),
            ("multipleOf", bound("multipleOf"), numbers::is_multiple),
        ];
        for (keyword, bound, holds) in rules {
            if let Some(bound) = bound.filter(|it| !holds(value, *it)) {
                let message = format!("{keyword}: got {}, want {}", shown(value), shown(bound));
                faults.push(self.fault(keyword, message));
            }
        }
    }

    fn conditions(&mut self, map: &Map, value: &Value, unevaluated: &mut Unevaluated, faults: &mut Faults) {
        if map.get("not").is_some_and(|it| self.takes(&it, value, unevaluated)) {
            faults.push(self.fault("not", "'not' failed"));
        }
        let list = |key: &str| map.get(key).as_ref().and_then(Value::as_list).map(<[Value]>::to_vec);
        if let Some(schemas) = list("allOf") {
            let causes: Faults =
                schemas.iter().filter_map(|it| self.grouped(it, value, unevaluated)).collect();
            if !causes.is_empty() {
                faults.push(Violation { causes, ..self.fault("allOf", "'allOf' failed") });
            }
        }
        if let Some(schemas) = list("anyOf").filter(|it| !it.is_empty()) {
            self.any_of(&schemas, value, unevaluated, faults);
        }
        if let Some(schemas) = list("oneOf").filter(|it| !it.is_empty()) {
            self.one_of(&schemas, value, unevaluated, faults);
        }
        if let Some(condition) = map.get("if").filter(|_| self.root.draft >= Draft::Seven) {
            let branch = if self.takes(&condition, value, unevaluated) { "then" } else { "else" };
            if let Some(schema) = map.get(branch) {
                faults.extend(self.grouped(&schema, value, unevaluated));
            }
        }
    }

    fn any_of(
        &mut self,
        schemas: &[Value],
        value: &Value,
        unevaluated: &mut Unevaluated,
        faults: &mut Faults,
    ) {
        let before = self.budget;
        let mut causes = Vec::new();
        let mut is_fine = false;
        for schema in schemas {
            if let Some(fault) = self.grouped(schema, value, unevaluated) {
                causes.push(fault);
            } else {
                is_fine = true;
                if unevaluated.is_empty() {
                    break;
                }
            }
        }
        if is_fine {
            self.budget.drop_since(before);
        } else {
            faults.push(Violation { causes, ..self.fault("anyOf", "'anyOf' failed") });
        }
    }

    fn one_of(
        &mut self,
        schemas: &[Value],
        value: &Value,
        unevaluated: &mut Unevaluated,
        faults: &mut Faults,
    ) {
        let before = self.budget;
        let mut causes = Vec::new();
        let mut matched = None;
        for (at, schema) in schemas.iter().enumerate() {
            let Some(first) = matched else {
                if let Some(fault) = self.grouped(schema, value, unevaluated) {
                    causes.push(fault);
                } else {
                    self.budget.drop_since(before);
                    matched = Some(at);
                }
                continue;
            };
            if self.takes(schema, value, unevaluated) {
                let message = format!("'oneOf' failed, subschemas {first}, {at} matched");
                faults.push(self.fault("oneOf", message));
                break;
            }
        }
        if matched.is_none() {
            faults.push(Violation { causes, ..self.fault("oneOf", "'oneOf' failed, none matched") });
        }
    }

    fn unevaluated(&mut self, map: &Map, value: &Value, unevaluated: &mut Unevaluated, faults: &mut Faults) {
        if let (Some(schema), Some(object)) = (map.get("unevaluatedProperties"), value.as_map()) {
            for name in unevaluated.properties.take().unwrap_or_default() {
                if let Some(value) = object.get(&name) {
                    faults.extend(self.below(&schema, &value, &name));
                }
            }
        }
        if let (Some(schema), Some(items)) = (map.get("unevaluatedItems"), value.as_list()) {
            for at in unevaluated.items.take().unwrap_or_default() {
                if let Some(item) = items.get(at) {
                    faults.extend(self.below(&schema, item, &at.to_string()));
                }
            }
        }
    }
}

/// How many entries or items a value has.
pub(super) fn size(value: &Value) -> usize {
    value.as_map().map_or_else(|| value.as_list().map_or(0, <[Value]>::len), Map::len)
}

/// Whether a keyword asks for more than what a value is in itself.
fn asks_more(keyword: &str) -> bool {
    !matches!(
        keyword,
        "type"
            | "const"
            | "enum"
            | "format"
            | "title"
            | "description"
            | "default"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | "$comment"
            | "$id"
            | "$schema"
    )
}

/// What is still to be looked at as a schema begins, if anybody asks.
fn fresh(schema: &Value, value: &Value, caller_asks: bool) -> Unevaluated {
    let mut unevaluated = Unevaluated::default();
    let Some(map) = schema.as_map() else {
        // `true` looks at nothing.
        if caller_asks {
            unevaluated.properties = value.as_map().map(|it| keys(it).into_iter().collect());
            unevaluated.items = value.as_list().map(|it| (0..it.len()).collect());
        }
        return unevaluated;
    };
    let asks = |keyword: &str| caller_asks || map.get(keyword).is_some();
    if let Some(object) = value.as_map()
        && asks("unevaluatedProperties")
        && map.get("additionalProperties").is_none()
    {
        unevaluated.properties = Some(keys(object).into_iter().collect());
    }
    if let Some(items) = value.as_list() {
        let prefix = map.get("prefixItems").as_ref().and_then(Value::as_list).map_or(0, <[Value]>::len);
        let is_all = map.get("items").is_some_and(|it| it.as_list().is_none());
        if asks("unevaluatedItems") && !is_all && prefix < items.len() {
            unevaluated.items = Some((prefix..items.len()).collect());
        }
    }
    unevaluated
}

pub(super) fn keys(map: &Map) -> Vec<String> {
    map.entries().keys().map(std::string::ToString::to_string).collect()
}

pub(super) fn entries(map: &Map) -> Vec<(String, Value)> {
    map.entries().iter().map(|(key, value)| (key.to_string(), value.clone())).collect()
}

pub(super) fn text(map: &Map, key: &str) -> Option<String> {
    map.get(key).and_then(|it| it.as_str().map(str::to_owned))
}

pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_list).unwrap_or_default();
    items.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

#[expect(clippy::cast_sign_loss, reason = "negative counts are left out before")]
pub(super) fn count(map: &Map, key: &str) -> Option<usize> {
    map.get(key).as_ref().and_then(number).filter(|it| it.fract() == 0.0 && *it >= 0.0).map(|it| it as usize)
}

pub(super) fn missing(object: &Map, names: &[String]) -> Vec<String> {
    names.iter().filter(|it| object.get(it).is_none()).cloned().collect()
}

/// The types that a schema allows, in the library's order.
fn types(value: &Value) -> Vec<&'static str> {
    const TYPES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];
    let names = match value.as_str() {
        Some(name) => vec![name.to_owned()],
        None => texts(Some(value)),
    };
    TYPES.into_iter().filter(|it| names.iter().any(|name| name == it)).collect()
}

fn is_collection(value: &Value) -> bool {
    value.as_list().is_some() || value.as_map().is_some()
}

fn enumeration(wanted: &[Value]) -> String {
    if wanted.iter().any(is_collection) {
        return "'enum' failed".to_owned();
    }
    let shown: Vec<String> = wanted.iter().map(display).collect();
    match shown.as_slice() {
        [only] => format!("value must be {only}"),
        _ => format!("value must be one of {}", shown.join(", ")),
    }
}

fn display(value: &Value) -> String {
    match (value.as_str(), number(value)) {
        (Some(text), _) => quote(text),
        (_, Some(number)) => seatrial_yaml::json_float(number),
        _ if value.is_nil() => "<nil>".to_owned(),
        _ => json::scalar(value),
    }
}
