//! The rules of custom resources, `x-kubernetes-validations`: whether they
//! compile and what they may cost
//! (`apiextensions-apiserver` 0.36, `pkg/apis/apiextensions/validation/cel_validation.go`,
//! `pkg/apiserver/schema/cel/compilation.go`).

use std::cell::RefCell;
use std::rc::Rc;

use crate::cel::{Declaration, ESTIMATE_PER_RULE, ESTIMATE_PER_SCHEMA, Environment, Program, Type, describe};
use crate::errors::{Errors, FieldError};
use crate::path::Path;
use crate::structural::{Rule, Structural};
use crate::value::Value;

const RULES: &str = "x-kubernetes-validations";
const NO_TYPE: &str = "internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations";
/// How many of the costliest rules are named where all are too costly together.
const NAMED: usize = 4;

/// What the schemas above mean for the rules of a schema.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    is_resource: bool,
    /// Rules here or above look at this value.
    is_looked_at: bool,
    /// One of those cannot: the type of a value above is not known.
    is_broken: bool,
    /// How often there can be such a value; none without a limit.
    most: Option<u64>,
    costs: Rc<RefCell<Costs>>,
}

#[derive(Debug, Default)]
struct Costs {
    total: u64,
    /// Where, and how much.
    each: Vec<(u64, FieldError)>,
}

impl Scope {
    /// For the schema of a whole resource.
    pub(crate) fn of_root(schema: &Value) -> Self {
        Self {
            is_resource: true,
            is_looked_at: !schema.items(RULES).is_empty(),
            is_broken: false,
            most: Some(1),
            costs: Rc::default(),
        }
    }

    /// For a schema right below one.
    pub(crate) fn below(&self, above: &Value, schema: &Value) -> Self {
        Self {
            is_resource: schema.bool("x-kubernetes-embedded-resource"),
            is_looked_at: self.is_looked_at || !schema.items(RULES).is_empty(),
            is_broken: self.is_looked_at && (self.is_broken || !has_type(above)),
            most: self.most.and_then(|most| Some(most.saturating_mul(most_below(above)?))),
            costs: Rc::clone(&self.costs),
        }
    }

    /// Compiles the rules of a schema; `uncorrelated` is where the old value is
    /// lost, `is_unchanged` says that the schema is as it is stored.
    pub(crate) fn check_rules(
        &self,
        schema: &Value,
        uncorrelated: Option<&Path<'_>>,
        is_unchanged: bool,
        at: &Path<'_>,
        errors: &mut Errors,
    ) {
        let all = schema.items(RULES);
        if all.is_empty() {
            return;
        }
        let at = at.child(RULES);
        let structural = Structural::read(schema);
        let declaration = Declaration::of(&structural, self.is_resource).filter(|_| !self.is_broken);
        let Some(declaration) = declaration else { return errors.internal(&at, NO_TYPE) };
        for (index, (rule, written)) in structural.rules.iter().zip(all).enumerate() {
            if rule.rule.trim().is_empty() {
                continue;
            }
            let at = at.index(index);
            let is_old_used = self.check_rule(rule, written, &declaration, is_unchanged, &at, errors);
            if is_old_used && let Some(place) = uncorrelated {
                let detail = format!(
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within {place}"
                );
                errors.invalid(&at.child("rule"), rule.rule.as_str(), detail);
            }
            if !is_old_used && let Some(optional) = written.opt("optionalOldSelf") {
                let detail = "may not be set if oldSelf is not used in rule";
                errors.invalid(&at.child("optionalOldSelf"), optional.clone(), detail);
            }
        }
    }

    /// Answers whether the rule uses the old value.
    fn check_rule(
        &self,
        rule: &Rule,
        written: &Value,
        declaration: &Declaration,
        is_unchanged: bool,
        at: &Path<'_>,
        errors: &mut Errors,
    ) -> bool {
        let environment = environment(declaration, rule);
        let (at_rule, at_message) = (at.child("rule"), at.child("messageExpression"));
        let program = match compile(&environment, &rule.rule, &Type::Bool) {
            Ok(program) => program,
            Err(wrong) => {
                let detail = wrong.unwrap_or_else(|| "cel expression must evaluate to a bool".to_owned());
                errors.invalid(&at_rule, written.clone(), detail);
                return false;
            }
        };
        let times = self.most.unwrap_or_else(|| declaration.most_occurrences());
        let cost = program.estimate(Some(declaration)).saturating_mul(times);
        if cost > ESTIMATE_PER_RULE && !is_unchanged {
            errors.forbidden(&at_rule, too_costly("estimated rule cost", cost, ESTIMATE_PER_RULE));
        }
        self.observe(cost, &at_rule);
        if !rule.message_expression.is_empty() {
            match compile(&environment, &rule.message_expression, &Type::String) {
                Err(wrong) => {
                    let detail = match wrong {
                        Some(wrong) => format!("messageExpression {wrong}"),
                        None => "messageExpression must evaluate to a string".to_owned(),
                    };
                    errors.invalid(&at_message, written.clone(), detail);
                }
                Ok(message) => {
                    let cost = message.estimate(Some(declaration));
                    if cost > ESTIMATE_PER_RULE && !is_unchanged {
                        let detail = too_costly("estimated messageExpression cost", cost, ESTIMATE_PER_RULE);
                        errors.forbidden(&at_message, detail);
                    }
                    self.observe(cost, &at_message);
                }
            }
        }
        program.mentions("oldSelf")
    }

