//! OCI registries.

use seatrial_fetch::{FetchError, Fetched};
use seatrial_render::fetched::Digest;
use seatrial_source::RemoteSource;

use crate::server::{Reply, Request, Server, chart, fetcher};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

fn manifest(config: &str, layer: &str, digest: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{config}"}},"layers":[{{"mediaType":"{layer}","digest":"{digest}"}}]}}"#
    )
}

/// A registry with `charts/web` in two versions, of which the second has a `+`.
fn answer(request: &Request) -> Reply {
    let bytes = chart("web", "1.2.0+b1");
    let digest = Digest::of(&bytes).to_string();
    match request.target.as_str() {
        "/v2/charts/web/tags/list" => Reply::ok(r#"{"tags":["1.0.0","latest"]}"#)
            .header("Link", "<http://elsewhere.example.com/v2/x/tags/list?last=latest>; rel=\"next\""),
        "/v2/charts/web/tags/list?last=latest" => Reply::ok(r#"{"tags":["1.2.0_b1"]}"#),
        "/v2/charts/web/manifests/1.2.0_b1" => Reply::ok(manifest(CONFIG, LAYER, &digest)),
        target if target == format!("/v2/charts/web/blobs/{digest}") => Reply::ok(bytes),
        _ => Reply::status(404),
    }
}

fn fetch(server: &Server, version: &str) -> Result<Fetched, FetchError> {
    let registry = format!("{}/charts", server.address.replace("http://", "oci://"));
    fetcher().fetch(&RemoteSource::chart(&registry, "web", version))
}

#[test]
fn tags_are_read_page_by_page_and_the_best_is_taken() {
    let server = Server::start(answer);
    for version in ["^1.1", "1.2.0+b1", ""] {
        let fetched = fetch(&server, version).expect("it is there");
        assert_eq!((fetched.resolved.as_str(), fetched.bytes), ("1.2.0+b1", chart("web", "1.2.0+b1")));
    }
    let error = fetch(&server, "^2").expect_err("there is none").to_string();
    assert!(error.ends_with("has no tag of web in the range ^2"), "{error}");
    let error = fetch(&server, "3.0.0").expect_err("there is none").to_string();
    assert!(error.ends_with("has no chart web with the tag 3.0.0"), "{error}");
}

#[test]
fn a_token_is_asked_for_and_never_sent_to_another_host() {
    let store = Server::start(|request| {
        let bytes = chart("web", "1.2.0+b1");
        if request.headers.contains_key("authorization") { Reply::status(400) } else { Reply::ok(bytes) }
    });
    let to = format!("{}/blob", store.address);
    let server = Server::start(move |request| {
        let is_token = request.target.starts_with("/token?");
        let is_known = request.headers.get("authorization").is_some_and(|it| it == "Bearer anybody");
        if is_token {
            return Reply::ok(r#"{"token":"anybody"}"#);
        }
        if !is_known {
            let host = &request.headers["host"];
            let challenge = format!(
                "Bearer realm=\"http://{host}/token\",service=\"r\",scope=\"repository:charts/web:pull\""
            );
            return Reply::status(401).header("WWW-Authenticate", &challenge);
        }
        if request.target.contains("/blobs/") { Reply::redirect(&to) } else { answer(request) }
    });
    assert!(fetch(&server, "1.2.0+b1").is_ok());
    let targets: Vec<String> = server.requests().into_iter().map(|it| it.target).collect();
    assert_eq!(targets[1], "/token?service=r&scope=repository:charts/web:pull");
    assert_eq!(targets.iter().filter(|it| it.starts_with("/token")).count(), 1);
    assert_eq!(store.requests().len(), 1);
}

#[test]
fn a_token_that_does_not_help_ends_the_download() {
    let server = Server::start(|request| {
        if request.target.starts_with("/token") {
            return Reply::ok(r#"{"access_token":"x"}"#);
        }
        let host = &request.headers["host"];
        Reply::status(401).header("WWW-Authenticate", &format!("Bearer realm=\"http://{host}/token\""))
    });
    let error = fetch(&server, "1.2.0").expect_err("it is refused");
    assert!(matches!(error, FetchError::Status { status: 401, .. }), "{error}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_layer_with_another_digest_is_refused() {
    let server = Server::start(|request| {
        if request.target.contains("/blobs/") { Reply::ok(chart("web", "9.9.9")) } else { answer(request) }
    });
    let error = fetch(&server, "1.2.0+b1").expect_err("it is refused").to_string();
    let expected = Digest::of(&chart("web", "1.2.0+b1"));
    assert!(error.ends_with(&format!("and the manifest says {expected}")), "{error}");
}

#[test]
fn manifests_of_something_else_are_refused() {
    let digest = Digest::of(b"x").to_string();
    let bodies = [
        manifest("application/vnd.oci.image.config.v1+json", LAYER, &digest),
        manifest(CONFIG, "application/vnd.oci.image.layer.v1.tar", &digest),
        manifest(CONFIG, LAYER, "sha512:00"),
        manifest(CONFIG, LAYER, "sha256:../../../etc/passwd"),
        "{}".to_owned(),
        "<html>".to_owned(),
    ];
    for body in bodies {
        let said = body.clone();
        let server = Server::start(move |_| Reply::ok(said.clone()));
        let error = fetch(&server, "1.2.0").expect_err("it is refused");
        assert!(matches!(error, FetchError::Malformed { .. }), "{body}: {error}");
    }
}

#[test]
fn names_that_are_no_repositories_are_never_asked_for() {
    for (registry, name) in [
        ("oci://host/a/../../b", "web"),
        ("oci://", "web"),
        ("oci://host/A", "web"),
        ("oci://host/a?x", "web"),
    ] {
        let error =
            fetcher().fetch(&RemoteSource::chart(registry, name, "1.0.0")).expect_err("it is refused");
        assert!(matches!(error, FetchError::Address { .. }), "{error}");
    }
}
