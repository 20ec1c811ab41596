//! Sources of Argo CD and Flux that lie in the repository under trial: what
//! their address, revision and path mean for this tree.

pub(crate) mod deployed;
mod missing_revision;
pub(crate) mod projects;
mod values;

use std::collections::BTreeSet;

use seatrial_diagnostics::{Location, Severity};
use seatrial_model::{Field, Object, OpenCluster, Origins, Repository, UnitKind};
use seatrial_source::{Completeness, EntryKind, Span, TreePath, normalize_url};

pub(crate) use missing_revision::MissingRevision;
pub(crate) use values::{Holder, NamedValues, fitting};

use crate::placeholder::{is_filled_in_later, token};
use crate::slip::meant;
use crate::{World, flux};

pub(crate) const ARGO: &str = "argoproj.io";
/// Of a unit with more, only the first are compared with each other.
const APPLICATIONS_MAX: usize = 200;
/// Of more paths at other revisions, only the first are looked up.
pub(crate) const ASKED_MAX: usize = 1000;

/// One source of an Argo CD Application or of an `ApplicationSet`'s template.
pub(crate) struct Source<'a> {
    pub(crate) field: Field<'a>,
}

impl<'a> Source<'a> {
    /// The sources of an object; none for other kinds, and none of a set whose
    /// Applications are here themselves.
    pub(crate) fn of(repository: &Repository, object: &'a Object) -> Vec<Self> {
        if application_spec(repository, object).is_none() { Vec::new() } else { Self::written(object) }
    }

    /// The sources of an object, also of a set.
    pub(crate) fn written(object: &'a Object) -> Vec<Self> {
        let Some(spec) = written_spec(object) else { return Vec::new() };
        let dry = spec.keys(&["sourceHydrator", "drySource"]);
        let single = spec.key("source").into_iter().chain(dry);
        single
            .chain(spec.list("sources"))
            .filter(|it| it.node().is_mapping())
            .map(|field| Self { field })
            .collect()
    }

    /// A field's text, unless a generator fills it in.
    pub(crate) fn literal(&self, key: &str) -> Option<&'a str> {
        self.field.text(key).filter(|it| is_literal(it))
    }

    /// Whether a chart of a registry is meant.
    pub(crate) fn is_chart(&self) -> bool {
        self.field.text("chart").is_some_and(|it| !it.is_empty())
    }

    /// What version control knows of it, if it is the repository under trial,
    /// and whether it surely is.
    pub(crate) fn own_repository<'w>(&self, world: &World<'w>) -> Option<(&'w Origins, bool)> {
        let url = self.literal("repoURL")?;
        if let Some(origins) = own_repository(world, url) {
            return Some((origins, true));
        }
        let origins = world.repository.origins.as_ref()?;
        let likely = has_owner(origins, url) && self.has_directories_here(world, url);
        likely.then_some((origins, false))
    }

    /// Whether a directory that the address is asked for is in this tree, as
    /// it is when the repository was renamed.
    fn has_directories_here(&self, world: &World<'_>, url: &str) -> bool {
        let unit = world.repository.bundle(self.field.object().unit());
        let applications = unit.of_kind(ARGO, "Application").chain(unit.of_kind(ARGO, "ApplicationSet"));
        let url = normalize_url(url);
        let applications = applications.take(APPLICATIONS_MAX);
        applications.flat_map(|it| Source::of(world.repository, it)).any(|source| {
            let is_same = source.literal("repoURL").is_some_and(|it| normalize_url(it) == url);
            let path = source.literal("path").filter(|it| is_same && it.trim_matches('/').contains('/'));
            path.and_then(|it| standing(world, it)).is_some_and(|it| it.1 == Standing::Directory)
        })
    }
}

/// What an Application says, or a set of all that it makes.
fn written_spec(object: &Object) -> Option<Field<'_>> {
    let root = Field::root(object);
    match object.kind() {
        _ if object.group() != ARGO => None,
        "Application" => root.key("spec"),
        "ApplicationSet" => root.keys(&["spec", "template", "spec"]),
        _ => None,
    }
}

/// The same; none of a set whose Applications are here themselves.
pub(crate) fn application_spec<'a>(repository: &Repository, object: &'a Object) -> Option<Field<'a>> {
    let spec = written_spec(object)?;
    let is_filled =
        object.kind() == "ApplicationSet" && repository.facts.filled_sets.contains(&object.span());
    (!is_filled).then_some(spec)
}

