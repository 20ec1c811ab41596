use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_diagnostics::{Location, Sources};
use seatrial_source::{
    EntryKind, Files, MemoryFiles, NotFetched, ReadError, RemoteSource, SourceMap, Span, TreePath,
};

use super::*;

fn tree(files: &[(&str, &str)]) -> Vec<u8> {
    let entry = |text: &str| match text.strip_prefix("-> ") {
        Some(target) => TreeEntry::Symlink(target.to_owned()),
        None => TreeEntry::File(text.as_bytes().to_vec()),
    };
    let files: BTreeMap<String, _> =
        files.iter().map(|(path, text)| ((*path).to_owned(), entry(text))).collect();
    TreeBlob::write(&files).expect("the archive can be written")
}

fn mounted(files: &[(&str, &str)], fetched: &[(RemoteSource, Vec<u8>)]) -> Fetched {
    let mut cache = MemoryFiles::new();
    let mut lock = Lock::default();
    for (source, bytes) in fetched {
        let digest = Digest::of(bytes);
        cache.insert(&digest.place(), bytes.clone());
        lock.pins.insert(source.clone(), Pin { resolved: "c0ffee".to_owned(), digest });
    }
    let files: MemoryFiles = files.iter().copied().collect();
    Fetched::new(Box::new(files), &TreePath::top(), &lock, Some(Box::new(cache)))
}

#[test]
fn a_lock_file_is_read_as_it_was_written() {
    let mut lock = Lock::default();
    let pin = |text: &str| Pin { resolved: text.to_owned(), digest: Digest::of(text.as_bytes()) };
    lock.pins.insert(RemoteSource::git("https://github.com/o/r", "v\"1"), pin("abc"));
    lock.pins.insert(RemoteSource::chart("https://charts.example.com", "redis", "^1.2"), pin("1.2.3"));
    lock.pins.insert(RemoteSource::file("https://example.com/a.yaml"), pin(""));
    let text = lock.text();
    assert_eq!(Lock::parse(&text), Ok(lock));
    assert_eq!(text.matches("[[source]]").count(), 3);
}

#[test]
fn what_is_wrong_with_a_lock_file_is_told() {
    let reason = |text: &str| Lock::parse(text).expect_err("it is refused");
    assert_eq!(reason("version = 2"), "its version is 2, and this program reads 1");
    assert_eq!(reason(""), "it has no `version`");
    assert_eq!(reason("version = 1\nsources = 1"), "unknown key `sources`");
    let entry = "version = 1\n[[source]]\nkind = 'git'\naddress = 'https://h/o/r'\n";
    assert_eq!(reason(entry), "entry 1: its `digest` is not `sha256:` and 64 digits");
    let digest = format!("digest = '{}'\n", Digest::of(b""));
    let again = entry.trim_start_matches("version = 1\n");
    assert_eq!(reason(&format!("{entry}{digest}{again}{digest}")), "two entries for https://h/o/r");
}

#[test]
fn a_fetched_tree_is_read_like_the_trees_own_and_never_listed() {
    let source = RemoteSource::git("https://github.com/o/r", "v1");
    let bytes =
        tree(&[("k8s/a.yaml", "a: 1"), ("k8s-more/b.yaml", "b"), ("link", "-> k8s"), ("out", "-> ../x")]);
    let files = mounted(&[("a.yaml", "own")], &[(source.clone(), bytes)]);
    let top = files.fetched(&source).expect("it is there");
    assert_eq!(top.as_str(), "seatrial.lock/github.com-o-r@v1");
    let at = |path: &str| top.join(path).expect("it stays inside");
    assert_eq!(files.read(&at("link/a.yaml"), 10), Ok(b"a: 1".to_vec()));
    assert_eq!(files.read(&at("link/a.yaml"), 3), Err(ReadError::TooLarge { limit: 3 }));
    assert_eq!(files.kind(&at("link")), Some(EntryKind::Directory));
    assert_eq!(files.kind(&at("out")), None);
    assert_eq!(files.read(&at("k8s"), 10), Err(ReadError::NotAFile));
    let listed = files.list(&at("k8s")).expect("it can be listed");
    assert_eq!(listed.iter().map(|it| it.path.name()).collect::<Vec<_>>(), ["a.yaml"]);
    let own = files.list(&TreePath::top()).expect("it can be listed");
    assert_eq!(own.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["a.yaml"]);
    assert_eq!(files.asked(), [source]);
}

