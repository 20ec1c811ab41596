//! What each document of a parsed file is: objects, configuration of a
//! program, another program's template, or nothing of Kubernetes.

use seatrial_model::is_namespaced;
use seatrial_yaml::{Document, Node, NodeId, Stream};
use smol_str::SmolStr;

use crate::classify::{client, foreign};
use crate::{gitops, letter_case};

/// Lists inside lists that are opened.
const LIST_DEPTH: usize = 64;

/// What one document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    /// Objects; several where a `List` holds them.
    Objects(Vec<Held>),
    /// A manifest without `apiVersion` or without `kind`: which one is absent.
    Untyped(&'static str),
    /// It reads like a manifest and does not parse into one.
    Broken,
    /// Configuration of a program, and what for.
    Client(&'static str),
    /// Another program's template, and why it is not judged.
    Foreign(&'static str),
    /// Nothing of Kubernetes.
    Other,
}

/// An object of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) node: NodeId,
    pub(crate) typing: Typing,
    /// Whether its group is one of Argo CD or Flux. Few are, and every object
    /// is asked several times.
    pub(crate) is_gitops: bool,
}

impl Held {
    fn new(node: Node<'_>, typing: Typing, api_version: &str) -> Self {
        Self { node: node.id(), typing, is_gitops: gitops::has_group(api_version) }
    }
}

/// Where the type of an object is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typing {
    Written,
    /// In the list around it. Boxed: few are, and every document has room for it.
    OfList(Box<ListType>),
    /// Nowhere in full: which word is absent.
    Absent(&'static str),
    /// With letters in the wrong case, so that the kind is none.
    WrongCase,
}

/// What a list says of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListType {
    pub(crate) api_version: SmolStr,
    pub(crate) kind: SmolStr,
}

impl DocumentKind {
    /// Whether an object of Argo CD or Flux stands in it.
    pub(crate) fn is_gitops(&self) -> bool {
        matches!(self, Self::Objects(held) if held.iter().any(|it| it.is_gitops))
    }

    /// Whether its problems are a person's who deploys to Kubernetes.
    pub(crate) fn is_kubernetes(&self) -> bool {
        matches!(self, Self::Objects(_) | Self::Untyped(_) | Self::Broken | Self::Client(_))
    }
}

/// Judges every document of a file. What the type of a list says of its items
/// counts for kubectl; kustomize wants it written in each of them. Where all of it is
/// meant for Kubernetes, what does not parse is a manifest.
pub(crate) fn classify(stream: &Stream, lists_type_items: bool, is_meant: bool) -> Vec<DocumentKind> {
    let text = stream.text();
    let mut foreign = foreign::is_ytt(text).then_some("ytt templates are not rendered");
    if foreign.is_none() && !stream.is_accepted() {
        foreign = foreign::template(stream);
    }
    let braces = memchr::memmem::find(text.as_bytes(), b"{{").is_some();
    let documents = stream.documents();
    let one = |document| classify_one(stream, document, foreign, braces, lists_type_items);
    let mut kinds: Vec<DocumentKind> = documents.iter().map(one).collect();
    // Whoever applies the objects of a file stumbles over the rest of it.
    if foreign.is_none() && is_meant || kinds.iter().any(|kind| matches!(kind, DocumentKind::Objects(_))) {
        for (kind, document) in kinds.iter_mut().zip(documents) {
            if *kind == DocumentKind::Other && !document.is_accepted() {
                *kind = DocumentKind::Broken;
            }
        }
    }
    kinds
}

fn classify_one(
    stream: &Stream,
    document: &Document,
    foreign: Option<&'static str>,
    braces: bool,
    lists_type_items: bool,
) -> DocumentKind {
    let text = stream.slice(document.span);
    if let Some(reason) = foreign {
        return if has_marks(text) { DocumentKind::Foreign(reason) } else { DocumentKind::Other };
    }
    let kind = document
        .root
        .map_or(DocumentKind::Other, |root| of_root(stream.node(root), braces, lists_type_items));
    let broken = kind == DocumentKind::Other && !document.is_accepted() && has_marks(text);
    if broken { DocumentKind::Broken } else { kind }
}

