//! An object as the server holds it after it was applied.

use seatrial_model::{Object, Target};
use seatrial_schema::decode::{decode, untyped};
use seatrial_schema::table::{Kind, Table};
use seatrial_schema::{By, Map, Strategy, Value};

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
    pub(super) kind: Option<&'static Kind>,
    value: Value,
}

/// The kinds and types of a target.
pub(super) fn table(target: &Target) -> Option<&'static Table> {
    u8::try_from(target.kubernetes.minor).ok().and_then(Table::of)
}

impl<'a> Stored<'a> {
    /// Decodes an object and fills in the defaults.
    pub(super) fn of(object: &'a Object, table: Option<&'static Table>) -> Self {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let found =
            table.and_then(|table| Some((table, table.kind(object.group(), version, object.kind())?)));
        let Some((table, kind)) = found else {
            return Self { object, kind: None, value: without_system_fields(untyped(object.root())) };
        };
        let mut value = without_system_fields(decode(object.root(), table, kind.type_id).value);
        if kind.is_cluster_scoped {
            value.struct_mut("metadata").remove("namespace");
        } else {
            value.struct_mut("metadata").set_default("namespace", "default");
        }
        if let Some(strategy) = strategy(kind) {
            (strategy.default)(&mut value);
        }
        value.remove("status");
        Self { object, kind: Some(kind), value }
    }

    /// What is compared field by field.
    pub(super) fn compared(&self) -> &Value {
        &self.value
    }

    /// The version of the API that it is written for.
    pub(super) fn version(&self) -> &str {
        self.object.api_version()
    }

    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.object.is(group, kind)
    }

    pub(super) fn strategy(&self) -> Option<&'static Strategy> {
        self.kind.and_then(strategy)
    }

    /// The object as it is in the store: created, and what it asks for given.
    pub(super) fn created(&self, strategy: &Strategy) -> Value {
        let mut value = self.with_system_fields();
        (strategy.prepare_create)(&mut value);
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
