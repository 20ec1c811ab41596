//! Kinds and their keys in the wrong letter case.

use crate::support::{Tree, run};

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

/// Why something is said: the derivation of the only finding of a check.
fn because(check: &str, text: &str) -> Vec<String> {
    let tree = Tree::new(&[("k8s/all.yaml", text)]);
    let done = run(tree.path(), &["check", "--format", "json"], b"");
    let findings = done.json()["findings"].as_array().cloned().unwrap_or_default();
    let found: Vec<_> = findings.iter().filter(|it| it["check"] == check).collect();
    assert_eq!(found.len(), 1, "{findings:#?}");
    let steps = found[0]["derivation"].as_array().cloned().unwrap_or_default();
    steps.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

#[test]
fn a_value_that_nobody_writes_names_who_sets_it() {
    let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n\
               spec: {containers: [{name: web, image: 'r.example.com/web:1'}]}\n";
    let range = "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: bounds, namespace: shop}\n\
                 spec: {limits: [{type: Container, default: {memory: 2Gi}}]}\n";
    let bound = "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: most, namespace: shop}\n\
                 spec: {limits: [{type: Container, max: {memory: 1Gi}}]}\n";
    let filled =
        "`spec.containers[0].resources.limits.memory` is not written: LimitRange `bounds` sets `2Gi`";
    let told = because("refused-by-limit-range", &format!("{range}{bound}{pod}"));
    assert!(told.iter().any(|it| it == filled), "{told:#?}");
    let quota = "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: small, namespace: shop}\n\
                 spec: {hard: {limits.memory: 1Gi}}\n";
    let told = because("exceeds-quota", &format!("{range}{quota}{pod}"));
    assert!(told.iter().any(|it| it == filled), "{told:#?}");

    let policy = "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: pulls}\n\
                  spec:\n  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\n  \
                  validations: [{expression: \"object.spec.dnsPolicy == 'None'\"}]\n---\n\
                  apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: pulls}\n\
                  spec: {policyName: pulls, validationActions: [Deny]}\n";
    let told = because("refused-by-admission-policy", &format!("{policy}{pod}"));
    let filled = "`spec.dnsPolicy` is not written: the API server sets `ClusterFirst`";
    assert!(told.iter().any(|it| it == filled), "{told:#?}");

    let kind = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: toys.example.com}\n\
        spec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: Toy, plural: toys}\n  versions:\n  \
        - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, \
        properties: {size: {type: integer, default: 3, x-kubernetes-validations: [{rule: self == 3 || self > 9}]}, \
        kind: {type: string}}, x-kubernetes-validations: [{rule: \"self.kind != 'big' || self.size > 9\", fieldPath: .size}]}}}}}\n";
    let toy = "---\napiVersion: example.com/v1\nkind: Toy\nmetadata: {name: a}\nspec: {kind: big}\n";
    let told = because("refused-value", &format!("{kind}{toy}"));
    let filled = "`spec.size` is not written: the definition of the kind sets `3`";
    assert!(told.iter().any(|it| it == filled), "{told:#?}");
}
