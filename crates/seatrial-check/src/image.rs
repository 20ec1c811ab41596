//! References to images, as the kubelet reads them (`distribution/reference`).

use std::ops::Range;

/// A reference in its parts, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Image<'a> {
    /// `ghcr.io`, `localhost:5000`; none for Docker Hub's short form.
    pub(crate) registry: Option<&'a str>,
    /// `library/nginx`, `acme/api`
    pub(crate) path: &'a str,
    /// `1.27`
    pub(crate) tag: Option<&'a str>,
    /// `sha256:...`
    pub(crate) digest: Option<&'a str>,
}

/// Why a text is no reference, and the part of it that is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In words that follow "...: ".
    pub(crate) reason: &'static str,
    /// Bytes of the text.
    pub(crate) part: Range<usize>,
}

/// The names under which Docker Hub is known.
const HUB: &[&str] = &["docker.io", "index.docker.io", "registry-1.docker.io"];

impl<'a> Image<'a> {
    /// Reads a reference.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Fault> {
        let fault = |part: &str, reason| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            Err(Fault { reason, part: start..start + part.len() })
        };
        if text.is_empty() {
            return fault(text, "nothing is written");
        }
        if text.contains("://") {
            return fault(text, "it has a scheme in front");
        }
        if text.contains(char::is_whitespace) {
            return fault(text, "it has a space");
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        if let Some(digest) = digest.filter(|it| !is_digest(it)) {
            return fault(digest, "the digest is not `sha256:` and 64 hexadecimal digits");
        }
        let (name, tag) = split_tag(name);
        if let Some(tag) = tag.filter(|it| !is_tag(it)) {
            return fault(tag, tag_flaw(tag));
        }
        let (registry, path) = split_registry(name);
        if let Some(registry) = registry.filter(|it| !is_host(it)) {
            return fault(registry, "the registry is no host");
        }
        if path.is_empty() {
            return fault(name, "it names no repository");
        }
        if let Some(component) = path.split('/').find(|it| !is_component(it)) {
            return fault(component, component_flaw(component));
        }
        if name.len() > 255 {
            return fault(name, "the name is longer than 255 characters");
        }
        Ok(Self { registry, path, tag, digest })
    }

    /// Whether it is on Docker Hub.
    pub(crate) fn is_on_hub(&self) -> bool {
        self.registry.is_none_or(|it| HUB.contains(&it))
    }

    /// `nginx`, of an image that Docker Hub has without an owner.
    pub(crate) fn official_name(&self) -> Option<&'a str> {
        let name = self.path.strip_prefix("library/").unwrap_or(self.path);
        (self.is_on_hub() && !name.contains('/')).then_some(name)
    }

    /// Under which name everybody knows it, wherever it is mirrored: that of Docker
    /// Hub without `library/` (`nginx`, `acme/api`), else with its registry.
    pub(crate) fn published_name(&self) -> String {
        /// Mirrors of Docker Hub, and what stands before its names there.
        const MIRRORS: [(&str, &str); 2] = [("public.ecr.aws", "docker/"), ("mirror.gcr.io", "")];
        let path = match self.registry.filter(|_| !self.is_on_hub()) {
            None => Some(self.path),
            Some(host) => {
                let mirror = MIRRORS.iter().find(|it| it.0 == host);
                mirror.and_then(|it| self.path.strip_prefix(it.1))
            }
        };
        path.map_or_else(|| self.name(), |it| it.strip_prefix("library/").unwrap_or(it).to_owned())
    }

    /// The path without its last part: `acme`.
    pub(crate) fn owner(&self) -> Option<&'a str> {
        self.path.rsplit_once('/').map(|(owner, _)| owner)
    }

    /// The last part of the path: `api`.
    pub(crate) fn last_name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// Registry and path as they are written: `ghcr.io/acme/api`.
    pub(crate) fn name(&self) -> String {
        let registry = self.registry.map(|it| format!("{it}/")).unwrap_or_default();
        format!("{registry}{}", self.path)
    }

    /// Whether what it names can change: by no digest, and a tag that moves.
    pub(crate) fn is_mutable(&self) -> bool {
        self.digest.is_none() && self.tag.is_none_or(|it| it == "latest")
    }
}

