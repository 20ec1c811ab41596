//! The version that a chart says its application has, beside the image that it runs.

use std::borrow::Cow;

use seatrial_diagnostics::{Location, Notice, UnitId};
use seatrial_yaml::{Node, Stream};

use super::{Charts, TreeChart};
use crate::checks::APP_VERSION_UNLIKE_IMAGE;

/// Nesting of objects that is looked into.
const DEPTH_MAX: usize = 24;

impl Charts {
    /// Charts whose own values run another version than they say.
    pub(super) fn version_notices(&self, made: &[&Stream]) -> Vec<Notice> {
        let mut found = Vec::new();
        let parts = self.parts_of_others();
        for (at, (unit, &id)) in self.units.iter().zip(&self.ids).enumerate() {
            let chart = &self.all[unit.chart];
            let is_own = unit.files.is_empty() && unit.release.is_plain() && unit.is_complete();
            if is_own && !parts.contains(&unit.chart) {
                let texts =
                    made.iter().filter(|it| self.by_text.get(&it.file()).is_some_and(|by| by.0 == at));
                found.extend(notice(chart, id, texts.copied()));
            }
        }
        found
    }
}

fn notice<'a>(chart: &TreeChart, unit: UnitId, texts: impl Iterator<Item = &'a Stream>) -> Option<Notice> {
    let loaded = chart.chart.as_ref().filter(|_| chart.away.named_in().is_none())?;
    let metadata = &loaded.metadata;
    let (version, span) = (metadata.app_version.text.as_str(), metadata.app_version.span?);
    let mut images: Vec<Cow<'a, str>> = Vec::new();
    for root in texts.flat_map(Stream::roots) {
        collect(root, DEPTH_MAX, &mut images);
    }
    images.sort();
    images.dedup();
    let parsed: Vec<(&str, &str)> = images.iter().filter_map(|it| name_and_tag(it)).collect();
    let named = parsed.iter().find(|(name, _)| *name == metadata.name.text);
    let only = || parsed.first().filter(|_| images.len() == 1);
    let &(name, tag) = named.or_else(only)?;
    if !differ(version, tag) {
        return None;
    }
    let message = format!("chart {} says version `{version}` and runs `{name}:{tag}`", metadata.name.text);
    Some(
        Notice::new(&APP_VERSION_UNLIKE_IMAGE, Location::text(span), message)
            .help("write the version that the image has, or let the image's tag be `.Chart.AppVersion`")
            .in_unit(unit),
    )
}

/// The images of containers below a node.
fn collect<'a>(node: Node<'a>, depth: usize, images: &mut Vec<Cow<'a, str>>) {
    if depth == 0 || node.is_alias() {
        return;
    }
    node.items().for_each(|it| collect(it, depth - 1, images));
    for entry in node.written_entries() {
        if entry.name() == "containers" {
            let found = entry.value.items().filter_map(|it| it.get("image")?.scalar_text());
            images.extend(found);
        } else {
            collect(entry.value, depth - 1, images);
        }
    }
}

/// The last part of an image's path, and its tag.
fn name_and_tag(image: &str) -> Option<(&str, &str)> {
    let image = image.split('@').next().unwrap_or_default();
    let last = image.rsplit('/').next().unwrap_or_default();
    last.split_once(':')
}

/// Whether two versions of the same shape are not the same.
fn differ(one: &str, other: &str) -> bool {
    let (one, other) = (bare(one), bare(other));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let (a, b): (Vec<&str>, Vec<&str>) = (one.split('.').collect(), other.split('.').collect());
    let are_alike = a.len() > 1 && a.len() == b.len() && a.iter().chain(&b).all(|it| is_number(it));
    are_alike && a != b
}

/// A version without `v` and without what an image's variant is called.
fn bare(version: &str) -> &str {
    let version = version.strip_prefix('v').unwrap_or(version);
    version.split(['-', '+', '_']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_of_one_shape_differ() {
        for (one, other, expected) in [
            ("1.2.3", "1.2.4", true),
            ("v1.2.3", "1.2.3", false),
            ("1.2.3", "1.2.3-alpine", false),
            ("1.2.3", "1.2", false),
            ("1.2.3", "latest", false),
            ("2026", "2025", false),
        ] {
            assert_eq!(differ(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn images_have_a_name_and_a_tag() {
        assert_eq!(name_and_tag("host:5000/a/web:1.2@sha256:0"), Some(("web", "1.2")));
        assert_eq!(name_and_tag("host:5000/a/web"), None);
    }
}
