//! Floating-point numbers as Go reads and prints them.

/// As `%g` prints it: the shortest digits that read back the same.
pub(super) fn double_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-Inf" } else { "+Inf" }.to_owned();
    }
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    if (-4..6).contains(&exponent) {
        return format!("{number}");
    }
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// As `strconv.ParseFloat` reads it: also hexadecimal and with underscores in none.
pub(super) fn parse_double(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let negative = text.starts_with('-');
    let size = match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" if unsigned.len() == text.len() => f64::NAN,
        lower if lower.starts_with("0x") => hex_double(&lower[2..])?,
        lower if lower.bytes().all(|it| it.is_ascii_digit() || b".e+-".contains(&it)) => {
            lower.parse::<f64>().ok().filter(|it| it.is_finite())?
        }
        _ => return None,
    };
    Some(if negative { -size } else { size })
}

/// `1.8p3`: the exponent is required.
fn hex_double(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > 13 {
        return None;
    }
    let mantissa = u64::from_str_radix(&format!("{whole}{fraction}"), 16).ok()?;
    let value = mantissa as f64 * 2f64.powi(exponent - 4 * fraction.len() as i32);
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_printed_as_go_prints_them() {
        let shown: Vec<_> = [1.0, 0.1, 1e6, 1e-5, -2.5e-7, f64::NAN].map(double_text).into();
        assert_eq!(shown, ["1", "0.1", "1e+06", "1e-05", "-2.5e-07", "NaN"]);
        assert_eq!(parse_double("0x1.8p1"), Some(3.0));
        assert_eq!((parse_double("1e400"), parse_double("1_0"), parse_double("")), (None, None, None));
    }
}
