//! Floats as Go's `strconv.FormatFloat` writes them.

/// The digits of a number: `0.DIGITS * 10^point`.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// No number has more digits than this, behind its point or in all: what is
/// asked for beyond are zeros.
const DIGITS_MAX: usize = 1100;

/// `strconv.FormatFloat(value, verb, precision, 64)`; no precision is the
/// shortest that reads back as the same number. Verbs: `e E f F g G b x X`.
pub fn float(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    let text = match verb {
        'b' => binary(value),
        'x' | 'X' => hexadecimal(value, precision),
        'e' | 'E' => {
            let decimal = precision.map_or_else(|| shortest(value), |it| rounded(value, it + 1));
            exponent(&decimal, precision.unwrap_or(decimal.digits.len().saturating_sub(1)), 'e')
        }
        'f' | 'F' => match precision {
            Some(precision) => {
                let kept = precision.min(DIGITS_MAX);
                format!("{value:.kept$}{}", "0".repeat(precision - kept))
            }
            None => format!("{value}"),
        },
        _ => general(value, precision),
    };
    let text = if verb.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text };
    format!("{sign}{text}")
}

/// `%v` of a float.
pub fn shortest_text(value: f64) -> String {
    float(value, 'g', None)
}

fn general(value: f64, precision: Option<usize>) -> String {
    let decimal = match precision {
        Some(precision) => rounded(value, precision.max(1)),
        None => shortest(value),
    };
    let count = decimal.digits.len();
    let point = isize::try_from(decimal.point).unwrap_or(isize::MAX);
    let mut limit = precision.map_or(6, |it| it.max(1)).cast_signed();
    if precision.is_some() && limit > count.cast_signed() && count.cast_signed() >= point {
        limit = count.cast_signed();
    }
    if point - 1 < -4 || point > limit {
        return exponent(&decimal, count.saturating_sub(1), 'e');
    }
    plain(&decimal)
}

/// The shortest digits that read back as the number.
fn shortest(value: f64) -> Decimal {
    decimal(&format!("{value:e}"))
}

/// A number of digits, without the zeros at their end.
fn rounded(value: f64, digits: usize) -> Decimal {
    decimal(&format!("{value:.*e}", digits.min(DIGITS_MAX) - 1))
}

/// Reads `1.25e-3`.
fn decimal(text: &str) -> Decimal {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    let power: i32 = power.parse().unwrap_or_default();
    let point = if digits.is_empty() { 0 } else { power + 1 };
    Decimal { digits, point }
}

/// `d.ddde±dd`
fn exponent(decimal: &Decimal, precision: usize, letter: char) -> String {
    let digit = |at: usize| decimal.digits.get(at).map_or('0', |it| *it as char);
    let mut out = String::from(digit(0));
    if precision > 0 {
        out.push('.');
        out.extend((1..=precision).map(digit));
    }
    let power = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    let sign = if power < 0 { '-' } else { '+' };
    format!("{out}{letter}{sign}{:02}", power.abs())
}

/// Without an exponent, with as many digits as there are.
fn plain(decimal: &Decimal) -> String {
    let digits = String::from_utf8_lossy(&decimal.digits);
    let count = digits.len();
    match usize::try_from(decimal.point) {
        Ok(0) if count == 0 => "0".into(),
        Ok(point) if point >= count => format!("{digits}{}", "0".repeat(point - count)),
        Ok(point) if point > 0 => format!("{}.{}", &digits[..point], &digits[point..]),
        _ => format!("0.{}{digits}", "0".repeat(decimal.point.unsigned_abs() as usize)),
    }
}

/// `4503599627370496p-52`
fn binary(value: f64) -> String {
    let (mantissa, power) = parts(value);
    let sign = if power < 0 { "" } else { "+" };
    format!("{mantissa}p{sign}{power}")
}

fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i32);
    if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) }
}

/// `0x1.8p+01`
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut power) = parts(value);
    power += 52;
    if mantissa == 0 {
        power = 0;
    }
    while mantissa != 0 && mantissa >> 52 == 0 {
        mantissa <<= 1;
        power -= 1;
    }
    // The leading bit and 60 bits behind it: fifteen digits.
    let mut mantissa = mantissa << 8;
    if let Some(precision) = precision.filter(|it| *it < 15) {
        let shift = 60 - precision * 4;
        let (kept, lost) = (mantissa >> shift, mantissa & ((1 << shift) - 1));
        let half = 1u64 << (shift - 1);
        let is_up = lost > half || (lost == half && kept & 1 == 1);
        mantissa = (kept + u64::from(is_up)) << shift;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            power += 1;
        }
    }
    let mut digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    match precision {
        None => digits.truncate(digits.trim_end_matches('0').len()),
        Some(precision) if precision <= 15 => digits.truncate(precision),
        Some(precision) => digits.extend(std::iter::repeat_n('0', precision - 15)),
    }
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if power < 0 { '-' } else { '+' };
    format!("0x{}{point}{digits}p{sign}{:02}", mantissa >> 60, power.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_may_be_larger_than_any_number_needs() {
        let many = float(0.1, 'f', Some(1_456_789));
        assert_eq!((many.len(), many.trim_end_matches('0').len()), (1_456_791, 57));
        assert_eq!(float(1e6, 'e', Some(100_000)).len(), 100_006);
        assert_eq!(float(2.5, 'g', Some(100_000)), "2.5");
    }

    #[test]
    fn hexadecimal_floats_have_a_normal_first_digit() {
        assert_eq!(float(3.0, 'x', None), "0x1.8p+01");
        assert_eq!(float(0.0, 'x', None), "0x0p+00");
        assert_eq!(float(1.0, 'b', None), "4503599627370496p-52");
    }
}
