//! Amounts of resources, as `k8s.io/apimachinery` reads, rounds and prints them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use seatrial_yaml::{Node, Value};

const NANOS: i128 = 1_000_000_000;
/// The most that is held of what is written with a binary suffix.
const MOST_BINARY: i128 = i64::MAX as i128 * NANOS;

/// The family of suffixes that an amount is printed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuantityFormat {
    /// `12e6`
    DecimalExponent,
    /// `12Mi`
    BinarySi,
    /// `12M`
    #[default]
    DecimalSi,
}

/// A fixed-point number, exact to a billionth; anything finer is rounded away
/// from zero, as upstream does.
///
/// Amounts beyond 10^29 saturate; upstream carries on with arbitrary precision
/// there (and hangs on exponents in the billions). Negative amounts are rounded
/// like positive ones, where upstream's whole values depend on how they are held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quantity {
    nanos: i128,
    format: QuantityFormat,
}

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// It is not a number followed by a suffix.
    Format,
    /// The suffix is none of the known ones.
    Suffix,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Format => "not a number with a suffix",
            Self::Suffix => "not a suffix of quantities",
        })
    }
}

impl std::error::Error for QuantityError {}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nanos: 0, format: QuantityFormat::DecimalSi };

    /// A whole number.
    pub fn from_units(units: i64, format: QuantityFormat) -> Self {
        Self { nanos: i128::from(units) * NANOS, format }
    }

    /// A number of thousandths.
    pub fn from_millis(millis: i64, format: QuantityFormat) -> Self {
        Self { nanos: i128::from(millis) * (NANOS / 1000), format }
    }

    /// What a field holds, as the API server decodes it: a string (spaces around
    /// it are dropped) or a plain number. None for null and for collections.
    pub fn of(node: Node<'_>) -> Option<Result<Self, QuantityError>> {
        match node.value() {
            Value::Str(text) => Some(text.trim().parse()),
            Value::Int(number) => Some(number.to_string().parse()),
            Value::Uint(number) => Some(number.to_string().parse()),
            Value::Float(number) => Some(json_number(number).parse()),
            Value::Bool(_) => Some(Err(QuantityError::Format)),
            _ => None,
        }
    }

    /// A text as it is printed once it was read.
    pub fn canonical(text: &str) -> Result<Cow<'_, str>, QuantityError> {
        if let Some((number, scale)) = plain(text) {
            let step = if scale.binary > 0 { 1024 } else { 1000 };
            // Beyond the range it is printed as the most there is.
            if number % step != 0 && !text.starts_with('0') && plain_nanos(number, scale) < MOST_BINARY {
                return Ok(Cow::Borrowed(text));
            }
        }
        if is_kept(text) {
            return Ok(Cow::Borrowed(text));
        }
        text.parse().map(|amount: Self| Cow::Owned(amount.to_string()))
    }

    /// The family of suffixes it is printed with.
    pub fn format(self) -> QuantityFormat {
        self.format
    }

    /// The whole number, rounded away from zero, within 64 bits.
    pub fn value(self) -> i64 {
        self.scaled(NANOS)
    }

    /// The number of thousandths, rounded away from zero, within 64 bits.
    pub fn milli_value(self) -> i64 {
        self.scaled(NANOS / 1000)
    }

    /// The number of billionths.
    pub fn nanos(self) -> i128 {
        self.nanos
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it is below nothing.
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        self.nanos as f64 / NANOS as f64
    }

    /// The sum; nothing plus something takes the other's format.
    pub fn plus(self, other: Self) -> Self {
        Self { nanos: self.nanos.saturating_add(other.nanos), format: self.joint_format(other) }
    }

    /// The difference; nothing minus something takes the other's format.
    pub fn minus(self, other: Self) -> Self {
        Self { nanos: self.nanos.saturating_sub(other.nanos), format: self.joint_format(other) }
    }

    /// As many times as much.
    pub fn times(self, count: i64) -> Self {
        Self { nanos: self.nanos.saturating_mul(i128::from(count)), format: self.format }
    }

    fn joint_format(self, other: Self) -> QuantityFormat {
        if self.is_zero() { other.format } else { self.format }
    }

    fn scaled(self, unit: i128) -> i64 {
        let rounded = divide_away_from_zero(self.nanos, unit);
        i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
    }
}

