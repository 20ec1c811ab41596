//! The generated tree that speed and memory are measured on: files of five
//! objects that refer to each other, about 1.5 kB each, a hundred to a folder.

use std::fmt::Write as _;

/// Path and text of one file. The same number gives the same bytes.
pub(crate) fn file(number: usize) -> (String, String) {
    let (team, name) = (number / 100, format!("app-{number:05}"));
    let port = 8000 + number % 1000;
    let mut text = String::with_capacity(1600);
    let _ = write!(
        text,
        "# {name}, team {team}\n\
apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n  namespace: default\n---\n\
apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: default\n  labels: {{app: {name}}}\n\
data:\n  LOG_LEVEL: info\n  app.properties: |\n    server.port={port}\n    server.name={name}\n---\n\
apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: default\nspec:\n  selector:\n    app: {name}\n\
  ports:\n  - name: http\n    port: 80\n    targetPort: http\n---\n\
apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: {name}\n  namespace: default\nspec:\n\
  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: {name}\n---\n\
apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: default\nspec:\n  replicas: 3\n\
  selector:\n    matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        app: {name}\n\
    spec:\n      serviceAccountName: {name}\n      containers:\n      - name: app\n\
        image: \"registry.example.com/team-{team}/{name}:1.{team}.{port}\"\n        ports:\n\
        - name: http\n          containerPort: {port}\n        env:\n        - name: LOG_LEVEL\n\
          valueFrom:\n            configMapKeyRef:\n              name: {name}\n              key: LOG_LEVEL\n\
        readinessProbe:\n          httpGet: {{path: /ready, port: http}}\n\
        resources:\n          requests: {{cpu: 100m, memory: 128Mi}}\n          limits: {{memory: 256Mi}}\n\
        volumeMounts:\n        - name: config\n          mountPath: /etc/app\n\
      volumes:\n      - name: config\n        configMap:\n          name: {name}\n"
    );
    (format!("apps/team-{team:03}/{name}.yaml"), text)
}
