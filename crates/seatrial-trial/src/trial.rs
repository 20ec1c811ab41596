//! One trial, from files to verdict.

use std::any::Any;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use seatrial_check::{kinds_without_rules, undefined_kinds, unjudged_rules};
use seatrial_diagnostics::{CheckInfo, Finding, Location, Notice, Severity, Sources};
use seatrial_model::references::Part;
use seatrial_model::views::PodTemplate;
use seatrial_model::{
    External, Graph, KubernetesVersion, NameGlob, Object, Place, Repository, Skip, SkipCode, Target, Unit,
};
use seatrial_render::{Cluster, Limits, Rendering, Request};
use seatrial_schema::published;
use seatrial_schema::table::Table;
use seatrial_source::{EntryKind, FileId, Files, Revisions, SourceMap, Span, TreePath};
use seatrial_yaml::{Node, Value};

use crate::baseline::Comparison;
use crate::checklist::{ChecklistItem, checklist};
use crate::config::FILE_NAME;
use crate::judge::{Judgement, are_few};
use crate::origins::{look_elsewhere, look_for_commits};
use crate::redact::{Scrubber, mask};
use crate::resolve::bounds::{Bounds, FINDINGS_MAX};
use crate::resolve::{Resolved, Resolver, resolve};
use crate::stages::{Stage, Stages, Unobserved, Volume};
use crate::suppress::Suppressions;
use crate::unmatched::Unmatched;
use crate::upgrade::{self, Earlier};
use crate::verdict::{Evidence, UnitVerdict, Verdict, of_repository};
use crate::{Config, Date, catalogue, origins};

/// The name of the profile that is used when none is named.
const PROFILE: &str = "default";

/// In more files, all checks together find something that is shown.
const FEW_FILES: usize = 32;

/// Where a problem with version control is reported.
const GIT: &str = ".git";

/// What to try, and under which assumptions.
pub struct TrialRequest<'a> {
    /// The tree, from its top.
    pub files: &'a dyn Files,
    /// What version control knows about it; none outside a repository.
    pub revisions: Option<&'a dyn Revisions>,
    /// Why version control could not be asked, when it is there.
    pub git_problem: Option<String>,
    /// The directory that discovery covers.
    pub root: TreePath,
    /// The file or directory whose units are reported.
    pub scope: TreePath,
    /// What `seatrial.toml` says.
    pub config: Config,
    /// The text of `seatrial.toml`, for findings about it.
    pub config_text: Option<String>,
    /// The day the trial takes place.
    pub today: Date,
    /// Which units are reported; all without it.
    pub units: Option<UnitFilter>,
    /// What a cluster holds: templates look there, and what is there need not
    /// be in the tree.
    pub cluster: Option<Arc<Cluster>>,
}

/// Names one unit, or several by a glob.
#[derive(Clone, Debug)]
pub struct UnitFilter {
    name: String,
    glob: NameGlob,
}

impl UnitFilter {
    /// A unit's name or a glob; an error says what is wrong with the glob.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Ok(Self { name: pattern.to_owned(), glob: NameGlob::new(pattern)? })
    }

    /// Whether a unit of this name is meant.
    pub fn has(&self, name: &str) -> bool {
        name == self.name || self.glob.is_match(name)
    }
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings of severity error.
    pub error: usize,
    /// Findings of severity warning.
    pub warning: usize,
    /// Findings of severity info.
    pub info: usize,
    /// Findings that were accepted beforehand and are not reported.
    pub suppressed: usize,
    /// Findings with a fix.
    pub fixable: usize,
}

/// Something that was found and is not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file or directory.
    pub path: TreePath,
    /// The line, when only a part is skipped.
    pub line: Option<u32>,
    /// Why, for programs.
    pub code: SkipCode,
    /// Why, for people.
    pub reason: String,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Units that were found.
    pub found: usize,
    /// Those that were rendered and judged in full.
    pub rendered: usize,
    /// Objects that the checks looked at.
    pub objects: usize,
    /// The file that was asked about, where it is one.
    pub file: Option<TreePath>,
    /// What was not, sorted.
    pub skipped: Vec<Skipped>,
}

