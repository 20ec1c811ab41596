//! What a text means when it stands as a plain scalar, for programs that build
//! trees of their own.

use crate::Dialect;
use crate::resolve::{Meaning, Tag, resolve};

/// The meaning of a plain scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// The text itself.
    Str,
    /// A point in time, as JSON prints it.
    Time(String),
}

impl Plain {
    /// Reads a text as the dialect's decoder reads a plain scalar.
    pub fn of(text: &str, dialect: Dialect) -> Self {
        match resolve(Tag::Implicit, text, dialect) {
            Some(Meaning::Null) => Self::Null,
            Some(Meaning::Bool(value)) => Self::Bool(value),
            Some(Meaning::Int(value)) => Self::Int(value),
            Some(Meaning::Uint(value)) => Self::Uint(value),
            Some(Meaning::Float(value)) => Self::Float(value),
            Some(Meaning::Time(time)) if dialect == Dialect::GoYaml3 => Self::Time(time.to_rfc3339()),
            Some(Meaning::Str | Meaning::Binary | Meaning::Time(_)) | None => Self::Str,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_mean_what_the_dialect_takes_them_for() {
        assert_eq!(Plain::of("yes", Dialect::GoYaml3), Plain::Str);
        assert_eq!(Plain::of("yes", Dialect::GoYaml2), Plain::Bool(true));
        assert_eq!(Plain::of("0x10", Dialect::GoYaml3), Plain::Int(16));
        assert_eq!(Plain::of("", Dialect::GoYaml3), Plain::Null);
        assert_eq!(Plain::of("2001-02-03", Dialect::GoYaml3), Plain::Time("2001-02-03T00:00:00Z".into()));
    }
}
