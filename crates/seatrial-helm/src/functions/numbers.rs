//! Numbers out of texts and values: Go's `strconv`, and the rules of spf13/cast
//! by which sprig takes anything for a number.

use crate::template::{Data, Value};

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberError {
    /// It is not written as one.
    Syntax,
    /// It is too large: the nearest number there is.
    Range(i64),
}

/// `strconv.ParseInt(text, base, 64)`; base 0 takes prefixes and underscores.
pub(super) fn parse_int(text: &[u8], base: u32) -> Result<i64, NumberError> {
    let (digits, is_negative) = match text {
        [b'-', rest @ ..] => (rest, true),
        [b'+', rest @ ..] => (rest, false),
        _ => (text, false),
    };
    let bound = if is_negative { NumberError::Range(i64::MIN) } else { NumberError::Range(i64::MAX) };
    let magnitude = parse_magnitude(digits, base)?.ok_or(bound)?;
    let signed = if is_negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    i64::try_from(signed).map_err(|_| bound)
}

/// The digits' value; none when it is larger than any.
fn parse_magnitude(text: &[u8], base: u32) -> Result<Option<u64>, NumberError> {
    let (digits, radix) = if base == 0 { prefixed(text) } else { (text, base) };
    if text.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut value = Some(0_u64);
    for byte in digits {
        if *byte == b'_' && base == 0 {
            continue;
        }
        let digit = char::from(*byte).to_digit(radix).ok_or(NumberError::Syntax)?;
        // Go stops at the first digit that is too much, whatever follows.
        value = value.and_then(|it| it.checked_mul(u64::from(radix))?.checked_add(u64::from(digit)));
        if value.is_none() {
            return Ok(None);
        }
    }
    if digits.contains(&b'_') && !are_underscores_placed(text) {
        return Err(NumberError::Syntax);
    }
    Ok(value)
}

/// The digits behind a prefix, and the base it says.
fn prefixed(text: &[u8]) -> (&[u8], u32) {
    match text {
        [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (rest, 2),
        [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (rest, 8),
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (rest, 16),
        [b'0', rest @ ..] => (rest, 8),
        _ => (text, 10),
    }
}

/// Whether each underscore stands between digits, or a prefix and a digit.
fn are_underscores_placed(text: &[u8]) -> bool {
    let (mut rest, is_hex, mut before) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (rest, true, b'0'),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (rest, false, b'0'),
        _ => (text, false, b'^'),
    };
    while let [byte, after @ ..] = rest {
        before = match byte {
            b'0'..=b'9' => b'0',
            b'a'..=b'f' | b'A'..=b'F' if is_hex => b'0',
            b'_' if before == b'0' => b'_',
            b'_' => return false,
            _ if before == b'_' => return false,
            _ => b'!',
        };
        rest = after;
    }
    before != b'_'
}

/// `strconv.ParseFloat(text, 64)`; none when it is no number or too large.
pub(super) fn parse_float(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let (unsigned, is_negative) = match text.as_bytes().first()? {
        b'-' => (&text[1..], true),
        b'+' => (&text[1..], false),
        _ => (text, false),
    };
    let value = match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        // Only without a sign.
        "nan" if unsigned.len() == text.len() => f64::NAN,
        "nan" => return None,
        lower if lower.starts_with("0x") => hex_float(lower)?,
        lower => decimal_float(lower)?,
    };
    Some(if is_negative { -value } else { value })
}

fn decimal_float(text: &str) -> Option<f64> {
    let is_written = text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-' | b'_'));
    if !is_written || text.contains('_') && !are_underscores_placed(text.as_bytes()) {
        return None;
    }
    let value: f64 = text.replace('_', "").parse().ok()?;
    value.is_finite().then_some(value)
}

/// `0x1.8p3`, in lower case.
fn hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text[2..].split_once('p')?;
    if text.contains('_') && !are_underscores_placed(text.as_bytes()) {
        return None;
    }
    let (mantissa, exponent) = (mantissa.replace('_', ""), exponent.replace('_', ""));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !is_number(exponent.strip_prefix(['+', '-']).unwrap_or(&exponent)) {
        return None;
    }
    let exponent: i64 =
        exponent.parse().unwrap_or(if exponent.starts_with('-') { -100_000 } else { 100_000 });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (mut value, mut scale, mut is_inexact) = (0_u64, 0_i64, false);
    for (index, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(digit.to_digit(16)?);
        let is_fraction = index >= whole.len();
        if value >> 60 == 0 {
            value = value << 4 | digit;
            scale -= if is_fraction { 4 } else { 0 };
        } else {
            is_inexact |= digit != 0;
            scale += if is_fraction { 0 } else { 4 };
        }
    }
    // The bit below all others keeps "a little more than half" from being half.
    scaled(value | u64::from(is_inexact), exponent.clamp(-100_000, 100_000) + scale)
}

