//! Certificates and secrets that controllers fetch or make.

use crate::is_namespaced;
use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{SECRET, deep};
use crate::references::{GroupKind, Kinds, Reference, Relation, Scope};

const CERT_MANAGER: &str = "cert-manager.io";
const ISSUERS: &[GroupKind] = &[(CERT_MANAGER, "Issuer"), (CERT_MANAGER, "ClusterIssuer")];
/// The names under which an Ingress or a Gateway asks for an issuer.
pub(super) const ISSUER_ANNOTATION: Rule = Rule::Read(issuer_annotation);
pub(super) const CLUSTER_ISSUER_ANNOTATION: Rule = Rule::Read(cluster_issuer_annotation);
const STORES: &[GroupKind] =
    &[("external-secrets.io", "SecretStore"), ("external-secrets.io", "ClusterSecretStore")];
const VAULT_AUTH: &[GroupKind] = &[("secrets.hashicorp.com", "VaultAuth")];
const VAULT_CONNECTION: &[GroupKind] = &[("secrets.hashicorp.com", "VaultConnection")];

const STORE: Rule = to(Relation::Store, STORES).of_written_kind().rule();
const VAULT: &[(&str, Rule)] = &[("spec.vaultAuthRef", Rule::Read(vault_auth))];

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[(CERT_MANAGER, "Certificate"), (CERT_MANAGER, "CertificateRequest")],
        fields: &[
            ("spec.issuerRef", to(Relation::Issuer, ISSUERS).of_written_kind().rule()),
            ("spec.keystores", Rule::Read(deep::credentials)),
        ],
    },
    Table {
        kinds: &[(CERT_MANAGER, "Issuer")],
        fields: &[
            ("spec.ca", to(Relation::Credentials, SECRET).under("secretName").rule()),
            ("spec.acme.solvers", Rule::Read(deep::credentials)),
            ("spec.acme.externalAccountBinding", Rule::Read(deep::credentials)),
            ("spec.vault", Rule::Read(deep::credentials)),
            ("spec.venafi", Rule::Read(deep::credentials)),
        ],
    },
    Table {
        // Their secrets are read from the namespace that the controller is
        // told to use, usually its own.
        kinds: &[(CERT_MANAGER, "ClusterIssuer")],
        fields: &[
            ("spec.ca", to(Relation::Credentials, SECRET).under("secretName").anywhere().rule()),
            ("spec.acme.solvers", Rule::Read(deep::credentials_anywhere)),
            ("spec.vault", Rule::Read(deep::credentials_anywhere)),
            ("spec.venafi", Rule::Read(deep::credentials_anywhere)),
        ],
    },
    Table {
        kinds: &[("external-secrets.io", "ExternalSecret")],
        fields: &[
            ("spec.secretStoreRef", STORE),
            ("spec.data[*].sourceRef.storeRef", STORE),
            ("spec.dataFrom[*].sourceRef.storeRef", STORE),
            (
                "spec.dataFrom[*].sourceRef.generatorRef",
                to(Relation::Store, GENERATORS).of_written_kind().rule(),
            ),
            (
                "spec.target.template.templateFrom[*].configMap",
                to(Relation::Template, super::CONFIG_MAP).rule(),
            ),
            ("spec.target.template.templateFrom[*].secret", to(Relation::Template, SECRET).rule()),
        ],
    },
    Table {
        kinds: &[("external-secrets.io", "ClusterExternalSecret")],
        fields: &[("spec.externalSecretSpec.secretStoreRef", CLUSTER_STORE)],
    },
    Table {
        kinds: &[("external-secrets.io", "PushSecret")],
        fields: &[
            ("spec.secretStoreRefs[*]", STORE),
            ("spec.selector.secret", to(Relation::Credentials, SECRET).if_named().rule()),
        ],
    },
    Table {
        kinds: &[("external-secrets.io", "SecretStore")],
        fields: &[("spec.provider", Rule::Read(deep::credentials))],
    },
    Table {
        kinds: &[("external-secrets.io", "ClusterSecretStore")],
        fields: &[("spec.provider", Rule::Read(deep::credentials_anywhere))],
    },
    Table { kinds: &[("secrets.hashicorp.com", "VaultStaticSecret")], fields: VAULT },
    Table { kinds: &[("secrets.hashicorp.com", "VaultDynamicSecret")], fields: VAULT },
    Table { kinds: &[("secrets.hashicorp.com", "VaultPKISecret")], fields: VAULT },
    Table {
        kinds: VAULT_AUTH,
        fields: &[("spec.vaultConnectionRef", to(Relation::Store, VAULT_CONNECTION).scalar().rule())],
    },
];

const GENERATORS: &[GroupKind] = &[("generators.external-secrets.io", "Password")];
const CLUSTER_STORE: Rule = Rule::Read(cluster_store);

/// Only stores outside namespaces can be told for secrets in many namespaces.
fn cluster_store(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    if site.text("kind") != Some("ClusterSecretStore") {
        return;
    }
    let name = site.text("name").unwrap_or_default();
    let base = site.reference(Relation::Store, &STORES[1..], name, site.path_of("name"));
    found.push(Reference { scope: Scope::Cluster, ..base });
}

fn issuer_annotation(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    found.extend(annotated_issuer(site, &ISSUERS[..1], Scope::Same));
}

fn cluster_issuer_annotation(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    found.extend(annotated_issuer(site, &ISSUERS[1..], Scope::Cluster));
}

/// The issuer of this kind, or of the kind and group that two further
/// annotations name (cert-manager's `pkg/controller/certificate-shim`).
fn annotated_issuer(site: &Site<'_, '_>, kinds: &'static [GroupKind], scope: Scope) -> Option<Reference> {
    let name = site.text("").filter(|it| !it.is_empty())?;
    let annotations = site.object.field(&["metadata", "annotations"]);
    let written = |key: &str| annotations.and_then(|it| it.get(key)?.as_str()).filter(|it| !it.is_empty());
    let base = site.reference(Relation::Issuer, kinds, name, site.path_of(""));
    let (kind, group) = (written("cert-manager.io/issuer-kind"), written("cert-manager.io/issuer-group"));
    if kind.is_none() && group.is_none() {
        return Some(Reference { scope, ..base });
    }
    let known = kinds.first()?;
    let (group, kind) = (group.unwrap_or(known.0), kind.unwrap_or(known.1));
    let scope = if is_namespaced(group, kind) == Some(false) { Scope::Cluster } else { Scope::Same };
    Some(Reference { scope, kinds: Kinds::Written { group: group.into(), kind: kind.into() }, ..base })
}

/// `name` or `namespace/name`.
fn vault_auth(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(text) = site.text("").filter(|it| !it.is_empty()) else { return };
    let (scope, name) = match text.split_once('/') {
        Some((namespace, name)) => (Scope::Named(namespace.into()), name),
        None => (Scope::Same, text),
    };
    found.push(Reference { scope, ..site.reference(Relation::Store, VAULT_AUTH, name, site.path_of("")) });
}
