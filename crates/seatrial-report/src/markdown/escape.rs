//! Hostile text as Markdown that shows it and does nothing else.

use seatrial_diagnostics::terminal::plain;

/// Characters that mean something in Markdown, in tables or in HTML.
const MARKUP: &str = "\\`*_{}[]<>()#|~&$!^=";

/// Stands behind a character that would begin a mention or a reference; it has
/// no width and no letter follows the sign any more.
const BREAK: char = '\u{200B}';

/// A sentence in which backticks quote code.
pub(super) fn prose(text: &str) -> String {
    let text = plain(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let is_paired = pieces.len() % 2 == 1;
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let is_last = at + 1 == pieces.len();
        match (at % 2 == 1, is_last && !is_paired) {
            (true, false) if !piece.trim().is_empty() => out.push_str(&code(piece)),
            (true, true) => {
                out.push_str("\\`");
                letters(&mut out, piece);
            }
            _ => letters(&mut out, piece),
        }
    }
    out
}

/// Letters that stay letters.
fn letters(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '@' => out.extend([character, BREAK]),
            '#' => out.extend(['\\', character, BREAK]),
            // Addresses become links by themselves.
            ':' if rest.starts_with("//") => out.extend([character, BREAK]),
            '.' if out.ends_with("www") => out.extend([character, BREAK]),
            _ if MARKUP.contains(character) => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
}

/// A text as code, in a table too.
pub(super) fn code(text: &str) -> String {
    let text = plain(text).replace('`', "'").replace('|', "\\|");
    let text = text.trim();
    // A backslash at the end would take the closing sign with it in a table.
    let space = if text.ends_with('\\') { " " } else { "" };
    if text.is_empty() { "` `".to_owned() } else { format!("`{text}{space}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_mentions_and_addresses_are_letters() {
        let text = "<img src=x> **b** [a](b) | @user #12 http://e.example www.e.example";
        assert_eq!(
            prose(text),
            "\\<img src\\=x\\> \\*\\*b\\*\\* \\[a\\]\\(b\\) \\| @\u{200B}user \\#\u{200B}12 http:\u{200B}//e.example \
             www.\u{200B}e.example"
        );
    }

    #[test]
    fn quoted_words_are_code() {
        assert_eq!(prose("key `a|b` of @x"), "key `a\\|b` of @\u{200B}x");
        assert_eq!(prose("one ` alone <b>"), "one \\` alone \\<b\\>");
        assert_eq!(prose("`` <b>"), " \\<b\\>");
        assert_eq!(prose("a\n\n# `b\n`"), "a  \\#\u{200B} `b`");
    }

    #[test]
    fn code_ends_where_it_ends() {
        assert_eq!(code("a`b<c>"), "`a'b<c>`");
        assert_eq!(code("a\\"), "`a\\ `");
        assert_eq!(code(""), "` `");
    }
}
