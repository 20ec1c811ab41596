//! The tree as a cluster that admits its own objects: the namespaces, limit
//! ranges, quotas and classes that stand in it.
//!
//! What a unit states itself counts for it; of what others state, only where a
//! single one does, as several are mostly the same thing for several clusters.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository, UnitRole};
use seatrial_policy::{State, limit_range, priority, quota, runtime_class, template_of};
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_schema::decode::decode;
use seatrial_schema::table::{Kind, Table};
use seatrial_schema::{By, Map, Strategy, Value};
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

/// What is looked up.
const STATED: &[(&str, &str)] = &[
    ("", "LimitRange"),
    ("", "Namespace"),
    ("", "ResourceQuota"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("node.k8s.io", "RuntimeClass"),
    ("scheduling.k8s.io", "PriorityClass"),
];
/// A request to create a pod; the namespace is filled in.
const NEW_POD: Attributes<'static> = Attributes {
    operation: Operation::Create,
    group: "",
    kind: "Pod",
    resource: "pods",
    namespace: "",
    old: None,
};

/// An object that states something for others.
#[derive(Debug)]
pub(crate) struct Stated<'a> {
    pub(crate) object: &'a Object,
    /// As the server holds it.
    pub(crate) value: Value,
}

/// Everything in the tree that states something for others.
#[derive(Debug, Default)]
pub(crate) struct TreeState<'a> {
    table: Option<&'static Table>,
    all: Vec<Stated<'a>>,
    /// By kind, and by namespace or, for objects without, by name.
    known: FxHashMap<(&'static str, SmolStr), Vec<usize>>,
    bases: Vec<bool>,
}

/// Pods that an object makes, as they are before anything is admitted.
pub(crate) struct Pods {
    pub(crate) pod: Value,
    /// Where the pod's `metadata` and `spec` stand in the object.
    pub(crate) base: FieldPath,
}

