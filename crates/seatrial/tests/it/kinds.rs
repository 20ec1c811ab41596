//! Kinds and their keys in the wrong letter case.

use crate::support::Tree;

const READER: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
spec:
  containers:
    - name: api
      image: registry.example.com/api:1.0.0
      envFrom: [{configMapRef: {name: settings}}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
";

fn settings(head: &str) -> String {
    format!("{head}\nmetadata: {{name: settings, namespace: shop}}\ndata: {{a: b}}\n")
}

#[test]
fn a_kind_in_small_letters_is_no_object_that_something_finds() {
    let tree = Tree::new(&[("k8s/api.yaml", READER)]);
    tree.write("k8s/settings.yaml", settings("apiVersion: v1\nkind: configmap"));
    let done = tree.check(&["--format", "json"]);
    assert_eq!((done.code, done.checks()), (1, vec!["missing-configmap".into(), "wrong-letter-case".into()]));
    let finding = &done.json()["findings"][1];
    assert_eq!(finding["message"], "ConfigMap settings has the kind `configmap`, which no API server knows");
    assert_eq!(finding["help"], "write `apiVersion: v1` and `kind: ConfigMap`");
    assert_eq!((&finding["primary"]["line"], &finding["primary"]["column"]), (&2.into(), &7.into()));
    tree.write("k8s/settings.yaml", settings("apiVersion: v1\nkind: ConfigMap"));
    assert_eq!(tree.check(&["--format", "json"]).checks(), [""; 0]);
}

#[test]
fn keys_in_large_letters_are_told() {
    for (head, key) in [
        ("apiVersion: v1\nKind: ConfigMap", "Kind"),
        ("ApiVersion: v1\nkind: ConfigMap", "ApiVersion"),
        ("apiversion: v1\nkind: ConfigMap", "apiversion"),
    ] {
        let tree = Tree::new(&[]);
        tree.write("settings.yaml", settings(head));
        let report = tree.check(&["--format", "json"]).json();
        let finding = &report["findings"][0];
        assert_eq!(finding["check"], "wrong-letter-case", "{head}");
        assert!(finding["message"].as_str().is_some_and(|it| it.contains(&format!("`{key}`"))), "{finding}");
        assert_eq!(report["verdict"], "will-fail");
    }
}

#[test]
fn kinds_of_other_programs_are_left_alone() {
    let tree = Tree::new(&[(
        "k8s/own.yaml",
        "apiVersion: example.com/v1\nkind: deployment\nmetadata: {name: a}\n---\n\
         apiVersion: v1\nkind: pipeline\nname: b\n",
    )]);
    assert_eq!(tree.check(&["--format", "json"]).checks(), [""; 0]);
}

#[test]
fn an_autoscaler_finds_its_target_by_a_kind_in_small_letters() {
    let text = |kind: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: api}}\n---\n\
             apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: api}}\n\
             spec: {{maxReplicas: 3, scaleTargetRef: {{apiVersion: apps/v1, kind: {kind}, name: api}}}}\n"
        )
    };
    let words = ["--format", "json", "--select", "missing-autoscaler-target"];
    let found = |kind: &str| Tree::new(&[("k8s/api.yaml", &text(kind))]).check(&words).checks();
    assert_eq!(found("deployment"), [""; 0]);
    assert_eq!(found("DEPLOYMENT"), ["missing-autoscaler-target"]);
}
