//! One source at a time: which of the ways it takes.

use seatrial_render::fetched::Pin;
use seatrial_source::{RemoteKind, RemoteSource, without_credentials};

use crate::http::{Ask, Client};
use crate::{Cache, FetchError, Limits, git, helm, oci};

/// What was downloaded, as the cache keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// A file, a packed chart, or the archive of a commit's files.
    pub bytes: Vec<u8>,
    /// The commit, or the chart's version. Empty for files.
    pub resolved: String,
}

/// Downloads sources.
pub struct Fetcher {
    client: Client,
}

impl Fetcher {
    /// With these bounds; private hosts are asked only where they are allowed.
    pub fn new(limits: Limits, allows_private: bool) -> Self {
        Self { client: Client::new(limits, allows_private) }
    }

    /// Downloads what a source is now.
    pub fn fetch(&self, source: &RemoteSource) -> Result<Fetched, FetchError> {
        self.fetch_version(source, &source.version)
    }

    /// Downloads what a source was when it was pinned. Other bytes are refused.
    pub fn fetch_pinned(&self, source: &RemoteSource, pin: &Pin) -> Result<Fetched, FetchError> {
        let version = if pin.resolved.is_empty() { &source.version } else { &pin.resolved };
        let fetched = self.fetch_version(source, version)?;
        let found = seatrial_render::fetched::Digest::of(&fetched.bytes);
        if found == pin.digest {
            return Ok(fetched);
        }
        Err(FetchError::Digest {
            address: without_credentials(&source.address),
            by: "seatrial.lock",
            expected: pin.digest.to_string(),
            found: found.to_string(),
        })
    }

    fn fetch_version(&self, source: &RemoteSource, version: &str) -> Result<Fetched, FetchError> {
        let client = &self.client;
        match source.kind {
            RemoteKind::GitTree => git::fetch(client, &source.address, version),
            RemoteKind::HelmChart => helm::fetch(client, &source.address, &source.name, version),
            RemoteKind::OciChart => oci::fetch(client, &source.address, &source.name, version),
            RemoteKind::File => {
                let answer = client.ask(Ask::new(&source.address), client.limits.file_bytes)?.successful()?;
                Ok(Fetched { bytes: answer.bytes, resolved: String::new() })
            }
        }
    }

    /// Downloads into a cache, unless it is there. Gives what a lock file says.
    pub fn into_cache(
        &self,
        cache: &Cache,
        source: &RemoteSource,
        pin: Option<&Pin>,
    ) -> Result<Pin, FetchError> {
        let fetched = match pin {
            Some(pin) if cache.holds(&pin.digest) => return Ok(pin.clone()),
            Some(pin) => self.fetch_pinned(source, pin)?,
            None => self.fetch(source)?,
        };
        let digest = cache.put(&fetched.bytes)?;
        Ok(Pin { resolved: fetched.resolved, digest })
    }
}
