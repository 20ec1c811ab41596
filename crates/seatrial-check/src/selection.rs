//! What selectors select, over all units: pods of templates, labelled
//! Services, and what was probably meant where nothing is selected.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Change, Content, Location, Notice, Role, UnitId};
use seatrial_model::views::PodTemplate;
use seatrial_model::{
    Agreement, Field, LabelSelector, Labels, Object, Operator, Repository, Requirement, SkipCode,
    is_namespaced,
};
use smol_str::SmolStr;

use crate::placeholder::is_filled_in_later;
use crate::releases::Releases;
use crate::slip::{akin, meant, metadata_field};

/// Something with labels that a selector may select.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labelled<'a> {
    pub(crate) object: &'a Object,
    pub(crate) labels: Labels<'a>,
}

/// What a selector selects.
#[derive(Debug)]
pub(crate) struct Selected<'a> {
    /// Those of the selecting object's unit, or of all units if it has none.
    pub(crate) found: Vec<Labelled<'a>>,
    /// Whether they are of the selecting object's unit.
    pub(crate) same_unit: bool,
}

/// The namespaces in which an object selects.
#[derive(Clone, Debug)]
pub(crate) enum Within<'a> {
    /// Its own.
    Own,
    /// All.
    Any,
    /// Those of these names.
    Named(Vec<&'a str>),
}

/// Something that nearly is what a selector selects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Near<'a> {
    pub(crate) object: &'a Object,
    /// The label that stands in the way.
    pub(crate) key: &'a str,
    /// Its value there.
    pub(crate) value: &'a str,
    /// Whether the difference is as good as a slip of the keyboard.
    pub(crate) is_slip: bool,
}

