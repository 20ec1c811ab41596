//! What a check is, as every emitting crate declares it.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely to go wrong, or it hangs on something outside the tree.
    Warning,
    /// The tree alone proves that it is refused or will not work.
    Error,
}

impl Severity {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// How much a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// One object at a time.
    Object,
    /// The objects of one unit.
    Bundle,
    /// Every unit, the files, and what rendering noticed.
    Repository,
}

impl Level {
    /// The word used in pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Bundle => "bundle",
            Self::Repository => "repository",
        }
    }
}

/// Who wants to see a check's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strictness {
    /// Everybody: a finding means that something does not work or is at risk.
    Default,
    /// Those who ask for advice beyond that.
    Strict,
}

/// What a check says of itself: its name, its weight and its page.
#[derive(Debug, PartialEq, Eq)]
pub struct CheckInfo {
    /// Names what is wrong, in kebab-case: `service-selects-nothing`.
    pub id: &'static str,
    /// The same in a short sentence without a full stop.
    pub title: &'static str,
    /// The usual severity; a notice may carry another.
    pub severity: Severity,
    /// How much it looks at.
    pub level: Level,
    /// Who wants to see it.
    pub strictness: Strictness,
    /// The `FixBench` categories it answers.
    pub families: &'static [&'static str],
    /// The page that `seatrial explain` prints: see [`CheckInfo::page_text`].
    pub page: &'static str,
}

impl CheckInfo {
    /// Where people read the page: a link into the program's repository, as
    /// there is no site with the pages. None where that address is unknown.
    pub fn page_url(&self) -> Option<String> {
        let repository = Some(env!("CARGO_PKG_REPOSITORY")).filter(|it| !it.is_empty())?;
        Some(format!("{repository}/blob/HEAD/docs/checks/{}.md", self.id))
    }

    /// The page's Markdown. [`CheckInfo::page`] may be a whole source file
    /// whose leading `//!` comment is the page, or the Markdown itself.
    pub fn page_text(&self) -> String {
        if !self.page.starts_with("//!") {
            return self.page.to_owned();
        }
        let comment = self.page.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<&str> = comment.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n") + "\n"
    }
}
