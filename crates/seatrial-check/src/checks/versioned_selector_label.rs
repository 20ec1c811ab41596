//! A kustomization puts a label that names a version into selectors.
//!
//! ## Why
//! `commonLabels`, and `labels` with `includeSelectors: true` or with `fields` that name
//! the selector, add labels to the selectors of workloads, too; so does a
//! `LabelTransformer`. The API server refuses to change the selector of a Deployment, a
//! `StatefulSet` or a `DaemonSet`: `spec.selector: Invalid value: field is immutable`. With
//! the next version the label has another value, and the workload can be applied no more
//! until somebody deletes it.
//!
//! ## Bad
//! ```yaml file:prod/kustomization.yaml
//! resources: [web.yaml]
//! commonLabels:
//!   app.kubernetes.io/version: 1.4.2
//! ```
//! ```yaml listed file:prod/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web, app.kubernetes.io/version: 1.4.2}}
//!   template:
//!     metadata: {labels: {app: web, app.kubernetes.io/version: 1.4.2}}
//!     spec: {containers: [{name: web, image: "registry.example.com/web:1.4.2"}]}
//! ```
//!
//! ## Good
//! ```yaml file:prod/kustomization.yaml
//! resources: [web.yaml]
//! labels:
//!   - pairs: {app.kubernetes.io/version: 1.4.2}
//!     includeTemplates: true
//! ```
//! ```yaml listed file:prod/web.yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web, app.kubernetes.io/version: 1.4.2}}
//!     spec: {containers: [{name: web, image: "registry.example.com/web:1.4.2"}]}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{KustomizationFacts, Object, SelectorLabel, UnitKind};
use seatrial_source::TreePath;
use seatrial_yaml::{FieldPath, Node};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "versioned-selector-label",
        title: "A kustomization puts a label that names a version into selectors",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["kustomize.labels"],
        page: include_str!("versioned_selector_label.rs"),
    },
    run,
};

/// Labels whose values name a version.
const KEYS: [&str; 7] =
    ["version", "app.kubernetes.io/version", "helm.sh/chart", "chart", "commit", "revision", "tag"];
/// What one word of a key ends with where the value may be a commit.
const OF_COMMITS: [&str; 7] = ["version", "build", "sha", "commit", "release", "revision", "tag"];
/// Fewest and most digits of a commit.
const COMMIT: std::ops::RangeInclusive<usize> = 7..=40;
/// Workloads whose selector never changes.
const IMMUTABLE: [&str; 3] = ["DaemonSet", "Deployment", "StatefulSet"];

fn run(context: &Context<'_>, report: &mut Report) {
    let kustomizations = &context.world().repository.facts.kustomizations;
    let labels = kustomizations.iter().flat_map(|by| by.selector_labels.iter().map(move |it| (by, it)));
    let labels: Vec<_> = labels.filter(|(_, it)| names_version(&it.key, &it.value)).collect();
    if labels.is_empty() {
        return;
    }
    let selecting = Selecting::of(context);
    for (by, label) in labels {
        // Without such a workload it reaches no selector that stays.
        let Some(object) = selecting.first(by, label) else { continue };
        let message = format!("the label `{}: {}` is put into selectors", label.key, label.value);
        let mut notice = Notice::new(&CHECK.info, Location::text(label.span), message)
            .because(format!("{} cannot be applied once the value is another: its selector is immutable", object.title()))
            .help("move it to `labels` with `includeTemplates: true`, and delete the workload once where it runs already")
            .related(
                object.location(FieldPath::root().key("spec").key("selector")),
                Role::Reference,
                format!("the selector of {}", object.title()),
            );
        if by.is_component {
            // It is no unit: who takes it in shows it.
            notice = notice.in_unit(object.unit());
        }
        report.add(notice);
    }
}

/// Of more kustomizations that take one in, only the first are looked at.
const LISTING_MAX: usize = 200;

/// The first workload for each label of a selector that stays.
#[derive(Default)]
struct Selecting<'a> {
    /// By the directory of the kustomization that makes the workload.
    made: FxHashMap<(&'a str, String, String), &'a Object>,
    /// The directories of the kustomizations that take one in.
    listing: FxHashMap<String, Vec<&'a str>>,
}

