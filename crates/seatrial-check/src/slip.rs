//! The name that was meant by one that leads nowhere: what makes an absent
//! object more than a guess.

use seatrial_diagnostics::{is_slip, name_words, slips};

/// The candidate of which `word` is most surely a slip; among equals the first.
pub(crate) fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().filter(|it| is_slip(word, it));
    near.min_by_key(|it| slips(word, it, word.len() + it.len()))
}

/// The fields of an object's metadata.
pub(crate) const METADATA: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
];

/// The field of metadata that was meant by one that there is not.
pub(crate) fn metadata_field(name: &str) -> Option<&'static str> {
    match name {
        "label" | "lables" => Some("labels"),
        "annotation" => Some("annotations"),
        _ => meant(name, METADATA.iter().copied()),
    }
}

/// The candidate that shares the most whole words with `word`: no slip, but
/// worth naming. One of the two must hold all words of the other.
pub(crate) fn akin<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let own: Vec<&str> = name_words(word).collect();
    let shared = |it: &str| {
        let other: Vec<&str> = name_words(it).collect();
        let count = own.iter().filter(|word| other.contains(word)).count();
        if count == own.len().min(other.len()) { count } else { 0 }
    };
    let known = candidates.into_iter().map(|it| (shared(it), it)).filter(|&(count, _)| count > 0);
    known.min_by_key(|&(count, it)| (usize::MAX - count, it.len())).map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::{akin, meant};

    #[test]
    fn the_nearest_is_meant() {
        assert_eq!(meant("app-confg", ["web", "app-config", "app-configs"]), Some("app-config"));
        assert_eq!(meant("cache", ["web", "db"]), None);
    }

    #[test]
    fn names_with_words_in_common_are_akin() {
        assert_eq!(akin("postgres", ["redis", "postgres-service"]), Some("postgres-service"));
        assert_eq!(akin("redis-master", ["postgres", "redis"]), Some("redis"));
        assert_eq!(akin("app-web", ["app-api"]), None);
        assert_eq!(akin("", ["app"]), None);
    }
}
