//! Versions of Kubernetes as people write them.

use std::ops::RangeInclusive;

use seatrial_model::KubernetesVersion;
use seatrial_schema::table::Table;

/// The minors whose types are known: nothing can be said of an object for any
/// other.
pub(super) fn minors() -> RangeInclusive<u32> {
    let known = Table::minors();
    u32::from(*known.start())..=u32::from(*known.end())
}

/// A text that is no known version of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownVersion {
    /// It is no version at all.
    #[error("`{0}` is no Kubernetes version")]
    Malformed(String),
    /// It is one that nothing is known about.
    #[error("Kubernetes {0} is not known")]
    OutOfRange(String),
}

impl UnknownVersion {
    /// What to write instead.
    pub fn hint(&self) -> String {
        let (first, last) = minors().into_inner();
        match self {
            Self::Malformed(_) => format!("write it as `{}`", KubernetesVersion::DEFAULT),
            Self::OutOfRange(_) => format!("1.{first} to 1.{last} are"),
        }
    }
}

/// `1.36`, `v1.36`, `1.36.2`: the patch does not matter.
pub(super) fn parse(text: &str) -> Result<KubernetesVersion, UnknownVersion> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    let parts: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
    let (true, [major, minor, ..]) = (parts.iter().all(|part| is_number(part)), &parts[..]) else {
        return Err(UnknownVersion::Malformed(text.to_owned()));
    };
    let known = minor.parse().ok().filter(|minor| *major == "1" && minors().contains(minor));
    let version = known.map(|minor| KubernetesVersion { major: 1, minor });
    version.ok_or_else(|| UnknownVersion::OutOfRange(text.to_owned()))
}