/// How grave it is at most that a directory or file of an Application is not
/// there; none where nothing is to be said: it is for a cluster that the tree
/// does not name, and may belong to another environment. What a chart makes of
/// its own values is no proof.
pub(crate) fn gravity(world: &World<'_>, object: &Object) -> Option<Severity> {
    let all = &world.repository.facts.open_applications;
    let file = object.span().file;
    let Some(open) = all.iter().find(|it| it.file == file) else {
        // A chart's own values may be there to be replaced.
        let is_of_chart = world.repository.unit(object.unit()).kind == UnitKind::Helm;
        return Some(if is_of_chart { Severity::Warning } else { Severity::Error });
    };
    match open.cluster {
        OpenCluster::Rest => None,
        OpenCluster::Any => Some(Severity::Warning),
        OpenCluster::Named => {
            let is_there = all.iter().any(|it| it.name == open.name && it.is_there);
            (!is_there).then_some(Severity::Warning)
        }
    }
}

/// Whether the repository under trial lies beside the one of an address.
fn has_owner(origins: &Origins, url: &str) -> bool {
    let owner = |url: &str| normalize_url(url).rsplit_once('/').map(|(owner, _)| owner.to_owned());
    let wanted = owner(url).filter(|it| it.contains('/'));
    wanted.is_some() && origins.urls.iter().any(|it| owner(it) == wanted)
}

/// Whether no program has yet to fill in a part of it.
pub(crate) fn is_literal(text: &str) -> bool {
    !text.contains('$') && !is_filled_in_later(text) && token(text).is_none()
}

/// What version control knows of the repository at an address, if it is the
/// one under trial.
pub(crate) fn own_repository<'w>(world: &World<'w>, url: &str) -> Option<&'w Origins> {
    world.repository.origins.as_ref().filter(|it| it.is_own(url))
}

/// What a revision is to this repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revision {
    /// The tree under trial stands for it: nothing written, `HEAD`, the main branch.
    Tree,
    /// Another branch or tag, or one that cannot be told from here.
    Other,
    /// No branch and no tag.
    Absent,
}

impl Revision {
    pub(crate) fn of(origins: &Origins, written: &str) -> Self {
        let name = short_name(written.trim());
        if name.is_empty() || name == "HEAD" {
            return Self::Tree;
        }
        match Self::named(origins, name) {
            Self::Absent if origins.absent_commits.contains(name) => Self::Absent,
            Self::Absent if is_commit(name) || is_range(name) => Self::Other,
            revision => revision,
        }
    }

    /// What the name of a branch or tag is, and of nothing else.
    pub(crate) fn named(origins: &Origins, name: &str) -> Self {
        let name = short_name(name);
        match names(origins).any(|it| it == name) {
            true if matches!(name, "main" | "master") => Self::Tree,
            true => Self::Other,
            false if origins.refs.is_empty() => Self::Other,
            false => Self::Absent,
        }
    }
}

/// The paths that sources of the tree ask another revision for, with its name:
/// who can read the revision fills `Origins::elsewhere` with what stands there.
pub fn asked_elsewhere(repository: &Repository) -> BTreeSet<(String, TreePath)> {
    let Some(origins) = &repository.origins else { return BTreeSet::new() };
    let all = repository.objects().map(|it| Source::of(repository, it)).filter(|it| !it.is_empty());
    let all = all.flat_map(|sources| asked_of(origins, &sources));
    all.chain(flux::asked_elsewhere(repository, origins)).take(ASKED_MAX).collect()
}

/// The full hashes of commits that sources of the tree ask its own repository for: who
/// can look for them fills `Origins::absent_commits`.
pub fn asked_commits(repository: &Repository) -> BTreeSet<String> {
    let Some(origins) = &repository.origins else { return BTreeSet::new() };
    let of_argo = repository.objects().flat_map(|it| Source::of(repository, it));
    let of_argo = of_argo.filter(|it| !it.is_chart()).filter_map(|source| {
        source.literal("repoURL").filter(|it| origins.is_own(it))?;
        source.literal("targetRevision").map(str::trim)
    });
    let all = of_argo.chain(flux::asked_commits(repository, origins));
    all.filter(|it| is_full_hash(it)).map(ToOwned::to_owned).take(ASKED_MAX).collect()
}

