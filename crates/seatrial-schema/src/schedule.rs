//! Whether a schedule can be read, in the words of the parser that Kubernetes
//! uses (`ParseStandard` of robfig/cron 3.0.1; `pkg/util/parsers`).

use std::borrow::Cow;

use crate::zones::is_time_zone;

type Reason = Cow<'static, str>;

/// The values a field may have.
struct Bounds {
    low: u64,
    high: u64,
    names: &'static [&'static str],
}

const FIELDS: [Bounds; 5] = [
    Bounds { low: 0, high: 59, names: &[] },
    Bounds { low: 0, high: 23, names: &[] },
    Bounds { low: 1, high: 31, names: &[] },
    Bounds {
        low: 1,
        high: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Bounds { low: 0, high: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const DESCRIPTORS: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Says what is wrong with a schedule, if anything is.
pub(super) fn parse(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        return Err("empty spec string".into());
    }
    let text = after_zone(text)?;
    if text.starts_with('@') {
        return descriptor(text);
    }
    // Go's white space is Unicode's, and so is this.
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() != FIELDS.len() {
        let (count, words) = (words.len(), words.join(" "));
        return Err(format!("expected exactly 5 fields, found {count}: [{words}]").into());
    }
    words.iter().zip(&FIELDS).try_for_each(|(word, bounds)| field(word, bounds))
}

/// What follows a time zone at the beginning.
fn after_zone(text: &str) -> Result<&str, Reason> {
    if !text.starts_with("TZ=") && !text.starts_with("CRON_TZ=") {
        return Ok(text);
    }
    let Some((zone, rest)) = text.split_once(' ') else {
        return Err("invalid schedule format: runtime error: slice bounds out of range [:-1]".into());
    };
    let (_, zone) = zone.split_once('=').expect("the text begins with a name and `=`");
    if !matches!(zone, "" | "Local") && !is_time_zone(zone) {
        return Err(format!("provided bad location {zone}: unknown time zone {zone}").into());
    }
    Ok(rest.trim())
}

fn descriptor(text: &str) -> Result<(), Reason> {
    if let Some(duration) = text.strip_prefix("@every ") {
        return duration_of(duration)
            .map_err(|reason| format!("failed to parse duration {text}: {reason}").into());
    }
    let is_known = DESCRIPTORS.contains(&text);
    is_known.then_some(()).ok_or_else(|| format!("unrecognized descriptor: {text}").into())
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

/// Parts between commas; empty ones are passed over.
fn field(text: &str, bounds: &Bounds) -> Result<(), Reason> {
    text.split(',').filter(|part| !part.is_empty()).try_for_each(|part| range(part, bounds))
}

fn range(text: &str, bounds: &Bounds) -> Result<(), Reason> {
    let slashed: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = slashed[0].split('-').collect();
    let (low, mut high) = match ends[..] {
        ["*" | "?", ..] => (bounds.low, bounds.high),
        [only] => {
            let value = value(only, bounds)?;
            (value, value)
        }
        [first, last] => (value(first, bounds)?, value(last, bounds)?),
        [first, ..] => {
            value(first, bounds)?;
            return Err(format!("too many hyphens: {text}").into());
        }
        [] => unreachable!("a split text has a part"),
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
        _ => return Err(format!("too many slashes: {text}").into()),
    };
    let wrong = if low < bounds.low {
        format!("beginning of range ({low}) below minimum ({}): {text}", bounds.low)
    } else if high > bounds.high {
        format!("end of range ({high}) above maximum ({}): {text}", bounds.high)
    } else if low > high {
        format!("beginning of range ({low}) beyond end of range ({high}): {text}")
    } else if step == 0 {
        format!("step of range should be a positive number: {text}")
    } else {
        return Ok(());
    };
    Err(wrong.into())
}

fn value(text: &str, bounds: &Bounds) -> Result<u64, Reason> {
    let names = (bounds.low..).zip(bounds.names);
    let named = names.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    named.map_or_else(|| number(text), |(value, _)| Ok(value))
}

/// Reads what Go's `strconv.Atoi` reads.
fn number(text: &str) -> Result<u64, Reason> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let wrong =
        |why: &str| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {why}").into();
    if digits.is_empty() || !digits.bytes().all(|letter| letter.is_ascii_digit()) {
        return Err(wrong("invalid syntax"));
    }
    let number: i64 = text.parse().map_err(|_| wrong("value out of range"))?;
    u64::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}").into())
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
            "@hourly",
            "@every 1h30m",
            "@every .5s",
            "TZ=UTC 0 0 * * *",
            "CRON_TZ=Asia/Tokyo @daily",
            "TZ= 0 0 * * *",
        ] {
            assert_eq!(parse(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_as_the_parser_says_it() {
        for (text, reason) in [
            ("", "empty spec string"),
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("*/2/3 * * * *", "too many slashes: */2/3"),
            ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
            ("@reboot", "unrecognized descriptor: @reboot"),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            ("TZ=0", "invalid schedule format: runtime error: slice bounds out of range [:-1]"),
            ("TZ=X 0 0 * * *", "provided bad location X: unknown time zone X"),
        ] {
            assert_eq!(parse(text), Err(reason.into()), "{text}");
        }
    }
}