#[test]
fn a_changed_digest_names_both() {
    let source = RemoteSource::file("https://example.com/a.yaml");
    let expected = Digest::of(b"one");
    let mut lock = Lock::default();
    lock.pins.insert(source.clone(), Pin { resolved: String::new(), digest: expected });
    let cache = MemoryFiles::from_iter([(expected.place(), "two")]);
    let files = Fetched::new(Box::new(MemoryFiles::new()), &TreePath::top(), &lock, Some(Box::new(cache)));
    let found = Digest::of(b"two").to_string();
    let changed = NotFetched::Changed { expected: expected.to_string(), found };
    assert_eq!(files.fetched(&source), Err(changed));
    let files = Fetched::new(Box::new(MemoryFiles::new()), &TreePath::top(), &lock, None);
    assert_eq!(files.fetched(&source), Err(NotFetched::NotCached));
}

#[test]
fn archives_with_paths_that_leave_are_refused() {
    let archive = |path: &str, kind: tar::EntryType| {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().expect("it is one").name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_cksum();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append(&header, std::io::empty()).expect("it can be written");
        archive.into_inner().expect("it can be written")
    };
    for path in ["../a", "/a", "a/../../b", "a/./b", "a//b"] {
        assert!(TreeBlob::read(archive(path, tar::EntryType::Regular)).is_err(), "{path}");
    }
    assert!(TreeBlob::read(archive("a", tar::EntryType::Char)).is_ok_and(|it| it.entries().is_empty()));
    assert!(TreeBlob::read(b"no archive at all".repeat(100)).is_err());
}

/// Builds a kustomization of a tree with what was fetched for it.
fn build(files: &Fetched) -> (seatrial_kustomize::Build, SourceMap) {
    let mut sources = SourceMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
    let mut loader = seatrial_kustomize::Loader::new(files, &mut register).unrestricted(true);
    let built = seatrial_kustomize::build(
        &TreePath::new("k8s"),
        &mut loader,
        &seatrial_kustomize::Options::default(),
    );
    (built, sources)
}

const BASE: &str = "https://github.com/o/r//base?ref=v1";

fn overlay() -> (&'static str, String) {
    ("k8s/kustomization.yaml", format!("namePrefix: p-\nresources:\n- {BASE}\n"))
}

#[test]
fn a_fetched_base_is_built_and_stands_at_the_entry_that_names_it() {
    let source = RemoteSource::git("https://github.com/o/r", "v1");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: y}\n";
    let bytes = tree(&[("base/kustomization.yaml", "resources: [a.yaml]\n"), ("base/a.yaml", map)]);
    let (path, text) = overlay();
    let files = mounted(&[(path, &text)], &[(source.clone(), bytes)]);
    let (built, sources) = build(&files);
    assert_eq!(built.problems, []);
    let start = text.find("https").expect("the entry is there") as u32;
    let entry =
        Span::new(sources.find(&TreePath::new(path)).expect("it was read"), start, start + BASE.len() as u32);
    assert_eq!(built.remotes.len(), 1);
    assert_eq!((built.remotes[0].span, &built.remotes[0].source), (entry, &source));
    let (text, marks) = built.marked_text();
    assert!(text.contains("name: p-a"), "{text}");
    let spans = marks.iter().flat_map(|(_, _, origin)| built.origins.way(*origin)).map(|step| step.span);
    assert!(spans.into_iter().all(|span| span.file == entry.file), "every value stands in this tree");
}

#[test]
fn a_fetched_base_may_not_leave_its_repository() {
    let source = RemoteSource::git("https://github.com/o/r", "v1");
    let out = "resources: [../../../secret, ../../a.yaml]\nconfigMapGenerator: [{name: m, files: [../x]}]\n";
    let bytes = tree(&[("base/kustomization.yaml", out), ("x", "x")]);
    let (path, text) = overlay();
    let secret = ("secret/kustomization.yaml", "resources: [s.yaml]");
    let files = mounted(&[(path, &text), secret], &[(source, bytes)]);
    let (built, _) = build(&files);
    assert!(built.resources.is_empty());
    assert_eq!(built.problems.len(), 3, "{:?}", built.problems);
    assert!(built.problems.iter().all(|it| it.path.as_str() == path && it.message.starts_with("in 'https")));
}

#[test]
fn what_was_not_fetched_is_told_with_what_to_run() {
    let (path, text) = overlay();
    let (built, _) = build(&mounted(&[(path, &text)], &[]));
    assert_eq!(built.remotes.len(), 1);
    let message = &built.problems[0].message;
    assert!(message.ends_with("it stands on another host: `seatrial fetch` would download it"), "{message}");
}

/// A packed chart.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let files =
        files.iter().map(|(path, text)| ((*path).to_owned(), TreeEntry::File(text.as_bytes().to_vec())));
    let archive = TreeBlob::write(&files.collect()).expect("the archive can be written");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, &archive).expect("it can be packed");
    packer.finish().expect("it can be packed")
}

const CHART: &str = "\
apiVersion: v2
name: web
version: 1.0.0
dependencies:
- name: store
  version: ^1
  repository: https://charts.example.com