/// Everything a report tells.
#[derive(Debug)]
pub struct Trial {
    /// The directory that was covered.
    pub root: TreePath,
    /// The day of the trial.
    pub today: Date,
    /// What the units are deployed to.
    pub target: Target,
    /// The verdict on the whole.
    pub verdict: Verdict,
    /// The verdicts on the units that are reported.
    pub units: Vec<UnitVerdict>,
    /// What was looked at and what was not.
    pub coverage: Coverage,
    /// A reviewer's questions.
    pub checklist: Vec<ChecklistItem>,
    /// What is wrong, by file and line.
    pub findings: Vec<Finding>,
    /// The texts that findings point into, with secrets masked; none without findings.
    pub sources: SourceMap,
    /// How many findings there are.
    pub summary: Summary,
    /// The checks that ran, by id.
    pub checks: Vec<&'static CheckInfo>,
    /// How much was handled.
    pub volume: Volume,
    /// Whether all that the root holds is reported, and not only a part.
    pub is_whole: bool,
    /// What a baseline says of the findings, where one was given.
    pub comparison: Option<Comparison>,
    /// What it was worked out from. Taking all texts and trees apart takes a while,
    /// so who ends with the trial forgets it.
    pub grounds: Option<Box<dyn Any + Send>>,
}

impl Trial {
    /// Whether anything of Kubernetes was found at all, judged or not.
    pub fn found_anything(&self) -> bool {
        let about_kubernetes = |skip: &Skipped| {
            !matches!(skip.code, SkipCode::Excluded | SkipCode::Vendored) && skip.path.as_str() != GIT
        };
        !self.units.is_empty()
            || !self.findings.is_empty()
            || self.coverage.skipped.iter().any(about_kubernetes)
    }

