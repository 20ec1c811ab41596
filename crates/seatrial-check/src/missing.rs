//! References that lead to nothing: which of them count, how much the tree
//! proves about each, and how that is said. Shared by every check about them.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Change, CheckInfo, Content, Notice, Role, Severity};
use seatrial_model::references::{Kinds, Nearest, Part, Relation, Resemblance, Scope, Strength};
use seatrial_model::{
    Agreement, Link, Object, Place, Repository, Resolution, Skip, SkipCode, Unit, UnitKind, UnitRole,
    is_namespaced,
};
use seatrial_source::TreePath;
use seatrial_yaml::{FieldPath, Node, PathStep};
use smol_str::SmolStr;

use crate::gitops::{Source, is_literal, own_repository};
use crate::hashed::Hashed;
use crate::partial::may_hold;
use crate::placeholder::is_filled_in_later;
use crate::releases::Releases;
use crate::slip::{akin, meant};
use crate::{Context, World};

/// More places than this that miss the same object are not all listed.
const PLACES_MAX: usize = 8;
/// A tree with more units than this is no single application.
const UNITS_MAX: usize = 40;

/// An object that something of the tree needs and that nothing of it defines.
pub(crate) struct Missing<'a> {
    world: &'a World<'a>,
    pub(crate) object: &'a Object,
    pub(crate) link: &'a Link,
    /// Further references of the same object to the same name.
    others: Vec<&'a Link>,
    /// Where one of that name is, in a namespace that is written there only.
    astray: Option<Place>,
}

/// How much the tree shows about something that is absent.
enum Proof {
    /// The same unit has one whose name is a slip away.
    Slip(Nearest),
    /// The tree is one application, all of it was rendered, and nothing provides it.
    Tree,
    /// Nothing: it may exist elsewhere.
    Nothing,
}

/// How the configuration says that an object exists. It is a table, as that
/// may stand behind any other and more than once.
pub(crate) fn external(kind: &str, namespace: Option<&str>, name: &str) -> String {
    let namespace = namespace.map(|it| format!(", `namespace = \"{it}\"`")).unwrap_or_default();
    format!("an `[[external]]` table with the lines `kind = \"{kind}\"`{namespace} and `name = \"{name}\"`")
}

/// What is said of places beyond those that are listed.
pub(crate) fn unlisted(count: usize) -> String {
    let (places, verb) = if count == 1 { ("place", "is") } else { ("places", "are") };
    format!("{count} more {places} that need it {verb} not listed")
}

/// The references of a context that lead to nothing, one for every object and
/// name; of the kinds that `wanted` lets through.
pub(crate) fn missing<'a>(
    context: &Context<'a>,
    wanted: impl Fn(&Object, &Link) -> bool,
) -> Vec<Missing<'a>> {
    let world = context.world();
    let (releases, hashed) = (OnceCell::new(), OnceCell::new());
    let mut found: Vec<Missing<'a>> = Vec::new();
    let mut known: FxHashMap<(Place, &'a str, &'a str, Option<&'a str>), usize> = FxHashMap::default();
    for (object, link) in context.links() {
        let (Some(name), true) = (link.name(), link.strength == Strength::Required) else { continue };
        let astray = astray(world, object, link);
        if (astray.is_none() && link.resolution != Resolution::Missing) || !wanted(object, link) {
            continue;
        }
        if may_hold(world.repository, link.from.unit, link.reference.kinds.title()) {
            continue;
        }
        // What the chart makes of the values is judged by itself.
        if is_in_values(object, link) && releases.get_or_init(|| Releases::of(world.repository)).shows(object)
        {
            continue;
        }
        // A name that lacks its hash is told of by itself.
        let lacks_hash = || {
            let hashed = hashed.get_or_init(|| Hashed::of(context));
            hashed.meant_by(object, link.reference.kinds.title(), name).is_some()
        };
        if is_in_values(object, link) && lacks_hash() {
            continue;
        }
        // A kind that somebody fills in later is none that is known.
        if is_filled_in_later(link.reference.kinds.title()) {
            continue;
        }
        if is_to_fill_in(name)
            || context.is_completed(name)
            || (astray.is_none() && may_come_with_release(world, link, name))
        {
            continue;
        }
        let key = (link.from, link.reference.kinds.title(), name, written_namespace(link));
        if let Some(&at) = known.get(&key) {
            found[at].others.push(link);
            continue;
        }
        known.insert(key, found.len());
        found.push(Missing { world, object, link, others: Vec::new(), astray });
    }
    found
}

