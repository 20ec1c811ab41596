//! What an expression may cost at the most, from the sizes its schema allows:
//! cel-go's `checker/cost.go` and `ext/{lists,sets}.go` (v0.26.0),
//! `apiserver/pkg/cel/library/cost.go` (v0.36.2).

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::ast::{ACCUMULATOR, Call, Expr, Fold, Id, Kind, Literal};
use super::charge::{LIST, MAP, PER_CHARACTER, PER_PATTERN_CHARACTER};
use super::checker::Checked;
use super::declare::Declaration;
use super::library::is_sort;
use super::types::Type;

/// The least and the most of something; sums and products end at the largest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) min: u64,
    pub(super) max: u64,
}

const ZERO: Span = Span::exactly(0);
const ONE: Span = Span::exactly(1);
const UNKNOWN: Span = Span { min: 0, max: u64::MAX };

impl Span {
    const fn exactly(number: u64) -> Self {
        Self { min: number, max: number }
    }

    fn plus(self, other: Self) -> Self {
        Self { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }

    fn times(self, other: Self) -> Self {
        Self { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }

    fn by(self, factor: f64) -> Self {
        Self { min: scaled(self.min, factor), max: scaled(self.max, factor) }
    }

    fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }
}

fn scaled(number: u64, factor: f64) -> u64 {
    // A conversion that does not fit ends at the largest number, as upstream's does.
    (number as f64 * factor).ceil() as u64
}

/// The sizes of what a collection holds.
#[derive(Clone, Copy)]
struct Entries {
    list: bool,
    key: Span,
    value: Span,
}

impl Entries {
    fn union(self, other: Self) -> Self {
        Self { list: self.list, key: self.key.union(other.key), value: self.value.union(other.value) }
    }
}

type Path = Vec<SmolStr>;

/// What is known about a variable of a macro.
struct Local {
    name: SmolStr,
    path: Path,
    size: Option<Span>,
    entries: Option<Entries>,
}

/// An argument as the functions' estimates see it.
struct Argument<'c> {
    expr: &'c Expr,
    path: Path,
    size: Option<Span>,
}

/// What a call costs, and how large its result is, where that is known.
struct CallCost {
    cost: Span,
    size: Option<Span>,
}

impl From<Span> for CallCost {
    fn from(cost: Span) -> Self {
        Self { cost, size: None }
    }
}

pub(super) fn estimate(checked: &Checked, root: Option<&Declaration>) -> Span {
    let mut estimator = Estimator {
        checked,
        root,
        paths: BTreeMap::new(),
        locals: Vec::new(),
        sizes: BTreeMap::new(),
        entries: BTreeMap::new(),
    };
    estimator.cost(&checked.root)
}

struct Estimator<'c> {
    checked: &'c Checked,
    root: Option<&'c Declaration>,
    paths: BTreeMap<Id, Path>,
    locals: Vec<Local>,
    sizes: BTreeMap<Id, Span>,
    entries: BTreeMap<Id, Entries>,
}

fn step(mut path: Path, step: &str) -> Path {
    path.push(SmolStr::new(step));
    path
}

impl<'c> Estimator<'c> {
    fn cost(&mut self, expr: &'c Expr) -> Span {
        match &expr.kind {
            Kind::Literal(_) => ZERO,
            Kind::Ident(name) => {
                let path = self.local(name).map_or_else(|| vec![name.clone()], |local| local.path.clone());
                self.paths.insert(expr.id, path);
                ONE
            }
            Kind::Select { operand, test: true, .. } => self.cost(operand),
            Kind::Select { operand, field, .. } => {
                let cost = self.cost(operand);
                let costs = matches!(self.type_of(operand), Type::Map(_) | Type::Object(_));
                let path = step(self.path(operand), field);
                self.paths.insert(expr.id, path);
                cost.plus(if costs { ONE } else { ZERO })
            }
            Kind::Call(call) => self.call(expr, call),
            Kind::List(items) => {
                let costs = items.iter().fold(ZERO, |sum, item| sum.plus(self.cost(&item.value)));
                let value = self.joint_size(items.iter().map(|item| &item.value));
                self.entries.insert(expr.id, Entries { list: true, key: ONE, value });
                costs.plus(Span::exactly(LIST))
            }
            Kind::Map(entries) => {
                let mut costs = ZERO;
                for entry in entries {
                    costs = costs.plus(self.cost(&entry.key)).plus(self.cost(&entry.value));
                }
                let key = self.joint_size(entries.iter().map(|entry| &entry.key));
                let value = self.joint_size(entries.iter().map(|entry| &entry.value));
                self.entries.insert(expr.id, Entries { list: false, key, value });
                costs.plus(Span::exactly(MAP))
            }
            Kind::Struct(_, fields) => fields.iter().fold(ZERO, |sum, it| sum.plus(self.cost(&it.value))),
            Kind::Fold(fold) if fold.is_binding() => self.binding(expr, fold),
            Kind::Fold(fold) => self.fold(expr, fold),
        }
    }