    /// The worst severity that was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// Discovers, renders, checks and judges a tree.
pub fn check(request: &TrialRequest<'_>) -> Trial {
    check_observed(request, &Unobserved)
}

/// The same, telling somebody of every stage that is over.
pub fn check_observed(request: &TrialRequest<'_>, stages: &dyn Stages) -> Trial {
    check_upgrade(request, None, stages)
}

/// The same, also of what becomes of an earlier tree when this one is applied
/// over it.
pub fn check_upgrade(
    request: &TrialRequest<'_>,
    earlier: Option<&Earlier<'_>>,
    stages: &dyn Stages,
) -> Trial {
    let checks = catalogue();
    let target = target(&request.config);
    let mut rendering = render(request);
    if let Some(earlier) = earlier {
        let found = upgrade::notices(earlier, request, &mut rendering);
        rendering.notices.extend(found.into_iter().filter(|it| request.config.select.has(it.check)));
    }
    if let Some(revisions) = request.revisions {
        look_elsewhere(revisions, &mut rendering.repository);
        look_for_commits(revisions, &mut rendering.repository);
    }
    let config_file = add_config(&mut rendering.sources, request);
    stages.over(Stage::Render);
    let is_wanted = |check: &CheckInfo| request.config.select.has(check);
    let redaction = OnceLock::new();
    // A few checks may find nothing, and so may all of them in a few files.
    let is_large = !are_few(is_wanted) && rendering.sources.ids().count() > FEW_FILES;
    let is_surely_shown = is_large || !rendering.notices.is_empty();
    let (judgement, ()) = rayon::join(
        || Judgement::new(&rendering, is_wanted),
        || {
            if is_surely_shown {
                redaction.get_or_init(|| Redaction::new(&rendering));
            }
        },
    );
    stages.over(Stage::Check);
    let mut trial = Run {
        request,
        rendering: &rendering,
        judgement: &judgement,
        redaction: &redaction,
        checks: &checks,
        config_file,
        judged: judged(&rendering),
    }
    .finish(target);
    stages.over(Stage::Resolve);
    trial.grounds = Some(Box::new((rendering, judgement, redaction)));
    trial
}

/// Discovers what the tree holds and reads it.
pub fn render(request: &TrialRequest<'_>) -> Rendering {
    seatrial_render::render(Request {
        files: request.files,
        revisions: request.revisions,
        root: request.root.clone(),
        scope: request.scope.clone(),
        target: target(&request.config),
        external: external(request),
        exclude: request.config.exclude_below(&request.root),
        origins: origins(request.revisions, &request.config, &request.root),
        cluster: request.cluster.clone(),
        limits: Limits::default(),
    })
}

/// What exists elsewhere: as the configuration says, and as the cluster had it.
fn external(request: &TrialRequest<'_>) -> Vec<External> {
    let declared = request.config.external.iter().map(|it| it.object.clone());
    let held = request.cluster.iter().flat_map(|it| it.names()).filter_map(|it| {
        let group = it.api_version.split_once('/').map_or("", |(group, _)| group);
        let namespace = (!it.namespace.is_empty()).then(|| NameGlob::new(&it.namespace));
        Some(External {
            group: Some(NameGlob::new(group).ok()?),
            kind: NameGlob::new(&it.kind).ok()?,
            namespace: namespace.transpose().ok()?,
            name: NameGlob::new(&it.name).ok()?,
        })
    });
    declared.chain(held).collect()
}

/// What must not be printed.
pub(crate) struct Redaction {
    /// The secrets of every file, also of those that no finding points into: a
    /// message may quote an object that stands anywhere.
    pub(crate) secrets: Vec<Span>,
    pub(crate) scrubber: Scrubber,
}

impl Redaction {
    pub(crate) fn new(rendering: &Rendering) -> Self {
        let files: Vec<FileId> = rendering.sources.ids().collect();
        let secrets: Vec<Span> =
            files.into_par_iter().flat_map_iter(|file| rendering.secrets(file)).collect();
        let scrubber = Scrubber::new(&rendering.sources, &secrets, &rendering.optional_secrets())
            .with_common(&rendering.sources, &secrets, &|file| rendering.is_made(file));
        Self { secrets, scrubber }
    }
}

pub(crate) fn target(config: &Config) -> Target {
    Target {
        kubernetes: config.kubernetes.unwrap_or(KubernetesVersion::DEFAULT),
        release: config.kubernetes_release.clone(),
        profile: config.profile.clone().unwrap_or_else(|| PROFILE.to_owned()),
    }
}

fn add_config(sources: &mut SourceMap, request: &TrialRequest<'_>) -> Option<FileId> {
    let text = request.config_text.as_deref()?;
    Some(sources.add(request.root.join(FILE_NAME)?, text.into()))
}

struct Run<'a> {
    request: &'a TrialRequest<'a>,
    rendering: &'a Rendering,
    judgement: &'a Judgement,
    /// Worked out when a text is shown.
    redaction: &'a OnceLock<Redaction>,
    checks: &'a [&'static CheckInfo],
    config_file: Option<FileId>,
    /// The units that could be judged in full, by id.
    judged: Vec<bool>,
}

/// The units whose objects are all there, as they would be applied, by id.
fn judged(rendering: &Rendering) -> Vec<bool> {
    let repository = &rendering.repository;
    let mut incomplete: FxHashSet<TreePath> = FxHashSet::default();
    for skip in &repository.coverage.skipped {
        if hides_objects(skip.code) {
            incomplete.extend(skip.path.parent());
            incomplete.insert(skip.path.clone());
        }
    }
    let is_judged = |unit: &Unit| rendering.is_rendered(unit) && !incomplete.contains(&unit.path);
    repository.units.iter().map(is_judged).collect()
}

/// Whether what was skipped may hold objects of the unit around it.
fn hides_objects(code: SkipCode) -> bool {
    matches!(code, SkipCode::Unreadable | SkipCode::Unparsable | SkipCode::Outside | SkipCode::Limit)
}

