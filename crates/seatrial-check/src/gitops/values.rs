//! The values files that an Argo CD source names: which repository each is
//! looked up in, and where in it.

use seatrial_model::{Field, Origins};
use seatrial_source::TreePath;

use super::{Source, is_literal};
use crate::World;

/// What stands before a path that another source holds: `$name/...`.
const SIGIL: char = '$';
const WILDCARDS: &[char] = &['*', '?', '['];

/// A values file as a source names it.
pub(crate) struct NamedValues<'a> {
    /// The entry of `valueFiles`.
    pub(crate) field: Field<'a>,
    /// What it says.
    pub(crate) written: &'a str,
}

/// Where a values file is looked up.
pub(crate) enum Holder<'s, 'a> {
    /// The source that names it, or the one of the name in front.
    Source(&'s Source<'a>),
    /// A source of this name, and there is none.
    Absent(&'a str),
}

impl<'a> NamedValues<'a> {
    /// Those of a source that can be told: an address is none of them, nor
    /// what a program fills in.
    pub(crate) fn of(source: &Source<'a>) -> Vec<Self> {
        let helm = source.field.key("helm");
        let files = helm.iter().flat_map(|it| it.list("valueFiles"));
        let named = files.filter_map(|field| Some(Self { written: field.as_str()?, field }));
        let is_told = |it: &Self| {
            let rest = it.written.strip_prefix(SIGIL).unwrap_or(it.written);
            !it.written.is_empty() && is_literal(rest) && !it.written.contains("://")
        };
        named.filter(is_told).collect()
    }

    /// Whether Argo CD goes on without it.
    pub(crate) fn is_optional(source: &Source<'_>) -> bool {
        source.field.key("helm").is_some_and(|it| it.flag("ignoreMissingValueFiles"))
    }

    /// Whether any file that fits is meant.
    pub(crate) fn is_pattern(&self) -> bool {
        self.written.contains(WILDCARDS)
    }

    /// The source that it is looked up in, among all of its application.
    pub(crate) fn holder<'s>(&self, own: &'s Source<'a>, all: &'s [Source<'a>]) -> Holder<'s, 'a> {
        let Some(name) = self.reference() else { return Holder::Source(own) };
        let named = all.iter().find(|it| it.field.text("ref") == Some(name));
        named.map_or(Holder::Absent(name), Holder::Source)
    }

    /// The name of the source that it is looked up in, where one is written.
    fn reference(&self) -> Option<&'a str> {
        let name = self.written.strip_prefix(SIGIL)?.split('/').next()?;
        let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
        // What Argo CD itself fills in is no name of a source.
        let is_filled_in = name.starts_with("ARGOCD_");
        (!name.is_empty() && name.chars().all(is_name) && !is_filled_in).then_some(name)
    }

    /// The path from the tree's top, wildcards included; none where it leads
    /// out of the repository, or where Argo CD would fill something in.
    pub(crate) fn path(&self, origins: &Origins, holder: &Source<'_>) -> Option<TreePath> {
        if let Some(rest) = self.written.strip_prefix(SIGIL) {
            self.reference()?;
            return origins.path(rest.split_once('/')?.1);
        }
        if self.written.starts_with('/') {
            return origins.path(self.written);
        }
        let directory = origins.path(holder.literal("path")?)?;
        let path = directory.join(self.written)?;
        path.is_within(&origins.top).then_some(path)
    }
}

/// The files of the tree that a path with wildcards fits.
pub(crate) fn fitting<'w>(world: &World<'w>, pattern: &TreePath) -> Vec<&'w TreePath> {
    let Ok(glob) = seatrial_model::path_glob(pattern.as_str()) else { return Vec::new() };
    let matcher = glob.compile_matcher();
    world.repository.facts.files.iter().filter(|it| matcher.is_match(it.as_str())).collect()
}
