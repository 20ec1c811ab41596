//! Layouts: the parts of `Mon Jan 2 15:04:05 MST 2006`, and times in their form.

use super::{MONTHS, Shown, WEEKDAYS};

/// A part of a layout that stands for a part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    Pm,
    LowerPm,
    ZoneName,
    Offset(OffsetForm),
    /// So many digits of a second.
    Fraction {
        digits: usize,
        is_trimmed: bool,
        separator: u8,
    },
}

/// How an offset from Greenwich is written.
#[expect(clippy::struct_excessive_bools, reason = "each says what is written, and they combine")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetForm {
    /// `Z` stands for none.
    pub(super) has_z: bool,
    pub(super) has_colons: bool,
    pub(super) has_minutes: bool,
    pub(super) has_seconds: bool,
}

/// The words of layouts, the longest first where one begins like another.
const WORDS: [(&[u8], Part); 22] = [
    (b"January", Part::LongMonth),
    (b"Monday", Part::LongWeekDay),
    (b"MST", Part::ZoneName),
    (b"002", Part::ZeroYearDay),
    (b"01", Part::ZeroMonth),
    (b"02", Part::ZeroDay),
    (b"03", Part::ZeroHour12),
    (b"04", Part::ZeroMinute),
    (b"05", Part::ZeroSecond),
    (b"06", Part::Year),
    (b"15", Part::Hour),
    (b"1", Part::NumMonth),
    (b"2006", Part::LongYear),
    (b"2", Part::Day),
    (b"__2", Part::UnderYearDay),
    (b"_2", Part::UnderDay),
    (b"3", Part::Hour12),
    (b"4", Part::Minute),
    (b"5", Part::Second),
    (b"PM", Part::Pm),
    (b"pm", Part::LowerPm),
    (
        b"Z070000",
        Part::Offset(OffsetForm { has_z: true, has_colons: false, has_minutes: true, has_seconds: true }),
    ),
];

/// A layout cut at its first part: the text before it, the part, the rest.
pub(super) struct Chunk<'a> {
    pub(super) before: &'a [u8],
    pub(super) part: Option<Part>,
    /// The part as it is written.
    pub(super) written: &'a [u8],
    pub(super) rest: &'a [u8],
}

pub(super) fn next_chunk(layout: &[u8]) -> Chunk<'_> {
    for at in 0..layout.len() {
        if let Some((part, skip, length)) = part_at(&layout[at..]) {
            let at = at + skip;
            return Chunk {
                before: &layout[..at],
                part: Some(part),
                written: &layout[at..at + length],
                rest: &layout[at + length..],
            };
        }
    }
    Chunk { before: layout, part: None, written: &[], rest: &[] }
}

/// The part at the start of a text, how much stands before it, and its length.
fn part_at(text: &[u8]) -> Option<(Part, usize, usize)> {
    let first = *text.first()?;
    if first == b'.' || first == b',' {
        return fraction(text).map(|(part, length)| (part, 0, length));
    }
    if first == b'-' || first == b'Z' {
        return offset(text).map(|(part, length)| (part, 0, length));
    }
    if text.starts_with(b"_2006") {
        return Some((Part::LongYear, 1, 4));
    }
    for (short, part) in [(b"Jan", Part::Month), (b"Mon", Part::WeekDay)] {
        let long = if part == Part::Month { b"January".as_slice() } else { b"Monday" };
        let continues = text.get(3).is_some_and(u8::is_ascii_lowercase);
        if text.starts_with(short) && !text.starts_with(long) {
            return (!continues).then_some((part, 0, 3));
        }
    }
    let (word, part) = WORDS.iter().find(|(word, _)| text.starts_with(word))?;
    Some((*part, 0, word.len()))
}

/// `.000` or `,999`, unless more digits follow.
fn fraction(text: &[u8]) -> Option<(Part, usize)> {
    let digit = *text.get(1).filter(|it| matches!(it, b'0' | b'9'))?;
    let digits = text[1..].iter().take_while(|it| **it == digit).count();
    if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((Part::Fraction { digits, is_trimmed: digit == b'9', separator: text[0] }, 1 + digits))
}

