//! What a scalar means in a dialect: the tables of `go.yaml.in/yaml`.

use crate::timestamp::Timestamp;
use crate::{Dialect, numbers};

/// A scalar's meaning. Strings and times keep the scalar's text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str,
    Time(Timestamp),
    /// A string whose text is the base64 form of its value.
    Binary,
}

/// A tag as far as it decides about scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// No tag: a plain scalar speaks for itself.
    Implicit,
    Null,
    Bool,
    Int,
    Float,
    Str,
    Timestamp,
    Binary,
    Merge,
    /// Any other tag makes a scalar a string.
    Other,
}

const CORE: &str = "tag:yaml.org,2002:";

impl Tag {
    /// A resolved tag. v3 knows the short forms as well, v2 only the long
    /// ones; and to v3 `!` says nothing.
    pub(crate) fn from_uri(uri: &str, dialect: Dialect) -> Self {
        let short = match dialect {
            Dialect::GoYaml3 if uri == "!" => return Tag::Implicit,
            Dialect::GoYaml3 => uri.strip_prefix(CORE).or_else(|| uri.strip_prefix("!!")),
            Dialect::GoYaml2 | Dialect::Json => uri.strip_prefix(CORE),
        };
        match short {
            Some("null") => Tag::Null,
            Some("bool") => Tag::Bool,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("str") => Tag::Str,
            Some("timestamp") => Tag::Timestamp,
            Some("binary") => Tag::Binary,
            Some("merge") => Tag::Merge,
            _ => Tag::Other,
        }
    }

    /// The name for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tag::Null => "!!null",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Timestamp => "!!timestamp",
            Tag::Binary => "!!binary",
            Tag::Merge => "!!merge",
            Tag::Implicit | Tag::Str | Tag::Other => "!!str",
        }
    }
}

/// What a plain scalar, or one with a tag, means. None if it cannot be read
/// as its tag says.
pub(crate) fn resolve(tag: Tag, text: &str, dialect: Dialect) -> Option<Meaning> {
    match tag {
        Tag::Str | Tag::Other | Tag::Merge => return Some(Meaning::Str),
        Tag::Binary => return Some(Meaning::Binary),
        Tag::Implicit | Tag::Null | Tag::Bool | Tag::Int | Tag::Float | Tag::Timestamp => {}
    }
    let meaning = guess(tag, text, dialect);
    match (tag, meaning) {
        (Tag::Implicit, _)
        | (Tag::Null, Meaning::Null)
        | (Tag::Bool, Meaning::Bool(_))
        | (Tag::Int, Meaning::Int(_) | Meaning::Uint(_))
        | (Tag::Float, Meaning::Float(_))
        | (Tag::Timestamp, Meaning::Time(_)) => Some(meaning),
        (Tag::Float, Meaning::Int(value)) => Some(Meaning::Float(value as f64)),
        _ => None,
    }
}

/// Whether a plain scalar surely is a text, whatever the dialect: what is looked
/// at first tells it of nearly all.
#[inline]
pub(crate) fn is_surely_text(text: &[u8]) -> bool {
    match text {
        [b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O', ..] => {
            text.len() > "false".len()
        }
        [b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'_' | b'$', ..] => true,
        _ => false,
    }
}

fn guess(tag: Tag, text: &str, dialect: Dialect) -> Meaning {
    let Some(&first) = text.as_bytes().first() else { return Meaning::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' => special_float(text).unwrap_or_else(|| number(tag, text, dialect)),
        b'.' => special_float(text)
            .or_else(|| numbers::parse_dot_float(text).map(Meaning::Float))
            .unwrap_or(Meaning::Str),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text, dialect),
        _ => Meaning::Str,
    }
}

fn word(text: &str, dialect: Dialect) -> Meaning {
    match text {
        "true" | "True" | "TRUE" => return Meaning::Bool(true),
        "false" | "False" | "FALSE" => return Meaning::Bool(false),
        "~" | "null" | "Null" | "NULL" => return Meaning::Null,
        _ if dialect == Dialect::GoYaml3 => return Meaning::Str,
        _ => {}
    }
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Meaning::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Meaning::Bool(false),
        _ => Meaning::Str,
    }
}

fn special_float(text: &str) -> Option<Meaning> {
    let value = match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    };
    Some(Meaning::Float(value))
}

