//! The rules of a schema, applied to an object:
//! `apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go` (v0.36.2),
//! with the ratcheting that is on by default. Rules inside `allOf` are left out.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::declare::{Declaration, value_of};
use super::types::Type;
use super::value::Value;
use super::{Activation, Budget, Environment, EvalError, Program, describe};
use crate::errors::{Errors, Reason};
use crate::structural::{Rule, Structural, ValueKind};
use crate::{Path, Value as Data};

/// How long a message put together by an expression may be.
const LONGEST_MESSAGE: usize = 5 * 1024;
const OUT_OF_BUDGET: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

/// All rules of a schema, compiled.
pub struct Rules(Option<Node>);

/// The rules of a value and of what is below it.
struct Node {
    schema: Structural,
    rules: Vec<Compiled>,
    properties: BTreeMap<SmolStr, Node>,
    additional: Option<Box<Node>>,
    items: Option<Box<Node>>,
}

struct Compiled {
    rule: Rule,
    program: Result<Program, String>,
    uses_old: bool,
    message: Option<Program>,
}

/// A value, the one it replaces, and whether that is the same: of values that
/// have no counterpart the one around them counts.
#[derive(Clone, Copy)]
struct Change<'v> {
    new: &'v Data,
    old: Option<&'v Data>,
    unchanged: bool,
}

/// No further rule is looked at.
struct Exhausted;

impl Rules {
    /// Compiles the rules of a schema for the root of a resource.
    pub fn compile(schema: &Structural) -> Self {
        Self(node(schema, true))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds what the rules say about an object, and answers the rules whose value
    /// cannot be known here.
    pub fn check(
        &self,
        new: &Data,
        old: Option<&Data>,
        path: &Path<'_>,
        errors: &mut Errors,
        budget: &mut Budget,
    ) -> Vec<SmolStr> {
        let mut run = Run { errors, budget, unknown: Vec::new() };
        if let Some(node) = &self.0 {
            let change = Change { new, old, unchanged: old == Some(new) };
            // What is out of budget is among the errors already.
            let _ = run.node(node, change, path);
        }
        run.unknown
    }
}

fn node(schema: &Structural, resource: bool) -> Option<Node> {
    let below = |schema: &Structural| node(schema, schema.embedded_resource);
    let properties: BTreeMap<SmolStr, Node> =
        schema.properties.iter().filter_map(|(name, it)| Some((name.clone(), below(it)?))).collect();
    let additional = schema.additional_schema().and_then(below).map(Box::new);
    let items = schema.items.as_deref().and_then(below).map(Box::new);
    let rules = compiled(schema, resource);
    if rules.is_empty() && properties.is_empty() && additional.is_none() && items.is_none() {
        return None;
    }
    let schema = if resource { schema.with_object_fields() } else { schema.clone() };
    Some(Node { schema, rules, properties, additional, items })
}

fn compiled(schema: &Structural, resource: bool) -> Vec<Compiled> {
    if schema.rules.is_empty() {
        return Vec::new();
    }
    let declared = Declaration::of(schema, resource);
    let written = schema.rules.iter().filter(|rule| !rule.rule.trim().is_empty());
    written.map(|rule| compile_rule(rule, declared.as_ref())).collect()
}

fn compile_rule(rule: &Rule, declared: Option<&Declaration>) -> Compiled {
    let Some(declared) = declared else {
        let why = "failed to convert to declType for CEL validation rules".to_owned();
        return Compiled { rule: rule.clone(), program: Err(why), uses_old: false, message: None };
    };
    let kind = declared.kind().clone();
    let old = if rule.optional_old_self { Type::optional(kind.clone()) } else { kind.clone() };
    let environment = Environment::default().with("self", kind).with("oldSelf", old);
    let program = match environment.compile(&rule.rule) {
        Err(issues) => Err(format!("compilation failed: {}", describe(&rule.rule, &issues))),
        Ok(program) if *program.output_type() != Type::Bool => {
            Err("cel expression must evaluate to a bool".to_owned())
        }
        Ok(program) => Ok(program),
    };
    let message = Some(&rule.message_expression).filter(|it| !it.is_empty());
    let message = message.and_then(|it| environment.compile(it).ok());
    let uses_old = program.as_ref().is_ok_and(|program| program.mentions("oldSelf"));
    Compiled { rule: rule.clone(), program, uses_old, message }
}

struct Run<'r> {
    errors: &'r mut Errors,
    budget: &'r mut Budget,
    unknown: Vec<SmolStr>,
}