";

fn store() -> Vec<u8> {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: store}\nspec: {replicas: two}\n";
    packed(&[
        ("store/Chart.yaml", "apiVersion: v2\nname: store\nversion: 1.4.0\n"),
        ("store/values.yaml", "a: 1\n"),
        ("store/templates/a.yaml", template),
    ])
}

fn rendering(files: &Fetched) -> crate::Rendering {
    let target = seatrial_model::Target {
        kubernetes: seatrial_model::KubernetesVersion::DEFAULT,
        release: None,
        profile: "default".to_owned(),
    };
    crate::render(crate::Request::new(files, target))
}

#[test]
fn a_fetched_dependency_takes_part_and_stands_at_its_entry() {
    let source = RemoteSource::chart("https://charts.example.com", "store", "^1");
    let files = mounted(&[("web/Chart.yaml", CHART)], &[(source.clone(), store())]);
    let rendering = rendering(&files);
    let repository = &rendering.repository;
    assert_eq!(repository.coverage.skipped, []);
    assert_eq!(repository.facts.remotes.len(), 1);
    assert_eq!(repository.facts.remotes[0].source, source);
    let unit = &repository.units[0];
    let object = repository.bundle(unit.id).objects().first().expect("the chart makes one");
    let at = Location::field(unit.id, object.id(), "spec.replicas".parse().expect("it is a path"));
    let origin = rendering.origin(&at).expect("it comes from somewhere");
    assert_eq!(rendering.sources.file(origin.edit.file).path().as_str(), "web/Chart.yaml");
    assert!(rendering.sources.text(origin.edit).starts_with("name: store"));
}

#[test]
fn a_dependency_that_was_not_fetched_is_coverage_at_its_entry() {
    let rendering = rendering(&mounted(&[("web/Chart.yaml", CHART)], &[]));
    let skipped = &rendering.repository.coverage.skipped;
    let reason = "chart store ^1 of https://charts.example.com is not read: it stands on another host: \
                  `seatrial fetch` would download it";
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert_eq!((skipped[0].path.as_str(), skipped[0].reason.as_str()), ("web/Chart.yaml", reason));
    assert!(skipped[0].span.is_some());
}

#[test]
fn the_version_that_the_charts_own_lock_holds_on_to_is_asked_for() {
    let lock = "dependencies:\n- {name: store, repository: 'https://charts.example.com/', version: 1.2.3}\n";
    let files = mounted(&[("web/Chart.yaml", CHART), ("web/Chart.lock", lock)], &[]);
    rendering(&files);
    assert_eq!(files.asked(), [RemoteSource::chart("https://charts.example.com", "store", "1.2.3")]);
}

#[test]
fn a_kustomization_takes_a_fetched_chart() {
    let source = RemoteSource::chart("https://charts.example.com", "store", "1.4.0");
    let text = "helmCharts:\n- {name: store, repo: https://charts.example.com, version: 1.4.0, valuesInline: {a: 2}}\n";
    let files = mounted(&[("k8s/kustomization.yaml", text)], &[(source.clone(), store())]);
    let rendering = rendering(&files);
    let repository = &rendering.repository;
    assert_eq!(repository.coverage.skipped, []);
    let unit = &repository.units[0];
    let object = repository.bundle(unit.id).objects().first().expect("the chart makes one");
    let at = Location::field(unit.id, object.id(), "spec.replicas".parse().expect("it is a path"));
    let origin = rendering.origin(&at).expect("it comes from somewhere");
    assert_eq!(rendering.sources.file(origin.edit.file).path().as_str(), "k8s/kustomization.yaml");
    assert_eq!(repository.facts.remotes.iter().map(|it| &it.source).collect::<Vec<_>>(), [&source]);
}

