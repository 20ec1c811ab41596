//! References in the values of a release and in custom resources of any kind:
//! nobody knows their fields, but what they pass on to pods has the shape that
//! it has in a pod, and charts agree on a few names for the rest.

use seatrial_yaml::{Node, PathStep};
use smol_str::SmolStr;

use crate::references::pattern::Table;
use crate::references::site::{Rule, Site};
use crate::references::tables::{CLAIM, CONFIG_MAP, SECRET};
use crate::references::{GroupKind, Part, Reference, Relation, Scope, Strength};

/// Values of charts nest deeper than any object does.
const DEPTH_MAX: usize = 14;
const NODES_MAX: usize = 5_000;

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[("helm.toolkit.fluxcd.io", "HelmRelease"), ("helm.fluxcd.io", "HelmRelease")],
        fields: &[("spec.values", Rule::Read(of_release))],
    },
    Table {
        kinds: &[("argoproj.io", "Application")],
        fields: &[
            ("spec.source.helm.valuesObject", Rule::Read(of_application)),
            ("spec.sources[*].helm.valuesObject", Rule::Read(of_application)),
        ],
    },
];

/// What is looked for in an object of a kind that no table has.
pub(in crate::references) const UNKNOWN: Rule = Rule::Read(of_custom);

fn of_release(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let target = site.object.field(&["spec", "targetNamespace"]);
    Shapes { scope: scope(target), is_chart: true }.walk(site, found);
}

fn of_application(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let target = site.object.field(&["spec", "destination", "namespace"]);
    Shapes { scope: scope(target), is_chart: true }.walk(site, found);
}

/// Objects inside of others, and patterns of policies, are for other namespaces
/// and names than they say.
fn of_custom(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    const OTHERS: &[&str] = &["kyverno.io", "crossplane.io", "gatekeeper.sh", "template.openshift.io"];
    let group = site.object.group();
    let is_other = |it: &&str| group == *it || group.strip_suffix(it).is_some_and(|it| it.ends_with('.'));
    if group.contains('.') && !OTHERS.iter().any(is_other) {
        Shapes { scope: Scope::Same, is_chart: false }.walk(site, found);
    }
}

fn scope(target: Option<Node<'_>>) -> Scope {
    let written = target.and_then(Node::as_str).filter(|it| !it.is_empty());
    written.map_or(Scope::Same, |it| Scope::Named(it.into()))
}

/// Where references are looked for, and which of the shapes count.
struct Shapes {
    scope: Scope,
    /// Whether the names that charts agree on count as well.
    is_chart: bool,
}

/// A reference as its shape shows it: the name and the key stand below the node.
struct Found {
    relation: Relation,
    kinds: &'static [GroupKind],
    name: &'static str,
    key: Option<&'static str>,
}

