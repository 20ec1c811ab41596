//! References of well-known custom resources, and what their controllers make.

use super::check;
use crate::references::{Grant, Graph, Relation};
use crate::testing::repository;

#[test]
fn service_monitors_select_services_and_their_ports() {
    check(
        "
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web, namespace: monitoring}
spec:
  namespaceSelector: {matchNames: [app]}
  selector: {matchLabels: {app: web}}
  endpoints: [{port: metrics}, {port: http, basicAuth: {password: {name: scrape, key: password}}}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: web}
spec:
  selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}
  podMetricsEndpoints: [{port: metrics}]
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{ports: [{name: metrics, containerPort: 1}]}]}}}
",
        "
ServiceMonitor web: metadata.namespace -> placement Namespace /monitoring = missing
ServiceMonitor web: spec.selector -> Service app/{app=web} port metrics (spec.endpoints[0].port) = not? in Service web
ServiceMonitor web: spec.selector -> Service app/{app=web} port http (spec.endpoints[1].port) = found? Service web
ServiceMonitor web: spec.selector -> Service app/{app=web} = found? Service web
ServiceMonitor web: spec.endpoints[1].basicAuth.password.name -> Secret scrape key password (spec.endpoints[1].basicAuth.password.key) = missing
PodMonitor web: spec.selector -> Pod {app=web} container port metrics (spec.podMetricsEndpoints[0].port) = found Deployment web
PodMonitor web: spec.selector -> Pod {app=web} = found Deployment web
",
    );
}

/// A pod with a variable from a key of a secret, and what makes the secret.
fn check_secret(name: &str, key: &str, maker: &str, expected: &str) {
    let input = format!(
        "
apiVersion: v1
kind: Pod
metadata: {{name: web, namespace: app}}
spec: {{containers: [{{env: [{{valueFrom: {{secretKeyRef: {{name: {name}, key: {key}}}}}}}]}}]}}
---
apiVersion: v1
kind: Namespace
metadata: {{name: app}}
# Unit: maker
{maker}"
    );
    let line = format!(
        "Pod web: metadata.namespace -> placement Namespace /app = found Namespace app
         Pod web: spec.containers[0].env[0].valueFrom.secretKeyRef.name -> Secret {name} key {key} (spec.containers[0].env[0].valueFrom.secretKeyRef.key) = {expected}"
    );
    check(&input, &line);
}

fn made_by_external_secret(key: &str, spec: &str, expected: &str) {
    let maker = format!(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: db, namespace: app}}\nspec: {{{spec}}}"
    );
    check_secret("db", key, &maker, expected);
}

#[test]
fn an_external_secret_makes_the_keys_it_lists() {
    let by = "made by ExternalSecret db@maker";
    let not = "not in ExternalSecret db@maker";
    made_by_external_secret("a", "data: [{secretKey: a}]", by);
    made_by_external_secret("b", "data: [{secretKey: a}]", not);
    made_by_external_secret("b", "data: [{secretKey: a}], dataFrom: [{extract: {key: x}}]", by);
    made_by_external_secret("b", "dataFrom: [{extract: {key: x}}], target: {template: {data: {b: x}}}", by);
    made_by_external_secret("a", "data: [{secretKey: a}], target: {template: {data: {b: x}}}", not);
    made_by_external_secret(
        "a",
        "data: [{secretKey: a}], target: {template: {mergePolicy: Merge, data: {b: x}}}",
        by,
    );
    made_by_external_secret("a", "data: [{secretKey: a}], target: {template: {type: Opaque}}", by);
    made_by_external_secret("a", "data: [{secretKey: a}], target: {name: other}", "missing");
    made_by_external_secret("a", "data: [{secretKey: a}], target: {creationPolicy: None}", "missing");
}

