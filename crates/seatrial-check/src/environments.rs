//! The names of environments, as directories, hosts and labels have them.

use seatrial_model::Unit;

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

/// Those that mean an environment also within the name of an object: `smoke-test` and
/// `live-chat` are for none.
const SURE: &[&str] = &["production", "prod", "prd", "staging", "stg", "development", "dev"];

/// An environment: its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// The one that a unit is for: its directories and its values files name it and no
    /// other.
    pub(crate) fn of(unit: &Unit) -> Option<Self> {
        let values = unit.name.split_once('@').map_or("", |it| it.1);
        only(values.split(',').chain([unit.path.as_str()]).flat_map(Self::along))
    }

    /// The environments that a path names: directories called after one, and words of
    /// the name of a YAML file.
    pub(crate) fn along(path: &str) -> Vec<Self> {
        let (directories, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
        let own = stem.map_or_else(|| Self::directory(name).into_iter().collect(), Self::within);
        directories.split('/').filter_map(Self::directory).chain(own).collect()
    }

    /// The environment that an object is for: the directories of its file name it, or words
    /// of the names of both, and nothing names another.
    pub(crate) fn of_object(file: &str, name: &str) -> Option<Self> {
        let (directories, file) = file.rsplit_once('/').unwrap_or(("", file));
        let names = [file, name].map(str::to_ascii_lowercase);
        let words = names.iter().flat_map(|it| Self::sure_words(it)).filter_map(Self::named);
        only(directories.split('/').filter_map(Self::directory).chain(words))
    }

    /// The words of a name in lower case that are sure to mean an environment.
    pub(crate) fn sure_words(name: &str) -> impl Iterator<Item = &str> {
        name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| SURE.contains(it))
    }

    fn directory(name: &str) -> Option<Self> {
        Self::named(&name.to_ascii_lowercase())
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

/// The one of a list that holds no other.
pub(crate) fn only(environments: impl IntoIterator<Item = Environment>) -> Option<Environment> {
    let mut all = environments.into_iter();
    let first = all.next()?;
    all.all(|it| it == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_them_by_directories_and_words_of_files() {
        let only = |path: &str| only(Environment::along(path));
        assert_eq!(only("clusters/Prod/web.yaml"), Some(Environment(0)));
        assert_eq!(only("chart/values-stg.yml"), Some(Environment(1)));
        assert_eq!(only("prod/web"), Some(Environment(0)));
        assert_eq!(only("clusters/prod/web-staging.yaml"), None);
        assert_eq!(only("production-ready/live-demo"), None);
    }

    #[test]
    fn objects_are_for_what_their_directories_or_sure_words_say() {
        assert_eq!(Environment::of_object("apps/shop-prod.yaml", "shop"), Some(Environment(0)));
        assert_eq!(Environment::of_object("qa/a.yaml", "web"), Some(Environment(4)));
        assert_eq!(Environment::of_object("apps/a.yaml", "smoke-test"), None);
        assert_eq!(Environment::of_object("prod/a.yaml", "live-chat"), Some(Environment(0)));
        assert_eq!(Environment::of_object("prod/a.yaml", "shop-DEV"), None);
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(Environment::within("shop-STG.example.com"), [Environment(1)]);
        assert_eq!(Environment::within("device.latest.example.com"), []);
        assert_eq!(Environment::within("prod-to-dev"), [Environment(0), Environment(2)]);
    }
}
