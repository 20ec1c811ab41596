//! What Compose files define, and which of them are put together.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::is_slip;
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

/// Names that are compared with each one that nothing defines.
const NAMES_MAX: usize = 4000;
/// Names that nothing defines and that are compared.
const SEARCHES_MAX: usize = 1000;

type Defined = BTreeMap<Kind, BTreeSet<String>>;

/// The names of all files, by directory.
#[derive(Debug)]
pub(super) struct Names {
    defined: BTreeMap<Option<TreePath>, Defined>,
    /// Those of all directories, where files include each other, from anywhere.
    all: Option<Defined>,
    /// Directories with a file that includes others.
    including: BTreeSet<Option<TreePath>>,
    searches_left: Cell<usize>,
}

impl Names {
    pub(super) fn of(files: &[ComposeFile<'_>]) -> Self {
        let includes = |it: &&ComposeFile<'_>| it.roots().any(|root| root.get("include").is_some());
        let including: BTreeSet<_> = files.iter().filter(includes).map(|it| it.path.parent()).collect();
        let mut defined: BTreeMap<Option<TreePath>, Defined> = BTreeMap::new();
        let mut all = (!including.is_empty()).then(Defined::new);
        for file in files {
            let near = defined.entry(file.path.parent()).or_default();
            for (kind, section) in sections(file) {
                for known in all.iter_mut().chain([&mut *near]) {
                    let names = section.entries().map(|it| it.name().into_owned());
                    known.entry(kind).or_default().extend(names);
                }
            }
        }
        Self { defined, all, including, searches_left: Cell::new(SEARCHES_MAX) }
    }

    /// Whether a file that may be put together with this one defines a name.
    pub(super) fn has(&self, file: &ComposeFile<'_>, kind: Kind, name: &str) -> bool {
        let known = self.all.as_ref().or_else(|| self.defined.get(&file.path.parent()));
        known.and_then(|it| it.get(&kind)).is_some_and(|it| it.contains(name))
    }

    /// Whether a file beside this one includes others, which may not be called
    /// Compose files: Compose puts an override over such a base by itself.
    pub(super) fn is_open(&self, file: &ComposeFile<'_>) -> bool {
        self.including.contains(&file.path.parent())
    }

    /// The name of a kind that may be meant in a file, as long as looking for it is
    /// little work.
    pub(super) fn meant(&self, file: &ComposeFile<'_>, kind: Kind, name: &str) -> Option<&str> {
        let known = self.defined.get(&file.path.parent())?.get(&kind)?;
        let left = self.searches_left.get().checked_sub(1).filter(|_| known.len() <= NAMES_MAX)?;
        self.searches_left.set(left);
        known.iter().map(String::as_str).find(|known| is_slip(name, known))
    }
}

fn sections<'a>(file: &ComposeFile<'a>) -> Vec<(Kind, Node<'a>)> {
    let of_root =
        |root: Node<'a>| Kind::ALL.into_iter().filter_map(move |kind| Some((kind, root.get(kind.key())?)));
    file.roots().flat_map(of_root).collect()
}
