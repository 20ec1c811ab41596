//! Literate fixtures: Markdown whose fenced manifests carry, as comments on
//! the line, what a check must notice there; `(no fix)` at the end where no
//! change may be offered.
//!
//! A `##` section is one tree. Its fences: `yaml` (one file), `yaml pod-spec`
//! (wrapped into a Deployment), `yaml file:DIR/NAME` (a file of the unit
//! `manifests:DIR`; with `listed` before it, of the unit `kustomize:DIR`),
//! `text files` (further paths that exist), `text refs` (the repository's
//! `url ...` lines, then its branches and tags, `tag NAME` and `branch NAME` where it
//! counts which of the two it is; `without HASH` is a commit that it
//! does not have), `text ranges` (`unreadable RANGE`,
//! `without-tag RANGE`), `text orphans` (files that no
//! kustomization lists, and who names them), `text uneven` (patches that leave
//! out objects), `text deliveries` (`KIND NAME DIRECTORY`: what an object of Argo
//! CD or Flux applies), `text external` (`Kind namespace/name` or `Kind name`,
//! declared to exist elsewhere), `text minor` (the target's version, `30` for
//! 1.30). They are `text` so that rustdoc does
//! not take them for Rust.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use seatrial_diagnostics::{Level, Location, Notice, ObjectId, UnitId};
use seatrial_model::{
    Bundle, Coverage, Delivery, External, Identity, IdleRange, KubernetesVersion, KustomizationFacts,
    NameGlob, Object, ObjectSource, Origins, Orphan, RemoteUse, RenderFacts, Repository, Target, UnevenPatch,
    Unit, UnitKind, UnitRole, Unpatched,
};
use seatrial_profile::ClusterProfile;
use seatrial_source::{Completeness, EntryKind, FileId, LineIndex, Ref, RemoteSource, Span, TreePath};
use seatrial_yaml::{Dialect, FieldPath, Limits, Stream};

use crate::{Check, Indexes, References, World, run_repository, run_unit};

const POD_SPEC_PRELUDE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, namespace: default}\n\
    spec:\n  replicas: 2\n  selector: {matchLabels: {app: app}}\n  template:\n    metadata: {labels: {app: app}}\n    spec:\n";

/// One tree and what must be noticed in it.
pub(super) struct Case {
    pub(super) title: String,
    fences: Vec<Fence>,
}

struct Fence {
    info: String,
    text: String,
}

/// Something noticed, or expected: file, line, severity, message.
type Mark = (String, u32, String, String);

/// The trees below a page's section: all its fences are one tree.
pub(super) fn cases_of_page(page: &str, section: &str) -> Vec<Case> {
    sections(page).into_iter().filter(|case| case.title == section && !case.fences.is_empty()).collect()
}

/// The trees of a fixture.
pub(super) fn cases_of_fixture(text: &str) -> Vec<Case> {
    sections(text).into_iter().filter(|case| !case.fences.is_empty()).collect()
}

fn sections(text: &str) -> Vec<Case> {
    let mut cases = vec![Case { title: String::new(), fences: Vec::new() }];
    let mut open: Option<Fence> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Fence { info: info.trim().to_owned(), text: String::new() }),
            (Some(_), Some(_)) => {
                let case = cases.last_mut().expect("there is always a case");
                case.fences.extend(open.take());
            }
            (Some(fence), None) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix("## ") {
                    cases.push(Case { title: title.trim().to_owned(), fences: Vec::new() });
                }
            }
        }
    }
    cases
}

impl Fence {
    fn is_yaml(&self) -> bool {
        self.info.split(' ').next() == Some("yaml")
    }

    fn file(&self) -> &str {
        self.info.split(' ').find_map(|word| word.strip_prefix("file:")).unwrap_or("app/manifests.yaml")
    }

