//! What is reported of an application's sources, one file each.

mod invalid_compose_file;
mod invalid_compose_variable;
mod missing_compose_reference;
mod mistyped_compose_variable;

pub(crate) use invalid_compose_file::INVALID_COMPOSE_FILE;
pub(crate) use invalid_compose_variable::INVALID_COMPOSE_VARIABLE;
pub(crate) use missing_compose_reference::MISSING_COMPOSE_REFERENCE;
pub(crate) use mistyped_compose_variable::MISTYPED_COMPOSE_VARIABLE;

use seatrial_diagnostics::CheckInfo;

/// All of them, in the order of their ids.
pub(crate) const ALL: &[&CheckInfo] = &[
    &INVALID_COMPOSE_FILE,
    &INVALID_COMPOSE_VARIABLE,
    &MISSING_COMPOSE_REFERENCE,
    &MISTYPED_COMPOSE_VARIABLE,
];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_are_sorted_and_pages_have_their_sections() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id));
        for check in ALL {
            for section in ["//! ## Why", "//! ## Bad", "//! ## Good"] {
                assert!(check.page.contains(section), "{} lacks `{section}`", check.id);
            }
            let title = check.page.lines().next().expect("a page has a first line");
            assert_eq!(title, format!("//! {}.", check.title), "{}", check.id);
        }
    }
}
