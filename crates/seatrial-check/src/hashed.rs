//! Names of generated objects, which end with a hash of what the objects hold.

use std::collections::BTreeMap;

use seatrial_model::Object;

use crate::Context;

/// The letters that Kustomize writes a hash with, and how many.
const LETTERS: &[u8] = b"gh2k456789mbcdtf";
const LENGTH: usize = 10;

/// The generated objects of a context that are there under no other name, by
/// their kind and the name that their generator says.
pub(crate) struct Hashed<'a> {
    by_name: BTreeMap<(&'a str, &'a str), &'a Object>,
}

impl<'a> Hashed<'a> {
    pub(crate) fn of(context: &Context<'a>) -> Self {
        let mut by_name = BTreeMap::new();
        for object in context.objects().filter(|it| it.is("", "Secret") || it.is("", "ConfigMap")) {
            if let Some(plain) = without_hash(object.name()) {
                by_name.entry((object.kind(), plain)).or_insert(object);
            }
        }
        if !by_name.is_empty() {
            // A SealedSecret or an ExternalSecret may make the one without a hash.
            for object in context.objects() {
                for kind in ["Secret", "ConfigMap"].into_iter().filter(|it| object.kind().ends_with(it)) {
                    by_name.remove(&(kind, object.name()));
                }
            }
        }
        Self { by_name }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The generated object that an object was to mean by a name without a hash. One in
    /// another namespace Kustomize would not have taken for it, until whoever applies both
    /// puts them into one.
    pub(crate) fn meant_by(&self, object: &Object, kind: &str, name: &str) -> Option<&'a Object> {
        let generated = self.by_name.get(&(kind, name)).copied()?;
        (generated.namespace() == object.namespace()).then_some(generated)
    }
}

/// A generated name as its generator says it.
fn without_hash(name: &str) -> Option<&str> {
    let (plain, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == LENGTH && hash.bytes().all(|it| LETTERS.contains(&it));
    (is_hash && !plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::without_hash;

    #[test]
    fn only_what_kustomize_may_have_written_is_a_hash() {
        assert_eq!(without_hash("app-creds-dt4t8264d5"), Some("app-creds"));
        for other in
            ["app-creds", "app-background", "dt4t8264d5", "-dt4t8264d5", "app-dt4t8264d", "app-dt4t8264d3"]
        {
            assert_eq!(without_hash(other), None, "{other}");
        }
    }
}