    fn joint_size(&mut self, exprs: impl Iterator<Item = &'c Expr>) -> Span {
        let sizes: Vec<Span> = exprs.map(|expr| self.size_or_unknown(expr)).collect();
        sizes.into_iter().reduce(Span::union).unwrap_or(ZERO)
    }

    fn type_of(&self, expr: &Expr) -> &'c Type {
        self.checked.type_of(expr.id)
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    fn path(&self, expr: &Expr) -> Path {
        if let Kind::Ident(name) = &expr.kind
            && let Some(local) = self.local(name)
        {
            return local.path.clone();
        }
        self.paths.get(&expr.id).cloned().unwrap_or_default()
    }

    /// The size the schema allows at a path, whatever its first name.
    fn declared_size(&self, path: &[SmolStr]) -> Option<Span> {
        let (_, steps) = path.split_first()?;
        let mut at = self.root?;
        for (number, step) in steps.iter().enumerate() {
            if step == "@keys" && at.has_keys() {
                return (number + 1 == steps.len()).then_some(ZERO);
            }
            at = at.at(step)?;
        }
        Some(Span { min: 0, max: u64::try_from(at.most).unwrap_or(0) })
    }

    fn size(&mut self, expr: &Expr) -> Option<Span> {
        if let Some(size) = self.sizes.get(&expr.id) {
            return Some(*size);
        }
        if let Some(size) = literal_size(expr) {
            return Some(Span::exactly(size));
        }
        if let Some(size) = self.declared_size(&self.path(expr)) {
            self.sizes.insert(expr.id, size);
            return Some(size);
        }
        if is_scalar(self.type_of(expr)) {
            return Some(ONE);
        }
        match &expr.kind {
            Kind::Ident(name) => self.local(name)?.size,
            _ => None,
        }
    }

    fn size_or_unknown(&mut self, expr: &Expr) -> Span {
        self.size(expr).unwrap_or(UNKNOWN)
    }

    fn entries_of(&self, expr: &Expr) -> Option<Entries> {
        if let Some(entries) = self.entries.get(&expr.id) {
            return Some(*entries);
        }
        match &expr.kind {
            Kind::Ident(name) => self.local(name)?.entries,
            _ => None,
        }
    }

    fn set_size(&mut self, expr: &Expr, size: Option<Span>) {
        if let Some(size) = size {
            self.sizes.insert(expr.id, size);
        }
    }

    fn set_entries(&mut self, expr: &Expr, entries: Option<Entries>) {
        if let Some(entries) = entries {
            self.entries.insert(expr.id, entries);
        }
    }

    // Loops.

    fn push_value(&mut self, name: &SmolStr, expr: &Expr) {
        let path = self.path(expr);
        let entries = self.entries_of(expr);
        let size = self.size(expr);
        self.locals.push(Local { name: name.clone(), path, size, entries });
    }

    fn push_part(&mut self, name: &SmolStr, range: &Expr, key: bool, single: bool) {
        let entries = self.entries_of(range);
        let list = entries.map_or(matches!(self.type_of(range), Type::List(_)), |it| it.list);
        let values = !key || single && list;
        let size = entries.map(|it| if values { it.value } else { it.key });
        let part = match (values, list) {
            (true, true) => "@items",
            (true, false) => "@values",
            (false, true) => "@indices",
            (false, false) => "@keys",
        };
        let path = step(self.path(range), part);
        self.locals.push(Local { name: name.clone(), path, size, entries: None });
    }

