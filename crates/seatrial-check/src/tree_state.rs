//! The tree as a cluster that admits its own objects: the namespaces, limit
//! ranges, quotas and classes that stand in it.
//!
//! What a unit states itself counts for it, and what others state where they
//! agree (`lending`).

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::UnitId;
use seatrial_model::views::PodTemplate;
use seatrial_model::{Object, Repository, Unit};
use seatrial_policy::{State, limit_range, priority, quota, runtime_class, template_of};
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_schema::decode::{decode, untyped};
use seatrial_schema::table::{Kind, Table};
use seatrial_schema::{By, Entry, Map, Strategy, Value};
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

use crate::lending::{Lending, content};

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
/// More quotas, or limit ranges, than this of a namespace are not counted: each is held
/// against every object there.
const BOUNDS_MAX: usize = 20;
/// A limit range that states more amounts than this is not counted: each amount is held
/// against every container, and may refuse it.
const AMOUNTS_MAX: usize = 100;
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
    /// Limit ranges that state too much.
    too_large: Vec<&'a Object>,
    /// By kind, and by namespace or, for objects without, by name.
    known: BTreeMap<(&'static str, SmolStr), Stating<'a>>,
}

/// Those of a kind in one place.
#[derive(Debug, Default)]
struct Stating<'a> {
    all: Vec<usize>,
    lending: Lending<'a>,
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
        let mut state = Self { table, ..Self::default() };
        for bundle in &repository.bundles {
            for &(group, kind) in STATED {
                for object in bundle.of_kind(group, kind) {
                    state.add(object, kind);
                }
            }
        }
        let selects = repository.in_groups(may_select_namespaces).next().is_some();
        let all = &state.all;
        for stating in state.known.values_mut() {
            let objects: Vec<_> = stating.all.iter().map(|&at| all[at].object).collect();
            stating.lending = Lending::by(repository, &objects, |it| said_for_others(it, selects));
        }
        state
    }

    fn add(&mut self, object: &'a Object, kind: &'static str) {
        let Some((value, served)) = self.decoded(object) else { return };
        if kind == "LimitRange" && amounts_of(&value) > AMOUNTS_MAX {
            self.too_large.push(object);
            return;
        }
        let place = match object.namespace() {
            _ if served.is_cluster_scoped => object.name(),
            namespace => namespace.unwrap_or_default(),
        };
        self.known.entry((kind, SmolStr::new(place))).or_default().all.push(self.all.len());
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

    /// The types of the target.
    pub(crate) fn table(&self) -> Option<&'static Table> {
        self.table
    }

    /// Whether a group is Kubernetes' own and the target does not serve that version.
    pub(crate) fn is_unserved(&self, group: &str, version: &str) -> bool {
        let Some(table) = self.table else { return false };
        let mut served = table.kinds_of(group).filter(|it| it.is_served(table.minor()));
        Table::has_group(group) && version != "*" && !served.any(|it| it.version == version)
    }

    /// Whether anything of a kind is stated at all.
    pub(crate) fn has(&self, kind: &str) -> bool {
        self.known.keys().any(|(known, _)| *known == kind)
    }

    /// The quotas that count for an object's namespace.
    pub(crate) fn quotas_of(&self, object: &Object) -> Vec<&Stated<'a>> {
        self.bounds_of(object, "ResourceQuota")
    }

    /// The limit ranges that count for an object's namespace.
    pub(crate) fn limit_ranges_of(&self, object: &Object) -> Vec<&Stated<'a>> {
        self.bounds_of(object, "LimitRange")
    }

    fn bounds_of(&self, object: &Object, kind: &'static str) -> Vec<&Stated<'a>> {
        let mut bounds = self.at(object.unit(), kind, object.namespace().unwrap_or_default());
        bounds.truncate(BOUNDS_MAX);
        bounds
    }

    /// The quotas and limit ranges from which on nothing is counted, and why.
    pub(crate) fn uncounted(&self) -> Vec<(&'a Object, String)> {
        let large = self.too_large.iter().map(|&it| {
            (it, format!("{} is not counted: it states more than {AMOUNTS_MAX} amounts", it.title()))
        });
        let mut all: Vec<_> = large.collect();
        for (kind, noun) in [("LimitRange", "limit ranges"), ("ResourceQuota", "quotas")] {
            let places = self.known.iter().filter(|((known, _), _)| *known == kind);
            all.extend(places.filter_map(|(_, it)| it.all.get(BOUNDS_MAX)).map(|&at| {
                let object = self.all[at].object;
                let title = object.title();
                (
                    object,
                    format!("{title} is not counted, nor are those behind it: there are too many {noun}"),
                )
            }));
        }
        all
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

    /// The same, of a kind that is named.
    pub(crate) fn of_cluster(&self, object: &Object, kind: &str, name: &str) -> Option<&Stated<'a>> {
        let (_, kind) = STATED.iter().find(|(_, known)| *known == kind)?;
        self.cluster(object, kind, name)
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
        let Some(stating) = self.known.get(&(kind, SmolStr::new(place))) else { return Vec::new() };
        let counting = stating.lending.counting(unit).into_iter().map(|at| &self.all[stating.all[at]]);
        // What names no namespace is in that of its own unit, whichever that is.
        counting.filter(|it| !place.is_empty() || it.object.unit() == unit).collect()
    }

    /// What several units state differently, so that it is not known what the
    /// objects of others meet.
    pub(crate) fn unclear(&self, repository: &Repository) -> Vec<&'a Object> {
        if self.known.is_empty() {
            return Vec::new();
        }
        let uses = Uses::of(repository);
        let mut all: Vec<usize> = Vec::new();
        for ((kind, place), stating) in &self.known {
            let stated = |at: usize| &self.all[stating.all[at]];
            let meant = |at: usize, unit: &Unit| uses.meet(unit.id, kind, place, stated(at));
            all.extend(stating.lending.unclear(meant).into_iter().map(|at| stating.all[at]));
        }
        all.sort_unstable();
        all.into_iter().map(|at| self.all[at].object).collect()
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
        // What is missing or contradicts a class is told by checks of their own.
        drop(priority::admit(&request, &mut pod, &around));
        drop(runtime_class::admit(&request, &mut pod, &around));
        pod
    }

    /// What plugins look up for an object; quotas as they are used so far.
    pub(crate) fn around<'s>(&'s self, object: &'s Object, quotas: &'s [Value]) -> Around<'s> {
        Around { state: self, object, quotas }
    }
}

