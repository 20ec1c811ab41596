//! Walks a parsed template as Go's `text/template` does: in its order, with its
//! types and its words for what goes wrong.

use std::rc::Rc;
use std::sync::Arc;

use super::ast::{
    Branch, Callee, Command, Invocation, List as Nodes, Literal, Node, Number, Operand, OperandKind, Pipe,
    Source, Template, push_fields,
};
use super::engine::Engine;
use super::error::{ExecError, Place};
use super::function::{Call, Fault, Function, Type};
use super::print;
use super::quote::quote;
use super::set::{Home, Set};
use super::trace::{Frame, FrameId, FrameKind, OriginId, Piece};
use super::value::{Data, Element, IntKind, List, Map, Value};

/// A `reflect.Value`: Go tells a nil inside an interface, as a map's entry is,
/// from no value at all, and names the type `interface {}` for the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Reflect {
    pub(super) value: Value,
    /// Whether it stands in an `interface {}`.
    is_boxed: bool,
}

impl Reflect {
    /// Whether it is no value at all.
    fn is_invalid(&self) -> bool {
        self.value.is_nil() && !self.is_boxed
    }

    fn type_name(&self) -> &str {
        if self.is_boxed { "interface {}" } else { self.value.type_name() }
    }

    fn unboxed(self) -> Self {
        Self { is_boxed: false, ..self }
    }
}

impl From<Value> for Reflect {
    fn from(value: Value) -> Self {
        Self { value, is_boxed: false }
    }
}

/// The node that errors name: the last one that evaluation came to.
#[derive(Clone, Copy)]
enum At<'t> {
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Operand(&'t Operand),
    Invocation(&'t Invocation),
}

impl At<'_> {
    /// The place Go names, and the bytes in the text.
    fn range(self) -> (u32, u32, u32) {
        match self {
            Self::Node(Node::Text { start, end, .. }) => (*start, *start, *end),
            Self::Node(Node::Action(pipe)) | Self::Pipe(pipe) => (pipe.at, pipe.at, pipe.end),
            Self::Node(Node::If(branch) | Node::With(branch) | Node::Range(branch)) => {
                (branch.pipe.at, branch.pipe.at, branch.pipe.end)
            }
            Self::Node(Node::Template(it)) => (it.at, it.at, it.end),
            Self::Node(Node::Break | Node::Continue) => (0, 0, 0),
            Self::Command(command) => (command.at, command.at, command.end),
            Self::Operand(operand) => (operand.at, operand.start, operand.end),
            Self::Invocation(it) => (it.at, it.at, it.end),
        }
    }

    fn print(self, source: &Source) -> String {
        let mut out = String::new();
        match self {
            Self::Node(node) => node.print(source, &mut out),
            Self::Pipe(pipe) => pipe.print(source, &mut out),
            Self::Command(command) => command.print(source, &mut out),
            Self::Operand(operand) => operand.print(source, &mut out),
            Self::Invocation(it) => it.print(source, &mut out),
        }
        out
    }
}

/// Where evaluation goes on after a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

pub(super) type Exec<T> = Result<T, Box<ExecError>>;

/// One invocation of one template.
pub(super) struct State<'e, 't> {
    engine: &'e mut Engine,
    set: &'t Arc<Set>,
    template: &'t Template,
    home: Home,
    at: Option<At<'t>>,
    /// Where this invocation's variables begin.
    base: usize,
    frame: FrameId,
}

/// Executes a template; its text lands at the end of the engine's.
pub(super) fn execute(
    engine: &mut Engine,
    set: &Arc<Set>,
    template: &Template,
    home: Home,
    frame: FrameId,
    context: Value,
) -> Exec<()> {
    let base = engine.variables.len();
    let depth = engine.depth;
    let dot = Reflect::from(context);
    engine.variables.push((0, dot.clone()));
    let mut state = State { engine, set, template, home, at: None, base, frame };
    let walked = state.list(&dot, &template.root);
    engine.variables.truncate(base);
    engine.depth = depth;
    walked.map(|_| ())
}

