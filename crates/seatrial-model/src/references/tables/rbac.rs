//! Who may do what, and which Services the API server calls.

use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{SERVICE, SERVICE_ACCOUNT};
use crate::references::{GroupKind, Reference, Relation, Scope};

const GROUP: &str = "rbac.authorization.k8s.io";
const CLUSTER_ROLE: &[GroupKind] = &[(GROUP, "ClusterRole")];
const ROLES: &[GroupKind] = &[(GROUP, "Role"), (GROUP, "ClusterRole")];
const CERTIFICATE: &[GroupKind] = &[("cert-manager.io", "Certificate")];

/// A call of the API server; the port is 443 unless another is written.
const CALLED: Rule = to(Relation::Webhook, SERVICE).in_field("namespace").port_or("port", 443).rule();
const INJECTED: (&str, Rule) =
    ("metadata.annotations[cert-manager.io/inject-ca-from]", Rule::Read(certificate));

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[(GROUP, "RoleBinding"), (GROUP, "ClusterRoleBinding")],
        fields: &[("subjects[*]", Rule::Read(subject))],
    },
    Table {
        kinds: &[(GROUP, "RoleBinding")],
        fields: &[("roleRef", to(Relation::Role, ROLES).of_written_kind().rule())],
    },
    Table {
        kinds: &[(GROUP, "ClusterRoleBinding")],
        fields: &[("roleRef", to(Relation::Role, CLUSTER_ROLE).of_written_kind().in_cluster().rule())],
    },
    Table {
        kinds: &[
            ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
            ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ],
        fields: &[("webhooks[*].clientConfig.service", CALLED), INJECTED],
    },
    Table {
        kinds: &[("apiregistration.k8s.io", "APIService")],
        fields: &[("spec.service", CALLED), INJECTED],
    },
    Table {
        kinds: &[("apiextensions.k8s.io", "CustomResourceDefinition")],
        fields: &[
            ("spec.conversion.webhook.clientConfig.service", CALLED),
            ("spec.conversion.webhookClientConfig.service", CALLED),
            INJECTED,
        ],
    },
];

fn subject(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let path = site.path_of("name");
    let name = site.text("name").unwrap_or_default();
    match site.text("kind") {
        Some("ServiceAccount") => {
            let namespace = site.text("namespace").filter(|it| !it.is_empty());
            let scope = namespace.map_or(Scope::Same, |it| Scope::Named(it.into()));
            found.push(Reference { scope, ..site.reference(Relation::Account, SERVICE_ACCOUNT, name, path) });
        }
        Some("User") => {
            let account = name.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'));
            let Some((namespace, name)) = account else { return };
            let scope = Scope::Named(namespace.into());
            found.push(Reference { scope, ..site.reference(Relation::Account, SERVICE_ACCOUNT, name, path) });
        }
        _ => {}
    }
}

/// `namespace/name` of a Certificate whose authority is put into the object.
fn certificate(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some((namespace, name)) = site.text("").and_then(|it| it.split_once('/')) else { return };
    let base = site.reference(Relation::Certificate, CERTIFICATE, name, site.path_of(""));
    found.push(Reference { scope: Scope::Named(namespace.into()), ..base });
}
