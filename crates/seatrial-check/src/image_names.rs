//! The images that the containers of a tree run, and how their names compare.

use seatrial_model::Object;
use seatrial_model::views::{Container, PodTemplate};

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
