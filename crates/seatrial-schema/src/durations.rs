//! Lengths of time as Go reads and prints them, in nanoseconds.

use std::fmt::Write as _;

/// Reads a length of time as Go does: `1h30m`, `-1.5s`, `0`.
pub fn parse(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let whole = digits(&mut rest);
        let fraction = if let Some(behind) = rest.strip_prefix('.') {
            rest = behind;
            digits(&mut rest)
        } else {
            ""
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let unit_end = rest.find(|it: char| it == '.' || it.is_ascii_digit()).unwrap_or(rest.len());
        let unit = unit_nanos(&rest[..unit_end])?;
        rest = &rest[unit_end..];
        total = total.checked_add(amount(whole, fraction, unit)?)?;
        if total > 1 << 63 {
            return None;
        }
    }
    let total = i128::try_from(total).ok()?;
    i64::try_from(if negative { -total } else { total }).ok()
}

/// Takes the digits that a text starts with.
pub(crate) fn digits<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, behind) = rest.split_at(end);
    *rest = behind;
    digits
}

fn amount(whole: &str, fraction: &str, unit: u128) -> Option<u128> {
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok().filter(|it| *it <= 1 << 63)? };
    // More digits than count for anything are dropped, as in Go.
    let fraction = &fraction[..fraction.len().min(18)];
    let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    Some(whole * unit + part * unit / 10u128.pow(fraction.len() as u32))
}

fn unit_nanos(unit: &str) -> Option<u128> {
    Some(match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// As Go prints it: `1h30m0s`.
pub fn text(nanos: i128) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    let mut out = String::new();
    if nanos < 0 {
        out.push('-');
    }
    let nanos = nanos.unsigned_abs();
    if nanos < 1_000_000_000 {
        let (unit, size) = match nanos {
            0..1_000 => ("ns", 1),
            1_000..1_000_000 => ("µs", 1_000),
            _ => ("ms", 1_000_000),
        };
        let _ = write!(out, "{}{unit}", nanos as f64 / f64::from(size));
        return out;
    }
    let seconds = nanos / 1_000_000_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    if hours > 0 {
        let _ = write!(out, "{hours}h");
    }
    if seconds >= 60 {
        let _ = write!(out, "{minutes}m");
    }
    let _ = write!(out, "{}", seconds % 60);
    let fraction = format!("{:09}", nanos % 1_000_000_000);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        let _ = write!(out, ".{fraction}");
    }
    out.push('s');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_printed_as_go_does() {
        let cases =
            [("1h30m", "1h30m0s"), ("1.5h", "1h30m0s"), ("90s", "1m30s"), ("-.5ms", "-500µs"), ("0", "0s")];
        for (written, printed) in cases {
            assert_eq!(parse(written).map(|it| text(it.into())).as_deref(), Some(printed), "{written}");
        }
        for wrong in ["", "1", "h", "1d", "1 h", ".s", "99999999999h", "9223372036854775808ns"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
