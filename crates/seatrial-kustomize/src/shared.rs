//! What several builds of one tree share: parsed files, and what a directory
//! comes to before anything builds on it. What is taken from here counts and
//! says exactly what building it once more would.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::{Dialect, Stream};
use smol_str::SmolStr;

use crate::build::{Accumulated, Remote, Run};
use crate::node::{Content, Node};
use crate::origin::{Mark, OriginId, Part};
use crate::problem::{Problem, ProblemKind};

/// A text that was read, with the id that it had.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) path: TreePath,
    pub(crate) text: Arc<str>,
    pub(crate) file: FileId,
}

/// What builds of one tree, with the same options, share.
#[derive(Debug, Default)]
pub struct Shared {
    /// The directories that others name.
    bases: FxHashSet<TreePath>,
    streams: FxHashMap<FileId, Arc<Stream>>,
    kept: RwLock<FxHashMap<Key, Arc<Kept>>>,
    /// What charts make, by what was asked for.
    inflated: RwLock<FxHashMap<String, Result<Arc<str>, String>>>,
}

/// A directory, and whether files outside of it may be read.
type Key = (TreePath, bool);

impl Shared {
    /// Shares what the directories come to that others build on, and files that
    /// were parsed with the default limits.
    pub fn new(
        bases: impl IntoIterator<Item = TreePath>,
        streams: impl IntoIterator<Item = Arc<Stream>>,
    ) -> Self {
        Self {
            bases: bases.into_iter().collect(),
            streams: streams.into_iter().map(|it| (it.file(), it)).collect(),
            kept: RwLock::default(),
            inflated: RwLock::default(),
        }
    }

    /// A text that was parsed before, as it would be read now.
    pub(crate) fn stream(&self, file: FileId, text: &Arc<str>, dialect: Dialect) -> Option<Arc<Stream>> {
        let known = self.streams.get(&file)?;
        (known.dialect() == dialect && known.text() == text).then(|| Arc::clone(known))
    }

    /// What a chart made for another build that asked for the same.
    pub(crate) fn inflated(&self, digest: &str) -> Option<Result<Arc<str>, String>> {
        self.inflated.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    /// Keeps what a chart made.
    pub(crate) fn keep_inflated(&self, digest: String, made: Result<Arc<str>, String>) {
        self.inflated.write().unwrap_or_else(PoisonError::into_inner).insert(digest, made);
    }

    fn find(&self, key: &Key) -> Option<Arc<Kept>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: Key, kept: Kept) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(kept));
    }
}

/// What a directory came to, and all that building it did beside.
#[derive(Debug)]
struct Kept {
    accumulated: Accumulated,
    origins: Part,
    problems: Vec<Problem>,
    files: Vec<TreePath>,
    remotes: Vec<Remote>,
    reads: Vec<Read>,
    objects: usize,
    has_merged: bool,
    /// How many directories build on each other in it.
    height: usize,
    /// The namespace that charts of it were given from outside; none where it
    /// has no chart.
    chart_namespace: Option<SmolStr>,
}

/// How far a build was when it began with a directory.
pub(crate) struct Watch {
    key: Key,
    origins: Mark,
    problems: usize,
    files: usize,
    remotes: usize,
    reads: usize,
    objects: usize,
    had_merged: bool,
    outer_height: usize,
    had_charts: bool,
}

impl Run<'_, '_> {
    /// Whether what is built now depends on nothing but the tree.
    fn is_by_itself(&self) -> bool {
        self.away.is_none() && self.trail.is_none() && !self.has_schema && self.origins.is_by_itself()
    }

    fn key(&self, directory: &TreePath) -> Key {
        (directory.clone(), self.loader.is_unrestricted)
    }

    /// What a directory came to in another build.
    pub(crate) fn shared(&mut self, directory: &TreePath) -> Option<Accumulated> {
        if !self.is_by_itself() {
            return None;
        }
        let kept = self.loader.shared?.find(&self.key(directory))?;
        self.fits(&kept).then(|| self.take_over(&kept))
    }