    fn fold(&mut self, expr: &'c Expr, fold: &'c Fold) -> Span {
        let mut sum = self.cost(&fold.range).plus(self.cost(&fold.start));
        self.push_value(&fold.accumulator, &fold.start);
        let outer = self.locals.len();
        match &fold.second {
            Some(second) => {
                self.push_part(&fold.variable, &fold.range, true, false);
                self.push_part(second, &fold.range, false, false);
            }
            None => self.push_part(&fold.variable, &fold.range, true, true),
        }
        let round = self.cost(&fold.condition);
        let round = self.cost(&fold.step).plus(round);
        self.locals.truncate(outer);
        sum = sum.plus(self.cost(&fold.result));
        self.locals.truncate(outer - 1);
        let rounds = self.size_or_unknown(&fold.range);
        sum = sum.plus(rounds.times(round));
        match &fold.start.kind {
            Kind::Literal(_) => {
                let size = self.size(&fold.start);
                self.set_size(expr, size);
            }
            Kind::List(_) | Kind::Map(_) => {
                self.set_size(expr, Some(rounds));
                let entries = self.entries_of(&fold.step);
                self.set_entries(expr, entries);
            }
            _ => {}
        }
        sum
    }

    fn binding(&mut self, expr: &'c Expr, fold: &'c Fold) -> Span {
        let sum = self.cost(&fold.range).plus(self.cost(&fold.start));
        self.push_value(&fold.accumulator, &fold.start);
        let sum = sum.plus(self.cost(&fold.result));
        self.locals.pop();
        let size = self.size(&fold.result);
        self.set_size(expr, size);
        let entries = self.entries_of(&fold.result);
        self.set_entries(expr, entries);
        sum
    }

    // Calls.

