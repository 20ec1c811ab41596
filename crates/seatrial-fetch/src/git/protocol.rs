//! Git's protocol, version 2, over HTTP: which commit a ref is, and a pack with
//! that commit alone.

use seatrial_helm::semver::{Constraint, Version};
use seatrial_source::without_credentials;

use super::ObjectId;
use super::packet::{Packet, Request, packets};
use crate::FetchError;
use crate::chart::choose;
use crate::http::{Ask, Client};

/// The header that asks for version 2.
const VERSION: (&str, &str) = ("git-protocol", "version=2");

/// A repository on a server.
pub(super) struct Remote<'a> {
    client: &'a Client,
    /// Behind redirects.
    url: String,
    /// Whether a commit is to be had without its parents.
    is_shallow: bool,
}

impl<'a> Remote<'a> {
    /// Asks what the server can do.
    pub(super) fn open(client: &'a Client, url: &str) -> Result<Self, FetchError> {
        const SERVICE: &str = "/info/refs?service=git-upload-pack";
        let url = url.trim_end_matches('/');
        let address = format!("{url}{SERVICE}");
        let ask = Ask { headers: &[VERSION], ..Ask::new(&address) };
        let answer = client.ask(ask, client.limits.answer_bytes)?.successful()?;
        let base = answer.address.strip_suffix(SERVICE).unwrap_or(url).to_owned();
        let malformed = |reason: &str| FetchError::malformed(url, reason);
        let lines = packets(&answer.bytes).map_err(|_| malformed("it is no git repository"))?;
        let lines: Vec<&str> = lines.iter().filter_map(text).collect();
        if !lines.contains(&"version 2") {
            return Err(malformed("it does not speak version 2 of git's protocol"));
        }
        let format = lines.iter().find_map(|it| it.strip_prefix("object-format="));
        if format.is_some_and(|it| it != "sha1") {
            return Err(malformed("its objects are not named by SHA-1"));
        }
        let features = lines.iter().find_map(|it| it.strip_prefix("fetch=")).unwrap_or_default();
        let is_shallow = features.split(' ').any(|it| it == "shallow");
        Ok(Self { client, url: base, is_shallow })
    }

    fn post(&self, body: &[u8], limit: u64) -> Result<Vec<u8>, FetchError> {
        let address = format!("{}/git-upload-pack", self.url);
        let headers = [
            VERSION,
            ("content-type", "application/x-git-upload-pack-request"),
            ("accept", "application/x-git-upload-pack-result"),
        ];
        let ask = Ask { headers: &headers, body: Some(body), ..Ask::new(&address) };
        Ok(self.client.ask(ask, limit)?.successful()?.bytes)
    }

    fn malformed(&self, reason: impl Into<String>) -> FetchError {
        FetchError::malformed(&self.url, reason)
    }

    /// The commit that a ref names, as `git fetch` reads it; of a range of versions
    /// the highest tag in it; without one, the commit of the default branch.
    pub(super) fn commit(&self, reference: &str) -> Result<ObjectId, FetchError> {
        if let Some(id) = ObjectId::parse(reference) {
            return Ok(id);
        }
        let is_range = Constraint::parse(reference).is_ok() && Version::parse(reference).is_err();
        if !is_ref_name(reference) && !is_range {
            return Err(FetchError::address(&self.url, format!("`{reference}` is no name of a ref")));
        }
        let mut found = None;
        if is_ref_name(reference) {
            let names = match reference {
                "" | "HEAD" => vec!["HEAD".to_owned()],
                name => ["", "refs/", "refs/tags/", "refs/heads/"]
                    .iter()
                    .map(|it| format!("{it}{name}"))
                    .collect(),
            };
            let refs = self.refs(&names)?;
            found = names.iter().find_map(|name| refs.iter().find(|(_, other)| other == name)).map(|it| it.0);
        }
        if found.is_none() && is_range && !reference.is_empty() {
            const TAGS: &str = "refs/tags/";
            let tags = self.refs(&[TAGS.to_owned()])?;
            let chosen = choose(reference, &tags, |(_, name)| name.strip_prefix(TAGS).unwrap_or_default());
            found = chosen.map_err(|reason| self.malformed(reason))?.map(|it| it.0);
        }
        let missing = || {
            let what = match reference {
                "" => "default branch".to_owned(),
                _ if is_range => format!("tag in {reference}"),
                _ => format!("ref {reference}"),
            };
            FetchError::not_found(&without_credentials(&self.url), what)
        };
        found.ok_or_else(missing)
    }

