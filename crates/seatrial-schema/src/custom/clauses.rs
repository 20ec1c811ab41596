//! `anyOf`, `oneOf`, `allOf` and `not` (`kube-openapi`,
//! `pkg/validation/validate/schema_props.go`).

use super::values::{Checker, Found};
use crate::path::Path;
use crate::structural::Structural;
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn clauses(
        &self,
        schema: &Structural,
        value: &Value,
        old: Option<&Value>,
        at: &Path<'_>,
        found: &mut Found,
    ) {
        found.looked_at += 2;
        let bounds = schema.bounds();
        let run = |clause: &Structural| {
            let mut found = Found::default();
            self.check(clause, value, old, at, &mut found);
            found
        };
        let say = |found: &mut Found, detail: &str| {
            let detail = format!("{:?} {detail}", self.name(at));
            found.add_above(self.base, at, detail);
        };
        if !bounds.any_of.is_empty() {
            let mut best: Option<Found> = None;
            for clause in &bounds.any_of {
                let other = run(clause);
                let is_valid = other.is_valid();
                if is_valid || best.as_ref().is_none_or(|best| other.looked_at > best.looked_at) {
                    best = Some(other);
                }
                if is_valid {
                    break;
                }
            }
            if best.as_ref().is_none_or(|best| !best.is_valid()) {
                say(found, "must validate at least one schema (anyOf)");
            }
            if let Some(best) = best {
                found.take(best);
            }
        }
        if !bounds.one_of.is_empty() {
            let all: Vec<_> = bounds.one_of.iter().map(run).collect();
            let valid = all.iter().filter(|it| it.is_valid()).count();
            match valid {
                1 => {}
                0 => say(found, "must validate one and only one schema (oneOf). Found none valid"),
                _ => say(
                    found,
                    &format!(
                        "must validate one and only one schema (oneOf). Found {valid} valid alternatives"
                    ),
                ),
            }
            let chosen = match valid {
                0 => all.into_iter().reduce(|best, it| if it.looked_at > best.looked_at { it } else { best }),
                1 => all.into_iter().find(Found::is_valid),
                _ => None,
            };
            if let Some(chosen) = chosen {
                found.take(chosen);
            }
        }
        let mut valid = 0;
        for clause in &bounds.all_of {
            let other = run(clause);
            valid += usize::from(other.is_valid());
            found.take(other);
        }
        if valid < bounds.all_of.len() {
            let none = if valid == 0 { ". None validated" } else { "" };
            say(found, &format!("must validate all the schemas (allOf){none}"));
        }
        if bounds.not.as_deref().is_some_and(|not| run(not).is_valid()) {
            say(found, "must not validate the schema (not)");
        }
    }
}
