//! The rules that Kyverno makes for the controllers of pods from rules for pods.

use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

const CONTROLLERS: &[(&str, &str)] = &[
    ("DaemonSet", "apps/v1/DaemonSet"),
    ("Deployment", "apps/v1/Deployment"),
    ("Job", "batch/v1/Job"),
    ("ReplicaSet", "apps/v1/ReplicaSet"),
    ("ReplicationController", "v1/ReplicationController"),
    ("StatefulSet", "apps/v1/StatefulSet"),
];
const CRON_JOB: (&str, &str) = ("CronJob", "batch/v1/CronJob");
const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";

/// For whom rules are made.
pub(super) enum Level {
    Controllers,
    CronJobs,
}

/// The rules that are made from a policy's rule.
pub(super) fn made_from(policy: &Value, rule: &Value) -> Vec<Value> {
    let wanted = wanted(policy);
    if !is_for_pods(rule) || rule.str("name").starts_with("autogen-") {
        return Vec::new();
    }
    let kinds = |all: &[(&str, &str)]| -> Vec<Value> {
        all.iter().filter(|(name, _)| wanted.has(name)).map(|(_, path)| Value::text(*path)).collect()
    };
    let (controllers, cron_jobs) = (kinds(CONTROLLERS), kinds(&[CRON_JOB]));
    let mut rules = Vec::new();
    if !controllers.is_empty() {
        rules.push(made(rule, "autogen", &controllers, &Level::Controllers));
    }
    if !cron_jobs.is_empty() {
        rules.push(made(rule, "autogen-cronjob", &cron_jobs, &Level::CronJobs));
    }
    rules
}

/// The controllers that a policy's rules are made for.
enum Wanted {
    None,
    All,
    These(Vec<SmolStr>),
}

impl Wanted {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(all) => all.iter().any(|it| it == name),
        }
    }
}

fn wanted(policy: &Value) -> Wanted {
    let rules = policy.at("spec").items("rules");
    let mut is_needed = false;
    for rule in rules {
        if rule.has("generate") || rule.at("mutate").has("patchesJson6902") {
            return Wanted::None;
        }
        let foreach = rule.at("mutate").items("foreach");
        if foreach.iter().any(|it| it.has("patchesJson6902")) {
            return Wanted::None;
        }
        for side in ["match", "exclude"] {
            for description in descriptions(rule.at(side)) {
                if !is_supported(description) {
                    return Wanted::None;
                }
                is_needed |= kinds_of(description).any(is_controller);
            }
        }
    }
    if !is_needed {
        return Wanted::None;
    }
    match policy.at("metadata").at("annotations").str(ANNOTATION) {
        "" => Wanted::All,
        "none" => Wanted::None,
        named => Wanted::These(named.split(',').map(SmolStr::new).collect()),
    }
}

fn is_controller(kind: &str) -> bool {
    kind == "Pod" || kind == CRON_JOB.0 || CONTROLLERS.iter().any(|(name, _)| *name == kind)
}

/// The descriptions of objects in `match` or `exclude`.
fn descriptions(side: &Value) -> impl Iterator<Item = &Value> {
    let all = side.items("any").iter().chain(side.items("all"));
    std::iter::once(side).chain(all).map(|it| it.at("resources")).filter(|it| !it.is_null())
}

fn kinds_of(description: &Value) -> impl Iterator<Item = &str> {
    description.items("kinds").iter().map(Value::as_str)
}

/// Whether a kind is pods, whatever its group and version are.
fn is_pod(kind: &str) -> bool {
    kind.rsplit('/').next() == Some("Pod")
}

fn is_supported(description: &Value) -> bool {
    let is_mixed = kinds_of(description).count() > 1 && kinds_of(description).any(is_pod);
    let has = |field: &str| !description.at(field).is_empty();
    description.str("name").is_empty()
        && !has("names")
        && !has("selector")
        && !has("annotations")
        && !is_mixed
}

fn is_for_pods(rule: &Value) -> bool {
    let has = |side: &str| descriptions(rule.at(side)).any(|it| kinds_of(it).any(is_pod));
    let is_free = descriptions(rule.at("exclude")).all(|it| kinds_of(it).next().is_none());
    has("match") && (is_free || has("exclude"))
}

fn made(rule: &Value, prefix: &str, kinds: &[Value], level: &Level) -> Value {
    let mut made = rule.clone();
    made.set("name", SmolStr::new(format!("{prefix}-{}", rule.str("name"))), By::Server);
    for side in ["match", "exclude"] {
        if let Some(side) = made.at_mut(side) {
            set_kinds(side, kinds);
        }
    }
    if let Some(validate) = made.at_mut("validate") {
        if let Some(pattern) = validate.remove("pattern") {
            validate.set("pattern", below(pattern, level), By::Server);
        }
        if let Some(Value::List(patterns)) = validate.remove("anyPattern") {
            let patterns: Vec<_> = patterns.into_iter().map(|it| below(it, level)).collect();
            validate.set("anyPattern", patterns, By::Server);
        }
    }
    let is_cel = rule.at("validate").has("cel");
    rewritten(made, &|text| below_text(text, level, is_cel))
}

fn set_kinds(side: &mut Value, kinds: &[Value]) {
    let set = |description: &mut Value| {
        if description.items("kinds").iter().any(|it| is_pod(it.as_str())) {
            description.set("kinds", kinds.to_vec(), By::Server);
        }
    };
    for list in ["any", "all"] {
        side.items_mut(list).iter_mut().filter_map(|it| it.at_mut("resources")).for_each(set);
    }
    if let Some(description) = side.at_mut("resources") {
        set(description);
    }
}

/// A pattern as it is for the pods of a controller.
fn below(pattern: Value, level: &Level) -> Value {
    let within = |field: &'static str, value: Value| {
        let mut map = Value::from(Map::default());
        map.set(field, value, By::Server);
        map
    };
    let template = within("spec", within("template", pattern));
    match level {
        Level::Controllers => template,
        Level::CronJobs => within("spec", within("jobTemplate", template)),
    }
}

/// Variables and expressions as they are for the pods of a controller.
pub(super) fn below_text(text: &str, level: &Level, is_cel: bool) -> String {
    let way = match level {
        Level::Controllers => "spec.template.",
        Level::CronJobs => "spec.jobTemplate.spec.template.",
    };
    let mut text = text.to_owned();
    let objects: &[&str] =
        if is_cel { &["object.", "oldObject."] } else { &["request.object.", "request.oldObject."] };
    for object in objects {
        for field in ["spec", "metadata"] {
            // What was just written is not met again: the way begins with `spec`,
            // so both are replaced at once.
            let from = format!("{object}{field}");
            let marked = format!("{object}\u{0}{way}{field}");
            text = text.replace(&from, &marked);
        }
    }
    text.replace('\u{0}', "")
}

/// A value with all its texts and keys written anew.
pub(super) fn rewritten(value: Value, write: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Str(text) => Value::text(write(&text)),
        Value::List(items) => Value::List(items.into_iter().map(|it| rewritten(it, write)).collect()),
        Value::Map(map) => {
            let entries = map.entries().iter().cloned();
            let entry = |mut it: seatrial_schema::Entry| {
                it.key = write(&it.key).into();
                it.value = rewritten(it.value, write);
                it
            };
            Value::Map(entries.map(entry).collect())
        }
        other => other,
    }
}
