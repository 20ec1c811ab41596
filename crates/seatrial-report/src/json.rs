//! The JSON report, `version: 1`: its shape is fixed in `docs/interfaces.md`.

mod convert;

use schemars::JsonSchema;
use seatrial_trial::Trial;
use serde::Serialize;

/// The report as one JSON document with a line break at its end.
pub fn json(trial: &Trial) -> String {
    let mut text =
        serde_json::to_string_pretty(&Report::of(trial)).expect("a report holds nothing JSON cannot");
    text.push('\n');
    text
}

/// The JSON Schema of the report.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Report>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// The result of one trial.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Seatrial report", deny_unknown_fields)]
pub struct Report {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The directory that was covered, relative to the top of the tree; `.` for the top.
    root: String,
    /// The day of the trial, `2026-11-21`.
    today: String,
    /// What the units are deployed to.
    target: Target,
    /// The verdict on the whole.
    verdict: Verdict,
    /// The units that were judged or could not be.
    units: Vec<Unit>,
    /// What was looked at and what was not.
    coverage: Coverage,
    /// A reviewer's questions.
    checklist: Vec<ChecklistItem>,
    /// What is wrong, by file and line.
    findings: Vec<Finding>,
    /// How many findings there are.
    summary: Summary,
}

/// What the units are deployed to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Target {
    /// The API server's minor version, `1.36`.
    kubernetes: String,
    /// The cluster profile's name.
    profile: String,
}

/// Whether something will work.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// Nothing speaks against it.
    Ready,
    /// A warning speaks against it.
    AtRisk,
    /// The tree proves that it fails.
    WillFail,
    /// It could not be rendered or judged; the coverage says why.
    Unknown,
}

/// Something deployable.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Unit {
    /// Its name, such as `manifests:k8s`.
    name: String,
    /// What it is.
    kind: UnitKind,
    /// Its directory or file; `.` for the top.
    path: String,
    /// The worst of its workloads and findings.
    verdict: Verdict,
    /// The objects in it that run pods.
    workloads: Vec<Workload>,
}

/// What kind of thing a unit is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum UnitKind {
    /// A directory of manifests.
    Manifests,
    /// A Helm chart with a set of values files.
    Helm,
    /// A kustomization.
    Kustomize,
    /// An Argo CD Application.
    ArgoCd,
    /// A Flux Kustomization or `HelmRelease`.
    Flux,
    /// A Compose file.
    Compose,
}

/// An object that runs pods.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Workload {
    /// The object.
    object: Object,
    /// The verdict on it.
    verdict: Verdict,
    /// The ids of the findings that the verdict rests on.
    because: Vec<String>,
    /// What was taken for granted.
    assumptions: Vec<String>,
}

/// The words that name an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Object {
    /// `apps/v1`
    api_version: String,
    /// `Deployment`
    kind: String,
    /// The namespace, where one is written.
    namespace: Option<String>,
    /// The name; empty where none is written.
    name: String,
}

/// What was looked at and what was not.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Coverage {
    /// Units that were found.
    found: usize,
    /// Those of them that were rendered and judged.
    rendered: usize,
    /// What was found and not judged.
    skipped: Vec<Skipped>,
}

/// Something that was found and not judged.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Skipped {
    /// The file or directory.
    path: String,
    /// The line, when only a part was skipped.
    line: Option<u32>,
    /// Why, for programs: `not-rendered`, `unreadable` and the like.
    code: String,
    /// Why, for people.
    reason: String,
}

/// A reviewer's question.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ChecklistItem {
    /// The statement.
    item: String,
    /// Whether it holds.
    answer: Answer,
    /// The ids of the findings that speak against it.
    evidence: Vec<String>,
}

/// Whether a statement holds.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Answer {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// Not everything was judged.
    Unknown,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// The tree alone proves that it is refused or will not work.
    Error,
    /// Likely, or it hangs on something outside the tree.
    Warning,
    /// The rest.
    Info,
}

/// One defect.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Finding {
    /// The same in every run: a hash of check, path, field and message.
    id: String,
    /// The check's id.
    check: String,
    /// How bad it is.
    severity: Severity,
    /// What is wrong.
    message: String,
    /// What to do about it.
    help: Option<String>,
    /// The address of the check's page; `seatrial explain` prints the same.
    url: Option<String>,
    /// The object it is about.
    object: Option<Object>,
    /// The field; empty where the finding is about a text.
    field: String,
    /// The units that show it, sorted.
    units: Vec<String>,
    /// The place to edit.
    primary: Place,
    /// Where the field stands in the rendered text; null where that is the
    /// source itself, as for plain manifests.
    rendered: Option<Rendered>,
    /// Other places.
    related: Vec<Related>,
    /// How the conclusion was reached.
    derivation: Vec<String>,
    /// A repair.
    fix: Option<Fix>,
}

/// A place in a source file. Lines and columns start at 1; columns count characters.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Place {
    /// The file, relative to the top of the tree.
    path: String,
    /// The first line.
    line: u32,
    /// The first column.
    column: u32,
    /// The last line.
    end_line: u32,
    /// One past the last column.
    end_column: u32,
}

/// A line of a unit's rendered text.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Rendered {
    /// The unit.
    unit: String,
    /// The line, from 1.
    line: u32,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Related {
    /// The file, relative to the top of the tree.
    path: String,
    /// The line, from 1.
    line: u32,
    /// The column in characters, from 1.
    column: u32,
    /// What is there.
    label: String,
    /// The part it plays.
    role: Role,
}

/// The part that a place plays in a finding.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Role {
    /// A line of a template.
    Template,
    /// A value handed to a template.
    Values,
    /// A resource that an overlay builds on.
    Base,
    /// A patch.
    Patch,
    /// A generator's entry.
    Generator,
    /// A transformer's entry.
    Transformer,
    /// An Argo CD or Flux object.
    Application,
    /// Where the thing is defined.
    Definition,
    /// Where the thing is used.
    Reference,
    /// What brings it about.
    Cause,
}

/// A repair.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Fix {
    /// What it does.
    title: String,
    /// Whether it can be applied without a look.
    applicability: Applicability,
    /// The bytes to replace, in order.
    edits: Vec<Edit>,
}

/// Whether a repair can be applied without a look.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Applicability {
    /// It changes what it names and nothing else.
    Safe,
    /// It needs a person's judgement.
    Unsafe,
}

/// Bytes to replace.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Edit {
    /// The file, relative to the top of the tree.
    path: String,
    /// The first byte that is replaced.
    start: u32,
    /// One past the last byte that is replaced.
    end: u32,
    /// What stands there afterwards.
    text: String,
}

/// How many findings there are.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Summary {
    /// Of severity error.
    error: usize,
    /// Of severity warning.
    warning: usize,
    /// Of severity info.
    info: usize,
    /// Accepted beforehand and not reported.
    suppressed: usize,
    /// With a fix.
    fixable: usize,
}

#[cfg(test)]
mod tests;
