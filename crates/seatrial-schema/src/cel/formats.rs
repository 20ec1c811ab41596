//! `format.dns1123Label()` and its kin: the Kubernetes format library,
//! `apiserver/pkg/cel/library/format.go` (v0.36.2).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::time::Timestamp;
use super::url::is_request_uri;
use crate::rules::names;

type Messages = Vec<Cow<'static, str>>;

/// A named format of texts.
#[derive(Debug)]
pub struct Format {
    pub(super) function: &'static str,
    pub(super) name: &'static str,
    pub(super) validate: fn(&str) -> Messages,
    /// How long its pattern is, for cost.
    pub(super) regex_size: u64,
}

const fn format(
    function: &'static str,
    name: &'static str,
    validate: fn(&str) -> Messages,
    regex_size: u64,
) -> Format {
    Format { function, name, validate, regex_size }
}

static FORMATS: [Format; 13] = [
    format("dns1123Label", "DNS1123Label", |it| names::label_name(it, false), 30),
    format("dns1123Subdomain", "DNS1123Subdomain", |it| names::subdomain_name(it, false), 60),
    format("dns1035Label", "DNS1035Label", |it| names::dns1035_name(it, false), 30),
    format("qualifiedName", "QualifiedName", names::label_key, 60),
    format("dns1123LabelPrefix", "DNS1123LabelPrefix", |it| names::label_name(it, true), 30),
    format("dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", |it| names::subdomain_name(it, true), 60),
    format("dns1035LabelPrefix", "DNS1035LabelPrefix", |it| names::dns1035_name(it, true), 30),
    format("labelValue", "LabelValue", names::label_value, 40),
    format("uri", "URI", |it| unless(is_request_uri(it), "invalid URI for request"), 1103),
    format("uuid", "uuid", |it| unless(is_uuid(it), "does not match the UUID format"), 70),
    format("byte", "byte", |it| unless(is_base64(it), "invalid base64"), 84),
    format("date", "date", |it| unless(is_date(it), "invalid date"), 71),
    format("datetime", "datetime", |it| unless(is_date_time(it), "invalid datetime"), 71),
];

/// The format of that name.
pub(super) fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.function == name)
}

/// All of them.
pub(super) fn all() -> &'static [Format] {
    &FORMATS
}

fn unless(valid: bool, message: &'static str) -> Messages {
    if valid { Vec::new() } else { vec![Cow::Borrowed(message)] }
}

fn is_uuid(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|it| *it != b'-').collect();
    let at_bounds = |at: usize| [8, 13, 18, 23].contains(&at);
    let hyphens_fit = match text.len() {
        32 => true,
        36 => text.bytes().enumerate().all(|(at, it)| (it == b'-') == at_bounds(at)),
        _ => loose_hyphens(text),
    };
    hyphens_fit && digits.len() == 32 && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Each of the four hyphens may be there or not.
fn loose_hyphens(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().all(|it| {
        if it == b'-' {
            return [8, 12, 16, 20].contains(&digits);
        }
        digits += 1;
        true
    }) && !text.contains("--")
}

fn is_base64(text: &str) -> bool {
    let compact: String = text.chars().filter(|it| !matches!(it, '\r' | '\n')).collect();
    !text.is_empty() && STANDARD.decode(compact).is_ok()
}

fn is_date(text: &str) -> bool {
    Timestamp::parse_date(text).is_some()
}

fn is_date_time(text: &str) -> bool {
    Timestamp::parse(&text.to_ascii_uppercase()).is_ok()
}

/// What base64 text stands for, as a schema's format `byte` reads it.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|it| !matches!(it, '\r' | '\n')).collect();
    STANDARD.decode(compact).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_good_from_bad() {
        let valid = |name, text: &str| (named(name).unwrap().validate)(text).is_empty();
        assert!(valid("dns1123Label", "a-b") && !valid("dns1123Label", "a.b"));
        assert!(valid("uuid", "123e4567-e89b-12d3-a456-426614174000") && !valid("uuid", "123"));
        assert!(valid("byte", "YQ==") && !valid("byte", "YQ"));
        assert!(valid("date", "2024-02-29") && !valid("date", "2023-02-29"));
        assert!(named("nope").is_none());
    }
}
