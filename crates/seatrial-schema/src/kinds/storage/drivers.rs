//! `CSIDriver`, `CSINode` and `CSIStorageCapacity` (`kubernetes` 1.36,
//! `pkg/apis/storage/validation/validation.go`, `pkg/registry/storage`).

use std::collections::BTreeSet;

use super::sources::csi_driver_name;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, nodes, quantities, selectors};
use crate::value::{By, Value};

const NODE_ID_LENGTH: usize = 256;
const GROUP_POLICIES: [&str; 3] = ["File", "None", "ReadWriteOnceWithFSType"];
const LIFECYCLE_MODES: [&str; 2] = ["Persistent", "Ephemeral"];

pub(super) const DRIVER: Strategy = Strategy {
    default: |driver| {
        let spec = driver.struct_mut("spec");
        spec.set_default("attachRequired", true);
        spec.set_default("fsGroupPolicy", "ReadWriteOnceWithFSType");
        for field in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] {
            spec.set_default(field, false);
        }
        if spec.items("volumeLifecycleModes").is_empty() {
            spec.set("volumeLifecycleModes", vec!["Persistent".into()], By::Server);
        }
    },
    prepare_create: |driver| drop(driver.struct_mut("spec").remove("preventPodSchedulingIfMissing")),
    prepare_update: |driver, old| {
        if !old.at("spec").has("preventPodSchedulingIfMissing") {
            driver.struct_mut("spec").remove("preventPodSchedulingIfMissing");
        }
        if !driver.at("spec").semantically_equals(old.at("spec")) {
            let generation = old.at("metadata").int("generation") + 1;
            driver.struct_mut("metadata").set("generation", generation, By::Server);
        }
    },
    validate: |driver, errors| {
        metadata::create(driver, Scope::Cluster, names::subdomain_name, errors);
        driver_spec(driver.at("spec"), errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        driver_spec(new.at("spec"), errors);
        let at = Path::new("spec");
        let (new, old) = (new.at("spec"), old.at("spec"));
        // The name of the first field is misspelt upstream.
        for (field, printed) in
            [("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")]
        {
            metadata::immutable(new.at(field), old.at(field), &at.child(printed), errors);
        }
    },
    warnings: |driver| {
        let spec = driver.at("spec");
        if spec.items("tokenRequests").is_empty() || spec.has("serviceAccountTokenInSecrets") {
            return Vec::new();
        }
        vec![TOKEN_WARNING.into()]
    },
    ..Strategy::plain("storage.k8s.io", "v1", "CSIDriver")
};

const TOKEN_WARNING: &str = "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";

pub(super) const NODE: Strategy = Strategy {
    validate: validate_node,
    validate_update: |new, old, errors| {
        validate_node(new, errors);
        let at = Path::new("spec");
        let at = at.child("drivers");
        let without_count = |driver: &Value| {
            let mut driver = driver.clone();
            driver.remove("allocatable");
            driver
        };
        for old in old.at("spec").items("drivers") {
            for new in new.at("spec").items("drivers").iter().filter(|it| it.str("name") == old.str("name")) {
                metadata::immutable(&without_count(new), &without_count(old), &at, errors);
            }
        }
    },
    ..Strategy::plain("storage.k8s.io", "v1", "CSINode")
};

pub(super) const CAPACITY: Strategy = Strategy {
    validate: |capacity, errors| validate_capacity(capacity, false, errors),
    validate_update: |new, old, errors| {
        let mut stored = Errors::new();
        selectors::label_selector(old.at("nodeTopology"), false, &Path::ROOT, &mut stored);
        validate_capacity(new, !stored.is_empty(), errors);
        metadata::update(new, old, errors);
        for field in ["nodeTopology", "storageClassName"] {
            metadata::immutable(new.at(field), old.at(field), &Path::new(field), errors);
        }
    },
    warnings: |capacity| nodes::selector_warnings(capacity.at("nodeTopology"), &Path::new("nodeTopology")),
    ..Strategy::plain("storage.k8s.io", "v1", "CSIStorageCapacity")
};

fn driver_spec(spec: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    for (field, printed) in [
        ("attachRequired", "attachedRequired"),
        ("podInfoOnMount", "podInfoOnMount"),
        ("storageCapacity", "storageCapacity"),
    ] {
        if !spec.has(field) {
            errors.required(&at.child(printed), "");
        }
    }
    if let Some(policy) = spec.opt("fsGroupPolicy").filter(|it| !GROUP_POLICIES.contains(&it.as_str())) {
        errors.not_supported(&at.child("fsGroupPolicy"), policy.clone(), &GROUP_POLICIES);
    }
    token_requests(spec, &at.child("tokenRequests"), errors);
    for mode in spec.items("volumeLifecycleModes") {
        if !LIFECYCLE_MODES.contains(&mode.as_str()) {
            errors.not_supported(&at.child("volumeLifecycleModes"), mode.clone(), &LIFECYCLE_MODES);
        }
    }
    if !spec.has("seLinuxMount") {
        errors.required(&at.child("seLinuxMount"), "");
    }
    let period = spec.opt("nodeAllocatableUpdatePeriodSeconds").and_then(Value::as_int);
    if let Some(period) = period.filter(|period| *period < 10) {
        let detail = "must be greater than or equal to 10 seconds";
        errors.invalid(&at.child("nodeAllocatableUpdatePeriodSeconds"), period, detail);
    }
    let in_secrets = spec.opt("serviceAccountTokenInSecrets");
    if let Some(in_secrets) = in_secrets.filter(|_| spec.items("tokenRequests").is_empty()) {
        let detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
        errors.invalid(&at.child("serviceAccountTokenInSecrets"), in_secrets.clone(), detail);
    }
}

