//! Ready, at risk or going to fail: per workload, per unit, for the whole. A verdict
//! speaks of what is deployed: what shows only once a value is turned counts nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rayon::prelude::*;
use seatrial_diagnostics::{Finding, ObjectName, Severity};
use seatrial_model::{Object, Place, Repository, Unit, UnitKind, UnitRole};
use seatrial_source::{FileId, TreePath};

use crate::resolve::Resolved;

/// What a trial says of something, from the best to the worst. What could not
/// be judged is worse than a risk, because it may hide any failure, and better
/// than a failure that is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing speaks against it.
    Ready,
    /// A warning speaks against it.
    AtRisk,
    /// It could not be rendered or judged.
    Unknown,
    /// The tree proves that it fails.
    WillFail,
}

impl Verdict {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::AtRisk => "at-risk",
            Self::Unknown => "unknown",
            Self::WillFail => "will-fail",
        }
    }

    fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::WillFail,
            Severity::Warning => Self::AtRisk,
            Severity::Info => Self::Ready,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A workload's verdict and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadVerdict {
    /// The workload.
    pub object: ObjectName,
    /// The verdict.
    pub verdict: Verdict,
    /// The findings it rests on, by id, in the order of the report.
    pub because: Vec<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// A unit's verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitVerdict {
    /// `manifests:k8s`
    pub name: String,
    /// What kind of unit it is.
    pub kind: UnitKind,
    /// Where it is.
    pub path: TreePath,
    /// Whether something in the tree deploys it.
    pub role: UnitRole,
    /// Whether all of it was judged, as it would be applied.
    pub is_judged: bool,
    /// The worst of its workloads and findings.
    pub verdict: Verdict,
    /// Its workloads, in order.
    pub workloads: Vec<WorkloadVerdict>,
}

/// What verdicts are reached from.
pub(crate) struct Evidence<'a> {
    /// All units and objects.
    pub repository: &'a Repository,
    /// Every finding with its objects.
    pub resolved: &'a [Resolved],
    /// The objects that a workload refers to or that select it, itself left out.
    pub neighbours: &'a (dyn Fn(Place) -> Vec<Place> + Sync),
    /// What was taken for granted about a workload.
    pub assumptions: &'a (dyn Fn(Place) -> Vec<String> + Sync),
    /// Whether a unit's objects are all there, as they would be applied.
    pub is_judged: &'a (dyn Fn(&Unit) -> bool + Sync),
    /// The file whose workloads are judged; those of all without it.
    pub only_file: Option<FileId>,
}

