//! What a run gives: the repository, the texts, and answers about both.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{
    Change, Edit, FieldPart, Location, Notice, Origin, OriginStep, Refusal, Role, Sources, UnitId,
};
use seatrial_helm::Switch;
use seatrial_model::{Object, Place, Repository, Unit, UnitKind, UnitRole};
use seatrial_source::{FileId, SourceMap, Span, TreePath};
use seatrial_yaml::edit::Operation;
use seatrial_yaml::{FieldPath, Stream};

use crate::charts::Charts;
use crate::charts::guide::Asked;
use crate::charts::optional::Optional;
use crate::charts::provenance::Context;
use crate::gitops::generated::Generated;
use crate::intake::Intake;
use crate::kustomizations::Kustomizations;
use crate::kustomizations::provenance::Question;
use crate::{edits, origin, secret_templates, secrets};

/// Texts that are made of made texts, one of the other.
const MADE_MAX: usize = 8;

/// All units of a tree with their objects, and where everything stands.
#[derive(Debug)]
pub struct Rendering {
    /// Units, bundles, facts, coverage.
    pub repository: Repository,
    /// Every text that was kept.
    pub sources: SourceMap,
    /// What discovery and reading noticed.
    pub notices: Vec<Notice>,
    /// Objects whose document the tools refuse, sorted: what is absent in them
    /// may only be unread.
    pub broken: Vec<Place>,
    streams: Vec<Option<Arc<Stream>>>,
    pub(crate) charts: Charts,
    /// What charts would make were their switches turned.
    pub optional: Optional,
    pub(crate) kustomizations: Kustomizations,
    generated: Generated,
    /// The units that Argo CD and Flux deploy and that are whole, sorted.
    whole: Vec<UnitId>,
    /// The directories that units deploy, where they stand elsewhere.
    serving: FxHashMap<UnitId, Vec<TreePath>>,
    /// Why objects of units are missing.
    pub(crate) gaps: FxHashMap<UnitId, Vec<String>>,
    pub(crate) scope: TreePath,
}

/// What made the objects that stand in no file, and what is known of units
/// that other objects deploy.
pub(crate) struct Makers {
    pub(crate) charts: Charts,
    pub(crate) optional: Optional,
    pub(crate) kustomizations: Kustomizations,
    pub(crate) generated: Generated,
    pub(crate) whole: Vec<UnitId>,
    pub(crate) serving: FxHashMap<UnitId, Vec<TreePath>>,
    pub(crate) gaps: FxHashMap<UnitId, Vec<String>>,
}

impl Rendering {
    pub(crate) fn new(
        repository: Repository,
        intake: Intake,
        broken: Vec<Place>,
        streams: Vec<Option<Arc<Stream>>>,
        makers: Makers,
        scope: TreePath,
    ) -> Self {
        let Intake { sources, notices, .. } = intake;
        let Makers { charts, optional, kustomizations, generated, whole, serving, gaps } = makers;
        let mut rendering = Self {
            repository,
            sources,
            notices,
            broken,
            streams,
            charts,
            optional,
            kustomizations,
            generated,
            whole,
            serving,
            gaps,
            scope,
        };
        rendering.notices.extend(secret_templates::notices(&rendering.repository));
        rendering.keep_scope();
        rendering
    }

    /// Leaves out what a person did not ask about.
    fn keep_scope(&mut self) {
        let units = self.repository.units.iter().filter(|unit| self.is_reported(unit));
        let (mut found, mut rendered) = (0, 0);
        for unit in units {
            found += 1;
            rendered += usize::from(self.is_rendered(unit));
        }
        let scope = &self.scope;
        let coverage = &mut self.repository.coverage;
        coverage.found = found;
        coverage.rendered = rendered;
        coverage.skipped.retain(|skip| skip.path.is_within(scope) || scope.is_within(&skip.path));
        let sources = &self.sources;
        self.notices.retain(|notice| match &notice.at {
            Location::Text { span } => sources.file(span.file).path().is_within(scope),
            Location::Field { .. } => true,
        });
    }

    /// Whether a unit lies in what was asked about: below the path, or around
    /// the file that was named.
    pub fn is_reported(&self, unit: &Unit) -> bool {
        let around = self.scope.parent().filter(|_| self.sources.find(&self.scope).is_some());
        let is_meant = |path: &TreePath| path.is_within(&self.scope) || around.as_ref() == Some(path);
        let serves = |it: &Vec<TreePath>| it.iter().any(is_meant);
        is_meant(&unit.path) || self.serving.get(&unit.id).is_some_and(serves)
    }