/// `value * 2^exponent`, rounded once; none when it is too large.
fn scaled(value: u64, exponent: i64) -> Option<f64> {
    if value == 0 {
        return Some(0.0);
    }
    let bits = i64::from(64 - value.leading_zeros());
    // The exponent of the lowest bit that a float of this size keeps.
    let lowest = (exponent + bits - 53).max(-1074);
    let mantissa = match lowest - exponent {
        shift @ ..=0 => u128::from(value) << shift.unsigned_abs().min(63),
        shift @ 1..=64 => rounded_shift(u128::from(value), shift.unsigned_abs() as u32),
        _ => 0,
    };
    let mut result = mantissa as f64;
    let mut left = lowest;
    while left != 0 && result != 0.0 && result.is_finite() {
        let step = left.clamp(-1000, 1000);
        result *= 2_f64.powi(step as i32);
        left -= step;
    }
    result.is_finite().then_some(result)
}

/// Shifts right and rounds half to even.
fn rounded_shift(value: u128, shift: u32) -> u128 {
    let (kept, lost, half) = (value >> shift, value & ((1 << shift) - 1), 1_u128 << (shift - 1));
    kept + u128::from(lost > half || lost == half && kept & 1 == 1)
}

/// `cast.ToInt64`: zero for what is no number.
pub(super) fn to_int(value: &Value) -> i64 {
    match &value.data {
        Data::Int(number, _) => *number,
        Data::Float(number) => truncated(*number),
        Data::Bool(flag) => i64::from(*flag),
        Data::Str(_) | Data::Raw(_) => {
            let text = value.as_str_bytes().unwrap_or_default();
            parse_int(without_zero_decimals(text), 0).unwrap_or_default()
        }
        Data::Object(object) if matches!(object.type_name(), "time.Month" | "time.Weekday") => {
            match object.to_json().data {
                Data::Int(number, _) => number,
                _ => 0,
            }
        }
        _ => 0,
    }
}

/// `cast.ToFloat64`: zero for what is no number.
pub(super) fn to_float(value: &Value) -> f64 {
    match &value.data {
        Data::Int(number, kind) if kind.is_unsigned() => number.cast_unsigned() as f64,
        Data::Float(number) => *number,
        Data::Str(_) | Data::Raw(_) => {
            parse_float(value.as_str_bytes().unwrap_or_default()).unwrap_or_default()
        }
        _ => to_int(value) as f64,
    }
}

/// Go's conversion of a float on amd64: what does not fit is the smallest number.
pub(super) fn truncated(number: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&number) { number as i64 } else { i64::MIN }
}

/// Takes `.0`, `.00`, ... from the end.
pub(super) fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|it| **it == b'0').count();
    match text[..text.len() - zeros].split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(text: &str) -> i64 {
        to_int(&Value::from(text))
    }

    #[test]
    fn texts_become_integers_by_the_prefix() {
        let rows = [
            ("12", 12),
            ("-12", -12),
            ("+7", 7),
            ("010", 8),
            ("0o10", 8),
            ("0x1F", 31),
            ("0b101", 5),
            ("1_000", 1000),
            ("1__0", 0),
            ("0_7", 7),
            ("_7", 0),
            ("08", 0),
            ("1.0", 1),
            ("1.000", 1),
            ("1.5", 0),
            ("10", 10),
            ("", 0),
            ("-", 0),
            ("0", 0),
            ("00", 0),
            (".0", 0),
            ("9223372036854775807", i64::MAX),
            ("9223372036854775808", 0),
            ("-9223372036854775808", i64::MIN),
            (" 1", 0),
            ("0x", 0),
        ];
        for (text, expected) in rows {
            assert_eq!(int(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_too_large_say_the_nearest() {
        assert_eq!(parse_int(b"99999999999999999999", 10), Err(NumberError::Range(i64::MAX)));
        assert_eq!(parse_int(b"-99999999999999999999", 10), Err(NumberError::Range(i64::MIN)));
        assert_eq!(parse_int(b"1_0", 10), Err(NumberError::Syntax));
    }

    #[test]
    fn texts_become_floats() {
        let rows: [(&str, Option<f64>); 22] = [
            ("1.5", Some(1.5)),
            ("-1e3", Some(-1000.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1e", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1_000.5", Some(1000.5)),
            ("1__0", None),
            ("0x1p-2", Some(0.25)),
            ("0x1.8p1", Some(3.0)),
            ("0x10", None),
            ("0x.p1", None),
            ("1e400", None),
            ("Inf", Some(f64::INFINITY)),
            ("-infinity", Some(f64::NEG_INFINITY)),
            ("+nan", None),
            ("0x1p-1074", Some(5e-324)),
            ("0x1p2000", None),
            ("0x1.00000000000008p0", Some(1.0)),
            ("0x1.000000000000081p0", Some(1.000_000_000_000_000_2)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_float(text.as_bytes()), expected, "{text}");
        }
        assert!(parse_float(b"nan").is_some_and(f64::is_nan));
    }

    #[test]
    fn floats_too_large_are_the_smallest_integer() {
        assert_eq!([1.9, -1.9, 1e19, -1e19, f64::NAN].map(truncated), [1, -1, i64::MIN, i64::MIN, i64::MIN]);
    }
}
