//! SARIF, held against the schema of OASIS.

use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::examples::{NAMES, copied};
use crate::support::{SOUND, TWICE, Tree, run};

/// The schema, as the package of `serde-sarif` carries it.
fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let only = ["--offline", "--filter-platform", "host-tuple"].map(ToOwned::to_owned);
        let metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .other_options(only.to_vec())
            .exec()
            .expect("cargo describes the workspace");
        let package = metadata.packages.iter().find(|it| it.name == "serde-sarif");
        let manifest = &package.expect("it is a dependency").manifest_path;
        let text = fs::read_to_string(manifest.with_file_name("src").join("schema.json"));
        let text = text.expect("the package holds the schema");
        let mut schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
        // Its pattern of language codes has a bracket too many; we write no languages.
        for definition in ["run", "toolComponent"] {
            let language = format!("/definitions/{definition}/properties/language");
            let language = schema.pointer_mut(&language).and_then(Value::as_object_mut);
            language.map(|it| it.remove("pattern"));
        }
        schema
    })
}

fn validate(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("the log is JSON");
    let validator =
        jsonschema::options().should_validate_formats(true).build(schema()).expect("the schema is one");
    let problems: Vec<String> =
        validator.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    serde_json::from_value::<serde_sarif::sarif::Sarif>(log.clone()).expect("another program reads it");
    log
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().expect("results are a list")
}

#[test]
fn the_examples_fit_the_schema_and_every_finding_is_there() {
    for name in NAMES {
        let tree = copied(name);
        let words = ["check", "--today", "2026-01-01", "--format"];
        let log = validate(&run(tree.path(), &[&words[..], &["sarif"]].concat(), b"").stdout);
        let report = run(tree.path(), &[&words[..], &["json"]].concat(), b"").json();
        let findings = report["findings"].as_array().expect("findings are a list");
        assert_eq!(results(&log).len(), findings.len(), "{name}");
        for (result, finding) in results(&log).iter().zip(findings) {
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(result["ruleId"], finding["check"]);
            assert_eq!(result["partialFingerprints"]["seatrialFinding/v1"], finding["id"]);
            assert_eq!(place["artifactLocation"]["uri"], finding["primary"]["path"]);
            assert_eq!(place["region"]["startLine"], finding["primary"]["line"]);
            let at = result["ruleIndex"].as_u64().expect("it is a number") as usize;
            assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][at]["id"], finding["check"]);
        }
    }
}

#[test]
fn nothing_found_is_a_log_with_no_result() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    assert!(results(&validate(&tree.check(&["--format", "sarif"]).stdout)).is_empty());
}

#[test]
fn odd_names_and_places_fit_the_schema() {
    let tree = Tree::new(&[]);
    tree.write("a b/c:d#é?.yaml", TWICE.replace("level: debug", "level: \"debug"));
    tree.write("crlf.yaml", TWICE.replace('\n', "\r\n"));
    tree.write("empty/binary.yaml", b"\x00\xFF\xFE");
    tree.write("dup.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"kind\": \"ConfigMap\"}");
    let log = validate(&tree.check(&["--format", "sarif"]).stdout);
    assert!(results(&log).len() >= 3, "{log:#}");
    let lines = |path: &str| fs::read_to_string(tree.path().join(path)).expect("it is there").lines().count();
    let region = |uri: &str| {
        let place = |it: &Value| it["locations"][0]["physicalLocation"].clone();
        let mut places = results(&log).iter().map(place);
        places.find(|it| it["artifactLocation"]["uri"] == uri).expect("it has a result")["region"].clone()
    };
    let line = region("a%20b/c%3Ad%23%C3%A9%3F.yaml")["startLine"].as_u64().expect("it is a number");
    assert!(line as usize <= lines("a b/c:d#é?.yaml"));
    let crlf = region("crlf.yaml");
    assert_eq!(
        (&crlf["startLine"], &crlf["startColumn"], &crlf["endColumn"]),
        (&7.into(), &3.into(), &8.into())
    );
}

#[test]
fn what_is_not_judged_is_a_notification() {
    let tree = Tree::new(&[("compose.yaml", "services:\n  web: {image: web}\n")]);
    let log = validate(&tree.check(&["--format", "sarif"]).stdout);
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "not-rendered");
    assert_eq!(notification["level"], "warning");
}
