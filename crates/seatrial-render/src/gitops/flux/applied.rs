//! The directories that Kustomizations of Flux apply, as far as their own words
//! tell it: whether files outside of them are read hangs on it.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_model::Origins;
use seatrial_source::TreePath;
use seatrial_yaml::Node;

use super::super::here::Here;
use super::{is_literal, word};

/// How far above a kustomization a directory that is applied is looked for.
const ABOVE_MAX: usize = 20;

/// What the Kustomizations of a tree apply.
#[derive(Default)]
pub(crate) struct Applied<'a> {
    /// Of a repository: the source's name, and the path from the top.
    of_repositories: Vec<(&'a str, &'a str)>,
    /// Of an artifact, by the path in it: the directories of the objects.
    of_artifacts: FxHashMap<&'a str, BTreeSet<String>>,
    /// By the name of a source in git: the addresses that the tree has for it.
    urls: FxHashMap<&'a str, Vec<&'a str>>,
}

/// What is applied of this repository, and of artifacts made of a part of it.
pub(crate) struct Directories<'a> {
    here: FxHashSet<TreePath>,
    of_artifacts: FxHashMap<&'a str, BTreeSet<String>>,
}

impl<'a> Applied<'a> {
    /// Takes in an object of a file.
    pub(crate) fn add(&mut self, file: &TreePath, root: Node<'a>) {
        let Some((group, _)) = word(root, "apiVersion").and_then(|it| it.split_once('/')) else { return };
        let Some(spec) = root.get("spec") else { return };
        match (group, word(root, "kind")) {
            ("source.toolkit.fluxcd.io", Some("GitRepository")) => {
                let name = root.get("metadata").and_then(|it| word(it, "name"));
                if let (Some(name), Some(url)) = (name, word(spec, "url")) {
                    self.urls.entry(name).or_default().push(url);
                }
            }
            ("kustomize.toolkit.fluxcd.io", Some("Kustomization")) => self.add_kustomization(file, spec),
            _ => {}
        }
    }

    fn add_kustomization(&mut self, file: &TreePath, spec: Node<'a>) {
        let path = word(spec, "path").map(|it| it.trim_start_matches("./").trim_matches('/'));
        let Some(path) = path.filter(|it| !it.is_empty() && is_literal(it)) else { return };
        let source = spec.get("sourceRef");
        let of_source = |key| source.and_then(|it| word(it, key));
        if of_source("kind").unwrap_or("GitRepository") == "GitRepository" {
            self.of_repositories.push((of_source("name").unwrap_or_default(), path));
        } else if let Some(directory) = file.parent() {
            self.of_artifacts.entry(path).or_default().insert(format!("{directory}/"));
        }
    }

    /// The directories, where it is known what repository the tree is of. A
    /// source that the tree does not hold is taken for it: its path leads there.
    pub(crate) fn directories(self, origins: Option<&Origins>) -> Directories<'a> {
        let here = Here::new(origins, &[]);
        let is_here = |url: &&str| !is_literal(url) || here.is_unknown() || here.is_here(url);
        let others: FxHashSet<&str> =
            self.urls.iter().filter(|(_, urls)| !urls.iter().any(&is_here)).map(|(it, _)| *it).collect();
        let own = self.of_repositories.iter().filter(|(name, _)| !others.contains(name));
        Directories {
            here: own.filter_map(|(_, path)| here.path(path)).collect(),
            of_artifacts: self.of_artifacts,
        }
    }
}

impl Directories<'_> {
    /// Whether a directory with a kustomization is applied. Where a directory has
    /// none, Flux takes in those with one below it, `built`.
    pub(crate) fn has(&self, directory: &TreePath, built: &FxHashSet<&TreePath>) -> bool {
        let above = std::iter::successors(directory.parent(), TreePath::parent).take(ABOVE_MAX);
        self.is_named(directory) || above.take_while(|it| !built.contains(it)).any(|it| self.is_named(&it))
    }

    /// Whether a path leads to a directory. Of an artifact, which nobody can look
    /// into from here, a part of the tree was made that holds the object, too.
    fn is_named(&self, directory: &TreePath) -> bool {
        self.here.contains(directory) || !self.of_artifacts.is_empty() && self.is_in_artifact(directory)
    }

    fn is_in_artifact(&self, directory: &TreePath) -> bool {
        let text = directory.as_str();
        let ends = text.match_indices('/').map(|(at, _)| (&text[..at], &text[at + 1..]));
        std::iter::once(("", text)).chain(ends).any(|(above, path)| {
            self.of_artifacts.get(path).is_some_and(|objects| is_any_below(objects, above))
        })
    }
}

/// Whether one of the directories is this one or lies below it.
fn is_any_below(directories: &BTreeSet<String>, above: &str) -> bool {
    let above = if above.is_empty() { String::new() } else { format!("{above}/") };
    directories.range(above.clone()..).next().is_some_and(|it| it.starts_with(&above))
}
