//! What policies that stand in a cluster have against an object, whatever
//! language they are written in.

use crate::denial::Denial;

/// What becomes of an object that a policy objects to, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is refused.
    Deny,
    /// The server warns.
    Warn,
    /// It is written down.
    Note,
}

/// One thing that a policy has against an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Objection {
    /// What becomes of the object.
    pub action: Action,
    /// What the policy's author says.
    pub said: String,
    /// How the server warns of it where it only warns.
    pub warning: String,
    /// What the server answers where it is refused.
    pub denial: Denial,
    /// What else it hangs on, if it is not certain.
    pub hangs_on: Option<&'static str>,
}

/// A text that policies made, cut where it is too long to be told.
pub(crate) fn shortened(text: &str) -> String {
    const BYTES_MAX: usize = 4 * 1024;
    text[..text.floor_char_boundary(BYTES_MAX)].to_owned()
}
