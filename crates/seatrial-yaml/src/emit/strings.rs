//! How `Marshal` asks for a string: plain only where it is read back as a
//! string. Rules of `stringv` in `encode.go`, go.yaml.in/yaml v2.4.5 and v3.0.6.

use crate::resolve::{self, Meaning, Tag};
use crate::{Dialect, Style};

use super::analysis::{Analysis, Place};

/// Whether `Marshal` of the dialect writes a string without quotes as a value
/// or key of a block collection. Whoever cannot say who will read it asks for
/// v3: what that writes plain, both dialects read as this string, and v2 writes
/// plain as well. The reverse does not hold; as a key, `<<` is plain to v2.
pub fn is_plain_string(text: &str, dialect: Dialect) -> bool {
    is_plain(text, dialect, false)
}

/// Like [`is_plain_string`], within brackets.
pub fn is_plain_in_flow(text: &str, dialect: Dialect) -> bool {
    is_plain(text, dialect, true)
}

fn is_plain(text: &str, dialect: Dialect, in_flow: bool) -> bool {
    let asked = style(text, dialect);
    let place = Place { in_flow, is_simple_key: false };
    let analysis = Analysis::of(text, dialect == Dialect::GoYaml3);
    asked == Style::Plain && analysis.style(asked, text.is_empty(), place) == Style::Plain
}

/// The style that is asked for, whether the text allows it or not.
pub(super) fn style(text: &str, dialect: Dialect) -> Style {
    if memchr::memchr(b'\n', text.as_bytes()).is_some() {
        Style::Literal
    } else if means_itself(text, dialect) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    }
}

fn means_itself(text: &str, dialect: Dialect) -> bool {
    let is_v3 = dialect == Dialect::GoYaml3;
    if is_v3 && (text == "<<" || is_old_bool(text)) {
        return false;
    }
    // Quotes would say so too if it were JSON that is asked about.
    let dialect = if is_v3 { Dialect::GoYaml3 } else { Dialect::GoYaml2 };
    resolve::resolve(Tag::Implicit, text, dialect) == Some(Meaning::Str) && !is_base_60(text)
}

/// Booleans of YAML 1.1 that v3 reads as strings and quotes all the same.
fn is_old_bool(text: &str) -> bool {
    const OLD_BOOLS: [&str; 16] =
        ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"];
    OLD_BOOLS.contains(&text)
}

/// A number of YAML 1.1 such as `1:30`, which the libraries do not read.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|letter: char| letter.is_ascii_digit()) {
        return false;
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut places = whole.split(':');
    let is_first = places.next().is_some_and(digits);
    let rest: Vec<&str> = places.collect();
    is_first && digits(fraction) && !rest.is_empty() && rest.iter().all(|place| is_base_60_place(place))
}

fn is_base_60_place(text: &str) -> bool {
    match text.as_bytes() {
        [unit] => unit.is_ascii_digit(),
        [ten, unit] => (b'0'..=b'5').contains(ten) && unit.is_ascii_digit(),
        _ => false,
    }
}
