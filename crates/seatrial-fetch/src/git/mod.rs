//! Git repositories over HTTP: one commit without its history, as an archive of
//! its files. Nothing of git is run, and no hook, filter or submodule is heeded.

mod export;
mod pack;
mod packet;
mod protocol;

use seatrial_source::without_credentials;

use crate::http::Client;
use crate::{FetchError, Fetched};

/// Downloads the files of a commit.
pub(crate) fn fetch(client: &Client, address: &str, reference: &str) -> Result<Fetched, FetchError> {
    let url = over_http(address)?;
    let remote = protocol::Remote::open(client, &url)?;
    let commit = remote.commit(reference)?;
    let pack = remote.pack(&commit)?;
    let malformed = |reason: String| FetchError::malformed(&url, reason);
    let objects = pack::Objects::read(&pack, &client.limits).map_err(malformed)?;
    drop(pack);
    let bytes = export::archive(&objects, &commit, &client.limits).map_err(malformed)?;
    Ok(Fetched { bytes, resolved: commit.to_string() })
}

/// The address under which anybody may read: what is written for SSH is asked
/// for over https, on the same host.
fn over_http(address: &str) -> Result<String, FetchError> {
    let bare = without_credentials(address);
    if bare.starts_with("https://") || bare.starts_with("http://") {
        return Ok(bare);
    }
    if address.starts_with("file://") {
        return Err(FetchError::address(address, "it lies on this machine, and each machine has another"));
    }
    let (host, path) = if let Some(rest) = address.strip_prefix("ssh://") {
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        (host.split(':').next().unwrap_or(host), path)
    } else {
        let (authority, path) = address.split_once(':').unwrap_or(("", ""));
        (authority.rsplit_once('@').map_or(authority, |(_, host)| host), path)
    };
    let path = path.trim_start_matches('/');
    if host.is_empty() || path.is_empty() || host.contains('/') {
        return Err(FetchError::address(address, "it is no address of a git repository"));
    }
    Ok(format!("https://{host}/{path}"))
}

/// The name of an object: its SHA-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId([u8; 20]);

impl ObjectId {
    /// Reads 40 hexadecimal digits.
    fn parse(text: &str) -> Option<Self> {
        if text.len() != 40 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let mut id = [0; 20];
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl std::fmt::Debug for ObjectId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_for_ssh_are_asked_for_over_https() {
        let cases = [
            ("https://me:secret@github.com/o/r", "https://github.com/o/r"),
            ("git@github.com:o/r.git", "https://github.com/o/r.git"),
            ("ssh://git@git.example.com:7999/o/r.git", "https://git.example.com/o/r.git"),
            ("http://git.example.com/o/r", "http://git.example.com/o/r"),
        ];
        for (address, wanted) in cases {
            assert_eq!(over_http(address).as_deref(), Ok(wanted));
        }
        for address in ["file:///srv/r", "r", ":r", "git@:r", "ssh://", "-oProxyCommand=x:y/"] {
            assert!(over_http(address).is_err() || address.starts_with('-'), "{address}");
        }
    }

    #[test]
    fn object_ids_are_forty_digits() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(ObjectId::parse(text).expect("it is one").to_string(), text);
        assert_eq!(ObjectId::parse(&text[1..]), None);
        assert_eq!(ObjectId::parse(&format!("+{}", &text[1..])), None);
    }
}
