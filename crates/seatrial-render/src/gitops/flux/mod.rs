//! Kustomizations and releases of Flux: what each would apply from this tree.

mod applied;
mod kustomization;
mod post_renderers;
mod ranges;
mod release;
mod scan;
mod sources;
mod substitute;
#[cfg(test)]
mod tests;
mod values;

use seatrial_model::{SkipCode, UnitKind};
use seatrial_yaml::Node;

use super::{Deliverer, Found, suffix_of};
use crate::units::{Draft, DraftObject, Made};

pub(crate) use applied::{Applied, Directories};
pub(crate) use ranges::idle_ranges;
pub(crate) use sources::Sources;

/// Objects of Flux that have something deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Kustomization,
    Release,
}

/// What an object is to Flux.
pub(crate) fn kind_of(object: &DraftObject) -> Option<Kind> {
    match (object.identity.group(), object.identity.kind()) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => Some(Kind::Kustomization),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => Some(Kind::Release),
        _ => None,
    }
}

/// Why something is not rendered.
type Gap = (SkipCode, String);

/// What an object has applied.
struct Yield {
    objects: Vec<DraftObject>,
    made: Vec<Made>,
    /// What is taken for granted.
    assumptions: Vec<String>,
}

/// What is the same for everything that is asked of one object.
struct Call<'a> {
    root: Node<'a>,
    spec: Node<'a>,
    /// `Kustomization apps`
    title: String,
    /// The namespace that it is in.
    namespace: &'a str,
    /// The unit's name.
    unit: &'a str,
    found: &'a Found,
}

impl Deliverer<'_> {
    /// The unit of an object of Flux; gives the objects in it that deploy more.
    pub(super) fn flux(&mut self, kind: Kind, found: &Found) -> Vec<Found> {
        let stream = std::sync::Arc::clone(&found.object.source.stream);
        let root = stream.node(found.object.source.root);
        let mut draft = Draft {
            suffix: suffix_of(root),
            is_whole: true,
            by: Some(root.span()),
            ..Draft::new(UnitKind::Flux, found.file.clone(), found.role)
        };
        let Some(unit) = self.claim(&mut draft, root, found) else { return Vec::new() };
        let namespace = found.object.namespace.clone();
        match self.applied(kind, root, namespace.as_deref(), &unit, found) {
            Ok(made) => {
                draft.objects = made.objects;
                draft.made.extend(made.made);
                draft.assumptions.extend(made.assumptions);
            }
            Err((code, reason)) => {
                draft.is_whole = false;
                draft.gaps.push(reason.clone());
                self.skip(found, root.span(), code, reason);
            }
        }
        let more = self.more(&draft, found);
        self.drafts.add(draft);
        more
    }

    fn applied(
        &mut self,
        kind: Kind,
        root: Node<'_>,
        given_namespace: Option<&str>,
        unit: &str,
        found: &Found,
    ) -> Result<Yield, Gap> {
        let metadata = |key| root.get("metadata").and_then(|it| word(it, key));
        let word_of_kind = if kind == Kind::Kustomization { "Kustomization" } else { "HelmRelease" };
        let title = format!("{word_of_kind} {}", metadata("name").unwrap_or_default());
        let nothing = || (SkipCode::NotRendered, format!("{title} has no spec"));
        let call = Call {
            root,
            spec: root.get("spec").filter(|it| it.is_mapping()).ok_or_else(nothing)?,
            namespace: metadata("namespace").or(given_namespace).unwrap_or_default(),
            title,
            unit,
            found,
        };
        match kind {
            Kind::Kustomization => self.kustomization(&call),
            Kind::Release => self.flux_release(&call),
        }
    }
}

/// Whether no program has yet to fill in a part of it.
fn is_literal(text: &str) -> bool {
    !text.contains("${") && !text.contains("{{")
}

/// The text under a key.
fn word<'a>(node: Node<'a>, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str().filter(|it| !it.is_empty())
}