#[test]
fn other_controllers_make_secrets() {
    check_secret(
        "app-tls",
        "tls.crt",
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: app}\nspec: {secretName: app-tls}",
        "made by Certificate c@maker",
    );
    check_secret(
        "app-tls",
        "cert.pem",
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: app}\nspec: {secretName: app-tls}",
        "not in Certificate c@maker",
    );
    check_secret(
        "sealed",
        "a",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s, namespace: app}\nspec: {encryptedData: {a: x}, template: {metadata: {name: sealed}}}",
        "made by SealedSecret s@maker",
    );
    check_secret(
        "db-app",
        "uri",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db, namespace: app}",
        "made by Cluster db@maker",
    );
    check_secret(
        "shop-user.db.credentials.postgresql.acid.zalan.do",
        "password",
        "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {name: db, namespace: app}\nspec: {users: {shop_user: []}}",
        "made by postgresql db@maker",
    );
    check_secret(
        "db-pguser-db",
        "uri",
        "apiVersion: postgres-operator.crunchydata.com/v1beta1\nkind: PostgresCluster\nmetadata: {name: db, namespace: app}",
        "made by PostgresCluster db@maker",
    );
    check_secret(
        "db-shop",
        "ROLE",
        "apiVersion: db.movetokube.com/v1alpha1\nkind: PostgresUser\nmetadata: {name: shop, namespace: app}\nspec: {secretName: db}",
        "made by PostgresUser shop@maker",
    );
    check_secret(
        "db-pguser-shop",
        "uri",
        "apiVersion: pgv2.percona.com/v2\nkind: PerconaPGCluster\nmetadata: {name: db, namespace: app}\nspec: {users: [{name: shop}]}",
        "made by PerconaPGCluster db@maker",
    );
    check_secret(
        "rook-ceph-object-user-store-shop",
        "AccessKey",
        "apiVersion: ceph.rook.io/v1\nkind: CephObjectStoreUser\nmetadata: {name: shop, namespace: app}\nspec: {store: store}",
        "made by CephObjectStoreUser shop@maker",
    );
    check_secret(
        "root",
        "password",
        "apiVersion: k8s.mariadb.com/v1alpha1\nkind: MariaDB\nmetadata: {name: db, namespace: app}\nspec: {rootPasswordSecretKeyRef: {name: root, key: password, generate: true}}",
        "made by MariaDB db@maker",
    );
    check_secret(
        "root",
        "password",
        "apiVersion: k8s.mariadb.com/v1alpha1\nkind: MariaDB\nmetadata: {name: db, namespace: app}\nspec: {rootPasswordSecretKeyRef: {name: root, key: password}}",
        "missing",
    );
    check_secret(
        "oauth",
        "CLIENT_ID",
        "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: shop, namespace: app}\nspec: {secretName: oauth}",
        "made by OAuth2Client shop@maker",
    );
    check_secret(
        "xsuaa",
        "url",
        "apiVersion: services.cloud.sap.com/v1\nkind: ServiceBinding\nmetadata: {name: xsuaa, namespace: app}\nspec: {}",
        "made by ServiceBinding xsuaa@maker",
    );
    check_secret(
        "db-app",
        "uri",
        "apiVersion: postgresql.k8s.enterprisedb.io/v1\nkind: Cluster\nmetadata: {name: db, namespace: app}",
        "made by Cluster db@maker",
    );
    check_secret(
        "conn",
        "endpoint",
        "apiVersion: rds.aws.upbound.io/v1beta1\nkind: Instance\nmetadata: {name: db}\nspec: {writeConnectionSecretToRef: {name: conn, namespace: app}}",
        "made by Instance db@maker",
    );
    check_secret(
        "conn",
        "endpoint",
        "apiVersion: rds.aws.upbound.io/v1beta1\nkind: Instance\nmetadata: {name: db}\nspec: {writeConnectionSecretToRef: {name: conn, namespace: other}}",
        "missing",
    );
    check_secret(
        "shared",
        "a",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shared, namespace: vault, annotations: {replicator.v1.mittwald.de/replicate-to: 'app,web'}}\ndata: {a: ''}",
        "made? by Secret shared@maker",
    );
    check_secret(
        "shared",
        "a",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: shared, namespace: app, annotations: {replicator.v1.mittwald.de/replicate-from: vault/shared}}",
        "found Secret shared@maker",
    );
    check_secret(
        "mounted",
        "a",
        "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: p, namespace: app}\nspec: {secretObjects: [{secretName: mounted, data: [{key: a}]}]}",
        "made by SecretProviderClass p@maker",
    );
    check_secret(
        "vaulted",
        "a",
        "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata: {name: v, namespace: app}\nspec: {destination: {name: vaulted, create: true}}",
        "made by VaultStaticSecret v@maker",
    );
}

