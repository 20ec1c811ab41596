//! Pipelines, commands, constants, variables and chains of fields.

use std::rc::Rc;

use super::{At, Exec, Reflect, State, slot};
use crate::template::ast::{Callee, Command, Literal, Number, Operand, OperandKind, Pipe, Template};
use crate::template::error::ExecError;
use crate::template::function::Type;
use crate::template::quote::{quote, unquote, verbatim};
use crate::template::value::{Data, Element, Value};

impl<'t> State<'_, 't> {
    pub(super) fn pipeline(&mut self, dot: &Reflect, pipe: &'t Pipe) -> Exec<Reflect> {
        self.at = Some(At::Pipe(pipe));
        let mut last = None;
        for command in self.tree().commands(pipe) {
            last = Some(self.command(dot, command, last)?.unboxed());
        }
        let value = last.unwrap_or_default();
        for declared in self.tree().declared(pipe) {
            if !pipe.is_assign {
                self.engine.variables.push((declared.variable, value.clone()));
                continue;
            }
            let Some(slot) = self.variable(declared.variable) else {
                let name = declared.name(&self.template.source);
                return Err(self.fail(format!("undefined variable: {name}")));
            };
            self.engine.variables[slot].1 = value.clone();
        }
        Ok(value)
    }

    /// The slot of the variable of this name that was declared last.
    pub(super) fn variable(&self, variable: u32) -> Option<usize> {
        let variables = &self.engine.variables[self.base..];
        variables.iter().rposition(|it| it.0 == variable).map(|it| self.base + it)
    }

    pub(super) fn command(
        &mut self,
        dot: &Reflect,
        command: &'t Command,
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.step(1)?;
        let (first, rest) = self.tree().args(command).split_first().expect("a command has a first word");
        match first.kind {
            OperandKind::Field => self.fields(dot, first, rest, last),
            OperandKind::Chain(node) => self.chain(dot, first, self.tree().operand(node), rest, last),
            OperandKind::Function(callee) => {
                self.at = Some(At::Operand(first));
                self.function(dot, self.callee(callee), At::Command(command), rest, last)
            }
            OperandKind::Pipe(pipe) => {
                self.not_a_function(first, rest, last.is_some())?;
                self.nested(dot, self.tree().pipe(pipe))
            }
            OperandKind::Variable(variable) => self.variable_fields(dot, first, variable, rest, last),
            _ => {
                self.at = Some(At::Operand(first));
                self.not_a_function(first, rest, last.is_some())?;
                match first.kind {
                    OperandKind::Dot => Ok(dot.clone()),
                    OperandKind::Nil => Err(self.fail("nil is not a command".into())),
                    _ => self.constant(first),
                }
            }
        }
    }

    pub(super) fn nested(&mut self, dot: &Reflect, pipe: &'t Pipe) -> Exec<Reflect> {
        self.deeper()?;
        let value = self.pipeline(dot, pipe)?;
        self.engine.depth -= 1;
        Ok(value)
    }

    pub(super) fn not_a_function(
        &mut self,
        first: &'t Operand,
        rest: &[Operand],
        has_last: bool,
    ) -> Exec<()> {
        if rest.is_empty() && !has_last {
            return Ok(());
        }
        let text = At::Operand(first).print(&self.template.source);
        Err(self.fail(format!("can't give argument to non-function {text}")))
    }

    /// An operand that is no constant.
    pub(super) fn operand(&mut self, dot: &Reflect, operand: &'t Operand) -> Exec<Reflect> {
        self.at = Some(match operand.kind {
            OperandKind::Pipe(pipe) => At::Pipe(self.tree().pipe(pipe)),
            _ => At::Operand(operand),
        });
        match operand.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Field => self.fields(dot, operand, &[], None),
            OperandKind::Variable(variable) => self.variable_fields(dot, operand, variable, &[], None),
            OperandKind::Pipe(pipe) => self.nested(dot, self.tree().pipe(pipe)),
            OperandKind::Function(callee) => {
                self.step(1)?;
                self.function(dot, self.callee(callee), At::Operand(operand), &[], None)
            }
            OperandKind::Chain(node) => self.chain(dot, operand, self.tree().operand(node), &[], None),
            _ => self.constant(operand),
        }
    }

    /// A constant where no type is asked for.
    pub(super) fn constant(&mut self, operand: &'t Operand) -> Exec<Reflect> {
        let value = match operand.kind {
            OperandKind::Bool(value) => Value::from(value),
            OperandKind::Number(number) => {
                self.at = Some(At::Operand(operand));
                self.ideal(self.tree().number(number))?
            }
            OperandKind::String(literal) => return Ok(self.string(operand, literal).into()),
            _ => Value::NIL,
        };
        let origin = self.place_origin(operand.start, operand.end);
        Ok(value.with_origin(origin).into())
    }

    pub(super) fn ideal(&mut self, number: &Number) -> Exec<Value> {
        match (number.int, number.float) {
            (_, Some(float)) if number.looks_like_float() => Ok(Value::from(float)),
            (Some(int), _) => Ok(Value::int(int)),
            _ => Err(self.fail(format!("{} overflows int", number.text))),
        }
    }

    pub(super) fn string(&mut self, operand: &Operand, literal: Literal) -> Value {
        let literal = self.template.source.first.strings + literal;
        let place = (operand.start + 1, operand.end - 1);
        let origin = self.literal_origin(|it| &mut it.string_origins, literal, place);
        if let Some(text) = slot(&mut self.engine.strings, literal) {
            return Value::new(Data::Str(Rc::clone(text))).with_origin(origin);
        }
        let written = &self.template.source.text[operand.start as usize..operand.end as usize];
        let value = match verbatim(written) {
            Some(text) => Value::from(text),
            None => Value::bytes_as_str(unquote(written).expect("the parser held it against the rules")),
        };
        if let Data::Str(text) = &value.data {
            self.engine.strings[literal as usize] = Some(Rc::clone(text));
        }
        value.with_origin(origin)
    }

    /// The text of a pipe that is nothing but a constant; while tracing is on, it needs an origin.
    pub(super) fn lone_text(&self, pipe: &Pipe) -> Option<&'t str> {
        let source = &self.template.source;
        let [command] = source.tree.commands(pipe) else { return None };
        let [Operand { kind: OperandKind::String(_), start, end, .. }] = source.tree.args(command) else {
            return None;
        };
        let is_plain = pipe.declared.is_empty() && !self.engine.trace.is_on();
        if is_plain { verbatim(&source.text[*start as usize..*end as usize]) } else { None }
    }

    fn callee(&self, number: u32) -> Callee {
        self.set.functions.callee(number)
    }

    pub(super) fn chain(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        node: &'t Operand,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        if let OperandKind::Nil = node.kind {
            let text = At::Operand(operand).print(&self.template.source);
            return Err(self.fail(format!("indirection through explicit nil in {text}")));
        }
        let receiver = self.operand(dot, node)?;
        self.walk_fields(dot, operand, receiver, args, last)
    }

    pub(super) fn variable_fields(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        variable: u32,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        let Some(slot) = self.variable(variable) else {
            let text = At::Operand(operand).print(&self.template.source);
            let name = text.split('.').next().unwrap_or_default();
            return Err(self.fail(format!("undefined variable: {name}")));
        };
        let value = self.engine.variables[slot].1.clone();
        if operand.names(&self.template.source).is_empty() {
            self.not_a_function(operand, args, last.is_some())?;
            return Ok(value);
        }
        self.walk_fields(dot, operand, value, args, last)
    }

    pub(super) fn fields(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        self.walk_fields(dot, operand, dot.clone(), args, last)
    }

    /// `.X.Y.Z`; the last may be a method with arguments.
    pub(super) fn walk_fields(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        mut receiver: Reflect,
        args: &'t [Operand],
        mut last: Option<Reflect>,
    ) -> Exec<Reflect> {
        let template: &'t Template = self.template;
        let mut rest = Some(operand.names(&template.source));
        let mut next = 0;
        while let Some(names) = rest {
            // Names are short: looking at each byte beats a search that is made ready first.
            let end = names.bytes().position(|it| it == b'.').unwrap_or(names.len());
            let name = &names[..end];
            rest = names.get(end + 1..);
            let (index, is_last) = (next, rest.is_none());
            next += 1;
            let args = if is_last { args } else { &[] };
            let last = if is_last { last.take() } else { None };
            receiver = self.field(dot, operand, (index, name), &receiver, args, last)?;
            self.engine.reads.mark(receiver.value.origin);
        }
        Ok(receiver)
    }

    pub(super) fn field(
        &mut self,
        dot: &Reflect,
        operand: &'t Operand,
        (index, name): (usize, &'t str),
        receiver: &Reflect,
        args: &'t [Operand],
        last: Option<Reflect>,
    ) -> Exec<Reflect> {
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
                if let Some(methods) = map.methods.filter(|_| map.named.is_some()) {
                    let map = map.clone();
                    let mut values = Vec::new();
                    for arg in args {
                        values.push(self.argument(dot, Type::Reflect, arg)?);
                    }
                    values.extend(last.map(|it| it.value));
                    if let Some(called) = methods(self, &map, name, &values) {
                        self.at = Some(At::Operand(operand));
                        return match called {
                            Ok(value) => Ok(self.called(value, &values)),
                            Err(fault) => Err(self.method_fault(name, fault)),
                        };
                    }
                }
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
                    values.push(receiver.value.clone());
                    return match called {
                        Ok(value) => Ok(self.called(value, &values)),
                        Err(fault) => Err(self.method_fault(name, fault)),
                    };
                }
                match object.field(name) {
                    Some(_) if has_args => {
                        Err(self.fail(format!("{name} has arguments but cannot be invoked as function")))
                    }
                    Some(value) if value.origin.is_none() => {
                        Ok(self.called(value, std::slice::from_ref(&receiver.value)))
                    }
                    Some(value) => {
                        let is_boxed = value.is_nil();
                        Ok(Reflect { value, is_boxed })
                    }
                    None => Err(self.cannot_evaluate(name, receiver)),
                }
            }
            Data::Nil => {
                let reason = format!("nil pointer evaluating {}.{name}", receiver.type_name());
                Err(self.fail_nil(operand, index, reason))
            }
            _ => Err(self.cannot_evaluate(name, receiver)),
        }
    }

    pub(super) fn cannot_evaluate(&mut self, name: &str, receiver: &Reflect) -> Box<ExecError> {
        self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }
}
