//! Plain files, and everything that is the same for all downloads: redirects,
//! lengths, silence, private hosts.

use std::time::Duration;

use seatrial_fetch::{FetchError, Fetcher, Limits};
use seatrial_render::fetched::{Digest, Pin};
use seatrial_source::RemoteSource;

use crate::server::{Reply, Server, fetcher};

fn file(server: &Server, path: &str) -> RemoteSource {
    RemoteSource::file(&format!("{}{path}", server.address))
}

fn refused(fetcher: &Fetcher, source: &RemoteSource) -> FetchError {
    fetcher.fetch(source).expect_err("it is refused")
}

#[test]
fn a_file_is_downloaded_behind_redirects() {
    let server = Server::start(|request| match request.target.as_str() {
        "/a.yaml" => Reply::redirect("/b.yaml"),
        "/b.yaml" => Reply::redirect("c/d.yaml?x=1"),
        "/c/d.yaml?x=1" => Reply::ok("a: 1\n"),
        _ => Reply::status(404),
    });
    let fetched = fetcher().fetch(&file(&server, "/a.yaml")).expect("it is there");
    assert_eq!(fetched.bytes, b"a: 1\n");
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Server::start(|_| Reply::redirect("/a.yaml"));
    let error = refused(&fetcher(), &file(&server, "/a.yaml"));
    assert!(matches!(error, FetchError::Redirect { reason: "there are too many of them", .. }), "{error}");
    assert_eq!(server.requests().len(), 11);
}

#[test]
fn redirects_to_another_scheme_are_refused() {
    for to in ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/a"] {
        let server = Server::start(move |_| Reply::redirect(to));
        let error = refused(&fetcher(), &file(&server, "/a.yaml"));
        assert!(matches!(error, FetchError::Address { .. }), "{error}");
    }
}

#[test]
fn a_body_that_breaks_off_is_refused() {
    let server = Server::start(|_| Reply { length: Some(100), ..Reply::ok("a: 1\n") });
    let error = refused(&fetcher(), &file(&server, "/a.yaml"));
    assert!(matches!(error, FetchError::Transport { .. }), "{error}");
}

#[test]
fn a_server_that_falls_silent_is_left() {
    let server = Server::start(|_| Reply { length: Some(100), hangs: true, ..Reply::ok("a: 1\n") });
    let limits = Limits { idle: Duration::from_millis(50), ..Limits::default() };
    let error = refused(&Fetcher::new(limits, true), &file(&server, "/a.yaml"));
    assert!(matches!(error, FetchError::Transport { .. }), "{error}");
}

#[test]
fn an_answer_is_bounded() {
    let server = Server::start(|request| match request.target.as_str() {
        "/claims" => Reply { length: Some(1 << 40), hangs: true, ..Reply::ok("a") },
        _ => Reply::ok("0123456789"),
    });
    let limits = Limits { file_bytes: 9, ..Limits::default() };
    for path in ["/claims", "/sends"] {
        let error = refused(&Fetcher::new(limits.clone(), true), &file(&server, path));
        assert!(matches!(error, FetchError::TooLarge { limit: 9, .. }), "{error}");
    }
    let fetcher = Fetcher::new(Limits { total_bytes: 15, ..Limits::default() }, true);
    assert!(fetcher.fetch(&file(&server, "/sends")).is_ok());
    let error = refused(&fetcher, &file(&server, "/sends"));
    assert!(matches!(error, FetchError::TooLarge { limit: 5, .. }), "{error}");
}

#[test]
fn private_hosts_are_asked_only_where_they_are_allowed() {
    let server = Server::start(|_| Reply::ok("a: 1\n"));
    let error = refused(&Fetcher::new(Limits::default(), false), &file(&server, "/a.yaml"));
    let message = "`127.0.0.1` is a private address (127.0.0.1); --allow-private lets it be asked";
    assert_eq!(error.to_string(), message);
    assert!(server.requests().is_empty());
}

#[test]
fn no_credential_of_an_address_is_sent_or_told() {
    let server = Server::start(|_| Reply::status(403));
    let address = server.address.replace("http://", "http://me:secret@");
    let error = refused(&fetcher(), &RemoteSource::file(&format!("{address}/a.yaml")));
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(server.requests().iter().all(|it| !it.headers.contains_key("authorization")));
}

#[test]
fn what_changed_since_it_was_pinned_is_refused_with_both_digests() {
    let server = Server::start(|_| Reply::ok("now"));
    let source = file(&server, "/a.yaml");
    let pin = Pin { resolved: String::new(), digest: Digest::of(b"then") };
    let error = fetcher().fetch_pinned(&source, &pin).expect_err("it is refused").to_string();
    let (then, now) = (Digest::of(b"then"), Digest::of(b"now"));
    assert!(error.ends_with(&format!("has the digest {now}, and seatrial.lock says {then}")), "{error}");
    let pin = Pin { digest: now, ..pin };
    assert!(fetcher().fetch_pinned(&source, &pin).is_ok());
}