fn number(tag: Tag, text: &str, dialect: Dialect) -> Meaning {
    let may_be_time = matches!(tag, Tag::Implicit | Tag::Timestamp);
    if let Some(time) = Timestamp::parse(text).filter(|_| may_be_time) {
        return Meaning::Time(time);
    }
    if !text.contains('_') {
        return plain_number(text, dialect);
    }
    plain_number(&text.replace('_', ""), dialect)
}

fn plain_number(text: &str, dialect: Dialect) -> Meaning {
    // Versions, addresses and sizes start with a digit too; most end here.
    if !text.bytes().all(|byte| {
        byte.is_ascii_hexdigit() || matches!(byte, b'+' | b'-' | b'.' | b'x' | b'X' | b'o' | b'O')
    }) {
        return Meaning::Str;
    }
    if let Some(value) = numbers::parse_int(text) {
        return Meaning::Int(value);
    }
    if let Some(value) = numbers::parse_uint(text) {
        return Meaning::Uint(value);
    }
    if let Some(value) = numbers::parse_yaml_float(text) {
        return Meaning::Float(value);
    }
    signed_after_prefix(text, dialect).unwrap_or(Meaning::Str)
}

/// `0b-11` is -3: the library cuts the prefix off and reads the rest with its
/// sign. v3 does the same with `0o`, v2 does not.
fn signed_after_prefix(text: &str, dialect: Dialect) -> Option<Meaning> {
    let (prefix, digits) = text.split_at_checked(2)?;
    let radix = match prefix {
        "0b" => 2,
        "0o" if dialect == Dialect::GoYaml3 => 8,
        _ => return None,
    };
    i64::from_str_radix(digits, radix).ok().map(Meaning::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_surely_text_means_itself() {
        for text in
            ["name", "names", "metadata", "yes", "False", "null", "~", "truely", "/x", "$(A)", "", "1"]
        {
            let is_text = both(text) == [Meaning::Str; 2];
            assert!(is_text || !is_surely_text(text.as_bytes()), "{text}");
        }
        assert!(is_surely_text(b"namespace") && is_surely_text(b"app"));
    }

    fn both(text: &str) -> [Meaning; 2] {
        [Dialect::GoYaml2, Dialect::GoYaml3]
            .map(|dialect| resolve(Tag::Implicit, text, dialect).expect("untagged scalars mean something"))
    }

    #[test]
    fn words_differ_between_the_dialects() {
        for text in ["y", "Yes", "on", "TRUE"] {
            assert_eq!(both(text)[0], Meaning::Bool(true), "{text}");
        }
        assert_eq!(both("off"), [Meaning::Bool(false), Meaning::Str]);
        assert_eq!(both("true"), [Meaning::Bool(true); 2]);
        assert_eq!(both("yEs"), [Meaning::Str; 2]);
        assert_eq!(both("Null"), [Meaning::Null; 2]);
    }

    #[test]
    fn numbers_of_all_kinds() {
        for (text, meaning) in [
            ("014", Meaning::Int(12)),
            ("0o14", Meaning::Int(12)),
            ("1_000", Meaning::Int(1000)),
            ("08", Meaning::Float(8.0)),
            ("0b-11", Meaning::Int(-3)),
            ("12345678901234567890", Meaning::Uint(12_345_678_901_234_567_890)),
            ("123456789012345678901", Meaning::Float(123_456_789_012_345_678_901.0)),
            ("1:30", Meaning::Str),
            ("1.2.3", Meaning::Str),
            ("100m", Meaning::Str),
            ("-", Meaning::Str),
            ("1e3", Meaning::Float(1000.0)),
        ] {
            assert_eq!(both(text), [meaning; 2], "{text}");
        }
    }

    #[test]
    fn a_tag_must_fit() {
        let tagged = |tag, text| resolve(tag, text, Dialect::GoYaml2);
        assert_eq!(tagged(Tag::Float, "1"), Some(Meaning::Float(1.0)));
        assert_eq!(tagged(Tag::Int, "1.5"), None);
        assert_eq!(tagged(Tag::Null, "x"), None);
        assert_eq!(tagged(Tag::Str, "1"), Some(Meaning::Str));
        assert_eq!(tagged(Tag::Timestamp, "x"), None);
        assert_eq!(tagged(Tag::Other, "1"), Some(Meaning::Str));
    }
}