#[test]
fn an_application_deploys_a_fetched_chart() {
    let source = RemoteSource::chart("https://charts.example.com", "store", "1.4.0");
    let text = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: store, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  source: {repoURL: https://charts.example.com, chart: store, targetRevision: 1.4.0}
";
    let files = mounted(&[("apps/store.yaml", text)], &[(source.clone(), store())]);
    let rendering = rendering(&files);
    let repository = &rendering.repository;
    let unit = repository.units.iter().find(|it| it.name.starts_with("argocd:")).expect("it is a unit");
    let object = repository.bundle(unit.id).objects().first().expect("the chart makes one");
    let at = Location::field(unit.id, object.id(), "spec.replicas".parse().expect("it is a path"));
    let origin = rendering.origin(&at).expect("it comes from somewhere");
    assert_eq!(rendering.sources.file(origin.edit.file).path().as_str(), "apps/store.yaml");
    assert!(rendering.sources.text(origin.edit).starts_with("{repoURL"));
    let is_shown = |it: &seatrial_model::Skip| it.path.as_str().starts_with(LOCK_FILE);
    assert!(!repository.coverage.skipped.iter().any(is_shown));
    assert!(repository.facts.charts.is_empty());
}

#[test]
fn a_release_of_flux_installs_a_fetched_chart() {
    let source = RemoteSource::chart("https://charts.example.com", "store", "1.4.0");
    let text = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: shop}
spec: {url: https://charts.example.com}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: store, namespace: shop}
spec:
  chart: {spec: {chart: store, version: 1.4.0, sourceRef: {kind: HelmRepository, name: charts}}}
";
    let files = mounted(&[("apps/store.yaml", text)], &[(source.clone(), store())]);
    let rendering = rendering(&files);
    let repository = &rendering.repository;
    let unit = repository.units.iter().find(|it| it.name.starts_with("flux:")).expect("it is a unit");
    let object = repository.bundle(unit.id).objects().first().expect("the chart makes one");
    let at = Location::field(unit.id, object.id(), "spec.replicas".parse().expect("it is a path"));
    let origin = rendering.origin(&at).expect("it comes from somewhere");
    assert_eq!(rendering.sources.file(origin.edit.file).path().as_str(), "apps/store.yaml");
    assert!(rendering.sources.text(origin.edit).starts_with("{spec"));
}

/// A unit's objects with where their `data` is edited, or why there are none.
fn of_tree(path: &str, text: &str, source: &RemoteSource) -> String {
    let blob = tree(&[
        (
            "flat/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata: {key: a}\n",
        ),
        (
            "flat/deep/b.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: x}\ndata: {key: b}\n",
        ),
        ("built/kustomization.yaml", "namePrefix: p-\nresources: [../flat/a.yaml]\n"),
        ("based/kustomization.yaml", "resources: [../base]\n"),
        ("base/kustomization.yaml", "resources: [c.yaml]\n"),
        (
            "base/c.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x}\ndata: {key: c}\n",
        ),
        ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n"),
        (
            "chart/templates/d.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d, namespace: x}\ndata: {key: d}\n",
        ),
    ]);
    let files = mounted(&[(path, text)], &[(source.clone(), blob)]);
    let rendering = rendering(&files);
    let repository = &rendering.repository;
    let is_meant =
        |it: &&seatrial_model::Unit| it.name.starts_with("argocd:") || it.name.starts_with("flux:");
    let unit = repository.units.iter().find(is_meant).expect("it is a unit");
    let mut out: Vec<String> = Vec::new();
    for object in repository.bundle(unit.id).objects() {
        let at = Location::field(unit.id, object.id(), "data.key".parse().expect("it is a path"));
        let origin = rendering.origin(&at).expect("it comes from somewhere");
        let line = rendering.sources.positions(origin.edit).0.line;
        out.push(format!("{} {}:{line}", object.name(), rendering.sources.file(origin.edit.file).path()));
    }
    let skipped = repository.coverage.skipped.iter();
    out.extend(skipped.map(|it| it.reason.clone()));
    out.extend(rendering.notices.iter().map(|it| it.message.clone()));
    out.join(", ")
}

#[test]
fn applications_deploy_what_was_fetched_of_other_repositories() {
    let source = RemoteSource::git("https://github.com/o/r", "v1");
    let app = |source: &str| {
        let text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a, namespace: argocd}}\nspec:\n  \
             destination: {{name: in-cluster}}\n  source:\n    repoURL: https://github.com/o/r\n    targetRevision: \
             v1\n{source}"
        );
        of_tree("apps/a.yaml", &text, &RemoteSource::git("https://github.com/o/r", "v1"))
    };
    assert_eq!(app("    path: flat\n"), "a apps/a.yaml:7");
    assert_eq!(app("    path: flat\n    directory: {recurse: true}\n"), "a apps/a.yaml:7, b apps/a.yaml:7");
    assert_eq!(app("    path: based\n"), "c apps/a.yaml:7");
    assert_eq!(app("    path: based\n    kustomize: {nameSuffix: -s}\n"), "c-s apps/a.yaml:7");
    assert_eq!(app("    path: chart\n"), "d apps/a.yaml:7");
    assert_eq!(
        app("    path: absent\n"),
        "of https://github.com/o/r, which Application a deploys, `absent` is not in that repository"
    );
    let text = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: r, namespace: flux-system}
spec: {url: https://github.com/o/r, ref: {tag: v1}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: k, namespace: flux-system}
spec:
  path: ./flat
  sourceRef: {kind: GitRepository, name: r}
  namePrefix: n-
";
    assert_eq!(of_tree("apps/k.yaml", text, &source), "n-a apps/k.yaml:11, n-b apps/k.yaml:11");
}
