//! `x-kubernetes-validations` of a schema, compiled once and evaluated for each
//! object (`pkg/apiserver/schema/cel/validation.go`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::lists::Stored;
use crate::cel::{
    self, Activation, Budget, COST_PER_OBJECT, Declaration, Environment, EvalError, Program, Type,
};
use crate::errors::{Errors, Reason};
use crate::path::Path;
use crate::structural::{Rule, Structural, ValueKind};
use crate::value::{Entry, Value};

/// How long the text of a `messageExpression` may be.
const MESSAGE_MAX: usize = 5 * 1024;

/// The rules of a schema and of all below it. It has the shape of the schema.
#[derive(Debug, Default)]
pub(super) struct Rules {
    own: Vec<Compiled>,
    /// What expressions see, where that is more than the schema says.
    seen: Option<Box<Structural>>,
    items: Option<Box<Rules>>,
    others: Option<Box<Rules>>,
    properties: BTreeMap<SmolStr, Rules>,
}

/// A rule that compiles. What is wrong with others is said of their definition.
struct Compiled {
    /// Its place among the rules of the schema.
    index: usize,
    program: Program,
    message: Option<Program>,
    uses_old: bool,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "rule {}", self.index)
    }
}

/// What holds for a whole walk.
struct Walk<'a> {
    budget: &'a mut Budget,
    errors: &'a mut Errors,
    /// What is as it is stored is passed over.
    ratchets: bool,
    is_over: bool,
}

impl Rules {
    /// The rules of a schema, none where there are none; `is_resource` for the
    /// root of an object of Kubernetes.
    pub(super) fn of(schema: &Structural, is_resource: bool) -> Option<Self> {
        let below = |schema: &Structural| Self::of(schema, schema.embedded_resource);
        let own = compile_all(schema, is_resource);
        let rules = Self {
            seen: (is_resource && !own.is_empty()).then(|| Box::new(schema.with_object_fields())),
            own,
            items: schema.items.as_deref().and_then(below).map(Box::new),
            others: schema.additional_schema().and_then(below).map(Box::new),
            properties: schema
                .properties
                .iter()
                .filter_map(|(name, schema)| Some((name.clone(), below(schema)?)))
                .collect(),
        };
        let is_empty = rules.own.is_empty()
            && rules.items.is_none()
            && rules.others.is_none()
            && rules.properties.is_empty();
        (!is_empty).then_some(rules)
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        let below = self.items.iter().chain(&self.others).map(|it| &**it).chain(self.properties.values());
        self.own.len() + below.map(Self::count).sum::<usize>()
    }

    /// Evaluates them for a value, beside the stored one if there is one.
    pub(super) fn validate(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        budget: &mut Budget,
        at: &Path<'_>,
        errors: &mut Errors,
    ) {
        let mut walk = Walk { budget, errors, ratchets: true, is_over: false };
        self.walk(schema, value, old, false, at, &mut walk);
    }

    /// `is_kept` says that the value, or one above, is as it is stored: only
    /// rules that look at the old value can refuse it then.
    fn walk(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        is_kept: bool,
        at: &Path<'_>,
        walk: &mut Walk<'_>,
    ) {
        if value.is_null() || walk.is_over {
            return;
        }
        let is_kept = walk.ratchets && (is_kept || old.is_some_and(|old| old == value));
        self.evaluate(schema, value, old, is_kept, at, walk);
        match value {
            Value::List(items) => {
                let (Some(rules), Some(items_schema)) = (&self.items, schema.items.as_deref()) else {
                    return;
                };
                let stored = Stored::of(schema, old);
                for (index, item) in items.iter().enumerate() {
                    rules.walk(items_schema, item, stored.like(item), is_kept, &at.index(index), walk);
                }
            }
            Value::Map(map) => {
                for Entry { key, value, .. } in map.entries() {
                    let old = old.and_then(|old| old.as_map()?.value(key));
                    if let Some(schema) = schema.properties.get(key) {
                        if let Some(rules) = self.properties.get(key) {
                            rules.walk(schema, value, old, is_kept, &at.child(key), walk);
                        }
                    } else if let (Some(rules), Some(schema)) = (&self.others, schema.additional_schema()) {
                        rules.walk(schema, value, old, is_kept, &at.key(key), walk);
                    }
                }
            }
            _ => {}
        }
    }

