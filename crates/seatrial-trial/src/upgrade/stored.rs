//! An object as the server holds it after it was applied.

use seatrial_check::Settled;
use seatrial_model::{Object, Target};
use seatrial_schema::custom::CustomKind;
use seatrial_schema::decode::{Problem, decode, untyped};
use seatrial_schema::difference::{Difference, Layout, differences};
use seatrial_schema::table::{Kind, Shape, Table};
use seatrial_schema::{By, Errors, FieldError, Map, Strategy, Value};
use seatrial_yaml::{FieldPath, PathStep};

/// Stands for what the server makes up: the same before and after.
const UID: &str = "00000000-0000-0000-0000-000000000001";
const VERSION: &str = "1";

/// What the server fills in, and no manifest changes.
const SYSTEM_FIELDS: [&str; 7] = [
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "managedFields",
    "selfLink",
];

/// An object with its defaults.
pub(super) struct Stored<'a> {
    pub(super) object: &'a Object,
    kind: Option<(&'static Table, &'static Kind)>,
    defined: Option<Settled<'a>>,
    value: Value,
    unread: Vec<Problem>,
    /// The same with what is written where that could not be read.
    as_written: Option<Value>,
}

/// What the server does with the objects of a kind.
#[derive(Clone, Copy)]
pub(super) enum Rules<'a> {
    /// A kind of its own.
    Own(&'static Strategy),
    /// One that a definition brings.
    Custom(Settled<'a>),
}

impl Rules<'_> {
    fn prepare_create(self, object: &mut Value) {
        match self {
            Self::Own(strategy) => (strategy.prepare_create)(object),
            Self::Custom(defined) => defined.kind.prepare_create(object),
        }
    }

    fn prepare_update(self, object: &mut Value, stored: &Value) {
        match self {
            Self::Own(strategy) => (strategy.prepare_update)(object, stored),
            Self::Custom(defined) => defined.kind.prepare_update(object, stored),
        }
    }

    /// What is wrong with a new object.
    pub(super) fn of_new(self, object: &Value) -> Vec<FieldError> {
        let mut errors = Errors::new();
        match self {
            Self::Own(strategy) => (strategy.validate)(object, &mut errors),
            Self::Custom(defined) => defined.kind.validate(object, &mut errors),
        }
        errors.as_slice().to_vec()
    }

    /// What is wrong with an object that is changed.
    pub(super) fn of_changed(self, mut object: Value, stored: &Value) -> Vec<FieldError> {
        let mut errors = Errors::new();
        self.prepare_update(&mut object, stored);
        match self {
            Self::Own(strategy) => (strategy.validate_update)(&object, stored, &mut errors),
            Self::Custom(defined) => defined.kind.validate_update(&object, stored, &mut errors),
        }
        errors.as_slice().to_vec()
    }
}

/// The kinds and types of a target.
pub(super) fn table(target: &Target) -> Option<&'static Table> {
    u8::try_from(target.kubernetes.minor).ok().and_then(Table::of)
}

impl<'a> Stored<'a> {
    /// Decodes an object and fills in the defaults, those of the kind or of the
    /// definition that is at hand.
    pub(super) fn of(
        object: &'a Object,
        table: Option<&'static Table>,
        defined: impl FnOnce() -> Option<Settled<'a>>,
    ) -> Self {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let found =
            table.and_then(|table| Some((table, table.kind(object.group(), version, object.kind())?)));
        let Some((table, kind)) = found else { return Self::custom(object, defined()) };
        let decoded = decode(object.root(), table, kind.type_id);
        let mut value = without_system_fields(decoded.value);
        place(&mut value, kind.is_cluster_scoped);
        if let Some(strategy) = strategy(kind) {
            (strategy.default)(&mut value);
        }
        value.remove("status");
        let unread = unread(decoded.problems);
        let as_written = (!unread.is_empty()).then(|| as_written(value.clone(), object, &unread));
        Self { object, kind: Some((table, kind)), defined: None, value, unread, as_written }
    }

