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

/// `1.36`, `v1.36`, `1.36.2`, and what servers of vendors answer: `1.30+`,
/// `v1.30.4-eks-a18cd3a`, `v1.30.4+k3s1`. Whether a patch is named is told besides.
pub(super) fn parse(text: &str) -> Result<(KubernetesVersion, bool), UnknownVersion> {
    let malformed = || UnknownVersion::Malformed(text.to_owned());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    let bare = text.strip_prefix('v').unwrap_or(text);
    let (numbers, build) = bare.split_at(bare.find(['-', '+']).unwrap_or(bare.len()));
    let is_part = |it: u8| it.is_ascii_alphanumeric() || b"-+._".contains(&it);
    let parts: Vec<&str> = numbers.split('.').collect();
    let (true, [major, minor, patch @ ..]) = (parts.iter().all(|part| is_number(part)), &parts[..]) else {
        return Err(malformed());
    };
    if build == "-" || !build.bytes().all(is_part) {
        return Err(malformed());
    }
    let known = minor.parse().ok().filter(|minor| *major == "1" && minors().contains(minor));
    let version = known.map(|minor| KubernetesVersion { major: 1, minor });
    Ok((version.ok_or_else(|| UnknownVersion::OutOfRange(text.to_owned()))?, !patch.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_of_vendors_answer_is_their_minor() {
        let minor = |text: &str| parse(text).map(|(version, is_release)| (version.minor, is_release)).ok();
        for (text, wanted) in [
            ("1.30", Some((30, false))),
            ("v1.30", Some((30, false))),
            ("1.30+", Some((30, false))),
            ("v1.30-gke", Some((30, false))),
            ("1.30.4", Some((30, true))),
            ("v1.30.4-eks-a18cd3a", Some((30, true))),
            ("1.30.4+k3s1", Some((30, true))),
            ("v1.30.4-gke.1348000", Some((30, true))),
            ("v1.30.4+vmware.1-fips", Some((30, true))),
            ("1.30-", None),
            ("1.30.", None),
            ("1.30 .4", None),
            ("1.30.4-a b", None),
            ("vv1.30", None),
            ("latest", None),
            ("1", None),
        ] {
            assert_eq!(minor(text), wanted, "{text}");
        }
    }
}
