//! Gateway API, Traefik and Contour.

use seatrial_yaml::Node;

use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{SECRET, SERVICE, secrets};
use crate::references::{GroupKind, Part, Port, Reference, Relation, Scope};

const GROUP: &str = "gateway.networking.k8s.io";
const TRAEFIK: &str = "traefik.io";
const OLD_TRAEFIK: &str = "traefik.containo.us";
const PARENTS: &[GroupKind] = &[(GROUP, "Gateway"), (GROUP, "ListenerSet")];
const GATEWAY_CLASS: &[GroupKind] = &[(GROUP, "GatewayClass")];
const NO_KINDS: &[GroupKind] = &[];

const BACKEND: Rule =
    to(Relation::Backend, SERVICE).of_written_kind().in_field("namespace").port("port").rule();
const CERTIFICATE: Rule = to(Relation::Certificate, SECRET).of_written_kind().in_field("namespace").rule();
const EXTENSION: Rule = to(Relation::Middleware, NO_KINDS).of_written_kind().rule();

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[
            (GROUP, "HTTPRoute"),
            (GROUP, "GRPCRoute"),
            (GROUP, "TCPRoute"),
            (GROUP, "TLSRoute"),
            (GROUP, "UDPRoute"),
        ],
        fields: &[
            (
                "spec.parentRefs[*]",
                to(Relation::Parent, PARENTS)
                    .of_written_kind()
                    .in_field("namespace")
                    .listener("sectionName")
                    .rule(),
            ),
            ("spec.rules[*].backendRefs[*]", BACKEND),
            ("spec.rules[*].filters[*].requestMirror.backendRef", BACKEND),
            ("spec.rules[*].filters[*].extensionRef", EXTENSION),
            ("spec.rules[*].backendRefs[*].filters[*].extensionRef", EXTENSION),
        ],
    },
    Table {
        kinds: &[(GROUP, "Gateway")],
        fields: &[
            ("spec.gatewayClassName", to(Relation::Class, GATEWAY_CLASS).scalar().in_cluster().rule()),
            ("spec.listeners[*].tls.certificateRefs[*]", CERTIFICATE),
            ("metadata.annotations[cert-manager.io/cluster-issuer]", secrets::CLUSTER_ISSUER_ANNOTATION),
            ("metadata.annotations[cert-manager.io/issuer]", secrets::ISSUER_ANNOTATION),
        ],
    },
    Table {
        kinds: &[(GROUP, "ListenerSet")],
        fields: &[
            ("spec.parentRef", to(Relation::Parent, PARENTS).of_written_kind().in_field("namespace").rule()),
            ("spec.listeners[*].tls.certificateRefs[*]", CERTIFICATE),
        ],
    },
    Table {
        kinds: GATEWAY_CLASS,
        fields: &[(
            "spec.parametersRef",
            to(Relation::Template, NO_KINDS).of_written_kind().in_field("namespace").rule(),
        )],
    },
    Table {
        kinds: &[(GROUP, "BackendTLSPolicy")],
        fields: &[
            ("spec.targetRefs[*]", to(Relation::Target, SERVICE).of_written_kind().rule()),
            (
                "spec.validation.caCertificateRefs[*]",
                to(Relation::Certificate, super::CONFIG_MAP).of_written_kind().rule(),
            ),
        ],
    },
    Table {
        kinds: &[
            (TRAEFIK, "IngressRoute"),
            (TRAEFIK, "IngressRouteTCP"),
            (TRAEFIK, "IngressRouteUDP"),
            (OLD_TRAEFIK, "IngressRoute"),
            (OLD_TRAEFIK, "IngressRouteTCP"),
            (OLD_TRAEFIK, "IngressRouteUDP"),
        ],
        fields: &[
            ("spec.routes[*].services[*]", Rule::Read(traefik_service)),
            ("spec.routes[*].middlewares[*]", Rule::Read(middleware)),
            ("spec.tls", to(Relation::Certificate, SECRET).under("secretName").rule()),
            ("spec.tls.options", Rule::Read(tls_options)),
        ],
    },
    Table {
        kinds: &[(TRAEFIK, "Middleware"), (OLD_TRAEFIK, "Middleware")],
        fields: &[
            ("spec.basicAuth.secret", MIDDLEWARE_SECRET),
            ("spec.digestAuth.secret", MIDDLEWARE_SECRET),
            ("spec.forwardAuth.tls.caSecret", MIDDLEWARE_SECRET),
            ("spec.forwardAuth.tls.certSecret", MIDDLEWARE_SECRET),
            ("spec.errors.service", Rule::Read(traefik_service)),
            ("spec.chain.middlewares[*]", Rule::Read(middleware)),
        ],
    },
    Table {
        kinds: &[(TRAEFIK, "TraefikService"), (OLD_TRAEFIK, "TraefikService")],
        fields: &[
            ("spec.weighted.services[*]", Rule::Read(traefik_service)),
            ("spec.mirroring", Rule::Read(traefik_service)),
            ("spec.mirroring.mirrors[*]", Rule::Read(traefik_service)),
        ],
    },
    Table {
        kinds: &[("projectcontour.io", "HTTPProxy")],
        fields: &[
            ("spec.routes[*].services[*]", to(Relation::Backend, SERVICE).port("port").rule()),
            ("spec.tcpproxy.services[*]", to(Relation::Backend, SERVICE).port("port").rule()),
        ],
    },
    Table {
        kinds: &[(TRAEFIK, "TLSStore"), (OLD_TRAEFIK, "TLSStore")],
        fields: &[("spec.defaultCertificate", to(Relation::Certificate, SECRET).under("secretName").rule())],
    },
    Table {
        kinds: &[(TRAEFIK, "ServersTransport"), (OLD_TRAEFIK, "ServersTransport")],
        fields: &[
            ("spec.rootCAsSecrets[*]", MIDDLEWARE_SECRET),
            ("spec.certificatesSecrets[*]", MIDDLEWARE_SECRET),
        ],
    },
];

