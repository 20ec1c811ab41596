//! How many slips of the keyboard lie between two words, and whether one name
//! is a slip of another: what every "did you mean" and every fix goes by.

/// Words longer than this are no slips of anything; no name of Kubernetes is.
const LENGTH_MAX: usize = 253;

/// Names of several words longer than this are no slips, either.
const LENGTHS_MAX: usize = 4 * LENGTH_MAX;

/// The most slips that a long word may hold.
const SLIPS_MAX: usize = 2;

/// Insertions, removals, replacements and swaps of neighbouring characters
/// between two words, if they are at most `most` (the optimal string
/// alignment distance).
pub fn slips(one: &str, other: &str, most: usize) -> Option<usize> {
    let lengths = [one, other].map(|it| it.chars().take(LENGTH_MAX + 1).count());
    if lengths[0].abs_diff(lengths[1]) > most || lengths[0].max(lengths[1]) > LENGTH_MAX {
        return None;
    }
    // What both begin and end with holds no slip, and is most of many names.
    let alike = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (one, other): (&str, &str) = (&one[alike..], &other[alike..]);
    let behind = one.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b);
    let alike: usize = behind.map(|(a, _)| a.len_utf8()).sum();
    let a: Vec<char> = one[..one.len() - alike].chars().collect();
    let b: Vec<char> = other[..other.len() - alike].chars().collect();
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, &x) in a.iter().enumerate() {
        let mut current = vec![row + 1; b.len() + 1];
        for (column, &y) in b.iter().enumerate() {
            let replaced = last[column] + usize::from(x != y);
            let mut least = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && x == b[column - 1] && a[row - 1] == y {
                least = least.min(before_last[column - 1] + 1);
            }
            current[column + 1] = least;
        }
        if current.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before_last = std::mem::replace(&mut last, current);
    }
    Some(last[b.len()]).filter(|slips| *slips <= most)
}

/// Whether two names differ as by a slip of the keyboard: in case or in
/// separators only, or by a letter in one word that is long enough. Names that
/// differ in digits are meant to (`redis-0`, `redis-1`), and so are short words.
pub fn is_slip(one: &str, other: &str) -> bool {
    if one == other || one.is_empty() || other.is_empty() || is_far(one, other) {
        return false;
    }
    if is_same_but_form(one, other) {
        return true;
    }
    let (own, others): (Vec<&str>, Vec<&str>) = (name_words(one).collect(), name_words(other).collect());
    if own.len() != others.len() {
        return false;
    }
    let mut differing = own.iter().zip(&others).filter(|(a, b)| a != b);
    differing.next().is_some_and(|(a, b)| is_word_slip(a, b)) && differing.next().is_none()
}

/// Whether the letters alone show that no slip makes one of the other: nearly all
/// that a name is held against is another one, and that costs nothing to see.
fn is_far(one: &str, other: &str) -> bool {
    if one.len().max(other.len()) > LENGTHS_MAX {
        return true;
    }
    if !one.is_ascii() || !other.is_ascii() {
        return false;
    }
    let letters = |it: &str| it.bytes().filter(|it| !matches!(it, b'-' | b'.' | b'_' | b'/')).count();
    let first = |it: &str| {
        it.bytes().find(|it| !matches!(it, b'-' | b'.' | b'_' | b'/')).map(|it| it.to_ascii_lowercase())
    };
    first(one) != first(other) || letters(one).abs_diff(letters(other)) > SLIPS_MAX
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
        _ => SLIPS_MAX,
    };
    one.chars().next() == other.chars().next()
        && digits(one) == digits(other)
        && slips(one, other, allowed).is_some()
}

/// The words that a name is made of.
pub fn name_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '.', '_', '/']).filter(|word| !word.is_empty())
}

/// Whether two names have the same letters, in whatever case and with
/// whatever separators.
pub fn is_same_but_form(one: &str, other: &str) -> bool {
    bare(one).eq(bare(other))
}

fn bare(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|it| !matches!(it, '-' | '.' | '_')).flat_map(char::to_lowercase)
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::{is_slip, slips};

    #[test]
    fn every_kind_of_slip_counts_once() {
        for (one, other, count) in [
            ("config", "config", 0),
            ("config", "conifg", 1),
            ("config", "confg", 1),
            ("config", "configs", 1),
            ("config", "canfig", 1),
            ("config", "cnofgi", 2),
            ("", "ab", 2),
        ] {
            assert_eq!(slips(one, other, 2), Some(count), "{other}");
            assert_eq!(slips(other, one, 2), Some(count), "{other}");
        }
    }

    #[test]
    fn more_than_allowed_is_none() {
        assert_eq!(slips("config", "secret", 2), None);
        assert_eq!(slips("a", "abcd", 2), None);
        let long = "a".repeat(300);
        assert_eq!(slips(&long, &long, 9), None);
    }

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
}
