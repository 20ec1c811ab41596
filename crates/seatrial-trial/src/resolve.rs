//! From notices to findings: origins, merging, what the configuration
//! accepts, redaction, identity and order.

pub(crate) mod bounds;
mod join;
mod merge;
mod phrase;
mod title;
mod unquoted;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use seatrial_diagnostics::{
    Finding, Fix, Location, Notice, ObjectId, ObjectName, Origin, Place, RelatedPlace, Rendered, Role,
    Severity, Sources, UnitId,
};
use seatrial_model::{Place as ObjectPlace, Repository, Unit, UnitKind, UnitRole};
use seatrial_source::{FileId, SourceMap, Span, TreePath};
use sha2::{Digest, Sha256};

use self::bounds::Bounds;
use crate::redact::Scrubber;
use crate::suppress::Suppressions;
use crate::{Config, applicability};

/// What notices are resolved against.
pub(crate) struct Resolver<'a> {
    /// All units and objects.
    pub(crate) repository: &'a Repository,
    /// The texts, unmasked.
    pub(crate) files: &'a SourceMap,
    /// Where fields come from.
    pub(crate) sources: &'a (dyn Sources + Sync),
    /// Selection, severities and accepted findings.
    pub(crate) config: &'a Config,
    /// The units that are reported, by id.
    pub(crate) reported: &'a [bool],
    /// Whether findings about files of no unit are reported.
    pub(crate) reports_loose_files: bool,
    /// The file that everything must have a place in, where one was named.
    pub(crate) only_file: Option<&'a TreePath>,
    /// The configuration's file, of which everything is reported.
    pub(crate) config_file: Option<FileId>,
    /// How much one file may cost.
    pub(crate) bounds: &'a Bounds,
}

/// A finding with the objects it is about.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// What a person reads.
    pub(crate) finding: Finding,
    /// The objects it stands on, in every unit that shows it.
    pub(crate) subjects: Vec<ObjectPlace>,
    /// What the cluster lacks.
    lacks: Option<String>,
}

/// One notice with its place in a file.
struct Draft<'n> {
    unit: Option<UnitId>,
    subject: Option<ObjectPlace>,
    finding: Finding,
    /// What the cluster lacks.
    lacks: Option<&'n str>,
    /// The notice, where its change is worth a proof.
    unproven: Option<&'n Notice>,
}