impl<'t> State<'_, 't> {
    fn list(&mut self, dot: &Reflect, list: &'t Nodes) -> Exec<Flow> {
        self.deeper()?;
        for node in &list.nodes {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                self.engine.depth -= 1;
                return Ok(flow);
            }
        }
        self.engine.depth -= 1;
        Ok(Flow::Next)
    }

    fn deeper(&mut self) -> Exec<()> {
        self.engine.depth += 1;
        if self.engine.depth > self.engine.options.limits.depth {
            return Err(self.bound("templates are nested too deep"));
        }
        Ok(())
    }

    fn node(&mut self, dot: &Reflect, node: &'t Node) -> Exec<Flow> {
        self.step(1)?;
        self.at = Some(At::Node(node));
        match node {
            Node::Text { start, end, literal } => {
                let origin = self.literal_origin(*literal, *start, *end);
                let text = &self.template.source.text.as_bytes()[*start as usize..*end as usize];
                self.write(text, origin)?;
            }
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.declared.is_empty() {
                    self.at = Some(At::Node(node));
                    self.print(&value.value)?;
                }
            }
            Node::If(branch) => return self.if_or_with(dot, branch, FrameKind::If),
            Node::With(branch) => return self.if_or_with(dot, branch, FrameKind::With),
            Node::Range(branch) => self.range(dot, branch)?,
            Node::Template(invocation) => self.invoke(dot, invocation)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn if_or_with(&mut self, dot: &Reflect, branch: &'t Branch, kind: FrameKind) -> Exec<Flow> {
        let mark = self.engine.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let frame = self.frame;
        self.open(kind, branch, value.value.origin);
        let flow = match (&branch.other, value.value.is_true()) {
            (_, true) if kind == FrameKind::With => self.list(&value, &branch.list)?,
            (_, true) => self.list(dot, &branch.list)?,
            (Some(other), false) => self.list(dot, other)?,
            (None, false) => Flow::Next,
        };
        self.frame = frame;
        self.engine.variables.truncate(mark);
        Ok(flow)
    }

    /// Opens the frame of a branch.
    fn open(&mut self, kind: FrameKind, branch: &Branch, input: OriginId) {
        if self.engine.trace.is_on() {
            let action = self.place_origin(branch.pipe.at, branch.pipe.end);
            self.frame = self.engine.trace.frame(Frame { parent: self.frame, kind, action, input });
        }
    }

    fn range(&mut self, dot: &Reflect, branch: &'t Branch) -> Exec<()> {
        let mark = self.engine.variables.len();
        let over = self.pipeline(dot, &branch.pipe)?.value;
        let body = self.engine.variables.len();
        let frame = self.frame;
        self.open(FrameKind::Range, branch, over.origin);
        let has_run = self.iterate(branch, body, &over)?;
        if let (false, Some(other)) = (has_run, &branch.other) {
            // Go leaves a loop on `break` here too: of this one, not of an outer.
            self.list(dot, other)?;
        }
        self.frame = frame;
        self.engine.variables.truncate(mark);
        Ok(())
    }

    /// Runs the body for each item; whether there was any.
    fn iterate(&mut self, branch: &'t Branch, body: usize, over: &Value) -> Exec<bool> {
        match &over.data {
            Data::Int(count, kind) => {
                if branch.pipe.declared.len() > 1 {
                    let count = print::show_lossy(over);
                    return Err(
                        self.fail(format!("can't use {count} to iterate over more than one variable"))
                    );
                }
                let count = if kind.is_unsigned() { *count as u64 } else { (*count).max(0) as u64 };
                for number in 0..count {
                    let item = Value::new(Data::Int(number as i64, *kind)).with_origin(over.origin);
                    if !self.iteration(branch, body, Value::NIL, item.into())? {
                        break;
                    }
                }
                Ok(count > 0)
            }
            Data::List(list) => {
                let is_boxed = list.element == Element::Any;
                self.items(branch, body, list.items.iter().cloned(), is_boxed)?;
                Ok(!list.items.is_empty())
            }
            Data::Bytes(bytes) => {
                let items = bytes.iter().map(|it| Value::new(Data::Int((*it).into(), IntKind::Uint8)));
                self.items(branch, body, items, false)?;
                Ok(!bytes.is_empty())
            }
            Data::Map(map) => {
                let is_boxed = map.element == Element::Any;
                let entries: Vec<_> = map.entries().iter().map(|it| (it.0.clone(), it.1.clone())).collect();
                self.entries(branch, body, &entries, is_boxed)?;
                Ok(!entries.is_empty())
            }
            Data::Nil => Ok(false),
            Data::Object(object) => {
                if let Some(entries) = object.entries() {
                    self.entries(branch, body, &entries, false)?;
                    return Ok(!entries.is_empty());
                }
                if let Some(items) = object.items() {
                    let has_items = !items.is_empty();
                    self.items(branch, body, items.into_iter(), false)?;
                    return Ok(has_items);
                }
                Err(self.cannot_iterate(over))
            }
            _ => Err(self.cannot_iterate(over)),
        }
    }

    fn cannot_iterate(&mut self, over: &Value) -> Box<ExecError> {
        self.fail(format!("range can't iterate over {}", print::show_lossy(over)))
    }

    fn items(
        &mut self,
        branch: &'t Branch,
        body: usize,
        items: impl Iterator<Item = Value>,
        is_boxed: bool,
    ) -> Exec<()> {
        for (index, value) in items.enumerate() {
            self.engine.reads.mark(value.origin);
            if !self.iteration(branch, body, Value::int(index as i64), Reflect { value, is_boxed })? {
                break;
            }
        }
        Ok(())
    }

    fn entries(
        &mut self,
        branch: &'t Branch,
        body: usize,
        entries: &[(Rc<str>, Value)],
        is_boxed: bool,
    ) -> Exec<()> {
        for (key, value) in entries {
            self.engine.reads.mark(value.origin);
            let key = Value::new(Data::Str(Rc::clone(key))).with_origin(value.origin);
            let value = Reflect { value: value.clone(), is_boxed };
            if !self.iteration(branch, body, key, value)? {
                break;
            }
        }
        Ok(())
    }

    /// One turn of a loop; whether there may be another.
    fn iteration(&mut self, branch: &'t Branch, body: usize, index: Value, item: Reflect) -> Exec<bool> {
        self.step(1)?;
        match branch.pipe.declared.as_slice() {
            [] => {}
            [only] => self.set_range_variable(branch, only.variable, body - 1, item.clone())?,
            [first, second, ..] => {
                self.set_range_variable(branch, first.variable, body - 2, index.into())?;
                self.set_range_variable(branch, second.variable, body - 1, item.clone())?;
            }
        }
        let flow = self.list(&item, &branch.list)?;
        self.engine.variables.truncate(body);
        Ok(flow != Flow::Break)
    }

    fn set_range_variable(
        &mut self,
        branch: &'t Branch,
        variable: u32,
        slot: usize,
        value: Reflect,
    ) -> Exec<()> {
        if branch.pipe.is_assign {
            return self.assign(branch, variable, value);
        }
        self.engine.variables[slot].1 = value;
        Ok(())
    }

    fn assign(&mut self, branch: &'t Branch, variable: u32, value: Reflect) -> Exec<()> {
        match self.variable(variable) {
            Some(slot) => {
                self.engine.variables[slot].1 = value;
                Ok(())
            }
            None => {
                let declared = branch.pipe.declared.iter().find(|it| it.variable == variable);
                let name = declared.map(|it| &*it.name).unwrap_or_default();
                Err(self.fail(format!("undefined variable: {name}")))
            }
        }
    }

    fn invoke(&mut self, dot: &Reflect, invocation: &'t Invocation) -> Exec<()> {
        let Some(entry) = self.set.find(&invocation.name) else {
            let name = quote(invocation.name.as_bytes());
            return Err(self.fail(format!("template {name} not defined")));
        };
        let context = match &invocation.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?.value,
            None => Value::NIL,
        };
        self.deeper()?;
        let frame = self.frame_at(FrameKind::Template, At::Invocation(invocation), context.origin);
        execute(self.engine, self.set, &entry.template, entry.home, frame, context)?;
        self.engine.depth -= 1;
        Ok(())
    }

    fn frame_at(&mut self, kind: FrameKind, at: At<'t>, input: OriginId) -> FrameId {
        if !self.engine.trace.is_on() {
            return FrameId::ROOT;
        }
        let (_, start, end) = at.range();
        let action = self.place_origin(start, end);
        self.engine.trace.frame(Frame { parent: self.frame, kind, action, input })
    }

    fn pipeline(&mut self, dot: &Reflect, pipe: &'t Pipe) -> Exec<Reflect> {
        self.at = Some(At::Pipe(pipe));
        let mut last = None;
        for command in &pipe.commands {
            last = Some(self.command(dot, command, last)?.unboxed());
        }
        let value = last.unwrap_or_default();
        for declared in &pipe.declared {
            if !pipe.is_assign {
                self.engine.variables.push((declared.variable, value.clone()));
                continue;
            }
            match self.variable(declared.variable) {
                Some(slot) => self.engine.variables[slot].1 = value.clone(),
                None => return Err(self.fail(format!("undefined variable: {}", declared.name))),
            }
        }
        Ok(value)
    }

    /// The slot of the variable of this name that was declared last.
    fn variable(&self, variable: u32) -> Option<usize> {
        let variables = &self.engine.variables[self.base..];
        variables.iter().rposition(|it| it.0 == variable).map(|it| self.base + it)
    }

    fn command(&mut self, dot: &Reflect, command: &'t Command, last: Option<Reflect>) -> Exec<Reflect> {
        self.step(1)?;
        let first = &command.args[0];
        let rest = &command.args[1..];
        match &first.kind {
            OperandKind::Field(names) => self.fields(dot, first, dot, names, rest, last),
            OperandKind::Chain(node, names) => self.chain(dot, first, node, names, rest, last),
            OperandKind::Function(callee) => {
                self.at = Some(At::Operand(first));
                self.function(dot, *callee, At::Command(command), rest, last)
            }
            OperandKind::Pipe(pipe) => {
                self.not_a_function(first, rest, last.is_some())?;
                self.nested(dot, pipe)
            }
            OperandKind::Variable(variable, _, names) => {
                self.variable_fields(dot, first, *variable, names, rest, last)
            }
            _ => {
                self.at = Some(At::Operand(first));
                self.not_a_function(first, rest, last.is_some())?;
                match &first.kind {
                    OperandKind::Dot => Ok(dot.clone()),
                    OperandKind::Nil => Err(self.fail("nil is not a command".into())),
                    _ => self.constant(first),
                }
            }
        }
    }

    fn nested(&mut self, dot: &Reflect, pipe: &'t Pipe) -> Exec<Reflect> {
        self.deeper()?;
        let value = self.pipeline(dot, pipe)?;
        self.engine.depth -= 1;
        Ok(value)
    }

    fn not_a_function(&mut self, first: &'t Operand, rest: &[Operand], has_last: bool) -> Exec<()> {
        if rest.is_empty() && !has_last {
            return Ok(());
        }
        let text = At::Operand(first).print(&self.template.source);
        Err(self.fail(format!("can't give argument to non-function {text}")))
    }

    /// A constant where no type is asked for.
    fn constant(&mut self, operand: &'t Operand) -> Exec<Reflect> {
        let value = match &operand.kind {
            OperandKind::Bool(value) => Value::from(*value),
            OperandKind::Number(number) => {
                self.at = Some(At::Operand(operand));
                self.ideal(number)?
            }
            OperandKind::String(literal, text) => return Ok(self.string(operand, *literal, text).into()),
            _ => Value::NIL,
        };
        let origin = self.place_origin(operand.start, operand.end);
        Ok(value.with_origin(origin).into())
    }

    fn ideal(&mut self, number: &Number) -> Exec<Value> {
        match (number.int, number.float) {
            (_, Some(float)) if number.looks_like_float() => Ok(Value::from(float)),
            (Some(int), _) => Ok(Value::int(int)),
            _ => Err(self.fail(format!("{} overflows int", number.text))),
        }
    }

    fn string(&mut self, operand: &Operand, literal: Literal, text: &[u8]) -> Value {
        let origin = self.literal_origin(literal, operand.start + 1, operand.end - 1);
        let slot = self.engine.literal(literal);
        let value = slot.value.get_or_insert_with(|| Value::bytes_as_str(text.to_vec())).clone();
        value.with_origin(origin)
    }

    fn chain(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        node: &'t Operand,
        names: &'t [Box<str>],
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        if let OperandKind::Nil = node.kind {
            let text = At::Operand(operand).print(&self.template.source);
            return Err(self.fail(format!("indirection through explicit nil in {text}")));
        }
        let receiver = self.operand(dot, node)?;
        self.walk_fields(dot, operand, receiver, names, args, last)
    }

    fn variable_fields(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        variable: u32,
        names: &'t [Box<str>],
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        let Some(slot) = self.variable(variable) else {
            let OperandKind::Variable(_, name, _) = &operand.kind else { return Ok(Reflect::default()) };
            return Err(self.fail(format!("undefined variable: {name}")));
        };
        let value = self.engine.variables[slot].1.clone();
        if names.is_empty() {
            self.not_a_function(operand, args, last.is_some())?;
            return Ok(value);
        }
        self.walk_fields(dot, operand, value, names, args, last)
    }

    fn fields(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        receiver: &Reflect,
        names: &'t [Box<str>],
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        self.walk_fields(dot, operand, receiver.clone(), names, args, last)
    }

    /// `.X.Y.Z`; the last may be a method with arguments.
    fn walk_fields(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        mut receiver: Reflect,
        names: &'t [Box<str>],
        args: &'t [Operand],
        mut last: Option<Reflect>,
    ) -> Exec<Reflect> {
        let count = names.len();
        for index in 0..count {
            let is_last = index + 1 == count;
            let args = if is_last { args } else { &[] };
            let last = if is_last { last.take() } else { None };
            receiver = self.field(dot, operand, index, receiver, args, last)?;
            self.engine.reads.mark(receiver.value.origin);
        }
        Ok(receiver)
    }

    fn field(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        index: usize,
        receiver: Reflect,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        let name = &*names(operand)[index];
        if receiver.is_invalid() {
            if self.engine.options.is_strict {
                let key = quote(name.as_bytes());
                return Err(self.fail_nil(operand, index, format!("nil data; no entry for key {key}")));
            }
            return Ok(Reflect::default());
        }
        let has_args = !args.is_empty() || last.is_some();
        match &receiver.value.data {
            Data::Map(map) => {
                if has_args {
                    return Err(self.fail(format!("{name} is not a method but has arguments")));
                }
                match map.get(name) {
                    Some(value) => Ok(Reflect { value, is_boxed: map.element == Element::Any }),
                    None if self.engine.options.is_strict => {
                        let key = quote(name.as_bytes());
                        Err(self.fail_nil(operand, index + 1, format!("map has no entry for key {key}")))
                    }
                    None => Ok(Reflect { value: map.element.zero(), is_boxed: map.element == Element::Any }),
                }
            }
            Data::Object(object) => {
                let object = Rc::clone(object);
                let mut values = Vec::new();
                for arg in args {
                    values.push(self.argument(dot, Type::Reflect, arg)?);
                }
                values.extend(last.map(|it| it.value));
                if let Some(called) = object.call(self, name, &values) {
                    self.at = Some(At::Operand(operand));
                    return match called {
                        Ok(value) => Ok(self.called(value, &values)),
                        Err(fault) => Err(self.method_fault(name, fault)),
                    };
                }
                match object.field(name) {
                    Some(_) if has_args => {
                        Err(self.fail(format!("{name} has arguments but cannot be invoked as function")))
                    }
                    Some(value) => {
                        let is_boxed = value.is_nil();
                        Ok(Reflect { value, is_boxed })
                    }
                    None => Err(self.cannot_evaluate(name, &receiver)),
                }
            }
            Data::Nil => {
                let reason = format!("nil pointer evaluating {}.{name}", receiver.type_name());
                Err(self.fail_nil(operand, index, reason))
            }
            _ => Err(self.cannot_evaluate(name, &receiver)),
        }
    }

    fn cannot_evaluate(&mut self, name: &str, receiver: &Reflect) -> Box<ExecError> {
        self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }

    fn function(
        &mut self,
        dot: &Reflect,
        callee: Callee,
        at: At<'t>,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        let function = callee.function();
        self.check_count(function, args.len(), last.is_some())?;
        match callee {
            Callee::And(_) => return self.short_circuit(dot, args, last, false),
            Callee::Or(_) => return self.short_circuit(dot, args, last, true),
            Callee::Len(_) => return self.length(dot, at, args, last),
            Callee::Call(_) | Callee::Plain(_) => {}
        }
        let mut values = self.engine.arguments.pop().unwrap_or_default();
        for (index, arg) in args.iter().enumerate() {
            values.push(self.argument(dot, parameter(function, index), arg)?);
        }
        if let Some(last) = last {
            let parameter = parameter(function, args.len());
            values.push(self.validate(last, parameter)?.value);
        }
        let result = if let Callee::Call(_) = callee {
            Err(self.call_fault(args, &values))
        } else {
            (function.body)(self, &values)
        };
        let result = match result {
            Ok(value) => Ok(self.called(value, &values)),
            Err(fault) => {
                self.at = Some(at);
                Err(self.fault(function.name, fault))
            }
        };
        values.clear();
        self.engine.arguments.push(values);
        result
    }

    /// What a function gave, with an origin, marked as read.
    fn called(&mut self, mut value: Value, args: &[Value]) -> Reflect {
        if value.origin.is_none() {
            if self.engine.trace.is_on() {
                value.origin = self.engine.trace.derived(args.iter().map(|it| it.origin));
            }
        } else {
            self.engine.reads.mark(value.origin);
        }
        let is_boxed = value.is_nil();
        Reflect { value, is_boxed }
    }

    fn check_count(&mut self, function: &Function, given: usize, has_last: bool) -> Exec<()> {
        let name = function.name;
        let count = given + usize::from(has_last);
        let wanted = function.parameters.len();
        if function.is_variadic {
            if count < wanted - 1 {
                let wanted = wanted - 1;
                return Err(
                    self.fail(format!("wrong number of args for {name}: want at least {wanted} got {given}"))
                );
            }
        } else if count != wanted {
            return Err(self.fail(format!("wrong number of args for {name}: want {wanted} got {count}")));
        }
        Ok(())
    }

    /// `and` and `or` evaluate no more than they need.
    fn short_circuit(
        &mut self,
        dot: &Reflect,
        args: &'t [Operand],
        last: Option<Reflect>,
        stops_at: bool,
    ) -> Exec<Reflect> {
        let mut value = Reflect::default();
        for arg in args {
            value = self.argument_reflect(dot, Type::Reflect, arg)?;
            if value.value.is_true() == stops_at {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// `len` tells a nil inside an interface from none at all.
    fn length(
        &mut self,
        dot: &Reflect,
        at: At<'t>,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        let item = match (args, last) {
            ([arg, ..], _) => self.argument_reflect(dot, Type::Reflect, arg)?,
            (_, last) => last.unwrap_or_default(),
        };
        let length = match &item.value.data {
            Data::Str(text) => Ok(text.len()),
            Data::Raw(bytes) | Data::Bytes(bytes) => Ok(bytes.len()),
            Data::List(list) => Ok(list.items.len()),
            Data::Map(map) => Ok(map.len()),
            Data::Nil if item.is_boxed => Err("len of nil pointer".into()),
            Data::Nil => Err("reflect: call of reflect.Value.Type on zero Value".into()),
            Data::Object(object) => object
                .entries()
                .map(|it| it.len())
                .or_else(|| object.items().map(|it| it.len()))
                .ok_or_else(|| format!("len of type {}", object.type_name().trim_start_matches('*'))),
            _ => Err(format!("len of type {}", item.value.type_name())),
        };
        match length {
            Ok(length) => Ok(self.called(Value::int(length as i64), &[item.value])),
            Err(reason) => {
                self.at = Some(at);
                Err(self.fault("len", Fault::Error(reason)))
            }
        }
    }

    /// Why `call` cannot: no value of ours is a function.
    fn call_fault(&self, args: &[Operand], values: &[Value]) -> Fault {
        let Some(callee) = values.first().filter(|it| !it.is_nil()) else {
            return Fault::error("call of nil");
        };
        let name = match args.first() {
            Some(arg) => At::Operand(arg).print(&self.template.source),
            None => print::show_lossy(callee),
        };
        Fault::Error(format!("non-function {name} of type {}", callee.type_name()))
    }

    fn argument(&mut self, dot: &Reflect, parameter: Type, operand: &'t Operand) -> Exec<Value> {
        Ok(self.argument_reflect(dot, parameter, operand)?.value)
    }

    fn argument_reflect(&mut self, dot: &Reflect, parameter: Type, operand: &'t Operand) -> Exec<Reflect> {
        match &operand.kind {
            OperandKind::Nil => {
                self.at = Some(At::Operand(operand));
                match nil_of(parameter) {
                    Some(value) => Ok(value.into()),
                    None => Err(self.fail(format!("cannot assign nil to {}", parameter.name()))),
                }
            }
            OperandKind::Bool(_) | OperandKind::Number(_) | OperandKind::String(..) => {
                self.typed_constant(parameter, operand)
            }
            _ => {
                let value = self.operand(dot, operand)?;
                self.validate(value, parameter)
            }
        }
    }

    /// An operand that is no constant.
    fn operand(&mut self, dot: &Reflect, operand: &'t Operand) -> Exec<Reflect> {
        self.at = Some(match &operand.kind {
            OperandKind::Pipe(pipe) => At::Pipe(pipe),
            _ => At::Operand(operand),
        });
        match &operand.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Field(names) => self.fields(dot, operand, dot, names, &[], None),
            OperandKind::Variable(variable, _, names) => {
                self.variable_fields(dot, operand, *variable, names, &[], None)
            }
            OperandKind::Pipe(pipe) => self.nested(dot, pipe),
            OperandKind::Function(callee) => {
                self.step(1)?;
                self.function(dot, *callee, At::Operand(operand), &[], None)
            }
            OperandKind::Chain(node, names) => self.chain(dot, operand, node, names, &[], None),
            _ => self.constant(operand),
        }
    }

    /// A constant as the type that a parameter asks for.
    fn typed_constant(&mut self, parameter: Type, operand: &'t Operand) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        let value = match (parameter, &operand.kind) {
            (Type::Any | Type::Reflect, _) => return self.constant(operand),
            (Type::Str, OperandKind::String(..)) => return self.constant(operand),
            (Type::Bool, OperandKind::Bool(value)) => Some(Value::from(*value)),
            (Type::Int, OperandKind::Number(number)) => number.int.map(Value::int),
            (Type::Int64, OperandKind::Number(number)) => number.int.map(Value::int64),
            (Type::Float64, OperandKind::Number(number)) => number.float.map(Value::from),
            _ => None,
        };
        if let Some(value) = value {
            let origin = self.place_origin(operand.start, operand.end);
            return Ok(value.with_origin(origin).into());
        }
        let text = At::Operand(operand).print(&self.template.source);
        let wanted = match parameter {
            Type::Str => "string",
            Type::Bool => "bool",
            Type::Int | Type::Int64 => "integer",
            Type::Float64 => "float",
            _ => {
                let name = parameter.name();
                return Err(self.fail(format!("can't handle {text} for arg of type {name}")));
            }
        };
        Err(self.fail(format!("expected {wanted}; found {text}")))
    }

    /// Holds a value against a parameter's type.
    fn validate(&mut self, value: Reflect, parameter: Type) -> Exec<Reflect> {
        if value.is_invalid() {
            let Some(nil) = nil_of(parameter) else {
                return Err(self.fail(format!("invalid value; expected {}", parameter.name())));
            };
            return Ok(Reflect::from(nil.with_origin(value.value.origin)));
        }
        if is_assignable(&value.value, parameter) {
            return Ok(value);
        }
        let (wanted, got) =
            (parameter.name(), if value.value.is_nil() { "interface {}" } else { value.value.type_name() });
        Err(self.fail(format!("wrong type for value; expected {wanted}; got {got}")))
    }

    /// Prints what an action gave.
    fn print(&mut self, value: &Value) -> Exec<()> {
        match &value.data {
            Data::Str(text) => {
                self.engine.reads.mark(value.origin);
                self.write(text.as_bytes(), value.origin)
            }
            Data::Nil => self.write(b"<no value>", value.origin),
            _ => {
                self.engine.reads.mark_whole(value);
                let left = self.engine.room();
                let mut printer = print::Printer::new(left, self.engine.trace.is_on());
                let printed = printer.value(value);
                let (bytes, pieces) = printer.finish();
                if printed.is_err() {
                    return Err(self.bound("printed text is too large or too deep"));
                }
                self.write_pieces(&bytes, pieces)
            }
        }
    }

    fn write_pieces(&mut self, bytes: &[u8], pieces: Vec<(u32, OriginId)>) -> Exec<()> {
        if !self.engine.trace.is_on() {
            return self.write(bytes, OriginId::NONE);
        }
        let mut at = 0;
        for (length, origin) in pieces {
            let end = at + length as usize;
            self.write(&bytes[at..end], origin)?;
            at = end;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], origin: OriginId) -> Exec<()> {
        if bytes.len() > self.engine.room() {
            return Err(self.bound("the text is too large"));
        }
        self.engine.text.extend_from_slice(bytes);
        if self.engine.trace.is_on() && !bytes.is_empty() {
            let piece = Piece { length: bytes.len() as u32, origin, frame: self.frame };
            self.engine.pieces.push(piece);
        }
        Ok(())
    }

    /// The origin of text or of a string that stands in the template.
    fn literal_origin(&mut self, literal: Literal, start: u32, end: u32) -> OriginId {
        if !self.engine.trace.is_on() {
            return OriginId::NONE;
        }
        if !matches!(self.home, Home::File(..)) {
            return self.place_origin(start, end);
        }
        let known = self.engine.literal(literal).origin;
        if !known.is_none() {
            return known;
        }
        let origin = self.place_origin(start, end);
        self.engine.literal(literal).origin = origin;
        origin
    }

    fn place_origin(&mut self, start: u32, end: u32) -> OriginId {
        self.engine.place_origin(self.home, start, end)
    }

    fn step(&mut self, amount: u64) -> Exec<()> {
        match self.engine.steps.checked_sub(amount) {
            Some(left) => {
                self.engine.steps = left;
                Ok(())
            }
            None => {
                self.engine.steps = 0;
                Err(self.bound("rendering takes too many steps"))
            }
        }
    }

    #[cold]
    fn fail(&mut self, reason: String) -> Box<ExecError> {
        let source = &self.template.source;
        let name = quote(self.template.name.as_bytes());
        let Some(at) = self.at else {
            let message = format!("template: {}: {reason}", self.template.name);
            return Box::new(ExecError {
                template: self.template.name.to_string(),
                ..ExecError::new(message, reason)
            });
        };
        let (go, start, end) = at.range();
        let node = at.print(source);
        let location = source.location(go);
        let message = format!("template: {location}: executing {name} at <{node}>: {reason}");
        Box::new(ExecError {
            template: self.template.name.to_string(),
            location,
            node,
            place: Some(Place { home: self.home, start, end }),
            ..ExecError::new(message, reason)
        })
    }

    #[cold]
    fn bound(&mut self, reason: &str) -> Box<ExecError> {
        Box::new(ExecError { is_bound: true, ..*self.fail(reason.into()) })
    }

    /// An error about the `index`th field of a chain: what stands before it was
    /// nil.
    #[cold]
    fn fail_nil(&mut self, operand: &Operand, index: usize, reason: String) -> Box<ExecError> {
        let mut nil = String::new();
        match &operand.kind {
            OperandKind::Variable(_, name, _) => nil.push_str(name),
            OperandKind::Chain(node, _) => nil.push_str(&At::Operand(node).print(&self.template.source)),
            _ => {}
        }
        push_fields(&names(operand)[..index], &mut nil);
        let mut error = self.fail(reason);
        error.nil = Some(nil);
        error
    }

    #[cold]
    fn fault(&mut self, name: &str, fault: Fault) -> Box<ExecError> {
        let cause = self.engine.pending.take();
        match fault {
            Fault::Bound(reason) if cause.is_none() => self.bound(&reason),
            Fault::Bound(text) | Fault::Error(text) | Fault::Nested(text) => {
                let mut error = self.fail(format!("error calling {name}: {text}"));
                error.is_bound = cause.as_ref().is_some_and(|it| it.is_bound);
                error.called = Some(text);
                error.cause = cause;
                error
            }
        }
    }

    /// The words of a method's own checks of its arguments are the engine's.
    #[cold]
    fn method_fault(&mut self, name: &str, fault: Fault) -> Box<ExecError> {
        match fault {
            Fault::Error(text)
                if text.starts_with("wrong number of args for")
                    || text.starts_with("wrong type for value")
                    || text.starts_with("invalid value; expected") =>
            {
                self.fail(text)
            }
            fault => self.fault(name, fault),
        }
    }
}

