//! Calls of functions, with their arguments held against the signature.

use std::rc::Rc;

use super::{At, Exec, Reflect, State};
use crate::template::ast::{Callee, Operand, OperandKind};
use crate::template::function::{Fault, Function, Type};
use crate::template::print;
use crate::template::value::{Data, Element, IntKind, List, Value};

impl<'t> State<'_, 't> {
    pub(super) fn function(
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
        if let ("set", Some(value)) = (function.name, values.get_mut(2)) {
            *value = self.decided(std::mem::take(value).into()).value;
        }
        // Frames name the call; errors that follow, what was evaluated last.
        let last = self.at.replace(at);
        let result = if let Callee::Call(_) = callee {
            Err(self.call_fault(args, &values))
        } else {
            (function.body)(self, &values)
        };
        let result = match result {
            Ok(value) => {
                self.at = last;
                Ok(self.called(value, &values))
            }
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
    pub(super) fn called(&mut self, mut value: Value, args: &[Value]) -> Reflect {
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

    pub(super) fn check_count(&mut self, function: &Function, given: usize, has_last: bool) -> Exec<()> {
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
    pub(super) fn short_circuit(
        &mut self,
        dot: &Reflect,
        args: &'t [Operand],
        last: Option<Reflect>,
        stops_at: bool,
    ) -> Exec<Reflect> {
        let mut value = Reflect::default();
        let mut asked = Vec::new();
        for arg in args {
            value = self.argument_reflect(dot, Type::Reflect, arg)?;
            if self.engine.trace.is_on() {
                asked.push(value.value.origin);
            }
            if value.value.is_true() == stops_at {
                break;
            }
        }
        if value.value.is_true() != stops_at {
            value = last.unwrap_or(value);
        }
        let by = self.engine.trace.derived(asked);
        value.value.origin = self.engine.trace.chosen(value.value.origin, by);
        Ok(value)
    }

    /// `len` tells a nil inside an interface from none at all.
    pub(super) fn length(
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
        match length.map(i64::try_from) {
            Ok(length) => Ok(self.called(Value::int(length.unwrap_or(i64::MAX)), &[item.value])),
            Err(reason) => {
                self.at = Some(at);
                Err(self.fault("len", Fault::Error(reason)))
            }
        }
    }

    /// Why `call` cannot: no value of ours is a function.
    pub(super) fn call_fault(&self, args: &[Operand], values: &[Value]) -> Fault {
        let Some(callee) = values.first().filter(|it| !it.is_nil()) else {
            return Fault::error("call of nil");
        };
        let name = match args.first() {
            Some(arg) => At::Operand(arg).print(&self.template.source),
            None => print::show_lossy(callee),
        };
        Fault::Error(format!("non-function {name} of type {}", callee.type_name()))
    }

    pub(super) fn argument(&mut self, dot: &Reflect, parameter: Type, operand: &'t Operand) -> Exec<Value> {
        Ok(self.argument_reflect(dot, parameter, operand)?.value)
    }

    pub(super) fn argument_reflect(
        &mut self,
        dot: &Reflect,
        parameter: Type,
        operand: &'t Operand,
    ) -> Exec<Reflect> {
        match &operand.kind {
            OperandKind::Nil => {
                self.at = Some(At::Operand(operand));
                match nil_of(parameter) {
                    Some(value) => Ok(value.into()),
                    None => Err(self.fail(format!("cannot assign nil to {}", parameter.name()))),
                }
            }
            OperandKind::Bool(_) | OperandKind::Number(_) | OperandKind::String(_) => {
                self.typed_constant(parameter, operand)
            }
            _ => {
                let value = self.operand(dot, operand)?;
                self.validate(value, parameter)
            }
        }
    }

    /// A constant as the type that a parameter asks for.
    pub(super) fn typed_constant(&mut self, parameter: Type, operand: &'t Operand) -> Exec<Reflect> {
        self.at = Some(At::Operand(operand));
        let value =
            match (parameter, &operand.kind) {
                (Type::Any | Type::Reflect, _) | (Type::Str, OperandKind::String(_)) => {
                    return self.constant(operand);
                }
                (Type::Bool, OperandKind::Bool(value)) => Some(Value::from(*value)),
                (Type::Int, OperandKind::Number(it)) => self.tree().number(*it).int.map(Value::int),
                (Type::Int64, OperandKind::Number(it)) => self.tree().number(*it).int.map(Value::int64),
                // Go takes the lower half of what is too large.
                (Type::Uint32, OperandKind::Number(it)) => self.tree().number(*it).uint.map(|it| {
                    Value::new(Data::Int((it & u64::from(u32::MAX)).cast_signed(), IntKind::Uint64))
                }),
                (Type::Float64, OperandKind::Number(it)) => self.tree().number(*it).float.map(Value::from),
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
            Type::Uint32 => "unsigned integer",
            Type::Float64 => "float",
            _ => {
                let name = parameter.name();
                return Err(self.fail(format!("can't handle {text} for arg of type {name}")));
            }
        };
        Err(self.fail(format!("expected {wanted}; found {text}")))
    }

    /// Holds a value against a parameter's type.
    pub(super) fn validate(&mut self, value: Reflect, parameter: Type) -> Exec<Reflect> {
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
}

/// The type of the parameter that takes an argument.
fn parameter(function: &Function, index: usize) -> Type {
    let last = function.parameters.len().saturating_sub(1);
    function.parameters.get(index.min(last)).copied().unwrap_or(Type::Any)
}

/// What an untyped nil becomes as a parameter, when it may.
fn nil_of(parameter: Type) -> Option<Value> {
    match parameter {
        Type::Map => Some(Value::nil_map()),
        Type::AnyList => Some(Value::nil_list()),
        Type::StrList => {
            Some(Value::new(Data::List(List { element: Element::Str, is_nil: true, ..List::default() })))
        }
        Type::Bytes => Some(Value::new(Data::Bytes(Rc::from([])))),
        Type::Any | Type::Reflect => Some(Value::NIL),
        Type::Named(name) if name.starts_with(['*', '[']) || name.starts_with("map[") => Some(Value::NIL),
        Type::Named(_)
        | Type::Str
        | Type::Bool
        | Type::Int
        | Type::Int64
        | Type::Uint32
        | Type::Float64
        | Type::Time => None,
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
