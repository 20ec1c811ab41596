//! What is said of fields and shapes that many people write by mistake.

use crate::support::Tree;

/// The help for a field of an object.
fn helps(manifest: &str, rows: &[(&str, &str)]) {
    let tree = Tree::new(&[("all.yaml", manifest)]);
    let report = tree.check(&["--fail-on", "never", "--format", "json"]).json();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    for (field, help) in rows {
        let found = findings.iter().find(|it| it["field"] == *field && it["severity"] == "error");
        let told = found.map_or("nothing is told", |it| it["help"].as_str().unwrap_or("no help"));
        assert_eq!(told, *help, "{field} of {manifest}");
    }
}

/// A Deployment with lines for its spec, its pods and its container.
fn deployment(spec: &str, pod: &str, container: &str) -> String {
    let lines = |indent: usize, text: &str| match text {
        "" => String::new(),
        text => format!("{:indent$}{text}\n", ""),
    };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n{}  template:\n    metadata: \
         {{labels: {{app: web}}}}\n    spec:\n{}      containers:\n        - name: web\n          image: \
         r.example.com/web:1\n{}",
        lines(2, spec),
        lines(6, pod),
        lines(10, container)
    )
}

const SELECTOR: &str = "selector: {matchLabels: {app: web}}";
const CONTAINER: &str = "spec.template.spec.containers[0]";

#[test]
fn containers() {
    let rows = [
        ("ports: [{port: 80}]", ".ports[0].port", "rename it to `containerPort`"),
        ("ports: [{targetPort: 80}]", ".ports[0].targetPort", "rename it to `containerPort`"),
        ("env: {A: b}", ".env", "write a list, and each variable as `- {name: ..., value: ...}`"),
        ("env: [{A: b}]", ".env[0].A", "write `name: ...` and `value: ...`"),
        ("env: ['A=b']", ".env[0]", "write `{name: ..., value: ...}`"),
        ("env: [{Name: A}]", ".env[0].Name", "rename it to `name`"),
        (
            "env: [{name: A, secretRef: {name: a}}]",
            ".env[0].secretRef",
            "for one key write `valueFrom: {secretKeyRef: {name: ..., key: ...}}`; for all keys list `secretRef` below `envFrom`",
        ),
        (
            "env: [{name: A, valueFrom: {configMapKeyref: {name: a, key: b}}}]",
            ".env[0].valueFrom.configMapKeyref",
            "rename it to `configMapKeyRef`",
        ),
        (
            "command: sleep 5",
            ".command",
            "write a list with an item for each word, or `[\"sh\", \"-c\", \"...\"]`",
        ),
        ("tag: '1'", ".tag", "write it into `image`, behind a colon"),
        ("envFrom: [{configMapRef: a}]", ".envFrom[0].configMapRef", "write `{name: a}`"),
        ("resources: {limit: {cpu: 1}}", ".resources.limit", "rename it to `limits`"),
        ("resources: {cpu: 1}", ".resources.cpu", "write it below `requests` or `limits`"),
        ("volumeMount: [{name: a, mountPath: /a}]", ".volumeMount", "rename it to `volumeMounts`"),
        (
            "livenessProbe: {path: /, port: 80}",
            ".livenessProbe",
            "write `path` and `port` below `httpGet`, or `port` below `tcpSocket`",
        ),
    ];
    for (line, field, help) in rows {
        helps(&deployment(SELECTOR, "", line), &[(&format!("{CONTAINER}{field}"), help)]);
    }
}

#[test]
fn pods_and_workloads() {
    let rows = [
        (
            "image: r.example.com/x:1",
            "image",
            "remove it: `spec.template.spec.containers[0].image` is there already",
        ),
        (
            "livenessProbe: {httpGet: {path: /, port: 80}}",
            "livenessProbe",
            "move it to `spec.template.spec.containers[0].livenessProbe`",
        ),
        ("imagePullSecrets: regcred", "imagePullSecrets", "write `[{name: regcred}]`"),
        (
            "volumes: [{name: a, persistentVolumeClaim: {name: data}}]",
            "volumes[0].persistentVolumeClaim.name",
            "rename it to `claimName`",
        ),
        ("volumes: [{name: a, secret: {name: s}}]", "volumes[0].secret.name", "rename it to `secretName`"),
    ];
    for (line, field, help) in rows {
        helps(&deployment(SELECTOR, line, ""), &[(&format!("spec.template.spec.{field}"), help)]);
    }
    let selects = |line: &str, help| helps(&deployment(line, "", ""), &[("spec.selector", help)]);
    selects("selector: {app: web}", "write the labels below `selector.matchLabels`");
    selects("selector: {matchLabel: {app: web}}", "rename `matchLabel` to `matchLabels`");
    helps(
        &deployment("updateStrategy: {type: Recreate}", "", ""),
        &[("spec.updateStrategy", "rename it to `strategy`")],
    );
    helps(&deployment("strategy: Recreate", "", ""), &[("spec.strategy", "write `{type: Recreate}`")]);
}

