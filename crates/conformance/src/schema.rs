//! Suite `schema`: what kubeconform's own acceptance tests say of manifests,
//! against the whole pipeline. The folder is a clone of kubeconform, or one with
//! `*.bats` files and `fixtures/` in its form; nothing of it is run.

mod bats;
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use seatrial_diagnostics::{Finding, Severity};
use seatrial_trial::{SkipCode, Trial};

use crate::{Disagreement, Family, Options, Report, Suite};
use bats::{Case, Question};

pub(crate) const SUITE: Suite =
    Suite { name: "schema", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/schema"), run };

/// The families of checks that look at what a schema can say.
const OF_SCHEMA: [&str; 3] = ["rbac", "schema", "yaml"];
/// Checks that count only where everything unknown is refused.
const STRICT_ONLY: [&str; 3] = ["duplicate-key", "unknown-field", "unknown-metadata-field"];

fn run(options: &Options) -> anyhow::Result<Report> {
    let files = test_files(&options.dir)?;
    if files.is_empty() {
        bail!("no *.bats in {}", options.dir.display());
    }
    let mut families = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        families.push(compare(&options.dir, &name, &bats::cases(&name, &text))?);
    }
    Ok(Report { suite: SUITE.name, families })
}

fn test_files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let is_tests = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "bats");
    let mut paths: Vec<_> = paths.into_iter().filter(is_tests).collect();
    paths.sort();
    Ok(paths)
}

fn compare(dir: &Path, name: &str, cases: &[Case]) -> anyhow::Result<Family> {
    let mut family = Family::new(name);
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        let question = match &case.question {
            Ok(question) => question,
            Err(why) => {
                *left_out.entry(why).or_default() += 1;
                continue;
            }
        };
        if !question.files.iter().all(|file| dir.join(file).exists()) {
            if case.passes {
                family.not_run += 1;
            } else {
                *left_out.entry("its file does not exist").or_default() += 1;
            }
            continue;
        }
        let ours = Answer::to(dir, question)?;
        family.count((!ours.agrees(case)).then(|| Disagreement {
            id: format!("{name}: {}", case.name),
            input: question.files.join(" "),
            recorded: case.expected(),
            ours: ours.words(),
        }));
    }
    family.notes =
        left_out.into_iter().map(|(why, count)| format!("  {count} not compared: {why}")).collect();
    Ok(family)
}

/// What the pipeline makes of the files.
struct Answer {
    objects: usize,
    refused: Vec<String>,
    /// Why it is not known whether they are valid.
    unknown: Vec<String>,
}

impl Answer {
    fn to(dir: &Path, question: &Question) -> anyhow::Result<Self> {
        let tree = tree::Tree::of(dir, question)?;
        let trial = tree.judge(question.minor);
        let counts = |finding: &&Finding| {
            let path = trial.sources.file(finding.primary.span.file).path();
            finding.severity == Severity::Error
                && is_of_schema(finding)
                && (question.is_strict || !STRICT_ONLY.contains(&finding.check.id))
                && tree::is_asked(path)
        };
        let refused = trial.findings.iter().filter(counts);
        let refused = refused.map(|it| format!("{}: {}", it.check.id, it.message)).collect();
        let mut unknown = unknown(&trial, question.ignores_unknown_kinds);
        if unknown.is_empty() && trial.coverage.objects == 0 && tree.holds_something() {
            unknown.push("nothing of Kubernetes".to_owned());
        }
        Ok(Self { objects: trial.coverage.objects - tree.definitions(), refused, unknown })
    }

    fn agrees(&self, case: &Case) -> bool {
        let passes = self.refused.is_empty() && self.unknown.is_empty();
        let counted = case.resources.is_none_or(|count| count == self.objects);
        passes == case.passes && counted
    }

    fn words(&self) -> String {
        let objects = self.objects;
        match (&self.refused[..], &self.unknown[..]) {
            ([], []) => format!("valid, {objects} objects"),
            ([], unknown) => format!("not validated, {objects} objects: {}", unknown.join("; ")),
            (refused, _) => format!("refused, {objects} objects: {}", refused.join("; ")),
        }
    }
}

fn is_of_schema(finding: &Finding) -> bool {
    let top = |family: &&str| family.split('.').next().unwrap_or_default().to_owned();
    finding.check.families.iter().any(|family| OF_SCHEMA.contains(&&*top(family)))
}

/// What was not judged, in the words of the report.
fn unknown(trial: &Trial, ignores_unknown_kinds: bool) -> Vec<String> {
    let skips = trial.coverage.skipped.iter().filter(|it| tree::is_asked(&it.path));
    let is_unknown = |code| matches!(code, SkipCode::NotValidated | SkipCode::AssumedDefinition);
    let counts = skips.filter(|it| !(ignores_unknown_kinds && is_unknown(it.code)));
    counts.map(|it| it.reason.clone()).collect()
}
