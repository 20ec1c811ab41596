//! Formats of texts that schemas name (`kube-openapi`, `pkg/validation/strfmt`;
//! `apiextensions-apiserver` 0.36, `pkg/apiserver/validation/formats.go`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use super::mailbox;
use crate::durations;
use crate::rules::{addresses, names, urls};

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
const PATTERNS: [(&str, &str); 9] = [
    ("bsonobjectid", "^[0-9a-fA-F]{24}$"),
    ("byte", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"),
    ("hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
    // How long a part may be is looked at apart.
    (
        "hostname",
        r"^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]*)|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\p{S}\p{L}-]*[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,})$",
    ),
    ("uuid", "(?i-u)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    ("uuid3", "(?i-u)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    ("uuid4", "(?i-u)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
    ("uuid5", "(?i-u)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
    (
        "rgbcolor",
        r"^rgb\([\t\n\f\r ]*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])[\t\n\f\r ]*,[\t\n\f\r ]*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])[\t\n\f\r ]*,[\t\n\f\r ]*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])[\t\n\f\r ]*\)$",
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
        return !pattern.is_match(text) || format == "hostname" && is_too_long(text);
    }
    match format.as_str() {
        "cidr" => addresses::Cidr::sloppy(text).is_none(),
        "creditcard" => !is_credit_card(text),
        "date" => !is_date(text),
        "datetime" => !is_date_time(text),
        "duration" => !is_duration(text),
        "email" => !mailbox::is_address(text),
        "ipv4" => addresses::sloppy_ip(text).is_none() || !text.contains('.'),
        "ipv6" => text.parse::<IpAddr>().is_err() || !text.contains(':'),
        "isbn" => !is_isbn10(text) && !is_isbn13(text),
        "isbn10" => !is_isbn10(text),
        "isbn13" => !is_isbn13(text),
        "k8slongname" => !names::dns1123_subdomain(text).is_empty(),
        "k8sshortname" => !names::dns1123_label(text).is_empty(),
        "mac" => !is_mac(text),
        "ssn" => text.len() != 11 || !is_social_security_number(text),
        "uri" => urls::parse(text).map_or(true, |url| url.scheme.is_empty() && !text.starts_with('/')),
        _ => false,
    }
}

/// A name has 255 bytes, and each of its parts 63.
fn is_too_long(name: &str) -> bool {
    name.len() > 255 || name.split('.').any(|part| part.len() > 63)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |text: &str, digits: usize| {
        let is_one = text.len() == digits && text.bytes().all(|it| it.is_ascii_digit());
        is_one.then(|| text.parse::<u32>().ok()).flatten()
    };
    let [year, month, day] = parts.as_slice() else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leaps),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// What follows a second `t` is not looked at.
fn is_date_time(text: &str) -> bool {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$")
            .expect("the pattern is fixed")
    });
    let text = text.to_lowercase();
    let mut parts = text.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else { return false };
    let Some(found) = TIME.captures(time).filter(|_| is_date(date)) else { return false };
    &found[1] <= "23" && &found[2] <= "59" && &found[3] <= "59"
}

/// Durations of Go, and numbers with a unit among whatever else stands there.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 16] =
        ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk", "sec", "min", "hour", "day", "week"];
    const BEGINNINGS: [&str; 8] = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
    static AMOUNT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("([0-9]+)[\\t\\n\\f\\r ]*([A-Za-zµ]+)").expect("the pattern is fixed"));
    if durations::parse(text).is_some() {
        return true;
    }
    let mut is_one = false;
    for found in AMOUNT.captures_iter(text) {
        if found[1].parse::<i64>().is_err() {
            return false;
        }
        let unit = found[2].to_lowercase();
        is_one |= UNITS.contains(&unit.as_str()) || BEGINNINGS.iter().any(|it| unit.starts_with(it));
    }
    is_one
}

/// Pairs of digits behind a mark of one kind, in fours behind points, or at one piece.
fn is_mac(text: &str) -> bool {
    let groups = |mark: char, digits: usize| {
        let of_group = |it: &str| it.len() == digits && it.bytes().all(|it| it.is_ascii_hexdigit());
        text.split(mark).all(of_group).then(|| text.split(mark).count() * digits / 2)
    };
    let bytes = match (text.get(2..3), text.get(4..5)) {
        (Some(":"), _) => groups(':', 2),
        (Some("-"), _) => groups('-', 2),
        (_, Some(".")) => groups('.', 4),
        _ => text.bytes().all(|it| it.is_ascii_hexdigit()).then_some(text.len().div_ceil(2)),
    };
    let is_odd = !text.contains([':', '-', '.']) && text.len() % 2 == 1;
    !is_odd && matches!(bytes, Some(6 | 8 | 20))
}

fn is_social_security_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_mark = |at: usize| matches!(bytes[at], b'-' | b' ');
    bytes.iter().enumerate().all(|(at, byte)| matches!(at, 3 | 6) || byte.is_ascii_digit())
        && is_mark(3)
        && is_mark(6)
}

