//! What was probably meant by a name that leads to nothing.

use seatrial_diagnostics::{is_same_but_form, slips};
use smol_str::SmolStr;

use crate::references::index::{Index, Reach};
use crate::references::{Kinds, Part, Port, Reference, parts};
use crate::views::POD_TEMPLATES;
use crate::{Agreement, Place, Repository, is_namespaced};

/// Most objects of a kind that are compared.
const SIBLINGS_MAX: usize = 2_000;

/// How a name resembles the one that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resemblance {
    /// The same letters in another case, or with other separators.
    Form,
    /// As many typing slips away.
    Slip(u8),
    /// The same name in another namespace.
    Namespace,
}

/// An object that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The object.
    pub place: Place,
    /// Its name.
    pub name: SmolStr,
    /// How it resembles the name that is written.
    pub resemblance: Resemblance,
}

pub(super) fn nearest(index: &Index, repository: &Repository, reference: &Reference) -> Option<Nearest> {
    let name = reference.name().filter(|it| !it.is_empty())?;
    sibling(repository, reference, name).or_else(|| elsewhere(index, repository, reference, name))
}

/// The name among the part's siblings that was probably meant.
pub(super) fn nearest_part(object: &crate::Object, reference: &Reference) -> Option<SmolStr> {
    let (part, _) = reference.part.as_ref()?;
    let wanted = match part {
        Part::Key(name)
        | Part::ContainerPort(name)
        | Part::Listener(name)
        | Part::Subset(name)
        | Part::ServicePort(Port::Name(name)) => name,
        Part::ServicePort(Port::Number(_)) => return None,
    };
    let near = parts::names(object, part).into_iter();
    let near = near.take(SIBLINGS_MAX).filter_map(|it| Some((resemblance(wanted, &it)?, it)));
    near.min().map(|it| it.1)
}

fn kinds(reference: &Reference) -> Vec<(&str, &str)> {
    match &reference.kinds {
        Kinds::Known(kinds) => kinds.to_vec(),
        Kinds::Written { group, kind } => vec![(group, kind)],
        Kinds::Pods => POD_TEMPLATES.iter().map(|it| (it.0, it.1)).collect(),
    }
}

/// An object of the same unit whose name is nearly the same.
fn sibling(repository: &Repository, reference: &Reference, name: &str) -> Option<Nearest> {
    let bundle = repository.bundle(reference.from.unit);
    let siblings = kinds(reference).into_iter().flat_map(|(group, kind)| bundle.of_kind(group, kind));
    let near = siblings.take(SIBLINGS_MAX).filter_map(|object| {
        let place = Place { unit: object.unit(), object: object.id() };
        let resemblance = resemblance(name, object.name())?;
        let in_cluster = is_namespaced(object.group(), object.kind()) == Some(false);
        let agreement = super::resolve::agreement(repository, reference, place, object.namespace());
        let reachable = in_cluster || agreement != Agreement::Different;
        reachable.then(|| (resemblance, place, SmolStr::new(object.name())))
    });
    near.min().map(|(resemblance, place, name)| Nearest { place, name, resemblance })
}

/// An object of the same name in another namespace.
fn elsewhere(index: &Index, repository: &Repository, reference: &Reference, name: &str) -> Option<Nearest> {
    let kinds = kinds(reference);
    let places =
        kinds.iter().flat_map(|kind| index.named(repository, Reach::All, *kind, name)).take(SIBLINGS_MAX);
    let different = places.filter(|&place| {
        let namespace = repository.object(place).namespace();
        super::resolve::agreement(repository, reference, place, namespace) == Agreement::Different
    });
    let own_first = different.min_by_key(|place| (place.unit != reference.from.unit, *place));
    own_first.map(|place| Nearest { place, name: name.into(), resemblance: Resemblance::Namespace })
}

/// How one name resembles another; none for names that have little in common.
/// This is wider than `is_slip`: it gives a hint to a reader and proves nothing.
fn resemblance(name: &str, other: &str) -> Option<Resemblance> {
    if name == other || name.is_empty() || other.is_empty() {
        return None;
    }
    if is_same_but_form(name, other) {
        return Some(Resemblance::Form);
    }
    // Short names differ from each other by a slip without being one.
    let most = match name.len().min(other.len()) {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let slips = slips(name, other, most)?;
    (!differs_in_a_number(name, other)).then_some(Resemblance::Slip(slips as u8))
}

/// `worker-1` is no slip for `worker-2`.
fn differs_in_a_number(name: &str, other: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().filter(|it| !it.is_ascii_digit())
    }
    letters(name).eq(letters(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_forms_resemble_each_other() {
        for (name, other, expected) in [
            ("app-config", "app-confg", Some(Resemblance::Slip(1))),
            ("app-config", "app-cofnig", Some(Resemblance::Slip(1))),
            ("app-config", "app-configs", Some(Resemblance::Slip(1))),
            ("app_config", "app-config", Some(Resemblance::Form)),
            ("AppConfig", "app-config", Some(Resemblance::Form)),
            ("backend", "frontend", None),
            ("db", "dc", None),
            ("redis", "redi", Some(Resemblance::Slip(1))),
            ("worker-1", "worker-2", None),
            ("web", "web", None),
        ] {
            assert_eq!(resemblance(name, other), expected, "{name} {other}");
        }
    }
}
