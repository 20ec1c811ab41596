//! Addresses in configuration that must be Services of the cluster: the hosts
//! in variables and `ConfigMap` values, and the Services of the tree by name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use seatrial_diagnostics::Location;
use seatrial_model::views::{PodTemplate, Service};
use seatrial_model::{External, Field, Object, Repository, UnitKind, UnitRole};
use seatrial_schema::rules::names::is_dns1123_label;
use seatrial_source::Span;
use smol_str::SmolStr;

use crate::Context;
use crate::missing::is_of_tool;

/// A host, and where it stands in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host<'a> {
    /// As written, without port.
    pub(crate) text: &'a str,
    /// The Service's name.
    pub(crate) service: &'a str,
    /// Its namespace, where the host names one.
    pub(crate) namespace: Option<&'a str>,
    /// The port behind it.
    pub(crate) port: Option<i64>,
    /// The bytes of the host in the value.
    pub(crate) range: Range<usize>,
}

/// A host that a variable or a key of a `ConfigMap` holds.
pub(crate) struct Address<'a> {
    /// The variable or key.
    pub(crate) variable: SmolStr,
    /// Its value.
    pub(crate) field: Field<'a>,
    /// The host in it.
    pub(crate) host: Host<'a>,
}

impl Address<'_> {
    /// The host's bytes.
    pub(crate) fn location(&self) -> Location {
        self.field.location().part(self.host.range.start as u32..self.host.range.end as u32)
    }
}

impl<'a> Address<'a> {
    /// The value up to the end of the host.
    pub(crate) fn head(&self) -> &'a str {
        let value = self.field.node().as_str().unwrap_or_default();
        value.get(..self.host.range.end).unwrap_or_default()
    }

    /// The value behind the host; none where it may hold credentials, which
    /// are never written anew.
    pub(crate) fn rest(&self) -> Option<&'a str> {
        let value = self.field.node().as_str().filter(|it| !it.contains(['@', '?']))?;
        value.get(self.host.range.end..)
    }
}

/// Every address that the objects in view hold.
pub(crate) fn addresses<'a>(context: &Context<'a>) -> impl Iterator<Item = Address<'a>> + use<'a> {
    context.objects().flat_map(|object| variables(object).into_iter()).filter_map(|(variable, field)| {
        let host = host(&variable, field.as_str()?)?;
        Some(Address { variable, field, host })
    })
}

fn variables(object: &Object) -> Vec<(SmolStr, Field<'_>)> {
    if object.is("", "ConfigMap") {
        let data = Field::root(object).key("data");
        return data.into_iter().flat_map(|data| data.entries()).collect();
    }
    let Some(template) = PodTemplate::of(object) else { return Vec::new() };
    let aliases = hosts_file(&template);
    let containers = template.containers().flat_map(|container| container.env());
    let written = containers.filter_map(|env| Some((SmolStr::new(env.name()?), env.field.key("value")?)));
    // What the pod's own hosts file answers needs no Service.
    written
        .filter(|(_, value)| value.as_str().is_some_and(|it| !aliases.iter().any(|name| it.contains(name))))
        .collect()
}

fn hosts_file<'a>(template: &PodTemplate<'a>) -> Vec<&'a str> {
    let aliases = template.spec.list("hostAliases");
    aliases
        .flat_map(|it| it.list("hostnames"))
        .filter_map(|it| it.as_str())
        .filter(|it| !it.is_empty())
        .collect()
}

/// The host of a value that must be a Service, if there is one.
fn host<'a>(variable: &str, value: &'a str) -> Option<Host<'a>> {
    // Long values are documents, and lists of hosts are rarely all of one kind.
    if value.len() > 1024 || value.contains(['\n', ' ', ',']) || !is_dialled(variable) {
        return None;
    }
    let (start, is_url) = match value.find("://") {
        Some(end) if is_network(&value[..end]) => (end + 3, true),
        Some(_) => return None,
        None => (0, false),
    };
    let end = value[start..].find(['/', '?', '#']).map_or(value.len(), |at| start + at);
    let start = value[start..end].rfind('@').map_or(start, |at| start + at + 1);
    let authority = &value[start..end];
    parse_authority(variable, authority, start, is_url)
}

