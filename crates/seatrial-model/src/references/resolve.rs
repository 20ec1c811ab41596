//! What a reference leads to.

use crate::references::builtin::{is_built_in, selects_built_in};
use crate::references::index::{Index, Reach};
use crate::references::labels::{LabelIndex, Labelled, TooMany};
use crate::references::products::{Product, Spread};
use crate::references::{
    ExternalReason, Kinds, Part, Reference, Resolution, Scope, Target, UnknownReason, parts,
};
use crate::views::POD_TEMPLATES;
use crate::{
    Agreement, External, LabelSelector, NameGlob, Object, Place, Repository, UnitKind, UnitRole,
    is_namespaced,
};

/// Most objects a selection is said to lead to.
const PLACES_MAX: usize = 256;

/// Most namesakes that are looked at.
const CANDIDATES_MAX: usize = 1_000;

/// Something that may be meant, and how near it is.
struct Candidate {
    place: Place,
    agreement: Agreement,
    produced: bool,
    rank: u8,
    complete: bool,
}

/// Ranks: the own unit before others, others before those that only serve
/// others and charts with values that nothing states; objects before what is produced; surely in the namespace first.
const OWN: u8 = 4;

impl Index {
    /// What a reference of this repository leads to.
    pub fn resolve(&self, repository: &Repository, reference: &Reference) -> Resolution {
        let found = match &reference.target {
            Target::Name(name) => self.resolve_name(repository, reference, name),
            Target::Labels(selector) => self.resolve_labels(repository, reference, selector),
        };
        let is_open = || repository.facts.incomplete.contains(&reference.from.unit);
        if found == Resolution::Missing && is_open() {
            return Resolution::Unknown(UnknownReason::Incomplete);
        }
        found
    }

    fn resolve_name(&self, repository: &Repository, reference: &Reference, name: &str) -> Resolution {
        if let Some(reason) = unknown_name(name) {
            return Resolution::Unknown(reason);
        }
        if let Scope::Named(namespace) = &reference.scope
            && let Some(reason) = unknown_name(namespace)
        {
            return Resolution::Unknown(reason);
        }
        let own = self.candidates(repository, Reach::Unit(reference.from.unit), reference, name);
        if let Some(resolution) = choose(&own, true) {
            return resolution;
        }
        let is_settled = own.first().is_some_and(|it| it.rank == 0);
        let candidates =
            if is_settled { own } else { self.candidates(repository, Reach::All, reference, name) };
        if let Some(resolution) = choose(&candidates, true) {
            return resolution;
        }
        let from = repository.object(reference.from);
        if is_built_in(&reference.kinds, &reference.scope, from.namespace(), name) {
            return Resolution::External(ExternalReason::BuiltIn);
        }
        if repository.external.iter().any(|it| it.declares(reference, from)) {
            return Resolution::External(ExternalReason::Declared);
        }
        missing_part(&candidates).unwrap_or(Resolution::Missing)
    }

    /// What may be meant, the nearest first.
    fn candidates(
        &self,
        repository: &Repository,
        reach: Reach,
        reference: &Reference,
        name: &str,
    ) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let written;
        let kinds: &mut dyn Iterator<Item = (&str, &str)> = match &reference.kinds {
            Kinds::Known(kinds) => &mut kinds.iter().copied(),
            Kinds::Written { group, kind } => {
                written = (group.as_str(), kind.as_str());
                &mut std::iter::once(written)
            }
            Kinds::Pods => &mut POD_TEMPLATES.iter().map(|it| (it.0, it.1)),
        };
        let part = reference.part.as_ref().map(|it| &it.0);
        for kind in kinds {
            for place in self.named(repository, reach, kind, name).take(CANDIDATES_MAX) {
                let object = repository.object(place);
                let complete = part.is_none_or(|it| parts::has(object, it));
                candidates.extend(candidate(repository, reference, place, object.namespace(), complete));
            }
            for (by, product) in self.produced(reach, kind, name).take(CANDIDATES_MAX) {
                candidates.extend(produced(repository, reference, by, product, part));
            }
        }
        candidates.sort_by_key(|it| (it.rank, it.place));
        candidates
    }

    fn resolve_labels(
        &self,
        repository: &Repository,
        reference: &Reference,
        selector: &LabelSelector,
    ) -> Resolution {
        let texts = selector.requirements.iter().flat_map(|it| it.values.iter());
        if texts.into_iter().any(|it| is_placeholder(it)) {
            return Resolution::Unknown(UnknownReason::Placeholder);
        }
        let (index, labelled) = match reference.kinds {
            Kinds::Pods => (&self.pods, Labelled::Pods),
            _ => (&self.services, Labelled::Services),
        };
        let selection = Selection { repository, reference, index, labelled, selector };
        let own = match selection.candidates(Reach::Unit(reference.from.unit)) {
            Ok(candidates) => candidates,
            Err(TooMany) => return Resolution::Unknown(UnknownReason::Limit),
        };
        if let Some(resolution) = choose(&own, false) {
            return resolution;
        }
        let all = match selection.candidates(Reach::All) {
            Ok(candidates) => candidates,
            Err(TooMany) if own.is_empty() => return Resolution::Unknown(UnknownReason::Limit),
            Err(TooMany) => own,
        };
        let found = choose(&all, false).or_else(|| missing_part(&all));
        found.unwrap_or_else(|| match labelled {
            _ if selects_built_in(labelled, selector) => Resolution::External(ExternalReason::BuiltIn),
            _ if is_of_operator(selector) => Resolution::Unknown(UnknownReason::Operator),
            _ => Resolution::Missing,
        })
    }
}