/// One for every name, with the further objects that miss it as other places
/// of the first.
pub(crate) fn by_name<'a>(found: impl IntoIterator<Item = Missing<'a>>) -> Vec<Missing<'a>> {
    let mut merged: Vec<Missing<'a>> = Vec::new();
    let mut known: FxHashMap<(&str, Option<&str>), usize> = FxHashMap::default();
    for it in found {
        let key = (it.name(), written_namespace(it.link).or(it.object.namespace()));
        match known.get(&key) {
            Some(&at) if it.astray.is_none() => {
                merged[at].others.push(it.link);
                merged[at].others.extend(it.others);
            }
            _ => {
                if it.astray.is_none() {
                    known.insert(key, merged.len());
                }
                merged.push(it);
            }
        }
    }
    merged
}

/// Whether a name stands for another that a person fills in: `CHANGE_ME`.
fn is_to_fill_in(name: &str) -> bool {
    is_filled_in_later(name)
        || name.contains("__")
        || !name.contains(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
}

/// Whether something whose objects are not known bears the name, or a part of
/// it from its beginning: a release `redis` makes a Service `redis-master`.
fn may_come_with_release(world: &World<'_>, link: &Link, name: &str) -> bool {
    const MADE: &[&str] = &[
        "ConfigMap",
        "Secret",
        "Service",
        "ServiceAccount",
        "PersistentVolumeClaim",
        "Deployment",
        "StatefulSet",
    ];
    const MAKERS: &[(&str, &str)] = &[
        ("helm.toolkit.fluxcd.io", "HelmRelease"),
        ("helm.cattle.io", "HelmChart"),
        ("argoproj.io", "Application"),
    ];
    if !MADE.contains(&link.reference.kinds.title()) {
        return false;
    }
    let (repository, index) = (world.repository, world.graph.index());
    let mut stems = name.match_indices('-').map(|(at, _)| &name[..at]).chain([name]);
    let from = repository.object(link.from);
    stems.any(|stem| {
        let makers = MAKERS.iter().flat_map(|(group, kind)| index.find(repository, group, kind, None, stem));
        let mut makers = makers.into_iter().map(|place| repository.object(place));
        makers.any(|it| is_foreign(world, it) && !(is_same(it, from) && makes_nothing_unsaid(it, link)))
    }) || has_unknown_maker(world, link, name)
}

fn is_same(one: &Object, other: &Object) -> bool {
    (one.group(), one.kind(), one.name()) == (other.group(), other.kind(), other.name())
}

/// Whether a release's chart makes the Secrets and `ConfigMap` objects that its
/// values list, and no others.
fn makes_nothing_unsaid(release: &Object, link: &Link) -> bool {
    const CHART: &str = "app-template";
    let text = |keys: &[&str]| release.field(keys).and_then(Node::as_str);
    let chart = text(&["spec", "chart", "spec", "chart"]).or_else(|| text(&["spec", "chartRef", "name"]));
    let list = match link.reference.kinds.title() {
        "Secret" => "secrets",
        "ConfigMap" => "configMaps",
        _ => return false,
    };
    let values = |key: &str| release.field(&["spec", "values", key]).is_some();
    chart == Some(CHART) && !values(list) && !values("rawResources")
}

/// Whether an object holds values for a chart, and the reference stands there.
fn is_in_values(object: &Object, link: &Link) -> bool {
    let is_release = matches!(object.kind(), "HelmRelease" | "Application");
    let is_values =
        |it: &PathStep| matches!(it, PathStep::Key(key) if key == "values" || key == "valuesObject");
    is_release && link.path.steps().iter().take(5).any(is_values)
}

/// Whether the unit has an object of a kind that nobody knows and of a like name, or one
/// that says this name where such kinds write what they make.
fn has_unknown_maker(world: &World<'_>, link: &Link, name: &str) -> bool {
    // In a larger unit this would be asked too often.
    const OBJECTS_MAX: usize = 2_000;
    let objects = world.repository.bundle(link.from.unit).objects();
    let mut unknown = objects.iter().filter(|it| is_namespaced(it.group(), it.kind()).is_none());
    let is_stem = |stem: &str| {
        !stem.is_empty() && name.strip_prefix(stem).is_some_and(|it| it.is_empty() || it.starts_with('-'))
    };
    objects.len() <= OBJECTS_MAX && unknown.any(|it| is_stem(it.name()) || writes(it, name))
}

/// Whether an object says a name where operators write what an object is to make.
fn writes(maker: &Object, name: &str) -> bool {
    const WAYS: &[&[&str]] = &[
        &["spec", "name"],
        &["spec", "destination", "name"],
        &["spec", "output", "name"],
        &["spec", "target", "name"],
    ];
    WAYS.iter().any(|way| maker.field(way).and_then(Node::as_str) == Some(name))
}

/// Whether what is released does not stand in this tree.
fn is_foreign(world: &World<'_>, release: &Object) -> bool {
    let sources = Source::written(release);
    let is_own = |source: &Source<'_>| {
        !source.is_chart() && source.literal("repoURL").is_some_and(|it| own_repository(world, it).is_some())
    };
    sources.is_empty() || !sources.iter().all(is_own)
}