impl Run<'_> {
    fn finish(&self, target: Target) -> Trial {
        let repository = &self.rendering.repository;
        let reported = self.reported();
        let bounds = Bounds::default();
        let scrubber = LazyCell::new(|| self.scrubber());
        let (resolved, suppressed) = self.resolve(&reported, &|| LazyCell::force(&scrubber), &bounds);
        let Self { judgement, ref judged, .. } = *self;
        if !resolved.is_empty() {
            // Nobody waits for it in parallel.
            judgement.graph(repository);
        }
        let evidence = Evidence {
            repository,
            resolved: &resolved,
            neighbours: &|place| judgement.neighbours(repository, place),
            assumptions: &|place| judgement.assumptions(repository, place),
            is_judged: &|unit| judged[unit.id.0 as usize],
            only_file: self.only_file().and_then(|path| self.rendering.sources.find(path)),
        };
        let exceeded = bounds.exceeded();
        let (units, coverage) =
            rayon::join(|| evidence.units(&reported), || self.coverage(&reported, &exceeded));
        let findings: Vec<Finding> = resolved.into_iter().map(|it| it.finding).collect();
        Trial {
            root: self.request.root.clone(),
            today: self.request.today,
            verdict: of_repository(&units, &findings, self.only_file()),
            coverage,
            checklist: self.checklist(&reported, &units, &findings),
            sources: if findings.is_empty() {
                SourceMap::new()
            } else {
                mask(&self.rendering.sources, &self.masked(&scrubber, &findings))
            },
            summary: summary(&findings, suppressed),
            checks: self.selected(),
            is_whole: self.request.units.is_none() && self.request.scope == self.request.root,
            comparison: None,
            grounds: None,
            volume: Volume::of(self.rendering, self.rendering.notices.len() + self.judgement.notices.len()),
            target,
            units,
            findings,
        }
    }

    /// The units that were asked for, by id.
    fn reported(&self) -> Vec<bool> {
        let is_named = |unit: &Unit| self.request.units.as_ref().is_none_or(|filter| filter.has(&unit.name));
        let units = self.rendering.repository.units.iter();
        units.map(|unit| self.rendering.is_reported(unit) && is_named(unit)).collect()
    }

    /// The file that was asked about, where it is one.
    fn only_file(&self) -> Option<&TreePath> {
        let scope = &self.request.scope;
        matches!(self.request.files.kind(scope), Some(EntryKind::File { .. })).then_some(scope)
    }

    /// The secrets, and where their values stand once more in the files that
    /// findings show: in a comment, a command, another object.
    fn masked(&self, scrubber: &Scrubber, findings: &[Finding]) -> Vec<Span> {
        let places = |it: &Finding| {
            let related: Vec<FileId> = it.related.iter().map(|it| it.place.span.file).collect();
            related.into_iter().chain([it.primary.span.file])
        };
        let shown: BTreeSet<FileId> = findings.iter().flat_map(places).collect();
        let again = shown
            .into_par_iter()
            .flat_map_iter(|file| scrubber.spans(file, self.rendering.sources.file(file).text()));
        let mut spans: Vec<Span> = again.collect();
        spans.extend_from_slice(&self.redaction().secrets);
        spans
    }

    fn redaction(&self) -> &Redaction {
        self.redaction.get_or_init(|| Redaction::new(self.rendering))
    }

    fn scrubber(&self) -> Scrubber {
        let scrubber = self.redaction().scrubber.clone();
        let repository = &self.rendering.repository;
        if scrubber.is_empty() {
            return scrubber;
        }
        scrubber.with_public(&public_words(repository, self.judgement.graph(repository)))
    }

    fn resolve<'r>(
        &self,
        reported: &[bool],
        scrubber: &dyn Fn() -> &'r Scrubber,
        bounds: &Bounds,
    ) -> (Vec<Resolved>, usize) {
        let Self { request, rendering, .. } = *self;
        let resolver = Resolver {
            repository: &rendering.repository,
            files: &rendering.sources,
            sources: rendering,
            config: &request.config,
            reported,
            reports_loose_files: request.units.is_none(),
            only_file: self.only_file(),
            config_file: self.config_file,
            bounds,
        };
        let mut suppressions =
            Suppressions::new(&request.config, &request.root, &rendering.sources, self.checks, request.today);
        let mut notices = rendering.notices.clone();
        notices.extend(self.judgement.notices.iter().cloned());
        self.weigh_put_away(&mut notices);
        notices.extend(suppressions.expired(self.config_file, &rendering.sources));
        resolve(&resolver, &notices, &mut suppressions, scrubber, |suppressions| {
            self.unused(suppressions, reported)
        })
    }

    /// What is wrong with a file that somebody commented out in its kustomization
    /// goes wrong nowhere, unless that file is asked about.
    fn weigh_put_away(&self, notices: &mut [Notice]) {
        let repository = &self.rendering.repository;
        let put_away = repository.facts.orphans.iter().filter(|it| it.is_put_away);
        let put_away = put_away.filter(|it| self.only_file() != Some(&it.path));
        let files: FxHashSet<FileId> = put_away.map(|it| it.file).collect();
        if files.is_empty() {
            return;
        }
        for notice in notices.iter_mut().filter(|it| it.severity > Severity::Info) {
            let file = match &notice.at {
                Location::Field { unit, object, .. } => {
                    repository.object(Place { unit: *unit, object: *object }).span().file
                }
                Location::Text { span, .. } => span.file,
            };
            if files.contains(&file) {
                let why = "its kustomization has the file commented out";
                *notice = notice.clone().severity(Severity::Info).because(why);
            }
        }
    }

    /// What accepts nothing. A part of the tree leaves entries unused that the
    /// whole would use, and so does a unit that is not judged.
    fn unused(&self, suppressions: &Suppressions<'_>, reported: &[bool]) -> Vec<Notice> {
        let repository = &self.rendering.repository;
        let is_judged = |unit: &&Unit| reported[unit.id.0 as usize] && self.judged[unit.id.0 as usize];
        let judged = || {
            let units = repository.units.iter().filter(is_judged);
            let objects = units.flat_map(|unit| repository.bundle(unit.id).objects());
            objects.map(|object| object.span().file).collect()
        };
        let mut notices = suppressions.unused_comments(judged);
        if self.only_file().is_none() && repository.units.iter().all(|unit| is_judged(&unit)) {
            notices.extend(suppressions.unused_entries(self.config_file, &self.rendering.sources));
            notices.extend(self.unmatched());
        }
        notices
    }

    /// Entries of the configuration that match nothing.
    fn unmatched(&self) -> Vec<Notice> {
        let Some(file) = self.config_file else { return Vec::new() };
        let entries = Unmatched {
            config: &self.request.config,
            file,
            files: &self.rendering.sources,
            repository: &self.rendering.repository,
        };
        let repository = &self.rendering.repository;
        entries.notices(&self.request.root, self.judgement.graph(repository))
    }

    /// Whether an object was asked for.
    fn is_meant<'a>(&self, reported: &'a [bool]) -> impl Fn(&Object) -> bool + Copy + use<'a> {
        let file = self.only_file().and_then(|path| self.rendering.sources.find(path));
        move |object| reported[object.unit().0 as usize] && file.is_none_or(|file| object.span().file == file)
    }

    /// How many objects were asked for.
    fn count(&self, reported: &[bool]) -> usize {
        let repository = &self.rendering.repository;
        let units = repository.units.iter().filter(|unit| reported[unit.id.0 as usize]);
        let bundles = units.map(|unit| repository.bundle(unit.id).objects());
        if self.only_file().is_none() {
            return bundles.map(<[Object]>::len).sum();
        }
        let is_meant = self.is_meant(reported);
        bundles.flatten().filter(|it| is_meant(it)).count()
    }

    /// Where a person finds what stands in a text, which a chart may have made.
    fn written(&self, span: Span) -> Span {
        if !self.rendering.is_made(span.file) {
            return span;
        }
        // Its first bytes: all of it comes from many places.
        let span = Span::new(span.file, span.start, span.end.min(span.start + 1));
        self.rendering.origin(&Location::text(span)).map_or(span, |it| it.edit)
    }

    /// Custom kinds that nothing in the tree defines, and kinds whose rules are not known, one
    /// line each, and rules that are too long to be judged.
    fn unvalidated<'a>(&'a self, reported: &'a [bool]) -> impl Iterator<Item = Skipped> + 'a {
        let repository = &self.rendering.repository;
        let is_meant = self.is_meant(reported);
        let custom = repository.in_groups(|group| !Table::has_group(group)).filter(move |it| is_meant(it));
        let undefined = undefined_kinds(repository, custom).into_iter().map(|kind| {
            let noun = if kind.count == 1 { "object is" } else { "objects are" };
            let (code, judged) = if kind.is_published {
                let until = published::date();
                let judged = format!("held against what was published of it up to {until}");
                (SkipCode::AssumedDefinition, judged)
            } else {
                (SkipCode::NotValidated, "not validated".to_owned())
            };
            let of = of(kind.first);
            let reason = format!("nothing in the tree defines {of}: {} {noun} {judged}", kind.count);
            (kind.first, code, reason)
        });
        let unruled = kinds_without_rules(repository, is_meant).into_iter().map(|kind| {
            let reason = format!(
                "the rules of {} are not known: only the types of fields are checked",
                of(kind.first)
            );
            (kind.first, SkipCode::NotValidated, reason)
        });
        undefined
            .chain(unruled)
            .map(|(object, code, reason)| self.skipped_at(self.written(object.span()), code, reason))
            .chain(self.unjudged(reported))
    }

    /// Rules that are too long to be judged, each once however many units have it.
    fn unjudged<'a>(&'a self, reported: &'a [bool]) -> impl Iterator<Item = Skipped> + 'a {
        let mut told = BTreeSet::new();
        unjudged_rules(&self.rendering.repository, self.is_meant(reported)).filter_map(move |(at, reason)| {
            let place = self.rendering.origin(&at)?.edit;
            told.insert((place, reason.clone())).then(|| self.skipped_at(place, SkipCode::Limit, reason))
        })
    }

    fn skipped_at(&self, span: Span, code: SkipCode, reason: String) -> Skipped {
        Skipped {
            path: self.rendering.sources.file(span.file).path().clone(),
            line: Some(self.rendering.sources.positions(span).0.line),
            code,
            reason,
        }
    }

    fn coverage(&self, reported: &[bool], exceeded: &[(FileId, &'static str)]) -> Coverage {
        let repository = &self.rendering.repository;
        let units = || repository.units.iter().filter(|unit| reported[unit.id.0 as usize]);
        let place = |skip: &Skip| Skipped {
            path: skip.path.clone(),
            line: skip.span.map(|span| self.rendering.sources.positions(span).0.line),
            code: skip.code,
            reason: skip.reason.clone(),
        };
        let mut skipped: Vec<Skipped> = repository.coverage.skipped.iter().map(place).collect();
        let not_evaluated = self.judgement.not_evaluated.iter();
        skipped
            .extend(not_evaluated.map(|(span, why)| {
                self.skipped_at(self.written(*span), SkipCode::NotEvaluated, why.clone())
            }));
        skipped.extend(self.unvalidated(reported));
        skipped.extend(self.request.git_problem.iter().map(|reason| Skipped {
            path: TreePath::new(GIT),
            line: None,
            code: SkipCode::Unreadable,
            reason: reason.clone(),
        }));
        skipped.extend(exceeded.iter().map(|(file, check)| Skipped {
            path: self.rendering.sources.file(*file).path().clone(),
            line: None,
            code: SkipCode::Limit,
            reason: format!("more than {FINDINGS_MAX} findings of `{check}`; the others are not listed"),
        }));
        Coverage {
            found: units().count(),
            rendered: units().filter(|unit| self.judged[unit.id.0 as usize]).count(),
            objects: self.count(reported),
            file: self.only_file().cloned(),
            skipped,
        }
    }

    /// The checks that run.
    fn selected(&self) -> Vec<&'static CheckInfo> {
        self.checks.iter().copied().filter(|check| self.request.config.select.has(check)).collect()
    }

    fn checklist(
        &self,
        reported: &[bool],
        units: &[UnitVerdict],
        findings: &[Finding],
    ) -> Vec<ChecklistItem> {
        let objects: Vec<&Object> =
            self.rendering.repository.objects().filter(|object| reported[object.unit().0 as usize]).collect();
        let judged = units.iter().all(|unit| unit.verdict != Verdict::Unknown);
        checklist(&self.selected(), &objects, &findings.iter().collect::<Vec<_>>(), judged)
    }
}