/// The last colon starts a tag unless a slash follows: then it was a port.
fn split_tag(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (name, None),
    }
}

/// A first part is a registry if it looks like a host, or cannot be an owner.
fn split_registry(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || has_capital(first) => {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

fn has_capital(text: &str) -> bool {
    text.bytes().any(|it| it.is_ascii_uppercase())
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_label = |it: &str| {
        let inner = it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        !it.is_empty() && inner && !it.starts_with('-') && !it.ends_with('-')
    };
    let is_address = host.starts_with('[') && host.ends_with(']');
    port.is_none_or(is_port) && (is_address || host.split('.').all(is_label))
}

/// Lower-case letters and digits, with `.`, `_`, `__` or hyphens between them.
fn is_component(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let parts = text.split(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit());
    let is_separator = |it: &str| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|it| it == b'-');
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.into_iter().all(|it| it.is_some_and(is_letter)) && parts.into_iter().all(is_separator)
}

fn component_flaw(text: &str) -> &'static str {
    match text {
        "" => "a part of the name is empty",
        _ if text.contains(':') => "it has two tags",
        _ if has_capital(text) => "the repository has a capital letter",
        _ => "the repository has a character that is not allowed there",
    }
}

fn is_tag(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|it| is_word(it) || it == b'.' || it == b'-')
}

fn tag_flaw(text: &str) -> &'static str {
    match text {
        "" => "the tag is empty",
        _ if text.contains('+') => "the tag has a `+`",
        _ if text.len() > 128 => "the tag is longer than 128 characters",
        _ => "the tag has a character that is not allowed there",
    }
}

fn is_digest(text: &str) -> bool {
    let is_hex = |it: &str| it.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    match text.split_once(':') {
        Some(("sha256", hex)) => hex.len() == 64 && is_hex(hex),
        Some(("sha384", hex)) => hex.len() == 96 && is_hex(hex),
        Some(("sha512", hex)) => hex.len() == 128 && is_hex(hex),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        for (text, registry, path, tag) in [
            ("nginx", None, "nginx", None),
            ("nginx:1.27", None, "nginx", Some("1.27")),
            ("acme/api:v1", None, "acme/api", Some("v1")),
            ("ghcr.io/acme/api", Some("ghcr.io"), "acme/api", None),
            ("localhost:5000/api:1", Some("localhost:5000"), "api", Some("1")),
            ("localhost/api", Some("localhost"), "api", None),
            ("Acme/api:1", Some("Acme"), "api", Some("1")),
            ("10.0.0.1:5000/a__b/c--d.e_f:x_Y.z-1", Some("10.0.0.1:5000"), "a__b/c--d.e_f", Some("x_Y.z-1")),
            ("[::1]:5000/a", Some("[::1]:5000"), "a", None),
        ] {
            let image = Image::parse(text).expect(text);
            assert_eq!((image.registry, image.path, image.tag), (registry, path, tag), "{text}");
        }
        let digest = format!("a:1@sha256:{}", "0a".repeat(32));
        let image = Image::parse(&digest).expect("a digest");
        assert!(!image.is_mutable() && image.tag == Some("1"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "a b",
            "https://ghcr.io/a/b:1",
            "acme/API:1",
            "acme/api:",
            "api:1:2",
            "acme//api",
            "acme/api/",
            "acme/-api",
            "acme/a..b",
            "acme/a___b",
            "api:-1",
            "api:1+2",
            "api@sha256:12",
            "api@latest",
            ":1",
            "ghcr.io/",
            "UPPER:1",
            "gh_cr.io/a",
        ] {
            assert!(Image::parse(text).is_err(), "{text}");
        }
        assert_eq!(Image::parse("acme/API:1").expect_err("a capital").part, 5..8);
        assert_eq!(Image::parse("acme/api:").expect_err("no tag").part, 9..9);
    }

    #[test]
    fn official_images_have_no_owner() {
        let official = |text| Image::parse(text).expect("it is read").official_name();
        assert_eq!(official("nginx:1"), Some("nginx"));
        assert_eq!(official("docker.io/library/nginx"), Some("nginx"));
        assert_eq!(official("docker.io/nginx"), Some("nginx"));
        assert_eq!(official("acme/nginx"), None);
        assert_eq!(official("ghcr.io/nginx"), None);
    }
}