fn divide_away_from_zero(number: i128, unit: i128) -> i128 {
    let rest = number % unit;
    number / unit + rest.signum()
}

/// How Go writes a floating-point number in JSON, near enough to be parsed back.
fn json_number(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) { format!("{number:e}") } else { format!("{number}") }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nanos.hash(state);
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Format);
        }
        if let Some((number, scale)) = plain(text) {
            return Ok(Self { nanos: plain_nanos(number, scale), format: scale.format });
        }
        let parts = split(text)?;
        let scale = Scale::of(parts.suffix).ok_or(QuantityError::Suffix)?;
        // Without a digit, upstream reads nothing as zero only on its fast path.
        if !parts.has_digits && (scale.binary >= 50 || scale.decimal < -9) {
            return Err(QuantityError::Format);
        }
        let size = magnitude(&parts, scale);
        let below_one = scale.format == QuantityFormat::BinarySi && size > 0 && size < NANOS;
        let format = if below_one { QuantityFormat::DecimalSi } else { scale.format };
        Ok(Self { nanos: if parts.negative { -size } else { size }, format })
    }
}

/// Whether upstream keeps a text as it was written: its fast path takes some for
/// canonical that are not, as `+5`, `05Ki` or `1.500`.
fn is_kept(text: &str) -> bool {
    const DIGITS_MAX: usize = 18;
    const BINARY_DIGITS_MAX: usize = 14;
    let Ok(parts) = split(text) else { return false };
    let Some(scale) = Scale::of(parts.suffix) else { return false };
    let whole = if parts.whole.is_empty() { "0" } else { parts.whole };
    if scale.format == QuantityFormat::BinarySi {
        let lost = scale.binary as usize * 3 / 10;
        let is_short = parts.fraction.is_empty() && whole.len() + lost <= BINARY_DIGITS_MAX;
        return is_short && whole.parse().is_ok_and(|number: u64| !number.is_multiple_of(8));
    }
    let places = parts.fraction.len();
    if whole.len() + places > DIGITS_MAX {
        return false;
    }
    let power = i64::from(scale.decimal) - i64::try_from(places).unwrap_or(i64::MAX);
    let number = format!("{whole}{}", parts.fraction);
    power >= -9 && power % 3 == 0 && !number.ends_with("000") && !number.starts_with('0')
}

/// What nearly all are: a few digits and a suffix.
fn plain(text: &str) -> Option<(i128, Scale)> {
    const DIGITS_MAX: usize = 9;
    let (whole, suffix) = digits(text);
    if whole.is_empty() || whole.len() > DIGITS_MAX || suffix.len() > 2 || suffix.starts_with(['e', '.']) {
        return None;
    }
    let number = whole.bytes().fold(0_u32, |number, digit| 10 * number + u32::from(digit - b'0'));
    Scale::of(suffix).filter(|it| it.format != QuantityFormat::DecimalExponent).map(|it| (number.into(), it))
}

/// The number of billionths; so few digits cannot overflow.
fn plain_nanos(number: i128, scale: Scale) -> i128 {
    let nanos = (number << scale.binary) * 10_i128.pow((scale.decimal + 9).unsigned_abs());
    if scale.format == QuantityFormat::BinarySi { nanos.min(MOST_BINARY) } else { nanos }
}

/// A quantity's text, taken apart as upstream does; an empty number is zero.
struct Parts<'a> {
    negative: bool,
    has_digits: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

