//! The names of environments, as directories, hosts and labels have them.

/// Names of environments; those of a row mean the same.
const ENVIRONMENTS: &[&[&str]] = &[
    &["production", "prod", "prd", "live"],
    &["staging", "stage", "stg"],
    &["development", "develop", "dev"],
    &["testing", "test"],
    &["qa"],
    &["uat"],
    &["integration", "int"],
    &["sandbox"],
];

/// An environment: its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Environment(usize);

impl Environment {
    /// Where nothing of the others may turn up.
    pub(crate) const PRODUCTION: Self = Self(0);
    /// Staging and development, whose names mean nothing else.
    pub(crate) const BEFORE_PRODUCTION: [Self; 2] = [Self(1), Self(2)];

    /// The environment that a word names, in lower case.
    pub(crate) fn named(word: &str) -> Option<Self> {
        ENVIRONMENTS.iter().position(|row| row.contains(&word)).map(Self)
    }

    /// The words for it.
    pub(crate) fn names(self) -> &'static [&'static str] {
        ENVIRONMENTS[self.0]
    }

    /// The environments that are named in a text: `shop-staging.example.com`.
    pub(crate) fn within(text: &str) -> Vec<Self> {
        let text = text.to_ascii_lowercase();
        let words = text.split(|it: char| !it.is_ascii_alphanumeric());
        let mut found: Vec<Self> = words.filter_map(Self::named).collect();
        found.sort();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert_eq!(Environment::within("shop-STG.example.com"), [Environment(1)]);
        assert_eq!(Environment::within("device.latest.example.com"), []);
        assert_eq!(Environment::within("prod-to-dev"), [Environment(0), Environment(2)]);
    }
}
