//! Evaluates a planned expression within a cost limit: cel-go's
//! `interpreter/{interpretable,attributes}.go` (v0.26.0).

use std::sync::Arc;

use smol_str::SmolStr;

use super::charge;
use super::functions::{list_fits, operators};
use super::plan::{
    Attribute, Call, Conditional, Fold, FoldStep, Head, Node, Pattern, PatternUse, Step, StepKey,
};
use super::value::{Fault, Key, Map, Outcome, Value, exact_int, exact_uint};

/// The values of the variables.
#[derive(Clone, Debug, Default)]
pub struct Activation(Vec<(SmolStr, Value)>);

impl Activation {
    /// No variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more variable.
    pub fn with(mut self, name: impl Into<SmolStr>, value: Value) -> Self {
        self.set(name, value);
        self
    }

    /// Gives a variable a value.
    pub fn set(&mut self, name: impl Into<SmolStr>, value: Value) {
        let name = name.into();
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value));
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }
}

pub(super) struct Evaluator<'a> {
    activation: &'a Activation,
    /// What the variables of macros hold, an accumulator perhaps a fault.
    locals: Vec<Outcome>,
    pub(super) spent: u64,
    limit: u64,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(activation: &'a Activation, limit: u64) -> Self {
        Self { activation, locals: Vec::new(), spent: 0, limit }
    }

    fn charge(&mut self, cost: u64) -> Result<(), Fault> {
        self.spent = self.spent.saturating_add(cost);
        if self.spent > self.limit {
            return Err(Fault::Stopped("operation cancelled: actual cost limit exceeded".to_owned()));
        }
        Ok(())
    }

    pub(super) fn node(&mut self, node: &Node) -> Outcome {
        match node {
            Node::Const(value) => Ok(value.clone()),
            Node::Charged(value) => self.charge(1).map(|()| value.clone()),
            Node::Attribute(attribute) => self.attribute(attribute, true),
            Node::Conditional(conditional) => self.conditional(conditional),
            Node::And(operands) => self.logical(operands, false),
            Node::Or(operands) => self.logical(operands, true),
            Node::Call(call) => self.call(call),
            Node::InList(item, list) => {
                let item = self.node(item)?;
                list.contains(&item).map(Value::Bool)
            }
            Node::NotFalse(operand) => self.not_false(operand),
            Node::OptionalOr(sides) => match self.node(&sides[0])? {
                Value::Optional(None) => self.node(&sides[1]),
                left => Ok(left),
            },
            Node::OptionalOrValue(sides) => match self.node(&sides[0])? {
                Value::Optional(None) => self.node(&sides[1]),
                Value::Optional(Some(value)) => Ok((*value).clone()),
                // Upstream takes what is no optional at all as it is.
                left => Ok(left),
            },
            Node::List(items) => self.list(items),
            Node::Map(entries) => self.map(entries),
            Node::Fold(fold) => self.fold(fold),
        }
    }

    /// `&&` ends at false, `||` at true; what is unknown hides errors.
    fn logical(&mut self, operands: &[Node], end: bool) -> Outcome {
        let mut fault: Option<Fault> = None;
        for operand in operands {
            let problem = match self.node(operand) {
                Ok(Value::Bool(it)) if it == end => return Ok(Value::Bool(end)),
                Ok(Value::Bool(_)) => continue,
                Ok(_) => Fault::no_overload(),
                Err(stop @ Fault::Stopped(_)) => return Err(stop),
                Err(problem) => problem,
            };
            fault = match (fault, problem) {
                (_, Fault::Unknown) | (Some(Fault::Unknown), _) => Some(Fault::Unknown),
                (Some(first), _) => Some(first),
                (None, problem) => Some(problem),
            };
        }
        fault.map_or(Ok(Value::Bool(!end)), Err)
    }

    fn not_false(&mut self, operand: &Node) -> Outcome {
        let value = self.node(operand);
        self.charge(1)?;
        match value {
            Ok(Value::Bool(it)) => Ok(Value::Bool(it)),
            Err(stop @ Fault::Stopped(_)) => Err(stop),
            _ => Ok(Value::Bool(true)),
        }
    }

    fn call(&mut self, call: &Call) -> Outcome {
        let mut args = Vec::with_capacity(call.args.len());
        let mut fault = None;
        for (at, arg) in call.args.iter().enumerate() {
            match self.node(arg) {
                Ok(value) => args.push(value),
                Err(stop @ Fault::Stopped(_)) => return Err(stop),
                // Only operators look at all their sides first.
                Err(problem) if call.args.len() > 2 && at + 1 < call.args.len() => return Err(problem),
                Err(problem) => {
                    fault = fault.or(Some(problem));
                    args.push(Value::Null);
                }
            }
        }
        let result = match fault {
            Some(fault) => Err(fault),
            None => matched(call.pattern.as_ref(), &args).map_or_else(|| (call.run)(&args), Ok),
        };
        // A call that fails costs, too.
        let cost = call.charge.cost(&args, result.as_ref().unwrap_or(&Value::Null));
        self.charge(cost)?;
        result
    }

    fn list(&mut self, items: &[(Node, bool)]) -> Outcome {
        let mut values = Vec::with_capacity(items.len());
        for (item, optional) in items {
            let value = self.node(item)?;
            match value {
                value if !optional => values.push(value),
                Value::Optional(None) => {}
                Value::Optional(Some(value)) => values.push((*value).clone()),
                other => {
                    return Err(Fault::Error(format!(
                        "cannot initialize optional list element from non-optional value {other}"
                    )));
                }
            }
        }
        self.charge(charge::LIST)?;
        Ok(Value::list(values))
    }

    fn map(&mut self, entries: &[(Node, Node, bool)]) -> Outcome {
        let mut map = std::collections::BTreeMap::new();
        for (key, value, optional) in entries {
            let key = self.node(key)?;
            let value = self.node(value)?;
            let key = Key::of(&key)
                .ok_or_else(|| Fault::Error(format!("unsupported key type: {}", key.type_name())))?;
            match value {
                value if !optional => {
                    map.insert(key, value);
                }
                Value::Optional(None) => {
                    map.remove(&key);
                }
                Value::Optional(Some(value)) => {
                    map.insert(key, (*value).clone());
                }
                other => {
                    return Err(Fault::Error(format!(
                        "cannot initialize optional entry from non-optional value {other}"
                    )));
                }
            }
        }
        self.charge(charge::MAP)?;
        Ok(Value::Map(Map::new(map)))
    }

    // Attributes.

    fn conditional(&mut self, conditional: &Conditional) -> Outcome {
        let branch = match self.node(&conditional.condition)? {
            Value::Bool(true) => &conditional.yes,
            Value::Bool(false) => &conditional.no,
            _ => return Err(Fault::no_overload()),
        };
        // A branch that is an attribute becomes part of this one and costs nothing itself.
        let value = match branch {
            Node::Attribute(attribute) => self.attribute(attribute, false)?,
            other => self.node(other)?,
        };
        self.steps(value, &conditional.steps)
    }

    fn attribute(&mut self, attribute: &Attribute, costs: bool) -> Outcome {
        let head = match &attribute.head {
            Head::Local(place) => self.locals[*place].clone().and_then(|it| it.seen().cloned()),
            Head::Variable(name) => match self.activation.value(name) {
                Some(value) => value.seen().cloned(),
                None => Err(Fault::Error(format!("no such attribute(s): {name}"))),
            },
            Head::Node(node) => self.node(node),
        };
        let value = head.and_then(|head| self.steps(head, &attribute.steps));
        let test = attribute.steps.last().is_some_and(|step| step.test);
        if costs && !test && !matches!(value, Err(Fault::Stopped(_))) {
            self.charge(1)?;
        }
        value
    }

    /// Follows the steps; once one is optional, all later ones are.
    fn steps(&mut self, head: Value, steps: &[Step]) -> Outcome {
        let (mut value, mut optional) = match head {
            Value::Optional(Some(inner)) if !steps.is_empty() => ((*inner).clone(), true),
            Value::Optional(None) if !steps.is_empty() => {
                let test = steps.last().is_some_and(|step| step.test);
                return Ok(if test { Value::Bool(false) } else { Value::Optional(None) });
            }
            other => (other, false),
        };
        for step in steps {
            optional |= step.optional;
            let mut cost = 1;
            let key = match &step.key {
                StepKey::Const(key) => key.clone(),
                StepKey::Node(node) => {
                    if matches!(node, Node::Attribute(_) | Node::Conditional(_)) {
                        cost = 0;
                    }
                    self.node(node)?
                }
            };
            let found = find(&value, &key);
            if step.test {
                self.charge(cost)?;
                return found.map(|found| Value::Bool(found.is_some()));
            }
            let found = match found {
                Ok(None) if optional => return Ok(Value::Optional(None)),
                Ok(None) => Err(missing(&value, &key)),
                Ok(Some(found)) => Ok(found),
                Err(fault) => Err(fault),
            };
            self.charge(cost)?;
            value = found?;
        }
        Ok(if optional { Value::some(value) } else { value })
    }

    // Loops.

    fn fold(&mut self, fold: &Fold) -> Outcome {
        let range = self.node(&fold.range)?;
        let start = self.node(&fold.start);
        if let Err(stop @ Fault::Stopped(_)) = start {
            return Err(stop);
        }
        let base = self.locals.len();
        self.locals.push(start);
        let ended = self.rounds(fold, &range, base);
        self.locals.truncate(base + 1);
        let result = ended.and_then(|()| self.node(&fold.result));
        self.locals.truncate(base);
        result
    }

    fn rounds(&mut self, fold: &Fold, range: &Value, base: usize) -> Result<(), Fault> {
        match range {
            Value::List(list) => {
                for (at, item) in list.items().iter().enumerate() {
                    self.locals.truncate(base + 1);
                    if fold.two_variables {
                        self.locals.push(Ok(Value::Int(at as i64)));
                    }
                    self.locals.push(Ok(item.clone()));
                    if !self.round(fold, base)? {
                        break;
                    }
                }
                Ok(())
            }
            Value::Map(map) => {
                for (key, value) in map.entries.iter() {
                    self.locals.truncate(base + 1);
                    self.locals.push(Ok(key.value()));
                    if fold.two_variables {
                        self.locals.push(Ok(value.clone()));
                    }
                    if !self.round(fold, base)? {
                        break;
                    }
                }
                Ok(())
            }
            other => Err(Fault::Error(format!("got '{}', expected iterable type", other.type_name()))),
        }
    }

    /// Whether the loop goes on.
    fn round(&mut self, fold: &Fold, base: usize) -> Result<bool, Fault> {
        match self.node(&fold.condition) {
            Ok(Value::Bool(false)) => return Ok(false),
            Err(stop @ Fault::Stopped(_)) => return Err(stop),
            _ => {}
        }
        self.step(&fold.step, base)?;
        Ok(true)
    }

    /// Changes the accumulator; only what stops everything is an error here.
    fn step(&mut self, step: &FoldStep, base: usize) -> Result<(), Fault> {
        let outcome = match step {
            FoldStep::Append { item, constant } => {
                let item = self.node(item);
                let cost = 2 + if *constant { 0 } else { charge::LIST };
                self.charge(cost)?;
                let so_far = std::mem::replace(&mut self.locals[base], Ok(Value::Null));
                item.and_then(|item| append(so_far, item))
            }
            FoldStep::Insert(key, value) => {
                let key = self.node(key);
                let value = self.node(value);
                self.charge(2)?;
                let so_far = std::mem::replace(&mut self.locals[base], Ok(Value::Null));
                key.and_then(|key| value.and_then(|value| insert(so_far, &key, value)))
            }
            FoldStep::If(filter, step) => match self.node(filter) {
                Ok(Value::Bool(true)) => return self.step(step, base),
                Ok(Value::Bool(false)) => return Ok(()),
                Ok(_) => Err(Fault::no_overload()),
                Err(fault) => Err(fault),
            },
            FoldStep::Become(node) => self.node(node),
        };
        if let Err(stop @ Fault::Stopped(_)) = outcome {
            return Err(stop);
        }
        self.locals[base] = outcome;
        Ok(())
    }
}

