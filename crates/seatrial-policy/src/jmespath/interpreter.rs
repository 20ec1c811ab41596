//! Evaluates expressions over what is known.

use std::borrow::Cow;

use seatrial_schema::{By, Entry, Map, Value};
use smol_str::SmolStr;

use super::functions::{self, Argument};
use super::parser::Node;
use super::{Stop, parser};

/// What expressions see.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// The whole context.
    pub(crate) root: &'a Value,
    /// Paths of one step, or of two into `request`, that have no value, and why.
    pub(crate) unknown: &'a [(SmolStr, Stop)],
}

/// How much is left to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    left: u64,
}

impl Work {
    /// So many steps.
    pub(crate) fn of(left: u64) -> Self {
        Self { left }
    }

    /// How many steps were made of so many.
    pub(crate) fn spent(self, of: u64) -> u64 {
        of - self.left
    }

    /// Takes steps away.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.left = self.left.saturating_sub(steps as u64 + 1);
        if self.left == 0 {
            return Err(Stop::Unknown("it takes too many steps".to_owned()));
        }
        Ok(())
    }
}

type Answer<'a> = Result<Cow<'a, Value>, Stop>;

/// The value of an expression.
pub(super) fn evaluate(tree: &parser::Node, scope: &Scope<'_>, work: &mut Work) -> Result<Value, Stop> {
    let mut interpreter = Interpreter { scope: *scope, work };
    interpreter.run(tree, Cow::Borrowed(scope.root)).map(Cow::into_owned)
}

/// Evaluates with functions that get expressions.
pub(super) struct Interpreter<'a, 'w> {
    scope: Scope<'a>,
    pub(super) work: &'w mut Work,
}

/// A key that is not there counts as null.
fn forgiven(answer: Answer<'_>) -> Answer<'_> {
    match answer {
        Err(Stop::NotFound(_)) => Ok(Cow::Owned(Value::Null)),
        other => other,
    }
}

/// What projections make of a left side that fails.
fn nothing_on_error(answer: Answer<'_>) -> Answer<'_> {
    match answer {
        Err(Stop::Unknown(why)) => Err(Stop::Unknown(why)),
        Err(_) => Ok(Cow::Owned(Value::Null)),
        other => other,
    }
}

pub(super) fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::Str(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Int(_) | Value::Float(_) => false,
    }
}

/// The number that a value is.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// A number, whole if it is.
pub(crate) fn of_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::Int(number as i64)
    } else {
        Value::Float(number)
    }
}

/// Whether values are the same; `1` and `1.0` are.
pub(crate) fn equals(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equals(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let pairs = a.entries().iter().zip(b.entries());
            a.len() == b.len() && pairs.into_iter().all(|(a, b)| a.key == b.key && equals(&a.value, &b.value))
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.to_bits() == b.to_bits() || (a - b).abs() == 0.0,
            _ => a == b,
        },
    }
}