impl<'a> Selecting<'a> {
    fn of(context: &Context<'a>) -> Self {
        let mut found = Self::default();
        let repository = context.world().repository;
        for it in &repository.facts.kustomizations {
            for base in &it.bases {
                let own = base.strip_prefix("./").and_then(|own| it.directory.join(own));
                let base = own.map_or_else(|| base.clone(), |own| own.as_str().to_owned());
                found.listing.entry(base).or_default().push(it.directory.as_str());
            }
        }
        let is_meant = |it: &&Object| it.group() == "apps" && IMMUTABLE.contains(&it.kind());
        for object in repository.objects().filter(is_meant) {
            let unit = context.unit(object.unit());
            let directory = match unit.kind {
                UnitKind::Kustomize => Some(&unit.path),
                // What Argo CD and Flux have built stands in a text of that directory.
                UnitKind::ArgoCd | UnitKind::Flux => repository.facts.path(object.span().file),
                UnitKind::Manifests | UnitKind::Helm | UnitKind::Compose => None,
            };
            if let Some(directory) = directory {
                found.add(directory, object);
            }
        }
        found
    }

    fn add(&mut self, directory: &'a TreePath, object: &'a Object) {
        let labels = object.field(&["spec", "selector", "matchLabels"]);
        for label in labels.into_iter().flat_map(Node::entries) {
            let Some(value) = label.value.scalar_text() else { continue };
            let (key, value) = (label.name().into_owned(), value.into_owned());
            self.made.entry((directory.as_str(), key, value)).or_insert(object);
        }
    }

    /// The first that has a label by a kustomization, or by one that takes it in.
    fn first(&self, by: &'a KustomizationFacts, label: &SelectorLabel) -> Option<&'a Object> {
        let mut directories = vec![by.directory.as_str()];
        let mut at = 0;
        while let Some(directory) = directories.get(at).copied() {
            let key = (directory, label.key.clone(), label.value.clone());
            if let Some(object) = self.made.get(&key) {
                return Some(object);
            }
            for other in self.listing.get(directory).into_iter().flatten() {
                if directories.len() < LISTING_MAX && !directories.contains(other) {
                    directories.push(other);
                }
            }
            at += 1;
        }
        None
    }
}

/// Whether the value is another with the next version.
fn names_version(key: &str, value: &str) -> bool {
    let is_named = KEYS.contains(&key) && value.contains(|it: char| it.is_ascii_digit());
    // `v1` and `v1beta1` are names of variants, which stay.
    (is_named && value.contains(['.', '-']) && has_numbers(value))
        || is_commit(key, value)
        || is_build(key, value)
        || is_release(value)
}

/// Whether it is the number of a build, or of a release: `1042`, `2024.06`. What
/// begins with a word is mostly the name of an installation, which stays.
fn is_build(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_named =
        |words: &[&str]| key.split(|it: char| !it.is_ascii_alphanumeric()).any(|it| words.contains(&it));
    let is_number = value.len() > 1 && value.bytes().all(|it| it.is_ascii_digit());
    let is_version = value.strip_prefix('v').unwrap_or(value).starts_with(|it: char| it.is_ascii_digit())
        && has_numbers(value);
    (is_named(&["build", "buildid", "buildnumber"]) && (is_number || is_version))
        || (is_named(&["release"]) && is_version)
}

/// Whether two numbers stand in it, with a point or a dash between them.
fn has_numbers(value: &str) -> bool {
    let mut parts = value.split(['.', '-', '_']).map(|it| it.trim_start_matches('v'));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let first = parts.position(is_number);
    first.is_some() && parts.any(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

/// Whether it is one under such a key, or ends with one: `a1b2c3d` may be the name
/// of a team.
fn is_commit(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let mut words = key.split(|it: char| !it.is_ascii_alphanumeric());
    let is_named = words.any(|it| OF_COMMITS.iter().any(|end| it.ends_with(end)));
    let is_hex = |it: u8| it.is_ascii_digit() || matches!(it, b'a'..=b'f');
    let value = value.rsplit(['-', '_']).next().unwrap_or(value);
    is_named
        && COMMIT.contains(&value.len())
        && value.bytes().all(is_hex)
        && value.bytes().any(|it| it.is_ascii_digit())
        && value.bytes().any(|it| it.is_ascii_lowercase())
}

/// `v1.4.2`
fn is_release(value: &str) -> bool {
    let parts: Vec<&str> = value.strip_prefix('v').unwrap_or(value).splitn(3, '.').collect();
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    parts.len() == 3
        && parts[..2].iter().all(is_number)
        && parts[2].starts_with(|it: char| it.is_ascii_digit())
        && !parts[2].contains('.')
}
