//! URLs as Go's `net/url` reads them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv6Addr;

/// A URL that `ParseRequestURI` and `Parse` both accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    scheme: String,
    opaque: String,
    user: Option<String>,
    host: String,
    path: String,
    query: Option<String>,
    fragment: String,
}

impl Url {
    /// Reads a URL with a scheme, or a path that starts with a slash.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !is_request_uri(text) {
            return None;
        }
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        unescape(fragment.as_bytes(), Mode::Path)?;
        Some(Self { fragment: fragment.to_owned(), ..parse(rest, false)? })
    }

    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host with its port.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn hostname(&self) -> &str {
        let (host, _) = self.split_port();
        host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host)
    }

    pub(super) fn port(&self) -> &str {
        self.split_port().1
    }

    fn split_port(&self) -> (&str, &str) {
        match self.host.rfind(':') {
            Some(at) if valid_port(&self.host[at..]) => (&self.host[..at], &self.host[at + 1..]),
            _ => (&self.host, ""),
        }
    }

    pub(super) fn escaped_path(&self) -> String {
        let plain = |byte: u8| unreserved(byte) || b"!$&'()*+,;=:@[]%/".contains(&byte);
        if self.path == "*" || self.path.bytes().all(plain) {
            return self.path.clone();
        }
        let path = unescape(self.path.as_bytes(), Mode::Path).unwrap_or_default();
        path.into_iter().map(escaped_in_path).collect()
    }

    /// The parameters with all their values in order.
    pub(super) fn query(&self) -> BTreeMap<String, Vec<String>> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in self.query.as_deref().unwrap_or_default().split('&') {
            if pair.is_empty() || pair.contains(';') {
                continue;
            }
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let text = |part: &str| {
                let bytes = unescape(part.as_bytes(), Mode::Query)?;
                Some(String::from_utf8_lossy(&bytes).into_owned())
            };
            if let (Some(key), Some(value)) = (text(key), text(value)) {
                all.entry(key).or_default().push(value);
            }
        }
        all
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(out, "{}:", self.scheme)?;
        }
        out.write_str(&self.opaque)?;
        if let Some(user) = &self.user {
            write!(out, "//{user}@{}", self.host)?;
        } else if !self.host.is_empty() {
            write!(out, "//{}", self.host)?;
        }
        out.write_str(&self.escaped_path())?;
        if let Some(query) = &self.query {
            write!(out, "?{query}")?;
        }
        if self.fragment.is_empty() { Ok(()) } else { write!(out, "#{}", self.fragment) }
    }
}

/// Whether `ParseRequestURI` accepts the text.
pub(super) fn is_request_uri(text: &str) -> bool {
    parse(text, true).is_some()
}

fn parse(text: &str, via_request: bool) -> Option<Url> {
    if text.bytes().any(|it| it < b' ' || it == 0x7f) || text.is_empty() && via_request {
        return None;
    }
    let mut url = Url {
        scheme: String::new(),
        opaque: String::new(),
        user: None,
        host: String::new(),
        path: String::new(),
        query: None,
        fragment: String::new(),
    };
    if text == "*" {
        url.path.push('*');
        return Some(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    url.query = query.map(str::to_owned);
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            url.opaque.push_str(rest);
            return Some(url);
        }
        let first = rest.split('/').next().unwrap_or_default();
        if via_request || first.contains(':') {
            return None;
        }
    }
    let authority = !scheme.is_empty() || !via_request && !rest.starts_with("///");
    if authority && let Some(behind) = rest.strip_prefix("//") {
        let end = behind.find('/').unwrap_or(behind.len());
        let (user, host) = match behind[..end].rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, &behind[..end]),
        };
        url.host = parse_host(scheme, host)?;
        url.user = match user {
            Some(user) if !valid_user(user) => return None,
            user => user.map(str::to_owned),
        };
        rest = &behind[end..];
    }
    unescape(rest.as_bytes(), Mode::Path)?;
    url.path.push_str(rest);
    Some(url)
}

fn split_scheme(text: &str) -> Option<(&str, &str)> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => return Some((&text[..at], &text[at + 1..])),
            _ => return Some(("", text)),
        }
    }
    Some(("", text))
}

fn valid_user(user: &str) -> bool {
    let known = |it: u8| it.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&it);
    user.bytes().all(known) && unescape(user.as_bytes(), Mode::Path).is_some()
}

fn valid_port(port: &str) -> bool {
    port.is_empty() || port.starts_with(':') && port[1..].bytes().all(|it| it.is_ascii_digit())
}

fn parse_host(scheme: &str, host: &str) -> Option<String> {
    match host.rfind('[') {
        Some(0) => {
            let close = host.rfind(']')?;
            let (inside, port) = (&host[1..close], &host[close + 1..]);
            let (address, zone) =
                inside.split_once("%25").map_or((inside, None), |(a, zone)| (a, Some(zone)));
            let address = String::from_utf8(unescape(address.as_bytes(), Mode::Host)?).ok()?;
            address.parse::<Ipv6Addr>().ok()?;
            let zone = match zone {
                Some("") => return None,
                Some(zone) => format!("%{}", String::from_utf8(unescape(zone.as_bytes(), Mode::Path)?).ok()?),
                None => String::new(),
            };
            valid_port(port).then(|| format!("[{address}{zone}]{port}"))
        }
        Some(_) => None,
        None => {
            let strict = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https");
            let colon = if strict { host.find(':') } else { host.rfind(':') };
            if colon.is_some_and(|at| !valid_port(&host[at..])) {
                return None;
            }
            let bytes = unescape(host.as_bytes(), Mode::Host)?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Host,
    Path,
    Query,
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
}

fn escaped_in_path(byte: u8) -> String {
    if unreserved(byte) || b"$&+,/:;=@".contains(&byte) {
        return char::from(byte).to_string();
    }
    format!("%{byte:02X}")
}

fn unescape(text: &[u8], mode: Mode) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'%' {
            let digits = std::str::from_utf8(text.get(at + 1..at + 3)?).ok()?;
            if !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                return None;
            }
            let value = u8::from_str_radix(digits, 16).ok()?;
            if mode == Mode::Host && value < 0x80 && value != b'%' {
                return None;
            }
            out.push(value);
            at += 3;
            continue;
        }
        let in_host = byte >= 0x80 || unreserved(byte) || b"!$&'()*+,;=:[]<>\"".contains(&byte);
        if mode == Mode::Host && !in_host {
            return None;
        }
        out.push(if byte == b'+' && mode == Mode::Query { b' ' } else { byte });
        at += 1;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let url = Url::parse("https://user@example.com:8080/a%20b/c?x=1&x=2&y=a+b#f").unwrap();
        assert_eq!((url.scheme(), url.host(), url.hostname()), ("https", "example.com:8080", "example.com"));
        assert_eq!((url.port(), url.escaped_path().as_str()), ("8080", "/a%20b/c"));
        assert_eq!(url.query()["x"], ["1", "2"]);
        assert_eq!(url.query()["y"], ["a b"]);
        assert_eq!(Url::parse("http://[::1]:80/").unwrap().hostname(), "::1");
        for wrong in ["", "../a", "a b", "http://a b/", "http://a:b/", "http://[::1/", "/%zz"] {
            assert!(Url::parse(wrong).is_none(), "{wrong}");
        }
    }
}