impl Shapes {
    /// Works off a stack, so that the depth of the input is no depth of calls.
    fn walk(&self, site: &Site<'_, '_>, found: &mut Vec<Reference>) {
        let mut open: Vec<(Node<'_>, Vec<PathStep>)> = vec![(site.node, Vec::new())];
        let mut nodes = 0;
        while let Some((node, steps)) = open.pop() {
            nodes += 1;
            if nodes > NODES_MAX {
                return;
            }
            // What is switched off needs nothing.
            if node.get("enabled").and_then(Node::as_bool) == Some(false) {
                continue;
            }
            if node.is_mapping() {
                self.read(site, node, &steps, found);
            }
            if steps.len() == DEPTH_MAX {
                continue;
            }
            let below = |step| [steps.as_slice(), &[step]].concat();
            let entries = node.entries().take(NODES_MAX);
            let mut inner: Vec<_> =
                entries.map(|it| (it.value, below(PathStep::Key(SmolStr::new(it.name()))))).collect();
            inner.extend(
                (0..).zip(node.items().take(NODES_MAX)).map(|(at, it)| (it, below(PathStep::Index(at)))),
            );
            open.extend(inner.into_iter().rev().filter(|(it, _)| it.is_mapping() || it.is_sequence()));
        }
    }

    fn read(&self, site: &Site<'_, '_>, node: Node<'_>, steps: &[PathStep], found: &mut Vec<Reference>) {
        let shapes = pod_shape(node, steps).into_iter().chain(pair(node));
        let agreed = agreed(node, steps).filter(|_| self.is_chart);
        for shape in shapes.chain(agreed) {
            found.extend(self.reference(site, node, steps, &shape));
        }
        if self.is_chart {
            self.scalars(site, node, steps, found);
        }
    }

    fn reference(
        &self,
        site: &Site<'_, '_>,
        node: Node<'_>,
        steps: &[PathStep],
        shape: &Found,
    ) -> Option<Reference> {
        let name = node.get(shape.name)?.as_str().filter(|it| !it.is_empty())?;
        let path =
            |key: &'static str| site.path(&[steps, &[PathStep::Key(SmolStr::new_static(key))]].concat());
        let key = shape.key.and_then(|key| Some((Part::Key(node.get(key)?.as_str()?.into()), path(key))));
        let is_optional = node.get("optional").and_then(Node::as_bool) == Some(true);
        Some(Reference {
            scope: self.scope.clone(),
            part: key,
            strength: if is_optional { Strength::Optional } else { Strength::Required },
            ..site.reference(shape.relation, shape.kinds, name, path(shape.name))
        })
    }

    /// `existingSecret` and the like, as most charts call them.
    fn scalars(&self, site: &Site<'_, '_>, node: Node<'_>, steps: &[PathStep], found: &mut Vec<Reference>) {
        for entry in node.entries().take(NODES_MAX) {
            let key = entry.name();
            let kinds = match key.as_ref() {
                "existingClaim" => (Relation::Storage, CLAIM),
                "existingSecret" | "existingSecretName" => (Relation::Credentials, SECRET),
                "existingConfigmap" | "existingConfigMap" => (Relation::Credentials, CONFIG_MAP),
                _ => continue,
            };
            let Some(name) = entry.value.as_str().filter(|it| !it.is_empty()) else { continue };
            let path = site.path(&[steps, &[PathStep::Key(SmolStr::new(&key))]].concat());
            let base = site.reference(kinds.0, kinds.1, name, path);
            found.push(Reference { scope: self.scope.clone(), ..base });
        }
    }
}

/// The references that a pod's fields make, wherever they stand.
fn pod_shape(node: Node<'_>, steps: &[PathStep]) -> Option<Found> {
    let key = |at: usize| match steps.iter().rev().nth(at) {
        Some(PathStep::Key(key)) => Some(key.as_str()),
        _ => None,
    };
    let found = |relation, kinds, name, key| Some(Found { relation, kinds, name, key });
    match key(0)? {
        "secretKeyRef" => found(Relation::EnvKey, SECRET, "name", Some("key")),
        "configMapKeyRef" => found(Relation::EnvKey, CONFIG_MAP, "name", Some("key")),
        "secretRef" if is_item_of_env_from(steps) => found(Relation::EnvFrom, SECRET, "name", None),
        "configMapRef" if is_item_of_env_from(steps) => found(Relation::EnvFrom, CONFIG_MAP, "name", None),
        "secret" if node.get("secretName").is_some() => found(Relation::Volume, SECRET, "secretName", None),
        "configMap" if is_volume(steps) => found(Relation::Volume, CONFIG_MAP, "name", None),
        "persistentVolumeClaim" if node.get("claimName").is_some() => {
            found(Relation::Storage, CLAIM, "claimName", None)
        }
        _ => None,
    }
}

/// `envFrom: [{secretRef: ...}]`, also `extraEnvFrom`.
fn is_item_of_env_from(steps: &[PathStep]) -> bool {
    let [.., PathStep::Key(list), PathStep::Index(_), PathStep::Key(_)] = steps else { return false };
    list.to_ascii_lowercase().ends_with("envfrom")
}

/// `volumes: [{configMap: ...}]`, also `extraVolumes`.
fn is_volume(steps: &[PathStep]) -> bool {
    let [.., PathStep::Key(list), PathStep::Index(_), PathStep::Key(_)] = steps else { return false };
    list.to_ascii_lowercase().ends_with("volumes")
}

/// `{secretName: db, secretKey: password}`
fn pair(node: Node<'_>) -> Option<Found> {
    let has = |key: &str| node.get(key).and_then(Node::as_str).is_some();
    let name = "secretName";
    (has(name) && has("secretKey")).then_some(Found {
        relation: Relation::Credentials,
        kinds: SECRET,
        name,
        key: Some("secretKey"),
    })
}

/// `persistence: {config: {type: secret, name: app-config}}`, as the common
/// library of many small charts has it.
fn agreed(node: Node<'_>, steps: &[PathStep]) -> Option<Found> {
    let [.., PathStep::Key(list), PathStep::Key(_)] = steps else { return None };
    if list != "persistence" {
        return None;
    }
    let kinds = match node.get("type")?.as_str()? {
        "secret" => SECRET,
        "configMap" => CONFIG_MAP,
        _ => return None,
    };
    Some(Found { relation: Relation::Volume, kinds, name: "name", key: None })
}
