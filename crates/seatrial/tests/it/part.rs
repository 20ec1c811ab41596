//! A part of an application: stdin, a file by itself, one file of a tree.

use crate::support::{SOUND, Tree, run};

/// A Deployment that reads a ConfigMap.
const READER: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: registry.example.com/api:1.0.0
          envFrom: [{configMapRef: {name: api-config}}]
";

#[test]
fn what_stdin_and_a_file_by_itself_lack_may_be_elsewhere() {
    let tree = Tree::new(&[("api.yaml", READER)]);
    let severities = |report: serde_json::Value| -> Vec<String> {
        let findings = report["findings"].as_array().expect("findings are a list").clone();
        findings.iter().map(|it| it["severity"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let stdin = run(tree.path(), &["check", "-", "--format", "json"], READER.as_bytes());
    assert_eq!((stdin.code, severities(stdin.json())), (0, vec!["warning".to_owned()]));
    assert_eq!(severities(tree.check(&["--format", "json"]).json()), ["warning"]);
    tree.write("web.yaml", SOUND);
    assert_eq!(severities(tree.check(&["--format", "json"]).json()), ["error"]);
    assert_eq!(severities(tree.check(&["api.yaml", "--format", "json"]).json()), ["warning"]);
}
