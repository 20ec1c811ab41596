//! What the tree says of how its charts are deployed: Argo CD and Flux objects
//! that name one, with their values files.

use seatrial_source::TreePath;
use seatrial_yaml::Node;

use crate::units::DraftObject;

/// One deployment of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The chart's directory, from the top.
    pub(crate) chart: TreePath,
    /// The values files over its own, from the chart's directory.
    pub(crate) files: Vec<String>,
    /// Whether values stand in the object itself, too.
    pub(crate) is_partial: bool,
}

/// The deployments that objects state.
pub(crate) fn statements(objects: &[DraftObject]) -> Vec<Statement> {
    objects
        .iter()
        .filter(|it| it.is_gitops)
        .flat_map(|it| of_object(it.source.stream.node(it.source.root)))
        .collect()
}

fn of_object(root: Node<'_>) -> Vec<Statement> {
    let word = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
    let group = word("apiVersion").split('/').next().unwrap_or_default();
    if !matches!(group, "argoproj.io" | "helm.toolkit.fluxcd.io") {
        return Vec::new();
    }
    let spec = root.get("spec");
    match (group, word("kind")) {
        ("argoproj.io", "Application") => spec.into_iter().flat_map(of_sources).collect(),
        ("argoproj.io", "ApplicationSet") => {
            let template = spec.and_then(|it| it.get("template")?.get("spec"));
            template.into_iter().flat_map(of_sources).collect()
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => spec.and_then(of_release).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of_sources(spec: Node<'_>) -> Vec<Statement> {
    let several = spec.get("sources").into_iter().flat_map(Node::items);
    spec.get("source").into_iter().chain(several).filter_map(of_source).collect()
}

fn of_source(source: Node<'_>) -> Option<Statement> {
    let chart = TreePath::new(source.get("path")?.as_str()?);
    let helm = source.get("helm");
    let has = |key| helm.is_some_and(|it| it.get(key).is_some());
    let is_partial = ["values", "valuesObject", "parameters", "fileParameters"].into_iter().any(has);
    Some(Statement { chart, files: texts(helm.and_then(|it| it.get("valueFiles"))), is_partial })
}

fn of_release(spec: Node<'_>) -> Option<Statement> {
    let chart = spec.get("chart")?.get("spec")?;
    let kind = chart.get("sourceRef").and_then(|it| it.get("kind")?.as_str());
    if kind == Some("HelmRepository") {
        return None;
    }
    let path = TreePath::new(chart.get("chart")?.as_str()?);
    let is_partial = ["values", "valuesFrom"].into_iter().any(|key| spec.get(key).is_some());
    Some(Statement { chart: path, files: texts(chart.get("valuesFiles")), is_partial })
}

fn texts(list: Option<Node<'_>>) -> Vec<String> {
    list.into_iter().flat_map(Node::items).filter_map(|it| it.as_str().map(ToOwned::to_owned)).collect()
}

/// How sure it is that a set of values is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The tree says so, or says nothing at all and the values are the chart's own.
    Stated,
    /// Nothing says so.
    Possible,
}

/// What is said of a chart with some files over its own values.
pub(crate) fn standing(chart: &TreePath, files: &[&str], statements: &[Statement]) -> Standing {
    let mut about = statements.iter().filter(|it| it.chart == *chart).peekable();
    if about.peek().is_none() {
        return if files.is_empty() { Standing::Stated } else { Standing::Possible };
    }
    let is_this = |it: &Statement| {
        let named: Vec<TreePath> = it.files.iter().filter_map(|file| chart.join(file)).collect();
        let wanted: Vec<TreePath> = files.iter().filter_map(|file| chart.join(file)).collect();
        let own = chart.join("values.yaml");
        let layered = named.iter().filter(|file| Some(*file) != own.as_ref());
        !it.is_partial && layered.eq(&wanted)
    };
    if about.any(is_this) { Standing::Stated } else { Standing::Possible }
}