    /// What kind of unit the file belongs to.
    fn unit_kind(&self) -> UnitKind {
        let is_listed = self.info.split(' ').any(|word| word == "listed");
        if is_listed { UnitKind::Kustomize } else { UnitKind::Manifests }
    }

    /// The manifest, and how many lines stand before the fence's first.
    fn manifest(&self) -> (String, u32) {
        if !self.info.split(' ').any(|word| word == "pod-spec") {
            return (self.text.clone(), 0);
        }
        let mut text = POD_SPEC_PRELUDE.to_owned();
        for line in self.text.lines() {
            let _ = writeln!(text, "      {line}");
        }
        (text, POD_SPEC_PRELUDE.lines().count() as u32)
    }
}

impl Case {
    /// What the check notices in this tree.
    pub(super) fn run(&self, check: &Check) -> Vec<Notice> {
        let tree = self.tree();
        tree.notices(check)
    }

    /// The difference between what is noticed and what the comments say.
    pub(super) fn compare(&self, check: &Check) -> Option<String> {
        let tree = self.tree();
        let mut expected = self.expected();
        let mut diff = String::new();
        for notice in tree.notices(check) {
            let (file, line) = tree.place(&notice.at);
            let found: Mark = (file, line, notice.severity.to_string(), notice.message.clone());
            let known = expected.iter().position(|(file, line, severity, message)| {
                *file == found.0 && *line == found.1 && *severity == found.2 && is_meant(message, &notice)
            });
            match known {
                Some(at) => drop(expected.remove(at)),
                None => drop(writeln!(diff, "  not expected: {found:?}")),
            }
        }
        for mark in expected {
            let _ = writeln!(diff, "  not noticed:  {mark:?}");
        }
        (!diff.is_empty()).then_some(diff)
    }

    fn expected(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for fence in self.fences.iter().filter(|fence| fence.is_yaml()) {
            let (text, _) = fence.manifest();
            for (number, line) in (1..).zip(text.lines()) {
                for comment in line.split("# ").skip(1) {
                    let Some((severity, message)) = comment.split_once(": ") else { continue };
                    if ["error", "warning", "info"].contains(&severity) {
                        marks.push((
                            fence.file().to_owned(),
                            number,
                            severity.to_owned(),
                            message.trim().to_owned(),
                        ));
                    }
                }
            }
        }
        marks
    }

    fn tree(&self) -> Tree {
        let mut streams: Vec<(TreePath, Arc<Stream>)> = Vec::new();
        let mut kinds: Vec<UnitKind> = Vec::new();
        let mut facts = RenderFacts::default();
        let mut external = Vec::new();
        let mut unread: Vec<String> = Vec::new();
        let mut uneven: Vec<String> = Vec::new();
        let mut deliveries: Vec<String> = Vec::new();
        let mut origins = None;
        let mut kubernetes = KubernetesVersion::DEFAULT;
        for fence in &self.fences {
            let lines = fence.text.lines().filter(|line| !line.is_empty());
            match fence.info.strip_prefix("text ").unwrap_or(&fence.info) {
                "ranges" => facts.idle_ranges.extend(lines.map(idle_range)),
                "files" => facts.files.extend(lines.map(TreePath::new)),
                "minor" => kubernetes.minor = fence.text.trim().parse().expect("a minor version is a number"),
                "refs" => origins = Some(refs(lines)),
                "orphans" => facts.orphans.extend(lines.map(|line| orphan(line, &streams))),
                "uneven" => uneven.extend(lines.map(ToOwned::to_owned)),
                "remotes" => facts.remotes.extend(lines.map(|line| remote_chart(line, &streams))),
                "unread" => unread.extend(lines.map(ToOwned::to_owned)),
                "deliveries" => deliveries.extend(lines.map(ToOwned::to_owned)),
                "external" => external.extend(lines.filter_map(declared)),
                _ if fence.is_yaml() => {
                    let path = TreePath::new(fence.file());
                    let (text, _) = fence.manifest();
                    let file = FileId(streams.len() as u32);
                    let stream =
                        seatrial_yaml::parse(file, text.into(), Dialect::GoYaml2, &Limits::default());
                    assert!(stream.problems().is_empty(), "{}: {:?}", self.title, stream.problems());
                    facts.files.push(path.clone());
                    facts.paths.push((file, path.clone()));
                    streams.push((path, Arc::new(stream)));
                    kinds.push(fence.unit_kind());
                }
                other => panic!("{}: a fence of an unknown kind: {other}", self.title),
            }
        }
        facts.files.sort();
        facts.orphans.sort();
        facts.charts = super::charts::facts(&streams, &unread);
        facts.kustomizations = kustomizations(&streams);
        facts.uneven_patches = uneven.iter().map(|it| uneven_patch(it, &streams)).collect();
        let (units, bundles) = bundles(&streams, &kinds);
        facts.deliveries = deliveries.iter().map(|it| delivery(it, &units, &bundles)).collect();
        for orphan in &mut facts.orphans {
            orphan.listed = listed(orphan, &units, &bundles);
        }
        let coverage = Coverage { found: units.len(), rendered: units.len(), skipped: Vec::new() };
        let target = Target { kubernetes, release: None, profile: "default".to_owned() };
        let repository = Repository { target, units, bundles, facts, coverage, external, origins };
        Tree { repository, streams }
    }
}