/// Words that are no secrets although one may hold them: the names that
/// messages are made of. The secrets of a template that cannot be read are
/// guessed widely, so that names stand among them.
pub(crate) fn public_words<'a>(repository: &'a Repository, graph: &'a Graph) -> FxHashSet<&'a str> {
    let names = |object: &'a Object| [Some(object.name()), Some(object.kind()), object.namespace()];
    let labels = |object: &'a Object| {
        let labels = object.field(&["metadata", "labels"]);
        labels.into_iter().flat_map(Node::entries).filter_map(|entry| entry.value.as_str())
    };
    let objects = repository.objects();
    let mut words: FxHashSet<&str> = graph.links().iter().filter_map(|link| link.name()).collect();
    words.extend(graph.links().iter().filter_map(|link| match link.part.as_ref()?.0 {
        Part::Key(ref key) => Some(key.as_str()),
        _ => None,
    }));
    for object in objects {
        words.extend(names(object).into_iter().flatten());
        words.extend(labels(object));
        words.extend(PodTemplate::of(object).iter().flat_map(pod_words));
        words.extend(written_names(object));
    }
    words.extend(repository.units.iter().map(|unit| unit.kind.as_str()));
    // Of these, messages are made.
    words.extend(["container", "containers", "defines", "namespace", "nothing", "selects", "template"]);
    words
}

