//! Texts of a layout as times, with the words of Go's errors.

use std::rc::Rc;

use super::layout::{self, OffsetForm, Part};
use super::{DAY_SECONDS, MONTHS, Time, WEEKDAYS, Zone, days_of, is_leap, quote};

/// Why a part could not be read.
enum Trouble {
    Bad,
    OutOfRange(&'static str),
}

type Read<T> = Result<T, Trouble>;

/// What was read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanoseconds: u32,
    is_afternoon: Option<bool>,
    is_utc: bool,
    offset: Option<i32>,
    zone: String,
}

/// Reads a text; where it names no zone, it is in UTC.
pub(crate) fn parse(layout: &[u8], text: &[u8]) -> Result<Time, String> {
    let mut fields = Fields::default();
    let mut reader = Reader { rest: text };
    let mut left = layout;
    let cannot = |value: &[u8], part: &[u8]| {
        format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(text),
            quote(layout),
            quote(value),
            quote(part)
        )
    };
    loop {
        let chunk = layout::next_chunk(left);
        if reader.skip(chunk.before).is_err() {
            return Err(cannot(reader.rest, chunk.before));
        }
        let Some(part) = chunk.part else { break };
        left = chunk.rest;
        let hold = reader.rest;
        match reader.part(part, left, &mut fields) {
            Ok(()) => {}
            Err(Trouble::Bad) => return Err(cannot(hold, chunk.written)),
            Err(Trouble::OutOfRange(what)) => {
                return Err(format!("parsing time {}: {what} out of range", quote(text)));
            }
        }
    }
    if !reader.rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quote(text), quote(reader.rest)));
    }
    fields.time().map_err(|what| format!("parsing time {}: {what}", quote(text)))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Text that stands in the layout; a run of spaces is like any other.
    fn skip(&mut self, mut prefix: &[u8]) -> Read<()> {
        while let Some(first) = prefix.first() {
            if *first == b' ' {
                if self.rest.first().is_some_and(|it| *it != b' ') {
                    return Err(Trouble::Bad);
                }
                prefix = prefix.trim_ascii_start_of_spaces();
                self.rest = self.rest.trim_ascii_start_of_spaces();
                continue;
            }
            if self.rest.first() != Some(first) {
                return Err(Trouble::Bad);
            }
            prefix = &prefix[1..];
            self.rest = &self.rest[1..];
        }
        Ok(())
    }

    fn part(&mut self, part: Part, layout_rest: &[u8], fields: &mut Fields) -> Read<()> {
        match part {
            Part::Year => {
                let year = self.digits(2)?;
                fields.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Part::LongYear => fields.year = self.digits(4)?,
            Part::Month => fields.month = Some(self.name(MONTHS.iter().map(|it| &it[..3]))?),
            Part::LongMonth => fields.month = Some(self.name(MONTHS.iter().copied())?),
            Part::WeekDay => {
                self.name(WEEKDAYS.iter().map(|it| &it[..3]))?;
            }
            Part::LongWeekDay => {
                self.name(WEEKDAYS.iter().copied())?;
            }
            Part::NumMonth | Part::ZeroMonth => {
                let month = self.number(part == Part::ZeroMonth)?;
                fields.month = Some(within(month, 1..=12, "month")?);
            }
            Part::Day | Part::UnderDay | Part::ZeroDay => {
                if part == Part::UnderDay {
                    self.optional_space();
                }
                fields.day = Some(self.number(part == Part::ZeroDay)?);
            }
            Part::UnderYearDay | Part::ZeroYearDay => {
                if part == Part::UnderYearDay {
                    self.optional_space();
                    self.optional_space();
                }
                fields.day_of_year = Some(self.day_of_year(part == Part::ZeroYearDay)?);
            }
            Part::Hour => fields.hour = within(self.number(false)?, 0..=23, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => {
                fields.hour = within(self.number(part == Part::ZeroHour12)?, 0..=12, "hour")?;
            }
            Part::Minute | Part::ZeroMinute => {
                fields.minute = within(self.number(part == Part::ZeroMinute)?, 0..=59, "minute")?;
            }
            Part::Second | Part::ZeroSecond => {
                fields.second = within(self.number(part == Part::ZeroSecond)?, 0..=59, "second")?;
                self.unasked_fraction(layout_rest, fields)?;
            }
            Part::Pm => fields.is_afternoon = Some(self.half_of_day([b"AM", b"PM"])?),
            Part::LowerPm => fields.is_afternoon = Some(self.half_of_day([b"am", b"pm"])?),
            Part::ZoneName => self.zone_name(fields)?,
            Part::Offset(form) => self.offset(form, fields)?,
            Part::Fraction { digits, is_trimmed: false, .. } => {
                if self.rest.len() <= digits {
                    return Err(Trouble::Bad);
                }
                fields.nanoseconds = self.fraction(digits)?;
            }
            Part::Fraction { .. } => {
                let digits = self.fraction_digits();
                if digits > 0 {
                    fields.nanoseconds = self.fraction(digits)?;
                }
            }
        }
        Ok(())
    }

    /// A fraction of a second that the layout does not ask for is taken all the same.
    fn unasked_fraction(&mut self, layout_rest: &[u8], fields: &mut Fields) -> Read<()> {
        let digits = self.fraction_digits();
        let is_asked = matches!(layout::next_chunk(layout_rest).part, Some(Part::Fraction { .. }));
        if digits > 0 && !is_asked {
            fields.nanoseconds = self.fraction(digits)?;
        }
        Ok(())
    }

    /// How many digits stand behind a point or comma here.
    fn fraction_digits(&self) -> usize {
        if !matches!(self.rest.first(), Some(b'.' | b',')) {
            return 0;
        }
        self.rest[1..].iter().take_while(|it| it.is_ascii_digit()).count()
    }

    fn fraction(&mut self, digits: usize) -> Read<u32> {
        let (written, rest) = self.rest.split_at(1 + digits);
        if !matches!(written[0], b'.' | b',') {
            return Err(Trouble::Bad);
        }
        let kept = &written[1..written.len().min(10)];
        let value = whole(kept)?;
        self.rest = rest;
        Ok(u32::try_from(value * 10i64.pow(9 - kept.len() as u32)).unwrap_or(0))
    }

    fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Trouble::Bad)?;
        self.rest = rest;
        Ok(taken)
    }

    fn digits(&mut self, length: usize) -> Read<i64> {
        let digits = self.take(length)?;
        if !digits[0].is_ascii_digit() {
            return Err(Trouble::Bad);
        }
        whole(digits)
    }

    /// One digit or two; two if they must be.
    fn number(&mut self, must_be_two: bool) -> Read<i64> {
        let digits = self.rest.iter().take(2).take_while(|it| it.is_ascii_digit()).count();
        if digits == 0 || must_be_two && digits == 1 {
            return Err(Trouble::Bad);
        }
        whole(self.take(digits)?)
    }

    fn day_of_year(&mut self, must_be_three: bool) -> Read<i64> {
        let digits = self.rest.iter().take(3).take_while(|it| it.is_ascii_digit()).count();
        if digits == 0 || must_be_three && digits < 3 {
            return Err(Trouble::Bad);
        }
        whole(self.take(digits)?)
    }

    fn optional_space(&mut self) {
        self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
    }

    /// The number of a name, from 1; capital letters do not matter.
    fn name<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Read<i64> {
        for (index, name) in names.enumerate() {
            let start = self.rest.get(..name.len());
            if start.is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes())) {
                self.rest = &self.rest[name.len()..];
                return Ok(1 + i64::try_from(index).unwrap_or(0));
            }
        }
        Err(Trouble::Bad)
    }

    fn half_of_day(&mut self, [morning, afternoon]: [&[u8]; 2]) -> Read<bool> {
        let written = self.take(2)?;
        if written == morning || written == afternoon { Ok(written == afternoon) } else { Err(Trouble::Bad) }
    }

    fn offset(&mut self, form: OffsetForm, fields: &mut Fields) -> Read<()> {
        if form.has_z && self.rest.first() == Some(&b'Z') {
            self.rest = &self.rest[1..];
            fields.is_utc = true;
            return Ok(());
        }
        let sign = *self.rest.first().ok_or(Trouble::Bad)?;
        let groups = 1 + usize::from(form.has_minutes) + usize::from(form.has_seconds);
        let width = if form.has_colons { 3 } else { 2 };
        let written = self.take(1 + groups * width - usize::from(form.has_colons))?;
        let mut numbers = [0i64; 3];
        for (index, number) in numbers.iter_mut().take(groups).enumerate() {
            let start = 1 + index * width;
            if form.has_colons && index > 0 && written[start - 1] != b':' {
                return Err(Trouble::Bad);
            }
            *number = Reader { rest: &written[start..start + 2] }.number(true)?;
        }
        let [hours, minutes, seconds] = numbers;
        within(hours, 0..=24, "time zone offset hour")?;
        within(minutes, 0..=60, "time zone offset minute")?;
        within(seconds, 0..=60, "time zone offset second")?;
        let all = ((hours * 60 + minutes) * 60 + seconds) as i32;
        fields.offset = Some(match sign {
            b'+' => all,
            b'-' => -all,
            _ => return Err(Trouble::Bad),
        });
        Ok(())
    }

    fn zone_name(&mut self, fields: &mut Fields) -> Read<()> {
        if self.rest.starts_with(b"UTC") {
            self.rest = &self.rest[3..];
            fields.is_utc = true;
            return Ok(());
        }
        let length = zone_length(self.rest).ok_or(Trouble::Bad)?;
        let name = self.take(length)?;
        fields.zone = String::from_utf8_lossy(name).into_owned();
        Ok(())
    }
}

