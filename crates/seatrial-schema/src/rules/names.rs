//! The grammars of names, keys and ports (`apimachinery` 0.36,
//! `util/validation/validation.go` and `api/validate/content`).
//!
//! Each answers with what is wrong in the server's words, nothing if all is well.

use std::borrow::Cow;

/// What is wrong with a text, one phrase each.
pub type Messages = Vec<Cow<'static, str>>;

/// A rule for the name of an object; the second argument says that more will
/// be appended (`generateName`), so that a dash at the end is fine.
pub type NameRule = fn(&str, bool) -> Messages;

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN: &str = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const KEY: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

/// The longest label of a domain, label value and name part of a label key.
pub const LABEL_LENGTH: usize = 63;
/// The longest domain.
pub const SUBDOMAIN_LENGTH: usize = 253;

/// `metadata.name` of most kinds.
pub fn subdomain_name(name: &str, prefix: bool) -> Messages {
    dns1123_subdomain(&masked(name, prefix))
}

/// `metadata.name` of namespaces and of what becomes a host name.
pub fn label_name(name: &str, prefix: bool) -> Messages {
    dns1123_label(&masked(name, prefix))
}

/// `metadata.name` of what must begin with a letter.
pub fn dns1035_name(name: &str, prefix: bool) -> Messages {
    dns1035_label(&masked(name, prefix))
}

/// `metadata.name` of what is only a segment of a path.
pub fn path_segment(name: &str, prefix: bool) -> Messages {
    let mut wrong = Messages::new();
    if !prefix && matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'").into()];
    }
    for letter in ["/", "%"] {
        if name.contains(letter) {
            wrong.push(format!("may not contain '{letter}'").into());
        }
    }
    wrong
}

/// Upstream takes two letters away for the dash, and puts one in their place.
fn masked(name: &str, prefix: bool) -> Cow<'_, str> {
    if !prefix || name.len() < 2 || !name.ends_with('-') {
        return name.into();
    }
    let kept = &name.as_bytes()[..name.len() - 2];
    (String::from_utf8_lossy(kept).into_owned() + "a").into()
}

/// Whether a name is a label of a domain.
pub fn is_dns1123_label(value: &str) -> bool {
    value.len() <= LABEL_LENGTH && is_label(value)
}

/// One label of a domain, in lower case.
pub fn dns1123_label(value: &str) -> Messages {
    let mut wrong = longer_than(value, LABEL_LENGTH, "characters");
    if !is_label(value) {
        wrong.push(if is_subdomain(value) {
            "must not contain dots".into()
        } else {
            let message = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                           start and end with an alphanumeric character";
            regex_error(message, LABEL, &["my-name", "123-abc"])
        });
    }
    wrong
}

/// A domain in lower case.
pub fn dns1123_subdomain(value: &str) -> Messages {
    let mut wrong = longer_than(value, SUBDOMAIN_LENGTH, "characters");
    if !is_subdomain(value) {
        wrong.push(subdomain_message());
    }
    wrong
}

fn subdomain_message() -> Cow<'static, str> {
    let message = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
                   and must start and end with an alphanumeric character";
    regex_error(message, SUBDOMAIN, &["example.com"])
}

/// A domain in lower case, whose labels may begin with and hold `_`.
pub fn dns1123_subdomain_with_underscore(value: &str) -> Messages {
    let mut wrong = longer_than(value, SUBDOMAIN_LENGTH, "characters");
    let is_fine = value.split('.').all(|label| {
        let label = label.strip_prefix('_').unwrap_or(label);
        is_framed(label, is_lower, |letter| is_lower(letter) || matches!(letter, b'-' | b'_'))
    });
    if !is_fine {
        let message = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', \
                       and must start and end with an alphanumeric character";
        let label = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
        wrong.push(regex_error(message, &format!(r"{label}(\.{label})*"), &["example.com"]));
    }
    wrong
}

/// A label that begins with a letter.
pub fn dns1035_label(value: &str) -> Messages {
    let mut wrong = longer_than(value, LABEL_LENGTH, "characters");
    if !(is_label(value) && value.starts_with(|letter: char| letter.is_ascii_lowercase())) {
        let message = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
                       alphabetic character, and end with an alphanumeric character";
        wrong.push(regex_error(message, "[a-z]([-a-z0-9]*[a-z0-9])?", &["my-name", "abc-123"]));
    }
    wrong
}

/// `*.` and a domain.
pub fn wildcard_dns1123_subdomain(value: &str) -> Messages {
    let mut wrong = longer_than(value, SUBDOMAIN_LENGTH, "characters");
    if !value.strip_prefix("*.").is_some_and(is_subdomain) {
        let message = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must \
                       consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
        wrong.push(regex_error(message, &format!(r"\*\.{SUBDOMAIN}"), &["*.example.com"]));
    }
    wrong
}

