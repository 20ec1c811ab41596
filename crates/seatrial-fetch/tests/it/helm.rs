//! Helm repositories.

use std::fmt::Write;

use seatrial_fetch::{FetchError, Fetched, Limits};
use seatrial_render::fetched::Digest;
use seatrial_source::RemoteSource;

use crate::server::{Server, chart, fetcher, pack};

/// A repository with archives under `/charts`; each with the digest that the
/// index promises.
fn repository(charts: &[(&str, &str, Vec<u8>, Digest)]) -> Server {
    let mut index = "apiVersion: v1\nentries:\n".to_owned();
    let mut files = Vec::new();
    for (name, version, bytes, digest) in charts {
        let file = format!("{name}-{version}.tgz");
        if !index.contains(&format!("  {name}:\n")) {
            let _ = writeln!(index, "  {name}:");
        }
        let _ = writeln!(
            index,
            "  - version: {version}
    urls: [{file}]
    digest: {}",
            digest.hex()
        );
        files.push((format!("/charts/{file}"), bytes.clone()));
    }
    files.push(("/charts/index.yaml".to_owned(), index.into_bytes()));
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(path, body)| (path.as_str(), body.clone())).collect();
    Server::of(&files)
}

fn fetch(server: &Server, name: &str, version: &str) -> Result<Fetched, FetchError> {
    fetcher().fetch(&RemoteSource::chart(&format!("{}/charts/", server.address), name, version))
}

fn honest(name: &'static str, version: &'static str) -> (&'static str, &'static str, Vec<u8>, Digest) {
    let bytes = chart(name, version);
    let digest = Digest::of(&bytes);
    (name, version, bytes, digest)
}

#[test]
fn the_version_that_helm_would_take_is_downloaded() {
    let server = repository(&[honest("web", "1.2.0"), honest("web", "1.10.1"), honest("web", "2.0.0-rc.1")]);
    for (range, wanted) in
        [("^1.2", "1.10.1"), ("1.2.0", "1.2.0"), ("", "1.10.1"), ("2.0.0-rc.1", "2.0.0-rc.1")]
    {
        let fetched = fetch(&server, "web", range).expect("it is there");
        assert_eq!(fetched.resolved, wanted);
        assert_eq!(fetched.bytes, chart("web", wanted));
    }
}

#[test]
fn what_a_repository_does_not_have_is_told() {
    let server = repository(&[honest("web", "1.2.0")]);
    let error = fetch(&server, "web", "^2").expect_err("there is none").to_string();
    assert!(error.ends_with("/charts/index.yaml` has no chart web in version ^2"), "{error}");
    let error = fetch(&server, "api", "").expect_err("there is none").to_string();
    assert!(error.ends_with("has no chart api"), "{error}");
    let error = fetch(&Server::of(&[]), "web", "").expect_err("there is none");
    assert!(matches!(error, FetchError::Status { status: 404, .. }), "{error}");
}

#[test]
fn another_digest_than_the_index_promises_is_refused() {
    let promised = Digest::of(b"another");
    let server = repository(&[("web", "1.0.0", chart("web", "1.0.0"), promised)]);
    let error = fetch(&server, "web", "1.0.0").expect_err("it is refused").to_string();
    let found = Digest::of(&chart("web", "1.0.0"));
    assert!(error.ends_with(&format!("has the digest {found}, and the index says {promised}")), "{error}");
}

#[test]
fn an_index_that_is_none_is_refused() {
    for body in ["<html>", "entries: [", "", "apiVersion: v1\n"] {
        let server = Server::of(&[("/charts/index.yaml", body.into())]);
        let error = fetch(&server, "web", "").expect_err("it is refused");
        assert!(matches!(error, FetchError::Malformed { .. }), "{body}: {error}");
    }
}

#[test]
fn archives_with_path_tricks_and_other_charts_are_refused() {
    let metadata = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
    let bad = [
        pack(&[("web/Chart.yaml", metadata), ("web/../../evil", "x")]),
        pack(&[("web/Chart.yaml", metadata), ("web//etc/passwd", "x")]),
        pack(&[("web/Chart.yaml", metadata), ("web/c:/windows", "x")]),
        pack(&[("Chart.yaml", metadata)]),
        pack(&[]),
        chart("other", "1.0.0"),
        b"no archive".to_vec(),
    ];
    for bytes in bad {
        let digest = Digest::of(&bytes);
        let server = repository(&[("web", "1.0.0", bytes, digest)]);
        let error = fetch(&server, "web", "1.0.0").expect_err("it is refused");
        assert!(matches!(error, FetchError::Malformed { .. }), "{error}");
    }
}

#[test]
fn indexes_and_charts_are_bounded() {
    let server = repository(&[honest("web", "1.0.0")]);
    let source = RemoteSource::chart(&format!("{}/charts", server.address), "web", "1.0.0");
    for limits in
        [Limits { index_bytes: 10, ..Limits::default() }, Limits { chart_bytes: 10, ..Limits::default() }]
    {
        let error = seatrial_fetch::Fetcher::new(limits, true).fetch(&source).expect_err("it is refused");
        assert!(matches!(error, FetchError::TooLarge { limit: 10, .. }), "{error}");
    }
}
