//! Ranges: `>=1.2 <2 || ~3.x, !=3.1`.

use super::scan::{self, Parts};
use super::{Version, VersionError};

const LONGEST_BYTES: usize = 512;
const MOST_GROUPS: usize = 32;

/// A range of versions: groups of comparisons, of which one must hold as a whole.
#[derive(Clone, Debug)]
pub struct Constraint {
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Group {
    comparisons: Vec<Comparison>,
    /// One comparison names a pre-release, so they count in all of them.
    takes_prereleases: bool,
}

#[derive(Clone, Debug)]
struct Comparison {
    operator: Operator,
    version: Version,
    open: Open,
}

/// From which number on a version is left open, by `x` or by silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// The longest first.
const OPERATORS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::Equal),
];

impl Constraint {
    /// Reads a range.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > LONGEST_BYTES {
            return Err(VersionError::new(format!(
                "constraint string is too long (max {LONGEST_BYTES} bytes)"
            )));
        }
        let text = without_hyphens(text);
        let groups: Vec<&str> = text.split("||").collect();
        if groups.len() > MOST_GROUPS {
            return Err(VersionError::new(format!("too many constraint groups (max {MOST_GROUPS})")));
        }
        let groups = groups.into_iter().map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// Whether a version lies in the range.
    pub fn matches(&self, version: &Version) -> bool {
        self.groups.iter().any(|it| it.matches(version))
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, VersionError> {
        let written = split(text)
            .ok_or_else(|| VersionError::new(format!("improper constraint: {}", crate::go::quote(text))))?;
        let comparisons: Vec<Comparison> =
            written.into_iter().map(Comparison::new).collect::<Result<_, _>>()?;
        let takes_prereleases = comparisons.iter().any(|it| it.version.is_prerelease());
        Ok(Self { comparisons, takes_prereleases })
    }

    fn matches(&self, version: &Version) -> bool {
        (self.takes_prereleases || !version.is_prerelease())
            && self.comparisons.iter().all(|it| it.matches(version))
    }
}

/// The comparisons of a group; none if it has another form.
fn split(text: &str) -> Option<Vec<(Operator, Parts<'_>)>> {
    let mut found = Vec::new();
    let mut at = scan::space(text);
    loop {
        let (written, operator) = OPERATORS.into_iter().find_map(|(written, operator)| {
            let rest = text[at..].strip_prefix(written)?;
            scan::version(&rest[scan::space(rest)..], is_digit_of_range).map(|_| (written, operator))
        })?;
        at += written.len();
        at += scan::space(&text[at..]);
        let parts = scan::version(&text[at..], is_digit_of_range)?;
        at += parts.length;
        found.push((operator, parts));
        let space = scan::space(&text[at..]);
        at += space;
        if at == text.len() {
            return Some(found);
        }
        let has_comma = text[at..].starts_with(',');
        if space == 0 && !has_comma {
            return None;
        }
        at += usize::from(has_comma);
        at += scan::space(&text[at..]);
    }
}

/// The bar is a slip of the library's that shows in what it refuses.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the standard library's own tests of bytes")]
fn is_digit_of_range(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'x' | b'X' | b'*' | b'|')
}

