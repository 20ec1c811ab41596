//! Deployable units, and what they are deployed to.

use std::fmt;

use seatrial_diagnostics::UnitId;
use seatrial_source::TreePath;

/// What kind of thing a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// A directory of manifests.
    Manifests,
    /// A Helm chart with a set of values files.
    Helm,
    /// A kustomization.
    Kustomize,
    /// An Argo CD Application.
    ArgoCd,
    /// A Flux Kustomization or `HelmRelease`.
    Flux,
    /// A Compose file.
    Compose,
}

impl UnitKind {
    /// The word before the colon of a unit's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifests => "manifests",
            Self::Helm => "helm",
            Self::Kustomize => "kustomize",
            Self::ArgoCd => "argocd",
            Self::Flux => "flux",
            Self::Compose => "compose",
        }
    }
}

/// Whether something in the tree says that the unit is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitRole {
    /// Something in the tree states it.
    Deployed,
    /// It could be deployed so.
    Candidate,
    /// It serves other units and is judged through them.
    Base,
}

/// Something deployable that was found in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its place in the repository's list.
    pub id: UnitId,
    /// `manifests:k8s/base`, as INTERFACES fixes it.
    pub name: String,
    /// What kind of thing it is.
    pub kind: UnitKind,
    /// The directory or file it stands for.
    pub path: TreePath,
    /// Whether something in the tree deploys it.
    pub role: UnitRole,
    /// What is taken for granted about all of its objects.
    pub assumptions: Vec<String>,
}

impl Unit {
    /// Whether both are one chart with other values: they take each other's
    /// place and never stand beside each other.
    pub fn is_variant_of(&self, other: &Self) -> bool {
        self.id != other.id
            && self.kind == UnitKind::Helm
            && other.kind == self.kind
            && self.path == other.path
    }
}

/// A minor version of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    /// `1`
    pub major: u32,
    /// `36`
    pub minor: u32,
}

impl KubernetesVersion {
    /// The version whose rules and defaults are implemented.
    pub const DEFAULT: Self = Self { major: 1, minor: 36 };
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}

/// What the units are deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The API server's version.
    pub kubernetes: KubernetesVersion,
    /// The same in full, as templates see it: `1.30.4-eks-a18cd3a`; none where only
    /// the minor is said.
    pub release: Option<String>,
    /// The cluster profile's name.
    pub profile: String,
}
