//! From parsed files to units and their objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use seatrial_diagnostics::{ObjectId, UnitId};
use seatrial_model::{Bundle, Delivery, Identity, Object, ObjectSource, Place, Unit, UnitKind, UnitRole};
use seatrial_source::{Span, TreePath};
use seatrial_yaml::Stream;
use smol_str::SmolStr;

use crate::documents::{DocumentKind, Held, Typing};

/// A unit before it has an id.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) kind: UnitKind,
    pub(crate) path: TreePath,
    pub(crate) role: UnitRole,
    /// What follows the path in its name.
    pub(crate) suffix: String,
    /// Its objects, in order.
    pub(crate) objects: Vec<DraftObject>,
    /// What made its objects, where they stand in no file.
    pub(crate) made: Vec<Made>,
    /// Whether the objects are all that it would apply; of the kinds that this
    /// is not known of otherwise.
    pub(crate) is_whole: bool,
    /// Whether its objects only complete others.
    pub(crate) is_partial: bool,
    /// What its name has in place of the path.
    pub(crate) called_after: Option<String>,
    /// The directories that it deploys, where it stands elsewhere.
    pub(crate) directories: Vec<TreePath>,
    /// What is taken for granted about its objects.
    pub(crate) assumptions: Vec<String>,
    /// Why objects are missing, where some are.
    pub(crate) gaps: Vec<String>,
    /// The unit that applies all of its objects, where there is one.
    pub(crate) consumer: Option<String>,
    /// The object that has its objects applied.
    pub(crate) by: Option<Span>,
}

/// What made the objects of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// A unit of a chart, by its place there.
    Chart(usize),
    /// A kustomization that was built, by its place there.
    Kustomization(usize),
}

impl Made {
    fn chart(self) -> Option<usize> {
        if let Self::Chart(at) = self { Some(at) } else { None }
    }

    fn kustomization(self) -> Option<usize> {
        if let Self::Kustomization(at) = self { Some(at) } else { None }
    }
}

/// An object before it has an id.
#[derive(Clone, Debug)]
pub(crate) struct DraftObject {
    pub(crate) source: ObjectSource,
    pub(crate) identity: Arc<Identity>,
    /// Whether its document parses.
    pub(crate) accepted: bool,
    /// Whether its group is one of Argo CD or Flux.
    pub(crate) is_gitops: bool,
    /// The namespace it is put into where it says none.
    pub(crate) namespace: Option<SmolStr>,
}

impl DraftObject {
    /// The objects of a document whose type is known.
    pub(crate) fn of_document(
        stream: &Arc<Stream>,
        kind: &DocumentKind,
        accepted: bool,
    ) -> impl Iterator<Item = Self> {
        let held = if let DocumentKind::Objects(held) = kind { held.as_slice() } else { &[] };
        held.iter().filter_map(move |it| {
            Some(Self {
                source: ObjectSource { stream: Arc::clone(stream), root: it.node },
                identity: Arc::new(identity(stream, it)?),
                accepted,
                is_gitops: it.is_gitops,
                namespace: None,
            })
        })
    }

    pub(crate) fn build(self, unit: UnitId, id: ObjectId) -> Object {
        let object = Object::new(unit, id, self.source, self.identity);
        match self.namespace {
            Some(namespace) => object.placed_in(namespace),
            None => object,
        }
    }
}

/// What an object is called, where its type is known.
fn identity(stream: &Stream, held: &Held) -> Option<Identity> {
    let root = stream.node(held.node);
    match &held.typing {
        Typing::Written => Identity::written(root),
        Typing::OfList(list) => Some(Identity::typed(root, list.api_version.clone(), list.kind.clone())),
        Typing::Absent(_) | Typing::WrongCase => None,
    }
}

impl Draft {
    pub(crate) fn new(kind: UnitKind, path: TreePath, role: UnitRole) -> Self {
        Self {
            kind,
            path,
            role,
            suffix: String::new(),
            objects: Vec::new(),
            made: Vec::new(),
            is_whole: false,
            is_partial: false,
            called_after: None,
            directories: Vec::new(),
            assumptions: Vec::new(),
            gaps: Vec::new(),
            consumer: None,
            by: None,
        }
    }

    /// The unit's name.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.place())
    }

    /// What follows the word for its kind in that name.
    pub(crate) fn place(&self) -> String {
        let path = self.called_after.as_deref().unwrap_or(self.path.as_str());
        format!("{}{}", if path.is_empty() { "." } else { path }, self.suffix)
    }
}

/// Units being collected, by kind and path.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    drafts: Vec<Draft>,
    by_place: FxHashMap<(UnitKind, TreePath), usize>,
}

