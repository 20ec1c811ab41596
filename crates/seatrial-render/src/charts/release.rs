//! How a chart is deployed, besides its values files: what an object of
//! Argo CD or Flux says of the release.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_helm::{Argument, Options, ValuesFile, ValuesInput};
use seatrial_source::{FileId, SourceMap};

use super::layers::Layer;

/// One deployment of a chart.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Argo CD's or Flux's own")]
pub(crate) struct Release {
    /// What follows the path in the names of the texts that are made; of a
    /// chart with its values files alone nothing.
    pub(crate) label: String,
    /// The release's name; without one it is called as the chart.
    pub(crate) name: Option<String>,
    /// The release's namespace.
    pub(crate) namespace: String,
    /// The version of Kubernetes that it is made for, and what is served besides.
    pub(crate) kube_version: Option<String>,
    pub(crate) api_versions: Vec<String>,
    pub(crate) skips_schema: bool,
    pub(crate) skips_crds: bool,
    /// Whether it is rendered where templates find no cluster.
    pub(crate) is_apart: bool,
    /// Whether its values files stand in place of the chart's own.
    pub(crate) replaces_own: bool,
    /// Values that stand in the object itself, over those of the files.
    pub(crate) values: Vec<InlineValues>,
    /// Single values, in Helm's words: `--set`, `--set-string`, `--set-file`.
    pub(crate) set: Vec<Argument>,
    pub(crate) set_string: Vec<Argument>,
    pub(crate) set_file: Vec<Argument>,
    pub(crate) set_file_contents: BTreeMap<String, Result<Argument, String>>,
    /// Values that are not known here, each in words.
    pub(crate) lacks: Vec<String>,
}

/// Values inside another text, with the places they have there.
#[derive(Clone, Debug)]
pub(crate) struct InlineValues {
    pub(crate) file: FileId,
    /// The file's text with all else blanked.
    pub(crate) text: Arc<str>,
}

impl Release {
    /// Whether the chart is deployed with its values files and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        self.label.is_empty()
    }

    /// Everything that is handed over to the chart.
    pub(crate) fn values(&self, files: &[Layer], sources: &SourceMap) -> ValuesInput {
        let text = |layer: &Layer| ValuesFile {
            name: layer.name.clone(),
            file: layer.file,
            text: sources.file(layer.file).text().clone(),
        };
        let inline = |it: &InlineValues| ValuesFile {
            name: "values".to_owned(),
            file: it.file,
            text: it.text.clone(),
        };
        let mut files: Vec<ValuesFile> = files.iter().map(text).collect();
        let own = self.replaces_own.then(|| std::mem::take(&mut files));
        files.extend(self.values.iter().map(inline));
        ValuesInput {
            own,
            files,
            set: self.set.clone(),
            set_string: self.set_string.clone(),
            set_file: self.set_file.clone(),
            set_file_contents: self.set_file_contents.clone(),
            ..ValuesInput::default()
        }
    }

    /// Puts what is said of the release over the usual options.
    pub(crate) fn apply(&self, options: Options) -> Options {
        let mut api_versions = options.api_versions;
        api_versions.extend(self.api_versions.iter().cloned());
        Options {
            name: self.name.clone().unwrap_or(options.name),
            namespace: if self.namespace.is_empty() { options.namespace } else { self.namespace.clone() },
            kube_version: self.kube_version.clone().or(options.kube_version),
            api_versions,
            cluster: options.cluster.filter(|_| !self.is_apart),
            skip_schema_validation: options.skip_schema_validation || self.skips_schema,
            ..options
        }
    }
}
