//! Points and lengths of time as Go reads and prints them.

use std::fmt::Write;

use crate::durations::{self, digits};

/// A point in time, and the offset from UTC it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
    offset: i32,
}

/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;
const DAY: i64 = 86_400;
const BILLION: i64 = 1_000_000_000;

pub(super) const OVERFLOW: &str = "timestamp overflow";

/// A date and time of day in some zone.
pub(super) struct Civil {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    /// From 0.
    pub(super) day_of_year: i64,
    /// From Sunday, 0.
    pub(super) day_of_week: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: u32,
}

impl Timestamp {
    /// That many seconds after 1970, in UTC.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (FIRST..=LAST).contains(&seconds).then_some(Self { seconds, nanos: 0, offset: 0 })
    }

    /// Seconds after 1970.
    pub fn unix(&self) -> i64 {
        self.seconds
    }

    pub(super) fn same_instant(&self, other: &Self) -> bool {
        self.instant() == other.instant()
    }

    /// What orders timestamps.
    pub(super) fn instant(&self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }

    pub(super) fn is_go_zero(&self) -> bool {
        self.instant() == (FIRST, 0)
    }

    fn total_nanos(&self) -> i128 {
        i128::from(self.seconds) * i128::from(BILLION) + i128::from(self.nanos)
    }

    /// That much later; none beyond the years 1 to 9999.
    pub(super) fn plus(&self, nanos: i64) -> Option<Self> {
        let total = self.total_nanos() + i128::from(nanos);
        let seconds = i64::try_from(total.div_euclid(i128::from(BILLION))).ok()?;
        let nanos = total.rem_euclid(i128::from(BILLION)) as u32;
        (FIRST..=LAST).contains(&seconds).then_some(Self { seconds, nanos, offset: self.offset })
    }

    /// How much later it is than the other, in nanoseconds.
    pub(super) fn since(&self, other: &Self) -> Option<i64> {
        i64::try_from(self.total_nanos() - other.total_nanos()).ok()
    }

    /// Date and time of day at that offset from UTC.
    pub(super) fn civil(&self, offset: i32) -> Civil {
        let local = self.seconds + i64::from(offset);
        let days = local.div_euclid(DAY);
        let second_of_day = local.rem_euclid(DAY);
        let (year, month, day) = date_of(days);
        Civil {
            year,
            month,
            day,
            day_of_year: days - days_before(year, 1, 1),
            day_of_week: (days + 4).rem_euclid(7),
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
            nanos: self.nanos,
        }
    }

    /// As RFC 3339 has it, with the offset it was written with.
    pub fn text(&self) -> String {
        let it = self.civil(self.offset);
        let mut out = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            it.year, it.month, it.day, it.hour, it.minute, it.second
        );
        if self.nanos != 0 {
            out.push_str(format!(".{:09}", self.nanos).trim_end_matches('0'));
        }
        if self.offset == 0 {
            out.push('Z');
        } else {
            let sign = if self.offset < 0 { '-' } else { '+' };
            let minutes = self.offset.abs() / 60;
            write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60).expect("a string takes everything");
        }
        out
    }

    /// Reads RFC 3339; the error says whether only the year is out of range.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (civil, offset) = parse_rfc3339(text).ok_or("not RFC 3339")?;
        let days = days_before(civil.year, civil.month, civil.day);
        let seconds = days * DAY + civil.hour * 3600 + civil.minute * 60 + civil.second - i64::from(offset);
        if !(FIRST..=LAST).contains(&seconds) {
            return Err(OVERFLOW);
        }
        Ok(Self { seconds, nanos: civil.nanos, offset })
    }

    /// Reads a date: `2006-01-02`.
    pub(super) fn parse_date(text: &str) -> Option<Self> {
        Self::parse(&format!("{text}T00:00:00Z")).ok()
    }
}

