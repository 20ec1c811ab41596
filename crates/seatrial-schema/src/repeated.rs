//! Items that stand twice in a list which is a map or a set to the server: a plain
//! create takes most of them, server-side apply refuses the object
//! (`structured-merge-diff` 6, `typed/validate.go`).

use std::collections::BTreeMap;

use seatrial_yaml::{FieldPath, Node, PathStep};

use crate::json::quote;
use crate::table::{Field, ListType, Shape, Table, TypeId};

/// More than a person reads.
const MOST: usize = 100;
/// Deeper objects are refused for that.
const DEEPEST: usize = 100;

/// An item with the key of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The later item.
    pub path: FieldPath,
    /// The earlier one.
    pub first: FieldPath,
    /// What they share, as the server prints it: `[name="MODE"]`.
    pub key: String,
    /// The field that `kubectl apply` merges the list by, `""` where it does not.
    pub merged_by: &'static str,
    /// Whether the two are the same in all.
    pub is_same: bool,
}

/// The items of an object of that type which stand there twice.
pub fn repeated(object: Node<'_>, table: &Table, id: TypeId) -> Vec<Repeated> {
    let mut search = Search { table, path: FieldPath::root(), found: Vec::new() };
    search.structure(object, id);
    search.found
}

struct Search<'t> {
    table: &'t Table,
    path: FieldPath,
    found: Vec<Repeated>,
}

impl Search<'_> {
    fn structure(&mut self, node: Node<'_>, id: TypeId) {
        if self.path.len() > DEEPEST || self.found.len() >= MOST {
            return;
        }
        let of = self.table.ty(id);
        for entry in node.entries() {
            let Some(field) = of.field(&entry.name()) else { continue };
            if entry.value.is_mapping() || entry.value.is_sequence() {
                self.path.push(PathStep::Key(field.name.into()));
                self.keyed(entry.value, field);
                self.value(entry.value, &field.shape);
                self.path.pop();
            }
        }
    }

    fn value(&mut self, node: Node<'_>, shape: &Shape) {
        match shape {
            Shape::Struct(id) if node.is_mapping() => self.structure(node, *id),
            Shape::List(of) if node.is_sequence() && is_deep(of) => {
                for (item, at) in node.items().zip(0..) {
                    self.path.push(PathStep::Index(at));
                    self.value(item, of);
                    self.path.pop();
                }
            }
            Shape::Map(of) if node.is_mapping() && is_deep(of) => {
                for entry in node.entries() {
                    self.path.push(PathStep::Key(entry.name().into()));
                    self.value(entry.value, of);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn keyed(&mut self, list: Node<'_>, field: &Field) {
        if !matches!(field.list_type, ListType::Map | ListType::Set) || !list.is_sequence() {
            return;
        }
        let mut known: BTreeMap<String, (u32, Node<'_>)> = BTreeMap::new();
        for (item, at) in list.items().zip(0..) {
            if self.found.len() >= MOST {
                return;
            }
            let Some(key) = key(item, field) else { continue };
            if let Some((first, earlier)) = known.get(&key) {
                self.found.push(Repeated {
                    path: self.path.index(at),
                    first: self.path.index(*first),
                    key,
                    merged_by: if field.patch.merge { field.patch.merge_key } else { "" },
                    is_same: item.is_same(*earlier),
                });
            } else {
                known.insert(key, (at, item));
            }
        }
    }
}

/// Whether structures may stand in a value.
fn is_deep(shape: &Shape) -> bool {
    matches!(shape, Shape::Struct(_) | Shape::List(_) | Shape::Map(_))
}

/// What tells an item from others, in the server's words; none where nothing does.
fn key(item: Node<'_>, field: &Field) -> Option<String> {
    let shown = |node: Node<'_>| match node.as_str() {
        Some(text) => {
            let mut quoted = String::new();
            quote(text, &mut quoted);
            Some(quoted)
        }
        None => node.scalar_text().map(std::borrow::Cow::into_owned),
    };
    if field.list_type == ListType::Set {
        return Some(format!("[={}]", shown(item)?));
    }
    let mut parts = Vec::new();
    for name in field.map_keys {
        match item.get(name) {
            Some(node) if !node.is_null() => parts.push(format!("{name}={}", shown(node)?)),
            // The only key that the server has a default for.
            _ if *name == "protocol" => parts.push("protocol=\"TCP\"".to_owned()),
            _ => {}
        }
    }
    parts.sort();
    (!parts.is_empty()).then(|| format!("[{}]", parts.join(",")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seatrial_source::{SourceMap, TreePath};
    use seatrial_yaml::{Dialect, Limits};

    use super::*;

    fn told(kind: (&str, &str, &str), text: &str) -> Vec<String> {
        let file = SourceMap::new().add(TreePath::new("test.yaml"), text.into());
        let stream = seatrial_yaml::parse(file, Arc::from(text), Dialect::GoYaml2, &Limits::default());
        let object = stream.roots().next().expect("it is one object");
        let table = Table::default_minor();
        let kind = table.kind(kind.0, kind.1, kind.2).expect("the kind is served");
        repeated(object, table, kind.type_id).iter().map(|it| format!("{} {}", it.path, it.key)).collect()
    }

    #[test]
    fn keys_of_maps_and_items_of_sets_stand_once() {
        let text = "metadata: {finalizers: [a/b, c/d, a/b]}\nspec:\n  imagePullSecrets: [{name: a}, {name: b}, {name: a}]\n  \
                    hostAliases: [{ip: 10.0.0.1, hostnames: [a]}, {ip: 10.0.0.1, hostnames: [b]}]\n  containers:\n  - name: a\n    \
                    ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]\n    \
                    args: [x, x]\n  tolerations: [{key: a}, {key: a}]\n";
        assert_eq!(
            told(("", "v1", "Pod"), text),
            [
                "metadata.finalizers[2] [=\"a/b\"]",
                "spec.imagePullSecrets[2] [name=\"a\"]",
                "spec.hostAliases[1] [ip=\"10.0.0.1\"]",
                "spec.containers[0].ports[2] [containerPort=80,protocol=\"TCP\"]",
            ]
        );
    }

    #[test]
    fn no_more_are_told_than_a_person_reads() {
        let text = format!("metadata: {{finalizers: [{}]}}\n", "a/b, ".repeat(5_000));
        assert_eq!(told(("", "v1", "Pod"), &text).len(), MOST);
    }
}
