//! Charts of kustomizations (`helmCharts`), rendered in process.

use std::sync::Arc;

use seatrial_helm::{
    Chart, HelmVersion, Loader, Options, Rendered, Show, ValuesFile, ValuesInput, release_name, render,
};
use seatrial_kustomize::{ChartRequest, Charts};
use seatrial_source::{Files, SourceMap, TreePath};

/// Renders the charts of a tree, as `kustomize build --enable-helm` has Helm
/// render them.
pub struct HelmCharts<'a> {
    /// The tree in which the charts lie.
    pub files: &'a dyn Files,
    /// The Helm that is imitated.
    pub helm: HelmVersion,
}

impl Charts for HelmCharts<'_> {
    fn inflate(&mut self, request: &ChartRequest) -> Result<Arc<str>, String> {
        let mut sources = SourceMap::new();
        let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
        let mut loader = Loader { files: self.files, register: &mut register, helm: self.helm, alone: None };
        let loaded = loader.directory(&request.chart);
        let refusal = loaded.problems.iter().find(|it| it.is_fatal).map(|it| it.message.clone());
        let chart = match (loaded.chart, refusal) {
            (Some(chart), None) => chart,
            (_, refusal) => return Err(refusal.unwrap_or_else(|| "there is no chart".to_owned())),
        };
        let rendered = rendered(&chart, request, self.helm, false)?;
        if let Some(error) = rendered.errors.first() {
            return Err(error.printed());
        }
        rendered.output(&shown(request)).map(|it| it.text.into())
    }
}

/// A chart as a request says, with every piece of text traced perhaps.
pub(super) fn rendered(
    chart: &Chart,
    request: &ChartRequest,
    helm: HelmVersion,
    is_traced: bool,
) -> Result<Rendered, String> {
    let options = Options { trace: is_traced, ..options(request, helm)? };
    Ok(render(chart, &values(request), &options))
}

/// What of it is printed.
pub(super) fn shown(request: &ChartRequest) -> Show {
    Show {
        include_crds: request.includes_crds,
        no_hooks: request.skips_hooks,
        skip_tests: request.skips_tests,
        ..Show::default()
    }
}

fn values(request: &ChartRequest) -> ValuesInput {
    let files = request.values.iter().map(|layer| ValuesFile {
        name: layer.path.as_ref().map_or("values.yaml", TreePath::as_str).to_owned(),
        file: layer.file,
        text: Arc::clone(&layer.text),
    });
    ValuesInput { files: files.collect(), ..ValuesInput::default() }
}

fn options(request: &ChartRequest, helm: HelmVersion) -> Result<Options, String> {
    let name = match (&request.name_template, &request.release) {
        (Some(template), _) => release_name(template)?,
        (None, Some(release)) => release.to_string(),
        // Helm would put the time behind it.
        (None, None) => format!("{}-0", request.chart.name()),
    };
    Ok(Options {
        helm,
        name,
        namespace: request.namespace.as_deref().unwrap_or_default().to_owned(),
        kube_version: request.kube_version.as_ref().map(ToString::to_string),
        api_versions: request.api_versions.iter().map(ToString::to_string).collect(),
        ..Options::default()
    })
}
