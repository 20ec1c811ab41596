//! The images of an object, taken apart as Kyverno shows them to policies.

use seatrial_schema::{By, Entry, Map, Value};
use smol_str::SmolStr;

const REGISTRY: &str = "docker.io";

struct Image<'a> {
    registry: &'a str,
    path: &'a str,
    tag: &'a str,
    digest: &'a str,
}

impl<'a> Image<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
        let (registry, rest) = match rest.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first, rest),
            _ => (REGISTRY, rest),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, tag),
            _ => (rest, ""),
        };
        let is_path = |it: &str| {
            !it.is_empty() && !it.contains(|char: char| char.is_uppercase() || char.is_whitespace())
        };
        let is_valid = is_path(path) && path.split('/').all(|it| !it.is_empty());
        let tag = if tag.is_empty() && digest.is_empty() { "latest" } else { tag };
        is_valid.then_some(Self { registry, path, tag, digest })
    }

    fn reference(&self) -> String {
        let Self { registry, path, tag, digest } = self;
        match *digest {
            "" => format!("{registry}/{path}:{tag}"),
            digest => format!("{registry}/{path}@{digest}"),
        }
    }

    fn value(&self, pointer: &str) -> Value {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let fields = [
            ("registry", self.registry.to_owned()),
            ("name", name.to_owned()),
            ("path", self.path.to_owned()),
            ("tag", self.tag.to_owned()),
            ("digest", self.digest.to_owned()),
            ("reference", self.reference()),
            ("referenceWithTag", format!("{}/{}:{}", self.registry, self.path, self.tag)),
            ("jsonPath", pointer.to_owned()),
        ];
        let is_there = |it: &(&str, String)| !it.1.is_empty();
        map(fields.into_iter().filter(is_there).map(|(key, text)| (SmolStr::new(key), Value::text(text))))
    }
}

fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first
}

fn map(entries: impl Iterator<Item = (SmolStr, Value)>) -> Value {
    Value::Map(entries.map(|(key, value)| Entry { key, value, by: By::Server }).collect::<Map>())
}

/// An image with its registry and its tag or digest.
pub(crate) fn normalized(image: &str) -> Option<String> {
    Image::read(image).map(|it| it.reference())
}

/// `images`: by list of containers and by name.
pub(crate) fn images(object: &Value, spec: &[&str]) -> Value {
    let pod = spec.iter().fold(object, |value, field| value.at(field));
    let lists = ["containers", "initContainers", "ephemeralContainers"].into_iter().filter_map(|list| {
        let image = |(at, it): (usize, &Value)| {
            let pointer = format!("/{}/{list}/{at}/image", spec.join("/"));
            Some((SmolStr::new(it.str("name")), Image::read(it.str("image"))?.value(&pointer)))
        };
        let found: Vec<_> = pod.items(list).iter().enumerate().filter_map(image).collect();
        (!found.is_empty()).then(|| (SmolStr::new_static(list), map(found.into_iter())))
    });
    map(lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_completed() {
        let cases = [
            ("nginx", Some("docker.io/nginx:latest")),
            ("a/b:1", Some("docker.io/a/b:1")),
            ("ghcr.io/a/b", Some("ghcr.io/a/b:latest")),
            ("localhost:5000/a@sha256:12", Some("localhost:5000/a@sha256:12")),
            ("", None),
        ];
        for (text, full) in cases {
            assert_eq!(normalized(text).as_deref(), full, "{text}");
        }
    }
}