    /// Whether a unit's objects are what would be applied, or nothing is left of
    /// it to be judged. Compose files are found and not rendered yet.
    pub fn is_rendered(&self, unit: &Unit) -> bool {
        match unit.kind {
            UnitKind::Manifests => true,
            UnitKind::Helm => self.charts.is_complete(unit.id),
            // Those that build on it are judged.
            UnitKind::Kustomize if unit.role == UnitRole::Base => true,
            UnitKind::Kustomize => self.kustomizations.is_complete(unit.id),
            UnitKind::ArgoCd | UnitKind::Flux => {
                self.whole.binary_search(&unit.id).is_ok()
                    && self.charts.is_complete(unit.id)
                    && self.kustomizations.is_complete(unit.id)
            }
            UnitKind::Compose => false,
        }
    }

    /// The parsed form of a file that was parsed.
    pub fn stream(&self, file: FileId) -> Option<&Arc<Stream>> {
        self.streams.get(file.0 as usize)?.as_ref()
    }

    /// Whether a text was made by a chart or a kustomization, and is no file.
    pub fn is_made(&self, file: FileId) -> bool {
        self.charts.has_made(file)
            || self.kustomizations.has_made(file)
            || self.kustomizations.inflations().has_made(file)
            || self.generated.has_made(file)
    }

    /// Whether a text was made of parts of an object.
    pub(crate) fn is_generated(&self, file: FileId) -> bool {
        self.generated.has_made(file)
    }

    /// The object that a location names.
    pub(crate) fn object(&self, location: &Location) -> Option<&Object> {
        let Location::Field { unit, object, .. } = location else { return None };
        self.repository.bundles.get(unit.0 as usize)?.objects().get(object.0 as usize)
    }
}

impl Rendering {
    /// Where a person edits what an origin names: what is made may be made of
    /// what was made.
    fn settle(&self, mut origin: Origin) -> Origin {
        for _ in 0..MADE_MAX {
            let edit = origin.edit;
            if !self.is_made(edit.file) {
                break;
            }
            let next = self.of_text(edit);
            if next.edit == edit {
                break;
            }
            let via = next.via.into_iter().chain(origin.via).collect();
            origin = Origin { edit: next.edit, via, derived: origin.derived || next.derived };
        }
        origin.via = self.settled(origin.via);
        origin
    }

    /// The places of a line where a person wrote them.
    pub(crate) fn written(&self, places: &mut Vec<Span>) {
        if !places.iter().any(|it| self.is_made(it.file)) {
            return;
        }
        let mut found = Vec::with_capacity(places.len());
        for &place in places.iter() {
            let origin = self.settle(Origin::written(place));
            let all = std::iter::once(origin.edit).chain(origin.via.iter().map(|it| it.span));
            for it in all.filter(|it| !self.is_made(it.file)) {
                if !found.contains(&it) {
                    found.push(it);
                }
            }
        }
        *places = found;
    }

    /// Steps where a person wrote them: what one program changed another made.
    fn settled(&self, via: Vec<OriginStep>) -> Vec<OriginStep> {
        let mut all: Vec<OriginStep> = Vec::with_capacity(via.len());
        for mut step in via {
            for _ in 0..MADE_MAX {
                if !self.is_made(step.span.file) {
                    break;
                }
                step.span = self.of_text(step.span).edit;
            }
            if !self.is_made(step.span.file) && !all.contains(&step) {
                all.push(step);
            }
        }
        all
    }

    fn of_text(&self, span: Span) -> Origin {
        if let Some(written) = self.generated.written(span) {
            let via = vec![OriginStep { role: Role::Application, span: written }];
            return Origin {
                edit: written,
                via: if written == span { Vec::new() } else { via },
                derived: false,
            };
        }
        if self.charts.has_made(span.file) {
            self.of_made(span, Asked::Scalar, None)
        } else if self.kustomizations.has_made(span.file) {
            let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
            let found = self.kustomizations.origin_of_text(span, &self.sources, &streams);
            found.unwrap_or_else(|| Origin::written(span))
        } else if self.kustomizations.inflations().has_made(span.file) {
            let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
            let found = self.kustomizations.origin_of_inflated(span, &self.sources, &streams);
            found.unwrap_or_else(|| Origin::written(span))
        } else {
            Origin::written(span)
        }
    }

