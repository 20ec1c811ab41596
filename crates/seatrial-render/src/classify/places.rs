//! What the directory of a file says about it: fixture, example, or neither.

use std::collections::BTreeSet;

use seatrial_source::TreePath;

/// Names of directories that hold inputs of tests, whatever is around them.
const FIXTURES: &[&str] = &[
    "testdata",
    "_testdata",
    "testfiles",
    "test-files",
    "test_files",
    "invalid-examples",
    "test-data",
    "test_data",
    "fixtures",
    "fixture",
    "__fixtures__",
    "__tests__",
    "__snapshots__",
    "goldens",
    "mocks",
    "__mocks__",
    "kuttl",
    "chainsaw",
    ".chainsaw-test",
    ".kyverno-test",
    "chainsaw-test",
    "chainsaw-tests",
    "conformance",
];

/// Names that mean tests, unless they stand beside other environments.
const TESTS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "e2e",
    "e2e-test",
    "e2e-tests",
    "e2e_tests",
    "integration-test",
    "integration-tests",
    "integration_tests",
];

/// Directories of CI systems: what they hold is handed to a job.
const CI: &[&str] =
    &[".github", ".gitlab", ".circleci", ".buildkite", ".azure-pipelines", ".tekton-ci", ".prow"];

/// Siblings that show that `test` is an environment.
const ENVIRONMENTS: &[&str] = &[
    "prod",
    "production",
    "prd",
    "live",
    "dev",
    "develop",
    "development",
    "staging",
    "stage",
    "stg",
    "qa",
    "uat",
    "int",
    "preprod",
    "acceptance",
    "acc",
    "base",
];

/// Names of directories whose manifests are shown rather than deployed.
const EXAMPLES: &[&str] = &[
    "hack",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "archive",
    "archived",
    "_archive",
    "_archived",
    "deprecated",
    "attic",
    "old",
    "backup",
    "backups",
    "examples",
    "example",
    "samples",
    "sample",
    "docs",
    "doc",
    "documentation",
];

/// Whether the name of a directory says that its manifests are shown, or that
/// they are those of before: `BACKUPS`, `manifests-old`.
fn shows_examples(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    EXAMPLES.contains(&name.as_str()) || name.ends_with("-old") || name.ends_with("_old")
}

/// Words for what is not used any more; with a mark before them only a person
/// who put it away calls a directory so.
const SET_ASIDE: &[&str] = &[
    "archive",
    "archived",
    "archives",
    "attic",
    "deprecated",
    "disabled",
    "old",
    "retired",
    "trash",
    "unused",
];
/// Those that say so without a mark.
const SET_ASIDE_PLAIN: &[&str] = &["archive", "archived", "attic"];

/// Whether the name of a directory says that it was set aside.
pub(crate) fn is_set_aside(name: &str) -> bool {
    let word = name.strip_prefix(['.', '_']);
    word.is_some_and(|it| SET_ASIDE.contains(&it)) || SET_ASIDE_PLAIN.contains(&name)
}

/// Answers for the directories of one tree, below the path that a person
/// pointed at: what was asked for by name is no fixture.
pub(crate) struct Places {
    scope: TreePath,
    root: TreePath,
    environments: BTreeSet<TreePath>,
}

impl Places {
    /// Looks at all directories once.
    pub(crate) fn new(root: &TreePath, scope: &TreePath, directories: &[TreePath]) -> Self {
        let with_environments =
            directories.iter().filter(|it| ENVIRONMENTS.contains(&it.name())).filter_map(TreePath::parent);
        Self { scope: scope.clone(), root: root.clone(), environments: with_environments.collect() }
    }

    /// The topmost directory on the way to `directory` that holds test
    /// fixtures or the inputs of a CI job.
    pub(crate) fn fixture(&self, directory: &TreePath) -> Option<TreePath> {
        let asked = self.asked(directory);
        ancestors_below(directory, asked).into_iter().find(|it| self.is_fixture(it))
    }

