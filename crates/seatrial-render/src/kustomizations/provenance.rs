//! From a field that a kustomization makes to the line that a person edits.

use seatrial_diagnostics::{FieldPart, Origin, OriginStep};
use seatrial_kustomize::{Content, Node as Value};
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::{FieldPath, Node, PathStep, Stream};

use super::{Built, Inflations, Kustomizations};
use crate::locate;

/// Steps that are told of a field that many things changed.
const STEPS_MAX: usize = 8;
/// Nodes that are looked at on the way to one; bounds what aliases multiply.
const DEPTH_MAX: usize = 10_000;

/// The parsed files, by id.
pub(crate) type Streams<'a> = &'a dyn Fn(FileId) -> Option<&'a Stream>;

/// What is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) path: &'q FieldPath,
    pub(crate) part: Option<&'q FieldPart>,
}

impl Kustomizations {
    /// Where to edit to change a field of an object whose mapping is `root`.
    pub(crate) fn origin<'a>(
        &'a self,
        root: Node<'_>,
        question: Question<'_>,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let built = &self.all[*self.by_text.get(&root.span().file)?];
        built.origin(root, question, &self.inflations, sources, streams)
    }

    /// Where to edit to change what a chart made for a kustomization, or values
    /// that were merged for it.
    pub(crate) fn origin_of_inflated<'a>(
        &'a self,
        span: Span,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let builds = |at: usize| self.all.get(at).map(|it| &it.build);
        self.inflations.of_text(span, &builds, sources, streams)
    }

    /// Where a value of a text that was made was written at first.
    pub(crate) fn written(&self, span: Span) -> Option<Span> {
        let built = &self.all[*self.by_text.get(&span.file)?];
        let root = built.made.as_ref()?.roots().find(|root| root.span().contains(span))?;
        let path = locate::at_span(root, span).and_then(|node| locate::path_to(root, node))?;
        let (object, path) = built.object(root, &path)?;
        let found = nearest(object, path.steps());
        Some(built.build.origins.way(found.value.origin).last()?.span)
    }

    /// Where to edit to change what stands in a text that was made.
    pub(crate) fn origin_of_text<'a>(
        &'a self,
        span: Span,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let built = &self.all[*self.by_text.get(&span.file)?];
        let root = built.made.as_ref()?.roots().find(|root| root.span().contains(span))?;
        let found = locate::at_span(root, span).and_then(|node| locate::path_to(root, node));
        let path = found.unwrap_or_default();
        built.origin(root, Question { path: &path, part: None }, &self.inflations, sources, streams)
    }
}

impl Built {
    fn origin<'a>(
        &self,
        root: Node<'_>,
        question: Question<'_>,
        inflations: &'a Inflations,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let (object, path) = self.object(root, question.path)?;
        let found = nearest(object, path.steps());
        let is_container = !matches!(found.value.content, Content::Scalar(_));
        let is_whole = found.matched == path.len();
        let is_key = !is_whole || is_container || question.part == Some(&FieldPart::Key);
        let told = if found.matched == 0 { object.get("kind").unwrap_or(object) } else { found.value };
        let guide = Guide { sources, streams };
        let mut spans = self.build.origins.way(told.origin).map(|step| {
            let span =
                if is_key && found.matched > 0 { guide.head(step.span) } else { guide.scalar(step.span) };
            OriginStep { role: step.role, span }
        });
        let first = spans.next()?;
        let mut via: Vec<OriginStep> = Vec::new();
        for step in spans.take(STEPS_MAX) {
            if step.span != first.span && !via.iter().any(|it| it.span == step.span) {
                via.push(step);
            }
        }
        if let Some(made) = self.by_chart(&found, path.steps(), question, inflations, sources, streams) {
            return Some(Origin { via: made.via.into_iter().chain(via).collect(), ..made });
        }
        let part = match question.part {
            Some(FieldPart::Bytes(bytes)) if is_whole && !is_container => {
                guide.part(first.span, told.text(), bytes.start as usize..bytes.end as usize)
            }
            _ => None,
        };
        Some(Origin { edit: part.unwrap_or(first.span), via, derived: false })
    }

    /// What of a chart a field is that nothing has set since the chart made it.
    fn by_chart<'a>(
        &self,
        found: &Nearest<'_>,
        steps: &[PathStep],
        question: Question<'_>,
        inflations: &'a Inflations,
        sources: &'a SourceMap,
        streams: Streams<'a>,
    ) -> Option<Origin> {
        let place = self.build.origins.get(found.value.origin)?.span;
        inflations.of_field(place, &steps[found.matched..], question.part, sources, streams)
    }

    /// The object of the build that a mapping of the text is, and the way to a
    /// field from there.
    pub(super) fn object(&self, root: Node<'_>, path: &FieldPath) -> Option<(&Value, FieldPath)> {
        let stream = self.made.as_ref()?;
        let documents = stream.documents();
        let at = documents.partition_point(|it| it.span.end <= root.span().start);
        let object = &self.build.resources.get(at)?.node;
        let document = stream.document_root(at)?;
        if document.id() == root.id() {
            return Some((object, path.clone()));
        }
        // An item of a list.
        Some((object, locate::path_to(document, root)?.join(path)))
    }
}

