//! Finds the type of every node and the overloads of every call, as cel-go's
//! `checker/checker.go` (v0.26.0) does.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Environment;
use super::ast::{Expr, Fold, Id, Kind, Literal};
use super::declare::escape;
use super::issue::Issue;
use super::library::{self, Overload};
use super::parser::{Parsed, Places, RESERVED};
use super::types::{Mapping, Type, most_general};

/// A type made of more types than this is refused. A limit of ours: types can
/// double in size with every loop around a map.
const LARGEST_TYPE: usize = 2_000;
const MOST_ISSUES: usize = 100;

/// A tree whose types are known.
pub(super) struct Checked {
    pub(super) root: Expr,
    pub(super) places: Places,
    types: Vec<Type>,
    overloads: BTreeMap<Id, Vec<SmolStr>>,
}

impl Checked {
    pub(super) fn type_of(&self, id: Id) -> &Type {
        &self.types[id as usize]
    }

    /// The overloads that a call may mean.
    pub(super) fn overloads_of(&self, id: Id) -> &[SmolStr] {
        self.overloads.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The type as a human reads it in a report about the whole expression.
    pub(super) fn output_type(&self) -> &Type {
        self.type_of(self.root.id)
    }
}

pub(super) fn check(parsed: Parsed, environment: &Environment) -> Result<Checked, Vec<Issue>> {
    let Parsed { mut root, places } = parsed;
    let mut checker = Checker {
        environment,
        locals: Vec::new(),
        types: vec![Type::Error; places.len()],
        overloads: BTreeMap::new(),
        mapping: Mapping::default(),
        issues: Vec::new(),
        places,
    };
    checker.check(&mut root);
    let mapping = &checker.mapping;
    let types = checker.types.iter().map(|kind| mapping.substitute(kind, true)).collect();
    if !checker.issues.is_empty() {
        return Err(checker.issues);
    }
    Ok(Checked { root, places: checker.places, types, overloads: checker.overloads })
}

struct Checker<'e> {
    environment: &'e Environment,
    locals: Vec<(SmolStr, Type)>,
    types: Vec<Type>,
    overloads: BTreeMap<Id, Vec<SmolStr>>,
    mapping: Mapping,
    places: Places,
    issues: Vec<Issue>,
}