/// Whether a variable is for the program that has it, not for what browsers
/// and clients send it, nor for what a bundler builds into pages.
pub(crate) fn is_dialled(variable: &str) -> bool {
    const PARTS: &[&str] = &["CORS", "ORIGIN", "ALLOWED", "CALLBACK", "REDIRECT", "_PUBLIC_"];
    const BUNDLERS: &[&str] = &["VITE_", "REACT_APP_", "VUE_APP_", "GATSBY_", "NG_APP_"];
    let variable = variable.to_ascii_uppercase();
    !PARTS.iter().any(|part| variable.contains(part)) && !BUNDLERS.iter().any(|it| variable.starts_with(it))
}

/// Whether a URL's scheme connects to the host that it names: `http`,
/// `jdbc:postgresql`, `mysql+pymysql`, but neither `s3` nor `unix`.
fn is_network(scheme: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "amqp",
        "amqps",
        "bolt",
        "cassandra",
        "clickhouse",
        "cockroachdb",
        "consul",
        "couchbase",
        "couchdb",
        "elasticsearch",
        "etcd",
        "ftp",
        "ftps",
        "gelf",
        "grpc",
        "grpcs",
        "h2c",
        "http",
        "https",
        "imap",
        "imaps",
        "influxdb",
        "kafka",
        "ldap",
        "ldaps",
        "mariadb",
        "memcache",
        "memcached",
        "mongodb",
        "mqtt",
        "mqtts",
        "mssql",
        "mysql",
        "nats",
        "neo4j",
        "opensearch",
        "oracle",
        "otlp",
        "postgres",
        "postgresql",
        "pulsar",
        "rabbitmq",
        "redis",
        "rediss",
        "rtmp",
        "rtsp",
        "scylla",
        "sftp",
        "smtp",
        "smtps",
        "sqlserver",
        "ssl",
        "statsd",
        "stomp",
        "syslog",
        "tcp",
        "thrift",
        "tls",
        "udp",
        "valkey",
        "vault",
        "ws",
        "wss",
        "zipkin",
        "zk",
        "zookeeper",
    ];
    let scheme = scheme.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    let mut parts = scheme.split('+');
    // `mongodb+srv` asks for records that no Service has.
    parts.next().is_some_and(|it| SCHEMES.contains(&it)) && parts.all(|it| !matches!(it, "srv" | "unix"))
}

fn parse_authority<'a>(variable: &str, authority: &'a str, start: usize, is_url: bool) -> Option<Host<'a>> {
    let (text, port) = match authority.split_once(':') {
        Some((text, port)) => (text, Some(port.parse::<i64>().ok()?)),
        None => (authority, None),
    };
    let name = text.trim_end_matches('.');
    let labels: Vec<&str> = name.split('.').collect();
    if !labels.iter().all(|label| is_dns1123_label(label))
        || labels.iter().all(|it| it.bytes().all(|it| it.is_ascii_digit()))
    {
        return None;
    }
    let range = start..start + text.len();
    let host = |service, namespace| Host { text, service, namespace, port, range };
    match labels.as_slice() {
        ["kubernetes", "default", "svc", ..] => None,
        // The second form is a pod of a headless Service.
        [service, namespace, "svc", ..] | [_, service, namespace, "svc", ..] => {
            Some(host(service, Some(*namespace)))
        }
        [service] if is_plain_service(variable, service, is_url, port) => Some(host(service, None)),
        _ => None,
    }
}

/// Whether a name of one label is meant as the name of a Service.
fn is_plain_service(variable: &str, name: &str, is_url: bool, port: Option<i64>) -> bool {
    const NO_SERVICE: &[&str] =
        &["localhost", "host", "example", "hostname", "none", "null", "true", "false", "kubernetes"];
    if NO_SERVICE.contains(&name) || !name.starts_with(|it: char| it.is_ascii_lowercase()) {
        return false;
    }
    let variable = variable.to_ascii_uppercase();
    let is_host = ["HOST", "HOSTNAME"].iter().any(|end| variable.ends_with(end));
    let is_address = ["ADDR", "ADDRESS", "URL", "URI", "ENDPOINT", "SERVER", "DSN"]
        .iter()
        .any(|end| variable.ends_with(end));
    is_url
        || (port.is_some() && (is_host || is_address))
        || (is_host && variable.contains('_') && name.len() > 1)
}