/// Whether the reference is to one of these kinds.
pub(crate) fn is_to(link: &Link, group: &str, kind: &str) -> bool {
    link.wants(group, kind)
}

fn written_namespace(link: &Link) -> Option<&str> {
    match &link.reference.scope {
        Scope::Named(name) => Some(name),
        _ => None,
    }
}

/// The object that a reference without a namespace means, where that one says
/// which namespace it is in and the object that refers does not.
fn astray(world: &World<'_>, object: &Object, link: &Link) -> Option<Place> {
    let Resolution::Found { places, agreement: Agreement::Assumed } = &link.resolution else { return None };
    let [place] = places[..] else { return None };
    let is_local = link.reference.scope == Scope::Same && place.unit == object.unit();
    let namespace = world.repository.object(place).namespace()?;
    let is_written_there_only = object.namespace().is_none() && namespace != "default";
    let is_namespaced = is_namespaced(object.group(), object.kind()) == Some(true);
    (is_local && is_written_there_only && is_namespaced && !is_placed_elsewhere(world)).then_some(place)
}

/// How many places the tree has that objects come from. An application of Argo CD
/// or Flux points to one of them, or to another repository.
fn places(repository: &Repository) -> usize {
    let is_place = |it: &&Unit| !matches!(it.kind, UnitKind::ArgoCd | UnitKind::Flux);
    repository.units.iter().filter(is_place).count()
}

/// Whether something in the tree says which namespace objects go to that name none.
fn is_placed_elsewhere(world: &World<'_>) -> bool {
    let repository = world.repository;
    let mut units = repository.units.iter();
    if places(repository) > UNITS_MAX || units.any(|it| it.kind == UnitKind::Kustomize) {
        return true;
    }
    let placing = [
        ("argoproj.io", "Application"),
        ("argoproj.io", "ApplicationSet"),
        ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ];
    placing
        .iter()
        .any(|(group, kind)| repository.bundles.iter().any(|it| it.of_kind(group, kind).next().is_some()))
}

