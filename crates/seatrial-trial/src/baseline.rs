//! The findings of an earlier run, so that a run reports only what is new.
//!
//! The verdict stays one about the tree: what is known weighs in it and is
//! named by it, and is neither listed nor counted as a finding.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use seatrial_diagnostics::{CheckInfo, Finding};
use seatrial_source::TreePath;
use serde::{Deserialize, Serialize};

use crate::trial::summary;
use crate::{Trial, catalogue};

/// The version of the document that is written; a report has the same.
const VERSION: u64 = 1;

/// Why a document is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is something else.
    #[error("it is no JSON object")]
    Foreign,
    /// It is not JSON, or a member has another type.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// It is of another version.
    #[error("it is of version {0}, and only version {VERSION} is known")]
    Version(u64),
}

/// A finding as a baseline keeps it. Only the id counts; the other words let
/// people read a difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(rename = "Finding", deny_unknown_fields)]
pub struct BaselineEntry {
    /// The file, relative to the top of the tree.
    path: String,
    /// The check's id.
    check: String,
    /// What is wrong.
    message: String,
    /// The same in every run: a hash of check, path, field and message.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    id: String,
}

impl BaselineEntry {
    /// The file, relative to the top of the tree.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The check's id.
    pub fn check(&self) -> &str {
        &self.check
    }

    fn of(finding: &Finding) -> Self {
        Self {
            path: finding.primary.path.to_string(),
            check: finding.check.id.to_owned(),
            message: finding.message.clone(),
            id: finding.id.clone(),
        }
    }
}

/// The findings that are known.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Seatrial baseline", deny_unknown_fields)]
pub struct Baseline {
    /// The version of this format.
    #[schemars(extend("const" = VERSION))]
    version: u64,
    /// What is known, by file, check and message.
    findings: Vec<BaselineEntry>,
}

/// What a baseline says of a trial's findings.
#[derive(Debug)]
pub struct Comparison {
    /// The findings that are known, and so not among those reported.
    pub known: Vec<Finding>,
    /// Entries that no finding of the whole tree has any more.
    pub gone: Vec<BaselineEntry>,
}

impl Baseline {
    /// The findings of a trial, sorted.
    pub fn of(trial: &Trial) -> Self {
        let mut findings: Vec<BaselineEntry> = trial.all_findings().map(BaselineEntry::of).collect();
        findings.sort();
        Self { version: VERSION, findings }
    }

    /// Reads a baseline, or the JSON report of an earlier run.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if !text.trim_start().starts_with('{') {
            return Err(BaselineError::Foreign);
        }
        let Versioned { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        let document: Document = serde_json::from_str(text)?;
        let mut findings: Vec<BaselineEntry> = document.findings.into_iter().map(Into::into).collect();
        findings.sort();
        Ok(Self { version, findings })
    }

    /// The document, an entry per line, with a line break at its end.
    pub fn to_json(&self) -> String {
        let line = |entry| serde_json::to_string(entry).expect("an entry holds strings");
        let lines: Vec<String> = self.findings.iter().map(|it| format!("\n    {}", line(it))).collect();
        let end = if lines.is_empty() { "" } else { "\n  " };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{}{end}]\n}}\n", lines.join(","))
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The JSON Schema of the document.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
    }
}

impl Trial {
    /// Leaves the findings out that the baseline knows.
    pub fn compare(&mut self, baseline: &Baseline) {
        let mut gone: BTreeMap<&str, &BaselineEntry> =
            baseline.findings.iter().map(|it| (it.id.as_str(), it)).collect();
        let findings = std::mem::take(&mut self.findings);
        let (known, new): (Vec<Finding>, Vec<Finding>) =
            findings.into_iter().partition(|it| gone.remove(it.id.as_str()).is_some());
        let idle: Vec<&str> = catalogue().iter().filter(|it| !self.ran(it)).map(|it| it.id).collect();
        let would_show = |it: &&BaselineEntry| {
            let is_covered = self.is_whole && TreePath::new(&it.path).is_within(&self.root);
            is_covered && !idle.contains(&it.check.as_str())
        };
        let mut gone: Vec<BaselineEntry> = gone.into_values().filter(would_show).cloned().collect();
        gone.sort();
        self.summary = summary(&new, self.summary.suppressed + known.len());
        self.findings = new;
        self.comparison = Some(Comparison { known, gone });
    }

    /// What is wrong with the tree, known or not: those that are reported
    /// first.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let known = self.comparison.iter().flat_map(|comparison| &comparison.known);
        self.findings.iter().chain(known)
    }

    fn ran(&self, check: &CheckInfo) -> bool {
        self.checks.iter().any(|it| it.id == check.id)
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

/// What is read of a baseline or a report.
#[derive(Deserialize)]
struct Document {
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    id: String,
    #[serde(default)]
    check: String,
    #[serde(default)]
    message: String,
    path: Option<String>,
    /// Where a report has the path.
    primary: Option<Primary>,
}

#[derive(Deserialize)]
struct Primary {
    path: String,
}

impl From<Known> for BaselineEntry {
    fn from(known: Known) -> Self {
        let path = known.path.or(known.primary.map(|it| it.path)).unwrap_or_default();
        Self { path, check: known.check, message: known.message, id: known.id }
    }
}

#[cfg(test)]
mod tests;
