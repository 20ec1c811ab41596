//! The grammar of schedules, as the parser reads it that Kubernetes uses
//! (`ParseStandard` of robfig/cron): five fields, names, or a descriptor.

use std::ops::Range;

/// Why a schedule cannot be read, and the part of it that is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In words that follow "the schedule ...: ".
    pub(crate) reason: String,
    /// Bytes of the schedule.
    pub(crate) part: Range<usize>,
}

/// The times at which a schedule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// By the calendar: a bit per value of each field.
    Calendar([u64; 5]),
    /// Again and again after the same time.
    Every,
}

/// The values a field may have.
struct Bounds {
    what: &'static str,
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const FIELDS: [Bounds; 5] = [
    Bounds { what: "minute", low: 0, high: 59, names: &[] },
    Bounds { what: "hour", low: 0, high: 23, names: &[] },
    Bounds { what: "day of month", low: 1, high: 31, names: &[] },
    Bounds { what: "month", low: 1, high: 12, names: MONTHS },
    Bounds { what: "day of week", low: 0, high: 6, names: DAYS },
];
const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DESCRIPTORS: &[&str] =
    &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Marks a field that was left open with a star.
const STAR: u64 = 1 << 63;

/// The days of the months, in a leap year.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Reads a schedule without a time zone.
pub(crate) fn parse(text: &str) -> Result<Schedule, Fault> {
    if text.starts_with('@') {
        return descriptor(text);
    }
    let words = words(text);
    if words.len() != FIELDS.len() {
        let reason = format!("it has {} fields instead of 5", words.len());
        return Err(Fault { reason, part: 0..text.len() });
    }
    let mut bits = [0; 5];
    for ((word, bounds), bits) in words.iter().zip(&FIELDS).zip(&mut bits) {
        *bits = field(&text[word.clone()], bounds)
            .map_err(|reason| Fault { reason: format!("{}: {reason}", bounds.what), part: word.clone() })?;
    }
    Ok(Schedule::Calendar(bits))
}

impl Schedule {
    /// Whether no year has such a day: `30 2` in February.
    pub(crate) fn never_comes(self) -> bool {
        let Self::Calendar([minutes, hours, days, months, weekdays]) = self else { return false };
        if minutes == 0 || hours == 0 || months == 0 {
            return true;
        }
        let mut lengths = (1..).zip(LENGTHS).filter(|&(month, _)| months & (1 << month) != 0);
        let has_day = lengths.any(|(_, length)| (1..=length).any(|day| days & (1 << day) != 0));
        let has_weekday = weekdays & !STAR != 0;
        // Where days of both sorts are given, one of them is enough.
        let is_either = (days | weekdays) & STAR == 0;
        if is_either { !has_day && !has_weekday } else { !has_day || !has_weekday }
    }
}

impl Schedule {
    /// The fewest minutes between two runs, of a schedule that runs several
    /// times on one day.
    pub(crate) fn shortest_gap(self) -> Option<u32> {
        let Self::Calendar([minutes, hours, ..]) = self else { return None };
        let has = |bits: u64, value: u32| bits & (1 << value) != 0;
        let times = (0..24 * 60).filter(|time| has(hours, time / 60) && has(minutes, time % 60));
        let times: Vec<u32> = times.collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).min()
    }
}

/// The words of a text with their places.
fn words(text: &str) -> Vec<Range<usize>> {
    let start = text.as_ptr() as usize;
    let place = |word: &str| word.as_ptr() as usize - start;
    text.split_whitespace().map(|word| place(word)..place(word) + word.len()).collect()
}

fn descriptor(text: &str) -> Result<Schedule, Fault> {
    let fault = |reason: String| Fault { reason, part: 0..text.len() };
    if let Some(duration) = text.strip_prefix("@every ") {
        let is_read = is_duration(duration);
        return is_read
            .then_some(Schedule::Every)
            .ok_or_else(|| fault(format!("`{duration}` is no duration")));
    }
    let Some(known) = DESCRIPTORS.iter().find(|it| **it == text) else {
        return Err(fault(format!("it is none of {} or `@every` with a duration", DESCRIPTORS.join(", "))));
    };
    Ok(if *known == "@hourly" { Schedule::Every } else { Schedule::Calendar([1, 1, 2, 2, 1]) })
}

/// Whether Go reads it as a duration: `1h30m`, `1.5h`, `0`.
fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text == "0" {
        return true;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.').len();
        let (digits, after) = rest.split_at(number);
        let is_number = digits.contains(|it: char| it.is_ascii_digit()) && digits.matches('.').count() <= 1;
        let units = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"];
        let unit = after.split(|it: char| it.is_ascii_digit() || it == '.').next().unwrap_or_default();
        if !is_number || !units.contains(&unit) {
            return false;
        }
        rest = &after[unit.len()..];
    }
    !text.is_empty()
}