/// Everything with labels of one sort, by label.
#[derive(Debug, Default)]
pub(crate) struct Index<'a> {
    entries: Vec<Labelled<'a>>,
    by_label: FxHashMap<(SmolStr, &'a str), Vec<u32>>,
    by_namespace: FxHashMap<(Option<&'a str>, SmolStr, &'a str), Vec<u32>>,
    by_unit_label: FxHashMap<(UnitId, SmolStr, &'a str), Vec<u32>>,
    by_unit: FxHashMap<UnitId, Vec<u32>>,
    /// Names of objects whose controllers may make pods that no template shows.
    makers: FxHashSet<&'a str>,
}

/// More candidates than this are not searched for what was meant.
const NEAR_MAX: usize = 2_000;

impl<'a> Index<'a> {
    /// The pods that templates make, and bare pods.
    pub(crate) fn pods(repository: &'a Repository) -> Self {
        let mut index = Self::default();
        let releases = Releases::of(repository);
        for object in repository.objects() {
            if let Some(template) = PodTemplate::of(object) {
                index.add(Labelled { object, labels: labels_of(&template) });
            } else if may_make_pods(object) && !releases.shows_all_pods(object) {
                index.makers.insert(object.name());
            }
        }
        index
    }

    /// The Services, by their own labels.
    pub(crate) fn services(repository: &'a Repository) -> Self {
        let mut index = Self::default();
        let releases = Releases::of(repository);
        for object in repository.objects() {
            if object.is("", "Service") {
                let labels = Labels::of(object.field(&["metadata", "labels"]));
                index.add(Labelled { object, labels });
            } else if may_make_pods(object) && !releases.shows_all_pods(object) {
                index.makers.insert(object.name());
            }
        }
        index
    }

    fn add(&mut self, entry: Labelled<'a>) {
        let place = self.entries.len() as u32;
        let (unit, namespace) = (entry.object.unit(), entry.object.namespace());
        for (key, value) in entry.labels.iter() {
            self.by_label.entry((key.clone(), value)).or_default().push(place);
            self.by_namespace.entry((namespace, key.clone(), value)).or_default().push(place);
            self.by_unit_label.entry((unit, key, value)).or_default().push(place);
        }
        self.by_unit.entry(unit).or_default().push(place);
        self.entries.push(entry);
    }

    /// What an object selects in its own namespace.
    pub(crate) fn selected(&self, by: &'a Object, selector: &LabelSelector) -> Selected<'a> {
        self.selected_within(by, &Within::Own, selector)
    }

    /// What an object selects. Labels that controllers add to running pods are
    /// not asked for.
    pub(crate) fn selected_within(
        &self,
        by: &'a Object,
        within: &Within<'_>,
        selector: &LabelSelector,
    ) -> Selected<'a> {
        let selector = written_part(selector);
        let fits = |entry: &Labelled<'a>| reaches(within, by, entry.object) && selector.matches(entry.labels);
        let own = |entry: &Labelled<'a>| entry.object.unit() == by.unit();
        let near = self.candidates(Some(by.unit()), within, by, &selector);
        let found: Vec<_> = near.into_iter().filter(own).filter(fits).collect();
        if !found.is_empty() {
            return Selected { found, same_unit: true };
        }
        let far = self.candidates(None, within, by, &selector);
        Selected { found: far.into_iter().filter(fits).collect(), same_unit: false }
    }

    fn candidates(
        &self,
        unit: Option<UnitId>,
        within: &Within<'_>,
        by: &'a Object,
        selector: &LabelSelector,
    ) -> Vec<Labelled<'a>> {
        let anchor = selector.requirements.iter().find(|it| it.operator == Operator::In);
        let Some(anchor) = anchor else {
            let all = unit.map(|unit| self.by_unit.get(&unit).map_or(&[][..], Vec::as_slice));
            return match all {
                Some(places) => self.at(places).collect(),
                None => self.entries.clone(),
            };
        };
        let mut found = Vec::new();
        for value in &anchor.values {
            let (key, value) = (anchor.key.clone(), value.as_str());
            match (within, by.namespace(), unit) {
                (Within::Own, Some(namespace), _) => {
                    found.extend(self.at(list(&self.by_namespace, &(Some(namespace), key.clone(), value))));
                    found.extend(self.at(list(&self.by_namespace, &(None, key, value))));
                }
                (_, _, Some(unit)) => found.extend(self.at(list(&self.by_unit_label, &(unit, key, value)))),
                _ => found.extend(self.at(list(&self.by_label, &(key, value)))),
            }
        }
        found
    }

    fn at<'i>(&'i self, places: &'i [u32]) -> impl Iterator<Item = Labelled<'a>> + use<'a, 'i> {
        places.iter().map(|&place| self.entries[place as usize])
    }

    /// Whether an object of a kind we do not know bears a name that the
    /// selector asks for, so that its controller may make what is selected, or
    /// another program has yet to write the selector.
    pub(crate) fn may_be_made(&self, selector: &LabelSelector) -> bool {
        let mut values = selector.requirements.iter().flat_map(|it| &it.values);
        values.any(|value| self.makers.contains(value.as_str()) || is_filled_in_later(value))
    }

    /// What was probably meant: something of the same unit and namespace that
    /// a single label keeps from being selected.
    pub(crate) fn near(
        &self,
        by: &'a Object,
        within: &Within<'_>,
        selector: &LabelSelector,
    ) -> Option<Near<'a>> {
        let selector = written_part(selector);
        let places = self.by_unit.get(&by.unit()).filter(|it| it.len() <= NEAR_MAX)?;
        let reached = self.at(places).filter(|it| reaches(within, by, it.object));
        let near: Vec<Near<'a>> = reached.filter_map(|it| nearly(&selector, it)).collect();
        near.iter().find(|it| it.is_slip).or(near.first()).copied()
    }
}

impl<'a> Index<'a> {
    /// The one object that an object's unit has, with its labels in words.
    fn only_beside(&self, by: &Object) -> Option<(&'a Object, String)> {
        const LABELS_MAX: usize = 6;
        let [place] = self.by_unit.get(&by.unit())?[..] else { return None };
        let entry = self.entries[place as usize];
        let labels: Vec<String> = entry.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let is_short = (1..=LABELS_MAX).contains(&labels.len());
        is_short.then(|| (entry.object, labels.join(",")))
    }
}

