//! What Argo CD and Flux have deployed from this tree: each of their objects is
//! a unit that holds what it would apply, and what it applies may be such objects.

pub(crate) mod argo;
mod away;
mod envsubst;
pub(crate) mod flux;
pub(crate) mod generated;
pub(crate) mod here;
pub(crate) mod inline;
mod shell_pattern;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::Notice;
use seatrial_kustomize::Additions;
use seatrial_model::{RenderFacts, Skip, SkipCode, UnitKind, UnitRole};
use seatrial_source::{FileId, SourceMap, Span, TreePath};
use seatrial_yaml::{Node, Stream};

use crate::Request;
use crate::charts::Charts;
use crate::kustomizations::{Ask, Kustomizations, Maker};
use crate::units::{Draft, DraftObject, Drafts};

use generated::Generated;
use here::Here;

/// Of more objects that deploy something, only the first are followed.
const DELIVERIES_MAX: usize = 4000;
/// Objects that others bring to light, one inside the other.
const DEPTH_MAX: usize = 8;

/// The objects of a file that is no part of a kustomization or chart.
pub(crate) struct Manifest {
    pub(crate) path: TreePath,
    pub(crate) objects: Vec<DraftObject>,
}

/// An object that has something deployed, and where it was found.
#[derive(Clone)]
struct Found {
    object: DraftObject,
    /// The file that its name stands in.
    file: TreePath,
    /// The unit that brought it to light, without the word for its kind.
    holder: String,
    role: UnitRole,
    depth: usize,
    /// Whether it hangs on a cluster that the tree does not name.
    is_open: bool,
}

/// Follows what a tree has deployed.
pub(crate) struct Deliverer<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) maker: &'a Maker<'a>,
    pub(crate) here: Here<'a>,
    /// In the order of their paths.
    pub(crate) manifests: &'a [Manifest],
    pub(crate) is_broken: &'a dyn Fn(Span) -> bool,
    pub(crate) charts: &'a mut Charts,
    pub(crate) kustomizations: &'a mut Kustomizations,
    pub(crate) sources: &'a mut SourceMap,
    pub(crate) drafts: &'a mut Drafts,
    pub(crate) facts: &'a mut RenderFacts,
    /// The texts that were parsed on the way.
    pub(crate) streams: &'a mut Vec<Arc<Stream>>,
    pub(crate) skipped: &'a mut Vec<Skip>,
    pub(crate) generated: &'a mut Generated,
    pub(crate) notices: &'a mut Vec<Notice>,
    /// What objects of Flux name, once it was looked for.
    pub(crate) flux: Option<flux::Sources>,
    pub(crate) clusters: argo::Clusters,
    /// The units that have come up.
    pub(crate) names: FxHashMap<String, Vec<String>>,
    /// By the name of its unit: the same object again, as another applies it.
    pub(crate) copies: FxHashMap<String, Vec<Span>>,
    /// The values files that were read for charts which are not here.
    pub(crate) judged_values: FxHashSet<FileId>,
}