impl<'a> Missing<'a> {
    /// The name that leads to nothing.
    pub(crate) fn name(&self) -> &'a str {
        self.link.reference.name().unwrap_or_default()
    }

    /// What the reference is to the object.
    pub(crate) fn relation(&self) -> Relation {
        self.link.relation
    }

    /// An object of the same unit and name of another kind.
    pub(crate) fn namesake(&self, group: &'static str, kind: &str) -> Option<&'a Object> {
        if self.astray.is_some() {
            return None;
        }
        let bundle = self.world.repository.bundle(self.object.unit());
        let mut objects = bundle.of_kind(group, kind);
        objects.find(|it| it.name() == self.name() && self.may_share_namespace(it))
    }

    fn may_share_namespace(&self, other: &Object) -> bool {
        let wanted = written_namespace(self.link).or(self.object.namespace());
        Agreement::between(wanted, other.namespace(), true) != Agreement::Different
    }

    /// Whether a volume of the tree bears the class, so that a claim is bound
    /// to it without the class being there.
    pub(crate) fn has_volume_of_class(&self) -> bool {
        let bundles = self.world.repository.bundles.iter();
        let mut volumes = bundles.flat_map(|it| it.of_kind("", "PersistentVolume"));
        volumes.any(|it| it.field(&["spec", "storageClassName"]).and_then(Node::as_str) == Some(self.name()))
    }

    /// What to tell: the object `acts` on something that is not there, and
    /// what comes of it. At most as bad as `most`.
    pub(crate) fn notice(
        &self,
        check: &'static CheckInfo,
        acts: &str,
        outcome: &str,
        most: Severity,
    ) -> Notice {
        let (title, kind, name) = (self.object.title(), self.link.reference.kinds.title(), self.name());
        if let Some(place) = self.astray {
            return self.astray_notice(check, place, acts).because(outcome);
        }
        // A chart that is not here may not read the value.
        let most = if is_in_values(self.object, self.link) { most.min(Severity::Warning) } else { most };
        let whole = match self.foreign_namespace() {
            Some(namespace) => format!("{kind} `{name}` in namespace `{namespace}`"),
            None => format!("{kind} `{name}`"),
        };
        let message = format!("{title} {acts} {whole}, which nothing here defines");
        let mut notice = Notice::new(check, self.link.location(), message).because(outcome);
        if self.link.reference.scope == Scope::Cluster {
            notice = notice.lacks(format!("{kind} {name}"));
        }
        for other in self.others.iter().take(PLACES_MAX) {
            notice = notice.related(other.location(), Role::Reference, "also here");
        }
        if self.others.len() > PLACES_MAX {
            notice = notice.because(unlisted(self.others.len() - PLACES_MAX));
        }
        self.with_proof(notice, most)
    }

    /// Whether it may come with a tool that is installed in its namespace.
    fn is_of_others(&self) -> bool {
        const INSTALLED: &[&str] = &["ConfigMap", "Role", "Secret", "Service", "ServiceAccount"];
        let is_installed = INSTALLED.contains(&self.link.reference.kinds.title());
        let namespace = written_namespace(self.link).or(self.object.namespace());
        is_installed && namespace.is_some_and(is_of_tool)
    }

    /// Whether the tree has one of this name or a like one.
    pub(crate) fn has_nearest(&self) -> bool {
        self.nearest().is_some()
    }

    /// The namespace that is written beside the name, if it is another than
    /// that of the object.
    pub(crate) fn foreign_namespace(&self) -> Option<&'a str> {
        written_namespace(self.link).filter(|it| self.object.namespace() != Some(it))
    }

    fn astray_notice(&self, check: &'static CheckInfo, place: Place, acts: &str) -> Notice {
        let target = self.world.repository.object(place);
        let namespace = target.namespace().unwrap_or_default();
        let (title, other) = (self.object.title(), target.title());
        let message =
            format!("{title} {acts} {other}, which is in namespace `{namespace}` while it names none itself");
        Notice::new(check, self.link.location(), message)
            .severity(Severity::Warning)
            .help(format!(
                "add `namespace: {namespace}` to {title}, unless it is applied with `-n {namespace}`"
            ))
            .related(target.location(namespace_path()), Role::Definition, "its namespace is written here")
            .because(
                "without a namespace it is created in the one of the command, `default` if that names none",
            )
    }

    fn with_proof(&self, notice: Notice, most: Severity) -> Notice {
        let (kind, name) = (self.link.reference.kinds.title(), self.name());
        match self.proof() {
            Proof::Slip(near) => {
                let repository = self.world.repository;
                let label = format!("{} is here", repository.object(near.place).title());
                let at = repository.object(near.place).location(FieldPath::root());
                let notice = notice.help(format!("use `{}`", near.name)).related(at, Role::Definition, label);
                // What could not be rendered may define the very name.
                let is_unknown = self.may_be_unrendered();
                let severity = if is_unknown { Severity::Warning } else { Severity::Error };
                self.change(notice.severity(severity.min(most)), &near.name)
            }
            Proof::Tree => notice
                .because("everything in this tree was read, and nothing defines or produces it")
                .help(format!(
                    "define {kind} `{name}`, or declare it in seatrial.toml: {}",
                    self.declaration()
                ))
                .severity(Severity::Error.min(most)),
            Proof::Nothing => {
                let most = if self.is_of_others() && !self.has_nearest() { Severity::Info } else { most };
                self.with_guess(notice).severity(Severity::Warning.min(most))
            }
        }
    }

    /// A warning: it may exist where nobody can look from here.
    fn with_guess(&self, mut notice: Notice) -> Notice {
        let (repository, kind) = (self.world.repository, self.link.reference.kinds.title());
        for hint in self.unseen() {
            notice = notice.because(hint);
        }
        let declare = format!("if it exists elsewhere, say so in seatrial.toml: {}", self.declaration());
        let near = self.nearest();
        if let Some(near) = near {
            let object = repository.object(near.place);
            let at = object.location(FieldPath::root());
            let (title, help) = match (near.resemblance, object.namespace()) {
                (Resemblance::Namespace, Some(namespace)) => {
                    let title = format!("{} is in namespace `{namespace}`", object.title());
                    (title.clone(), format!("{title}; {declare}"))
                }
                _ => (format!("{} is here", object.title()), format!("is `{}` meant? {declare}", near.name)),
            };
            return notice.help(help).related(at, Role::Definition, title);
        }
        if let Some((maker, makes)) = self.maker_of_that_name() {
            let title = maker.title();
            let label = format!("{title} makes `{makes}`");
            return notice.help(format!("{title} makes {kind} `{makes}`: use one name for both")).related(
                maker.location(FieldPath::root()),
                Role::Definition,
                label,
            );
        }
        match self.akin() {
            Some(near) => notice.help(format!("is {kind} `{near}` meant? {declare}")),
            None => notice.help(format!("define it; {declare}")),
        }
    }

    /// An `ExternalSecret` of the very name whose Secret is called otherwise.
    fn maker_of_that_name(&self) -> Option<(&'a Object, &'a str)> {
        const GROUP: &str = "external-secrets.io";
        let repository = self.world.repository;
        let places = self.world.graph.index().find(repository, GROUP, "ExternalSecret", None, self.name());
        let makers = places.into_iter().filter(|_| is_to(self.link, "", "Secret"));
        let mut makers = makers.map(|it| repository.object(it)).filter_map(|it| {
            let target = it.field(&["spec", "target", "name"])?.as_str()?;
            (target != it.name()).then_some((it, target))
        });
        makers.next()
    }

    /// What was probably meant; nothing refers to itself.
    fn nearest(&self) -> Option<Nearest> {
        let near = self.world.graph.nearest(self.world.repository, &self.link.reference)?;
        (near.place != Place { unit: self.object.unit(), object: self.object.id() }).then_some(near)
    }

    /// An object of the unit whose name has words in common.
    fn akin(&self) -> Option<&'a str> {
        let bundle = self.world.repository.bundle(self.object.unit());
        let kinds: Vec<(&'a str, &'a str)> = match &self.link.reference.kinds {
            Kinds::Known(kinds) => kinds.to_vec(),
            Kinds::Written { group, kind } => vec![(group, kind)],
            Kinds::Pods => Vec::new(),
        };
        let objects = kinds.into_iter().flat_map(|(group, kind)| bundle.of_kind(group, kind));
        akin(
            self.name(),
            objects
                .filter(|it| it.id() != self.object.id() && self.may_share_namespace(it))
                .map(Object::name),
        )
    }

    fn change(&self, notice: Notice, name: &SmolStr) -> Notice {
        let node = self.object.at(&self.link.path).and_then(Node::as_str);
        // Only where the scalar is the name and nothing else.
        if node != Some(self.name()) {
            return notice;
        }
        notice.change(Change::Set { at: self.link.location(), content: Content::Text(name.to_string()) })
    }

    fn declaration(&self) -> String {
        let (kind, name) = (self.link.reference.kinds.title(), self.name());
        let namespace = match &self.link.reference.scope {
            Scope::Named(namespace) => Some(namespace.as_str()),
            Scope::Same => self.object.namespace(),
            _ => None,
        };
        external(kind, namespace, name)
    }

    fn proof(&self) -> Proof {
        let near = self.nearest();
        let is_slip = |it: &Nearest| {
            it.resemblance != Resemblance::Namespace && meant(self.name(), [it.name.as_str()]).is_some()
        };
        if let Some(near) = near.filter(is_slip) {
            return Proof::Slip(near);
        }
        if self.is_kept_in_trees() && !self.is_of_others() && self.is_one_application() {
            Proof::Tree
        } else {
            Proof::Nothing
        }
    }

    /// Whether objects of the kind are seldom made by hand or by an operator.
    fn is_kept_in_trees(&self) -> bool {
        let kinds = [
            ("", "ConfigMap"),
            ("", "PersistentVolumeClaim"),
            ("", "Service"),
            ("apps", "Deployment"),
            ("apps", "StatefulSet"),
            ("rbac.authorization.k8s.io", "Role"),
        ];
        let any = kinds.iter().any(|(group, kind)| is_to(self.link, group, kind));
        any && is_literal(self.name())
    }

    /// Whether the tree is one application and everything of it can be seen.
    fn is_one_application(&self) -> bool {
        let repository = self.world.repository;
        let is_bounded = places(repository) <= UNITS_MAX && !repository.facts.is_lone_file;
        if !is_bounded || self.unseen().next().is_some() {
            return false;
        }
        let unit = repository.unit(self.object.unit());
        // A chart is a part that others install beside what it needs.
        if unit.kind == UnitKind::Helm {
            return false;
        }
        let namespace = written_namespace(self.link).or(self.object.namespace());
        let judged = repository.units.iter().filter(|it| it.role != UnitRole::Base);
        let is_only = judged.filter(|it| !repository.bundle(it.id).objects().is_empty()).count() == 1;
        let is_own = written_namespace(self.link).is_none_or(|it| self.object.namespace() == Some(it));
        let is_made_here = namespace.is_some_and(|it| self.makes_namespace(it));
        unit.role == UnitRole::Deployed && (is_made_here || (is_only && is_own)) && !self.may_be_made()
    }

    fn makes_namespace(&self, name: &str) -> bool {
        let mut found = self.world.graph.index().find(self.world.repository, "", "Namespace", None, name);
        found.next().is_some()
    }

    /// What of the tree is not known and may define it, a phrase for each sort.
    fn unseen(&self) -> impl Iterator<Item = String> + use<'a> {
        let repository = self.world.repository;
        let units = repository.units.iter().filter(move |it| match it.kind {
            UnitKind::Helm => is_unrendered(repository, it),
            UnitKind::Kustomize => repository.facts.incomplete.contains(&it.id),
            // What these bring, their objects say.
            UnitKind::ArgoCd | UnitKind::Flux | UnitKind::Manifests | UnitKind::Compose => false,
        });
        let skipped_code = |code| {
            matches!(
                code,
                SkipCode::ForeignTemplate
                    | SkipCode::Unreadable
                    | SkipCode::Outside
                    | SkipCode::Unparsable
                    | SkipCode::Remote
                    | SkipCode::Excluded
                    | SkipCode::Limit
            )
        };
        let skipped = repository.coverage.skipped.iter().filter(move |it| skipped_code(it.code));
        let mut paths: Vec<_> = units.map(|it| &it.path).collect();
        paths.dedup();
        // Of one file several parts may be passed over.
        let mut before = None;
        // What a file that was read leads to stands elsewhere.
        let leads_away = |it: &&Skip| it.span.is_some() && is_away(it.code);
        let mut sources: Vec<&TreePath> = skipped.clone().filter(leads_away).map(|it| &it.path).collect();
        sources.dedup();
        let files = skipped.filter(move |it| !leads_away(it)).map(|it| &it.path);
        let files = files.filter(move |it| before.replace(*it) != Some(*it));
        let programs = told_of(repository.facts.provisioners.iter(), ["", ""], "may create it");
        let units =
            told_of(paths.into_iter(), ["is not rendered and ", "are not rendered and "], "may define it");
        let files = told_of(files, ["is not read and ", "are not read and "], "may define it");
        let away = told_of(
            sources.into_iter(),
            ["leads to what is", "lead to what is"],
            " not here and may define it",
        );
        [programs, units, files, away].into_iter().flatten()
    }

    /// Whether a chart of the tree is not known to the end.
    fn may_be_unrendered(&self) -> bool {
        let repository = self.world.repository;
        repository.units.iter().any(|it| it.kind == UnitKind::Helm && is_unrendered(repository, it))
    }

    /// Whether a release, or an application of another repository, may make it.
    fn may_be_made(&self) -> bool {
        let repository = self.world.repository;
        repository.objects().any(|object| match (object.group(), object.kind()) {
            ("argoproj.io", "Application" | "ApplicationSet") => self.may_deploy(object),
            ("helm.toolkit.fluxcd.io" | "helm.cattle.io", _) => true,
            _ => false,
        })
    }

    fn may_deploy(&self, application: &Object) -> bool {
        let template = [
            &["spec", "destination", "namespace"][..],
            &["spec", "template", "spec", "destination", "namespace"],
        ];
        let destination = template.iter().find_map(|it| application.field(it)?.as_str());
        let wanted = written_namespace(self.link).or(self.object.namespace());
        let is_elsewhere =
            destination.is_some_and(|it| is_literal(it) && wanted.is_some_and(|wanted| wanted != it));
        !is_elsewhere && is_foreign(self.world, application)
    }
}