impl Run<'_> {
    fn node(&mut self, node: &Node, change: Change<'_>, path: &Path<'_>) -> Result<(), Exhausted> {
        if change.new.is_null() {
            return Ok(());
        }
        self.rules(node, change, path)?;
        match change.new {
            Data::List(items) => self.items(node, items, change, path),
            Data::Map(map) => self.entries(node, map, change, path),
            _ => Ok(()),
        }
    }

    fn entries(
        &mut self,
        node: &Node,
        map: &crate::Map,
        change: Change<'_>,
        path: &Path<'_>,
    ) -> Result<(), Exhausted> {
        for entry in map.entries() {
            let (below, at) = match (node.properties.get(&entry.key), &node.additional) {
                (Some(below), _) => (below, path.child(&entry.key)),
                (None, Some(below)) => (&**below, path.key(&entry.key)),
                (None, None) => continue,
            };
            let old = change.old.and_then(|old| old.opt(&entry.key));
            self.node(below, change.to(&entry.value, old), &at)?;
        }
        Ok(())
    }

    fn items(
        &mut self,
        node: &Node,
        items: &[Data],
        change: Change<'_>,
        path: &Path<'_>,
    ) -> Result<(), Exhausted> {
        let Some(below) = &node.items else {
            return Ok(());
        };
        let keys = if node.schema.list_type.as_deref() == Some("map") {
            &node.schema.list_map_keys[..]
        } else {
            &[]
        };
        for (at, item) in items.iter().enumerate() {
            let old = change.old.map_or(&[][..], Data::as_list).iter();
            // Only the items of map lists have counterparts.
            let old = old
                .filter(|_| !keys.is_empty())
                .find(|old| keys.iter().all(|key| old.at(key) == item.at(key)));
            self.node(below, change.to(item, old), &path.index(at))?;
        }
        Ok(())
    }

    fn rules(&mut self, node: &Node, change: Change<'_>, path: &Path<'_>) -> Result<(), Exhausted> {
        if node.rules.is_empty() {
            return Ok(());
        }
        let new = value_of(change.new, &node.schema);
        let old = change.old.map(|old| value_of(old, &node.schema));
        let plain = match &old {
            Some(old) => Activation::new().with("self", new.clone()).with("oldSelf", old.clone()),
            None => Activation::new().with("self", new.clone()),
        };
        let optional = Activation::new()
            .with("self", new)
            .with("oldSelf", old.map_or(Value::Optional(None), Value::some));
        for compiled in &node.rules {
            if compiled.uses_old && change.old.is_none() && !compiled.rule.optional_old_self {
                continue;
            }
            let activation = if compiled.rule.optional_old_self { &optional } else { &plain };
            self.rule(node, compiled, activation, change, path)?;
        }
        Ok(())
    }

    fn rule(
        &mut self,
        node: &Node,
        compiled: &Compiled,
        activation: &Activation,
        change: Change<'_>,
        path: &Path<'_>,
    ) -> Result<(), Exhausted> {
        let kind = kind_name(node.schema.kind);
        let program = match &compiled.program {
            Ok(program) => program,
            Err(why) => {
                self.errors.invalid(path, kind, format!("rule compile error: {why}"));
                return Ok(());
            }
        };
        let outcome = program.evaluate(activation, self.budget);
        if self.budget.is_overdrawn() {
            self.errors.invalid(path, kind, OUT_OF_BUDGET);
            return Err(Exhausted);
        }
        let name = rule_name(&compiled.rule);
        match outcome {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(_) => self.broken(node, compiled, activation, change, path),
            Err(EvalError::Unknown) => {
                self.unknown.push(compiled.rule.rule.clone());
                Ok(())
            }
            Err(EvalError::Stopped(why)) => {
                let detail = format!(
                    "'{why}': no further validation rules will be run due to call cost exceeds limit for rule: {name}"
                );
                self.errors.invalid(path, kind, detail);
                Err(Exhausted)
            }
            Err(EvalError::Error(why)) => {
                let detail = if why.starts_with("no such overload") {
                    format!(
                        "'{why}': call arguments did not match a supported operator, function or macro signature \
                         for rule: {name}"
                    )
                } else {
                    format!("{why} evaluating rule: {name}")
                };
                self.errors.invalid(path, kind, detail);
                Ok(())
            }
        }
    }

    /// A rule that is not true; what was so before may stay so.
    fn broken(
        &mut self,
        node: &Node,
        compiled: &Compiled,
        activation: &Activation,
        change: Change<'_>,
        path: &Path<'_>,
    ) -> Result<(), Exhausted> {
        let rule = &compiled.rule;
        let message = match &compiled.message {
            Some(program) => program.evaluate(activation, self.budget),
            None => Err(EvalError::Unknown),
        };
        if self.budget.is_overdrawn() {
            let kind = kind_name(node.schema.kind);
            self.errors.invalid(path, kind, format!("messageExpression evaluation failed: {OUT_OF_BUDGET}"));
            return Err(Exhausted);
        }
        if change.unchanged && !compiled.uses_old {
            return Ok(());
        }
        let detail = match message {
            Ok(Value::Text(text)) if is_message(text.trim()) => text.trim().to_owned(),
            _ if rule.message.is_empty() => format!("failed rule: {}", rule_name(rule)),
            _ => rule_name(rule).to_owned(),
        };
        let collection = matches!(node.schema.kind, Some(ValueKind::Object | ValueKind::Array));
        let value = (!collection).then(|| change.new.clone());
        let blamed = rule.field_path.trim_start_matches('.');
        let below = path.child(blamed);
        let at = if blamed.is_empty() { path } else { &below };
        match rule.reason.as_str() {
            "FieldValueForbidden" => self.errors.forbidden(at, detail),
            "FieldValueRequired" => self.errors.required(at, detail),
            "FieldValueDuplicate" => self.errors.add(Reason::Duplicate, at, value, ""),
            _ => self.errors.add(Reason::Invalid, at, value, detail),
        }
        Ok(())
    }
}