fn asked_of(origins: &Origins, sources: &[Source<'_>]) -> Vec<(String, TreePath)> {
    let mut asked = Vec::new();
    let mut ask = |source: &Source<'_>, path: Option<TreePath>| {
        let written = source.literal("targetRevision").filter(|_| !source.is_chart());
        if let (Some(written), Some(path)) = (written, path)
            && Revision::of(origins, written) == Revision::Other
        {
            asked.push((short_name(written.trim()).to_owned(), path));
        }
    };
    for source in sources {
        ask(source, source.literal("path").and_then(|it| origins.path(it)));
        for values in NamedValues::of(source).iter().filter(|it| !it.is_pattern()) {
            if let Holder::Source(holder) = values.holder(source, sources) {
                ask(holder, values.path(origins, holder));
            }
        }
    }
    asked
}

/// What stands at a path of another revision, where that could be read.
pub(crate) fn standing_elsewhere(origins: &Origins, written: &str, path: &TreePath) -> Option<Standing> {
    let asked = (short_name(written.trim()).to_owned(), path.clone());
    Some(match origins.elsewhere.get(&asked)? {
        Some(EntryKind::Directory) => Standing::Directory,
        Some(_) => Standing::File,
        None => Standing::Nothing,
    })
}

/// Whether a ref that is not there proves something.
pub(crate) fn is_complete(origins: &Origins) -> bool {
    origins.completeness == Completeness::Complete
}

/// The names of all branches and tags.
pub(crate) fn names(origins: &Origins) -> impl Iterator<Item = &str> {
    origins.refs.iter().map(|it| short_name(&it.name))
}

/// The name of a branch or tag as people write it.
pub(crate) fn short_name(name: &str) -> &str {
    let bare = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
    let remote = || name.strip_prefix("refs/remotes/")?.split_once('/').map(|(_, name)| name);
    bare.or_else(remote).unwrap_or(name)
}

/// The whole hash of a commit.
pub(crate) fn is_full_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// A hash, or as much of one as Argo CD takes for it.
fn is_commit(name: &str) -> bool {
    (7..=40).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_hexdigit())
}

/// A range of versions, which is compared with tags: `v1.*`, `>=1.2 <2`.
fn is_range(name: &str) -> bool {
    let is_version = |it: &str| {
        let it = it.trim_start_matches('v');
        it.starts_with(|c: char| c.is_ascii_digit())
            && it.chars().all(|c| c.is_ascii_digit() || ".x".contains(c))
    };
    name.contains(['*', '^', '~', '>', '<', '=', ' ', ',', '|']) || is_version(name)
}

/// What stands at a path of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Directory,
    File,
    Nothing,
}

/// What stands at a path that a source names, read from the top of the
/// repository; none where it leads out of it, or to where no file is known.
pub(crate) fn standing(world: &World<'_>, path: &str) -> Option<(TreePath, Standing)> {
    let origins = world.repository.origins.as_ref()?;
    let path = origins.path(path).filter(|it| it.is_within(&origins.covered))?;
    let standing = stands(world, &path);
    Some((path, standing))
}

/// What stands at a path of the tree.
pub(crate) fn stands(world: &World<'_>, path: &TreePath) -> Standing {
    let files = &world.repository.facts.files;
    match files.binary_search(path) {
        Ok(_) => Standing::File,
        Err(_) if path.as_str().is_empty() || !files_below(world, path).is_empty() => Standing::Directory,
        Err(_) => Standing::Nothing,
    }
}

/// The files below a directory, in order: they sort by their text, in which
/// `/` comes after `-` and `.`.
pub(crate) fn files_below<'w>(world: &World<'w>, directory: &TreePath) -> &'w [TreePath] {
    let files = &world.repository.facts.files;
    if directory.as_str().is_empty() {
        return files;
    }
    let prefix = format!("{directory}/");
    let start = files.partition_point(|it| it.as_str() < prefix.as_str());
    let count = files[start..].partition_point(|it| it.as_str().starts_with(&prefix));
    &files[start..start + count]
}

