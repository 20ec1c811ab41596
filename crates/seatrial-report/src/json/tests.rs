use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_source::{MemoryFiles, TreePath};
use seatrial_trial::{Config, Date, Trial, TrialRequest, check};
use serde_json::Value;

use super::*;

/// Where the schema is published.
const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/report.schema.json");

fn trial(files: &[(&str, &str)]) -> Trial {
    let files: MemoryFiles = files.iter().copied().collect();
    check(&TrialRequest {
        cluster: None,
        files: &files,
        revisions: None,
        git_problem: Some("the repository is damaged".to_owned()),
        root: TreePath::top(),
        scope: TreePath::top(),
        config: Config::default(),
        config_text: None,
        today: "2026-11-21".parse::<Date>().expect("the day exists"),
        units: None,
    })
}

fn validate(document: &str) -> Value {
    let schema: Value = serde_json::from_str(&schema()).expect("the schema is JSON");
    let document: Value = serde_json::from_str(document).expect("the report is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let problems: Vec<String> = validator.iter_errors(&document).map(|it| it.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    document
}

static CHECK: CheckInfo = CheckInfo {
    id: "some-check",
    title: "Something",
    severity: Severity::Error,
    level: Level::Object,
    strictness: Strictness::Default,
    families: &[],
    page: "",
};

#[test]
fn real_output_fits_the_schema() {
    let document = validate(&json(&trial(&[
        ("k8s/a.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n"),
        ("k8s/b.yaml", "apiVersion: v1\nkind: [\n"),
        ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
    ])));
    assert_eq!(document["version"], 1);
    assert_eq!(document["coverage"]["skipped"].as_array().map(Vec::is_empty), Some(false));
}

#[test]
fn every_member_of_a_finding_fits_the_schema() {
    use seatrial_diagnostics as d;
    let mut trial = trial(&[]);
    let mut sources = seatrial_source::SourceMap::new();
    let file = sources.add(TreePath::new("a.yaml"), "a: b\n".into());
    let span = seatrial_source::Span::new(file, 3, 4);
    let (start, end) = sources.positions(span);
    let place = d::Place { span, path: TreePath::new("a.yaml"), start, end };
    trial.sources = sources;
    trial.findings = vec![d::Finding {
        id: "0123456789abcdef".to_owned(),
        check: &CHECK,
        severity: Severity::Error,
        message: "something is wrong".to_owned(),
        help: Some("do something".to_owned()),
        object: Some(d::ObjectName {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: None,
            name: "a".to_owned(),
        }),
        field: "spec.a".to_owned(),
        units: vec!["manifests:.".to_owned()],
        primary: place.clone(),
        rendered: Some(d::Rendered { unit: "manifests:.".to_owned(), line: 3 }),
        related: vec![d::RelatedPlace { place, label: "here".to_owned(), role: d::Role::Cause }],
        derivation: vec!["one".to_owned()],
        latent: false,
        fix: Some(d::Fix {
            title: "set `spec.a`".to_owned(),
            applicability: d::Applicability::Safe,
            edits: vec![d::Edit { span, text: "c".to_owned() }],
        }),
    }];
    let document = validate(&json(&trial));
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["findings"][0]).expect("it is JSON"), @r#"
    {
      "check": "some-check",
      "derivation": [
        "one"
      ],
      "field": "spec.a",
      "fix": {
        "applicability": "safe",
        "edits": [
          {
            "end": 4,
            "path": "a.yaml",
            "start": 3,
            "text": "c"
          }
        ],
        "title": "set `spec.a`"
      },
      "help": "do something",
      "id": "0123456789abcdef",
      "message": "something is wrong",
      "object": {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": "a",
        "namespace": null
      },
      "primary": {
        "column": 4,
        "endColumn": 5,
        "endLine": 1,
        "line": 1,
        "path": "a.yaml"
      },
      "related": [
        {
          "column": 4,
          "label": "here",
          "line": 1,
          "path": "a.yaml",
          "role": "cause"
        }
      ],
      "rendered": {
        "line": 3,
        "unit": "manifests:."
      },
      "severity": "error",
      "units": [
        "manifests:."
      ],
      "url": "https://github.com/seatrial/seatrial/blob/HEAD/docs/checks/some-check.md"
    }
    "#);
}

#[test]
fn the_published_schema_is_this_one() {
    let published = std::fs::read_to_string(PUBLISHED).unwrap_or_default();
    assert_eq!(published, schema(), "run `cargo xtask generate`");
}
