//! Directories whose names say that they were set aside, as `_archive` does, and that
//! nothing else in the tree names: what they hold is not deployed.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use seatrial_source::TreePath;

use crate::layout::{Candidate, FileRole, Layout};
use crate::read::{Outcome, has_marks};

/// Makes fixtures of the files in such directories.
pub(crate) fn leave_out(layout: &mut Layout, outcomes: &mut [Outcome]) {
    let unnamed = unnamed(&layout.candidates, outcomes);
    if unnamed.is_empty() {
        return;
    }
    for (candidate, outcome) in layout.candidates.iter_mut().zip(outcomes) {
        let Some(directory) = candidate.set_aside.take().filter(|it| unnamed.contains(it)) else { continue };
        *outcome = left_out(candidate.role, std::mem::replace(outcome, Outcome::Dropped));
        candidate.fixture = Some(directory);
    }
}

fn left_out(role: FileRole, outcome: Outcome) -> Outcome {
    let is_unit = matches!(role, FileRole::Kustomization | FileRole::Chart);
    match outcome {
        Outcome::Kept(text) if is_unit || (role != FileRole::Values && has_marks(text.as_bytes())) => {
            Outcome::Fixture
        }
        _ => Outcome::Dropped,
    }
}

/// The directories that were set aside, without those that something may deploy.
fn unnamed(candidates: &[Candidate], outcomes: &[Outcome]) -> BTreeSet<TreePath> {
    let all: BTreeSet<&TreePath> = candidates.iter().filter_map(|it| it.set_aside.as_ref()).collect();
    let names: BTreeSet<&str> = all.iter().map(|it| it.name()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let Some(finder) = AhoCorasick::new(&names).ok().filter(|_| !names.is_empty()) else {
        return BTreeSet::new();
    };
    let others = candidates.par_iter().zip(outcomes).filter(|(it, _)| it.set_aside.is_none());
    let texts = others.filter_map(|(_, outcome)| match outcome {
        Outcome::Kept(text) => Some(text),
        _ => None,
    });
    let said = |text: &str| {
        let found = finder.find_overlapping_iter(text).filter(|it| is_component(text, it.range()));
        let named = found.map(|it| it.pattern().as_usize());
        (named.collect::<BTreeSet<usize>>(), text.split("\n---").any(deploys_top))
    };
    let (named, is_top_deployed) = texts
        .map(|it| said(it))
        .reduce(|| (BTreeSet::new(), false), |one, other| (&one.0 | &other.0, one.1 || other.1));
    let kustomizations = candidates.iter().filter(|it| it.role == FileRole::Kustomization);
    let built: BTreeSet<TreePath> = kustomizations.filter_map(|it| it.path.parent()).collect();
    let is_unnamed = |it: &&&TreePath| {
        let is_named = names.binary_search(&it.name()).is_ok_and(|at| named.contains(&at));
        !is_named && !may_be_scanned(it, &built, is_top_deployed)
    };
    all.iter().filter(is_unnamed).map(|it| (*it).clone()).collect()
}

/// Whether a directory around it may be deployed with all that it holds: one
/// with a kustomization is deployed as that says.
fn may_be_scanned(directory: &TreePath, built: &BTreeSet<TreePath>, is_top_deployed: bool) -> bool {
    let mut around = directory.parent();
    let is_below_top = around.as_ref().is_some_and(|it| it.parent().is_none());
    while let Some(it) = around {
        if built.contains(&it) {
            return false;
        }
        around = it.parent();
    }
    !is_below_top || is_top_deployed
}

/// Whether a part of a text may be one of the names of a path.
fn is_component(text: &str, at: Range<usize>) -> bool {
    let is_around = |it: char| !it.is_alphanumeric() && !matches!(it, '_' | '-');
    text[..at.start].chars().next_back().is_none_or(is_around)
        && text[at.end..].chars().next().is_none_or(is_around)
}

/// Whether an object of Argo CD or Flux may name the top of a repository, or whatever
/// stands there.
fn deploys_top(document: &str) -> bool {
    let is_flux = document.contains("toolkit.fluxcd.io/") && document.contains("GitRepository");
    if !is_flux && !document.contains("argoproj.io/") {
        return false;
    }
    let is_top = |(at, key): (usize, &str)| {
        let rest = document[at + key.len()..].trim_start_matches(['"', '\'']);
        let Some(rest) = rest.strip_prefix(':') else { return false };
        let written = rest.split(['\n', ',', '}', ']', '#']).next().unwrap_or_default();
        let path = written.trim().trim_matches(['"', '\'']);
        let first = path.split('/').find(|it| !matches!(*it, "" | "."));
        first.is_none_or(|it| it.contains('*'))
    };
    // Without a path, Flux applies the top.
    document.match_indices("path").any(is_top) || is_flux && !document.contains("path:")
}
