//! The kustomization that Flux makes for a directory without one: every
//! manifest below it, and directories with a kustomization as they are.

use std::collections::BTreeSet;

use seatrial_source::TreePath;

use super::super::here::Here;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// What Flux leaves out of an artifact unless it is told otherwise.
const LEFT_OUT: [&str; 10] = [
    ".drone.yml",
    ".flux.yaml",
    ".gitlab-ci.yml",
    ".goreleaser.yml",
    ".sops.yaml",
    ".travis.yml",
    "appveyor.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
];

/// Whether a directory has a kustomization of its own.
pub(super) fn has_kustomization(here: &Here<'_>, directory: &TreePath) -> bool {
    NAMES.iter().filter_map(|name| directory.join(name)).any(|it| here.has_file(&it))
}

/// What the kustomization of a directory lists, from there.
pub(super) fn resources(here: &Here<'_>, directory: &TreePath) -> Vec<String> {
    let files = here.below(directory);
    let own: BTreeSet<&str> = files
        .iter()
        .filter(|it| NAMES.contains(&it.name()))
        .filter_map(|it| below(it, directory)?.rsplit_once('/').map(|(directory, _)| directory))
        .collect();
    let mut listed = Vec::new();
    let mut entered: BTreeSet<&str> = BTreeSet::new();
    for file in files {
        let Some(path) = below(file, directory) else { continue };
        let outermost = path.match_indices('/').map(|(at, _)| &path[..at]).find(|it| own.contains(it));
        if let Some(directory) = outermost {
            if entered.insert(directory) {
                listed.push(directory.to_owned());
            }
        } else if is_manifest(path) {
            listed.push(path.to_owned());
        }
    }
    listed
}

fn below<'p>(path: &'p TreePath, directory: &TreePath) -> Option<&'p str> {
    if directory.as_str().is_empty() { Some(path.as_str()) } else { path.below(directory) }
}

fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_of_ci =
        path.starts_with(".github/") || path.starts_with(".circleci/") || path.starts_with(".git/");
    let is_yaml = name.rsplit_once('.').is_some_and(|(_, it)| it == "yaml" || it == "yml");
    is_yaml && !is_of_ci && !LEFT_OUT.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_with_a_kustomization_are_not_entered() {
        let mut files: Vec<TreePath> = [
            "apps/.sops.yaml",
            "apps/README.md",
            "apps/a/kustomization.yaml",
            "apps/a/x/deploy.yaml",
            "apps/b/deploy.yaml",
            "apps/b/inner/kustomization.yml",
            "apps/b/inner/more.yaml",
            "apps/ns.yml",
            "other/x.yaml",
        ]
        .into_iter()
        .map(TreePath::new)
        .collect();
        files.sort();
        let here = Here::new(None, &files);
        let found = resources(&here, &TreePath::new("apps"));
        assert_eq!(found, ["a", "b/deploy.yaml", "b/inner", "ns.yml"]);
        assert!(has_kustomization(&here, &TreePath::new("apps/a")));
        assert!(!has_kustomization(&here, &TreePath::new("apps")));
    }
}