/// `1.2 - 3` as `>= 1.2, <= 3 `.
fn without_hyphens(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((start, end, from, to)) = rest
        .char_indices()
        .find_map(|(at, _)| hyphen_range(&rest[at..]).map(|it| (at, at + it.0, it.1, it.2)))
    {
        out.push_str(&rest[..start]);
        crate::go::push(&mut out, format_args!(">= {from}, <= {to} "));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The length of a hyphen range at the start of the text, and its two ends.
fn hyphen_range(text: &str) -> Option<(usize, &str, &str)> {
    let start = scan::space(text);
    let from = scan::version(&text[start..], is_digit_of_range)?;
    let after_from = start + from.length;
    let gap = scan::space(&text[after_from..]);
    let behind_dash = text[after_from + gap..].strip_prefix('-').filter(|_| gap > 0)?;
    let space = scan::space(behind_dash);
    let to = scan::version(&behind_dash[space..], is_digit_of_range).filter(|_| space > 0)?;
    let after_to = &behind_dash[space + to.length..];
    let length = text.len() - after_to.len() + scan::space(after_to);
    Some((length, &text[start..after_from], &behind_dash[space..space + to.length]))
}

impl Comparison {
    fn new((operator, parts): (Operator, Parts<'_>)) -> Result<Self, VersionError> {
        let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
        let Parts { major, minor, patch, .. } = parts;
        let (open, numbers) = match () {
            () if is_open(major) => (Open::Everything, "0.0.0".to_owned()),
            () if is_open(minor) => (Open::Minor, format!("{major}.0.0")),
            () if is_open(patch) => (Open::Patch, format!("{major}.{minor}.0")),
            () => (Open::Nothing, format!("{major}.{minor}.{patch}")),
        };
        let dash = if parts.prerelease.is_empty() { "" } else { "-" };
        let version = Version::parse(&format!("{numbers}{dash}{}", parts.prerelease))
            .map_err(|_| VersionError::new("constraint parser error"))?;
        Ok(Self { operator, version, open })
    }

    fn matches(&self, version: &Version) -> bool {
        let own = &self.version;
        match (self.operator, self.open) {
            (Operator::Equal, Open::Nothing) => version == own,
            (Operator::Equal | Operator::Tilde, _) => self.is_near(version),
            (Operator::NotEqual, _) => self.is_other(version),
            (Operator::Greater, Open::Minor) => version.major > own.major,
            (Operator::Greater, Open::Patch) => (version.major, version.minor) > (own.major, own.minor),
            (Operator::Greater, Open::Everything) if version.major != own.major => version.major > own.major,
            (Operator::Greater, _) => version > own,
            (Operator::Less, _) => version < own,
            (Operator::GreaterOrEqual, _) => version >= own,
            (Operator::LessOrEqual, Open::Nothing) => version <= own,
            (Operator::LessOrEqual, Open::Minor) => version.major <= own.major,
            (Operator::LessOrEqual, _) => (version.major, version.minor) <= (own.major, own.minor),
            (Operator::Caret, _) => self.is_compatible(version),
        }
    }

    /// `~1.2` and a bare `1.2.x`.
    fn is_near(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        let closes = matches!(self.open, Open::Minor | Open::Patch);
        if own.numbers() == (0, 0, 0) && !closes {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.open == Open::Minor)
    }

    fn is_other(&self, version: &Version) -> bool {
        let own = &self.version;
        let has_prerelease = version.is_prerelease() || own.is_prerelease();
        match self.open {
            Open::Nothing => version != own,
            _ if version.major != own.major => true,
            Open::Minor => false,
            _ if version.minor != own.minor => true,
            Open::Patch => has_prerelease && version.prerelease != own.prerelease,
            Open::Everything => version.patch != own.patch || version != own,
        }
    }

    /// `^1.2`: nothing left of the first number that is not 0 changes.
    fn is_compatible(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        if own.major > 0 || self.open == Open::Minor || version.major > 0 {
            return version.major == own.major;
        }
        if own.minor > 0 || self.open == Open::Patch || version.minor > 0 {
            return version.minor == own.minor;
        }
        version.patch == own.patch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_versions() {
        for (range, inside, outside) in [
            (">=1.2", "1.2.0 2.0.0", "1.1.9 1.2.0-a"),
            (">=1.2-0", "1.2.0 1.2.0-a 1.3.0-b", "1.1.9"),
            ("~1.2", "1.2.0 1.2.9", "1.3.0 2.0.0"),
            ("~1", "1.0.0 1.9.0", "2.0.0"),
            ("1.x", "1.0.0 1.9.0", "2.0.0 0.9.0"),
            ("*", "0.0.1 99.0.0", "1.0.0-a"),
            ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"),
            ("^0.2.3", "0.2.3 0.2.9", "0.3.0 1.0.0"),
            ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
            ("^0.0", "0.0.0 0.0.9", "0.1.0"),
            ("^0", "0.0.0 0.9.9", "1.0.0"),
            ("1.2 - 1.4.5", "1.2.0 1.4.5", "1.4.6 1.1.0"),
            ("<=1.2", "1.2.9 1.1.0", "1.3.0"),
            (">1.2", "1.3.0", "1.2.9"),
            (">1", "2.0.0", "1.9.9"),
            ("!=1.2.x", "1.3.0", "1.2.5"),
            ("<1.2 || >=2, <3", "1.1.0 2.5.0", "1.2.0 3.0.0"),
            ("1.2.3", "1.2.3", "1.2.4"),
            (">= 1.20-0 < 1.30-0", "1.20.0-gke.1 1.29.9", "1.30.0"),
        ] {
            let constraint = Constraint::parse(range).expect(range);
            let matches = |text: &str| constraint.matches(&Version::parse(text).expect(text));
            assert!(inside.split(' ').all(matches), "{range}: {inside}");
            assert!(!outside.split(' ').any(matches), "{range}: {outside}");
        }
    }

    #[test]
    fn what_is_no_range_is_named() {
        for (range, message) in [
            ("", "improper constraint: \"\""),
            ("abc", "improper constraint: \"abc\""),
            (">>1", "improper constraint: \">>1\""),
            ("1.2.3.4", "improper constraint: \"1.2.3.4\""),
            ("1 || ", "improper constraint: \" \""),
            ("xx", "constraint parser error"),
            ("1|2", "constraint parser error"),
        ] {
            assert_eq!(Constraint::parse(range).expect_err(range).to_string(), message, "{range}");
        }
    }
}
