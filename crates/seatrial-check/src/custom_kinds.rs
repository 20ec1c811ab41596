//! Definitions of custom kinds in the repository, and what they say of objects.
//! Of a kind without one, what was published counts; without that, too, it is
//! not validated. The report says so.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use seatrial_model::{Object, Place, Repository};
use seatrial_policy::gatekeeper;
use seatrial_schema::convert::Equivalent;
use seatrial_schema::custom::{CustomKind, CustomKinds};
use seatrial_schema::decode::{Problem, ProblemKind, untyped};
use seatrial_schema::kinds::WITHOUT_RULES;
use seatrial_schema::published;
use seatrial_schema::table::Table;
use seatrial_schema::{Errors, FieldError, Reason, Value};
use seatrial_yaml::Node;

use crate::admission::Held;

/// The names of types in errors about them.
const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
/// How many definitions of one kind are asked about an object.
const DEFINITIONS_MAX: usize = 8;

/// The definitions of a repository, by group and kind.
#[derive(Debug, Default)]
pub struct Definitions(BTreeMap<(String, String), Vec<Definition>>);

/// One definition, read when it is first asked for. Trees hold the same one many
/// times, for each way to install it: those written alike are read once.
#[derive(Clone, Debug)]
struct Definition {
    place: Place,
    /// The first that is written like it.
    first: Place,
    kinds: Arc<OnceLock<CustomKinds>>,
}

/// The kind of an object, by the one definition that counts for it.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// The version that the object is written in.
    pub kind: &'a CustomKind,
    /// Whether the definition stands in the object's own unit.
    pub is_own: bool,
}

/// What a definition says of an object.
pub(crate) enum Verdict {
    /// It does not serve the object's version.
    Unserved,
    /// What is wrong with the object, perhaps nothing.
    Checked(Vec<Problem>, Vec<FieldError>),
}

impl Verdict {
    fn weight(&self) -> usize {
        match self {
            Self::Unserved => usize::MAX,
            Self::Checked(problems, errors) => problems.len() + errors.len(),
        }
    }
}

impl Definitions {
    /// All of them, each once however many units bring it.
    pub fn of(repository: &Repository) -> Self {
        let mut all: BTreeMap<_, Vec<Definition>> = BTreeMap::new();
        let mut firsts: BTreeMap<(usize, &str), Definition> = BTreeMap::new();
        for object in defining(repository) {
            let Some(key) = defined(object) else { continue };
            let text = object.root().source_text();
            let definition = match firsts.entry((text.len(), text)) {
                Slot::Vacant(slot) => slot.insert(Definition::of(object)).clone(),
                Slot::Occupied(slot) => slot.get().of_another(repository, object),
            };
            all.entry(key).or_default().push(definition);
        }
        Self(all)
    }

    /// The first definition that is written like this one; none where that is itself.
    pub(crate) fn first_alike(&self, object: &Object) -> Option<Place> {
        let place = Place { unit: object.unit(), object: object.id() };
        let all = self.0.get(&defined(object)?)?;
        let at = all.binary_search_by_key(&place, |it| it.place).ok()?;
        Some(all[at].first).filter(|first| *first != place)
    }

    /// What the definitions say of an object; none if there is none. Those of its
    /// own unit count, else the one that has least to say: which of several is
    /// installed is not known.
    pub(crate) fn judge(
        &self,
        repository: &Repository,
        object: &Object,
        is_whole: bool,
    ) -> Option<(Verdict, Place)> {
        let mut judged = BTreeSet::new();
        let mut mildest: Option<(Verdict, Place)> = None;
        for definition in self.about(repository, object)?.filter(|it| judged.insert(it.first)) {
            let verdict = definition.judge(repository, object, is_whole);
            if mildest.as_ref().is_none_or(|(other, _)| verdict.weight() < other.weight()) {
                mildest = Some((verdict, definition.place));
            }
            if mildest.as_ref().is_some_and(|(it, _)| it.weight() == 0) {
                break;
            }
        }
        mildest
    }

    /// An object as the server holds it by the first definition that serves it.
    pub(crate) fn held(&self, repository: &Repository, object: &Object) -> Option<Held> {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let kinds = self.about(repository, object)?.flat_map(|it| it.kinds(repository).all());
        let kind = kinds.filter(|it| it.is_served).find(|it| it.version == version)?;
        let mut value = kind.decode(object.root()).value;
        kind.default(&mut value);
        Some(Held { value, resource: kind.plural.to_string(), is_cluster_scoped: kind.is_cluster_scoped })
    }

