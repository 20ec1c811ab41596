//! What a cluster holds, as `kubectl get -o yaml` prints it: what `lookup`
//! answers from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, NodeId, Stream};

use crate::template::engine::Lookup;
use crate::template::{Map, OriginId, Value};
use crate::values::read::{Numbers, first_refusal, value_in};

/// How deep lists of objects may lie in each other.
const NESTED_MAX: u32 = 8;

/// Objects of a cluster, as they were at some time.
#[derive(Default)]
pub struct Cluster {
    streams: Vec<Stream>,
    /// In the order in which a server lists them.
    objects: BTreeMap<Name, (usize, NodeId)>,
}

/// What an object is called. One without a namespace has an empty one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// `default`; empty where the kind has none.
    pub namespace: String,
    /// `web`
    pub name: String,
}

impl Cluster {
    /// Adds the objects of a text: manifests and lists of them. The last of a
    /// name stays. An error says what is wrong with the text.
    pub fn add(&mut self, text: Arc<str>) -> Result<(), String> {
        let stream = seatrial_yaml::parse(FileId(0), text, Dialect::GoYaml2, &Limits::default());
        if let Some((problem, _)) = first_refusal(&stream) {
            return Err(problem);
        }
        let at = self.streams.len();
        for root in stream.roots() {
            collect(root, NESTED_MAX, &mut |name, node| {
                self.objects.insert(name, (at, node));
            })?;
        }
        self.streams.push(stream);
        Ok(())
    }

    /// What its objects are called.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.objects.keys()
    }

    fn object(&self, (stream, node): (usize, NodeId)) -> Value {
        let node = self.streams[stream].node(node);
        // Nobody edits a cluster's answer: what is read from it comes of the
        // template that asks.
        value_in(node, Numbers::Whole, &mut |_, _| OriginId::NONE)
    }
}

/// Finds the objects of a document, also those of a list.
fn collect(node: Node<'_>, depth: u32, found: &mut dyn FnMut(Name, NodeId)) -> Result<(), String> {
    let text = |node: Node<'_>, key: &str| Some(node.get(key)?.as_str()?.to_owned());
    let (Some(api_version), Some(kind)) = (text(node, "apiVersion"), text(node, "kind")) else {
        return if node.is_null() { Ok(()) } else { Err("a document is no object of Kubernetes".into()) };
    };
    if let (Some(items), true) = (node.get("items"), kind.ends_with("List")) {
        if depth == 0 {
            return Err("lists lie too deep in each other".into());
        }
        return items.items().try_for_each(|item| collect(item, depth - 1, found));
    }
    let metadata = node.get("metadata");
    let word = |key: &str| metadata.and_then(|it| text(it, key));
    let Some(name) = word("name") else { return Err(format!("an object of kind {kind} has no name")) };
    let namespace = word("namespace").unwrap_or_default();
    found(Name { api_version, kind, namespace, name }, node.id());
    Ok(())
}

impl Lookup for Cluster {
    /// An object by its name; without one a list of all in the namespace, or in
    /// all of them. What is not there is an empty map.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Value {
        let of_kind = |it: &&Name| it.api_version == api_version && it.kind == kind;
        // A kind without namespaces is found whatever namespace is asked for.
        let is_in = |it: &&Name| it.namespace.is_empty() || it.namespace == namespace;
        if !name.is_empty() {
            let found = self.objects.iter().find(|(it, _)| of_kind(it) && it.name == name && is_in(it));
            return found.map_or_else(|| Map::new().into(), |(_, at)| self.object(*at));
        }
        let mut all = self
            .objects
            .iter()
            .filter(|(it, _)| of_kind(it) && (namespace.is_empty() || is_in(it)))
            .peekable();
        if all.peek().is_none() {
            return Map::new().into();
        }
        let list = Map::new();
        list.set("apiVersion", Value::from(api_version));
        list.set("kind", Value::from(format!("{kind}List")));
        list.set("items", Value::list(all.map(|(_, at)| self.object(*at)).collect()));
        list.into()
    }
}

/// The objects themselves may be secret.
impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cluster({} objects)", self.objects.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::print;

    const TEXT: &str = "\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: login, namespace: pier}
  data: {key: YQ==}
- apiVersion: v1
  kind: Secret
  metadata: {name: anchor, namespace: deck}
---
apiVersion: v1
kind: Namespace
metadata: {name: pier, generation: 1000000}
";

    fn cluster(text: &str) -> Cluster {
        let mut cluster = Cluster::default();
        cluster.add(text.into()).expect("it is YAML");
        cluster
    }

    fn shown(api_version: &str, kind: &str, namespace: &str, name: &str) -> String {
        let value = cluster(TEXT).lookup(api_version, kind, namespace, name);
        String::from_utf8_lossy(&print::show(&value)).into_owned()
    }

    #[test]
    fn an_object_is_found_by_its_name() {
        assert!(shown("v1", "Secret", "pier", "login").contains("key:YQ=="));
        assert_eq!(shown("v1", "Secret", "deck", "login"), "map[]");
        assert_eq!(shown("v1", "Secret", "", "login"), "map[]");
        assert_eq!(shown("apps/v1", "Secret", "pier", "login"), "map[]");
    }

    #[test]
    fn a_kind_without_namespaces_has_whole_numbers() {
        let found = shown("v1", "Namespace", "", "pier");
        assert!(found.contains("generation:1000000"), "{found}");
        assert_eq!(shown("v1", "Namespace", "deck", "pier"), found);
    }

    #[test]
    fn all_of_a_kind_are_listed_by_namespace_and_name() {
        let all = shown("v1", "Secret", "", "");
        assert!(all.find("anchor") < all.find("login") && all.contains("kind:SecretList"), "{all}");
        assert!(!shown("v1", "Secret", "deck", "").contains("login"));
        assert_eq!(shown("v1", "ConfigMap", "", ""), "map[]");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let refusal = |text: &str| Cluster::default().add(text.into()).expect_err("it is refused");
        assert_eq!(refusal("a: 1"), "a document is no object of Kubernetes");
        assert_eq!(refusal("kind: Secret\napiVersion: v1"), "an object of kind Secret has no name");
        assert!(Cluster::default().add("".into()).is_ok());
    }
}