#[test]
fn certificates_and_secrets_refer_to_who_provides_them() {
    check(
        "
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: a}
spec: {secretName: a, issuerRef: {name: le}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: b}
spec: {secretName: b, issuerRef: {name: le, kind: ClusterIssuer}}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: le}
spec:
  acme:
    privateKeySecretRef: {name: key}
    solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: token, key: api}}}}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: e}
spec: {secretStoreRef: {name: vault}, dataFrom: [{sourceRef: {storeRef: {name: aws, kind: ClusterSecretStore}}}]}
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault}
spec: {provider: {vault: {auth: {tokenSecretRef: {name: vault-token, key: token}, kubernetes: {serviceAccountRef: {name: eso}}}}}}
",
        "
Certificate a: spec.issuerRef.name -> Issuer le = missing
Certificate b: spec.issuerRef.name -> ClusterIssuer /le = found ClusterIssuer le
ClusterIssuer le: spec.acme.solvers[0].dns01.cloudflare.apiTokenSecretRef.name -> Secret */token key api (spec.acme.solvers[0].dns01.cloudflare.apiTokenSecretRef.key) = missing
ExternalSecret e: spec.secretStoreRef.name -> SecretStore vault = found SecretStore vault
ExternalSecret e: spec.dataFrom[0].sourceRef.storeRef.name -> ClusterSecretStore /aws = missing
SecretStore vault: spec.provider.vault.auth.tokenSecretRef.name -> Secret vault-token key token (spec.provider.vault.auth.tokenSecretRef.key) = missing
SecretStore vault: spec.provider.vault.auth.kubernetes.serviceAccountRef.name -> ServiceAccount eso = missing
",
    );
}

