//! A checked tree to what is evaluated: names become places, constants values,
//! chains of selections attributes. Follows cel-go's `interpreter/planner.go`
//! and the optimizations of `interpreter/decorators.go` (v0.26.0), as far as
//! they change what an expression costs or whether it is refused.

use std::collections::BTreeMap;

use regex::Regex;
use smol_str::SmolStr;

use super::ast::{self, Expr, Id, Kind, Literal};
use super::charge::{Charge, charge};
use super::checker::Checked;
use super::issue::Issue;
use super::library::{self, Run};
use super::types::Type;
use super::value::{Fault, Key, Library, List, Map, Value};
use super::{formats, re2};

/// What is evaluated.
#[derive(Debug)]
pub(super) enum Node {
    Const(Value),
    /// A constant that costs something.
    Charged(Value),
    Attribute(Box<Attribute>),
    Conditional(Box<Conditional>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Call(Box<Call>),
    /// Whether a value is in a list of constants.
    InList(Box<Node>, List),
    /// Not false; errors are not.
    NotFalse(Box<Node>),
    /// `left.or(right)`
    OptionalOr(Box<[Node; 2]>),
    /// `left.orValue(right)`
    OptionalOrValue(Box<[Node; 2]>),
    List(Vec<(Node, bool)>),
    Map(Vec<(Node, Node, bool)>),
    Fold(Box<Fold>),
}

/// A value and the way into it.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) head: Head,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Head {
    /// A variable of a macro, by its place from the outermost.
    Local(usize),
    Variable(SmolStr),
    Node(Node),
}

/// One step into a value.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) key: StepKey,
    /// `.?` and `[?]`
    pub(super) optional: bool,
    /// `has()`: whether it is there.
    pub(super) test: bool,
}

#[derive(Debug)]
pub(super) enum StepKey {
    Const(Value),
    Node(Node),
}

#[derive(Debug)]
pub(super) struct Conditional {
    pub(super) condition: Node,
    pub(super) yes: Node,
    pub(super) no: Node,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) run: Run,
    pub(super) charge: Charge,
    pub(super) args: Vec<Node>,
    /// The pattern, where it is constant.
    pub(super) pattern: Option<Pattern>,
}

/// A function whose second argument is a constant pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    pub(super) use_of: PatternUse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatternUse {
    Matches,
    Find,
    FindAll,
}

#[derive(Debug)]
pub(super) struct Fold {
    pub(super) range: Node,
    pub(super) two_variables: bool,
    pub(super) start: Node,
    pub(super) condition: Node,
    pub(super) step: FoldStep,
    pub(super) result: Node,
}

/// What a round of a loop does to the accumulator.
#[derive(Debug)]
pub(super) enum FoldStep {
    /// An item is appended; `constant` if that costs no making of a list.
    Append { item: Node, constant: bool },
    /// An entry is put in.
    Insert(Node, Node),
    /// Only where that is true.
    If(Node, Box<FoldStep>),
    /// The accumulator becomes that.
    Become(Node),
}

/// Plans the tree; the issue says which constant cannot be.
pub(super) fn plan(checked: &Checked) -> Result<Node, Issue> {
    Planner { checked, locals: Vec::new() }.node(&checked.root)
}

struct Planner<'c> {
    checked: &'c Checked,
    locals: Vec<SmolStr>,
}

type Planned<T> = Result<T, Issue>;

