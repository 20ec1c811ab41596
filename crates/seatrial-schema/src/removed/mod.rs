//! Versions of kinds that servers no longer have, or soon will not: since when,
//! what to use instead, and which fields move on the way. Built-in kinds come
//! from the embedded table; what it does not tell, and custom resources of
//! well-known projects, stand in small tables here.

mod built_in;
mod moves;
mod projects;

use std::borrow::Cow;

use crate::table::{Kind, Table};

pub use moves::Move;

/// What becomes of one version of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Whose releases decide.
    pub owner: Owner,
    /// The version to use instead, `""` for none.
    pub replacement: Cow<'static, str>,
    /// The kind to use instead; the same one unless it was renamed.
    pub replacement_kind: Cow<'static, str>,
    /// The fields that change on the way there.
    pub moves: &'static [Move],
}

/// Whose releases decide what becomes of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Minors of Kubernetes; 0 for none yet.
    Kubernetes {
        /// The minor it is deprecated from.
        deprecated: u8,
        /// The first minor without it.
        removed: u8,
    },
    /// Releases of a project that brings custom resources; `""` for none or unknown.
    Project {
        /// Its name.
        name: &'static str,
        /// The release it is deprecated from.
        deprecated: &'static str,
        /// The first release without it.
        removed: &'static str,
    },
}

/// How a version stands in one minor of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing speaks against it.
    Current,
    /// It works and will not for ever.
    Deprecated,
    /// The server does not have it.
    Removed,
}

impl Fate {
    /// How the version stands in a minor. A project's release is not known from
    /// that, so what a project has removed is deprecated here.
    pub fn standing(&self, minor: u8) -> Standing {
        match self.owner {
            Owner::Kubernetes { removed, .. } if removed != 0 && removed <= minor => Standing::Removed,
            Owner::Kubernetes { deprecated, .. } if deprecated == 0 || deprecated > minor => {
                Standing::Current
            }
            _ => Standing::Deprecated,
        }
    }
}

/// What becomes of a version of a kind; none if nothing is known against it.
pub fn fate(api_version: &str, kind: &str) -> Option<Fate> {
    let item = kind.strip_suffix("List").filter(|item| !item.is_empty()).unwrap_or(kind);
    let mut fate = projects::fate(api_version, item).or_else(|| built_in(api_version, item))?;
    if item != kind && !fate.replacement_kind.is_empty() {
        fate.replacement_kind = format!("{}List", fate.replacement_kind).into();
    }
    Some(fate)
}

fn built_in(api_version: &str, kind: &str) -> Option<Fate> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let known =
        Table::minors().rev().filter_map(Table::of).find_map(|table| table.kind(group, version, kind));
    let newest = *Table::minors().end();
    let (mut deprecated, mut removed) = known.map_or((0, 0), |known| {
        let gone = if known.last_minor() < newest { known.last_minor() + 1 } else { 0 };
        (known.deprecated, if gone == 0 { known.removed } else { gone })
    });
    let row = built_in::row(api_version, kind);
    if let Some(row) = row {
        (deprecated, removed) = (row.deprecated, row.removed);
    }
    if deprecated == 0 && removed == 0 {
        return None;
    }
    if deprecated == 0 {
        deprecated = removed;
    }
    let (replacement, replacement_kind): (Cow<'static, str>, Cow<'static, str>) = match row {
        Some(row) => (row.replacement.into(), if row.replacement.is_empty() { "" } else { row.kind }.into()),
        None => known.and_then(replacement).unwrap_or_default(),
    };
    let owner = Owner::Kubernetes { deprecated, removed };
    let moves = moves::of(api_version, kind);
    Some(Fate { owner, replacement, replacement_kind, moves })
}