impl Evidence<'_> {
    /// The verdicts of the units that are reported.
    pub(crate) fn units(&self, reported: &[bool]) -> Vec<UnitVerdict> {
        let by_object = self.findings_by_object();
        let by_unit = self.severities_by_unit();
        let units = self.repository.units.par_iter().filter(|unit| reported[unit.id.0 as usize]);
        units.map(|unit| self.unit(unit, &by_object, by_unit.get(unit.name.as_str()).copied())).collect()
    }

    /// Places of findings in the report's order.
    fn findings_by_object(&self) -> BTreeMap<Place, Vec<usize>> {
        let mut by_object: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (at, it) in self.resolved.iter().enumerate() {
            for &subject in &it.subjects {
                by_object.entry(subject).or_default().push(at);
            }
        }
        by_object
    }

    fn severities_by_unit(&self) -> BTreeMap<&str, Severity> {
        let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
        for finding in self.resolved.iter().map(|it| &it.finding).filter(|it| !it.latent) {
            for unit in &finding.units {
                let known = worst.entry(unit).or_insert(Severity::Info);
                *known = finding.severity.max(*known);
            }
        }
        worst
    }

    fn unit(
        &self,
        unit: &Unit,
        by_object: &BTreeMap<Place, Vec<usize>>,
        severity: Option<Severity>,
    ) -> UnitVerdict {
        let judged = (self.is_judged)(unit);
        let floor = if judged { Verdict::Ready } else { Verdict::Unknown };
        let cap = cap_of(unit);
        let objects = self.repository.bundle(unit.id).objects().iter();
        let workloads: Vec<WorkloadVerdict> = objects
            .filter(|object| is_workload(object))
            .filter(|object| self.only_file.is_none_or(|file| object.span().file == file))
            .map(|object| self.workload(object, by_object, floor, cap))
            .collect();
        let own = severity.map_or(Verdict::Ready, |it| Verdict::of_severity(it.min(cap)));
        let worst = workloads.iter().map(|workload| workload.verdict).max().unwrap_or(Verdict::Ready);
        UnitVerdict {
            name: unit.name.clone(),
            kind: unit.kind,
            path: unit.path.clone(),
            role: unit.role,
            is_judged: judged,
            verdict: worst.max(own).max(floor),
            workloads,
        }
    }

    fn workload(
        &self,
        object: &Object,
        by_object: &BTreeMap<Place, Vec<usize>>,
        floor: Verdict,
        cap: Severity,
    ) -> WorkloadVerdict {
        let place = Place { unit: object.unit(), object: object.id() };
        let neighbours = if by_object.is_empty() { Vec::new() } else { (self.neighbours)(place) };
        let around = std::iter::once(place).chain(neighbours);
        let because: BTreeSet<usize> =
            around.filter_map(|place| by_object.get(&place)).flatten().copied().collect();
        let findings = || because.iter().map(|&at| &self.resolved[at].finding);
        let verdict = findings().map(|it| Verdict::of_severity(it.severity.min(cap))).max();
        WorkloadVerdict {
            object: object.words(),
            verdict: verdict.unwrap_or(Verdict::Ready).max(floor),
            because: findings().filter(|it| it.severity > Severity::Info).map(|it| it.id.clone()).collect(),
            assumptions: (self.assumptions)(place),
        }
    }
}

/// What nothing in the tree deploys is never proven to fail.
fn cap_of(unit: &Unit) -> Severity {
    if unit.role == UnitRole::Deployed { Severity::Error } else { Severity::Warning }
}

/// Whether an object runs pods by itself.
pub(crate) fn is_workload(object: &Object) -> bool {
    matches!(
        (object.group(), object.kind()),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job" | "CronJob")
            | ("", "Pod" | "ReplicationController")
            | ("argoproj.io", "Rollout")
    )
}

/// The whole tree's verdict: the worst of the units that are deployed and of
/// findings that belong to no unit. A unit that only serves others counts
/// when it could not be judged, as nothing else judged it either. A Compose file is
/// nothing that a cluster runs: it counts where Compose would refuse it, or where it is
/// the one file that was asked about. Where nothing
/// at all was judged, no warning says how it will go: only a proven failure is
/// more than unknown.
pub(crate) fn of_repository(
    units: &[UnitVerdict],
    findings: &[Finding],
    only_file: Option<&TreePath>,
) -> Verdict {
    let is_meant = |unit: &&UnitVerdict| {
        let is_for_cluster = unit.kind != UnitKind::Compose;
        is_for_cluster || unit.verdict == Verdict::WillFail || only_file == Some(&unit.path)
    };
    let units_meant = || units.iter().filter(is_meant);
    let counts = |unit: &&UnitVerdict| match unit.role {
        UnitRole::Deployed => true,
        UnitRole::Base => unit.verdict == Verdict::Unknown,
        UnitRole::Candidate => false,
    };
    let loose = findings.iter().filter(|finding| finding.units.is_empty() && !finding.latent);
    let loose = loose.map(|finding| Verdict::of_severity(finding.severity));
    let worst = units_meant().filter(counts).map(|unit| unit.verdict).chain(loose).max();
    // With candidates only, they are all there is to judge.
    let candidates = || units_meant().map(|unit| unit.verdict).max();
    let floor = if units.iter().any(|unit| unit.is_judged) { Verdict::Ready } else { Verdict::Unknown };
    worst.or_else(candidates).unwrap_or(Verdict::Unknown).max(floor)
}
