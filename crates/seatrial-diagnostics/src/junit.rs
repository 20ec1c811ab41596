//! Test cases as JUnit XML, the way Jenkins, GitLab and others read it.
//!
//! There is no one schema; what is written here is what all of them accept:
//! suites with counts, cases with a class, a name, a file and a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::terminal::plain;

/// Cases that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it belongs to; GitLab shows it as the suite.
    pub class: String,
    /// Its name. Where class and name are taken, a number is added, as readers
    /// drop the second of two.
    pub name: String,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing speaks against it; what there is to say all the same.
    Passed(Option<String>),
    /// Something speaks against it.
    Failed {
        /// What kind of failure it is.
        kind: String,
        /// In one line.
        message: String,
        /// In full.
        text: String,
    },
    /// It was not looked at, and why.
    Skipped(String),
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(cases: impl Iterator<Item = &'a Case>) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.tests += 1;
            counts.failures += usize::from(matches!(case.outcome, Outcome::Failed { .. }));
            counts.skipped += usize::from(matches!(case.outcome, Outcome::Skipped(_)));
        }
        counts
    }

    fn attributes(self) -> String {
        let Self { tests, failures, skipped } = self;
        // Without a clock every time is nought; readers miss the attribute otherwise.
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"")
    }
}

/// The whole document.
pub fn junit(suites: &[Suite]) -> String {
    let all = Counts::of(suites.iter().flat_map(|suite| &suite.cases));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"seatrial\" {}>\n",
        all.attributes()
    );
    let mut names = Names::default();
    for suite in suites {
        let counts = Counts::of(suite.cases.iter()).attributes();
        let _ = writeln!(out, "  <testsuite name=\"{}\" {counts}>", attribute(&suite.name));
        for case in &suite.cases {
            let (class, name) = (attribute(&case.class), attribute(&case.name));
            let name = names.free(&class, &name);
            write_case(&mut out, case, &class, &name);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// The names that are written, as they are written.
#[derive(Default)]
struct Names {
    taken: BTreeSet<(String, String)>,
    /// How often a name was asked for.
    times: BTreeMap<(String, String), usize>,
}

impl Names {
    /// The name, with a number where it is taken.
    fn free(&mut self, class: &str, name: &str) -> String {
        let times = self.times.entry((class.to_owned(), name.to_owned())).or_default();
        loop {
            *times += 1;
            let name = if *times > 1 { format!("{name} ({times})") } else { name.to_owned() };
            if self.taken.insert((class.to_owned(), name.clone())) {
                return name;
            }
        }
    }
}

fn write_case(out: &mut String, case: &Case, class: &str, name: &str) {
    let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\"");
    if let Some(file) = &case.file {
        let _ = write!(out, " file=\"{}\"", attribute(file));
    }
    if let Some(line) = case.line {
        let _ = write!(out, " line=\"{line}\"");
    }
    out.push_str(" time=\"0\"");
    let _ = match &case.outcome {
        Outcome::Passed(None) => writeln!(out, "/>"),
        Outcome::Passed(Some(text)) => {
            writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", content(text))
        }
        Outcome::Failed { kind, message, text } => writeln!(
            out,
            ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            attribute(kind),
            attribute(message),
            content(text)
        ),
        Outcome::Skipped(reason) => {
            writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", attribute(reason))
        }
    };
}

/// A value between quotes, on one line.
fn attribute(text: &str) -> String {
    escaped(&plain(text))
}

/// Lines between tags.
fn content(text: &str) -> String {
    text.lines().map(|line| escaped(&plain(line))).collect::<Vec<_>>().join("\n")
}

/// Markup as entities; the characters that XML forbids even as entities, and
/// that `plain` lets pass, as a stand-in.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_takes_no_name_that_is_there() {
        let case = |name: &str| Case {
            class: "a".to_owned(),
            name: name.to_owned(),
            file: None,
            line: None,
            outcome: Outcome::Passed(None),
        };
        let cases = ["x (2)", "x", "x", "x", "x (2)", "y\u{0}", "y\u{1}"].map(case).to_vec();
        let text = junit(&[Suite { name: "a".to_owned(), cases }]);
        let mut names: Vec<&str> =
            text.lines().filter_map(|it| it.trim().strip_prefix("<testcase ")).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 7, "{text}");
    }

    #[test]
    fn markup_and_forbidden_characters_are_escaped_and_names_are_unique() {
        let case = |outcome| Case {
            class: "a<b>".to_owned(),
            name: "it's \"x\"\u{0}\u{FFFF}\n&".to_owned(),
            file: Some("k8s/a&b.yaml".to_owned()),
            line: Some(3),
            outcome,
        };
        let failed = Outcome::Failed {
            kind: "some-check".to_owned(),
            message: "it is wrong".to_owned(),
            text: "one\n]]>\u{1b}[0m".to_owned(),
        };
        let cases =
            vec![case(Outcome::Passed(None)), case(failed), case(Outcome::Skipped("too large".to_owned()))];
        let suites = [Suite { name: "all".to_owned(), cases }];
        insta::assert_snapshot!(junit(&suites), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="seatrial" tests="3" failures="1" errors="0" skipped="1" time="0">
          <testsuite name="all" tests="3" failures="1" errors="0" skipped="1" time="0">
            <testcase classname="a&lt;b&gt;" name="it&apos;s &quot;x&quot;�� &amp;" file="k8s/a&amp;b.yaml" line="3" time="0"/>
            <testcase classname="a&lt;b&gt;" name="it&apos;s &quot;x&quot;�� &amp; (2)" file="k8s/a&amp;b.yaml" line="3" time="0">
              <failure type="some-check" message="it is wrong">one
        ]]&gt;�[0m</failure>
            </testcase>
            <testcase classname="a&lt;b&gt;" name="it&apos;s &quot;x&quot;�� &amp; (3)" file="k8s/a&amp;b.yaml" line="3" time="0">
              <skipped message="too large"/>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