impl Planner<'_> {
    fn issue(&self, id: Id, message: String) -> Issue {
        Issue { range: self.checked.places.range(id), message }
    }

    fn node(&mut self, expr: &Expr) -> Planned<Node> {
        match &expr.kind {
            Kind::Literal(literal) => Ok(Node::Const(constant(literal))),
            Kind::Ident(name) => Ok(self.ident(expr.id, name)),
            Kind::Select { operand, field, test } => {
                let key = StepKey::Const(Value::Text(field.clone()));
                let operand = self.node(operand)?;
                Ok(into(operand, Step { key, optional: false, test: *test }))
            }
            Kind::Call(call) => self.call(expr.id, call),
            Kind::List(items) => self.list(items),
            Kind::Map(entries) => self.map(expr.id, entries),
            Kind::Struct(name, _) => Err(self.issue(expr.id, format!("unknown type: {name}"))),
            Kind::Fold(fold) => self.fold(fold),
        }
    }

    fn ident(&self, id: Id, name: &SmolStr) -> Node {
        if let Some(place) = self.locals.iter().rposition(|local| local == name) {
            return attribute(Head::Local(place));
        }
        if let Type::Kind(Some(of)) = self.checked.type_of(id)
            && let Some(name) = of.runtime_name().filter(|_| library::type_named(name).is_some())
        {
            return Node::Const(Value::Type(name));
        }
        attribute(Head::Variable(name.clone()))
    }

    fn call(&mut self, id: Id, call: &ast::Call) -> Planned<Node> {
        let mut args = Vec::new();
        for arg in call.target.iter().chain(&call.args) {
            args.push(self.node(arg)?);
        }
        let name = call.function.as_str();
        let mut take = |at: usize| std::mem::replace(&mut args[at], Node::Const(Value::Null));
        Ok(match name {
            "_&&_" => Node::And(args),
            "_||_" => Node::Or(args),
            "_?_:_" => {
                let conditional =
                    Conditional { condition: take(0), yes: take(1), no: take(2), steps: Vec::new() };
                Node::Conditional(Box::new(conditional))
            }
            "_[_]" | "_[?_]" | "_?._" => {
                let key = match take(1) {
                    Node::Const(value) => StepKey::Const(value),
                    node => StepKey::Node(node),
                };
                into(take(0), Step { key, optional: name != "_[_]", test: false })
            }
            "@not_strictly_false" => Node::NotFalse(Box::new(take(0))),
            "or" => Node::OptionalOr(Box::new([take(0), take(1)])),
            "orValue" => Node::OptionalOrValue(Box::new([take(0), take(1)])),
            _ => self.function(id, name, args)?,
        })
    }

    fn function(&self, id: Id, name: &str, mut args: Vec<Node>) -> Planned<Node> {
        if let Some(format) = name.strip_prefix("format.").and_then(formats::named) {
            return Ok(Node::Charged(Value::Library(Library::Format(format))));
        }
        let overloads = self.checked.overloads_of(id);
        let overload = if overloads.len() == 1 { Some(overloads[0].as_str()) } else { None };
        let Some(function) = library::function(name, u32::MAX) else {
            return Err(self.issue(id, format!("no such overload: {name}")));
        };
        if let ("@in", Some("in_list"), [_, Node::Const(Value::List(list))]) =
            (name, overload, args.as_slice())
            && list.items().iter().all(is_primitive)
        {
            let list = list.clone();
            if list.items().is_empty() {
                return Ok(Node::Const(Value::Bool(false)));
            }
            return Ok(Node::InList(Box::new(args.swap_remove(0)), list));
        }
        if let (true, [Node::Const(value)]) = (is_conversion(name), args.as_slice()) {
            return match (function.run)(std::slice::from_ref(value)) {
                Ok(value) => Ok(Node::Const(value)),
                Err(Fault::Error(why)) => Err(self.issue(id, why)),
                Err(_) => Err(self.issue(id, "no constant".to_owned())),
            };
        }
        let pattern = self.pattern(id, name, &args)?;
        let charge = charge(name, overload);
        Ok(Node::Call(Box::new(Call { run: function.run, charge, args, pattern })))
    }

    fn pattern(&self, id: Id, name: &str, args: &[Node]) -> Planned<Option<Pattern>> {
        let use_of = match name {
            "matches" => PatternUse::Matches,
            "find" => PatternUse::Find,
            "findAll" => PatternUse::FindAll,
            _ => return Ok(None),
        };
        let Some(Node::Const(Value::Text(pattern))) = args.get(1) else {
            return Ok(None);
        };
        let regex = re2::compile(pattern).map_err(|why| self.issue(id, why))?;
        Ok(Some(Pattern { regex, use_of }))
    }

    fn list(&mut self, items: &[ast::Element]) -> Planned<Node> {
        let mut nodes = Vec::new();
        for item in items {
            nodes.push((self.node(&item.value)?, item.optional));
        }
        let constants: Option<Vec<Value>> = nodes
            .iter()
            .map(|(node, optional)| match node {
                Node::Const(value) if !optional => Some(value.clone()),
                _ => None,
            })
            .collect();
        Ok(constants.map_or(Node::List(nodes), |items| Node::Const(Value::list(items))))
    }

    fn map(&mut self, id: Id, entries: &[ast::MapEntry]) -> Planned<Node> {
        let mut nodes = Vec::new();
        for entry in entries {
            nodes.push((self.node(&entry.key)?, self.node(&entry.value)?, entry.optional));
        }
        let all_constant = nodes.iter().all(|it| matches!(it, (Node::Const(_), Node::Const(_), false)));
        if !all_constant {
            return Ok(Node::Map(nodes));
        }
        let mut map = BTreeMap::new();
        for node in nodes {
            let (Node::Const(key), Node::Const(value), _) = node else {
                continue;
            };
            let key = Key::of(&key)
                .ok_or_else(|| self.issue(id, format!("unsupported key type: {}", key.type_name())))?;
            map.insert(key, value);
        }
        Ok(Node::Const(Value::Map(Map::new(map))))
    }

    fn fold(&mut self, fold: &ast::Fold) -> Planned<Node> {
        let range = self.node(&fold.range)?;
        let start = self.node(&fold.start)?;
        self.locals.push(fold.accumulator.clone());
        let outer = self.locals.len();
        if fold.is_binding() {
            let result = self.node(&fold.result)?;
            self.locals.truncate(outer - 1);
            let condition = Node::Const(Value::Bool(false));
            let step = FoldStep::Become(Node::Const(Value::Null));
            let fold = Fold { range, two_variables: false, start, condition, step, result };
            return Ok(Node::Fold(Box::new(fold)));
        }
        self.locals.push(fold.variable.clone());
        self.locals.extend(fold.second.clone());
        let condition = self.node(&fold.condition)?;
        let step = self.step(&fold.step, &fold.accumulator)?;
        self.locals.truncate(outer);
        let result = self.node(&fold.result)?;
        self.locals.truncate(outer - 1);
        let two_variables = fold.second.is_some();
        Ok(Node::Fold(Box::new(Fold { range, two_variables, start, condition, step, result })))
    }

    /// Steps that only add something do so in place.
    fn step(&mut self, expr: &Expr, accumulator: &str) -> Planned<FoldStep> {
        let is_accumulator = |expr: &Expr| matches!(&expr.kind, Kind::Ident(name) if name == accumulator);
        if let Kind::Call(call) = &expr.kind {
            match (call.function.as_str(), call.args.as_slice()) {
                ("_+_", [so_far, Expr { kind: Kind::List(items), .. }])
                    if is_accumulator(so_far) && items.len() == 1 && !items[0].optional =>
                {
                    let item = self.node(&items[0].value)?;
                    let constant = matches!(item, Node::Const(_));
                    return Ok(FoldStep::Append { item, constant });
                }
                ("cel.@mapInsert", [so_far, key, value]) if is_accumulator(so_far) => {
                    return Ok(FoldStep::Insert(self.node(key)?, self.node(value)?));
                }
                ("_?_:_", [filter, step, so_far]) if is_accumulator(so_far) => {
                    let filter = self.node(filter)?;
                    return Ok(FoldStep::If(filter, Box::new(self.step(step, accumulator)?)));
                }
                _ => {}
            }
        }
        Ok(FoldStep::Become(self.node(expr)?))
    }
}

