//! References between the kinds that every API server knows.

use super::check;

#[test]
fn containers_refer_to_keys() {
    check(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
      - env: [{name: A, valueFrom: {secretKeyRef: {name: app, key: gone}}}]
      containers:
      - env:
        - {name: A, valueFrom: {configMapKeyRef: {name: app, key: a}}}
        - {name: B, valueFrom: {configMapKeyRef: {name: app, key: b, optional: true}}}
        - {name: C, valueFrom: {secretKeyRef: {name: nobody, key: c}}}
        - {name: D, valueFrom: {secretKeyRef: {name: '${SECRET}', key: c}}}
        - {name: E, valueFrom: {secretKeyRef: {key: c}}}
        envFrom: [{configMapRef: {name: app}}, {secretRef: {name: gone, optional: true}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {a: '1'}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData: {c: '1'}
",
        "
Deployment web: spec.template.spec.initContainers[0].env[0].valueFrom.secretKeyRef.name -> Secret app key gone (spec.template.spec.initContainers[0].env[0].valueFrom.secretKeyRef.key) = not in Secret app
Deployment web: spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.name -> ConfigMap app key a (spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.key) = found ConfigMap app
Deployment web: spec.template.spec.containers[0].env[1].valueFrom.configMapKeyRef.name -> optional ConfigMap app key b (spec.template.spec.containers[0].env[1].valueFrom.configMapKeyRef.key) = not in ConfigMap app
Deployment web: spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef.name -> Secret nobody key c (spec.template.spec.containers[0].env[2].valueFrom.secretKeyRef.key) = missing
Deployment web: spec.template.spec.containers[0].env[3].valueFrom.secretKeyRef.name -> Secret ${SECRET} key c (spec.template.spec.containers[0].env[3].valueFrom.secretKeyRef.key) = Placeholder
Deployment web: spec.template.spec.containers[0].env[4].valueFrom.secretKeyRef.name -> Secret  key c (spec.template.spec.containers[0].env[4].valueFrom.secretKeyRef.key) = Empty
Deployment web: spec.template.spec.containers[0].envFrom[0].configMapRef.name -> ConfigMap app = found ConfigMap app
Deployment web: spec.template.spec.containers[0].envFrom[1].secretRef.name -> optional Secret gone = missing
",
    );
}

#[test]
fn volumes_refer_to_objects_and_the_keys_they_pick() {
    check(
        "
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - volumeMounts:
    - {name: config, mountPath: /a, subPath: nginx.conf}
    - {name: config, mountPath: /b, subPath: gone.conf}
    - {name: data, mountPath: /c, subPath: gone.conf}
  volumes:
  - name: config
    configMap: {name: app}
  - name: picked
    secret: {secretName: tls, items: [{key: tls.crt, path: a}, {key: tls.key, path: b}]}
  - name: all
    projected: {sources: [{secret: {name: tls}}, {configMap: {name: gone, optional: true}}]}
  - name: data
    persistentVolumeClaim: {claimName: data-db-0}
  - name: store
    csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: vault}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {nginx.conf: ''}
---
apiVersion: v1
kind: Secret
metadata: {name: tls}
data: {tls.crt: ''}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {volumeClaimTemplates: [{metadata: {name: data}}]}
",
        "
Pod web: spec.containers[0].volumeMounts[0].subPath -> ConfigMap app key nginx.conf (spec.containers[0].volumeMounts[0].subPath) = found ConfigMap app
Pod web: spec.containers[0].volumeMounts[1].subPath -> ConfigMap app key gone.conf (spec.containers[0].volumeMounts[1].subPath) = not in ConfigMap app
Pod web: spec.volumes[0].configMap.name -> ConfigMap app = found ConfigMap app
Pod web: spec.volumes[1].secret.secretName -> Secret tls key tls.crt (spec.volumes[1].secret.items[0].key) = found Secret tls
Pod web: spec.volumes[1].secret.secretName -> Secret tls key tls.key (spec.volumes[1].secret.items[1].key) = not in Secret tls
Pod web: spec.volumes[1].secret.secretName -> Secret tls = found Secret tls
Pod web: spec.volumes[2].projected.sources[0].secret.name -> Secret tls = found Secret tls
Pod web: spec.volumes[2].projected.sources[1].configMap.name -> optional ConfigMap gone = missing
Pod web: spec.volumes[3].persistentVolumeClaim.claimName -> PersistentVolumeClaim data-db-0 = made by StatefulSet db
Pod web: spec.volumes[4].csi.volumeAttributes.secretProviderClass -> SecretProviderClass vault = missing
",
    );
}

#[test]
fn a_claim_template_replaces_the_volume_of_its_name() {
    check(
        "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  template:
    spec:
      containers:
      - volumeMounts:
        - {name: data, mountPath: /a, subPath: a}
        - {name: seed, mountPath: /b, subPath: b}
      volumes:
      - {name: data, persistentVolumeClaim: {claimName: data}}
      - {name: own, persistentVolumeClaim: {claimName: own}}
      - {name: seed, configMap: {name: gone}}
  volumeClaimTemplates:
  - {metadata: {name: data}}
  - {metadata: {name: seed}}
",
        "
StatefulSet db: spec.template.spec.volumes[1].persistentVolumeClaim.claimName -> PersistentVolumeClaim own = missing
",
    );
}

#[test]
fn pods_refer_to_accounts_and_classes() {
    check(
        "
apiVersion: batch/v1
kind: CronJob
metadata: {name: tidy}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: tidy
          serviceAccount: other
          imagePullSecrets: [{name: registry}]
          priorityClassName: system-node-critical
          runtimeClassName: gvisor
---
apiVersion: v1
kind: Pod
metadata: {name: plain}
spec: {serviceAccountName: default}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: tidy}
imagePullSecrets: [{name: registry}]
secrets: [{name: tidy-token}]
",
        "
CronJob tidy: spec.jobTemplate.spec.template.spec.serviceAccountName -> ServiceAccount tidy = found ServiceAccount tidy
CronJob tidy: spec.jobTemplate.spec.template.spec.imagePullSecrets[0].name -> Secret registry = missing
CronJob tidy: spec.jobTemplate.spec.template.spec.priorityClassName -> PriorityClass /system-node-critical = BuiltIn
CronJob tidy: spec.jobTemplate.spec.template.spec.runtimeClassName -> RuntimeClass /gvisor = missing
Pod plain: spec.serviceAccountName -> ServiceAccount default = BuiltIn
ServiceAccount tidy: imagePullSecrets[0].name -> Secret registry = missing
ServiceAccount tidy: secrets[0].name -> Secret tidy-token = missing
",
    );
}

