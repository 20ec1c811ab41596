//! Fields that hold a number or a string: percentages, port names.

use std::fmt;

use seatrial_yaml::Node;

/// A number or a string, as the API types have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntOrString<'a> {
    /// `8080`
    Int(i64),
    /// `http`, `25%`
    String(&'a str),
}

/// Why a value is neither a number nor a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPercentage;

impl fmt::Display for NoPercentage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("neither a number nor a percentage")
    }
}

impl std::error::Error for NoPercentage {}

impl<'a> IntOrString<'a> {
    /// What a field holds; none for anything but numbers and strings.
    pub fn of(node: Node<'a>) -> Option<Self> {
        node.as_i64().map(Self::Int).or_else(|| node.as_str().map(Self::String))
    }

    /// The number, when it is one.
    pub fn as_int(self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(number),
            Self::String(_) => None,
        }
    }

    /// The string, when it is one.
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Int(_) => None,
            Self::String(text) => Some(text),
        }
    }

    /// The number before the percent sign; none for anything else.
    pub fn percent(self) -> Option<i64> {
        self.as_str()?.strip_suffix('%')?.parse().ok()
    }

    /// The number, or that share of a total, rounded up or down.
    pub fn scaled(self, total: i64, round_up: bool) -> Result<i64, NoPercentage> {
        if let Self::Int(number) = self {
            return Ok(number);
        }
        let percent = self.percent().ok_or(NoPercentage)?;
        let share = percent as f64 * total as f64 / 100.0;
        Ok(if round_up { share.ceil() as i64 } else { share.floor() as i64 })
    }
}

impl fmt::Display for IntOrString<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(out, "{number}"),
            Self::String(text) => out.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_shares_of_the_total() {
        let share = |text, total| {
            let value = IntOrString::String(text);
            (value.scaled(total, true).ok(), value.scaled(total, false).ok())
        };
        assert_eq!(share("25%", 3), (Some(1), Some(0)));
        assert_eq!(share("25%", 4), (Some(1), Some(1)));
        assert_eq!(share("50%", 1), (Some(1), Some(0)));
        assert_eq!(share("100%", 7), (Some(7), Some(7)));
        assert_eq!(share("0%", 7), (Some(0), Some(0)));
        assert_eq!(share("150%", 2), (Some(3), Some(3)));
    }

    #[test]
    fn numbers_are_taken_as_they_are() {
        assert_eq!(IntOrString::Int(3).scaled(1, true), Ok(3));
    }

    #[test]
    fn other_strings_are_no_percentages() {
        for text in ["", "%", "3", "a%", "2.5%", "25 %"] {
            assert_eq!(IntOrString::String(text).scaled(10, true), Err(NoPercentage), "{text}");
        }
        assert_eq!(IntOrString::String("http").percent(), None);
    }
}
