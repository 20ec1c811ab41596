//! Objects that other objects bring about: what an operator, a controller or
//! a generator makes of them.

mod operators;
mod secrets;

use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::Object;
use crate::references::{GroupKind, Part};

/// Most products of one object.
const PRODUCTS_MAX: usize = 2_000;

/// Something that will exist because an object does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Product {
    /// Its kind.
    pub(super) kind: GroupKind,
    /// Its name; a stem that a number follows where it is `numbered`.
    pub(super) name: SmolStr,
    /// Whether `-0`, `-1` ... follow the name.
    pub(super) numbered: bool,
    /// Where it appears.
    pub(super) spread: Spread,
    /// What it holds.
    pub(super) keys: Keys,
}

/// Where a product appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spread {
    /// In the namespace of what produces it.
    Own,
    /// In this namespace.
    Named(SmolStr),
    /// In namespaces that cannot be told.
    Any,
}

/// The keys of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// They cannot be told.
    Open,
    /// These and no others.
    Known(Vec<SmolStr>),
}

const SECRET: GroupKind = ("", "Secret");
const CONFIG_MAP: GroupKind = ("", "ConfigMap");
const SERVICE: GroupKind = ("", "Service");
const CLAIM: GroupKind = ("", "PersistentVolumeClaim");
const NAMESPACE: GroupKind = ("", "Namespace");

impl Product {
    fn new(kind: GroupKind, name: impl Into<SmolStr>) -> Self {
        Self { kind, name: name.into(), numbered: false, spread: Spread::Own, keys: Keys::Open }
    }

    fn keys(self, keys: impl IntoIterator<Item = SmolStr>) -> Self {
        Self { keys: Keys::Known(keys.into_iter().collect()), ..self }
    }

    /// In a namespace that is written somewhere, if it is.
    fn in_namespace(self, namespace: Option<&str>) -> Self {
        let spread = namespace.filter(|it| !it.is_empty()).map(|it| Spread::Named(it.into()));
        Self { spread: spread.unwrap_or(Spread::Own), ..self }
    }

    fn anywhere(self) -> Self {
        Self { spread: Spread::Any, ..self }
    }

    /// Whether it has the part, as far as can be told.
    pub(super) fn has(&self, part: &Part) -> bool {
        match (&self.keys, part) {
            (Keys::Known(keys), Part::Key(key) | Part::Subset(key)) => keys.contains(key),
            _ => true,
        }
    }
}

/// What an object produces.
pub(super) fn products(object: &Object) -> Vec<Product> {
    let mut found = Vec::new();
    match (object.group(), object.kind()) {
        ("", "Secret" | "ConfigMap") => replicas(object, &mut found),
        ("", "Service") => serving_certificate(object, &mut found),
        ("apps" | "apps.kruise.io", "StatefulSet") => claims(object, &mut found),
        ("networking.k8s.io" | "extensions", "Ingress") => secrets::of_ingress(object, &mut found),
        (group, _) if !group.contains('.') || group.ends_with(".k8s.io") && !is_extension(group) => {}
        (group, kind) => of_custom_kind(group, kind, object, &mut found),
    }
    found.truncate(PRODUCTS_MAX);
    found
}

/// Groups of extensions that are named like those of the API server.
fn is_extension(group: &str) -> bool {
    group.starts_with("gateway.networking.") || group.starts_with("secrets-store.")
}

fn of_custom_kind(group: &str, kind: &str, object: &Object, found: &mut Vec<Product>) {
    match (group, kind) {
        ("gateway.networking.k8s.io", "Gateway") => secrets::of_gateway(object, found),
        ("cert-manager.io", "Certificate") => secrets::of_certificate(object, found),
        ("cert-manager.io", "ClusterIssuer") => secrets::of_cluster_issuer(object, found),
        ("external-secrets.io", "ExternalSecret") => secrets::of_external_secret(object, found),
        ("external-secrets.io", "ClusterExternalSecret") => {
            secrets::of_cluster_external_secret(object, found);
        }
        ("bitnami.com", "SealedSecret") => secrets::of_sealed_secret(object, found),
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => secrets::of_provider_class(object, found),
        ("trust.cert-manager.io", "Bundle") => {
            found.extend([CONFIG_MAP, SECRET].map(|it| Product::new(it, object.name()).anywhere()));
        }
        ("acid.zalan.do", "postgresql") => zalando_users(object, found),
        ("postgres-operator.crunchydata.com", "PostgresCluster")
        | ("pgv2.percona.com", "PerconaPGCluster") => crunchy_users(object, found),
        ("db.movetokube.com", "PostgresUser") => postgres_user(object, found),
        ("ceph.rook.io", "CephObjectStoreUser") => object_store_user(object, found),
        ("k8s.mariadb.com" | "enterprise.mariadb.com", "MariaDB" | "MaxScale") => {
            generated_passwords(object, found);
        }
        ("networking.istio.io", "DestinationRule") => subsets(object, found),
        ("argoproj.io", "Application" | "ApplicationSet") => application_namespace(object, found),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => release_namespace(object, found),
        ("kyverno.io", "ClusterPolicy" | "Policy") => generated_by_policy(object, found),
        ("fluxcd.controlplane.io", "FluxInstance") => flux_sync(object, found),
        _ => {}
    }
    of_operator(group, kind, object, found);
    connection_secret(object, found);
}

