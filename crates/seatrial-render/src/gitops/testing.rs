//! Trees in memory that stand for a repository, and the units that objects of
//! Argo CD and Flux become in them.

use std::fmt::Write as _;

use seatrial_model::{KubernetesVersion, Object, Origins, SkipCode, Target, UnitKind};
use seatrial_source::{Completeness, MemoryFiles, TreePath};

use crate::{Rendering, Request, render};

/// A tree that no version control knows.
pub(super) fn rendered_alone(files: &[(&str, &str)]) -> Rendering {
    let files: MemoryFiles = files.iter().copied().collect();
    render(Request::new(&files, target()))
}

fn target() -> Target {
    Target { kubernetes: KubernetesVersion::DEFAULT, release: None, profile: "default".to_owned() }
}

/// A tree, rendered as the repository of an address.
pub(crate) fn rendered(url: &str, files: &[(&str, &str)]) -> Rendering {
    let files: MemoryFiles = files.iter().copied().collect();
    let origins = Origins {
        urls: vec![url.to_owned()],
        refs: Vec::new(),
        completeness: Completeness::Partial,
        top: TreePath::top(),
        covered: TreePath::top(),
        elsewhere: std::collections::BTreeMap::new(),
        absent_commits: std::collections::BTreeSet::new(),
        only_tags: std::collections::BTreeSet::new(),
        only_branches: std::collections::BTreeSet::new(),
    };
    render(Request { origins: Some(origins), ..Request::new(&files, target()) })
}

/// The units of a kind with their objects, one a line; then what is missing.
pub(super) fn deployed(rendering: &Rendering, kind: UnitKind, more: impl Fn(&Object) -> String) -> String {
    let mut out = String::new();
    for unit in rendering.repository.units.iter().filter(|it| it.kind == kind) {
        let objects = rendering.repository.bundle(unit.id).objects().iter();
        let titles =
            objects.map(|it| format!("{}/{}{}", it.namespace().unwrap_or("-"), it.title(), more(it)));
        let whole = if rendering.is_rendered(unit) { "" } else { " (not whole)" };
        let line = format!("{}{whole}: {}", unit.name, titles.collect::<Vec<_>>().join(", "));
        writeln!(out, "{}", line.trim_end()).expect("a string takes everything");
    }
    for skip in &rendering.repository.coverage.skipped {
        if matches!(skip.code, SkipCode::NotRendered | SkipCode::Remote) {
            writeln!(out, "{}: {}", skip.path, skip.reason).expect("a string takes everything");
        }
    }
    out
}