fn offset(text: &[u8]) -> Option<(Part, usize)> {
    let has_z = text[0] == b'Z';
    let forms: [(&[u8], bool, bool, bool); 5] = [
        (b"070000", false, true, true),
        (b"07:00:00", true, true, true),
        (b"0700", false, true, false),
        (b"07:00", true, true, false),
        (b"07", false, false, false),
    ];
    let (form, has_colons, has_minutes, has_seconds) =
        forms.into_iter().find(|(form, ..)| text[1..].starts_with(form))?;
    Some((Part::Offset(OffsetForm { has_z, has_colons, has_minutes, has_seconds }), form.len() + 1))
}

/// A time in the form of a layout.
pub(super) fn format(layout: &[u8], time: &Shown, nanoseconds: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    loop {
        let chunk = next_chunk(rest);
        out.extend_from_slice(chunk.before);
        let Some(part) = chunk.part else { return out };
        rest = chunk.rest;
        out.extend_from_slice(show(part, time, nanoseconds).as_bytes());
    }
}

fn show(part: Part, time: &Shown, nanoseconds: u32) -> String {
    let hour12 = if time.hour.is_multiple_of(12) { 12 } else { time.hour % 12 };
    let month = MONTHS[time.month as usize - 1];
    let weekday = WEEKDAYS[time.weekday as usize];
    let is_afternoon = time.hour >= 12;
    match part {
        Part::LongMonth => month.to_owned(),
        Part::Month => month[..3].to_owned(),
        Part::NumMonth => time.month.to_string(),
        Part::ZeroMonth => format!("{:02}", time.month),
        Part::LongWeekDay => weekday.to_owned(),
        Part::WeekDay => weekday[..3].to_owned(),
        Part::Day => time.day.to_string(),
        Part::UnderDay => format!("{:2}", time.day),
        Part::ZeroDay => format!("{:02}", time.day),
        Part::UnderYearDay => format!("{:3}", time.day_of_year),
        Part::ZeroYearDay => format!("{:03}", time.day_of_year),
        Part::Hour => format!("{:02}", time.hour),
        Part::Hour12 => hour12.to_string(),
        Part::ZeroHour12 => format!("{hour12:02}"),
        Part::Minute => time.minute.to_string(),
        Part::ZeroMinute => format!("{:02}", time.minute),
        Part::Second => time.second.to_string(),
        Part::ZeroSecond => format!("{:02}", time.second),
        Part::LongYear if time.year < 0 => format!("-{:04}", time.year.unsigned_abs()),
        Part::LongYear => format!("{:04}", time.year),
        Part::Year => format!("{:02}", time.year.max(0) % 100),
        Part::Pm => if is_afternoon { "PM" } else { "AM" }.to_owned(),
        Part::LowerPm => if is_afternoon { "pm" } else { "am" }.to_owned(),
        Part::ZoneName if !time.zone.is_empty() => time.zone.to_string(),
        Part::ZoneName => {
            let plain = OffsetForm { has_z: false, has_colons: false, has_minutes: true, has_seconds: false };
            show_offset(plain, time.offset)
        }
        Part::Offset(form) => show_offset(form, time.offset),
        Part::Fraction { digits, is_trimmed, separator } => {
            let all = format!("{nanoseconds:09}{:0<1$}", "", digits.saturating_sub(9));
            let kept = &all[..digits];
            let kept = if is_trimmed { kept.trim_end_matches('0') } else { kept };
            if kept.is_empty() { String::new() } else { format!("{}{kept}", char::from(separator)) }
        }
    }
}

fn show_offset(form: OffsetForm, offset: i32) -> String {
    if form.has_z && offset == 0 {
        return "Z".to_owned();
    }
    // The sign is that of the whole minutes.
    let sign = if offset / 60 < 0 { '-' } else { '+' };
    let all = offset.unsigned_abs();
    let colon = if form.has_colons { ":" } else { "" };
    let mut text = format!("{sign}{:02}", all / 3600);
    if form.has_minutes {
        crate::go::push(&mut text, format_args!("{colon}{:02}", all / 60 % 60));
    }
    if form.has_seconds {
        crate::go::push(&mut text, format_args!("{colon}{:02}", all % 60));
    }
    text
}