fn of_operator(group: &str, kind: &str, object: &Object, found: &mut Vec<Product>) {
    let named = operators::NAMED.iter().filter(|it| it.0 == (group, kind)).flat_map(|it| it.1);
    found.extend(named.map(|(made, pattern)| Product::new(*made, pattern.replace('*', object.name()))));
    for (_, path, made, namespace) in operators::WRITTEN.iter().filter(|it| it.0 == (group, kind)) {
        let Some((last, above)) = path.split_last() else { continue };
        for node in spread(object.root(), above) {
            let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|it| !it.is_empty());
            let Some(name) = text(last) else { continue };
            found.push(Product::new(*made, name).in_namespace(text(namespace)));
        }
    }
}

/// The nodes at a path in which `*` is every item.
fn spread<'a>(root: Node<'a>, path: &[&str]) -> Vec<Node<'a>> {
    let step = |nodes: Vec<Node<'a>>, key: &&str| match *key {
        "*" => nodes.into_iter().flat_map(|it| it.items().take(PRODUCTS_MAX)).collect(),
        key => nodes.into_iter().filter_map(|it| it.get(key)).collect(),
    };
    path.iter().fold(vec![root], step)
}

fn text<'a>(node: Option<Node<'a>>, key: &str) -> Option<&'a str> {
    node?.get(key)?.as_str().filter(|it| !it.is_empty())
}

fn annotation<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    text(object.field(&["metadata", "annotations"]), name)
}

/// Copies in other namespaces.
fn replicas(object: &Object, found: &mut Vec<Product>) {
    let marks = [
        "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
        "replicator.v1.mittwald.de/replicate-to",
        "replicator.v1.mittwald.de/replicate-to-matching",
        "kubed.appscode.com/sync",
    ];
    let copied = object.field(&["metadata", "annotations"]).is_some_and(|annotations| {
        marks.iter().any(|mark| annotations.get(mark).is_some_and(|it| it.as_str() != Some("false")))
    });
    if copied {
        let kind = if object.kind() == "Secret" { SECRET } else { CONFIG_MAP };
        found.push(Product::new(kind, object.name()).anywhere());
    }
}

fn serving_certificate(object: &Object, found: &mut Vec<Product>) {
    let marks = [
        "service.beta.openshift.io/serving-cert-secret-name",
        "service.alpha.openshift.io/serving-cert-secret-name",
    ];
    found.extend(marks.iter().filter_map(|mark| annotation(object, mark)).map(|it| Product::new(SECRET, it)));
}

/// The claims of a `StatefulSet`: `template-set-0` and so on.
fn claims(object: &Object, found: &mut Vec<Product>) {
    let templates = object.field(&["spec", "volumeClaimTemplates"]).into_iter().flat_map(Node::items);
    let names = templates.filter_map(|it| text(it.get("metadata"), "name")).take(PRODUCTS_MAX);
    found.extend(names.map(|name| {
        let stem = format!("{name}-{}", object.name());
        Product { numbered: true, ..Product::new(CLAIM, stem) }
    }));
}

/// One secret per user, named after both.
fn zalando_users(object: &Object, found: &mut Vec<Product>) {
    let users = object.field(&["spec", "users"]).into_iter().flat_map(Node::entries);
    let users = users.map(|it| it.name().replace('_', "-")).take(PRODUCTS_MAX);
    let users = users.chain(["postgres".to_owned(), "standby".to_owned()]);
    found.extend(users.map(|user| {
        let name = format!("{user}.{}.credentials.postgresql.acid.zalan.do", object.name());
        Product::new(SECRET, name)
    }));
}

/// The operator puts the object's name behind that of the Secret.
fn postgres_user(object: &Object, found: &mut Vec<Product>) {
    let stem = text(object.field(&["spec"]), "secretName");
    found.extend(stem.map(|it| Product::new(SECRET, format!("{it}-{}", object.name()))));
}

