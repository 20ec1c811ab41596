//! Applications of Argo CD: what each would apply from this tree.

mod clusters;
mod directory;
mod elsewhere;
mod expand;
mod fill;
mod generators;
mod git;
mod helm;
mod item;
mod kustomize;
mod overrides;
mod set;
mod source;

use std::borrow::Cow;

use seatrial_model::{RemoteUse, SkipCode, UnitKind};
use seatrial_source::{RemoteSource, TreePath, without_credentials};
use seatrial_yaml::Node;
use smol_str::SmolStr;

use super::here::Here;
use super::{Deliverer, Found, suffix_of};
use crate::units::{Draft, DraftObject, Made};

pub(crate) use clusters::Clusters;
use expand::Environment;
use source::{Application, Source, SourceType};

/// Objects of Argo CD that have something deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    Set,
}

/// What an object is to Argo CD.
pub(crate) fn kind_of(object: &DraftObject) -> Option<Kind> {
    match (object.identity.group(), object.identity.kind()) {
        ("argoproj.io", "Application") => Some(Kind::Application),
        ("argoproj.io", "ApplicationSet") => Some(Kind::Set),
        _ => None,
    }
}

/// What came of one source.
#[derive(Default)]
struct Yield {
    objects: Vec<DraftObject>,
    made: Vec<Made>,
    /// Why something is missing.
    gaps: Vec<(SkipCode, String)>,
    /// The directory of the tree that it was taken from.
    directory: Option<TreePath>,
}

impl Yield {
    fn gap(code: SkipCode, reason: impl Into<String>) -> Self {
        Self { gaps: vec![(code, reason.into())], ..Self::default() }
    }
}

/// What is the same for all sources of an application.
struct Call<'a> {
    app: &'a Application<'a>,
    /// The unit's name.
    unit: &'a str,
    /// The file it stands in.
    file: &'a TreePath,
}

/// A source with the directory that it is taken from.
#[derive(Clone, Copy)]
struct Placed<'a> {
    call: &'a Call<'a>,
    source: &'a Source<'a>,
    /// Its place among the sources.
    at: usize,
    directory: &'a TreePath,
    /// The top of the tree that it was fetched with.
    tree: Option<&'a TreePath>,
    environment: &'a Environment,
}

