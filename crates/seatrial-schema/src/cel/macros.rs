//! `has`, `all`, `exists`, `map`, `filter` and their kin, as Kubernetes 1.36
//! enables them: cel-go's `parser/macro.go`, `cel/library.go` (optional types),
//! `ext/comprehensions.go` and `ext/lists.go` (`sortBy`), v0.26.0.

use smol_str::SmolStr;

use super::ast::{ACCUMULATOR, Call, Element, Expr, Fold, Id, Kind, Literal, MapEntry};
use super::parser::{Abort, Parser, call};

/// What became of a call.
pub(super) enum Expansion {
    Done(Expr),
    /// It is a macro, but not used as one: at that node, for that reason.
    Wrong(Id, String),
    NoMacro(Call),
}

/// A macro cannot be expanded, or nothing can be parsed any more.
enum Failure {
    Wrong(Id, String),
    Abort,
}

impl From<Abort> for Failure {
    fn from(_: Abort) -> Self {
        Self::Abort
    }
}

type Made<T> = Result<T, Failure>;

/// Expands the call if it is a macro.
pub(super) fn expand(parser: &mut Parser<'_>, place: (u32, u32), call: Call) -> Result<Expansion, Abort> {
    let Some(expander) = expander(&call) else {
        return Ok(Expansion::NoMacro(call));
    };
    match expander(&mut Maker { parser, place }, call) {
        Ok(expr) => Ok(Expansion::Done(expr)),
        Err(Failure::Wrong(id, message)) => Ok(Expansion::Wrong(id, message)),
        Err(Failure::Abort) => Err(Abort),
    }
}

type Expander = fn(&mut Maker<'_, '_>, Call) -> Made<Expr>;

fn expander(call: &Call) -> Option<Expander> {
    let expander: Expander = match (call.target.is_some(), call.function.as_str(), call.args.len()) {
        (false, "has", 1) => has,
        (true, "all", 2 | 3) => all,
        (true, "exists", 2 | 3) => exists,
        (true, "exists_one", 2 | 3) | (true, "existsOne", 3) => exists_one,
        (true, "map", 2 | 3) => map,
        (true, "filter", 2) => filter,
        (true, "transformList", 3 | 4) => transform_list,
        (true, "transformMap", 3 | 4) => transform_map,
        (true, "transformMapEntry", 3 | 4) => transform_map_entry,
        (true, "optMap", 2) => opt_map,
        (true, "optFlatMap", 2) => opt_flat_map,
        (true, "sortBy", 2) => sort_by,
        _ => return None,
    };
    Some(expander)
}

/// Makes nodes at the place of the macro.
struct Maker<'p, 'a> {
    parser: &'p mut Parser<'a>,
    place: (u32, u32),
}

impl Maker<'_, '_> {
    fn node(&mut self, kind: Kind) -> Made<Expr> {
        Ok(self.parser.made(self.place, kind)?)
    }

    fn literal(&mut self, literal: Literal) -> Made<Expr> {
        self.node(Kind::Literal(literal))
    }

    fn call(&mut self, function: &'static str, args: Vec<Expr>) -> Made<Expr> {
        self.node(call(function, args))
    }

    fn method(&mut self, target: Expr, function: &'static str, args: Vec<Expr>) -> Made<Expr> {
        let function = SmolStr::new_static(function);
        self.node(Kind::Call(Box::new(Call { target: Some(target), function, args })))
    }

    fn ident(&mut self, name: &SmolStr) -> Made<Expr> {
        self.node(Kind::Ident(name.clone()))
    }

    fn accumulator(&mut self) -> Made<Expr> {
        self.node(Kind::Ident(SmolStr::new_static(ACCUMULATOR)))
    }

    fn list(&mut self, items: Vec<Expr>) -> Made<Expr> {
        let items = items.into_iter().map(|value| Element { value, optional: false }).collect();
        self.node(Kind::List(items))
    }

    /// `accumulator + [item]`
    fn append(&mut self, item: Expr) -> Made<Expr> {
        let accumulator = self.accumulator()?;
        let list = self.list(vec![item])?;
        self.call("_+_", vec![accumulator, list])
    }

    /// `filter ? step : accumulator`
    fn filtered(&mut self, filter: Option<Expr>, step: Expr) -> Made<Expr> {
        match filter {
            None => Ok(step),
            Some(filter) => {
                let accumulator = self.accumulator()?;
                self.call("_?_:_", vec![filter, step, accumulator])
            }
        }
    }

