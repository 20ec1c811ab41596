//! The tree of an expression, with macros expanded.

use smol_str::SmolStr;

/// The number of a node; positions and types are kept by it.
pub(super) type Id = u32;

/// One node of the tree.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) id: Id,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Literal(Literal),
    Ident(SmolStr),
    /// `operand.field`, or with `test` `has(operand.field)`.
    Select {
        operand: Box<Expr>,
        field: SmolStr,
        test: bool,
    },
    Call(Box<Call>),
    List(Vec<Element>),
    Map(Vec<MapEntry>),
    /// `Name{field: value}`
    Struct(SmolStr, Vec<StructField>),
    Fold(Box<Fold>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(SmolStr),
    Bytes(Vec<u8>),
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) target: Option<Expr>,
    pub(super) function: SmolStr,
    pub(super) args: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) value: Expr,
    pub(super) optional: bool,
}

#[derive(Clone, Debug)]
pub(super) struct MapEntry {
    pub(super) key: Expr,
    pub(super) value: Expr,
    pub(super) optional: bool,
}

#[derive(Clone, Debug)]
pub(super) struct StructField {
    pub(super) value: Expr,
}

/// A loop over a list or map: what macros become.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) range: Expr,
    pub(super) variable: SmolStr,
    pub(super) second: Option<SmolStr>,
    pub(super) accumulator: SmolStr,
    pub(super) start: Expr,
    pub(super) condition: Expr,
    pub(super) step: Expr,
    pub(super) result: Expr,
}

/// The accumulator of every macro that loops; no expression can name it.
pub(super) const ACCUMULATOR: &str = "@result";

impl Fold {
    /// Whether it only names a value, as `optMap` does: there is nothing to loop over.
    pub(super) fn is_binding(&self) -> bool {
        matches!(&self.range.kind, Kind::List(items) if items.is_empty())
            && matches!(self.condition.kind, Kind::Literal(Literal::Bool(false)))
            && self.accumulator != ACCUMULATOR
    }
}

impl Expr {
    /// `a.b.c`, where the expression is nothing but names.
    pub(super) fn qualified_name(&self) -> Option<SmolStr> {
        match &self.kind {
            Kind::Ident(name) => Some(name.clone()),
            Kind::Select { operand, field, test: false } => {
                Some(smol_str::format_smolstr!("{}.{field}", operand.qualified_name()?))
            }
            _ => None,
        }
    }

    /// The text of a literal.
    pub(super) fn as_text(&self) -> Option<&SmolStr> {
        match &self.kind {
            Kind::Literal(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Calls `visit` for this node and all below it, outer ones first.
    pub(super) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        self.kind.each_child(&mut |child| child.walk(visit));
    }
}

impl Kind {
    /// Calls `visit` for the nodes directly below.
    pub(super) fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Kind::Literal(_) | Kind::Ident(_) => {}
            Kind::Select { operand, .. } => visit(operand),
            Kind::Call(call) => call.target.iter().chain(&call.args).for_each(visit),
            Kind::List(items) => items.iter().for_each(|item| visit(&item.value)),
            Kind::Map(entries) => entries.iter().for_each(|entry| {
                visit(&entry.key);
                visit(&entry.value);
            }),
            Kind::Struct(_, fields) => fields.iter().for_each(|field| visit(&field.value)),
            Kind::Fold(fold) => {
                for part in [&fold.range, &fold.start, &fold.condition, &fold.step, &fold.result] {
                    visit(part);
                }
            }
        }
    }
}
