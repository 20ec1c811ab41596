//! Builds kustomizations and turns what they make into texts with objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use seatrial_helm::HelmVersion;
use seatrial_kustomize::{Build, Loader, Options, Shared, build_with_charts, yaml};
use seatrial_model::{RemoteUse, RenderFacts};
use seatrial_source::{FileId, Files, SourceMap, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream};

use super::{Ask, Built, HelmCharts, Service, Tree};
use crate::documents::{DocumentKind, classify};
use crate::units::DraftObject;
use crate::walk::Links;

/// What is needed to build.
pub(crate) struct Maker<'a> {
    pub(crate) tree: &'a Tree<'a>,
    pub(crate) links: &'a Links,
    pub(crate) limits: &'a Limits,
    /// What builds need not do twice.
    pub(crate) shared: &'a Shared,
}

/// Texts that nobody had read before.
type Unread = BTreeMap<TreePath, Arc<str>>;

impl Maker<'_> {
    /// Builds each of them. The texts that were read and made become sources.
    pub(crate) fn build(&self, asks: Vec<Ask>, sources: &mut SourceMap) -> Vec<Built> {
        let first: Vec<Attempt> = asks.par_iter().map(|ask| self.attempt(ask, sources)).collect();
        let unread: Unread = first.iter().flat_map(|it| it.unread.clone()).collect();
        for (path, text) in unread {
            sources.add(path, text);
        }
        let known: &SourceMap = sources;
        // Only now do all their texts have ids.
        let again = |(ask, first): (&Ask, Attempt)| {
            if first.unread.is_empty() { first } else { self.attempt(ask, known) }
        };
        let builds: Vec<Attempt> = asks.par_iter().zip(first).map(again).collect();
        let texts: Vec<Option<String>> = asks
            .par_iter()
            .zip(&builds)
            .map(|(ask, it)| (ask.service == Service::Own).then(|| text(ask, &it.build)))
            .collect();
        let files: Vec<Option<FileId>> = asks
            .iter()
            .zip(texts)
            .map(|(ask, text)| text.map(|text| sources.add(ask.place.clone(), text.into())))
            .collect();
        let sources: &SourceMap = sources;
        let made = asks.into_par_iter().zip(builds).zip(files).map(|((ask, attempt), file)| Built {
            ask,
            build: attempt.build,
            reads: attempt.reads,
            made: file.map(|file| self.parse(file, sources)),
        });
        made.collect()
    }

    /// Prints what was built and was not needed as a text before.
    pub(crate) fn print(&self, built: &mut Built, sources: &mut SourceMap) -> FileId {
        let made = built.made.get_or_insert_with(|| {
            let text = text(&built.ask, &built.build);
            let file = sources.add(built.ask.place.clone(), text.into());
            self.parse(file, sources)
        });
        made.file()
    }

    fn parse(&self, file: FileId, sources: &SourceMap) -> Arc<Stream> {
        let text = Arc::clone(sources.file(file).text());
        Arc::new(seatrial_yaml::parse(file, text, Dialect::GoYaml2, self.limits))
    }

    fn attempt(&self, ask: &Ask, sources: &SourceMap) -> Attempt {
        attempt(ask, self.tree, self.links, sources, Some(self.shared))
    }
}

/// One build, and what it read.
pub(super) struct Attempt {
    pub(super) build: Build,
    reads: Vec<FileId>,
    unread: Unread,
}

/// Builds what is asked for from some files, whose texts are mostly known.
pub(super) fn attempt(
    ask: &Ask,
    files: &dyn Files,
    links: &Links,
    sources: &SourceMap,
    shared: Option<&Shared>,
) -> Attempt {
    let mut unread = Unread::new();
    let mut reads = Vec::new();
    let mut register = |path: &TreePath, text: &Arc<str>| {
        let path = links.resolve(path);
        let known = sources.find(&path);
        let file = known.unwrap_or_else(|| sources.next_id());
        reads.push(file);
        if known.is_none() {
            unread.insert(path, Arc::clone(text));
        }
        file
    };
    let mut loader = Loader::new(files, &mut register).unrestricted(ask.is_unrestricted);
    if let Some(shared) = shared {
        loader = loader.sharing(shared);
    }
    let mut charts = HelmCharts { files, helm: HelmVersion::default() };
    let build =
        build_with_charts(&ask.directory, &mut loader, &Options::default(), &ask.additions, &mut charts);
    reads.sort();
    reads.dedup();
    Attempt { build, reads, unread }
}

/// The objects, a document each, with what somebody puts into them.
pub(super) fn text(ask: &Ask, build: &Build) -> String {
    let Some(substitute) = &ask.substitute else { return build.text() };
    let mut text = String::new();
    for resource in &build.resources {
        text.push_str(if text.is_empty() { "" } else { "---\n" });
        text.push_str(&substitute(&yaml(&resource.node)));
    }
    text
}

impl Built {
    /// Its objects. What stands in a document that is `broken` may be more than
    /// was read of it.
    pub(crate) fn objects(&self, is_broken: &dyn Fn(Span) -> bool) -> Vec<DraftObject> {
        let Some(stream) = &self.made else { return Vec::new() };
        let mut found = Vec::new();
        let documents = classify(stream, true, false);
        let mut known = FxHashSet::default();
        for (at, kind) in documents.iter().enumerate() {
            if !matches!(kind, DocumentKind::Objects(_)) {
                continue;
            }
            // Of two that became one the first is judged.
            let is_new = self.build.resources.get(at).is_none_or(|it| known.insert(it.id().to_string()));
            if !is_new {
                continue;
            }
            let written = self.build.resources.get(at).and_then(|it| self.written(&it.node));
            let accepted = !written.is_some_and(is_broken);
            found.extend(DraftObject::of_document(stream, kind, accepted));
        }
        found
    }

    /// Adds what only the build knows of its objects.
    pub(crate) fn note(&self, facts: &mut RenderFacts) {
        let hashed = self.build.resources.iter();
        let hashed = hashed.filter_map(|it| Some((it.name().to_owned(), it.name_without_hash()?.to_owned())));
        facts.hashed_names.extend(hashed);
        let remotes = self.build.remotes.iter();
        facts.remotes.extend(remotes.map(|it| RemoteUse {
            path: it.path.clone(),
            span: Some(it.span),
            source: it.source.clone(),
        }));
    }

    /// Where a value was written at first.
    fn written(&self, node: &seatrial_kustomize::Node) -> Option<Span> {
        self.build.origins.way(node.origin).last().map(|step| step.span)
    }
}
