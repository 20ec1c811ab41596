//! Whether a name is a typing slip of another: what makes an absent object
//! more than a guess.

use seatrial_diagnostics::slips;

/// The candidate of which `word` is most surely a slip; among equals the first.
pub(crate) fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().filter(|it| is_slip(word, it));
    near.min_by_key(|it| slips(word, it, word.len() + it.len()))
}

/// The candidate that shares the most whole words with `word`: no slip, but
/// worth naming. One of the two must hold all words of the other.
pub(crate) fn akin<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let own: Vec<&str> = words(word).collect();
    let shared = |it: &str| {
        let other: Vec<&str> = words(it).collect();
        let count = own.iter().filter(|word| other.contains(word)).count();
        if count == own.len().min(other.len()) { count } else { 0 }
    };
    let known = candidates.into_iter().map(|it| (shared(it), it)).filter(|&(count, _)| count > 0);
    known.min_by_key(|&(count, it)| (usize::MAX - count, it.len())).map(|(_, it)| it)
}

/// Whether two names differ as by a slip of the keyboard: in case or in
/// separators only, or by a letter in one word that is long enough. Names that
/// differ in digits are meant to (`redis-0`, `redis-1`), and so are short words.
fn is_slip(one: &str, other: &str) -> bool {
    if one == other || one.is_empty() || other.is_empty() {
        return false;
    }
    if bare(one) == bare(other) {
        return true;
    }
    let (own, others): (Vec<&str>, Vec<&str>) = (words(one).collect(), words(other).collect());
    if own.len() != others.len() {
        return false;
    }
    let mut differing = own.iter().zip(&others).filter(|(a, b)| a != b);
    differing.next().is_some_and(|(a, b)| is_word_slip(a, b)) && differing.next().is_none()
}

fn is_word_slip(one: &str, other: &str) -> bool {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    let (length, lengths_differ) = (one.len().min(other.len()), one.len() != other.len());
    // In a short word another letter makes another word (`main`, `mail`);
    // a letter too many or two swapped ones seldom do.
    let is_swap = || sorted(one) == sorted(other);
    let allowed = match length {
        4..6 if lengths_differ || is_swap() => 1,
        0..6 => 0,
        6..10 => 1,
        _ => 2,
    };
    one.chars().next() == other.chars().next()
        && digits(one) == digits(other)
        && slips(one, other, allowed).is_some()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '.', '_', '/']).filter(|word| !word.is_empty())
}

fn bare(name: &str) -> String {
    name.chars().filter(|it| !matches!(it, '-' | '.' | '_')).flat_map(char::to_lowercase).collect()
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::{akin, is_slip, meant};

    #[test]
    fn slips_of_the_keyboard_are_recognised() {
        for (written, right) in [
            ("app-conifg", "app-config"),
            ("app-configs", "app-config"),
            ("appconfig", "app-config"),
            ("APP_CONFIG", "app-config"),
            ("postgres-sevice", "postgres-service"),
            ("allow-networks", "allowed-networks-x"),
            ("carts", "cart"),
            ("canary-rolout", "canary-rollout"),
        ] {
            assert_eq!(is_slip(written, right), right != "allowed-networks-x", "{written} {right}");
        }
    }

    #[test]
    fn other_names_are_no_slips() {
        for (one, other) in [
            ("redis-0", "redis-1"),
            ("api-v1", "api-v2"),
            ("app-dev", "app-prod"),
            ("web", "api"),
            ("app", "api"),
            ("main-tls", "mail-tls"),
            ("user-db", "user-queue"),
            ("node-exporter", "mode-exporter"),
            ("postgres", "postgres-service"),
            ("", "a"),
            ("a", "a"),
        ] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }

    #[test]
    fn the_nearest_is_meant() {
        assert_eq!(meant("app-confg", ["web", "app-config", "app-configs"]), Some("app-config"));
        assert_eq!(meant("cache", ["web", "db"]), None);
    }

    #[test]
    fn names_with_words_in_common_are_akin() {
        assert_eq!(akin("postgres", ["redis", "postgres-service"]), Some("postgres-service"));
        assert_eq!(akin("redis-master", ["postgres", "redis"]), Some("redis"));
        assert_eq!(akin("app-web", ["app-api"]), None);
        assert_eq!(akin("", ["app"]), None);
    }
}
