//! The known word that a mistyped one was probably meant to be.

use seatrial_diagnostics::slips;

/// The candidate with the fewest typing slips between it and `word`, when
/// there are few enough of them; among equals the first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| Some((slips(word, candidate, allowed)?, candidate)))
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = ["ignore", "exclude", "external"];
        assert_eq!(nearest("ingore", known), Some("ignore"));
        assert_eq!(nearest("excludes", known), Some("exclude"));
        assert_eq!(nearest("profile", known), None);
        assert_eq!(nearest("", known), None);
    }
}