    fn argument(&mut self, expr: &'c Expr) -> Argument<'c> {
        let path = self.path(expr);
        let of_accumulator = path.first().is_some_and(|it| it == ACCUMULATOR || it == "__result__");
        let size = self.size(expr);
        Argument { expr, path: if of_accumulator { Path::new() } else { path }, size }
    }

    fn call(&mut self, expr: &'c Expr, call: &'c Call) -> Span {
        if call.function == "dyn"
            && let [inner] = call.args.as_slice()
        {
            let cost = self.cost(inner);
            let size = self.size(inner);
            self.set_size(expr, size);
            let entries = self.entries_of(inner);
            self.set_entries(expr, entries);
            return cost.plus(ONE);
        }
        let mut costs = Vec::new();
        let mut args = Vec::new();
        for arg in &call.args {
            costs.push(self.cost(arg));
            args.push(self.argument(arg));
        }
        let mut sum = ZERO;
        let mut target = None;
        if let Some(receiver) = &call.target {
            sum = sum.plus(self.cost(receiver));
            target = Some(self.argument(receiver));
        }
        let overloads = self.checked.overloads_of(expr.id);
        let mut cost = Span { min: u64::MAX, max: 0 };
        let mut size: Option<Span> = None;
        for overload in overloads {
            let one = self.overload(expr, &call.function, overload, target.as_ref(), &args, &costs);
            cost = cost.union(one.cost);
            size = match (size, one.size) {
                (Some(a), Some(b)) => Some(a.union(b)),
                (a, b) => a.or(b),
            };
            let part = match overload.as_str() {
                "index_list" => Some("@items"),
                "index_map" => Some("@values"),
                _ => None,
            };
            if let (Some(part), Some(collection)) = (part, call.args.first()) {
                size = self.entries_of(collection).map(|it| it.value);
                let path = step(self.path(collection), part);
                self.paths.insert(expr.id, path);
            }
            if size.is_none() {
                size = self.size(expr);
            }
        }
        self.set_size(expr, size);
        sum.plus(cost)
    }

    /// The size for what Kubernetes' own functions cost.
    fn known(&self, argument: &Argument<'_>) -> Span {
        argument.size.or_else(|| self.declared_size(&argument.path)).unwrap_or(UNKNOWN)
    }

    fn overload(
        &mut self,
        expr: &'c Expr,
        function: &str,
        overload: &str,
        target: Option<&Argument<'c>>,
        args: &[Argument<'c>],
        costs: &[Span],
    ) -> CallCost {
        let all = costs.iter().fold(ZERO, |sum, cost| sum.plus(*cost));
        let special = self.library(overload, target, args);
        if let Some(call) = special.or_else(|| self.kubernetes(function, overload, target, args)) {
            return CallCost { cost: call.cost.plus(all), size: call.size };
        }
        match overload {
            "logical_or" | "logical_and" => {
                Span { min: costs.first().map_or(0, |first| first.min), max: all.max }.into()
            }
            "conditional" => {
                let size = self.size_or_unknown(args[1].expr).union(self.size_or_unknown(args[2].expr));
                let entries = self.entries_of(args[1].expr).zip(self.entries_of(args[2].expr));
                self.set_entries(expr, entries.map(|(a, b)| a.union(b)));
                CallCost { cost: costs[0].plus(costs[1].union(costs[2])), size: Some(size) }
            }
            "add_string" | "add_bytes" | "add_list" => {
                let size = or_unknown(&args[0]).plus(or_unknown(&args[1]));
                let entries = self.entries_of(args[0].expr).zip(self.entries_of(args[1].expr));
                self.set_entries(expr, entries.map(|(a, b)| a.union(b)));
                let cost = if overload == "add_list" { ONE } else { size.by(PER_CHARACTER) };
                CallCost { cost: cost.plus(all), size: Some(size) }
            }
            _ => {
                let call = standard(overload, target, args);
                CallCost { cost: call.cost.plus(all), size: call.size }
            }
        }
    }

    /// Functions of cel-go's libraries for lists and sets.
    fn library(
        &self,
        overload: &str,
        target: Option<&Argument<'_>>,
        args: &[Argument<'_>],
    ) -> Option<CallCost> {
        let made = |factor: f64, size: Span| {
            let cost = size.by(factor).plus(Span::exactly(1 + LIST));
            Some(CallCost { cost, size: Some(size) })
        };
        let squared = |argument: &Argument<'_>| {
            let size = self.known(argument);
            size.times(size)
        };
        match (overload, target, args) {
            ("list_sets_contains_list" | "list_sets_intersects_list", None, [a, b]) => {
                Some(self.known(a).times(self.known(b)).by(1.0).plus(ONE).into())
            }
            ("list_sets_equivalent_list", None, [a, b]) => {
                Some(self.known(a).times(self.known(b)).by(2.0).plus(ONE).into())
            }
            ("list_slice", Some(list), [start, end]) => {
                let (start, end) = (literal_int(start, 0), literal_int(end, self.known(list).max));
                made(1.0, Span::exactly(end.wrapping_sub(start)))
            }
            ("lists_range", None, [end]) => made(1.0, Span::exactly(literal_int(end, u64::MAX))),
            ("list_reverse" | "list_flatten", Some(list), []) => made(1.0, self.known(list)),
            ("list_flatten_int", Some(list), [depth]) => {
                made(literal_int(depth, u64::MAX) as f64, self.known(list))
            }
            ("list_distinct", Some(list), []) => made(2.0, squared(list)),
            (sort, Some(list), keys) if is_sort(sort) => {
                let texts = sort.starts_with("list_string_") || sort.starts_with("list_bytes_");
                let factor = if texts { 2.0 + PER_CHARACTER } else { 2.0 };
                made(factor, squared(keys.first().unwrap_or(list)))
            }
            _ => None,
        }
    }

    /// Functions that Kubernetes estimates itself, of its own and of cel-go's libraries.
    fn kubernetes(
        &self,
        function: &str,
        overload: &str,
        target: Option<&Argument<'c>>,
        args: &[Argument<'c>],
    ) -> Option<CallCost> {
        let traversed = |argument: &Argument<'_>| self.known(argument).by(PER_CHARACTER);
        Some(match (function, target, args) {
            ("check", ..) => Span::exactly(350_000).into(),
            ("fieldSelector" | "labelSelector", _, [selector]) => {
                let size = self.known(selector);
                let requirements = size.by(0.5).by(50.0);
                Span::exactly(LIST).plus(size.by(PER_CHARACTER)).plus(requirements).into()
            }
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", Some(list), _) => {
                let size = self.known(list);
                match self.type_of(list.expr) {
                    Type::List(item) => size.times(ONE.plus(self.item_cost(list, item))).into(),
                    _ => size.by(PER_CHARACTER).into(),
                }
            }
            ("url", _, [text]) => CallCost { cost: traversed(text), size: Some(self.known(text)) },
            ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(text), _) => {
                CallCost { cost: traversed(text), size: Some(self.known(text)) }
            }
            ("replace", Some(text), [old, new, ..]) => {
                let size = replaced(self.known(text), self.known(old), self.known(new));
                CallCost { cost: self.known(text).by(2.0 * PER_CHARACTER), size: Some(size) }
            }
            ("split", Some(text), _) => {
                let size = self.known(text);
                let most = match args.get(1).map(|it| &it.expr.kind) {
                    Some(Kind::Literal(Literal::Int(most))) => *most as u64,
                    _ => size.max,
                };
                CallCost { cost: size.by(2.0 * PER_CHARACTER), size: Some(Span { min: 0, max: most }) }
            }
            ("join", Some(list), _) => {
                let size = self.joined(list, args.first());
                CallCost { cost: size.by(PER_CHARACTER), size: Some(size) }
            }
            ("find" | "findAll", Some(text), [pattern, ..]) => {
                let size = self.known(text);
                let cost = pattern_cost(size, self.known(pattern));
                CallCost { cost, size: Some(Span { min: 0, max: size.max }) }
            }
            ("ip", ..) if overload == "cidr_ip" => ONE.into(),
            (
                "cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver",
                _,
                [text, ..],
            ) => traversed(text).into(),
            ("ip.isCanonical", _, [text]) => self.known(text).by(2.0 * PER_CHARACTER).into(),
            ("containsIP" | "containsCIDR", _, [other]) => {
                let bytes = Span { min: 4, max: 16 };
                let mut cost = bytes.plus(bytes).by(PER_CHARACTER);
                if function == "containsCIDR" {
                    cost = cost.plus(bytes.by(PER_CHARACTER)).plus(ONE);
                }
                let parsed = matches!(overload, "cidr_contains_ip_string" | "cidr_contains_cidr_string");
                if parsed { cost.plus(traversed(other)).into() } else { cost.into() }
            }
            ("validate", _, [text]) => traversed(text).by(128.0 * PER_PATTERN_CHARACTER).into(),
            ("_==_", _, [left, right]) => return self.equality(left, right),
            _ if is_cheap(function) => ONE.into(),
            _ => return None,
        })
    }

    /// What comparing one item costs beyond its own.
    fn item_cost(&self, list: &Argument<'_>, item: &Type) -> Span {
        if !matches!(item, Type::String | Type::Bytes) {
            return ZERO;
        }
        let size =
            if list.path.is_empty() { None } else { self.declared_size(&step(list.path.clone(), "@items")) };
        size.unwrap_or(UNKNOWN).by(PER_CHARACTER)
    }

    fn joined(&self, list: &Argument<'_>, separator: Option<&Argument<'_>>) -> Span {
        let items = self.known(list);
        let item =
            if list.path.is_empty() { None } else { self.declared_size(&step(list.path.clone(), "@items")) };
        let mut size = match self.type_of(list.expr) {
            Type::List(_) => items.times(item.unwrap_or(UNKNOWN)),
            _ => ZERO,
        };
        if let Some(separator) = separator {
            let gaps = Span { min: items.min.saturating_sub(1), max: items.max.saturating_sub(1) };
            size = size.plus(self.known(separator).times(gaps));
        }
        size
    }

    /// Values of libraries are compared in one step.
    fn equality(&self, left: &Argument<'_>, right: &Argument<'_>) -> Option<CallCost> {
        let kind = self.type_of(left.expr);
        if kind != self.type_of(right.expr) {
            return None;
        }
        let Type::Library(name) = kind else {
            return None;
        };
        Some(match *name {
            "kubernetes.NamedFormat" => Span { min: 1, max: 64 }.by(PER_CHARACTER).into(),
            "kubernetes.URL" => {
                let size = right.size.unwrap_or(ONE);
                Span { min: 1, max: size.max }.by(PER_CHARACTER).into()
            }
            _ => ONE.into(),
        })
    }
}

/// Accessors and the like.
fn is_cheap(function: &str) -> bool {
    const CHEAP: [&str; 38] = [
        "serviceAccount",
        "path",
        "group",
        "resource",
        "subresource",
        "namespace",
        "name",
        "allowed",
        "reason",
        "error",
        "errored",
        "masked",
        "prefixLength",
        "family",
        "isUnspecified",
        "isLoopback",
        "isLinkLocalMulticast",
        "isLinkLocalUnicast",
        "isGlobalUnicast",
        "format.named",
        "sign",
        "asInteger",
        "isInteger",
        "asApproximateFloat",
        "isGreaterThan",
        "isLessThan",
        "compareTo",
        "add",
        "sub",
        "major",
        "minor",
        "patch",
        "getScheme",
        "getHostname",
        "getHost",
        "getPort",
        "getEscapedPath",
        "getQuery",
    ];
    CHEAP.contains(&function)
}

fn or_unknown(argument: &Argument<'_>) -> Span {
    argument.size.unwrap_or(UNKNOWN)
}

fn pattern_cost(text: Span, pattern: Span) -> Span {
    text.plus(ONE).by(PER_CHARACTER).times(pattern.by(PER_PATTERN_CHARACTER))
}

/// Functions of the language itself.
fn standard(overload: &str, target: Option<&Argument<'_>>, args: &[Argument<'_>]) -> CallCost {
    match (overload, target, args) {
        ("string_format", Some(text), _) => or_unknown(text).by(PER_CHARACTER).into(),
        ("string_to_bytes", _, [text]) => {
            let size = or_unknown(text);
            let bytes = Span { min: size.min, max: size.max.wrapping_mul(4) };
            CallCost { cost: size.by(PER_CHARACTER), size: Some(bytes) }
        }
        ("bytes_to_string", _, [bytes]) => {
            let size = or_unknown(bytes);
            let text = Span { min: size.min / 4, max: size.max };
            CallCost { cost: size.by(PER_CHARACTER), size: Some(text) }
        }
        ("strings_quote", _, [text]) => {
            let size = or_unknown(text);
            let quoted =
                Span { min: size.min.wrapping_add(2), max: size.max.wrapping_mul(2).wrapping_add(2) };
            CallCost { cost: size.by(PER_CHARACTER), size: Some(quoted) }
        }
        ("starts_with_string" | "ends_with_string", _, [part]) => or_unknown(part).by(PER_CHARACTER).into(),
        ("in_list", _, [_, list]) => or_unknown(list).into(),
        ("matches_string", Some(text), [pattern]) => {
            pattern_cost(or_unknown(text), or_unknown(pattern)).into()
        }
        ("contains_string", Some(text), [part]) => {
            or_unknown(text).by(PER_CHARACTER).times(or_unknown(part).by(PER_CHARACTER)).into()
        }
        (
            "less_string"
            | "greater_string"
            | "less_equals_string"
            | "greater_equals_string"
            | "less_bytes"
            | "greater_bytes"
            | "less_equals_bytes"
            | "greater_equals_bytes"
            | "equals"
            | "not_equals",
            _,
            [left, right],
        ) => {
            let most = or_unknown(left).max.min(or_unknown(right).max);
            Span { min: u64::from(most > 0), max: most }.by(PER_CHARACTER).into()
        }
        _ => ONE.into(),
    }
}