/// Byte strings without the spaces at their start.
trait Spaces {
    fn trim_ascii_start_of_spaces(&self) -> &Self;
}

impl Spaces for [u8] {
    fn trim_ascii_start_of_spaces(&self) -> &Self {
        &self[self.iter().take_while(|it| **it == b' ').count()..]
    }
}

fn whole(digits: &[u8]) -> Read<i64> {
    digits.iter().try_fold(0i64, |sum, digit| match digit {
        b'0'..=b'9' => Ok(sum * 10 + i64::from(digit - b'0')),
        _ => Err(Trouble::Bad),
    })
}

fn within(value: i64, range: std::ops::RangeInclusive<i64>, what: &'static str) -> Read<i64> {
    if range.contains(&value) { Ok(value) } else { Err(Trouble::OutOfRange(what)) }
}

/// The length of what looks like the name of a zone.
fn zone_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if text.starts_with(b"GMT") {
        return Some(3 + signed_hours(&text[3..]));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours(text)).filter(|it| *it > 0);
    }
    match text.iter().take(6).take_while(|it| it.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of `+3` or `-11`.
fn signed_hours(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let digits = text[1..].iter().take_while(|it| it.is_ascii_digit()).count();
    let hours = std::str::from_utf8(&text[1..=digits]).ok().and_then(|it| it.parse::<u64>().ok());
    if hours.is_some_and(|it| it <= 23) { 1 + digits } else { 0 }
}

impl Fields {
    fn time(mut self) -> Result<Time, &'static str> {
        match self.is_afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        if let Some(day) = self.day_of_year {
            self.use_day_of_year(day)?;
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        let days = days_of(self.year, month, day);
        if day < 1 || days >= days_of(self.year, month + 1, 1) {
            return Err("day out of range");
        }
        let clock = (self.hour * 60 + self.minute) * 60 + self.second;
        let time = Time::utc(days * DAY_SECONDS + clock, self.nanoseconds);
        Ok(self.in_its_zone(time))
    }

    fn use_day_of_year(&mut self, day: i64) -> Result<(), &'static str> {
        let most = if is_leap(self.year) { 366 } else { 365 };
        if !(1..=most).contains(&day) {
            return Err("day-of-year out of range");
        }
        let first = days_of(self.year, 1, 1);
        let month = (1..=12).rfind(|it| days_of(self.year, *it, 1) - first < day).unwrap_or(1);
        let of_month = day - (days_of(self.year, month, 1) - first);
        if self.month.is_some_and(|it| it != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|it| it != of_month) {
            return Err("day-of-year does not match day");
        }
        (self.month, self.day) = (Some(month), Some(of_month));
        Ok(())
    }

    fn in_its_zone(self, time: Time) -> Time {
        if self.is_utc {
            return time;
        }
        if let Some(offset) = self.offset {
            let shifted = Time { seconds: time.seconds - i64::from(offset), ..time };
            // The local zone is taken where it fits.
            if offset == 0 && matches!(self.zone.as_str(), "" | "UTC") {
                return shifted;
            }
            return shifted.in_zone(Zone::Fixed(Rc::from(self.zone), offset));
        }
        if self.zone.is_empty() {
            return time;
        }
        // A name alone says nothing of the offset, save with `GMT+3`.
        let hours = self.zone.strip_prefix("GMT").and_then(|it| it.parse::<i32>().ok()).unwrap_or(0);
        time.in_zone(Zone::Fixed(Rc::from(self.zone.as_str()), hours * 3600))
    }
}