/// The digits of a book's number, without what may stand between them.
fn bare_isbn(text: &str) -> Vec<u8> {
    text.bytes().filter(|it| !matches!(it, b'-' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c)).collect()
}

fn is_isbn10(text: &str) -> bool {
    let bare = bare_isbn(text);
    let (Some((last, first)), 10) = (bare.split_last(), bare.len()) else { return false };
    if !first.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || *last == b'X') {
        return false;
    }
    let last = if *last == b'X' { 10 } else { u32::from(last - b'0') };
    let sum: u32 = first.iter().zip(1..).map(|(digit, place)| place * u32::from(digit - b'0')).sum();
    (sum + 10 * last).is_multiple_of(11)
}

fn is_isbn13(text: &str) -> bool {
    let bare = bare_isbn(text);
    let digits = bare.len() == 13 && bare.iter().all(u8::is_ascii_digit);
    let weighed = bare.iter().zip([1, 3].into_iter().cycle());
    digits && weighed.map(|(digit, weight)| weight * u32::from(digit - b'0')).sum::<u32>().is_multiple_of(10)
}

/// Numbers that an issuer gives, with Luhn's check digit; whatever is no digit does not
/// count.
fn is_credit_card(text: &str) -> bool {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            "^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}",
            "|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})$"
        ))
        .expect("the pattern is fixed")
    });
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let value = |(digit, place): (u8, usize)| match u32::from(digit - b'0') {
        digit if place % 2 == 0 => digit,
        digit => 2 * digit / 10 + 2 * digit % 10,
    };
    NUMBER.is_match(&digits) && digits.bytes().rev().zip(0..).map(value).sum::<u32>().is_multiple_of(10)
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
            ("duration", "1 hour 2 minutes", "1y"),
            ("date", "2024-02-29", "2023-02-29"),
            ("date-time", "2024-02-29t01:02:03.5+01:00", "2024-02-29T01:02:03"),
            ("hostname", "a-", "1.2.3"),
            ("ipv4", "01.2.3.4", "1"),
            ("isbn", "0-306-40615-2", "0306406153"),
            ("isbn10", "080442957X", "9783161484100"),
            ("isbn13", "978-3-16-148410-0", "9783161484101"),
            ("creditcard", "4111 1111 1111 1111", "4111111111111112"),
            ("mac", "00005e005301", "00:00:5e-00:53:01"),
            ("mac", "0000.5e00.5301", "0000.5e00.530"),
            ("ssn", "123 45-6789", "123456789"),
            ("uuid3", "550e8400-e29b-31d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
            ("uuid5", "550e8400-e29b-51d4-a716-446655440000", "550e8400-e29b-51d4-c716-446655440000"),
        ] {
            assert!(!refuses(format, fine), "{format} {fine}");
            assert!(refuses(format, wrong), "{format} {wrong}");
        }
        assert!(!refuses("no-such-format", "x") && !is_recognized("no-such-format", "string"));
    }
}
