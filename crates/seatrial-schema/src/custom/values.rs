//! Whether a value fulfils a schema, in the server's words (`kube-openapi`,
//! `pkg/validation/validate`; `pkg/apiserver/validation/{validation,ratcheting}.go`).

use std::cell::Cell;

use super::patterns::Patterns;
use super::{formats, lists, numbers, shape};
use crate::errors::{Errors, FieldError, Reason};
use crate::path::Path;
use crate::structural::{Additional, Structural};
use crate::value::{Entry, Value};

/// How many values an object may be made to compare. What costs more is not
/// looked at to the end.
const STEPS_MAX: u64 = 20_000_000;
const STOPPED: &str = "validation stopped: the schema asks for too many comparisons";
/// More than a person reads.
const ERRORS_MAX: usize = 1000;

/// Holds one value that stands at `at` against a schema.
pub(crate) fn validate(schema: &Structural, value: &Value, at: &Path<'_>, errors: &mut Errors) {
    Checker::new(&Patterns::of(schema), at).run(schema, value, None, errors);
}

/// A walk over one value and its schema.
pub(super) struct Checker<'a> {
    patterns: &'a Patterns,
    /// Where the whole value stands. Some errors are reported there.
    pub(super) base: &'a Path<'a>,
    printed: usize,
    left: Cell<u64>,
}

/// What a schema says of a value, and how much of it was looked at: of several
/// schemas that all fail, the one with the most is reported.
#[derive(Default)]
pub(super) struct Found {
    pub(super) errors: Vec<FieldError>,
    pub(super) looked_at: usize,
}

impl Found {
    /// Adds an error, unless it is there.
    pub(super) fn add(&mut self, reason: Reason, at: &Path<'_>, value: Option<Value>, detail: String) {
        let (field, path) = (at.to_string(), at.to_field_path());
        self.push(FieldError { reason, field, path, value, detail });
    }

    /// Adds an error that the server says of `base`, though it is about `at`.
    pub(super) fn add_above(&mut self, base: &Path<'_>, at: &Path<'_>, detail: String) {
        let (field, path) = (base.to_string(), at.to_field_path());
        self.push(FieldError { reason: Reason::Invalid, field, path, value: Some(Value::from("")), detail });
    }

