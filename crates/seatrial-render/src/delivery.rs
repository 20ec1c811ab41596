//! Flux objects as units: each stands for what it would deploy.

use seatrial_model::{Skip, SkipCode, UnitKind, UnitRole};
use seatrial_source::{Span, TreePath};
use seatrial_yaml::Node;

use crate::documents::Typing;
use crate::units::{Draft, DraftObject};

/// An object that has something deployed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    kind: UnitKind,
    /// `#namespace/name`, or `#name` where no namespace is written.
    suffix: String,
    span: Span,
}

/// Those among objects that have something deployed, in order.
pub(crate) fn deliveries(objects: &[DraftObject]) -> Vec<Delivery> {
    objects.iter().filter_map(Delivery::of).collect()
}

impl Delivery {
    fn of(object: &DraftObject) -> Option<Self> {
        let root = object.source.stream.node(object.source.root);
        let kind = match &object.typing {
            Typing::OfList { api_version, kind } => kind_of(api_version, kind),
            _ => kind_of(root.get("apiVersion")?.as_str()?, root.get("kind")?.as_str()?),
        }?;
        let word = |key| root.get("metadata")?.get(key).and_then(Node::as_str).filter(|it| !it.is_empty());
        let name = word("name").unwrap_or_default();
        let suffix = match word("namespace") {
            Some(namespace) => format!("#{namespace}/{name}"),
            None => format!("#{name}"),
        };
        Some(Self { kind, suffix, span: root.span() })
    }

    /// Its unit: in the file that it stands in, with the role of that one.
    pub(crate) fn draft(&self, file: TreePath, role: UnitRole) -> Draft {
        Draft { suffix: self.suffix.clone(), ..Draft::new(self.kind, file, role) }
    }

    /// Why that unit is not judged.
    pub(crate) fn skip(&self, file: TreePath) -> Skip {
        Skip {
            path: file,
            span: Some(self.span),
            code: SkipCode::NotRendered,
            reason: "what Flux would deploy from here is not rendered yet".to_owned(),
        }
    }
}

fn kind_of(api_version: &str, kind: &str) -> Option<UnitKind> {
    match (api_version.split_once('/')?.0, kind) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") | ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            Some(UnitKind::Flux)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::{KubernetesVersion, Target};
    use seatrial_source::MemoryFiles;

    use crate::{Request, render};

    fn object(api_version: &str, kind: &str, metadata: &str) -> String {
        format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {metadata}\n")
    }

    #[test]
    fn what_flux_deploys_is_found_and_not_rendered() {
        let objects = [
            object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "{name: apps}"),
            object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "{name: db, namespace: data}"),
        ]
        .join("---\n");
        let files: MemoryFiles = [("apps/all.yaml", objects.as_str())].into_iter().collect();
        let target = Target { kubernetes: KubernetesVersion::DEFAULT, profile: "default".to_owned() };
        let rendering = render(Request::new(&files, target));
        let units: Vec<&str> = rendering.repository.units.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(units, ["flux:apps/all.yaml#apps", "flux:apps/all.yaml#data/db", "manifests:apps",]);
        let skipped = rendering.repository.coverage.skipped.iter();
        let skipped: Vec<(u32, &str)> = skipped
            .map(|it| {
                let line = rendering.sources.positions(it.span.expect("a part of the file")).0.line;
                (line, it.reason.as_str())
            })
            .collect();
        assert_eq!(
            skipped,
            [
                (1, "what Flux would deploy from here is not rendered yet"),
                (5, "what Flux would deploy from here is not rendered yet"),
            ]
        );
    }
}
