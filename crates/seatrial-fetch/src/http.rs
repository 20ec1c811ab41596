//! Requests: bounded, redirects followed by hand, no proxy, no credential that
//! was not handed out for the very host.

use std::cell::Cell;
use std::io::{self, Read};

use seatrial_source::without_credentials;
use ureq::http::{HeaderMap, Uri};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use crate::resolver::{Guarded, PRIVATE};
use crate::{FetchError, Limits};

/// How this program names itself.
const USER_AGENT: &str = concat!("seatrial/", env!("CARGO_PKG_VERSION"));

/// Asks servers.
pub(crate) struct Client {
    agent: Agent,
    pub(crate) limits: Limits,
    /// Bytes that may still be downloaded.
    left: Cell<u64>,
}

/// What a server is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) address: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// Sent with `POST`; else it is `GET`.
    pub(crate) body: Option<&'a [u8]>,
    /// `Authorization`, for this host alone.
    pub(crate) authorization: Option<&'a str>,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(address: &'a str) -> Self {
        Self { address, headers: &[], body: None, authorization: None }
    }
}

/// What a server answers.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Where redirects have led.
    pub(crate) address: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The answer, when it says yes.
    pub(crate) fn successful(self) -> Result<Self, FetchError> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(FetchError::Status { address: without_credentials(&self.address), status: self.status })
    }
}

impl Client {
    pub(crate) fn new(limits: Limits, allows_private: bool) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(USER_AGENT)
            .max_response_header_size(64 << 10)
            .timeout_global(Some(limits.whole))
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.connect))
            .timeout_recv_response(Some(limits.idle))
            .timeout_per_read(Some(limits.idle))
            .timeout_per_write(Some(limits.idle))
            .build();
        let resolver = Guarded { allows_private, inner: DefaultResolver::default() };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, left: Cell::new(limits.total_bytes), limits }
    }

    /// Asks, follows redirects, and reads at most `limit` bytes.
    pub(crate) fn ask(&self, ask: Ask<'_>, limit: u64) -> Result<Answer, FetchError> {
        let mut address = ask.address.to_owned();
        let mut authorization = ask.authorization;
        for _ in 0..=self.limits.redirects {
            let uri = parse(&address)?;
            let response = self.send(&uri, &address, ask, authorization)?;
            let status = response.status().as_u16();
            let location = response.headers().get("location").and_then(|it| it.to_str().ok());
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                let (parts, body) = response.into_parts();
                let bytes = self.read(body, &address, limit)?;
                return Ok(Answer { address, status, headers: parts.headers, bytes });
            }
            let to = location.and_then(|to| target(&uri, to));
            let next = to.ok_or_else(|| FetchError::malformed(&address, "it redirects to nowhere"))?;
            let next_uri = parse(&next)?;
            if let Some(reason) = refusal(&uri, &next_uri, ask) {
                let (address, to) = (without_credentials(&address), without_credentials(&next));
                return Err(FetchError::Redirect { address, to, reason });
            }
            if (uri.scheme_str(), uri.authority()) != (next_uri.scheme_str(), next_uri.authority()) {
                authorization = None;
            }
            address = next;
        }
        Err(FetchError::Redirect {
            address: without_credentials(ask.address),
            to: without_credentials(&address),
            reason: "there are too many of them",
        })
    }

    fn send(
        &self,
        uri: &Uri,
        address: &str,
        ask: Ask<'_>,
        authorization: Option<&str>,
    ) -> Result<ureq::http::Response<Body>, FetchError> {
        let headers = ask.headers.iter().copied().chain(authorization.map(|it| ("authorization", it)));
        let sent = match ask.body {
            None => {
                headers.fold(self.agent.get(uri), |request, (name, value)| request.header(name, value)).call()
            }
            Some(body) => headers
                .fold(self.agent.post(uri), |request, (name, value)| request.header(name, value))
                .send(body),
        };
        sent.map_err(|error| failure(address, uri, &error))
    }

    fn read(&self, body: Body, address: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
        let limit = limit.min(self.left.get());
        let too_large = || FetchError::TooLarge { address: without_credentials(address), limit };
        if body.content_length().is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let read = body.into_reader().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| transport(address, &error.to_string()))?;
        let length = bytes.len() as u64;
        if length > limit {
            return Err(too_large());
        }
        self.left.set(self.left.get() - length);
        Ok(bytes)
    }
}

