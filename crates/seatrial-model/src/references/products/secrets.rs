//! Secrets that controllers make from certificates, stores and sealed data.

use seatrial_yaml::Node;
use smol_str::SmolStr;

use super::{CONFIG_MAP, Keys, PRODUCTS_MAX, Product, SECRET, annotation, spread, text};
use crate::Object;

const TLS_KEYS: [SmolStr; 3] =
    [SmolStr::new_static("tls.crt"), SmolStr::new_static("tls.key"), SmolStr::new_static("ca.crt")];

/// Annotations by which cert-manager takes care of an Ingress or Gateway.
const SHIM: [&str; 5] = [
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "kubernetes.io/tls-acme",
    "certmanager.k8s.io/cluster-issuer",
    "certmanager.k8s.io/issuer",
];

fn is_shimmed(object: &Object) -> bool {
    SHIM.iter().any(|name| annotation(object, name).is_some())
}

pub(super) fn of_ingress(object: &Object, found: &mut Vec<Product>) {
    if !is_shimmed(object) {
        return;
    }
    let names = spread(object.root(), &["spec", "tls", "*"])
        .into_iter()
        .filter_map(|it| text(Some(it), "secretName"));
    found.extend(names.map(|it| Product::new(SECRET, it).keys(TLS_KEYS)));
}

pub(super) fn of_gateway(object: &Object, found: &mut Vec<Product>) {
    if !is_shimmed(object) {
        return;
    }
    for certificate in spread(object.root(), &["spec", "listeners", "*", "tls", "certificateRefs", "*"]) {
        let Some(name) = text(Some(certificate), "name") else { continue };
        found.push(
            Product::new(SECRET, name).keys(TLS_KEYS).in_namespace(text(Some(certificate), "namespace")),
        );
    }
}

pub(super) fn of_certificate(object: &Object, found: &mut Vec<Product>) {
    let spec = object.field(&["spec"]);
    let Some(name) = text(spec, "secretName") else { return };
    let has = |key: &str| spec.is_some_and(|it| it.get(key).is_some());
    let product = Product::new(SECRET, name);
    let more = has("additionalOutputFormats") || has("keystores");
    found.push(if more { product.clone() } else { product.clone().keys(TLS_KEYS) });
    let annotations = object.field(&["spec", "secretTemplate", "annotations"]);
    let copied = annotations.into_iter().flat_map(Node::entries);
    if copied.take(PRODUCTS_MAX).any(|it| is_copy_mark(&it.name())) {
        found.push(product.anywhere());
    }
}

fn is_copy_mark(name: &str) -> bool {
    name.starts_with("reflector.v1.k8s.emberstack.com/")
        || name.starts_with("replicator.v1.mittwald.de/")
        || name.starts_with("kubed.appscode.com/")
}

/// The account's key lies in the namespace that the controller is told to use.
pub(super) fn of_cluster_issuer(object: &Object, found: &mut Vec<Product>) {
    let name = text(object.field(&["spec", "acme", "privateKeySecretRef"]), "name");
    found.extend(name.map(|it| Product::new(SECRET, it).anywhere()));
}

pub(super) fn of_external_secret(object: &Object, found: &mut Vec<Product>) {
    found.extend(object.field(&["spec"]).and_then(|spec| fetched(spec, object.name())));
}

pub(super) fn of_cluster_external_secret(object: &Object, found: &mut Vec<Product>) {
    let name = text(object.field(&["spec"]), "externalSecretName").unwrap_or(object.name());
    let spec = object.field(&["spec", "externalSecretSpec"]);
    found.extend(spec.and_then(|spec| fetched(spec, name)).map(Product::anywhere));
}

fn fetched(spec: Node<'_>, own_name: &str) -> Option<Product> {
    let target = spec.get("target");
    if text(target, "creationPolicy") == Some("None") {
        return None;
    }
    let manifest = text(target.and_then(|it| it.get("manifest")), "kind");
    let kind = if manifest == Some("ConfigMap") { CONFIG_MAP } else { SECRET };
    let name = text(target, "name").unwrap_or(own_name);
    Some(Product { keys: fetched_keys(spec, target), ..Product::new(kind, name) })
}

/// A template replaces what was fetched unless it is merged with it.
fn fetched_keys(spec: Node<'_>, target: Option<Node<'_>>) -> Keys {
    let template = target.and_then(|it| it.get("template"));
    let merged = text(template, "mergePolicy") == Some("Merge");
    let shaped = template.and_then(|it| it.get("data"));
    let is_empty = |key: &str| spec.get(key).is_none_or(Node::is_empty);
    if template.is_some_and(|it| it.get("templateFrom").is_some()) {
        return Keys::Open;
    }
    if let Some(shaped) = shaped.filter(|_| !merged) {
        return Keys::Known(names_of(shaped));
    }
    let merges_into_another = text(target, "creationPolicy") == Some("Merge");
    if !is_empty("dataFrom") || merges_into_another {
        return Keys::Open;
    }
    let written = spread(spec, &["data", "*"]).into_iter().filter_map(|it| text(Some(it), "secretKey"));
    let more = shaped.map(names_of).unwrap_or_default();
    Keys::Known(written.map(SmolStr::new).chain(more).collect())
}

fn names_of(node: Node<'_>) -> Vec<SmolStr> {
    node.entries().take(PRODUCTS_MAX).map(|it| SmolStr::new(it.name())).collect()
}

pub(super) fn of_sealed_secret(object: &Object, found: &mut Vec<Product>) {
    let template = object.field(&["spec", "template"]);
    let metadata = template.and_then(|it| it.get("metadata"));
    let name = text(metadata, "name").unwrap_or(object.name());
    let namespace = text(metadata, "namespace").filter(|_| object.namespace().is_none());
    let keys = [object.field(&["spec", "encryptedData"]), template.and_then(|it| it.get("data"))];
    let keys = keys.into_iter().flatten().flat_map(names_of);
    found.push(Product::new(SECRET, name).keys(keys).in_namespace(namespace));
    let annotations = metadata.and_then(|it| it.get("annotations"));
    if annotations.into_iter().flat_map(Node::entries).any(|it| is_copy_mark(&it.name())) {
        found.push(Product::new(SECRET, name).anywhere());
    }
}

pub(super) fn of_provider_class(object: &Object, found: &mut Vec<Product>) {
    for made in spread(object.root(), &["spec", "secretObjects", "*"]) {
        let Some(name) = text(Some(made), "secretName") else { continue };
        let keys = spread(made, &["data", "*"]).into_iter().filter_map(|it| text(Some(it), "key"));
        found.push(Product::new(SECRET, name).keys(keys.map(SmolStr::new)));
    }
}