impl<'v> Change<'v> {
    /// The change of a part.
    fn to(self, new: &'v Data, old: Option<&'v Data>) -> Self {
        Self { new, old, unchanged: old.map_or(self.unchanged, |old| old == new) }
    }
}

fn is_message(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_MESSAGE && !text.contains('\n')
}

fn rule_name(rule: &Rule) -> &str {
    if rule.message.is_empty() { rule.rule.trim() } else { rule.message.trim() }
}

fn kind_name(kind: Option<ValueKind>) -> &'static str {
    match kind {
        Some(ValueKind::Object) => "object",
        Some(ValueKind::Array) => "array",
        Some(ValueKind::String) => "string",
        Some(ValueKind::Integer) => "integer",
        Some(ValueKind::Number) => "number",
        Some(ValueKind::Boolean) => "boolean",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{By, Entry, Map};

    fn map(entries: impl IntoIterator<Item = (&'static str, Data)>) -> Data {
        let entry = |(key, value): (&'static str, Data)| Entry { key: key.into(), value, by: By::Manifest };
        Data::Map(entries.into_iter().map(entry).collect::<Map>())
    }

    fn rule(fields: impl IntoIterator<Item = (&'static str, &'static str)>) -> Data {
        map(fields.into_iter().map(|(key, text)| (key, Data::from(text))))
    }

    fn schema() -> Structural {
        let replicas = map([
            ("type", "integer".into()),
            (
                "x-kubernetes-validations",
                vec![rule([("rule", "self >= oldSelf"), ("message", "cannot shrink")])].into(),
            ),
        ]);
        let items = map([
            ("type", "string".into()),
            ("x-kubernetes-validations", vec![rule([("rule", "self != ''")])].into()),
        ]);
        let names = map([("type", "array".into()), ("items", items)]);
        let spec_rule = rule([
            ("rule", "self.replicas <= 5"),
            ("messageExpression", "'too many: ' + string(self.replicas)"),
            ("fieldPath", ".replicas"),
            ("reason", "FieldValueForbidden"),
        ]);
        let spec = map([
            ("type", "object".into()),
            ("properties", map([("replicas", replicas), ("names", names)])),
            ("x-kubernetes-validations", vec![spec_rule].into()),
        ]);
        Structural::read(&map([("type", "object".into()), ("properties", map([("spec", spec)]))]))
    }

    fn object(replicas: i64, name: &'static str) -> Data {
        map([("spec", map([("replicas", replicas.into()), ("names", vec![Data::from(name)].into())]))])
    }

    fn check(new: &Data, old: Option<&Data>) -> Vec<String> {
        let rules = Rules::compile(&schema().properties["spec"]);
        let mut errors = Errors::new();
        let old = old.map(|old| old.at("spec"));
        let budget = &mut Budget::default();
        let unknown = rules.check(new.at("spec"), old, &Path::new("spec"), &mut errors, budget);
        assert!(unknown.is_empty());
        errors.as_slice().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn broken_rules_are_reported_where_they_are() {
        assert_eq!(
            check(&object(7, ""), None),
            [
                "spec.replicas: Forbidden: too many: 7",
                "spec.names[0]: Invalid value: \"\": failed rule: self != ''",
            ]
        );
        assert!(check(&object(3, "a"), None).is_empty());
    }

    #[test]
    fn transitions_need_an_old_value_and_old_mistakes_may_stay() {
        let old = object(7, "");
        assert_eq!(check(&object(3, "a"), Some(&old)), ["spec.replicas: Invalid value: 3: cannot shrink"]);
        assert!(check(&old.clone(), Some(&old)).is_empty());
    }
}