/// A selection by labels that is being resolved.
struct Selection<'a> {
    repository: &'a Repository,
    reference: &'a Reference,
    index: &'a LabelIndex,
    labelled: Labelled,
    selector: &'a LabelSelector,
}

impl Selection<'_> {
    /// What is selected, the nearest first.
    fn candidates(&self, reach: Reach) -> Result<Vec<Candidate>, TooMany> {
        let Self { repository, reference, labelled, selector, .. } = *self;
        let part = reference.part.as_ref().map(|it| &it.0);
        let places = self.index.select(repository, reach, labelled, selector)?.into_iter();
        let candidates = places.filter_map(|place| {
            let object = repository.object(place);
            let complete = part.is_none_or(|it| parts::has(object, it));
            candidate(repository, reference, place, object.namespace(), complete)
        });
        let mut candidates: Vec<_> = candidates.collect();
        candidates.sort_by_key(|it| (it.rank, it.place));
        Ok(candidates)
    }
}

/// The nearest rank that has something complete.
fn choose(candidates: &[Candidate], ambiguous: bool) -> Option<Resolution> {
    for group in candidates.chunk_by(|one, other| one.rank == other.rank) {
        let first = group.iter().find(|it| it.complete);
        let Some(first) = first else {
            // The very object that is meant lacks the part: a namesake
            // elsewhere does not help, only what completes it here.
            if group[0].rank == 0 {
                return choose(own_products(candidates), ambiguous);
            }
            continue;
        };
        if first.produced {
            return Some(Resolution::Produced { by: first.place, agreement: first.agreement });
        }
        let complete = group.iter().filter(|it| it.complete).map(|it| it.place);
        let places: Vec<Place> = complete.take(PLACES_MAX).collect();
        let several = places.iter().any(|it| it.unit != places[0].unit);
        return Some(if ambiguous && several {
            Resolution::Ambiguous { places }
        } else {
            Resolution::Found { places, agreement: first.agreement }
        });
    }
    None
}

fn own_products(candidates: &[Candidate]) -> &[Candidate] {
    let start = candidates.iter().position(|it| it.rank >= 2).unwrap_or(candidates.len());
    let end = candidates.iter().position(|it| it.rank >= OWN).unwrap_or(candidates.len());
    &candidates[start..end]
}

fn missing_part(candidates: &[Candidate]) -> Option<Resolution> {
    let first = candidates.first()?;
    Some(Resolution::MissingPart { place: first.place, agreement: first.agreement })
}

fn candidate(
    repository: &Repository,
    reference: &Reference,
    place: Place,
    namespace: Option<&str>,
    complete: bool,
) -> Option<Candidate> {
    let object = repository.object(place);
    let in_cluster = is_namespaced(object.group(), object.kind()) == Some(false);
    let agreement =
        if in_cluster { Agreement::Exact } else { agreement(repository, reference, place, namespace) };
    ranked(repository, reference, place, agreement, false, complete)
}

fn produced(
    repository: &Repository,
    reference: &Reference,
    by: Place,
    product: &Product,
    part: Option<&Part>,
) -> Option<Candidate> {
    let agreement = match &product.spread {
        Spread::Own => agreement(repository, reference, by, repository.object(by).namespace()),
        Spread::Named(namespace) => agreement(repository, reference, by, Some(namespace)),
        Spread::Any => Agreement::Assumed,
    };
    ranked(repository, reference, by, agreement, true, part.is_none_or(|it| product.has(it)))
}

