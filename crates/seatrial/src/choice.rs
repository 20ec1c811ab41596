//! What the command line says about checks and paths; it wins over
//! `seatrial.toml`.

use std::path::PathBuf;

use clap::Args;
use seatrial_diagnostics::{CheckInfo, Severity};
use seatrial_trial::config::{Config, Selection, UnknownCheck, known_check, known_selection};

use crate::failure::Failure;

/// Which findings are wanted.
#[derive(Args, Debug)]
pub(crate) struct Choice {
    /// Run these checks only: ids, globs such as `missing-*`, and the groups `default` and `strict`
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave checks out, whatever selects them: ids and globs
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Report the findings of a check, or of all that a glob names, as `error`, `warning` or `info`
    #[arg(long, value_name = "ID=SEVERITY", value_delimiter = ',')]
    severity: Vec<String>,
    /// Leave paths out besides those that `seatrial.toml` excludes; relative to the root
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Report only findings that are not in this baseline, or in this JSON report of an earlier run
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what is found to a baseline, all of it; report and exit code stay what they are
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
}

impl Choice {
    /// Puts the choice in the place of what the configuration says.
    pub(crate) fn apply(&self, config: &mut Config, checks: &[&'static CheckInfo]) -> Result<(), Failure> {
        if !self.select.is_empty() {
            let patterns = words(&self.select);
            all_known("--select", &patterns, |it| known_selection(it, checks))?;
            config.select = Selection::of(&patterns);
        }
        let left_out = words(&self.ignore);
        all_known("--ignore", &left_out, |it| known_check(it, checks))?;
        config.select.leave_out(&left_out);
        for setting in words(&self.severity) {
            let (pattern, severity) = level(&setting)?;
            all_known("--severity", &[pattern.to_owned()], |it| known_check(it, checks))?;
            config.set_severity(pattern, severity);
        }
        for pattern in &self.exclude {
            let left_out = config.leave_out(pattern);
            left_out.map_err(|error| Failure::new(format!("--exclude `{pattern}` is no glob: {error}")))?;
        }
        if checks.iter().any(|check| config.select.has(check)) {
            return Ok(());
        }
        Err(Failure::new("no check is left to run").hint("select more, or ignore less"))
    }
}

fn words(values: &[String]) -> Vec<String> {
    values.iter().map(|it| it.trim().to_owned()).collect()
}

fn all_known(
    flag: &str,
    patterns: &[String],
    known: impl Fn(&str) -> Result<(), UnknownCheck>,
) -> Result<(), Failure> {
    for pattern in patterns {
        known(pattern).map_err(|unknown| Failure::new(format!("{flag}: {unknown}")).hint(unknown.hint()))?;
    }
    Ok(())
}

/// `missing-secret=error`
fn level(setting: &str) -> Result<(&str, Severity), Failure> {
    let parts = setting.split_once('=').map(|(pattern, word)| (pattern.trim(), word.trim()));
    let found = parts.and_then(|(pattern, word)| Some((pattern, Config::severity(word)?)));
    found.ok_or_else(|| {
        Failure::new(format!("--severity `{setting}` is no check with a severity"))
            .hint("write it as `missing-secret=warning`; the severities are error, warning and info")
    })
}
