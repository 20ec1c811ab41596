//! Described target clusters: what a check may assume about the place a unit
//! is deployed to.
//!
//! A finding that hangs on something *assumed* here never proves that a unit
//! will fail; [`Provided::Assumed`] keeps the two apart.

use seatrial_model::KubernetesVersion;

/// What a cluster has of one sort of thing, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provided {
    /// Nobody said: any name may exist.
    Assumed,
    /// Exactly these names, sorted.
    Listed(Vec<String>),
}

impl Provided {
    /// Whether the cluster has it; none when nobody said.
    pub fn has(&self, name: &str) -> Option<bool> {
        match self {
            Self::Assumed => None,
            Self::Listed(names) => Some(names.iter().any(|known| known == name)),
        }
    }
}

/// A group of like nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The pool's name.
    pub name: String,
    /// Allocatable CPU of a node, in thousandths of a core.
    pub cpu_milli: u64,
    /// Allocatable memory of a node, in bytes.
    pub memory_bytes: u64,
    /// The largest number of nodes; none without a limit.
    pub nodes_max: Option<u32>,
}

/// What the cluster brings besides nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provides {
    /// Names of storage classes.
    pub storage_classes: Provided,
    /// Names of ingress classes.
    pub ingress_classes: Provided,
    /// Names of runtime classes.
    pub runtime_classes: Provided,
    /// Names of custom resource definitions, `plural.group`.
    pub crds: Provided,
}

/// A described target cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterProfile {
    /// The profile's name in reports.
    pub name: String,
    /// The API server's version.
    pub kubernetes: KubernetesVersion,
    /// The nodes.
    pub pools: Vec<Pool>,
    /// What else there is.
    pub provides: Provides,
    /// The first and last node port the API server gives; none when nobody said.
    pub node_ports: Option<(u16, u16)>,
}

impl ClusterProfile {
    /// The profile of a check that names none: nodes of 4 cores and 16 GiB
    /// (3.92 cores and 12,600 MiB allocatable) without limit, and nothing known
    /// about classes and definitions.
    pub fn standard() -> Self {
        Self {
            name: "default".to_owned(),
            kubernetes: KubernetesVersion::DEFAULT,
            pools: vec![Pool {
                name: "default".to_owned(),
                cpu_milli: 3_920,
                memory_bytes: 12_600 << 20,
                nodes_max: None,
            }],
            provides: Provides {
                storage_classes: Provided::Assumed,
                ingress_classes: Provided::Assumed,
                runtime_classes: Provided::Assumed,
                crds: Provided::Assumed,
            },
            node_ports: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_to_be_absent_from_an_assumed_cluster() {
        let profile = ClusterProfile::standard();
        assert_eq!(profile.provides.storage_classes.has("standard"), None);
        assert_eq!(Provided::Listed(vec!["gp3".to_owned()]).has("standard"), Some(false));
    }
}