fn list<'i, K: std::hash::Hash + Eq>(map: &'i FxHashMap<K, Vec<u32>>, key: &K) -> &'i [u32] {
    map.get(key).map_or(&[], Vec::as_slice)
}

fn reaches(within: &Within<'_>, by: &Object, other: &Object) -> bool {
    let same_unit = by.unit() == other.unit();
    match within {
        Within::Any => true,
        Within::Own => {
            Agreement::between(by.namespace(), other.namespace(), same_unit) != Agreement::Different
        }
        Within::Named(names) => other.namespace().is_none_or(|it| names.contains(&it)),
    }
}

/// The selector without labels that only running pods have.
fn written_part(selector: &LabelSelector) -> LabelSelector {
    let requirements = selector.requirements.iter().filter(|it| !is_added_to_pods(&it.key));
    LabelSelector { requirements: requirements.cloned().collect() }
}

/// The labels of pods, also under a misspelt name: that is told where it stands, and
/// not at what selects them.
fn labels_of<'a>(template: &PodTemplate<'a>) -> Labels<'a> {
    let labels = template.labels();
    let metadata = template.field.key("metadata").filter(|_| labels.node().is_none());
    let is_meant =
        |it: &Field<'_>, name: &str| it.node().is_mapping() && metadata_field(name) == Some("labels");
    let mut fields = metadata.iter().flat_map(Field::entries);
    fields.find(|(name, it)| is_meant(it, name)).map_or(labels, |(_, it)| Labels::of(Some(it.node())))
}

/// Whether a controller puts the label on pods, so that no template has it.
pub(crate) fn is_added_to_pods(key: &str) -> bool {
    matches!(
        key,
        "statefulset.kubernetes.io/pod-name"
            | "apps.kubernetes.io/pod-index"
            | "controller-revision-hash"
            | "pod-template-hash"
            | "pod-template-generation"
            | "rollouts-pod-template-hash"
            | "job-name"
            | "controller-uid"
            | "batch.kubernetes.io/job-name"
            | "batch.kubernetes.io/controller-uid"
            | "batch.kubernetes.io/job-completion-index"
    )
}

/// Whether a controller may make workloads from an object of this kind.
fn may_make_pods(object: &Object) -> bool {
    let known =
        ["HelmRelease", "Application", "ApplicationSet", "Kustomization", "Prometheus", "Alertmanager"];
    let known_too = ["ThanosRuler", "PrometheusAgent", "HelmChart"];
    !object.name().is_empty()
        && (known.contains(&object.kind())
            || known_too.contains(&object.kind())
            || is_namespaced(object.group(), object.kind()).is_none())
}

fn nearly<'a>(selector: &LabelSelector, entry: Labelled<'a>) -> Option<Near<'a>> {
    let mut failing = selector.requirements.iter().filter(|it| !it.matches(entry.labels));
    let requirement = failing.next()?;
    if failing.next().is_some() || requirement.operator != Operator::In {
        return None;
    }
    let [wanted] = requirement.values.as_slice() else { return None };
    let others = selector.requirements.len() - 1;
    near_value(requirement, wanted, others, entry).or_else(|| near_key(requirement, wanted, entry))
}

/// The label has another value.
fn near_value<'a>(
    requirement: &Requirement,
    wanted: &str,
    others: usize,
    entry: Labelled<'a>,
) -> Option<Near<'a>> {
    let node = entry.labels.node()?.entry(&requirement.key)?;
    let (key, value) = (node.key.as_str()?, node.value.as_str()?);
    let is_slip = meant(wanted, [value]).is_some();
    let is_akin = akin(wanted, [value]).is_some();
    let near = Near { object: entry.object, key, value, is_slip: is_slip || (is_akin && others > 0) };
    (is_slip || is_akin).then_some(near)
}

/// Another label, whose name is a slip away, has the value.
fn near_key<'a>(requirement: &Requirement, wanted: &str, entry: Labelled<'a>) -> Option<Near<'a>> {
    let mut labels = entry.labels.node()?.entries();
    let found = labels.find(|it| {
        let is_near = |name: &str| {
            meant(&requirement.key, [name]).is_some() || akin(&requirement.key, [name]).is_some()
        };
        it.value.as_str() == Some(wanted) && it.key.as_str().is_some_and(is_near)
    })?;
    Some(Near { object: entry.object, key: found.key.as_str()?, value: found.value.as_str()?, is_slip: true })
}

