//! What several checks ask of the objects of Flux.

use std::collections::BTreeSet;

use seatrial_model::references::Relation;
use seatrial_model::{Field, Link, Object, Origins, Repository};
use seatrial_source::TreePath;
use seatrial_yaml::FieldPath;

use crate::Context;
use crate::gitops::{ASKED_MAX, Revision, is_complete, is_literal, names, own_repository, short_name};

pub(crate) const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
pub(crate) const HELM: &str = "helm.toolkit.fluxcd.io";
pub(crate) const SOURCE: &str = "source.toolkit.fluxcd.io";
/// Where a release names the source of its chart, and the chart's directory in it.
const RELEASE_SOURCE_NAME: [&str; 5] = ["spec", "chart", "spec", "sourceRef", "name"];
const RELEASE_CHART: [&str; 4] = ["spec", "chart", "spec", "chart"];
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

/// What a `GitRepository` asks its repository for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The key of `spec.ref` that says it; none where nothing is written.
    pub(crate) key: Option<&'static str>,
    pub(crate) text: &'a str,
}

impl<'a> Asked<'a> {
    /// All that has to be there for the spec of a `GitRepository`, what it
    /// resolves to first: of several keys Flux heeds one, but a commit is looked
    /// for in the branch beside it.
    pub(crate) fn of(spec: &Field<'a>) -> Vec<Self> {
        let written = spec.key("ref");
        let named = |key: &'static str| {
            let text = written.as_ref()?.text(key).filter(|it| !it.is_empty())?;
            Some(Self { key: Some(key), text })
        };
        if let Some(commit) = named("commit") {
            return [Some(commit), named("branch")].into_iter().flatten().collect();
        }
        let heeded = ["name", "tag", "semver", "branch"].into_iter().find_map(named);
        vec![heeded.unwrap_or(Self { key: None, text: "master" })]
    }

    pub(crate) fn revision(self, origins: &Origins) -> Revision {
        match self.key {
            _ if !is_literal(self.text) => Revision::Other,
            Some("commit") if origins.absent_commits.contains(self.text) => Revision::Absent,
            Some("commit") => Revision::Other,
            Some("semver") if names(origins).any(is_version) || origins.refs.is_empty() => Revision::Other,
            Some("semver") => Revision::Absent,
            // Servers have refs of other sorts besides, which no clone brings.
            Some("name") if short_name(self.text) == self.text => Revision::Other,
            _ => Revision::named(origins, self.text),
        }
    }
}

/// Whether the name of a tag begins like a version of three parts, as Flux asks of those
/// that it compares with a range.
fn is_version(name: &str) -> bool {
    let mut parts = name.strip_prefix('v').unwrap_or(name).splitn(3, '.');
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let [one, two, three] = [parts.next(), parts.next(), parts.next()];
    one.is_some_and(is_number)
        && two.is_some_and(is_number)
        && three.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
}

/// The repository under trial, as a source of Flux follows it.
#[derive(Clone, Copy)]
pub(crate) struct Followed<'w> {
    pub(crate) origins: &'w Origins,
    pub(crate) asked: Asked<'w>,
    pub(crate) revision: Revision,
}

/// The git repository that an object names under some keys, if it is the one
/// under trial, with the revision that is asked for.
pub(crate) fn own_source<'w>(context: &Context<'w>, object: &Object, keys: &[&str]) -> Option<Followed<'w>> {
    let world = context.world();
    let path = keys.iter().fold(FieldPath::root(), |path, key| path.key(key));
    let is_source = |link: &&Link| link.relation == Relation::Source && link.wants(SOURCE, "GitRepository");
    let mut sources = context.links_of(object).iter().filter(is_source);
    let place = *sources.find(|it| it.path.starts_with(&path))?.resolution.places().first()?;
    let spec = Field::root(world.repository.object(place)).key("spec")?;
    // What other sources put into it does not stand in this tree.
    if spec.list("include").next().is_some() {
        return None;
    }
    let origins = own_repository(world, spec.text("url").filter(|it| is_literal(it))?)?;
    let asked = *Asked::of(&spec).first()?;
    let revision = match asked.revision(origins) {
        // It may well be a branch that was not cloned.
        Revision::Absent if !is_complete(origins) => Revision::Other,
        revision => revision,
    };
    Some(Followed { origins, asked, revision })
}

/// The commits that objects of Flux ask this repository for.
pub(crate) fn asked_commits<'a>(
    repository: &'a Repository,
    origins: &'a Origins,
) -> impl Iterator<Item = &'a str> {
    let sources = repository.objects().filter(|it| it.is(SOURCE, "GitRepository"));
    let specs = sources.filter_map(|it| Field::root(it).key("spec"));
    let own = specs.filter(|it| it.text("url").is_some_and(|url| origins.is_own(url)));
    own.filter_map(|it| it.keys(&["ref", "commit"])?.as_str())
}

/// The paths that objects of Flux ask other revisions of this repository for.
/// Sources are taken by their names alone: a path too many is only looked up.
pub(crate) fn asked_elsewhere(repository: &Repository, origins: &Origins) -> BTreeSet<(String, TreePath)> {
    let mut followed: BTreeSet<(&str, &str)> = BTreeSet::new();
    for source in repository.objects().filter(|it| it.is(SOURCE, "GitRepository")) {
        let Some(spec) = Field::root(source).key("spec") else { continue };
        if !spec.text("url").is_some_and(|it| origins.is_own(it)) {
            continue;
        }
        let asked = Asked::of(&spec).into_iter().next();
        let asked = asked.filter(|it| it.key != Some("semver") && it.revision(origins) == Revision::Other);
        followed.extend(asked.map(|it| (source.name(), short_name(it.text))));
    }
    let mut all = BTreeSet::new();
    if followed.is_empty() {
        return all;
    }
    for object in repository.objects().filter(|it| deploys(it)) {
        let root = Field::root(object);
        let (source, path) = match object.kind() {
            "Kustomization" => (["spec", "sourceRef", "name"].as_slice(), ["spec", "path"].as_slice()),
            _ => (RELEASE_SOURCE_NAME.as_slice(), RELEASE_CHART.as_slice()),
        };
        let text = |keys: &[&str]| root.keys(keys).and_then(|it| it.as_str());
        let (Some(source), Some(path)) = (text(source), text(path)) else { continue };
        let Some(path) = origins.path(path).filter(|_| is_literal(path)) else { continue };
        let revisions = followed.range((source, "")..).take_while(|it| it.0 == source);
        all.extend(revisions.map(|it| (it.1.to_owned(), path.clone())).take(ASKED_MAX));
        if all.len() >= ASKED_MAX {
            break;
        }
    }
    all
}
