//! The generated tree that speed and memory are measured on: files of five
//! objects that refer to each other, about 1.5 kB each, a hundred to a folder.

const FILE: &str = "# APP, team TEAM
apiVersion: v1
kind: ServiceAccount
metadata:
  name: APP
  namespace: default
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: APP
  namespace: default
  labels: {app: APP}
data:
  LOG_LEVEL: info
  app.properties: |
    server.port=PORT
    server.name=APP
---
apiVersion: v1
kind: Service
metadata:
  name: APP
  namespace: default
spec:
  selector:
    app: APP
  ports:
  - name: http
    port: 80
    targetPort: http
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: APP
  namespace: default
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: APP
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: APP
  namespace: default
spec:
  replicas: 3
  selector:
    matchLabels:
      app: APP
  template:
    metadata:
      labels:
        app: APP
    spec:
      serviceAccountName: APP
      containers:
      - name: app
        image: \"registry.example.com/team-TEAM/APP:1.PORT\"
        ports:
        - name: http
          containerPort: PORT
        env:
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef:
              name: APP
              key: LOG_LEVEL
        readinessProbe:
          httpGet: {path: /ready, port: http}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 256Mi}
        volumeMounts:
        - name: config
          mountPath: /etc/app
      volumes:
      - name: config
        configMap:
          name: APP
";

/// Path and text of one file. The same number gives the same bytes.
pub(crate) fn file(number: usize) -> (String, String) {
    let team = format!("{:03}", number / 100);
    let app = format!("app-{number:05}");
    let text =
        FILE.replace("APP", &app).replace("TEAM", &team).replace("PORT", &(8000 + number % 1000).to_string());
    (format!("apps/team-{team}/{app}.yaml"), text)
}
