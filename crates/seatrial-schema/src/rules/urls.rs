//! Addresses of webhooks: URLs as Go's `net/url` splits them, and the rules of
//! `apiserver` 0.36, `pkg/util/webhook/validation.go`.

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::value::Value;

/// The parts of a URL that rules look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case.
    pub scheme: String,
    /// Name and password before the host.
    pub user: Option<String>,
    /// Host and port.
    pub host: String,
    /// What follows `?`.
    pub query: String,
    /// What follows `#`.
    pub fragment: String,
}

/// Splits a URL, or says why Go does not.
pub fn parse(text: &str) -> Result<Url, String> {
    let refused = |why: &str| Err(format!("parse {text:?}: {why}"));
    if text.bytes().any(|letter| letter < b' ' || letter == 0x7f) {
        return refused("net/url: invalid control character in URL");
    }
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let mut url = Url { fragment: fragment.to_owned(), ..Url::default() };
    let rest = match scheme(address) {
        Err(()) => return refused("missing protocol scheme"),
        Ok((scheme, rest)) => {
            url.scheme = scheme.to_ascii_lowercase();
            rest
        }
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    query.clone_into(&mut url.query);
    if !rest.starts_with('/') {
        if !url.scheme.is_empty() {
            return Ok(url);
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return refused("first path segment in URL cannot contain colon");
        }
    }
    let mut path = rest;
    if let Some(authority) = rest.strip_prefix("//")
        && !(url.scheme.is_empty() && rest.starts_with("///"))
    {
        let (authority, below) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
        path = below;
        let host = match authority.rsplit_once('@') {
            Some((user, host)) => {
                url.user = Some(user.to_owned());
                host
            }
            None => authority,
        };
        if let Err(why) = check_host(host) {
            return refused(&why);
        }
        host.clone_into(&mut url.host);
    }
    match bad_escape(path).or_else(|| bad_escape(fragment)) {
        Some(escape) => refused(&format!("invalid URL escape {escape:?}")),
        None => Ok(url),
    }
}

fn scheme(address: &str) -> Result<(&str, &str), ()> {
    for (at, letter) in address.bytes().enumerate() {
        match letter {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err(()),
            b':' => return Ok((&address[..at], &address[at + 1..])),
            _ => break,
        }
    }
    Ok(("", address))
}

fn check_host(host: &str) -> Result<(), String> {
    let port = if host.starts_with('[') {
        let end = host.rfind(']').ok_or("missing ']' in host")?;
        &host[end + 1..]
    } else {
        &host[host.rfind(':').unwrap_or(host.len())..]
    };
    let is_port =
        |port: &str| port.strip_prefix(':').is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    if !port.is_empty() && !is_port(port) {
        return Err(format!("invalid port {port:?} after host"));
    }
    let is_fine = |letter: char| {
        !letter.is_ascii() || letter.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(letter)
    };
    match host.chars().find(|letter| !is_fine(*letter)) {
        Some(letter) => Err(format!("invalid character {:?} in host name", letter.to_string())),
        None => bad_escape(host).map_or(Ok(()), |escape| Err(format!("invalid URL escape {escape:?}"))),
    }
}

fn bad_escape(text: &str) -> Option<&str> {
    for (at, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Some(text.get(at..at + 3).unwrap_or(&text[at..]));
        }
    }
    None
}

/// Rules for the URL of a webhook.
pub fn webhook_url(text: &str, at: &Path<'_>, errors: &mut Errors) {
    const FORM: &str = "; desired format: https://host[/path]";
    let url = match parse(text) {
        Err(why) => return errors.required(at, format!("url must be a valid URL: {why}{FORM}")),
        Ok(url) => url,
    };
    if url.scheme != "https" {
        errors.invalid(at, url.scheme.as_str(), format!("'https' is the only allowed URL scheme{FORM}"));
    }
    if url.host.is_empty() {
        errors.invalid(at, "", format!("host must be specified{FORM}"));
    }
    if let Some(user) = &url.user {
        errors.invalid(at, user.as_str(), "user information is not permitted in the URL");
    }
    if !url.fragment.is_empty() {
        errors.invalid(at, url.fragment.as_str(), "fragments are not permitted in the URL");
    }
    if !url.query.is_empty() {
        errors.invalid(at, url.query.as_str(), "query parameters are not permitted in the URL");
    }
}

/// Rules for the Service of a webhook. Upstream mixes up name and namespace: of
/// what is missing it names the other.
pub fn webhook_service(service: &Value, at: &Path<'_>, errors: &mut Errors) {
    for (field, printed) in [("namespace", "name"), ("name", "namespace")] {
        if service.str(field).is_empty() {
            // The server takes the one for the other.
            let printed = at.child(printed);
            errors.blaming(&printed, &at.child(field), |errors| errors.required(&printed, ""));
        }
    }
    let port = service.int("port");
    let wrong = names::port_number(port);
    if !wrong.is_empty() {
        errors.invalid(&at.child("port"), port, format!("port is not valid: {}", wrong.join(", ")));
    }
    let path = service.str("path");
    let at = at.child("path");
    match path {
        "" | "/" => return,
        "//" => return errors.invalid(&at, path, "segment[0] may not be empty"),
        _ => {}
    }
    if !path.starts_with('/') {
        errors.invalid(&at, path, "must start with a '/'");
    }
    let mut start = path.chars();
    start.next();
    let steps = start.as_str();
    for (index, step) in steps.strip_suffix('/').unwrap_or(steps).split('/').enumerate() {
        if step.is_empty() {
            errors.invalid(&at, path, format!("segment[{index}] may not be empty"));
            continue;
        }
        for wrong in names::dns1123_subdomain(step) {
            errors.invalid(&at, path, format!("segment[{index}]: {wrong}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split_as_go_splits_them() {
        let parts = |text: &str| parse(text).map(|url| (url.scheme, url.host));
        let both = |scheme: &str, host: &str| Ok((scheme.to_owned(), host.to_owned()));
        assert_eq!(parts("HTTPS://a.b:1/c?d#e"), both("https", "a.b:1"));
        assert_eq!(parts("a/b"), both("", ""));
        assert_eq!(parts("mailto:x@y"), both("mailto", ""));
        assert_eq!(parts("https://u@[::1]:8"), both("https", "[::1]:8"));
        for wrong in
            [":a", "a:b/../c d\n", "1:a", "https://a:b", "https://a b", "https://a/%zz", "https://[a"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