fn split(text: &str) -> Result<Parts<'_>, QuantityError> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let significant = unsigned.trim_start_matches('0');
    let (whole, rest) = digits(significant);
    let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), digits);
    let letters = suffix.trim_start_matches(|it| "eEinumkKMGTP".contains(it));
    let exponent = letters.strip_prefix(['-', '+']).unwrap_or(letters);
    if !exponent.bytes().all(|it| it.is_ascii_digit()) {
        return Err(QuantityError::Format);
    }
    let zeros = unsigned.len() > significant.len();
    let has_digits = zeros || !whole.is_empty() || !fraction.is_empty();
    Ok(Parts { negative, has_digits, whole, fraction, suffix })
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|it| !it.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// What a suffix multiplies by: a power of two times a power of ten.
#[derive(Clone, Copy)]
struct Scale {
    binary: u32,
    decimal: i32,
    format: QuantityFormat,
}

const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Scale {
    fn of(suffix: &str) -> Option<Self> {
        if let Some(&(_, decimal)) = DECIMAL.iter().find(|it| it.0 == suffix) {
            return Some(Self { binary: 0, decimal, format: QuantityFormat::DecimalSi });
        }
        if let Some(place) = BINARY.iter().position(|it| *it == suffix) {
            return Some(Self { binary: 10 * place as u32, decimal: 0, format: QuantityFormat::BinarySi });
        }
        // Upstream keeps the low 32 bits of the exponent.
        let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
        Some(Self { binary: 0, decimal: exponent as i32, format: QuantityFormat::DecimalExponent })
    }
}

/// The number of billionths, rounded up, at most what 127 bits hold.
fn magnitude(parts: &Parts<'_>, scale: Scale) -> i128 {
    let mut digits = Digits::default();
    parts.whole.bytes().for_each(|it| digits.push(it, false));
    parts.fraction.bytes().for_each(|it| digits.push(it, true));
    digits.shrink_to(u128::MAX >> (scale.binary + 1));
    let scaled = digits.number << scale.binary;
    let power = i64::from(scale.decimal) + digits.exponent + 9;
    let nanos = i128::try_from(shift_decimal(scaled, power, digits.more)).unwrap_or(i128::MAX);
    match scale.format {
        QuantityFormat::BinarySi => nanos.min(MOST_BINARY),
        _ => nanos,
    }
}

/// A decimal number: `number * 10^exponent`, and a little more where digits
/// were dropped.
#[derive(Default)]
struct Digits {
    number: u128,
    exponent: i64,
    more: bool,
}

impl Digits {
    fn push(&mut self, digit: u8, fraction: bool) {
        let digit = u128::from(digit - b'0');
        match self.number.checked_mul(10).and_then(|it| it.checked_add(digit)) {
            Some(number) if number < u128::MAX / 10 => {
                self.number = number;
                self.exponent -= i64::from(fraction);
            }
            _ => {
                self.more |= digit != 0;
                self.exponent += i64::from(!fraction);
            }
        }
    }

    fn shrink_to(&mut self, most: u128) {
        while self.number > most {
            self.more |= !self.number.is_multiple_of(10);
            self.number /= 10;
            self.exponent += 1;
        }
    }
}

fn shift_decimal(number: u128, power: i64, more: bool) -> u128 {
    if number == 0 && !more {
        return 0;
    }
    let factor = u32::try_from(power.unsigned_abs()).ok().and_then(|it| 10_u128.checked_pow(it));
    if power >= 0 {
        return factor.and_then(|it| number.checked_mul(it)).unwrap_or(u128::MAX);
    }
    // A divisor beyond the range leaves a sliver, which rounds up to one.
    factor.map_or(1, |it| {
        let exact = number.is_multiple_of(it) && !more;
        number / it + u128::from(!exact)
    })
}