/// How many amounts a limit range states.
fn amounts_of(range: &Value) -> usize {
    let of_limit = |limit: &Value| {
        let maps = limit.as_map().map_or(&[][..], Map::entries);
        1 + maps.iter().map(|it| it.value.as_map().map_or(0, |map| map.entries().len())).sum::<usize>()
    };
    range.at("spec").items("limits").iter().map(of_limit).sum()
}

/// Where the units of a repository put objects, and which classes their pods name.
struct Uses<'a>(BTreeMap<UnitId, BTreeSet<(&'static str, &'a str)>>);

impl<'a> Uses<'a> {
    fn of(repository: &'a Repository) -> Self {
        let mut all: BTreeMap<UnitId, BTreeSet<(&'static str, &str)>> = BTreeMap::new();
        for bundle in &repository.bundles {
            for object in bundle.workloads() {
                let used = all.entry(object.unit()).or_default();
                used.extend(object.namespace().map(|it| ("Namespace", it)));
                let Some(pods) = PodTemplate::of(object) else { continue };
                let class = |field| pods.spec.text(field);
                used.extend(class("priorityClassName").map(|it| ("PriorityClass", it)));
                used.extend(class("runtimeClassName").map(|it| ("RuntimeClass", it)));
            }
        }
        Self(all)
    }

    /// Whether the pods of a unit meet what is stated.
    fn meet(&self, unit: UnitId, kind: &str, place: &str, stated: &Stated<'_>) -> bool {
        let Some(used) = self.0.get(&unit) else { return false };
        match kind {
            "LimitRange" | "Namespace" | "ResourceQuota" => used.contains(&("Namespace", place)),
            "PriorityClass" => stated.value.bool("globalDefault") || used.contains(&("PriorityClass", place)),
            "RuntimeClass" => used.contains(&("RuntimeClass", place)),
            _ => true,
        }
    }
}

/// What an object says to others. Of a namespace these are the labels: all of
/// them where something may select it by these.
fn said_for_others(object: &Object, selects: bool) -> Value {
    if !object.is("", "Namespace") {
        return content(object);
    }
    let labels = untyped(object.root()).at("metadata").at("labels").clone();
    let counts = |entry: &&Entry| selects || entry.key.starts_with("pod-security.kubernetes.io/");
    let entries = labels.as_map().map_or(&[][..], Map::entries);
    entries.iter().filter(counts).cloned().collect::<Map>().into()
}

/// Whether an object may be about namespaces with certain labels.
fn may_select_namespaces(group: &str) -> bool {
    group == "admissionregistration.k8s.io"
        || ["gatekeeper.sh", "kyverno.io"].iter().any(|it| group.ends_with(it))
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
        Some(&self.state.of_cluster(self.object, kind, name)?.value)
    }

    fn objects(&self, _group: &str, kind: &str, _namespace: &str) -> Vec<&Value> {
        match kind {
            "LimitRange" => self.state.limit_ranges_of(self.object).into_iter().map(|it| &it.value).collect(),
            "PriorityClass" => {
                self.state.each("PriorityClass", self.object.unit()).into_iter().map(|it| &it.value).collect()
            }
            "ResourceQuota" => self.quotas.iter().collect(),
            _ => Vec::new(),
        }
    }
}
