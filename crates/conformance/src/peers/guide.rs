//! The deprecation guide of Kubernetes' documentation: sentences that name
//! versions, kinds, and the release without them.

use std::path::Path;

use super::row::Row;
use super::table::Table;
use super::text_of;

const PLACE: &str = "content/en/docs/reference/using-api/deprecation-guide.md";
/// How the guide says that something is gone or will be.
const ENDS: [&str; 2] = ["no longer served as of v", "no longer be served in v"];

/// A row for each version of each kind.
pub(super) fn tables(dir: &Path) -> anyhow::Result<Vec<Table>> {
    let Some(text) = text_of(&dir.join(PLACE))? else { return Ok(Vec::new()) };
    Ok(vec![Table::new("deprecation guide").rows(rows(&text)).upstream()])
}

fn rows(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut open = 0;
    for paragraph in text.split("\n\n") {
        let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(found) = removed(&line) {
            open = rows.len();
            rows.extend(found);
        } else if line.starts_with('#') {
            open = rows.len();
        } else if let Some((_, rest)) = line.split_once("Migrate manifests") {
            let replacement = bold(rest).first().map(|it| (*it).to_owned());
            for row in &mut rows[open..] {
                row.replacement.clone_from(&replacement);
            }
        }
    }
    rows
}

/// What a paragraph says is gone.
fn removed(line: &str) -> Option<Vec<Row>> {
    let (sentence, release) = ENDS.iter().find_map(|end| line.split_once(end))?;
    let release = release.split(|it: char| it != '.' && !it.is_ascii_digit()).next()?.trim_end_matches('.');
    let versions = bold(sentence);
    let kinds = match sentence.split_once(" of ") {
        Some((_, kinds)) => kinds,
        None => sentence.split_once(" in the ")?.0,
    };
    let is_kind = |word: &&str| word.starts_with(|it: char| it.is_ascii_uppercase());
    let kinds = kinds.split([' ', ',']).filter(is_kind);
    let row = |version: &&str, kind: &str| Row {
        api_version: (*version).to_owned(),
        kind: kind.to_owned(),
        removed: Some(release.to_owned()),
        ..Row::default()
    };
    Some(kinds.flat_map(|kind| versions.iter().map(move |version| row(version, kind))).collect())
}

/// What stands between pairs of stars.
fn bold(text: &str) -> Vec<&str> {
    text.split("**").skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_sentences_are_read() {
        let text = "The **a/v1** and **b/v1** API versions of Lamp and\nDesk is no longer served as of v1.22.\n\n* Migrate manifests and API clients to use the **c/v1** API version, available since v1.2.\n\nChair in the **d/v1** API version will no longer be served in v1.25.\n";
        let rows = rows(text);
        let line =
            |row: &Row| format!("{} {} {:?} {:?}", row.api_version, row.kind, row.removed, row.replacement);
        let lines: Vec<_> = rows.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "a/v1 Lamp Some(\"1.22\") Some(\"c/v1\")",
                "b/v1 Lamp Some(\"1.22\") Some(\"c/v1\")",
                "a/v1 Desk Some(\"1.22\") Some(\"c/v1\")",
                "b/v1 Desk Some(\"1.22\") Some(\"c/v1\")",
                "d/v1 Chair Some(\"1.25\") None",
            ]
        );
    }
}