/// What a document of a text that a chart made is.
pub(crate) fn kind_of(root: Node<'_>) -> DocumentKind {
    of_root(root, true, true)
}

fn of_root(root: Node<'_>, braces: bool, lists_type_items: bool) -> DocumentKind {
    let (api_version, kind) = match (word(root, "apiVersion"), word(root, "kind")) {
        (Some(api_version), Some(kind)) => (api_version, kind),
        (api_version, kind) => return untyped(root, api_version, kind),
    };
    if kind.starts_with("ENC[") {
        return DocumentKind::Foreign("what SOPS encrypted as a whole is not judged");
    }
    if let Some(purpose) = client::purpose(api_version, kind) {
        return DocumentKind::Client(purpose);
    }
    let is_list = root.get("items").is_some_and(Node::is_sequence);
    if root.get("metadata").is_none() && !is_list && !is_common_kind(kind) {
        return DocumentKind::Client("has no metadata and belongs to another program");
    }
    if braces && is_template(root) {
        return DocumentKind::Foreign("templates of another program are not rendered");
    }
    let mut unfolding = Unfolding { lists_type_items, held: Vec::with_capacity(1) };
    unfolding.add(root, api_version, kind, Typing::Written, LIST_DEPTH);
    DocumentKind::Objects(unfolding.held)
}

fn untyped(root: Node<'_>, api_version: Option<&str>, kind: Option<&str>) -> DocumentKind {
    let metadata = root.get("metadata").or_else(|| root.get("Metadata"));
    let has_name = metadata.is_some_and(|it| it.get("name").is_some());
    if has_name && letter_case::is_wrong(root) {
        return DocumentKind::Objects(vec![Held::new(root, Typing::WrongCase, "")]);
    }
    let absent = match (api_version, kind) {
        (None, Some(kind)) if is_common_kind(kind) => "apiVersion",
        (None, Some(kind)) if is_known_by_name(kind) && root.get("spec").is_some() => "apiVersion",
        (Some(api_version), None) if is_common_version(api_version) => "kind",
        _ => return DocumentKind::Other,
    };
    if has_name { DocumentKind::Untyped(absent) } else { DocumentKind::Other }
}

/// The objects of a document, lists inside lists opened too.
struct Unfolding {
    lists_type_items: bool,
    held: Vec<Held>,
}

impl Unfolding {
    fn add(&mut self, node: Node<'_>, api_version: &str, kind: &str, typing: Typing, depth: usize) {
        let is_list = depth > 0 && kind.ends_with("List");
        let items = is_list.then(|| node.get("items")).flatten().filter(|it| it.is_sequence());
        let Some(items) = items else {
            let is_known = || is_namespaced(group_of(api_version), kind).is_some();
            let is_wrong = typing == Typing::Written && !is_known() && letter_case::is_wrong(node);
            let typing = if is_wrong { Typing::WrongCase } else { typing };
            self.held.push(Held::new(node, typing, api_version));
            return;
        };
        let item_kind = kind.strip_suffix("List").filter(|it| !it.is_empty() && self.lists_type_items);
        for item in items.items().filter(|it| it.is_mapping()) {
            match (word(item, "apiVersion"), word(item, "kind"), item_kind) {
                (Some(own_version), Some(kind), _) => {
                    self.add(item, own_version, kind, Typing::Written, depth - 1);
                }
                (_, _, Some(kind)) => {
                    let list = ListType { api_version: api_version.into(), kind: kind.into() };
                    let typing = Typing::OfList(Box::new(list));
                    self.add(item, api_version, kind, typing, depth - 1);
                }
                (_, found, _) => {
                    let absent = if found.is_some() { "apiVersion" } else { "kind" };
                    self.held.push(Held::new(item, Typing::Absent(absent), ""));
                }
            }
        }
    }
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// A text that is not empty.
fn word<'a>(node: Node<'a>, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::as_str).filter(|it| !it.is_empty())
}