/// Prints the canonical form.
impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return out.write_str("0");
        }
        let small = self.nanos.unsigned_abs() < 1024 * NANOS.unsigned_abs();
        match self.format {
            QuantityFormat::BinarySi if !small && self.nanos % NANOS == 0 => {
                let (number, times) = without_factors(self.nanos / NANOS, 1024);
                write!(out, "{number}{}", BINARY.get(times as usize).copied().unwrap_or_default())
            }
            QuantityFormat::DecimalExponent => {
                let (number, exponent) = self.engineering();
                write!(out, "{number}")?;
                if exponent == 0 { Ok(()) } else { write!(out, "e{exponent}") }
            }
            _ => {
                // Beyond `E` upstream prints no suffix at all.
                let (number, exponent) = self.engineering();
                let suffix = DECIMAL.iter().find(|it| it.1 == exponent).map_or("", |it| it.0);
                write!(out, "{number}{suffix}")
            }
        }
    }
}

impl Quantity {
    /// A number and an exponent of ten that is a multiple of three.
    fn engineering(self) -> (i128, i32) {
        let (number, times) = without_factors(self.nanos, 10);
        let exponent = times.cast_signed() - 9;
        let over = exponent.rem_euclid(3);
        (number * 10_i128.pow(over.unsigned_abs()), exponent - over)
    }
}

