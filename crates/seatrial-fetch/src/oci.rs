//! OCI registries: a manifest, its one layer with the chart, and the token that
//! anybody is given.

use std::cell::RefCell;
use std::fmt::Write;

use seatrial_helm::semver::Version;
use seatrial_render::fetched::Digest;
use seatrial_source::without_credentials;
use serde_json::Value;

use crate::chart;
use crate::http::{Answer, Ask, Client};
use crate::{FetchError, Fetched};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// How early versions of Helm called it.
const LEGACY_LAYER: &str = "application/tar+gzip";
const MANIFESTS: &str =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// Downloads a chart of a registry.
pub(crate) fn fetch(
    client: &Client,
    address: &str,
    name: &str,
    version: &str,
) -> Result<Fetched, FetchError> {
    let registry = Registry::new(client, address, name)?;
    let tag = registry.tag(version)?;
    let path = format!("manifests/{tag}");
    let manifest = registry.get(&path, MANIFESTS, client.limits.answer_bytes)?;
    if manifest.status == 404 {
        return Err(FetchError::not_found(address, format!("chart {name} with the tag {tag}")));
    }
    let manifest = manifest.successful()?;
    let layer = layer(&manifest)?;
    let answer = registry.get(&format!("blobs/{layer}"), "*/*", client.limits.chart_bytes)?.successful()?;
    let found = Digest::of(&answer.bytes);
    if found != layer {
        return Err(FetchError::Digest {
            address: without_credentials(&answer.address),
            by: "the manifest",
            expected: layer.to_string(),
            found: found.to_string(),
        });
    }
    chart::inspect(&answer.address, &registry.chart, &answer.bytes)?;
    Ok(Fetched { bytes: answer.bytes, resolved: tag.replace('_', "+") })
}

/// One repository of a registry.
struct Registry<'a> {
    client: &'a Client,
    address: &'a str,
    /// `https://HOST/v2/PATH`.
    base: String,
    /// The name that the chart must have.
    chart: String,
    /// What anybody is given, once it was asked for.
    token: RefCell<Option<String>>,
}