    /// Whether building it here would come to the same.
    fn fits(&mut self, kept: &Kept) -> bool {
        let is_entered = |file: &TreePath| {
            let directory = file.parent().unwrap_or_else(TreePath::top);
            self.roots.iter().any(|root| root.is_within(&directory))
        };
        let is_namespace_of_charts =
            kept.chart_namespace.as_ref().is_none_or(|it| *it == self.chart_namespace);
        is_namespace_of_charts
            && self.has_room_for(kept.files.len(), kept.height, kept.objects)
            && self.origins.has_room(&kept.origins)
            && !kept.files.iter().any(is_entered)
            && kept.reads.iter().all(|it| (self.loader.register)(&it.path, &it.text) == it.file)
    }

    fn take_over(&mut self, kept: &Kept) -> Accumulated {
        self.problems.extend_from_slice(&kept.problems);
        self.files.extend_from_slice(&kept.files);
        self.remotes.extend_from_slice(&kept.remotes);
        self.loader.reads.extend_from_slice(&kept.reads);
        self.objects += kept.objects;
        self.has_merged |= kept.has_merged;
        self.height = self.height.max(self.roots.len() + kept.height);
        self.has_charts |= kept.chart_namespace.is_some();
        let before = self.origins.append(&kept.origins);
        let mut accumulated = kept.accumulated.clone();
        for resource in &mut accumulated.resources {
            shift(&mut resource.node, &|id| Some(id.behind(before))).expect("all of them move");
        }
        accumulated
    }

    /// What a root came to, for builds on it; its own file has been read again,
    /// which is told there already.
    pub(crate) fn shared_root(&mut self, root: &TreePath, watch: &Watch) -> Option<Accumulated> {
        if !self.is_by_itself() {
            return None;
        }
        let kept = self.loader.shared?.find(&self.key(root))?;
        self.fits(&kept).then(|| {
            self.problems.truncate(watch.problems);
            self.files.truncate(watch.files);
            self.take_over(&kept)
        })
    }

    /// Begins with a directory that others may need, too.
    pub(crate) fn watch(&mut self, directory: &TreePath) -> Option<Watch> {
        let shared = self.loader.shared?;
        if !shared.bases.contains(directory) || !self.is_by_itself() {
            return None;
        }
        Some(Watch {
            key: self.key(directory),
            origins: self.origins.mark(),
            problems: self.problems.len(),
            files: self.files.len(),
            remotes: self.remotes.len(),
            reads: self.loader.reads.len(),
            objects: self.objects,
            had_merged: std::mem::take(&mut self.has_merged),
            outer_height: std::mem::replace(&mut self.height, self.roots.len()),
            had_charts: std::mem::take(&mut self.has_charts),
        })
    }

    /// Keeps what a directory came to, where it may be taken for another build.
    pub(crate) fn keep(&mut self, watch: Option<Watch>, accumulated: Option<&Accumulated>) {
        let Some(watch) = watch else { return };
        if let Some(kept) = accumulated.and_then(|it| self.kept(&watch, it))
            && let Some(shared) = self.loader.shared
        {
            shared.keep(watch.key, kept);
        }
        self.has_merged |= watch.had_merged;
        self.has_charts |= watch.had_charts;
        self.height = self.height.max(watch.outer_height);
    }

    fn kept(&self, watch: &Watch, accumulated: &Accumulated) -> Option<Kept> {
        let problems = &self.problems[watch.problems..];
        // A cycle depends on where the build began.
        if !self.is_by_itself() || problems.iter().any(|it| it.kind == ProblemKind::Cycle) {
            return None;
        }
        let origins = self.origins.since(&watch.origins)?;
        let mut accumulated = Accumulated { known: None, ..accumulated.clone() };
        for resource in &mut accumulated.resources {
            shift(&mut resource.node, &|id| id.behind_mark(&watch.origins))?;
        }
        Some(Kept {
            accumulated,
            origins,
            problems: problems.to_vec(),
            files: self.files[watch.files..].to_vec(),
            remotes: self.remotes[watch.remotes..].to_vec(),
            reads: self.loader.reads[watch.reads..].to_vec(),
            objects: self.objects - watch.objects,
            has_merged: self.has_merged,
            height: self.height - self.roots.len(),
            chart_namespace: self.has_charts.then(|| self.chart_namespace.clone()),
        })
    }
}

