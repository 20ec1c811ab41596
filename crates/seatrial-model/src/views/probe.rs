//! Probes: what the kubelet asks a container, and how often.

use crate::{Field, IntOrString};

/// What a probe's answer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProbeKind {
    /// Whether the container has started.
    Startup,
    /// Whether it is restarted.
    Liveness,
    /// Whether it gets traffic.
    Readiness,
}

impl ProbeKind {
    /// All kinds, in the order they start to count.
    pub const ALL: [Self; 3] = [Self::Startup, Self::Liveness, Self::Readiness];

    /// The container's field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Startup => "startupProbe",
            Self::Liveness => "livenessProbe",
            Self::Readiness => "readinessProbe",
        }
    }
}

/// What a probe asks.
#[derive(Clone, Debug)]
pub enum Handler<'a> {
    /// A GET request.
    HttpGet(Field<'a>),
    /// A TCP connection.
    TcpSocket(Field<'a>),
    /// A gRPC health request.
    Grpc(Field<'a>),
    /// A program inside the container.
    Exec(Field<'a>),
}

/// A probe of a container.
#[derive(Clone, Debug)]
pub struct Probe<'a> {
    /// Its mapping.
    pub field: Field<'a>,
    /// What its answer decides.
    pub kind: ProbeKind,
}

impl<'a> Probe<'a> {
    /// What it asks; none where nothing is written.
    pub fn handler(&self) -> Option<Handler<'a>> {
        let handler = |name: &str| self.field.key(name).filter(|it| it.node().is_mapping());
        handler("httpGet")
            .map(Handler::HttpGet)
            .or_else(|| handler("tcpSocket").map(Handler::TcpSocket))
            .or_else(|| handler("grpc").map(Handler::Grpc))
            .or_else(|| handler("exec").map(Handler::Exec))
    }

    /// The port it connects to, with its field.
    pub fn port(&self) -> Option<(IntOrString<'a>, Field<'a>)> {
        let (Handler::HttpGet(field) | Handler::TcpSocket(field) | Handler::Grpc(field)) = self.handler()?
        else {
            return None;
        };
        let port = field.key("port")?;
        Some((IntOrString::of(port.node())?, port))
    }

    /// Seconds until the first question.
    pub fn initial_delay_seconds(&self) -> i64 {
        self.field.number("initialDelaySeconds").unwrap_or(0)
    }

    /// Seconds between questions.
    pub fn period_seconds(&self) -> i64 {
        self.field.number("periodSeconds").filter(|&it| it != 0).unwrap_or(10)
    }

    /// Failures in a row that count as failure.
    pub fn failure_threshold(&self) -> i64 {
        self.field.number("failureThreshold").filter(|&it| it != 0).unwrap_or(3)
    }
}