    fn fold(&mut self, range: Expr, variables: Variables, parts: Loop) -> Made<Expr> {
        let fold = Fold {
            range,
            variable: variables.first,
            second: variables.second,
            accumulator: SmolStr::new_static(ACCUMULATOR),
            start: parts.start,
            condition: parts.condition,
            step: parts.step,
            result: parts.result,
        };
        self.node(Kind::Fold(Box::new(fold)))
    }

    /// A loop that goes to the end and whose accumulator is the result.
    fn collect(&mut self, range: Expr, variables: Variables, start: Expr, step: Expr) -> Made<Expr> {
        let condition = self.literal(Literal::Bool(true))?;
        let result = self.accumulator()?;
        self.fold(range, variables, Loop { start, condition, step, result })
    }

    /// `result` with `name` standing for `value`.
    fn bind(&mut self, name: SmolStr, value: Expr, result: Expr) -> Made<Expr> {
        let fold = Fold {
            range: self.list(Vec::new())?,
            variable: SmolStr::new_static("#unused"),
            second: None,
            start: value,
            condition: self.literal(Literal::Bool(false))?,
            step: self.ident(&name)?,
            accumulator: name,
            result,
        };
        self.node(Kind::Fold(Box::new(fold)))
    }
}

struct Variables {
    first: SmolStr,
    second: Option<SmolStr>,
}

struct Loop {
    start: Expr,
    condition: Expr,
    step: Expr,
    result: Expr,
}

/// Takes one or two variable names from the front of the arguments.
fn variables(args: &mut Vec<Expr>, two: bool, wrong: &'static str) -> Made<Variables> {
    let mut names = Vec::new();
    let ids: Vec<Id> = args.iter().map(|arg| arg.id).collect();
    for arg in args.drain(..if two { 2 } else { 1 }) {
        let Kind::Ident(name) = arg.kind else {
            return Err(Failure::Wrong(arg.id, wrong.to_owned()));
        };
        names.push(name);
    }
    if two && names[0] == names[1] {
        return Err(Failure::Wrong(ids[1], format!("duplicate variable name: {}", names[0])));
    }
    for (name, id) in names.iter().zip(ids) {
        if name == ACCUMULATOR || name == "__result__" {
            let message = "iteration variable overwrites accumulator variable";
            return Err(Failure::Wrong(id, message.to_owned()));
        }
    }
    let mut names = names.into_iter();
    let first = names.next().expect("at least one is taken");
    Ok(Variables { first, second: names.next() })
}

const SIMPLE_NAME: &str = "argument must be a simple name";
const IDENTIFIER: &str = "argument is not an identifier";

fn parts(call: Call) -> (Expr, Vec<Expr>) {
    (call.target.expect("the macro is a method"), call.args)
}

fn only(mut args: Vec<Expr>) -> Expr {
    args.pop().expect("the number of arguments was looked at")
}

fn has(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let arg = only(call.args);
    match arg.kind {
        Kind::Select { operand, field, .. } => make.node(Kind::Select { operand, field, test: true }),
        _ => Err(Failure::Wrong(arg.id, "invalid argument to has() macro".to_owned())),
    }
}

fn all(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let two = args.len() == 3;
    let variables = variables(&mut args, two, SIMPLE_NAME)?;
    let start = make.literal(Literal::Bool(true))?;
    let so_far = make.accumulator()?;
    let condition = make.call("@not_strictly_false", vec![so_far])?;
    let so_far = make.accumulator()?;
    let step = make.call("_&&_", vec![so_far, only(args)])?;
    let result = make.accumulator()?;
    make.fold(range, variables, Loop { start, condition, step, result })
}

fn exists(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let two = args.len() == 3;
    let variables = variables(&mut args, two, SIMPLE_NAME)?;
    let start = make.literal(Literal::Bool(false))?;
    let so_far = make.accumulator()?;
    let not_yet = make.call("!_", vec![so_far])?;
    let condition = make.call("@not_strictly_false", vec![not_yet])?;
    let so_far = make.accumulator()?;
    let step = make.call("_||_", vec![so_far, only(args)])?;
    let result = make.accumulator()?;
    make.fold(range, variables, Loop { start, condition, step, result })
}

