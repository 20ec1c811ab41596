//! Reads the charts that discovery found.

use std::sync::Arc;

use seatrial_helm::{HelmVersion, Loader, Metadata};
use seatrial_source::{FileId, SourceMap, Span, TreePath};

use super::TreeChart;
use super::away::Away;
use super::layers::{LAYERS_MAX, ValuesFile, layers, read_by, strangers};
use crate::request::Request;

/// A chart as discovery found it.
pub(crate) struct Found<'a> {
    pub(crate) path: TreePath,
    pub(crate) file: FileId,
    /// The values files that lie in it.
    pub(crate) values: Vec<ValuesFile<'a>>,
}

/// Loads a chart with everything in it; its texts become sources.
pub(crate) fn load(found: &Found<'_>, request: &Request<'_>, sources: &mut SourceMap) -> TreeChart {
    let files = request.files;
    let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
    let loaded = Loader { files, register: &mut register, helm: HelmVersion::default(), alone: None }
        .directory(&found.path);
    let metadata = loaded.chart.as_ref().map(|it| &it.metadata);
    let declared = metadata.into_iter().flat_map(Metadata::declared);
    let keys: Vec<String> = declared.map(|it| it.key().to_owned()).collect();
    let read = loaded.chart.as_ref().map(read_by).unwrap_or_default();
    let mut layers = layers(&found.path, &keys, &read, &found.values);
    let strangers = strangers(&found.path, &layers, &found.values);
    let beyond = layers.split_off(layers.len().min(LAYERS_MAX));
    let away =
        loaded.chart.as_ref().map_or_else(Away::default, |chart| Away::of(chart, files, &loaded.remotes));
    TreeChart {
        path: found.path.clone(),
        file: found.file,
        has_values: loaded.chart.as_ref().is_some_and(|it| it.values.is_some()),
        chart: loaded.chart,
        problems: loaded.problems,
        layers,
        strangers,
        beyond,
        cluster: request.cluster.clone(),
        away,
        remotes: loaded.remotes,
    }
}

/// Loads a chart that was fetched for an entry of a file and lies unpacked in a
/// directory. An error says why not.
pub(crate) fn load_fetched(
    directory: &TreePath,
    (path, entry): (&TreePath, Span),
    request: &Request<'_>,
    sources: &mut SourceMap,
) -> Result<TreeChart, String> {
    let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
    let files = request.files;
    let loaded = Loader { files, register: &mut register, helm: HelmVersion::default(), alone: None }
        .directory(directory);
    let problem = loaded.problems.iter().find(|it| it.is_fatal).map(|it| it.message.clone());
    let chart = match (loaded.chart, problem) {
        (Some(chart), None) => chart,
        (_, problem) => return Err(problem.unwrap_or_else(|| "it is no chart".to_owned())),
    };
    Ok(TreeChart {
        path: directory.clone(),
        file: chart.metadata_file.unwrap_or(entry.file),
        has_values: chart.values.is_some(),
        away: Away::whole(&chart, path, entry),
        chart: Some(chart),
        problems: Vec::new(),
        layers: Vec::new(),
        strangers: Vec::new(),
        beyond: Vec::new(),
        cluster: request.cluster.clone(),
        remotes: Vec::new(),
    })
}
