//! What is wrong with kustomizations, as people read it.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Location, Notice, Severity, UnitId};
use seatrial_kustomize::{Build, FIELDS, Problem, ProblemKind};
use seatrial_model::{Skip, SkipCode, UnitRole};
use seatrial_source::{FileId, SourceMap, Span, TreePath};

use super::words::{Said, is_of_another_api, said, said_of_template, unknown_field};
use super::{Built, Kustomizations};
use crate::classify::foreign::HELM;
use crate::kustomization::Part;

/// Problems of one build that are told at most.
const PROBLEMS_MAX: usize = 2_000;
/// Missing files for which a like one is looked for at most.
const NEAR_MAX: usize = 50;

/// What decides how a problem is told.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a SourceMap,
    /// The role of a unit.
    pub(crate) role: &'a dyn Fn(UnitId) -> UnitRole,
    /// Whether a place lies in a document that is told to be broken.
    pub(crate) is_broken: &'a dyn Fn(Span) -> bool,
    /// Why a file is not judged, where it is another program's template.
    pub(crate) foreign: &'a dyn Fn(FileId) -> Option<&'static str>,
    /// Whether a kustomization lists a file that is yet to be filled in.
    pub(crate) has_gap: &'a dyn Fn(&TreePath) -> bool,
    /// Whether git ignores a file.
    pub(crate) is_ignored: &'a dyn Fn(&TreePath) -> bool,
    /// What stands in a directory.
    pub(crate) names: &'a dyn Fn(&TreePath) -> Vec<String>,
}

impl Context<'_> {
    /// How grave something can be in a unit.
    pub(super) fn severity_of(&self, unit: UnitId) -> Severity {
        if (self.role)(unit) == UnitRole::Candidate { Severity::Warning } else { Severity::Error }
    }
}

impl Kustomizations {
    /// What is wrong with them, unit by unit.
    pub(crate) fn notices(&self, context: &Context<'_>) -> Vec<Notice> {
        let idle = self.idle();
        let completed = self.completed();
        let of_unit = |(unit, built): (UnitId, &Built)| {
            // What Flux or Argo CD adds to it may be what is looked for.
            let is_bare = built.ask.is_plain && completed.contains(&built.ask.directory);
            let is_told = |it: &&Problem| match it.kind {
                _ if is_bare && looks_for_others(it) => false,
                ProblemKind::Unused => idle.contains_key(&place(it)),
                _ => true,
            };
            let told = built.problems().filter(is_told);
            let absent: Vec<&str> = lost_resources(built, &self.listed)
                .map(|it| it.span.map_or("", |span| context.sources.text(span)))
                .collect();
            // A field that is misspelt brings nothing either.
            let lost = |it: &Problem| meant_field(it, context.sources).is_some_and(brings_objects);
            let lacks = !absent.is_empty() || built.problems().any(lost);
            let told = told.filter(|it| !absent.iter().any(|path| stands_in(it, path)));
            // Nothing in an object of another API is meant for Kustomize.
            let objects: FxHashSet<&TreePath> = built
                .problems()
                .filter(|it| it.span.is_some_and(|span| is_of_another_api(it, context.sources.text(span))))
                .map(|it| &it.path)
                .collect();
            let told = told.filter(|it| {
                let is_of_field = it.kind == ProblemKind::UnknownField;
                !(is_of_field && objects.contains(&it.path))
            });
            let told = told.take(PROBLEMS_MAX).enumerate();
            let is_of_flux = built.build.problems.iter().any(|it| it.kind == ProblemKind::Outside)
                && built.build.resources.iter().any(|it| it.id().gvk.group.ends_with(".toolkit.fluxcd.io"));
            let notices = told.filter_map(|(at, it)| {
                let notice = notice(it, (unit, &built.build.files), (at < NEAR_MAX, lacks), context)?;
                Some(if is_of_flux && it.kind == ProblemKind::Outside {
                    read_by_flux(notice)
                } else {
                    notice
                })
            });
            notices.map(|it| if built.ask.is_component() { of_component(it) } else { it }).collect::<Vec<_>>()
        };
        let mut found: Vec<Notice> = self.units().flat_map(of_unit).collect();
        found.extend(self.images_unlike_others(context));
        found
    }

