//! What the API server would say to each object, asked once for all checks.
//!
//! The types and the served versions are those of the target's minor; defaults
//! and rules are those of 1.36, whatever the target.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use seatrial_diagnostics::{Location, Notice, Role, Severity};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Bundle, Object, Place, Repository, UnitRole};
use seatrial_schema::convert::Equivalent;
use seatrial_schema::decode::{Problem, ProblemKind, REQUEST_BYTES_MAX, decode, is_too_large};
use seatrial_schema::kinds::network;
use seatrial_schema::published;
use seatrial_schema::review::generate_name;
use seatrial_schema::table::{Kind, Table, plural};
use seatrial_schema::{By, Errors, FieldError, Reason, Strategy, Value};
use seatrial_yaml::{FieldPath, PathStep};

use crate::admission::Held;
use crate::custom_kinds::{Definitions, Verdict, judged_by};
use crate::inlined;
use crate::partial::{is_partial, is_unlisted_patch};
use crate::placeholder::is_filled_in_later;
use crate::slip::meant;
use crate::volumes::Volumes;

/// The server's answers, by unit and object, each worked out when it is first
/// asked for.
#[derive(Debug)]
pub(crate) struct Reviews {
    table: Option<&'static Table>,
    units: Vec<Vec<OnceLock<Review>>>,
    definitions: Definitions,
    /// The groups of other servers behind the API server.
    aggregated: BTreeSet<String>,
}

/// What the server says to one object.
#[derive(Debug, Default)]
pub(crate) struct Review {
    /// Whether the target has the kind.
    pub(crate) served: Served,
    /// What cannot be taken in as the kind's type.
    pub(crate) problems: Vec<Problem>,
    /// What breaks the rules behind the types.
    pub(crate) errors: Vec<FieldError>,
    /// The definition of the kind that says so.
    pub(crate) definition: Option<Definition>,
    /// What it says to objects in the values of a chart that the object holds.
    pub(crate) inlined: Vec<Review>,
}

/// Groups of projects that take objects as they are written.
const AS_WRITTEN: &[&str] = &[
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "external-secrets.io",
    "gateway.networking.k8s.io",
    "helm.toolkit.fluxcd.io",
    "keda.sh",
    "kustomize.toolkit.fluxcd.io",
    "monitoring.coreos.com",
    "networking.istio.io",
    "source.toolkit.fluxcd.io",
    "traefik.io",
];

/// A definition, and how grave what it says can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Definition {
    source: Source,
    most: Severity,
}

/// Where a definition comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// From the repository.
    Here(Place),
    /// It was published.
    Published,
    /// It is Kubernetes' own, and the object stands in values.
    Values,
}

impl Definition {
    /// A definition of the object's own unit is applied with it, so what it
    /// refuses is refused. Which one is installed where another unit brings it is
    /// not known, and that of a sample says least about a cluster.
    fn of(repository: &Repository, object: &Object, place: Place) -> Self {
        let most = match repository.unit(place.unit).role {
            _ if place.unit == object.unit() => Severity::Error,
            UnitRole::Candidate => Severity::Info,
            UnitRole::Deployed | UnitRole::Base => Severity::Warning,
        };
        Self { source: Source::Here(place), most }
    }

    /// What was published of a kind; a cluster may have something else.
    pub(crate) fn published() -> Self {
        Self { source: Source::Published, most: Severity::Warning }
    }

    /// Kubernetes' own of an object that a chart would have to pass on.
    pub(crate) fn in_values() -> Self {
        Self { source: Source::Values, most: Severity::Warning }
    }
}