    /// What the server cannot read of it.
    pub(super) fn unread(&self) -> &[Problem] {
        &self.unread
    }

    fn custom(object: &'a Object, defined: Option<Settled<'a>>) -> Self {
        let value = match defined {
            Some(it) => defaulted(object, it.kind),
            None => without_system_fields(untyped(object.root())),
        };
        Self { object, kind: None, defined, value, unread: Vec::new(), as_written: None }
    }

    /// The same object by the definition of another, which counts from now on.
    pub(super) fn by_definition_of(&self, other: &Self) -> Self {
        Self { object: self.object, ..Self::custom(self.object, other.defined) }
    }

    /// Whether nothing is known of the kind.
    pub(super) fn is_unknown(&self) -> bool {
        self.kind.is_none() && self.defined.is_none()
    }

    /// What is compared field by field.
    pub(super) fn compared(&self) -> &Value {
        self.as_written.as_ref().unwrap_or(&self.value)
    }

    /// The fields that differ from what was stored before.
    pub(super) fn differences(&self, before: &Self) -> Vec<Difference> {
        let shape = self.kind.map(|(_, kind)| Shape::Struct(kind.type_id));
        let own = self.kind.zip(shape.as_ref()).map(|((table, _), shape)| Layout::of_type(table, shape));
        let layout = own.or_else(|| self.defined.and_then(|it| it.kind.layout())).unwrap_or(Layout::Unknown);
        differences(before.compared(), self.compared(), layout)
    }

    /// The fields that are no more written and that the server keeps all the same, such as
    /// the address of a Service.
    pub(super) fn kept(&self, before: &Self, found: &[Difference]) -> Vec<FieldPath> {
        let mut gone = found.iter().filter(|it| it.after.is_null()).peekable();
        let rules = self.rules().filter(|it| matches!(it, Rules::Own(_)));
        let (Some(rules), true) = (rules, gone.peek().is_some() && self.version() == before.version()) else {
            return Vec::new();
        };
        let stored = before.created(rules);
        let mut now = self.applied(&stored, before);
        rules.prepare_update(&mut now, &stored);
        let is_kept = |it: &&Difference| at(&now, it.path.steps()) == Some(&it.before);
        gone.filter(is_kept).map(|it| it.path.clone()).collect()
    }

    /// The version of the API that it is written for.
    pub(super) fn version(&self) -> &str {
        self.object.api_version()
    }

    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.object.is(group, kind)
    }

    pub(super) fn rules(&self) -> Option<Rules<'a>> {
        let own = self.kind.and_then(|it| strategy(it.1)).map(Rules::Own);
        own.or_else(|| self.defined.map(Rules::Custom))
    }

    /// The object as it is in the store: created, and what it asks for given.
    pub(super) fn created(&self, rules: Rules<'_>) -> Value {
        let mut value = self.with_system_fields();
        rules.prepare_create(&mut value);
        if self.is("", "PersistentVolumeClaim") {
            let request = value.at("spec").at("resources").at("requests").at("storage").clone();
            let status = value.struct_mut("status");
            status.set("phase", "Bound", By::Server);
            status.struct_mut("capacity").set("storage", request, By::Server);
        }
        if self.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            let versions = value.at("spec").items("versions").iter();
            let stored: Vec<Value> =
                versions.filter(|it| it.bool("storage")).map(|it| it.at("name").clone()).collect();
            let status = value.struct_mut("status");
            status.set("storedVersions", stored, By::Server);
            let mut established = Value::default();
            established.set("type", "Established", By::Server);
            established.set("status", "True", By::Server);
            status.set("conditions", vec![established], By::Server);
        }
        value
    }

    /// The object as it arrives over one that is stored: what the server made
    /// up for that one stays, as a merge leaves it alone.
    pub(super) fn applied(&self, over: &Value, before: &Self) -> Value {
        let mut value = self.with_system_fields();
        if let Some(generation) = over.at("metadata").opt("generation") {
            value.struct_mut("metadata").set("generation", generation.clone(), By::Server);
        }
        if self.is("batch", "Job") {
            keep_generated(&mut value, over, before.compared());
        }
        value
    }

    fn with_system_fields(&self) -> Value {
        let mut value = self.value.clone();
        let metadata = value.struct_mut("metadata");
        metadata.set("uid", UID, By::Server);
        metadata.set("resourceVersion", VERSION, By::Server);
        value
    }
}

