//! Which releases of well-known operators the tree installs: their charts bear the
//! version of the program itself.

use std::collections::BTreeMap;

use seatrial_model::Repository;
use seatrial_source::RemoteKind;

/// Projects as the schema calls them, and the charts whose version is theirs.
const CHARTS: &[(&str, &str)] = &[
    ("cert-manager", "cert-manager"),
    ("external-secrets", "external-secrets"),
    ("Karpenter", "karpenter"),
    ("KEDA", "keda"),
    ("MetalLB", "metallb"),
    ("Strimzi", "strimzi-kafka-operator"),
];

/// A release as far as versions of an API depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Release {
    /// `0.9`, `v1.16.2`, `0.9.x`; none of a range.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.split(['-', '+']).next()?.split('.');
        let mut number = || parts.next()?.parse().ok();
        let (major, minor) = (number()?, number()?);
        let patch = match parts.next() {
            None => 0,
            // The newest one is installed.
            Some("x" | "*") => u32::MAX,
            Some(patch) => patch.parse().ok()?,
        };
        parts.next().is_none().then_some(Self { major, minor, patch })
    }
}

/// What the tree installs of every project; `None` stands for a release that it
/// leaves to whoever installs it.
#[derive(Debug, Default)]
pub(crate) struct Pinned<'a> {
    of: BTreeMap<&'static str, Vec<Option<(Release, &'a str)>>>,
}

impl<'a> Pinned<'a> {
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut pinned = Self::default();
        let charts = repository.facts.remotes.iter().map(|it| &it.source);
        for source in charts.filter(|it| matches!(it.kind, RemoteKind::HelmChart | RemoteKind::OciChart)) {
            let name = source.name.rsplit('/').next().unwrap_or_default();
            let Some((project, _)) = CHARTS.iter().find(|it| it.1 == name) else { continue };
            let version = source.version.as_str();
            pinned.of.entry(project).or_default().push(Release::of(version).map(|it| (it, version)));
        }
        pinned
    }

    /// Whether all that the tree installs of a project comes before a release; none
    /// where it installs nothing, or what is not known. With the newest of it.
    pub(crate) fn is_before(&self, project: &str, release: &str) -> Option<(bool, &'a str)> {
        let release = Release::of(release)?;
        let all: Option<Vec<_>> = self.of.get(project)?.iter().copied().collect();
        let newest = all?.into_iter().max()?;
        Some((newest.0 < release, newest.1))
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn releases_are_read_and_compared() {
        let of = |text| Release::of(text);
        assert!(of("0.9.20") < of("0.16"));
        assert!(of("v1.1.0-rc.1") > of("1.0"));
        assert!(of("0.14.x") > of("0.14.9"));
        assert_eq!(of(">=0.9"), None);
        assert_eq!(of("^1.2.0"), None);
        assert_eq!(of("main"), None);
        assert_eq!(of(""), None);
        assert_eq!(of("1.2.3.4"), None);
    }
}