#[test]
fn services_select_pods_and_their_ports() {
    check(
        "
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}, {port: 81, targetPort: admin}, {port: 82, targetPort: 9000}]
---
apiVersion: v1
kind: Service
metadata: {name: lost}
spec: {selector: {app: wbe}}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: db.data.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: first}
spec: {selector: {statefulset.kubernetes.io/pod-name: db-0}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web, tier: a}}
    spec: {containers: [{ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  template: {metadata: {labels: {app: db}}, spec: {containers: []}}
---
apiVersion: v1
kind: Endpoints
metadata: {name: web}
",
        "
Service web: spec.selector -> Pod {app=web} container port http (spec.ports[0].targetPort) = found Deployment web
Service web: spec.selector -> Pod {app=web} container port admin (spec.ports[1].targetPort) = not in Deployment web
Service web: spec.selector -> Pod {app=web} = found Deployment web
Service lost: spec.selector -> Pod {app=wbe} = missing
Service outside: spec.externalName -> Service data/db = missing
Service first: spec.selector -> Pod {statefulset.kubernetes.io/pod-name=db-0} = found StatefulSet db
StatefulSet db: spec.serviceName -> Service db = missing
Endpoints web: metadata.name -> Service web = found Service web
",
    );
}

#[test]
fn ingresses_refer_to_services_secrets_and_classes() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
    kubernetes.io/ingress.class: nginx
    nginx.ingress.kubernetes.io/auth-secret: ops/basic-auth
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: web, port: {number: 80}}}
  tls: [{hosts: [a.example], secretName: web-tls}]
  rules:
  - http:
      paths:
      - backend: {service: {name: web, port: {number: 8080}}}
      - backend: {service: {name: web, port: {name: http}}}
      - backend: {service: {name: web, port: {name: https}}}
      - backend: {service: {name: ssl-redirect, port: {name: use-annotation}}}
      - backend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: assets}}