/// How long a text may be after replacements.
fn replaced(text: Span, old: Span, new: Span) -> Span {
    let ceil = |a: u64, b: u64| (a as f64 / b as f64).ceil() as u64;
    let (most_times, most_kept) = if old.min == 0 {
        (text.max.saturating_add(1), text.max)
    } else if new.max <= old.min {
        (0, text.max)
    } else {
        (ceil(text.max, old.min), 0)
    };
    let (least_times, least_kept) = if old.max == 0 {
        (text.min.saturating_add(1), text.min)
    } else if old.max <= new.min {
        (0, text.min)
    } else {
        (ceil(text.min, old.max), 0)
    };
    let times = Span { min: least_times, max: most_times };
    times.times(new).plus(Span { min: least_kept, max: most_kept })
}

fn literal_int(argument: &Argument<'_>, otherwise: u64) -> u64 {
    match &argument.expr.kind {
        Kind::Literal(Literal::Int(number)) => u64::try_from(*number).unwrap_or(0),
        _ => otherwise,
    }
}

fn literal_size(expr: &Expr) -> Option<u64> {
    let size = match &expr.kind {
        Kind::Literal(Literal::Text(text)) => text.chars().count(),
        Kind::Literal(Literal::Bytes(bytes)) => bytes.len(),
        Kind::Literal(_) => 1,
        Kind::List(items) => items.len(),
        Kind::Map(entries) => entries.len(),
        _ => return None,
    };
    Some(size as u64)
}

fn is_scalar(kind: &Type) -> bool {
    match kind {
        Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint => true,
        Type::Optional(inner) => is_scalar(inner),
        _ => false,
    }
}
