//! What discovery and reading report by themselves, one file each.

mod duplicate_key;
mod file_too_large;
mod ignored_resource;
mod invalid_key;
mod invalid_yaml;
mod missing_object_type;
mod path_outside_tree;
mod unreadable_file;
mod wrong_letter_case;

pub(crate) use duplicate_key::DUPLICATE_KEY;
pub(crate) use file_too_large::FILE_TOO_LARGE;
pub(crate) use ignored_resource::IGNORED_RESOURCE;
pub(crate) use invalid_key::INVALID_KEY;
pub(crate) use invalid_yaml::INVALID_YAML;
pub(crate) use missing_object_type::MISSING_OBJECT_TYPE;
pub(crate) use path_outside_tree::PATH_OUTSIDE_TREE;
pub(crate) use unreadable_file::UNREADABLE_FILE;
pub(crate) use wrong_letter_case::WRONG_LETTER_CASE;

use seatrial_diagnostics::CheckInfo;

/// All of them, in the order of their ids.
pub(crate) const ALL: &[&CheckInfo] = &[
    &DUPLICATE_KEY,
    &FILE_TOO_LARGE,
    &IGNORED_RESOURCE,
    &INVALID_KEY,
    &INVALID_YAML,
    &MISSING_OBJECT_TYPE,
    &PATH_OUTSIDE_TREE,
    &UNREADABLE_FILE,
    &WRONG_LETTER_CASE,
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
            assert_eq!(
                title,
                format!("//! {}.", check.title),
                "the page of {} opens with its title",
                check.id
            );
        }
    }
}