/// What makes a directory one that is built.
const BUILT: &[&str] = &["Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The kustomization or chart of a directory, as far as it was read.
pub(crate) fn built_at(world: &World<'_>, directory: &TreePath) -> Option<Location> {
    let facts = &world.repository.facts;
    let files = BUILT.iter().filter_map(|it| directory.join(it));
    let mut files = files.filter(|it| facts.files.binary_search(it).is_ok());
    let path = files.next()?;
    let (file, _) = facts.paths.iter().find(|it| it.1 == path)?;
    Some(Location::text(Span::new(*file, 0, 0)))
}

/// The directories below another that have a kustomization or a chart, the
/// nearest first.
pub(crate) fn built_below(world: &World<'_>, directory: &TreePath) -> Vec<TreePath> {
    let files = files_below(world, directory).iter().filter(|it| BUILT.contains(&it.name()));
    let mut found: Vec<TreePath> = files.filter_map(TreePath::parent).filter(|it| it != directory).collect();
    found.sort_by_key(|it| (it.as_str().matches('/').count(), it.clone()));
    found.dedup();
    found
}

/// The longest beginning of a path that is a directory, and what it holds.
fn nearest_directory(world: &World<'_>, path: &TreePath) -> Option<(TreePath, Vec<String>)> {
    let mut directory = path.parent()?;
    loop {
        if stands(world, &directory) == Standing::Directory {
            break;
        }
        directory = directory.parent()?;
    }
    let files = world.repository.facts.files.iter();
    let inner = files.filter_map(|it| it.below(&directory)?.split_once('/').map(|(name, _)| name.to_owned()));
    let mut names: Vec<String> = inner.collect();
    names.sort();
    names.dedup();
    Some((directory, names))
}

/// A path as the repository knows it, which may be a part of the tree.
pub(crate) fn shown<'p>(world: &World<'_>, path: &'p TreePath) -> &'p str {
    let origins = world.repository.origins.as_ref();
    let below = origins.and_then(|it| path.below(&it.top)).unwrap_or(path.as_str());
    if below.is_empty() { "." } else { below }
}

/// Directories that are named where another is missing; of more only that it is absent is told.
const NAMED_MAX: usize = 6;

/// What to do about a path that does not lead to a directory.
pub(crate) fn path_help(world: &World<'_>, path: &TreePath) -> String {
    let Some((directory, names)) = nearest_directory(world, path) else {
        return "correct the path, or add the directory".to_owned();
    };
    let next = path.below(&directory).and_then(|it| it.split('/').next()).unwrap_or_default();
    let directory = shown(world, &directory);
    match meant(next, names.iter().map(String::as_str)) {
        Some(near) => format!("`{directory}` has a directory `{near}`"),
        None if (1..=NAMED_MAX).contains(&names.len()) => {
            let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
            let names = names.join(", ");
            format!("correct the path, or add the directory; `{directory}` has {names} and no `{next}`")
        }
        None => {
            format!("correct the path, or add the directory; `{directory}` is there, `{next}` in it is not")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use seatrial_source::Ref;

    fn origins(names: &[&str]) -> Origins {
        let refs = names.iter().map(|it| Ref { name: (*it).to_owned(), commit: None }).collect();
        let (top, covered) = (TreePath::top(), TreePath::top());
        let (completeness, elsewhere) = (Completeness::Complete, BTreeMap::new());
        Origins {
            urls: Vec::new(),
            refs,
            completeness,
            top,
            covered,
            elsewhere,
            absent_commits: BTreeSet::new(),
            only_tags: BTreeSet::new(),
            only_branches: BTreeSet::new(),
        }
    }

    #[test]
    fn revisions_are_compared_with_branches_and_tags() {
        let origins = origins(&["develop", "main", "refs/remotes/origin/feature/a", "refs/tags/v1"]);
        for (written, meaning) in [
            ("", Revision::Tree),
            ("HEAD", Revision::Tree),
            ("main", Revision::Tree),
            ("refs/heads/main", Revision::Tree),
            ("develop", Revision::Other),
            ("feature/a", Revision::Other),
            ("v1", Revision::Other),
            ("2f5c6fb", Revision::Other),
            ("v1.*", Revision::Other),
            ("feature/b", Revision::Absent),
            ("master", Revision::Absent),
        ] {
            assert_eq!(Revision::of(&origins, written), meaning, "{written}");
        }
    }

    #[test]
    fn without_refs_nothing_is_absent() {
        assert_eq!(Revision::of(&origins(&[]), "feature/b"), Revision::Other);
    }
}