fn kustomizations(streams: &[(TreePath, Arc<Stream>)]) -> Vec<KustomizationFacts> {
    let named = streams.iter().filter(|(path, _)| path.name() == "kustomization.yaml");
    let mut found: Vec<_> =
        named.filter_map(|(path, stream)| KustomizationFacts::read(path, stream)).collect();
    for it in &mut found {
        it.read_label_transformers(|path| {
            streams.iter().find(|(other, _)| other == path).map(|(_, stream)| &**stream)
        });
    }
    found
}

/// `KUSTOMIZATION PATCH KIND VALUE BEFORE COUNT NAME...`: a patch that leaves
/// out objects; behind a name `:unread`, or `@` and the directory it would name.
fn uneven_patch(line: &str, streams: &[(TreePath, Arc<Stream>)]) -> UnevenPatch {
    let words: Vec<&str> = line.split(' ').collect();
    let kustomization = TreePath::new(words[0]);
    let (_, stream) = streams.iter().find(|(path, _)| *path == kustomization).expect("the file is a fence");
    let patches = stream.document_root(0).and_then(|it| it.entry("patches")).expect("it has patches");
    let entry = patches.key.span();
    let unpatched = words[6..].iter().map(|word| {
        let (name, directory) = word.split_once('@').map_or((*word, None), |(name, it)| (name, Some(it)));
        Unpatched {
            name: name.trim_end_matches(":unread").to_owned(),
            at: entry,
            is_read: !name.ends_with(":unread"),
            directory: directory.map(ToOwned::to_owned),
        }
    });
    UnevenPatch {
        kustomization,
        patch: words[1].to_owned(),
        entry,
        kind: words[2].to_owned(),
        field: FieldPath::root().key("spec").key("environment"),
        value: words[3].to_owned(),
        before: words[4].to_owned(),
        patched: words[5].parse().expect("a count is a number"),
        unpatched: unpatched.collect(),
    }
}

/// `KIND NAME DIRECTORY`: what an object of Argo CD or Flux applies is the unit
/// of manifests of that directory.
fn delivery(line: &str, units: &[Unit], bundles: &[Bundle]) -> Delivery {
    let words: Vec<&str> = line.split(' ').collect();
    let mut objects = bundles.iter().flat_map(Bundle::objects);
    let by = objects.find(|it| it.kind() == words[0] && it.name() == words[1]);
    let path = TreePath::new(words[2]);
    Delivery {
        unit: units.iter().find(|it| it.path == path).expect("the directory is a fence").id,
        by: by.expect("the object is in a fence").span(),
        is_whole: true,
    }
}

