//! What was fetched before is read from the cache, and never shown as if it
//! could be edited.

#[cfg(feature = "fetch")]
mod loopback;

use seatrial_render::fetched::{Digest, Lock, Pin};
use seatrial_source::RemoteSource;

use crate::support::{Run, Tree, run};

const ADDRESS: &str = "https://example.com/store.yaml";
const KUSTOMIZATION: &str = "namePrefix: p-\nresources:\n- https://example.com/store.yaml\n";
/// A Deployment whose selector misses its pods.
const STORE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: store}
spec:
  selector:
    matchLabels: {app: store}
  template:
    metadata:
      labels: {app: other}
    spec:
      containers: [{name: store, image: 'registry.example.com/store:1.2.3'}]
";

/// A tree whose lock file names the address with the digest of a text.
fn locked(promised: &str) -> Tree {
    let digest = Digest::of(promised.as_bytes());
    let pin = Pin { resolved: String::new(), digest };
    let lock = Lock { pins: [(RemoteSource::file(ADDRESS), pin)].into() };
    let tree = Tree::new(&[("repo/k8s/kustomization.yaml", KUSTOMIZATION)]);
    tree.write("repo/seatrial.lock", lock.text());
    tree
}

fn check(tree: &Tree, words: &[&str]) -> Run {
    let words = [&["check", "--today", "2026-11-21", "--format", "json", "--root", "."], words].concat();
    run(&tree.path().join("repo"), &words, b"")
}

