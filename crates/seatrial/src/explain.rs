//! `seatrial explain`: a check's page, or the list of all checks.

use std::fmt::Write as _;

use seatrial_diagnostics::{CheckInfo, Strictness};
use seatrial_trial::{catalogue, nearest};

use crate::args::{Color, Explain};
use crate::failure::Failure;
use crate::{CLEAN, output};

pub(crate) fn run(arguments: &Explain) -> Result<u8, Failure> {
    let checks = catalogue();
    let text = match &arguments.id {
        None => list(&checks),
        Some(id) => page(find(id, &checks)?),
    };
    output::print(&text, Color::Never)?;
    Ok(CLEAN)
}

fn find(id: &str, checks: &[&'static CheckInfo]) -> Result<&'static CheckInfo, Failure> {
    if let Some(check) = checks.iter().find(|check| check.id == id) {
        return Ok(check);
    }
    let failure = Failure::new(format!("no check is called `{id}`"));
    Err(match nearest(id, checks.iter().map(|check| check.id)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`seatrial explain` lists them all"),
    })
}

fn list(checks: &[&CheckInfo]) -> String {
    let width = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in checks {
        let strict = if check.strictness == Strictness::Strict { " (strict)" } else { "" };
        let _ = writeln!(text, "{:width$}  {:7}  {}{strict}", check.id, check.severity.as_str(), check.title);
    }
    text
}

fn page(check: &CheckInfo) -> String {
    let strictness = match check.strictness {
        Strictness::Default => "on by default",
        Strictness::Strict => "only when selected",
    };
    format!(
        "{} ({}, looks at one {}, {strictness})\n\n{}",
        check.id,
        check.severity,
        check.level.as_str(),
        check.page_text().trim_start()
    )
}
