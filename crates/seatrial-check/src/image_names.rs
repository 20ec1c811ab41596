//! The images that the containers of a tree run, and how their names compare.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::UnitId;
use seatrial_model::views::{Container, PodTemplate};
use seatrial_model::{Field, Object, Repository, UnitRole};

use crate::Context;
use crate::image::Image;
use crate::placeholder::{is_filled_in_later, placeholder};

/// An image that a container runs.
pub(crate) struct ImageUse<'a> {
    pub(crate) container: Container<'a>,
    pub(crate) image: Image<'a>,
}

impl<'a> ImageUse<'a> {
    /// The image of a container whose name is whole.
    pub(crate) fn of(container: Container<'a>) -> Option<Self> {
        let text = container.image()?;
        let is_whole = !is_filled_in_later(text) && placeholder(text).is_none();
        let image = Image::parse(text).ok().filter(|_| is_whole)?;
        Some(Self { container, image })
    }

    /// The object whose container it is.
    pub(crate) fn object(&self) -> &'a Object {
        self.container.field.object()
    }
}

/// The images of everything a call is about, in the order of the objects.
pub(crate) fn uses<'a>(context: &Context<'a>) -> Vec<ImageUse<'a>> {
    let containers =
        context.pod_templates().flat_map(|it: PodTemplate<'a>| it.containers().collect::<Vec<_>>());
    containers.filter_map(ImageUse::of).collect()
}

/// Whether an image comes from a registry that only a local network knows.
pub(crate) fn is_local(it: &ImageUse<'_>) -> bool {
    /// Hosts that `ko` makes up for what it builds on the own machine.
    const OF_TOOLS: [&str; 2] = ["ko.local", "kind.local"];
    /// Endings that public DNS never has (RFC 6761, RFC 6762).
    const LOCAL: [&str; 4] = ["local", "test", "invalid", "localhost"];
    let host = it.image.registry.map(|it| it.split(':').next().unwrap_or(it));
    let host = host.filter(|it| !OF_TOOLS.contains(it));
    host.and_then(|it| it.rsplit_once('.')).is_some_and(|(_, last)| LOCAL.contains(&last))
}

/// Where images have an owner or a registry, by the last part of their names.
#[derive(Debug, Default)]
pub(crate) struct OwnedImages<'a> {
    /// The first of the tree, and the first of each unit.
    first: FxHashMap<String, OwnedImage<'a>>,
    first_in: FxHashMap<(UnitId, String), OwnedImage<'a>>,
    /// The workloads that run one, by kind and name.
    workloads: FxHashSet<(String, &'a str, &'a str)>,
}

/// An image with an owner or a registry.
#[derive(Clone, Debug)]
pub(crate) struct OwnedImage<'a> {
    pub(crate) field: Field<'a>,
    /// Its name without tag and digest.
    pub(crate) name: String,
}

impl<'a> OwnedImages<'a> {
    /// Those of all units that something deploys.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut all = Self::default();
        let units = repository.units.iter().filter(|it| it.role != UnitRole::Base);
        let workloads = units.flat_map(|it| repository.bundle(it.id).workloads());
        for template in workloads.filter_map(PodTemplate::of) {
            for container in template.containers() {
                all.add(&container);
            }
        }
        all
    }

    fn add(&mut self, container: &Container<'a>) {
        let Some(field) = container.field.key("image") else { return };
        let image = field.as_str().and_then(|it| Image::parse(it).ok());
        let Some(image) = image.filter(|it| it.official_name().is_none()) else { return };
        let (object, last) = (field.object(), image.last_name().to_owned());
        let owned = OwnedImage { field, name: image.name() };
        self.workloads.insert((last.clone(), object.kind(), object.name()));
        self.first_in.entry((object.unit(), last.clone())).or_insert_with(|| owned.clone());
        self.first.entry(last).or_insert(owned);
    }

    /// The first of the tree with this last name.
    pub(crate) fn first(&self, last: &str) -> Option<&OwnedImage<'a>> {
        self.first.get(last)
    }

    /// The first of a unit.
    pub(crate) fn first_in(&self, unit: UnitId, last: &str) -> Option<&OwnedImage<'a>> {
        self.first_in.get(&(unit, last.to_owned()))
    }

    /// Whether a workload of this kind and name runs one anywhere in the tree.
    pub(crate) fn has_workload(&self, last: &str, object: &'a Object) -> bool {
        self.workloads.contains(&(last.to_owned(), object.kind(), object.name()))
    }
}

/// Words of a name that tell forms of one image apart, and no images.
const FORMS: &[&str] = &[
    "alpine",
    "amd64",
    "arm",
    "arm64",
    "ce",
    "cpu",
    "cuda",
    "debian",
    "debug",
    "distroless",
    "ee",
    "enterprise",
    "fat",
    "fips",
    "full",
    "gpu",
    "init",
    "lite",
    "migrate",
    "migration",
    "migrations",
    "oss",
    "race",
    "rootless",
    "slim",
    "ubi",
    "ubi8",
    "ubi9",
    "ubuntu",
    "x86",
    "dev",
    "test",
    "testing",
    "staging",
    "stage",
    "stg",
    "prod",
    "production",
    "qa",
    "uat",
    "demo",
    "local",
    "nightly",
    "canary",
    "beta",
    "alpha",
    "snapshot",
    "pr",
];

/// Whether two last names of images are nearly the same: one has all words of
/// the other and others that do not tell a form of it.
pub(crate) fn are_near(one: &str, other: &str) -> bool {
    let words = |name: &'_ str| -> Vec<String> { name.split(['-', '_', '.']).map(str::to_owned).collect() };
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let more: Vec<&String> = long.iter().filter(|it| !short.contains(it)).collect();
    let is_form = |it: &&&String| FORMS.contains(&it.as_str()) || it.bytes().any(|it| it.is_ascii_digit());
    short.len() > 1
        && short.iter().all(|it| long.contains(it))
        && !more.is_empty()
        && !more.iter().any(|it| is_form(&it))
}

/// Words for what is meant for the own machine.
const AT_HOME: &[&str] =
    &["local", "dev", "development", "kind", "minikube", "k3d", "k3s", "microk8s", "test"];

/// Whether a unit of this name is meant for the own machine.
pub(crate) fn is_at_home(unit: &str) -> bool {
    unit.split(|it: char| !it.is_ascii_alphanumeric()).any(|it| AT_HOME.contains(&it))
}

#[cfg(test)]
mod tests {
    use super::are_near;

    #[test]
    fn a_name_with_one_more_word_is_near() {
        assert!(are_near("shop-backend", "shop-ai-backend"));
        assert!(are_near("shop-ai-backend", "shop-backend"));
        assert!(!are_near("shop", "shop-backend"));
        assert!(!are_near("shop-backend", "shop-backend"));
        assert!(!are_near("shop-backend", "shop-backend-debug"));
        assert!(!are_near("shop-backend", "shop-backend-v2"));
        assert!(!are_near("shop-backend", "shop-frontend"));
    }
}
