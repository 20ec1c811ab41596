//! What differs between the versions of Helm, in one place.

use crate::template::Go;
use crate::values::schema::Library;

/// A version of Helm that is imitated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are the versions")]
pub enum HelmVersion {
    V3_10,
    V3_22,
    V4_0,
    #[default]
    V4_3,
}

/// How null is treated when values meet the chart's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NullRules {
    /// A null removes the key, wherever it meets one; nulls of defaults stay.
    RemoveAll,
    /// A null removes a default, null or not; it reaches subcharts.
    RemoveMet,
    /// A null removes a default that is not null; it reaches subcharts.
    RemoveWritten,
    /// Like [`NullRules::RemoveWritten`], and nulls of defaults are dropped.
    DropDefaults,
}

/// The switches of one version.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one difference between versions")]
pub struct Switches {
    /// As `helm version` prints it.
    pub version: &'static str,
    /// The Kubernetes that templates see by default: the minor of version 1.
    pub kubernetes_minor: u32,
    /// The rules for null in values.
    pub null_rules: NullRules,
    /// Whether `import-values` keeps nulls.
    pub imports_keep_nulls: bool,
    /// Whether a values file may hold several documents.
    pub multi_document_values: bool,
    /// Whether `---` ends a document only at the begin of a line, and a
    /// document keeps the line breaks at its end.
    pub splits_at_lines: bool,
    /// Whether priority classes are installed first.
    pub priorities_first: bool,
    /// Whether webhook configurations are installed last.
    pub webhooks_last: bool,
    /// Whether `.Chart` is a map; a struct before.
    pub chart_is_map: bool,
    /// Whether `.Capabilities.KubeVersion.Version` keeps what follows the patch
    /// (`v1.33.4-gke.1`).
    pub keeps_kube_suffix: bool,
    /// Whether no chart may be called `.` or `..`.
    pub refuses_dot_names: bool,
    /// Whether a chart that is taken in twice has what lies inside it once.
    pub shares_inner_charts: bool,
    /// Whether an error of execution is told line by line, with its chain.
    pub traced_errors: bool,
    /// Whether `--set-json` takes a whole object.
    pub set_json_takes_objects: bool,
    /// Whether `--set a[` is passed over; an error elsewhere.
    pub lost_index_ends_set: bool,
    /// The type of `.Values`, as `typeOf` prints it.
    pub values_type: &'static str,
    /// The most bytes of one file of a chart; none beyond the bound of all.
    pub file_bytes_max: Option<u64>,
    /// What is said before the names of dependencies that are not vendored.
    pub missing_dependencies: &'static str,
    /// Which functions of today templates do not know.
    pub missing_functions: &'static [&'static str],
    /// Which flags of today its command does not know.
    pub missing_flags: &'static [&'static str],
    /// Whether `--api-versions` parts its text at commas.
    pub parts_api_versions: bool,
    /// Whether the files of `crds/` are printed under the chart's name.
    pub crds_below_chart: bool,
    /// Whether `.Files.Lines` leaves out what follows the last line break.
    pub lines_end_closed: bool,
    /// The Go whose templates these are.
    pub go: Go,
    /// Whether sprig is 3.2.2, which merges, counts and writes words differently.
    pub has_old_sprig: bool,
    /// Which library holds values against schemas.
    pub schema_library: Library,
    /// Whether the chart's API version decides before anything else is loaded.
    pub detects_api_version: bool,
}