    fn of_field(&self, location: &Location, path: &FieldPath, part: Option<&FieldPart>) -> Option<Origin> {
        let root = self.object(location)?.root();
        if self.kustomizations.has_made(root.span().file) {
            let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
            return self.kustomizations.origin(root, Question { path, part }, &self.sources, &streams);
        }
        let span = origin::of_field(root, path, part);
        if !self.charts.has_made(span.file) {
            return Some(if self.generated.has_made(span.file) {
                self.of_text(span)
            } else {
                Origin::written(span)
            });
        }
        let asked = origin::asked(root, path, part);
        Some(self.of_made(span, asked.key, asked.container))
    }

    /// Where to edit to change a field of a part that is behind a switch.
    pub fn optional_origin(&self, location: &Location) -> Option<Origin> {
        let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
        self.optional.origin(location, self.context(&streams)).map(|it| self.settle(it))
    }

    /// Whether a value that is empty was to be a part of a text in a part behind a switch.
    pub fn lacks_value(&self, location: &Location) -> bool {
        self.optional.lacks_value(location, &self.sources)
    }

    /// The values of secrets in the parts that are behind switches: no file of the tree need
    /// hold them in a place that is known for one.
    pub fn optional_secrets(&self) -> Vec<String> {
        self.optional.secrets()
    }

    /// What is wrong with the form of texts that are behind switches, with their units and
    /// the switches, told in the templates.
    pub fn optional_faults(&self) -> impl Iterator<Item = (UnitId, &[Switch], Notice)> {
        self.optional.faults().filter_map(|(unit, switches, notice)| {
            let at = Location::text(self.optional_origin(&notice.at)?.edit);
            Some((unit, switches, Notice { at, related: Vec::new(), change: None, ..notice.clone() }))
        })
    }

    /// Where to edit to change a stretch of a text that a chart made.
    fn of_made(&self, span: Span, asked: Asked, container: Option<Span>) -> Origin {
        let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
        let container = container.map(|it| it.start..it.end);
        let found =
            self.charts.origin(span.file, span.start..span.end, asked, container, self.context(&streams));
        found.unwrap_or_else(|| Origin::written(span))
    }

    pub(crate) fn edits_of_built(
        &self,
        object: &Object,
        operation: &Operation,
    ) -> Result<Vec<Edit>, Refusal> {
        let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
        let edits = self.kustomizations.edits(object, operation, &self.sources, &streams)?;
        if edits.iter().any(|it| self.is_made(it.span.file)) {
            return Err(Refusal { reason: "a chart made what is changed behind it".to_owned() });
        }
        Ok(edits)
    }

    pub(crate) fn edits_of_made(&self, object: &Object, operation: &Operation) -> Result<Vec<Edit>, Refusal> {
        let streams = |file: FileId| self.stream(file).map(AsRef::as_ref);
        self.charts.edits(object, operation, self.context(&streams))
    }

    fn context<'a>(&'a self, streams: &'a (dyn Fn(FileId) -> Option<&'a Stream> + 'a)) -> Context<'a> {
        Context { sources: &self.sources, target: &self.repository.target, streams }
    }
}

impl Sources for Rendering {
    fn origin(&self, location: &Location) -> Option<Origin> {
        let origin = match location {
            Location::Text { span } => self.of_text(*span),
            Location::Field { path, part, .. } => self.of_field(location, path, part.as_ref())?,
        };
        Some(self.settle(origin))
    }

    fn rendered_line(&self, location: &Location) -> Option<u32> {
        let span = match location {
            Location::Text { span } => *span,
            Location::Field { path, part, .. } => {
                origin::of_field(self.object(location)?.root(), path, part.as_ref())
            }
        };
        if self.kustomizations.has_made(span.file) {
            return Some(self.sources.positions(span).0.line);
        }
        self.charts.printed_line(span)
    }

    fn edits(&self, change: &Change) -> Result<Vec<Edit>, Refusal> {
        edits::of_change(self, change)
    }

    fn secrets(&self, file: FileId) -> Vec<Span> {
        if file.0 >= self.sources.next_id().0 {
            return Vec::new();
        }
        let text = self.sources.file(file).text();
        secrets::written(file, text, self.stream(file).map(AsRef::as_ref))
    }
}