impl<'a> TreeState<'a> {
    /// What stands in the repository.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let table = u8::try_from(repository.target.kubernetes.minor).ok().and_then(Table::of);
        let bases = repository.units.iter().map(|unit| unit.role == UnitRole::Base).collect();
        let mut state = Self { table, bases, ..Self::default() };
        for bundle in &repository.bundles {
            for &(group, kind) in STATED {
                for object in bundle.of_kind(group, kind) {
                    state.add(object, kind);
                }
            }
        }
        state
    }

    fn add(&mut self, object: &'a Object, kind: &'static str) {
        let Some((value, served)) = self.decoded(object) else { return };
        let place = match object.namespace() {
            _ if served.is_cluster_scoped => object.name(),
            namespace => namespace.unwrap_or_default(),
        };
        self.known.entry((kind, SmolStr::new(place))).or_default().push(self.all.len());
        self.all.push(Stated { object, value });
    }

    /// An object with its defaults, and its kind; none if a part of it is no
    /// value of its type, or if the kind is not Kubernetes' own.
    pub(crate) fn decoded(&self, object: &Object) -> Option<(Value, &'static Kind)> {
        let table = self.table?;
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let kind = table.kind(object.group(), version, object.kind())?;
        let decoded = decode(object.root(), table, kind.type_id);
        if decoded.problems.iter().any(|problem| !problem.is_strict()) {
            return None;
        }
        let mut value = decoded.value;
        if let Some(strategy) = Strategy::of(kind.group, kind.version, kind.kind) {
            (strategy.default)(&mut value);
        }
        Some((value, kind))
    }

    /// Whether anything of a kind is stated at all.
    pub(crate) fn has(&self, kind: &str) -> bool {
        self.known.keys().any(|(known, _)| *known == kind)
    }

    /// The objects of a kind that count for an object's namespace.
    pub(crate) fn in_namespace_of(&self, object: &Object, kind: &'static str) -> Vec<&Stated<'a>> {
        self.at(object.unit(), kind, object.namespace().unwrap_or_default())
    }

    /// The namespace that an object is placed in, if the tree states it.
    pub(crate) fn namespace_of(&self, object: &Object) -> Option<&Stated<'a>> {
        self.cluster(object, "Namespace", object.namespace()?)
    }

    /// An object of the whole cluster that counts for another object.
    fn cluster(&self, object: &Object, kind: &'static str, name: &str) -> Option<&Stated<'a>> {
        match self.at(object.unit(), kind, name).as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Everything that is stated.
    pub(crate) fn all_stated(&self) -> impl Iterator<Item = &Stated<'a>> {
        self.all.iter()
    }

    /// The objects of a kind of the whole cluster that count for a unit, by name.
    pub(crate) fn each(&self, kind: &'static str, unit: UnitId) -> Vec<&Stated<'a>> {
        let names: BTreeSet<&str> =
            self.known.keys().filter(|(known, _)| *known == kind).map(|(_, name)| name.as_str()).collect();
        let one = |name| match self.at(unit, kind, name)[..] {
            [only] => Some(only),
            _ => None,
        };
        names.into_iter().filter_map(one).collect()
    }

    /// The objects of a kind in a namespace, or of a name in the whole cluster,
    /// that count for a unit.
    pub(crate) fn at(&self, unit: UnitId, kind: &'static str, place: &str) -> Vec<&Stated<'a>> {
        let known = self.known.get(&(kind, SmolStr::new(place))).map_or(&[][..], Vec::as_slice);
        let all = || known.iter().map(|&at| &self.all[at]);
        let own: Vec<_> = all().filter(|it| it.object.unit() == unit).collect();
        if !own.is_empty() || place.is_empty() {
            return own;
        }
        let others: Vec<_> = all().filter(|it| !self.is_base(it.object)).collect();
        let is_one = others.iter().all(|it| it.object.unit() == others[0].object.unit());
        if is_one { others } else { Vec::new() }
    }

    fn is_base(&self, object: &Object) -> bool {
        self.bases.get(object.unit().0 as usize).copied().unwrap_or_default()
    }

    /// The pods that an object is or makes.
    pub(crate) fn pods_of(&self, object: &Object) -> Option<Pods> {
        let is_pod = object.is("", "Pod");
        let fields: &[&str] = if is_pod { &[] } else { template_of(object.group(), object.kind())? };
        if object.is("", "PodTemplate") {
            return None;
        }
        let (value, _) = self.decoded(object)?;
        let template = fields.iter().fold(&value, |value, field| value.at(field));
        if template.at("spec").items("containers").iter().all(|it| it.str("image").is_empty()) {
            return None;
        }
        let mut pod = Value::from(Map::default());
        for field in ["metadata", "spec"] {
            pod.set(field, template.at(field).clone(), By::Manifest);
        }
        let namespace = object.namespace().unwrap_or_default();
        pod.struct_mut("metadata").set("namespace", SmolStr::new(namespace), By::Server);
        if let Some(strategy) = Strategy::of("", "v1", "Pod") {
            (strategy.default)(&mut pod);
        }
        let base = fields.iter().fold(FieldPath::root(), |path, field| path.key(field));
        Some(Pods { pod, base })
    }

    /// A pod with what limit ranges and classes put into it.
    pub(crate) fn filled_in(&self, object: &Object, mut pod: Value) -> Value {
        let around = Around { state: self, object, quotas: &[] };
        let request = new_pod(object);
        limit_range::default(&request, &mut pod, &around);
        // A class that is missing or in conflict is told by others.
        drop(priority::admit(&request, &mut pod, &around));
        drop(runtime_class::admit(&request, &mut pod, &around));
        pod
    }

    /// What plugins look up for an object; quotas as they are used so far.
    pub(crate) fn around<'s>(&'s self, object: &'s Object, quotas: &'s [Value]) -> Around<'s> {
        Around { state: self, object, quotas }
    }
}

/// The request that makes a pod of an object.
pub(crate) fn new_pod(object: &Object) -> Attributes<'_> {
    Attributes { namespace: object.namespace().unwrap_or_default(), ..NEW_POD }
}

/// A quota before anything was created.
pub(crate) fn unused(quota: &Value) -> Value {
    let mut quota = quota.clone();
    quota.remove("status");
    quota::with_nothing_used(&quota)
}

/// The tree as one object's namespace sees it.
pub(crate) struct Around<'s> {
    state: &'s TreeState<'s>,
    object: &'s Object,
    quotas: &'s [Value],
}

impl State for Around<'_> {
    fn cluster_object(&self, _group: &str, kind: &str, name: &str) -> Option<&Value> {
        let (_, kind) = STATED.iter().find(|(_, known)| *known == kind)?;
        Some(&self.state.cluster(self.object, kind, name)?.value)
    }

    fn objects(&self, _group: &str, kind: &str, _namespace: &str) -> Vec<&Value> {
        match kind {
            "LimitRange" => {
                self.state.in_namespace_of(self.object, "LimitRange").iter().map(|it| &it.value).collect()
            }
            "PriorityClass" => {
                self.state.each("PriorityClass", self.object.unit()).into_iter().map(|it| &it.value).collect()
            }
            "ResourceQuota" => self.quotas.iter().collect(),
            _ => Vec::new(),
        }
    }
}
