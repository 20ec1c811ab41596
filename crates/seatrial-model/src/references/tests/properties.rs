//! No text makes the graph panic or run away.

use proptest::prelude::*;

use crate::references::Graph;
use crate::testing::repository;

const KINDS: &[(&str, &str)] = &[
    ("v1", "Pod"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("cert-manager.io/v1", "Certificate"),
    ("monitoring.coreos.com/v1", "ServiceMonitor"),
    ("argoproj.io/v1alpha1", "Rollout"),
    ("argoproj.io/v1alpha1", "Application"),
];
const WORDS: &[&str] = &[
    "spec",
    "template",
    "metadata",
    "labels",
    "annotations",
    "name",
    "namespace",
    "selector",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "containers",
    "initContainers",
    "env",
    "envFrom",
    "valueFrom",
    "secretKeyRef",
    "configMapKeyRef",
    "configMapRef",
    "volumes",
    "volumeMounts",
    "subPath",
    "configMap",
    "secret",
    "items",
    "ports",
    "port",
    "targetPort",
    "rules",
    "http",
    "paths",
    "backend",
    "service",
    "number",
    "tls",
    "secretName",
    "roleRef",
    "subjects",
    "kind",
    "apiGroup",
    "app",
    "web",
    "data",
    "target",
    "strategy",
    "canary",
    "ingress",
    "from",
    "podSelector",
    "endpoints",
    "destination",
    "In",
    "Exists",
    "ServiceAccount",
    "${X}",
    "ä",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(ToOwned::to_owned)
}

/// Flow style, so that any nesting is a valid text.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        word(),
        any::<i64>().prop_map(|it| it.to_string()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("''".to_owned()),
    ];
    leaf.prop_recursive(8, 128, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|it| format!("[{}]", it.join(", "))),
            prop::collection::vec((word(), inner), 0..6).prop_map(|it| {
                let entries: Vec<String> =
                    it.into_iter().map(|(key, value)| format!("'{key}': {value}")).collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}

fn manifest() -> impl Strategy<Value = String> {
    let entries = prop::collection::vec((word(), value()), 0..5);
    (prop::sample::select(KINDS), entries).prop_map(|((version, kind), entries)| {
        let rest: Vec<String> =
            entries.into_iter().map(|(key, value)| format!("'{key}': {value}\n")).collect();
        format!("apiVersion: {version}\nkind: {kind}\n{}---\n", rest.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_objects_make_a_graph(manifests in prop::collection::vec(manifest(), 1..6)) {
        let repository = repository(&manifests.join("# Unit: other\n"));
        let graph = Graph::build(&repository);
        for link in graph.links() {
            for place in link.resolution.places() {
                prop_assert!(graph.to(*place).any(|it| it == link));
                graph.nearest_part(&repository, link, *place);
            }
            graph.nearest(&repository, link);
        }
    }

    #[test]
    fn any_text_makes_a_graph(text in ".*") {
        let repository = repository(&format!("apiVersion: v1\nkind: Pod\nspec: {text}"));
        Graph::build(&repository);
    }
}

#[test]
fn lists_of_aliases_do_not_multiply() {
    let env = "{name: a, valueFrom: {secretKeyRef: {name: a, key: b}}},".repeat(300);
    let containers = "*c,".repeat(1_000);
    let text = format!(
        "apiVersion: v1\nkind: Pod\nx: &e [{env}]\ny: &c {{env: *e}}\nspec: {{containers: [{containers}]}}"
    );
    let repository = repository(&text);
    assert!(Graph::build(&repository).links().len() <= 20_001);
}