/// Units with their bundles, and the objects whose document is broken.
#[derive(Debug, Default)]
pub(crate) struct Built {
    pub(crate) units: Vec<Unit>,
    pub(crate) bundles: Vec<Bundle>,
    pub(crate) broken: Vec<Place>,
    /// The units of charts, by their places there.
    pub(crate) charts: Vec<(UnitId, usize)>,
    /// The units of kustomizations, by their places there.
    pub(crate) kustomizations: Vec<(UnitId, usize)>,
    /// The units that are known to be whole, sorted.
    pub(crate) whole: Vec<UnitId>,
    /// The units whose objects only complete others, sorted.
    pub(crate) partial: Vec<UnitId>,
    /// The directories that a unit deploys, where it stands elsewhere.
    pub(crate) serving: FxHashMap<UnitId, Vec<TreePath>>,
    /// The units that objects of the tree have applied, in order.
    pub(crate) deliveries: Vec<Delivery>,
    /// Why objects of units are missing.
    pub(crate) gaps: FxHashMap<UnitId, Vec<String>>,
}

impl Drafts {
    /// The draft at a place, made with a role when it is new.
    pub(crate) fn at(
        &mut self,
        kind: UnitKind,
        path: TreePath,
        role: impl FnOnce() -> UnitRole,
    ) -> &mut Draft {
        let next = self.drafts.len();
        let at = *self.by_place.entry((kind, path.clone())).or_insert(next);
        if at == next {
            self.drafts.push(Draft::new(kind, path, role()));
        }
        &mut self.drafts[at]
    }

    /// Those that were collected so far.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Draft> {
        self.drafts.iter()
    }

    /// The same, to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Draft> {
        self.drafts.iter_mut()
    }

    /// A unit that shares its file with others.
    pub(crate) fn add(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// Gives every unit its id, in the order of names, and reads its objects.
    pub(crate) fn build(self) -> Built {
        let by_name: BTreeMap<String, Draft> = self.drafts.into_iter().map(|it| (it.name(), it)).collect();
        let numbered: Vec<(u32, String, Draft)> =
            (0..).zip(by_name).map(|(id, (name, draft))| (id, name, draft)).collect();
        let made = |place: fn(Made) -> Option<usize>| {
            let all =
                numbered.iter().flat_map(|(id, _, draft)| draft.made.iter().map(|it| (UnitId(*id), *it)));
            all.filter_map(|(id, made)| Some((id, place(made)?))).collect()
        };
        let charts = made(Made::chart);
        let kustomizations = made(Made::kustomization);
        let whole = numbered.iter().filter(|(.., draft)| draft.is_whole);
        let whole = whole.map(|(id, ..)| UnitId(*id)).collect();
        let partial = numbered.iter().filter(|(.., draft)| draft.is_partial);
        let partial = partial.map(|(id, ..)| UnitId(*id)).collect();
        let serving = numbered.iter().filter(|(.., draft)| !draft.directories.is_empty());
        let serving = serving.map(|(id, _, draft)| (UnitId(*id), draft.directories.clone())).collect();
        let delivered = numbered.iter().filter_map(|(id, _, draft)| {
            Some(Delivery { unit: UnitId(*id), by: draft.by?, is_whole: draft.is_whole })
        });
        let deliveries = delivered.collect();
        let lacking = numbered.iter().filter(|(.., draft)| !draft.gaps.is_empty());
        let gaps = lacking.map(|(id, _, draft)| (UnitId(*id), draft.gaps.clone())).collect();
        let built: Vec<(Unit, Bundle, Vec<Place>)> =
            numbered.into_par_iter().with_max_len(1).map(build_one).collect();
        let mut all =
            Built { charts, kustomizations, whole, partial, serving, deliveries, gaps, ..Built::default() };
        for (unit, bundle, broken) in built {
            all.units.push(unit);
            all.bundles.push(bundle);
            all.broken.extend(broken);
        }
        all
    }
}

fn build_one((id, name, draft): (u32, String, Draft)) -> (Unit, Bundle, Vec<Place>) {
    let id = UnitId(id);
    let mut objects = Vec::with_capacity(draft.objects.len());
    let mut broken = Vec::new();
    for found in draft.objects {
        let object = ObjectId(objects.len() as u32);
        let accepted = found.accepted;
        objects.push(found.build(id, object));
        if !accepted {
            broken.push(Place { unit: id, object });
        }
    }
    let Draft { kind, path, role, assumptions, .. } = draft;
    let unit = Unit { id, name, kind, path, role, assumptions };
    (unit, Bundle::new(objects), broken)
}
