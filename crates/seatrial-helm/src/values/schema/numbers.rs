//! Numbers: as the library prints them, and exact arithmetic on their decimals.

/// With commas between thousands, and powers of ten from a million on.
pub(super) fn shown(value: f64) -> String {
    let text = seatrial_yaml::yaml_float(value);
    if let Some((mantissa, exponent)) = text.split_once('e') {
        return format!("{mantissa}\u{d7}10{}", exponent.chars().map(raised).collect::<String>());
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |it| ("-", it));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// A count, with commas between thousands however large it is.
pub(super) fn counted(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn raised(digit: char) -> char {
    match digit {
        '-' => '\u{207b}',
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        '+' => '\u{200b}',
        _ => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    }
}

/// Whether a number is a multiple of another, by their decimals.
pub(super) fn is_multiple(value: f64, step: f64) -> bool {
    match (decimal(value), decimal(step)) {
        (Some((value, value_exponent)), Some((step, step_exponent))) => {
            let least = value_exponent.min(step_exponent);
            let scaled = |mantissa: i128, exponent: i32| {
                let factor = 10i128.checked_pow((exponent - least).unsigned_abs())?;
                mantissa.checked_mul(factor)
            };
            match (scaled(value, value_exponent), scaled(step, step_exponent)) {
                (Some(value), Some(step)) if step != 0 => value % step == 0,
                _ => value_by_rest(value, value_exponent, step, step_exponent),
            }
        }
        _ => false,
    }
}

/// The same where the numbers lie too far apart for whole arithmetic.
fn value_by_rest(value: i128, value_exponent: i32, step: i128, step_exponent: i32) -> bool {
    let difference = value_exponent - step_exponent;
    if step == 0 || difference < 0 {
        return value == 0;
    }
    let mut rest = value % step;
    for _ in 0..difference {
        rest = match rest.checked_mul(10) {
            Some(tenfold) => tenfold % step,
            None => return false,
        };
    }
    rest == 0
}

/// Digits and a power of ten.
fn decimal(value: f64) -> Option<(i128, i32)> {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    Some((
        mantissa.replace('.', "").parse().ok()?,
        exponent.parse::<i32>().ok()? - i32::try_from(places).ok()?,
    ))
}
