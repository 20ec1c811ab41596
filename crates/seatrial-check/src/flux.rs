//! What several checks ask of the objects of Flux.

use seatrial_model::references::Relation;
use seatrial_model::{Field, Link, Object, Origins};
use seatrial_yaml::FieldPath;

use crate::gitops::{Revision, is_complete, is_literal, own_repository};
use crate::{Context, World};

pub(crate) const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
pub(crate) const HELM: &str = "helm.toolkit.fluxcd.io";
const SOURCE: &str = "source.toolkit.fluxcd.io";
/// Longest name of a release that Helm takes.
pub(crate) const RELEASE_NAME_MAX: usize = 53;

/// Whether an object is one that Flux deploys from.
pub(crate) fn deploys(object: &Object) -> bool {
    object.is(KUSTOMIZE, "Kustomization") || object.is(HELM, "HelmRelease")
}

/// The name of the release that a `HelmRelease` makes before it is shortened:
/// what it says, or its own name behind the namespace that it aims at.
pub(crate) fn release_name(release: &Object) -> String {
    let spec = Field::root(release).key("spec");
    let word = |key| spec.as_ref().and_then(|it| it.text(key)).filter(|it| !it.is_empty());
    match (word("releaseName"), word("targetNamespace")) {
        (Some(name), _) => name.to_owned(),
        (None, Some(namespace)) => format!("{namespace}-{}", release.name()),
        (None, None) => release.name().to_owned(),
    }
}

/// The git repository that an object names under some keys, if it is the one
/// under trial, with the revision that is asked for.
pub(crate) fn own_source<'w>(
    context: &Context<'w>,
    object: &Object,
    keys: &[&str],
) -> Option<(&'w Origins, Revision)> {
    let world = context.world();
    let path = keys.iter().fold(FieldPath::root(), |path, key| path.key(key));
    let is_source = |link: &&Link| link.relation == Relation::Source && link.wants(SOURCE, "GitRepository");
    let mut sources = context.links_of(object).iter().filter(is_source);
    let place = *sources.find(|it| it.path.starts_with(&path))?.resolution.places().first()?;
    revision_of(world, &Field::root(world.repository.object(place)).key("spec")?)
}

fn revision_of<'w>(world: &World<'w>, spec: &Field<'_>) -> Option<(&'w Origins, Revision)> {
    let origins = own_repository(world, spec.text("url").filter(|it| is_literal(it))?)?;
    let written = spec.key("ref");
    let named = |key: &str| written.as_ref().and_then(|it| it.text(key));
    let revision = match named("commit").or(named("semver")).or(named("name")) {
        Some(_) => Revision::Other,
        None => match Revision::of(origins, named("tag").or(named("branch")).unwrap_or("master")) {
            // It may well be a branch that was not cloned.
            Revision::Absent if !is_complete(origins) => Revision::Other,
            revision => revision,
        },
    };
    Some((origins, revision))
}
