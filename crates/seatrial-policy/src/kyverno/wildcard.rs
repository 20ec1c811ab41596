//! `*` for any text and `?` for one character.

/// Whether a text is like a pattern.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Where the last star stands, and what it took so far.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(char) if *char == '?' || *char == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                from = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|it| *it == '*')
}

/// Whether a text has a sign that stands for others.
pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        let cases = [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("?*", "", false),
            ("?*", "a", true),
            ("in*/ka*/ban", "india/x/karnataka/ban", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*:latest", "nginx:latest", true),
            ("*.io", "docker-io", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        let (stars, text) = ("*a".repeat(2_000), "a".repeat(2_000) + "b");
        assert!(!matches(&stars, &text));
    }
}