/// The key of a label, or an annotation's in lower case; also what upstream
/// calls a qualified name.
pub fn label_key(value: &str) -> Messages {
    let message = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    let error =
        |start: &str| regex_error(&format!("{start}{message}"), KEY, &["MyName", "my.name", "123-abc"]);
    let mut wrong = Messages::new();
    let name = match value.split_once('/') {
        None => value,
        Some((_, name)) if name.contains('/') => {
            let tail = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![(error("a valid label key ").into_owned() + tail).into()];
        }
        Some(("", name)) => {
            wrong.push("prefix part must be non-empty".into());
            name
        }
        Some((prefix, name)) => {
            wrong.extend(longer_than(prefix, SUBDOMAIN_LENGTH, "bytes"));
            if !is_subdomain(prefix) {
                wrong.push(subdomain_message());
            }
            for message in &mut wrong {
                message.to_mut().insert_str(0, "prefix part ");
            }
            name
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".into());
    } else if name.len() > LABEL_LENGTH {
        wrong.push(format!("name part must be no more than {LABEL_LENGTH} bytes").into());
    }
    if !is_key(name) {
        wrong.push(error("name part "));
    }
    wrong
}

/// The value of a label.
pub fn label_value(value: &str) -> Messages {
    let mut wrong = longer_than(value, LABEL_LENGTH, "bytes");
    if !(value.is_empty() || is_key(value)) {
        let message = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
                       and must start and end with an alphanumeric character";
        wrong.push(regex_error(message, &format!("({KEY})?"), &["MyValue", "my_value", "12345"]));
    }
    wrong
}

/// An identifier of C.
pub fn c_identifier(value: &str) -> Messages {
    let is_start = |letter: u8| letter.is_ascii_alphabetic() || letter == b'_';
    let is_fine = value.bytes().next().is_some_and(is_start)
        && value.bytes().all(|letter| is_start(letter) || letter.is_ascii_digit());
    if is_fine {
        return Messages::new();
    }
    let message = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric \
                   characters or '_'";
    vec![regex_error(message, "[A-Za-z_][A-Za-z0-9_]*", &["my_name", "MY_NAME", "MyName"])]
}

/// The name of an environment variable, as strict as it once was.
pub fn env_var_name(value: &str) -> Messages {
    let mut wrong = Messages::new();
    let is_fine = !value.is_empty()
        && !value.starts_with(|letter: char| letter.is_ascii_digit())
        && value.bytes().all(is_extended);
    if !is_fine {
        let message = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', \
                       and must not start with a digit";
        let examples = ["my.env-name", "MY_ENV.NAME", "MyEnvName1"];
        wrong.push(regex_error(message, "[-._a-zA-Z][-._a-zA-Z0-9]*", &examples));
    }
    wrong.extend(parent_folder(value));
    wrong
}

/// The name of an environment variable as it has been since 1.34: printable
/// ASCII without `=`.
pub fn relaxed_env_var_name(value: &str) -> Messages {
    if value.is_empty() {
        return vec!["environment variable name must be non-empty".into()];
    }
    if value.bytes().all(|letter| (b' '..=b'~').contains(&letter) && letter != b'=') {
        return Messages::new();
    }
    vec![
        "a valid environment variable name must consist only of printable ASCII characters other than '='"
            .into(),
    ]
}

/// A key of a `ConfigMap` or a Secret.
pub fn config_map_key(value: &str) -> Messages {
    let mut wrong = longer_than(value, SUBDOMAIN_LENGTH, "characters");
    if value.is_empty() || !value.bytes().all(is_extended) {
        let message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
        wrong.push(regex_error(message, "[-._a-zA-Z0-9]+", &["key.name", "KEY_NAME", "key-name"]));
    }
    wrong.extend(parent_folder(value));
    wrong
}

/// The name of a port.
pub fn port_name(value: &str) -> Messages {
    let mut wrong = longer_than(value, 15, "characters");
    let is_charset = |letter: u8| is_lower(letter) || letter == b'-';
    if value.is_empty() || !value.bytes().all(is_charset) {
        wrong.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !value.bytes().any(|letter| letter.is_ascii_lowercase()) {
        wrong.push("must contain at least one letter (a-z)".into());
    }
    if value.contains("--") {
        wrong.push("must not contain consecutive hyphens".into());
    }
    if value.starts_with('-') || value.ends_with('-') {
        wrong.push("must not begin or end with a hyphen".into());
    }
    wrong
}

/// A number of a port.
pub fn port_number(value: i64) -> Messages {
    in_range(value, 1, 65535)
}

/// A number within bounds, both included.
pub fn in_range(value: i64, least: i64, most: i64) -> Messages {
    if (least..=most).contains(&value) { Messages::new() } else { vec![range_error(least, most)] }
}

/// A user's or a group's number.
pub fn user_or_group_id(value: i64) -> Messages {
    in_range(value, 0, i64::from(i32::MAX))
}

/// `30%`
pub fn percent(value: &str) -> Messages {
    let digits = value.strip_suffix('%').unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|letter| letter.is_ascii_digit()) {
        return Messages::new();
    }
    let message = "a valid percent string must be a numeric string followed by an ending '%'";
    vec![regex_error(message, "[0-9]+%", &["1%", "93%"])]
}

/// The name of an HTTP header.
pub fn http_header_name(value: &str) -> Messages {
    if !value.is_empty() && value.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-') {
        return Messages::new();
    }
    let message = "a valid HTTP header must consist of alphanumeric characters or '-'";
    vec![regex_error(message, "[-A-Za-z0-9]+", &["X-Header-Name"])]
}