    /// What of them is not judged.
    pub(crate) fn skips(&self) -> Vec<Skip> {
        let completed = self.completed();
        let is_bare = |built: &Built| built.ask.is_plain && completed.contains(&built.ask.directory);
        self.units().flat_map(|(_, built)| skips(built, is_bare(built))).collect()
    }

    /// The units of which objects may be missing.
    pub(crate) fn incomplete(&self) -> impl Iterator<Item = UnitId> {
        let is_data = |it: &Problem| it.span.and_then(|it| self.listed.get(&it)) == Some(&Part::Data);
        let is_open = move |it: &Problem| match it.kind {
            ProblemKind::Resource | ProblemKind::Generator => true,
            // What a generator or chart would make of it may be what others name.
            ProblemKind::Missing => is_data(it),
            _ => is_gap(it),
        };
        let lacks = move |built: &Built| {
            lost_resources(built, &self.listed).next().is_some() || built.build.problems.iter().any(is_open)
        };
        self.units().filter(move |(_, built)| lacks(built)).map(|(unit, _)| unit)
    }

    /// The directories that somebody builds with more than stands in them.
    fn completed(&self) -> FxHashSet<&TreePath> {
        let builds = self.units().map(|(_, built)| &built.ask);
        builds.filter(|it| !it.is_plain).map(|it| &it.directory).collect()
    }

    /// The entries that change nothing in any of the builds that they take part
    /// in: a component is written for several.
    fn idle(&self) -> FxHashMap<Place, usize> {
        let mut found: FxHashMap<Place, usize> = FxHashMap::default();
        let mut builds: FxHashMap<&TreePath, usize> = FxHashMap::default();
        for (_, built) in self.units().filter(|(_, built)| !built.ask.is_component()) {
            for path in &built.build.files {
                *builds.entry(path).or_default() += 1;
            }
            for problem in built.problems().filter(|it| it.kind == ProblemKind::Unused) {
                *found.entry(place(problem)).or_default() += 1;
            }
        }
        found.retain(|(path, _), count| builds.get(path).is_none_or(|all| *count >= *all));
        found
    }
}

type Place = (TreePath, Option<Span>);

fn place(problem: &Problem) -> Place {
    (problem.path.clone(), problem.span)
}

impl Built {
    /// What is wrong with it for sure: where a part is only to be had from
    /// elsewhere, that may hold what something else did not find.
    fn problems(&self) -> impl Iterator<Item = &Problem> {
        let is_component = self.ask.is_component();
        let is_open = move |it: &Problem| is_gap(it) || is_component && looks_for_others(it);
        proven(&self.build).filter(move |it| !is_open(it))
    }
}

/// The problems of a build without those that hang on what is only to be had
/// from elsewhere.
pub(crate) fn proven(build: &Build) -> impl Iterator<Item = &Problem> {
    let has_gap = build.problems.iter().any(is_gap);
    build.problems.iter().filter(move |it| !(has_gap && looks_for_others(it)))
}

fn notice(
    problem: &Problem,
    (unit, kustomizations): (UnitId, &[TreePath]),
    (looks_near, lacks_resources): (bool, bool),
    context: &Context<'_>,
) -> Option<Notice> {
    let foreign = problem.span.and_then(|it| (context.foreign)(it.file));
    let is_template = foreign == Some(HELM) && lists_template(problem, kustomizations, context);
    if foreign.is_some() && !is_template {
        return None;
    }
    let is_told = |span: Span| is_about_yaml(problem) && (context.is_broken)(span);
    if !is_template && problem.span.is_some_and(is_told) {
        return None;
    }
    if problem.kind == ProblemKind::Unused && (context.has_gap)(&problem.path) {
        return None;
    }
    let at = problem.span.or_else(|| whole(&problem.path, context.sources))?;
    let written = written(context.sources.text(at));
    let Said { check, message, help } = if is_template {
        said_of_template(problem.kind, context.sources.file(at.file).path())
    } else if written.contains("{{") || (is_about_yaml(problem) && problem.message.contains("`{{`")) {
        // Another program has yet to fill it in.
        return None;
    } else {
        said(problem, written)?
    };
    let mut notice = Notice::new(check, Location::text(at), message).in_unit(unit);
    if let Some(help) = help.or_else(|| looks_near.then(|| near(problem, written, context)).flatten()) {
        notice = notice.help(help);
    }
    if problem.is_fatal {
        notice = notice.because(format!("`kustomize build` stops here: {}", first_line(&problem.message)));
    }
    if (context.role)(unit) == UnitRole::Candidate {
        notice = notice.at_most(Severity::Warning);
    }
    if problem.kind == ProblemKind::Missing && is_ignored(problem, written, context) {
        notice = notice.at_most(Severity::Warning).because("git ignores it: it may be made before the build");
    }
    if looks_for_others(problem) && lacks_resources {
        return Some(notice.at_most(Severity::Warning).because("it may stand in what could not be read"));
    }
    Some(sharpened(notice, problem, check))
}

