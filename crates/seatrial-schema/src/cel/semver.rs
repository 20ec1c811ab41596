//! Semantic versions, as `github.com/blang/semver/v4` reads and orders them.

use std::cmp::Ordering;
use std::fmt;

/// A version: three numbers and what comes before its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pre: Vec<Pre>,
    /// What stands behind a plus; it does not count in comparisons.
    build: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pre {
    Number(u64),
    Word(String),
}

impl Version {
    /// Reads `1.2.3-rc.1+build`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (major, minor, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(patch, pre)| (patch, Some(pre)));
        if build.is_some_and(|build| !build.split('.').all(is_word)) {
            return None;
        }
        let pre = pre.map_or(Some(Vec::new()), |pre| pre.split('.').map(Pre::parse).collect())?;
        let (major, minor, patch) = (plain_number(major)?, plain_number(minor)?, plain_number(patch)?);
        Some(Self { major, minor, patch, pre, build: build.unwrap_or_default().to_owned() })
    }

    /// Reads also `v1.02` and `1`.
    pub(super) fn parse_loosely(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
        if parts.len() < 3 && parts.last().is_some_and(|last| last.contains(['+', '-'])) {
            return None;
        }
        parts.resize(3, "0".to_owned());
        Self::parse(&parts.join("."))
    }

    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let numbers = |it: &Self| (it.major, it.minor, it.patch);
        let pre = match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.pre.cmp(&other.pre),
        };
        numbers(self).cmp(&numbers(other)).then(pre)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)?;
        for (at, pre) in self.pre.iter().enumerate() {
            out.write_str(if at == 0 { "-" } else { "." })?;
            match pre {
                Pre::Number(number) => write!(out, "{number}")?,
                Pre::Word(word) => out.write_str(word)?,
            }
        }
        if self.build.is_empty() { Ok(()) } else { write!(out, "+{}", self.build) }
    }
}

impl Pre {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || !is_word(text) {
            return None;
        }
        if text.bytes().all(|it| it.is_ascii_digit()) {
            return plain_number(text).map(Self::Number);
        }
        Some(Self::Word(text.to_owned()))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

fn plain_number(text: &str) -> Option<u64> {
    let leading_zero = text.len() > 1 && text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    (digits && !leading_zero).then(|| text.parse().ok())?
}

fn without_zeros(part: &str) -> String {
    if part.len() <= 1 {
        return part.to_owned();
    }
    let trimmed = part.trim_start_matches('0');
    if trimmed.starts_with(|it: char| it.is_ascii_digit()) {
        trimmed.to_owned()
    } else {
        format!("0{trimmed}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered() {
        let parse = |text| Version::parse(text).unwrap();
        assert_eq!(parse("1.0.0-rc.1").order(&parse("1.0.0")), Ordering::Less);
        assert_eq!(parse("1.0.0-1").order(&parse("1.0.0-a")), Ordering::Less);
        assert_eq!(parse("1.10.0").order(&parse("1.9.9+x")), Ordering::Greater);
        assert!(Version::parse("1.2").is_none() && Version::parse("01.2.3").is_none());
        assert_eq!(Version::parse_loosely("v1.02").unwrap(), parse("1.2.0"));
        assert!(Version::parse_loosely("1.2-rc").is_none());
    }
}
