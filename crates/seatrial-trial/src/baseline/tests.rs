use seatrial_source::MemoryFiles;

use super::*;
use crate::{Config, TrialRequest, Verdict, check};

const TWICE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  b: x\n  b: z\n";

fn trial(files: &[(&str, &str)], config: &str, scope: &str) -> Trial {
    let files: MemoryFiles = files.iter().copied().collect();
    check(&TrialRequest {
        cluster: None,
        files: &files,
        revisions: None,
        git_problem: None,
        root: TreePath::top(),
        scope: TreePath::new(scope),
        config: Config::parse(config, &catalogue()).expect("the configuration is valid"),
        config_text: Some(config.to_owned()),
        today: "2026-11-21".parse().expect("the day exists"),
        units: None,
    })
}

fn gone(trial: &Trial) -> usize {
    trial.comparison.as_ref().map_or(0, |it| it.gone.len())
}

#[test]
fn only_what_is_new_is_reported_and_the_verdict_stays() {
    let baseline = Baseline::of(&trial(&[("a/a.yaml", TWICE)], "", ""));
    let mut later = trial(&[("a/a.yaml", TWICE), ("b/b.yaml", &TWICE.replace("b: ", "c: "))], "", "");
    later.compare(&baseline);
    let paths: Vec<&str> = later.findings.iter().map(|it| it.primary.path.as_str()).collect();
    assert_eq!(paths, ["b/b.yaml"]);
    assert_eq!((later.summary.error, later.summary.suppressed, gone(&later)), (1, 1, 0));
    later.compare(&Baseline::of(&later));
    assert_eq!((later.worst(), later.verdict), (None, Verdict::WillFail));
}

#[test]
fn what_is_written_is_read_again() {
    let baseline = Baseline::of(&trial(&[("a/a.yaml", TWICE), ("b/b.yaml", TWICE)], "", ""));
    let text = baseline.to_json();
    let read = Baseline::parse(&text).expect("it was written so");
    assert_eq!((read.findings, read.version), (baseline.findings, 1));
    assert_eq!(text.lines().count(), 7, "{text}");
    let empty = Baseline::of(&trial(&[], "", ""));
    assert_eq!(empty.to_json(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    assert!(Baseline::parse(&empty.to_json()).is_ok_and(|it| it.is_empty()));
}

#[test]
fn entries_are_gone_only_where_they_would_have_been_found() {
    let baseline = Baseline::of(&trial(&[("a/a.yaml", TWICE)], "", ""));
    let sound = TWICE.replace("  b: z\n", "");
    let compared = |config: &str, scope: &str| {
        let mut trial = trial(&[("a/a.yaml", &sound), ("b/b.yaml", &sound)], config, scope);
        trial.compare(&baseline);
        gone(&trial)
    };
    assert_eq!(compared("", ""), 1);
    assert_eq!(compared("", "b"), 0);
    assert_eq!(compared("select = [\"missing-*\"]\n", ""), 0);
}

#[test]
fn other_documents_are_refused_with_the_reason() {
    let problem = |text: &str| Baseline::parse(text).expect_err("it is no baseline").to_string();
    assert_eq!(problem("{\"version\": 2}"), "it is of version 2, and only version 1 is known");
    insta::assert_snapshot!(problem("{}"), @"missing field `version` at line 1 column 2");
    insta::assert_snapshot!(problem("{\"version\": 1}"), @"missing field `findings` at line 1 column 14");
    assert_eq!([problem("[]"), problem("")], ["it is no JSON object", "it is no JSON object"]);
    let nested = format!("{{\"version\": 1, \"more\": {}", "[".repeat(1_000_000));
    assert!(problem(&nested).starts_with("EOF"));
}

#[test]
fn what_is_written_fits_the_schema() {
    let schema = serde_json::from_str(&Baseline::schema()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let text = Baseline::of(&trial(&[("a/a.yaml", TWICE)], "", "")).to_json();
    let written: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert!(validator.is_valid(&written), "{text}");
    for wrong in ["{\"version\": 2, \"findings\": []}", "{\"version\": 1}"] {
        assert!(!validator.is_valid(&serde_json::from_str(wrong).expect("it is JSON")), "{wrong}");
    }
}