#[test]
fn rollouts_refer_to_services_and_analyses() {
    check(
        "
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  strategy:
    canary:
      canaryService: web-canary
      stableService: web
      trafficRouting: {nginx: {stableIngress: web}, istio: {virtualService: {name: web}}}
      steps: [{analysis: {templates: [{templateName: errors}, {templateName: slo, clusterScope: true}]}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: errors}
",
        "
Rollout web: spec.workloadRef.name -> Deployment web = missing
Rollout web: spec.strategy.canary.canaryService -> Service web-canary = missing
Rollout web: spec.strategy.canary.stableService -> Service web = found Service web
Rollout web: spec.strategy.canary.trafficRouting.nginx.stableIngress -> Ingress web = missing
Rollout web: spec.strategy.canary.trafficRouting.istio.virtualService.name -> VirtualService web = missing
Rollout web: spec.strategy.canary.steps[0].analysis.templates[0].templateName -> AnalysisTemplate errors = found AnalysisTemplate errors
Rollout web: spec.strategy.canary.steps[0].analysis.templates[1].templateName -> ClusterAnalysisTemplate /slo = missing
",
    );
}

#[test]
fn keda_scales_workloads_and_reads_credentials() {
    check(
        "
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec:
  scaleTargetRef: {name: worker}
  triggers: [{type: kafka, authenticationRef: {name: kafka}}, {authenticationRef: {name: aws, kind: ClusterTriggerAuthentication}}]
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: {name: kafka}
spec: {secretTargetRef: [{parameter: password, name: user, key: password}]}
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaUser
metadata: {name: user}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
",
        "
ScaledObject worker: spec.scaleTargetRef.name -> Deployment worker = found Deployment worker
ScaledObject worker: spec.triggers[0].authenticationRef.name -> TriggerAuthentication kafka = found TriggerAuthentication kafka
ScaledObject worker: spec.triggers[1].authenticationRef.name -> ClusterTriggerAuthentication /aws = missing
TriggerAuthentication kafka: spec.secretTargetRef[0].name -> Secret user key password (spec.secretTargetRef[0].key) = made by KafkaUser user
",
    );
}

#[test]
fn istio_routes_to_services_and_subsets() {
    check(
        "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  gateways: [mesh, edge, istio-system/public]
  http:
  - route:
    - destination: {host: web, subset: v1, port: {number: 80}}
    - destination: {host: web.shop.svc.cluster.local, subset: v3}
    - destination: {host: api.example.com}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: any-name}
spec: {host: web, subsets: [{name: v1}, {name: v2}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec: {selector: {istio: ingressgateway}, servers: [{tls: {credentialName: edge-tls}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 8080}]}
",
        "
VirtualService web: spec.gateways[1] -> Gateway edge = found Gateway edge
VirtualService web: spec.gateways[2] -> Gateway istio-system/public = missing
VirtualService web: spec.http[0].route[0].destination.host -> Service web port 80 (spec.http[0].route[0].destination.port.number) = not? in Service web
VirtualService web: spec.http[0].route[0].destination.host -> DestinationRule */web subset v1 (spec.http[0].route[0].destination.subset) = made? by DestinationRule any-name
VirtualService web: spec.http[0].route[1].destination.host -> Service shop/web = found Service web
VirtualService web: spec.http[0].route[1].destination.host -> DestinationRule */web subset v3 (spec.http[0].route[1].destination.subset) = not? in DestinationRule any-name
DestinationRule any-name: spec.host -> Service web = found? Service web
Gateway edge: spec.selector -> Pod */{istio=ingressgateway} = Operator
Gateway edge: spec.servers[0].tls.credentialName -> Secret */edge-tls = missing
Service web: metadata.namespace -> placement Namespace /shop = missing
",
    );
}

#[test]
fn gateway_api_routes_refer_to_parents_and_backends() {
    check(
        "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: app}
spec:
  parentRefs: [{name: edge, namespace: infra, sectionName: https}, {name: edge, namespace: infra, sectionName: http}]
  rules:
  - backendRefs: [{name: web, port: 80}, {name: gone, namespace: other, port: 80}, {group: example.com, kind: Bucket, name: b}]
    filters: [{extensionRef: {group: traefik.io, kind: Middleware, name: strip}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra, annotations: {cert-manager.io/cluster-issuer: le}}
spec:
  gatewayClassName: envoy
  listeners: [{name: https, tls: {certificateRefs: [{name: edge-tls}]}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: app}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: app}
---
apiVersion: v1
kind: Namespace
metadata: {name: infra}
",
        "
HTTPRoute web: metadata.namespace -> placement Namespace /app = found Namespace app
HTTPRoute web: spec.parentRefs[0].name -> Gateway infra/edge listener https (spec.parentRefs[0].sectionName) = found Gateway edge
HTTPRoute web: spec.parentRefs[1].name -> Gateway infra/edge listener http (spec.parentRefs[1].sectionName) = not in Gateway edge
HTTPRoute web: spec.rules[0].backendRefs[0].name -> Service web port 80 (spec.rules[0].backendRefs[0].port) = found Service web
HTTPRoute web: spec.rules[0].backendRefs[1].name -> Service other/gone port 80 (spec.rules[0].backendRefs[1].port) = missing
HTTPRoute web: spec.rules[0].backendRefs[2].name -> Bucket b = missing
HTTPRoute web: spec.rules[0].filters[0].extensionRef.name -> Middleware strip = missing
Gateway edge: metadata.namespace -> placement Namespace /infra = found Namespace infra
Gateway edge: metadata.annotations[cert-manager.io/cluster-issuer] -> ClusterIssuer /le = missing
Gateway edge: spec.gatewayClassName -> GatewayClass /envoy = missing
Gateway edge: spec.listeners[0].tls.certificateRefs[0].name -> Secret edge-tls = made by Gateway edge
Service web: metadata.namespace -> placement Namespace /app = found Namespace app
",
    );
}

#[test]
fn proxies_of_contour_refer_to_services() {
    check(
        "
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: web}
spec:
  routes: [{services: [{name: web, port: 80}, {name: gone, port: 80}]}]
  tcpproxy: {services: [{name: web, port: 443}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
",
        "
HTTPProxy web: spec.routes[0].services[0].name -> Service web port 80 (spec.routes[0].services[0].port) = found Service web
HTTPProxy web: spec.routes[0].services[1].name -> Service gone port 80 (spec.routes[0].services[1].port) = missing
HTTPProxy web: spec.tcpproxy.services[0].name -> Service web port 443 (spec.tcpproxy.services[0].port) = not in Service web
",
    );
}

#[test]
fn traefik_routes_refer_to_services_and_middlewares() {
    check(
        "
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web}
spec:
  tls: {secretName: web-tls, options: {name: modern}}
  routes:
  - middlewares: [{name: auth}, {name: chain@file}]
    services: [{name: web, port: 80}, {name: api@internal, kind: TraefikService}, {name: split, kind: TraefikService}]
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: auth}
spec: {basicAuth: {secret: users}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{name: http, port: 8080}]}
",
        "
IngressRoute web: spec.tls.secretName -> Secret web-tls = missing
IngressRoute web: spec.tls.options.name -> TLSOption modern = missing
IngressRoute web: spec.routes[0].middlewares[0].name -> Middleware auth = found Middleware auth
IngressRoute web: spec.routes[0].services[0].name -> Service web port 80 (spec.routes[0].services[0].port) = not in Service web
IngressRoute web: spec.routes[0].services[2].name -> TraefikService split = missing
Middleware auth: spec.basicAuth.secret -> Secret users = missing
",
    );
}

#[test]
fn argo_cd_and_flux_refer_to_projects_sources_and_namespaces() {
    check(
        "
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  project: shop
  destination: {server: 'https://kubernetes.default.svc', namespace: shop}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: far}
spec: {project: default, destination: {server: 'https://far.example', namespace: far}}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec: {template: {spec: {project: '{{team}}', destination: {name: in-cluster, namespace: gone}}}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
spec:
  sourceRef: {kind: GitRepository, name: repo}
  dependsOn: [{name: infra}]
  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}, {kind: Secret, name: vars, optional: true}]}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: redis}