fn exists_one(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let two = args.len() == 3;
    let variables = variables(&mut args, two, SIMPLE_NAME)?;
    let start = make.literal(Literal::Int(0))?;
    let condition = make.literal(Literal::Bool(true))?;
    let counted = make.accumulator()?;
    let one = make.literal(Literal::Int(1))?;
    let more = make.call("_+_", vec![counted, one])?;
    let step = make.filtered(Some(only(args)), more)?;
    let counted = make.accumulator()?;
    let one = make.literal(Literal::Int(1))?;
    let result = make.call("_==_", vec![counted, one])?;
    make.fold(range, variables, Loop { start, condition, step, result })
}

fn map(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, args) = parts(call);
    map_over(make, range, args)
}

fn map_over(make: &mut Maker<'_, '_>, range: Expr, mut args: Vec<Expr>) -> Made<Expr> {
    let variables = variables(&mut args, false, IDENTIFIER)?;
    let item = args.pop().expect("the number of arguments was looked at");
    let start = make.list(Vec::new())?;
    let step = make.append(item)?;
    let step = make.filtered(args.pop(), step)?;
    make.collect(range, variables, start, step)
}

fn filter(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let item = args[0].clone();
    let variables = variables(&mut args, false, IDENTIFIER)?;
    let start = make.list(Vec::new())?;
    let step = make.append(item)?;
    let step = make.filtered(args.pop(), step)?;
    make.collect(range, variables, start, step)
}

fn transform_list(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let variables = variables(&mut args, true, SIMPLE_NAME)?;
    let item = args.pop().expect("the number of arguments was looked at");
    let start = make.list(Vec::new())?;
    let step = make.append(item)?;
    let step = make.filtered(args.pop(), step)?;
    make.collect(range, variables, start, step)
}

fn transform_map(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let variables = variables(&mut args, true, SIMPLE_NAME)?;
    let value = args.pop().expect("the number of arguments was looked at");
    let start = make.node(Kind::Map(Vec::<MapEntry>::new()))?;
    let so_far = make.accumulator()?;
    let key = make.ident(&variables.first)?;
    let step = make.call("cel.@mapInsert", vec![so_far, key, value])?;
    let step = make.filtered(args.pop(), step)?;
    make.collect(range, variables, start, step)
}

fn transform_map_entry(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (range, mut args) = parts(call);
    let variables = variables(&mut args, true, SIMPLE_NAME)?;
    let entry = args.pop().expect("the number of arguments was looked at");
    let start = make.node(Kind::Map(Vec::<MapEntry>::new()))?;
    let so_far = make.accumulator()?;
    let step = make.call("cel.@mapInsert", vec![so_far, entry])?;
    let step = make.filtered(args.pop(), step)?;
    make.collect(range, variables, start, step)
}

fn opt_map(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (condition, bound) = opt_binding(make, call, "optMap")?;
    let some = make.call("optional.of", vec![bound])?;
    let none = make.call("optional.none", Vec::new())?;
    make.call("_?_:_", vec![condition, some, none])
}

fn opt_flat_map(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (condition, bound) = opt_binding(make, call, "optFlatMap")?;
    let none = make.call("optional.none", Vec::new())?;
    make.call("_?_:_", vec![condition, bound, none])
}

/// Whether the optional has a value, and the expression with the value bound.
fn opt_binding(make: &mut Maker<'_, '_>, call: Call, macro_name: &str) -> Made<(Expr, Expr)> {
    let (target, mut args) = parts(call);
    let result = args.pop().expect("the number of arguments was looked at");
    let variable = only(args);
    let Kind::Ident(name) = variable.kind else {
        let message = format!("{macro_name}() variable name must be a simple identifier");
        return Err(Failure::Wrong(variable.id, message));
    };
    let copy = make.parser.copy(&target)?;
    let condition = make.method(target, "hasValue", Vec::new())?;
    let value = make.method(copy, "value", Vec::new())?;
    Ok((condition, make.bind(name, value, result)?))
}

fn sort_by(make: &mut Maker<'_, '_>, call: Call) -> Made<Expr> {
    let (target, args) = parts(call);
    if matches!(target.kind, Kind::Literal(_) | Kind::Map(_) | Kind::Struct(..)) {
        let message =
            "sortBy can only be applied to a list, identifier, comprehension, call or select expression";
        return Err(Failure::Wrong(target.id, message.to_owned()));
    }
    let input = SmolStr::new_static("@__sortBy_input__");
    let range = make.ident(&input)?;
    let keys = map_over(make, range, args)?;
    let list = make.ident(&input)?;
    let sorted = make.method(list, "@sortByAssociatedKeys", vec![keys])?;
    make.bind(input, target, sorted)
}
