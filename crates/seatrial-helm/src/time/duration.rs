//! Lengths of time, in nanoseconds.

use std::fmt;

use super::quote;

/// A `time.Duration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

pub(crate) const SECOND: i64 = 1_000_000_000;

/// The units, in nanoseconds. Both letters for micro are fine.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl Duration {
    /// As `time.ParseDuration` reads it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("time: invalid duration {}", quote(text.as_bytes()));
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let is_negative = text.starts_with('-');
        if unsigned == "0" {
            return Ok(Self(0));
        }
        if unsigned.is_empty() {
            return Err(invalid());
        }
        // One more fits below zero than above.
        let most = 1u64 << 63;
        let mut sum = 0u64;
        let mut rest = unsigned;
        while !rest.is_empty() {
            let (number, after) = Number::read(rest).ok_or_else(invalid)?;
            let length = after.find(|it: char| it == '.' || it.is_ascii_digit()).unwrap_or(after.len());
            let (name, after) = after.split_at(length);
            if name.is_empty() {
                return Err(format!("time: missing unit in duration {}", quote(text.as_bytes())));
            }
            let unit = UNITS.iter().find(|(it, _)| *it == name).map(|(_, unit)| *unit).ok_or_else(|| {
                let (unit, whole) = (quote(name.as_bytes()), quote(text.as_bytes()));
                format!("time: unknown unit {unit} in duration {whole}")
            })?;
            let value = number.times(unit).ok_or_else(invalid)?;
            sum = sum.checked_add(value).filter(|it| *it <= most).ok_or_else(invalid)?;
            rest = after;
        }
        if is_negative {
            return Ok(Self(0i64.wrapping_sub_unsigned(sum)));
        }
        i64::try_from(sum).map(Self).map_err(|_| invalid())
    }

    /// To the nearest multiple, halves away from zero.
    pub(crate) fn round(self, multiple: Self) -> Self {
        if multiple.0 <= 0 {
            return self;
        }
        let rest = self.0 % multiple.0;
        let is_less_than_half = rest.unsigned_abs().saturating_mul(2) < multiple.0.unsigned_abs();
        let down = self.0 - rest;
        if is_less_than_half {
            return Self(down);
        }
        let is_negative = self.0 < 0;
        let up = if is_negative { down.checked_sub(multiple.0) } else { down.checked_add(multiple.0) };
        Self(up.unwrap_or(if is_negative { i64::MIN } else { i64::MAX }))
    }

    /// Toward zero to a multiple.
    pub(crate) fn truncate(self, multiple: Self) -> Self {
        if multiple.0 <= 0 { self } else { Self(self.0 - self.0 % multiple.0) }
    }

    /// In units of so many nanoseconds, as Go divides: whole units and the rest apart.
    pub(crate) fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

/// A number with an optional fraction, as durations have it.
struct Number {
    whole: u64,
    fraction: u64,
    scale: f64,
}

impl Number {
    fn read(text: &str) -> Option<(Self, &str)> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let length = digits(text);
        let whole: u64 = if length == 0 { 0 } else { text[..length].parse().ok()? };
        if whole > 1 << 63 {
            return None;
        }
        let mut number = Self { whole, fraction: 0, scale: 1.0 };
        let rest = &text[length..];
        let Some(behind) = rest.strip_prefix('.') else {
            return (length > 0).then_some((number, rest));
        };
        let places = digits(behind);
        if length + places == 0 {
            return None;
        }
        // What does not fit any more is cut off.
        for digit in behind[..places].bytes() {
            let next = number.fraction.checked_mul(10).and_then(|it| it.checked_add(u64::from(digit - b'0')));
            let Some(next) = next.filter(|it| i64::try_from(*it).is_ok()) else { break };
            number.fraction = next;
            number.scale *= 10.0;
        }
        Some((number, &behind[places..]))
    }

    fn times(&self, unit: u64) -> Option<u64> {
        let whole = self.whole.checked_mul(unit).filter(|it| *it <= 1 << 63)?;
        let fraction =
            if self.fraction > 0 { whole_part(self.fraction as f64 * (unit as f64 / self.scale)) } else { 0 };
        whole.checked_add(fraction).filter(|it| *it <= 1 << 63)
    }
}

#[expect(clippy::cast_sign_loss, reason = "fractions are never negative")]
fn whole_part(number: f64) -> u64 {
    number as u64
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let all = self.0.unsigned_abs();
        let second = SECOND.unsigned_abs();
        if all < second {
            let (unit, name) = match all {
                0 => return formatter.write_str("0s"),
                1..1_000 => (1, "ns"),
                1_000..1_000_000 => (1_000, "\u{b5}s"),
                _ => (1_000_000, "ms"),
            };
            return write!(formatter, "{sign}{}{name}", decimal(all, unit));
        }
        let (minutes, rest) = (all / second / 60, all % (60 * second));
        formatter.write_str(sign)?;
        if minutes >= 60 {
            write!(formatter, "{}h", minutes / 60)?;
        }
        if minutes > 0 {
            write!(formatter, "{}m", minutes % 60)?;
        }
        write!(formatter, "{}s", decimal(rest, second))
    }
}

/// A count of small units in large ones, without zeros at the end.
fn decimal(count: u64, unit: u64) -> String {
    let places = unit.ilog10() as usize;
    let fraction = format!("{:0places$}", count % unit);
    match fraction.trim_end_matches('0') {
        _ if places == 0 => count.to_string(),
        "" => (count / unit).to_string(),
        fraction => format!("{}.{fraction}", count / unit),
    }
}