fn ranked(
    repository: &Repository,
    reference: &Reference,
    place: Place,
    agreement: Agreement,
    produced: bool,
    complete: bool,
) -> Option<Candidate> {
    let distance = match agreement {
        Agreement::Exact => 0,
        Agreement::Assumed => 1,
        Agreement::Different => return None,
    };
    let (holder, own) = (repository.unit(place.unit), repository.unit(reference.from.unit));
    if holder.is_variant_of(own) {
        return None;
    }
    let is_alternative = holder.kind == UnitKind::Helm && holder.role == UnitRole::Candidate;
    let unit = if holder.id == own.id {
        0
    } else if holder.role == UnitRole::Base || is_alternative {
        2 * OWN
    } else {
        OWN
    };
    let rank = unit + 2 * u8::from(produced) + distance;
    Some(Candidate { place, agreement, produced, rank, complete })
}

/// How surely an object stands where the reference looks.
pub(super) fn agreement(
    repository: &Repository,
    reference: &Reference,
    place: Place,
    namespace: Option<&str>,
) -> Agreement {
    let same_unit = place.unit == reference.from.unit;
    match &reference.scope {
        Scope::Any | Scope::Cluster => Agreement::Exact,
        Scope::Named(wanted) => Agreement::between(Some(wanted), namespace, same_unit),
        Scope::OneOf(wanted) => {
            let all = wanted.iter().map(|it| Agreement::between(Some(it), namespace, same_unit));
            all.min().unwrap_or(Agreement::Different)
        }
        Scope::Same => {
            let from = repository.object(reference.from);
            if is_namespaced(from.group(), from.kind()) == Some(false) {
                return Agreement::Assumed;
            }
            Agreement::between(from.namespace(), namespace, same_unit)
        }
    }
}

fn unknown_name(name: &str) -> Option<UnknownReason> {
    if name.is_empty() {
        return Some(UnknownReason::Empty);
    }
    is_placeholder(name).then_some(UnknownReason::Placeholder)
}

/// Characters that no name of an object has, but templates have.
pub(super) fn is_placeholder(name: &str) -> bool {
    name.contains(['$', '{', '}', '<', '>', '%']) || name.contains("__")
}

/// Beginnings of the labels that operators give the pods and Services they make.
const OPERATORS: &[&str] = &[
    "istio",
    "operated-",
    "cnpg.io/",
    "postgresql.cnpg.io/",
    "strimzi.io/",
    "postgres-operator.crunchydata.com/",
    "operator.prometheus.io/",
    "serving.knative.dev/",
    "eventing.knative.dev/",
    "k8s.mariadb.com/",
    "cloud.redhat.com/",
    "workflows.argoproj.io/",
    "tekton.dev/",
    "eventlistener",
    "ray.io/",
    "spark-role",
    "kubevirt.io/",
    "vm.kubevirt.io/",
    "cert-manager.io/",
    "acme.cert-manager.io/",
    "gateway.networking.k8s.io/",
    "actions.github.com/",
    "cilium.io/",
    "io.cilium",
    "node-role.kubernetes.io/",
];

fn is_of_operator(selector: &LabelSelector) -> bool {
    let made = |key: &str| OPERATORS.iter().any(|it| key.starts_with(it)) || key.contains(".k8s.elastic.co/");
    selector.requirements.iter().any(|it| made(&it.key))
}

impl External {
    /// Whether it declares an object of this name; without a namespace, in any.
    pub fn has(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let is_in = |pattern: &NameGlob| namespace.is_none_or(|it| pattern.is_match(it));
        self.has_kind(group, kind) && self.name.is_match(name) && self.namespace.as_ref().is_none_or(is_in)
    }

    /// Whether it declares what an object refers to by name.
    pub fn declares(&self, reference: &Reference, from: &Object) -> bool {
        let kind = match &reference.kinds {
            Kinds::Known(kinds) => kinds.iter().any(|it| self.has_kind(it.0, it.1)),
            Kinds::Written { group, kind } => self.has_kind(group, kind),
            Kinds::Pods => POD_TEMPLATES.iter().any(|it| self.has_kind(it.0, it.1)),
        };
        let is_named = || reference.name().is_some_and(|name| self.name.is_match(name));
        kind && is_named() && self.is_in_scope(&reference.scope, from)
    }

    /// Whether it declares objects of this kind.
    pub fn has_kind(&self, group: &str, kind: &str) -> bool {
        self.group.as_ref().is_none_or(|it| it.is_match(group)) && self.kind.is_match(kind)
    }

    fn is_in_scope(&self, scope: &Scope, from: &Object) -> bool {
        let Some(pattern) = &self.namespace else { return true };
        match scope {
            Scope::Same => from.namespace().is_none_or(|it| pattern.is_match(it)),
            Scope::Named(namespace) => pattern.is_match(namespace),
            Scope::OneOf(all) => all.iter().any(|it| pattern.is_match(it)),
            Scope::Any | Scope::Cluster => true,
        }
    }
}
