//! `DeviceTaintRule`: a taint on the devices that it selects.

use super::{devices, driver_name, label, slices};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Value};

pub(super) const STRATEGY: Strategy = Strategy {
    default: |rule| {
        // The time of its creation, which is not known here.
        if let Some(taint) = rule.at_mut("spec").and_then(|it| it.at_mut("taint")) {
            taint.set_default("timeAdded", "1970-01-01T00:00:00Z");
        }
    },
    prepare_create: |rule| {
        rule.remove("status");
        rule.struct_mut("metadata").set("generation", 1, By::Server);
    },
    prepare_update: |new, old| {
        new.set("status", old.at("status").clone(), By::Server);
        if !new.at("spec").semantically_equals(old.at("spec")) {
            let generation = old.at("metadata").int("generation") + 1;
            new.struct_mut("metadata").set("generation", generation, By::Server);
        }
    },
    validate: |rule, errors| {
        metadata::create(rule, Scope::Cluster, names::subdomain_name, errors);
        validate_spec(rule.at("spec"), errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate_spec(new.at("spec"), errors);
    },
    ..Strategy::plain(super::GROUP, "v1beta2", "DeviceTaintRule")
};

fn validate_spec(spec: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    let (selector, selected) = (spec.at("deviceSelector"), at.child("deviceSelector"));
    if let Some(driver) = selector.opt("driver") {
        driver_name(driver.as_str(), &selected.child("driver"), errors);
    }
    if let Some(pool) = selector.opt("pool") {
        slices::pool_name(pool.as_str(), &selected.child("pool"), errors);
    }
    if let Some(device) = selector.opt("device") {
        label(device.as_str(), &selected.child("device"), errors);
    }
    devices::taint(spec.at("taint"), &at.child("taint"), errors);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn selectors_and_taints_are_looked_at() {
        let mut errors = Errors::new();
        let spec = "{deviceSelector: {driver: A_b, pool: '', device: A}, taint: {key: '', effect: Never}}";
        validate_spec(&value(spec), &mut errors);
        let found = fields(&errors).join(" ");
        for field in ["deviceSelector.driver", "deviceSelector.pool", "deviceSelector.device", "taint.key"] {
            assert!(found.contains(&format!("spec.{field} ")), "{field}: {found}");
        }
        assert!(found.contains("spec.taint.effect FieldValueNotSupported"), "{found}");
    }
}
