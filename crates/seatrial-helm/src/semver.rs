//! Versions and ranges of versions as Masterminds' semver v3.5 reads them:
//! loosely, with pre-releases apart.

use std::cmp::Ordering;
use std::fmt;

mod constraint;
mod scan;

pub use constraint::Constraint;

/// The longest text that is taken for a version.
const LONGEST_BYTES: usize = 256;

/// A version. Equality and order are those of precedence: what stands behind a
/// `+` does not count.
#[derive(Clone, Debug)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number, 0 if it is not written.
    pub minor: u64,
    /// The third number, 0 if it is not written.
    pub patch: u64,
    /// What stands behind the dash.
    pub prerelease: String,
    /// What stands behind the plus.
    pub metadata: String,
    /// The text as it was given.
    pub original: String,
}

/// What is wrong with a version or a range, in the library's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VersionError(String);

impl VersionError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl Version {
    /// Reads a version. A `v` in front, missing numbers and leading zeros are fine.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > LONGEST_BYTES {
            return Err(VersionError::new(format!("version string is too long (max {LONGEST_BYTES} bytes)")));
        }
        let invalid = || VersionError::new("invalid semantic version");
        let parts = scan::version(text, u8::is_ascii_digit).ok_or_else(invalid)?;
        if parts.length != text.len() {
            return Err(invalid());
        }
        let version = Self {
            major: segment(parts.major)?,
            minor: segment(parts.minor)?,
            patch: segment(parts.patch)?,
            prerelease: parts.prerelease.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: text.to_owned(),
        };
        let starts_with_zero = |part: &str| {
            part.len() > 1 && part.starts_with('0') && part.bytes().all(|it| it.is_ascii_digit())
        };
        if version.prerelease.split('.').any(starts_with_zero) {
            return Err(VersionError::new("version segment starts with 0"));
        }
        Ok(version)
    }

    /// Reads a version that has all three numbers and nothing in front.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::new("version string empty"));
        }
        let numbers: Vec<&str> = text.split(['-', '+']).next().unwrap_or_default().split('.').collect();
        if numbers.len() < 3 {
            return Err(VersionError::new("invalid semantic version"));
        }
        if numbers.iter().any(|it| !it.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(VersionError::new("invalid characters in version"));
        }
        if numbers.iter().any(|it| it.len() > 1 && it.starts_with('0')) {
            return Err(VersionError::new("version segment starts with 0"));
        }
        Self::parse(text)
    }

    /// Whether it comes before a release.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    fn numbers(&self) -> (u64, u64, u64) {
        (self.major, self.minor, self.patch)
    }

    fn next(&self, major: u64, minor: u64, patch: u64) -> Self {
        let next = Self {
            major,
            minor,
            patch,
            prerelease: String::new(),
            metadata: String::new(),
            original: String::new(),
        };
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        Self { original: format!("{prefix}{next}"), ..next }
    }

    /// The release that follows in the same minor version; of a pre-release, its release.
    pub fn next_patch(&self) -> Self {
        let step = u64::from(!self.is_prerelease());
        self.next(self.major, self.minor, self.patch.saturating_add(step))
    }

    /// The first release of the next minor version.
    pub fn next_minor(&self) -> Self {
        self.next(self.major, self.minor.saturating_add(1), 0)
    }

    /// The first release of the next major version.
    pub fn next_major(&self) -> Self {
        self.next(self.major.saturating_add(1), 0, 0)
    }
}

fn segment(digits: &str) -> Result<u64, VersionError> {
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse().map_err(|_| {
        VersionError::new(format!(
            "error parsing version segment: strconv.ParseUint: parsing \"{digits}\": value out of range"
        ))
    })
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(formatter, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(formatter, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_numbers = self.numbers().cmp(&other.numbers());
        by_numbers.then_with(|| match (self.is_prerelease(), other.is_prerelease()) {
            (false, false) => Ordering::Equal,
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => compare_prereleases(&self.prerelease, &other.prerelease),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

fn compare_prereleases(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (Some(a), Some(b)) => compare_parts(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Numbers come before words.
fn compare_parts(left: &str, right: &str) -> Ordering {
    // A number that does not fit is a word to the library.
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(a), Ok(b)) if left != right => a.cmp(&b).then(Ordering::Less),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        _ => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_loosely() {
        for (text, printed) in [
            ("1", "1.0.0"),
            ("v1.2", "1.2.0"),
            ("01.002.3", "1.2.3"),
            ("1.2.3-rc.1+build.5", "1.2.3-rc.1+build.5"),
            ("1-a", "1.0.0-a"),
            ("1+a", "1.0.0+a"),
            ("1.2.3--", "1.2.3--"),
        ] {
            assert_eq!(Version::parse(text).map(|it| it.to_string()).as_deref(), Ok(printed), "{text}");
        }
        for (text, message) in [
            ("", "invalid semantic version"),
            ("V1", "invalid semantic version"),
            ("1.2.3.4", "invalid semantic version"),
            ("1.2.", "invalid semantic version"),
            ("1.2.3-01", "version segment starts with 0"),
            (
                "99999999999999999999",
                "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
            ),
        ] {
            assert_eq!(Version::parse(text).expect_err(text).to_string(), message, "{text}");
        }
    }

    #[test]
    fn precedence_knows_numbers_and_words() {
        let ordered =
            ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0-b", "1.0.0", "1.0.1-0"];
        for pair in ordered.windows(2) {
            let [left, right] = [pair[0], pair[1]].map(|it| Version::parse(it).expect(it));
            assert!(left < right, "{left} {right}");
        }
        assert_eq!(Version::parse("1.0.0+a").ok(), Version::parse("1+b").ok());
    }

    #[test]
    fn the_next_version_keeps_its_prefix() {
        let version = Version::parse("v1.2.3-rc1").expect("a version");
        assert_eq!(version.next_patch().original, "v1.2.3");
        assert_eq!(version.next_minor().original, "v1.3.0");
        assert_eq!(version.next_major().original, "v2.0.0");
    }
}