spec:
  chart: {spec: {sourceRef: {kind: HelmRepository, name: bitnami, namespace: flux-system}}}
  valuesFrom: [{kind: ConfigMap, name: vars}, {kind: Secret, name: vars, valuesKey: prod.yaml}]
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: repo}
spec: {secretRef: {name: git}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: vars}
data: {values.yaml: ''}
",
        "
Application web: spec.project -> AppProject shop = missing
Application web: spec.destination.namespace -> placement Namespace /shop = made by Application web
Application far: spec.project -> AppProject default = BuiltIn
ApplicationSet all: spec.template.spec.project -> AppProject {{team}} = Placeholder
ApplicationSet all: spec.template.spec.destination.namespace -> placement Namespace /gone = missing
Kustomization apps: spec.sourceRef.name -> GitRepository repo = found GitRepository repo
Kustomization apps: spec.dependsOn[0].name -> Kustomization infra = missing
Kustomization apps: spec.postBuild.substituteFrom[0].name -> ConfigMap vars = found ConfigMap vars
Kustomization apps: spec.postBuild.substituteFrom[1].name -> optional Secret vars = missing
HelmRelease redis: spec.chart.spec.sourceRef.name -> HelmRepository flux-system/bitnami = missing
HelmRelease redis: spec.valuesFrom[0].name -> ConfigMap vars key values.yaml (spec.valuesFrom[0].valuesKey) = found ConfigMap vars
HelmRelease redis: spec.valuesFrom[1].name -> Secret vars key prod.yaml (spec.valuesFrom[1].valuesKey) = missing
GitRepository repo: spec.secretRef.name -> Secret git = missing
",
    );
}

#[test]
fn operators_make_services() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: a}
spec:
  rules:
  - http:
      paths:
      - backend: {service: {name: search-kb-http, port: {number: 5601}}}
      - backend: {service: {name: hello, port: {number: 80}}}
---
apiVersion: kibana.k8s.elastic.co/v1
kind: Kibana
metadata: {name: search}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
",
        "
Ingress a: spec.rules[0].http.paths[0].backend.service.name -> Service search-kb-http port 5601 (spec.rules[0].http.paths[0].backend.service.port.number) = made by Kibana search
Ingress a: spec.rules[0].http.paths[1].backend.service.name -> Service hello port 80 (spec.rules[0].http.paths[1].backend.service.port.number) = made by Service hello
",
    );
}

#[test]
fn pods_of_prometheus_carry_labels_of_its_operator() {
    check(
        "
apiVersion: v1
kind: Service
metadata: {name: alerts}
spec: {selector: {alertmanager: main, app.kubernetes.io/name: alertmanager, tier: ops}, ports: [{port: 1, targetPort: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {selector: {alertmanager: other}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: dns}
spec: {egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]}]}
---
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: {name: main}
spec: {podMetadata: {labels: {tier: ops}}}
",
        "
Service alerts: spec.selector -> Pod {alertmanager=main,app.kubernetes.io/name=alertmanager,tier=ops} container port web (spec.ports[0].targetPort) = found Alertmanager main
Service alerts: spec.selector -> Pod {alertmanager=main,app.kubernetes.io/name=alertmanager,tier=ops} = found Alertmanager main
Service other: spec.selector -> Pod {alertmanager=other} = missing
NetworkPolicy dns: spec.egress[0].to[0].podSelector -> Pod */{k8s-app=kube-dns} = BuiltIn
",
    );
}

