//! Formats of texts that schemas name (`kube-openapi`, `pkg/validation/strfmt`;
//! `apiextensions-apiserver` 0.36, `pkg/apiserver/validation/formats.go`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::rules::names;
use crate::rules::urls;

const RECOGNIZED: [&str; 26] = [
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "datetime",
    "duration",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8slongname",
    "k8sshortname",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];

/// Formats with a pattern; what is not here and not below takes any text.
const PATTERNS: [(&str, &str); 12] = [
    ("bsonobjectid", "^[0-9a-fA-F]{24}$"),
    ("byte", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"),
    ("date", "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"),
    (
        "datetime",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ tT](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]+)?(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})?$",
    ),
    ("duration", "^[+-]?(?:[0-9.]+ *(?:ns|us|µs|μs|ms|s|m|h|d|w|[a-z]+))+$|^0$"),
    ("email", "^[^@ <>()\\[\\],;:]+@[^@ <>()\\[\\],;:]+$|^[^<>]*<[^@ <>]+@[^@ <>]+>$"),
    ("hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
    (
        "mac",
        "^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}([:-][0-9a-fA-F]{2}){0,14}$|^[0-9a-fA-F]{4}([.][0-9a-fA-F]{4}){2,9}$",
    ),
    ("ssn", "^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$"),
    ("uuid", "^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    ("uuid4", "^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
    (
        "rgbcolor",
        r"^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$",
    ),
];

/// Whether the server knows the format for a type.
pub(crate) fn is_recognized(format: &str, kind: &str) -> bool {
    match kind {
        "" | "string" => RECOGNIZED.contains(&normalized(format).as_str()),
        "integer" => matches!(format, "int32" | "int64"),
        "number" => matches!(format, "float" | "double"),
        _ => false,
    }
}

fn normalized(format: &str) -> String {
    format.replace('-', "")
}

/// Whether a text is none of that format.
pub(crate) fn refuses(format: &str, text: &str) -> bool {
    static COMPILED: LazyLock<BTreeMap<&str, Regex>> = LazyLock::new(|| {
        let compile = |pattern: &str| Regex::new(pattern).expect("the pattern is fixed");
        PATTERNS.iter().map(|(format, pattern)| (*format, compile(pattern))).collect()
    });
    let format = normalized(format);
    if let Some(pattern) = COMPILED.get(format.as_str()) {
        return !pattern.is_match(text);
    }
    match format.as_str() {
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_err(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_err(),
        "cidr" => !is_network(text),
        "uri" => urls::parse(text).map_or(true, |url| url.scheme.is_empty() && !text.starts_with('/')),
        "hostname" => text.len() > 255 || !text.split('.').all(is_host_label),
        "k8sshortname" => !names::dns1123_label(text).is_empty(),
        "k8slongname" => !names::dns1123_subdomain(text).is_empty(),
        _ => false,
    }
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|it| it.is_alphanumeric() || it == '-')
}

fn is_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    !bits.is_empty()
        && bits.bytes().all(|it| it.is_ascii_digit())
        && bits.parse::<u8>().is_ok_and(|it| it <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_format_are_told_from_others() {
        for (format, fine, wrong) in [
            ("date", "2024-02-29", "2024-13-01"),
            ("date-time", "2024-02-29T01:02:03Z", "yesterday"),
            ("ipv6", "::1", "1"),
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000", "1"),
            ("hostname", "a.example.com", "-a"),
            ("byte", "YQ==", "a"),
            ("uri", "https://a/b", "a b"),
            ("email", "a@b.c", "a"),
            ("duration", "3s", "x3"),
        ] {
            assert!(!refuses(format, fine), "{format} {fine}");
            assert!(refuses(format, wrong), "{format} {wrong}");
        }
        assert!(!refuses("no-such-format", "x") && !is_recognized("no-such-format", "string"));
    }
}
