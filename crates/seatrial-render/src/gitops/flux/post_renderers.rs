//! What a release of Flux does to its objects behind the templates: patches and
//! images of `postRenderers`, and the metadata that all objects get.

use std::sync::Arc;

use seatrial_kustomize::Additions;
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::Node;

use super::super::Deliverer;
use super::kustomization::add_common_metadata;
use super::{Call, Yield};
use crate::kustomizations::Ask;
use crate::units::{DraftObject, Made};

const HOOK: &str = "helm.sh/hook";

/// Whether a release changes what its chart makes.
pub(super) fn changes_objects(spec: Node<'_>) -> bool {
    let has = |key| spec.get(key).is_some_and(|it| !it.is_empty());
    has("postRenderers") || has("commonMetadata")
}

impl Deliverer<'_> {
    /// Builds the texts of a chart's unit as the resources of a kustomization
    /// of their own. Definitions stay as they are.
    pub(super) fn post_render(&mut self, call: &Call<'_>, unit: usize, made: &mut Yield) {
        let texts = self.charts.changeable(unit);
        let Some(directory) = self.around(&texts) else { return };
        let path = self.sources.file(call.spec.span().file).path().clone();
        let mut additions = Additions::new(&path);
        additions.without_file();
        let entry = call.spec.get("postRenderers").or(call.spec.get("commonMetadata")).unwrap_or(call.spec);
        for &text in &texts {
            let file = self.sources.file(text);
            let (path, text) = (file.path().clone(), Arc::clone(file.text()));
            let Some(name) = path.below(&directory) else { continue };
            self.maker.tree.put(&path, &text);
            additions.resource(name, entry.span());
        }
        for renderer in call.spec.get("postRenderers").into_iter().flat_map(Node::items) {
            let Some(kustomize) = renderer.get("kustomize") else { continue };
            for key in ["patches", "images"] {
                if let Some(value) = kustomize.get(key) {
                    additions.field(key, value);
                }
            }
        }
        add_common_metadata(&mut additions, call.spec);
        let ask = Ask::with(directory, call.unit, additions);
        let place = self.build(Ask { is_unrestricted: true, ..ask }, &call.found.file);
        let is_kept = |it: &DraftObject| !texts.contains(&it.source.stream.file());
        made.objects.retain(is_kept);
        let changed = self.kustomizations.built(place).objects(self.is_broken);
        made.objects.extend(changed.into_iter().filter(|it| !is_test(it)));
        made.made.push(Made::Kustomization(place));
    }

    /// The directory that the texts of one unit are said to lie in.
    fn around(&self, texts: &[FileId]) -> Option<TreePath> {
        let path = |file: FileId| self.sources.file(file).path();
        let first = path(*texts.first()?);
        let above = std::iter::successors(first.parent(), TreePath::parent);
        let holds_all = |it: &TreePath| texts.iter().all(|file| path(*file).is_within(it));
        above.into_iter().find(holds_all)
    }
}

/// Whether an object is only made by `helm test`.
fn is_test(object: &DraftObject) -> bool {
    let root = object.source.stream.node(object.source.root);
    let annotations = root.get("metadata").and_then(|it| it.get("annotations"));
    let hooks = annotations.and_then(|it| it.get(HOOK)?.as_str());
    hooks.is_some_and(|it| it.split(',').any(|it| it.trim().starts_with("test")))
}