/// Resolves all notices. `late` adds what only shows once everything else is
/// resolved; the scrubber is asked for where something is told. The second value counts findings that were accepted beforehand.
pub(crate) fn resolve<'s, 'c>(
    resolver: &Resolver<'_>,
    notices: &[Notice],
    suppressions: &mut Suppressions<'s>,
    scrubber: &dyn Fn() -> &'c Scrubber,
    late: impl FnOnce(&Suppressions<'s>) -> Vec<Notice>,
) -> (Vec<Resolved>, usize) {
    let mut collected = Collected::new(resolver.repository);
    for notice in notices {
        collected.add(resolver, notice, suppressions);
    }
    let late = late(suppressions);
    for notice in &late {
        collected.add(resolver, notice, suppressions);
    }
    let collected = collected.joined();
    let accepted = collected.accepted.iter().filter(|key| !collected.groups.contains_key(key)).count();
    let (repository, sources) = (resolver.repository, resolver.sources);
    let merged = collected.groups.into_values().filter_map(|drafts| merge::merge(drafts, repository));
    let merged: Vec<(Resolved, Option<&Notice>)> = merged.collect();
    if merged.is_empty() {
        return (Vec::new(), accepted);
    }
    let scrubber = scrubber();
    // A repair is proven by reading its file again: most of the work on findings.
    let finish = |(mut it, unproven): (Resolved, Option<&Notice>)| {
        it.finding.fix = unproven.and_then(|notice| fix(repository, sources, notice));
        scrub(scrubber, &mut it.finding);
        phrase::shape(&mut it.finding);
        it
    };
    let mut resolved: Vec<Resolved> = merged.into_par_iter().map(finish).collect();
    resolved.sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
    let mut resolved = join::join(resolved, repository);
    identify(&mut resolved);
    (resolved, accepted)
}

/// Drafts by defect.
struct Collected<'a, 'n> {
    sets: merge::Sets<'a>,
    groups: BTreeMap<merge::Key, Vec<Draft<'n>>>,
    accepted: BTreeSet<merge::Key>,
    /// By set and line: what is told of the set itself.
    of_sets: BTreeMap<(Span, merge::Key), merge::Key>,
    /// What sets fill in, by set and line; without a draft where it is accepted.
    filled: Vec<(Span, merge::Key, Option<Draft<'n>>)>,
}

impl<'a, 'n> Collected<'a, 'n> {
    fn new(repository: &'a Repository) -> Self {
        Self {
            sets: merge::Sets::new(repository),
            groups: BTreeMap::new(),
            accepted: BTreeSet::new(),
            of_sets: BTreeMap::new(),
            filled: Vec::new(),
        }
    }

    fn add(&mut self, resolver: &Resolver<'_>, notice: &'n Notice, suppressions: &mut Suppressions<'_>) {
        let Some(mut draft) = resolver.draft(notice) else { return };
        // What is accepted does not count, and needs no repair.
        if suppressions.accepts(&draft.finding) {
            self.put(draft, true);
            return;
        }
        let file = draft.finding.primary.span.file;
        if resolver.bounds.admits(file, draft.unit, notice.check.id) {
            if notice.change.is_some() {
                resolver.admit_proof(&mut draft, notice, file);
            }
            self.put(draft, false);
        }
    }

    fn put(&mut self, draft: Draft<'n>, is_accepted: bool) {
        let key = merge::Key::of(&draft.finding);
        match self.sets.of(&draft) {
            Some(merge::OfSet::Filled(set)) => {
                let line = merge::Key::of_line(&draft.finding);
                self.filled.push((set, line, (!is_accepted).then_some(draft)));
                return;
            }
            Some(merge::OfSet::Set(set)) => {
                let line = merge::Key::of_line(&draft.finding);
                self.of_sets.entry((set, line)).or_insert_with(|| key.clone());
            }
            None => {}
        }
        self.group(key, (!is_accepted).then_some(draft));
    }

    fn group(&mut self, key: merge::Key, draft: Option<Draft<'n>>) {
        match draft {
            Some(draft) => self.groups.entry(key).or_default().push(draft),
            None => drop(self.accepted.insert(key)),
        }
    }

    /// With what sets fill in put to what is told of the sets.
    fn joined(mut self) -> Self {
        for (set, line, draft) in std::mem::take(&mut self.filled) {
            let at = (set, line);
            let key = self.of_sets.get(&at).cloned().unwrap_or(at.1);
            self.group(key, draft);
        }
        self
    }
}

/// Whether a chart's unit takes its values from a file.
fn is_layer_of(unit: &Unit, path: &TreePath) -> bool {
    let files = unit.name.split_once('@').map(|it| it.1).filter(|_| unit.kind == UnitKind::Helm);
    let below = path.below(&unit.path);
    files.into_iter().flat_map(|it| it.split(',')).any(|it| Some(it) == below)
}

/// Whether what is told comes from values for tests of a chart (`ci/`, chart-testing):
/// no cluster gets them.
fn is_test_input(unit: &Unit, finding: &Finding) -> bool {
    let tests = unit.path.join("ci").filter(|_| unit.kind == UnitKind::Helm);
    tests.is_some_and(|it| finding.primary.path.is_within(&it))
}

/// The repair that a notice offers, where it can be proven.
fn fix(repository: &Repository, sources: &(dyn Sources + Sync), notice: &Notice) -> Option<Fix> {
    let change = notice.change.as_ref()?;
    let edits = sources.edits(change).ok().filter(|edits| !edits.is_empty())?;
    let applicability = applicability::of_change(repository, notice, change);
    Some(Fix { title: title::of_change(change), applicability, edits })
}

/// A fix whose text would have to be masked cannot be applied: it is dropped.
fn scrub(scrubber: &Scrubber, finding: &mut Finding) {
    let texts = |fix: &Option<Fix>| -> Vec<String> {
        fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.text.clone())).collect()
    };
    let before = texts(&finding.fix);
    scrubber.scrub_finding(finding);
    if texts(&finding.fix) != before {
        finding.fix = None;
    }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    let Place { path, start, span, .. } = &finding.primary;
    (path, start.line, start.column, finding.check.id, &finding.message, &finding.field, span.end)
}

