//! An Application as Argo CD reads it.

use seatrial_source::TreePath;
use seatrial_yaml::Node;

use super::super::here::Here;
use super::{flag, word};

/// An Application.
pub(super) struct Application<'a> {
    pub(super) name: &'a str,
    pub(super) project: &'a str,
    /// The namespace of its destination.
    pub(super) namespace: Option<&'a str>,
    pub(super) sources: Vec<Source<'a>>,
}

/// One of its sources.
pub(super) struct Source<'a> {
    pub(super) node: Node<'a>,
    pub(super) url: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) revision: Option<&'a str>,
    pub(super) chart: Option<&'a str>,
    /// The name that others refer to it by.
    pub(super) reference: Option<&'a str>,
    pub(super) helm: Option<Node<'a>>,
    pub(super) kustomize: Option<Node<'a>>,
    pub(super) directory: Option<Node<'a>>,
    plugin: Option<Node<'a>>,
}

/// Which program makes the manifests of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceType {
    Helm,
    Kustomize,
    Directory,
    Plugin,
}

impl<'a> Application<'a> {
    pub(super) fn read(root: Node<'a>) -> Self {
        let spec = root.get("spec");
        let several: Vec<Node<'a>> =
            spec.and_then(|it| it.get("sources")).into_iter().flat_map(Node::items).collect();
        let hydrated = spec.and_then(|it| it.get("sourceHydrator")?.get("drySource"));
        // Where several are written, one alone is not looked at.
        let sources: Vec<Node<'a>> = if several.is_empty() {
            hydrated.or_else(|| spec?.get("source")).into_iter().collect()
        } else {
            several
        };
        let destination = spec.and_then(|it| it.get("destination"));
        Self {
            name: root.get("metadata").and_then(|it| word(it, "name")).unwrap_or_default(),
            project: spec.and_then(|it| word(it, "project")).unwrap_or("default"),
            namespace: destination.and_then(|it| word(it, "namespace")).filter(|it| super::is_literal(it)),
            sources: sources.into_iter().filter(|it| it.is_mapping()).map(Source::read).collect(),
        }
    }
}

impl<'a> Source<'a> {
    pub(super) fn read(node: Node<'a>) -> Self {
        // What is written and empty counts as not written.
        let part = |key| node.get(key).filter(|it| it.is_mapping() && !it.is_empty());
        Self {
            node,
            url: word(node, "repoURL"),
            path: word(node, "path"),
            revision: word(node, "targetRevision"),
            chart: word(node, "chart"),
            reference: word(node, "ref"),
            helm: part("helm"),
            kustomize: part("kustomize"),
            directory: part("directory"),
            plugin: node.get("plugin").filter(|it| it.is_mapping()),
        }
    }

    /// Whether it only lends its files to the others.
    pub(super) fn is_only_reference(&self) -> bool {
        self.reference.is_some() && self.path.is_none() && self.chart.is_none()
    }

    /// What makes its manifests: what the source says, else what lies there.
    pub(super) fn kind(&self, directory: &TreePath, here: &Here<'_>) -> SourceType {
        let has = |name: &str| directory.join(name).is_some_and(|it| here.has_file(&it));
        match () {
            () if self.plugin.is_some() => SourceType::Plugin,
            () if self.helm.is_some() => SourceType::Helm,
            () if self.kustomize.is_some() => SourceType::Kustomize,
            () if self.directory.is_some() => SourceType::Directory,
            () if has("Chart.yaml") => SourceType::Helm,
            () if ["kustomization.yaml", "kustomization.yml", "Kustomization"].into_iter().any(has) => {
                SourceType::Kustomize
            }
            () => SourceType::Directory,
        }
    }

    /// Whether files that are not there are passed over.
    pub(super) fn ignores_missing_files(&self) -> bool {
        self.helm.is_some_and(|it| flag(it, "ignoreMissingValueFiles"))
    }
}