fn grants(to: &str) -> Vec<Grant> {
    let repository = repository(&format!(
        "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: web, namespace: a}}
spec: {{rules: [{{backendRefs: [{{name: web, port: 80}}, {{name: web, namespace: b, port: 80}}]}}]}}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: web, namespace: b}}
spec: {{from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}}], to: [{to}]}}
"
    ));
    let graph = Graph::build(&repository);
    let backends = graph.links().iter().filter(|it| it.relation == Relation::Backend);
    backends.map(|it| graph.grant(&repository, it)).collect()
}

#[test]
fn backends_in_other_namespaces_need_a_grant() {
    assert_eq!(grants("{group: '', kind: Service}"), [Grant::NotNeeded, Grant::Given]);
    assert_eq!(grants("{group: '', kind: Service, name: other}"), [Grant::NotNeeded, Grant::Absent]);
    assert_eq!(grants("{group: '', kind: Secret}"), [Grant::NotNeeded, Grant::Absent]);
}

#[test]
fn values_of_a_release_refer_to_what_they_pass_on_to_pods() {
    check(
        "
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: flux-system}
spec:
  targetNamespace: shop
  values:
    controllers:
      web:
        containers:
          app:
            envFrom: [{secretRef: {name: web-env}}, {configMapRef: {name: web-config, optional: true}}]
            env: {TOKEN: {valueFrom: {secretKeyRef: {name: web-token, key: token}}}}
    persistence:
      data: {existingClaim: web-data}
      config: {type: configMap, name: web-files}
      cache: {enabled: false, existingClaim: gone}
    extraVolumes: [{name: a, secret: {secretName: web-tls}}, {name: b, persistentVolumeClaim: {claimName: web-b}}]
    auth: {existingSecret: web-auth}
    secretRef: {name: something-else}
",
        "
HelmRelease web: metadata.namespace -> placement Namespace /flux-system = missing
HelmRelease web: spec.targetNamespace -> placement Namespace /shop = missing
HelmRelease web: spec.values.controllers.web.containers.app.envFrom[0].secretRef.name -> Secret shop/web-env = missing
HelmRelease web: spec.values.controllers.web.containers.app.envFrom[1].configMapRef.name -> optional ConfigMap shop/web-config = missing
HelmRelease web: spec.values.controllers.web.containers.app.env.TOKEN.valueFrom.secretKeyRef.name -> Secret shop/web-token key token (spec.values.controllers.web.containers.app.env.TOKEN.valueFrom.secretKeyRef.key) = missing
HelmRelease web: spec.values.persistence.data.existingClaim -> PersistentVolumeClaim shop/web-data = missing
HelmRelease web: spec.values.persistence.config.name -> ConfigMap shop/web-files = missing
HelmRelease web: spec.values.extraVolumes[0].secret.secretName -> Secret shop/web-tls = missing
HelmRelease web: spec.values.extraVolumes[1].persistentVolumeClaim.claimName -> PersistentVolumeClaim shop/web-b = missing
HelmRelease web: spec.values.auth.existingSecret -> Secret shop/web-auth = missing
",
    );
}

#[test]
fn custom_kinds_refer_to_secrets_in_the_shapes_of_a_pod() {
    check(
        "
apiVersion: apps.emqx.io/v2beta1
kind: EMQX
metadata: {name: broker}
spec:
  bootstrapAPIKeys: [{secretRef: {key: {secretName: broker, secretKey: id}}}]
  coreTemplate: {spec: {envFrom: [{secretRef: {name: broker}}]}}
  existingSecret: not-a-chart
---
apiVersion: kyverno.io/v1
kind: Pattern
metadata: {name: p}
spec: {envFrom: [{secretRef: {name: pattern}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: broker}
data: {key: YQ==}
",
        "
EMQX broker: spec.bootstrapAPIKeys[0].secretRef.key.secretName -> Secret broker key id (spec.bootstrapAPIKeys[0].secretRef.key.secretKey) = not in Secret broker
EMQX broker: spec.coreTemplate.spec.envFrom[0].secretRef.name -> Secret broker = found Secret broker
",
    );
}
