//! The JSON report, from outside.

use crate::support::{SOUND, TWICE, Tree};

fn tree() -> Tree {
    let tree = Tree::new(&[
        ("web/web.yaml", SOUND),
        ("chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
    ]);
    for number in 0..20 {
        tree.write(&format!("many/{number}.yaml"), TWICE.replace("settings", &format!("settings-{number}")));
    }
    tree
}

#[test]
fn the_document_has_the_members_that_others_rely_on() {
    let report = tree().check(&["--format", "json"]).json();
    let members = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().expect("it is an object").keys().cloned().collect()
    };
    assert_eq!(
        members(&report),
        [
            "checklist",
            "coverage",
            "findings",
            "root",
            "summary",
            "target",
            "today",
            "units",
            "verdict",
            "version"
        ]
    );
    assert_eq!(
        members(&report["findings"][0]),
        [
            "check",
            "derivation",
            "field",
            "fix",
            "help",
            "id",
            "message",
            "object",
            "primary",
            "related",
            "rendered",
            "severity",
            "units",
            "url"
        ]
    );
    assert_eq!((&report["version"], &report["today"]), (&1.into(), &"2026-11-21".into()));
    assert_eq!((&report["root"], &report["target"]["kubernetes"]), (&".".into(), &"1.36".into()));
    assert_eq!(report["verdict"], "will-fail");
}

#[test]
fn what_is_not_rendered_is_unknown_and_never_a_pass() {
    let tree = Tree::new(&[("compose.yaml", "services:\n  web: {image: web}\n"), ("web/web.yaml", SOUND)]);
    let report = tree.check(&["--format", "json"]).json();
    let verdict = |at: usize| (report["units"][at]["name"].clone(), report["units"][at]["verdict"].clone());
    assert_eq!(verdict(0), ("compose:compose.yaml".into(), "unknown".into()));
    assert_eq!(verdict(1), ("manifests:web".into(), "ready".into()));
    // No cluster runs what Compose does.
    assert_eq!(report["verdict"], "ready");
    assert_eq!(report["coverage"]["skipped"][0]["code"], "not-rendered");
    let tree = Tree::new(&[("compose.yaml", "services:\n  web: {image: web}\n"), ("web.yaml", SOUND)]);
    let verdict = |file: &str| tree.check(&[file, "--format", "json"]).json()["verdict"].clone();
    assert_eq!((verdict("compose.yaml"), verdict("web.yaml")), ("unknown".into(), "ready".into()));
}

#[test]
fn ids_are_stable_when_lines_move() {
    let id = |text: &str| {
        let tree = Tree::new(&[("a.yaml", text)]);
        tree.check(&["--format", "json"]).json()["findings"][0]["id"].clone()
    };
    assert_eq!(id(TWICE), id(&format!("# a comment\n\n{TWICE}")));
}