    fn observe(&self, cost: u64, at: &Path<'_>) {
        let mut costs = self.costs.borrow_mut();
        costs.total = costs.total.saturating_add(cost);
        if cost >= ESTIMATE_PER_SCHEMA / 100 {
            let detail =
                "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
            let mut error = Errors::new();
            error.forbidden(at, detail);
            costs.each.extend(error.as_slice().iter().map(|error| (cost, error.clone())));
        }
    }

    /// What all rules together may cost.
    pub(crate) fn total_cost(&self, at: &Path<'_>, errors: &mut Errors) {
        let mut costs = self.costs.borrow_mut();
        if costs.total <= ESTIMATE_PER_SCHEMA {
            return;
        }
        costs.each.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
        for (_, error) in costs.each.iter().take(NAMED) {
            errors.push(error.clone());
        }
        let name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
        errors.forbidden(at, too_costly(name, costs.total, ESTIMATE_PER_SCHEMA));
    }
}

/// Whether expressions can look at values of that schema.
fn has_type(schema: &Value) -> bool {
    let mut schema = schema;
    loop {
        if schema.bool("x-kubernetes-int-or-string") {
            return true;
        }
        let below = match schema.str("type") {
            "boolean" | "number" | "integer" | "string" => return true,
            "array" => schema.at("items"),
            "object" => match schema.at("additionalProperties") {
                values @ Value::Map(_) => values,
                _ => return true,
            },
            _ => return false,
        };
        if below.is_null() {
            return false;
        }
        schema = below;
    }
}

/// How many values a value of that schema can hold, none without a limit.
fn most_below(schema: &Value) -> Option<u64> {
    let bound = |field: &str| {
        let bound = schema.opt(field).and_then(Value::as_int)?;
        Some(u64::try_from(bound).unwrap_or(0))
    };
    match schema.str("type") {
        "object" if schema.has("additionalProperties") => bound("maxProperties"),
        "array" => bound("maxItems"),
        _ => Some(1),
    }
}

fn too_costly(what: &str, cost: u64, limit: u64) -> String {
    let factor = cost as f64 / limit as f64;
    let factor = if factor > 100.0 {
        "more than 100x".to_owned()
    } else if factor < 1.5 {
        format!("{factor:.6}x")
    } else {
        format!("{factor:.1}x")
    };
    format!(
        "{what} exceeds budget by factor of {factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
    )
}

fn environment(declaration: &Declaration, rule: &Rule) -> Environment {
    let kind = declaration.kind();
    let old = if rule.optional_old_self { Type::optional(kind.clone()) } else { kind.clone() };
    Environment::default().with("self", kind.clone()).with("oldSelf", old)
}

/// The expression, or what is wrong with it; nothing where only its type is.
fn compile(environment: &Environment, expression: &str, wanted: &Type) -> Result<Program, Option<String>> {
    let program = environment
        .compile(expression)
        .map_err(|issues| Some(format!("compilation failed: {}", describe(expression, &issues))))?;
    if program.output_type() == wanted { Ok(program) } else { Err(None) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn rules_compile_within_their_cost() {
        let rows = [
            ("{type: string, x-kubernetes-validations: [{rule: 'size(self) > 1'}]}", &[][..]),
            (
                "{type: string, x-kubernetes-validations: [{rule: 'self.x'}]}",
                &["s.x-kubernetes-validations[0].rule FieldValueInvalid"],
            ),
            (
                "{type: string, x-kubernetes-validations: [{rule: 'size(self)'}]}",
                &["s.x-kubernetes-validations[0].rule FieldValueInvalid"],
            ),
            ("{x-kubernetes-validations: [{rule: 'true'}]}", &["s.x-kubernetes-validations InternalError"]),
            (
                "{type: string, x-kubernetes-validations: [{rule: 'true', optionalOldSelf: true}]}",
                &["s.x-kubernetes-validations[0].optionalOldSelf FieldValueInvalid"],
            ),
            (
                "{type: array, items: {type: string}, x-kubernetes-validations: [{rule: 'self.all(a, self.all(b, a == b))'}]}",
                &["s.x-kubernetes-validations[0].rule FieldValueForbidden"],
            ),
        ];
        for (schema, wanted) in rows {
            let schema = value(schema);
            let mut errors = Errors::new();
            let mut scope = Scope::of_root(&schema);
            scope.is_resource = false;
            scope.check_rules(&schema, None, false, &Path::new("s"), &mut errors);
            assert_eq!(fields(&errors), wanted, "{schema:?}");
        }
    }
}