    /// The topmost directory on the way to `directory` that was set aside.
    pub(crate) fn set_aside(&self, directory: &TreePath) -> Option<TreePath> {
        let asked = self.asked(directory);
        ancestors_below(directory, asked).into_iter().find(|it| is_set_aside(it.name()))
    }

    /// Whether a directory lies below one that shows examples.
    pub(crate) fn is_example(&self, directory: &TreePath) -> bool {
        let asked = self.asked(directory);
        ancestors_below(directory, asked).iter().any(|it| shows_examples(it.name()))
    }

    fn asked(&self, directory: &TreePath) -> &TreePath {
        let below_scope = directory.is_within(&self.scope) && self.scope.is_within(&self.root);
        // A scope that is a file stands for the directory that holds it.
        let names_it = self.scope.parent().is_some_and(|parent| parent == *directory);
        if names_it {
            // Nothing below the scope's own directory is in doubt.
            return &self.scope;
        }
        if below_scope { &self.scope } else { &self.root }
    }

    fn is_fixture(&self, directory: &TreePath) -> bool {
        let name = directory.name();
        if FIXTURES.contains(&name) || CI.contains(&name) {
            return true;
        }
        let beside_environments = || {
            directory
                .parent()
                .is_some_and(|parent| self.environments.contains(&parent) || is_overlays(&parent))
        };
        TESTS.contains(&name) && !beside_environments()
    }
}

/// Directories whose children are environments by convention.
fn is_overlays(directory: &TreePath) -> bool {
    let names = ["overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "stages"];
    names.contains(&directory.name())
}

/// `directory` and what is above it, without `top` and above, topmost first.
fn ancestors_below(directory: &TreePath, top: &TreePath) -> Vec<TreePath> {
    let mut found = Vec::new();
    let mut next = Some(directory.clone());
    while let Some(path) = next {
        if !path.is_within(top) || path == *top {
            break;
        }
        next = path.parent();
        found.push(path);
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(scope: &str, directories: &[&str], asked: &str) -> Option<String> {
        let directories: Vec<TreePath> = directories.iter().map(|it| TreePath::new(it)).collect();
        let places = Places::new(&TreePath::top(), &TreePath::new(scope), &directories);
        places.fixture(&TreePath::new(asked)).map(|it| it.to_string())
    }

    #[test]
    fn test_directories_hold_fixtures() {
        assert_eq!(fixture("", &[], "pkg/testdata/a"), Some("pkg/testdata".to_owned()));
        assert_eq!(fixture("", &[], "test/e2e/app"), Some("test".to_owned()));
        let chainsaw = "policies/.chainsaw-test";
        assert_eq!(fixture("", &[], "policies/.chainsaw-test/resources"), Some(chainsaw.to_owned()));
        assert_eq!(fixture("", &[], "a/.kyverno-test/b"), Some("a/.kyverno-test".to_owned()));
        assert_eq!(fixture("", &[], "cli/_testdata/a"), Some("cli/_testdata".to_owned()));
        assert_eq!(fixture("", &[], "k8s"), None);
    }

    #[test]
    fn samples_and_what_was_before_are_shown_only() {
        let is_example = |path: &str| {
            let places = Places::new(&TreePath::top(), &TreePath::top(), &[]);
            places.is_example(&TreePath::new(path))
        };
        for path in ["docs/web", "Examples", "BACKUPS/2025", "app/manifests-old/web"] {
            assert!(is_example(path), "{path}");
        }
        for path in ["k8s/web", "velero-backup", "old-faithful"] {
            assert!(!is_example(path), "{path}");
        }
    }

    #[test]
    fn an_environment_called_test_is_none() {
        assert_eq!(fixture("", &[], "k8s/overlays/test"), None);
        assert_eq!(fixture("", &["deploy/prod", "deploy/test"], "deploy/test"), None);
    }

    #[test]
    fn what_was_asked_for_is_none() {
        assert_eq!(fixture("test/e2e", &[], "test/e2e"), None);
        assert_eq!(fixture("test/e2e", &[], "test/e2e/app"), None);
        assert_eq!(fixture("test/a.yaml", &[], "test"), None);
        assert_eq!(fixture("k8s", &[], "test"), Some("test".to_owned()));
    }
}