impl Deliverer<'_> {
    /// The unit of an Application; gives the objects in it that deploy more.
    pub(super) fn application(&mut self, found: &Found) -> Vec<Found> {
        let stream = std::sync::Arc::clone(&found.object.source.stream);
        let root = stream.node(found.object.source.root);
        let app = Application::read(root);
        let mut draft = Draft {
            suffix: suffix_of(root),
            is_whole: true,
            by: Some(root.span()),
            ..Draft::new(UnitKind::ArgoCd, found.file.clone(), found.role)
        };
        let Some(name) = self.claim(&mut draft, root, found) else { return Vec::new() };
        let call = Call { app: &app, unit: &name, file: &found.file };
        for (at, source) in app.sources.iter().enumerate() {
            let mut made = self.source(&call, source, at);
            for (code, reason) in made.gaps.drain(..) {
                draft.is_whole = false;
                draft.gaps.push(reason.clone());
                if found.is_open {
                    continue;
                }
                self.skip(found, source.node.span(), code, reason);
            }
            if let Some(revision) =
                source.revision.filter(|it| !Here::is_tree(it) && !made.objects.is_empty())
            {
                draft.assumptions.push(format!(
                    "Application {} tracks `{revision}`; what it deploys is taken from the tree under trial",
                    app.name
                ));
            }
            draft.directories.extend(made.directory.take());
            draft.objects.append(&mut made.objects);
            draft.made.append(&mut made.made);
        }
        if app.sources.is_empty() {
            let reason = format!("Application {} has no source", app.name);
            draft.is_whole = false;
            draft.gaps.push(reason.clone());
            self.skip(found, root.span(), SkipCode::NotRendered, reason);
        }
        if let Some(namespace) = app.namespace {
            for object in &mut draft.objects {
                object.namespace = Some(SmolStr::new(namespace));
            }
        }
        if found.is_open && draft.objects.is_empty() {
            // Whether there is such a cluster is not known.
            return Vec::new();
        }
        let more = self.more(&draft, found);
        self.drafts.add(draft);
        more
    }

    fn source(&mut self, call: &Call<'_>, source: &Source<'_>, at: usize) -> Yield {
        let name = call.app.name;
        if source.is_only_reference() {
            return Yield::default();
        }
        let Some(url) = source.url.filter(|it| is_literal(it)) else {
            return Yield::gap(
                SkipCode::NotRendered,
                format!("the address of a source of Application {name} is not known"),
            );
        };
        if source.chart.is_some() || !self.here.is_here(url) {
            return self.remote(call, source, at, url);
        }
        let path = source.path.unwrap_or(".");
        let directory = self.here.path(path).filter(|it| is_literal(path) && self.here.has_directory(it));
        let Some(directory) = directory else {
            let reason = format!("`{path}`, which Application {name} deploys, is not here");
            return Yield::gap(SkipCode::NotRendered, reason);
        };
        let made = match self.overridden(call, source, &directory) {
            Some(Ok(stream)) => {
                let root = stream.roots().next().expect("a mapping was written");
                self.placed(call, &Source::read(root), at, &directory)
            }
            Some(Err(reason)) => Yield::gap(SkipCode::NotRendered, reason),
            None => self.placed(call, source, at, &directory),
        };
        Yield { directory: Some(directory), ..made }
    }

    fn placed(&mut self, call: &Call<'_>, source: &Source<'_>, at: usize, directory: &TreePath) -> Yield {
        let environment = &Environment::new(call.app, source);
        let placed = Placed { call, source, at, directory, tree: None, environment };
        match source.kind(directory, &self.here) {
            SourceType::Helm => self.helm(&placed),
            SourceType::Kustomize => self.kustomize(&placed),
            SourceType::Directory => self.directory(call, source, directory),
            SourceType::Plugin => {
                let reason =
                    format!("Application {} is made by a plugin, and no program is run", call.app.name);
                Yield::gap(SkipCode::NotRendered, reason)
            }
        }
    }

    /// What stands on another host is told, and taken from where it was fetched to.
    fn remote(&mut self, call: &Call<'_>, source: &Source<'_>, at: usize, url: &str) -> Yield {
        let version = source.revision.unwrap_or_default();
        // The address of an artifact is whole: Argo CD does not read the name beside it.
        let (registry, chart) = match (source.chart, artifact(url)) {
            (Some(_), Some((registry, name))) => (Cow::Borrowed(registry), Some(name)),
            // Without a scheme it is a registry.
            (Some(chart), None) if !url.contains("://") => (format!("oci://{url}").into(), Some(chart)),
            (chart, _) => (Cow::Borrowed(url), chart),
        };
        let remote = match chart {
            Some(chart) => RemoteSource::chart(&registry, chart, version),
            None => RemoteSource::git(url, version),
        };
        let literal = [Some(url), source.chart, source.revision].into_iter().flatten().all(is_literal);
        if literal {
            let span = source.node.span();
            let span = self.in_file(call.file, span);
            let used = RemoteUse { path: call.file.clone(), span, source: remote.clone() };
            self.facts.remotes.push(used);
        }
        let what = match chart {
            Some(chart) => format!("chart {chart} {version} of {}", without_credentials(&registry)),
            None => format!("{} at {version}", without_credentials(url)),
        };
        let name = call.app.name;
        let fetched = self.request.files.fetched(&remote);
        if let (Ok(archive), Some(chart)) = (&fetched, chart) {
            return self.fetched_chart(call, source, at, archive, chart);
        }
        if let (Ok(tree), None) = (&fetched, source.chart) {
            return self.fetched_tree(call, source, at, tree);
        }
        self.judge_values(call, source, at);
        let hint = fetched.err().map(|it| format!(": {it}")).unwrap_or_default();
        Yield::gap(
            SkipCode::Remote,
            format!("Application {name} deploys {}{hint}", what.trim_end_matches(" at ")),
        )
    }

    /// Units that a directory's deployment takes over in full.
    fn consume(&mut self, kind: UnitKind, path: &TreePath, consumer: &str) {
        for draft in self.drafts.iter_mut().filter(|it| it.kind == kind && it.path == *path) {
            draft.consumer.get_or_insert_with(|| consumer.to_owned());
        }
    }
}

/// Whether no program has yet to fill in a part of it.
fn is_literal(text: &str) -> bool {
    !text.contains("{{")
}

/// The registry and the name of an artifact.
fn artifact(url: &str) -> Option<(&str, &str)> {
    let (registry, name) = url.trim_end_matches('/').rsplit_once('/')?;
    let has_host = registry.strip_prefix("oci://").is_some_and(|it| !it.is_empty());
    (has_host && !name.is_empty()).then_some((registry, name))
}

/// The text under a key.
fn word<'a>(node: Node<'a>, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str().filter(|it| !it.is_empty())
}

/// Whether `true` stands under a key.
fn flag(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool).unwrap_or(false)
}
