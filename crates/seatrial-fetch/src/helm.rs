//! Helm repositories: `index.yaml`, and the archives that it names.

use seatrial_render::fetched::Digest;
use seatrial_source::{FileId, without_credentials};
use seatrial_yaml::{Dialect, Limits as YamlLimits, Node, parse};

use crate::chart;
use crate::http::{Ask, Client};
use crate::{FetchError, Fetched};

/// Most nodes of an index: some repositories hold tens of thousands of versions.
const NODES_MAX: usize = 8_000_000;

/// One version of a chart, as the index offers it.
#[derive(Debug)]
struct Offer {
    version: String,
    url: Option<String>,
    digest: String,
}

/// Downloads a chart of a repository.
pub(crate) fn fetch(
    client: &Client,
    repository: &str,
    name: &str,
    version: &str,
) -> Result<Fetched, FetchError> {
    let base = repository.trim_end_matches('/');
    let index = format!("{base}/index.yaml");
    let answer = client.ask(Ask::new(&index), client.limits.index_bytes)?.successful()?;
    let offers = offers(&index, name, answer.bytes)?;
    let chosen = chart::choose(version, &offers, |it| &it.version);
    let chosen = chosen.map_err(|error| FetchError::address(repository, format!("{error}: {version}")))?;
    let missing = || {
        let version = if version.is_empty() { String::new() } else { format!(" in version {version}") };
        FetchError::not_found(&index, format!("chart {name}{version}"))
    };
    let offer = chosen.ok_or_else(missing)?;
    let url = offer.url.as_deref().ok_or_else(missing)?;
    let url = absolute(base, url);
    let answer = client.ask(Ask::new(&url), client.limits.chart_bytes)?.successful()?;
    verify(&url, &offer.digest, &answer.bytes)?;
    chart::inspect(&url, name, &answer.bytes)?;
    Ok(Fetched { bytes: answer.bytes, resolved: offer.version.clone() })
}

/// The versions of a chart, in the order of the index.
fn offers(address: &str, name: &str, bytes: Vec<u8>) -> Result<Vec<Offer>, FetchError> {
    let text = String::from_utf8(bytes).map_err(|_| FetchError::malformed(address, "it is not UTF-8"))?;
    let limits = YamlLimits { bytes: text.len(), nodes: NODES_MAX, ..YamlLimits::default() };
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &limits);
    let problems = stream.documents().iter().take(1).flat_map(|it| &it.problems);
    if let Some(problem) = problems.into_iter().find(|it| it.is_fatal()) {
        return Err(FetchError::malformed(address, problem.message.clone()));
    }
    let root = stream.roots().next();
    let entries = root.and_then(|it| it.get("entries"));
    let entries = entries.ok_or_else(|| FetchError::malformed(address, "it is no index of charts"))?;
    let versions = entries.get(name).into_iter().flat_map(Node::items);
    Ok(versions.filter_map(offer).collect())
}

fn offer(entry: Node<'_>) -> Option<Offer> {
    let text = |key| entry.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let url = entry.get("urls").into_iter().flat_map(Node::items).find_map(Node::as_str);
    let version = text("version");
    (!version.is_empty()).then(|| Offer { version, url: url.map(ToOwned::to_owned), digest: text("digest") })
}

/// The digest is there in nearly every index; some write `sha256:` before it.
fn verify(address: &str, promised: &str, bytes: &[u8]) -> Result<(), FetchError> {
    if promised.is_empty() {
        return Ok(());
    }
    let found = Digest::of(bytes);
    let expected = Digest::parse(promised).or_else(|| Digest::parse_hex(promised));
    if expected == Some(found) {
        return Ok(());
    }
    Err(FetchError::Digest {
        address: without_credentials(address),
        by: "the index",
        expected: expected.map_or_else(|| promised.to_owned(), |it| it.to_string()),
        found: found.to_string(),
    })
}

/// An archive's address, which may be relative to the repository.
fn absolute(base: &str, url: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    let host_end = base.find("://").and_then(|at| Some(at + 3 + base[at + 3..].find('/')?));
    match (url.strip_prefix('/'), host_end) {
        (Some(rest), Some(end)) => format!("{}/{rest}", &base[..end]),
        (Some(rest), None) => format!("{base}/{rest}"),
        (None, _) => format!("{base}/{url}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_may_be_named_from_the_repository() {
        let base = "https://example.com/charts";
        assert_eq!(absolute(base, "a-1.tgz"), "https://example.com/charts/a-1.tgz");
        assert_eq!(absolute(base, "/a-1.tgz"), "https://example.com/a-1.tgz");
        assert_eq!(absolute("https://example.com", "/a"), "https://example.com/a");
        assert_eq!(absolute(base, "https://cdn.example.com/a"), "https://cdn.example.com/a");
    }
}
