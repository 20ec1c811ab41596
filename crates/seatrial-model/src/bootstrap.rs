//! What `flux bootstrap` writes into the repository that it has Flux follow.

use seatrial_source::TreePath;
use seatrial_yaml::Node;

use crate::ObjectSource;

/// What it calls the source.
const NAME: &str = "flux-system";
/// It writes two objects into the file; of a file with many only the first are read.
const DOCUMENTS_MAX: usize = 32;

/// Whether a `GitRepository` is the repository that it stands in, whatever address it
/// says: a fork and a copy keep that of the original. It is where a Kustomization beside it
/// applies the directory that holds them both. `place` is where it stands, and `to_tree`
/// gives a path of the repository as one of the tree.
pub fn follows_itself(
    source: &ObjectSource,
    place: &TreePath,
    to_tree: impl Fn(&str) -> Option<TreePath>,
) -> bool {
    let own = source.stream.node(source.root);
    if word(own.get("metadata"), "name") != Some(NAME) || word(Some(own), "kind") != Some("GitRepository") {
        return false;
    }
    let applied = source.stream.roots().take(DOCUMENTS_MAX).filter_map(applied_of_it);
    let mut directories = applied.filter_map(to_tree);
    directories.any(|it| !it.as_str().is_empty() && place.is_within(&it))
}

/// The path that a Kustomization of Flux applies of the source.
fn applied_of_it(root: Node<'_>) -> Option<&str> {
    let is_kustomization = word(Some(root), "apiVersion")?.starts_with("kustomize.toolkit.fluxcd.io/")
        && word(Some(root), "kind") == Some("Kustomization");
    let spec = root.get("spec").filter(|_| is_kustomization)?;
    let reference = spec.get("sourceRef")?;
    let is_of_it =
        word(Some(reference), "kind") == Some("GitRepository") && word(Some(reference), "name") == Some(NAME);
    word(Some(spec), "path").filter(|it| is_of_it && !it.contains("${"))
}

fn word<'a>(node: Option<Node<'a>>, key: &str) -> Option<&'a str> {
    node?.get(key)?.as_str()
}