/// What upstream names, unless that is gone too, else the best version there is.
fn replacement(gone: &Kind) -> Option<(Cow<'static, str>, Cow<'static, str>)> {
    let newest = Table::of(*Table::minors().end())?;
    let mut named = gone.replacement.split('/');
    if let (Some(group), Some(version), Some(kind)) = (named.next(), named.next(), named.next())
        && let Some(found) = newest.kind(group, version, kind)
    {
        return Some((found.api_version().into(), found.kind.into()));
    }
    let rank = |it: &&Kind| (!it.version.contains("alpha"), !it.version.contains("beta"), it.version);
    let same = newest
        .kinds()
        .filter(|it| it.group == gone.group && it.kind == gone.kind && it.version != gone.version);
    same.max_by_key(rank).map(|found| (found.api_version().into(), found.kind.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(api_version: &str, kind: &str) -> String {
        let Some(fate) = fate(api_version, kind) else { return String::new() };
        let when = match fate.owner {
            Owner::Kubernetes { deprecated, removed } => format!("{deprecated} {removed}"),
            Owner::Project { name, deprecated, removed } => format!("{name} {deprecated} {removed}"),
        };
        format!("{when} {} {}", fate.replacement, fate.replacement_kind)
    }

    #[test]
    fn built_in_versions_tell_when_they_went_and_what_came() {
        for (version, kind, expected) in [
            ("extensions/v1beta1", "Deployment", "9 16 apps/v1 Deployment"),
            ("extensions/v1beta1", "Ingress", "14 22 networking.k8s.io/v1 Ingress"),
            ("networking.k8s.io/v1beta1", "IngressList", "19 22 networking.k8s.io/v1 IngressList"),
            ("policy/v1beta1", "PodSecurityPolicy", "21 25  "),
            ("policy/v1beta1", "PodDisruptionBudget", "21 25 policy/v1 PodDisruptionBudget"),
            (
                "autoscaling/v2beta1",
                "HorizontalPodAutoscaler",
                "22 25 autoscaling/v2 HorizontalPodAutoscaler",
            ),
            ("batch/v1beta1", "CronJob", "21 25 batch/v1 CronJob"),
            ("storage.k8s.io/v1beta1", "CSIStorageCapacity", "24 27 storage.k8s.io/v1 CSIStorageCapacity"),
            (
                "flowcontrol.apiserver.k8s.io/v1beta3",
                "FlowSchema",
                "29 32 flowcontrol.apiserver.k8s.io/v1 FlowSchema",
            ),
            ("v1", "Endpoints", "33 0 discovery.k8s.io/v1 EndpointSlice"),
            ("apps/v1", "Deployment", ""),
            ("example.com/v1", "Thing", ""),
        ] {
            assert_eq!(line(version, kind), expected, "{version} {kind}");
        }
    }

    #[test]
    fn projects_remove_versions_too() {
        assert_eq!(
            line("cert-manager.io/v1alpha2", "Issuer"),
            "cert-manager 1.4 1.6 cert-manager.io/v1 Issuer"
        );
        assert_eq!(
            line("traefik.containo.us/v1alpha1", "IngressRoute"),
            "Traefik 2.10 3.0 traefik.io/v1alpha1 IngressRoute"
        );
        let autoscaler = |version| line(version, "VerticalPodAutoscaler");
        assert_eq!(
            autoscaler("autoscaling.k8s.io/v1beta2"),
            "Vertical Pod Autoscaler 0.13  autoscaling.k8s.io/v1 VerticalPodAutoscaler"
        );
        assert_eq!(autoscaler("autoscaling.k8s.io/v1"), "");
        assert_eq!(
            line("metallb.io/v1beta1", "AddressPool"),
            "MetalLB 0.13 0.14 metallb.io/v1beta1 IPAddressPool"
        );
        assert_eq!(line("metallb.io/v1beta1", "IPAddressPool"), "");
        let fate = fate("karpenter.sh/v1alpha5", "Provisioner").expect("it is gone");
        assert_eq!((&*fate.replacement_kind, fate.standing(36)), ("NodePool", Standing::Deprecated));
    }

    #[test]
    fn a_version_stands_differently_in_each_minor() {
        let ingress = fate("networking.k8s.io/v1beta1", "Ingress").expect("it is gone");
        let standings = [18, 19, 21, 22].map(|minor| ingress.standing(minor));
        assert_eq!(
            standings,
            [Standing::Current, Standing::Deprecated, Standing::Deprecated, Standing::Removed]
        );
        assert!(ingress.moves.iter().any(|it| it.to.ends_with("backend.service.name")));
    }

    #[test]
    fn what_the_table_lost_has_a_fate() {
        for minor in Table::minors() {
            let table = Table::of(minor).expect("a table");
            for kind in table.kinds().filter(|kind| kind.last_minor() < *Table::minors().end()) {
                let fate = fate(&kind.api_version(), kind.kind).expect("it is gone");
                assert_eq!(fate.standing(*Table::minors().end()), Standing::Removed, "{kind:?}");
            }
        }
    }
}