    /// The refs that begin with one of some names, with their commits.
    fn refs(&self, names: &[String]) -> Result<Vec<(ObjectId, String)>, FetchError> {
        let mut request = Request::default().line("command=ls-refs").delimiter().line("peel");
        for name in names {
            request = request.line(&format!("ref-prefix {name}"));
        }
        let bytes = self.post(&request.flush(), self.client.limits.answer_bytes)?;
        let lines = packets(&bytes).map_err(|reason| self.malformed(reason))?;
        let refs = lines.iter().filter_map(text).filter_map(advertised);
        Ok(refs.map(|(id, name)| (id, name.to_owned())).collect())
    }

    /// A pack with a commit and everything in it.
    pub(super) fn pack(&self, commit: &ObjectId) -> Result<Vec<u8>, FetchError> {
        let mut request = Request::default().line("command=fetch").delimiter();
        request = request.line("no-progress").line("ofs-delta").line(&format!("want {commit}"));
        if self.is_shallow {
            request = request.line("deepen 1");
        }
        let bytes = self.post(&request.line("done").flush(), self.client.limits.pack_bytes)?;
        let lines = packets(&bytes).map_err(|reason| self.malformed(reason))?;
        let mut lines = lines.into_iter();
        for line in lines.by_ref() {
            let Packet::Data(data) = line else { continue };
            if let Some(refusal) = data.strip_prefix(b"ERR ") {
                return Err(self.malformed(format!("it says: {}", words(refusal))));
            }
            if data.trim_ascii_end() == b"packfile" {
                return self.side_band(lines);
            }
        }
        Err(self.malformed("it sends no pack"))
    }

    /// The pack out of the packets that carry it beside news and errors.
    fn side_band<'b>(&self, packets: impl Iterator<Item = Packet<'b>>) -> Result<Vec<u8>, FetchError> {
        let mut pack = Vec::new();
        for packet in packets {
            let Packet::Data(data) = packet else { return Ok(pack) };
            match data.split_first() {
                Some((1, content)) => pack.extend_from_slice(content),
                Some((2, _)) => {}
                Some((3, refusal)) => return Err(self.malformed(format!("it says: {}", words(refusal)))),
                _ => return Err(self.malformed("a packet is on no band")),
            }
        }
        Err(self.malformed("the pack breaks off"))
    }
}

/// A line of text without its end.
fn text<'a>(packet: &Packet<'a>) -> Option<&'a str> {
    let Packet::Data(data) = packet else { return None };
    std::str::from_utf8(data).ok().map(str::trim_end)
}

/// What a server says, as far as it is fit for a message.
fn words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().chars().filter(|it| !it.is_control()).take(200).collect()
}

/// `OID NAME [peeled:OID]`: the commit behind a tag where there is one.
fn advertised(line: &str) -> Option<(ObjectId, &str)> {
    let mut parts = line.split(' ');
    let (id, name) = (parts.next()?, parts.next()?);
    let peeled = parts.find_map(|it| it.strip_prefix("peeled:"));
    Some((ObjectId::parse(peeled.unwrap_or(id))?, name))
}

/// Whether git would take a name for that of a ref: nothing in it may be read
/// as anything else.
fn is_ref_name(name: &str) -> bool {
    let is_sign = |it: char| !it.is_control() && !" ~^:?*[\\".contains(it);
    name.len() <= 1024
        && name.chars().all(is_sign)
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !["..", "//", "@{", "/."].iter().any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_refs_are_refused() {
        for name in ["", "main", "v1.2.3", "feature/a-b", "release@2"] {
            assert!(is_ref_name(name), "{name}");
        }
        for name in ["--upload-pack=x", "a b", "a\nb", "a..b", "/a", "a/", "a:b", "^a", "a@{1}", "a\\b"] {
            assert!(!is_ref_name(name), "{name}");
        }
    }

    #[test]
    fn tags_are_peeled() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let line = format!("{one} refs/tags/v1 peeled:{two}");
        assert_eq!(advertised(&line), Some((ObjectId::parse(&two).expect("an id"), "refs/tags/v1")));
        let line = format!("{one} HEAD symref-target:refs/heads/main");
        assert_eq!(advertised(&line), Some((ObjectId::parse(&one).expect("an id"), "HEAD")));
        assert_eq!(advertised("unborn HEAD"), None);
    }
}
