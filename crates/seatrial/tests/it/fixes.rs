//! The repairs that checks offer, as the JSON report carries them: each is
//! applied to the file, and only the lines meant differ.

use crate::support::{Tree, edited};

/// What the first finding of a check makes of a manifest.
fn repaired(check: &str, manifest: &str) -> String {
    let tree = Tree::new(&[("app/app.yaml", manifest)]);
    let report = tree.check(&["--format", "json", "--select", check, "--fail-on", "never"]).json();
    let findings = report["findings"].as_array().expect("findings are a list");
    let finding = findings.iter().find(|it| it["check"] == check);
    let finding = finding.unwrap_or_else(|| panic!("{check} finds nothing: {report:#}"));
    let edits = finding["fix"]["edits"].as_array();
    let edits = edits.unwrap_or_else(|| panic!("{check} offers no fix: {finding:#}"));
    edited(manifest, edits)
}

/// The lines that are only before, and only after.
fn compare(check: &str, manifest: &str, gone: &[&str], come: &[&str]) {
    let after = repaired(check, manifest);
    let differing = |one: &str, other: &str| -> Vec<String> {
        let mut left: Vec<&str> = other.lines().map(str::trim).collect();
        let mut lines: Vec<&str> = one.lines().map(str::trim).collect();
        lines.retain(|line| match left.iter().position(|it| it == line) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        });
        lines.into_iter().map(str::to_owned).collect()
    };
    assert_eq!(differing(manifest, &after), gone, "{check}, gone:\n{after}");
    assert_eq!(differing(&after, manifest), come, "{check}, come:\n{after}");
}

const POD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2 # enough
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
";

#[test]
fn duplicates_are_removed() {
    let env = format!(
        "{POD}          env:\n            - name: MODE\n              value: fast\n            - name: MODE\n              value: slow\n"
    );
    compare("duplicate-env", &env, &["value: fast", "- name: MODE"], &[]);
    let ports = format!(
        "{POD}          ports:\n            - containerPort: 80 # first\n            - containerPort: 80 # second\n"
    );
    compare("duplicate-port", &ports, &["- containerPort: 80 # second"], &[]);
    let volumes = format!(
        "{POD}      volumes:\n        - name: a\n          emptyDir: {{}}\n        - name: a\n          emptyDir: {{}}\n"
    );
    compare("duplicate-volume", &volumes, &["- name: a", "emptyDir: {}"], &[]);
}

#[test]
fn what_an_autoscaler_sets_is_removed() {
    let scaled = format!(
        "{POD}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}
  minReplicas: 2
  maxReplicas: 4
  metrics:
    - type: External
      external: {{metric: {{name: queue}}, target: {{type: Value, value: 10}}}}
"
    );
    compare("autoscaled-replicas", &scaled, &["replicas: 2 # enough"], &[]);
}

#[test]
fn labels_are_quoted_and_selectors_added() {
    let label = POD.replace("labels: {app: web}", "labels: {app: web, version: 1.0}");
    compare(
        "invalid-label",
        &label,
        &["labels: {app: web, version: 1.0}"],
        &["labels: {app: web, version: \"1.0\"}"],
    );
    let bare = POD.replace("  selector:\n    matchLabels: {app: web}\n", "");
    compare("missing-workload-selector", &bare, &[], &["selector:", "matchLabels:", "app: web"]);
    let other = POD.replace("labels: {app: web}", "labels: {app: wep}");
    compare("selector-mismatch", &other, &["labels: {app: wep}"], &["labels: {app: web}"]);
}

#[test]
fn fields_are_renamed() {
    let account = POD.replace("    spec:\n", "    spec:\n      serviceAccount: web # ours\n");
    compare(
        "deprecated-field",
        &account,
        &["serviceAccount: web # ours"],
        &["serviceAccountName: web # ours"],
    );
    let master = POD.replace(
        "    spec:\n",
        "    spec:\n      nodeSelector:\n        node-role.kubernetes.io/master: \"\"\n",
    );
    compare(
        "removed-node-label",
        &master,
        &["node-role.kubernetes.io/master: \"\""],
        &["node-role.kubernetes.io/control-plane: \"\""],
    );
    let label = POD.replace("  name: web\nspec:", "  name: web\n  label:\n    team: shop\nspec:");
    compare("unknown-metadata-field", &label, &["label:"], &["labels:"]);
}

#[test]
fn roles_name_what_there_is() {
    let role = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
  - apiGroups: [\"\"]
    resources:
      - pod # all of them
    verbs:
      - GET
";
    compare("unknown-rbac-resource", role, &["- pod # all of them"], &["- pods # all of them"]);
    compare("unknown-rbac-verb", role, &["- GET"], &["- get"]);
    let bare = role
        .replace("  - apiGroups: [\"\"]\n    resources:\n      - pod #", "  - resources:\n      - pods #");
    compare("invalid-role-rule", &bare, &[], &["apiGroups:", "- \"\""]);
}

#[test]
fn bindings_lose_a_group_and_gain_a_namespace() {
    let binding = "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: bot
  namespace: shop
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: bot
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: ServiceAccount
    name: bot
";
    compare("missing-rbac-subject", binding, &[], &["namespace: shop"]);
    let group = format!("{binding}    namespace: shop\n    apiGroup: rbac.authorization.k8s.io\n");
    compare("invalid-role-binding", &group, &["apiGroup: rbac.authorization.k8s.io"], &[]);
}

#[test]
fn policies_and_backends_get_the_form_they_need() {
    let policy = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
    - ports:
        - port: \"8080\" # web
    - from:
        - namespaceSelector:
            matchLabels:
              name: kube-system
";
    compare("invalid-network-policy", policy, &["- port: \"8080\" # web"], &["- port: 8080 # web"]);
    compare(
        "namespace-selector-selects-nothing",
        policy,
        &["name: kube-system"],
        &["kubernetes.io/metadata.name: kube-system"],
    );
    let ingress = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              serviceName: web
              servicePort: 80
";
    compare(
        "outdated-ingress-backend",
        ingress,
        &["serviceName: web", "servicePort: 80"],
        &["service:", "name: web", "port:", "number: 80"],
    );
}

#[test]
fn addresses_lead_to_what_is_there() {
    let tree = format!(
        "{POD}          env:
            - name: API_URL
              value: http://ordres:8080/v1
            - name: USERS_URL
              value: http://users:8080/v1
---
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  ports:
    - port: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: users
spec:
  ports:
    - port: 80
"
    );
    compare(
        "unknown-service-in-environment",
        &tree,
        &["value: http://ordres:8080/v1"],
        &["value: http://orders:8080/v1"],
    );
    compare(
        "wrong-port-in-environment",
        &tree,
        &["value: http://users:8080/v1"],
        &["value: http://users:80/v1"],
    );
}

#[test]
fn names_and_claims_are_written_as_they_are_read() {
    let secret = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db
spec:
  dataFrom:
    - extract:
        key: >
          production/db
";
    compare("line-break-in-name", secret, &["key: >", "production/db"], &["key: production/db"]);
    let claim = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes:
    - RWX
  resources:
    requests:
      storage: 1Gi
";
    compare("invalid-claim", claim, &["- RWX"], &["- ReadWriteMany"]);
}