/// Whether what is skipped stands elsewhere than the file that names it.
fn is_away(code: SkipCode) -> bool {
    matches!(code, SkipCode::Remote | SkipCode::Outside | SkipCode::Unreadable)
}

/// What is said of one place or of several, of which the first are named.
fn told_of<'p>(paths: impl Iterator<Item = &'p TreePath>, of: [&str; 2], what: &str) -> Option<String> {
    match &paths.take(3).collect::<Vec<_>>()[..] {
        [] => None,
        [only] => Some(format!("`{only}` {}{what}", of[0])),
        [one, other] => Some(format!("`{one}` and `{other}` {}{what}", of[1])),
        [one, other, ..] => Some(format!("`{one}`, `{other}` and others {}{what}", of[1])),
    }
}

fn namespace_path() -> FieldPath {
    FieldPath::root().key("metadata").key("namespace")
}

/// Whether a namespace is one that tools are installed in, with objects that
/// no tree of an application has.
pub(crate) fn is_of_tool(namespace: &str) -> bool {
    OF_TOOLS.contains(&namespace) || PREFIXES.iter().any(|it| namespace.starts_with(it))
}

const OF_TOOLS: &[&str] = &[
    "argo",
    "argo-rollouts",
    "argocd",
    "cert-manager",
    "cnpg-system",
    "external-secrets",
    "flux-system",
    "gatekeeper-system",
    "ingress-nginx",
    "istio-system",
    "keda",
    "kyverno",
    "longhorn-system",
    "metallb-system",
    "rook-ceph",
    "sealed-secrets",
    "tekton-pipelines",
    "traefik",
    "velero",
];
const PREFIXES: &[&str] = &["kube-", "openshift", "knative-", "cattle-", "calico-", "linkerd", "gke-"];