---
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: old}
spec: {backend: {serviceName: web, servicePort: 80}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
",
        "
Ingress web: metadata.annotations[cert-manager.io/cluster-issuer] -> ClusterIssuer /letsencrypt = missing
Ingress web: metadata.annotations[kubernetes.io/ingress.class] -> optional IngressClass /nginx = found IngressClass nginx
Ingress web: metadata.annotations[nginx.ingress.kubernetes.io/auth-secret] -> Secret ops/basic-auth = missing
Ingress web: spec.ingressClassName -> IngressClass /nginx = found IngressClass nginx
Ingress web: spec.defaultBackend.service.name -> Service web port 80 (spec.defaultBackend.service.port.number) = found Service web
Ingress web: spec.tls[0].secretName -> Secret web-tls = made by Ingress web
Ingress web: spec.rules[0].http.paths[0].backend.service.name -> Service web port 8080 (spec.rules[0].http.paths[0].backend.service.port.number) = not in Service web
Ingress web: spec.rules[0].http.paths[1].backend.service.name -> Service web port http (spec.rules[0].http.paths[1].backend.service.port.name) = found Service web
Ingress web: spec.rules[0].http.paths[2].backend.service.name -> Service web port https (spec.rules[0].http.paths[2].backend.service.port.name) = not in Service web
Ingress web: spec.rules[0].http.paths[4].backend.resource.name -> Bucket assets = missing
Ingress old: spec.backend.serviceName -> Service web port 80 (spec.backend.servicePort) = found Service web
",
    );
}

#[test]
fn autoscalers_and_budgets_refer_to_workloads() {
    check(
        "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: wrong-group}
spec: {scaleTargetRef: {apiVersion: v1, kind: Deployment, name: web}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: wrong-kind}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all}
spec: {selector: {}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web}}, spec: {}}}
",
        "
HorizontalPodAutoscaler web: spec.scaleTargetRef.name -> Deployment web = found Deployment web
HorizontalPodAutoscaler wrong-group: spec.scaleTargetRef.name -> Deployment web = missing
HorizontalPodAutoscaler wrong-kind: spec.scaleTargetRef.name -> StatefulSet web = missing
PodDisruptionBudget web: spec.selector -> Pod {app=web} = found Deployment web
",
    );
}

#[test]
fn bindings_refer_to_roles_and_accounts() {
    check(
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: a, namespace: app}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {kind: ServiceAccount, name: web}
- {kind: ServiceAccount, name: web, namespace: other}
- {kind: User, name: 'system:serviceaccount:app:web'}
- {kind: User, name: jane}
- {kind: Group, name: 'system:masters'}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: cluster-admin}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: c}
roleRef: {kind: ClusterRole, name: gone}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: app}
",
        "
RoleBinding a: metadata.namespace -> placement Namespace /app = missing
RoleBinding a: roleRef.name -> Role reader = missing
RoleBinding a: subjects[0].name -> ServiceAccount web = found ServiceAccount web
RoleBinding a: subjects[1].name -> ServiceAccount other/web = missing
RoleBinding a: subjects[2].name -> ServiceAccount app/web = found ServiceAccount web
ClusterRoleBinding b: roleRef.name -> ClusterRole /cluster-admin = BuiltIn
ClusterRoleBinding c: roleRef.name -> ClusterRole /gone = missing
ServiceAccount web: metadata.namespace -> placement Namespace /app = missing
",
    );
}