fn without_factors(mut number: i128, factor: i128) -> (i128, u32) {
    let mut times = 0;
    while number != 0 && number % factor == 0 {
        number /= factor;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Quantity {
        text.parse().expect("a quantity")
    }

    fn canonical(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let printed = text.parse::<Quantity>().map_or_else(|_| "!".to_owned(), |it| it.to_string());
            assert_eq!(&printed, expected, "{text}");
            let read = Quantity::canonical(text).expect("a quantity");
            assert!(read == *printed || is_kept(text) && read == *text, "{text}: {read}");
        }
    }

    #[test]
    fn some_odd_spellings_are_kept_as_upstream_keeps_them() {
        for kept in ["1.", "1.G", "+5", "007", "1E3", "1e+3", "5e0", "1.500", "05Ki", "+5Ki", "5.Ki"] {
            assert_eq!(Quantity::canonical(kept).as_deref(), Ok(kept));
        }
        for (text, printed) in [
            ("08Ki", "8Ki"),
            ("1.5Ki", "1536"),
            ("2.000", "2"),
            ("0.500", "500m"),
            ("12345e1", "123450"),
            ("100000000000000000", "100P"),
            ("+0", "0"),
        ] {
            assert_eq!(Quantity::canonical(text).as_deref(), Ok(printed));
        }
    }

    #[test]
    fn few_digits_are_read_as_many_are() {
        let suffixes = DECIMAL.iter().map(|it| it.0).chain(BINARY).chain(["e3", "E3", "e", "Mb", "."]);
        for suffix in suffixes {
            for number in [0, 1, 7, 100, 999, 1000, 1024, 1500, 999_999_999] {
                // So many zeros that it is not read the short way.
                let (short, long) = (format!("{number}{suffix}"), format!("{number:010}{suffix}"));
                let [short_read, long_read] = [&short, &long].map(|it| it.parse::<Quantity>());
                assert_eq!(short_read, long_read, "{short}");
                let printed = long_read.map(|it| it.to_string());
                if !is_kept(&short) {
                    assert_eq!(Quantity::canonical(&short).map(Cow::into_owned), printed, "{short}");
                }
                assert_eq!(short_read.map(Quantity::format), long_read.map(Quantity::format), "{short}");
            }
        }
    }

    #[test]
    fn suffixes_keep_their_family() {
        canonical(&[
            ("0", "0"),
            ("100m", "100m"),
            ("1500m", "1500m"),
            ("1000m", "1"),
            ("1k", "1k"),
            ("1P", "1P"),
            ("1E", "1E"),
            ("1u", "1u"),
            ("1n", "1n"),
            ("1Ki", "1Ki"),
            ("1024Ki", "1Mi"),
            ("1500Ki", "1500Ki"),
            ("1Ti", "1Ti"),
            ("1.5Gi", "1536Mi"),
            ("0.5Gi", "512Mi"),
            ("-1.5Gi", "-1536Mi"),
            ("1e3", "1e3"),
            ("1E3", "1e3"),
            ("1e+3", "1e3"),
            ("1e-3", "1e-3"),
            ("1e5", "100e3"),
            ("12345e1", "123450"),
            ("1.5e2", "150"),
            ("5e0", "5"),
            ("100e-2", "1"),
        ]);
    }

    #[test]
    fn binary_amounts_that_are_no_whole_number_are_printed_as_decimals() {
        canonical(&[("0.1Ki", "102400m"), ("0.3Ki", "307200m"), ("0.5Ki", "512"), ("1023", "1023")]);
    }

    #[test]
    fn odd_spellings_are_read_as_upstream_reads_them() {
        canonical(&[
            ("-", "0"),
            ("+", "0"),
            ("-0", "0"),
            (".", "0"),
            (".5", "500m"),
            ("1.", "1"),
            ("1.G", "1G"),
            ("+5", "5"),
            ("007", "7"),
            ("Ti", "0"),
        ]);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            " 1",
            "1 ",
            "12e",
            "1e",
            "1e1e1",
            "1.2.3",
            "1K",
            "1MI",
            "1mi",
            "1mm",
            "0x10",
            "1_000",
            "1e3m",
            "1GB",
            "1Gib",
            "512MB",
            "two",
            "Pi",
            "e-12",
            "${CPU}",
            "1Ki5",
            "1e99999999999999999999",
        ] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn anything_finer_than_a_billionth_is_rounded_up() {
        canonical(&[
            ("0.0000000001", "1n"),
            ("1.5n", "2n"),
            ("1.23456789012n", "2n"),
            ("1e-10", "1e-9"),
            ("-1.5n", "-2n"),
            ("1e-400", "1e-9"),
        ]);
    }

    #[test]
    fn binary_amounts_stop_at_64_bits() {
        canonical(&[
            ("8Ei", "9223372036854775807"),
            ("10Ei", "9223372036854775807"),
            ("100000000000000000000Mi", "9223372036854775807"),
            ("9223372036854775808", "9223372036854775808"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ]);
    }

    #[test]
    fn amounts_out_of_range_neither_hang_nor_overflow() {
        for text in ["1e400", "-1e400", "1e3000000000", "7e2147483647", "1E2147483648"] {
            let quantity = read(text);
            assert_eq!(quantity.times(i64::MAX).plus(quantity).nanos() < 0, text.starts_with('-'));
            assert!(!quantity.to_string().is_empty());
        }
        assert_eq!(read(&"9".repeat(100_000)).value(), i64::MAX);
    }

    #[test]
    fn values_are_rounded_away_from_zero() {
        let values = |text: &str| (read(text).value(), read(text).milli_value());
        assert_eq!(values("100m"), (1, 100));
        assert_eq!(values("1500m"), (2, 1500));
        assert_eq!(values("-500m"), (-1, -500));
        assert_eq!(values("1u"), (1, 1));
        assert_eq!(values("0.3Ki"), (308, 307_200));
        assert_eq!(values("1Gi"), (1 << 30, (1 << 30) * 1000));
        assert_eq!(values("8Ei"), (i64::MAX, i64::MAX));
    }

    #[test]
    fn amounts_compare_by_value() {
        assert_eq!(read("1"), read("1000m"));
        assert_eq!(read("1Ki"), read("1024"));
        assert!(read("1Gi") > read("1G"));
        assert!(read("-1") < Quantity::ZERO);
    }

    #[test]
    fn arithmetic_keeps_the_first_format() {
        assert_eq!(read("1Gi").plus(read("512Mi")).to_string(), "1536Mi");
        assert_eq!(Quantity::ZERO.plus(read("2Gi")).to_string(), "2Gi");
        assert_eq!(read("1").minus(read("250m")).to_string(), "750m");
        assert_eq!(read("250m").times(4).to_string(), "1");
        assert_eq!(Quantity::ZERO.minus(read("1Ki")).to_string(), "-1Ki");
    }
}