/// The names of a field, variable or chain.
fn names(operand: &Operand) -> &[Box<str>] {
    match &operand.kind {
        OperandKind::Field(names) | OperandKind::Variable(_, _, names) | OperandKind::Chain(_, names) => {
            names
        }
        _ => &[],
    }
}

/// The type of the parameter that takes an argument.
fn parameter(function: &Function, index: usize) -> Type {
    let last = function.parameters.len().saturating_sub(1);
    function.parameters.get(index.min(last)).copied().unwrap_or(Type::Any)
}

/// What an untyped nil becomes as a parameter, when it may.
fn nil_of(parameter: Type) -> Option<Value> {
    match parameter {
        Type::Any | Type::Reflect => Some(Value::NIL),
        Type::Map => Some(Value::nil_map()),
        Type::AnyList => Some(Value::nil_list()),
        Type::StrList => {
            Some(Value::new(Data::List(List { element: Element::Str, is_nil: true, ..List::default() })))
        }
        Type::Bytes => Some(Value::new(Data::Bytes(Rc::from([])))),
        Type::Named(name) if name.starts_with(['*', '[']) || name.starts_with("map[") => Some(Value::NIL),
        Type::Named(_) | Type::Str | Type::Bool | Type::Int | Type::Int64 | Type::Float64 | Type::Time => {
            None
        }
    }
}

