//! Numbers as they stand in a template.

use super::ast::Number;
use super::lex::Kind;
use super::quote::{Unit, quote, unquote_char};

/// A constant under every type that can hold it; the error is Go's.
pub(super) fn number(text: &str, kind: Kind) -> Result<Number, String> {
    if kind == Kind::CharConstant {
        return char_constant(text);
    }
    if kind == Kind::Complex || text.ends_with('i') {
        return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
    }
    let mut number = Number { text: text.into(), ..Number::default() };
    let (is_negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some(magnitude) = magnitude(digits) {
        let has_sign = digits.len() < text.len();
        number.uint = (!has_sign || magnitude == 0).then_some(magnitude);
        number.int =
            if is_negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    }
    match (number.int, number.uint) {
        (Some(int), _) => number.float = Some(int as f64),
        (None, Some(uint)) => number.float = Some(uint as f64),
        (None, None) => {
            let Some(float) = float(digits).map(|it| if is_negative { -it } else { it }) else {
                return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
            };
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {}", quote(text.as_bytes())));
            }
            number.float = Some(float);
            number.int = is_exact(float as i64 as f64, float).then_some(float as i64);
            #[expect(clippy::cast_sign_loss, reason = "what is negative is not exact")]
            let uint = float as u64;
            number.uint = is_exact(uint as f64, float).then_some(uint);
        }
    }
    Ok(number)
}

#[expect(clippy::float_cmp, reason = "the question is whether nothing was lost")]
fn is_exact(converted: f64, float: f64) -> bool {
    converted == float
}

fn char_constant(text: &str) -> Result<Number, String> {
    let Some((unit, rest)) = unquote_char(&text[1..], '\'') else {
        return Err("invalid syntax".into());
    };
    if rest != "'" {
        return Err(format!("malformed character constant: {text}"));
    }
    let value = match unit {
        Unit::Rune(rune) => u32::from(rune),
        Unit::Byte(byte) => byte.into(),
    };
    Ok(Number {
        int: Some(value.into()),
        uint: Some(value.into()),
        float: Some(value.into()),
        text: text.into(),
    })
}

/// `strconv.ParseUint` of base 0.
fn magnitude(digits: &str) -> Option<u64> {
    let (radix, rest) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !underscores_are_good(digits) || !rest.chars().all(|it| it == '_' || it.is_digit(radix)) {
        return None;
    }
    u64::from_str_radix(&without_underscores(rest), radix).ok()
}

fn without_underscores(digits: &str) -> String {
    digits.chars().filter(|it| *it != '_').collect()
}

/// Underscores stand between digits, or after the letter of the base.
fn underscores_are_good(digits: &str) -> bool {
    let has_base = matches!(digits.as_bytes(), [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]);
    let is_hex = matches!(digits.as_bytes(), [b'0', b'x' | b'X', ..]);
    let mut before = if has_base { '0' } else { '^' };
    for char in digits.chars().skip(if has_base { 2 } else { 0 }) {
        let class = match char {
            '_' => '_',
            '0'..='9' => '0',
            'a'..='f' | 'A'..='F' if is_hex => '0',
            _ => '!',
        };
        if (class == '_' && before != '0') || (class == '!' && before == '_') {
            return false;
        }
        before = class;
    }
    before != '_'
}

/// `strconv.ParseFloat` of what a template's number can be.
fn float(digits: &str) -> Option<f64> {
    if !underscores_are_good(digits) {
        return None;
    }
    let digits = without_underscores(digits);
    if matches!(digits.as_bytes(), [b'0', b'x' | b'X', ..]) {
        return hex_float(&digits[2..]);
    }
    if !digits.starts_with(|it: char| it.is_ascii_digit() || it == '.') {
        return None;
    }
    digits.parse().ok().filter(|it: &f64| it.is_finite())
}

fn hex_float(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().ok()?;
    let number = u64::from_str_radix(&format!("{whole}{fraction}"), 16).ok()?;
    let exponent = exponent.checked_sub(4 * i32::try_from(fraction.len()).ok()?)?;
    let value = number as f64 * 2f64.powi(exponent.clamp(-1100, 1100));
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_hold_every_type_they_can() {
        let row = |text: &str| {
            let number = number(text, Kind::Number);
            number.map(|it| (it.int, it.uint, it.float))
        };
        assert_eq!(row("12"), Ok((Some(12), Some(12), Some(12.0))));
        assert_eq!(row("-12"), Ok((Some(-12), None, Some(-12.0))));
        assert_eq!(row("0x1F"), Ok((Some(31), Some(31), Some(31.0))));
        assert_eq!(row("017"), Ok((Some(15), Some(15), Some(15.0))));
        assert_eq!(row("1_000"), Ok((Some(1000), Some(1000), Some(1000.0))));
        assert_eq!(row("1e3"), Ok((Some(1000), Some(1000), Some(1000.0))));
        assert_eq!(row("1.5"), Ok((None, None, Some(1.5))));
        assert_eq!(row("-0"), Ok((Some(0), Some(0), Some(0.0))));
        assert_eq!(row("0x1p4"), Ok((Some(16), Some(16), Some(16.0))));
        assert_eq!(row("18446744073709551615"), Ok((None, Some(u64::MAX), Some(u64::MAX as f64))));
        assert_eq!(row("18446744073709551616"), Err(r#"integer overflow: "18446744073709551616""#.into()));
        assert_eq!(row("1__0"), Err(r#"illegal number syntax: "1__0""#.into()));
    }
}
