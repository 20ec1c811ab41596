//! Claims, volumes and classes: what each asks for or offers, and who can use it.

use seatrial_model::{Field, Object, Quantity};
use seatrial_yaml::Node;

use crate::placeholder::is_filled_in_later;

/// The annotation that named a class before there was a field.
const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// A claim, written out or as a template, or a volume.
#[derive(Clone, Debug)]
pub(crate) struct Store<'a> {
    /// The claim or volume.
    pub(crate) field: Field<'a>,
    pub(crate) spec: Field<'a>,
}

impl<'a> Store<'a> {
    /// The claims that an object is or makes.
    pub(crate) fn claims(object: &'a Object) -> Vec<Self> {
        let root = Field::root(object);
        if object.is("", "PersistentVolumeClaim") {
            return Self::new(root).into_iter().collect();
        }
        if !object.is("apps", "StatefulSet") {
            return Vec::new();
        }
        let templates = root.key("spec").into_iter().flat_map(|it| it.list("volumeClaimTemplates"));
        templates.filter_map(Self::new).collect()
    }

    /// The volume that an object is.
    pub(crate) fn volume(object: &'a Object) -> Option<Self> {
        object.is("", "PersistentVolume").then(|| Self::new(Field::root(object))).flatten()
    }

    fn new(field: Field<'a>) -> Option<Self> {
        let spec = field.key("spec").filter(|it| it.node().is_mapping())?;
        Some(Self { field, spec })
    }

    pub(crate) fn object(&self) -> &'a Object {
        self.spec.object()
    }

    /// How messages name it.
    pub(crate) fn title(&self) -> String {
        let own = self.object().title();
        if self.object().kind() != "StatefulSet" {
            return own;
        }
        let name = self.field.key("metadata").and_then(|it| it.text("name")).unwrap_or("without a name");
        format!("claim template {name} of {own}")
    }

    /// Its class: empty where it is to have none, none where the cluster's
    /// default is taken or another program fills it in.
    pub(crate) fn class(&self) -> Option<&'a str> {
        let annotated = self.field.keys(&["metadata", "annotations", OLD_CLASS]).and_then(|it| it.as_str());
        let class = annotated.or_else(|| self.spec.text("storageClassName"))?;
        (!is_filled_in_later(class)).then_some(class)
    }

    /// Its access modes, each with its field.
    pub(crate) fn modes(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.spec.list("accessModes")
    }

    /// Whether it has an access mode.
    pub(crate) fn has_mode(&self, mode: &str) -> bool {
        self.modes().any(|it| it.as_str() == Some(mode))
    }

    /// The size that a claim asks for.
    pub(crate) fn request(&self) -> Option<Quantity> {
        size(self.spec.keys(&["resources", "requests", "storage"])?.node())
    }

    /// The size that a volume offers.
    pub(crate) fn capacity(&self) -> Option<Quantity> {
        size(self.spec.keys(&["capacity", "storage"])?.node())
    }
}

fn size(node: Node<'_>) -> Option<Quantity> {
    Quantity::of(node)?.ok()
}
