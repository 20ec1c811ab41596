//! What tells resources apart: group, version, kind, name, namespace (`resid`).

use std::fmt;

use seatrial_schema::table::{Kind, Table};
use smol_str::SmolStr;

use crate::node::Node;

/// Group, version and kind; as a selector, empty parts match anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gvk {
    /// `""` for the core.
    pub group: SmolStr,
    /// The version.
    pub version: SmolStr,
    /// The kind.
    pub kind: SmolStr,
}

/// The namespace of what has none.
const NOT_A_NAMESPACE: &str = "_non_namespaceable_";

impl Gvk {
    /// From `apiVersion` and `kind`.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Whether the selector's parts are this one's.
    pub fn is_selected(&self, selector: &Gvk) -> bool {
        let fits = |wanted: &SmolStr, is: &SmolStr| wanted.is_empty() || wanted == is;
        fits(&selector.group, &self.group)
            && fits(&selector.version, &self.version)
            && fits(&selector.kind, &self.kind)
    }

    /// `apiVersion`
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether the built-in API knows the kind, and that its objects have no
    /// namespace. As in upstream's bundle, the newest minor that has it speaks.
    pub fn is_cluster_scoped(&self) -> bool {
        self.kind().is_some_and(|kind| kind.is_cluster_scoped)
    }

    fn kind(&self) -> Option<&'static Kind> {
        Table::kind_of_any(&self.group, &self.version, &self.kind)
    }

    /// Whether the built-in API knows the kind.
    pub(crate) fn is_builtin(&self) -> bool {
        self.kind().is_some()
    }

    /// How sorting by kind compares it: `apps_v1_Deployment`.
    pub(crate) fn sort_text(&self) -> String {
        let or =
            |text: &SmolStr, none: &str| if text.is_empty() { none.to_owned() } else { text.to_string() };
        [or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K")].join("_")
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or =
            |text: &SmolStr, none: &str| if text.is_empty() { none.to_owned() } else { text.to_string() };
        let (kind, version) = (or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"));
        write!(formatter, "{kind}.{version}.{}", or(&self.group, "[noGrp]"))
    }
}

/// A resource's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResourceId {
    /// Its type.
    pub gvk: Gvk,
    /// Its name.
    pub name: SmolStr,
    /// Its namespace as written.
    pub namespace: SmolStr,
    /// Whether its kind is known to have no namespace.
    pub is_cluster_scoped: bool,
}

impl ResourceId {
    /// The identity of an object as it stands.
    pub fn of(node: &Node) -> Self {
        let gvk = Gvk::new(node.text_at(&["apiVersion"]), node.text_at(&["kind"]));
        Self {
            is_cluster_scoped: gvk.is_cluster_scoped(),
            name: node.text_at(&["metadata", "name"]).into(),
            namespace: node.text_at(&["metadata", "namespace"]).into(),
            gvk,
        }
    }

    /// The identity it will be remembered by.
    pub(crate) fn remembered(&self) -> Self {
        Self { namespace: self.effective_namespace().into(), is_cluster_scoped: false, ..self.clone() }
    }

    /// The namespace that counts: `default` for none, a word of its own for
    /// what has none.
    pub fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped {
            NOT_A_NAMESPACE
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// Whether both name one resource.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.gvk == other.gvk
            && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether the selector's parts are this one's.
    pub fn is_selected_by(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.effective_namespace() == self.effective_namespace())
            && self.gvk.is_selected(&selector.gvk)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "[noName]" } else { &self.name };
        let namespace = if self.namespace.is_empty() { "[noNs]" } else { &self.namespace };
        write!(formatter, "{}/{name}.{namespace}", self.gvk)
    }
}
