//! Whether two units live in one cluster, or are one application made for two
//! places: what makes two objects of one name a defect or a habit.

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Severity, UnitId};
use seatrial_model::{RenderFacts, Repository, UnitRole};
use seatrial_source::{FileId, TreePath};

/// The units of a repository and what each defines.
#[derive(Debug)]
pub(crate) struct Neighbours<'a> {
    repository: &'a Repository,
    defined: Vec<FxHashSet<(&'a str, &'a str)>>,
}

impl<'a> Neighbours<'a> {
    pub(crate) fn new(repository: &'a Repository) -> Self {
        let defined = repository.bundles.iter().map(|bundle| {
            let objects = bundle.objects().iter().filter(|it| it.kind() != "Namespace");
            objects.map(|it| (it.kind(), it.name())).collect()
        });
        Self { repository, defined: defined.collect() }
    }

    /// Whether something in the tree deploys both, and they are not the same
    /// application for two environments.
    pub(crate) fn deployed_together(&self, one: UnitId, other: UnitId) -> bool {
        let deployed = |id: UnitId| self.repository.unit(id).role == UnitRole::Deployed;
        deployed(one) && deployed(other) && !self.are_variants(one, other)
    }

    /// How bad it is that objects of two units claim what only one can have;
    /// none where they need not live in one cluster.
    pub(crate) fn clash(&self, one: UnitId, other: UnitId) -> Option<Severity> {
        if one != other {
            return self.deployed_together(one, other).then_some(Severity::Warning);
        }
        // A directory of examples holds what is never applied together.
        let is_deployed = self.repository.unit(one).role == UnitRole::Deployed;
        Some(if is_deployed { Severity::Error } else { Severity::Warning })
    }

    /// Whether the units have several or most of their objects in common, or
    /// their paths differ in a word for an environment. A name that is taken
    /// twice by accident seldom comes with a second.
    fn are_variants(&self, one: UnitId, other: UnitId) -> bool {
        let (a, b) = (&self.defined[one.0 as usize], &self.defined[other.0 as usize]);
        let (small, large) = if a.len() < b.len() { (a, b) } else { (b, a) };
        // Two are enough, and each of what is shared asks.
        let shared = small.iter().filter(|it| large.contains(*it)).take(2).count();
        let path = |id: UnitId| &self.repository.unit(id).path;
        shared > 1 || shared * 2 > small.len() || are_of_two_places(path(one), path(other))
    }
}

/// Whether paths differ in a directory for an environment, or in one that has
/// the same tree below it as the other: a cluster's.
fn are_of_two_places(one: &TreePath, other: &TreePath) -> bool {
    differ_in_environment(one.as_str(), other.as_str()) || have_one_tree_below(one.as_str(), other.as_str())
}

/// Whether one path is for a stage (`production`), and the other is not for the
/// same: what stands there need not reach it.
pub(crate) fn is_of_stage_that_lacks(one: &TreePath, other: &TreePath) -> bool {
    const STAGES: &[&str] = &[
        "dev",
        "development",
        "local",
        "preview",
        "prod",
        "production",
        "qa",
        "sandbox",
        "stage",
        "staging",
        "stg",
        "test",
        "testing",
        "uat",
    ];
    let words = |it: &'_ TreePath| -> Vec<String> {
        it.as_str().split(['/', '-', '_', '.']).map(str::to_ascii_lowercase).collect()
    };
    let known = words(other);
    words(one).iter().any(|it| STAGES.contains(&it.as_str()) && !known.contains(it))
}

fn differ_in_environment(one: &str, other: &str) -> bool {
    let has = |path: &str, word: &str| path.split('/').any(|it| it == word);
    let lonely = |path: &str, other: &str| path.split('/').any(|it| !has(other, it) && is_environment(it));
    lonely(one, other) || lonely(other, one)
}

/// Names below a directory that must be the same for it to be a cluster's:
/// with fewer it may be an application's.
const BELOW_MIN: usize = 3;

fn have_one_tree_below(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split('/').collect(), other.split('/').collect());
    let differing: Vec<usize> = (0..one.len().min(other.len())).filter(|&at| one[at] != other[at]).collect();
    one.len() == other.len() && matches!(differing[..], [at] if one.len() - at > BELOW_MIN)
}

/// Whether two workloads are named as forms of one application: `web` and
/// `web-canary`.
pub(crate) fn are_forms(one: &str, other: &str) -> bool {
    one.contains(other) || other.contains(one)
}

/// Whether two files are named as forms of one thing: a word is in both names
/// that does not only tell the kind of what they share.
pub(crate) fn are_named_alike(facts: &RenderFacts, files: [FileId; 2], kind: &str) -> bool {
    let words = files.map(|file| {
        let name = facts.path(file).map_or("", TreePath::name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        stem.split(|it: char| !it.is_alphanumeric()).map(str::to_ascii_lowercase).collect::<Vec<_>>()
    });
    let tells = |word: &&String| word.len() > 2 && !word.eq_ignore_ascii_case(kind);
    words[0].iter().filter(tells).any(|word| words[1].contains(word))
}

/// Whether a directory of this name holds one of several forms of a thing.
fn is_environment(directory: &str) -> bool {
    const WORDS: &[&str] = &[
        "archive",
        "backup",
        "base",
        "canary",
        "demo",
        "deprecated",
        "dev",
        "development",
        "draft",
        "drafts",
        "example",
        "examples",
        "fixtures",
        "integration",
        "legacy",
        "local",
        "minikube",
        "kind",
        "k3s",
        "eks",
        "gke",
        "aks",
        "old",
        "overlay",
        "overlays",
        "preview",
        "prod",
        "production",
        "qa",
        "research",
        "sample",
        "samples",
        "sandbox",
        "stage",
        "staging",
        "stg",
        "test",
        "testdata",
        "testing",
        "tests",
        "uat",
    ];
    directory.split(['-', '_', '.']).any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stage_keeps_two_places_apart() {
        let lacks = |one, other| is_of_stage_that_lacks(&TreePath::new(one), &TreePath::new(other));
        assert!(lacks("policies/development", "components/shield/base"));
        assert!(lacks("policies/production", "apps/web/staging"));
        assert!(!lacks("policies/production", "apps/web/production"));
        assert!(!lacks("policies/base", "apps/web"));
        assert!(!lacks("policies", "apps/web/production"));
    }

    #[test]
    fn a_cluster_has_the_same_tree_as_another() {
        let are = |one, other| are_of_two_places(&TreePath::new(one), &TreePath::new(other));
        assert!(are("k8s/main/apps/media/plex/ks.yaml", "k8s/nas/apps/media/plex/ks.yaml"));
        assert!(are("web/prod", "web/dev"));
        assert!(!are("apps/web/deploy", "apps/api/deploy"));
        assert!(!are("k8s/main/apps/media/plex/ks.yaml", "k8s/main/apps/media/emby/ks.yaml"));
        assert!(!are("a/b/c/d/e", "a/x/c/y/e"));
    }
}
