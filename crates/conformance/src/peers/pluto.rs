//! Pluto: the rows of its `versions.yaml`, and what its end-to-end tests expect
//! of files.

use std::path::Path;

use seatrial_schema::removed::{Standing, fate};
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, parse};

use super::row::Row;
use super::table::Table;
use super::{files_below, manifests, text_of};
use crate::Disagreement;

const ROWS: &str = "versions.yaml";
const TESTS: &str = "e2e/tests";
/// The release that is meant where a test names none, as its table says.
const DEFAULT_MINOR: u8 = 25;

/// A row for each row of the table, and one for each test of files.
pub(super) fn tables(dir: &Path) -> anyhow::Result<Vec<Table>> {
    let Some(text) = text_of(&dir.join(ROWS))?.filter(|it| it.contains("deprecated-versions:")) else {
        return Ok(Vec::new());
    };
    let mut tables = vec![Table::new("pluto versions").rows(rows(&text))];
    let tests = dir.join(TESTS);
    if tests.is_dir() {
        let mut files = Table::new("pluto files");
        let mut left_out = 0;
        for path in files_below(&tests, &[".yaml"])?.iter().filter(|it| it.parent() == Some(&*tests)) {
            let text = text_of(path)?.unwrap_or_default();
            let stream = parse(FileId(0), text.into(), Dialect::GoYaml3, &Limits::default());
            let cases = stream.roots().filter_map(|root| root.get("testcases")).flat_map(Node::items);
            for case in cases {
                match Test::read(case) {
                    Some(test) => files.cases.push(test.compare(&tests)?),
                    None => left_out += 1,
                }
            }
        }
        files.notes.push(format!("  {left_out} not compared: they are about clusters and options"));
        tables.push(files);
    }
    Ok(tables)
}

fn rows(text: &str) -> Vec<Row> {
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml3, &Limits::default());
    let list = stream.roots().filter_map(|root| root.get("deprecated-versions"));
    list.flat_map(Node::items).map(row).collect()
}

fn row(node: Node<'_>) -> Row {
    let word = |name: &str| node.get(name).and_then(Node::as_str).unwrap_or_default().to_owned();
    let component = word("component");
    Row {
        api_version: word("version"),
        kind: word("kind"),
        // A row that names no release for its deprecation leaves it open.
        deprecated: Some(word("deprecated-in")).filter(|it| !it.is_empty()),
        removed: Some(word("removed-in")),
        replacement: Some(word("replacement-api")),
        project: (component != "k8s").then_some(component),
        ..Row::default()
    }
}

/// A test that looks at files.
struct Test {
    name: String,
    place: String,
    minor: u8,
    only_removed: bool,
    code: i64,
}

impl Test {
    fn read(case: Node<'_>) -> Option<Self> {
        let steps: Vec<_> = case.get("steps")?.items().collect();
        let [step] = steps[..] else { return None };
        let script = step.get("script")?.as_str()?;
        let mut words = script.split_whitespace();
        if words.next() != Some("pluto") || !words.next()?.starts_with("detect") {
            return None;
        }
        let mut test = Self {
            name: case.get("name")?.as_str()?.to_owned(),
            place: String::new(),
            minor: DEFAULT_MINOR,
            only_removed: false,
            code: code(step)?,
        };
        while let Some(word) = words.next() {
            match word {
                "-d" => words.next()?.clone_into(&mut test.place),
                "--target-versions" => test.minor = minor(words.next()?)?,
                "-r" => test.only_removed = true,
                "-owide" => {}
                "-o" | "--columns" => break,
                place if place.starts_with("assets/") => place.clone_into(&mut test.place),
                _ => return None,
            }
        }
        (!test.place.is_empty() && test.code != 1).then_some(test)
    }

    /// The exit code: 3 for something removed, 2 for something deprecated.
    fn compare(&self, dir: &Path) -> anyhow::Result<Option<Disagreement>> {
        let place = dir.join(&self.place);
        let files = if place.is_dir() { files_below(&place, &[".yaml", ".json"])? } else { vec![place] };
        let mut worst = Standing::Current;
        for file in files {
            for (version, kind) in manifests::types(&file)? {
                worst =
                    worst.max(fate(&version, &kind).map_or(Standing::Current, |it| it.standing(self.minor)));
            }
        }
        let ours = match worst {
            Standing::Removed => 3,
            Standing::Deprecated if !self.only_removed => 2,
            _ => 0,
        };
        Ok((ours != self.code).then(|| Disagreement {
            id: self.name.clone(),
            input: format!("{} for 1.{}", self.place, self.minor),
            recorded: self.code.to_string(),
            ours: ours.to_string(),
        }))
    }
}

/// `result.code ShouldEqual 2`
fn code(step: Node<'_>) -> Option<i64> {
    let mut said = step.get("assertions")?.items().filter_map(Node::as_str);
    said.find_map(|it| it.strip_prefix("result.code ShouldEqual ")?.parse().ok())
}

/// `k8s=v1.15.0`
fn minor(target: &str) -> Option<u8> {
    target.strip_prefix("k8s=v1.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_tests_are_read() {
        let rows = rows(
            "deprecated-versions:\n- {version: a/v1, kind: Lamp, deprecated-in: '', removed-in: v1.22.0, component: k8s}\n",
        );
        assert_eq!(
            (rows.len(), rows[0].removed.as_deref(), rows[0].deprecated.as_deref()),
            (1, Some("v1.22.0"), None)
        );
        let text = "name: x\nsteps:\n- script: pluto detect-files -d assets/ --target-versions k8s=v1.15.0 -r\n  assertions: [result.code ShouldEqual 0]\n";
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml3, &Limits::default());
        let test = stream.roots().next().and_then(Test::read).expect("a test of files");
        assert_eq!((test.place.as_str(), test.minor, test.only_removed, test.code), ("assets/", 15, true, 0));
    }
}