    fn evaluate(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        is_kept: bool,
        at: &Path<'_>,
        walk: &mut Walk<'_>,
    ) {
        if self.own.is_empty() {
            return;
        }
        let seen = self.seen.as_deref().unwrap_or(schema);
        let kind = schema.kind.map_or("", ValueKind::name);
        let new_value = cel::value_of(value, seen);
        let old_value = old.map(|old| cel::value_of(old, seen));
        for compiled in &self.own {
            let rule = &schema.rules[compiled.index];
            if compiled.uses_old && old.is_none() && !rule.optional_old_self {
                continue;
            }
            let mut activation = Activation::new().with("self", new_value.clone());
            match (&old_value, rule.optional_old_self) {
                (old, true) => {
                    activation.set("oldSelf", cel::Value::Optional(old.clone().map(Arc::new)));
                }
                (Some(old), false) => activation.set("oldSelf", old.clone()),
                (None, false) => {}
            }
            let outcome = compiled.program.evaluate(&activation, walk.budget);
            let named = if rule.message.is_empty() { rule.rule.trim() } else { rule.message.trim() };
            if walk.budget.is_overdrawn() {
                walk.is_over = true;
                let detail = "validation failed due to running out of cost budget, no further validation rules will be run";
                return walk.errors.invalid(at, kind, detail);
            }
            match outcome {
                Ok(cel::Value::Bool(true)) | Err(EvalError::Unknown) => {}
                Ok(_) if is_kept && !compiled.uses_old => {}
                Ok(_) => match compiled.detail(rule, &activation, walk.budget) {
                    Ok(detail) => refuse(schema, value, rule, detail, at, walk.errors),
                    Err(wrong) => {
                        walk.is_over = true;
                        let errors = &mut *walk.errors;
                        return blamed(rule, at, &mut |at| errors.invalid(at, kind, wrong.clone()));
                    }
                },
                Err(EvalError::Error(wrong)) if wrong.starts_with("no such overload") => {
                    let detail = format!(
                        "'{wrong}': call arguments did not match a supported operator, function or macro signature for rule: {named}"
                    );
                    walk.errors.invalid(at, kind, detail);
                }
                Err(EvalError::Error(wrong)) => {
                    walk.errors.invalid(at, kind, format!("{wrong} evaluating rule: {named}"));
                }
                Err(EvalError::Stopped(wrong)) => {
                    walk.is_over = true;
                    let detail = format!(
                        "'{wrong}': no further validation rules will be run due to call cost exceeds limit for rule: {named}"
                    );
                    return walk.errors.invalid(at, kind, detail);
                }
            }
        }
    }
}

impl Compiled {
    /// What to say of a value that breaks the rule, or why no more is said.
    fn detail(&self, rule: &Rule, activation: &Activation, budget: &mut Budget) -> Result<String, String> {
        let evaluated = self.message.as_ref().map(|message| message.evaluate(activation, budget));
        if evaluated.is_some() && budget.is_overdrawn() {
            return Err("messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run".to_owned());
        }
        if let Some(Err(EvalError::Stopped(_))) = evaluated {
            return Err(format!(
                "no further validation rules will be run due to call cost exceeds limit for messageExpression: {:?}",
                rule.message_expression
            ));
        }
        if let Some(Ok(cel::Value::Text(text))) = evaluated {
            let text = text.trim();
            if !text.is_empty() && text.len() <= MESSAGE_MAX && !text.contains('\n') {
                return Ok(text.to_owned());
            }
        }
        Ok(if rule.message.is_empty() {
            format!("failed rule: {}", rule.rule.trim())
        } else {
            rule.message.trim().to_owned()
        })
    }
}

fn compile_all(schema: &Structural, is_resource: bool) -> Vec<Compiled> {
    if schema.rules.is_empty() {
        return Vec::new();
    }
    let Some(declaration) = Declaration::of(schema, is_resource) else { return Vec::new() };
    let compile = |(index, rule): (usize, &Rule)| {
        let kind = declaration.kind();
        let old = if rule.optional_old_self { Type::optional(kind.clone()) } else { kind.clone() };
        let environment = Environment::default().with("self", kind.clone()).with("oldSelf", old);
        let typed = |text: &str, wanted: &Type| {
            environment.compile(text).ok().filter(|program| program.output_type() == wanted)
        };
        let program = typed(&rule.rule, &Type::Bool).filter(|_| !rule.rule.trim().is_empty())?;
        let has_message = !rule.message_expression.is_empty();
        let message = has_message.then(|| typed(&rule.message_expression, &Type::String)).flatten();
        Some(Compiled { index, uses_old: program.mentions("oldSelf"), program, message })
    };
    schema.rules.iter().enumerate().filter_map(compile).collect()
}

