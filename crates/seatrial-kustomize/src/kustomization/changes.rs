//! The entries that change objects: labels, patches, images and replicas.

use seatrial_source::Span;
use seatrial_yaml::Node;
use smol_str::SmolStr;

use super::reader::{At, Inline, Reader, Text};
use crate::fields::FieldSpec;
use crate::id::{Gvk, ResourceId};
use crate::select::Selector;

/// An entry of `labels`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Label {
    pub pairs: Vec<(SmolStr, Text)>,
    pub include_selectors: bool,
    pub include_templates: bool,
    pub include_volume_claim_templates: bool,
    pub fields: Vec<FieldSpec>,
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Clone, Debug, Default)]
pub(crate) struct PatchEntry {
    pub path: Option<Text>,
    pub patch: Option<Inline>,
    pub target: Option<Selector>,
    pub allow_name_change: bool,
    pub allow_kind_change: bool,
}

/// An entry of `images`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    pub name: SmolStr,
    pub new_name: Option<Text>,
    pub new_tag: Option<Text>,
    pub tag_suffix: Option<Text>,
    pub digest: Option<Text>,
}

/// An entry of `replicas`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replica {
    /// The name of the workload.
    pub name: SmolStr,
    /// Where it is named.
    pub named_at: Option<Span>,
    /// How many, and where that stands.
    pub count: i64,
}

impl Reader<'_> {
    pub(crate) fn label(&mut self, node: Node<'_>) -> Label {
        let mut label = Label::default();
        let names =
            ["pairs", "includeSelectors", "includeTemplates", "includeVolumeClaimTemplates", "fields"];
        for (name, value) in self.named(node, &names) {
            match name {
                "pairs" => label.pairs = self.pairs(value),
                "includeSelectors" => label.include_selectors = self.bool(value),
                "includeTemplates" => label.include_templates = self.bool(value),
                "includeVolumeClaimTemplates" => label.include_volume_claim_templates = self.bool(value),
                _ => label.fields = self.list(value, Self::field_spec),
            }
        }
        label
    }

    pub(crate) fn field_spec(&mut self, node: Node<'_>) -> FieldSpec {
        let mut field = FieldSpec { gvk: Gvk::default(), path: SmolStr::default(), is_created: false };
        for (name, value) in self.named(node, &["group", "version", "kind", "path", "create"]) {
            match name {
                "group" => field.gvk.group = self.string(value),
                "version" => field.gvk.version = self.string(value),
                "kind" => field.gvk.kind = self.string(value),
                "path" => field.path = self.string(value),
                _ => field.is_created = self.bool(value),
            }
        }
        field
    }

    pub(crate) fn patch(&mut self, node: Node<'_>) -> At<PatchEntry> {
        let mut patch = PatchEntry::default();
        for (name, value) in self.named(node, &["path", "patch", "target", "options"]) {
            match name {
                "path" => patch.path = self.text(value).filter(|it| !it.value.is_empty()),
                "patch" => patch.patch = self.inline(value).filter(|it| !it.text.value.trim().is_empty()),
                "target" if value.is_null() => {}
                "target" => patch.target = Some(self.selector(value)),
                _ => self.patch_options(value, &mut patch),
            }
        }
        At { value: patch, span: self.span(node) }
    }

    pub(crate) fn patch_options(&mut self, node: Node<'_>, patch: &mut PatchEntry) {
        for (name, value) in self.named(node, &["allowNameChange", "allowKindChange"]) {
            if name == "allowNameChange" {
                patch.allow_name_change = self.bool(value);
            } else {
                patch.allow_kind_change = self.bool(value);
            }
        }
    }

    pub(crate) fn selector(&mut self, node: Node<'_>) -> Selector {
        let mut selector = Selector::default();
        let names = ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];
        for (name, value) in self.named(node, &names) {
            match name {
                "labelSelector" => selector.labels = self.string(value),
                "annotationSelector" => selector.annotations = self.string(value),
                _ => self.id_part(&mut selector.id, name, value),
            }
        }
        selector
    }

    pub(super) fn id_part(&mut self, id: &mut ResourceId, name: &str, value: Node<'_>) {
        let text = self.string(value);
        match name {
            "group" => id.gvk.group = text,
            "version" => id.gvk.version = text,
            "kind" => id.gvk.kind = text,
            "name" => id.name = text,
            _ => id.namespace = text,
        }
    }

    pub(crate) fn image(&mut self, node: Node<'_>) -> At<Image> {
        let mut image = Image::default();
        for (name, value) in self.named(node, &["name", "newName", "newTag", "tagSuffix", "digest"]) {
            let text = self.text(value).filter(|it| !it.value.is_empty());
            match name {
                "name" => image.name = text.map(|it| it.value).unwrap_or_default(),
                "newName" => image.new_name = text,
                "newTag" => image.new_tag = text,
                "tagSuffix" => image.tag_suffix = text,
                _ => image.digest = text,
            }
        }
        At { value: image, span: self.span(node) }
    }

    pub(crate) fn replica(&mut self, node: Node<'_>) -> At<Replica> {
        let mut replica = Replica::default();
        let mut span = self.span(node);
        for (name, value) in self.named(node, &["name", "count"]) {
            if name == "name" {
                replica.name = self.string(value);
                replica.named_at = Some(self.span(value));
            } else {
                span = self.span(value);
                replica.count = self.number(value);
            }
        }
        At { value: replica, span }
    }
}