impl<'a> Interpreter<'a, '_> {
    /// What a part makes of a value.
    pub(super) fn run(&mut self, node: &Node, value: Cow<'a, Value>) -> Answer<'a> {
        self.work.spend(0)?;
        match node {
            Node::Current => Ok(value),
            Node::Literal(literal) => {
                self.work.spend(size(literal))?;
                Ok(Cow::Owned(literal.clone()))
            }
            Node::Field(name) => self.field(name, value),
            Node::Chain(left, right) => {
                let left = self.run(left, value)?;
                self.run(right, left)
            }
            Node::Index(at) => Ok(index(*at, value)),
            Node::Slice(parts) => slice(*parts, &value),
            Node::Or(left, right) => {
                let first = forgiven(self.run(left, value.clone()))?;
                if is_false(&first) { forgiven(self.run(right, value)) } else { Ok(first) }
            }
            Node::And(left, right) => {
                let first = forgiven(self.run(left, value.clone()))?;
                if is_false(&first) { Ok(first) } else { self.run(right, value) }
            }
            Node::Not(inner) => {
                let inner = forgiven(self.run(inner, value))?;
                Ok(Cow::Owned(Value::Bool(is_false(&inner))))
            }
            Node::Pipe(left, right) => {
                let left = forgiven(self.run(left, value))?;
                forgiven(self.run(right, left))
            }
            Node::Compare(sign, left, right) => {
                let left = forgiven(self.run(left, value.clone()))?;
                let right = forgiven(self.run(right, value))?;
                Ok(Cow::Owned(compare(sign, &left, &right)))
            }
            Node::Flatten(inner) => {
                let inner = nothing_on_error(self.run(inner, value))?;
                self.flatten(&inner)
            }
            Node::Project(left, right) => {
                let left = forgiven(self.run(left, value))?;
                self.project(left, right)
            }
            Node::Filter(left, right, condition) => {
                let left = nothing_on_error(self.run(left, value))?;
                self.filter(left, right, condition)
            }
            Node::ProjectValues(left, right) => {
                let left = nothing_on_error(self.run(left, value))?;
                self.project_values(left, right)
            }
            Node::List(items) => {
                if value.is_null() {
                    return Ok(Cow::Owned(Value::Null));
                }
                let mut item = |it| self.part(it, value.clone());
                Ok(Cow::Owned(Value::List(items.iter().map(&mut item).collect::<Result<_, _>>()?)))
            }
            Node::Hash(entries) => {
                if value.is_null() {
                    return Ok(Cow::Owned(Value::Null));
                }
                let mut entry = |(key, node): &(String, Node)| {
                    let value = self.part(node, value.clone())?;
                    Ok(Entry { key: key.into(), value, by: By::Server })
                };
                let map = entries.iter().map(&mut entry).collect::<Result<Map, Stop>>()?;
                Ok(Cow::Owned(Value::Map(map)))
            }
            Node::Call(name, arguments) => self.call(name, arguments, &value),
            Node::Reference(_) => Err(Stop::Error("an expression stands for no value here".to_owned())),
        }
    }

    /// One item of a list that is made, or one value of a map.
    fn part(&mut self, node: &Node, value: Cow<'a, Value>) -> Result<Value, Stop> {
        let found = forgiven(self.run(node, value))?;
        self.work.spend(size(&found))?;
        Ok(found.into_owned())
    }

    fn field(&mut self, name: &str, value: Cow<'a, Value>) -> Answer<'a> {
        if let Cow::Borrowed(known) = &value {
            self.is_known(name, known)?;
        }
        match value {
            Cow::Borrowed(Value::Map(map)) => match map.value(name) {
                Some(found) => Ok(Cow::Borrowed(found)),
                None => Err(Stop::NotFound(name.to_owned())),
            },
            Cow::Owned(Value::Map(mut map)) => match map.remove(name) {
                Some(found) => Ok(Cow::Owned(found)),
                None => Err(Stop::NotFound(name.to_owned())),
            },
            _ => Ok(Cow::Owned(Value::Null)),
        }
    }

    /// Stops at what is not known: `serviceAccountName`, `request.userInfo`.
    fn is_known(&self, name: &str, value: &Value) -> Result<(), Stop> {
        let root = self.scope.root;
        let is_request = std::ptr::eq(value, root.at("request"));
        if !is_request && !std::ptr::eq(value, root) {
            return Ok(());
        }
        let path = if is_request { format!("request.{name}") } else { name.to_owned() };
        match self.scope.unknown.iter().find(|(known, _)| *known == path) {
            Some((_, why)) => Err(why.clone()),
            None => Ok(()),
        }
    }

    fn flatten(&mut self, value: &Value) -> Answer<'a> {
        let Value::List(items) = value else { return Ok(Cow::Owned(Value::Null)) };
        let mut all = Vec::new();
        for item in items {
            self.work.spend(size(item))?;
            match item {
                Value::List(inner) => all.extend(inner.iter().cloned()),
                other => all.push(other.clone()),
            }
        }
        Ok(Cow::Owned(Value::List(all)))
    }

    /// The items of a list, each as borrowed as the list is.
    fn items(value: Cow<'a, Value>) -> Option<Vec<Cow<'a, Value>>> {
        match value {
            Cow::Borrowed(Value::List(items)) => Some(items.iter().map(Cow::Borrowed).collect()),
            Cow::Owned(Value::List(items)) => Some(items.into_iter().map(Cow::Owned).collect()),
            _ => None,
        }
    }

    fn collect(
        &mut self,
        items: Vec<Cow<'a, Value>>,
        mut each: impl FnMut(&mut Self, Cow<'a, Value>) -> Answer<'a>,
    ) -> Answer<'a> {
        let mut all = Vec::new();
        for item in items {
            let found = forgiven(each(self, item))?;
            if !found.is_null() {
                self.work.spend(size(&found))?;
                all.push(found.into_owned());
            }
        }
        Ok(Cow::Owned(Value::List(all)))
    }

    fn project(&mut self, left: Cow<'a, Value>, right: &Node) -> Answer<'a> {
        let Some(items) = Self::items(left) else { return Ok(Cow::Owned(Value::Null)) };
        self.collect(items, |it, item| it.run(right, item))
    }

    fn filter(&mut self, left: Cow<'a, Value>, right: &Node, condition: &Node) -> Answer<'a> {
        let Some(items) = Self::items(left) else { return Ok(Cow::Owned(Value::Null)) };
        self.collect(items, |it, item| {
            let holds = forgiven(it.run(condition, item.clone()))?;
            if is_false(&holds) { Ok(Cow::Owned(Value::Null)) } else { it.run(right, item) }
        })
    }

    fn project_values(&mut self, left: Cow<'a, Value>, right: &Node) -> Answer<'a> {
        let items = match left {
            Cow::Borrowed(Value::Map(map)) => {
                map.entries().iter().map(|it| Cow::Borrowed(&it.value)).collect()
            }
            Cow::Owned(Value::Map(map)) => {
                map.entries().iter().map(|it| Cow::Owned(it.value.clone())).collect()
            }
            _ => return Ok(Cow::Owned(Value::Null)),
        };
        self.collect(items, |it, item| it.run(right, item))
    }

    fn call(&mut self, name: &str, arguments: &[Node], value: &Cow<'a, Value>) -> Answer<'a> {
        let mut resolved = Vec::new();
        for argument in arguments {
            resolved.push(match argument {
                Node::Reference(inner) => Argument::Expression(inner),
                other => {
                    let found = forgiven(self.run(other, value.clone()))?;
                    self.work.spend(size(&found))?;
                    Argument::Value(found.into_owned())
                }
            });
        }
        functions::call(name, resolved, self).map(Cow::Owned)
    }

    /// What an expression that a function got makes of an item.
    pub(super) fn apply(&mut self, node: &Node, item: &Value) -> Result<Value, Stop> {
        self.work.spend(size(item))?;
        forgiven(self.run(node, Cow::Owned(item.clone()))).map(Cow::into_owned)
    }
}

/// How many values and bytes a value has, roughly.
pub(super) fn size(value: &Value) -> usize {
    let (mut total, mut open) = (0, vec![value]);
    while let Some(value) = open.pop() {
        total += 1;
        match value {
            Value::Str(text) => total += text.len() / 16,
            Value::List(items) => open.extend(items),
            Value::Map(map) => open.extend(map.entries().iter().map(|it| &it.value)),
            _ => {}
        }
    }
    total
}

fn compare(sign: &str, left: &Value, right: &Value) -> Value {
    match sign {
        "==" => return Value::Bool(equals(left, right)),
        "!=" => return Value::Bool(!equals(left, right)),
        _ => {}
    }
    let (Some(left), Some(right)) = (number(left), number(right)) else { return Value::Null };
    Value::Bool(match sign {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    })
}

/// A length as what can be below nothing.
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn index(at: i64, value: Cow<'_, Value>) -> Cow<'_, Value> {
    let place = |length: usize| {
        let at = if at < 0 { at + signed(length) } else { at };
        usize::try_from(at).ok().filter(|it| *it < length)
    };
    let found = match value {
        Cow::Borrowed(Value::List(items)) => place(items.len()).map(|at| Cow::Borrowed(&items[at])),
        Cow::Owned(Value::List(mut items)) => place(items.len()).map(|at| Cow::Owned(items.swap_remove(at))),
        _ => None,
    };
    found.unwrap_or(Cow::Owned(Value::Null))
}

fn slice<'a>([start, stop, step]: [Option<i64>; 3], value: &Value) -> Answer<'a> {
    let Value::List(items) = value else { return Ok(Cow::Owned(Value::Null)) };
    let length = signed(items.len());
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Stop::Error("a slice has no steps of 0".to_owned()));
    }
    let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let bound = |at: i64| (if at < 0 { at.saturating_add(length) } else { at }).clamp(low, high);
    let (first, end) = if step < 0 { (length - 1, -1) } else { (0, length) };
    let (start, stop) = (start.map_or(first, bound), stop.map_or(end, bound));
    let mut found = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        found.extend(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned());
        at = at.saturating_add(step);
    }
    Ok(Cow::Owned(Value::List(found)))
}