    /// The kind of an object of this repository, or of another that has no
    /// definition of it. None where definitions differ and none of them stands in
    /// the object's own unit, and where a schema is too large to be looked at.
    pub fn settled<'a>(&'a self, repository: &'a Repository, object: &Object) -> Option<Settled<'a>> {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let all = self.0.get(&(object.group().to_owned(), object.kind().to_owned()))?;
        let place = Place { unit: object.unit(), object: object.id() };
        let is_here = repository.bundles.get(place.unit.0 as usize).is_some_and(|bundle| {
            let mut own = bundle.objects().get(place.object.0 as usize).into_iter();
            own.any(|own| std::ptr::eq(own, object))
        });
        let own = all.iter().find(|it| is_here && it.place.unit == place.unit);
        let first = own.or_else(|| all.first())?;
        if own.is_none() && all.iter().any(|it| it.first != first.first) {
            return None;
        }
        let mut kinds = first.kinds(repository).all().iter();
        let kind = kinds.find(|it| it.version == version).filter(|it| !it.is_too_large())?;
        Some(Settled { kind, is_own: own.is_some() })
    }

    /// The kinds that are defined in a group.
    pub(crate) fn kinds_in(&self, group: &str) -> impl Iterator<Item = &str> {
        self.0.keys().filter(move |(own, _)| own == group).map(|(_, kind)| kind.as_str())
    }

    /// What the server warns of where every definition gives an object's version up.
    pub(crate) fn deprecation<'r>(&'r self, repository: &'r Repository, object: &Object) -> Option<&'r str> {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let mut said = None;
        for definition in self.about(repository, object)? {
            let mut kinds = definition.kinds(repository).all().iter();
            let kind = kinds.find(|it| it.is_served && it.version == version)?;
            said = said.or(Some(kind.deprecation.as_deref()?));
        }
        said
    }

    /// The versions that some definition serves an object's kind in.
    pub(crate) fn served_versions(&self, repository: &Repository, object: &Object) -> BTreeSet<String> {
        let Some(definitions) = self.about(repository, object) else { return BTreeSet::new() };
        let kinds = definitions.flat_map(|it| it.kinds(repository).all());
        kinds.filter(|it| it.is_served).map(|it| format!("{}/{}", it.group, it.version)).collect()
    }

    /// The versions in which the server has an object of a defined kind besides the
    /// one it is written in.
    pub(crate) fn other_versions(&self, repository: &Repository, object: &Object) -> Vec<Equivalent> {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let Some(mut definitions) = self.about(repository, object) else { return Vec::new() };
        let Some(definition) = definitions.next() else { return Vec::new() };
        let stated = repository.object(definition.place).field(&["spec", "conversion", "strategy"]);
        let is_alike = stated.is_none_or(|it| it.as_str() == Some("None"));
        let kinds = definition.kinds(repository).all().iter();
        let others = kinds.filter(|it| it.is_served && it.kind == object.kind() && it.version != version);
        others.map(|it| Equivalent { version: it.version.clone(), is_alike }).collect()
    }

    fn about<'a>(
        &'a self,
        repository: &'a Repository,
        object: &Object,
    ) -> Option<impl Iterator<Item = &'a Definition>> {
        let all = self.0.get(&(object.group().to_owned(), object.kind().to_owned()))?;
        let unit = object.unit();
        let has_own = all.iter().any(|it| it.place.unit == unit);
        let mut seen = BTreeSet::new();
        let is_new = move |it: &&Definition| {
            let span = repository.object(it.place).span();
            seen.insert((span.file, span.start))
        };
        Some(
            all.iter()
                .filter(move |it| !has_own || it.place.unit == unit)
                .filter(is_new)
                .take(DEFINITIONS_MAX),
        )
    }
}

impl Definition {
    fn of(object: &Object) -> Self {
        let place = Place { unit: object.unit(), object: object.id() };
        Self { place, first: place, kinds: Arc::default() }
    }

    /// The definition of another object with the same text.
    fn of_another(&self, repository: &Repository, object: &Object) -> Self {
        let another = Self::of(object);
        let is_alike = object.root().is_written_alike(repository.object(self.first).root());
        if is_alike { Self { place: another.place, ..self.clone() } } else { another }
    }

    fn kinds(&self, repository: &Repository) -> &CustomKinds {
        self.kinds.get_or_init(|| {
            let object = repository.object(self.place);
            let value = untyped(object.root());
            let is_template = object.group() == gatekeeper::TEMPLATE_GROUP;
            CustomKinds::of(if is_template { gatekeeper::constraint_definition(&value) } else { value })
        })
    }

    fn judge(&self, repository: &Repository, object: &Object, is_whole: bool) -> Verdict {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let mut versions = self.kinds(repository).named(object.group(), version, object.kind());
        match versions.next().filter(|it| it.is_served) {
            None => Verdict::Unserved,
            Some(kind) => judged_by(kind, object.root(), is_whole),
        }
    }
}