/// The field of a requirement in a selector of either form: the value in
/// `matchLabels` or in a plain mapping; the selector itself for expressions.
pub(crate) fn requirement_field<'a>(selector: &Field<'a>, key: &str) -> Field<'a> {
    let labels = selector.key("matchLabels").and_then(|it| it.key(key));
    labels.or_else(|| selector.key(key)).unwrap_or_else(|| selector.clone())
}

/// Where to point in a selector that selects nothing: its only label, else itself.
pub(crate) fn selector_field<'a>(selector: &Field<'a>) -> Field<'a> {
    let labels = selector.key("matchLabels").unwrap_or_else(|| selector.clone());
    let mut entries = labels.entries().map(|(_, field)| field);
    match (entries.next(), entries.next()) {
        (Some(only), None) if only.as_str().is_some() => only,
        _ => selector.clone(),
    }
}

/// The namespaces in which a monitor selects: those of its `namespaceSelector`.
pub(crate) fn monitored_namespaces<'a>(spec: &Field<'a>) -> Within<'a> {
    let Some(namespaces) = spec.key("namespaceSelector") else { return Within::Own };
    if namespaces.flag("any") {
        return Within::Any;
    }
    let names: Vec<&str> = namespaces.list("matchNames").filter_map(|it| it.as_str()).collect();
    if names.is_empty() { Within::Own } else { Within::Named(names) }
}

/// Whether charts or overlays of the tree are not rendered, so that what they
/// define cannot be seen.
pub(crate) fn has_unseen_units(repository: &Repository) -> bool {
    let mut skipped = repository.coverage.skipped.iter();
    skipped.any(|it| matches!(it.code, SkipCode::NotRendered | SkipCode::Remote))
}

/// Adds to a notice about a selector that selects nothing what was probably
/// meant, or where else there is something with these labels.
pub(crate) fn explain<'a>(
    notice: Notice,
    index: &Index<'a>,
    by: &'a Object,
    field: &Field<'a>,
    selector: &LabelSelector,
    near: Option<Near<'a>>,
) -> Notice {
    if let Some(near) = near {
        return explain_near(notice, field, selector, near);
    }
    let elsewhere = index.selected_within(by, &Within::Any, selector);
    let Some(other) = elsewhere.found.first().map(|it| it.object) else {
        let notice = notice.help("correct the selector, or the labels of what it is meant for");
        return match index.only_beside(by) {
            Some((object, labels)) => notice.because(format!("{} beside it has {labels}", object.title())),
            None => notice,
        };
    };
    let namespace = other.namespace().unwrap_or("the default namespace");
    notice
        .help(format!(
            "{} has these labels, in {namespace}: selectors stay in their own namespace",
            other.title()
        ))
        .related(Field::root(other).at("metadata"), Role::Definition, "it has the labels")
}

fn explain_near(notice: Notice, field: &Field<'_>, selector: &LabelSelector, near: Near<'_>) -> Notice {
    let Near { object, key, value, .. } = near;
    let notice = notice.help(format!("select {key}={value}, as {} has it", object.title())).related(
        labels_location(object, key),
        Role::Definition,
        format!("{} has {key}={value}", object.title()),
    );
    let written = requirement_field(field, key);
    let asks_for_key = selector.requirements.iter().any(|it| it.key == key);
    if asks_for_key && near.is_slip && written.as_str().is_some() {
        let content = Content::Text(value.to_owned());
        return notice.change(Change::Set { at: written.location(), content });
    }
    notice
}

/// A label of a template's pods, or of the object itself.
fn labels_location(object: &Object, key: &str) -> Location {
    let template = PodTemplate::of(object).map_or_else(|| Field::root(object), |it| it.field);
    let labels = template.keys(&["metadata", "labels"]);
    labels.map_or_else(|| template.at("metadata"), |it| it.at(key))
}
