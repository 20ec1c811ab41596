//! Which files are looked at and what for, decided before any is read.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use seatrial_source::TreePath;

use crate::classify::name::{self, NameKind};
use crate::classify::places::Places;
use crate::intake::PIECE;
use crate::walk::{FoundFile, Walk};

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileRole {
    Kustomization,
    Chart,
    Values,
    Compose,
    Helmfile,
    /// YAML or JSON that may hold manifests.
    Manifest,
    /// Another program's template, and why it is not rendered.
    Generator(&'static str),
    /// A program or script that may create objects.
    Program,
}

/// A file worth reading.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) path: TreePath,
    /// Whether it is shown through a link.
    pub(crate) is_link: bool,
    pub(crate) role: FileRole,
    /// The topmost directory around it that holds fixtures.
    pub(crate) fixture: Option<TreePath>,
    /// The topmost directory around it that was set aside.
    pub(crate) set_aside: Option<TreePath>,
}

/// What is known of a directory before a file of it is read.
#[derive(Clone, Debug, Default)]
struct Place {
    chart: Option<TreePath>,
    fixture: Option<TreePath>,
    set_aside: Option<TreePath>,
}

/// Files to read and the charts of the tree.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Sorted by path.
    pub(crate) candidates: Vec<Candidate>,
    /// Directories of charts that are no part of another chart, sorted.
    pub(crate) charts: Vec<TreePath>,
    /// Links that lead nowhere and stand where a file would be read.
    pub(crate) dangling: Vec<(TreePath, String)>,
}

impl Layout {
    pub(crate) fn new(walk: &Walk, places: &Places) -> Self {
        let charts = charts(walk);
        let known = places_of(walk, places, &charts);
        let mut layout = Self { charts, ..Self::default() };
        let place_of = |path: &TreePath| {
            let directory = path.as_str().rsplit_once('/').map_or("", |(directory, _)| directory);
            // A file that a link shows may stand in a directory that is not walked.
            known.get(directory).cloned().unwrap_or_default()
        };
        for link in &walk.dangling {
            let place = place_of(&link.0);
            let role = role(&link.0, place.chart.as_ref()).filter(|_| place.fixture.is_none());
            if role.is_some_and(|role| !matches!(role, FileRole::Generator(_) | FileRole::Program)) {
                layout.dangling.push(link.clone());
            }
        }
        let candidate = |file: &FoundFile| {
            let place = place_of(&file.path);
            let role = role(&file.path, place.chart.as_ref())?;
            let (path, is_link) = (file.path.clone(), file.is_link);
            let Place { fixture, set_aside, .. } = place;
            let set_aside = set_aside.filter(|_| fixture.is_none());
            Some(Candidate { path, is_link, role, fixture, set_aside })
        };
        layout.candidates = walk.files.par_iter().with_min_len(PIECE).filter_map(candidate).collect();
        layout
    }
}

fn charts(walk: &Walk) -> Vec<TreePath> {
    let files = walk.files.iter().filter(|file| file.path.name() == "Chart.yaml");
    let mut charts: Vec<TreePath> = Vec::new();
    let mut directories: Vec<TreePath> = files.filter_map(|file| file.path.parent()).collect();
    // A parent sorts before what lies below it.
    directories.sort();
    for directory in directories {
        let inner = charts.iter().rev().any(|it| directory.below(it).is_some_and(is_chart_part));
        if !inner {
            charts.push(directory);
        }
    }
    charts
}

/// Whether a path below a chart belongs to that chart and is not looked at alone.
fn is_chart_part(below: &str) -> bool {
    let first = below.split('/').next().unwrap_or_default();
    matches!(first, "templates" | "crds" | "charts" | "files") && below.contains('/')
}

fn places_of<'a>(walk: &'a Walk, places: &Places, charts: &[TreePath]) -> FxHashMap<&'a str, Place> {
    let mut known: FxHashMap<&str, Place> = FxHashMap::default();
    for directory in &walk.directories {
        let parent = directory.as_str().rsplit_once('/').map_or("", |(parent, _)| parent);
        let mut place = known.get(parent).cloned().unwrap_or_default();
        if charts.binary_search(directory).is_ok() {
            place.chart = Some(directory.clone());
        }
        if place.fixture.is_none() {
            place.fixture = places.fixture(directory);
        }
        if place.set_aside.is_none() {
            place.set_aside = places.set_aside(directory);
        }
        known.insert(directory.as_str(), place);
    }
    known
}

fn role(path: &TreePath, chart: Option<&TreePath>) -> Option<FileRole> {
    if let Some(below) = chart.and_then(|chart| path.below(chart)) {
        if is_chart_part(below) {
            return None;
        }
        if name::is_values(below) {
            return Some(FileRole::Values);
        }
    }
    Some(match name::kind_of(path) {
        NameKind::Kustomization => FileRole::Kustomization,
        NameKind::Chart => FileRole::Chart,
        NameKind::Compose => FileRole::Compose,
        NameKind::Helmfile => FileRole::Helmfile,
        NameKind::Yaml | NameKind::Json => FileRole::Manifest,
        NameKind::Generator(reason) => FileRole::Generator(reason),
        NameKind::Program => FileRole::Program,
        NameKind::Other => return None,
    })
}