impl Deliverer<'_> {
    /// Gives every object that deploys something its unit.
    pub(crate) fn deliver(&mut self) {
        let mut seen = FxHashSet::default();
        for (kind, applies) in ORDER {
            let mut waiting = self.found_in(kind, applies);
            waiting.reverse();
            while let Some(found) = waiting.pop() {
                let source = &found.object.source;
                let is_new =
                    seen.insert((source.stream.file(), source.stream.node(source.root).span().start));
                if !is_new || seen.len() > DELIVERIES_MAX {
                    continue;
                }
                let mut more = self.follow(&found);
                if found.depth < DEPTH_MAX {
                    more.reverse();
                    waiting.append(&mut more);
                }
            }
        }
        self.facts.idle_ranges = flux::idle_ranges(self.drafts, &self.here);
        self.empty_consumed();
    }

    /// The objects of units of a kind that nothing else deploys.
    fn found_in(&self, kind: UnitKind, applies: Applies) -> Vec<Found> {
        let drafts = self.drafts.iter().filter(|it| it.kind == kind && it.consumer.is_none());
        let mut all = Vec::new();
        for draft in drafts {
            for object in draft.objects.iter().filter(|it| applied_by(it) == Some(applies)) {
                all.push(Found {
                    file: self.file_of(object),
                    object: object.clone(),
                    holder: draft.place(),
                    // A chart's own values may be there to be replaced.
                    role: if kind == UnitKind::Helm {
                        draft.role.max(UnitRole::Candidate)
                    } else {
                        draft.role
                    },
                    depth: 0,
                    is_open: false,
                });
            }
        }
        all
    }

    fn follow(&mut self, found: &Found) -> Vec<Found> {
        match argo::kind_of(&found.object) {
            Some(argo::Kind::Application) => self.application(found),
            Some(argo::Kind::Set) => self.set(found),
            None => flux::kind_of(&found.object).map_or_else(Vec::new, |kind| self.flux(kind, found)),
        }
    }

    /// The objects of a unit that deploy something themselves.
    fn more(&self, draft: &Draft, found: &Found) -> Vec<Found> {
        let inner = draft.objects.iter().filter(|it| delivers(it));
        inner
            .map(|object| Found {
                file: self.file_of(object),
                object: object.clone(),
                role: if found.role == UnitRole::Base { UnitRole::Candidate } else { found.role },
                holder: found.holder.clone(),
                depth: found.depth + 1,
                is_open: false,
            })
            .collect()
    }

    /// The file that an object's name stands in.
    fn file_of(&self, object: &DraftObject) -> TreePath {
        let source = &object.source;
        let root = source.stream.node(source.root);
        let name = root.get("metadata").and_then(|it| it.get("name")).unwrap_or(root);
        let file = self.kustomizations.written(name.span()).unwrap_or(name.span()).file;
        let template = self.charts.by_text.get(&file).map(|&(at, text)| {
            let unit = &self.charts.units[at];
            unit.template(text, &self.charts.all[unit.chart])
        });
        self.sources.file(template.unwrap_or(file)).path().clone()
    }

    /// The name of a unit that is new; none where the same object came up
    /// before. Another one of its name is called after what brought it to light.
    fn claim(&mut self, draft: &mut Draft, root: Node<'_>, found: &Found) -> Option<String> {
        let content = root.to_json();
        let known = self.names.entry(draft.name()).or_default();
        if known.contains(&content) {
            self.copies.entry(draft.name()).or_default().push(root.span());
            return None;
        }
        known.push(content);
        if known.len() > 1 {
            draft.called_after = Some(found.holder.clone());
            let known = self.names.entry(draft.name()).or_default();
            if !known.is_empty() {
                return None;
            }
            known.push(String::new());
        }
        Some(draft.name())
    }

    /// Units whose objects are all applied by others are judged through these.
    fn empty_consumed(&mut self) {
        for draft in self.drafts.iter_mut() {
            let Some(consumer) = draft.consumer.take() else { continue };
            draft.role = UnitRole::Base;
            draft.objects.clear();
            self.facts.judged_through.insert(draft.name(), consumer.clone());
            self.skipped.push(Skip {
                path: draft.path.clone(),
                span: None,
                code: SkipCode::ServesOthers,
                reason: format!("judged through {consumer}, which deploys it"),
            });
        }
        self.follow_copies();
    }

    /// An object whose own unit is judged through another is the one in that.
    fn follow_copies(&mut self) {
        let objects = self.drafts.iter().flat_map(|it| &it.objects).filter(|it| delivers(it));
        let place = |it: &DraftObject| it.source.stream.node(it.source.root).span();
        let kept: FxHashSet<Span> = objects.map(place).collect();
        for draft in self.drafts.iter_mut() {
            if draft.by.is_none_or(|it| kept.contains(&it)) {
                continue;
            }
            let copies = self.copies.get(&draft.name());
            draft.by = copies.and_then(|all| all.iter().find(|it| kept.contains(it)).copied()).or(draft.by);
        }
    }

    /// Builds what an object applies; the texts that it makes stand for a file or
    /// directory of the tree. Gives its place among the kustomizations.
    fn build(&mut self, ask: Ask, home: &TreePath) -> usize {
        let built = self.maker.build(vec![ask], self.sources).pop().expect("one was asked for");
        self.facts.paths.extend(built.made.iter().map(|it| (it.file(), home.clone())));
        built.note(self.facts);
        self.kustomizations.add(built)
    }

    /// A place, if it stands in a file: one that was made itself stands in none.
    fn in_file(&self, file: &TreePath, span: Span) -> Option<Span> {
        (self.sources.find(file) == Some(span.file)).then_some(span)
    }

    /// The entry of a file that stands for what it names; the file as a whole
    /// where the entry was made itself.
    fn entry_in(&self, file: &TreePath, span: Span) -> Span {
        let own = self.sources.find(file).filter(|own| *own != span.file);
        own.map_or(span, |own| Span::new(own, 0, 0))
    }

    fn skip(&mut self, found: &Found, span: Span, code: SkipCode, reason: String) {
        let span = self.in_file(&found.file, span);
        self.skipped.push(Skip { path: found.file.clone(), span, code, reason });
    }

    /// A text of the tree, read now where it was not read before.
    fn text(&mut self, path: &TreePath) -> Option<FileId> {
        if let Some(file) = self.sources.find(path) {
            return Some(file);
        }
        let bytes = self.request.files.read(path, self.request.limits.file_bytes).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let file = self.sources.add(path.clone(), text.into());
        self.facts.paths.push((file, path.clone()));
        Some(file)
    }
}

