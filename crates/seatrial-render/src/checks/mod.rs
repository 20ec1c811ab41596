//! What discovery and reading report by themselves, one file each.

mod duplicate_key;
mod file_too_large;
mod ignored_resource;
mod invalid_chart;
mod invalid_key;
mod invalid_kustomization;
mod invalid_rendered_yaml;
mod invalid_yaml;
mod missing_object_type;
mod missing_required_value;
mod path_outside_tree;
mod refused_values;
mod template_error;
mod unreadable_file;
mod wrong_letter_case;

pub(crate) use duplicate_key::DUPLICATE_KEY;
pub(crate) use file_too_large::FILE_TOO_LARGE;
pub(crate) use ignored_resource::IGNORED_RESOURCE;
pub(crate) use invalid_chart::INVALID_CHART;
pub(crate) use invalid_key::INVALID_KEY;
pub(crate) use invalid_kustomization::INVALID_KUSTOMIZATION;
pub(crate) use invalid_rendered_yaml::INVALID_RENDERED_YAML;
pub(crate) use invalid_yaml::INVALID_YAML;
pub(crate) use missing_object_type::MISSING_OBJECT_TYPE;
pub(crate) use missing_required_value::MISSING_REQUIRED_VALUE;
pub(crate) use path_outside_tree::PATH_OUTSIDE_TREE;
pub(crate) use refused_values::REFUSED_VALUES;
pub(crate) use template_error::TEMPLATE_ERROR;
pub(crate) use unreadable_file::UNREADABLE_FILE;
pub(crate) use wrong_letter_case::WRONG_LETTER_CASE;

use seatrial_diagnostics::CheckInfo;

/// All of them, in the order of their ids.
pub(crate) const ALL: &[&CheckInfo] = &[
    &DUPLICATE_KEY,
    &FILE_TOO_LARGE,
    &IGNORED_RESOURCE,
    &INVALID_CHART,
    &INVALID_KEY,
    &INVALID_KUSTOMIZATION,
    &INVALID_RENDERED_YAML,
    &INVALID_YAML,
    &MISSING_OBJECT_TYPE,
    &MISSING_REQUIRED_VALUE,
    &PATH_OUTSIDE_TREE,
    &REFUSED_VALUES,
    &TEMPLATE_ERROR,
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