    fn push(&mut self, error: FieldError) {
        if self.errors.len() < ERRORS_MAX && !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    pub(super) fn take(&mut self, other: Self) {
        other.errors.into_iter().for_each(|error| self.push(error));
        self.looked_at += other.looked_at;
    }

    pub(super) fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

impl<'a> Checker<'a> {
    pub(super) fn new(patterns: &'a Patterns, base: &'a Path<'a>) -> Self {
        let printed = if base.is_root() { 0 } else { base.to_string().len() };
        Self { patterns, base, printed, left: Cell::new(STEPS_MAX) }
    }

    /// Holds the whole value against its schema, beside the stored one if there
    /// is one.
    pub(super) fn run(&self, schema: &Structural, value: &Value, old: Option<&Value>, errors: &mut Errors) {
        let mut found = Found::default();
        self.part(schema, value, old, self.base, &mut found);
        found.errors.into_iter().for_each(|error| errors.push(error));
        if self.left.get() == 0 {
            errors.internal(self.base, STOPPED);
        }
    }

    /// The path below the whole value, as messages name it.
    pub(super) fn name(&self, at: &Path<'_>) -> String {
        if at.is_root() {
            return String::new();
        }
        at.to_string()[self.printed..].trim_start_matches('.').to_owned()
    }

    fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().saturating_sub(steps as u64);
        self.left.set(left);
        left > 0
    }

    /// A value that has a place of its own: what is wrong with it is passed over
    /// where it is as it was.
    fn part(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        at: &Path<'_>,
        found: &mut Found,
    ) {
        if old.is_none_or(|old| old != value) {
            return self.check(schema, value, old, at, found);
        }
        let mut passed = Found::default();
        self.check(schema, value, old, at, &mut passed);
        found.looked_at += passed.looked_at;
    }

    pub(super) fn check(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        at: &Path<'_>,
        found: &mut Found,
    ) {
        if !self.spend(1 + schema.bounds().values.len()) {
            return;
        }
        let mismatch = shape::mismatch(schema, value);
        let has_mismatch = mismatch.is_some();
        if let Some((wanted, kind)) = mismatch {
            let detail = format!("{} in body must be of type {wanted}: {kind:?}", self.name(at));
            found.add(Reason::TypeInvalid, at, Some(Value::from(kind)), detail);
        }
        if value.is_null() {
            found.looked_at += usize::from(!has_mismatch);
            return enumeration(schema, value, at, found);
        }
        found.looked_at += if shape::is_typed(schema) { 1 + usize::from(!has_mismatch) } else { 0 };
        self.clauses(schema, value, old, at, found);
        match value {
            Value::Str(text) => self.text(schema, text, at, found),
            Value::Int(_) | Value::Float(_) => {
                let name = || self.name(at);
                numbers::validate(schema, value, &name, at, self.base, found);
                found.looked_at += 2;
            }
            Value::List(items) => self.list(schema, items, old, at, found),
            _ => {}
        }
        enumeration(schema, value, at, found);
        if value.as_map().is_some() {
            self.object(schema, value, old, at, found);
            found.looked_at += 1;
        }
        found.looked_at += 2;
    }

    fn text(&self, schema: &Structural, text: &str, at: &Path<'_>, found: &mut Found) {
        let bounds = schema.bounds();
        let length = || i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        found.looked_at += 1;
        if let Some(most) = bounds.max_length.filter(|most| length() > *most) {
            let noun = if most == 1 { "byte" } else { "bytes" };
            found.add(Reason::TooLong, at, None, format!("may not be more than {most} {noun}"));
        } else if let Some(least) = bounds.min_length.filter(|least| length() < *least) {
            let detail = format!("{} in body should be at least {least} chars long", self.name(at));
            found.add(Reason::Invalid, at, Some(text.into()), detail);
        } else if !bounds.pattern.is_empty() && self.patterns.matches(&bounds.pattern, text) == Some(false) {
            let detail = format!("{} in body should match '{}'", self.name(at), bounds.pattern);
            found.add(Reason::Invalid, at, Some(text.into()), detail);
        }
        let format = shape::format(schema);
        if format.is_empty() || matches!(format, "int32" | "int64" | "float" | "double") {
            return;
        }
        found.looked_at += 1;
        if formats::refuses(format, text) {
            let detail = format!("{} in body must be of type {format}: {text:?}", self.name(at));
            found.add(Reason::TypeInvalid, at, Some(text.into()), detail);
        }
    }

    fn list(
        &self,
        schema: &Structural,
        items: &[Value],
        old: Option<&Value>,
        at: &Path<'_>,
        found: &mut Found,
    ) {
        if let Some(rule) = schema.items.as_deref() {
            let stored = lists::Stored::of(schema, old);
            for (index, item) in items.iter().enumerate() {
                let old = stored.like(item);
                // Below the value itself the server puts a dot before the index.
                let text = format!("[{index}]");
                let is_base = !at.is_root() && self.name(at).is_empty();
                let at = if is_base { at.child(&text) } else { at.index(index) };
                self.part(rule, item, old, &at, found);
            }
        }
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if let Some(least) = schema.bounds().min_items.filter(|least| count < *least) {
            let detail = format!("{} in body should have at least {least} items", self.name(at));
            found.add(Reason::Invalid, at, Some(count.into()), detail);
        }
        too_many(schema.bounds().max_items, count, at, found);
        if schema.bounds().unique_items && lists::has_twins(items) {
            let detail = format!("{} in body shouldn't contain duplicates", self.name(at));
            found.add(Reason::Invalid, at, Some(Value::from("")), detail);
        }
        found.looked_at += 2;
    }

    fn object(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        at: &Path<'_>,
        found: &mut Found,
    ) {
        let fields = value.as_map().map_or(&[][..], |map| map.entries());
        let count = i64::try_from(fields.len()).unwrap_or(i64::MAX);
        let bounds = schema.bounds();
        if let Some(least) = bounds.min_properties.filter(|least| count < *least) {
            let detail = format!("{} in body should have at least {least} properties", self.name(at));
            found.add(Reason::Invalid, at, Some(count.into()), detail);
        }
        too_many(bounds.max_properties, count, at, found);
        for Entry { key, value, .. } in fields {
            let known = schema.properties.get(key);
            if known.is_none() && schema.additional == Some(Additional::Allowed(false)) {
                let detail = format!("{}.{key} in body is a forbidden property", self.name(at));
                found.add(Reason::Invalid, at, Some(key.clone().into()), detail);
            }
            let Some(below) = known.or_else(|| schema.additional_schema()) else { continue };
            let is_type = at.is_root() && matches!(key.as_str(), "apiVersion" | "kind");
            let old = old.filter(|_| !is_type).and_then(|old| old.as_map()?.value(key));
            self.part(below, value, old, &at.child(key), found);
        }
        for field in &bounds.required {
            if value.as_map().is_some_and(|map| map.value(field).is_none()) {
                found.add(Reason::Required, &at.child(field), None, String::new());
            }
        }
    }
}

fn too_many(most: Option<i64>, count: i64, at: &Path<'_>, found: &mut Found) {
    if let Some(most) = most.filter(|most| count > *most) {
        let noun = if most == 1 { "item" } else { "items" };
        let detail = format!("must have at most {most} {noun}");
        found.add(Reason::TooMany, at, Some(count.into()), detail);
    }
}

fn enumeration(schema: &Structural, value: &Value, at: &Path<'_>, found: &mut Found) {
    let words = &schema.bounds().values;
    // The server never finds null among the words.
    let is_same = |word: &Value| !value.is_null() && (word == value || numbers::are_equal(word, value));
    if words.is_empty() || words.iter().any(is_same) {
        return;
    }
    let printed: Vec<_> = words
        .iter()
        .map(|word| match word {
            Value::Str(text) => text.to_string(),
            other => other.to_json(),
        })
        .collect();
    let mut errors = Errors::new();
    errors.not_supported(at, value.clone(), &printed);
    errors.as_slice().iter().for_each(|error| found.push(error.clone()));
}