/// What the server says of a number out of bounds.
pub fn range_error(least: i64, most: i64) -> Cow<'static, str> {
    format!("must be between {least} and {most}, inclusive").into()
}

/// What the server says of a text that its pattern does not match.
pub fn regex_error(message: &str, pattern: &str, examples: &[&str]) -> Cow<'static, str> {
    // Upstream's separators stand as they are: `'a',  or 'b', `.
    let listed: Vec<_> = examples.iter().map(|example| format!("'{example}', ")).collect();
    let examples = if listed.is_empty() { String::new() } else { format!("e.g. {}", listed.join(" or ")) };
    format!("{message} ({examples}regex used for validation is '{pattern}')").into()
}

fn longer_than(value: &str, most: usize, unit: &str) -> Messages {
    if value.len() <= most {
        Messages::new()
    } else {
        vec![format!("must be no more than {most} {unit}").into()]
    }
}

fn parent_folder(value: &str) -> Option<Cow<'static, str>> {
    match value {
        "." => Some("must not be '.'".into()),
        ".." => Some("must not be '..'".into()),
        _ => value.starts_with("..").then(|| "must not start with '..'".into()),
    }
}

/// Whether it is one label of a domain in lower case, however long.
pub fn is_label(value: &str) -> bool {
    is_framed(value, is_lower, |letter| is_lower(letter) || letter == b'-')
}

/// Whether it is a domain in lower case, however long.
pub fn is_subdomain(value: &str) -> bool {
    value.split('.').all(is_label)
}

fn is_key(value: &str) -> bool {
    is_framed(value, |letter| letter.is_ascii_alphanumeric(), is_extended)
}

/// Whether the first and last letter are of one class, those between of another.
fn is_framed(value: &str, is_edge: fn(u8) -> bool, is_inner: fn(u8) -> bool) -> bool {
    match value.as_bytes() {
        [] => false,
        [only] => is_edge(*only),
        [first, inner @ .., last] => is_edge(*first) && is_edge(*last) && inner.iter().copied().all(is_inner),
    }
}

fn is_lower(letter: u8) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit()
}

fn is_extended(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (fn(&str) -> Messages, &'static [&'static str], &'static [&'static str]);

    #[test]
    fn texts_of_a_grammar_are_told_from_others() {
        let rows: &[Row] = &[
            (dns1123_label, &["a", "a-b", "0"], &["", "A", "a.b", "-a", "a-", "a_b", LONG]),
            (dns1123_subdomain, &["a", "a.b-c.d"], &["", "a..b", ".a", "a.", "A.b"]),
            (dns1035_label, &["a", "a1"], &["", "1a", "a-"]),
            (wildcard_dns1123_subdomain, &["*.a.b"], &["*", "*.", "a.b", "*.*.a"]),
            (label_key, &["a", "A_b", "x.y/Z"], &["", "/a", "a/", "a/b/c", "-a", "X.y/z"]),
            (label_value, &["", "a", "A.b_c"], &["-", "a b", "a-", LONG]),
            (c_identifier, &["_a", "A1"], &["", "1a", "a-b"]),
            (env_var_name, &["A.b-c", "_"], &["", "1A", "a b", "..", "..a"]),
            (relaxed_env_var_name, &["1 a", "a:b"], &["", "a=b", "ä"]),
            (config_map_key, &["a.b", "_"], &["", "a/b", "..", "..a"]),
            (port_name, &["http", "a-1"], &["", "1", "A", "a--b", "-a", "sixteen-letters-"]),
            (percent, &["0%", "120%"], &["", "%", "1", "a%"]),
        ];
        for (rule, fine, wrong) in rows {
            for value in *fine {
                assert!(rule(value).is_empty(), "{value}: {:?}", rule(value));
            }
            for value in *wrong {
                assert!(!rule(value).is_empty(), "{value}");
            }
        }
    }

    const LONG: &str = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg";

    #[test]
    fn messages_are_the_servers() {
        assert_eq!(
            dns1123_label("A"),
            [
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
              alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ]
        );
        assert_eq!(dns1123_label("a.b"), ["must not contain dots"]);
        assert_eq!(port_number(0), ["must be between 1 and 65535, inclusive"]);
        assert!(dns1123_subdomain("my-name-").len() == 1 && subdomain_name("my-name-", true).is_empty());
    }
}
