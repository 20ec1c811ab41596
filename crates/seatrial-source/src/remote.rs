//! What a tree names and another host holds.

use std::fmt;

/// How something is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemoteKind {
    /// All files of a git repository at one commit.
    GitTree,
    /// One file.
    File,
    /// A chart of a Helm repository with an index.
    HelmChart,
    /// A chart of an OCI registry.
    OciChart,
}

impl RemoteKind {
    /// The word used in `seatrial.lock`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitTree => "git",
            Self::File => "file",
            Self::HelmChart => "helm",
            Self::OciChart => "oci",
        }
    }

    /// The kind that a word names.
    pub fn from_name(word: &str) -> Option<Self> {
        [Self::GitTree, Self::File, Self::HelmChart, Self::OciChart]
            .into_iter()
            .find(|it| it.as_str() == word)
    }
}

/// One thing on another host, as a tree asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteSource {
    /// How it is fetched.
    pub kind: RemoteKind,
    /// The repository, registry or file.
    pub address: String,
    /// The chart's name; empty for what is no chart.
    pub name: String,
    /// The ref, or the chart's version or range of versions, as written. Empty
    /// stands for what the host offers first.
    pub version: String,
}

impl RemoteSource {
    /// A git repository at a ref.
    pub fn git(address: &str, reference: &str) -> Self {
        Self::new(RemoteKind::GitTree, address, "", reference)
    }

    /// One file.
    pub fn file(address: &str) -> Self {
        Self::new(RemoteKind::File, address, "", "")
    }

    /// A chart of a repository or, where the address says so, a registry. In a
    /// registry the name is the last part of the chart's address.
    pub fn chart(repository: &str, name: &str, version: &str) -> Self {
        let is_oci = repository.starts_with("oci://");
        let kind = if is_oci { RemoteKind::OciChart } else { RemoteKind::HelmChart };
        Self::new(kind, repository, name, version)
    }

    fn new(kind: RemoteKind, address: &str, name: &str, version: &str) -> Self {
        let address = address.trim().trim_end_matches('/').to_owned();
        Self { kind, address, name: name.to_owned(), version: version.trim().to_owned() }
    }
}

impl fmt::Display for RemoteSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = crate::without_credentials(&self.address);
        let version = if self.version.is_empty() { String::new() } else { format!(" {}", self.version) };
        match self.kind {
            RemoteKind::File => out.write_str(&address),
            RemoteKind::GitTree if self.version.is_empty() => write!(out, "{address}"),
            RemoteKind::GitTree => write!(out, "{address} at {}", self.version),
            RemoteKind::HelmChart | RemoteKind::OciChart => {
                write!(out, "chart {}{version} of {address}", self.name)
            }
        }
    }
}

/// Why something of another host is not to be had here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFetched {
    /// No lock file names it.
    #[error("it stands on another host: `seatrial fetch` would download it")]
    Unlocked,
    /// The lock file names it, and the cache does not hold it.
    #[error("`seatrial.lock` names it, and the cache does not hold it: run `seatrial fetch`")]
    NotCached,
    /// The cache holds something else.
    #[error("the cache holds {found}, and `seatrial.lock` says {expected}")]
    Changed {
        /// The digest in the lock file.
        expected: String,
        /// The digest of what is there.
        found: String,
    },
    /// What the cache holds cannot be read.
    #[error("what the cache holds cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_without_credentials() {
        let git = RemoteSource::git("https://me:secret@git.example.com/o/r.git", "v1");
        assert_eq!(git.to_string(), "https://git.example.com/o/r.git at v1");
        let chart = RemoteSource::chart("oci://ghcr.io/charts/", "redis", "^1");
        assert_eq!(chart.to_string(), "chart redis ^1 of oci://ghcr.io/charts");
        assert_eq!(chart.kind, RemoteKind::OciChart);
    }
}