/// The words of an object that name others, wherever they stand in it: hosts,
/// namespaces, kinds and their groups, and numbers of ports. What a Secret inside
/// holds is none.
fn written_names(object: &Object) -> Vec<&str> {
    const NAMING: [&str; 12] = [
        "apiGroup",
        "apiVersion",
        "commonName",
        "dnsNames",
        "group",
        "host",
        "hostname",
        "hostnames",
        "hosts",
        "kind",
        "namespace",
        "storageClassName",
    ];
    const PORTS: [&str; 4] = ["containerPort", "nodePort", "port", "targetPort"];
    let mut words = Vec::new();
    let mut open = vec![object.root()];
    while let Some(node) = open.pop() {
        if node.get("kind").and_then(Node::as_str) == Some("Secret") {
            continue;
        }
        open.extend(node.items().filter(|it| !it.is_alias() && it.is_mapping()));
        for entry in node.entries().filter(|it| !it.value.is_alias()) {
            let name = entry.name();
            if NAMING.contains(&&*name) {
                let items = entry.value.items().filter_map(Node::as_str);
                words.extend(entry.value.as_str().into_iter().chain(items).filter(|it| is_name(it)));
            } else if PORTS.contains(&&*name) && matches!(entry.value.value(), Value::Int(1..=65535)) {
                words.push(entry.value.source_text());
            }
            if name != "data" && name != "stringData" {
                open.push(entry.value);
            }
        }
    }
    words
}

