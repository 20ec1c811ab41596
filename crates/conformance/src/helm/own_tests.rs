//! The tests of `helm template` in a clone of Helm: the charts they name are
//! rendered, and what they expect is compared. Nothing of theirs is kept here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::kustomize::go::{self, Expression, File, Statement, Type};
use crate::rendered::Row;

/// The Kubernetes that templates see in Helm's tests.
const KUBERNETES: &str = "v1.20.0";

/// Where a clone keeps the tests of its commands, if the folder is one.
pub(super) fn folder(clone: &Path) -> Option<PathBuf> {
    let folders = ["pkg/cmd", "cmd/helm"].map(|it| clone.join(it));
    folders.into_iter().find(|it| it.join("template_test.go").is_file())
}

/// What the tests ask for, and what they expect.
pub(super) fn rows(clone: &Path, folder: &Path) -> anyhow::Result<Vec<Row>> {
    let read =
        |path: PathBuf| fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()));
    let tool = tool(&read(clone.join("internal/version/version.go"))?);
    let file = go::parse(&read(folder.join("template_test.go"))?);
    let cases = cases(&file);
    let row = |case: Case| {
        let expected = read(folder.join("testdata").join(&case.golden))?;
        Ok(case.row(&tool, expected))
    };
    cases.into_iter().filter(|it| !it.golden.is_empty()).map(row).collect()
}

/// `helm 4.3`, of a line that says `version = "v4.3"`.
fn tool(text: &str) -> String {
    let version = text.split('"').find(|it| it.starts_with('v') && it.contains('.'));
    format!("helm {}", version.unwrap_or_default())
}

/// One entry of the table of tests.
#[derive(Debug, Default)]
struct Case {
    name: String,
    command: String,
    golden: String,
    is_refused: bool,
}

impl Case {
    fn row(self, tool: &str, expected: String) -> Row {
        let mut args = words(&self.command);
        if !self.command.contains("--kube-version") {
            args.extend(["--kube-version", KUBERNETES].map(str::to_owned));
        }
        let id = format!("{}: {}", self.golden, self.name);
        let (stdout, error) =
            if self.is_refused { (String::new(), Some(expected)) } else { (expected, None) };
        Row { id, tool: tool.to_owned(), root: String::new(), args, ok: !self.is_refused, stdout, error }
    }
}

/// The entries of the table in the test of the command itself.
fn cases(file: &File) -> Vec<Case> {
    let mut names = BTreeMap::new();
    file.statements.iter().for_each(|it| learn(it, &mut names));
    let mut found = Vec::new();
    let is_test = |name: &str| name == "TestTemplateCmd";
    for (_, function, _) in file.functions.iter().filter(|(name, ..)| is_test(name)) {
        for statement in &function.body {
            learn(statement, &mut names);
            let Statement::Assign(_, _, values) = statement else { continue };
            let lists = values.iter().filter_map(|it| match it {
                Expression::Composite(Type::List(_), entries) => Some(entries),
                _ => None,
            });
            found.extend(lists.flatten().filter_map(|(_, entry)| case(entry, &names)));
        }
    }
    found
}

/// Keeps the texts that a statement gives a name.
fn learn(statement: &Statement, names: &mut BTreeMap<String, String>) {
    let Statement::Assign(targets, _, values) = statement else { return };
    for (target, value) in targets.iter().zip(values) {
        if let (Expression::Name(name), Some(text)) = (target, text(value, names)) {
            names.insert(name.clone(), text);
        }
    }
}

fn case(entry: &Expression, names: &BTreeMap<String, String>) -> Option<Case> {
    let Expression::Composite(_, fields) = entry else { return None };
    let mut case = Case::default();
    for (key, value) in fields {
        let Some(Expression::Name(key)) = key else { continue };
        match key.as_str() {
            "name" => case.name = text(value, names)?,
            "cmd" => case.command = text(value, names)?,
            "golden" => case.golden = text(value, names)?,
            "wantError" => case.is_refused = matches!(value, Expression::Name(it) if it == "true"),
            _ => {}
        }
    }
    Some(case)
}

fn text(value: &Expression, names: &BTreeMap<String, String>) -> Option<String> {
    match value {
        Expression::Text(text) => Some(text.clone()),
        Expression::Name(name) => names.get(name).cloned(),
        Expression::Call(function, args, _) => {
            let Expression::Field(_, function) = &**function else { return None };
            let args: Vec<String> = args.iter().map(|it| text(it, names)).collect::<Option<_>>()?;
            match function.as_str() {
                "Join" => Some(args.join("/")),
                "Sprintf" => formatted(&args),
                _ => None,
            }
        }
        _ => None,
    }
}

fn formatted(args: &[String]) -> Option<String> {
    let (format, args) = args.split_first()?;
    Some(args.iter().fold(format.clone(), |text, it| text.replacen("%s", it, 1)))
}

/// The words of a command line, as a shell parts them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(end), _) if letter == end => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_tests_are_read() {
        let source = r#"
package cmd

var chartPath = "testdata/ship"

func TestTemplateCmd(t *testing.T) {
	other := "testdata/boat"
	tests := []cmdTestCase{
		{
			name:   "plain",
			cmd:    fmt.Sprintf("template '%s' -f '%s'", chartPath, filepath.Join(other, "values.yaml")),
			golden: "output/plain.txt",
		},
		{
			name:      "refused",
			cmd:       "template",
			wantError: true,
			golden:    "output/refused.txt",
			repeat:    10,
		},
	}
	runTestCmd(t, tests)
}
"#;
        let found = cases(&go::parse(source));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].command, "template 'testdata/ship' -f 'testdata/boat/values.yaml'");
        assert_eq!(found[1].golden, "output/refused.txt");
        assert!(found[1].is_refused && !found[0].is_refused);
    }

    #[test]
    fn words_are_parted_as_in_a_shell() {
        assert_eq!(words("template 'a b' --x='c \"d\"'  e"), ["template", "a b", "--x=c \"d\"", "e"]);
    }

    #[test]
    fn the_version_stands_in_the_source() {
        assert_eq!(tool("var (\n\tversion = \"v4.3\"\n)"), "helm v4.3");
    }
}
