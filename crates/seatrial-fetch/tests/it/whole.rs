//! Whole runs: what is fetched names more, the lock file, and what fails.

use std::fs;
use std::sync::Arc;

use seatrial_fetch::{Cache, Job, Limits, Outcome, run};
use seatrial_kustomize::{Loader, build};
use seatrial_model::RemoteUse;
use seatrial_render::fetched::{Fetched, Lock};
use seatrial_source::{DiskFiles, Files, MemoryFiles, RemoteKind, SourceMap, TreePath};

use crate::git::Repository;
use crate::server::{Server, fetcher};

/// What the kustomization at the top of a tree needs, with what a lock names.
fn needs(tree: &MemoryFiles, cache: &std::path::Path, lock: &Lock) -> Vec<RemoteUse> {
    let files = opened(tree, cache, lock);
    let mut sources = SourceMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
    let mut loader = Loader::new(&files, &mut register);
    let built = build(&TreePath::top(), &mut loader, &seatrial_kustomize::Options::default());
    let remotes = built.remotes.into_iter();
    remotes.map(|it| RemoteUse { path: it.path, span: Some(it.span), source: it.source }).collect()
}

fn opened(tree: &MemoryFiles, cache: &std::path::Path, lock: &Lock) -> Fetched {
    fs::create_dir_all(cache).expect("it can be made");
    let cache: Box<dyn Files> = Box::new(DiskFiles::open(cache).expect("it can be opened"));
    Fetched::new(Box::new(tree.clone()), &TreePath::top(), lock, Some(cache))
}

fn fetch(tree: &MemoryFiles, cache: &std::path::Path, before: &Lock, is_update: bool) -> Outcome {
    run(&Job {
        needs: &|lock| needs(tree, cache, lock),
        fetcher: &fetcher(),
        cache: &Cache::new(cache),
        before,
        is_update,
        limits: &Limits::default(),
        on_source: &|_| {},
    })
}

fn kustomization(lines: &[String]) -> MemoryFiles {
    let text = format!("resources: ['{}']", lines.join("', '"));
    MemoryFiles::from_iter([("kustomization.yaml", text)])
}

#[test]
fn what_is_fetched_may_name_more() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let server = Server::of(&[("/a.yaml", map.into())]);
    let inner = format!("resources: ['{}/a.yaml']\n", server.address);
    let inner = Repository::new(&[("base/kustomization.yaml", &inner)]);
    let inner_server = inner.serve();
    let outer = format!("resources: ['{}/o/inner.git//base?ref=main']\n", inner_server.address);
    let outer = Repository::new(&[("k8s/kustomization.yaml", &outer)]);
    let outer_server = outer.serve();
    let tree = kustomization(&[format!("{}/o/outer.git//k8s?ref=main", outer_server.address)]);
    let cache = tempfile::tempdir().expect("a directory can be made");
    let outcome = fetch(&tree, cache.path(), &Lock::default(), false);
    assert!(outcome.failed.is_empty() && !outcome.is_cut, "{outcome:?}");
    let kinds: Vec<RemoteKind> = outcome.lock.pins.keys().map(|it| it.kind).collect();
    assert_eq!(kinds, [RemoteKind::GitTree, RemoteKind::GitTree, RemoteKind::File]);

    // From now on nothing is asked for.
    let asked = [&server, &inner_server, &outer_server].map(|it| it.requests().len());
    let again = fetch(&tree, cache.path(), &outcome.lock, false);
    assert_eq!(again.lock, outcome.lock);
    assert_eq!([&server, &inner_server, &outer_server].map(|it| it.requests().len()), asked);

    // A branch that moved counts only when it is asked for.
    outer.write(&[("k8s/more.yaml", "x")]);
    assert_eq!(fetch(&tree, cache.path(), &outcome.lock, false).lock, outcome.lock);
    assert_ne!(fetch(&tree, cache.path(), &outcome.lock, true).lock, outcome.lock);
}

#[test]
fn what_fails_is_told_at_its_line_and_the_rest_is_fetched() {
    let server = Server::of(&[("/a.yaml", "a: 1".into())]);
    let tree =
        kustomization(&[format!("{}/gone.yaml", server.address), format!("{}/a.yaml", server.address)]);
    let cache = tempfile::tempdir().expect("a directory can be made");
    let outcome = fetch(&tree, cache.path(), &Lock::default(), false);
    assert_eq!(outcome.lock.pins.len(), 1);
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(outcome.failed[0].need.path.as_str(), "kustomization.yaml");
    assert!(outcome.failed[0].error.to_string().contains("gone.yaml` answers 404"));
}

#[test]
fn a_damaged_cache_is_mended_and_a_changed_server_is_not_believed() {
    let server = Server::of(&[("/a.yaml", "a: 1".into())]);
    let tree = kustomization(&[format!("{}/a.yaml", server.address)]);
    let cache = tempfile::tempdir().expect("a directory can be made");
    let lock = fetch(&tree, cache.path(), &Lock::default(), false).lock;
    let (source, pin) = lock.pins.first_key_value().expect("it has one");
    fs::write(cache.path().join(pin.digest.place()), "damaged").expect("it can be written");
    let refusal = opened(&tree, cache.path(), &lock).fetched(source).expect_err("it is refused").to_string();
    assert!(refusal.contains(&pin.digest.to_string()), "{refusal}");
    assert!(fetch(&tree, cache.path(), &lock, false).failed.is_empty());
    assert!(opened(&tree, cache.path(), &lock).fetched(source).is_ok());

    let other = Lock {
        pins: [(
            source.clone(),
            seatrial_render::fetched::Pin {
                resolved: String::new(),
                digest: seatrial_render::fetched::Digest::of(b"before"),
            },
        )]
        .into(),
    };
    let outcome = fetch(&tree, cache.path(), &other, false);
    assert_eq!(outcome.lock, other);
    assert!(outcome.failed[0].error.to_string().contains("seatrial.lock says sha256:"));
}

#[test]
fn runs_are_bounded() {
    let server = Server::of(&[("/a.yaml", "a: 1".into()), ("/b.yaml", "b: 1".into())]);
    let tree = kustomization(&[format!("{}/a.yaml", server.address), format!("{}/b.yaml", server.address)]);
    let cache = tempfile::tempdir().expect("a directory can be made");
    let outcome = run(&Job {
        needs: &|lock| needs(&tree, cache.path(), lock),
        fetcher: &fetcher(),
        cache: &Cache::new(cache.path()),
        before: &Lock::default(),
        is_update: false,
        limits: &Limits { sources: 1, ..Limits::default() },
        on_source: &|_| {},
    });
    assert!(outcome.is_cut);
    assert_eq!(outcome.lock.pins.len(), 1);
}
