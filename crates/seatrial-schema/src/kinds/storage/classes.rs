//! `StorageClass` and `VolumeAttributesClass` (`kubernetes` 1.36,
//! `pkg/apis/storage/validation/validation.go`, `pkg/apis/storage/v1/defaults.go`).

use std::collections::{BTreeMap, BTreeSet};

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, nodes};
use crate::value::Value;

const PARAMETERS_SIZE: usize = 256 * 1024;
const PARAMETERS_MOST: usize = 512;
const BINDING_MODES: [&str; 2] = ["Immediate", "WaitForFirstConsumer"];
const RECLAIM_POLICIES: [&str; 2] = ["Delete", "Retain"];

pub(super) const STORAGE_CLASS: Strategy = Strategy {
    default: |class| {
        class.set_default("reclaimPolicy", "Delete");
        class.set_default("volumeBindingMode", "Immediate");
    },
    validate: validate_storage_class,
    validate_update: |new, old, errors| {
        validate_storage_class(new, errors);
        metadata::update(new, old, errors);
        for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
            metadata::immutable(new.at(field), old.at(field), &Path::new(field), errors);
        }
    },
    warnings: |class| {
        let mut warnings = Vec::new();
        let at = Path::new("allowedTopologies");
        for (index, term) in class.items("allowedTopologies").iter().enumerate() {
            let at = at.index(index);
            let at = at.child("matchLabelExpressions");
            for (index, expression) in term.items("matchLabelExpressions").iter().enumerate() {
                if let Some(said) = nodes::deprecation(expression.str("key")) {
                    warnings.push(format!("{}: {said}", at.index(index).child("key")));
                }
            }
        }
        warnings
    },
    ..Strategy::plain("storage.k8s.io", "v1", "StorageClass")
};

pub(super) const ATTRIBUTES_CLASS: Strategy = Strategy {
    validate: validate_attributes_class,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        if new.str("driverName") != old.str("driverName") {
            errors.forbidden(&Path::new("driverName"), "updates to driverName are forbidden.");
        }
        if new.at("parameters") != old.at("parameters") {
            errors.forbidden(&Path::new("parameters"), "updates to parameters are forbidden.");
        }
        validate_attributes_class(new, errors);
    },
    ..Strategy::plain("storage.k8s.io", "v1", "VolumeAttributesClass")
};

fn validate_storage_class(class: &Value, errors: &mut Errors) {
    metadata::create(class, Scope::Cluster, names::subdomain_name, errors);
    provisioner(class.str("provisioner"), &Path::new("provisioner"), errors);
    parameters(class, errors);
    let policy = class.str("reclaimPolicy");
    if !policy.is_empty() && !RECLAIM_POLICIES.contains(&policy) {
        errors.not_supported(&Path::new("reclaimPolicy"), policy, &RECLAIM_POLICIES);
    }
    match class.opt("volumeBindingMode") {
        None => errors.required(&Path::new("volumeBindingMode"), ""),
        Some(mode) if !BINDING_MODES.contains(&mode.as_str()) => {
            errors.not_supported(&Path::new("volumeBindingMode"), mode.clone(), &BINDING_MODES);
        }
        Some(_) => {}
    }
    let at = Path::new("allowedTopologies");
    let mut terms: Vec<Topology<'_>> = Vec::new();
    for (index, term) in class.items("allowedTopologies").iter().enumerate() {
        let at = at.index(index);
        let topology = topology(term, &at, errors);
        // Upstream's list begins with as many empty terms as there are terms.
        let is_empty = topology.is_empty();
        let before = terms.iter().filter(|it| **it == topology).count();
        let blanks = if is_empty { class.items("allowedTopologies").len() } else { 0 };
        for _ in 0..before + blanks {
            errors.duplicate(&at.child("matchLabelExpressions"), "");
        }
        terms.push(topology);
    }
}

fn validate_attributes_class(class: &Value, errors: &mut Errors) {
    metadata::create(class, Scope::Cluster, names::subdomain_name, errors);
    provisioner(class.str("driverName"), &Path::new("driverName"), errors);
    parameters(class, errors);
    if class.entries("parameters").is_empty() {
        errors.required(&Path::new("parameters"), "must contain at least one key/value pair");
    }
}

fn provisioner(name: &str, at: &Path<'_>, errors: &mut Errors) {
    if name.is_empty() {
        return errors.required(at, "");
    }
    let lower = name.to_lowercase();
    errors.each_invalid(at, &lower, names::label_key(&lower));
}

fn parameters(class: &Value, errors: &mut Errors) {
    let at = Path::new("parameters");
    let parameters = class.entries("parameters");
    if parameters.len() > PARAMETERS_MOST {
        return errors.too_long(&at, PARAMETERS_MOST);
    }
    if class.at("parameters").has("") {
        errors.invalid(&at, "", "field can not be empty.");
    }
    let size: usize = parameters.iter().map(|it| it.key.len() + it.value.as_str().len()).sum();
    if size > PARAMETERS_SIZE {
        errors.too_long(&at, PARAMETERS_SIZE);
    }
}

type Topology<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn topology<'a>(term: &'a Value, at: &Path<'_>, errors: &mut Errors) -> Topology<'a> {
    let at = at.child("matchLabelExpressions");
    let mut topology = Topology::new();
    for (index, requirement) in term.items("matchLabelExpressions").iter().enumerate() {
        let at = at.index(index);
        let at_values = at.child("values");
        let mut values = BTreeSet::new();
        if requirement.items("values").is_empty() {
            errors.required(&at_values, "");
        }
        for (index, value) in requirement.items("values").iter().enumerate() {
            if !values.insert(value.as_str()) {
                errors.duplicate(&at_values.index(index), value.clone());
            }
        }
        let key = requirement.str("key");
        metadata::label_name(key, &at.child("key"), errors);
        if topology.insert(key, values).is_some() {
            errors.duplicate(&at.child("key"), key);
        }
    }
    topology
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, refused};

    #[test]
    fn classes_are_held_to_their_rules() {
        let rows = [
            ("{provisioner: a.example.com}", &[][..]),
            ("{}", &["provisioner FieldValueRequired"]),
            (
                "{provisioner: a, reclaimPolicy: Recycle, volumeBindingMode: Never}",
                &["reclaimPolicy FieldValueNotSupported", "volumeBindingMode FieldValueNotSupported"],
            ),
            (
                "{provisioner: a, allowedTopologies: [{matchLabelExpressions: [{key: z, values: [a, a]}]}]}",
                &["allowedTopologies[0].matchLabelExpressions[0].values[1] FieldValueDuplicate"],
            ),
        ];
        for (class, wanted) in rows {
            assert_eq!(refused("storage.k8s.io/v1/StorageClass", class), wanted, "{class}");
        }
        let refused = refused("storage.k8s.io/v1/VolumeAttributesClass", "{driverName: a}");
        assert_eq!(refused, ["parameters FieldValueRequired"]);
    }

    #[test]
    fn what_a_class_provisions_stays() {
        let change = |after: &str| {
            change_refused("storage.k8s.io/v1/StorageClass", "{provisioner: a, parameters: {t: x}}", after)
        };
        assert_eq!(change("{provisioner: a, parameters: {t: x}, mountOptions: [ro]}"), [""; 0]);
        assert_eq!(
            change("{provisioner: b, parameters: {t: y}}"),
            ["parameters FieldValueInvalid", "provisioner FieldValueInvalid",]
        );
    }
}
