//! Which values files a chart may be deployed with.

use rustc_hash::FxHashSet;
use seatrial_helm::Chart;
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::{Node, Stream};

/// More values files than this of one chart are not told apart.
pub(crate) const LAYERS_MAX: usize = 24;

/// Keys that mean something in the values of every chart.
const COMMON: &[&str] = &["global", "tags", "enabled"];

/// A values file beside a chart's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) file: FileId,
    /// Its path from the chart's directory, as the unit's name tells it.
    pub(crate) name: String,
}

/// What is known of a values file.
pub(crate) struct ValuesFile<'a> {
    pub(crate) path: &'a TreePath,
    pub(crate) stream: &'a Stream,
}

/// The files that may be layered over a chart's own values, in the order of
/// their paths: those that speak of the same things, or of what templates read
/// and the chart's own values leave out.
pub(crate) fn layers(
    chart: &TreePath,
    dependencies: &[String],
    read: &FxHashSet<String>,
    files: &[ValuesFile<'_>],
) -> Vec<Layer> {
    let own = chart.join("values.yaml");
    let is_own = |file: &&ValuesFile<'_>| own.as_ref() == Some(file.path);
    let mut known: FxHashSet<String> = dependencies.iter().cloned().collect();
    known.extend(files.iter().filter(is_own).flat_map(|file| keys(file.stream)));
    let others = files.iter().filter(|file| !is_own(file));
    let shares = |file: &&ValuesFile<'_>| {
        let mut keys = keys(file.stream).into_iter();
        let is_own_word = |key: &str| !COMMON.contains(&key);
        keys.any(|key| known.contains(&key) || is_own_word(&key) && (known.is_empty() || read.contains(&key)))
    };
    let layer = |file: &ValuesFile<'_>| {
        let name = file.path.below(chart)?.to_owned();
        Some(Layer { file: file.stream.file(), name })
    };
    others.filter(shares).filter_map(layer).collect()
}

/// What templates of a chart read of the values, by the names at the top.
pub(crate) fn read_by(chart: &Chart) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    for template in &chart.templates {
        for read in template.content.text().split(".Values.").skip(1) {
            let end = read.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(read.len());
            if !found.contains(&read[..end]) {
                found.insert(read[..end].to_owned());
            }
        }
    }
    found
}

/// The files with keys that are none of these.
pub(crate) fn strangers(chart: &TreePath, layers: &[Layer], files: &[ValuesFile<'_>]) -> Vec<TreePath> {
    let own = chart.join("values.yaml");
    let is_layer = |file: &ValuesFile<'_>| layers.iter().any(|it| it.file == file.stream.file());
    let others = files.iter().filter(|file| own.as_ref() != Some(file.path) && !is_layer(file));
    others.filter(|file| !keys(file.stream).is_empty()).map(|file| file.path.clone()).collect()
}

/// The names of a file's top level.
fn keys(stream: &Stream) -> Vec<String> {
    let entries = stream.roots().filter(|root| root.is_mapping()).flat_map(Node::written_entries);
    entries.map(|entry| entry.name().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use seatrial_yaml::{Dialect, Limits, parse};

    use super::*;

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let parsed: Vec<(TreePath, Stream)> = (0..)
            .zip(files)
            .map(|(id, (path, text))| {
                let stream = parse(FileId(id), (*text).into(), Dialect::GoYaml2, &Limits::default());
                (TreePath::new(path), stream)
            })
            .collect();
        let files: Vec<ValuesFile<'_>> =
            parsed.iter().map(|(path, stream)| ValuesFile { path, stream }).collect();
        let found = layers(
            &TreePath::new("web"),
            &["db".to_owned()],
            &["port".to_owned()].into_iter().collect(),
            &files,
        );
        found.into_iter().map(|layer| layer.name).collect()
    }

    #[test]
    fn a_file_is_a_layer_when_it_speaks_of_the_same_things() {
        let found = names(&[
            ("web/values.yaml", "image: a\nreplicas: 1\n"),
            ("web/values-prod.yaml", "replicas: 3\n"),
            ("web/ci/db-values.yaml", "db: {enabled: false}\n"),
            ("web/environments/other.yaml", "terraform: {}\n"),
            ("web/values-empty.yaml", "# nothing\n"),
            ("web/values-port.yaml", "port: 80\n"),
        ]);
        assert_eq!(found, ["values-prod.yaml", "ci/db-values.yaml", "values-port.yaml"]);
    }
}
