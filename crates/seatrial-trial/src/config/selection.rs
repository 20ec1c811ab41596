//! Which checks run: ids, globs over ids, and the two groups.

use seatrial_diagnostics::{CheckInfo, Strictness};

use super::CheckPattern;
use crate::nearest;

/// The groups of checks that a selection may name.
pub const GROUPS: [&str; 2] = ["default", "strict"];

/// A pattern that names none of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no check is called `{pattern}`")]
pub struct UnknownCheck {
    /// The pattern.
    pub pattern: String,
    /// The known word that it is probably a slip of.
    pub nearest: Option<&'static str>,
}

impl UnknownCheck {
    /// What to try instead.
    pub fn hint(&self) -> String {
        match self.nearest {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`seatrial explain` lists the checks".to_owned(),
        }
    }
}

/// Which checks run, by id or glob, or the words `default` and `strict`.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Empty for the group `default`.
    patterns: Vec<CheckPattern>,
    /// Checks that do not run although they are selected.
    without: Vec<CheckPattern>,
}

impl Selection {
    /// These checks and no others; an empty list stands for the default.
    pub fn of(patterns: &[String]) -> Self {
        Self { patterns: patterns.iter().map(|it| CheckPattern::new(it)).collect(), without: Vec::new() }
    }

    /// Leaves checks out, whatever selects them.
    pub fn leave_out(&mut self, patterns: &[String]) {
        self.without.extend(patterns.iter().map(|it| CheckPattern::new(it)));
    }

    /// Whether a check runs.
    pub fn has(&self, check: &CheckInfo) -> bool {
        self.selects(check) && !self.without.iter().any(|pattern| pattern.names(check.id))
    }

    fn selects(&self, check: &CheckInfo) -> bool {
        let is_default = check.strictness == Strictness::Default;
        if self.patterns.is_empty() {
            return is_default;
        }
        self.patterns.iter().any(|pattern| match pattern.as_str() {
            "default" => is_default,
            "strict" => true,
            _ => pattern.names(check.id),
        })
    }
}

/// The check of this id.
pub fn find_check(id: &str, checks: &[&'static CheckInfo]) -> Result<&'static CheckInfo, UnknownCheck> {
    let found = checks.iter().find(|check| check.id == id).copied();
    found.ok_or_else(|| unknown(id, checks, &[]))
}

/// An id, or a glob that at least one id matches.
pub fn known_check(pattern: &str, checks: &[&'static CheckInfo]) -> Result<(), UnknownCheck> {
    let named = CheckPattern::new(pattern);
    let is_known = checks.iter().any(|check| named.names(check.id));
    if is_known { Ok(()) } else { Err(unknown(pattern, checks, &[])) }
}

/// What may be selected: a group, an id, or a glob that at least one id matches.
pub fn known_selection(pattern: &str, checks: &[&'static CheckInfo]) -> Result<(), UnknownCheck> {
    if GROUPS.contains(&pattern) {
        return Ok(());
    }
    known_check(pattern, checks).map_err(|_| unknown(pattern, checks, &GROUPS))
}

fn unknown(pattern: &str, checks: &[&'static CheckInfo], groups: &[&'static str]) -> UnknownCheck {
    let ids = checks.iter().map(|check| check.id);
    let nearest = nearest(pattern, groups.iter().copied().chain(ids));
    UnknownCheck { pattern: pattern.to_owned(), nearest }
}

#[cfg(test)]
mod tests {
    use seatrial_diagnostics::{Level, Severity};

    use super::*;

    static KNOWN: CheckInfo = CheckInfo {
        id: "service-selects-nothing",
        title: "A Service selects no pod",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &[],
        page: "",
    };
    static STRICT: CheckInfo = CheckInfo { id: "advice", strictness: Strictness::Strict, ..KNOWN };

    fn selected(patterns: &[&str], without: &[&str]) -> Vec<&'static str> {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let mut selection = Selection::of(&owned(patterns));
        selection.leave_out(&owned(without));
        [&KNOWN, &STRICT].into_iter().filter(|check| selection.has(check)).map(|check| check.id).collect()
    }

    #[test]
    fn groups_ids_and_globs_select() {
        assert_eq!(selected(&[], &[]), ["service-selects-nothing"]);
        assert_eq!(selected(&["default"], &[]), ["service-selects-nothing"]);
        assert_eq!(selected(&["strict"], &[]), ["service-selects-nothing", "advice"]);
        assert_eq!(selected(&["adv*"], &[]), ["advice"]);
        assert_eq!(selected(&["default", "advice"], &[]), ["service-selects-nothing", "advice"]);
    }

    #[test]
    fn what_is_left_out_stays_out_whatever_selects_it() {
        assert_eq!(selected(&["strict", "advice"], &["adv*"]), ["service-selects-nothing"]);
        assert_eq!(selected(&[], &["service-*"]), [""; 0]);
    }

    #[test]
    fn a_slip_names_the_nearest_word() {
        let checks = [&KNOWN, &STRICT];
        let hint = |pattern| known_selection(pattern, &checks).map_err(|it| it.hint());
        assert_eq!(hint("strict"), Ok(()));
        assert_eq!(hint("*-nothing"), Ok(()));
        assert_eq!(hint("strcit"), Err("did you mean `strict`?".to_owned()));
        assert_eq!(hint("service-select-nothing"), Err("did you mean `service-selects-nothing`?".to_owned()));
        assert_eq!(hint("zzz*"), Err("`seatrial explain` lists the checks".to_owned()));
        assert_eq!(known_check("strict", &checks).map_err(|it| it.nearest), Err(None));
    }
}
