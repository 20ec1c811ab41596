//! The JSON report, `version: 1`: its shape is fixed in `docs/interfaces.md`.

mod convert;

use std::io::{self, Write};

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

/// Writes [`json`] piece by piece: who writes to a buffer needs no room for all of it.
pub fn write_json<W: Write>(trial: &Trial, mut out: W) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &Report::of(trial))?;
    out.write_all(b"\n")
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
pub struct Report<'a> {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The directory that was covered, relative to the top of the tree; `.` for the top.
    root: String,
    /// The day of the trial, `2026-11-21`.
    today: String,
    /// What the units are deployed to.
    target: Target<'a>,
    /// The verdict on the whole.
    verdict: Verdict,
    /// The units that were judged or could not be.
    units: Vec<Unit<'a>>,
    /// What was looked at and what was not.
    coverage: Coverage<'a>,
    /// A reviewer's questions.
    checklist: Vec<ChecklistItem<'a>>,
    /// What is wrong, by file and line.
    findings: Vec<Finding<'a>>,
    /// How many findings there are.
    summary: Summary,
}

/// What the units are deployed to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Target<'a> {
    /// The API server's minor version, `1.36`.
    kubernetes: String,
    /// The cluster profile's name.
    profile: &'a str,
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
struct Unit<'a> {
    /// Its name, such as `manifests:k8s`.
    name: &'a str,
    /// What it is.
    kind: UnitKind,
    /// Its directory or file; `.` for the top.
    path: String,
    /// The worst of its workloads and findings.
    verdict: Verdict,
    /// The objects in it that run pods.
    workloads: Vec<Workload<'a>>,
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
struct Workload<'a> {
    /// The object.
    object: Object<'a>,
    /// The verdict on it.
    verdict: Verdict,
    /// The ids of the findings that the verdict rests on.
    because: &'a [String],
    /// What was taken for granted.
    assumptions: &'a [String],
}

/// The words that name an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Object<'a> {
    /// `apps/v1`
    api_version: &'a str,
    /// `Deployment`
    kind: &'a str,
    /// The namespace, where one is written.
    namespace: Option<&'a str>,
    /// The name; empty where none is written.
    name: &'a str,
}

/// What was looked at and what was not.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Coverage<'a> {
    /// Units that were found.
    found: usize,
    /// Those of them that were rendered and judged.
    rendered: usize,
    /// What was found and not judged.
    skipped: Vec<Skipped<'a>>,
}

/// Something that was found and not judged.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Skipped<'a> {
    /// The file or directory.
    path: String,
    /// The line, when only a part was skipped.
    line: Option<u32>,
    /// Why, for programs: `not-rendered`, `unreadable` and the like.
    code: &'a str,
    /// Why, for people.
    reason: &'a str,
}

/// A reviewer's question.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ChecklistItem<'a> {
    /// The statement.
    item: &'a str,
    /// Whether it holds.
    answer: Answer,
    /// The ids of the findings that speak against it.
    evidence: &'a [String],
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
struct Finding<'a> {
    /// The same in every run: a hash of check, path, field and message.
    id: &'a str,
    /// The check's id.
    check: &'a str,
    /// How bad it is.
    severity: Severity,
    /// What is wrong.
    message: &'a str,
    /// What to do about it.
    help: Option<&'a str>,
    /// The address of the check's page; `seatrial explain` prints the same.
    url: Option<String>,
    /// The object it is about.
    object: Option<Object<'a>>,
    /// The field; empty where the finding is about a text.
    field: &'a str,
    /// The units that show it, sorted.
    units: &'a [String],
    /// The place to edit.
    primary: Place,
    /// Where the field stands in the rendered text; null where that is the
    /// source itself, as for plain manifests.
    rendered: Option<Rendered<'a>>,
    /// Other places.
    related: Vec<Related<'a>>,
    /// How the conclusion was reached.
    derivation: &'a [String],
    /// A repair.
    fix: Option<Fix<'a>>,
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
struct Rendered<'a> {
    /// The unit.
    unit: &'a str,
    /// The line, from 1.
    line: u32,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Related<'a> {
    /// The file, relative to the top of the tree.
    path: String,
    /// The line, from 1.
    line: u32,
    /// The column in characters, from 1.
    column: u32,
    /// What is there.
    label: &'a str,
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
struct Fix<'a> {
    /// What it does.
    title: &'a str,
    /// Whether it can be applied without a look.
    applicability: Applicability,
    /// The bytes to replace, in order.
    edits: Vec<Edit<'a>>,
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
struct Edit<'a> {
    /// The file, relative to the top of the tree.
    path: String,
    /// The first byte that is replaced.
    start: u32,
    /// One past the last byte that is replaced.
    end: u32,
    /// What stands there afterwards.
    text: &'a str,
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
