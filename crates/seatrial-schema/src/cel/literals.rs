//! Checks of literals that the type checker does not make: cel-go's
//! `cel/validator.go` and the format strings of `ext/formatting.go` (v0.26.0).

use super::ast::{Call, Element, Expr, Id, Kind, Literal};
use super::checker::Checked;
use super::issue::Issue;
use super::time::Timestamp;
use super::types::Type;
use super::{format_text, re2};
use crate::durations;

pub(super) fn check(checked: &Checked) -> Vec<Issue> {
    let mut checks = Checks { checked, issues: Vec::new() };
    checks.walk(&checked.root, false);
    checks.issues
}

struct Checks<'c> {
    checked: &'c Checked,
    issues: Vec<Issue>,
}

impl<'c> Checks<'c> {
    fn report(&mut self, id: Id, message: String) {
        self.issues.push(Issue { range: self.checked.places.range(id), message });
    }

    fn walk(&mut self, expr: &'c Expr, in_format: bool) {
        let mut exempt = in_format;
        match &expr.kind {
            Kind::Call(call) => {
                exempt |= call.function == "format";
                self.call(expr.id, call);
            }
            Kind::List(items) if !in_format => self.same_items(items),
            Kind::Map(entries) if !in_format => {
                self.same(entries.iter().map(|entry| (&entry.key, false)).collect(), true);
                self.same(entries.iter().map(|entry| (&entry.value, entry.optional)).collect(), true);
            }
            _ => {}
        }
        expr.kind.each_child(&mut |child| self.walk(child, exempt));
    }

    fn call(&mut self, id: Id, call: &'c Call) {
        let Some(first) = call.args.first() else {
            return;
        };
        if let (Some(target), "format", Kind::List(items)) =
            (&call.target, call.function.as_str(), &first.kind)
            && let Some(format) = target.as_text()
        {
            self.format(id, format, items);
        }
        let Kind::Literal(literal) = &first.kind else {
            return;
        };
        let valid = match (call.function.as_str(), literal) {
            ("duration", Literal::Text(text)) => durations::parse(text).is_some(),
            ("duration", _) => false,
            ("timestamp", Literal::Text(text)) => Timestamp::parse(text).is_ok(),
            ("timestamp", Literal::Int(seconds)) => Timestamp::from_unix(*seconds).is_some(),
            ("matches", Literal::Text(text)) => re2::compile(text).is_ok(),
            _ => true,
        };
        if !valid {
            self.report(first.id, format!("invalid {} argument", call.function));
        }
    }

    fn format(&mut self, id: Id, format: &str, items: &'c [Element]) {
        let types: Vec<Vec<&Type>> = items
            .iter()
            .map(|item| {
                let mut types = Vec::new();
                self.parts(&item.value, &mut types);
                types
            })
            .collect();
        if let Err((argument, message)) = format_text::check(format, &types) {
            self.report(argument.map_or(id, |at| items[at].value.id), message);
        }
    }

    /// The types of an expression and of what a literal collection holds.
    fn parts(&self, expr: &'c Expr, types: &mut Vec<&'c Type>) {
        types.push(self.checked.type_of(expr.id));
        match &expr.kind {
            Kind::List(items) => items.iter().for_each(|item| self.parts(&item.value, types)),
            Kind::Map(entries) => entries.iter().for_each(|entry| {
                self.parts(&entry.key, types);
                self.parts(&entry.value, types);
            }),
            _ => {}
        }
    }

    fn same_items(&mut self, items: &'c [Element]) {
        self.same(items.iter().map(|item| (&item.value, item.optional)).collect(), false);
    }

    /// All are of one type; of a list the first other one is reported.
    fn same(&mut self, exprs: Vec<(&'c Expr, bool)>, all: bool) {
        let mut expected: Option<Type> = None;
        for (expr, optional) in exprs {
            let kind = self.checked.type_of(expr.id).clone();
            let kind = if optional { kind.unwrap_optional().0 } else { kind };
            match &expected {
                None => expected = Some(kind),
                Some(expected) if equivalent(expected, &kind) => {}
                Some(expected) => {
                    self.report(expr.id, format!("expected type '{expected}' but found '{kind}'"));
                    if !all {
                        return;
                    }
                }
            }
        }
    }
}

/// Like equal; type parameters would not matter, but none are left.
fn equivalent(this: &Type, that: &Type) -> bool {
    match (this, that) {
        (Type::Kind(_), Type::Kind(_)) => true,
        _ => this == that,
    }
}