fn parse_rfc3339(text: &str) -> Option<(Civil, i32)> {
    if !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_once('T')?;
    let mut parts = date.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, fraction) = match clock.find(['.', ',']) {
        Some(at) => (&clock[..at], Some(&clock[at + 1..])),
        None => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour = parts.next()?;
    // Go's layout takes an hour of one digit.
    let (hour, minute, second) =
        (number(hour, hour.len().clamp(1, 2))?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let civil = Civil {
        year,
        month,
        day,
        day_of_year: 0,
        day_of_week: 0,
        hour,
        minute,
        second,
        nanos: fraction.map_or(Some(0), fraction_nanos)?,
    };
    Some((civil, zone_offset(zone)?))
}

fn fraction_nanos(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

fn zone_offset(zone: &str) -> Option<i32> {
    if zone == "Z" {
        return Some(0);
    }
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 24 || minutes > 60 {
        return None;
    }
    let offset = (hours * 3600 + minutes * 60) as i32;
    Some(if zone.starts_with('-') { -offset } else { offset })
}

fn number(digits: &str, length: usize) -> Option<i64> {
    let fits = digits.len() == length && digits.bytes().all(|it| it.is_ascii_digit());
    fits.then(|| digits.parse().ok())?
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have their leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date that many days after 1970-01-01.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Reads what the format `duration` of a schema allows besides: `2 days`.
pub(super) fn parse_loose_duration(text: &str) -> Option<i64> {
    if let Some(duration) = durations::parse(text) {
        return Some(duration);
    }
    let mut total: i128 = 0;
    let mut rest = text.trim_start();
    let mut any = false;
    while !rest.is_empty() {
        let whole = digits(&mut rest);
        let value: i128 = whole.parse().ok()?;
        rest = rest.trim_start();
        let end = rest.find(|it: char| !(it.is_ascii_alphabetic() || it == '\u{b5}')).unwrap_or(rest.len());
        total = total.checked_add(value.checked_mul(loose_unit(&rest[..end])?)?)?;
        rest = rest[end..].trim_start();
        any = true;
    }
    any.then(|| i64::try_from(total).ok())?
}

fn loose_unit(unit: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000_000;
    let lower = unit.to_lowercase();
    let singular = lower.strip_suffix('s').filter(|it| it.len() > 2).unwrap_or(&lower);
    Some(match singular {
        "ns" | "nano" | "nanosecond" => 1,
        "us" | "\u{b5}s" | "micro" | "microsecond" => 1_000,
        "ms" | "milli" | "millisecond" => 1_000_000,
        "s" | "sec" | "second" => SECOND,
        "m" | "min" | "minute" => 60 * SECOND,
        "h" | "hr" | "hour" => 3600 * SECOND,
        "d" | "day" => 86_400 * SECOND,
        "w" | "wk" | "week" => 604_800 * SECOND,
        _ => return None,
    })
}

/// How conversion to a string prints a length of time.
pub(super) fn duration_text(nanos: i64) -> String {
    let seconds = (nanos / BILLION) as f64 + (nanos % BILLION) as f64 / 1e9;
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_keep_their_offset() {
        let time = Timestamp::parse("2024-02-29T23:59:59.5+02:00").unwrap();
        assert_eq!(time.text(), "2024-02-29T23:59:59.5+02:00");
        let utc = time.civil(0);
        assert_eq!((utc.day, utc.hour, utc.day_of_week, utc.day_of_year), (29, 21, 4, 59));
        assert!(Timestamp::parse("2023-02-29T00:00:00Z").is_err());
        assert_eq!(Timestamp::parse("0000-12-31T23:59:59Z"), Err(OVERFLOW));
    }

    #[test]
    fn durations_have_looser_words_and_are_printed_in_seconds() {
        assert_eq!(parse_loose_duration("2 days 1h"), Some(49 * 3600 * BILLION));
        assert_eq!(duration_text(-1_500_000_000), "-1.5s");
    }
}
