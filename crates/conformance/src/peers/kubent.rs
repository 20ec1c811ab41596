//! kube-no-trouble: the tables inside its Rego rules, and which objects of its
//! fixtures it names.

use std::path::Path;

use seatrial_schema::removed::{Standing, fate};
use seatrial_schema::table;

use super::row::Row;
use super::table::Table;
use super::{files_below, manifests, text_of};
use crate::Disagreement;

const RULES: &str = "pkg/rules/rego";
const TESTS: &str = "test";

/// A row for each version of each kind, and one for each test.
pub(super) fn tables(dir: &Path) -> anyhow::Result<Vec<Table>> {
    let rules = dir.join(RULES);
    if !rules.is_dir() {
        return Ok(Vec::new());
    }
    let mut table = Table::new("kubent rules");
    for path in files_below(&rules, &[".rego"])? {
        let text = text_of(&path)?.unwrap_or_default();
        table.rows.extend(rows(&text));
    }
    let mut fixtures = Table::new("kubent fixtures");
    let tests = dir.join(TESTS);
    if tests.is_dir() {
        for path in files_below(&tests, &["_test.go"])? {
            let text = text_of(&path)?.unwrap_or_default();
            for test in text.lines().filter_map(Test::read) {
                fixtures.cases.push(test.compare(&tests)?);
            }
        }
    }
    Ok(vec![table, fixtures])
}

/// `"Kind": {"old": [versions], "new": version, "since": release}`, as often as it stands there.
fn rows(text: &str) -> Vec<Row> {
    let removed = text.split_once("removed in ").and_then(|(_, rest)| rest.split_once('"')).map(|it| it.0);
    let removed = removed.filter(|it| it.starts_with("1.")).map(str::to_owned);
    let strings: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    let mut rows = Vec::new();
    for (at, word) in strings.iter().enumerate().skip(1) {
        if *word != "old" {
            continue;
        }
        let versions: Vec<_> = strings[at + 1..].iter().take_while(|it| **it != "new").collect();
        let Some(new) = strings.get(at + versions.len() + 2) else { continue };
        let replacement = if *new == "<removed>" { "" } else { new };
        for version in versions {
            rows.push(Row {
                api_version: (*version).to_owned(),
                kind: strings[at - 1].to_owned(),
                removed: removed.clone(),
                replacement: Some(replacement.to_owned()),
                // Rules without a release are about the snapshot controller's.
                project: removed.is_none().then(|| "another".to_owned()),
                ..Row::default()
            });
        }
    }
    rows
}

/// Files, and the kinds in them that are named.
struct Test<'a> {
    name: &'a str,
    paths: Vec<&'a str>,
    kinds: Vec<&'a str>,
}

impl<'a> Test<'a> {
    /// `{"name", []string{paths}, []string{kinds}}`
    fn read(line: &'a str) -> Option<Self> {
        let mut parts = line.split("[]string{");
        let mut strings = || {
            Some(parts.next()?.split('"').skip(1).step_by(2).collect::<Vec<_>>()).filter(|it| !it.is_empty())
        };
        Some(Self { name: strings()?.first()?, paths: strings()?, kinds: strings()? })
    }

    fn compare(&self, dir: &Path) -> anyhow::Result<Option<Disagreement>> {
        let newest = *table::Table::minors().end();
        let mut found = Vec::new();
        for path in &self.paths {
            for (version, kind) in manifests::types(&dir.join(path))? {
                if fate(&version, &kind).is_some_and(|it| it.standing(newest) != Standing::Current) {
                    found.push(kind);
                }
            }
        }
        Ok((found != self.kinds).then(|| Disagreement {
            id: self.name.to_owned(),
            input: self.paths.join(" "),
            recorded: self.kinds.join(" "),
            ours: found.join(" "),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_in_rules_are_read() {
        let text = "\"RuleSet\": \"Deprecated APIs removed in 1.27\",\n deprecated_apis = {\"Lamp\": {\n\"old\": [\"a/v1\", \"a/v2\"],\n\"new\": \"<removed>\",\n\"since\": \"1.24\",\n}}";
        let rows = rows(text);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].api_version.as_str(), rows[1].kind.as_str()), ("a/v2", "Lamp"));
        assert_eq!((rows[1].removed.as_deref(), rows[1].replacement.as_deref()), (Some("1.27"), Some("")));
    }
}
