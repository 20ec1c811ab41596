//! Projects of Argo CD: what they let their Applications do.

use seatrial_model::{Field, NameGlob, Object, UnitRole, is_namespaced};

use super::is_literal;
use crate::World;

const GROUP: &str = "argoproj.io";
const IN_CLUSTER: [&str; 2] = ["in-cluster", "https://kubernetes.default.svc"];

/// The project of an Application, where the tree has one of its name and only one.
pub(crate) fn project_of<'w>(world: &World<'w>, app: &Object) -> Option<&'w Object> {
    let name = Field::root(app).keys(&["spec", "project"]).and_then(|it| it.as_str())?;
    let repository = world.repository;
    let units = repository.units.iter().filter(|it| it.role != UnitRole::Base);
    let all = units.flat_map(|it| repository.bundle(it.id).of_kind(GROUP, "AppProject"));
    let is_same_place = |it: &&Object| match (it.namespace(), app.namespace()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let mut named = all.filter(|it| it.name() == name).filter(is_same_place);
    let first = named.next()?;
    named.all(|it| it.root().is_same(first.root())).then_some(first)
}

/// Whether a project surely does not let an Application deploy to a namespace
/// of the cluster that it names.
pub(crate) fn refuses_namespace(app: &Object, project: &Object, namespace: &str) -> bool {
    let Some(clusters) = clusters(app).filter(|_| is_literal(namespace)) else { return false };
    let entries = entries(project);
    let fits = |entry: &Field<'_>| {
        let pattern = entry.text("namespace").unwrap_or_default();
        may_be_cluster(entry, &clusters) && NameGlob::new(pattern).is_ok_and(|it| it.is_match(namespace))
    };
    let denies = |entry: &Field<'_>| {
        let mut texts = ["server", "name", "namespace"].iter().filter_map(|key| entry.text(key));
        texts.any(|it| it.starts_with('!'))
    };
    // What an entry with a `!` means hangs on the others: nothing is said of it.
    !entries.iter().any(|it| denies(it) || fits(it))
}

/// Whether a project surely lets nobody deploy to the cluster that an
/// Application names, into whatever namespace.
pub(crate) fn refuses_cluster(app: &Object, project: &Object) -> bool {
    clusters(app).is_some_and(|it| !entries(project).iter().any(|entry| may_be_cluster(entry, &it)))
}

fn entries(project: &Object) -> Vec<Field<'_>> {
    Field::root(project).keys(&["spec", "destinations"]).iter().flat_map(Field::items).collect()
}

/// The words by which an Application names its cluster; none where it has no
/// destination or a program fills them in.
fn clusters(app: &Object) -> Option<Vec<&str>> {
    let destination = Field::root(app).keys(&["spec", "destination"])?;
    let text = |key: &str| destination.text(key).filter(|it| !it.is_empty());
    let clusters: Vec<&str> = ["server", "name"].into_iter().filter_map(text).collect();
    clusters.iter().all(|it| is_literal(it)).then_some(clusters)
}

/// Whether an entry may mean a cluster; by its name alone nobody knows its address.
fn may_be_cluster(entry: &Field<'_>, clusters: &[&str]) -> bool {
    let is_here = clusters.iter().any(|it| IN_CLUSTER.contains(&it.trim_end_matches('/')));
    let written = ["server", "name"].into_iter().filter_map(|key| entry.text(key));
    written.filter(|it| !it.is_empty()).any(|pattern| {
        let fits = |it: &str| NameGlob::new(pattern).is_ok_and(|glob| glob.is_match(it));
        let is_same = clusters.iter().any(|it| fits(it)) || (is_here && IN_CLUSTER.into_iter().any(fits));
        is_same || (!is_here && clusters.len() < 2)
    })
}

/// The list of a project that forbids the kind of an object; none where its
/// kind is allowed, or where nobody knows whether it has a namespace.
pub(crate) fn list_that_forbids(project: &Object, object: &Object) -> Option<&'static str> {
    let [whitelist, blacklist] = if is_namespaced(object.group(), object.kind())? {
        ["namespaceResourceWhitelist", "namespaceResourceBlacklist"]
    } else {
        ["clusterResourceWhitelist", "clusterResourceBlacklist"]
    };
    let spec = Field::root(project).key("spec")?;
    let lists = |key: &str| spec.list(key).any(|entry| fits(&entry, object));
    let has_entries = spec.key(whitelist).is_some_and(|it| !it.node().is_empty());
    let is_allowed = lists(whitelist) || (whitelist == "namespaceResourceWhitelist" && !has_entries);
    match () {
        () if !is_allowed => Some(whitelist),
        () if lists(blacklist) => Some(blacklist),
        () => None,
    }
}

fn fits(entry: &Field<'_>, object: &Object) -> bool {
    let fits = |key: &str, word: &str| {
        let pattern = entry.text(key).unwrap_or_default();
        NameGlob::new(pattern).is_ok_and(|it| it.is_match(word))
    };
    let is_named = entry.text("name").is_none_or(str::is_empty) || fits("name", object.name());
    fits("group", object.group()) && fits("kind", object.kind()) && is_named
}
