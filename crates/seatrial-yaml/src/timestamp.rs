//! Points in time as `go.yaml.in/yaml` reads them: four layouts of Go's
//! `time.Parse`, which is lax about digits and strict about the calendar.

use std::fmt::Write;

/// A point in time, kept as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    date: (u16, u8, u8),
    clock: (u8, u8, u8),
    nanos: u32,
    /// Minutes east of Greenwich.
    offset: i32,
}

impl Timestamp {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut rest = Reader(&bytes[5..]);
        let year = text[..4].parse().ok()?;
        let month = rest.number(1..=12)?;
        rest.expect(b'-')?;
        let day = rest.number(1..=31)?;
        if day > days_in(year, month) {
            return None;
        }
        let midnight = Self { date: (year, month, day), clock: (0, 0, 0), nanos: 0, offset: 0 };
        if rest.0.is_empty() { Some(midnight) } else { midnight.with_clock(rest) }
    }

    fn with_clock(self, mut rest: Reader<'_>) -> Option<Self> {
        let zoned = rest.separator()?;
        let hour = rest.number(0..=23)?;
        rest.expect(b':')?;
        let minute = rest.number(0..=59)?;
        rest.expect(b':')?;
        let second = rest.number(0..=59)?;
        let nanos = rest.fraction();
        let offset = if zoned { rest.offset()? } else { 0 };
        rest.0.is_empty().then_some(Self { clock: (hour, minute, second), nanos, offset, ..self })
    }

    /// Whether Go can write it as JSON: that wants offsets below a day.
    pub(crate) fn has_json(self) -> bool {
        self.offset.abs() < 24 * 60
    }

    /// As Go writes it in JSON.
    pub(crate) fn to_rfc3339(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date, self.clock);
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.nanos > 0 {
            let digits = format!("{:09}", self.nanos);
            text.push('.');
            text.push_str(digits.trim_end_matches('0'));
        }
        if self.offset == 0 {
            text.push('Z');
            return text;
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60).expect("a string takes everything");
        text
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    /// One or two digits within a range.
    fn number(&mut self, range: std::ops::RangeInclusive<u8>) -> Option<u8> {
        let len = self.0.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(len);
        self.0 = rest;
        let value = digits.iter().fold(0, |value, digit| value * 10 + (digit - b'0'));
        (len > 0 && range.contains(&value)).then_some(value)
    }

    /// What stands between date and clock; true if an offset must follow.
    fn separator(&mut self) -> Option<bool> {
        if self.expect(b'T').or_else(|| self.expect(b't')).is_some() {
            return Some(true);
        }
        self.expect(b' ')?;
        while self.expect(b' ').is_some() {}
        Some(false)
    }

    /// A fraction of a second, of which nine digits count.
    fn fraction(&mut self) -> u32 {
        let [b'.' | b',', digits @ ..] = self.0 else { return 0 };
        let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if len == 0 {
            return 0;
        }
        self.0 = &digits[len..];
        (0..9).fold(0, |nanos, at| nanos * 10 + if at < len { u32::from(digits[at] - b'0') } else { 0 })
    }

    fn offset(&mut self) -> Option<i32> {
        if self.expect(b'Z').is_some() {
            return Some(0);
        }
        let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, rest @ ..] = self.0 else { return None };
        let hours = Reader(&[*h1, *h2]).both_digits(24)?;
        let minutes = Reader(&[*m1, *m2]).both_digits(60)?;
        self.0 = rest;
        let total = hours * 60 + minutes;
        Some(if *sign == b'-' { -total } else { total })
    }

    fn both_digits(&mut self, most: u8) -> Option<i32> {
        let value = self.number(0..=most)?;
        self.0.is_empty().then_some(i32::from(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, json) in [
            ("2001-12-14", "2001-12-14T00:00:00Z"),
            ("2001-1-2", "2001-01-02T00:00:00Z"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"),
            ("2001-12-14   1:2:3,5", "2001-12-14T01:02:03.5Z"),
            ("2001-12-14T21:59:43.1234567891Z", "2001-12-14T21:59:43.123456789Z"),
            ("2000-02-29", "2000-02-29T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::to_rfc3339).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for text in [
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43Z",
            "2001-12-14 21:59:43.10 -5",
            "2001-13-01",
            "2001-02-29",
            "2001-12-14 ",
            "2001-12",
            "20011-2-14",
            "2001-12-14T24:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
