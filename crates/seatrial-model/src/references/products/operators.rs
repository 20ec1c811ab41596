//! What operators are known to make, by kind.

use crate::references::GroupKind;
use crate::references::products::{CLAIM, CONFIG_MAP, SECRET, SERVICE};

const ACCOUNT: GroupKind = ("", "ServiceAccount");

/// Names that are made of the name of the object, which stands for `*`.
pub(super) const NAMED: &[(GroupKind, &[(GroupKind, &str)])] = &[
    (
        ("postgresql.cnpg.io", "Cluster"),
        &[
            (SECRET, "*-app"),
            (SECRET, "*-superuser"),
            (SECRET, "*-ca"),
            (SECRET, "*-server"),
            (SECRET, "*-replication"),
            (SERVICE, "*-rw"),
            (SERVICE, "*-ro"),
            (SERVICE, "*-r"),
            (ACCOUNT, "*"),
        ],
    ),
    (("postgresql.cnpg.io", "Pooler"), &[(SERVICE, "*")]),
    (
        ("acid.zalan.do", "postgresql"),
        &[(SERVICE, "*"), (SERVICE, "*-repl"), (SERVICE, "*-pooler"), (SERVICE, "*-config")],
    ),
    (
        ("postgres-operator.crunchydata.com", "PostgresCluster"),
        &[
            (SECRET, "*-pguser-*"),
            (SECRET, "*-cluster-cert"),
            (SERVICE, "*-primary"),
            (SERVICE, "*-replicas"),
            (SERVICE, "*-ha"),
            (SERVICE, "*-pgbouncer"),
        ],
    ),
    (("kafka.strimzi.io", "KafkaUser"), &[(SECRET, "*")]),
    (
        ("kafka.strimzi.io", "Kafka"),
        &[
            (SECRET, "*-cluster-ca-cert"),
            (SECRET, "*-cluster-ca"),
            (SECRET, "*-clients-ca-cert"),
            (SECRET, "*-clients-ca"),
            (SERVICE, "*-kafka-bootstrap"),
            (SERVICE, "*-kafka-brokers"),
            (SERVICE, "*-zookeeper-client"),
        ],
    ),
    (("kafka.strimzi.io", "KafkaConnect"), &[(SERVICE, "*-connect-api")]),
    (("kafka.strimzi.io", "KafkaBridge"), &[(SERVICE, "*-bridge-service")]),
    (
        ("rabbitmq.com", "RabbitmqCluster"),
        &[(SECRET, "*-default-user"), (SECRET, "*-erlang-cookie"), (SERVICE, "*"), (SERVICE, "*-nodes")],
    ),
    (("rabbitmq.com", "User"), &[(SECRET, "*-user-credentials")]),
    (("redis.redis.opstreelabs.in", "Redis"), &[(SERVICE, "*"), (SERVICE, "*-headless")]),
    (("redis.redis.opstreelabs.in", "RedisReplication"), &[(SERVICE, "*"), (SERVICE, "*-headless")]),
    (
        ("redis.redis.opstreelabs.in", "RedisCluster"),
        &[
            (SERVICE, "*-leader"),
            (SERVICE, "*-leader-headless"),
            (SERVICE, "*-follower"),
            (SERVICE, "*-follower-headless"),
            (SERVICE, "*-master"),
        ],
    ),
    (
        ("redis.redis.opstreelabs.in", "RedisSentinel"),
        &[(SERVICE, "*-sentinel"), (SERVICE, "*-sentinel-headless")],
    ),
    (
        ("databases.spotahome.com", "RedisFailover"),
        &[(SERVICE, "rfs-*"), (SERVICE, "rfrm-*"), (SERVICE, "rfrs-*")],
    ),
    (("dragonflydb.io", "Dragonfly"), &[(SERVICE, "*")]),
    (
        ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
        &[
            (SECRET, "*-es-elastic-user"),
            (SECRET, "*-es-http-certs-public"),
            (SECRET, "*-es-http-certs-internal"),
            (SECRET, "*-es-http-ca-internal"),
            (SERVICE, "*-es-http"),
            (SERVICE, "*-es-internal-http"),
            (SERVICE, "*-es-transport"),
        ],
    ),
    (
        ("kibana.k8s.elastic.co", "Kibana"),
        &[(SECRET, "*-kb-http-certs-public"), (SECRET, "*-kibana-user"), (SERVICE, "*-kb-http")],
    ),
    (
        ("apm.k8s.elastic.co", "ApmServer"),
        &[(SECRET, "*-apm-token"), (SECRET, "*-apm-http-certs-public"), (SERVICE, "*-apm-http")],
    ),
    (("maps.k8s.elastic.co", "ElasticMapsServer"), &[(SERVICE, "*-ems-http")]),
    (("notification.toolkit.fluxcd.io", "Receiver"), &[(SERVICE, "webhook-receiver")]),
    (("agent.k8s.elastic.co", "Agent"), &[(SERVICE, "*-agent-http")]),
    (
        ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
        &[(SERVICE, "*-svc"), (SECRET, "*-agent-password")],
    ),
    (
        ("psmdb.percona.com", "PerconaServerMongoDB"),
        &[(SERVICE, "*-rs0"), (SERVICE, "*-mongos"), (SECRET, "*-secrets")],
    ),
    (
        ("pxc.percona.com", "PerconaXtraDBCluster"),
        &[
            (SERVICE, "*-haproxy"),
            (SERVICE, "*-haproxy-replicas"),
            (SERVICE, "*-proxysql"),
            (SERVICE, "*-pxc"),
            (SECRET, "*-secrets"),
        ],
    ),
    (("mysql.oracle.com", "InnoDBCluster"), &[(SERVICE, "*"), (SERVICE, "*-instances")]),
    (
        ("k8s.mariadb.com", "MariaDB"),
        &[
            (SERVICE, "*"),
            (SERVICE, "*-internal"),
            (SERVICE, "*-primary"),
            (SERVICE, "*-secondary"),
            (ACCOUNT, "*"),
        ],
    ),
    (("crdb.cockroachlabs.com", "CrdbCluster"), &[(SERVICE, "*"), (SERVICE, "*-public")]),
    (("clickhouse.altinity.com", "ClickHouseInstallation"), &[(SERVICE, "clickhouse-*")]),
    (("minio.min.io", "Tenant"), &[(SERVICE, "minio"), (SERVICE, "*-hl"), (SERVICE, "*-console")]),
    (("k8s.keycloak.org", "Keycloak"), &[(SERVICE, "*-service"), (SECRET, "*-initial-admin")]),
    (
        ("grafana.integreatly.org", "Grafana"),
        &[(SERVICE, "*-service"), (SECRET, "*-admin-credentials"), (ACCOUNT, "*-sa")],
    ),
    (("monitoring.coreos.com", "Prometheus"), &[(SERVICE, "prometheus-operated")]),
    (("monitoring.coreos.com", "Alertmanager"), &[(SERVICE, "alertmanager-operated")]),
    (("monitoring.coreos.com", "ThanosRuler"), &[(SERVICE, "thanos-ruler-operated")]),
    (
        ("opentelemetry.io", "OpenTelemetryCollector"),
        &[
            (SERVICE, "*-collector"),
            (SERVICE, "*-collector-headless"),
            (SERVICE, "*-collector-monitoring"),
            (ACCOUNT, "*-collector"),
        ],
    ),
    (
        ("jaegertracing.io", "Jaeger"),
        &[
            (SERVICE, "*-query"),
            (SERVICE, "*-collector"),
            (SERVICE, "*-collector-headless"),
            (SERVICE, "*-agent"),
        ],
    ),
    (("operator.victoriametrics.com", "VMSingle"), &[(SERVICE, "vmsingle-*")]),
    (
        ("operator.victoriametrics.com", "VMCluster"),
        &[(SERVICE, "vmselect-*"), (SERVICE, "vminsert-*"), (SERVICE, "vmstorage-*")],
    ),
    (("operator.victoriametrics.com", "VMAgent"), &[(SERVICE, "vmagent-*")]),
    (("operator.victoriametrics.com", "VMAlertmanager"), &[(SERVICE, "vmalertmanager-*")]),
    (("argoproj.io", "EventSource"), &[(SERVICE, "*-eventsource-svc")]),
    (("triggers.tekton.dev", "EventListener"), &[(SERVICE, "el-*")]),
    (("serving.knative.dev", "Service"), &[(SERVICE, "*")]),
    (("objectbucket.io", "ObjectBucketClaim"), &[(SECRET, "*"), (CONFIG_MAP, "*")]),
    (("cdi.kubevirt.io", "DataVolume"), &[(CLAIM, "*")]),
    (("onepassword.com", "OnePasswordItem"), &[(SECRET, "*")]),
    (("ricoberger.de", "VaultSecret"), &[(SECRET, "*")]),
    (("redhatcop.redhat.io", "VaultSecret"), &[(SECRET, "*")]),
    (("secretgenerator.mittwald.de", "StringSecret"), &[(SECRET, "*")]),
    (("secretgenerator.mittwald.de", "BasicAuth"), &[(SECRET, "*")]),
    (("secretgenerator.mittwald.de", "SSHKeyPair"), &[(SECRET, "*")]),
    (("secretgen.k14s.io", "Password"), &[(SECRET, "*")]),
    (("secretgen.k14s.io", "RSAKey"), &[(SECRET, "*")]),
    (("secretgen.k14s.io", "SSHKey"), &[(SECRET, "*")]),
    (("secretgen.carvel.dev", "SecretImport"), &[(SECRET, "*")]),
];

