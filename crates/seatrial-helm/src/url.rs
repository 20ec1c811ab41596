//! Addresses as Go's `net/url` (1.26) cuts them up and puts them together.

use std::fmt;
use std::net::Ipv6Addr;

use crate::go;

/// The parts of an address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    /// What stands behind the scheme where no slash does.
    pub(crate) opaque: String,
    pub(crate) user: Option<User>,
    /// With its port.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) fragment: String,
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct User {
    name: String,
    password: Option<String>,
}

/// In which part of an address a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

impl Part {
    /// Whether a letter stands here as it is.
    fn takes(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || self.signs().contains(&byte)
    }

    fn signs(self) -> &'static [u8] {
        match self {
            Self::Path => b"$&+,/:;=@",
            Self::Host | Self::Zone => b"!\"$&'()*+,:;<=>[]",
            Self::User => b"$&+,;=",
            Self::Fragment => b"!$&()*+,/:;=?@",
        }
    }
}

impl Url {
    /// Cuts an address up.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let failed = |whole: &str, error: String| format!("parse {}: {error}", go::quote(whole));
        let mut url = Self::without_fragment(rest).map_err(|error| failed(rest, error))?;
        url.fragment = unescape(fragment, Part::Fragment).map_err(|error| failed(text, error))?;
        Ok(url)
    }

    fn without_fragment(text: &str) -> Result<Self, String> {
        if text.bytes().any(|it| it < b' ' || it == 0x7F) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == "*" {
            text.clone_into(&mut url.path);
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        query.clone_into(&mut url.query);
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|it| it.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let has_authority = !url.scheme.is_empty() || !rest.starts_with("///");
        let mut path = rest;
        if let Some(behind) = rest.strip_prefix("//").filter(|_| has_authority) {
            let end = behind.find('/').unwrap_or(behind.len());
            url.authority(&behind[..end])?;
            path = &behind[end..];
        }
        url.path = unescape(path, Part::Path)?;
        Ok(url)
    }

    fn authority(&mut self, authority: &str) -> Result<(), String> {
        let (userinfo, written) = match authority.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        self.host = host(&self.scheme, written)?;
        let Some(userinfo) = userinfo else { return Ok(()) };
        let is_valid = |it: char| it.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(it);
        if !userinfo.chars().all(is_valid) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = match userinfo.split_once(':') {
            Some((name, password)) => (name, Some(unescape(password, Part::User))),
            None => (userinfo, None),
        };
        self.user = Some(User { name: unescape(name, Part::User)?, password: password.transpose()? });
        Ok(())
    }

    /// The host without its port and brackets.
    pub(crate) fn hostname(&self) -> &str {
        let host = self.host.as_str();
        let port = host.rfind(':').filter(|at| is_optional_port(&host[*at..]));
        let host = port.map_or(host, |at| &host[..at]);
        host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host)
    }

    /// Name and password in their escaped form.
    pub(crate) fn userinfo(&self) -> String {
        let Some(user) = &self.user else { return String::new() };
        let password = user.password.as_ref().map(|it| format!(":{}", escape(it, Part::User)));
        format!("{}{}", escape(&user.name, Part::User), password.unwrap_or_default())
    }
}

/// Cuts the scheme off.
fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn host(scheme: &str, host: &str) -> Result<String, String> {
    let invalid_port = |port: &str| Err(format!("invalid port {} after host", go::quote(port)));
    match host.rfind('[') {
        Some(0) => return literal(host),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    // Only of these two are more colons refused: data bases have lists of hosts.
    let is_strict = matches!(scheme, "http" | "https");
    if let Some(at) = if is_strict { host.find(':') } else { host.rfind(':') }
        && !is_optional_port(&host[at..])
    {
        return invalid_port(&host[at..]);
    }
    unescape(host, Part::Host)
}

/// `[fe80::1%25en0]:80`
fn literal(host: &str) -> Result<String, String> {
    let end = host.rfind(']').ok_or("missing ']' in host")?;
    let (name, port) = (&host[1..end], &host[end + 1..]);
    if !is_optional_port(port) {
        return Err(format!("invalid port {} after host", go::quote(port)));
    }
    let (address, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
    let address = unescape(address, Part::Host)?;
    let zone = unescape(zone, Part::Zone)?;
    if address.parse::<Ipv6Addr>().is_err() {
        if address.parse::<std::net::Ipv4Addr>().is_ok() && zone.is_empty() {
            return Err("invalid IP-literal".to_owned());
        }
        let quoted = go::quote(&format!("{address}{zone}"));
        return Err(format!("invalid host: ParseAddr({quoted}): unable to parse IP"));
    }
    Ok(format!("[{address}{zone}]{port}"))
}

fn is_optional_port(port: &str) -> bool {
    port.is_empty() || port.strip_prefix(':').is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()))
}

fn unescape(text: &str, part: Part) -> Result<String, String> {
    let bad_escape =
        |escape: &[u8]| format!("invalid URL escape {}", go::quote(&String::from_utf8_lossy(escape)));
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !part.takes(*byte) {
                let letter = go::quote(&char::from(*byte).to_string());
                return Err(format!("invalid character {letter} in host name"));
            }
            out.push(*byte);
            continue;
        }
        let digit = |at: usize| after.get(at).and_then(|it| char::from(*it).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else {
            let shown = &text.as_bytes()[text.len() - after.len() - 1..];
            return Err(bad_escape(&shown[..shown.len().min(3)]));
        };
        let value = (high * 16 + low) as u8;
        let is_refused = match part {
            Part::Host => high < 8 && value != b'%',
            Part::Zone => value != b'%' && value != b' ' && !Part::Host.takes(value),
            _ => false,
        };
        if is_refused {
            return Err(bad_escape(&text.as_bytes()[text.len() - after.len() - 1..][..3]));
        }
        out.push(value);
        rest = &after[2..];
    }
    Ok(String::from_utf8(out).unwrap_or_else(|error| crate::json::lossy(error.as_bytes())))
}

fn escape(text: &str, part: Part) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if part.takes(byte) {
            out.push(char::from(byte));
        } else {
            crate::go::push(&mut out, format_args!("%{byte:02X}"));
        }
    }
    out
}

impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            self.push_hierarchy(&mut out);
        } else {
            out.push_str(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push('?');
            out.push_str(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push('#');
            out.push_str(&escape(&self.fragment, Part::Fragment));
        }
        formatter.write_str(&out)
    }
}

impl Url {
    /// User, host and path.
    fn push_hierarchy(&self, out: &mut String) {
        let has_host = !self.host.is_empty() || self.user.is_some();
        if has_host || !self.scheme.is_empty() && !self.path.is_empty() {
            out.push_str("//");
            if self.user.is_some() {
                out.push_str(&self.userinfo());
                out.push('@');
            }
            out.push_str(&escape(&self.host, Part::Host));
        }
        let path = if self.path == "*" { "*".to_owned() } else { escape(&self.path, Part::Path) };
        if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
            out.push('/');
        }
        if out.is_empty() && path.split('/').next().is_some_and(|it| it.contains(':')) {
            out.push_str("./");
        }
        out.push_str(&path);
    }
}