/// Whether a text may be a name of the DNS, a kind or a version: an address with a
/// password is none.
fn is_name(text: &str) -> bool {
    const BYTES_MAX: usize = 253;
    text.len() <= BYTES_MAX && text.bytes().all(|it| it.is_ascii_alphanumeric() || b".-/*".contains(&it))
}

/// What a pod calls its containers, ports, volumes and images.
fn pod_words<'a>(template: &PodTemplate<'a>) -> Vec<&'a str> {
    let mut words: Vec<&str> = template.volumes().filter_map(|it| it.name()).collect();
    for container in template.containers() {
        words.extend(container.name());
        words.extend(container.field.list("ports").filter_map(|it| it.text("name")));
        let image = container.field.text("image").and_then(|it| it.rsplit('/').next());
        words.extend(image.and_then(|it| it.split([':', '@']).next()));
    }
    words
}

pub(crate) fn summary(findings: &[Finding], suppressed: usize) -> Summary {
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
    Summary {
        error: count(Severity::Error),
        warning: count(Severity::Warning),
        info: count(Severity::Info),
        suppressed,
        fixable: findings.iter().filter(|it| it.fix.is_some()).count(),
    }
}

/// A kind in words: `apps/v1 Deployment`.
fn of(object: &Object) -> String {
    format!("{} {}", object.api_version(), object.kind())
}

#[cfg(test)]
mod tests;
