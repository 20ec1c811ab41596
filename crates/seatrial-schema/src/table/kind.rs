//! The kinds of the API and when they were served.

use super::{TypeId, read};
use crate::slots::is_same;

/// A kind with metadata, in one version of its group.
#[derive(Debug)]
pub struct Kind {
    /// The API group, `""` for the core.
    pub group: &'static str,
    /// The version.
    pub version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Its type.
    pub type_id: TypeId,
    /// Whether its objects belong to no namespace.
    pub is_cluster_scoped: bool,
    /// The minor that upstream says it came with, 0 where it says nothing.
    pub introduced: u8,
    /// The minor it is deprecated from, 0 for none.
    pub deprecated: u8,
    /// The minor it is gone in, 0 for none.
    pub removed: u8,
    /// What upstream says to use instead: `group/version/kind`, or `""`.
    pub replacement: &'static str,
    pub(super) minors: u64,
    pub(super) oldest: u8,
}

/// All kinds by group, version and name.
pub(super) fn all() -> &'static [Kind] {
    &read::KINDS
}

pub(super) fn of(group: &str, version: &str, kind: &str) -> Option<&'static Kind> {
    let all = all();
    let is_meant = |it: &Kind| is_same(it.kind, kind) && it.group == group && it.version == version;
    read::KIND_SLOTS.find(kind, |at| is_meant(&all[at])).map(|at| &all[at])
}

/// The kinds of a group.
pub(super) fn of_group(group: &str) -> &'static [Kind] {
    let all = all();
    let rest = &all[all.partition_point(|it| it.group < group)..];
    &rest[..rest.partition_point(|it| it.group == group)]
}

impl Kind {
    /// What stands in the table before it is filled.
    pub(super) const NONE: Self = Self {
        group: "",
        version: "",
        kind: "",
        type_id: TypeId(0),
        is_cluster_scoped: false,
        introduced: 0,
        deprecated: 0,
        removed: 0,
        replacement: "",
        minors: 0,
        oldest: 0,
    };

    /// Whether the definitions of a minor have it.
    pub fn is_in(&self, minor: u8) -> bool {
        minor
            .checked_sub(self.oldest)
            .is_some_and(|bit| self.minors.checked_shr(bit.into()).unwrap_or(0) & 1 == 1)
    }

    /// The first minor that has it; 16 also stands for earlier ones.
    pub fn first_minor(&self) -> u8 {
        self.oldest + self.minors.trailing_zeros() as u8
    }

    /// The last minor that has it.
    pub fn last_minor(&self) -> u8 {
        self.oldest + 63 - self.minors.leading_zeros() as u8
    }

    /// The last minor that serves it unless told otherwise, so far as it is known.
    pub fn last_served(&self) -> u8 {
        let last = self.last_minor();
        if self.removed == 0 { last } else { last.min(self.removed - 1) }
    }

    /// Whether a server of that minor serves it unless told otherwise: alpha
    /// versions never, beta versions only if they came before 1.24.
    pub fn is_served(&self, minor: u8) -> bool {
        let beta = self.version.contains("beta");
        let kept = self.first_minor() < 24 || (self.group, self.version) == FLOW_CONTROL;
        // A minor may still have what somebody has to turn on again.
        let is_gone = self.removed != 0 && minor >= self.removed;
        self.is_in(minor) && !is_gone && !self.version.contains("alpha") && (!beta || kept)
    }

    /// What a server of that minor says of every request for a deprecated version
    /// (`apiserver` `pkg/endpoints/deprecation/deprecation.go`).
    pub fn deprecation(&self, minor: u8) -> Option<String> {
        if self.deprecated == 0 || self.deprecated > minor {
            return None;
        }
        let removed = match self.removed {
            0 => String::new(),
            removed => format!(", unavailable in v1.{removed}+"),
        };
        let instead = match self.replacement.rsplit_once('/') {
            Some((version, kind)) => format!("; use {} {kind}", version.trim_start_matches('/')),
            None => String::new(),
        };
        let (version, kind, since) = (self.api_version(), self.kind, self.deprecated);
        Some(format!("{version} {kind} is deprecated in v1.{since}+{removed}{instead}"))
    }

    /// Whether it is a list of objects of another kind.
    pub fn is_list(&self) -> bool {
        self.kind.ends_with("List")
    }

    /// `apps/v1`, `v1`
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The resource in URLs: `networkpolicies`.
    pub fn plural(&self) -> String {
        plural(self.kind)
    }
}

/// The one beta version that came later and was still served.
const FLOW_CONTROL: (&str, &str) = ("flowcontrol.apiserver.k8s.io", "v1beta3");

/// The plural that Kubernetes forms of the name of a kind.
pub fn plural(kind: &str) -> String {
    let mut plural = kind.to_lowercase();
    let vowel_before = plural.chars().rev().nth(1).is_some_and(|letter| "aeiou".contains(letter));
    if plural == "endpoints" {
    } else if plural.ends_with(['s', 'x']) || plural.ends_with("ch") || plural.ends_with("sh") {
        plural.push_str("es");
    } else if plural.ends_with('y') && !vowel_before {
        plural.pop();
        plural.push_str("ies");
    } else {
        plural.push('s');
    }
    plural
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_those_of_the_server() {
        for (kind, expected) in [
            ("Pod", "pods"),
            ("NetworkPolicy", "networkpolicies"),
            ("Ingress", "ingresses"),
            ("Endpoints", "endpoints"),
            ("EndpointSlice", "endpointslices"),
            ("Gateway", "gateways"),
            ("ServiceCIDR", "servicecidrs"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }

    #[test]
    fn beta_versions_are_served_only_if_they_are_old() {
        let served = |version, kind, minor| {
            super::of("admissionregistration.k8s.io", version, kind).is_some_and(|kind| kind.is_served(minor))
        };
        assert!(served("v1", "ValidatingAdmissionPolicy", 36));
        assert!(!served("v1beta1", "ValidatingAdmissionPolicy", 30));
        assert!(served("v1beta1", "ValidatingWebhookConfiguration", 21));
        assert!(!served("v1beta1", "ValidatingWebhookConfiguration", 22));
    }
}
