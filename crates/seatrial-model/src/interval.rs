//! Closed ranges of whole numbers, for replicas, ports and the like.

use std::fmt;

/// All whole numbers from one bound to another; an absent bound is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    low: Option<i64>,
    high: Option<i64>,
}

impl Interval {
    /// Every number.
    pub const ALL: Self = Self { low: None, high: None };

    /// The ports of TCP, UDP and SCTP.
    pub const PORTS: Self = Self { low: Some(1), high: Some(65_535) };

    /// From one bound to another.
    pub fn new(low: impl Into<Option<i64>>, high: impl Into<Option<i64>>) -> Self {
        Self { low: low.into(), high: high.into() }
    }

    /// One number.
    pub fn exactly(number: i64) -> Self {
        Self::new(number, number)
    }

    /// A number and everything above it.
    pub fn at_least(low: i64) -> Self {
        Self::new(low, None)
    }

    /// A number and everything below it.
    pub fn at_most(high: i64) -> Self {
        Self::new(None, high)
    }

    /// The lower bound.
    pub fn low(self) -> Option<i64> {
        self.low
    }

    /// The upper bound.
    pub fn high(self) -> Option<i64> {
        self.high
    }

    /// Whether no number lies in it.
    pub fn is_empty(self) -> bool {
        matches!((self.low, self.high), (Some(low), Some(high)) if low > high)
    }

    /// Whether the number lies in it.
    pub fn contains(self, number: i64) -> bool {
        self.low.is_none_or(|low| low <= number) && self.high.is_none_or(|high| number <= high)
    }

    /// Whether every number of the other lies in it.
    pub fn covers(self, other: Self) -> bool {
        other.is_empty() || self.intersect(other) == other
    }

    /// The numbers that lie in both.
    pub fn intersect(self, other: Self) -> Self {
        let low = self.low.max(other.low);
        let high = match (self.high, other.high) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self { low, high }
    }

    /// The one number that lies in it, if it is one.
    pub fn single(self) -> Option<i64> {
        self.low.filter(|_| self.low == self.high)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            _ if self.is_empty() => out.write_str("none"),
            (None, None) => out.write_str("any"),
            (Some(low), None) => write!(out, "{low} or more"),
            (None, Some(high)) => write!(out, "{high} or less"),
            (Some(low), Some(high)) if low == high => write!(out, "{low}"),
            (Some(low), Some(high)) => write!(out, "{low} to {high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_interval() {
        assert!(Interval::PORTS.contains(1) && Interval::PORTS.contains(65_535));
        assert!(!Interval::PORTS.contains(0) && !Interval::PORTS.contains(65_536));
        assert!(Interval::at_least(3).contains(i64::MAX) && !Interval::at_most(3).contains(4));
    }

    #[test]
    fn intersections_take_the_tighter_bounds() {
        let both = Interval::at_least(2).intersect(Interval::new(1, 5));
        assert_eq!(both, Interval::new(2, 5));
        assert!(Interval::new(1, 2).intersect(Interval::new(3, 4)).is_empty());
        assert_eq!(Interval::ALL.intersect(Interval::ALL), Interval::ALL);
        assert!(Interval::at_least(1).covers(Interval::new(1, 9)));
        assert!(!Interval::new(2, 9).covers(Interval::new(1, 9)));
    }

    #[test]
    fn intervals_read_as_words() {
        let words = |it: Interval| it.to_string();
        assert_eq!(words(Interval::exactly(3)), "3");
        assert_eq!(words(Interval::new(1, 5)), "1 to 5");
        assert_eq!(words(Interval::at_least(2)), "2 or more");
        assert_eq!(words(Interval::at_most(2)), "2 or less");
        assert_eq!(words(Interval::new(5, 1)), "none");
        assert_eq!(Interval::exactly(4).single(), Some(4));
    }
}