impl<'a> Registry<'a> {
    fn new(client: &'a Client, address: &'a str, name: &str) -> Result<Self, FetchError> {
        let invalid = |reason: &str| FetchError::address(address, reason);
        let rest =
            address.strip_prefix("oci://").ok_or_else(|| invalid("it does not begin with `oci://`"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = if host == "docker.io" { "registry-1.docker.io" } else { host };
        let parts: Vec<&str> =
            path.split('/').chain(name.split('/')).filter(|part| !part.is_empty()).collect();
        let is_part = |part: &&str| {
            let is_sign = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"._-".contains(&it);
            part.bytes().all(is_sign) && part.bytes().any(|it| it.is_ascii_alphanumeric())
        };
        if host.is_empty() || parts.is_empty() || !parts.iter().all(is_part) {
            return Err(invalid("it names no repository of a registry"));
        }
        // As container tools do: a registry on this machine speaks plain HTTP.
        let name = host.split(':').next().unwrap_or_default();
        let scheme = if matches!(name, "localhost" | "127.0.0.1") { "http" } else { "https" };
        Ok(Self {
            client,
            address,
            base: format!("{scheme}://{host}/v2/{}", parts.join("/")),
            chart: parts.last().map_or_else(String::new, |it| (*it).to_owned()),
            token: RefCell::default(),
        })
    }

    /// The tag of a version or of the best one in a range. A tag has no `+`.
    fn tag(&self, version: &str) -> Result<String, FetchError> {
        if Version::parse_strict(version.trim_start_matches('v')).is_ok() {
            return Ok(version.replace('+', "_"));
        }
        let tags = self.tags()?;
        let chosen = chart::choose(version, &tags, |it| it);
        let chosen =
            chosen.map_err(|error| FetchError::address(self.address, format!("{error}: {version}")))?;
        let missing = || {
            let what = format!("tag of {} in the range {version}", self.chart);
            FetchError::not_found(self.address, what)
        };
        chosen.map(|it| it.replace('+', "_")).ok_or_else(missing)
    }

    /// All tags, as versions.
    fn tags(&self) -> Result<Vec<String>, FetchError> {
        let mut tags = Vec::new();
        let mut page = "tags/list".to_owned();
        for _ in 0..self.client.limits.pages {
            let answer =
                self.get(&page, "application/json", self.client.limits.answer_bytes)?.successful()?;
            let list = json(&answer)?;
            let found = list.get("tags").and_then(Value::as_array).into_iter().flatten();
            tags.extend(found.filter_map(Value::as_str).map(|tag| tag.replace('_', "+")));
            let Some(next) = answer.header("link").and_then(next_page) else { return Ok(tags) };
            // Only the question of the next page is taken over, never its host.
            page = format!("tags/list?{next}");
        }
        Ok(tags)
    }

    /// Asks, and where it is told to, once more with a token.
    fn get(&self, path: &str, accept: &str, limit: u64) -> Result<Answer, FetchError> {
        let address = format!("{}/{path}", self.base);
        let headers = [("accept", accept)];
        let ask = |token: Option<&str>| {
            let authorization = token.map(|token| format!("Bearer {token}"));
            let ask =
                Ask { headers: &headers, authorization: authorization.as_deref(), ..Ask::new(&address) };
            self.client.ask(ask, limit)
        };
        let token = self.token.borrow().clone();
        let answer = ask(token.as_deref())?;
        let challenge = answer.header("www-authenticate").filter(|_| answer.status == 401 && token.is_none());
        let Some(challenge) = challenge.and_then(Challenge::read) else { return Ok(answer) };
        let token = self.ask_for_token(&challenge)?;
        let answer = ask(Some(&token))?;
        *self.token.borrow_mut() = Some(token);
        Ok(answer)
    }

    fn ask_for_token(&self, challenge: &Challenge) -> Result<String, FetchError> {
        let realm = &challenge.realm;
        if self.base.starts_with("https://") && !realm.starts_with("https://") {
            return Err(FetchError::address(realm, "tokens are not asked for without https"));
        }
        let fields = [("service", &challenge.service), ("scope", &challenge.scope)];
        let query = fields.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = query.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let joint = if realm.contains('?') { '&' } else { '?' };
        let address = format!("{realm}{joint}{}", query.join("&"));
        let answer = self.client.ask(Ask::new(&address), self.client.limits.answer_bytes)?.successful()?;
        let body = json(&answer)?;
        let token = ["token", "access_token"].iter().find_map(|key| body.get(key)?.as_str());
        let token = token.ok_or_else(|| FetchError::malformed(realm, "it gives no token"))?;
        Ok(token.to_owned())
    }
}

/// The digest of the layer that holds the chart.
fn layer(manifest: &Answer) -> Result<Digest, FetchError> {
    let refused = |reason: &str| FetchError::malformed(&manifest.address, reason);
    let body = json(manifest)?;
    let config = body.pointer("/config/mediaType").and_then(Value::as_str);
    if config != Some(CONFIG) {
        return Err(refused("it is no chart"));
    }
    let layers: Vec<&Value> = body.get("layers").and_then(Value::as_array).into_iter().flatten().collect();
    let of_type =
        |wanted: &str| layers.iter().find(|it| it.get("mediaType").and_then(Value::as_str) == Some(wanted));
    let layer = of_type(LAYER).or_else(|| of_type(LEGACY_LAYER));
    let digest = layer.and_then(|it| it.get("digest")?.as_str()).and_then(Digest::parse);
    digest.ok_or_else(|| refused("it has no layer with a chart and a SHA-256"))
}

fn json(answer: &Answer) -> Result<Value, FetchError> {
    serde_json::from_slice(&answer.bytes)
        .map_err(|error| FetchError::malformed(&answer.address, format!("it is no JSON: {error}")))
}

/// What a registry wants to see.
#[derive(Debug, Default, PartialEq, Eq)]
struct Challenge {
    realm: String,
    service: String,
    scope: String,
}

impl Challenge {
    /// `Bearer realm="…",service="…",scope="…"`
    fn read(header: &str) -> Option<Self> {
        let (scheme, mut rest) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut found = Self::default();
        while let Some((key, after)) = rest.split_once('=') {
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => after.split_once(',').unwrap_or((after, "")),
            };
            match key.trim_matches([' ', ',']) {
                "realm" => value.clone_into(&mut found.realm),
                "service" => value.clone_into(&mut found.service),
                "scope" => value.clone_into(&mut found.scope),
                _ => {}
            }
            rest = after;
        }
        (!found.realm.is_empty()).then_some(found)
    }
}

/// The query of `<…?last=x&n=y>; rel="next"`.
fn next_page(link: &str) -> Option<String> {
    let (address, rest) = link.strip_prefix('<')?.split_once('>')?;
    let is_next = rest.contains("rel=\"next\"") || rest.contains("rel=next");
    let (_, query) = address.split_once('?')?;
    is_next.then(|| query.to_owned())
}

/// A text as part of a query.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read() {
        let header = r#"Bearer realm="https://ghcr.io/token", service="ghcr.io",scope="repository:a/b:pull""#;
        let wanted = Challenge {
            realm: "https://ghcr.io/token".to_owned(),
            service: "ghcr.io".to_owned(),
            scope: "repository:a/b:pull".to_owned(),
        };
        assert_eq!(Challenge::read(header), Some(wanted));
        assert_eq!(Challenge::read("Basic realm=\"x\""), None);
        assert_eq!(Challenge::read("Bearer realm=\"x"), None);
    }

    #[test]
    fn only_the_question_of_the_next_page_is_taken_over() {
        let link = r#"<https://evil.example.com/v2/x/tags/list?last=1&n=2>; rel="next""#;
        assert_eq!(next_page(link).as_deref(), Some("last=1&n=2"));
        assert_eq!(next_page("</v2/x>; rel=\"next\""), None);
    }
}