/// Whether Kustomize does not read a file because it is a template of Helm, and nobody
/// fills in the kustomizations either.
fn lists_template(problem: &Problem, kustomizations: &[TreePath], context: &Context<'_>) -> bool {
    let text = |path: &TreePath| context.sources.find(path).map(|it| context.sources.file(it).text());
    matches!(problem.kind, ProblemKind::Resource | ProblemKind::Patch)
        && is_about_yaml(problem)
        && !kustomizations.iter().filter_map(text).any(|it| it.contains("{{"))
}

/// What is wrong with a component that nothing here takes in.
fn of_component(notice: Notice) -> Notice {
    notice.at_most(Severity::Warning).because("no kustomization here takes this component in")
}

/// A file outside of a directory with objects of Flux, which nothing here applies:
/// some Flux will.
fn read_by_flux(notice: Notice) -> Notice {
    notice.at_most(Severity::Warning).because("Flux reads such files, and objects of Flux stand beside it")
}

/// An entry that Kustomize refuses is more than one that it passes over.
fn sharpened(notice: Notice, problem: &Problem, check: &CheckInfo) -> Notice {
    let is_graver = problem.is_fatal && check.severity < Severity::Error && notice.severity == check.severity;
    if is_graver { notice.severity(Severity::Error) } else { notice }
}

/// Whether the text is no YAML that is taken.
fn is_about_yaml(problem: &Problem) -> bool {
    let is_refused = |it: &str| it.starts_with("invalid Kustomization: ") && !it.contains(": json: ");
    problem.message.contains("MalformedYAMLError") || is_refused(&problem.message)
}

/// What of a unit is not judged.
fn skips(built: &Built, is_bare: bool) -> Vec<Skip> {
    // Of what leads out of the tree others tell.
    let gaps = built.build.problems.iter().filter(|it| is_gap(it) && it.kind != ProblemKind::Outside);
    let skip = |it: &Problem| Skip {
        path: it.path.clone(),
        span: it.span,
        code: if it.kind == ProblemKind::Remote { SkipCode::Remote } else { SkipCode::NotRendered },
        reason: it.message.clone(),
    };
    let mut skips: Vec<Skip> = gaps.map(skip).collect();
    if built.problems().any(|it| it.is_fatal && !(is_bare && looks_for_others(it))) {
        let file = built.build.files.first().unwrap_or(&built.ask.directory);
        skips.push(Skip {
            path: file.clone(),
            span: None,
            code: SkipCode::NotRendered,
            reason: "the kustomization does not build; what is left of it was checked".to_owned(),
        });
    }
    skips
}

/// Whether nothing is wrong, and something is only not to be had here.
pub(super) fn is_gap(problem: &Problem) -> bool {
    let leads_out = || problem.kind == ProblemKind::Outside && problem.message.contains("leads out");
    matches!(problem.kind, ProblemKind::Remote | ProblemKind::Unsupported) || leads_out()
}

/// Whether it is only about an object or field that something else may bring.
fn looks_for_others(problem: &Problem) -> bool {
    let says = |words: &[&str]| words.iter().any(|it| problem.message.contains(it));
    match problem.kind {
        ProblemKind::Patch => {
            says(&["no matches for Id", "does not apply", "missing value", "is missing path"])
        }
        ProblemKind::Generator => says(&["does not exist; cannot"]),
        ProblemKind::Transformer => says(&["does not match a config", "variable"]),
        ProblemKind::Replacement | ProblemKind::Unused | ProblemKind::Doubled => true,
        _ => false,
    }
}

