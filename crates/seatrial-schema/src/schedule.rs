//! Schedules, as the parser reads them that Kubernetes uses (`ParseStandard` of
//! robfig/cron 3.0.1; `pkg/util/parsers`): five fields, names, or a descriptor.

use std::ops::Range;

use crate::zones::is_time_zone;

/// The times at which a schedule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// By the calendar: a bit per value of each field.
    Calendar([u64; 5]),
    /// Again and again after the same time.
    Every,
}

/// Why a schedule cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub wrong: Wrong,
    /// The parser's words.
    pub said: String,
    /// The name of the field that is to blame.
    pub field: Option<&'static str>,
    /// The bytes of the schedule that are to blame.
    pub part: Range<usize>,
}

/// What is wrong with a schedule, or with one part of one of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It has so many fields.
    Fields(usize),
    /// It names no time zone.
    Zone,
    /// `@` stands before none of [`DESCRIPTORS`].
    Descriptor,
    /// What follows `@every` is no duration.
    Duration(String),
    /// The part has more than one slash.
    Slashes(String),
    /// The part has more than one hyphen.
    Hyphens(String),
    /// It is no number.
    Number(String),
    /// The number is out of the values that the field may have.
    Range(u64, (u64, u64)),
    /// The part begins after its end.
    Reversed(String),
    /// The part has a step of 0.
    Step(String),
}

/// Words for schedules; `@every` with a duration is another.
pub const DESCRIPTORS: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// The values a field may have.
struct Bounds {
    what: &'static str,
    low: u64,
    high: u64,
    names: &'static [&'static str],
}

