//! Tests in bats' form: the program that is run, its files, and what is
//! expected of it. Only the few forms that kubeconform's tests use are read.

/// One test.
pub(super) struct Case {
    pub(super) name: String,
    /// Whether the files pass.
    pub(super) passes: bool,
    /// How many objects there are, where the test says so.
    pub(super) resources: Option<usize>,
    /// What is asked, or why that is no question about objects.
    pub(super) question: Result<Question, &'static str>,
}

/// What a test asks about its files.
#[derive(Default)]
pub(super) struct Question {
    /// Files and folders, from the folder of the tests.
    pub(super) files: Vec<String>,
    /// Schemas of custom kinds: files, or patterns of files.
    pub(super) schemas: Vec<String>,
    /// Parts of names of files to leave out.
    pub(super) left_out: Vec<String>,
    pub(super) is_strict: bool,
    pub(super) ignores_unknown_kinds: bool,
    pub(super) minor: Option<u32>,
}

const ABOUT_AN_OPTION: &str = "it is about an option of the program";
const NO_FILE: &str = "it reads no file";

impl Case {
    /// The decision of the test in words.
    pub(super) fn expected(&self) -> String {
        let decision = if self.passes { "passes" } else { "fails" };
        match self.resources {
            Some(count) => format!("{decision}, {count} objects"),
            None => decision.to_owned(),
        }
    }
}

/// The tests of a file; its name tells whether there is a network.
pub(super) fn cases(file: &str, text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("@test \"") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").map(str::trim).collect();
        cases.push(case(name.trim_end_matches(['{', ' ', '"']), &body, !file.contains("nonetwork")));
    }
    cases
}

fn case(name: &str, body: &[&str], has_network: bool) -> Case {
    let passes = body.iter().any(|line| line.contains("$status\" -eq 0"));
    let command = body.iter().find_map(|line| line.strip_prefix("run ")).unwrap_or_default();
    let question = question(command, passes, has_network);
    Case { name: name.to_owned(), passes, resources: body.iter().find_map(|it| resources(it)), question }
}

/// `Summary: 6 resources found …`
fn resources(line: &str) -> Option<usize> {
    let (_, rest) = line.split_once("Summary: ")?;
    rest.split_once(" resource")?.0.parse().ok()
}

fn question(command: &str, passes: bool, has_network: bool) -> Result<Question, &'static str> {
    let mut words = words(command);
    if let [shell, flag, script] = &words[..]
        && shell == "bash"
        && flag == "-c"
    {
        words = self::words(script);
    }
    let mut question = Question::default();
    let (mut is_special, mut is_local) = (false, false);
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_default();
        match word.trim_start_matches("./") {
            "cat" | "bin/kubeconform" | "|" | "-" | "-summary" | "-verbose" => {}
            "-strict" => question.is_strict = true,
            "-ignore-missing-schemas" => question.ignores_unknown_kinds = true,
            "-kubernetes-version" => question.minor = Some(minor(&value())?),
            "-ignore-filename-pattern" | "--ignore-filename-pattern" => {
                question.left_out.push(value().replace(".*", ""));
            }
            "-output" | ">" => drop(value()),
            "-cache" => {
                is_local = value().starts_with("fixtures");
                is_special = true;
            }
            "-schema-location" => {
                let place = value();
                is_special = true;
                if let Some(local) = local(&place) {
                    is_local = true;
                    question.schemas.push(local);
                } else if place.contains("CRDs-catalog") {
                    return Err("its schemas are on the network");
                }
            }
            file if file.starts_with("fixtures/") => question.files.push(file.to_owned()),
            _ => return Err(ABOUT_AN_OPTION),
        }
    }
    match () {
        () if question.files.is_empty() => Err(NO_FILE),
        // Whether schemas can be had is no property of an object.
        () if is_special && !passes => Err(ABOUT_AN_OPTION),
        () if !has_network && !is_local => Err("it fails for want of a network"),
        () => Ok(question),
    }
}

/// A place of schemas in the folder of the tests.
fn local(place: &str) -> Option<String> {
    let place = place.trim_start_matches("./");
    place.starts_with("fixtures/").then(|| place.to_owned())
}

/// `1.20.0`; the API of any other program has versions of its own.
fn minor(version: &str) -> Result<u32, &'static str> {
    let minor = version.strip_prefix("1.").and_then(|rest| rest.split_once('.'));
    let minor = minor.and_then(|(minor, _)| minor.parse().ok());
    minor.ok_or("it is about the API of another program")
}

/// The words of a command; quotes keep blanks together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut is_open) = (String::new(), None, false);
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => (quote, is_open) = (Some(letter), true),
            (None, ' ') => {
                if is_open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            _ => word.push(letter),
        }
    }
    if is_open || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_quotes() {
        assert_eq!(words("run bash -c \"cat a | b -\""), ["run", "bash", "-c", "cat a | b -"]);
        assert_eq!(words("a 'b c' d"), ["a", "b c", "d"]);
    }

    #[test]
    fn what_is_no_question_about_objects_says_why() {
        let why = |command: &str, passes| question(command, passes, true).err();
        assert_eq!(why("bin/kubeconform -h", true), Some(ABOUT_AN_OPTION));
        assert_eq!(why("bin/kubeconform -schema-location x fixtures/a.yaml", false), Some(ABOUT_AN_OPTION));
        assert_eq!(why("bash -c \"bin/kubeconform -summary -\"", false), Some(NO_FILE));
        assert_eq!(why("bin/kubeconform -strict fixtures/a.yaml", false), None);
    }

    #[test]
    fn a_test_says_what_it_expects() {
        let text = "@test \"Pass\" {\n  run bin/kubeconform -summary fixtures/a.yaml\n  [ \"$status\" -eq 0 ]\n  [ \"$output\" = \"Summary: 7 resources found in 2 files\" ]\n}\n";
        let cases = cases("acceptance", text);
        assert_eq!((cases.len(), cases[0].passes, cases[0].resources), (1, true, Some(7)));
    }
}
