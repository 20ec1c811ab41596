//! Workloads in the versions before `apps/v1`, which no server has served on its
//! own since 1.16: what they left to the server, and then the rules of `apps/v1`.

use super::controller_revision::CONTROLLER_REVISION;
use super::daemon_set::DAEMON_SET;
use super::deployment::DEPLOYMENT;
use super::replica_set::REPLICA_SET;
use super::stateful_set::STATEFUL_SET;
use crate::kinds::Strategy;
use crate::value::{By, Value};

/// How many old sets of replicas `apps/v1beta1` kept.
const HISTORY: i64 = 2;
/// `extensions/v1beta1` knew no deadline and kept all of them.
const ENDLESS: i64 = i32::MAX as i64;

/// The versions that ask for a selector, as `apps/v1` does.
pub(super) const BETA_2: [Strategy; 5] = [
    Strategy { version: "v1beta2", ..CONTROLLER_REVISION },
    Strategy { version: "v1beta2", ..DAEMON_SET },
    Strategy { version: "v1beta2", ..DEPLOYMENT },
    Strategy { version: "v1beta2", ..REPLICA_SET },
    Strategy { version: "v1beta2", ..STATEFUL_SET },
];

/// The versions that take a selector from the template.
pub(super) const BETA_1: [Strategy; 3] = [
    Strategy { version: "v1beta1", ..CONTROLLER_REVISION },
    Strategy {
        version: "v1beta1",
        default: |object| {
            select_as_labelled(object);
            object.struct_mut("spec").set_default("revisionHistoryLimit", HISTORY);
            (DEPLOYMENT.default)(object);
        },
        ..DEPLOYMENT
    },
    Strategy {
        version: "v1beta1",
        default: |object| {
            select_as_labelled(object);
            replace_on_delete(object);
            (STATEFUL_SET.default)(object);
        },
        ..STATEFUL_SET
    },
];

/// The same for the group that they came from.
pub(super) const EXTENSIONS: [Strategy; 3] = [
    Strategy {
        default: |object| {
            select_as_labelled(object);
            replace_on_delete(object);
            (DAEMON_SET.default)(object);
        },
        ..of_extensions(DAEMON_SET)
    },
    Strategy {
        default: |object| {
            select_as_labelled(object);
            let spec = object.struct_mut("spec");
            spec.set_default("revisionHistoryLimit", ENDLESS);
            spec.set_default("progressDeadlineSeconds", ENDLESS);
            let strategy = spec.struct_mut("strategy");
            strategy.set_default("type", "RollingUpdate");
            if strategy.str("type") == "RollingUpdate" {
                let rolling = strategy.struct_mut("rollingUpdate");
                rolling.set_default("maxUnavailable", 1);
                rolling.set_default("maxSurge", 1);
            }
            (DEPLOYMENT.default)(object);
        },
        ..of_extensions(DEPLOYMENT)
    },
    Strategy {
        default: |object| {
            select_as_labelled(object);
            (REPLICA_SET.default)(object);
        },
        ..of_extensions(REPLICA_SET)
    },
];

const fn of_extensions(strategy: Strategy) -> Strategy {
    Strategy { group: "extensions", version: "v1beta1", ..strategy }
}

/// A selector that is not written takes the labels of the template, and so do
/// labels.
fn select_as_labelled(object: &mut Value) {
    let labels = object.at("spec").at("template").at("metadata").at("labels").clone();
    if labels.is_empty() {
        return;
    }
    if object.at("metadata").at("labels").is_empty() {
        object.struct_mut("metadata").set("labels", labels.clone(), By::Server);
    }
    let spec = object.struct_mut("spec");
    if !spec.has("selector") {
        spec.struct_mut("selector").set("matchLabels", labels, By::Server);
    }
}

fn replace_on_delete(object: &mut Value) {
    object.struct_mut("spec").struct_mut("updateStrategy").set_default("type", "OnDelete");
}

#[cfg(test)]
mod tests {
    use crate::testing::{created, refused};

    #[test]
    fn a_selector_is_taken_from_the_template() {
        let text =
            "spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a}]}}}";
        let (_, old) = created("extensions/v1beta1/Deployment", text);
        assert_eq!(old.at("spec").at("selector").at("matchLabels").str("a"), "b");
        assert_eq!(old.at("spec").at("strategy").at("rollingUpdate").int("maxSurge"), 1);
        let (_, sets) = created("apps/v1beta1/StatefulSet", text);
        assert_eq!(sets.at("spec").at("updateStrategy").str("type"), "OnDelete");
        let required = "spec.selector FieldValueRequired".to_owned();
        assert!(refused("apps/v1beta2/Deployment", text).contains(&required));
        assert!(!refused("apps/v1beta1/Deployment", text).contains(&required));
    }
}