impl Checker<'_> {
    fn report(&mut self, id: Id, message: String) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue { range: self.places.range(id), message });
        }
    }

    fn type_of(&self, expr: &Expr) -> Type {
        self.types[expr.id as usize].clone()
    }

    fn set(&mut self, id: Id, kind: Type) {
        let kind = if kind.size(LARGEST_TYPE) > LARGEST_TYPE {
            self.report(id, "the type of the expression is too large".to_owned());
            Type::Error
        } else {
            kind
        };
        self.types[id as usize] = kind;
    }

    fn known(&self, kind: &Type) -> Type {
        self.mapping.substitute(kind, false)
    }

    fn mismatch(&mut self, id: Id, expected: &Type, found: &Type) {
        self.report(id, format!("expected type '{expected}' but found '{found}'"));
    }

    fn undeclared(&mut self, id: Id, name: &str) {
        self.report(id, format!("undeclared reference to '{name}' (in container '')"));
        self.set(id, Type::Error);
    }

    fn lookup(&self, name: &str) -> Option<Type> {
        let name = name.strip_prefix('.').unwrap_or(name);
        let local = self.locals.iter().rev().find(|(local, _)| local == name).map(|(_, kind)| kind.clone());
        local.or_else(|| self.environment.variable(name).cloned()).or_else(|| library::type_named(name))
    }

    fn check(&mut self, expr: &mut Expr) {
        let id = expr.id;
        if let Some(kind) = self.qualified(expr) {
            self.set(id, kind);
            return;
        }
        match &mut expr.kind {
            Kind::Literal(literal) => self.set(id, literal_type(literal)),
            Kind::Ident(name) => {
                let name = name.clone();
                self.undeclared(id, &name);
            }
            Kind::Select { operand, field, test } => {
                let test = *test;
                let kind = self.select(id, operand, field, false);
                let kind = if test { Type::Bool } else { self.known(&kind) };
                self.set(id, kind);
            }
            Kind::Call(_) => self.call(expr),
            Kind::List(_) => self.list(expr),
            Kind::Map(_) => self.map(expr),
            Kind::Struct(name, fields) => {
                let name = name.clone();
                for field in fields {
                    self.check(&mut field.value);
                }
                self.structure(id, &name);
            }
            Kind::Fold(fold) => {
                let kind = self.fold(fold);
                self.set(id, kind);
            }
        }
    }

    /// The type of a name, also one with dots in it; the node becomes that name.
    fn qualified(&mut self, expr: &mut Expr) -> Option<Type> {
        let name = expr.qualified_name()?;
        let kind = self.lookup(&name)?;
        let name = name.strip_prefix('.').map(SmolStr::new).unwrap_or(name);
        expr.kind = Kind::Ident(name);
        Some(kind)
    }

    /// The type of a field; a keyword of the language stands for the field that
    /// is escaped for it, as from Kubernetes 1.31 on.
    fn select(&mut self, id: Id, operand: &mut Expr, field: &mut SmolStr, optional: bool) -> Type {
        self.check(operand);
        let operand_type = self.known(&self.type_of(operand));
        let (target, was_optional) = operand_type.unwrap_optional();
        if let Type::Object(object) = &target
            && RESERVED.contains(&field.as_str())
            && let Some(escaped) = escape(field).filter(|it| object.fields.contains_key(it))
        {
            *field = escaped;
        }
        let result = match &target {
            Type::Map(parts) => parts.1.clone(),
            Type::Object(object) => object.fields.get(field.as_str()).cloned().unwrap_or_else(|| {
                self.report(id, format!("undefined field '{field}'"));
                Type::Error
            }),
            Type::Library(name) if library::is_message(name) => {
                self.report(id, format!("unexpected failed resolution of '{name}'"));
                Type::Error
            }
            Type::Param(_) => {
                self.mapping.assignable(&Type::Dyn, &target);
                Type::Dyn
            }
            Type::Dyn | Type::Error => Type::Dyn,
            other => {
                self.report(id, format!("type '{other}' does not support field selection"));
                Type::Dyn
            }
        };
        if was_optional || optional { Type::optional(result) } else { result }
    }

    fn call(&mut self, expr: &mut Expr) {
        let id = expr.id;
        let Kind::Call(call) = &mut expr.kind else {
            return;
        };
        if call.function == "_?._" {
            let [operand, field] = call.args.as_mut_slice() else {
                return;
            };
            let mut name = field.as_text().cloned().unwrap_or_default();
            self.set(field.id, Type::String);
            let kind = self.select(id, operand, &mut name, true);
            let kind = self.known(&kind);
            self.overloads.insert(id, vec![SmolStr::new_static("select_optional_field")]);
            self.set(id, kind);
            return;
        }
        for arg in &mut call.args {
            self.check(arg);
        }
        let minor = self.environment.minor();
        if let Some(target) = &mut call.target {
            let qualified = target.qualified_name().map(|prefix| format!("{prefix}.{}", call.function));
            if let Some(name) = qualified.filter(|name| library::function(name, minor).is_some()) {
                call.function = name.into();
                call.target = None;
            } else {
                self.check(target);
            }
        }
        let Some(function) = library::function(&call.function, minor) else {
            let name = call.function.clone();
            self.undeclared(id, &name);
            return;
        };
        if let Some(name) = call.function.strip_prefix('.') {
            call.function = SmolStr::new(name);
        }
        let name = call.function.clone();
        let method = call.target.is_some();
        let operands: Vec<&Expr> = call.target.iter().chain(&call.args).collect();
        let types: Vec<Type> = operands.iter().map(|arg| self.type_of(arg)).collect();
        if matches!(name.as_str(), "_&&_" | "_||_") {
            let ids: Vec<Id> = operands.iter().map(|arg| arg.id).collect();
            self.logical(id, &name, &ids, &types);
            return;
        }
        let overloads = function.overloads.iter().filter(|it| it.method == method && it.since <= minor);
        if let Some((kind, ids)) = self.resolve(overloads, &types) {
            self.overloads.insert(id, ids);
            self.set(id, kind);
        } else {
            self.no_overload(id, &name, &types, method);
            self.set(id, Type::Error);
        }
    }

    fn logical(&mut self, id: Id, name: &str, operands: &[Id], types: &[Type]) {
        let mut kind = Type::Bool;
        for (operand, found) in operands.iter().zip(types) {
            if !self.mapping.assignable(found, &Type::Bool) {
                self.mismatch(*operand, &Type::Bool, found);
                kind = Type::Error;
            }
        }
        let overload = if name == "_&&_" { "logical_and" } else { "logical_or" };
        self.overloads.insert(id, vec![SmolStr::new_static(overload)]);
        self.set(id, kind);
    }

    fn no_overload(&mut self, id: Id, name: &str, types: &[Type], method: bool) {
        let mut shown = types.iter().map(|kind| self.mapping.substitute(kind, true).to_string());
        let target = if method { shown.next().map(|it| it + ".").unwrap_or_default() } else { String::new() };
        let args: Vec<String> = shown.collect();
        let message =
            format!("found no matching overload for '{name}' applied to '{target}({})'", args.join(", "));
        self.report(id, message);
    }

    /// The result's type and the overloads that fit.
    fn resolve<'o>(
        &mut self,
        overloads: impl Iterator<Item = &'o Overload>,
        types: &[Type],
    ) -> Option<(Type, Vec<SmolStr>)> {
        let mut result: Option<Type> = None;
        let mut ids = Vec::new();
        for overload in overloads {
            if overload.args.len() != types.len() {
                continue;
            }
            let params: Vec<Type> = (0..overload.params).map(|_| self.mapping.fresh()).collect();
            let wanted: Vec<Type> = overload.args.iter().map(|arg| instantiate(arg, &params)).collect();
            if !self.mapping.all_assignable(types, &wanted) {
                continue;
            }
            ids.push(overload.id.clone());
            let kind = self.known(&instantiate(&overload.result, &params));
            result = Some(match result {
                None => kind,
                Some(before) if !before.is_dyn() && before != kind => Type::Dyn,
                Some(before) => before,
            });
        }
        result.map(|kind| (kind, ids))
    }

    /// The type of both; that literals hold one type only is checked later.
    fn join(&mut self, before: Option<Type>, now: Type) -> Type {
        match before {
            None => now,
            Some(before) if self.mapping.assignable(&before, &now) => most_general(&before, &now).clone(),
            Some(_) => Type::Dyn,
        }
    }

    /// The type of an item, unwrapped where it is marked optional.
    fn item_type(&mut self, item: &Expr, optional: bool) -> Type {
        let kind = self.type_of(item);
        if !optional {
            return kind;
        }
        let (inner, was) = kind.unwrap_optional();
        if !was && !inner.is_dyn() {
            self.mismatch(item.id, &Type::optional(inner.clone()), &inner);
        }
        inner
    }

    fn list(&mut self, expr: &mut Expr) {
        let Kind::List(items) = &mut expr.kind else {
            return;
        };
        let mut joined = None;
        for item in items {
            self.check(&mut item.value);
            let kind = self.item_type(&item.value, item.optional);
            joined = Some(self.join(joined, kind));
        }
        let item = joined.unwrap_or_else(|| self.mapping.fresh());
        self.set(expr.id, Type::list(item));
    }

    fn map(&mut self, expr: &mut Expr) {
        let Kind::Map(entries) = &mut expr.kind else {
            return;
        };
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            self.check(&mut entry.key);
            let kind = self.type_of(&entry.key);
            keys = Some(self.join(keys, kind));
            self.check(&mut entry.value);
            let kind = self.item_type(&entry.value, entry.optional);
            values = Some(self.join(values, kind));
        }
        let key = keys.unwrap_or_else(|| self.mapping.fresh());
        let value = values.unwrap_or_else(|| self.mapping.fresh());
        self.set(expr.id, Type::map(key, value));
    }

    /// Kubernetes declares no type that an expression could make.
    fn structure(&mut self, id: Id, name: &str) {
        let message = match self.lookup(name) {
            None => return self.undeclared(id, name),
            Some(Type::Kind(Some(of))) => format!("'{of}' is not a message type"),
            Some(other) => format!("'{other}' is not a type"),
        };
        self.report(id, message);
        self.set(id, Type::Error);
    }

    fn fold(&mut self, fold: &mut Fold) -> Type {
        self.check(&mut fold.range);
        self.check(&mut fold.start);
        let range = self.known(&self.type_of(&fold.range));
        let accumulated = self.type_of(&fold.start);
        let (first, second) = match &range {
            Type::List(item) if fold.second.is_some() => (Type::Int, (**item).clone()),
            Type::List(item) => ((**item).clone(), Type::Error),
            Type::Map(parts) => (parts.0.clone(), parts.1.clone()),
            Type::Dyn | Type::Error | Type::Param(_) => {
                self.mapping.assignable(&Type::Dyn, &range);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                let message = format!(
                    "expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"
                );
                self.report(fold.range.id, message);
                (Type::Error, Type::Error)
            }
        };
        self.locals.push((fold.accumulator.clone(), accumulated.clone()));
        let outer = self.locals.len();
        self.locals.push((fold.variable.clone(), first));
        if let Some(name) = &fold.second {
            self.locals.push((name.clone(), second));
        }
        self.check(&mut fold.condition);
        self.expect(&fold.condition, &Type::Bool);
        self.check(&mut fold.step);
        self.expect(&fold.step, &accumulated);
        self.locals.truncate(outer);
        self.check(&mut fold.result);
        self.locals.truncate(outer - 1);
        self.known(&self.type_of(&fold.result))
    }

    fn expect(&mut self, expr: &Expr, wanted: &Type) {
        let found = self.type_of(expr);
        if !self.mapping.assignable(wanted, &found) {
            self.mismatch(expr.id, wanted, &found);
        }
    }
}

/// The type of an overload with fresh parameters in place of its own.
fn instantiate(kind: &Type, params: &[Type]) -> Type {
    match kind {
        Type::Param(number) => params[*number as usize].clone(),
        Type::List(item) => Type::list(instantiate(item, params)),
        Type::Optional(inner) => Type::optional(instantiate(inner, params)),
        Type::Kind(Some(of)) => Type::kind(instantiate(of, params)),
        Type::Map(parts) => Type::map(instantiate(&parts.0, params), instantiate(&parts.1, params)),
        other => other.clone(),
    }
}

fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::Text(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
    }
}