impl Review {
    /// Itself, and what is said to objects in the values that the object holds.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.inlined)
    }

    /// Whether a field that a published definition requires may be set before it
    /// is asked for: many projects have a webhook that fills in their objects.
    pub(crate) fn may_be_filled_in(&self, object: &Object) -> bool {
        let is_published = self.definition.is_some_and(|it| matches!(it.source, Source::Published));
        is_published && !AS_WRITTEN.contains(&object.group())
    }

    /// Whether a field, or one below it, is refused: what it asks for is in force nowhere.
    pub(crate) fn refuses(&self, path: &FieldPath) -> bool {
        let malformed = self.problems.iter().filter(|it| !it.is_strict()).map(|it| &it.path);
        malformed.chain(self.errors.iter().map(|it| &it.path)).any(|it| it.starts_with(path))
    }

    /// A notice as grave as its cause allows, with the definition behind it.
    pub(crate) fn weighed(&self, notice: Notice) -> Notice {
        let Some(definition) = self.definition else { return notice };
        let severity = notice.severity.min(definition.most);
        let place = match definition.source {
            Source::Here(place) => place,
            Source::Published => {
                return notice.severity(severity).because(format!(
                    "nothing here defines the kind: this is from what was published of it up to {}, and a cluster may have another definition",
                    published::date()
                ));
            }
            Source::Values => {
                let why = "the object stands in values, which the chart passes on or not";
                return notice.severity(severity).because(why);
            }
        };
        let at = Location::field(place.unit, place.object, FieldPath::root());
        let notice = notice.severity(severity).related(at, Role::Definition, "the kind is defined here");
        if definition.most == Severity::Error {
            return notice;
        }
        notice.because("another unit defines the kind; a cluster may have another definition")
    }
}

/// Which item of a `LimitRange` a bound stands in, and on which resource it is.
pub(crate) fn bound_of(path: &FieldPath) -> Option<(u32, &str)> {
    match path.steps() {
        [PathStep::Key(_), PathStep::Key(limits), PathStep::Index(item), _, PathStep::Key(resource)]
            if limits == "limits" =>
        {
            Some((*item, resource))
        }
        _ => None,
    }
}