fn is_assignable(value: &Value, parameter: Type) -> bool {
    match (parameter, &value.data) {
        (Type::Any | Type::Reflect, _)
        | (Type::Str, Data::Str(_) | Data::Raw(_))
        | (Type::Bool, Data::Bool(_))
        | (Type::Int, Data::Int(_, IntKind::Int))
        | (Type::Int64, Data::Int(_, IntKind::Int64))
        | (Type::Float64, Data::Float(_))
        | (Type::Bytes, Data::Bytes(_)) => true,
        (Type::Map, Data::Map(map)) => map.element == Element::Any,
        (Type::AnyList, Data::List(list)) => list.element == Element::Any,
        (Type::StrList, Data::List(list)) => list.element == Element::Str,
        (Type::Time | Type::Named(_), data) => {
            let (wanted, got) = (parameter.name(), value.type_name());
            let is_reference = matches!(data, Data::Object(_)) && got.strip_prefix('*') == Some(wanted);
            got == wanted || is_reference
        }
        _ => false,
    }
}

impl Call for State<'_, '_> {
    fn include(&mut self, name: &str, context: Value) -> Result<Value, Fault> {
        if self.engine.included.get(name).is_some_and(|it| *it > MAX_INCLUDES) {
            return Err(Fault::Error(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        let Some(entry) = self.set.find(name) else {
            return Err(self.nest(Box::new(ExecError::missing(name))));
        };
        let known = Arc::clone(&entry.template.name);
        *self.engine.included.entry(known).or_default() += 1;
        let result =
            self.render(&entry.template, self.set, entry.home, FrameKind::Include, context.origin, context);
        if let Some(count) = self.engine.included.get_mut(name) {
            *count -= 1;
        }
        result
    }

    fn tpl(&mut self, text: &Value, context: Value) -> Result<Value, Fault> {
        let Some(template) = text.as_str() else {
            let lossy = String::from_utf8_lossy(text.as_str_bytes().unwrap_or_default()).into_owned();
            return self.tpl(&Value::from(lossy).with_origin(text.origin), context);
        };
        self.engine.reads.mark(text.origin);
        if !template.contains("{{") {
            return self.without_no_value(text.clone());
        }
        let home = Home::Text(text.origin);
        let parsed = match self.engine.parse_text(text, template, home, &self.set.functions) {
            Ok(parsed) => parsed,
            Err(error) => {
                let message = format!("cannot parse template {}: {error}", quote(template.as_bytes()));
                let cause = ExecError {
                    place: Some(error.place),
                    ..ExecError::new(error.message.clone(), error.message)
                };
                self.engine.pending = Some(Box::new(cause));
                return Err(Fault::Nested(message));
            }
        };
        let set = Set::child(self.set, &parsed, home);
        let own = &parsed.templates[0];
        match self.render(own, &set, home, FrameKind::Tpl, text.origin, context) {
            Ok(value) => self.without_no_value(value),
            Err(Fault::Nested(message)) => {
                let text = quote(template.as_bytes());
                Err(Fault::Nested(format!("error during tpl function execution for {text}: {message}")))
            }
            Err(fault) => Err(fault),
        }
    }

    fn trace(&mut self) -> &mut super::Trace {
        &mut self.engine.trace
    }

    fn random(&mut self, bytes: &mut [u8]) {
        self.engine.random.fill(bytes);
    }

    fn now(&self) -> (i64, u32) {
        self.engine.options.now
    }

    fn lookup(&mut self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, Fault> {
        Ok(match self.engine.options.lookup.clone() {
            Some(lookup) => lookup.lookup(api_version, kind, namespace, name),
            None => Value::from(Map::new()),
        })
    }

    fn read_whole(&mut self, value: &Value) {
        self.engine.reads.mark_whole(value);
    }

    fn spend(&mut self, amount: u64) -> Result<(), Fault> {
        match self.engine.steps.checked_sub(amount) {
            Some(left) => {
                self.engine.steps = left;
                Ok(())
            }
            None => {
                self.engine.steps = 0;
                Err(Fault::Bound("rendering takes too many steps".into()))
            }
        }
    }
}

/// How often a template may be including itself.
const MAX_INCLUDES: u32 = 1000;

impl State<'_, '_> {
    /// Renders a template into a text of its own.
    fn render(
        &mut self,
        template: &Template,
        set: &Arc<Set>,
        home: Home,
        kind: FrameKind,
        input: OriginId,
        context: Value,
    ) -> Result<Value, Fault> {
        if self.deeper().is_err() {
            return Err(Fault::Bound("templates are nested too deep".into()));
        }
        let frame = match self.at {
            Some(at) => self.frame_at(kind, at, input),
            None => FrameId::ROOT,
        };
        let (start, first) = (self.engine.text.len(), self.engine.pieces.len());
        let executed = execute(self.engine, set, template, home, frame, context);
        self.engine.depth -= 1;
        let text = self.engine.take_text(start);
        let pieces: Vec<Piece> = self.engine.pieces.drain(first..).collect();
        if let Err(error) = executed {
            return Err(self.nest(error));
        }
        self.spend(length_of(&text) / 8)?;
        let origin = self.engine.trace.pieces(pieces);
        Ok(text.with_origin(origin))
    }

    /// Keeps an error until the function that met it hands it on.
    fn nest(&mut self, error: Box<ExecError>) -> Fault {
        let message = error.message.clone();
        self.engine.pending = Some(error);
        Fault::Nested(message)
    }

    fn without_no_value(&mut self, value: Value) -> Result<Value, Fault> {
        let Some(bytes) = value.as_str_bytes() else { return Ok(value) };
        if memchr::memmem::find(bytes, NO_VALUE).is_none() {
            return Ok(value);
        }
        let mut kept = Vec::with_capacity(bytes.len());
        let mut pieces = Vec::new();
        let mut at = 0;
        for found in memchr::memmem::find_iter(bytes, NO_VALUE).chain([bytes.len()]) {
            kept.extend_from_slice(&bytes[at..found]);
            if self.engine.trace.is_on() && found > at {
                let origin = self.engine.trace.slice(value.origin, at as u32, found as u32);
                pieces.push(Piece { length: (found - at) as u32, origin, frame: FrameId::ROOT });
            }
            at = found + NO_VALUE.len();
        }
        let origin = self.engine.trace.pieces(pieces);
        Ok(Value::bytes_as_str(kept).with_origin(origin))
    }
}

/// What Go prints for a missing value.
pub(super) const NO_VALUE: &[u8] = b"<no value>";

fn length_of(value: &Value) -> u64 {
    value.as_str_bytes().map_or(0, <[u8]>::len) as u64
}