/// The Services of the tree by name, and what else may answer to a name.
#[derive(Debug, Default)]
pub(crate) struct Services<'a> {
    by_name: BTreeMap<&'a str, Vec<Service<'a>>>,
    /// Words of the names of charts and releases, whose Services are not known.
    charts: BTreeSet<String>,
    /// The same of releases alone.
    releases: BTreeSet<String>,
    /// The same of charts of the tree alone.
    own_charts: BTreeSet<String>,
    /// The releases of units that are judged by themselves.
    placed: Vec<Placed<'a>>,
    /// Hosts that a mesh, an operator or the configuration answers for.
    others: BTreeSet<Cow<'a, str>>,
    /// Objects of ECK, by name, with the Service that it makes for each.
    elastic: BTreeMap<&'a str, String>,
    /// Objects that exist elsewhere.
    declared: &'a [External],
    /// The namespaces that objects of the tree are in.
    namespaces: BTreeSet<&'a str>,
    /// What makes pods, and the Services that it names its pods by.
    workloads: BTreeMap<&'a str, &'a Object>,
}

/// A release of a chart, whose Services are not known.
#[derive(Debug)]
struct Placed<'a> {
    object: &'a Object,
    /// Where it is deployed; none where that is not known.
    namespace: Option<&'a str>,
    /// Whether the tree holds what it deploys.
    is_here: bool,
}

impl<'a> Placed<'a> {
    fn of(object: &'a Object) -> Option<Self> {
        let root = Field::root(object);
        let text = |keys: &[&'static str]| root.keys(keys).and_then(|it| it.as_str());
        let is_known = |it: &&str| is_dns1123_label(it);
        let namespace = match object.kind() {
            "HelmRelease" | "HelmChart" => text(&["spec", "targetNamespace"]).or(object.namespace()),
            "Application" => text(&["spec", "destination", "namespace"]),
            _ => return None,
        };
        Some(Self { object, namespace: namespace.filter(is_known), is_here: false })
    }

    fn is_called_like(&self, name: &str) -> bool {
        name.strip_prefix(self.object.name()).is_some_and(|it| it.is_empty() || it.starts_with('-'))
    }
}

/// Whether an operator may make a Service for an object.
fn may_make_services(object: &Object) -> bool {
    const NONE: &[&str] = &[
        "bitnami.com",
        "cert-manager.io",
        "external-secrets.io",
        "keda.sh",
        "kyverno.io",
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
        "traefik.containo.us",
        "traefik.io",
        "velero.io",
    ];
    let group = object.group();
    group.contains('.') && !group.ends_with(".k8s.io") && !NONE.contains(&group)
}

/// What the names of all Services begin with that ECK makes for an object: none of them
/// is called like the object itself.
fn of_elastic(object: &Object) -> Option<String> {
    let mark = match (object.group(), object.kind()) {
        ("elasticsearch.k8s.elastic.co", "Elasticsearch") => "es",
        ("kibana.k8s.elastic.co", "Kibana") => "kb",
        ("apm.k8s.elastic.co", "ApmServer") => "apm",
        _ => return None,
    };
    Some(format!("{}-{mark}", object.name()))
}

/// The words of a name that tell anything.
fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(['-', '_', '.']).filter(|word| word.len() > 2).map(str::to_owned)
}

