//! Points in time as Go's `time` has them: seconds since 1970, nanoseconds, and
//! the zone in which they are shown. No clock is read here.

use std::rc::Rc;

mod duration;
mod layout;
mod parse;
mod zone;

pub(crate) use duration::Duration;
pub(crate) use parse::parse;
pub(crate) use zone::Zone;

/// A point in time.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// Since 1970, in UTC.
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
    pub(crate) zone: Rc<Zone>,
}

/// A point in time as calendar and clock of its zone show it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: u32,
    pub(crate) day: u32,
    /// From 1.
    pub(crate) day_of_year: u32,
    /// From 0, a Sunday.
    pub(crate) weekday: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    /// East of Greenwich, in seconds.
    pub(crate) offset: i32,
    /// The zone's name at that time, perhaps none.
    pub(crate) zone: Rc<str>,
}

pub(crate) const DAY_SECONDS: i64 = 86_400;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Time {
    /// In UTC.
    pub(crate) fn utc(seconds: i64, nanoseconds: u32) -> Self {
        Self { seconds, nanoseconds, zone: Rc::new(Zone::Utc) }
    }

    /// The same point in another zone.
    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self { zone: Rc::new(zone), ..self.clone() }
    }

    /// Calendar and clock.
    pub(crate) fn shown(&self) -> Shown {
        let (offset, zone) = self.zone.at(self.seconds);
        let local = self.seconds.saturating_add(i64::from(offset));
        let (days, second) = (local.div_euclid(DAY_SECONDS), small(local.rem_euclid(DAY_SECONDS)));
        let (year, month, day) = civil(days);
        Shown {
            year,
            month,
            day,
            day_of_year: small(days - days_of(year, 1, 1)) + 1,
            weekday: small((days + 4).rem_euclid(7)),
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            offset,
            zone,
        }
    }

    /// Laid out as the Go layout says.
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        layout::format(layout, &self.shown(), self.nanoseconds)
    }

    /// As `encoding/json` prints it.
    pub(crate) fn to_rfc3339(&self) -> String {
        String::from_utf8_lossy(&self.format(b"2006-01-02T15:04:05.999999999Z07:00")).into_owned()
    }

    /// As `%v` prints it; the monotonic clock that Go adds to the present is left out.
    pub(crate) fn show(&self) -> String {
        String::from_utf8_lossy(&self.format(b"2006-01-02 15:04:05.999999999 -0700 MST")).into_owned()
    }

    /// That much later.
    pub(crate) fn plus(&self, duration: Duration) -> Self {
        let nanoseconds = i128::from(self.nanoseconds) + i128::from(duration.0);
        let second = 1_000_000_000;
        let seconds = self.seconds.saturating_add(nanoseconds.div_euclid(second) as i64);
        Self { seconds, nanoseconds: nanoseconds.rem_euclid(second) as u32, zone: Rc::clone(&self.zone) }
    }

    /// How much later it is than another; the longest duration at most.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanoseconds = i128::from(self.nanoseconds) - i128::from(earlier.nanoseconds);
        let all = seconds * 1_000_000_000 + nanoseconds;
        Duration(all.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }
}

/// The days from 1970 to a date of the proleptic Gregorian calendar. Days and
/// months beyond their range carry over.
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year.saturating_add((month - 1).div_euclid(12));
    let month = (month - 1).rem_euclid(12) + 1;
    // Years that begin in March have their leap day last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era.saturating_mul(146_097).saturating_add(day_of_era - 719_468)
}

/// A part of a date or of a clock, which is small and never negative.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn civil(days: i64) -> (i64, u32, u32) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, small(month), small(day))
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// A text as the errors of `time` quote it: bytes beyond ASCII by their number.
pub(crate) fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..=b'~' | 0x7F => out.push(char::from(*byte)),
            _ => crate::go::push(&mut out, format_args!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (19_782, (2024, 2, 29)),
            (-719_162, (1, 1, 1)),
            (2_932_896, (9999, 12, 31)),
        ] {
            assert_eq!(civil(days), date);
            assert_eq!(days_of(date.0, i64::from(date.1), i64::from(date.2)), days);
        }
        assert_eq!(days_of(2024, 14, 31), days_of(2025, 3, 3));
    }
}