const MIDDLEWARE_SECRET: Rule = to(Relation::Credentials, SECRET).scalar().rule();
const MIDDLEWARES: &[GroupKind] = &[
    (TRAEFIK, "Middleware"),
    (OLD_TRAEFIK, "Middleware"),
    (TRAEFIK, "MiddlewareTCP"),
    (OLD_TRAEFIK, "MiddlewareTCP"),
];
const TRAEFIK_SERVICES: &[GroupKind] = &[(TRAEFIK, "TraefikService"), (OLD_TRAEFIK, "TraefikService")];
const TLS_OPTIONS: &[GroupKind] = &[(TRAEFIK, "TLSOption"), (OLD_TRAEFIK, "TLSOption")];

fn traefik_service(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let weighted = site.text("kind") == Some("TraefikService");
    let kinds = if weighted { TRAEFIK_SERVICES } else { SERVICE };
    let Some(base) = traefik(site, Relation::Backend, kinds) else { return };
    let port = site.get("port").and_then(Port::of).filter(|_| !weighted);
    let part = port.map(|it| (Part::ServicePort(it), site.path_of("port")));
    found.push(Reference { part, ..base });
}

fn middleware(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    found.extend(traefik(site, Relation::Middleware, MIDDLEWARES));
}

fn tls_options(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    found.extend(traefik(site, Relation::Template, TLS_OPTIONS).filter(|it| it.name() != Some("default")));
}

/// A name with `@` belongs to another provider of Traefik's.
fn traefik(site: &Site<'_, '_>, relation: Relation, kinds: &'static [GroupKind]) -> Option<Reference> {
    let name = site.get("name").and_then(Node::as_str).filter(|it| !it.contains('@'))?;
    let written = site.text("namespace").filter(|it| !it.is_empty());
    let scope = written.map_or(Scope::Same, |it| Scope::Named(it.into()));
    let base = site.reference(relation, kinds, name, site.path_of("name"));
    Some(Reference { scope, ..base })
}