fn append(so_far: Outcome, item: Value) -> Outcome {
    match so_far? {
        Value::List(mut list) => {
            list_fits(list.items.len() + 1)?;
            Arc::make_mut(&mut list.items).push(item);
            Ok(Value::List(list))
        }
        _ => Err(Fault::no_overload()),
    }
}

fn insert(so_far: Outcome, key: &Value, value: Value) -> Outcome {
    match so_far? {
        Value::Map(mut map) => {
            operators::insert(&mut map, key, value)?;
            Ok(Value::Map(map))
        }
        _ => Err(Fault::no_overload()),
    }
}

/// The result of a function whose pattern is known.
fn matched(pattern: Option<&Pattern>, args: &[Value]) -> Option<Value> {
    let (Pattern { regex, use_of }, Value::Text(text)) = (pattern?, args.first()?) else {
        return None;
    };
    let all = |most: usize| {
        Value::list(regex.find_iter(text).take(most).map(|found| Value::text(found.as_str())).collect())
    };
    Some(match (use_of, args.get(2)) {
        (PatternUse::Matches, _) => Value::Bool(regex.is_match(text)),
        (PatternUse::Find, _) => Value::text(regex.find(text).map_or("", |found| found.as_str())),
        (PatternUse::FindAll, Some(Value::Int(most))) => all(usize::try_from(*most).unwrap_or(usize::MAX)),
        (PatternUse::FindAll, Some(_)) => return None,
        (PatternUse::FindAll, None) => all(usize::MAX),
    })
}

/// What a value holds at a key, none if nothing.
fn find(value: &Value, key: &Value) -> Result<Option<Value>, Fault> {
    if Key::of(key).is_none_or(|key| key == Key::Null) {
        return Err(Fault::Error(format!("invalid qualifier type: {}", key.type_name())));
    }
    let found = match value {
        Value::Map(map) => map.find(key),
        Value::List(list) => {
            let at = match key {
                Value::Int(at) => Some(*at),
                Value::Uint(at) => i64::try_from(*at).ok(),
                Value::Double(at) => exact_int(*at).or_else(|| exact_uint(*at).and(None)),
                other => {
                    let message = format!("unsupported index type '{}' in list", other.type_name());
                    return Err(Fault::Error(message));
                }
            };
            let Some(at) = at else {
                return Err(Fault::Error(format!("unsupported index value {key} in list")));
            };
            usize::try_from(at).ok().and_then(|at| list.items().get(at))
        }
        _ => None,
    };
    found.map(|found| found.seen().cloned()).transpose()
}

fn missing(value: &Value, key: &Value) -> Fault {
    match value {
        Value::List(_) => Fault::Error(format!("index out of bounds: {key}")),
        _ => Fault::Error(format!("no such key: {key}")),
    }
}
