//! Small things of Go's standard library that more than one place prints.

use std::fmt::{self, Write};

use crate::template::runes;

/// A text as `%q` and `strconv.Quote` print it.
pub fn quote(text: &str) -> String {
    runes::quote(text.as_bytes())
}

/// A text between back quotes if it can stand there, else as [`quote`] has it:
/// what the messages of `regexp` show.
pub fn backquote(text: &str) -> String {
    let can = |it: char| it == '\t' || !matches!(it, '`' | '\u{7F}' | '\u{FEFF}' | '\0'..' ');
    if text.chars().all(can) { format!("`{text}`") } else { quote(text) }
}

/// Adds formatted text to a text.
pub(crate) fn push(out: &mut String, text: fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes everything");
}