const FIELDS: [Bounds; 5] = [
    Bounds { what: "minute", low: 0, high: 59, names: &[] },
    Bounds { what: "hour", low: 0, high: 23, names: &[] },
    Bounds { what: "day of month", low: 1, high: 31, names: &[] },
    Bounds {
        what: "month",
        low: 1,
        high: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Bounds {
        what: "day of week",
        low: 0,
        high: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// Marks a field that was left open with a star.
const STAR: u64 = 1 << 63;
/// The days of the months, in a leap year.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What is wrong, and the parser's words for it.
type Said = (Wrong, String);

/// Reads a schedule that may begin with a time zone.
pub fn parse(text: &str) -> Result<Schedule, Fault> {
    let whole = |(wrong, said): Said| Fault { wrong, said, field: None, part: 0..text.len() };
    if text.is_empty() {
        return Err(whole((Wrong::Fields(0), "empty spec string".to_owned())));
    }
    let start = after_zone(text).map_err(whole)?;
    let rest = if start > 0 { text[start..].trim_end() } else { text };
    parse_without_zone(rest).map_err(|fault| {
        let part = start + fault.part.start..start + fault.part.end;
        Fault { part, ..fault }
    })
}

/// Reads a schedule that has no time zone.
pub fn parse_without_zone(text: &str) -> Result<Schedule, Fault> {
    let whole = |(wrong, said): Said| Fault { wrong, said, field: None, part: 0..text.len() };
    if text.starts_with('@') {
        return descriptor(text).map_err(whole);
    }
    let places = words(text);
    if places.len() != FIELDS.len() {
        let (count, words): (_, Vec<_>) = (places.len(), text.split_whitespace().collect());
        let said = format!("expected exactly 5 fields, found {count}: [{}]", words.join(" "));
        return Err(whole((Wrong::Fields(count), said)));
    }
    let mut bits = [0; 5];
    for ((place, bounds), bits) in places.into_iter().zip(&FIELDS).zip(&mut bits) {
        *bits = field(&text[place.clone()], bounds).map_err(|(wrong, said)| Fault {
            wrong,
            said,
            field: Some(bounds.what),
            part: place,
        })?;
    }
    Ok(Schedule::Calendar(bits))
}

impl Schedule {
    /// Whether no year has such a day: `30 2` in February.
    pub fn never_comes(self) -> bool {
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

    /// The fewest minutes between two runs, of a schedule that runs several
    /// times on one day.
    pub fn shortest_gap(self) -> Option<u32> {
        let Self::Calendar([minutes, hours, ..]) = self else { return None };
        let has = |bits: u64, value: u32| bits & (1 << value) != 0;
        let times = (0..24 * 60).filter(|time| has(hours, time / 60) && has(minutes, time % 60));
        let times: Vec<u32> = times.collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).min()
    }
}

/// The words of a text with their places. Go's white space is Unicode's, and so
/// is this.
fn words(text: &str) -> Vec<Range<usize>> {
    let start = text.as_ptr() as usize;
    let place = |word: &str| word.as_ptr() as usize - start;
    text.split_whitespace().map(|word| place(word)..place(word) + word.len()).collect()
}

/// Where it goes on behind a time zone.
fn after_zone(text: &str) -> Result<usize, Said> {
    if !text.starts_with("TZ=") && !text.starts_with("CRON_TZ=") {
        return Ok(0);
    }
    let Some((zone, rest)) = text.split_once(' ') else {
        let said = "invalid schedule format: runtime error: slice bounds out of range [:-1]";
        return Err((Wrong::Zone, said.to_owned()));
    };
    let (_, zone) = zone.split_once('=').expect("the text begins with a name and `=`");
    if !matches!(zone, "" | "Local") && !is_time_zone(zone) {
        return Err((Wrong::Zone, format!("provided bad location {zone}: unknown time zone {zone}")));
    }
    Ok(text.len() - rest.trim_start().len())
}

fn descriptor(text: &str) -> Result<Schedule, Said> {
    if let Some(duration) = text.strip_prefix("@every ") {
        let refused = |reason| {
            (Wrong::Duration(duration.to_owned()), format!("failed to parse duration {text}: {reason}"))
        };
        return duration_of(duration).map(|()| Schedule::Every).map_err(refused);
    }
    if !DESCRIPTORS.contains(&text) {
        return Err((Wrong::Descriptor, format!("unrecognized descriptor: {text}")));
    }
    Ok(if text == "@hourly" { Schedule::Every } else { Schedule::Calendar([1, 1, 2, 2, 1]) })
}

/// Reads what Go's `time.ParseDuration` reads: `1h30m`, `1.5h`, `0`.
fn duration_of(text: &str) -> Result<(), String> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("\u{b5}s", 1e3),
        ("\u{3bc}s", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("m", 6e10),
        ("h", 3.6e12),
    ];
    let invalid = || format!("time: invalid duration {text:?}");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "0" {
        return Ok(());
    }
    if unsigned.is_empty() {
        return Err(invalid());
    }
    let is_of_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let (mut rest, mut total) = (unsigned, 0.0);
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.len() - rest.trim_start_matches(is_of_number).len());
        let has_digit = number.bytes().any(|letter| letter.is_ascii_digit());
        if !has_digit || number.matches('.').count() > 1 {
            return Err(invalid());
        }
        let unit = after.split(is_of_number).next().unwrap_or_default();
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {text:?}"));
        }
        let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("time: unknown unit {unit:?} in duration {text:?}"));
        };
        total += number.trim_end_matches('.').parse::<f64>().unwrap_or_default() * nanos;
        rest = &after[unit.len()..];
    }
    // Durations are 64 bits of nanoseconds.
    if total > 9_223_372_036_854_775_807.0 { Err(invalid()) } else { Ok(()) }
}

/// The values that a field names: parts between commas, empty ones are passed over.
fn field(text: &str, bounds: &Bounds) -> Result<u64, Said> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(|part| range(part, bounds)).try_fold(0, |bits, part| Ok(bits | part?))
}

