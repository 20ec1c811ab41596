//! Compose files: what Compose would refuse, and what is surely not meant.
//! Nothing is converted or started, and no file that they name is read.

mod interpolation;
mod names;
mod ports;
mod references;
mod schema;
mod structure;
mod variables;

use seatrial_diagnostics::Notice;
use seatrial_source::TreePath;
use seatrial_yaml::{Node, Stream};

/// A Compose file of the tree.
#[derive(Clone, Copy, Debug)]
pub struct ComposeFile<'a> {
    /// The file.
    pub path: &'a TreePath,
    /// Its content.
    pub stream: &'a Stream,
}

impl<'a> ComposeFile<'a> {
    /// Its documents: Compose puts the later ones over the first.
    fn roots(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.stream.roots().filter(|it| it.is_mapping())
    }

    /// Its services by name, as long as they are mappings.
    fn services(&self) -> impl Iterator<Item = Service<'a>> + use<'a> {
        let services = self.roots().filter_map(|it| it.get("services")).flat_map(Node::entries);
        services.filter(|it| it.value.is_mapping()).map(|it| Service { name: it.name(), node: it.value })
    }
}

/// A service of a Compose file.
struct Service<'a> {
    name: std::borrow::Cow<'a, str>,
    node: Node<'a>,
}

impl Service<'_> {
    /// Whether it says itself what it runs.
    fn is_whole(&self) -> bool {
        ["image", "build", "extends", "provider"].iter().any(|it| self.node.get(it).is_some())
    }
}

/// Whether a file with a Compose file's name is one.
pub fn is_compose(stream: &Stream) -> bool {
    stream.roots().any(|root| {
        let has = |key| root.get(key).is_some();
        !has("apiVersion") && (has("services") || has("include"))
    })
}

/// What is wrong with the Compose files of a tree, in their order. Those that are
/// refused as YAML only lend their names to the others.
pub fn notices(files: &[ComposeFile<'_>]) -> Vec<Notice> {
    let names = names::Names::of(files);
    let variables = variables::Variables::of(files);
    let mut found = Vec::new();
    for file in files.iter().filter(|it| it.stream.is_accepted()) {
        let single = file.roots().count() == 1;
        for root in file.roots() {
            interpolation::judge(root, &mut found);
            structure::judge(root, &mut found);
            if single {
                references::judge(file, root, &names, &mut found);
            }
        }
        variables.judge(file, &mut found);
    }
    found
}

#[cfg(test)]
mod tests;