fn refs<'a>(lines: impl Iterator<Item = &'a str>) -> Origins {
    let mut origins = Origins {
        urls: Vec::new(),
        refs: Vec::new(),
        completeness: Completeness::Complete,
        top: TreePath::top(),
        covered: TreePath::top(),
        elsewhere: BTreeMap::new(),
        absent_commits: BTreeSet::new(),
        only_tags: BTreeSet::new(),
        only_branches: BTreeSet::new(),
    };
    for line in lines {
        match line.strip_prefix("url ") {
            Some(url) => origins.urls.push(url.to_owned()),
            None if line.starts_with("tag ") => {
                let name = &line["tag ".len()..];
                origins.only_tags.insert(name.to_owned());
                origins.refs.push(Ref { name: name.to_owned(), commit: None });
            }
            None if line.starts_with("branch ") => {
                let name = &line["branch ".len()..];
                origins.only_branches.insert(name.to_owned());
                origins.refs.push(Ref { name: name.to_owned(), commit: None });
            }
            None if line.starts_with("without ") => {
                origins.absent_commits.insert(line["without ".len()..].to_owned());
            }
            None if line.contains(' ') => origins.elsewhere.extend(looked_up(line)),
            None if line == "partial" => origins.completeness = Completeness::Partial,
            None => origins.refs.push(Ref { name: line.to_owned(), commit: None }),
        }
    }
    origins
}

/// `unreadable RANGE`, `without-tag RANGE`: a range of versions that comes to nothing.
fn idle_range(line: &str) -> (String, IdleRange) {
    match line.split_once(' ').expect("a word and a range") {
        ("unreadable", range) => (range.to_owned(), IdleRange::Unreadable("improper constraint".to_owned())),
        (_, range) => (range.to_owned(), IdleRange::WithoutTag),
    }
}

/// `FILE LINE NAME VERSION ADDRESS`: a chart of another host that a line of an earlier fence
/// names.
fn remote_chart(line: &str, streams: &[(TreePath, Arc<Stream>)]) -> RemoteUse {
    let words: Vec<&str> = line.split(' ').collect();
    let path = TreePath::new(words[0]);
    let (_, stream) = streams.iter().find(|(other, _)| *other == path).expect("the file is a fence");
    let at: usize = words[1].parse().expect("a line is a number");
    let start: usize = stream.text().split_inclusive('\n').take(at - 1).map(str::len).sum();
    let span = Span::new(stream.file(), start as u32, start as u32 + 1);
    RemoteUse { path, span: Some(span), source: RemoteSource::chart(words[4], words[2], words[3]) }
}

/// `release has k8s`, `release lacks k8s`: what stands there at another revision.
fn looked_up(line: &str) -> Option<((String, TreePath), Option<EntryKind>)> {
    let mut words = line.split(' ');
    let (revision, verb, path) = (words.next()?, words.next()?, words.next()?);
    Some(((revision.to_owned(), TreePath::new(path)), (verb == "has").then_some(EntryKind::Directory)))
}

/// A file of an earlier fence that the kustomization beside it does not list,
/// and after it a file that names it, if one does.
fn orphan(line: &str, streams: &[(TreePath, Arc<Stream>)]) -> Orphan {
    let (line, named_in) = match line.split_once(' ') {
        Some((line, other)) => (line, Some(TreePath::new(other))),
        None => (line, None),
    };
    let path = TreePath::new(line);
    let own = path.parent();
    // What is called so itself is left out by the one above.
    let by = if path.name() == "kustomization.yaml" { own.and_then(|it| it.parent()) } else { own };
    let kustomization = by.and_then(|it| it.join("kustomization.yaml")).expect("it lies in a directory");
    let (_, stream) =
        streams.iter().find(|(known, _)| *known == path).expect("an orphan stands in a fence above");
    Orphan { file: stream.file(), path, kustomization, named_in, is_put_away: false, listed: None }
}

