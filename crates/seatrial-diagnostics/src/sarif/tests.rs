use seatrial_source::Span;
use serde_json::{Value, json};

use super::*;
use crate as d;

static CHECK: d::CheckInfo = d::CheckInfo {
    id: "missing-secret-key",
    title: "A key of a Secret is read that it does not have",
    severity: Severity::Error,
    level: d::Level::Bundle,
    strictness: d::Strictness::Default,
    families: &["ref.secret", "ref.key"],
    page: "A key is read\nthat is absent.\n\n## Why\nIt fails.\n",
};

fn place(sources: &SourceMap, start: u32, end: u32) -> d::Place {
    let file = sources.ids().next().expect("there is a file");
    let span = Span::new(file, start, end);
    let (start, end) = sources.positions(span);
    d::Place { span, path: sources.file(file).path().clone(), start, end }
}

fn sample(sources: &SourceMap) -> Finding {
    Finding {
        id: "0123456789abcdef".to_owned(),
        check: &CHECK,
        severity: Severity::Error,
        message: "key is [not](there)\u{1b}".to_owned(),
        help: Some("write another".to_owned()),
        object: Some(d::ObjectName {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: Some("n".to_owned()),
            name: "a".to_owned(),
        }),
        field: "spec.a".to_owned(),
        units: vec!["manifests:.".to_owned()],
        primary: place(sources, 3, 5),
        rendered: None,
        related: vec![d::RelatedPlace {
            place: place(sources, 6, 7),
            label: String::new(),
            role: d::Role::Cause,
        }],
        derivation: vec!["one".to_owned()],
        latent: false,
        fix: Some(d::Fix {
            title: "set `spec.a`".to_owned(),
            applicability: d::Applicability::Unsafe,
            edits: vec![d::Edit { span: place(sources, 3, 5).span, text: "c".to_owned() }],
        }),
    }
}

fn log(findings: &[Finding], sources: &SourceMap) -> Value {
    let text = Run { findings, sources, notes: Vec::new() }.text();
    serde_json::from_str(&text).expect("the log is JSON")
}

fn sources() -> SourceMap {
    let mut sources = SourceMap::new();
    sources.add(TreePath::new("k8s/a b.yaml"), "a: ä\nb: c\n".into());
    sources
}

#[test]
fn a_result_has_its_region_its_object_and_its_fix() {
    let sources = sources();
    let log = log(&[sample(&sources)], &sources);
    let result = &log["runs"][0]["results"][0];
    let physical = |region: Value| {
        json!({
            "artifactLocation": {"uri": "k8s/a%20b.yaml", "uriBaseId": "%SRCROOT%"},
            "region": region,
        })
    };
    assert_eq!(
        result["locations"][0],
        json!({
            "physicalLocation": physical(json!({
                "startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5, "snippet": {"text": "ä"},
            })),
            "logicalLocations": [{"name": "a", "fullyQualifiedName": "v1/Pod/n/a#spec.a", "kind": "resource"}],
        })
    );
    assert_eq!(
        result["relatedLocations"][0],
        json!({
            "id": 1,
            "physicalLocation": physical(json!({
                "startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 2, "snippet": {"text": "b"},
            })),
            "message": {"text": "cause"},
        })
    );
    assert_eq!(result["message"]["text"], "key is [not] (there)\u{FFFD}.\nbecause: one\nhelp: write another");
    assert_eq!(result["partialFingerprints"], json!({"seatrialFinding/v1": "0123456789abcdef"}));
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(
        replacement,
        &json!({
            "deletedRegion": {"startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5},
            "insertedContent": {"text": "c"},
        })
    );
}

#[test]
fn a_rule_carries_the_page_of_its_check() {
    let sources = sources();
    let log = log(&[sample(&sources), sample(&sources)], &sources);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules are a list");
    assert_eq!(rules.len(), 1);
    let rule = &rules[0];
    assert_eq!((&rule["id"], &rule["name"]), (&"missing-secret-key".into(), &"MissingSecretKey".into()));
    assert_eq!(rule["fullDescription"]["text"], "A key is read that is absent.");
    assert_eq!(rule["help"]["markdown"], CHECK.page);
    assert_eq!(rule["properties"], json!({"tags": ["kubernetes", "ref"], "problem.severity": "error"}));
}

#[test]
fn what_code_scanning_does_not_accept_is_cut_and_said() {
    let sources = sources();
    let mut findings = vec![Finding { severity: Severity::Info, ..sample(&sources) }];
    findings.resize(25_001, sample(&sources));
    let log = Log::of(&Run { findings: &findings, sources: &sources, notes: Vec::new() });
    let run = &log.runs[0];
    assert_eq!(run.results.len(), 25_000);
    assert!(matches!(run.results[0].level, Level::Error));
    assert_eq!(
        run.invocations[0].tool_execution_notifications[0].message.text,
        "findings that are left out, the least severe, as code scanning accepts 25000 in a run: 1"
    );
}

#[test]
fn a_masked_secret_on_the_line_moves_no_fix() {
    let mut original = SourceMap::new();
    original.add(TreePath::new("a.yaml"), "{p: \"é\", q: b}\n".into());
    let mut masked = SourceMap::new();
    masked.add(TreePath::new("a.yaml"), "{p: ****, q: b}\n".into());
    let primary = place(&original, 13, 14);
    let edit = d::Edit { span: place(&original, 10, 14).span, text: "r: c".to_owned() };
    let fix = d::Fix { title: String::new(), applicability: d::Applicability::Unsafe, edits: vec![edit] };
    let log = log(&[Finding { primary, fix: Some(fix), related: Vec::new(), ..sample(&masked) }], &masked);
    let replacement = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(
        replacement["deletedRegion"],
        json!({"startLine": 1, "startColumn": 10, "endLine": 1, "endColumn": 14})
    );
}
