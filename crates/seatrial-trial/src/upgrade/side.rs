//! One of the two trees: its objects, and what must not be told of them.

use rayon::prelude::*;
use seatrial_check::{Definitions, Settled};
use seatrial_diagnostics::{Location, Sources};
use seatrial_model::{Graph, Object, Repository, Unit};
use seatrial_render::Rendering;
use seatrial_source::{EntryKind, FileId, Span, TreePath};
use seatrial_yaml::FieldPath;

use super::Line;
use crate::judge::graph;
use crate::redact::Scrubber;
use crate::trial::{Redaction, Skipped, TrialRequest, UnitFilter, public_words};

/// A rendered tree.
pub(crate) struct Side<'a> {
    rendering: &'a Rendering,
    graph: Graph,
    definitions: Definitions,
    secrets: Vec<Span>,
    scrubber: Scrubber,
    units: Option<&'a UnitFilter>,
    /// What places are compared from.
    scope: TreePath,
    /// The file that was asked about, where it is one.
    file: Option<FileId>,
}

/// An object and its unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    pub(crate) object: &'a Object,
    pub(crate) unit: &'a Unit,
}

impl<'a> Side<'a> {
    /// What a tree was rendered to.
    pub(crate) fn of(rendering: &'a Rendering, request: &'a TrialRequest<'_>) -> Self {
        let graph = graph(&rendering.repository);
        let redaction = Redaction::new(rendering);
        let scrubber = redaction.scrubber.with_public(&public_words(&rendering.repository, &graph));
        let is_file = matches!(request.files.kind(&request.scope), Some(EntryKind::File { .. }));
        let mut secrets = redaction.secrets;
        secrets.par_sort();
        Self {
            file: is_file.then(|| rendering.sources.find(&request.scope)).flatten(),
            definitions: Definitions::of(&rendering.repository),
            rendering,
            graph,
            secrets,
            scrubber,
            units: request.units.as_ref(),
            scope: request.scope.clone(),
        }
    }

    pub(crate) fn repository(&self) -> &Repository {
        &self.rendering.repository
    }

    /// The references between its objects.
    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The kind of an object of this tree or of the other, by its definitions.
    pub(crate) fn defined(&self, object: &Object) -> Option<Settled<'_>> {
        self.definitions.settled(self.repository(), object)
    }

    /// The objects that were asked for.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let repository = self.repository();
        let units = repository.units.iter().filter(|unit| {
            self.rendering.is_reported(unit) && self.units.is_none_or(|filter| filter.has(&unit.name))
        });
        let members = units.flat_map(|unit| {
            repository.bundle(unit.id).objects().iter().map(move |object| Member { object, unit })
        });
        members.filter(|it| self.file.is_none_or(|file| it.object.span().file == file))
    }

    /// The file of an object, from the place that was asked about.
    pub(crate) fn place(&self, object: &Object) -> &str {
        let path = self.path(object.span().file);
        if self.file.is_some() { path.name() } else { path.below(&self.scope).unwrap_or(path.as_str()) }
    }

    pub(crate) fn path(&self, file: FileId) -> &TreePath {
        // What a chart or a kustomization made is told by what it was made from.
        let made = || self.rendering.repository.facts.path(file);
        let known = self.rendering.is_made(file).then(made).flatten();
        known.unwrap_or_else(|| self.rendering.sources.file(file).path())
    }

    /// Where something begins.
    pub(crate) fn line(&self, span: Span) -> Line {
        let span = self.source(span);
        let line = self.rendering.sources.positions(span).0.line;
        Line { path: self.path(span.file).clone(), line }
    }

    /// What a person would edit to change something.
    pub(crate) fn source(&self, span: Span) -> Span {
        self.rendering.origin(&Location::text(span)).map_or(span, |it| it.edit)
    }

    /// Where a field stands, or the nearest that is written around it.
    pub(crate) fn line_of(&self, object: &Object, path: &FieldPath) -> Line {
        let near = object.root().nearest(path);
        self.line(near.node.span())
    }

    /// Whether bytes hold a part of a secret.
    pub(crate) fn is_secret(&self, span: Span) -> bool {
        let before = self.secrets.partition_point(|it| (it.file, it.end) <= (span.file, span.start));
        self.secrets
            .get(before)
            .is_some_and(|it| it.file == span.file && it.start < span.end.max(span.start + 1))
    }

    /// The text without values of secrets.
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        self.scrubber.scrubbed(text)
    }

    /// The text of an object's file.
    pub(crate) fn text(&self, file: FileId) -> &str {
        self.rendering.sources.file(file).text()
    }

    /// What was not looked at.
    pub(crate) fn skipped(&self) -> impl Iterator<Item = Skipped> {
        let skipped = self.repository().coverage.skipped.iter();
        let inside = skipped.filter(|it| it.path.is_within(&self.scope) || it.path == self.scope);
        inside.map(|it| Skipped {
            path: it.path.clone(),
            line: it.span.map(|span| self.rendering.sources.positions(span).0.line),
            code: it.code,
            reason: it.reason.clone(),
        })
    }
}