/// The entries whose objects are missing from a build: what they name is not
/// there, or leads in a circle.
fn lost_resources<'a>(
    built: &'a Built,
    listed: &'a FxHashMap<Span, Part>,
) -> impl Iterator<Item = &'a Problem> {
    built.build.problems.iter().filter(|it| match it.kind {
        // Generators and patches say otherwise what they lack.
        ProblemKind::Missing => it.span.is_none_or(|span| listed.get(&span) == Some(&Part::Resource)),
        ProblemKind::Cycle => true,
        _ => false,
    })
}

/// Whether what a problem looks for would surely stand in the absent file,
/// which is called after it.
fn stands_in(problem: &Problem, absent: &str) -> bool {
    let name = sought(problem).filter(|it| !it.is_empty());
    name.is_some_and(|it| absent.contains(it))
}

/// The name of the object that is not found.
fn sought(problem: &Problem) -> Option<&str> {
    let message = problem.message.as_str();
    match problem.kind {
        ProblemKind::Patch => {
            let (id, _) = message.strip_prefix("no matches for Id ")?.split_once(';')?;
            let (_, name) = id.split_once('/')?;
            name.rsplit_once('.').map(|(name, _)| name)
        }
        ProblemKind::Unused => {
            let (_, rest) = message.split_once("name ")?;
            rest.split(',').next()
        }
        _ => None,
    }
}

fn is_ignored(problem: &Problem, written: &str, context: &Context<'_>) -> bool {
    let path = problem.path.parent().and_then(|it| it.join(path_of(written)));
    path.is_some_and(|it| (context.is_ignored)(&it))
}

/// The path that an entry names: a generator's may have a key before it.
fn path_of(written: &str) -> &str {
    written.split_once('=').map_or(written, |(_, path)| path)
}

/// The field of a kustomization that is called nearly like one that is none.
fn meant_field(problem: &Problem, sources: &SourceMap) -> Option<&'static str> {
    let span = problem.span.filter(|_| problem.kind == ProblemKind::UnknownField)?;
    let text = sources.file(span.file).text().get(..span.start as usize)?;
    // Entries of lists have fields of their own.
    let is_outermost = text.is_empty() || text.ends_with('\n');
    let name = unknown_field(&problem.message);
    FIELDS.into_iter().find(|it| is_outermost && seatrial_diagnostics::is_slip(it, name))
}

/// Whether objects come of a field that others may be about.
fn brings_objects(field: &str) -> bool {
    matches!(field, "resources" | "bases" | "components" | "generators" | "helmCharts")
        || field.ends_with("Generator")
}

/// A file that is there, or a field that there is, and is called nearly so.
fn near(problem: &Problem, written: &str, context: &Context<'_>) -> Option<String> {
    if let Some(field) = meant_field(problem, context.sources) {
        return Some(format!("call it `{field}`"));
    }
    if problem.kind != ProblemKind::Missing {
        return None;
    }
    let path = problem.path.parent()?.join(path_of(written))?;
    let names = (context.names)(&path.parent()?);
    // Of a short name the ending is too much for a slip.
    let is_other_ending = |it: &str| stem(it).is_some() && stem(it) == stem(path.name());
    let other = names.iter().find(|it| is_other_ending(it));
    let near = other.or_else(|| names.iter().find(|it| seatrial_diagnostics::is_slip(it, path.name())))?;
    Some(format!("`{near}` is there: correct the name"))
}

/// The name of a manifest without its ending.
fn stem(name: &str) -> Option<&str> {
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))
}

/// The text of an entry without its quotes.
fn written(text: &str) -> &str {
    let line = first_line(text.trim());
    line.trim_matches(['"', '\''])
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn whole(path: &TreePath, sources: &SourceMap) -> Option<Span> {
    let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
    let inside = || names.iter().find_map(|name| sources.find(&path.join(name)?));
    sources.find(path).or_else(inside).map(|file| Span::new(file, 0, 0))
}
