//! Decimal arithmetic of any size, as shopspring/decimal does it for `addf` and
//! its kin.

use num_bigint::{BigInt, Sign};

use crate::template::Fault;

/// `digits * 10^exponent`
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    digits: BigInt,
    exponent: i32,
}

/// How many digits a quotient has after the point.
const QUOTIENT_DIGITS: i32 = 16;

/// How long numbers may grow; far above what floats can add up to.
const MOST_DIGITS: i64 = 100_000;

impl Decimal {
    /// The shortest decimal that stands for the float.
    pub(super) fn new(number: f64) -> Result<Self, Fault> {
        if !number.is_finite() {
            let name = if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(Fault::error(format!("Cannot create a Decimal from {name}")));
        }
        let shortest = format!("{number:e}");
        let (mantissa, exponent) = shortest.split_once('e').expect("written with an exponent");
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: BigInt = format!("{whole}{fraction}").parse().expect("digits");
        let exponent: i32 = exponent.parse().expect("an exponent");
        let decimals = i32::try_from(fraction.len()).expect("at most seventeen digits");
        Ok(Self { digits, exponent: exponent - decimals })
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, Fault> {
        let (a, b, exponent) = self.aligned(other)?;
        Ok(Self { digits: a + b, exponent })
    }

    pub(super) fn minus(&self, other: &Self) -> Result<Self, Fault> {
        let (a, b, exponent) = self.aligned(other)?;
        Ok(Self { digits: a - b, exponent })
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, Fault> {
        let exponent = self.exponent.checked_add(other.exponent).ok_or_else(too_long)?;
        bounded(i64::try_from(self.digits.bits() + other.digits.bits()).unwrap_or(i64::MAX) / 3)?;
        Ok(Self { digits: &self.digits * &other.digits, exponent })
    }

    /// Rounded to sixteen digits after the point, halves away from zero.
    pub(super) fn divided_by(&self, other: &Self) -> Result<Self, Fault> {
        if other.digits.sign() == Sign::NoSign {
            return Err(Fault::error("decimal division by 0"));
        }
        let shift = i64::from(self.exponent) - i64::from(other.exponent) + i64::from(QUOTIENT_DIGITS);
        let (mut dividend, mut divisor) = (self.digits.clone(), other.digits.clone());
        if shift < 0 {
            divisor *= power_of_ten(-shift)?;
        } else {
            dividend *= power_of_ten(shift)?;
        }
        let (mut quotient, rest) = (&dividend / &divisor, &dividend % &divisor);
        if rest.magnitude() * 2_u32 >= *divisor.magnitude() {
            quotient += if self.digits.sign() == other.digits.sign() { 1 } else { -1 };
        }
        Ok(Self { digits: quotient, exponent: -QUOTIENT_DIGITS })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or_default()
    }

    fn aligned(&self, other: &Self) -> Result<(BigInt, BigInt, i32), Fault> {
        let exponent = self.exponent.min(other.exponent);
        Ok((self.with_exponent(exponent)?, other.with_exponent(exponent)?, exponent))
    }

    fn with_exponent(&self, exponent: i32) -> Result<BigInt, Fault> {
        Ok(&self.digits * power_of_ten(i64::from(self.exponent) - i64::from(exponent))?)
    }
}

fn power_of_ten(exponent: i64) -> Result<BigInt, Fault> {
    bounded(exponent)?;
    Ok(BigInt::from(10).pow(u32::try_from(exponent).unwrap_or_default()))
}

fn bounded(digits: i64) -> Result<(), Fault> {
    if digits > MOST_DIGITS { Err(too_long()) } else { Ok(()) }
}

fn too_long() -> Fault {
    Fault::Bound(format!("a decimal number of more than {MOST_DIGITS} digits"))
}