/// Names the origins below a node otherwise; none where one has no such name.
pub(crate) fn shift(node: &mut Node, moved: &dyn Fn(OriginId) -> Option<OriginId>) -> Option<()> {
    node.origin = moved(node.origin)?;
    match &mut node.content {
        Content::Scalar(_) => Some(()),
        Content::Map(entries) => entries.iter_mut().try_for_each(|(_, value)| shift(value, moved)),
        Content::List(items) => items.iter_mut().try_for_each(|item| shift(item, moved)),
    }
}

#[cfg(test)]
mod tests {
    use seatrial_source::{MemoryFiles, SourceMap, Span};

    use super::*;
    use crate::{Build, Loader, Options, build};

    const TREE: [(&str, &str); 9] = [
        (
            "base/kustomization.yaml",
            "resources: [web.yaml]\nnamePrefix: a-\nimages: [{name: no, newTag: v1}]\n",
        ),
        (
            "base/web.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n",
        ),
        ("middle/kustomization.yaml", "resources: [../base, gone.yaml]\nnamespace: middle\n"),
        ("dev/kustomization.yaml", "resources: [../middle]\nnameSuffix: -dev\n"),
        (
            "prod/kustomization.yaml",
            "resources: [../middle, ../other]\npatches: [{target: {kind: Deployment, name: web}, \
             patch: '[{op: replace, path: /spec/replicas, value: 3}]'}]\n",
        ),
        ("other/kustomization.yaml", "resources: [../round]\n"),
        ("round/kustomization.yaml", "resources: [../other, ../base]\n"),
        ("noted/kustomization.yaml", "resources: [../base]\nbuildMetadata: [originAnnotations]\n"),
        ("base/nested/kustomization.yaml", "resources: [../../up, ..]\n"),
    ];

    /// All that a build says, without the numbers of its origins.
    fn said(built: &Build) -> (String, Vec<Vec<Span>>, &[Problem], &[TreePath]) {
        let (text, marks) = built.marked_text();
        let ways = marks.iter().map(|(.., it)| built.origins.way(*it).map(|step| step.span).collect());
        (text, ways.collect(), &built.problems, &built.files)
    }

    #[test]
    fn what_is_shared_is_what_would_be_built() {
        let files: MemoryFiles = TREE.iter().map(|(path, text)| (path, text.as_bytes().to_vec())).collect();
        let mut sources = SourceMap::new();
        let mut register = |path: &TreePath, text: &Arc<str>| {
            sources.find(path).unwrap_or_else(|| sources.add(path.clone(), Arc::clone(text)))
        };
        let directories: Vec<TreePath> = TREE
            .iter()
            .filter(|(path, _)| path.ends_with("kustomization.yaml"))
            .filter_map(|(path, _)| TreePath::new(path).parent())
            .collect();
        let options = Options::default();
        let alone: Vec<Build> = directories
            .iter()
            .map(|it| build(it, &mut Loader::new(&files, &mut register), &options))
            .collect();
        let mut order: Vec<usize> = (0..directories.len()).collect();
        for _ in 0..order.len() {
            order.rotate_left(1);
            let shared = Shared::new(directories.clone(), []);
            for &at in &order {
                let mut loader = Loader::new(&files, &mut register).sharing(&shared);
                let built = build(&directories[at], &mut loader, &options);
                assert_eq!(said(&built), said(&alone[at]), "{}", directories[at]);
            }
            assert!(shared.kept.read().is_ok_and(|it| it.len() > 2), "something is shared");
        }
    }
}
