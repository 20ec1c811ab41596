//! Policies of a repository, applied to what stands beside them.

use crate::support::Tree;

const POLICY: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: 'object.spec.replicas < 3', message: too many}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few}
spec: {policyName: few, validationActions: [Deny]}
";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: registry.example.com/web:1.0.0}]}
";

/// How grave it is that the policy refuses the Deployment.
fn severity(files: &[(&str, &str)]) -> String {
    let words = ["--format", "json", "--select", "refused-by-admission-policy"];
    let report = Tree::new(files).check(&words).json();
    let findings = report["findings"].as_array().expect("findings are a list");
    assert_eq!(findings.len(), 1, "{report:#}");
    findings[0]["severity"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_policy_of_another_chart_may_be_of_another_cluster() {
    let chart = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    let (web, guard) = (chart("web"), chart("guard"));
    let apart = [
        ("charts/web/Chart.yaml", web.as_str()),
        ("charts/web/templates/web.yaml", WEB),
        ("charts/guard/Chart.yaml", &guard),
        ("charts/guard/templates/policy.yaml", POLICY),
    ];
    assert_eq!(severity(&apart), "warning");
    let together = [
        ("charts/web/Chart.yaml", web.as_str()),
        ("charts/web/templates/web.yaml", WEB),
        ("charts/web/templates/policy.yaml", POLICY),
    ];
    assert_eq!(severity(&together), "error");
    assert_eq!(severity(&[("k8s/web.yaml", WEB), ("policies/few.yaml", POLICY)]), "error");
}
