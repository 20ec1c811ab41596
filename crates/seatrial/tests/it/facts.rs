//! `--facts`: what a cluster holds, for templates that look there.

use crate::support::{Tree, run};

const TEMPLATE: &str = r#"
{{- $known := lookup "v1" "Secret" .Release.Namespace "login" }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: pier
data:
  known: {{ $known | empty | not | quote }}
  key: {{ dig "data" "key" "made" $known | quote }}
  all: {{ (lookup "v1" "Secret" "" "").items | default list | len | quote }}
"#;

const POD: &str = r"
apiVersion: v1
kind: Pod
metadata: {name: pier}
spec:
  containers:
    - name: pier
      image: registry.example.com/pier:1.0.0
      envFrom: [{secretRef: {name: login}}]
";

const FACTS: &str = "\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: login, namespace: default}, data: {key: c2VhbA==}}
- {apiVersion: v1, kind: Secret, metadata: {name: other, namespace: kube-system}}
";

fn tree() -> Tree {
    Tree::new(&[
        ("pier/Chart.yaml", "apiVersion: v2\nname: pier\nversion: 0.1.0\n"),
        ("pier/templates/pier.yaml", TEMPLATE),
        ("pier/templates/pod.yaml", POD),
        ("held.txt", FACTS),
    ])
}

#[test]
fn lookup_finds_what_the_cluster_holds() {
    let tree = tree();
    let without = run(tree.path(), &["render", "pier", "--kube-version", "1.36"], b"");
    assert!(without.stdout.contains("known: \"false\"\n  key: \"made\"\n  all: \"0\""), "{}", without.stdout);
    let with = run(tree.path(), &["render", "pier", "--facts", "held.txt"], b"");
    assert!(
        with.stdout.contains("known: \"true\"\n  key: \"c2VhbA==\"\n  all: \"2\""),
        "{}{}",
        with.stdout,
        with.stderr
    );
}

#[test]
fn what_the_cluster_holds_need_not_be_in_the_tree() {
    let tree = tree();
    let words = ["pier", "--format", "json", "--select", "missing-secret"];
    assert_eq!(tree.check(&words).checks(), ["missing-secret"]);
    let done = tree.check(&[&words[..], &["--facts", "held.txt"]].concat());
    assert_eq!(done.checks(), [""; 0]);
    assert!(!done.stdout.contains("c2VhbA=="));
}

#[test]
fn facts_that_are_no_objects_are_refused() {
    let tree = tree();
    tree.write("held.txt", "a: [");
    let done = tree.check(&["pier", "--facts", "held.txt"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("`held.txt` cannot be read: "), "{}", done.stderr);
}
