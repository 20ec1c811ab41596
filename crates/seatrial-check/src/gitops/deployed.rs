//! What objects of Argo CD and Flux have applied, and when of one sync.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Location, Notice, Role};
use seatrial_model::{Field, Object, Repository, Unit, UnitRole, is_namespaced};
use seatrial_source::Span;

use crate::neighbours::Neighbours;

pub(crate) const WAVE: &str = "argocd.argoproj.io/sync-wave";
pub(crate) const HOOK: &str = "argocd.argoproj.io/hook";
pub(crate) const HOOK_DELETE_POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
pub(crate) const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const HELM_HOOK: &str = "helm.sh/hook";
const HELM_WEIGHT: &str = "helm.sh/hook-weight";
/// More owners than this of one object are not compared with each other.
const OWNERS_MAX: usize = 20;
/// Further objects that two share and that are named.
const TITLES_MAX: usize = 5;

/// An object of Argo CD or Flux with the unit of what it has applied.
#[derive(Clone, Copy)]
pub(crate) struct Deployed<'w> {
    /// The Application, Kustomization or release.
    pub(crate) by: &'w Object,
    pub(crate) unit: &'w Unit,
    /// Whether the unit holds all of it.
    pub(crate) is_whole: bool,
}

/// What objects that `is_meant` have applied, in the order of the units; none
/// of clusters that the tree does not name.
pub(crate) fn deployed(repository: &Repository, is_meant: impl Fn(&Object) -> bool) -> Vec<Deployed<'_>> {
    let open: FxHashSet<_> = repository.facts.open_applications.iter().map(|it| it.file).collect();
    deployed_anywhere(repository, |it| is_meant(it) && !open.contains(&it.span().file))
}

/// The same, and what is for clusters that the tree does not name.
pub(crate) fn deployed_anywhere(
    repository: &Repository,
    is_meant: impl Fn(&Object) -> bool,
) -> Vec<Deployed<'_>> {
    let mut known: FxHashMap<Span, &Object> = FxHashMap::default();
    for object in repository.objects().filter(|it| is_meant(it)) {
        known.entry(object.span()).or_insert(object);
    }
    let found = repository.facts.deliveries.iter().filter_map(|it| {
        let unit = repository.unit(it.unit);
        let by = known.get(&it.by)?;
        (unit.role != UnitRole::Base).then_some(Deployed { by, unit, is_whole: it.is_whole })
    });
    found.collect()
}

/// Two that apply one object to one cluster.
pub(crate) struct Shared<'w> {
    pub(crate) first: Deployed<'w>,
    pub(crate) second: Deployed<'w>,
    /// What both apply, as the second has it.
    pub(crate) objects: Vec<&'w Object>,
    /// The same, as the first has it.
    of_first: Vec<&'w Object>,
}

/// The objects that two of a list apply, for those of which `cluster` says the same.
pub(crate) fn shared<'w>(
    repository: &'w Repository,
    all: &[Deployed<'w>],
    cluster: impl Fn(&Object) -> Option<String>,
) -> Vec<Shared<'w>> {
    let neighbours = Neighbours::new(repository);
    let mut owners: FxHashMap<Identity<'w>, Vec<(usize, &'w Object)>> = FxHashMap::default();
    let mut pairs: Vec<Shared<'w>> = Vec::new();
    let mut places: FxHashMap<(usize, usize), usize> = FxHashMap::default();
    for (at, it) in all.iter().enumerate().filter(|it| it.1.unit.role == UnitRole::Deployed) {
        let mut own = FxHashSet::default();
        for object in repository.bundle(it.unit.id).objects() {
            let Some(identity) = identity(object).filter(|it| own.insert(*it)) else { continue };
            let known = owners.entry(identity).or_default();
            for &(other, its) in known.iter() {
                let place = *places.entry((other, at)).or_insert(pairs.len());
                if place == pairs.len() {
                    let (first, second) = (all[other], *it);
                    pairs.push(Shared { first, second, objects: Vec::new(), of_first: Vec::new() });
                }
                pairs[place].objects.push(object);
                pairs[place].of_first.push(its);
            }
            if known.len() < OWNERS_MAX {
                known.push((at, object));
            }
        }
    }
    let is_one_cluster = |it: &Shared<'_>| {
        let [one, other] = [it.first, it.second];
        let holders = (one.by.unit(), other.by.unit());
        let is_together = holders.0 == holders.1
            || (neighbours.deployed_together(holders.0, holders.1)
                && neighbours.deployed_together(one.unit.id, other.unit.id));
        // Of two files with one and the same Application only one is applied.
        let is_one = one.by.name() == other.by.name() && one.by.kind() == other.by.kind();
        let is_one = is_one && one.by.namespace() == other.by.namespace();
        !is_one && is_together && cluster(one.by).is_some_and(|it| Some(it) == cluster(other.by))
    };
    pairs.into_iter().filter(is_one_cluster).collect()
}

/// Group, kind, namespace and name.
type Identity<'w> = (&'w str, &'w str, Option<&'w str>, &'w str);

