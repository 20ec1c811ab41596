//! Numbers as Go reads and prints them.

/// Go's `ParseInt` with base 0: `0x`, `0o`, `0b`, and a leading zero for octal.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits)?;
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { magnitude.try_into().ok() }
}

/// Go's `ParseUint` with base 0.
pub(crate) fn parse_uint(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'0') {
        return digits(text, 10);
    }
    match bytes.get(1).map(u8::to_ascii_lowercase) {
        None => Some(0),
        Some(b'x') if bytes.len() > 2 => digits(&text[2..], 16),
        Some(b'o') if bytes.len() > 2 => digits(&text[2..], 8),
        Some(b'b') if bytes.len() > 2 => digits(&text[2..], 2),
        Some(_) => digits(&text[1..], 8),
    }
}

fn digits(text: &str, radix: u32) -> Option<u64> {
    // Rust takes a plus sign here, Go does not.
    if !text.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    u64::from_str_radix(text, radix).ok()
}

/// A float of the form that YAML gives them: `1`, `1.`, `.5`, `1.5e3`.
pub(crate) fn parse_yaml_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits_only = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_form = digits_only(whole)
        && digits_only(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty() && digits_only(digits)
        });
    if has_form { finite(text) } else { None }
}

/// Go's `ParseFloat` of a text that starts with a dot: underscores may stand
/// between digits.
pub(crate) fn parse_dot_float(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return parse_yaml_float(text);
    }
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let before = bytes[..at].iter().rev().find(|&&byte| byte != b'_');
        at > 0
            && bytes[at - 1] != b'_'
            && before.is_some_and(u8::is_ascii_digit)
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    let all_between = (0..bytes.len()).filter(|&at| bytes[at] == b'_').all(between_digits);
    if all_between { parse_yaml_float(&text.replace('_', "")) } else { None }
}

/// Out of range is an error in Go, and then the text is no number.
pub(crate) fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number as `encoding/json` prints it; null where JSON has none.
pub fn json_float(value: f64) -> String {
    let magnitude = value.abs();
    if value.fract() == 0.0 && magnitude < 1e15 && (magnitude > 0.0 || value.is_sign_positive()) {
        return (value as i64).to_string();
    }
    if !value.is_finite() {
        return "null".to_owned();
    }
    let digits = Shortest::of(value);
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        digits.decimal()
    } else {
        digits.scientific(1)
    }
}

/// A number as `sigs.k8s.io/yaml` prints it in a key: with the precision of
/// 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "that is what the library does")]
pub(crate) fn float_key(value: f64) -> String {
    let value = value as f32;
    special(f64::from(value)).map_or_else(|| Shortest::of_single(value).general(), str::to_owned)
}

/// A number as `go.yaml.in/yaml` prints it, and Go's `%v` where it is finite.
pub fn yaml_float(value: f64) -> String {
    special(value).map_or_else(|| Shortest::of(value).general(), str::to_owned)
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some(".nan"),
        f64::INFINITY => Some(".inf"),
        f64::NEG_INFINITY => Some("-.inf"),
        _ => None,
    }
}

/// The fewest digits that are read back as the number.
struct Shortest {
    sign: &'static str,
    digits: String,
    /// Of ten, for the first digit.
    exponent: i32,
}

impl Shortest {
    fn of(value: f64) -> Self {
        let found = Self::parts(value, &format!("{:e}", value.abs()));
        found.with_even_tie(value, |text| text.parse() == Ok(value.abs()))
    }

    fn of_single(value: f32) -> Self {
        let found = Self::parts(f64::from(value), &format!("{:e}", value.abs()));
        found.with_even_tie(f64::from(value), |text| text.parse() == Ok(value.abs()))
    }

