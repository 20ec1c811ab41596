//! A kustomization with what an Application adds to it.

use seatrial_kustomize::Additions;
use seatrial_model::UnitKind;
use seatrial_yaml::Node;

use super::super::{Deliverer, add_names};
use super::expand::Environment;
use super::{Placed, Yield, flag, word};
use crate::kustomizations::Ask;
use crate::units::Made;

impl Deliverer<'_> {
    pub(super) fn kustomize(&mut self, placed: &Placed<'_>) -> Yield {
        let Placed { call, source, directory, .. } = *placed;
        let plain = source.kustomize.is_none().then(|| self.kustomizations.at(directory)).flatten();
        let place = plain.unwrap_or_else(|| self.build_over(placed));
        let file = self.kustomizations.print(place, self.maker, self.sources);
        self.facts.paths.push((file, directory.clone()));
        self.consume(UnitKind::Kustomize, directory, call.unit);
        Yield {
            objects: self.kustomizations.built(place).objects(self.is_broken),
            made: vec![Made::Kustomization(place)],
            ..Yield::default()
        }
    }

    fn build_over(&mut self, placed: &Placed<'_>) -> usize {
        let Placed { call, source, at, directory, environment, .. } = *placed;
        let path = self.sources.file(source.node.span().file).path().clone();
        let mut additions = Additions::new(&path);
        if let Some(node) = source.kustomize {
            add(&mut additions, node, environment);
        }
        let ask = Ask::with(directory.clone(), &format!("{} {at}", call.unit), additions);
        self.build(ask, directory)
    }
}

/// What a source says, as Argo CD puts it into the kustomization.
pub(super) fn add(additions: &mut Additions, node: Node<'_>, environment: &Environment) {
    add_names(additions, node, "namespace");
    for image in node.get("images").into_iter().flat_map(Node::items) {
        if let Some(text) = image.as_str().and_then(|it| environment.expand(it)) {
            let read = Image::read(&text);
            additions.image(read.name, read.new_name, read.tag, read.digest, image.span());
        }
    }
    for replica in node.get("replicas").into_iter().flat_map(Node::items) {
        let count = replica.get("count").and_then(|it| it.as_i64().or_else(|| it.as_str()?.parse().ok()));
        if let (Some(name), Some(count)) = (word(replica, "name"), count) {
            additions.replicas(name, count, replica.span());
        }
    }
    let with_selectors = !flag(node, "labelWithoutSelector");
    for entry in node.get("commonLabels").into_iter().flat_map(Node::entries) {
        if let Some(value) = entry.value.scalar_text().and_then(|it| environment.expand(&it)) {
            additions.label(&entry.name(), &value, with_selectors, entry.value.span());
        }
    }
    let substitutes = flag(node, "commonAnnotationsEnvsubst");
    for entry in node.get("commonAnnotations").into_iter().flat_map(Node::entries) {
        let Some(text) = entry.value.scalar_text() else { continue };
        let expanded = if substitutes { environment.expand(&text) } else { None };
        additions.annotation(&entry.name(), expanded.as_deref().unwrap_or(&text), entry.value.span());
    }
    for key in ["patches", "components"] {
        if let Some(value) = node.get(key) {
            additions.field(key, value);
        }
    }
}

/// An entry of `images`: `name=new:tag`, `name:tag`, `name@digest`.
struct Image<'a> {
    name: &'a str,
    new_name: &'a str,
    tag: &'a str,
    digest: &'a str,
}

impl<'a> Image<'a> {
    fn read(text: &'a str) -> Self {
        let (old, new) = text.split_once('=').unwrap_or(("", text));
        let (rest, digest) = new.split_once('@').unwrap_or((new, ""));
        // A colon before a slash is a port.
        let colon = rest.rfind(':').filter(|at| !rest[*at..].contains('/'));
        let (name, tag) = colon.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]));
        if old.is_empty() {
            return Self { name, new_name: "", tag, digest };
        }
        Self { name: old, new_name: name, tag, digest }
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn images_are_read_as_kustomize_edit_reads_them() {
        let parts = |text| {
            let it = Image::read(text);
            [it.name, it.new_name, it.tag, it.digest].join("|")
        };
        assert_eq!(parts("web:1.2"), "web||1.2|");
        assert_eq!(parts("host:5000/web"), "host:5000/web|||");
        assert_eq!(parts("web=host:5000/web:1.2"), "web|host:5000/web|1.2|");
        assert_eq!(parts("web@sha256:ab"), "web|||sha256:ab");
        assert_eq!(parts("web=other"), "web|other||");
    }
}