/// A key that an object is asked for and does not have.
pub(crate) struct MissingKey<'a> {
    world: &'a World<'a>,
    object: &'a Object,
    link: &'a Link,
    key: &'a str,
    place: Place,
}

/// The keys of a kind that are asked for in vain.
pub(crate) fn missing_keys<'a>(context: &Context<'a>, kind: &str) -> Vec<MissingKey<'a>> {
    let world = context.world();
    let required = context.links().filter(|(_, link)| link.strength == Strength::Required);
    let found = required.filter(|(_, link)| is_to(link, "", kind)).filter_map(|(object, link)| {
        let Resolution::MissingPart { place, .. } = link.resolution else { return None };
        let Some((Part::Key(key), _)) = &link.reference.part else { return None };
        (!key.is_empty() && is_literal(key)).then_some(MissingKey { world, object, link, key, place })
    });
    found.collect()
}

/// Whether an object holds anything: one that is empty is often for another
/// program to fill.
fn has_data(holder: &Object) -> bool {
    let lists = ["data", "stringData", "binaryData"];
    lists.iter().any(|list| holder.field(&[list]).is_some_and(|it| it.entries().next().is_some()))
}

/// The keys that an object has, to follow a sentence: only a few.
fn keys_of(holder: &Object) -> String {
    const NAMED_MAX: usize = 8;
    let lists = ["data", "stringData", "binaryData"].into_iter().filter_map(|list| holder.field(&[list]));
    let mut keys: Vec<String> = Vec::new();
    for entry in lists.flat_map(Node::entries) {
        let key = format!("`{}`", entry.name());
        if !keys.contains(&key) {
            keys.push(key);
        }
        if keys.len() > NAMED_MAX {
            return String::new();
        }
    }
    if keys.is_empty() { String::new() } else { format!(": {}", keys.join(", ")) }
}