impl<'a> Services<'a> {
    /// Those of the whole repository.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut known = Self::default();
        for unit in repository.units.iter().filter(|unit| unit.kind == UnitKind::Helm) {
            known.add_chart(unit.path.name());
            known.own_charts.extend(words(unit.path.name()));
        }
        for chart in &repository.facts.charts {
            known.add_chart(&chart.name);
            known.own_charts.extend(words(&chart.name));
            // A dependency that is not there brings Services that nobody sees.
            for dependency in chart.dependencies.iter().filter(|it| !it.is_vendored) {
                known.add_chart(dependency.alias.as_ref().unwrap_or(&dependency.name));
            }
        }
        for object in repository.objects() {
            known.add(object);
        }
        known.declared = &repository.external;
        known.place(repository);
        known
    }

    fn add(&mut self, object: &'a Object) {
        self.namespaces.extend(object.namespace());
        if object.is("", "Namespace") {
            self.namespaces.insert(object.name());
        }
        if PodTemplate::of(object).is_some() {
            let governing = Field::root(object).keys(&["spec", "serviceName"]).and_then(|it| it.as_str());
            for name in governing.into_iter().chain([object.name()]) {
                self.workloads.entry(name).or_insert(object);
            }
        }
        if let Some(service) = Service::of(object) {
            self.by_name.entry(object.name()).or_default().push(service);
        } else if matches!(object.kind(), "HelmRelease" | "Application" | "HelmChart" | "HelmChartConfig") {
            self.add_release(object.name());
            let root = Field::root(object);
            let source = root
                .keys(&["spec", "source", "chart"])
                .or_else(|| root.keys(&["spec", "chart", "spec", "chart"]));
            source.and_then(|it| it.as_str()).into_iter().for_each(|chart| self.add_release(chart));
        } else if matches!(object.kind(), "ServiceEntry" | "VirtualService") {
            let hosts = Field::root(object).key("spec").into_iter().flat_map(|spec| spec.list("hosts"));
            self.others.extend(hosts.filter_map(|it| it.as_str()).map(Cow::Borrowed));
        } else if let Some(stem) = of_elastic(object) {
            self.elastic.insert(object.name(), format!("{stem}-http"));
            self.others.insert(stem.into());
        } else if may_make_services(object) {
            // An operator may make a Service of the same or a longer name.
            self.others.insert(object.name().into());
        }
    }

    fn place(&mut self, repository: &'a Repository) {
        let whole: BTreeSet<Span> =
            repository.facts.deliveries.iter().filter(|it| it.is_whole).map(|it| it.by).collect();
        let is_own = |it: &&Object| repository.unit(it.unit()).role != UnitRole::Base;
        let placed = repository.objects().filter(is_own).filter_map(Placed::of);
        self.placed = placed.map(|it| Placed { is_here: whole.contains(&it.object.span()), ..it }).collect();
    }

    /// Whether all that is deployed to the host's namespace is known, and releases that
    /// share a word with the host are deployed elsewhere.
    pub(crate) fn is_surely_absent(&self, host: &Host<'_>) -> bool {
        let Some(asked) = host.namespace.filter(|it| self.namespaces.contains(it) && !is_of_tool(it)) else {
            return false;
        };
        let may_be_there = |it: &Placed<'_>| !it.is_here && it.namespace.is_none_or(|own| own == asked);
        !self.is_answered_for(host)
            && !words(host.service).any(|it| self.own_charts.contains(&it))
            && !self.placed.iter().any(may_be_there)
    }

    /// The release that a host is called like, with its namespace.
    pub(crate) fn release(&self, host: &Host<'_>) -> Option<(&'a Object, &'a str)> {
        let found = self.placed.iter().find(|it| it.is_called_like(host.service))?;
        let namespace = found.namespace.filter(|it| host.namespace != Some(it))?;
        Some((found.object, namespace))
    }

    /// What something deploys makes Services for sure; a chart may lie unused.
    fn add_release(&mut self, name: &str) {
        self.add_chart(name);
        self.releases.extend(words(name));
    }

    fn add_chart(&mut self, name: &str) {
        self.charts.extend(words(name));
    }

    /// Whether the tree has any Service at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The Services that a host may mean, read from an object.
    pub(crate) fn answering(&self, from: &Object, host: &Host<'_>) -> Vec<&Service<'a>> {
        let named = self.by_name.get(host.service).map_or(&[][..], Vec::as_slice);
        let namespace = host.namespace.or_else(|| from.namespace());
        let agrees = |own: Option<&str>| own.is_none() || namespace.is_none() || own == namespace;
        named.iter().filter(|service| agrees(service.object().namespace())).collect()
    }

    /// What makes pods and bears the name, in the namespace that is meant.
    pub(crate) fn workload(&self, from: &Object, host: &Host<'_>) -> Option<&'a Object> {
        let namespace = host.namespace.or_else(|| from.namespace());
        let found = self.workloads.get(host.service).copied();
        found.filter(|it| it.namespace().is_none() || namespace.is_none() || it.namespace() == namespace)
    }

    /// The Service that ECK makes for an object which a host is called like.
    pub(crate) fn of_elastic(&self, host: &Host<'_>) -> Option<&str> {
        self.elastic.get(host.service).map(String::as_str)
    }

    /// Whether the host is in a namespace that the tree knows nothing of.
    pub(crate) fn is_out_of_sight(&self, host: &Host<'_>) -> bool {
        let is_known = |it: &str| self.namespaces.contains(it) && !is_of_tool(it);
        host.namespace.is_some_and(|it| !is_known(it)) && !self.by_name.contains_key(host.service)
    }

    /// Services of this name in whatever namespace.
    pub(crate) fn elsewhere(&self, host: &Host<'_>) -> Option<&Service<'a>> {
        self.by_name.get(host.service)?.first()
    }

    /// The only Service of this name, where the host names another namespace than
    /// that of the Service and both stand in one unit: who deploys the one
    /// deploys the other.
    pub(crate) fn astray(&self, from: &Object, host: &Host<'_>) -> Option<&Service<'a>> {
        let asked = host.namespace?;
        let named = self.by_name.get(host.service)?;
        let is_other = |it: &Service<'_>| it.object().namespace().is_some_and(|own| own != asked);
        let mut own = named.iter().filter(|it| it.object().unit() == from.unit());
        own.next().filter(|_| named.iter().all(is_other) && !self.charts.contains(host.service))
    }

    /// Whether a chart that shares a word with the host is all that may make it.
    pub(crate) fn may_come_from_chart(&self, host: &Host<'_>) -> bool {
        let has_word = |all: &BTreeSet<String>| host.service.split('-').any(|word| all.contains(word));
        has_word(&self.charts) && !has_word(&self.releases) && !self.is_answered_for(host)
    }

    /// Whether something that the tree does not show may make such a Service.
    pub(crate) fn may_come_from_elsewhere(&self, host: &Host<'_>) -> bool {
        host.service.split('-').any(|word| self.charts.contains(word)) || self.is_answered_for(host)
    }

    fn is_answered_for(&self, host: &Host<'_>) -> bool {
        let from_other = self.others.iter().any(|name| {
            host.text == *name
                || host.service == *name
                || host.service.strip_prefix(&**name).is_some_and(|it| it.starts_with('-'))
        });
        from_other || self.is_declared(host)
    }

    /// Whether the configuration says that such a Service exists elsewhere.
    pub(crate) fn is_declared(&self, host: &Host<'_>) -> bool {
        self.declared.iter().any(|it| it.has("", "Service", host.namespace, host.service))
    }

    /// The namespaces that objects of the tree are in.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.namespaces.iter().copied()
    }

    /// All names, for a likely slip.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.by_name.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    fn parsed(variable: &str, value: &str) -> Option<String> {
        let host = host(variable, value)?;
        assert_eq!(&value[host.range.clone()], host.text);
        Some(format!("{} {:?} {:?}", host.service, host.namespace, host.port))
    }

    #[test]
    fn hosts_of_services_are_recognised() {
        for (variable, value, expected) in [
            ("X", "http://api.shop.svc.cluster.local:8080/path", Some("api Some(\"shop\") Some(8080)")),
            ("X", "redis-0.redis.shop.svc:6379", Some("redis Some(\"shop\") Some(6379)")),
            ("DB", "postgres://user:p@ss@db:5432/app?x=1", Some("db None Some(5432)")),
            ("REDIS_HOST", "redis-master", Some("redis-master None None")),
            ("KAFKA_URL", "kafka:9092", Some("kafka None Some(9092)")),
            ("NAME", "redis-master", None),
            ("IMAGE", "nginx:1.27", None),
            ("REDIS_HOST", "10.0.0.1", None),
            ("REDIS_HOST", "redis.example.com", None),
            ("URL", "http://localhost:8080", None),
            ("URL", "http://${HOST}:8080", None),
            ("DB", "postgres://u:$(PASSWORD)@db:5432/app", Some("db None Some(5432)")),
            ("DB", "mysql+pymysql://u:p@db/app", Some("db None None")),
            ("DB", "mongodb+srv://u:p@db/app", None),
            ("FILES", "s3://bucket/x", None),
            ("SOCKET_URL", "unix://var/run/x", None),
            ("CORS_ORIGIN", "http://frontend:3000", None),
            ("API", "https://kubernetes.default.svc", None),
            ("NEXT_PUBLIC_API_URL", "http://api:3000", None),
            ("VITE_API_URL", "http://api:3000", None),
            ("REACT_APP_API", "http://api:3000", None),
            ("INVITE_URL", "http://api:3000", Some("api None Some(3000)")),
            ("BUCKET", "gs://bucket/x", None),
            ("IMAGE_URL", "docker://image", None),
            ("REPO_URL", "git+ssh://git/x", None),
            ("ID", "spiffe://domain/x", None),
            ("LOCK_URL", "etcd://etcd:2379", Some("etcd None Some(2379)")),
            ("URL", "https://example", None),
            ("JDBC_URL", "jdbc:postgresql://db:5432/app", Some("db None Some(5432)")),
        ] {
            assert_eq!(parsed(variable, value).as_deref(), expected, "{value}");
        }
    }
}
