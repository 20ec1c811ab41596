//! What a finding says is made of names and values of the tree, which may hold
//! anything: every sentence becomes one line of bounded length.

use seatrial_diagnostics::Finding;

/// Characters of a sentence at most.
const CHARACTERS_MAX: usize = 800;
/// Characters kept at its end, where the reason stands.
const CHARACTERS_AT_END: usize = 200;

/// Shapes all sentences of a finding. Secrets must be masked before: half of
/// one would not be recognised.
pub(super) fn shape(finding: &mut Finding) {
    one_line(&mut finding.message);
    finding.help.iter_mut().for_each(one_line);
    finding.derivation.iter_mut().for_each(one_line);
    finding.related.iter_mut().for_each(|related| one_line(&mut related.label));
    finding.fix.iter_mut().for_each(|fix| one_line(&mut fix.title));
}

fn one_line(text: &mut String) {
    if text.contains(is_break) {
        let lines: Vec<&str> = text.split(is_break).filter(|line| !line.is_empty()).collect();
        *text = lines.join(" ");
    }
    if let Some(short) = shortened(text) {
        *text = short;
    }
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Beginning and end of a sentence that is too long.
fn shortened(text: &str) -> Option<String> {
    // Every character has a byte at least: the usual case costs nothing.
    if text.len() <= CHARACTERS_MAX || text.chars().nth(CHARACTERS_MAX).is_none() {
        return None;
    }
    let (head, _) = text.char_indices().nth(CHARACTERS_MAX - CHARACTERS_AT_END)?;
    let (tail, _) = text.char_indices().nth_back(CHARACTERS_AT_END - 1)?;
    Some(format!("{} … {}", &text[..head], &text[tail..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(text: &str) -> String {
        let mut text = text.to_owned();
        one_line(&mut text);
        text
    }

    #[test]
    fn lines_become_one() {
        assert_eq!(
            shaped("the schedule `a\n\r\n\u{2028}b` cannot be read"),
            "the schedule `a b` cannot be read"
        );
        assert_eq!(shaped("two  spaces"), "two  spaces");
    }

    #[test]
    fn a_long_value_leaves_the_reason_in_sight() {
        let text = shaped(&format!("the name `{}` is too long", "é".repeat(1_000_000)));
        assert!(text.starts_with("the name `éé") && text.ends_with("éé` is too long"), "{text}");
        assert_eq!(text.chars().count(), CHARACTERS_MAX + 3);
        assert_eq!(shaped(&"é".repeat(CHARACTERS_MAX)), "é".repeat(CHARACTERS_MAX));
    }
}