/// Names that are written in a field. `*` stands for every item or entry; the
/// namespace, where one is written, stands beside the name under this key.
pub(super) const WRITTEN: &[(GroupKind, &[&str], GroupKind, &str)] = &[
    // The operator of StackRox creates the claims that are not there.
    (
        ("platform.stackrox.io", "Central"),
        &["spec", "central", "persistence", "persistentVolumeClaim", "claimName"],
        CLAIM,
        "",
    ),
    (
        ("platform.stackrox.io", "Central"),
        &["spec", "central", "db", "persistence", "persistentVolumeClaim", "claimName"],
        CLAIM,
        "",
    ),
    (
        ("platform.stackrox.io", "Central"),
        &["spec", "scannerV4", "db", "persistence", "persistentVolumeClaim", "claimName"],
        CLAIM,
        "",
    ),
    (
        ("platform.stackrox.io", "SecuredCluster"),
        &["spec", "scannerV4", "db", "persistence", "persistentVolumeClaim", "claimName"],
        CLAIM,
        "",
    ),
    (("cert-manager.io", "Issuer"), &["spec", "acme", "privateKeySecretRef", "name"], SECRET, ""),
    (("secrets.hashicorp.com", "VaultStaticSecret"), &["spec", "destination", "name"], SECRET, ""),
    (("secrets.hashicorp.com", "VaultDynamicSecret"), &["spec", "destination", "name"], SECRET, ""),
    (("secrets.hashicorp.com", "VaultPKISecret"), &["spec", "destination", "name"], SECRET, ""),
    (("secrets.hashicorp.com", "HCPVaultSecretsApp"), &["spec", "destination", "name"], SECRET, ""),
    (("redhatcop.redhat.io", "VaultSecret"), &["spec", "output", "name"], SECRET, ""),
    (
        ("secrets.infisical.com", "InfisicalSecret"),
        &["spec", "managedSecretReference", "secretName"],
        SECRET,
        "secretNamespace",
    ),
    (
        ("secrets.infisical.com", "InfisicalSecret"),
        &["spec", "managedKubeSecretReferences", "*", "secretName"],
        SECRET,
        "secretNamespace",
    ),
    (
        ("secrets.infisical.com", "InfisicalSecret"),
        &["spec", "managedKubeConfigMapReferences", "*", "configMapName"],
        CONFIG_MAP,
        "configMapNamespace",
    ),
    (("secrets.doppler.com", "DopplerSecret"), &["spec", "managedSecret", "name"], SECRET, "namespace"),
    (("k8s.bitwarden.com", "BitwardenSecret"), &["spec", "secretName"], SECRET, ""),
    (("spv.no", "AzureKeyVaultSecret"), &["spec", "output", "secret", "name"], SECRET, ""),
    (("spv.no", "AzureKeyVaultSecret"), &["spec", "output", "configMap", "name"], CONFIG_MAP, ""),
    (("isindir.github.com", "SopsSecret"), &["spec", "secretTemplates", "*", "name"], SECRET, ""),
    (
        ("postgres-operator.crunchydata.com", "PostgresCluster"),
        &["spec", "users", "*", "secretName"],
        SECRET,
        "",
    ),
    (
        ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
        &["spec", "users", "*", "connectionStringSecretName"],
        SECRET,
        "",
    ),
    (("psmdb.percona.com", "PerconaServerMongoDB"), &["spec", "secrets", "users"], SECRET, ""),
    (("pxc.percona.com", "PerconaXtraDBCluster"), &["spec", "secretsName"], SECRET, ""),
    (("movetokube.com", "PostgresUser"), &["spec", "secretName"], SECRET, ""),
    (("k8s.mariadb.com", "Connection"), &["spec", "secretName"], SECRET, ""),
    (("services.k8s.aws", "FieldExport"), &["spec", "to", "name"], SECRET, "namespace"),
    (("services.k8s.aws", "FieldExport"), &["spec", "to", "name"], CONFIG_MAP, "namespace"),
    (("helm.cattle.io", "HelmChart"), &["spec", "targetNamespace"], ("", "Namespace"), ""),
    (
        ("source.extensions.fluxcd.io", "ArtifactGenerator"),
        &["spec", "artifacts", "*", "name"],
        ("source.toolkit.fluxcd.io", "ExternalArtifact"),
        "",
    ),
];