/// Reports that a value breaks a rule.
fn refuse(
    schema: &Structural,
    value: &Value,
    rule: &Rule,
    detail: String,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    let reason = match rule.reason.as_str() {
        "FieldValueRequired" => Reason::Required,
        "FieldValueForbidden" => Reason::Forbidden,
        "FieldValueDuplicate" => Reason::Duplicate,
        _ => Reason::Invalid,
    };
    let is_whole = !matches!(schema.kind, Some(ValueKind::Object | ValueKind::Array));
    let shown = Some(value.clone()).filter(|_| is_whole);
    let detail = if reason == Reason::Duplicate { String::new() } else { detail };
    blamed(rule, at, &mut |at| errors.add(reason, at, shown.clone(), detail.clone()));
    // The server names the object; the one field that the rule speaks of is to blame.
    let field =
        only_field(&rule.rule).filter(|field| value.as_map().is_some_and(|map| map.value(field).is_some()));
    if let (true, Some(field), Some(error)) =
        (rule.field_path.is_empty(), field, errors.as_mut_slice().last_mut())
    {
        error.path = error.path.key(field);
    }
}

/// The field of `self` that a rule speaks of, if it speaks of one.
fn only_field(rule: &str) -> Option<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut only = None;
    for (at, _) in rule.match_indices("self") {
        let rest = &rule[at + "self".len()..];
        if rule[..at].ends_with(is_part) || rest.starts_with(is_part) {
            continue;
        }
        let name = rest.strip_prefix('.')?;
        let end = name.find(|letter| !is_part(letter)).unwrap_or(name.len());
        let field = Some(&name[..end]).filter(|it| !it.is_empty() && !name[end..].starts_with('('));
        if only.is_some_and(|it| Some(it) != field) {
            return None;
        }
        only = Some(field?);
    }
    only
}

/// Goes to the field that a rule blames.
fn blamed(rule: &Rule, at: &Path<'_>, then: &mut dyn FnMut(&Path<'_>)) {
    let below = rule.field_path.trim_start_matches('.');
    // Printed the same, and each step leads one field down.
    let steps: Vec<&str> = below.split('.').take(33).collect();
    below_steps(at, if below.is_empty() { &[] } else { &steps }, then);
}

fn below_steps(at: &Path<'_>, steps: &[&str], then: &mut dyn FnMut(&Path<'_>)) {
    match steps {
        [] => then(at),
        [first, rest @ ..] => below_steps(&at.child(first), rest, then),
    }
}

/// Whether a default fulfils the rules of its schema, as a value that stays and
/// as a new one.
pub(crate) fn check_default(
    schema: &Structural,
    default: &Value,
    is_resource: bool,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    let Some(rules) = Rules::of(schema, is_resource || schema.embedded_resource) else { return };
    let before = errors.len();
    for old in [Some(default), None] {
        if errors.len() > before {
            return;
        }
        // A value that stays is held against all rules, though nothing changed.
        let mut budget = Budget::new(COST_PER_OBJECT);
        let mut walk = Walk { budget: &mut budget, errors, ratchets: false, is_over: false };
        rules.walk(schema, default, old, false, at, &mut walk);
    }
}

#[cfg(test)]
mod tests {
    use super::only_field;

    #[test]
    fn the_one_field_of_a_rule_is_found() {
        for (rule, field) in [
            ("self.sails >= 1", Some("sails")),
            ("has(self.sails) ? self.sails.size() > 1 : true", Some("sails")),
            ("self.sails >= self.masts", None),
            ("self.all(it, it > 1)", None),
            ("self == 'a'", None),
            ("myself.a == self.b", Some("b")),
            ("true", None),
        ] {
            assert_eq!(only_field(rule), field, "{rule}");
        }
    }
}