#[test]
fn network_policies_select_pods_and_peers() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 10.0.0.0/8}}]
    ports: [{port: pg}, {port: 5432}]
  egress:
  - to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{ports: [{name: pg, containerPort: 5432}]}]}}}
",
        "
NetworkPolicy db: spec.podSelector -> Pod {app=db} container port pg (spec.ingress[0].ports[0].port) = found StatefulSet db
NetworkPolicy db: spec.podSelector -> Pod {app=db} = found StatefulSet db
NetworkPolicy db: spec.ingress[0].from[0].podSelector -> Pod {app=web} = missing
NetworkPolicy db: spec.egress[0].to[0].podSelector -> Pod */{k8s-app=kube-dns} = BuiltIn
",
    );
}

#[test]
fn the_api_server_calls_services() {
    check(
        "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: a, annotations: {cert-manager.io/inject-ca-from: app/serving}}
webhooks:
- clientConfig: {service: {name: hook, namespace: app}}
- clientConfig: {service: {name: hook, namespace: app, port: 8443}}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.metrics.k8s.io}
spec: {service: {name: gone, namespace: app}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: a.example.com}
spec: {conversion: {webhook: {clientConfig: {service: {name: hook, namespace: app}}}}}
---
apiVersion: v1
kind: Service
metadata: {name: hook, namespace: app}
spec: {ports: [{port: 443}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: app}
",
        "
ValidatingWebhookConfiguration a: metadata.annotations[cert-manager.io/inject-ca-from] -> Certificate app/serving = missing
ValidatingWebhookConfiguration a: webhooks[0].clientConfig.service.name -> Service app/hook port 443 (webhooks[0].clientConfig.service.port) = found Service hook
ValidatingWebhookConfiguration a: webhooks[1].clientConfig.service.name -> Service app/hook port 8443 (webhooks[1].clientConfig.service.port) = not in Service hook
APIService v1.metrics.k8s.io: spec.service.name -> Service app/gone port 443 (spec.service.port) = missing
CustomResourceDefinition a.example.com: spec.conversion.webhook.clientConfig.service.name -> Service app/hook port 443 (spec.conversion.webhook.clientConfig.service.port) = found Service hook
Service hook: metadata.namespace -> placement Namespace /app = found Namespace app
",
    );
}

#[test]
fn storage_refers_to_claims_volumes_and_classes() {
    check(
        "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  storageClassName: fast
  volumeName: disk
  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: nightly}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: copy}
spec: {storageClassName: '', dataSource: {kind: PersistentVolumeClaim, name: data}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {storageClassName: fast, claimRef: {name: data, namespace: app}}
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {name: nightly}
spec: {volumeSnapshotClassName: daily, source: {persistentVolumeClaimName: data}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
",
        "
PersistentVolumeClaim data: spec.storageClassName -> StorageClass /fast = found StorageClass fast
PersistentVolumeClaim data: spec.volumeName -> PersistentVolume /disk = found PersistentVolume disk
PersistentVolumeClaim data: spec.dataSource.name -> VolumeSnapshot nightly = found VolumeSnapshot nightly
PersistentVolumeClaim copy: spec.dataSource.name -> PersistentVolumeClaim data = found PersistentVolumeClaim data
PersistentVolume disk: spec.storageClassName -> StorageClass /fast = found StorageClass fast
PersistentVolume disk: spec.claimRef.name -> PersistentVolumeClaim app/data = found? PersistentVolumeClaim data
VolumeSnapshot nightly: spec.volumeSnapshotClassName -> VolumeSnapshotClass /daily = missing
VolumeSnapshot nightly: spec.source.persistentVolumeClaimName -> PersistentVolumeClaim data = found PersistentVolumeClaim data
",
    );
}
