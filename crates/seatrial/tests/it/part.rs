//! A part of an application: stdin, a file by itself, one file of a tree.

use crate::support::{SOUND, TWICE, Tree, run};

/// A Deployment that reads settings.
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

#[test]
fn one_file_is_judged_by_what_has_a_place_in_it() {
    let tree = Tree::new(&[
        ("k8s/web.yaml", SOUND),
        ("k8s/settings.yaml", TWICE),
        ("k8s/api.yaml", READER),
        ("k8s/spare.yaml", &SOUND.replace("  name: web\n", "  name: spare\n")),
        ("seatrial.toml", "[[ignore]]\ncheck = \"missing-configmap\"\nreason = \"made by hand\"\n"),
    ]);
    let report = tree.check(&["k8s/web.yaml", "--format", "json"]).json();
    let findings = report["findings"].as_array().expect("findings are a list");
    let touches = |it: &serde_json::Value| {
        let related = it["related"].as_array().expect("places are a list");
        let mut places = related.iter().chain([&it["primary"]]);
        places.any(|it| it["path"] == "k8s/web.yaml")
    };
    assert!(findings.iter().all(touches), "{findings:#?}");
    assert_eq!(report["summary"]["suppressed"], 0);
    let workloads = report["units"][0]["workloads"].as_array().expect("workloads are a list");
    assert_eq!(workloads.len(), 1, "{workloads:#?}");
    let twice = tree.check(&["k8s/settings.yaml", "--format", "json"]);
    assert_eq!((twice.code, twice.checks()), (1, vec!["duplicate-key".to_owned()]));
}

/// What a template that refuses to be rendered may hold is told by the kinds in its text.
#[test]
fn what_a_refused_template_cannot_hold_is_told_as_missing() {
    let ingress = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  ingressClassName: {{ required \"a class is needed\" .Values.class }}
  defaultBackend: {service: {name: web, port: {number: 80}}}
";
    let deployment = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web-acount
      containers:
        - name: web
          image: registry.example.com/web:1.0.0
          envFrom: [{secretRef: {name: web-tls}}]
";
    let tree = Tree::new(&[
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/values.yaml", "class:\n"),
        ("web/templates/ingress.yaml", ingress),
        ("web/templates/deployment.yaml", deployment),
    ]);
    let told = tree.check(&["--format", "json"]).checks();
    assert_eq!(told, ["missing-service-account", "missing-required-value"]);
}