/// Gives every finding its id. The same words at a second place of a file
/// are told apart by their turn.
fn identify(resolved: &mut [Resolved]) {
    let mut turns: BTreeMap<[u8; 32], u32> = BTreeMap::new();
    for it in resolved {
        let finding = &mut it.finding;
        let hash = fingerprint(finding, 0);
        let turn = turns.entry(hash).or_insert(0);
        let hash = if *turn == 0 { hash } else { fingerprint(finding, *turn) };
        *turn += 1;
        finding.id =
            format!("{:016x}", u64::from_be_bytes(*hash.first_chunk().expect("a hash has 32 bytes")));
    }
}

fn fingerprint(finding: &Finding, turn: u32) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [finding.check.id, finding.primary.path.as_str(), &finding.field, &finding.message] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    if turn > 0 {
        hash.update(turn.to_le_bytes());
    }
    hash.finalize().into()
}

impl Resolver<'_> {
    fn draft<'n>(&self, notice: &'n Notice) -> Option<Draft<'n>> {
        if !self.config.select.has(notice.check) {
            return None;
        }
        let (unit, subject, field) = match &notice.at {
            Location::Field { unit, object, path, .. } => {
                let subject = ObjectPlace { unit: *unit, object: *object };
                (Some(*unit), Some(subject), path.to_string())
            }
            Location::Text { span } => (notice.unit.or_else(|| self.unit_of(*span)), None, String::new()),
        };
        let is_reported = unit.map_or(self.reports_loose_files, |unit| self.reported[unit.0 as usize]);
        let is_own = self
            .config_file
            .is_some_and(|file| matches!(notice.at, Location::Text { span } if span.file == file));
        if !is_reported && !is_own {
            return None;
        }
        let origin = self.origin(&notice.at)?;
        let (origin, help) = unquoted::in_template(notice, &origin, self.repository, self.files)
            .map_or_else(|| (origin, notice.help.clone()), |(origin, help)| (origin, Some(help)));
        let mut finding = Finding {
            id: String::new(),
            check: notice.check,
            severity: self.severity(notice, unit),
            message: self.repository.facts.without_hashes(&notice.message),
            help,
            object: subject.map(|it| self.words(it.unit, it.object)),
            field,
            units: unit.iter().map(|&unit| self.repository.unit(unit).name.clone()).collect(),
            primary: self.place(origin.edit),
            rendered: self.rendered(notice, unit),
            related: self.related(notice, &origin),
            derivation: notice.derivation.clone(),
            fix: None,
            latent: notice.latent,
        };
        if origin.derived {
            finding
                .derivation
                .push("the value is made of several inputs, so no single edit sets it".to_owned());
        }
        let lacks = notice.lacks.as_deref();
        if unit.is_some_and(|it| is_test_input(self.repository.unit(it), &finding)) {
            finding.severity = finding.severity.min(Severity::Info);
        }
        self.concerns(&finding).then_some(Draft { unit, subject, finding, lacks, unproven: None })
    }

    /// Whether a finding has a place in the one file that was named.
    fn concerns(&self, finding: &Finding) -> bool {
        self.only_file.is_none_or(|path| {
            finding.primary.path == *path || finding.related.iter().any(|it| it.place.path == *path)
        })
    }

    /// The notice's severity, or the configuration's; what nothing in the tree
    /// deploys proves no error, except in a text that no build gets past.
    fn severity(&self, notice: &Notice, unit: Option<UnitId>) -> Severity {
        let severity = self.config.severity_of(notice.check).unwrap_or(notice.severity);
        // Beside a kustomization stand files that it does not build with.
        let is_beside = |unit: &Unit| {
            unit.kind == UnitKind::Kustomize
                && notice.unit.is_none()
                && matches!(notice.at, Location::Text { .. })
        };
        let is_deployed = unit.map(|unit| self.repository.unit(unit));
        let is_deployed = is_deployed.is_none_or(|it| it.role == UnitRole::Deployed && !is_beside(it));
        if is_deployed || self.stops_builds(notice) { severity } else { severity.min(Severity::Warning) }
    }

    /// Whether a text is wrong that a kustomization is built from: that fails
    /// whatever consumes it.
    fn stops_builds(&self, notice: &Notice) -> bool {
        let Location::Text { span } = notice.at else { return false };
        let is_about_text = seatrial_render::checks().iter().any(|check| check.id == notice.check.id);
        is_about_text && self.repository.facts.built_from.binary_search(&span.file).is_ok()
    }

    /// The unit that holds a text: that of an object there, else the one whose
    /// directory is nearest.
    fn unit_of(&self, span: Span) -> Option<UnitId> {
        let path = self.files.file(span.file).path();
        let holders = self.repository.units.iter().filter(|unit| path.is_within(&unit.path));
        let rank =
            |unit: &&Unit| (unit.path.parts().count(), is_layer_of(unit, path), std::cmp::Reverse(unit.id));
        holders.max_by_key(rank).map(|unit| unit.id)
    }

    /// Where to edit; an object that nothing else is known of stands for its fields.
    fn origin(&self, location: &Location) -> Option<Origin> {
        self.sources.origin(location).or_else(|| match location {
            Location::Field { unit, object, .. } => {
                Some(Origin::written(self.repository.bundle(*unit).object(*object).span()))
            }
            Location::Text { span } => Some(Origin::written(*span)),
        })
    }

    fn words(&self, unit: UnitId, object: ObjectId) -> ObjectName {
        self.repository.bundle(unit).object(object).words()
    }

    fn place(&self, span: Span) -> Place {
        let (start, end) = self.files.positions(span);
        Place { span, path: self.files.file(span.file).path().clone(), start, end }
    }

    fn related(&self, notice: &Notice, origin: &Origin) -> Vec<RelatedPlace> {
        let steps = origin.via.iter().map(|step| RelatedPlace {
            place: self.place(step.span),
            label: step_label(step.role).to_owned(),
            role: step.role,
        });
        let others = notice.related.iter().filter_map(|it| {
            let place = self.place(self.origin(&it.at)?.edit);
            Some(RelatedPlace { place, label: it.label.clone(), role: it.role })
        });
        steps.chain(others).collect()
    }

    /// Where it stands in what is rendered of its unit.
    fn rendered(&self, notice: &Notice, unit: Option<UnitId>) -> Option<Rendered> {
        let line = self.sources.rendered_line(&notice.at)?;
        Some(Rendered { unit: self.repository.unit(unit?).name.clone(), line })
    }

    /// Marks a finding whose repair is worth its proof.
    fn admit_proof<'n>(&self, draft: &mut Draft<'n>, notice: &'n Notice, file: FileId) {
        if self.bounds.admits_proof(file, self.files.file(file).text().len()) {
            draft.unproven = Some(notice);
        } else {
            let step = "its repair is not worked out: a file of this size has too many";
            draft.finding.derivation.push(step.to_owned());
        }
    }
}

fn step_label(role: Role) -> &'static str {
    match role {
        Role::Template => "through this template",
        Role::Values => "from this value",
        Role::Base => "from this base",
        Role::Patch => "changed by this patch",
        Role::Generator => "made by this generator",
        Role::Transformer => "changed by this transformer",
        Role::Application => "deployed by this application",
        Role::Definition => "defined here",
        Role::Reference => "used here",
        Role::Cause => "because of this",
    }
}

#[cfg(test)]
mod tests;
