//! What another program adds to a kustomization before it builds it: Argo CD's
//! and Flux's objects say patches, images, names and labels of their own.

use seatrial_source::{Span, TreePath};
use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::kustomization::{At, Image, Kustomization, Label, Reader, Replica, Text};
use crate::problem::Problem;

/// A key with its value.
type Pair = (SmolStr, Text);

/// Which pairs of an object's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `metadata.labels`
    Labels,
    /// `metadata.annotations`
    Annotations,
}

/// Fields that are put over, or added to, those of one kustomization file.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    more: Kustomization,
    /// Labels and annotations of the finished objects themselves.
    metadata: Vec<(Section, Pair)>,
    problems: Vec<Problem>,
    needs_no_file: bool,
    /// The repository of another host that all is in, and the entry that names it.
    away: Option<(TreePath, Text)>,
}

impl Additions {
    /// Nothing yet; `path` is the file that says what is added.
    pub fn new(path: &TreePath) -> Self {
        Self { more: Kustomization { path: path.clone(), ..Kustomization::default() }, ..Self::default() }
    }

    /// A directory without a kustomization file is built as if it had an empty one.
    pub fn without_file(&mut self) {
        self.needs_no_file = true;
    }

    /// What is built lies in a repository of another host: everything in it
    /// stands for the entry of the file that names it.
    pub fn away(&mut self, repository: &TreePath, entry: &str, span: Span) {
        self.away = Some((repository.clone(), At { value: entry.into(), span }));
    }

    /// The repository of another host, the entry that names it, and its file.
    pub(crate) fn home(&self) -> Option<(&TreePath, &Text, &TreePath)> {
        self.away.as_ref().map(|(repository, entry)| (repository, entry, &self.more.path))
    }

    /// Whether nothing is added.
    pub(crate) fn is_empty(&self) -> bool {
        let it = &self.more;
        let texts = [&it.namespace, &it.name_prefix, &it.name_suffix];
        let has_text = texts.iter().any(|text| text.is_some());
        let has_change = !(it.images.is_empty() && it.replicas.is_empty() && it.patches.is_empty());
        let has_metadata =
            !(it.labels.is_empty() && it.common_annotations.is_empty() && self.metadata.is_empty());
        let has_path = !(it.components.is_empty() && it.resources.is_empty());
        let is_said = has_text || has_change || has_metadata || has_path || !self.problems.is_empty();
        !is_said && !self.needs_no_file && self.away.is_none()
    }

    pub(crate) fn needs_no_file(&self) -> bool {
        self.needs_no_file
    }

    /// Adds a field as a kustomization file writes it: `patches`, `images`,
    /// `replicas`, `labels`, `components`, `resources`. Says whether it is one.
    pub fn field(&mut self, name: &str, value: Node<'_>) -> bool {
        let path = self.more.path.clone();
        let mut reader = Reader::new(&path);
        let more = &mut self.more;
        match name {
            "patches" => more.patches.extend(reader.list(value, Reader::patch)),
            "images" => more.images.extend(reader.list(value, Reader::image)),
            "replicas" => more.replicas.extend(reader.list(value, Reader::replica)),
            "labels" => more.labels.extend(reader.list(value, Reader::label)),
            "components" => more.components.extend(reader.texts(value)),
            "resources" => more.resources.extend(reader.texts(value)),
            _ => return false,
        }
        self.problems.append(&mut reader.problems);
        true
    }

    /// Sets `namespace`.
    pub fn namespace(&mut self, text: &str, span: Span) {
        self.more.namespace = written(text, span);
    }

    /// Sets `namePrefix`.
    pub fn name_prefix(&mut self, text: &str, span: Span) {
        self.more.name_prefix = written(text, span);
    }

    /// Sets `nameSuffix`.
    pub fn name_suffix(&mut self, text: &str, span: Span) {
        self.more.name_suffix = written(text, span);
    }

    /// Adds an entry of `images`; an empty text says nothing.
    pub fn image(&mut self, name: &str, new_name: &str, new_tag: &str, digest: &str, span: Span) {
        let value = Image {
            name: name.into(),
            new_name: written(new_name, span),
            new_tag: written(new_tag, span),
            tag_suffix: None,
            digest: written(digest, span),
        };
        self.more.images.push(At { value, span });
    }

    /// Adds an entry of `replicas`.
    pub fn replicas(&mut self, name: &str, count: i64, span: Span) {
        self.more
            .replicas
            .push(At { value: Replica { name: name.into(), named_at: Some(span), count }, span });
    }

    /// Adds a label, to selectors and templates, too, where that is wanted.
    pub fn label(&mut self, key: &str, value: &str, with_selectors: bool, span: Span) {
        let pairs = vec![(SmolStr::new(key), At { value: value.into(), span })];
        self.more.labels.push(Label { pairs, include_selectors: with_selectors, ..Label::default() });
    }

    /// Adds an annotation.
    pub fn annotation(&mut self, key: &str, value: &str, span: Span) {
        self.more.common_annotations.push((key.into(), At { value: value.into(), span }));
    }

    /// Gives every object of the finished build a label or an annotation, as
    /// Flux's `commonMetadata` does: none of what it makes gets it.
    pub fn common(&mut self, section: Section, key: &str, value: &str, span: Span) {
        self.metadata.push((section, (key.into(), At { value: value.into(), span })));
    }

    /// What the objects of the finished build get in a section.
    pub(crate) fn pairs(&self, section: Section) -> Vec<(SmolStr, Text)> {
        self.metadata.iter().filter(|it| it.0 == section).map(|it| it.1.clone()).collect()
    }

    /// Adds a component.
    pub fn component(&mut self, path: &str, span: Span) {
        self.more.components.push(At { value: path.into(), span });
    }

    /// Adds a resource.
    pub fn resource(&mut self, path: &str, span: Span) {
        self.more.resources.push(At { value: path.into(), span });
    }

    /// Puts everything over what a file says, as `kustomize edit` would.
    pub(crate) fn apply(&self, own: &mut Kustomization) -> Vec<Problem> {
        let more = self.more.clone();
        for (ours, theirs) in [
            (&mut own.namespace, more.namespace),
            (&mut own.name_prefix, more.name_prefix),
            (&mut own.name_suffix, more.name_suffix),
        ] {
            if theirs.is_some() {
                *ours = theirs;
            }
        }
        for image in more.images {
            // One of the same name keeps its turn: entries may follow each other.
            match own.images.iter_mut().find(|it| it.value.name == image.value.name) {
                Some(place) => *place = image,
                None => own.images.push(image),
            }
        }
        own.replicas.retain(|it| !more.replicas.iter().any(|new| new.value.name == it.value.name));
        own.replicas.extend(more.replicas);
        let annotations = &mut own.common_annotations;
        annotations.retain(|(key, _)| !more.common_annotations.iter().any(|(new, _)| new == key));
        annotations.extend(more.common_annotations);
        annotations.sort_by(|(left, _), (right, _)| left.cmp(right));
        own.labels.extend(more.labels);
        own.patches.extend(more.patches);
        own.components.extend(more.components);
        own.resources.extend(more.resources);
        self.problems.clone()
    }
}

fn written(text: &str, span: Span) -> Option<Text> {
    (!text.is_empty()).then(|| At { value: text.into(), span })
}