/// An address that can be asked. A user and a password in it are dropped: they
/// are never sent.
fn parse(address: &str) -> Result<Uri, FetchError> {
    let (scheme, rest) = address
        .split_once("://")
        .ok_or_else(|| FetchError::address(address, "it is no address of the web"))?;
    if !matches!(scheme, "https" | "http") {
        return Err(FetchError::address(address, format!("`{scheme}` is not spoken here")));
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.split('#').next().unwrap_or_default();
    let whole = format!("{scheme}://{host}{path}");
    let uri: Uri = whole.parse().map_err(|_| FetchError::address(address, "it is no valid address"))?;
    if uri.host().is_none_or(str::is_empty) {
        return Err(FetchError::address(address, "it names no host"));
    }
    Ok(uri)
}

/// Why a redirect is not followed.
fn refusal(from: &Uri, to: &Uri, ask: Ask<'_>) -> Option<&'static str> {
    if from.scheme_str() == Some("https") && to.scheme_str() != Some("https") {
        return Some("it leaves https");
    }
    ask.body.map(|_| "it answers a request with content")
}

/// Where a redirect leads.
fn target(from: &Uri, to: &str) -> Option<String> {
    if to.contains("://") {
        return Some(to.to_owned());
    }
    let (scheme, authority) = (from.scheme_str()?, from.authority()?);
    if let Some(rest) = to.strip_prefix("//") {
        return Some(format!("{scheme}://{rest}"));
    }
    if to.starts_with('/') {
        return Some(format!("{scheme}://{authority}{to}"));
    }
    let directory = from.path().rsplit_once('/').map_or("", |(directory, _)| directory);
    Some(format!("{scheme}://{authority}{directory}/{to}"))
}

fn failure(address: &str, uri: &Uri, error: &ureq::Error) -> FetchError {
    let private = match error {
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => Some(error.to_string()),
        _ => None,
    };
    if let Some(found) = private.as_deref().and_then(|it| it.strip_prefix(PRIVATE)) {
        return FetchError::Private {
            host: uri.host().unwrap_or_default().to_owned(),
            found: found.to_owned(),
        };
    }
    transport(address, &error.to_string())
}

fn transport(address: &str, reason: &str) -> FetchError {
    FetchError::Transport { address: without_credentials(address), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_an_address_are_not_sent() {
        let uri = parse("https://me:secret@example.com/a?b=c#d").expect("it is an address");
        assert_eq!(uri.to_string(), "https://example.com/a?b=c");
        assert!(parse("ftp://example.com/").is_err());
        assert!(parse("https://").is_err());
    }

    #[test]
    fn no_redirect_leaves_https() {
        let uri = |address| parse(address).expect("it is an address");
        let (safe, plain) = (uri("https://example.com/a"), uri("http://example.com/a"));
        let ask = Ask::new("https://example.com/a");
        assert_eq!(refusal(&safe, &plain, ask), Some("it leaves https"));
        assert_eq!(refusal(&plain, &safe, ask), None);
        assert_eq!(refusal(&safe, &safe, ask), None);
        let ask = Ask { body: Some(b"x"), ..ask };
        assert_eq!(refusal(&safe, &safe, ask), Some("it answers a request with content"));
    }

    #[test]
    fn redirects_are_read_from_where_they_stand() {
        let from = parse("https://example.com/a/b?c").expect("it is an address");
        let cases = [
            ("https://other.com/x", "https://other.com/x"),
            ("//other.com/x", "https://other.com/x"),
            ("/x", "https://example.com/x"),
            ("x", "https://example.com/a/x"),
        ];
        for (to, wanted) in cases {
            assert_eq!(target(&from, to).as_deref(), Some(wanted));
        }
    }
}