    fn parts(value: f64, scientific: &str) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').expect("printed with an exponent");
        let digits = mantissa.replace('.', "");
        let exponent = exponent.parse().expect("printed as a number");
        Self { sign: if value.is_sign_negative() { "-" } else { "" }, digits, exponent }
    }

    /// Where two last digits are equally near, Go takes the even one.
    fn with_even_tie(mut self, value: f64, is_same: impl Fn(&str) -> bool) -> Self {
        let len = self.digits.len();
        let exact = format!("{:.*e}", len + 40, value.abs()).replacen('.', "", 1);
        let Some((kept, "5")) =
            exact.split_once('e').and_then(|(digits, _)| digits.trim_end_matches('0').split_at_checked(len))
        else {
            return self;
        };
        let last = kept.as_bytes()[len - 1];
        let even = last + (last - b'0') % 2;
        let text = format!("{}{}", &kept[..len - 1], char::from(even));
        if even <= b'9' && is_same(&format!("0.{text}e{}", self.exponent + 1)) {
            self.digits = text;
        }
        self
    }

    /// Go's `%g`: with an exponent from a million on.
    fn general(&self) -> String {
        if (-4..6).contains(&self.exponent) { self.decimal() } else { self.scientific(2) }
    }

    fn decimal(&self) -> String {
        let Self { sign, digits, exponent } = self;
        let Ok(before_point) = usize::try_from(exponent + 1) else {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            return format!("{sign}0.{zeros}{digits}");
        };
        match digits.split_at_checked(before_point) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some(("", fraction)) => format!("{sign}0.{fraction}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(before_point - digits.len())),
        }
    }

    fn scientific(&self, exponent_digits: usize) -> String {
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if self.exponent < 0 { '-' } else { '+' };
        let exponent = self.exponent.unsigned_abs();
        format!("{}{first}{point}{rest}e{sign}{exponent:0exponent_digits$}", self.sign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_as_go_reads_them() {
        for (text, value) in [
            ("0", Some(0)),
            ("014", Some(12)),
            ("0o14", Some(12)),
            ("0O14", Some(12)),
            ("-0x1F", Some(-31)),
            ("0b11", Some(3)),
            ("+12", Some(12)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("08", None),
            ("0x", None),
            ("+-1", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(parse_int(text), value, "{text}");
        }
    }

    #[test]
    fn floats_as_go_reads_them() {
        for (text, value) in [
            ("1e3", Some(1000.0)),
            ("1.", Some(1.0)),
            ("-.5E-1", Some(-0.05)),
            ("08", Some(8.0)),
            ("1e400", None),
            ("1e", None),
            (".", None),
            ("1.2.3", None),
            ("inf", None),
        ] {
            assert_eq!(parse_yaml_float(text), value, "{text}");
        }
        for (text, value) in
            [(".5_0", Some(0.5)), ("._5", None), (".5_", None), (".5__0", None), (".5e1_0", Some(5e9))]
        {
            assert_eq!(parse_dot_float(text), value, "{text}");
        }
    }

    #[test]
    fn floats_as_go_prints_them() {
        for (value, text) in
            [(1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-7, "1e-7"), (-0.0, "-0"), (0.5, "0.5")]
        {
            assert_eq!(json_float(value), text);
        }
        for (value, text) in
            [(1e6, "1e+06"), (-123_456.5, "-123456.5"), (0.0001, "0.0001"), (0.0, "0"), (5e-324, "5e-324")]
        {
            assert_eq!(yaml_float(value), text);
        }
        // Halfway between two numbers of as many digits.
        for (value, text) in [
            (4_692_838_769_230_682f64 / 8.0, "5.866048461538352e+14"),
            (2f64.powi(-24), "5.960464477539063e-08"),
        ] {
            assert_eq!(yaml_float(value), text);
        }
        for (value, text) in
            [(1.5, "1.5"), (1e21, "1e+21"), (1e-5, "1e-05"), (f64::INFINITY, ".inf"), (0.1, "0.1")]
        {
            assert_eq!(float_key(value), text);
        }
    }
}
