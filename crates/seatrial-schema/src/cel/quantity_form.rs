//! How `k8s.io/apimachinery/pkg/api/resource` (v0.36.2) holds an amount: most as
//! a number of 64 bits with a power of ten, the rest as a decimal number of any
//! length. Only the first kind is ever taken for whole, and only without digits
//! behind the point, so `1000m` is none.

/// A number and the power of ten it is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fast {
    value: i64,
    scale: i32,
}

/// What is known about an amount besides how much it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityForm {
    fast: Option<Fast>,
    /// Whether it is a sum or difference, which upstream holds by reference.
    pub(super) computed: bool,
}

/// How many digits surely fit into 64 bits.
const DIGITS: i32 = 18;

impl QuantityForm {
    /// The form of an amount that has been read from that text.
    pub(super) fn of_text(text: &str) -> Self {
        Self { fast: fast(text), computed: false }
    }

    pub(super) fn of_int(number: i64) -> Self {
        Self { fast: Some(Fast { value: number, scale: 0 }), computed: false }
    }

    /// The form of the sum.
    pub(super) fn plus(self, other: Self) -> Self {
        let fast = self.fast.zip(other.fast).and_then(|(a, b)| a.plus(b));
        Self { fast, computed: true }
    }

    /// The form of the difference.
    pub(super) fn minus(self, other: Self) -> Self {
        let negated = other.fast.and_then(|it| Some(Fast { value: it.value.checked_neg()?, ..it }));
        self.plus(Self { fast: negated, computed: false })
    }

    /// The whole number it is taken for, if any.
    pub(super) fn whole(self) -> Option<i64> {
        self.fast.filter(|it| it.scale >= 0).and_then(|it| scaled(it.value, it.scale))
    }
}

impl Fast {
    fn plus(self, other: Self) -> Option<Self> {
        if other.value == 0 {
            return Some(self);
        }
        if self.value == 0 {
            return Some(other);
        }
        let scale = self.scale.min(other.scale);
        let a = scaled(self.value, self.scale - scale)?;
        let b = scaled(other.value, other.scale - scale)?;
        Some(Self { value: a.checked_add(b)?, scale })
    }
}

fn scaled(value: i64, scale: i32) -> Option<i64> {
    value.checked_mul(10i64.checked_pow(u32::try_from(scale).ok()?)?)
}

/// The fast form of a valid quantity, if upstream takes that.
fn fast(text: &str) -> Option<Fast> {
    let negative = text.starts_with('-');
    let unsigned = text.trim_start_matches(['-', '+']).trim_start_matches('0');
    let digits_end = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = unsigned.split_at(digits_end(unsigned));
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(behind) => behind.split_at(digits_end(behind)),
        None => ("", rest),
    };
    let whole = if whole.is_empty() { "0" } else { whole };
    let digits = (whole.len() + fraction.len()) as i32;
    let (scale, factor, room) = match suffix.strip_suffix('i') {
        Some(letter) => {
            let bits = 10 * ("KMGTPE".find(letter)? as i32 + 1);
            if !fraction.is_empty() {
                return None;
            }
            (0, 1i64 << bits, 15 - whole.len() as i32 - (f64::from(bits) * 0.3) as i32 - 1)
        }
        None => (decimal_exponent(suffix)? - fraction.len() as i32, 1, DIGITS - digits),
    };
    if room < 0 || scale < -9 {
        return None;
    }
    let value = format!("{whole}{fraction}").parse::<i64>().ok()?.checked_mul(factor)?;
    Some(Fast { value: if negative { -value } else { value }, scale })
}

fn decimal_exponent(suffix: &str) -> Option<i32> {
    const LETTERS: [(&str, i32); 10] = [
        ("n", -9),
        ("u", -6),
        ("m", -3),
        ("", 0),
        ("k", 3),
        ("M", 6),
        ("G", 9),
        ("T", 12),
        ("P", 15),
        ("E", 18),
    ];
    let named = LETTERS.iter().find(|(letter, _)| *letter == suffix).map(|(_, exponent)| *exponent);
    named.or_else(|| suffix.strip_prefix(['e', 'E'])?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_digits_behind_the_point_is_not_whole() {
        let whole = |text| QuantityForm::of_text(text).whole();
        assert_eq!((whole("2k"), whole("1Mi"), whole("-3e2")), (Some(2000), Some(1 << 20), Some(-300)));
        assert_eq!((whole("1000m"), whole("1.0"), whole("0.5Gi")), (None, None, None));
        let half = QuantityForm::of_text("500m");
        assert_eq!(half.plus(half).whole(), None);
        assert_eq!(QuantityForm::of_int(3).minus(QuantityForm::of_int(1)).whole(), Some(2));
    }
}
