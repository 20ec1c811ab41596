//! What Compose files define, and which of them are put together.

use std::collections::BTreeSet;

use seatrial_source::TreePath;
use seatrial_yaml::Node;

use super::ComposeFile;

/// What has a name at the top of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Service,
    Network,
    Volume,
    Secret,
    Config,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Service, Self::Network, Self::Volume, Self::Secret, Self::Config];

    /// The key at the top.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::Network => "networks",
            Self::Volume => "volumes",
            Self::Secret => "secrets",
            Self::Config => "configs",
        }
    }

    pub(super) fn word(self) -> &'static str {
        self.key().trim_end_matches('s')
    }
}

/// The names of all files, each with its directory.
#[derive(Debug)]
pub(super) struct Names {
    defined: BTreeSet<(Option<TreePath>, Kind, String)>,
    /// Whether files include each other, from anywhere.
    is_one: bool,
}

impl Names {
    pub(super) fn of(files: &[ComposeFile<'_>]) -> Self {
        let mut defined = BTreeSet::new();
        for file in files {
            for (kind, section) in sections(file) {
                let names = section.entries().map(|it| (file.path.parent(), kind, it.name().into_owned()));
                defined.extend(names);
            }
        }
        let is_one = files.iter().flat_map(ComposeFile::roots).any(|it| it.get("include").is_some());
        Self { defined, is_one }
    }

    /// Whether a file that may be put together with this one defines a name.
    pub(super) fn has(&self, file: &ComposeFile<'_>, kind: Kind, name: &str) -> bool {
        let directory = file.path.parent();
        let is = |it: &&(Option<TreePath>, Kind, String)| it.1 == kind && it.2 == name;
        self.defined.iter().filter(is).any(|it| self.is_one || it.0 == directory)
    }

    /// The names of a kind that may be meant in a file.
    pub(super) fn all<'a>(&'a self, file: &ComposeFile<'_>, kind: Kind) -> impl Iterator<Item = &'a str> {
        let directory = file.path.parent();
        let near = move |it: &&(Option<TreePath>, Kind, String)| it.1 == kind && it.0 == directory;
        self.defined.iter().filter(near).map(|it| it.2.as_str())
    }
}

fn sections<'a>(file: &ComposeFile<'a>) -> Vec<(Kind, Node<'a>)> {
    let of_root =
        |root: Node<'a>| Kind::ALL.into_iter().filter_map(move |kind| Some((kind, root.get(kind.key())?)));
    file.roots().flat_map(of_root).collect()
}
