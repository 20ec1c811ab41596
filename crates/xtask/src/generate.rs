//! The files that are made from the code, and committed so that readers and
//! other programs find them: page per check, families for `FixBench`, schemas.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// Writes every generated file.
pub(crate) fn write(top: &Path) -> anyhow::Result<()> {
    for (path, text) in files() {
        let path = top.join(path);
        fs::create_dir_all(path.parent().context("a generated file lies in a folder")?)?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Fails when a generated file differs from what the code says.
pub(crate) fn compare(top: &Path) -> anyhow::Result<()> {
    let differs =
        |(path, text): &(String, String)| fs::read_to_string(top.join(path)).ok().as_ref() != Some(text);
    let stale: Vec<String> = files().into_iter().filter(differs).map(|(path, _)| path).collect();
    if !stale.is_empty() {
        bail!("run `cargo xtask generate`: {}", stale.join(", "));
    }
    Ok(())
}

fn files() -> Vec<(String, String)> {
    let mut files = vec![
        ("docs/checks/README.md".to_owned(), index()),
        ("bench/fixbench/families.csv".to_owned(), families()),
        ("docs/config.md".to_owned(), seatrial_trial::config::page()),
        ("docs/schemas/report.schema.json".to_owned(), seatrial_report::schema()),
        (
            "docs/schemas/config.schema.json".to_owned(),
            seatrial_trial::config::schema(&seatrial_trial::catalogue()),
        ),
        ("docs/schemas/diff.schema.json".to_owned(), seatrial_report::diff::schema()),
        ("docs/schemas/checks.schema.json".to_owned(), seatrial_report::checks_schema()),
        ("docs/schemas/baseline.schema.json".to_owned(), seatrial_trial::Baseline::schema()),
        ("docs/schemas/lock.schema.json".to_owned(), seatrial_render::fetched::Lock::schema().to_owned()),
    ];
    for check in seatrial_trial::catalogue() {
        files.push((format!("docs/checks/{}.md", check.id), page(check)));
    }
    files
}

fn page(check: &seatrial_diagnostics::CheckInfo) -> String {
    let facts = format!("`{}` · {} · looks at: {}", check.id, check.severity, check.level.as_str());
    format!("# {}\n\n{facts}\n\n{}", check.title, check.page_text())
}

fn index() -> String {
    let mut text = "# Checks\n\nGenerated from the code; `seatrial explain ID` prints the same pages.\n\n\
        | check | severity | looks at | what is wrong |\n|---|---|---|---|\n"
        .to_owned();
    for check in seatrial_trial::catalogue() {
        let (id, title) = (check.id, check.title);
        let _ =
            writeln!(text, "| [{id}]({id}.md) | {} | {} | {title} |", check.severity, check.level.as_str());
    }
    text
}

/// `category,check` rows; a category's prefix is a category too.
fn families() -> String {
    let mut rows: BTreeSet<(String, &str)> = BTreeSet::new();
    for check in seatrial_trial::catalogue() {
        for family in check.families {
            let parts: Vec<&str> = family.split('.').collect();
            for length in 1..=parts.len() {
                rows.insert((parts[..length].join("."), check.id));
            }
        }
    }
    let rows = rows.into_iter().map(|(category, check)| format!("{category},{check}\n"));
    "category,check\n".to_owned() + &rows.collect::<String>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_current() {
        super::compare(crate::top()).expect("generated files match the code");
    }
}