/// The values of another type than their fields. The server keeps the status for itself.
fn unread(problems: Vec<Problem>) -> Vec<Problem> {
    let is_status = |it: &Problem| it.path.starts_with(&FieldPath::root().key("status"));
    problems.into_iter().filter(|it| !it.is_strict() && !it.unseen && !is_status(it)).collect()
}

/// An object with what is written in place of the defaults that stand for what
/// could not be read.
fn as_written(mut value: Value, object: &Object, unread: &[Problem]) -> Value {
    for problem in unread {
        if let Some(node) = object.at(&problem.path) {
            put(&mut value, problem.path.steps(), untyped(node));
        }
    }
    value
}

fn put(value: &mut Value, steps: &[PathStep], new: Value) {
    match (steps, value) {
        ([], value) => *value = new,
        ([PathStep::Key(key)], Value::Map(map)) => map.insert(key.as_str().into(), new, By::Manifest),
        ([PathStep::Key(key), rest @ ..], value) => {
            if let Some(below) = value.at_mut(key) {
                put(below, rest, new);
            }
        }
        ([PathStep::Index(at), rest @ ..], value) => {
            if let Some(item) = value.list_mut().get_mut(*at as usize) {
                put(item, rest, new);
            }
        }
    }
}

/// What stands at a path.
fn at<'v>(value: &'v Value, steps: &[PathStep]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        PathStep::Key(key) => Some(value.at(key)),
        PathStep::Index(at) => value.as_list().get(*at as usize),
    })
}

/// An object with what a definition fills in.
fn defaulted(object: &Object, kind: &CustomKind) -> Value {
    let mut value = without_system_fields(kind.decode(object.root()).value);
    place(&mut value, kind.is_cluster_scoped);
    kind.default(&mut value);
    value.remove("status");
    value
}

/// Puts an object where the server keeps it.
fn place(object: &mut Value, is_cluster_scoped: bool) {
    let metadata = object.struct_mut("metadata");
    if is_cluster_scoped {
        metadata.remove("namespace");
    } else {
        metadata.set_default("namespace", "default");
    }
}

fn strategy(kind: &'static Kind) -> Option<&'static Strategy> {
    Strategy::of(kind.group, kind.version, kind.kind)
}

fn without_system_fields(mut value: Value) -> Value {
    value.remove("status");
    if let Some(metadata) = value.at_mut("metadata") {
        for field in SYSTEM_FIELDS {
            metadata.remove(field);
        }
    }
    value
}

/// The selector that the server made for a job, and the labels it put on its pods.
fn keep_generated(job: &mut Value, stored: &Value, written: &Value) {
    let selector = stored.at("spec").at("selector");
    if !job.at("spec").has("selector") && !selector.is_null() {
        job.struct_mut("spec").set("selector", selector.clone(), By::Server);
    }
    let labels = |job: &Value| job.at("spec").at("template").at("metadata").at("labels").clone();
    let (given, written) = (labels(stored), labels(written));
    let given = given.as_map().map(Map::entries).unwrap_or_default();
    let kept = given.iter().filter(|it| !written.has(&it.key)).cloned();
    let template = job.struct_mut("spec").struct_mut("template");
    let labels = template.struct_mut("metadata").struct_mut("labels").map_mut();
    for entry in kept {
        labels.insert(entry.key, entry.value, By::Server);
    }
}