pub(super) struct Nearest<'n> {
    pub(super) value: &'n Value,
    pub(super) matched: usize,
}

pub(super) fn nearest<'n>(object: &'n Value, steps: &[PathStep]) -> Nearest<'n> {
    let mut found = Nearest { value: object, matched: 0 };
    for step in steps {
        let next = match step {
            PathStep::Key(name) => found.value.get(name),
            PathStep::Index(at) => found.value.items().get(*at as usize),
        };
        let Some(next) = next else { break };
        found = Nearest { value: next, matched: found.matched + 1 };
    }
    found
}

pub(super) struct Guide<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) streams: Streams<'a>,
}

impl Guide<'_> {
    /// The first line of what a span covers.
    fn first_line(&self, span: Span) -> Span {
        let text = self.sources.text(span);
        let end = text.find(['\n', '\r']).unwrap_or(text.len());
        Span::new(span.file, span.start, span.start + text[..end].trim_end().len() as u32)
    }

    /// A scalar as it stands; of anything else the first line.
    pub(super) fn scalar(&self, span: Span) -> Span {
        match self.at(span) {
            Some((node, _)) if !node.is_mapping() && !node.is_sequence() => span,
            _ => self.first_line(span),
        }
    }

    /// The key that a container stands under, or else its first line.
    pub(super) fn head(&self, span: Span) -> Span {
        match self.at(span) {
            Some((_, Some(key))) => key,
            _ => self.first_line(span),
        }
    }

    /// Some bytes of a scalar's text, where it is still written like that.
    fn part(&self, span: Span, text: &str, bytes: std::ops::Range<usize>) -> Option<Span> {
        let (node, _) = self.at(span)?;
        if node.as_str() == Some(text) { node.part_span(bytes) } else { None }
    }

    fn at(&self, span: Span) -> Option<(Node<'_>, Option<Span>)> {
        let (_, node, key) = standing_at((self.streams)(span.file)?, span)?;
        Some((node, key))
    }
}

/// The node that stands exactly there, with its document and its key.
pub(super) fn standing_at(stream: &Stream, span: Span) -> Option<(Node<'_>, Node<'_>, Option<Span>)> {
    let root = stream.roots().find(|root| root.span().contains(span))?;
    let mut node = root;
    let mut key = None;
    for _ in 0..DEPTH_MAX {
        if node.span() == span {
            return Some((root, node, key));
        }
        let (_, entry, child) = locate::child_before(node, span)?;
        let is_inside = match entry {
            Some(_) => child.written_span().contains(span),
            None => !child.is_alias() && child.span().contains(span),
        };
        (node, key) = is_inside.then(|| (child, entry.map(|it| it.key.written_span())))?;
    }
    None
}
