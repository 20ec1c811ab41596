//! Ranges of versions that objects of Flux follow: those that Flux cannot read,
//! and those that no tag of this repository lies in.

use std::collections::BTreeMap;

use seatrial_helm::semver::{Constraint, Version};
use seatrial_model::IdleRange;

use super::super::here::Here;
use super::{is_literal, word};
use crate::units::{DraftObject, Drafts};

/// Of more ranges, only the first are looked at.
const RANGES_MAX: usize = 1000;

/// The ranges that come to nothing.
pub(crate) fn idle_ranges(drafts: &Drafts, here: &Here<'_>) -> BTreeMap<String, IdleRange> {
    let mut found = BTreeMap::new();
    let mut versions = None;
    let objects = drafts.iter().flat_map(|it| &it.objects).filter(|it| it.is_gitops);
    let ranges = objects.filter_map(|it| Range::of(it, here));
    for range in ranges.take(RANGES_MAX) {
        let idle = match Constraint::parse(range.text) {
            Err(error) => IdleRange::Unreadable(error.to_string()),
            Ok(constraint) if range.is_of_tags => {
                let versions = versions.get_or_insert_with(|| tagged(here));
                if versions.is_empty() || versions.iter().any(|it| constraint.matches(it)) {
                    continue;
                }
                IdleRange::WithoutTag
            }
            Ok(_) => continue,
        };
        found.insert(range.text.to_owned(), idle);
    }
    found
}

/// The versions that this repository has tags of.
fn tagged(here: &Here<'_>) -> Vec<Version> {
    let versions = here.refs().map(|it| it.strip_prefix('v').unwrap_or(it));
    versions.filter_map(|it| Version::parse_strict(it).ok()).collect()
}

struct Range<'a> {
    text: &'a str,
    /// Whether it is compared with the tags of this repository.
    is_of_tags: bool,
}

impl<'a> Range<'a> {
    fn of(object: &'a DraftObject, here: &Here<'_>) -> Option<Self> {
        let (group, kind) = (object.identity.group(), object.identity.kind());
        let spec = object.source.stream.node(object.source.root).get("spec")?;
        let mut is_of_tags = false;
        let text = match (group, kind) {
            ("source.toolkit.fluxcd.io", "GitRepository" | "OCIRepository") => {
                is_of_tags = kind == "GitRepository" && word(spec, "url").is_some_and(|it| here.is_here(it));
                word(spec.get("ref")?, "semver")?
            }
            ("helm.toolkit.fluxcd.io", "HelmRelease") => of_chart(spec.get("chart")?.get("spec")?)?,
            ("source.toolkit.fluxcd.io", "HelmChart") => of_chart(spec)?,
            _ => return None,
        };
        is_literal(text).then_some(Self { text, is_of_tags })
    }
}

/// Charts of other sources have the version that stands in them.
fn of_chart(spec: seatrial_yaml::Node<'_>) -> Option<&str> {
    let source = spec.get("sourceRef").and_then(|it| word(it, "kind"));
    word(spec, "version").filter(|_| source == Some("HelmRepository"))
}