fn attribute(head: Head) -> Node {
    Node::Attribute(Box::new(Attribute { head, steps: Vec::new() }))
}

/// One more step into what the node is.
fn into(node: Node, step: Step) -> Node {
    match node {
        Node::Attribute(mut attribute) if !ends_with_test(&attribute.steps) => {
            attribute.steps.push(step);
            Node::Attribute(attribute)
        }
        Node::Conditional(mut conditional) if !ends_with_test(&conditional.steps) => {
            conditional.steps.push(step);
            Node::Conditional(conditional)
        }
        other => Node::Attribute(Box::new(Attribute { head: Head::Node(other), steps: vec![step] })),
    }
}

fn ends_with_test(steps: &[Step]) -> bool {
    steps.last().is_some_and(|step| step.test)
}

fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(it) => Value::Bool(*it),
        Literal::Int(it) => Value::Int(*it),
        Literal::Uint(it) => Value::Uint(*it),
        Literal::Double(it) => Value::Double(*it),
        Literal::Text(it) => Value::Text(it.clone()),
        Literal::Bytes(it) => Value::Bytes(it.as_slice().into()),
    }
}

fn is_primitive(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Text(_))
}

fn is_conversion(name: &str) -> bool {
    matches!(
        name,
        "bool" | "bytes" | "double" | "duration" | "dyn" | "int" | "string" | "timestamp" | "type" | "uint"
    )
}
