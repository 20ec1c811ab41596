//! The sources that objects of Flux name, and the maps they take values from.

use rustc_hash::FxHashMap;
use seatrial_model::SkipCode;
use seatrial_source::TreePath;
use seatrial_yaml::Node;

use super::super::Deliverer;
use super::{Call, Gap, is_literal, word};
use crate::units::DraftObject;

/// What `flux bootstrap` and the operator call the source of the repository itself.
const BOOTSTRAP: &str = "flux-system";
const GROUP: &str = "source.toolkit.fluxcd.io";
/// An instance of Flux makes the source of the repository it follows.
const INSTANCE: (&str, &str) = ("fluxcd.controlplane.io/v1", "FluxInstance");

/// Objects of a tree that others of Flux name.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// By kind, namespace and name, each with the place of its unit; several
    /// where clusters differ.
    all: FxHashMap<(String, String, String), Vec<(TreePath, DraftObject)>>,
}

/// Where a source leads.
pub(super) enum Lead {
    /// To this repository, which is taken for granted perhaps.
    Here { assumption: Option<String> },
    /// To an object that says another place.
    Elsewhere(DraftObject),
}

impl Sources {
    fn add(&mut self, place: &TreePath, object: &DraftObject) {
        let (api_version, kind) = object.identity.type_meta();
        let is_source = object.identity.group() == GROUP;
        let is_map = api_version == "v1" && matches!(kind, "ConfigMap" | "Secret");
        let root = object.source.stream.node(object.source.root);
        let metadata = |key| root.get("metadata").and_then(|it| word(it, key));
        let namespace = metadata("namespace").or(object.namespace.as_deref()).unwrap_or_default();
        let sync = root.get("spec").and_then(|it| it.get("sync"));
        let sync = sync.filter(|_| (api_version, kind) == INSTANCE);
        let (kind, name) = match sync {
            Some(sync) => {
                (word(sync, "kind").unwrap_or("GitRepository"), word(sync, "name").or(Some(namespace)))
            }
            None if is_source || is_map => (kind, metadata("name")),
            None => return,
        };
        let Some(name) = name else { return };
        let key = (kind.to_owned(), namespace.to_owned(), name.to_owned());
        self.all.entry(key).or_default().push((place.clone(), object.clone()));
    }

    /// The object of a kind and name that a file means: of several the one that
    /// stands nearest to it, as each cluster has a directory of its own.
    pub(super) fn find(&self, from: &TreePath, kind: &str, namespace: &str, name: &str) -> Found<'_> {
        let key = |namespace: &str| (kind.to_owned(), namespace.to_owned(), name.to_owned());
        // Without a namespace it is put into one by whoever applies it.
        let found = self.all.get(&key(namespace)).or_else(|| self.all.get(&key("")));
        let all = found.map_or(&[][..], Vec::as_slice);
        let nearest = all.iter().map(|(place, _)| shared(from, place)).max();
        let mut near = all.iter().filter(|(place, _)| Some(shared(from, place)) == nearest);
        let Some((_, first)) = near.next() else { return Found::None };
        let node = |it: &'_ DraftObject| it.source.stream.node(it.source.root).to_json();
        let is_clear = near.all(|(_, it)| node(it) == node(first));
        if is_clear { Found::One(first) } else { Found::Several }
    }
}

/// How many directories two places share from the top on.
fn shared(one: &TreePath, other: &TreePath) -> usize {
    let both = one.as_str().split('/').zip(other.as_str().split('/'));
    both.take_while(|(one, other)| one == other).count()
}

/// What is found under a name.
pub(super) enum Found<'s> {
    None,
    One(&'s DraftObject),
    /// Different ones, for clusters of their own.
    Several,
}

impl Deliverer<'_> {
    /// The sources and maps of the tree, looked through once.
    pub(super) fn flux_sources(&mut self) -> &Sources {
        if self.flux.is_none() {
            let mut sources = Sources::default();
            let drafts: &crate::units::Drafts = self.drafts;
            for draft in drafts.iter() {
                draft.objects.iter().for_each(|it| sources.add(&draft.path, it));
            }
            self.flux = Some(sources);
        }
        self.flux.get_or_insert_default()
    }

    /// Where a reference to a source leads, which stands in an object of a namespace.
    pub(super) fn lead(
        &mut self,
        call: &Call<'_>,
        reference: Option<Node<'_>>,
        namespace: &str,
    ) -> Result<Lead, Gap> {
        let unknown = |what: String| (SkipCode::NotRendered, what);
        let title = &call.title;
        let reference = reference.ok_or_else(|| unknown(format!("{title} names no source")))?;
        let kind = word(reference, "kind").unwrap_or("GitRepository");
        let name = word(reference, "name").unwrap_or_default();
        let namespace = word(reference, "namespace").unwrap_or(namespace);
        let source = match self.flux_sources().find(&call.found.file, kind, namespace, name) {
            Found::One(source) => source.clone(),
            Found::None if name == BOOTSTRAP => {
                let assumption = format!("{kind} {name}, which is not in the tree, is this repository");
                return Ok(Lead::Here { assumption: Some(assumption) });
            }
            Found::None => return Err(unknown(format!("{kind} {name}, which {title} names, is not here"))),
            Found::Several => {
                return Err(unknown(format!("{title} names {kind} {name}, which differs between clusters")));
            }
        };
        let spec = source.source.stream.node(source.source.root).get("spec");
        // An instance of Flux says it of what it follows.
        let spec = spec.map(|it| it.get("sync").unwrap_or(it));
        let url = spec.and_then(|it| word(it, "url")).filter(|it| is_literal(it));
        if kind == "GitRepository" && url.is_some_and(|it| self.here.is_here(it)) {
            return Ok(Lead::Here { assumption: None });
        }
        let is_followed = name == BOOTSTRAP || source.identity.type_meta() == INSTANCE;
        if kind == "GitRepository" && is_followed && self.here.is_unknown() {
            let assumption = format!("{kind} {name} is this tree, which is of no known repository");
            return Ok(Lead::Here { assumption: Some(assumption) });
        }
        Ok(Lead::Elsewhere(source))
    }
}