/// What makes an object one of a cluster; none where it is not kept, or where
/// its namespace is not known. Many bring the namespace that they share.
fn identity(object: &Object) -> Option<Identity<'_>> {
    let is_cluster_wide = is_namespaced(object.group(), object.kind()) == Some(false);
    let namespace = object.namespace().filter(|_| !is_cluster_wide);
    let is_known = (is_cluster_wide || namespace.is_some()) && !object.name().is_empty();
    let is_hook = annotation(object, HOOK).is_some() || annotation(object, HELM_HOOK).is_some();
    let is_meant = is_known && !is_hook && !object.is("", "Namespace");
    is_meant.then(|| (object.group(), object.kind(), namespace, object.name()))
}

/// When of a sync something is applied: the phase, and the wave in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    phase: Phase,
    wave: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    PreSync,
    Sync,
    PostSync,
}

impl Turn {
    /// When Argo CD applies an object; none for hooks of other occasions.
    pub(crate) fn of(object: &Object) -> Option<Self> {
        let phase = match (annotation(object, HOOK), annotation(object, HELM_HOOK)) {
            (Some(hooks), _) => first_phase(&hooks, |it| match it {
                "PreSync" => Some(Phase::PreSync),
                "Sync" => Some(Phase::Sync),
                "PostSync" => Some(Phase::PostSync),
                _ => None,
            })?,
            (None, Some(hooks)) => first_phase(&hooks, |it| match it {
                "pre-install" | "pre-upgrade" => Some(Phase::PreSync),
                "crd-install" => Some(Phase::Sync),
                "post-install" | "post-upgrade" => Some(Phase::PostSync),
                _ => None,
            })?,
            (None, None) => Phase::Sync,
        };
        let wave = annotation(object, WAVE).or_else(|| annotation(object, HELM_WEIGHT));
        Some(Self { phase, wave: wave.and_then(|it| it.trim().parse().ok()).unwrap_or(0) })
    }

    /// In words.
    pub(crate) fn words(self) -> String {
        let phase = match self.phase {
            Phase::PreSync => "before the sync",
            Phase::Sync => "in the sync",
            Phase::PostSync => "after the sync",
        };
        format!("{phase}, in wave {}", self.wave)
    }
}

fn first_phase(hooks: &str, phase: impl Fn(&str) -> Option<Phase>) -> Option<Phase> {
    hooks.split(',').filter_map(|it| phase(it.trim())).min()
}

/// The annotation that says when an object is applied.
pub(crate) fn turn_field(object: &Object) -> Option<Field<'_>> {
    let annotations = Field::root(object).keys(&["metadata", "annotations"])?;
    [WAVE, HOOK, HELM_HOOK].iter().find_map(|it| annotations.key(it))
}

/// An annotation's text.
pub(crate) fn annotation(object: &Object, name: &str) -> Option<String> {
    let value = object.field(&["metadata", "annotations"])?.get(name)?;
    Some(value.scalar_text()?.into_owned())
}

/// Whether an Application asks for something in its `syncOptions`.
pub(crate) fn has_option(app: &Object, option: &str) -> bool {
    let options = app.field(&["spec", "syncPolicy", "syncOptions"]);
    options.is_some_and(|it| it.items().any(|it| it.as_str() == Some(option)))
}

/// The cluster that an Application deploys to, as it is written.
pub(crate) fn cluster_of(app: &Object) -> Option<String> {
    let destination = Field::root(app).keys(&["spec", "destination"])?;
    let word = |key| destination.text(key).filter(|it| !it.is_empty());
    let cluster = word("server").or_else(|| word("name"))?;
    Some(match cluster.trim_end_matches('/') {
        "https://kubernetes.default.svc" => "in-cluster".to_owned(),
        other => other.to_owned(),
    })
}

impl Shared<'_> {
    /// Whether both apply them with the same fields.
    pub(crate) fn is_same(&self) -> bool {
        let mut both = self.of_first.iter().zip(&self.objects);
        both.all(|(one, other)| one.root().to_json() == other.root().to_json())
    }

    /// What is said of two that share something, and what comes of it.
    pub(crate) fn notice(&self, info: &'static CheckInfo, outcome: &str) -> Notice {
        let [one, other] = [self.first.by, self.second.by];
        let first = self.objects.first().map_or_else(String::new, |it| it.title());
        let message = format!("{} and {} both apply {first}", one.title(), other.title());
        let others = self.objects.iter().skip(1).take(TITLES_MAX).map(|it| it.title());
        let others: Vec<String> = others.collect();
        let notice = Notice::new(info, what_it_applies(other), message)
            .because(outcome.to_owned())
            .related(what_it_applies(one), Role::Application, "the other one")
            .help("leave the object to one of the two");
        match others.as_slice() {
            [] => notice,
            others => notice.because(format!("both apply {}, too", others.join(", "))),
        }
    }
}

/// Where an object says what it applies.
fn what_it_applies(by: &Object) -> Location {
    let spec = Field::root(by).key("spec");
    let keys: [&[&str]; 4] = [&["source"], &["sources"], &["path"], &["chart"]];
    let field = spec.as_ref().and_then(|spec| keys.iter().find_map(|it| spec.keys(it)));
    field.map_or_else(|| Field::root(by).location(), |it| it.location())
}