impl HelmVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 4] = [Self::V3_10, Self::V3_22, Self::V4_0, Self::V4_3];

    /// Its name in arguments and reports: `4.3`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V3_10 => "3.10",
            Self::V3_22 => "3.22",
            Self::V4_0 => "4.0",
            Self::V4_3 => "4.3",
        }
    }

    /// The version with this name, a leading `v` and a patch dropped.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.strip_prefix('v').unwrap_or(name);
        let mut parts = name.split('.');
        let wanted = format!("{}.{}", parts.next()?, parts.next()?);
        Self::ALL.into_iter().find(|version| version.name() == wanted)
    }

    /// What it does differently.
    pub fn switches(self) -> Switches {
        let newest = Switches {
            version: "v4.3",
            kubernetes_minor: 37,
            null_rules: NullRules::DropDefaults,
            imports_keep_nulls: true,
            multi_document_values: true,
            splits_at_lines: true,
            priorities_first: true,
            webhooks_last: true,
            chart_is_map: true,
            keeps_kube_suffix: true,
            refuses_dot_names: true,
            shares_inner_charts: false,
            traced_errors: true,
            set_json_takes_objects: true,
            lost_index_ends_set: true,
            values_type: "common.Values",
            file_bytes_max: None,
            missing_dependencies: "an error occurred while checking for chart dependencies. You may need to \
                                   run 'helm dependency build' to fetch missing dependencies",
            missing_functions: &[],
            missing_flags: &[],
            parts_api_versions: true,
            crds_below_chart: true,
            lines_end_closed: true,
            go: Go::Newest,
            has_old_sprig: false,
            schema_library: Library::Jsonschema,
            detects_api_version: true,
        };
        let limited = Some(5 << 20);
        match self {
            Self::V4_3 => newest,
            Self::V4_0 => Switches {
                version: "v4.0",
                kubernetes_minor: 34,
                null_rules: NullRules::RemoveMet,
                splits_at_lines: false,
                keeps_kube_suffix: false,
                refuses_dot_names: false,
                missing_functions: MISSING_IN_4_0,
                lost_index_ends_set: false,
                file_bytes_max: limited,
                missing_dependencies: "an error occurred while checking for chart dependencies. You may need \
                                       to run `helm dependency build` to fetch missing dependencies",
                ..newest
            },
            Self::V3_22 => Switches {
                version: "v3.22",
                null_rules: NullRules::RemoveWritten,
                multi_document_values: false,
                splits_at_lines: false,
                webhooks_last: false,
                chart_is_map: false,
                keeps_kube_suffix: false,
                traced_errors: false,
                set_json_takes_objects: false,
                lost_index_ends_set: false,
                shares_inner_charts: true,
                values_type: "chartutil.Values",
                missing_functions: MISSING_IN_3_22,
                file_bytes_max: limited,
                missing_dependencies: "An error occurred while checking for chart dependencies. You may need \
                                       to run `helm dependency build` to fetch missing dependencies",
                detects_api_version: false,
                ..newest
            },
            Self::V3_10 => Switches {
                version: "v3.10.1",
                kubernetes_minor: 25,
                null_rules: NullRules::RemoveAll,
                imports_keep_nulls: false,
                refuses_dot_names: false,
                priorities_first: false,
                file_bytes_max: None,
                missing_functions: MISSING_IN_3_10,
                missing_flags: &["set-literal", "skip-schema-validation"],
                parts_api_versions: false,
                crds_below_chart: false,
                lines_end_closed: false,
                go: Go::V1_18,
                has_old_sprig: true,
                schema_library: Library::Gojsonschema,
                ..Self::V3_22.switches()
            },
        }
    }
}

const MISSING_IN_4_0: &[&str] = &[
    "durationDays",
    "durationHours",
    "durationMicroseconds",
    "durationMilliseconds",
    "durationMinutes",
    "durationNanoseconds",
    "durationRoundTo",
    "durationSeconds",
    "durationTruncateTo",
    "durationWeeks",
    "mustToDuration",
    "mustToToml",
];

const MISSING_IN_3_22: &[&str] = &[
    "durationDays",
    "durationHours",
    "durationMicroseconds",
    "durationMilliseconds",
    "durationMinutes",
    "durationNanoseconds",
    "durationRoundTo",
    "durationSeconds",
    "durationTruncateTo",
    "durationWeeks",
    "mustToDuration",
    "mustToToml",
    "mustToYaml",
];

const MISSING_IN_3_10: &[&str] = &[
    "durationDays",
    "durationHours",
    "durationMicroseconds",
    "durationMilliseconds",
    "durationMinutes",
    "durationNanoseconds",
    "durationRoundTo",
    "durationSeconds",
    "durationTruncateTo",
    "durationWeeks",
    "fromToml",
    "mustToDuration",
    "mustToToml",
    "mustToYaml",
    "sha512sum",
    "toYamlPretty",
];

impl Switches {
    /// What `--api-versions` names.
    pub fn api_versions(&self, given: &[String]) -> Vec<String> {
        if !self.parts_api_versions {
            return given.to_vec();
        }
        given.iter().flat_map(|it| it.split(',')).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_names() {
        for version in HelmVersion::ALL {
            assert_eq!(HelmVersion::from_name(version.name()), Some(version));
            assert_eq!(HelmVersion::from_name(&format!("v{}.7", version.name())), Some(version));
        }
        assert_eq!(HelmVersion::from_name("2.17"), None);
        assert_eq!(HelmVersion::from_name("4"), None);
    }
}
