//! One overlay lacks what all others beside it have.
//!
//! ## Why
//! Overlays that build on the same base and lie beside each other are mostly written from
//! one mould. Where all but one have a patch, an image's version, a namespace, a label or a
//! generated key, the one was probably forgotten when it was added: this environment runs
//! what the base says. A label that only the others put into selectors leaves one whose
//! selectors differ.
//!
//! Told of four overlays and more on the same bases, when the one has nothing that the
//! others lack. A namespace is told of any four kustomizations beside each other, and of
//! three on the same bases, where nothing else places the objects of the one: they go to
//! whatever namespace the one who applies them happens to be in.
//!
//! ## Bad
//! ```yaml file:overlays/dev/kustomization.yaml
//! resources: [../../base]
//! namespace: dev
//! images: [{name: web, newTag: v5}]
//! ```
//! ```yaml file:overlays/prod/kustomization.yaml
//! resources: [../../base]
//! namespace: prod
//! images: [{name: web, newTag: v3}]
//! ```
//! ```yaml file:overlays/qa/kustomization.yaml
//! resources: [../../base]
//! namespace: qa
//! ```
//! ```yaml file:overlays/staging/kustomization.yaml
//! resources: [../../base]
//! namespace: staging
//! images: [{name: web, newTag: v4}]
//! ```
//!
//! ## Good
//! ```yaml file:overlays/dev/kustomization.yaml
//! resources: [../../base]
//! namespace: dev
//! images: [{name: web, newTag: v5}]
//! ```
//! ```yaml file:overlays/prod/kustomization.yaml
//! resources: [../../base]
//! namespace: prod
//! images: [{name: web, newTag: v3}]
//! ```
//! ```yaml file:overlays/qa/kustomization.yaml
//! resources: [../../base]
//! namespace: qa
//! images: [{name: web, newTag: v4}]
//! ```
//! ```yaml file:overlays/staging/kustomization.yaml
//! resources: [../../base]
//! namespace: staging
//! images: [{name: web, newTag: v4}]
//! ```

use std::collections::{BTreeMap, BTreeSet};

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{
    EntryKind, Field, KustomizationEntry, KustomizationFacts, Object, Repository, is_namespaced,
};
use seatrial_source::TreePath;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "overlay-unlike-siblings",
        title: "One overlay lacks what all others beside it have",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["render.kustomize.sibling"],
        page: include_str!("overlay_unlike_siblings.rs"),
    },
    run,
};

/// Fewer overlays are no pattern.
const SIBLINGS_MIN: usize = 4;
/// One that lacks more was made so on purpose.
const LACKING_MAX: usize = 1;

/// What an entry is, without where it stands.
type Trait<'a> = (EntryKind, &'a str);

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let all: Vec<&KustomizationFacts> =
        repository.facts.kustomizations.iter().filter(|it| !it.is_component).collect();
    let overlays = all.iter().copied();
    let mut told = Vec::new();
    let mut groups: BTreeMap<(TreePath, &[String]), Vec<&KustomizationFacts>> = BTreeMap::new();
    for overlay in overlays.filter(|it| it.bases.iter().any(|base| !base.starts_with("./"))) {
        let Some(parent) = overlay.directory.parent() else { continue };
        groups.entry((parent, &overlay.bases)).or_default().push(overlay);
    }
    for siblings in groups.into_values().filter(|it| it.len() >= SIBLINGS_MIN) {
        if let Some((odd, lacking)) = odd_one(&siblings) {
            told.push(&odd.directory);
            for entry in lacking {
                let others = siblings.len() - 1;
                let reason = format!("the {others} others build on the same bases and have it");
                report.add(notice(odd, entry, reason));
            }
        }
    }
    report_unplaced(&all, repository, report, &told);
}

/// Kustomizations whose objects have no namespace at all, where all beside them set one.
fn report_unplaced(
    all: &[&KustomizationFacts],
    repository: &Repository,
    report: &mut Report,
    told: &[&TreePath],
) {
    let mut groups: BTreeMap<TreePath, Vec<&KustomizationFacts>> = BTreeMap::new();
    for it in all.iter().filter(|it| !it.bases.is_empty()) {
        if let Some(parent) = it.directory.parent() {
            groups.entry(parent).or_default().push(it);
        }
    }
    for siblings in groups.into_values() {
        let is_placed =
            |it: &&&KustomizationFacts| it.entries.iter().any(|it| it.kind == EntryKind::Namespace);
        let mut without = siblings.iter().filter(|it| !is_placed(it));
        let (Some(odd), None) = (without.next(), without.next()) else { continue };
        let least = if siblings.iter().all(|it| it.bases == odd.bases) { 3 } else { SIBLINGS_MIN };
        let other = siblings.iter().find(is_placed);
        let entry = other.and_then(|it| it.entries.iter().find(|it| it.kind == EntryKind::Namespace));
        if let Some(entry) = entry.filter(|_| siblings.len() >= least && !told.contains(&&odd.directory))
            && is_unplaced(odd, repository)
        {
            let reason = format!(
                "the {} others set one; no object of this one states any, and nothing here deploys it into one",
                siblings.len() - 1
            );
            report.add(notice(odd, entry, reason));
        }
    }
}