/// Why parts were not judged.
fn reasons(run: &Run) -> Vec<String> {
    let report = run.json();
    let skipped = report["coverage"]["skipped"].as_array().expect("it is a list");
    let remote = skipped.iter().filter(|it| it["code"] == "remote");
    remote.map(|it| it["reason"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_the_cache_holds_is_judged_at_the_line_that_names_it() {
    let tree = locked(STORE);
    tree.write(&format!("cache/{}", Digest::of(STORE.as_bytes()).place()), STORE);
    let done = check(&tree, &["--cache", "../cache"]);
    assert_eq!(done.code, 1, "{}", done.stdout);
    let report = done.json();
    let finding = &report["findings"][0];
    assert_eq!(finding["check"], "selector-mismatch");
    assert_eq!(finding["object"]["name"], "p-store");
    assert_eq!(
        (&finding["primary"]["path"], &finding["primary"]["line"]),
        (&"k8s/kustomization.yaml".into(), &3.into())
    );
    assert!(!done.stdout.contains("seatrial.lock/"), "{}", done.stdout);
    let rendered =
        run(&tree.path().join("repo"), &["render", "k8s", "--root", ".", "--cache", "../cache"], b"");
    assert!(rendered.code == 0 && rendered.stdout.contains("name: p-store"), "{}", rendered.stderr);
}

#[test]
fn what_the_cache_does_not_hold_is_told_with_what_to_run() {
    let done = check(&locked(STORE), &["--cache", "../cache"]);
    let reason = "'https://example.com/store.yaml' is not read: `seatrial.lock` names it, and the cache does \
                  not hold it: run `seatrial fetch`";
    assert_eq!((done.code, reasons(&done)), (0, vec![reason.to_owned()]));
    let tree = Tree::new(&[("repo/k8s/kustomization.yaml", KUSTOMIZATION)]);
    let reason = "'https://example.com/store.yaml' is not read: it stands on another host: `seatrial fetch` \
                  would download it";
    assert_eq!(reasons(&check(&tree, &[])), [reason]);
}

#[test]
fn another_digest_in_the_cache_is_told_with_both() {
    let tree = locked("promised");
    let promised = Digest::of(b"promised");
    tree.write(&format!("cache/{}", promised.place()), STORE);
    let done = check(&tree, &["--cache", "../cache"]);
    let found = Digest::of(STORE.as_bytes());
    let reason = format!(
        "'https://example.com/store.yaml' is not read: the cache holds {found}, and `seatrial.lock` says {promised}"
    );
    assert_eq!(reasons(&done), [reason]);
}

#[test]
fn a_broken_lock_file_ends_the_run() {
    let tree =
        Tree::new(&[("repo/k8s/kustomization.yaml", KUSTOMIZATION), ("repo/seatrial.lock", "version = 9\n")]);
    let done = check(&tree, &[]);
    assert_eq!(done.code, 2);
    let message = "error: `seatrial.lock` cannot be used: its version is 9, and this program reads 1\n";
    assert!(done.stderr.starts_with(message), "{}", done.stderr);
}

#[test]
fn a_lock_file_fits_its_schema() {
    let schema = serde_json::from_str(Lock::schema()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let pin = |resolved: &str| Pin { resolved: resolved.to_owned(), digest: Digest::of(b"x") };
    let sources = [
        (RemoteSource::git("https://github.com/o/r", "v1"), pin("0123456789abcdef0123456789abcdef01234567")),
        (RemoteSource::chart("https://charts.example.com", "web", "^1"), pin("1.2.3")),
        (RemoteSource::chart("oci://ghcr.io/charts", "web", ""), pin("1.2.3")),
        (RemoteSource::file(ADDRESS), pin("")),
    ];
    let lock = Lock { pins: sources.into() };
    let written: serde_json::Value = toml::from_str(&lock.text()).expect("it is TOML");
    assert!(validator.is_valid(&written), "{written:#}");
    assert!(!validator.is_valid(&serde_json::json!({"version": 1, "source": [{"kind": "git"}]})));
}

#[cfg(not(feature = "fetch"))]
#[test]
fn a_build_without_the_feature_says_so() {
    let done = run(locked(STORE).path(), &["fetch"], b"");
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"
    error: this seatrial was built without `fetch`, and never opens a connection
    hint: `cargo install --path crates/seatrial --features fetch` builds one with it
    ");
}

#[cfg(feature = "fetch")]
mod fetching {
    use std::fs;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::{Run, STORE, Tree, run};

    /// A server that gives the same file to everybody, and its address.
    fn server() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let lines = BufReader::new(stream.try_clone().expect("it can be shared")).lines();
                let _ = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).count();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", STORE.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(STORE.as_bytes()));
            }
        });
        address
    }

    fn tree(address: &str) -> Tree {
        let tree = Tree::new(&[]);
        tree.write("repo/k8s/kustomization.yaml", format!("resources:\n- {address}/store.yaml\n"));
        tree
    }

    fn fetch(tree: &Tree, words: &[&str]) -> Run {
        let words = [&["fetch", "--root", ".", "--cache", "../cache"], words].concat();
        run(&tree.path().join("repo"), &words, b"")
    }

    #[test]
    fn what_is_fetched_is_locked_and_checked() {
        let address = server();
        let tree = tree(&address);
        let dry = fetch(&tree, &["--dry-run"]);
        let line = format!("k8s/kustomization.yaml:2:3: {address}/store.yaml: would be fetched\n");
        assert_eq!((dry.code, dry.stdout), (0, line));
        let done = fetch(&tree, &["--allow-private"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert_eq!(done.stderr, "note: `seatrial.lock` says what was fetched: commit it\n");
        let lock = fs::read_to_string(tree.path().join("repo/seatrial.lock")).expect("it was written");
        assert!(
            lock.contains(&format!("kind = \"file\"\naddress = \"{address}/store.yaml\"\ndigest = ")),
            "{lock}"
        );
        let checked = super::check(&tree, &["--cache", "../cache"]);
        assert_eq!(checked.checks(), ["selector-mismatch"]);
        let again = fetch(&tree, &["--dry-run"]);
        assert_eq!(again.stdout, format!("k8s/kustomization.yaml:2:3: {address}/store.yaml: is there\n"));
        assert!(fetch(&tree, &["--quiet"]).stdout.is_empty());
    }

    #[test]
    fn what_is_not_fetched_is_told_at_its_line() {
        let tree = tree(&server());
        let done = fetch(&tree, &[]);
        assert_eq!(done.code, 1);
        assert!(
            done.stderr.starts_with("error: k8s/kustomization.yaml:2:3: http://127.0.0.1:"),
            "{}",
            done.stderr
        );
        assert!(done.stderr.contains("is a private address"), "{}", done.stderr);
        assert!(!tree.path().join("repo/seatrial.lock").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_place_of_the_lock_file_is_never_followed() {
        let tree = tree(&server());
        let outside = tree.path().join("outside");
        fs::write(&outside, "version = 1\n").expect("it can be written");
        std::os::unix::fs::symlink(&outside, tree.path().join("repo/seatrial.lock")).expect("it can be made");
        fetch(&tree, &["--allow-private", "--update"]);
        assert_eq!(fs::read_to_string(&outside).expect("it is there"), "version = 1\n");
        let lock = tree.path().join("repo/seatrial.lock");
        assert!(lock.symlink_metadata().is_ok_and(|it| it.is_file()));
    }
}