fn token_requests(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let mut audiences = BTreeSet::new();
    for (index, request) in spec.items("tokenRequests").iter().enumerate() {
        let at = at.index(index);
        let audience = request.str("audience");
        if !audiences.insert(audience) {
            errors.duplicate(&at.child("audience"), audience);
            continue;
        }
        let at = at.child("expirationSeconds");
        match request.opt("expirationSeconds").and_then(Value::as_int) {
            Some(seconds) if seconds < 600 => {
                errors.invalid(&at, seconds, "may not specify a duration less than 10 minutes");
            }
            Some(seconds) if seconds > 1 << 32 => {
                errors.invalid(&at, seconds, "may not specify a duration larger than 2^32 seconds");
            }
            _ => {}
        }
    }
}

fn validate_node(node: &Value, errors: &mut Errors) {
    metadata::create(node, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let at = at.child("drivers");
    let mut seen = BTreeSet::new();
    for (index, driver) in node.at("spec").items("drivers").iter().enumerate() {
        node_driver(driver, &at.index(index), &mut seen, errors);
    }
}

fn node_driver<'a>(driver: &'a Value, at: &Path<'_>, seen: &mut BTreeSet<&'a str>, errors: &mut Errors) {
    let (name, id) = (driver.str("name"), driver.str("nodeID"));
    csi_driver_name(name, &at.child("name"), errors);
    if id.is_empty() {
        errors.required(&at.child("nodeID"), "");
    }
    if id.len() > NODE_ID_LENGTH {
        let detail = format!("must be {NODE_ID_LENGTH} characters or less");
        errors.invalid(&at.child("nodeID"), id, detail);
    }
    let at_allocatable = at.child("allocatable");
    metadata::non_negative(driver.at("allocatable").int("count"), &at_allocatable.child("count"), errors);
    if !seen.insert(name) {
        errors.duplicate(&at.child("name"), name);
    }
    let mut keys = BTreeSet::new();
    for key in driver.items("topologyKeys").iter().map(Value::as_str) {
        if key.is_empty() {
            errors.required(at, "");
        }
        if !keys.insert(key) {
            errors.duplicate(at, key);
        }
        errors.each_invalid(at, key, names::label_key(key));
    }
}

fn validate_capacity(capacity: &Value, lenient: bool, errors: &mut Errors) {
    metadata::create(capacity, Scope::Namespaced, names::subdomain_name, errors);
    selectors::label_selector(capacity.at("nodeTopology"), lenient, &Path::new("nodeTopology"), errors);
    let class = capacity.str("storageClassName");
    errors.each_invalid(&Path::new("storageClassName"), class, names::dns1123_subdomain(class));
    quantities::non_negative(capacity.at("capacity"), &Path::new("capacity"), errors);
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, refused};

    #[test]
    fn drivers_and_nodes_are_held_to_their_rules() {
        let rows = [
            ("CSIDriver", "spec: {}", &[][..]),
            (
                "CSIDriver",
                "spec: {fsGroupPolicy: X, volumeLifecycleModes: [Y], tokenRequests: [{audience: a, expirationSeconds: 1}, {audience: a}]}",
                &[
                    "spec.fsGroupPolicy FieldValueNotSupported",
                    "spec.tokenRequests[0].expirationSeconds FieldValueInvalid",
                    "spec.tokenRequests[1].audience FieldValueDuplicate",
                    "spec.volumeLifecycleModes FieldValueNotSupported",
                ],
            ),
            (
                "CSINode",
                "spec: {drivers: [{name: a, nodeID: x, allocatable: {count: -1}}, {name: a}]}",
                &[
                    "spec.drivers[0].allocatable.count FieldValueInvalid",
                    "spec.drivers[1].nodeID FieldValueRequired",
                    "spec.drivers[1].name FieldValueDuplicate",
                ],
            ),
            ("CSIStorageCapacity", "{storageClassName: fast, capacity: -1}", &["capacity FieldValueInvalid"]),
        ];
        for (kind, text, wanted) in rows {
            assert_eq!(refused(&format!("storage.k8s.io/v1/{kind}"), text), wanted, "{text}");
        }
    }

    #[test]
    fn whether_a_driver_attaches_stays() {
        let refused =
            change_refused("storage.k8s.io/v1/CSIDriver", "spec: {}", "spec: {attachRequired: false}");
        assert_eq!(refused, ["spec.attachedRequired FieldValueInvalid"]);
    }
}