/// Whether a kustomization is judged by itself, and its objects are in no namespace.
fn is_unplaced(odd: &KustomizationFacts, repository: &Repository) -> bool {
    let units = repository.units.iter().filter(|it| it.path == odd.directory);
    let objects = units.flat_map(|it| repository.bundle(it.id).objects());
    let mut namespaces = objects
        .filter(|it| is_namespaced(it.group(), it.kind()) == Some(true))
        .map(Object::namespace)
        .peekable();
    namespaces.peek().is_some() && namespaces.all(|it| it.is_none()) && !is_asked_for(odd, repository)
}

/// Whether Argo CD or Flux is asked for the directory, by whatever address.
fn is_asked_for(odd: &KustomizationFacts, repository: &Repository) -> bool {
    let is_it = |path: Field<'_>| {
        path.as_str()
            .is_some_and(|it| it.trim_start_matches("./").trim_matches('/') == odd.directory.as_str())
    };
    let is_gitops = |group: &str| matches!(group, "argoproj.io" | "kustomize.toolkit.fluxcd.io");
    repository.in_groups(is_gitops).any(|object| {
        let spec = Field::root(object).key("spec");
        let spec = spec.as_ref().and_then(|it| it.keys(&["template", "spec"])).or(spec);
        spec.into_iter().any(|spec| {
            let sources = spec.key("source").into_iter().chain(spec.list("sources"));
            sources.chain([spec.clone()]).filter_map(|it| it.key("path")).any(is_it)
        })
    })
}

fn traits(overlay: &KustomizationFacts) -> BTreeSet<Trait<'_>> {
    overlay.entries.iter().map(|it| (it.kind, it.name.as_str())).collect()
}

/// The only one of some overlays that lacks something that all others have,
/// and what that is, as another of them has it.
fn odd_one<'a>(
    siblings: &[&'a KustomizationFacts],
) -> Option<(&'a KustomizationFacts, Vec<&'a KustomizationEntry>)> {
    let mut counts: BTreeMap<Trait<'_>, usize> = BTreeMap::new();
    for it in siblings.iter().flat_map(|it| traits(it)) {
        *counts.entry(it).or_default() += 1;
    }
    let nearly_all = || counts.iter().filter(|(_, count)| **count + 1 == siblings.len()).map(|it| *it.0);
    let lacks = |it: &KustomizationFacts| nearly_all().any(|(kind, name)| !it.has(kind, name));
    let mut odd = siblings.iter().filter(|it| lacks(it));
    let (odd, None) = (odd.next()?, odd.next()) else { return None };
    let has_own = traits(odd).iter().any(|it| counts[it] == 1);
    let is_alike = traits(odd).iter().any(|it| counts[it] == siblings.len());
    if has_own || !is_alike {
        return None;
    }
    let other = siblings.iter().find(|it| it.path != odd.path)?;
    let lacking: Vec<_> = nearly_all().filter_map(|(kind, name)| other.entry(kind, name)).collect();
    let lacking = without_parts(&lacking);
    (lacking.len() <= LACKING_MAX).then_some((*odd, lacking))
}

/// Where a whole generator is absent, its keys need no word, nor does a selector
/// where the label is absent.
fn without_parts<'a>(entries: &[&'a KustomizationEntry]) -> Vec<&'a KustomizationEntry> {
    let is_absent = |kind: EntryKind, is_meant: &dyn Fn(&str) -> bool| {
        entries.iter().any(|it| it.kind == kind && is_meant(&it.name))
    };
    let is_part = |it: &KustomizationEntry| match it.kind {
        EntryKind::GeneratorKey => {
            is_absent(EntryKind::Generator, &|made| it.name.ends_with(&format!(" of {made}")))
        }
        EntryKind::SelectorLabel => is_absent(EntryKind::Label, &|label| it.name == label),
        _ => false,
    };
    entries.iter().copied().filter(|it| !is_part(it)).collect()
}

fn notice(odd: &KustomizationFacts, lacking: &KustomizationEntry, reason: String) -> Notice {
    let name = &lacking.name;
    let what = match lacking.kind {
        EntryKind::Patch => format!("the patch of {name}"),
        EntryKind::Image => format!("an entry under `images` for `{name}`"),
        EntryKind::Namespace => "a `namespace`".to_owned(),
        EntryKind::Label => format!("the label `{name}`"),
        EntryKind::SelectorLabel => format!("the label `{name}` in selectors"),
        EntryKind::Generator => format!("the generated {name}"),
        EntryKind::GeneratorKey => format!("the key {name}"),
    };
    let message = format!("overlay `{}` lacks {what}, which all overlays beside it have", odd.directory);
    Notice::new(&CHECK.info, Location::text(odd.start), message)
        .because(reason)
        .help("add it as the others have it; ignore this where the difference is meant")
        .related(Location::text(lacking.span), Role::Reference, "one of the others has it here")
}
