//! The checks as one JSON document, `version: 1`, for programs.

use schemars::JsonSchema;
use seatrial_diagnostics::{CheckInfo, Strictness as Wanted};
use serde::Serialize;

/// The checks as a JSON document with a line break at its end; with their
/// pages, or without.
pub fn checks(checks: &[&CheckInfo], with_pages: bool) -> String {
    let checks = checks.iter().map(|check| Check::of(check, with_pages)).collect();
    let catalogue = Catalogue { version: 1, checks };
    serde_json::to_string_pretty(&catalogue).expect("a catalogue is JSON") + "\n"
}

/// The JSON Schema of that document.
pub fn checks_schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Catalogue>();
    serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
}

/// What can be checked.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Seatrial checks", deny_unknown_fields)]
struct Catalogue {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The checks, by id.
    checks: Vec<Check>,
}

/// One check.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Check {
    /// Names what is wrong, in kebab-case.
    id: String,
    /// The same in a short sentence.
    title: String,
    /// The usual severity: a finding may carry another.
    severity: Severity,
    /// How much it looks at.
    level: Level,
    /// Whether it runs by default.
    strictness: Strictness,
    /// The `FixBench` categories it answers.
    families: Vec<String>,
    /// The address of its page.
    url: Option<String>,
    /// The page in Markdown, where it was asked for.
    page: Option<String>,
}

/// How bad a finding is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// The tree alone proves that it is refused or will not work.
    Error,
    /// Likely, or it hangs on something outside the tree.
    Warning,
    /// The rest.
    Info,
}

/// How much a check looks at.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// One object at a time.
    Object,
    /// The objects of one unit.
    Bundle,
    /// Every unit, and the files.
    Repository,
}

/// Who wants to see a check's findings.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Strictness {
    /// Everybody.
    Default,
    /// Those who ask for advice.
    Strict,
}

impl Check {
    fn of(check: &CheckInfo, with_page: bool) -> Self {
        Self {
            id: check.id.to_owned(),
            title: check.title.to_owned(),
            severity: match check.severity {
                seatrial_diagnostics::Severity::Error => Severity::Error,
                seatrial_diagnostics::Severity::Warning => Severity::Warning,
                seatrial_diagnostics::Severity::Info => Severity::Info,
            },
            level: match check.level {
                seatrial_diagnostics::Level::Object => Level::Object,
                seatrial_diagnostics::Level::Bundle => Level::Bundle,
                seatrial_diagnostics::Level::Repository => Level::Repository,
            },
            strictness: match check.strictness {
                Wanted::Default => Strictness::Default,
                Wanted::Strict => Strictness::Strict,
            },
            families: check.families.iter().map(|&family| family.to_owned()).collect(),
            url: check.page_url(),
            page: with_page.then(|| check.page_text()),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_check_fits_the_schema() {
        let schema = serde_json::from_str(&super::checks_schema()).expect("a schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for with_pages in [false, true] {
            let text = super::checks(&seatrial_trial::catalogue(), with_pages);
            let document = serde_json::from_str(&text).expect("it is JSON");
            assert!(validator.is_valid(&document), "{text}");
        }
    }
}