impl MissingKey<'_> {
    /// What to tell. Only names of keys are, never what they hold.
    pub(crate) fn notice(&self, check: &'static CheckInfo) -> Notice {
        let repository = self.world.repository;
        let holder = repository.object(self.place);
        let (title, other, key) = (self.object.title(), holder.title(), self.key);
        let message = format!("{title} reads key `{key}`, which {other} does not have");
        let at = self.link.part_location();
        let notice = Notice::new(check, at.clone(), message)
            .severity(self.severity())
            .because(self.outcome())
            .related(holder.location(FieldPath::root()), Role::Definition, format!("{other} is here"));
        let near = self.world.graph.nearest_part(repository, &self.link.reference, self.place);
        let written = self.link.reference.part.as_ref().and_then(|it| self.object.at(&it.1)?.as_str());
        match near {
            Some(near) if written == Some(key) => notice
                .help(format!("use key `{near}`"))
                .change(Change::Set { at, content: Content::Text(near.to_string()) }),
            Some(near) => notice.help(format!("use key `{near}`")),
            None => {
                notice.help(format!("add key `{key}` to {other}, or read one that it has{}", keys_of(holder)))
            }
        }
    }

    /// A key is surely absent from an object that stands in the same unit as
    /// it is applied; one of another unit may be a variant of it.
    fn severity(&self) -> Severity {
        let holder = self.world.repository.unit(self.place.unit);
        let is_same = self.place.unit == self.link.from.unit && holder.role != UnitRole::Base;
        let is_fatal = self.link.relation != Relation::SubPath;
        let holder = self.world.repository.object(self.place);
        if is_same && is_fatal && has_data(holder) { Severity::Error } else { Severity::Warning }
    }

    fn outcome(&self) -> &'static str {
        if let Some(outcome) = outcome_of_flux(self.object) {
            return outcome;
        }
        match self.link.relation {
            Relation::EnvKey => "the container is not created: CreateContainerConfigError",
            Relation::SubPath => "the kubelet makes an empty directory in its place",
            Relation::Volume => "the volume is not mounted and the pod stays in ContainerCreating",
            _ => "whoever reads it finds nothing",
        }
    }
}

/// What Flux does where an object of its own misses a map or a Secret.
pub(crate) fn outcome_of_flux(object: &Object) -> Option<&'static str> {
    match object.group() {
        "helm.toolkit.fluxcd.io" => Some("Flux does not install the release"),
        "kustomize.toolkit.fluxcd.io" => Some("Flux does not apply what the Kustomization names"),
        _ => None,
    }
}

/// Whether a chart holds objects that are not known here.
fn is_unrendered(repository: &Repository, chart: &Unit) -> bool {
    let skipped = &repository.coverage.skipped;
    skipped.iter().any(|it| it.code == SkipCode::NotRendered && it.path == chart.path)
}