#[test]
fn services_and_what_leads_to_them() {
    let service =
        |spec: &str| format!("apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {spec}\n");
    let rows = [
        (
            "{ports: [{port: 80, containerPort: 81}]}",
            "spec.ports[0].containerPort",
            "rename it to `targetPort`",
        ),
        ("{ports: [{containerPort: 81}]}", "spec.ports[0].containerPort", "rename it to `port`"),
        ("{port: 80}", "spec.port", "write `ports: [{port: ...}]`"),
        ("{nodePort: 30080, ports: [{port: 80}]}", "spec.nodePort", "move it to `spec.ports[0].nodePort`"),
        (
            "{selector: {matchLabels: {app: web}}, ports: [{port: 80}]}",
            "spec.selector.matchLabels",
            "write the labels right below `selector`",
        ),
    ];
    for (spec, field, help) in rows {
        helps(&service(spec), &[(field, help)]);
    }
    let ingress = |backend: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec:\n  rules:\n    - http: \
             {{paths: [{{path: /, pathType: Prefix, backend: {backend}}}]}}\n"
        )
    };
    let at = |field: &str| format!("spec.rules[0].http.paths[0].backend.{field}");
    let whole = "write `service: {name: web, port: {number: 80}}`";
    helps(&ingress("{serviceName: web, servicePort: 80}"), &[(&at("serviceName"), whole)]);
    let port = "write `port: {number: 80}`";
    helps(&ingress("{service: {name: web, port: 80}}"), &[(&at("service.port"), port)]);
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: \
                  {app: web}\n  ingress: [{from: {podSelector: {}}, ports: [80]}]\n";
    helps(
        policy,
        &[
            ("spec.podSelector.app", "write it below `matchLabels`"),
            ("spec.ingress[0].from", "write a list, also for one: put `- ` before its first field"),
            ("spec.ingress[0].ports[0]", "write `{port: 80}`"),
        ],
    );
    let policy = |spec: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a}}\nspec: {spec}\n"
        )
    };
    helps(&policy("{selector: {}}"), &[("spec.selector", "rename it to `podSelector`")]);
    helps(
        &policy("{podSelector: {}, ingress: [{port: 80}]}"),
        &[("spec.ingress[0].port", "write `ports: [{port: ...}]`")],
    );
    helps(
        &policy("{podSelector: {}, ingress: [{to: []}], egress: [{from: []}, {to: [], from: []}]}"),
        &[
            ("spec.ingress[0].to", "rename it to `from`"),
            ("spec.egress[0].from", "rename it to `to`"),
            ("spec.egress[1].from", "move it to `spec.ingress[0].from`"),
        ],
    );
}

#[test]
fn claims() {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {accessModes: [ReadWriteOnce], \
                 resources: {storage: 1Gi}}\n";
    helps(claim, &[("spec.resources", "write `storage` below `resources.requests`")]);
}

#[test]
fn an_image_is_one_text() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: {repository: a, tag: \
               b}}]}\n";
    helps(pod, &[("spec.containers[0].image", "write one text: the name, a colon and the tag")]);
}

#[test]
fn objects_of_flux() {
    let tree = Tree::new(&[(
        "all.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\n\
         spec:\n  interval: 10\n  prune: true\n  path: ./app\n  sourceRef: {kind: GitRepository, name: flux-system}\n  \
         dependsOn: [{name: appz}]\n",
    )]);
    let report = tree.check(&["--fail-on", "never", "--format", "json"]).json();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let told = |field: &str| {
        let it = findings.iter().find(|it| it["field"] == field).expect("it is told");
        assert!(it["fix"].is_null(), "{it:#}");
        it["help"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(told("spec.interval"), "write its unit: `10s` or `10m`");
    // An object does not wait for itself.
    let help = told("spec.dependsOn[0].name");
    assert!(help.starts_with("define ") && !help.contains("`apps`"), "{help}");
}
