//! `.helmignore`: close to `.gitignore`, with rules of its own.

use super::globs::{BadPattern, Pattern};

/// The rules of one file, in order.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// None where what is left of the line does not parse: it fits nothing.
    pattern: Option<Pattern>,
    is_negated: bool,
    only_directories: bool,
    /// Whether the whole path is compared, not just its last step.
    is_path: bool,
}

impl Rules {
    /// Reads the rules of a file. What stands before a broken one counts no
    /// more: Helm refuses the chart.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rules = Self::default();
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// What is ignored in every chart: hidden files among the templates.
    pub(super) fn with_defaults(mut self) -> Self {
        self.add("templates/.?*").expect("the pattern is well formed");
        self
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err("double-star (**) syntax is not supported".to_owned());
        }
        Pattern::new(line).map_err(|BadPattern| BadPattern::MESSAGE.to_owned())?;
        let (is_negated, rule) = strip(line, |line| line.strip_prefix('!'));
        let (only_directories, rule) = strip(rule, |rule| rule.strip_suffix('/'));
        let (is_rooted, rule) = strip(rule, |rule| rule.strip_prefix('/'));
        let is_path = is_rooted || rule.contains('/');
        self.0.push(Rule { pattern: Pattern::new(rule).ok(), is_negated, only_directories, is_path });
        Ok(())
    }

    /// Whether a path, relative to the chart's directory, is ignored. A rule
    /// with `!` ignores whatever it does not match, as Helm has it.
    pub(super) fn ignores(&self, path: &str, is_directory: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        let path: Vec<char> = path.trim_end_matches('/').chars().collect();
        let name = path.rsplit(|it| *it == '/').next().unwrap_or(&path);
        self.0.iter().any(|rule| {
            let is_passed = rule.only_directories && !is_directory;
            let matches = || {
                rule.pattern.as_ref().is_some_and(|it| it.matches(if rule.is_path { &path } else { name }))
            };
            if rule.is_negated { is_passed || !matches() } else { !is_passed && matches() }
        })
    }
}

fn strip<'a>(text: &'a str, by: impl Fn(&'a str) -> Option<&'a str>) -> (bool, &'a str) {
    by(text).map_or((false, text), |rest| (true, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_helms() {
        let cases = [
            ("helm.*", "helm.txt", false, true),
            ("*.txt", "cargo/a.txt", false, true),
            ("cargo/*.txt", "mast/a.txt", false, false),
            (".*", ".", true, false),
            (".*", ".joonix", false, true),
            ("cargo/", "cargo", true, true),
            ("cargo/", "cargo", false, false),
            ("!helm.txt", "helm.txt", false, false),
            ("!helm.txt", "tiller.txt", false, true),
            ("!cargo/", "mast", true, true),
            ("/a.txt", "a.txt", false, true),
            ("/a.txt", "cargo/a.txt", false, false),
            ("# a.txt", "a.txt", false, false),
        ];
        for (line, path, is_directory, expected) in cases {
            let rules = Rules::parse(line).expect("the rule is well formed");
            assert_eq!(rules.ignores(path, is_directory), expected, "{line} {path}");
        }
        assert!(Rules::parse("a/**/b").is_err());
        assert!(Rules::parse("[z-").is_err());
        let rules = Rules::default().with_defaults();
        assert!(rules.ignores("templates/.hidden.yaml", false));
        assert!(!rules.ignores("templates/seen.yaml", false));
    }
}
