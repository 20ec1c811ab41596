//! Times as Go reads and prints them (`apimachinery` `pkg/apis/meta/v1/time.go`).

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The parts of RFC 3339 with the words Go has for them.
const PARTS: [(&str, usize); 11] = [
    ("2006", 4),
    ("-", 0),
    ("01", 2),
    ("-", 0),
    ("02", 2),
    ("T", 0),
    ("15", 2),
    (":", 0),
    ("04", 2),
    (":", 0),
    ("05", 2),
];

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
const LAYOUT_MICRO: &str = "2006-01-02T15:04:05.000000Z07:00";

/// The time in UTC, to the second or to the microsecond, or Go's complaint.
pub(super) fn canonical(text: &str, micro: bool) -> Result<String, String> {
    let layout = if micro { LAYOUT_MICRO } else { LAYOUT };
    let cannot = |rest: &str, part: &str| {
        format!("parsing time {text:?} as {layout:?}: cannot parse {rest:?} as {part:?}")
    };
    let mut rest = text;
    let mut numbers = [0_i64; 6];
    let mut at = 0;
    for (part, digits) in PARTS {
        let width = if digits == 0 { part.len() } else { digits };
        let head = rest.get(..width).ok_or_else(|| cannot(rest, part))?;
        if digits == 0 {
            if head != part {
                return Err(cannot(rest, part));
            }
        } else {
            let is_number = head.bytes().all(|byte| byte.is_ascii_digit());
            numbers[at] = head.parse().ok().filter(|_| is_number).ok_or_else(|| cannot(rest, part))?;
            at += 1;
        }
        rest = &rest[width..];
    }
    let nanos = if micro {
        microseconds(&mut rest).map_err(|()| cannot(rest, ".000000"))?
    } else {
        Some(fraction(&mut rest))
    };
    let offset = offset_minutes(rest).ok_or_else(|| cannot(rest, "Z07:00"))?;
    let out_of_range = |what: &str| format!("parsing time {text:?}: {what} out of range");
    let nanos = nanos.ok_or_else(|| out_of_range("fractional second"))?;
    let [year, month, day, hour, minute, second] = numbers;
    for (what, number, range) in [
        ("month", month, 1..=12),
        ("day", day, 1..=31),
        ("hour", hour, 0..=23),
        ("minute", minute, 0..=59),
        ("second", second, 0..=59),
    ] {
        if !range.contains(&number) {
            return Err(out_of_range(what));
        }
    }
    let small = |number: i64| i8::try_from(number).unwrap_or_default();
    let civil = DateTime::new(
        i16::try_from(year).unwrap_or_default(),
        small(month),
        small(day),
        small(hour),
        small(minute),
        small(second),
        nanos,
    );
    let civil = civil.map_err(|_| out_of_range("day"))?;
    let zone =
        jiff::tz::Offset::from_seconds(offset * 60).map_err(|_| out_of_range("time zone offset hour"))?;
    let time = zone.to_timestamp(civil).map_err(|_| out_of_range("year"))?;
    Ok(print(time, micro))
}

/// Takes `.123` off the front; what is finer than a billionth is dropped.
fn fraction(rest: &mut &str) -> i32 {
    let Some(after) = rest.strip_prefix(['.', ',']) else { return 0 };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return 0;
    }
    let nanos = after[..digits].bytes().chain(std::iter::repeat(b'0')).take(9);
    *rest = &after[digits..];
    nanos.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'))
}

/// Takes `.123456` off the front: six digits, no more and no fewer. Go takes a sign
/// for a digit, and complains of what it comes to.
fn microseconds(rest: &mut &str) -> Result<Option<i32>, ()> {
    let Some(digits) = rest.strip_prefix(['.', ',']).and_then(|it| it.get(..6)) else { return Err(()) };
    let number: i32 = digits.parse().map_err(|_| ())?;
    *rest = &rest[7..];
    Ok((number >= 0).then_some(number * 1000))
}

fn offset_minutes(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..).filter(|rest| rest.len() == 5)?.split_once(':')?;
    let number =
        |digits: &str| digits.parse::<i32>().ok().filter(|_| digits.bytes().all(|it| it.is_ascii_digit()));
    Some(sign * (number(hours)? * 60 + number(minutes)?))
}

fn print(time: Timestamp, micro: bool) -> String {
    let civil = jiff::tz::Offset::UTC.to_datetime(time);
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()
    );
    if micro {
        let _ = write!(text, ".{:06}", civil.subsec_nanosecond() / 1000);
    }
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn times_are_printed_in_utc() {
        assert_eq!(canonical("2024-02-29T23:30:00+02:00", false).as_deref(), Ok("2024-02-29T21:30:00Z"));
        assert_eq!(
            canonical("2024-02-29T23:30:00.123456Z", true).as_deref(),
            Ok("2024-02-29T23:30:00.123456Z")
        );
        assert_eq!(canonical("2024-02-29T23:30:00.9Z", false).as_deref(), Ok("2024-02-29T23:30:00Z"));
    }

    #[test]
    fn complaints_are_those_of_go() {
        assert_eq!(
            canonical("yesterday", false),
            Err(r#"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#
                .to_owned())
        );
        assert_eq!(
            canonical("2024-13-01T00:00:00Z", false),
            Err(r#"parsing time "2024-13-01T00:00:00Z": month out of range"#.to_owned())
        );
        let of_micro = |end: &str, part: &str| {
            Err(format!(
                "parsing time \"2024-01-01T00:00:00{end}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse {part}"
            ))
        };
        for (end, said) in [
            ("Z", r#""Z" as ".000000""#),
            (".123Z", r#"".123Z" as ".000000""#),
            (".1234567Z", r#""7Z" as "Z07:00""#),
        ] {
            assert_eq!(canonical(&format!("2024-01-01T00:00:00{end}"), true), of_micro(end, said));
        }
        let said = r#"parsing time "2024-01-01T00:00:00.-12345Z": fractional second out of range"#;
        assert_eq!(canonical("2024-01-01T00:00:00.-12345Z", true), Err(said.to_owned()));
        assert!(canonical("2023-02-29T00:00:00Z", false).is_err());
        assert!(canonical("", false).is_err());
        assert!(canonical("é024-13-01T00:00:00Z", false).is_err());
    }
}