/// What an object has applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Applies {
    /// Directories of a tree, with what else in them has something applied.
    Directories,
    /// A chart.
    Chart,
}

/// The order in which objects are followed. What applies directories comes
/// first: a release in one of them is there as it is applied, not as it is
/// written. What charts hold comes last: some of it is deployed with other
/// values by what stands before.
const ORDER: [(UnitKind, Applies); 6] = [
    (UnitKind::Manifests, Applies::Directories),
    (UnitKind::Kustomize, Applies::Directories),
    (UnitKind::Manifests, Applies::Chart),
    (UnitKind::Kustomize, Applies::Chart),
    (UnitKind::Helm, Applies::Directories),
    (UnitKind::Helm, Applies::Chart),
];

/// What an object has applied, if it is followed here.
fn applied_by(object: &DraftObject) -> Option<Applies> {
    if !object.is_gitops {
        return None;
    }
    match flux::kind_of(object) {
        Some(flux::Kind::Release) => Some(Applies::Chart),
        Some(flux::Kind::Kustomization) => Some(Applies::Directories),
        None => argo::kind_of(object).map(|_| Applies::Directories),
    }
}

/// Whether an object has something deployed that is followed here.
pub(crate) fn delivers(object: &DraftObject) -> bool {
    applied_by(object).is_some()
}

/// Whether an API version is one of Argo CD or Flux.
pub(crate) fn has_group(api_version: &str) -> bool {
    api_version.starts_with("argoproj.io/") || api_version.contains(".toolkit.fluxcd.io/")
}

/// Puts names, as an object of Argo CD or Flux says them, over those of a
/// kustomization; they call the namespace differently.
fn add_names(additions: &mut Additions, node: Node<'_>, namespace: &str) {
    let text = |key: &str| node.get(key).and_then(|it| Some((it.as_str()?, it.span())));
    if let Some((text, span)) = text("namePrefix") {
        additions.name_prefix(text, span);
    }
    if let Some((text, span)) = text("nameSuffix") {
        additions.name_suffix(text, span);
    }
    if let Some((text, span)) = text(namespace) {
        additions.namespace(text, span);
    }
}

/// `#namespace/name`, or `#name` where no namespace is written.
fn suffix_of(root: Node<'_>) -> String {
    let word =
        |key| root.get("metadata").and_then(|it| it.get(key)?.as_str()).filter(|it: &&str| !it.is_empty());
    let name = word("name").unwrap_or_default();
    word("namespace").map_or_else(|| format!("#{name}"), |namespace| format!("#{namespace}/{name}"))
}
