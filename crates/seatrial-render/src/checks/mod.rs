//! What discovery and reading report by themselves, one file each.

mod app_version_unlike_image;
mod argocd_missing_parameter;
mod deprecated_kustomization_field;
mod doubled_prefix;
mod duplicate_key;
mod failing_generator;
mod failing_patch;
mod failing_replacement;
mod file_too_large;
mod identity_conflict;
mod ignored_resource;
mod invalid_chart;
mod invalid_key;
mod invalid_kustomization;
mod invalid_rendered_yaml;
mod invalid_secret_template;
mod invalid_substitution;
mod invalid_yaml;
mod kustomization_cycle;
mod lossy_patch;
mod mismatched_value_shape;
mod missing_object_type;
mod missing_required_value;
mod missing_resource;
mod number_printed_unlike_written;
mod overlapping_merge_key;
mod path_outside_root;
mod path_outside_tree;
mod refused_values;
mod repeated_name;
mod secret_in_values;
mod template_error;
mod unknown_kustomization_field;
mod unmatched_override;
mod unreached_template;
mod unreadable_file;
mod unset_variable;
mod unusual_chart_name;
mod wrong_letter_case;

pub(crate) use app_version_unlike_image::APP_VERSION_UNLIKE_IMAGE;
pub(crate) use argocd_missing_parameter::ARGOCD_MISSING_PARAMETER;
pub(crate) use deprecated_kustomization_field::DEPRECATED_KUSTOMIZATION_FIELD;
pub(crate) use doubled_prefix::DOUBLED_PREFIX;
pub(crate) use duplicate_key::DUPLICATE_KEY;
pub(crate) use failing_generator::FAILING_GENERATOR;
pub(crate) use failing_patch::FAILING_PATCH;
pub(crate) use failing_replacement::FAILING_REPLACEMENT;
pub(crate) use file_too_large::FILE_TOO_LARGE;
pub(crate) use identity_conflict::IDENTITY_CONFLICT;
pub(crate) use ignored_resource::IGNORED_RESOURCE;
pub(crate) use invalid_chart::INVALID_CHART;
pub(crate) use invalid_key::INVALID_KEY;
pub(crate) use invalid_kustomization::INVALID_KUSTOMIZATION;
pub(crate) use invalid_rendered_yaml::INVALID_RENDERED_YAML;
pub(crate) use invalid_secret_template::INVALID_SECRET_TEMPLATE;
pub(crate) use invalid_substitution::INVALID_SUBSTITUTION;
pub(crate) use invalid_yaml::INVALID_YAML;
pub(crate) use kustomization_cycle::KUSTOMIZATION_CYCLE;
pub(crate) use lossy_patch::LOSSY_PATCH;
pub(crate) use mismatched_value_shape::MISMATCHED_VALUE_SHAPE;
pub(crate) use missing_object_type::MISSING_OBJECT_TYPE;
pub(crate) use missing_required_value::MISSING_REQUIRED_VALUE;
pub(crate) use missing_resource::MISSING_RESOURCE;
pub(crate) use number_printed_unlike_written::NUMBER_PRINTED_UNLIKE_WRITTEN;
pub(crate) use overlapping_merge_key::OVERLAPPING_MERGE_KEY;
pub(crate) use path_outside_root::PATH_OUTSIDE_ROOT;
pub(crate) use path_outside_tree::PATH_OUTSIDE_TREE;
pub(crate) use refused_values::REFUSED_VALUES;
pub(crate) use repeated_name::REPEATED_NAME;
pub(crate) use secret_in_values::SECRET_IN_VALUES;
pub(crate) use template_error::TEMPLATE_ERROR;
pub(crate) use unknown_kustomization_field::UNKNOWN_KUSTOMIZATION_FIELD;
pub(crate) use unmatched_override::UNMATCHED_OVERRIDE;
pub(crate) use unreached_template::UNREACHED_TEMPLATE;
pub(crate) use unreadable_file::UNREADABLE_FILE;
pub(crate) use unset_variable::UNSET_VARIABLE;
pub(crate) use unusual_chart_name::UNUSUAL_CHART_NAME;
pub(crate) use wrong_letter_case::WRONG_LETTER_CASE;

use seatrial_diagnostics::CheckInfo;

/// All of them, in the order of their ids.
pub(crate) const ALL: &[&CheckInfo] = &[
    &APP_VERSION_UNLIKE_IMAGE,
    &ARGOCD_MISSING_PARAMETER,
    &DEPRECATED_KUSTOMIZATION_FIELD,
    &DOUBLED_PREFIX,
    &DUPLICATE_KEY,
    &FAILING_GENERATOR,
    &FAILING_PATCH,
    &FAILING_REPLACEMENT,
    &FILE_TOO_LARGE,
    &IDENTITY_CONFLICT,
    &IGNORED_RESOURCE,
    &INVALID_CHART,
    &INVALID_KEY,
    &INVALID_KUSTOMIZATION,
    &INVALID_RENDERED_YAML,
    &INVALID_SECRET_TEMPLATE,
    &INVALID_SUBSTITUTION,
    &INVALID_YAML,
    &KUSTOMIZATION_CYCLE,
    &LOSSY_PATCH,
    &MISMATCHED_VALUE_SHAPE,
    &MISSING_OBJECT_TYPE,
    &MISSING_REQUIRED_VALUE,
    &MISSING_RESOURCE,
    &NUMBER_PRINTED_UNLIKE_WRITTEN,
    &OVERLAPPING_MERGE_KEY,
    &PATH_OUTSIDE_ROOT,
    &PATH_OUTSIDE_TREE,
    &REFUSED_VALUES,
    &REPEATED_NAME,
    &SECRET_IN_VALUES,
    &TEMPLATE_ERROR,
    &UNKNOWN_KUSTOMIZATION_FIELD,
    &UNMATCHED_OVERRIDE,
    &UNREACHED_TEMPLATE,
    &UNREADABLE_FILE,
    &UNSET_VARIABLE,
    &UNUSUAL_CHART_NAME,
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