/// Whether the target has a kind in the version that an object names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Served {
    /// It is none of Kubernetes' own, and nothing in the repository defines it.
    #[default]
    Foreign,
    /// The repository defines it.
    Custom,
    /// Nothing here defines it, and it was published in that version.
    Published,
    /// Nothing here defines it, and it was published in other versions only.
    Unpublished,
    /// The repository defines it, and does not serve the version.
    Undefined,
    /// It is served.
    Yes(&'static Kind),
    /// It is known, and only served when somebody turns it on.
    OptIn(&'static Kind),
    /// Other minors have it.
    Otherwise(&'static Kind),
    /// The group is Kubernetes' own and never had it.
    Never,
}

impl Reviews {
    /// Nothing asked yet.
    pub(crate) fn of(repository: &Repository) -> Self {
        let table = u8::try_from(repository.target.kubernetes.minor).ok().and_then(Table::of);
        let slots = |count| std::iter::repeat_with(OnceLock::new).take(count).collect();
        let units = repository.bundles.iter().map(|bundle| slots(bundle.objects().len())).collect();
        Self { table, units, definitions: Definitions::of(repository), aggregated: aggregated(repository) }
    }

    /// The answer to an object.
    pub(crate) fn answer(&self, repository: &Repository, object: &Object) -> &Review {
        static NOTHING: Review = Review {
            served: Served::Foreign,
            problems: Vec::new(),
            errors: Vec::new(),
            definition: None,
            inlined: Vec::new(),
        };
        let place = Place { unit: object.unit(), object: object.id() };
        let slot = self.units.get(place.unit.0 as usize).and_then(|unit| unit.get(place.object.0 as usize));
        let (Some(table), Some(slot)) = (self.table, slot) else { return &NOTHING };
        slot.get_or_init(|| {
            let inlined = inlined::reviews(object, table);
            let review = self
                .as_another(repository, object)
                .unwrap_or_else(|| review(repository, object, table, &self.definitions));
            Review { inlined, ..review }
        })
    }

    /// Nothing is wrong with a definition that is written like one with which
    /// nothing is wrong. The first of them asks for no other, so no two wait for
    /// each other.
    fn as_another(&self, repository: &Repository, object: &Object) -> Option<Review> {
        let first = repository.object(self.definitions.first_alike(object)?);
        let is_judged = is_judged(repository, first) || !is_judged(repository, object);
        let review = Some(self.answer(repository, first)).filter(|_| is_judged)?;
        let is_clean = review.problems.is_empty() && review.errors.is_empty();
        is_clean.then(|| Review { served: review.served, ..Review::default() })
    }

    /// The versions that the repository's definitions serve an object's kind in.
    pub(crate) fn defined_versions(&self, repository: &Repository, object: &Object) -> BTreeSet<String> {
        self.definitions.served_versions(repository, object)
    }

    /// An object of a kind that the repository defines, as the server holds it.
    pub(crate) fn held(&self, repository: &Repository, object: &Object) -> Option<Held> {
        self.definitions.held(repository, object)
    }

    /// What the server warns of where the definitions in the repository give an
    /// object's version up.
    pub(crate) fn deprecation<'r>(&'r self, repository: &'r Repository, object: &Object) -> Option<&'r str> {
        self.definitions.deprecation(repository, object)
    }

    /// The versions in which the server has an object besides the one it is
    /// written in.
    pub(crate) fn other_versions(&self, repository: &Repository, object: &Object) -> Vec<Equivalent> {
        let Some(table) = self.table else { return Vec::new() };
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let mut all = Equivalent::served(table, object.group(), object.kind(), version);
        all.extend(self.definitions.other_versions(repository, object));
        all
    }

    /// The kind of an object's group, Kubernetes' own or defined in the repository,
    /// of which its kind is the plural or a slip.
    pub(crate) fn kind_meant(&self, object: &Object) -> Option<&str> {
        let own = self.table.into_iter().flat_map(Table::kinds);
        let own = own.filter(|it| it.group == object.group()).map(|it| it.kind);
        let own = own.chain(published::kinds(object.group())).collect::<Vec<&str>>();
        let defined = self.definitions.kinds_in(object.group());
        let kinds: Vec<&str> = own.into_iter().chain(defined).collect();
        let written = object.kind().to_lowercase();
        let singular = kinds.iter().find(|it| plural(it) == written).copied();
        singular.or_else(|| meant(object.kind(), kinds))
    }

    /// Whether no definition can be of an object's group: those have a point. Only
    /// another server behind the API server may be called so.
    pub(crate) fn is_no_group(&self, object: &Object) -> bool {
        let group = object.group();
        let is_plain = !group.is_empty() && !group.contains('.') && !is_filled_in_later(group);
        let is_known = || published::kinds(group).next().is_some() || Table::has_group(group);
        is_plain && !is_known() && !self.aggregated.contains(group)
    }

    /// The group and version of a kind of Kubernetes, of whose group an object's
    /// is a slip.
    pub(crate) fn group_meant(&self, object: &Object) -> Option<String> {
        let table = self.table.filter(|_| published::kinds(object.group()).next().is_none())?;
        let is_defined = self.definitions.kinds_in(object.group()).next().is_some();
        let groups = table.kinds().filter(|it| it.kind == object.kind()).map(|it| it.group);
        let meant = meant(object.group(), groups).filter(|_| !is_defined)?;
        self.serving(meant, object.kind())
    }

    /// What the rules behind the types say of an object with other values in some
    /// places; nothing of a kind that Kubernetes does not have.
    pub(crate) fn errors_with(&self, object: &Object, values: &[(&FieldPath, Value)]) -> Vec<FieldError> {
        let Some(table) = self.table else { return Vec::new() };
        let (Served::Yes(kind) | Served::OptIn(kind)) = served(object, table) else { return Vec::new() };
        let mut held = decode(object.root(), table, kind.type_id).value;
        for (path, value) in values {
            set(&mut held, path.steps(), value);
        }
        break_rules(held, kind)
    }

    /// The version that the target serves a kind in, of its own group or of one
    /// that took the kind over.
    pub(crate) fn serving(&self, group: &str, kind: &str) -> Option<String> {
        let table = self.table?;
        let served = || table.kinds().filter(|it| it.kind == kind && it.is_served(table.minor()));
        let own = served().filter(|it| it.group == group).last();
        own.or_else(|| served().next()).map(Kind::api_version)
    }
}

fn review(
    repository: &Repository,
    object: &Object,
    table: &'static Table,
    definitions: &Definitions,
) -> Review {
    let served = served(object, table);
    if is_part_of_definition(object) {
        return Review { served, ..Review::default() };
    }
    let is_judged = is_judged(repository, object);
    let (Served::Yes(kind) | Served::OptIn(kind)) = served else {
        if is_too_large(object.root()) {
            return Review { served, errors: vec![too_large()], ..Review::default() };
        }
        if let Served::Otherwise(kind) = served {
            let problems = problems_elsewhere(object, kind, table);
            return settled(object, Review { served, problems, ..Review::default() });
        }
        let is_foreign = matches!(served, Served::Foreign | Served::Never);
        let judged = definitions.judge(repository, object, is_judged).filter(|_| is_foreign);
        let Some((verdict, place)) = judged else {
            let said = by_published(object, is_judged).filter(|_| matches!(served, Served::Foreign));
            return said.unwrap_or(Review { served, ..Review::default() });
        };
        let definition = Some(Definition::of(repository, object, place));
        return match verdict {
            Verdict::Unserved => Review { served: Served::Undefined, definition, ..Review::default() },
            Verdict::Checked(problems, errors) => settled(
                object,
                Review { served: Served::Custom, problems, errors, definition, ..Review::default() },
            ),
        };
    };
    let decoded = decode(object.root(), table, kind.type_id);
    if decoded.value.is_null() {
        return Review { served, errors: vec![too_large()], ..Review::default() };
    }
    let errors = if is_judged { break_rules(decoded.value, kind) } else { Vec::new() };
    settled(object, Review { served, problems: decoded.problems, errors, ..Review::default() })
}

/// What was published of a kind that nothing here defines says of an object.
fn by_published(object: &Object, is_judged: bool) -> Option<Review> {
    let version = object.api_version().rsplit('/').next().unwrap_or_default();
    let definition = Some(Definition::published());
    let Some(kind) = published::kind(object.group(), version, object.kind()) else {
        published::versions(object.group(), object.kind()).next()?;
        return Some(Review { served: Served::Unpublished, definition, ..Review::default() });
    };
    let Verdict::Checked(mut problems, mut errors) = judged_by(kind, object.root(), is_judged) else {
        return None;
    };
    // What has no spec at all is there to change another object.
    errors.retain(|it| it.reason != Reason::Required || it.field != "spec");
    errors.retain(|it| !is_unanswered(it));
    problems.retain(|it| !is_of_fork(object, &it.path));
    if object.group() == "tekton.dev" {
        problems.retain(|it| !is_value_of_parameter(&it.path));
    }
    let review = Review { served: Served::Published, problems, errors, definition, ..Review::default() };
    Some(settled(object, review))
}

/// Whether a field is of a fork that is in wide use under the group of the project
/// that it comes from: `VolSync` with Kopia.
fn is_of_fork(object: &Object, path: &FieldPath) -> bool {
    let is_forked = object.group() == "volsync.backube";
    is_forked && path.steps().get(1).is_some_and(|it| matches!(it, PathStep::Key(key) if key == "kopia"))
}

/// Whether a rule had no answer: the definition is put together from several, and a
/// rule is only of the newest.
fn is_unanswered(error: &FieldError) -> bool {
    let words = [
        " evaluating rule: ",
        "did not match a supported operator",
        "call cost exceeds limit",
        "cost budget",
    ];
    words.iter().any(|it| error.detail.contains(it))
}

/// Whether a field is the value of a parameter or below it, or its default: texts,
/// lists and mappings are taken there, which no definition can say.
fn is_value_of_parameter(path: &FieldPath) -> bool {
    let steps = path.steps();
    steps.windows(3).any(|it| match it {
        [PathStep::Key(list), PathStep::Index(_), PathStep::Key(field)] => {
            list == "params" && matches!(field.as_str(), "value" | "default")
        }
        _ => false,
    })
}

/// What cannot be taken in as the type that the nearest minor has: it is wrong in
/// whatever version the object is written anew.
fn problems_elsewhere(object: &Object, kind: &Kind, target: &Table) -> Vec<Problem> {
    let minor = target.minor().clamp(kind.first_minor(), kind.last_minor());
    Table::of(minor).map_or_else(Vec::new, |table| decode(object.root(), table, kind.type_id).problems)
}

/// Whether an object is held against rules: a unit that serves others is not
/// complete.
fn is_judged(repository: &Repository, object: &Object) -> bool {
    repository.unit(object.unit()).role != UnitRole::Base
        && !is_patch(object)
        && !is_lone_patch(repository, object)
}

/// The groups that an `APIService` of the repository hands over to another server.
fn aggregated(repository: &Repository) -> BTreeSet<String> {
    let services = |bundle| Bundle::of_kind(bundle, "apiregistration.k8s.io", "APIService");
    let all = repository.bundles.iter().flat_map(services);
    let group = |it: &Object| Some(it.root().get("spec")?.get("group")?.as_str()?.to_owned());
    all.filter_map(group).collect()
}

fn too_large() -> FieldError {
    FieldError {
        reason: Reason::TooLong,
        field: String::new(),
        path: FieldPath::root(),
        value: None,
        detail: format!("Request entity too large: limit is {REQUEST_BYTES_MAX}"),
    }
}

/// What is left without what follows from something else, or is not written yet.
pub(crate) fn settled(object: &Object, review: Review) -> Review {
    if review.problems.is_empty() && review.errors.is_empty() {
        return review;
    }
    let Review { problems, errors, .. } = review;
    let unread: Vec<_> = problems.iter().filter(|it| !it.is_strict()).map(|it| &it.path).collect();
    let follows = |error: &FieldError| unread.iter().any(|path| hangs_on(error, path));
    let errors: Vec<_> = errors
        .into_iter()
        .filter(|it| !follows(it) && !waits_for_values(it) && !network::hangs_on_cluster(it))
        .collect();
    // To the server a volume with a mistake in it is not there.
    let template = errors.iter().any(is_dangling).then(|| PodTemplate::of(object)).flatten();
    let volumes = template.as_ref().map(Volumes::of);
    let is_of_volume = |it: &FieldError| {
        let name = it.value.as_ref().map_or("", Value::as_str);
        is_dangling(it) && volumes.as_ref().is_some_and(|it| it.has(name) || it.is_meant(name))
    };
    let is_told = |it: &&FieldError| !repeats(object, it, &errors) && !is_of_volume(it);
    let errors = errors.iter().filter(is_told).cloned().collect();
    let problems = problems.into_iter().filter(|it| !is_left_open(object, it)).collect();
    Review { problems, errors, ..review }
}

/// Whether a mount is said to name nothing.
fn is_dangling(error: &FieldError) -> bool {
    let [.., PathStep::Key(list), PathStep::Index(_), PathStep::Key(_)] = error.path.steps() else {
        return false;
    };
    error.reason == Reason::NotFound && matches!(list.as_str(), "volumeMounts" | "volumeDevices")
}

/// The defaults of a new object, and the rules that it breaks.
fn break_rules(mut value: Value, kind: &Kind) -> Vec<FieldError> {
    let Some(strategy) = Strategy::of(kind.group, kind.version, kind.kind) else { return Vec::new() };
    if kind.is_cluster_scoped {
        // The server drops a namespace that such an object names.
        value.struct_mut("metadata").remove("namespace");
    } else {
        value.struct_mut("metadata").set_default("namespace", "default");
    }
    let is_named = value.at("metadata").has("name");
    (strategy.default)(&mut value);
    generate_name(&mut value);
    if (kind.group, kind.kind) == ("", "Pod") {
        // The server's admission does so to every pod before it is looked at.
        value.struct_mut("spec").set_default("serviceAccountName", "default");
    }
    (strategy.prepare_create)(&mut value);
    let mut errors = Errors::new();
    (strategy.validate)(&value, &mut errors);
    let errors = errors.as_slice();
    // What is wrong with its beginning is wrong with the name that is made of it.
    let is_told = |it: &FieldError| !is_named && it.field == "metadata.name";
    let has_cause = errors.iter().any(|it| it.field == "metadata.generateName");
    errors.iter().filter(|it| !(has_cause && is_told(it))).cloned().collect()
}

/// Sets what stands at the end of a path, where the way there is held.
fn set(held: &mut Value, steps: &[PathStep], value: &Value) {
    match (steps, held) {
        ([], held) => *held = value.clone(),
        ([PathStep::Key(key)], Value::Map(map)) => map.insert(key.clone(), value.clone(), By::Manifest),
        ([PathStep::Key(key), rest @ ..], Value::Map(map)) => {
            if let Some(below) = map.value_mut(key) {
                set(below, rest, value);
            }
        }
        ([PathStep::Index(index), rest @ ..], Value::List(items)) => {
            if let Some(item) = items.get_mut(*index as usize) {
                set(item, rest, value);
            }
        }
        _ => {}
    }
}

fn served(object: &Object, table: &'static Table) -> Served {
    let version = object.api_version().rsplit('/').next().unwrap_or_default();
    let (group, name) = (object.group(), object.kind());
    if let Some(kind) = table.kind(group, version, name) {
        return if kind.is_served(table.minor()) { Served::Yes(kind) } else { Served::OptIn(kind) };
    }
    match Table::kind_of_any(group, version, name) {
        Some(kind) => Served::Otherwise(kind),
        // Lists inside lists are opened so deep, and are no objects themselves.
        None if (group, name) == ("", "List") => Served::Foreign,
        None if table.kinds_of(group).next().is_some() => Served::Never,
        None => Served::Foreign,
    }
}

/// Whether an object is a patch that nothing here applies.
pub(crate) fn is_lone_patch(repository: &Repository, object: &Object) -> bool {
    is_part_of_definition(object) || is_unlisted_patch(&repository.facts, object)
}

/// Whether an object only completes another one: a workload that neither selects
/// pods nor says what they run.
fn is_patch(object: &Object) -> bool {
    let selects = || object.root().get("spec").is_some_and(|spec| spec.get("selector").is_some());
    let is_partial =
        |template: PodTemplate<'_>| is_partial(&template) || template.containers().next().is_none();
    let runs_pods = object.group() == "apps" && object.kind() != "ControllerRevision";
    runs_pods && !selects() && PodTemplate::of(object).is_none_or(is_partial)
}

/// Whether an object only completes the definition of a kind: it names none.
fn is_part_of_definition(object: &Object) -> bool {
    let names = |field: &str| object.root().get("spec").is_some_and(|spec| spec.get(field).is_some());
    object.is("apiextensions.k8s.io", "CustomResourceDefinition") && !names("group") && !names("names")
}

/// Whether a rule is broken only because a value could not be taken in.
fn hangs_on(error: &FieldError, unread: &FieldPath) -> bool {
    let is_about_labels = unread.steps().iter().any(|step| match step {
        PathStep::Key(key) => matches!(key.as_str(), "labels" | "selector" | "matchLabels"),
        PathStep::Index(_) => false,
    });
    is_about_labels || error.path.starts_with(unread) || unread.starts_with(&error.path)
}

/// Whether an error says again what another says: it is about a field that is
/// missing, a default that was taken from another field, or compares with such.
fn repeats(object: &Object, error: &FieldError, all: &[FieldError]) -> bool {
    let is_mismatch = error.detail == "`selector` does not match template `labels`";
    if is_mismatch && all.iter().any(|other| other.field == "spec.selector") {
        return true;
    }
    let is_missing = |other: &FieldError| other.reason == Reason::Required && other.path == error.path;
    if error.reason != Reason::Required && all.iter().any(is_missing) {
        return true;
    }
    // Without a word of why, the part that is to blame stands below.
    let is_below = |other: &FieldError| other.path != error.path && other.path.starts_with(&error.path);
    if error.reason == Reason::Invalid && error.detail.is_empty() && all.iter().any(is_below) {
        return true;
    }
    let is_written = object.root().at(&error.path).is_some();
    // Nobody writes a status: the server draws it from the rest.
    let is_status = error.path.starts_with(&status());
    if is_status && !is_written && all.iter().any(|other| !other.path.starts_with(&status())) {
        return true;
    }
    let is_source = |other: &FieldError| {
        other.path != error.path && other.path.parent() == error.path.parent() && other.value == error.value
    };
    !is_written && error.reason != Reason::Required && all.iter().any(is_source)
}

fn status() -> FieldPath {
    FieldPath::root().key("status")
}

/// Whether a value is one that another program has yet to fill in.
fn is_left_open(object: &Object, problem: &Problem) -> bool {
    if is_note_of_sops(object, &problem.path) {
        return true;
    }
    if matches!(problem.kind, ProblemKind::UnknownField { .. } | ProblemKind::DuplicateField) {
        return problem.path.steps().iter().any(|step| match step {
            PathStep::Key(key) => is_filled_in_later(key.as_str()),
            PathStep::Index(_) => false,
        });
    }
    object.root().at(&problem.path).and_then(seatrial_yaml::Node::as_str).is_some_and(is_filled_in_later)
}

/// Whether a field is what SOPS notes of its encryption: it takes the field out
/// when it decrypts.
fn is_note_of_sops(object: &Object, path: &FieldPath) -> bool {
    let is_noted = || object.root().get("sops").is_some_and(|it| it.get("mac").is_some());
    path.steps() == [PathStep::Key("sops".into())] && is_noted()
}

/// Whether a rule is broken by a text that another program has yet to fill in.
fn waits_for_values(error: &FieldError) -> bool {
    fn is_open(value: &Value) -> bool {
        match value {
            Value::Str(text) => is_filled_in_later(text),
            Value::List(items) => items.iter().any(is_open),
            Value::Map(map) => {
                map.entries().iter().any(|it| is_filled_in_later(&it.key) || is_open(&it.value))
            }
            _ => false,
        }
    }
    error.reason != Reason::Required && error.value.as_ref().is_some_and(is_open)
}

/// Where a field of an object stands.
pub(crate) fn location(object: &Object, path: &FieldPath) -> Location {
    Location::field(object.unit(), object.id(), path.clone())
}