fn range(text: &str, bounds: &Bounds) -> Result<u64, Said> {
    let slashed: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = slashed[0].split('-').collect();
    let is_open = matches!(ends[0], "*" | "?");
    let (low, mut high) = match ends[..] {
        _ if is_open => (bounds.low, bounds.high),
        [only] => {
            let value = value(only, bounds)?;
            (value, value)
        }
        [first, last] => (value(first, bounds)?, value(last, bounds)?),
        _ => {
            value(ends[0], bounds)?;
            return Err((Wrong::Hyphens(text.to_owned()), format!("too many hyphens: {text}")));
        }
    };
    let step = match slashed[..] {
        [_] => 1,
        [_, step] => {
            let step = number(step)?;
            if ends.len() == 1 {
                high = bounds.high;
            }
            step
        }
        _ => return Err((Wrong::Slashes(text.to_owned()), format!("too many slashes: {text}"))),
    };
    let allowed = (bounds.low, bounds.high);
    let (wrong, said) = if low < bounds.low {
        let said = format!("beginning of range ({low}) below minimum ({}): {text}", bounds.low);
        (Wrong::Range(low, allowed), said)
    } else if high > bounds.high {
        let said = format!("end of range ({high}) above maximum ({}): {text}", bounds.high);
        (Wrong::Range(high, allowed), said)
    } else if low > high {
        let said = format!("beginning of range ({low}) beyond end of range ({high}): {text}");
        (Wrong::Reversed(text.to_owned()), said)
    } else if step == 0 {
        (Wrong::Step(text.to_owned()), format!("step of range should be a positive number: {text}"))
    } else {
        let star = if is_open && step == 1 { STAR } else { 0 };
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        return Ok((low..=high).step_by(step).fold(star, |bits, value| bits | 1 << value));
    };
    Err((wrong, said))
}

fn value(text: &str, bounds: &Bounds) -> Result<u64, Said> {
    let names = (bounds.low..).zip(bounds.names);
    let named = names.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    named.map_or_else(|| number(text), |(value, _)| Ok(value))
}

/// Reads what Go's `strconv.Atoi` reads.
fn number(text: &str) -> Result<u64, Said> {
    let refused = |said| (Wrong::Number(text.to_owned()), said);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let wrong = |why: &str| {
        refused(format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {why}"))
    };
    if digits.is_empty() || !digits.bytes().all(|letter| letter.is_ascii_digit()) {
        return Err(wrong("invalid syntax"));
    }
    let number: i64 = text.parse().map_err(|_| wrong("value out of range"))?;
    u64::try_from(number).map_err(|_| refused(format!("negative number ({number}) not allowed: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "@every .5s",
            "@every 500ms",
            "@every -1h",
            "TZ=UTC 0 0 * * *",
            "CRON_TZ=Asia/Tokyo @daily",
            "TZ= 0 0 * * *",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn what_is_wrong_is_said_as_the_parser_says_it() {
        for (text, reason) in [
            ("", "empty spec string"),
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("0 0 * * * *", "expected exactly 5 fields, found 6: [0 0 * * * *]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("0 0 * * 5-7", "end of range (7) above maximum (6): 5-7"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("*/2/3 * * * *", "too many slashes: */2/3"),
            ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
            ("-5 * * * *", "failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax"),
            ("0 0 * * 5#2", "failed to parse int from 5#2: strconv.Atoi: parsing \"5#2\": invalid syntax"),
            ("@reboot", "unrecognized descriptor: @reboot"),
            ("@every", "unrecognized descriptor: @every"),
            ("@Daily", "unrecognized descriptor: @Daily"),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            ("@every 1d", "failed to parse duration @every 1d: time: unknown unit \"d\" in duration \"1d\""),
            ("TZ=0", "invalid schedule format: runtime error: slice bounds out of range [:-1]"),
            ("TZ=X 0 0 * * *", "provided bad location X: unknown time zone X"),
        ] {
            assert_eq!(parse(text).map_err(|fault| fault.said), Err(reason.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_part_to_blame_is_named() {
        let fault = parse("1  43 * * *").expect_err("there is no such hour");
        assert_eq!((fault.field, fault.part, fault.wrong), (Some("hour"), 3..5, Wrong::Range(43, (0, 23))));
        assert_eq!(parse("TZ=UTC 1 43 * * *").expect_err("the same").part, 9..11);
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
