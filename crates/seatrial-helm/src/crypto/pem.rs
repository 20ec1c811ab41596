//! PEM: bytes as lines of letters between two marks.

use crate::functions::{base64, from_base64};

/// The bytes below a label.
pub(crate) fn encode(label: &str, bytes: &[u8]) -> String {
    let letters = base64(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in letters.as_bytes().chunks(64) {
        out.extend(line.iter().map(|it| char::from(*it)));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}

/// The first block of a text: its label and bytes.
pub(crate) fn decode(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, behind) = text.split_once("-----BEGIN ")?;
    let (label, behind) = behind.split_once("-----")?;
    let (body, _) = behind.split_once(&format!("-----END {label}-----"))?;
    // Lines with a colon are headers.
    let letters: String =
        body.lines().filter(|it| !it.contains(':')).flat_map(|it| it.trim().chars()).collect();
    Some((label, from_base64(letters.as_bytes()).ok()?))
}
