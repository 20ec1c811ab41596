//! `*` for any text and `?` for one character.

/// Whether a text is like a pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    let Some((first, rest)) = pattern.split_once('*') else {
        return behind(pattern, text).is_some_and(str::is_empty);
    };
    let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    // What the leftmost place leaves over is all that another could leave over.
    let found =
        between.split('*').try_fold(behind(first, text), |left, part| Some(behind_first(part, left?)));
    found.flatten().is_some_and(|left| ends_with(left, last))
}

/// What stands behind a text that begins like a pattern without stars.
fn behind<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    let mut chars = text.chars();
    let is_like = pattern.chars().all(|it| chars.next().is_some_and(|char| it == '?' || it == char));
    is_like.then_some(chars.as_str())
}

/// What stands behind the first place that is like a pattern without stars.
fn behind_first<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    if !pattern.contains('?') {
        return text.find(pattern).map(|at| &text[at + pattern.len()..]);
    }
    text.char_indices().find_map(|(at, _)| behind(pattern, &text[at..]))
}

fn ends_with(text: &str, pattern: &str) -> bool {
    let mut chars = text.chars().rev();
    pattern.chars().rev().all(|it| chars.next().is_some_and(|char| it == '?' || it == char))
}

/// Whether a text has a sign that stands for others.
pub(crate) fn has_wildcard(text: &str) -> bool {
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
        assert!(matches("*ab*?b*c", "xabbbc") && !matches("a*a", "a") && matches("a*?a", "aéa"));
        let (stars, text) = ("*a".repeat(100_000), "a".repeat(100_000) + "b");
        assert!(!matches(&stars, &text));
    }
}
