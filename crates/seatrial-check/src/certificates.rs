//! Certificates that cert-manager is asked for: the hosts that each has, the
//! Secret it goes to, and who issues it.

use seatrial_model::references::Relation;
use seatrial_model::{Agreement, Field, Object, Resolution};

use crate::placeholder::is_filled_in_later;
use crate::{Context, World};

const GROUP: &str = "cert-manager.io";

/// Annotations by which an Ingress asks for the certificates of its `tls` entries.
const SHIM: &[&str] = &["cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"];

/// A request for a certificate, written out or implied by an Ingress.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    /// The Secret it is written to.
    pub(crate) secret: Field<'a>,
    /// The hosts it is for.
    pub(crate) hosts: Vec<Field<'a>>,
}

impl<'a> Request<'a> {
    /// The object that asks.
    pub(crate) fn object(&self) -> &'a Object {
        self.secret.object()
    }

    /// The Secret's name.
    pub(crate) fn secret_name(&self) -> &'a str {
        self.secret.as_str().unwrap_or_default()
    }

    /// The requests that an object makes.
    pub(crate) fn of(object: &'a Object) -> Vec<Self> {
        let root = Field::root(object);
        if object.is(GROUP, "Certificate") {
            return root.key("spec").and_then(|spec| certificate(&spec)).into_iter().collect();
        }
        if !is_ingress(object) || !is_shimmed(object) {
            return Vec::new();
        }
        let entries = root.key("spec").into_iter().flat_map(|spec| spec.list("tls"));
        let requests = entries.filter_map(|entry| {
            let hosts = entry.list("hosts").filter(is_host).collect();
            Some(Self { secret: entry.key("secretName").filter(is_host)?, hosts })
        });
        requests.collect()
    }

    /// Whether a host is one of its hosts, or below a wildcard of them.
    pub(crate) fn covers(&self, host: &str) -> bool {
        self.hosts.iter().any(|it| it.as_str().is_some_and(|it| covers(it, host)))
    }
}

fn certificate<'a>(spec: &Field<'a>) -> Option<Request<'a>> {
    let common = spec.key("commonName").filter(is_host);
    let hosts = spec.list("dnsNames").filter(|it| it.as_str().is_some()).chain(common).collect();
    Some(Request { secret: spec.key("secretName").filter(is_host)?, hosts })
}

/// Whether a field holds a name, and not one that is filled in later.
fn is_host(field: &Field<'_>) -> bool {
    field.as_str().is_some_and(|it| !it.is_empty() && !is_filled_in_later(it))
}

/// Whether an object is an Ingress.
pub(crate) fn is_ingress(object: &Object) -> bool {
    object.kind() == "Ingress" && matches!(object.group(), "networking.k8s.io" | "extensions")
}

/// Whether an Ingress asks cert-manager for its certificates.
pub(crate) fn is_shimmed(ingress: &Object) -> bool {
    let annotations = ingress.field(&["metadata", "annotations"]);
    SHIM.iter().any(|name| annotations.and_then(|it| it.get(name)).is_some())
}

/// Whether a certificate for one name is good for another: a star stands for
/// one label.
pub(crate) fn covers(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let (Some(parent), Some((_, rest))) = (pattern.strip_prefix("*."), host.split_once('.')) else {
        return false;
    };
    parent.eq_ignore_ascii_case(rest)
}

/// Whether two objects surely live in one namespace of one unit.
pub(crate) fn are_neighbours(one: &Object, other: &Object) -> bool {
    let same_unit = one.unit() == other.unit();
    same_unit && Agreement::between(one.namespace(), other.namespace(), true) == Agreement::Exact
}

/// The issuer that an object names, where the tree has exactly one of that name.
pub(crate) fn issuer<'a>(context: &Context<'a>, object: &'a Object) -> Option<&'a Object> {
    let world: &World<'a> = context.world();
    let mut links = context.links_of(object).iter().filter(|it| it.relation == Relation::Issuer);
    let Resolution::Found { places, .. } = &links.next()?.resolution else { return None };
    let [only] = places.as_slice() else { return None };
    Some(world.repository.object(*only))
}

/// The solvers of an ACME issuer.
pub(crate) fn solvers(issuer: &Object) -> Option<Vec<Field<'_>>> {
    let acme = Field::root(issuer).keys(&["spec", "acme"])?;
    Some(acme.list("solvers").filter(|it| it.node().is_mapping()).collect())
}

/// The address of an ACME issuer's server.
pub(crate) fn server(issuer: &Object) -> Option<Field<'_>> {
    Field::root(issuer).keys(&["spec", "acme", "server"]).filter(|it| it.node().as_str().is_some())
}

/// Whether an object is an issuer.
pub(crate) fn is_issuer(object: &Object) -> bool {
    object.is(GROUP, "Issuer") || object.is(GROUP, "ClusterIssuer")
}
