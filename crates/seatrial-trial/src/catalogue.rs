//! Every check of every crate, in one list.

use seatrial_diagnostics::CheckInfo;

use crate::suppress::{EXPIRED, UNUSED};
use crate::unmatched::UNMATCHED;
use crate::upgrade;

/// What every check says of itself, in the order of their ids.
pub fn catalogue() -> Vec<&'static CheckInfo> {
    let mut all: Vec<&'static CheckInfo> = vec![&EXPIRED, &UNMATCHED, &UNUSED];
    all.extend(upgrade::CHECKS);
    all.extend(seatrial_app::checks());
    all.extend(seatrial_render::checks());
    all.extend(seatrial_check::infos());
    all.sort_by_key(|check| check.id);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_in_kebab_case() {
        let all = catalogue();
        assert!(all.is_sorted_by(|a, b| a.id < b.id));
        for check in all {
            let is_kebab = |part: &str| {
                !part.is_empty() && part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
            };
            assert!(check.id.split('-').all(is_kebab), "{}", check.id);
            assert!(!check.title.ends_with('.') && !check.page_text().is_empty(), "{}", check.id);
        }
    }
}
