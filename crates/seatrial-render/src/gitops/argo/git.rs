//! What git generators look for, on the tree under trial.

use std::collections::BTreeSet;
use std::sync::Arc;

use seatrial_model::GitPattern;
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::{Dialect, Limits, parse};

use super::super::Deliverer;
use super::clusters::Cluster;
use super::item::Item;

/// What generators ask of a tree. Paths are those of the repository.
pub(super) trait Tree {
    fn is_here(&self, url: &str) -> bool;
    /// The directories that fit one of the patterns and none that excludes.
    fn directories(&self, wanted: &[Item]) -> Vec<String>;
    /// The files that fit, in order.
    fn files(&self, wanted: &[Item]) -> Vec<String>;
    /// What a file says.
    fn content(&mut self, path: &str) -> Option<Item>;
    /// The clusters of which the tree has a Secret.
    fn clusters(&mut self) -> Vec<Cluster>;
    /// What a text says.
    fn parsed(&self, text: &str) -> Option<Item>;
}

impl Tree for Deliverer<'_> {
    fn is_here(&self, url: &str) -> bool {
        self.here.is_here(url)
    }

    fn directories(&self, wanted: &[Item]) -> Vec<String> {
        let mut all: BTreeSet<&str> = BTreeSet::new();
        for file in self.here.files() {
            let mut path = self.here.shown(file);
            while let Some((directory, _)) = path.rsplit_once('/') {
                if !all.insert(directory) {
                    break;
                }
                path = directory;
            }
        }
        let is_hidden = |path: &str| path.split('/').any(|it| it.starts_with('.'));
        let patterns = patterns(wanted, false);
        let fits = |path: &str, excludes: bool| fits(&patterns, path, excludes);
        let found = all.into_iter().filter(|it| !is_hidden(it) && fits(it, false) && !fits(it, true));
        found.map(ToOwned::to_owned).collect()
    }

    fn files(&self, wanted: &[Item]) -> Vec<String> {
        let patterns = patterns(wanted, true);
        let fits = |path: &str, excludes: bool| fits(&patterns, path, excludes);
        let all = self.here.files().iter().map(|it| self.here.shown(it));
        all.filter(|it| fits(it, false) && !fits(it, true)).map(ToOwned::to_owned).collect()
    }

    fn content(&mut self, path: &str) -> Option<Item> {
        let path: TreePath = self.here.path(path)?;
        let file = self.text(&path)?;
        let text = Arc::clone(self.sources.file(file).text());
        let stream = parse(file, text, Dialect::GoYaml2, &self.request.limits.yaml);
        stream.roots().next().filter(|_| stream.is_accepted()).map(Item::of)
    }

    fn clusters(&mut self) -> Vec<Cluster> {
        self.clusters.look_through(self.drafts);
        self.clusters.known()
    }

    fn parsed(&self, text: &str) -> Option<Item> {
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
        let item = stream.roots().next().map(Item::of)?;
        Some(without_places(item))
    }
}

/// The patterns, and whether they exclude.
fn patterns(wanted: &[Item], is_of_files: bool) -> Vec<(GitPattern, bool)> {
    let pattern =
        |it: &Item| Some((GitPattern::new(it.word("path")?, is_of_files).ok()?, it.flag("exclude")));
    wanted.iter().filter_map(pattern).collect()
}

fn fits(patterns: &[(GitPattern, bool)], path: &str, excludes: bool) -> bool {
    patterns.iter().any(|(glob, is_excluding)| *is_excluding == excludes && glob.is_match(path))
}

/// What stands in no file of its own has no place.
fn without_places(mut item: Item) -> Item {
    use super::item::Data;
    item.span = None;
    item.data = match item.data {
        Data::List(items) => Data::List(items.into_iter().map(without_places).collect()),
        Data::Map(entries) => {
            Data::Map(entries.into_iter().map(|(key, item)| (key, without_places(item))).collect())
        }
        other => other,
    };
    item
}
