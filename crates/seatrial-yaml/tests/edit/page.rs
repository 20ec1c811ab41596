//! Pages of cases.

use std::fmt::Write as _;
use std::path::Path;

use seatrial_yaml::Dialect;

pub(crate) struct Case {
    pub(crate) name: String,
    /// The words behind the first fence.
    words: String,
    pub(crate) text: String,
    pub(crate) dialect: Dialect,
    pub(crate) operation: String,
    pub(crate) answer: Answer,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Text(String),
    Unchanged,
    Refused(String),
    /// Not written down yet.
    Unknown,
}

/// The cases of a page; what stands before the first heading is about the page.
pub(crate) fn cases(page: &str) -> Vec<Case> {
    page.split("\n## ").skip(1).map(case).collect()
}

fn case(section: &str) -> Case {
    let (name, rest) = section.split_once('\n').expect("a heading");
    let (words, text, rest) = fence(rest).unwrap_or_else(|| panic!("{name}: no text"));
    let dialect = match words.split(' ').find(|word| ["json", "v3"].contains(word)) {
        Some("json") => Dialect::Json,
        Some(_) => Dialect::GoYaml3,
        None => Dialect::GoYaml2,
    };
    let line =
        rest.lines().find(|line| line.starts_with('`')).unwrap_or_else(|| panic!("{name}: no operation"));
    let (operation, said) = line[1..].split_once('`').unwrap_or_else(|| panic!("{name}: no operation"));
    let behind = rest.split_once(line).map_or("", |(_, behind)| behind);
    let answer = match (said.trim(), fence(behind)) {
        ("unchanged", _) => Answer::Unchanged,
        (said, _) if said.starts_with("refused: ") => Answer::Refused(said["refused: ".len()..].to_owned()),
        (_, Some((closed, after, _))) => {
            let words = if closed == "closed" { words.replace("open", "") } else { words.clone() };
            Answer::Text(changed(&after, &words))
        }
        _ => Answer::Unknown,
    };
    let text = changed(&text, &words);
    Case { name: name.to_owned(), words, text, dialect, operation: operation.to_owned(), answer }
}

fn fence(text: &str) -> Option<(String, String, &str)> {
    let (_, rest) = text.split_once("```")?;
    let (words, rest) = rest.split_once('\n')?;
    let end = if rest.starts_with("```") { 0 } else { rest.find("\n```")? + 1 };
    Some((words.to_owned(), rest[..end].to_owned(), &rest[end + 3..]))
}

fn changed(text: &str, words: &str) -> String {
    let has = |word: &str| words.split(' ').any(|it| it == word);
    let text = if has("open") { text.trim_end_matches('\n') } else { text };
    let text = if has("crlf") { text.replace('\n', "\r\n") } else { text.to_owned() };
    if has("bom") { format!("\u{FEFF}{text}") } else { text }
}

/// The page with other answers.
pub(crate) fn write(path: &Path, cases: &[Case], answer: impl Fn(&Case) -> Answer) -> String {
    let page = std::fs::read_to_string(path).expect("the page is there");
    let mut out = page.split("\n## ").next().unwrap_or_default().trim_end().to_owned();
    for case in cases {
        let plain = |text: &str| {
            let text = text.replace("\r\n", "\n").replace('\u{FEFF}', "");
            if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
        };
        let language = &case.words;
        let _ = write!(
            out,
            "\n\n## {}\n```{language}\n{}```\n`{}`",
            case.name,
            plain(&case.text),
            case.operation
        );
        let _ = match answer(case) {
            Answer::Text(text) => {
                let gets_closed = case.words.contains("open") && text.ends_with('\n');
                let closed = if gets_closed { "closed" } else { "" };
                write!(out, "\n```{closed}\n{}```", plain(&text))
            }
            Answer::Unchanged => write!(out, " unchanged"),
            Answer::Refused(reason) => write!(out, " refused: {reason}"),
            Answer::Unknown => Ok(()),
        };
    }
    out + "\n"
}