/// The object like an orphan's first that its kustomization lists.
fn listed(orphan: &Orphan, units: &[Unit], bundles: &[Bundle]) -> Option<Span> {
    let mut objects = bundles.iter().flat_map(Bundle::objects);
    let own = objects.find(|it| it.span().file == orphan.file)?;
    let unit = units.iter().find(|it| {
        it.kind == UnitKind::Kustomize && Some(&it.path) == orphan.kustomization.parent().as_ref()
    })?;
    let mut listed = bundles[unit.id.0 as usize].of_kind(own.group(), own.kind());
    listed.find(|it| it.name() == own.name()).map(Object::span)
}

fn declared(line: &str) -> Option<External> {
    let glob = |text: &str| NameGlob::new(text).expect("it is a glob");
    let (kind, name) = line.split_once(' ')?;
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    };
    let namespace = namespace.map(glob);
    Some(External { group: None, kind: glob(kind), namespace, name: glob(name) })
}

/// One unit per directory and kind, objects in the order of the files.
fn bundles(streams: &[(TreePath, Arc<Stream>)], kinds: &[UnitKind]) -> (Vec<Unit>, Vec<Bundle>) {
    let mut directories: BTreeMap<(TreePath, UnitKind), Vec<&Arc<Stream>>> = BTreeMap::new();
    for ((path, stream), kind) in streams.iter().zip(kinds) {
        let directory = path.parent().expect("files lie in a directory");
        directories.entry((directory, *kind)).or_default().push(stream);
    }
    let mut units = Vec::new();
    let mut bundles = Vec::new();
    for ((path, kind), streams) in directories {
        let id = UnitId(units.len() as u32);
        let mut objects = Vec::new();
        for stream in streams {
            for root in stream.documents().iter().filter_map(|document| document.root) {
                let source = ObjectSource { stream: Arc::clone(stream), root };
                let Some(identity) = Identity::written(stream.node(root)) else { continue };
                let object = ObjectId(objects.len() as u32);
                objects.push(Object::new(id, object, source, Arc::new(identity)));
            }
        }
        let (word, role) = match kind {
            UnitKind::Kustomize => ("kustomize", UnitRole::Base),
            _ => ("manifests", UnitRole::Deployed),
        };
        units.push(Unit { id, name: format!("{word}:{path}"), kind, path, role, assumptions: Vec::new() });
        bundles.push(Bundle::new(objects));
    }
    (units, bundles)
}

/// Whether a notice has the message; behind ` (no fix)`, and no change.
fn is_meant(message: &str, notice: &Notice) -> bool {
    match message.strip_suffix(" (no fix)") {
        Some(message) => notice.message.contains(message) && notice.change.is_none(),
        None => notice.message.contains(message),
    }
}

struct Tree {
    repository: Repository,
    streams: Vec<(TreePath, Arc<Stream>)>,
}

impl Tree {
    fn notices(&self, check: &Check) -> Vec<Notice> {
        let graph = References::of(&self.repository);
        let profile = ClusterProfile::standard();
        let indexes = Indexes::of(&self.repository);
        let world =
            World { repository: &self.repository, graph: &graph, profile: &profile, indexes: &indexes };
        match check.info.level {
            Level::Repository => run_repository(&world, check),
            Level::Object | Level::Bundle => {
                self.repository.units.iter().flat_map(|unit| run_unit(&world, unit, &[check])).collect()
            }
        }
    }

    /// The file and the line a notice is about.
    fn place(&self, at: &Location) -> (String, u32) {
        let span = self.repository.span(at).expect("a notice names something that is there");
        let (path, stream) = &self.streams[span.file.0 as usize];
        (path.to_string(), LineIndex::new(stream.text()).line(span.start))
    }
}