/// The values that a field names.
fn field(text: &str, bounds: &Bounds) -> Result<u64, String> {
    // Empty parts between commas are passed over.
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(|part| range(part, bounds)).try_fold(0, |bits, part| Ok(bits | part?))
}

fn range(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let (span, step) = match text.split_once('/') {
        Some((_, step)) if step.contains('/') => return Err(format!("`{text}` has more than one slash")),
        Some((span, step)) => (span, Some(step)),
        None => (text, None),
    };
    let mut ends = span.split('-');
    let first = ends.next().unwrap_or_default();
    let (low, high) = if matches!(first, "*" | "?") {
        (bounds.low, bounds.high)
    } else {
        let low = value(first, bounds)?;
        match (ends.next(), ends.next()) {
            (None, _) if step.is_some() => (low, bounds.high),
            (None, _) => (low, low),
            (Some(last), None) => (low, value(last, bounds)?),
            (Some(_), Some(_)) => return Err(format!("`{text}` has more than one hyphen")),
        }
    };
    let step = step.map_or(Ok(1), number)?;
    if low < bounds.low || high > bounds.high {
        let wrong = if low < bounds.low { low } else { high };
        return Err(format!("{wrong} is out of {}-{}", bounds.low, bounds.high));
    }
    if low > high {
        return Err(format!("`{text}` begins after its end"));
    }
    if step == 0 {
        return Err(format!("`{text}` has a step of 0"));
    }
    let star = if matches!(first, "*" | "?") && step == 1 { STAR } else { 0 };
    Ok((low..=high).step_by(step as usize).fold(star, |bits, value| bits | 1 << value))
}

fn value(text: &str, bounds: &Bounds) -> Result<u32, String> {
    let named = (bounds.low..).zip(bounds.names).find(|(_, name)| name.eq_ignore_ascii_case(text));
    named.map_or_else(|| number(text), |(value, _)| Ok(value))
}

fn number(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u32::MAX)).ok_or_else(|| format!("`{text}` is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        parse(text).expect_err(text).reason
    }

    #[test]
    fn schedules_that_the_parser_takes_are_read() {
        for text in [
            "* * * * *",
            "*/5 0-23/2 1,15 jan-DEC MON-fri",
            "  0   3 * * ? ",
            "1,,2 +5 05 * *",
            "30/10 4 * * 0",
            "*-9 * * * *",
            "*/90 * * * *",
            "@hourly",
            "@midnight",
            "@every 1h30m",
            "@every 1.5h",
            "@every 500ms",
            "@every -1h",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn values_stay_within_their_field() {
        assert_eq!(reason("1 43 * * *"), "hour: 43 is out of 0-23");
        assert_eq!(reason("0 0 * * 5-7"), "day of week: 7 is out of 0-6");
        assert_eq!(reason("60 * * * *"), "minute: 60 is out of 0-59");
        assert_eq!(reason("0 0 0 * *"), "day of month: 0 is out of 1-31");
        assert_eq!(reason("0 0 * 13 *"), "month: 13 is out of 1-12");
        assert_eq!(reason("99999999999999999999 * * * *"), "minute: 4294967295 is out of 0-59");
    }

    #[test]
    fn other_grammars_are_refused() {
        for text in [
            "",
            "* * * *",
            "0 0 * * * *",
            "@reboot",
            "@every",
            "@every 5",
            "@every 1d",
            "@Daily",
            "@every h",
            "0 0 L * *",
            "0 0 * * 5#2",
            "5-1 * * * *",
            "*/0 * * * *",
            "1-2-3 * * * *",
            "*/2/3 * * * *",
            "-5 * * * *",
            "0 0 1W * *",
            "0 0 * * monday",
            "*/x * * * *",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_part_to_blame_is_named() {
        assert_eq!(parse("1  43 * * *").expect_err("hour").part, 3..5);
    }

    #[test]
    fn the_shortest_gap_lies_within_a_day() {
        let gap = |text| parse(text).expect("it is read").shortest_gap();
        assert_eq!(gap("*/5 * * * *"), Some(5));
        assert_eq!(gap("* * * * *"), Some(1));
        assert_eq!(gap("0,50 * * * *"), Some(10));
        assert_eq!(gap("0 */6 * * *"), Some(360));
        assert_eq!(gap("0 3 * * *"), None);
        assert_eq!(gap("@every 1m"), None);
    }

    #[test]
    fn days_that_no_month_has_never_come() {
        let never = |text| parse(text).expect("it is read").never_comes();
        assert!(never("0 0 30 2 *") && never("0 0 31 4,6 *") && never(", 0 * * *"));
        assert!(!never("0 0 29 2 *") && !never("0 0 31 2 1") && !never("0 0 31 1 *") && !never("@daily"));
        assert!(!never("0 0 30 2 0-6") && !never("0 0 * 2 1") && !never("0 0 */2 2 1"));
        assert!(!never("*/5 * * * *") && !never("@every 1h"));
    }
}
