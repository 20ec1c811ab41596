//! How many slips of the keyboard lie between two words: what every "did you
//! mean" goes by.

/// Words longer than this are no slips of anything; no name of Kubernetes is.
const LENGTH_MAX: usize = 253;

/// Insertions, removals, replacements and swaps of neighbouring characters
/// between two words, if they are at most `most` (the optimal string
/// alignment distance).
pub fn slips(one: &str, other: &str, most: usize) -> Option<usize> {
    let a: Vec<char> = one.chars().take(LENGTH_MAX + 1).collect();
    let b: Vec<char> = other.chars().take(LENGTH_MAX + 1).collect();
    if a.len().abs_diff(b.len()) > most || a.len().max(b.len()) > LENGTH_MAX {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::slips;

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
}