/// Whether a program still has to fill in what names the object or its image.
fn is_template(root: Node<'_>) -> bool {
    let metadata = root.get("metadata");
    let names = ["name", "namespace"].map(|key| metadata.and_then(|it| it.get(key)));
    let mut named = names.into_iter().flatten().filter_map(Node::as_str);
    named.any(foreign::is_placeholder) || has_placeholder_image(root)
}

fn has_placeholder_image(root: Node<'_>) -> bool {
    let spec = root.get("spec");
    let template = |node: Option<Node<'_>>| node.and_then(|it| it.get("template")?.get("spec")).is_some();
    // Other kinds carry templates of their own, which their controllers fill in.
    let plain = root
        .get("apiVersion")
        .and_then(Node::as_str)
        .is_some_and(|it| matches!(it, "v1" | "apps/v1" | "batch/v1"));
    if !plain || !template(spec) {
        return false;
    }
    let containers = spec.and_then(|it| it.get("template")?.get("spec")?.get("containers"));
    let images = containers.into_iter().flat_map(Node::items).filter_map(|it| it.get("image")?.as_str());
    images.into_iter().any(foreign::is_placeholder)
}

/// Whether lines of a text look like the head of a manifest.
fn has_marks(text: &str) -> bool {
    let starts = |mark: &str| {
        text.lines().any(|line| {
            let line = line.trim_start_matches(['{', ' ', '-', '"', '\t', '\'']);
            line.strip_prefix(mark)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        })
    };
    starts("apiVersion") && starts("kind")
}

/// Whether a name is one of a custom kind that no other program gives to anything.
fn is_known_by_name(kind: &str) -> bool {
    const KINDS: &[&str] = &[
        "AppProject",
        "ApplicationSet",
        "ClusterExternalSecret",
        "ClusterIssuer",
        "ClusterSecretStore",
        "DestinationRule",
        "ExternalSecret",
        "GRPCRoute",
        "GatewayClass",
        "GitRepository",
        "HTTPRoute",
        "HelmRelease",
        "HelmRepository",
        "IPAddressPool",
        "ImageRepository",
        "ImageUpdateAutomation",
        "IngressRoute",
        "L2Advertisement",
        "OCIRepository",
        "PeerAuthentication",
        "PodMonitor",
        "PrometheusRule",
        "ScaledObject",
        "SealedSecret",
        "SecretStore",
        "ServiceMonitor",
        "VerticalPodAutoscaler",
        "VirtualService",
    ];
    KINDS.contains(&kind)
}

fn is_common_kind(kind: &str) -> bool {
    matches!(
        kind,
        "Pod"
            | "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicaSet"
            | "ReplicationController"
            | "Job"
            | "CronJob"
            | "Service"
            | "ConfigMap"
            | "Secret"
            | "Namespace"
            | "Ingress"
            | "ServiceAccount"
            | "PersistentVolume"
            | "PersistentVolumeClaim"
            | "StorageClass"
            | "NetworkPolicy"
            | "Role"
            | "RoleBinding"
            | "ClusterRole"
            | "ClusterRoleBinding"
            | "HorizontalPodAutoscaler"
            | "PodDisruptionBudget"
            | "ResourceQuota"
            | "LimitRange"
            | "PriorityClass"
    )
}

fn is_common_version(api_version: &str) -> bool {
    let group = api_version.split_once('/').map(|(group, _)| group);
    match group {
        None => api_version == "v1",
        Some(group) => {
            matches!(group, "apps" | "batch" | "autoscaling" | "policy") || group.ends_with(".k8s.io")
        }
    }
}
