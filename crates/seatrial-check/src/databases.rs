//! Programs that keep state, by the end of their image's name.

/// A directory at or below which a program keeps its data.
const DATA: &[(&str, &str)] = &[
    ("postgres", "/var/lib/postgresql"),
    ("postgis", "/var/lib/postgresql"),
    ("timescaledb", "/var/lib/postgresql"),
    ("pgvector", "/var/lib/postgresql"),
    ("postgresql", "/bitnami/postgresql"),
    ("mysql", "/var/lib/mysql"),
    ("mariadb", "/var/lib/mysql"),
    ("mongo", "/data/db"),
    ("mongodb", "/bitnami/mongodb"),
    ("elasticsearch", "/usr/share/elasticsearch/data"),
    ("opensearch", "/usr/share/opensearch/data"),
    ("cassandra", "/var/lib/cassandra"),
    ("neo4j", "/data"),
    ("influxdb", "/var/lib/influxdb"),
    ("clickhouse-server", "/var/lib/clickhouse"),
    ("qdrant", "/qdrant/storage"),
    ("minio", "/data"),
    ("etcd", "/var/lib/etcd"),
];

/// Others of which two beside each other hold different things.
const OTHERS: &[&str] =
    &["couchdb", "eclipse-mosquitto", "kibana", "memcached", "rabbitmq", "redis", "registry", "zookeeper"];

/// Where the program of this name keeps its data.
pub(crate) fn data_directory(name: &str) -> Option<&'static str> {
    DATA.iter().find(|it| it.0 == name).map(|it| it.1)
}

/// Whether two of this program beside each other hold different things.
pub(crate) fn holds_state(name: &str) -> bool {
    data_directory(name).is_some() || OTHERS.contains(&name)
}