/// What a definition says of an object, which is complete or not.
pub(crate) fn judged_by(kind: &CustomKind, object: Node<'_>, is_whole: bool) -> Verdict {
    let decoded = kind.decode(object);
    let mut problems = decoded.problems;
    if !is_whole {
        return Verdict::Checked(problems, Vec::new());
    }
    let mut errors = Vec::new();
    for error in broken_rules(kind, decoded.value) {
        match wrong_type(&error) {
            Some(message) => problems.extend(object.at(&error.path).map(|node| Problem {
                kind: ProblemKind::WrongType,
                path: error.path.clone(),
                span: node.written_span(),
                message,
                unseen: false,
            })),
            None => errors.push(error),
        }
    }
    Verdict::Checked(problems, errors)
}

fn broken_rules(kind: &CustomKind, mut value: Value) -> Vec<FieldError> {
    let meta = value.struct_mut("metadata");
    if kind.is_cluster_scoped {
        meta.remove("namespace");
    } else {
        meta.set_default("namespace", "default");
    }
    kind.default(&mut value);
    kind.prepare_create(&mut value);
    let mut errors = Errors::new();
    kind.validate(&value, &mut errors);
    // What was not checked for another mistake is no mistake of its own.
    let is_own = |it: &&FieldError| !it.detail.starts_with("some validation rules were not checked");
    errors.as_slice().iter().filter(is_own).cloned().collect()
}

/// The words for a value whose type is not that of its schema.
fn wrong_type(error: &FieldError) -> Option<String> {
    let found = error.value.as_ref().map(Value::as_str).filter(|it| TYPES.contains(it))?;
    let is_type = error.reason == Reason::TypeInvalid && error.detail.ends_with(&format!(": {found:?}"));
    is_type.then(|| error.detail.clone())
}

/// The group and kind that an object defines.
fn defined(object: &Object) -> Option<(String, String)> {
    if object.is(gatekeeper::TEMPLATE_GROUP, "ConstraintTemplate") {
        let kind = object.field(&["spec", "crd", "spec", "names", "kind"])?.as_str()?;
        return Some((gatekeeper::CONSTRAINT_GROUP.to_owned(), kind.to_owned()));
    }
    if !object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        return None;
    }
    let text = |keys: &[&str]| object.field(keys)?.as_str().map(str::to_owned);
    Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?))
}

/// The objects that may define a kind, see [`defined`].
fn defining(repository: &Repository) -> impl Iterator<Item = &Object> {
    let templates = repository.of_kind(gatekeeper::TEMPLATE_GROUP, "ConstraintTemplate");
    repository.of_kind("apiextensions.k8s.io", "CustomResourceDefinition").chain(templates)
}

/// A kind that nothing in the repository defines.
#[derive(Clone, Copy, Debug)]
pub struct Undefined<'a> {
    /// Whether its objects were held against what was published of it.
    pub is_published: bool,
    /// The first of its objects.
    pub first: &'a Object,
    /// How many there are.
    pub count: usize,
}

/// The kinds that are neither Kubernetes' own nor defined in the repository, by
/// group and name. Nothing is said of their objects' fields.
pub fn undefined_kinds<'a>(
    repository: &Repository,
    objects: impl IntoIterator<Item = &'a Object>,
) -> Vec<Undefined<'a>> {
    let known: BTreeSet<_> = defining(repository).filter_map(defined).collect();
    let is_known = |kind: (&str, &str)| {
        Table::has_group(kind.0) || known.contains(&(kind.0.to_owned(), kind.1.to_owned()))
    };
    let mut judged: FxHashMap<(&str, &str), bool> = FxHashMap::default();
    let is_undefined = |object: &&'a Object| {
        let kind = (object.group(), object.kind());
        !*judged.entry(kind).or_insert_with(|| is_known(kind))
    };
    by_kind(objects.into_iter().filter(is_undefined))
}

/// The kinds of the target of whose objects, those that are meant, only the types
/// of fields are looked at.
pub fn kinds_without_rules(
    repository: &Repository,
    is_meant: impl Fn(&Object) -> bool,
) -> Vec<Undefined<'_>> {
    let table = u8::try_from(repository.target.kubernetes.minor).ok().and_then(Table::of);
    let split = |(api_version, kind): &(&'static str, &'static str)| {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        (*api_version, group, version, *kind)
    };
    let is_known = |(_, group, version, kind): &(&str, &str, &str, &str)| {
        table.is_some_and(|it| it.kind(group, version, kind).is_some())
    };
    let kinds = WITHOUT_RULES.iter().map(split).filter(is_known);
    let objects = kinds.flat_map(|(api_version, group, _, kind)| {
        repository.of_kind(group, kind).filter(move |it| it.api_version() == api_version)
    });
    by_kind(objects.filter(|it| is_meant(it)))
}

fn by_kind<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<Undefined<'a>> {
    let mut kinds: BTreeMap<(&str, &str), Undefined<'a>> = BTreeMap::new();
    for object in objects {
        let key = (object.group(), object.kind());
        let is_published = || published::versions(object.group(), object.kind()).next().is_some();
        let new = || Undefined { is_published: is_published(), first: object, count: 0 };
        kinds.entry(key).or_insert_with(new).count += 1;
    }
    kinds.into_values().collect()
}