fn object_store_user(object: &Object, found: &mut Vec<Product>) {
    let store = text(object.field(&["spec"]), "store");
    let name = |store: &str| format!("rook-ceph-object-user-{store}-{}", object.name());
    found.extend(store.map(|it| Product::new(SECRET, name(it))));
}

/// Passwords that the operator draws where they are to be drawn: `generate: true`.
fn generated_passwords(object: &Object, found: &mut Vec<Product>) {
    for field in ["rootPasswordSecretKeyRef", "passwordSecretKeyRef"] {
        let reference = object.field(&["spec", field]);
        let is_drawn = reference.and_then(|it| it.get("generate")).and_then(Node::as_bool) == Some(true);
        found.extend(text(reference.filter(|_| is_drawn), "name").map(|it| Product::new(SECRET, it)));
    }
}

fn crunchy_users(object: &Object, found: &mut Vec<Product>) {
    let users = object.field(&["spec", "users"]).into_iter().flat_map(Node::items);
    let users = users.filter_map(|it| it.get("name")?.as_str()).take(PRODUCTS_MAX);
    found.extend(users.map(|user| Product::new(SECRET, format!("{}-pguser-{user}", object.name()))));
}

/// A rule is found under the host it is for, whatever its own name.
fn subsets(object: &Object, found: &mut Vec<Product>) {
    let Some(host) = text(object.field(&["spec"]), "host") else { return };
    let subsets = object.field(&["spec", "subsets"]).into_iter().flat_map(Node::items);
    let names = subsets.filter_map(|it| it.get("name")?.as_str().map(SmolStr::new));
    let service = host.split('.').next().unwrap_or(host);
    found.push(Product::new(("networking.istio.io", "DestinationRule"), service).keys(names).anywhere());
}

fn application_namespace(object: &Object, found: &mut Vec<Product>) {
    let spec = object.field(if object.kind() == "ApplicationSet" {
        &["spec", "template", "spec"]
    } else {
        &["spec"]
    });
    let below = |keys: &[&str]| keys.iter().try_fold(spec?, |node, key| node.get(key));
    let options = below(&["syncPolicy", "syncOptions"]).into_iter().flat_map(Node::items);
    let creates = options.filter_map(Node::as_str).any(|it| it == "CreateNamespace=true");
    let name = text(below(&["destination"]), "namespace");
    found.extend(name.filter(|_| creates).map(|it| Product::new(NAMESPACE, it)));
}

fn release_namespace(object: &Object, found: &mut Vec<Product>) {
    let creates = object.field(&["spec", "install", "createNamespace"]).and_then(Node::as_bool) == Some(true);
    let name = text(object.field(&["spec"]), "targetNamespace");
    found.extend(name.filter(|_| creates).map(|it| Product::new(NAMESPACE, it)));
}

/// The source and the Kustomization that an instance of Flux is told to follow,
/// named like its namespace where it does not say.
fn flux_sync(object: &Object, found: &mut Vec<Product>) {
    let Some(sync) = object.field(&["spec", "sync"]) else { return };
    let name = text(Some(sync), "name").or(object.namespace()).unwrap_or("flux-system");
    let source = match text(Some(sync), "kind") {
        Some("OCIRepository") => "OCIRepository",
        Some("Bucket") => "Bucket",
        _ => "GitRepository",
    };
    let kinds = [("source.toolkit.fluxcd.io", source), ("kustomize.toolkit.fluxcd.io", "Kustomization")];
    found.extend(kinds.map(|kind| Product::new(kind, name)));
}

/// Objects that a policy generates in every namespace it is for.
fn generated_by_policy(object: &Object, found: &mut Vec<Product>) {
    for rule in spread(object.root(), &["spec", "rules", "*", "generate"]) {
        let kind = match text(Some(rule), "kind") {
            Some("Secret") => SECRET,
            Some("ConfigMap") => CONFIG_MAP,
            Some("ServiceAccount") => ("", "ServiceAccount"),
            _ => continue,
        };
        found.extend(text(Some(rule), "name").map(|it| Product::new(kind, it).anywhere()));
    }
}

/// Credentials that Crossplane's resources of any kind write.
fn connection_secret(object: &Object, found: &mut Vec<Product>) {
    let Some(spec) = object.field(&["spec"]) else { return };
    for key in ["writeConnectionSecretToRef", "publishConnectionDetailsTo"] {
        let to = spec.get(key);
        let product = text(to, "name").map(|it| Product::new(SECRET, it).in_namespace(text(to, "namespace")));
        found.extend(product);
    }
}
